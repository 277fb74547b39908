import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, test } from 'vitest';
import { randomNumbers } from '../../../test/support/random-numbers.ts';
import { ModuleBuilder } from '../../wasm/module-builder.ts';
import { L, P, Y_OF_ORDER_8 } from './constants.ts';
import { definePairBytes } from './pair-bytes.ts';
import { definePairEncoding } from './pair-encoding.ts';
import { LIMB_STARTS, PAIR_BYTES, PAIR_LIMBS, PairField } from './pair-field.ts';
import { definePairPoints, POINT_BYTES, XY, ZT } from './pair-point.ts';
import { defineMultiplyScalars, defineShorten } from './short-scalars.ts';

const module = new ModuleBuilder();
module.memory(1, 1, 'memory');
const field = new PairField(module, 4096);
const pairBytes = definePairBytes(module, field, 8192);
const points = definePairPoints(module, field, 12288);
const encoding = definePairEncoding(module, field, pairBytes, 16384);
const FUNCTIONS = {
  mul: field.mul,
  sqr: field.sqr,
  fromBytes: pairBytes.fromBytes,
  toBytes: pairBytes.toBytes,
  toWords: pairBytes.toWords,
  double: points.double,
  add: points.add,
  toNiels: points.toNiels,
  decompressNegated: encoding.decompressNegated,
  encode: encoding.encode,
  isIdentity: encoding.isIdentity,
  invert: encoding.invert,
  shorten: defineShorten(module, 24576),
  multiplyScalars: defineMultiplyScalars(module),
};
for (const [name, index] of Object.entries(FUNCTIONS)) module.export(name, 'function', index);
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish()));
const wasm = exports as unknown as Record<keyof typeof FUNCTIONS, (...args: number[]) => number>;
const { buffer } = exports['memory'] as WebAssembly.Memory;
const bytes = new Uint8Array(buffer);
const doubles = new Float64Array(buffer);

const [BYTES, BYTES1] = [0, 64];
const [A, B, C] = [512, 512 + PAIR_BYTES, 512 + 2 * PAIR_BYTES];
const [P0, P1, NIELS] = [2048, 2048 + POINT_BYTES, 2048 + 2 * POINT_BYTES];

const { random, randomBig } = randomNumbers();
const modulo = (value: bigint, by = P): bigint => ((value % by) + by) % by;

function put(address: number, value: bigint, length = 32): void {
  for (let i = 0; i < length; i++) bytes[address + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}
function get(address: number, length = 32): bigint {
  let value = 0n;
  for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[address + i]);
  return value;
}
/** Limbs in units of their own. */
function putLimbs(address: number, lane: number, units: (i: number) => number): void {
  for (let i = 0; i < PAIR_LIMBS; i++) doubles[address / 8 + 2 * i + lane] = units(i) * 2 ** LIMB_STARTS[i];
}
function limbsAt(address: number, lane: number): number[] {
  return Array.from({ length: PAIR_LIMBS }, (_, i) => doubles[address / 8 + 2 * i + lane]);
}
const numberAt = (address: number, lane: number): bigint =>
  limbsAt(address, lane).reduce((sum, x) => sum + BigInt(x), 0n);
/** The largest a limb may be in a tight element. */
const tight = (i: number): number => 2 ** (LIMB_STARTS[i + 1] - LIMB_STARTS[i] - 1) + 2 ** 10;
const isTight = (address: number, lane: number): boolean =>
  limbsAt(address, lane).every((limb, i) => Math.abs(limb) <= tight(i) * 2 ** LIMB_STARTS[i]);

const EDGES = [0n, 1n, 2n, 18n, 19n, 20n, P - 20n, P - 19n, P - 2n, P - 1n, P, P + 1n, P + 18n, 2n ** 255n - 1n];
const POWERS = Array.from({ length: 255 }, (_, i) => 2n ** BigInt(i)).flatMap((power2) => [power2, modulo(-power2)]);
const NUMBERS = [...EDGES, ...POWERS, ...Array.from({ length: 500 }, () => randomBig(255))];

