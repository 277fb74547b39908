import { expect, test } from 'vitest';
import { allocateAccountData } from './account-data.ts';

test('new data is zeros, and nobody else’s, also where a buffer ends', () => {
  const arrays: Uint8Array[] = [];
  for (let i = 0; i < 200; i++) {
    const data = allocateAccountData(1 + ((i * 37) % 512));
    expect(
      data.every((byte) => byte === 0),
      `${i}`,
    ).toBe(true);
    arrays.push(data.fill((i % 255) + 1));
  }
  arrays.forEach((data, i) => {
    expect(
      data.every((byte) => byte === (i % 255) + 1),
      `${i}`,
    ).toBe(true);
  });
});
