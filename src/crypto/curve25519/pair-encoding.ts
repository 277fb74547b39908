// Points between their 32 bytes and their coordinates. Two points are read at once, one in each lane: what takes the time
// is a power of 252 squarings, and the second one's is for free.

import type { FunctionBuilder } from '../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../wasm/module-builder.ts';
import { defineInvert, GCD_SCRATCH_BYTES } from './binary-gcd.ts';
import { EDWARDS_D, SQRT_OF_MINUS_1 } from './constants.ts';
import { defineFromBytes, defineToBytes, FIELD_BYTES } from './field.ts';
import type { PairBytes } from './pair-bytes.ts';
import { loadAt, PAIR_BYTES, type PairField, pairBytes } from './pair-field.ts';
import { XY, ZT } from './pair-point.ts';

const VECTOR_BYTES = 16;

/** Constants, pairs for what is between, bytes, and an element of field.ts. */
const ONE = 0;
const D = PAIR_BYTES;
const SQRT_M1 = 2 * PAIR_BYTES;
const TEMPORARIES = 3 * PAIR_BYTES;
const TEMPORARY_COUNT = 8;
const ENCODED = TEMPORARIES + TEMPORARY_COUNT * PAIR_BYTES;
const SCALAR_ELEMENT = ENCODED + 32;
const GCD = SCALAR_ELEMENT + Math.ceil(FIELD_BYTES / 16) * 16;
export const PAIR_ENCODING_SCRATCH = GCD + GCD_SCRATCH_BYTES;

export interface PairEncoding {
  /**
   * `decompress(p0, p1, bytes0, bytes1) → i32`: the negatives of the points that the bytes encode. Bit 0 of the result
   * tells that the first is one, bit 1 the second.
   */
  readonly decompressNegated: number;
  /** `encode(bytes, p)`: 32 bytes. */
  readonly encode: number;
  /** `isIdentity(p) → i32`. */
  readonly isIdentity: number;
  /** Address of 1 in both lanes. */
  readonly one: number;
  /** `invert(dst, a)`: 1/a of lane 0, in both lanes; 0 for 0. */
  readonly invert: number;
}

export function definePairEncoding(
  module: ModuleBuilder,
  field: PairField,
  { fromBytes, toBytes }: PairBytes,
  scratch: number,
): PairEncoding {
  const { mul, sqr } = field;
  const [one, d, sqrtM1] = [scratch + ONE, scratch + D, scratch + SQRT_M1];
  module.data(one, pairBytes(1n));
  module.data(d, pairBytes(EDWARDS_D));
  module.data(sqrtM1, pairBytes(SQRT_OF_MINUS_1));
  const temporary = Array.from({ length: TEMPORARY_COUNT }, (_, i) => scratch + TEMPORARIES + i * PAIR_BYTES);
  const encoded = scratch + ENCODED;
  const element = scratch + SCALAR_ELEMENT;
  const isZero = defineIsZero(module, toBytes, encoded);

  const invert = module.function(['i32', 'i32']);
  invert.i32(encoded).get(1).call(toBytes);
  invert.i32(element).i32(encoded).call(defineFromBytes(module));
  invert
    .i32(element)
    .i32(element)
    .call(defineInvert(module, scratch + GCD));
  invert.i32(encoded).i32(element).call(defineToBytes(module));
  invert.get(0).i32(encoded).i32(encoded).call(fromBytes);

  const decompress = module.function(['i32', 'i32', 'i32', 'i32'], ['i32']);
  {
    const f = decompress;
    const [y, u, v, v3, x, check, other, power] = temporary;
    const isPoint = f.local('i32');
    const lanes = f.local('i32');
    // u = y² − 1, v = dy² + 1
    f.i32(y).get(2).get(3).call(fromBytes);
    f.i32(u).i32(y).i32(1).call(sqr);
    f.i32(v).i32(u).i32(d).call(mul);
    f.i32(0).i32(0).loadVector('v128Load', u).i32(0).loadVector('v128Load', one).simd('f64x2Sub').storeVector(u);
    f.i32(0).i32(0).loadVector('v128Load', v).i32(0).loadVector('v128Load', one).simd('f64x2Add').storeVector(v);
    // x = u v³ (u v⁷)^((p − 5)/8), a root of u/v or of −u/v
    f.i32(v3).i32(v).i32(1).call(sqr);
    f.i32(v3).i32(v3).i32(v).call(mul);
    f.i32(x).i32(v3).i32(1).call(sqr);
    f.i32(x).i32(x).i32(v).call(mul);
    f.i32(x).i32(x).i32(u).call(mul);
    writePower(f, field, x, [check, other, power]);
    f.i32(x).i32(x).i32(u).call(mul);
    f.i32(x).i32(x).i32(v3).call(mul);
    // v x² is u, or −u, or there is no root.
    f.i32(check).i32(x).i32(1).call(sqr);
    f.i32(check).i32(check).i32(v).call(mul);
    f.i32(other).i32(x).i32(sqrtM1).call(mul);
    for (let at = 0; at < PAIR_BYTES; at += VECTOR_BYTES) {
      const [a, b] = [loadAt(f, undefined, check + at), loadAt(f, undefined, u + at)];
      f.i32(0)
        .get(a)
        .get(b)
        .simd('f64x2Sub')
        .storeVector(check + at);
      f.i32(0)
        .get(a)
        .get(b)
        .simd('f64x2Add')
        .storeVector(power + at);
    }
    for (const lane of [0, 1]) {
      const offset = 8 * lane;
      f.i32(check + offset)
        .call(isZero)
        .if();
      f.get(isPoint)
        .i32(1 + lane)
        .op('i32Or')
        .set(isPoint);
      f.else()
        .i32(power + offset)
        .call(isZero)
        .if();
      f.get(isPoint)
        .i32(1 + lane)
        .op('i32Or')
        .set(isPoint);
      copyLane(f, x + offset, other + offset);
      f.end().end();
      // The negative has the root whose lowest bit is not the sign.
      f.i32(encoded)
        .i32(x + offset)
        .call(toBytes);
      f.i32(0).load('i32Load8U', encoded).i32(1).op('i32And');
      f.get(2 + lane)
        .load('i32Load8U', 31)
        .i32(7)
        .op('i32ShrU', 'i32Eq')
        .if();
      f.get(lanes)
        .i32(1 + lane)
        .op('i32Or')
        .set(lanes);
      f.end();
    }
    for (const lane of [0, 1]) {
      f.get(lanes)
        .i32(1 + lane)
        .op('i32And')
        .if();
      negateLane(f, x + 8 * lane);
      f.end();
    }
    f.i32(check).i32(x).i32(y).call(mul);
    for (let at = 0; at < PAIR_BYTES; at += VECTOR_BYTES) {
      const [xs, ys, ones, ts] = [x, y, one, check].map((from) => loadAt(f, undefined, from + at));
      for (const lane of [0, 1]) {
        f.get(lane)
          .get(xs)
          .get(ys)
          .shuffle(lane, 2 + lane)
          .storeVector(XY + at);
        f.get(lane)
          .get(ones)
          .get(ts)
          .shuffle(lane, 2 + lane)
          .storeVector(ZT + at);
      }
    }
    f.get(isPoint);
  }

  const encode = module.function(['i32', 'i32']);
  {
    const f = encode;
    const [t0] = temporary;
    f.i32(t0).get(1).i32(ZT).op('i32Add').call(invert.index);
    f.i32(t0).i32(t0).get(1).call(mul);
    f.i32(encoded).i32(t0).call(toBytes);
    f.get(0)
      .i32(t0 + 8)
      .call(toBytes);
    f.get(0).get(0).load('i32Load8U', 31);
    f.i32(0).load('i32Load8U', encoded).i32(7).op('i32Shl', 'i32Or').store('i32Store8', 31);
  }

  const isIdentity = module.function(['i32'], ['i32']);
  {
    // X is 0, and Y is Z. (0, −1) has Y = −Z.
    const f = isIdentity;
    const [t0] = temporary;
    const zero = f.local('v128');
    for (let at = 0; at < PAIR_BYTES; at += VECTOR_BYTES) {
      f.i32(0)
        .get(0)
        .loadVector('v128Load', XY + at);
      f.get(zero)
        .get(0)
        .loadVector('v128Load', ZT + at)
        .shuffle(0, 2)
        .simd('f64x2Sub')
        .storeVector(t0 + at);
    }
    f.i32(t0)
      .call(isZero)
      .i32(t0 + 8)
      .call(isZero)
      .op('i32And');
  }

  return {
    decompressNegated: decompress.index,
    encode: encode.index,
    isIdentity: isIdentity.index,
    invert: invert.index,
    one,
  };
}