describe('pairs of field elements', () => {
  test('limbs begin at multiples of 21.25, rounded up, and products at the beginning of a limb or above', () => {
    expect(LIMB_STARTS).toEqual([0, 22, 43, 64, 85, 107, 128, 149, 170, 192, 213, 234, 255]);
    for (let i = 0; i < PAIR_LIMBS; i++) {
      for (let j = 0; j < PAIR_LIMBS; j++) {
        const column = i + j < PAIR_LIMBS ? LIMB_STARTS[i + j] : LIMB_STARTS[i + j - PAIR_LIMBS] + 255;
        expect(LIMB_STARTS[i] + LIMB_STARTS[j]).toBeGreaterThanOrEqual(column);
      }
    }
  });

  test('columns of a product of 16 times the tight limbs are below 2^53 units', () => {
    for (let k = 0; k < PAIR_LIMBS; k++) {
      let most = 0;
      for (let i = 0; i < PAIR_LIMBS; i++) {
        const j = (k - i + PAIR_LIMBS) % PAIR_LIMBS;
        const factor = i + j === k ? 1 : 19 * 2 ** -255;
        most += tight(i) * tight(j) * 2 ** (LIMB_STARTS[i] + LIMB_STARTS[j] - LIMB_STARTS[k]) * factor;
      }
      expect(16 * most).toBeLessThan(2 ** 53);
    }
  });

  test('bytes are read modulo 2^255 and written modulo p, each lane for itself', () => {
    for (const [i, number] of NUMBERS.entries()) {
      const other = NUMBERS[(i * 7 + 3) % NUMBERS.length];
      put(BYTES, number | (BigInt(i & 1) << 255n));
      put(BYTES1, other);
      wasm.fromBytes(A, BYTES, BYTES1);
      expect([numberAt(A, 0), numberAt(A, 1)]).toEqual([number, other]);
      wasm.toBytes(BYTES, A);
      wasm.toBytes(BYTES1, A + 8);
      expect([get(BYTES), get(BYTES1)]).toEqual([modulo(number), modulo(other)]);
      for (let k = 0; k < 2 * PAIR_LIMBS; k++) doubles[A / 8 + k] *= -3;
      wasm.toBytes(BYTES, A);
      expect(get(BYTES)).toBe(modulo(-3n * number));
    }
  });

  test('products of the largest limbs allowed, of either sign, come out right and tight', () => {
    for (const [timesA, timesB] of [
      [1, 16],
      [4, 4],
      [16, 1],
      [1, 1],
    ]) {
      for (let round = 0; round < 300; round++) {
        for (const [address, times] of [
          [A, timesA],
          [B, timesB],
        ]) {
          for (const lane of [0, 1]) {
            // The first ones at the limits, in patterns of signs; then anything between.
            const sign = (i: number): number => ((round >> (i % 5)) & 1 ? -1 : 1);
            putLimbs(address, lane, (i) =>
              Math.floor(times * tight(i) * (round < 40 ? sign(i + lane) : random() * 2 - 1)),
            );
          }
        }
        const expected = [0, 1].map((lane) => modulo(numberAt(A, lane) * numberAt(B, lane)));
        wasm.mul(C, A, B);
        expect([0, 1].map((lane) => modulo(numberAt(C, lane)))).toEqual(expected);
        expect(isTight(C, 0) && isTight(C, 1)).toBe(true);
        if (timesA > 4) continue;
        const squares = [0, 1].map((lane) => modulo(numberAt(A, lane) ** 2n));
        wasm.sqr(A, A, 1);
        expect([0, 1].map((lane) => modulo(numberAt(A, lane)))).toEqual(squares);
        expect(isTight(A, 0) && isTight(A, 1)).toBe(true);
      }
    }
  });

  test('stay right over 20,000 products one after the other', () => {
    put(BYTES, randomBig(255));
    put(BYTES1, randomBig(255));
    wasm.fromBytes(A, BYTES, BYTES1);
    wasm.fromBytes(B, BYTES1, BYTES);
    let [a, b] = [get(BYTES), get(BYTES1)];
    const [x, y] = [b, a];
    for (let i = 0; i < 10_000; i++) {
      wasm.mul(A, A, B);
      wasm.sqr(A, A, 1);
      [a, b] = [modulo(modulo(a * x) ** 2n), modulo(modulo(b * y) ** 2n)];
      if (i % 100 === 0) expect([modulo(numberAt(A, 0)), modulo(numberAt(A, 1))]).toEqual([a, b]);
    }
    expect([modulo(numberAt(A, 0)), modulo(numberAt(A, 1))]).toEqual([a, b]);
  });

  test('lane 0 is inverted into both lanes', () => {
    for (const number of NUMBERS.slice(0, 100)) {
      put(BYTES, number);
      put(BYTES1, 5n);
      wasm.fromBytes(A, BYTES, BYTES1);
      wasm.invert(B, A);
      wasm.mul(C, A, B);
      const one = modulo(number) === 0n ? 0n : 1n;
      expect(modulo(numberAt(C, 0))).toBe(one);
      expect(modulo(numberAt(B, 1) * number)).toBe(one);
    }
  });

  test('words are limbs without their units', () => {
    put(BYTES, randomBig(255));
    put(BYTES1, randomBig(255));
    wasm.fromBytes(A, BYTES, BYTES1);
    for (let i = 0; i < PAIR_LIMBS; i++) doubles[A / 8 + 2 * i] *= -1;
    wasm.toWords(B, A);
    const words = new Int32Array(buffer, B, 2 * PAIR_LIMBS);
    for (const lane of [0, 1]) {
      const limbs = limbsAt(A, lane);
      for (let i = 0; i < PAIR_LIMBS; i++) expect(words[2 * i + lane] * 2 ** LIMB_STARTS[i]).toBe(limbs[i]);
    }
  });
});

