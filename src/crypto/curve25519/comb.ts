// A comb is a table of all i · 2^(w·j) · P for 1 ≤ i ≤ 2^(w − 1): a scalar's signed digits of w bits pick one entry each,
// and nothing is doubled. The base point has one, and so do keys that sign often.
//
// An entry is an affine point in Niels form, its limbs without their units: y + x and y − x side by side, then 2dxy.

import type { FunctionBuilder } from '../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../wasm/module-builder.ts';
import { ENTRY_BYTES, SCALAR_BITS } from './comb-layout.ts';
import type { PairBytes } from './pair-bytes.ts';
import type { PairEncoding } from './pair-encoding.ts';
import { loadAt, PAIR_BYTES, PAIR_LIMBS, type PairField, vectors } from './pair-field.ts';
import { type PairPoints, POINT_BYTES, SUM_DIFFERENCE, TWICE_ZT, XY, ZT } from './pair-point.ts';

const VECTOR_BYTES = 16;
/** The widest comb there is scratch memory for. */
export const MAX_COMB_WIDTH = 8;
const MAX_MULTIPLES = 2 ** (MAX_COMB_WIDTH - 1);
/** Where 2dxy begins in an entry. */
const XY2D = PAIR_LIMBS * 8;

/** A constant, an expanded entry, two points, four pairs, a window of points and of the products of their Z. */
const EXPANDED = VECTOR_BYTES;
const STEP = EXPANDED + POINT_BYTES;
const SUM = STEP + POINT_BYTES;
const PAIRS = SUM + POINT_BYTES;
const MULTIPLES = PAIRS + 4 * PAIR_BYTES;
const PRODUCTS = MULTIPLES + MAX_MULTIPLES * POINT_BYTES;
export const COMB_SCRATCH = PRODUCTS + MAX_MULTIPLES * PAIR_BYTES;

export interface CombFunctions {
  /** `add(accumulator, scalar, table, width)`: adds scalar · P. The scalar's 32 bytes are followed by 8 of zero. */
  readonly add: number;
  /** `build(p, table, width)`: the table of P, which is left at a multiple of itself. */
  readonly build: number;
}

export interface PairFunctions {
  readonly field: PairField;
  readonly bytes: PairBytes;
  readonly points: PairPoints;
  readonly encoding: PairEncoding;
}

export function defineComb(module: ModuleBuilder, pairs: PairFunctions, scratch: number): CombFunctions {
  return { add: defineAdd(module, pairs, scratch), build: defineBuild(module, pairs, scratch) };
}

function defineAdd(module: ModuleBuilder, pairs: PairFunctions, scratch: number): number {
  const expand = defineExpand(module, pairs.field, scratch);
  const f = module.function(['i32', 'i32', 'i32', 'i32']);
  const [accumulator, scalar, table, width] = [0, 1, 2, 3];
  const position = f.local('i32');
  const carry = f.local('i32');
  const digit = f.local('i32');
  const windowBytes = f.local('i32');
  f.i32(ENTRY_BYTES).get(width).i32(1).op('i32Sub', 'i32Shl').set(windowBytes);
  const nextWindow = f.loop();
  f.get(scalar).get(position).i32(3).op('i32ShrU', 'i32Add').load('i32Load16U');
  f.get(position).i32(7).op('i32And', 'i32ShrU').i32(1).get(width).op('i32Shl').i32(1).op('i32Sub', 'i32And');
  f.get(carry).op('i32Add').set(digit);
  // Above half the radix, the digit is counted down from the next one.
  f.get(digit).i32(1).get(width).i32(1).op('i32Sub', 'i32Shl', 'i32GtU').set(carry);
  f.get(digit).get(carry).get(width).op('i32Shl', 'i32Sub').tee(digit).if();
  f.get(table).get(digit).i32(0).get(digit).op('i32Sub').get(carry).op('i32Eqz', 'select').i32(1).op('i32Sub');
  f.i32(ENTRY_BYTES).op('i32Mul', 'i32Add').call(expand);
  f.get(accumulator)
    .i32(scratch + EXPANDED)
    .get(carry)
    .call(pairs.points.add);
  f.end();
  f.get(table).get(windowBytes).op('i32Add').set(table);
  f.get(position).get(width).op('i32Add').tee(position).i32(SCALAR_BITS).op('i32LeU').brIf(nextWindow);
  f.end();
  return f.index;
}

/** `expand(entry)`: the entry in Niels form. */
function defineExpand(module: ModuleBuilder, field: PairField, scratch: number): number {
  module.data(scratch, vectors([[2, 2]]));
  const f = module.function(['i32']);
  const two = loadAt(f, undefined, scratch);
  const zero = f.local('v128');
  const limbs = f.local('v128');
  for (let i = 0; i < PAIR_LIMBS; i++) {
    const at = i * VECTOR_BYTES;
    f.i32(0)
      .get(0)
      .loadVector('v128Load64Zero', i * 8)
      .simd('f64x2ConvertLowI32x4S');
    f.i32(0)
      .loadVector('v128Load', field.units + at)
      .simd('f64x2Mul');
    f.storeVector(scratch + EXPANDED + SUM_DIFFERENCE + at);
    // 2dxy goes to lane 1, beside the 2 that is 2Z.
    if (i % 2 === 0)
      f.get(0)
        .loadVector('v128Load64Zero', XY2D + i * 4)
        .simd('f64x2ConvertLowI32x4S')
        .set(limbs);
    f.i32(0)
      .get(i === 0 ? two : zero)
      .get(limbs)
      .shuffle(0, 2 + (i % 2));
    f.i32(0)
      .loadVector('v128Load', field.units + at)
      .simd('f64x2Mul');
    f.storeVector(scratch + EXPANDED + TWICE_ZT + at);
  }
  return f.index;
}

