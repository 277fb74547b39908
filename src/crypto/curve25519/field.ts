// Arithmetic modulo p = 2^255 − 19 in WebAssembly, which has no 64 × 64 → 128 bit product. An element is nine signed
// limbs of 29 bits, an i64 each, little end first. 2^261 is 1216 modulo p, so what grows beyond nine limbs comes back in
// at the bottom.
//
// "Tight" limbs, as mul and sqr leave them, are within ±(2^28 + 2^17). Sums and differences aren't carried: mul takes
// any limbs whose products stay below 2^59.8, which a sum of two tight ones times a sum of four does. Plain
// columns measured faster than two forms of Karatsuba's, for which the engine runs out of registers. Two elements at once
// go faster in pair-field.ts; here is what has only one to do: whether a number is a square, and what its inverse is.

import type { FunctionBuilder } from '../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../wasm/module-builder.ts';
import { LIMBS } from './constants.ts';
import { loadBits, storeBytes } from './limbs.ts';

export const LIMB_BITS = 29;
export const FIELD_BYTES = LIMBS * 8;
export const LIMB_MASK = 2 ** LIMB_BITS - 1;
const HALF_LIMB = 2 ** (LIMB_BITS - 1);
/** 2^(9 · 29) modulo p. */
const FOLD = 19 * 2 ** (LIMBS * LIMB_BITS - 255);
/** Bits of the top limb below 2^255. */
const TOP_BITS = 255 - (LIMBS - 1) * LIMB_BITS;

/** The limbs of a constant, as bytes for a data segment. */
export function fieldBytes(value: bigint): Uint8Array {
  const out = new Uint8Array(FIELD_BYTES);
  const view = new DataView(out.buffer);
  for (let i = 0; i < LIMBS; i++) {
    view.setBigInt64(i * 8, (value >> BigInt(i * LIMB_BITS)) & BigInt(LIMB_MASK), true);
  }
  return out;
}

/** `mul(dst, a, b)`: dst = a · b, tight. All may be the same. */
export function defineMul(module: ModuleBuilder): number {
  const f = module.function(['i32', 'i32', 'i32']);
  const a = loadLimbs(f, 1);
  const b = loadLimbs(f, 2);
  const columns = Array.from({ length: 2 * LIMBS - 1 }, () => f.local('i64'));
  for (const [k, column] of columns.entries()) {
    const from = Math.max(0, k - LIMBS + 1);
    for (let i = from; i <= Math.min(k, LIMBS - 1); i++) {
      const partner = b[k - i];
      f.get(a[i]).get(partner).op('i64Mul');
      if (i > from) f.op('i64Add');
    }
    f.set(column);
  }
  reduceAndStore(f, columns);
  return f.index;
}

/** `sqr(dst, a)`: dst = a², tight. Both may be the same. */
export function defineSqr(module: ModuleBuilder): number {
  const f = module.function(['i32', 'i32']);
  const a = loadLimbs(f, 1);
  const columns = Array.from({ length: 2 * LIMBS - 1 }, () => f.local('i64'));
  for (const [k, column] of columns.entries()) {
    const from = Math.max(0, k - LIMBS + 1);
    for (let i = from; i < k - i; i++) {
      const partner = a[k - i];
      f.get(a[i]).get(partner).op('i64Mul');
      if (i > from) f.op('i64Add');
    }
    if (from < k - from) f.i64(1).op('i64Shl');
    if (k % 2 === 0) {
      const middle = a[k / 2];
      f.get(middle).get(middle).op('i64Mul');
      if (from < k - from) f.op('i64Add');
    }
    f.set(column);
  }
  reduceAndStore(f, columns);
  return f.index;
}

function loadLimbs(f: FunctionBuilder, pointer: number): number[] {
  return Array.from({ length: LIMBS }, (_, i) => {
    const limb = f.local('i64');
    const at = 8 * i;
    f.get(pointer).load('i64Load', at).set(limb);
    return limb;
  });
}

