// A few hostile inputs for each target, always the same ones; `npm run conformance -- hostile --count 1000000` throws many.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allTargets } from './all.ts';
import { target } from './target.ts';

const RUNS = 40;

describe('hostile input is refused as documented', () => {
  test.each(allTargets().map((target) => [target.name, target] as const))('%s', (_, { weight, run }) => {
    run({ numRuns: Math.ceil(RUNS * weight), seed: 20261121 });
  });
});

test('inputs are counted up to the one that breaks the promise: not that one, and not what is tried to make it smaller', () => {
  const seen: number[] = [];
  let count = 0;
  const breaks = target('large numbers', fc.nat(1000), (n) => {
    seen.push(n);
    if (n > 900) throw new TypeError('too large');
  });
  const onRun = (): void => {
    count++;
  };
  expect(() => breaks.run({ numRuns: 1000, seed: 1, onRun })).toThrow('Property failed');
  expect(count).toBe(seen.findIndex((n) => n > 900));
  expect(seen.length).toBeGreaterThan(count + 1);
});
