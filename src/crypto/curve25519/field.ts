// Arithmetic modulo p = 2^255 − 19 in WebAssembly, which has no 64 × 64 → 128 bit product. An element is nine signed
// limbs of 29 bits, an i64 each, little end first. 2^261 is 1216 modulo p, so what grows beyond nine limbs comes back in
// at the bottom.
//
// "Tight" limbs, as mul and sqr leave them, are within ±(2^28 + 2^17). Sums and differences aren't carried: mul takes
// any limbs whose products stay below 2^59.8, which a sum of two tight ones times a sum of four does. Plain
// columns measured faster than two forms of Karatsuba's, for which the engine runs out of registers.

import type { FunctionBuilder } from '../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../wasm/module-builder.ts';
import { LIMBS } from './constants.ts';

export const LIMB_BITS = 29;
export const FIELD_BYTES = LIMBS * 8;
export const LIMB_MASK = 2 ** LIMB_BITS - 1;
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
      f.get(a[i])
        .get(b[k - i])
        .op('i64Mul');
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
      f.get(a[i])
        .get(a[k - i])
        .op('i64Mul');
      if (i > from) f.op('i64Add');
    }
    if (from < k - from) f.i64(1).op('i64Shl');
    if (k % 2 === 0) {
      f.get(a[k / 2])
        .get(a[k / 2])
        .op('i64Mul');
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
    f.get(pointer)
      .load('i64Load', 8 * i)
      .set(limb);
    return limb;
  });
}

/** Folds seventeen columns to nine, carries until they are tight and stores them at parameter 0. */
function reduceAndStore(f: FunctionBuilder, columns: readonly number[]): void {
  const carry = f.local('i64');
  // From the high columns digits of 29 bits are cut upwards, each folded in nine columns below.
  for (let k = LIMBS; k < columns.length; k++) {
    const isLast = k === columns.length - 1;
    f.get(columns[k]).i64(LIMB_MASK).op('i64And').i64(FOLD).op('i64Mul');
    f.get(columns[k - LIMBS])
      .op('i64Add')
      .set(columns[k - LIMBS]);
    f.get(columns[k]).i64(LIMB_BITS).op('i64ShrS');
    if (isLast) f.i64(FOLD).op('i64Mul');
    const into = columns[isLast ? LIMBS - 1 : k + 1];
    f.get(into).op('i64Add').set(into);
  }
  const carryOver = (from: number, to: number): void => {
    f.get(columns[from])
      .i64(2 ** (LIMB_BITS - 1))
      .op('i64Add')
      .i64(LIMB_BITS)
      .op('i64ShrS')
      .tee(carry);
    if (to < from) f.i64(FOLD).op('i64Mul');
    f.get(columns[to]).op('i64Add').set(columns[to]);
    f.get(columns[from]).get(carry).i64(LIMB_BITS).op('i64Shl', 'i64Sub').set(columns[from]);
  };
  // Two chains side by side, so that neither waits for the other.
  for (const i of [0, 4, 1, 5, 2, 6, 3, 7, 4]) carryOver(i, i + 1);
  carryOver(LIMBS - 1, 0);
  carryOver(0, 1);
  for (let i = 0; i < LIMBS; i++)
    f.get(0)
      .get(columns[i])
      .store('i64Store', 8 * i);
}

/** `add(dst, a, b)` or `sub(dst, a, b)`, limb by limb. */
export function defineLimbwise(module: ModuleBuilder, op: 'i64Add' | 'i64Sub'): number {
  const f = module.function(['i32', 'i32', 'i32']);
  for (let i = 0; i < LIMBS; i++) {
    f.get(0)
      .get(1)
      .load('i64Load', 8 * i)
      .get(2)
      .load('i64Load', 8 * i)
      .op(op)
      .store('i64Store', 8 * i);
  }
  return f.index;
}

/** `fromBytes(dst, bytes)`: bits 0 to 254 of 32 bytes, whatever bit 255 is. Limbs are below 2^29. */
export function defineFromBytes(module: ModuleBuilder): number {
  const f = module.function(['i32', 'i32']);
  for (let i = 0; i < LIMBS; i++) {
    // The last eight bytes hold all of the upper limbs, so that nothing is read behind them.
    const byte = Math.min((i * LIMB_BITS) >> 3, 24);
    const bits = i === LIMBS - 1 ? TOP_BITS : LIMB_BITS;
    f.get(0).get(1).load('i64Load', byte);
    f.i64(i * LIMB_BITS - byte * 8)
      .op('i64ShrU')
      .i64(2 ** bits - 1)
      .op('i64And')
      .store('i64Store', 8 * i);
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
      if (keep)
        f.get(carry)
          .i64(2 ** bits - 1)
          .op('i64And')
          .set(limbs[i]);
      f.get(carry).i64(bits).op('i64ShrS');
      if (i < LIMBS - 1) {
        // Where nothing is kept the limbs above are still those before this pass.
        f.get(limbs[i + 1])
          .op('i64Add')
          .set(carry);
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
  // Words of 64 bits from limbs of 29.
  for (let word = 0; word < 4; word++) {
    f.get(0);
    let isFirst = true;
    for (let i = 0; i < LIMBS; i++) {
      const shift = i * LIMB_BITS - word * 64;
      if (shift <= -LIMB_BITS || shift >= 64) continue;
      f.get(limbs[i])
        .i64(Math.abs(shift))
        .op(shift >= 0 ? 'i64Shl' : 'i64ShrU');
      if (!isFirst) f.op('i64Or');
      isFirst = false;
    }
    f.store('i64Store', word * 8);
  }
  return f.index;
}
