// Arithmetic modulo p = 2^255 − 19 on pairs: two field elements side by side in the lanes of 128-bit vectors, each limb a
// floating-point number. The unit that multiplies floating-point numbers does two lanes at a time and twice in a cycle,
// where the one for 64-bit integers does one: a pair costs less than one and a half elements of field.ts.
//
// Radix 2^21.25. Limb i is a multiple of 2^e with e = ⌈21.25 i⌉, the multiple included: an element is simply the sum of
// its limbs. Products need no shifts, since e(i) + e(j) ≥ e(i + j): a_i · b_j is a multiple of the unit of limb i + j.
// Column k + 12 comes back in at column k times 19 · 2^−255. To carry, 1.5 · 2^(52 + e(i + 1)) is added and subtracted:
// what remains is the limb rounded to a multiple of the next one's unit. All of that is exact wherever numbers are
// IEEE 754's, as WebAssembly demands.
//
// Bounds. "Tight" limbs, as mul and sqr leave them, are within 2^(e(i + 1) − e(i) − 1) + 2^10 units. A column of a product of
// tight elements is, all its terms counted without sign, below 2^53/16.4 units (limb 0 has the most: 2^48.97). So mul is
// exact for sums of n tight elements times sums of m, while n · m ≤ 16; sums and differences aren't carried.
// Source: D. J. Bernstein, "Curve25519: new Diffie-Hellman speed records" (PKC 2006), §4, with limbs for 53 bits of precision.

import type { FunctionBuilder } from '../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../wasm/module-builder.ts';

export const PAIR_LIMBS = 12;
const VECTOR_BYTES = 16;
export const PAIR_BYTES = PAIR_LIMBS * VECTOR_BYTES;

/** e(i), where limb i begins. */
export const LIMB_STARTS = Array.from({ length: PAIR_LIMBS + 1 }, (_, i) => Math.ceil(21.25 * i));
const EVEN_LIMBS = Array.from({ length: PAIR_LIMBS / 2 }, (_, i) => 2 * i);

/** The first factor is taken so many limbs at a time: with as many of the second they fit in the sixteen registers of x64. */
const ROW = 4;
/** A square is made of two halves, which need each limb only once. */
const HALF = PAIR_LIMBS / 2;

/** Constants and columns, where a {@link PairField} was told to keep them. */
const CARRY = 0;
const FOLD = CARRY + PAIR_BYTES;
const TWO = FOLD + VECTOR_BYTES;
const UNITS = TWO + VECTOR_BYTES;
const TO_INTEGER = UNITS + PAIR_BYTES;
const COLUMN_AREA = TO_INTEGER + PAIR_BYTES;
export const PAIR_FIELD_BYTES = COLUMN_AREA + PAIR_BYTES;

/** The limbs of a constant, or of one for each lane, as bytes for a data segment. */
export function pairBytes(lane0: bigint, lane1 = lane0): Uint8Array {
  return vectors(
    LIMB_STARTS.slice(0, PAIR_LIMBS).map((start, i) => [limbOf(lane0, start, i), limbOf(lane1, start, i)]),
  );
}

function limbOf(value: bigint, start: number, i: number): number {
  const mask = (1n << BigInt(LIMB_STARTS[i + 1] - start)) - 1n;
  return Number((value >> BigInt(start)) & mask) * 2 ** start;
}

/** Vectors of these lanes, one behind the other. */
export function vectors(lanes: readonly (readonly [number, number])[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(lanes.length * VECTOR_BYTES));
  for (const [i, lane] of lanes.flat().entries()) view.setFloat64(i * 8, lane, true);
  return new Uint8Array(view.buffer);
}

const both = (value: number): readonly [number, number] => [value, value];

export class PairField {
  /** `mul(dst, a, b)`: dst = a · b, tight. All may be the same. */
  readonly mul: number;
  /** `sqr(dst, a, count)`: dst = a^(2^count), tight. */
  readonly sqr: number;
  /** Vectors of 2^e(i), one for each limb. */
  readonly units: number;
  /** Vectors of 2^−e(i). */
  readonly toInteger: number;
  readonly #base: number;

