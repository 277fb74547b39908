// The C programs as mainnet is, in both ABIs; `npm run conformance -- cpi` runs them under other rules too.

import { expect, test } from 'vitest';
import { CASES, OTHER_RULES } from './cases.ts';
import { CpiStage } from './stage.ts';

test('C programs end as they do on LiteSVM, to the byte', () => {
  const stage = new CpiStage();
  const failures: string[] = [];
  let count = 0;
  for (const [i, testCase] of CASES.entries()) {
    // The command runs all of these.
    if (testCase.program === 'edges' && i % 7 !== 0) continue;
    for (const abi of testCase.abis ?? (['c', 'rust'] as const)) {
      const { difference } = stage.run(testCase, abi);
      count++;
      if (difference !== undefined) failures.push(`${testCase.program} (${abi}): ${testCase.name}: ${difference}`);
    }
  }
  expect(failures).toEqual([]);
  expect(count).toBeGreaterThan(400);
});

test('accounts grow around calls where account data is in regions and pointers are of any origin', () => {
  const stage = new CpiStage();
  const failures: string[] = [];
  for (const { about, without, ...options } of OTHER_RULES) {
    if (options.on === undefined || options.off === undefined) continue;
    for (const testCase of CASES) {
      if (testCase.program !== 'realloc' || testCase.name === without) continue;
      const { difference } = stage.run({ ...testCase, expected: undefined, options }, 'c');
      if (difference !== undefined) failures.push(`${testCase.name}, ${about}: ${difference}`);
    }
  }
  expect(failures).toEqual([]);
});
