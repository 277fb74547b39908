import { describe, expect, test } from 'vitest';
import { randomNumbers } from '../../../test/support/random-numbers.ts';
import { ModuleBuilder } from '../../wasm/module-builder.ts';
import { defineInvert, defineIsSquare } from './binary-gcd.ts';
import { L, LIMBS, P } from './constants.ts';
import { defineFromBytes, defineMul, defineSqr, defineToBytes, FIELD_BYTES, LIMB_BITS } from './field.ts';
import { defineReduce } from './scalar.ts';

const module = new ModuleBuilder();
module.memory(1, 1, 'memory');
const FUNCTIONS = {
  mul: defineMul(module),
  sqr: defineSqr(module),
  fromBytes: defineFromBytes(module),
  toBytes: defineToBytes(module),
  isSquare: defineIsSquare(module, 4096),
  invert: defineInvert(module, 8192),
  reduce: defineReduce(module),
};
for (const [name, index] of Object.entries(FUNCTIONS)) module.export(name, 'function', index);
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish()));
const wasm = exports as unknown as Record<keyof typeof FUNCTIONS, (...args: number[]) => number>;
const { buffer } = exports['memory'] as WebAssembly.Memory;
const bytes = new Uint8Array(buffer);
const limbs = new BigInt64Array(buffer);

const BYTES = 0;
const [A, B, C] = [512, 512 + FIELD_BYTES, 512 + 2 * FIELD_BYTES];

const { random, randomBig } = randomNumbers();
const modulo = (value: bigint): bigint => ((value % P) + P) % P;
const power = (base: bigint, exponent: bigint): bigint => {
  let result = 1n;
  for (let square = modulo(base); exponent > 0n; exponent >>= 1n, square = (square * square) % P) {
    if (exponent & 1n) result = (result * square) % P;
  }
  return result;
};

function put(address: number, value: bigint, length = 32): void {
  for (let i = 0; i < length; i++) bytes[address + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}
function get(address: number, length = 32): bigint {
  let value = 0n;
  for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[address + i]);
  return value;
}
function putLimbs(address: number, values: readonly number[]): void {
  for (const [i, value] of values.entries()) limbs[address / 8 + i] = BigInt(value);
}
/** x ± y, limb by limb. */
function combine(to: number, x: number, sign: bigint, y: number): void {
  for (let i = 0; i < LIMBS; i++) limbs[to / 8 + i] = limbs[x / 8 + i] + sign * limbs[y / 8 + i];
}
function numberAt(address: number): bigint {
  let value = 0n;
  for (let i = 0; i < LIMBS; i++) value += limbs[address / 8 + i] << BigInt(LIMB_BITS * i);
  return value;
}

const EDGES = [0n, 1n, 2n, 18n, 19n, 20n, P - 20n, P - 19n, P - 2n, P - 1n, P, P + 1n, P + 18n, 2n ** 255n - 1n];
const POWERS = Array.from({ length: 255 }, (_, i) => 2n ** BigInt(i)).flatMap((power2) => [power2, modulo(-power2)]);
const NUMBERS = [...EDGES, ...POWERS, ...Array.from({ length: 500 }, () => randomBig(255))];