function copyLane(f: FunctionBuilder, to: number, from: number): void {
  for (let at = 0; at < PAIR_BYTES; at += VECTOR_BYTES) {
    f.i32(0)
      .i32(0)
      .load('i64Load', from + at)
      .store('i64Store', to + at);
  }
}

function negateLane(f: FunctionBuilder, lane: number): void {
  for (let at = 0; at < PAIR_BYTES; at += VECTOR_BYTES) {
    f.i32(0)
      .i32(0)
      .load('i64Load', lane + at)
      .i64(-0x8000_0000_0000_0000n)
      .op('i64Xor')
      .store('i64Store', lane + at);
  }
}

/** `isZero(lane) → i32`: whether a lane is 0 modulo p. */
function defineIsZero(module: ModuleBuilder, toBytes: number, bytes: number): number {
  const f = module.function(['i32'], ['i32']);
  f.i32(bytes).get(0).call(toBytes);
  f.i32(0).load('i64Load', bytes);
  for (let at = bytes + 8; at < bytes + 32; at += 8) f.i32(0).load('i64Load', at).op('i64Or');
  f.op('i64Eqz');
  return f.index;
}

/** x = x^(2^252 − 3), that is x^((p − 5)/8). Exponents 2^n − 1 are built from one another. */
function writePower(f: FunctionBuilder, { mul, sqr }: PairField, x: number, [t0, t1, t2]: readonly number[]): void {
  /** to = a^(2^count) · b */
  const raise = (to: number, a: number, count: number, b: number): void => {
    f.i32(t2).i32(a).i32(count).call(sqr);
    f.i32(to).i32(t2).i32(b).call(mul);
  };
  f.i32(t0).i32(x).i32(1).call(sqr); // 2
  raise(t1, t0, 2, x); // 9
  f.i32(t0).i32(t0).i32(t1).call(mul); // 11
  raise(t0, t0, 1, t1); // 2^5 − 1
  raise(t0, t0, 5, t0);
  raise(t1, t0, 10, t0); // 2^20 − 1
  raise(t1, t1, 20, t1);
  raise(t0, t1, 10, t0); // 2^50 − 1
  raise(t1, t0, 50, t0);
  raise(t1, t1, 100, t1); // 2^200 − 1
  raise(t0, t1, 50, t0);
  raise(x, t0, 2, x);
}