describe('points in pairs', () => {
  const { Point } = ed25519;
  type Point = InstanceType<typeof Point>;
  const TORSION = Point.fromBytes(toBytes(Y_OF_ORDER_8), true);
  const torsion = (i: number): Point => (i === 0 ? Point.ZERO : TORSION.multiplyUnsafe(BigInt(i)));
  function toBytes(value: bigint): Uint8Array {
    return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
  }
  const SOME = [
    ...Array.from({ length: 8 }, (_, i) => torsion(i)),
    ...Array.from({ length: 12 }, (_, i) => Point.BASE.multiply(randomBig(250) + 1n).add(torsion(i % 8))),
  ];
  /** Loads −a and −b. */
  const load = (a: Uint8Array, b: Uint8Array): number => {
    bytes.set(a, BYTES);
    bytes.set(b, BYTES1);
    return wasm.decompressNegated(P0, P1, BYTES, BYTES1);
  };
  const encoded = (address: number): string => {
    wasm.encode(BYTES, address);
    return Buffer.from(bytes.subarray(BYTES, BYTES + 32)).toString('hex');
  };

  test('come from bytes negated, two at a time, and go back', () => {
    for (const a of SOME) {
      for (const b of SOME.slice(6, 12)) {
        expect(load(a.toBytes(), b.toBytes())).toBe(3);
        expect([encoded(P0), encoded(P1)]).toEqual([a.negate().toHex(), b.negate().toHex()]);
      }
    }
  });

  test('it is told of each whether it is one, and y of p and above is taken modulo p', () => {
    const base = Point.BASE.toBytes();
    const isPoint = (candidate: Uint8Array): boolean => {
      try {
        Point.fromBytes(candidate, true);
        return true;
      } catch {
        return false;
      }
    };
    for (let y = 0n; y < 60n; y++) {
      for (const value of [y, P - y - 1n, P + y, randomBig(255)]) {
        if (value >= 2n ** 255n) continue;
        const candidate = toBytes(value);
        const holds = isPoint(toBytes(value % P)) ? 1 : 0;
        expect(load(candidate, base), `${value}`).toBe(holds + 2);
        if (holds === 1)
          expect(encoded(P0)).toBe(
            Point.fromBytes(toBytes(value % P), true)
              .negate()
              .toHex(),
          );
        expect(load(base, candidate), `${value}`).toBe(1 + 2 * holds);
        expect(load(candidate, candidate), `${value}`).toBe(3 * holds);
      }
    }
  });

  test('are added, subtracted and doubled, whichever they are', () => {
    for (const a of SOME) {
      for (const b of SOME) {
        for (const isNegative of [0, 1]) {
          load(a.negate().toBytes(), b.negate().toBytes());
          wasm.toNiels(NIELS, P1);
          wasm.add(P0, NIELS, isNegative);
          const sum = isNegative ? a.subtract(b) : a.add(b);
          expect(encoded(P0)).toBe(sum.toHex());
          expect(wasm.isIdentity(P0)).toBe(sum.is0() ? 1 : 0);
          wasm.double(P0);
          expect(encoded(P0)).toBe(sum.double().toHex());
          // T fits the rest.
          const [x, y] = [numberAt(P0 + XY, 0), numberAt(P0 + XY, 1)];
          const [z, t] = [numberAt(P0 + ZT, 0), numberAt(P0 + ZT, 1)];
          expect(modulo(x * y)).toBe(modulo(z * t));
        }
      }
    }
  });
});