/** Folds seventeen columns to nine, carries until they are tight and stores them at parameter 0. */
function reduceAndStore(f: FunctionBuilder, columns: readonly number[]): void {
  const carry = f.local('i64');
  // From the high columns digits of 29 bits are cut upwards, each folded in nine columns below.
  for (let k = LIMBS; k < columns.length; k++) {
    const isLast = k === columns.length - 1;
    const below = columns[k - LIMBS];
    f.get(columns[k]).i64(LIMB_MASK).op('i64And').i64(FOLD).op('i64Mul');
    f.get(below).op('i64Add').set(below);
    f.get(columns[k]).i64(LIMB_BITS).op('i64ShrS');
    if (isLast) f.i64(FOLD).op('i64Mul');
    const into = columns[isLast ? LIMBS - 1 : k + 1];
    f.get(into).op('i64Add').set(into);
  }
  const carryOver = (from: number, to: number): void => {
    const [low, high] = [columns[from], columns[to]];
    f.get(low).i64(HALF_LIMB).op('i64Add').i64(LIMB_BITS).op('i64ShrS').tee(carry);
    if (to < from) f.i64(FOLD).op('i64Mul');
    f.get(high).op('i64Add').set(high);
    f.get(low).get(carry).i64(LIMB_BITS).op('i64Shl', 'i64Sub').set(low);
  };
  // Two chains side by side, so that neither waits for the other.
  for (const i of [0, 4, 1, 5, 2, 6, 3, 7, 4]) carryOver(i, i + 1);
  carryOver(LIMBS - 1, 0);
  carryOver(0, 1);
  for (const [i, column] of columns.slice(0, LIMBS).entries()) {
    const at = 8 * i;
    f.get(0).get(column).store('i64Store', at);
  }
}

/** `fromBytes(dst, bytes)`: bits 0 to 254 of 32 bytes, whatever bit 255 is. Limbs are below 2^29. */
export function defineFromBytes(module: ModuleBuilder): number {
  const f = module.function(['i32', 'i32']);
  for (let i = 0; i < LIMBS; i++) {
    const bits = i === LIMBS - 1 ? TOP_BITS : LIMB_BITS;
    const [start, to] = [i * LIMB_BITS, i * 8];
    f.get(0);
    loadBits(f, 1, 32, start, bits);
    f.store('i64Store', to);
  }
  return f.index;
}

/** `toBytes(bytes, a)`: the 32 bytes of the one representative from 0 to p − 1. Any limbs within ±2^31. */
export function defineToBytes(module: ModuleBuilder): number {
  const f = module.function(['i32', 'i32']);
  const limbs = loadLimbs(f, 1);
  const carry = f.local('i64');
  const quotient = f.local('i64');
  /** Carries all limbs, the first one with `plus` added, and leaves what is at 2^255 and above in `quotient`. */
  const carryUp = (plus: () => void, keep: boolean): void => {
    f.get(limbs[0]);
    plus();
    f.op('i64Add').set(carry);
    for (let i = 0; i < LIMBS; i++) {
      const bits = i === LIMBS - 1 ? TOP_BITS : LIMB_BITS;
      const [limb, above, mask] = [limbs[i], limbs[i + 1], 2 ** bits - 1];
      if (keep) f.get(carry).i64(mask).op('i64And').set(limb);
      f.get(carry).i64(bits).op('i64ShrS');
      if (above !== undefined) {
        // Where nothing is kept the limbs above are still those before this pass.
        f.get(above).op('i64Add').set(carry);
      } else {
        f.set(quotient);
      }
    }
  };
  const times19 = (): void => void f.get(quotient).i64(19).op('i64Mul');
  // Twice is enough to land in 0 … 2^255 − 1; then p is subtracted where 19 more would reach 2^255.
  carryUp(() => f.i64(0), true);
  carryUp(times19, true);
  carryUp(times19, true);
  carryUp(() => f.i64(19), false);
  carryUp(times19, true);
  storeBytes(
    f,
    limbs,
    limbs.map((_, i) => i * LIMB_BITS),
  );
  return f.index;
}
