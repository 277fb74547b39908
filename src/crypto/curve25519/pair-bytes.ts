// Pairs of field elements between their bytes and their limbs. A limb becomes a number when it is put into the low bits of
// a 2^52 and that is subtracted; it becomes an integer when 1.5 · 2^52 is added and the bits are read.

import type { ModuleBuilder } from '../../wasm/module-builder.ts';
import { loadBits, storeBytes } from './limbs.ts';
import { LIMB_STARTS, loadAt, PAIR_BYTES, PAIR_LIMBS, type PairField, vectors } from './pair-field.ts';

const VECTOR_BYTES = 16;
/** 2^52 and 1.5 · 2^52: their bits, of which the low ones are 0. */
const TWO_52_BITS = 0x4330_0000_0000_0000n;
const MAGIC_BITS = 0x4338_0000_0000_0000n;
const MAGIC = VECTOR_BYTES;
const INTEGERS = 2 * VECTOR_BYTES;
/** Scratch memory: two constants, and limbs as integers. */
export const PAIR_BYTES_SCRATCH = INTEGERS + PAIR_BYTES;

export interface PairBytes {
  /** `fromBytes(dst, bytes0, bytes1)`: bits 0 to 254 of 32 bytes for each lane. Limbs are up to twice as large as tight ones. */
  readonly fromBytes: number;
  /** `toBytes(bytes, lane)`: the 32 bytes of the one representative from 0 to p − 1; `lane` is the address of a pair, 8 more for lane 1. */
  readonly toBytes: number;
  /** `toWords(dst, pair)`: the limbs without their units, two i32 each, lane 0 first. */
  readonly toWords: number;
}

export function definePairBytes(module: ModuleBuilder, field: PairField, scratch: number): PairBytes {
  module.data(
    scratch,
    vectors([
      [2 ** 52, 2 ** 52],
      [1.5 * 2 ** 52, 1.5 * 2 ** 52],
    ]),
  );
  return {
    fromBytes: defineFromBytes(module, field, scratch),
    toBytes: defineToBytes(module, field, scratch),
    toWords: defineToWords(module, field, scratch),
  };
}

function defineFromBytes(module: ModuleBuilder, field: PairField, scratch: number): number {
  const f = module.function(['i32', 'i32', 'i32']);
  for (let i = 0; i < PAIR_LIMBS; i++) {
    const width = LIMB_STARTS[i + 1] - LIMB_STARTS[i];
    for (const lane of [0, 1]) {
      f.get(0);
      loadBits(f, 1 + lane, 32, LIMB_STARTS[i], width);
      f.i64(TWO_52_BITS)
        .op('i64Or')
        .store('i64Store', i * VECTOR_BYTES + lane * 8);
    }
  }
  const two52 = loadAt(f, undefined, scratch);
  for (let at = 0; at < PAIR_BYTES; at += VECTOR_BYTES) {
    f.get(0).get(0).loadVector('v128Load', at).get(two52).simd('f64x2Sub');
    f.i32(0)
      .loadVector('v128Load', field.units + at)
      .simd('f64x2Mul')
      .storeVector(at);
  }
  return f.index;
}

function defineToBytes(module: ModuleBuilder, field: PairField, scratch: number): number {
  const f = module.function(['i32', 'i32']);
  const magic = loadAt(f, undefined, scratch + MAGIC);
  const limbs = Array.from({ length: PAIR_LIMBS }, (_, i) => {
    const at = i * VECTOR_BYTES;
    f.i32(0)
      .get(1)
      .loadVector('v128Load64Zero', at)
      .i32(0)
      .loadVector('v128Load', field.toInteger + at);
    f.simd('f64x2Mul')
      .get(magic)
      .simd('f64x2Add')
      .storeVector(scratch + INTEGERS + at);
    const limb = f.local('i64');
    f.i32(0)
      .load('i64Load', scratch + INTEGERS + at)
      .i64(MAGIC_BITS)
      .op('i64Sub')
      .set(limb);
    return limb;
  });
  const carry = f.local('i64');
  const quotient = f.local('i64');
  /** Carries all limbs, the first one with `plus` times 19 added, and leaves what is at 2^255 and above in `quotient`. */
  const carryUp = (plus: () => unknown, keep: boolean): void => {
    f.get(limbs[0]);
    plus();
    f.i64(19).op('i64Mul', 'i64Add').set(carry);
    for (const [i, limb] of limbs.entries()) {
      const width = LIMB_STARTS[i + 1] - LIMB_STARTS[i];
      if (keep)
        f.get(carry)
          .i64(2 ** width - 1)
          .op('i64And')
          .set(limb);
      f.get(carry).i64(width).op('i64ShrS');
      if (i < PAIR_LIMBS - 1)
        f.get(limbs[i + 1])
          .op('i64Add')
          .set(carry);
      else f.set(quotient);
    }
  };
  // Twice is enough to land in 0 … 2^255 − 1; then p is subtracted where 19 more would reach 2^255.
  carryUp(() => f.i64(0), true);
  carryUp(() => f.get(quotient), true);
  carryUp(() => f.get(quotient), true);
  carryUp(() => f.i64(1), false);
  carryUp(() => f.get(quotient), true);
  storeBytes(f, limbs, LIMB_STARTS);
  return f.index;
}

function defineToWords(module: ModuleBuilder, field: PairField, scratch: number): number {
  const f = module.function(['i32', 'i32']);
  const magic = loadAt(f, undefined, scratch + MAGIC);
  for (let i = 0; i < PAIR_LIMBS; i++) {
    const at = i * VECTOR_BYTES;
    f.i32(0)
      .get(1)
      .loadVector('v128Load', at)
      .i32(0)
      .loadVector('v128Load', field.toInteger + at);
    f.simd('f64x2Mul')
      .get(magic)
      .simd('f64x2Add')
      .storeVector(scratch + INTEGERS + at);
    for (const lane of [0, 1]) {
      const [from, to] = [scratch + INTEGERS + at + lane * 8, i * 8 + lane * 4];
      f.get(0).i32(0).load('i32Load', from).store('i32Store', to);
    }
  }
  return f.index;
}