describe('short scalars', () => {
  const [U, V, K, S] = [1024, 1088, 1152, 1216];

  /** What is wanted of u and v, and how long they are. */
  function shorten(k: bigint): { isFallback: boolean; bits: number } {
    put(K, k);
    const shape = wasm.shorten(U, V, K);
    const u = get(U);
    const v = shape & 1 ? -get(V) : get(V);
    expect(u & 1n, `${k}`).toBe(1n);
    expect(modulo(u * k - v, 8n * L), `${k}`).toBe(0n);
    expect(u < 2n ** 172n, `${k}`).toBe(true);
    const isFallback = (shape & 2) !== 0;
    if (isFallback) expect([u, v]).toEqual([1n, k]);
    else expect(get(V) < 2n ** 128n, `${k}`).toBe(true);
    return { isFallback, bits: Math.max(u.toString(2).length, get(V).toString(2).length) };
  }

  test('v is uk modulo 8L, u is odd and both are short, for the challenges there are', () => {
    let bits = 0;
    for (let i = 0; i < 3000; i++) {
      const found = shorten(randomBig(512) % L);
      expect(found.isFallback).toBe(false);
      bits += found.bits;
    }
    expect(bits / 3000).toBeLessThan(130);
  });

  test('whatever the challenge, the equation stays the same', () => {
    const whole = 8n * L;
    const edges = [0n, 1n, 2n, 3n, 4n, 7n, 8n, L - 1n, L - 2n, L - 8n, (L - 1n) / 2n, (L + 1n) / 2n];
    const powers = Array.from({ length: 253 }, (_, i) => 2n ** BigInt(i));
    // Near fractions of 8L with small denominators quotients are large; golden ones take the most steps.
    const fractions = Array.from({ length: 200 }, (_, i) => (whole * BigInt(i % 13)) / BigInt(i + 101));
    let golden: [bigint, bigint] = [1n, 1n];
    while (golden[1] < L) golden = [golden[1], golden[0] + golden[1]];
    for (const k of [...edges, ...powers, ...fractions, golden[0]]) {
      for (const near of [k - 1n, k, k + 1n]) if (near >= 0n && near < L) shorten(near);
    }
  });

  test('u times s has all its bits', () => {
    for (let i = 0; i < 300; i++) {
      const [u, s] = i === 0 ? [2n ** 172n - 1n, L - 1n] : [randomBig(172), randomBig(252)];
      put(U, u);
      put(S, s);
      wasm.multiplyScalars(1280, U, S);
      expect(get(1280, 64)).toBe(u * s);
    }
  });
});
