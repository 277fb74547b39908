// Multiples of points in WebAssembly, by the two ways a signature needs.
//
// A comb is a table of all i · 2^(w·j) · P for 1 ≤ i ≤ 2^(w − 1): a scalar's signed digits of w bits pick one entry
// each, and nothing is doubled. The base point has one, and so do keys that sign often.
// A key seen for the first time is multiplied by doubling: its scalar is written as a non-adjacent form of width 5, in
// which five of six digits are 0 and the others odd, so that eight odd multiples of the key are table enough.
//
// Both add into an accumulator, so the second part of a sum begins where the first ended.

import type { FunctionBuilder } from '../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../wasm/module-builder.ts';
import { ENTRY_BYTES, SCALAR_BITS } from './comb-layout.ts';
import { LIMBS } from './constants.ts';
import { FIELD_BYTES } from './field.ts';
import { DIFFERENCE, POINT_BYTES, type PointFunctions, T, X, XY2D, Y, Z } from './point.ts';

const NAF_WIDTH = 5;
/** Odd multiples 1, 3, … 15. */
const NAF_ENTRIES = 2 ** (NAF_WIDTH - 2);
const NAF_DIGITS = 256;
const NAF_MASK = 2 ** NAF_WIDTH - 1;
const NAF_HALF = 2 ** (NAF_WIDTH - 1);
/** The widest comb there is scratch memory for. */
export const MAX_COMB_WIDTH = 8;

/** Scratch memory of these functions: one expanded entry, digits or a window of points with the products of their Z. */
export const MULTIPLY_SCRATCH_BYTES =
  3 * FIELD_BYTES + 2 * POINT_BYTES + 2 ** (MAX_COMB_WIDTH - 1) * (POINT_BYTES + FIELD_BYTES);

export interface MultiplyFunctions {
  /** `addComb(accumulator, scalar, table, width)`: adds scalar · P. The scalar's 32 bytes are followed by 8 of zero. */
  readonly addComb: number;
  /** `buildComb(p, table, width)`: the table of P, which is left at a multiple of itself. */
  readonly buildComb: number;
  /** `multiply(accumulator, scalar, p)`: sets scalar · P, by doubling. */
  readonly multiply: number;
}

export function defineMultiply(module: ModuleBuilder, points: PointFunctions, scratch: number): MultiplyFunctions {
  return {
    addComb: defineAddComb(module, points, scratch),
    buildComb: defineBuildComb(module, points, scratch),
    multiply: defineMultiplyByDoubling(module, points, scratch),
  };
}

function defineAddComb(module: ModuleBuilder, points: PointFunctions, entry: number): number {
  const expand = defineExpandEntry(module, entry);
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
  f.i32(ENTRY_BYTES).op('i32Mul', 'i32Add').get(carry).call(expand);
  f.get(accumulator).i32(entry).i32(1).i32(1).call(points.add);
  f.end();
  f.get(table).get(windowBytes).op('i32Add').set(table);
  f.get(position).get(width).op('i32Add').tee(position).i32(SCALAR_BITS).op('i32LeU').brIf(nextWindow);
  f.end();
  return f.index;
}

/** `expand(tableEntry, isNegative)`: the entry, or its negative, in the working form. */
function defineExpandEntry(module: ModuleBuilder, entry: number): number {
  const f = module.function(['i32', 'i32']);
  const swapped = f.local('i32');
  const sign = f.local('i64');
  f.get(1).i32(FIELD_BYTES).op('i32Mul').set(swapped);
  f.i64(1).get(1).i32(1).op('i32Shl', 'i64ExtendI32U', 'i64Sub').set(sign);
  for (let i = 0; i < LIMBS; i++) {
    // Where the entry is negated its sum goes where the difference would, and the other way round.
    const [from, to] = [4 * i, entry + 8 * i];
    const [fromDifference, fromXy2d, toXy2d] = [from + 4 * LIMBS, from + 8 * LIMBS, to + XY2D];
    f.get(swapped).get(0).load('i64Load32S', from).store('i64Store', to);
    f.i32(DIFFERENCE).get(swapped).op('i32Sub').get(0).load('i64Load32S', fromDifference).store('i64Store', to);
    f.i32(0).get(0).load('i64Load32S', fromXy2d).get(sign).op('i64Mul').store('i64Store', toXy2d);
  }
  return f.index;
}

