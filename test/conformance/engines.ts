// The engines that suites of whole transactions run on: as users have it, each of the two alone, and mixtures of both. The
// machines of the process look up what is set here each time they run, so that suites can change it between transactions.

import { DEFAULT_TIERING, type TieringOptions } from '../../src/sbpf/compiler/tiered-engine.ts';
import type { Report } from './report.ts';
import { randomNumbers } from './sbpf-exec.ts';

export type EngineName =
  | 'tiers'
  | 'interpreter'
  | 'compiler'
  | 'partly compiled'
  | 'in turns'
  | 'ahead'
  | 'ahead, in turns';

const below = (random: () => number, count: number): number => random() % count;

/** Each gets a sequence of numbers of its own, so that what it does at random it does again. */
const ENGINES: Readonly<Record<EngineName, (random: () => number) => TieringOptions>> = {
  tiers: () => ({}),
  interpreter: () => ({ threshold: Number.POSITIVE_INFINITY }),
  compiler: () => ({ threshold: 0 }),
  // What was compiled at build time of the bundled programs, from the start; other programs as users have them.
  ahead: () => ({ ahead: true }),
  // The same, but giving up and looking around as below.
  'ahead, in turns': (random) => ({
    ahead: true,
    interpretFor: () => 1 + below(random, 200),
    handOut: (units) => Math.min(units, 20 + below(random, 3000)),
  }),
  // Compiled at any time, as far as it ran by then; what it comes to later, the interpreter finishes, until that is compiled.
  'partly compiled': (random) => ({
    get threshold() {
      return 64 * 2 ** below(random, 9);
    },
    onlySeen: true,
  }),
  // Compiled code has to give up at any block, the interpreter looks for compiled code every few instructions.
  'in turns': (random) => ({
    threshold: 0,
    interpretFor: () => 1 + below(random, 200),
    handOut: (units) => Math.min(units, 20 + below(random, 3000)),
  }),
};

/** In an order in which each leaves more that is compiled to the next. */
export const ENGINE_NAMES: readonly EngineName[] = [
  'interpreter',
  'tiers',
  'ahead, in turns',
  'partly compiled',
  'compiler',
  'in turns',
];

/** From now on all machines of the process that were given no options run like that. */
export function useEngine(name: EngineName, seed = 1): void {
  for (const option of Object.keys(DEFAULT_TIERING)) delete DEFAULT_TIERING[option as keyof TieringOptions];
  Object.defineProperties(DEFAULT_TIERING, Object.getOwnPropertyDescriptors(ENGINES[name](randomNumbers(seed))));
}

/** One report of a suite that is run on each engine: a case passes where it passes on all. */
export function onEveryEngine(suite: () => Report): Report {
  const reports = ENGINE_NAMES.map((engine) => {
    useEngine(engine);
    return { engine, report: suite() };
  });
  useEngine('tiers');
  const [{ report: first }] = reports;
  const failures = new Map(first.failures.map(({ name, difference }) => [name, difference]));
  for (const { engine, report } of reports) {
    for (const { name, difference } of report.failures) {
      if (!failures.has(name)) failures.set(name, `${engine}: ${difference}`);
    }
    // Where not all fail, it is said which one does.
    const failing = new Set(report.failures.map(({ name }) => name));
    for (const { name, difference } of first.failures) {
      if (!failing.has(name)) failures.set(name, `${ENGINE_NAMES[0]}: ${difference}`);
    }
  }
  return {
    ...first,
    passed: first.passed + first.failures.length - failures.size,
    failures: [...failures].map(([name, difference]) => ({ name, difference })),
  };
}
