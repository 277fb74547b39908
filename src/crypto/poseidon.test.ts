import { expect, test } from 'vitest';
import { decodeHex, encodeHex } from '../wire/bytes.ts';
import { hashPoseidon } from './poseidon.ts';

// circomlib's own vectors: poseidon([1]), poseidon([1, 2]), poseidon([1, 2, 3, 4]).
test.each([
  [1, '29176100eaa962bdc1fe6c654d6a3c130e96a4d1168b33848b897dc502820133'],
  [2, '115cc0f5e7d690413df64c6b9662e9cf2a3617f2743245519e19607a4417189a'],
  [4, '299c867db6c1fdd79dcefa40e4510b9837e60ebb1ce0663dbaa525df65250465'],
])('the numbers from 1 to %i', (count, expected) => {
  const inputs = Array.from({ length: count }, (_, i) => decodeHex((i + 1).toString(16).padStart(64, '0')));
  expect(encodeHex(hashPoseidon(inputs, 'big') as Uint8Array)).toBe(expected);
});

test('there is no hash of nothing, of thirteen elements, or of the order of the field', () => {
  const order = decodeHex('30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001');
  expect(hashPoseidon([], 'big')).toBe(undefined);
  expect(hashPoseidon(new Array<Uint8Array>(13).fill(new Uint8Array(32)), 'big')).toBe(undefined);
  expect(hashPoseidon([order], 'big')).toBe(undefined);
  expect(hashPoseidon([order.reverse()], 'little')).toBe(undefined);
});
