import { expect, test } from 'vitest';
import { concatBytes, decodeHex, encodeHex } from '../wire/bytes.ts';
import { EDWARDS, RISTRETTO } from './curve25519-groups.ts';

const scalar = (value: number): Uint8Array => Uint8Array.of(value, ...new Uint8Array(31));
const hex = (bytes: Uint8Array | undefined): string | undefined => bytes && encodeHex(bytes);

// Source: RFC 9496, appendix A.1.
const RISTRETTO_MULTIPLES = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  'e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76',
  '6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919',
  '94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259',
  'da80862773358b466ffadfe0b3293ab3d9fd53c5ea6c955358f568322daf6a57',
];

test('multiples of the base of Ristretto', () => {
  const base = decodeHex(RISTRETTO_MULTIPLES[1]);
  RISTRETTO_MULTIPLES.forEach((expected, i) => {
    expect(hex(RISTRETTO.multiply(scalar(i), base))).toBe(expected);
    expect(RISTRETTO.validate(decodeHex(expected))).toBe(true);
    if (i > 0) {
      expect(hex(RISTRETTO.add(base, decodeHex(RISTRETTO_MULTIPLES[i - 1])))).toBe(expected);
      expect(hex(RISTRETTO.subtract(decodeHex(expected), base))).toBe(RISTRETTO_MULTIPLES[i - 1]);
    }
  });
});

test('a sum of products is the sum of the products', () => {
  const base = decodeHex(`58${'66'.repeat(31)}`);
  const points = [1, 2, 3].map((i) => EDWARDS.multiply(scalar(i), base) as Uint8Array);
  const sum = EDWARDS.multiscalarMultiply(concatBytes([5, 0, 9].map(scalar)), concatBytes(points), 3);
  expect(hex(sum)).toBe(hex(EDWARDS.multiply(scalar(32), base)));
});

test('a scalar is below the order of the group', () => {
  const base = decodeHex(RISTRETTO_MULTIPLES[1]);
  const order = decodeHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');
  expect(RISTRETTO.multiply(order, base)).toBe(undefined);
  order[0]--;
  expect(RISTRETTO.multiply(order, base)).toBeDefined();
});