function defineBuild(
  module: ModuleBuilder,
  { field, bytes, points, encoding }: PairFunctions,
  scratch: number,
): number {
  const { mul } = field;
  const swapLanes = defineLanes(module, 1, 0);
  const spread = defineLanes(module, 0, 0);
  const f = module.function(['i32', 'i32', 'i32']);
  const [p, table, width] = [0, 1, 2];
  const [step, sum] = [scratch + STEP, scratch + SUM];
  const [inverse, zInverse, xy, other] = [0, 1, 2, 3].map((i) => scratch + PAIRS + i * PAIR_BYTES);
  const [multiples, products] = [scratch + MULTIPLES, scratch + PRODUCTS];
  const windowsLeft = f.local('i32');
  const count = f.local('i32');
  const i = f.local('i32');
  const entry = f.local('i32');
  /** Address of element i (or of i plus `ahead`) of a list. */
  const at = (list: number, size: number, ahead = 0): FunctionBuilder => {
    const start = list + ahead * size;
    return f.get(i).i32(size).op('i32Mul').i32(start).op('i32Add');
  };
  f.i32(SCALAR_BITS).get(width).op('i32DivU').i32(1).op('i32Add').set(windowsLeft);
  f.i32(1).get(width).i32(1).op('i32Sub', 'i32Shl').set(count);

  const nextWindow = f.loop();
  // The multiples P, 2P, … of this window, and the products of their Z (in lane 0), each with those before it.
  f.i32(step).get(p).call(points.toNiels);
  f.i32(sum).get(p).call(points.copy);
  f.i32(0).set(i);
  const nextMultiple = f.loop();
  at(multiples, POINT_BYTES).i32(sum).call(points.copy);
  at(products, PAIR_BYTES);
  f.i32(encoding.one);
  at(products, PAIR_BYTES, -1)
    .get(i)
    .op('i32Eqz', 'select')
    .i32(sum + ZT)
    .call(mul);
  f.i32(sum).i32(step).i32(0).call(points.add);
  f.get(i).i32(1).op('i32Add').tee(i).get(count).op('i32LtU').brIf(nextMultiple);
  f.end();
  // One inversion for them all, taken apart from the last one down.
  f.i32(inverse);
  at(products, PAIR_BYTES, -1).call(encoding.invert);
  const nextEntry = f.loop();
  f.get(i).i32(1).op('i32Sub').set(i);
  f.i32(zInverse).i32(inverse);
  f.i32(encoding.one);
  at(products, PAIR_BYTES, -1).get(i).op('i32Eqz', 'select').call(mul);
  f.i32(inverse).i32(inverse);
  at(multiples + ZT, POINT_BYTES).call(mul);
  f.i32(zInverse).i32(zInverse).call(spread);
  f.i32(xy);
  at(multiples + XY, POINT_BYTES)
    .i32(zInverse)
    .call(mul);
  f.i32(other).i32(xy).call(swapLanes);
  f.i32(other).i32(other).i32(xy).call(mul);
  f.i32(other).i32(other).i32(points.twoAnd2d).call(mul);
  f.i32(xy).i32(xy).call(points.sumDifference);
  f.get(i).i32(ENTRY_BYTES).op('i32Mul').get(table).op('i32Add').tee(entry).i32(xy).call(bytes.toWords);
  f.i32(xy).i32(other).call(bytes.toWords);
  for (let limb = 0; limb < PAIR_LIMBS; limb++) {
    const [from, to] = [xy + limb * 8 + 4, XY2D + limb * 4];
    f.get(entry).i32(0).load('i32Load', from).store('i32Store', to);
  }
  f.get(i).brIf(nextEntry);
  f.end();
  // On to 2^width · P.
  f.get(count).i32(ENTRY_BYTES).op('i32Mul').get(table).op('i32Add').set(table);
  f.get(width).set(i);
  const nextDoubling = f.loop();
  f.get(p).call(points.double);
  f.get(i).i32(1).op('i32Sub').tee(i).brIf(nextDoubling);
  f.end();
  f.get(windowsLeft).i32(1).op('i32Sub').tee(windowsLeft).brIf(nextWindow);
  f.end();
  return f.index;
}

/** `lanes(dst, a)`: the pair of these lanes of a. */
function defineLanes(module: ModuleBuilder, first: number, second: number): number {
  const f = module.function(['i32', 'i32']);
  const v = f.local('v128');
  for (let at = 0; at < PAIR_BYTES; at += VECTOR_BYTES) {
    f.get(0).get(1).loadVector('v128Load', at).tee(v).get(v).shuffle(first, second).storeVector(at);
  }
  return f.index;
}