  /** `base` is the address of {@link PAIR_FIELD_BYTES} bytes. */
  constructor(module: ModuleBuilder, base: number) {
    this.#base = base;
    this.units = base + UNITS;
    this.toInteger = base + TO_INTEGER;
    module.data(base + CARRY, vectors(LIMB_STARTS.slice(1).map((next) => both(1.5 * 2 ** (52 + next)))));
    module.data(base + FOLD, vectors([both(19 * 2 ** -255), both(2)]));
    const starts = LIMB_STARTS.slice(0, PAIR_LIMBS);
    module.data(this.units, vectors(starts.map((start) => both(2 ** start))));
    module.data(this.toInteger, vectors(starts.map((start) => both(2 ** -start))));
    this.mul = this.#defineMul(module);
    this.sqr = this.#defineSqr(module);
  }

  /**
   * Row by row: some limbs of the first factor stay in registers while those of the second go by, and the columns wait in
   * memory. Storing each of them keeps V8 at it: what isn't wanted yet it would put off, load all limbs first, and run
   * out of registers.
   */
  #defineMul(module: ModuleBuilder): number {
    const f = module.function(['i32', 'i32', 'i32']);
    const fold = this.#constant(f, FOLD);
    for (let row = 0; row < PAIR_LIMBS; row += ROW) {
      const a = Array.from({ length: ROW }, (_, i) => loadAt(f, 1, (row + i) * VECTOR_BYTES));
      /** The second factor's limbs, and from −1 down those that come back in at the bottom, folded. */
      const seen = new Map<number, number>();
      const limbOfSecond = (i: number): number => {
        let limb = seen.get(i);
        if (limb === undefined) {
          limb = loadAt(f, 2, ((i + PAIR_LIMBS) % PAIR_LIMBS) * VECTOR_BYTES);
          if (i < 0) f.get(limb).get(fold).simd('f64x2Mul').set(limb);
          seen.set(i, limb);
        }
        return limb;
      };
      for (let i = 1 - row - ROW; i < -row; i++) limbOfSecond(i);
      for (let k = 0; k < PAIR_LIMBS; k++) {
        const sum = row === 0 ? undefined : this.#loadColumn(f, k);
        limbOfSecond(k - row);
        const terms = a.map((limb, i) => [limb, limbOfSecond(k - row - i)] as const);
        this.#storeColumn(f, k, addProducts(f, terms.reverse(), sum));
      }
    }
    this.#reduceAndStore(f);
    return f.index;
  }

  /** (A + B)² = A² + 2AB + B², where A has the lower limbs and B the upper ones. */
  #defineSqr(module: ModuleBuilder): number {
    const f = module.function(['i32', 'i32', 'i32']);
    const again = f.loop();
    const two = this.#constant(f, TWO);
    const twice = (limb: number): number => {
      const doubled = f.local('v128');
      f.get(limb).get(two).simd('f64x2Mul').set(doubled);
      return doubled;
    };
    const loadHalf = (from: number): number[] =>
      Array.from({ length: HALF }, (_, i) => loadAt(f, 1, (from + i) * VECTOR_BYTES));
    const lower = loadHalf(0);
    const lowerTwice = lower.map(twice);
    for (let k = 0; k < PAIR_LIMBS - 1; k++) this.#storeColumn(f, k, addProducts(f, ofSquare(lower, lowerTwice, k)));
    const upper: number[] = [];
    for (let k = HALF; k < HALF + PAIR_LIMBS - 1; k++) {
      if (k < PAIR_LIMBS) upper.push(loadAt(f, 1, k * VECTOR_BYTES));
      const terms = lowerTwice.flatMap((limb, i) => {
        const other = upper[k - HALF - i];
        return other === undefined ? [] : [[limb, other] as const];
      });
      if (k >= PAIR_LIMBS) this.#foldIn(f, k, addProducts(f, terms));
      else this.#storeColumn(f, k, addProducts(f, terms, k === PAIR_LIMBS - 1 ? undefined : this.#loadColumn(f, k)));
    }
    const upperTwice = upper.map(twice);
    for (let k = 0; k < PAIR_LIMBS - 1; k++) {
      this.#foldIn(f, PAIR_LIMBS + k, addProducts(f, ofSquare(upper, upperTwice, k)));
    }
    this.#reduceAndStore(f);
    // A row of squares, without a call for each.
    f.get(0).set(1).get(2).i32(1).op('i32Sub').tee(2).brIf(again);
    f.end();
    return f.index;
  }

  /** Carries from column to column until they are tight and stores them at parameter 0. */
  #reduceAndStore(f: FunctionBuilder): void {
    const limbs: number[] = [];
    const carry = (i: number): number => {
      const constant = this.#constant(f, CARRY + i * VECTOR_BYTES);
      const carried = f.local('v128');
      f.get(limbs[i]).get(constant).simd('f64x2Add').get(constant).simd('f64x2Sub').set(carried);
      f.get(limbs[i]).get(carried).simd('f64x2Sub').set(limbs[i]);
      return carried;
    };
    const add = (i: number, carried: number): void => void f.get(limbs[i]).get(carried).simd('f64x2Add').set(limbs[i]);
    // From the even limbs, from the odd ones, and once more from the even ones: neither chain is long. Half of the limbs
    // at a time, which is what there are registers for; the first two have to wait for the last.
    let below = 0;
    for (const half of [EVEN_LIMBS.slice(0, HALF / 2), EVEN_LIMBS.slice(HALF / 2)]) {
      for (const i of half) limbs[i] = this.#loadColumn(f, i);
      for (const i of half) limbs[i + 1] = this.#loadColumn(f, i + 1);
      for (const i of half) add(i + 1, carry(i));
      const carried = half.map((i) => carry(i + 1));
      const ready = half.filter((i) => i > 0);
      for (const i of ready) add(i, carried[half.indexOf(i) - 1] ?? below);
      below = carried[carried.length - 1];
      if (half[0] > 0) {
        f.get(below).get(this.#constant(f, FOLD)).simd('f64x2Mul').set(below);
        add(0, below);
        ready.push(0);
      }
      for (const i of ready) add(i + 1, carry(i));
      for (const parity of [0, 1]) {
        for (const i of ready) {
          const at = (i + parity) * VECTOR_BYTES;
          f.get(0)
            .get(limbs[i + parity])
            .storeVector(at);
        }
      }
    }
  }

  #constant(f: FunctionBuilder, offset: number): number {
    return loadAt(f, undefined, this.#base + offset);
  }

  #loadColumn(f: FunctionBuilder, k: number): number {
    return this.#constant(f, COLUMN_AREA + k * VECTOR_BYTES);
  }

  #storeColumn(f: FunctionBuilder, k: number, sum: number): void {
    const at = this.#base + COLUMN_AREA + k * VECTOR_BYTES;
    f.i32(0).get(sum).storeVector(at);
  }

  /** Adds what belongs to column k, 12 or above, to the one where it comes back in. */
  #foldIn(f: FunctionBuilder, k: number, sum: number): void {
    const column = this.#loadColumn(f, k - PAIR_LIMBS);
    f.get(sum).get(this.#constant(f, FOLD)).simd('f64x2Mul').get(column).simd('f64x2Add').set(sum);
    this.#storeColumn(f, k - PAIR_LIMBS, sum);
  }
}

