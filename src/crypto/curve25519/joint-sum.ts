// The sum of four multiples of points in WebAssembly, with one row of doublings for them all. Each scalar is written as a
// non-adjacent form of width w: one digit in w + 1 isn't 0, and those are odd, so that the odd multiples below 2^(w − 1)
// are table enough.

import type { FunctionBuilder } from '../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../wasm/module-builder.ts';
import type { PairPoints } from './pair-point.ts';
import { POINT_BYTES } from './pair-point.ts';

/** How many multiples are summed. Their digits for a power of 2 stand side by side, 16 bits each. */
const TERMS = 4;
const DIGIT_BYTES = 2;
const ROW_BYTES = TERMS * DIGIT_BYTES;
/** Powers of 2 for scalars below 2^256. */
export const MAX_DIGITS = 260;
/** The widest form there is a use for. */
export const MAX_NAF_WIDTH = 10;

/** Digits, and a point. */
const STEP = MAX_DIGITS * ROW_BYTES;
export const JOINT_SUM_SCRATCH = STEP + 16 + POINT_BYTES;

export interface JointSum {
  /** `clear()`: all digits are 0. */
  readonly clear: number;
  /**
   * `setDigits(term, scalar, bits, width, isNegative)`: of a scalar below 2^(bits − width), or of its negative. Behind
   * its bits come 32 of zero.
   */
  readonly setDigits: number;
  /** `buildTable(p, table, count)`: p, 3p, 5p, … in Niels form. p becomes another point. */
  readonly buildTable: number;
  /** `sum(accumulator, table0, table1, table2, table3)`. */
  readonly sum: number;
}

export function oddMultiplesBytes(width: number): number {
  return 2 ** (width - 2) * POINT_BYTES;
}

export function defineJointSum(module: ModuleBuilder, points: PairPoints, scratch: number): JointSum {
  const clear = module.function([]);
  clear
    .i32(scratch)
    .i32(0)
    .i32(MAX_DIGITS * ROW_BYTES)
    .memoryFill();
  return {
    clear: clear.index,
    setDigits: defineSetDigits(module, scratch),
    buildTable: defineBuildTable(module, points, scratch + Math.ceil(STEP / 16) * 16),
    sum: defineSum(module, points, scratch),
  };
}

function defineSetDigits(module: ModuleBuilder, digits: number): number {
  const f = module.function(['i32', 'i32', 'i32', 'i32', 'i32']);
  const [term, scalar, bits, width, isNegative] = [0, 1, 2, 3, 4];
  const i = f.local('i32');
  const carry = f.local('i32');
  const digit = f.local('i32');
  // From the lowest bit up: where the bit and the carry make an odd number, `width` bits become one digit.
  const nextBit = f.loop();
  f.get(scalar).get(i).i32(3).op('i32ShrU', 'i32Add').load('i32Load').get(i).i32(7).op('i32And', 'i32ShrU');
  f.i32(1).get(width).op('i32Shl').i32(1).op('i32Sub', 'i32And').get(carry).op('i32Add').tee(digit);
  f.i32(1).op('i32And').if();
  f.get(digit).i32(1).get(width).i32(1).op('i32Sub', 'i32Shl', 'i32GtU').set(carry);
  f.get(digit).get(carry).get(width).op('i32Shl', 'i32Sub').set(digit);
  f.get(i).i32(ROW_BYTES).op('i32Mul').get(term).i32(DIGIT_BYTES).op('i32Mul', 'i32Add');
  f.i32(0).get(digit).op('i32Sub').get(digit).get(isNegative).op('select').store('i32Store16', digits);
  f.get(i).get(width).op('i32Add').set(i);
  f.else();
  f.get(i).i32(1).op('i32Add').set(i);
  f.end();
  f.get(i).get(bits).op('i32LtU').brIf(nextBit);
  f.end();
  return f.index;
}

function defineBuildTable(module: ModuleBuilder, points: PairPoints, step: number): number {
  const f = module.function(['i32', 'i32', 'i32']);
  const [p, table, count] = [0, 1, 2];
  // The last entry's place holds p while p is doubled.
  const held = f.local('i32');
  f.get(count).i32(1).op('i32Sub').i32(POINT_BYTES).op('i32Mul').get(table).op('i32Add').tee(held);
  f.get(p).call(points.copy);
  f.get(p).call(points.double);
  f.i32(step).get(p).call(points.toNiels);
  f.get(p).get(held).call(points.copy);
  const isDone = f.block();
  const next = f.loop();
  f.get(table).get(p).call(points.toNiels);
  f.get(count).i32(1).op('i32Sub').tee(count).op('i32Eqz').brIf(isDone);
  f.get(table).i32(POINT_BYTES).op('i32Add').set(table);
  f.get(p).i32(step).i32(0).call(points.add).br(next);
  f.end().end();
  return f.index;
}

function defineSum(module: ModuleBuilder, points: PairPoints, digits: number): number {
  const f = module.function(['i32', 'i32', 'i32', 'i32', 'i32']);
  const accumulator = 0;
  const at = f.local('i32');
  const digit = f.local('i32');
  const isNegative = f.local('i32');
  const forTerm = (term: number): FunctionBuilder => {
    const ofTerm = digits + term * DIGIT_BYTES;
    const table = 1 + term;
    f.get(at).load('i32Load16S', ofTerm).tee(digit).if();
    f.get(digit).i32(31).op('i32ShrU').set(isNegative);
    // Digits ±1, ±3, … are entries 0, 1, …
    f.get(accumulator);
    f.i32(0).get(digit).op('i32Sub').get(digit).get(isNegative).op('select');
    f.i32(1).op('i32ShrU').i32(POINT_BYTES).op('i32Mul').get(table).op('i32Add');
    return f.get(isNegative).call(points.add).end();
  };
  f.get(accumulator).i32(points.identity).call(points.copy);
  f.i32(MAX_DIGITS * ROW_BYTES).set(at);
  const isDone = f.block();
  const skipZeros = f.loop();
  f.get(at).op('i32Eqz').brIf(isDone);
  f.get(at).i32(ROW_BYTES).op('i32Sub').tee(at).load('i64Load', digits).op('i64Eqz').brIf(skipZeros).end();
  const nextRow = f.loop();
  f.get(at).load('i64Load', digits).op('i64Eqz', 'i32Eqz').if();
  for (let term = 0; term < TERMS; term++) forTerm(term);
  f.end();
  f.get(at).op('i32Eqz').brIf(isDone);
  f.get(at).i32(ROW_BYTES).op('i32Sub').set(at);
  f.get(accumulator).call(points.double).br(nextRow);
  f.end().end();
  return f.index;
}
