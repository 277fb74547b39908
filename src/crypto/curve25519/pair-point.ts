// Points of the Edwards curve −x² + y² = 1 + dx²y² in WebAssembly, in extended coordinates x = X/Z, y = Y/Z, xy = T/Z:
// two pairs of field elements, (X, Y) and (Z, T). The formulas are complete: they hold for every pair of points. Both of
// them end in the four products F·E, G·H, F·G, E·H, and both of them keep both lanes busy all the way.
//
// What is added to a point comes prepared ("Niels" form): (Y + X, Y − X) and (2Z, 2dT). To subtract, the first two are
// swapped and 2dT is negated; here the point that it is added to changes its signs instead.
//
// Bounds, counted in tight elements as in pair-field.ts: coordinates are 1 (2 where y comes from bytes). In a doubling
// G, H are 2, E 3, F 4; in an addition all are 2, and Niels forms at most 3. No product is above 12.
// Source: Hisil, Wong, Carter, Dawson, "Twisted Edwards Curves Revisited" (IACR eprint 2008/522), §3.

import type { FunctionBuilder } from '../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../wasm/module-builder.ts';
import { EDWARDS_D, P } from './constants.ts';
import { loadAt, PAIR_BYTES, type PairField, pairBytes, vectors } from './pair-field.ts';

const VECTOR_BYTES = 16;

/** (X, Y). */
export const XY = 0;
/** (Z, T). */
export const ZT = PAIR_BYTES;
export const POINT_BYTES = 2 * PAIR_BYTES;

/** Of Niels form: (Y + X, Y − X). */
export const SUM_DIFFERENCE = 0;
/** (2Z, 2dT). */
export const TWICE_ZT = PAIR_BYTES;

/** Constants, then four pairs for what is between. */
const SIGNS = 0;
const TWICE_LANE_0 = SIGNS + 6 * VECTOR_BYTES;
const IDENTITY = TWICE_LANE_0 + VECTOR_BYTES;
const TWO_AND_2D = IDENTITY + POINT_BYTES;
const TEMPORARIES = TWO_AND_2D + PAIR_BYTES;
export const PAIR_POINT_SCRATCH = TEMPORARIES + 4 * PAIR_BYTES;

export interface PairPoints {
  /** `double(p)`: p = 2p. */
  readonly double: number;
  /** `add(p, q, isNegative)`: p = p + q, or p − q, where q is in Niels form. */
  readonly add: number;
  /** `toNiels(dst, p)`. */
  readonly toNiels: number;
  /** `sumDifference(dst, xy)`: (y + x, y − x). */
  readonly sumDifference: number;
  /** `copy(dst, src)`, a point in either form. */
  readonly copy: number;
  /** Addresses of constants. */
  readonly identity: number;
  readonly twoAnd2d: number;
}

