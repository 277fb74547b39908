import { expect, test } from 'vitest';
import { concatBytes, decodeHex, encodeHex } from '../wire/bytes.ts';
import { addG1, compressG1, compressG2, decompressG1, decompressG2, multiplyG1, pairing } from './alt-bn128.ts';

const word = (value: string): string => value.padStart(64, '0');
const G = decodeHex(word('1') + word('2'));
const MINUS_G = decodeHex(word('1') + word('30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd45'));
/** Source: EIP-196 and go-ethereum's bn256 vectors. */
const TWO_G =
  '030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd315ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4';
/** G2's generator. Source: EIP-197. */
const H = decodeHex(
  '198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2' +
    '1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed' +
    '090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b' +
    '12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa',
);
const hex = (bytes: Uint8Array | undefined): string | undefined => bytes && encodeHex(bytes);

test('twice the generator', () => {
  expect(hex(addG1(concatBytes([G, G]), 'big'))).toBe(TWO_G);
  expect(hex(multiplyG1(concatBytes([G, decodeHex(word('2'))]), 'big'))).toBe(TWO_G);
});

test('a point and its negative', () => {
  expect(hex(addG1(concatBytes([G, MINUS_G]), 'big'))).toBe('00'.repeat(64));
  expect(hex(pairing(concatBytes([G, H, MINUS_G, H]), 'big'))).toBe(word('1'));
  expect(hex(pairing(concatBytes([G, H]), 'big'))).toBe(word('0'));
});

test('a compressed point is decompressed to itself', () => {
  for (const point of [G, MINUS_G]) {
    expect(hex(decompressG1(compressG1(point, 'big') as Uint8Array, 'big'))).toBe(encodeHex(point));
  }
  expect(hex(decompressG2(compressG2(H, 'big') as Uint8Array, 'big'))).toBe(encodeHex(H));
});