/** A new local with the vector at a constant address, or at one beside a pointer. */
export function loadAt(f: FunctionBuilder, pointer: number | undefined, offset: number): number {
  const vector = f.local('v128');
  if (pointer === undefined) f.i32(0);
  else f.get(pointer);
  f.loadVector('v128Load', offset).set(vector);
  return vector;
}

type Factors = readonly [number, number];

/** A new local with the sum of products, and of `sum`. In two halves, so that no addition waits for all the others. */
function addProducts(f: FunctionBuilder, terms: readonly Factors[], sum?: number): number {
  const out = f.local('v128');
  const middle = terms.length >> 1;
  let isFirst = true;
  for (const [n, half] of [terms.slice(0, middle), terms.slice(middle)].entries()) {
    for (const [i, [x, y]] of half.entries()) {
      f.get(x).get(y).simd('f64x2Mul');
      if (i > 0) f.simd('f64x2Add');
    }
    if (half.length === 0) continue;
    if (!isFirst) f.simd('f64x2Add');
    isFirst = false;
    if (sum !== undefined && n === (middle > 0 ? 0 : 1)) f.get(sum).simd('f64x2Add');
  }
  f.set(out);
  return out;
}

/** What makes up column k of the square of these limbs. */
function ofSquare(limbs: readonly number[], twice: readonly number[], k: number): Factors[] {
  return limbs.flatMap((limb, i) => {
    const other = limbs[k - i];
    if (other === undefined || i > k - i) return [];
    return [i === k - i ? [limb, limb] : [twice[i], other]];
  });
}