export function definePairPoints(module: ModuleBuilder, field: PairField, scratch: number): PairPoints {
  const signs = scratch + SIGNS;
  // For p + q, then for p − q.
  module.data(
    signs,
    vectors([
      [1, -1],
      [1, 1],
      [1, 1],
      [-1, 1],
      [-1, 1],
      [1, -1],
    ]),
  );
  module.data(scratch + TWICE_LANE_0, vectors([[2, 1]]));
  module.data(scratch + IDENTITY, pairBytes(0n, 1n));
  module.data(scratch + IDENTITY + ZT, pairBytes(1n, 0n));
  module.data(scratch + TWO_AND_2D, pairBytes(2n, (2n * EDWARDS_D) % P));
  const [t0, t1, t2, t3] = [0, 1, 2, 3].map((i) => scratch + TEMPORARIES + i * PAIR_BYTES);
  const finish = defineFinish(module, field, [t0, t1, t2, t3]);

  const double = module.function(['i32']);
  {
    const f = double;
    // (Z, X + Y)
    const [xy, zt] = [f.local('v128'), f.local('v128')];
    for (let at = 0; at < PAIR_BYTES; at += VECTOR_BYTES) {
      f.get(0)
        .loadVector('v128Load', XY + at)
        .set(xy)
        .get(0)
        .loadVector('v128Load', ZT + at)
        .set(zt);
      f.i32(0).get(zt);
      f.get(xy)
        .get(xy)
        .get(xy)
        .shuffle(1, 0)
        .simd('f64x2Add')
        .shuffle(0, 2)
        .storeVector(t1 + at);
    }
    f.i32(t0).get(0).i32(1).call(field.sqr);
    f.i32(t1).i32(t1).i32(1).call(field.sqr);
    // A = X², B = Y² and C = Z², S = (X + Y)²: G = B − A, H = A + B, F = 2C − G, E = S − H.
    const [ab, ba, gh, fe] = Array.from({ length: 4 }, () => f.local('v128'));
    const twiceLane0 = loadAt(f, undefined, scratch + TWICE_LANE_0);
    for (let at = 0; at < PAIR_BYTES; at += VECTOR_BYTES) {
      f.i32(0)
        .loadVector('v128Load', t0 + at)
        .tee(ab)
        .get(ab)
        .shuffle(1, 0)
        .set(ba);
      f.get(ba).get(ab).simd('f64x2Sub').get(ba).get(ab).simd('f64x2Add').shuffle(0, 2).set(gh);
      f.i32(0)
        .loadVector('v128Load', t1 + at)
        .get(twiceLane0)
        .simd('f64x2Mul')
        .get(gh)
        .simd('f64x2Sub')
        .set(fe);
      storeFactors(f, [t0, t1, t2, t3], at, fe, gh);
    }
    f.get(0).call(finish);
  }

  const add = module.function(['i32', 'i32', 'i32']);
  {
    const f = add;
    const [v, w, low, high, fe, gh] = Array.from({ length: 6 }, () => f.local('v128'));
    f.get(2)
      .i32(3 * VECTOR_BYTES)
      .op('i32Mul')
      .set(2);
    const [ofX, ofC, ofE] = [0, 1, 2].map((i) => loadAt(f, 2, signs + i * VECTOR_BYTES));
    // (Y ± X, Y ∓ X) times (Y' + X', Y' − X'), and (Z, T) times (2Z', 2dT').
    for (let at = 0; at < PAIR_BYTES; at += VECTOR_BYTES) {
      f.i32(0)
        .get(0)
        .loadVector('v128Load', XY + at)
        .tee(v)
        .get(v)
        .shuffle(1, 1);
      f.get(v)
        .get(v)
        .shuffle(0, 0)
        .get(ofX)
        .simd('f64x2Mul', 'f64x2Add')
        .storeVector(t0 + at);
    }
    f.i32(t0).i32(t0).get(1).call(field.mul);
    f.i32(t1).get(0).i32(ZT).op('i32Add').get(1).i32(TWICE_ZT).op('i32Add').call(field.mul);
    // B and A (or A and B), D and C: E = B − A, H = B + A, F = D ∓ C, G = D ± C.
    for (let at = 0; at < PAIR_BYTES; at += VECTOR_BYTES) {
      f.i32(0)
        .loadVector('v128Load', t1 + at)
        .tee(v)
        .i32(0)
        .loadVector('v128Load', t0 + at)
        .tee(w)
        .shuffle(0, 2)
        .set(low);
      f.get(v).get(w).shuffle(1, 3).get(ofC).simd('f64x2Mul').set(high);
      f.get(low).get(high).simd('f64x2Sub').get(ofE).simd('f64x2Mul').set(fe);
      f.get(low).get(high).simd('f64x2Add').set(gh);
      storeFactors(f, [t0, t1, t2, t3], at, fe, gh);
    }
    f.get(0).call(finish);
  }

  const sumDifference = module.function(['i32', 'i32']);
  {
    const f = sumDifference;
    const v = f.local('v128');
    const ofX = loadAt(f, undefined, signs);
    for (let at = 0; at < PAIR_BYTES; at += VECTOR_BYTES) {
      f.get(0).get(1).loadVector('v128Load', at).tee(v).get(v).shuffle(1, 1);
      f.get(v).get(v).shuffle(0, 0).get(ofX).simd('f64x2Mul', 'f64x2Add').storeVector(at);
    }
  }

  const toNiels = module.function(['i32', 'i32']);
  toNiels.get(0).get(1).call(sumDifference.index);
  toNiels
    .get(0)
    .i32(TWICE_ZT)
    .op('i32Add')
    .get(1)
    .i32(ZT)
    .op('i32Add')
    .i32(scratch + TWO_AND_2D)
    .call(field.mul);

  const copy = module.function(['i32', 'i32']);
  for (let at = 0; at < POINT_BYTES; at += VECTOR_BYTES) copy.get(0).get(1).loadVector('v128Load', at).storeVector(at);

  return {
    double: double.index,
    add: add.index,
    toNiels: toNiels.index,
    sumDifference: sumDifference.index,
    copy: copy.index,
    identity: scratch + IDENTITY,
    twoAnd2d: scratch + TWO_AND_2D,
  };
}

/** From limbs of (F, E) and (G, H): those, (F, G) and (E, H). */
function storeFactors(f: FunctionBuilder, to: readonly number[], at: number, fe: number, gh: number): void {
  f.i32(0)
    .get(fe)
    .storeVector(to[0] + at);
  f.i32(0)
    .get(gh)
    .storeVector(to[1] + at);
  f.i32(0)
    .get(fe)
    .get(gh)
    .shuffle(0, 2)
    .storeVector(to[2] + at);
  f.i32(0)
    .get(fe)
    .get(gh)
    .shuffle(1, 3)
    .storeVector(to[3] + at);
}

/** `finish(p)`: p's Z = F·G and T = E·H, X = F·E and Y = G·H. */
function defineFinish(module: ModuleBuilder, field: PairField, [fe, gh, fg, eh]: readonly number[]): number {
  const f = module.function(['i32']);
  f.get(0).i32(ZT).op('i32Add').i32(fe).i32(gh).call(field.mul);
  f.get(0).i32(fg).i32(eh).call(field.mul);
  return f.index;
}
