import { expect, test } from 'vitest';
import { bigModExp, isSupportedModulus } from './big-mod-exp.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

test.each([
  ['5² mod 7', bytes(5), bytes(2), bytes(7), bytes(4)],
  ['numbers are little-endian', bytes(0, 1), bytes(1), bytes(0xff), bytes(1)],
  ['the result is as long as the modulus', bytes(2), bytes(2), bytes(7, 0, 0), bytes(4, 0, 0)],
  ['0⁰ is 1', bytes(), bytes(), bytes(3), bytes(1)],
  ['a base that the modulus divides', bytes(14), bytes(3), bytes(7), bytes(0)],
  ['zeros behind the exponent', bytes(3), bytes(4, 0, 0), bytes(11), bytes(4)],
  ['an exponent of two bytes', bytes(3), bytes(0, 1), bytes(101), bytes(Number(3n ** 256n % 101n))],
])('%s', (_title, base, exponent, modulus, expected) => {
  expect(bigModExp(base, exponent, modulus)).toEqual(expected);
});

test('a modulus is odd and greater than 1', () => {
  expect([bytes(), bytes(0), bytes(1), bytes(1, 0), bytes(2), bytes(0, 1)].some(isSupportedModulus)).toBe(false);
  expect([bytes(3), bytes(1, 1), bytes(255)].every(isSupportedModulus)).toBe(true);
});