function defineBuildComb(module: ModuleBuilder, points: PointFunctions, scratch: number): number {
  const store = defineStoreEntry(module);
  const f = module.function(['i32', 'i32', 'i32']);
  const [p, table, width] = [0, 1, 2];
  const step = scratch + 3 * FIELD_BYTES;
  const sum = step + POINT_BYTES;
  const sumZ = sum + Z;
  const multiples = sum + POINT_BYTES;
  const products = multiples + 2 ** (MAX_COMB_WIDTH - 1) * POINT_BYTES;
  const inverse = scratch;
  const zInverse = scratch + FIELD_BYTES;
  const product = scratch + 2 * FIELD_BYTES;
  const windowsLeft = f.local('i32');
  const count = f.local('i32');
  const i = f.local('i32');
  /** Address of element i (or of i plus `ahead`) of a list. */
  const at = (list: number, bytes: number, ahead = 0): FunctionBuilder => {
    const start = list + ahead * bytes;
    return f.get(i).i32(bytes).op('i32Mul').i32(start).op('i32Add');
  };
  f.i32(SCALAR_BITS).get(width).op('i32DivU').i32(1).op('i32Add').set(windowsLeft);
  f.i32(1).get(width).i32(1).op('i32Sub', 'i32Shl').set(count);

  const nextWindow = f.loop();
  // The multiples P, 2P, … of this window, and the products of their Z, each with those before it.
  f.i32(step).get(p).call(points.toNiels);
  f.i32(sum).get(p).i32(POINT_BYTES).call(points.copy);
  f.i32(0).set(i);
  const nextMultiple = f.loop();
  at(multiples, POINT_BYTES).i32(sum).i32(POINT_BYTES).call(points.copy);
  f.get(i).if();
  at(products, FIELD_BYTES);
  at(products, FIELD_BYTES, -1);
  f.i32(sumZ).call(points.mul);
  f.else();
  f.i32(products).i32(sumZ).i32(FIELD_BYTES).call(points.copy);
  f.end();
  f.i32(sum).i32(step).i32(0).i32(1).call(points.add);
  f.get(i).i32(1).op('i32Add').tee(i).get(count).op('i32LtU').brIf(nextMultiple);
  f.end();
  // One inversion for them all, taken apart from the last one down.
  f.i32(inverse).i32(products).get(i).i32(1).op('i32Sub').i32(FIELD_BYTES).op('i32Mul', 'i32Add').call(points.invert);
  const nextEntry = f.loop();
  f.get(i).i32(1).op('i32Sub').tee(i).if();
  f.i32(zInverse).i32(inverse);
  at(products, FIELD_BYTES, -1).call(points.mul);
  f.i32(inverse).i32(inverse);
  at(multiples + Z, POINT_BYTES).call(points.mul);
  f.else();
  f.i32(zInverse).i32(inverse).i32(FIELD_BYTES).call(points.copy);
  f.end();
  for (const coordinate of [X, Y]) {
    at(multiples + coordinate, POINT_BYTES);
    at(multiples + coordinate, POINT_BYTES)
      .i32(zInverse)
      .call(points.mul);
  }
  f.i32(product);
  at(multiples + X, POINT_BYTES);
  at(multiples + Y, POINT_BYTES).call(points.mul);
  f.i32(product).i32(product).i32(points.constants.twiceD).call(points.mul);
  // T is free by now, and Z was used: they take the sum and the difference.
  at(multiples + Z, POINT_BYTES);
  at(multiples + T, POINT_BYTES);
  at(multiples + Y, POINT_BYTES);
  at(multiples + X, POINT_BYTES).call(points.butterfly);
  f.get(i).i32(ENTRY_BYTES).op('i32Mul').get(table).op('i32Add');
  at(multiples + Z, POINT_BYTES)
    .i32(product)
    .call(store);
  f.get(i).brIf(nextEntry);
  f.end();
  // On to 2^width · P.
  f.get(count).i32(ENTRY_BYTES).op('i32Mul').get(table).op('i32Add').set(table);
  f.get(width).set(i);
  const nextDoubling = f.loop();
  f.get(p).i32(1).call(points.double);
  f.get(i).i32(1).op('i32Sub').tee(i).brIf(nextDoubling);
  f.end();
  f.get(windowsLeft).i32(1).op('i32Sub').tee(windowsLeft).brIf(nextWindow);
  f.end();
  return f.index;
}

