// The C programs as mainnet is, in both ABIs; `npm run conformance -- cpi` runs them under other rules too.

import { expect, test } from 'vitest';
import { CASES } from './cases.ts';
import { CpiStage } from './stage.ts';

test('C programs end as they do on LiteSVM, to the byte', () => {
  const stage = new CpiStage();
  const failures: string[] = [];
  let count = 0;
  for (const testCase of CASES) {
    for (const abi of testCase.abis ?? (['c', 'rust'] as const)) {
      const { difference } = stage.run(testCase, abi);
      count++;
      if (difference !== undefined) failures.push(`${testCase.program} (${abi}): ${testCase.name}: ${difference}`);
    }
  }
  expect(failures).toEqual([]);
  expect(count).toBeGreaterThan(400);
});
