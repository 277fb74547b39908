// That the suites of whole transactions really run on the engines they name.

import { afterEach, expect, test, vi } from 'vitest';
import { CASES } from './cpi/cases.ts';
import { CpiStage } from './cpi/stage.ts';
import { ENGINE_NAMES, onEveryEngine, useEngine } from './engines.ts';
import { emptyReport } from './report.ts';

afterEach(() => useEngine('tiers'));

test.each(ENGINE_NAMES)('a transaction on engine %s has the outcome that it has on LiteSVM', (engine) => {
  let modules = 0;
  const { Module } = WebAssembly;
  const spy = vi.spyOn(WebAssembly, 'Module').mockImplementation(
    class extends Module {
      constructor(bytes: Uint8Array<ArrayBuffer>) {
        super(bytes);
        modules++;
      }
    } as never,
  );
  const stage = new CpiStage(engine);
  // Each of these programs is run by nobody before.
  const cases = CASES.filter(({ program }, i) => CASES.findIndex((each) => each.program === program) === i);
  for (const testCase of cases) expect(stage.run(testCase, 'c').difference).toBeUndefined();
  spy.mockRestore();
  // The interpreter's own.
  const isCompiling = engine === 'compiler' || engine === 'in turns' || engine === 'partly compiled';
  expect(modules > 2).toBe(isCompiling);
});

test('a case passes where it passes on every engine, and where it does not, its engine is told', () => {
  let run = 0;
  const report = onEveryEngine(() => {
    run++;
    const failures = [{ name: 'always', difference: 'x' }];
    if (run === 3) failures.push({ name: 'third', difference: 'y' });
    return { ...emptyReport('made up'), passed: 5 - failures.length, failures };
  });
  expect(run).toBe(ENGINE_NAMES.length);
  expect(report).toMatchObject({
    passed: 3,
    failures: [
      { name: 'always', difference: 'x' },
      { name: 'third', difference: `${ENGINE_NAMES[2]}: y` },
    ],
  });
});
