import { getBase58Decoder } from '@solana/kit';
import { expect, test } from 'vitest';
import { decodeBase58, decodeKnownAddress, encodeBase58 } from './base58.ts';

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

test('known addresses are read the same in both ways', () => {
  for (let round = 0; round < 200; round++) {
    // Some begin with zeros, which are digits too.
    const bytes = Uint8Array.from({ length: 32 }, (_, i) =>
      i < round % 33 ? 0 : Math.imul(round * 32 + i + 1, 0x9e3779b1) >>> 24,
    );
    expect(decodeKnownAddress(encodeBase58(bytes))).toEqual(bytes);
  }
  expect(decodeKnownAddress('JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFG')).toEqual(new Uint8Array(32).fill(255));
});
