import { getBase58Decoder } from '@solana/kit';
import { expect, test } from 'vitest';
import { decodeBase58, encodeBase58 } from './base58.ts';

const kit = getBase58Decoder();

test('every length is written as kit writes it, and read back', () => {
  let seed = 1;
  const next = () => (seed = (seed * 48271) % 2147483647);
  for (let length = 0; length < 100; length++) {
    for (const byte of [() => 0, () => 255, () => next() & 0xff, () => (next() & 3 ? 0 : next() & 0xff)]) {
      const bytes = Uint8Array.from({ length }, byte);
      const text = encodeBase58(bytes);
      expect(text).toBe(kit.decode(bytes));
      expect(decodeBase58(text)).toEqual(bytes);
    }
  }
});
