import internal from 'litesvm/dist/internal.js';
import { expect, test } from 'vitest';
import { minimumBalance } from './rent.ts';

test.each([
  [6960n, 1],
  [3480n, 2],
  [1000n, 2.5],
  [333n, 0.1],
  [0n, 1],
  [1n, 1e300],
  [5n, Number.NaN],
  [5n, -1],
])('%s lamports a byte, times %s, make the minimum that LiteSVM says', (lamportsPerByte, exemptionThreshold) => {
  const theirs = new internal.Rent(lamportsPerByte, exemptionThreshold, 50);
  const rent = { lamportsPerByte, exemptionThreshold, burnPercent: 50 };
  for (const len of [0, 1, 80, 165, 10 * 1024 * 1024]) {
    expect(minimumBalance(rent, len), `${len} bytes`).toBe(theirs.minimumBalance(BigInt(len)));
    expect(minimumBalance(rent, len), 'remembered').toBe(theirs.minimumBalance(BigInt(len)));
  }
});