/** `store(entry, sumAndDifference, xy2d)`. */
function defineStoreEntry(module: ModuleBuilder): number {
  const f = module.function(['i32', 'i32', 'i32']);
  for (let i = 0; i < 3 * LIMBS; i++) {
    const [source, limb] = i < 2 * LIMBS ? [1, i] : [2, i - 2 * LIMBS];
    const [from, to] = [8 * limb, 4 * i];
    f.get(0).get(source).load('i64Load', from).store('i64Store32', to);
  }
  return f.index;
}

function defineMultiplyByDoubling(module: ModuleBuilder, points: PointFunctions, scratch: number): number {
  const f = module.function(['i32', 'i32', 'i32']);
  const [accumulator, scalar, p] = [0, 1, 2];
  const table = scratch + 3 * FIELD_BYTES;
  const tableEnd = table + NAF_ENTRIES * POINT_BYTES;
  const negated = tableEnd;
  const digits = negated + POINT_BYTES;
  const i = f.local('i32');
  const carry = f.local('i32');
  const digit = f.local('i32');

  // Odd multiples: P, then 2P more each time. The accumulator is free to hold them, the digits' place to hold 2P.
  f.get(accumulator).get(p).i32(POINT_BYTES).call(points.copy);
  f.get(p).i32(1).call(points.double);
  f.i32(digits).get(p).call(points.toNiels);
  f.i32(table).set(i);
  const nextMultiple = f.loop();
  f.get(i).get(accumulator).call(points.toNiels);
  f.get(accumulator).i32(digits).i32(0).i32(1).call(points.add);
  f.get(i).i32(POINT_BYTES).op('i32Add').tee(i).i32(tableEnd).op('i32LtU').brIf(nextMultiple);
  f.end();

  // Digits, from the lowest bit up: where the bit (and the carry) make an odd number, five bits become one digit.
  for (let at = digits; at < digits + NAF_DIGITS; at += 8) f.i32(0).i64(0).store('i64Store', at);
  f.i32(0).set(i);
  const nextBit = f.loop();
  f.get(scalar).get(i).i32(3).op('i32ShrU', 'i32Add').load('i32Load16U').get(i).i32(7).op('i32And', 'i32ShrU');
  f.i32(NAF_MASK).op('i32And').get(carry).op('i32Add').tee(digit).i32(1).op('i32And').if();
  f.get(digit).i32(NAF_HALF).op('i32GtU').set(carry);
  f.get(i).get(digit).get(carry).i32(NAF_WIDTH).op('i32Shl', 'i32Sub').store('i32Store8', digits);
  f.get(i).i32(NAF_WIDTH).op('i32Add').set(i);
  f.else();
  f.get(i).i32(1).op('i32Add').set(i);
  f.end();
  f.get(i).i32(NAF_DIGITS).op('i32LtU').brIf(nextBit);
  f.end();

  // The identity, then for each digit from the top: double, and add or subtract the multiple.
  f.get(accumulator).call(points.setIdentity);
  f.i32(NAF_DIGITS).set(i);
  const skipZeros = f.loop();
  f.get(i).i32(1).op('i32Sub').tee(i).load('i32Load8U', digits).op('i32Eqz');
  f.get(i).op('i32Eqz', 'i32Eqz', 'i32And').brIf(skipZeros).end();
  const nextDigit = f.loop();
  f.get(i).load('i32Load8S', digits).set(digit);
  // T is wanted by an addition, and by whoever goes on from the result.
  f.get(accumulator).get(digit).get(i).op('i32Eqz', 'i32Or').call(points.double);
  f.get(digit).if();
  f.get(digit).i32(0).op('i32LtS').if();
  // Digits ±1, ±3, … are entries 0, 1, …
  const toAddress = (): FunctionBuilder => f.i32(1).op('i32ShrU').i32(POINT_BYTES).op('i32Mul').i32(table).op('i32Add');
  f.i32(negated).i32(0).get(digit).op('i32Sub');
  toAddress().call(points.negateNiels).i32(negated).set(digit).else();
  f.get(digit);
  toAddress().set(digit).end();
  f.get(accumulator).get(digit).i32(0).get(i).op('i32Eqz').call(points.add);
  f.end();
  f.get(i).i32(1).op('i32Sub').tee(i).i32(0).op('i32GeS').brIf(nextDigit).end();
  return f.index;
}
