import { blake3 } from '@noble/hashes/blake3.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { describe, expect, test } from 'vitest';
import { encodeHex } from '../wire/bytes.ts';
import { hashes } from './hashes.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('hashes', () => {
  // About every block, piece and chunk there is: 64, 128, 136, 1024 bytes, and the module's input of 8192.
  const lengths = [
    ...Array.from({ length: 300 }, (_, i) => i),
    ...[1023, 1024, 1025, 2047, 2048, 2049, 3072, 3073, 4096, 4097, 5000, 5121, 7168, 7169],
    ...[7900, 7935, 7936, 7937, 7999, 8000, 8001, 8063, 8064, 8065, 8191, 8192, 8193, 15872, 15873, 16128, 16129],
    ...[31_744, 31_745, 65_536, 100_000],
  ];
  const input = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31) ^ (i >> 7));

  test.each([
    ['sha256', hashes.sha256, sha256],
    ['sha512', hashes.sha512, sha512],
    ['keccak256', hashes.keccak256, keccak_256],
    ['blake3', hashes.blake3, blake3],
  ] as const)("%s is @noble's for inputs of every length about a block", (_, own, noble) => {
    for (const length of lengths) {
      // From different places, so that nothing left of the input before can pass for padding.
      const data = input.subarray(input.length - length);
      if (encodeHex(own(data)) !== encodeHex(noble(data))) expect.fail(`${length} bytes`);
    }
  });

  test('a hash stays as it is when the next one is made', () => {
    const first = hashes.sha256(text('a'));
    hashes.sha256(text('b'));
    expect(encodeHex(first)).toBe('ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb');
  });

  test('keccak256 is the one of Ethereum, not SHA-3', () => {
    expect(encodeHex(hashes.keccak256(new Uint8Array(0)))).toBe(
      'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
    );
  });
});