describe('field', () => {
  test('bytes are read modulo 2^255 and written modulo p', () => {
    for (const number of NUMBERS) {
      for (const sign of [0n, 1n]) {
        put(BYTES, number | (sign << 255n));
        wasm.fromBytes(A, BYTES);
        expect(numberAt(A)).toBe(number);
        wasm.toBytes(BYTES, A);
        expect(get(BYTES)).toBe(modulo(number));
      }
    }
  });

  test('products of the largest limbs allowed, of either sign, come out right and tight', () => {
    const most = [
      [2 ** 29.58, 2 ** 30],
      [2 ** 29.9, 2 ** 29.9],
      [2 ** 28 + 2 ** 17, 2 ** 28 + 2 ** 17],
    ];
    const isTight = (): boolean =>
      Array.from({ length: LIMBS }, (_, i) => limbs[C / 8 + i]).every(
        (limb) => limb < 2 ** 28 + 2 ** 17 && limb > -(2 ** 28 + 2 ** 17),
      );
    for (const [mostOfA, mostOfB] of most) {
      for (let i = 0; i < 400; i++) {
        // The first ones at the limits, then anything between.
        const pick = (limit: number, sign: number): number[] =>
          Array.from({ length: LIMBS }, () => Math.floor(limit * (i < 4 ? sign : random() * 2 - 1)));
        putLimbs(A, pick(mostOfA, i & 1 ? 1 : -1));
        putLimbs(B, pick(mostOfB, i & 2 ? 1 : -1));
        wasm.mul(C, A, B);
        expect(modulo(numberAt(C))).toBe(modulo(numberAt(A) * numberAt(B)));
        expect(isTight()).toBe(true);
        if (mostOfA !== mostOfB) continue;
        wasm.sqr(C, A);
        expect(modulo(numberAt(C))).toBe(modulo(numberAt(A) ** 2n));
        expect(isTight()).toBe(true);
      }
    }
  });

  test('differences of either sign are written modulo p', () => {
    for (let i = 0; i < NUMBERS.length; i++) {
      const [a, b] = [NUMBERS[i], NUMBERS[(i * 7 + 3) % NUMBERS.length]];
      put(BYTES, a);
      wasm.fromBytes(A, BYTES);
      put(BYTES, b);
      wasm.fromBytes(B, BYTES);
      combine(C, A, -1n, B);
      wasm.toBytes(BYTES, C);
      expect(get(BYTES)).toBe(modulo(a - b));
      combine(C, C, 1n, A);
      wasm.toBytes(BYTES, C);
      expect(get(BYTES)).toBe(modulo(2n * a - b));
    }
  });
});

describe('binary gcd', () => {
  test('tells squares and inverts, for limbs of bytes and for signed ones', () => {
    for (const number of NUMBERS) {
      put(BYTES, number);
      wasm.fromBytes(A, BYTES);
      expect(wasm.isSquare(A) === 1, `${number}`).toBe(power(number, (P - 1n) / 2n) !== P - 1n);
      wasm.invert(B, A);
      wasm.toBytes(BYTES, B);
      expect(get(BYTES), `${number}`).toBe(power(number, P - 2n));
      wasm.sqr(C, A);
      expect(wasm.isSquare(C), `${number}`).toBe(1);
      wasm.invert(B, C);
      wasm.toBytes(BYTES, B);
      expect(get(BYTES), `${number}`).toBe(power(number * number, P - 2n));
    }
  });

  test('is consistent on 100,000 numbers: 2x is a square where x is none, and x · 1/x is 1', () => {
    put(BYTES, randomBig(255));
    wasm.fromBytes(A, BYTES);
    for (let i = 0; i < 100_000; i++) {
      wasm.sqr(A, A);
      limbs[A / 8] += BigInt(i);
      combine(B, A, 1n, A);
      if (wasm.isSquare(A) + wasm.isSquare(B) !== 1) expect.fail(`isSquare of ${numberAt(A)}`);
      wasm.invert(B, A);
      wasm.mul(C, A, B);
      wasm.toBytes(BYTES, C);
      if (bytes[BYTES] !== 1 || limbs[BYTES / 8 + 1] !== 0n) expect.fail(`invert of ${numberAt(A)}`);
    }
  });
});

describe('scalars', () => {
  test('512 bits are reduced to the least number modulo L', () => {
    const most = 2n ** 512n - 1n;
    const multiples = [1n, 2n, 3n, 15n, 16n, most / L - 1n, most / L, 2n ** 252n, 2n ** 259n].map((n) => n * L);
    const edges = [0n, 1n, most, 2n ** 252n - 1n, 2n ** 252n, 2n ** 253n - 1n, ...POWERS];
    const near = multiples.flatMap((number) => [number - 1n, number, number + 1n]);
    const random512 = Array.from({ length: 1000 }, () => randomBig(512));
    const high = Array.from({ length: 260 }, (_, i) => most - 2n ** BigInt(252 + i));
    for (const number of [...edges, ...near, ...random512, ...high]) {
      if (number > most) continue;
      put(BYTES, number, 64);
      wasm.reduce(128, BYTES);
      expect(get(128), `${number}`).toBe(number % L);
    }
  });
});
