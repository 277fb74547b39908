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
const ODD_LIMBS = EVEN_LIMBS.map((i) => i + 1);

/** Products are made in squares of so many limbs by as many: more don't fit in the sixteen registers of x64. */
const BLOCK = 3;
const BLOCKS = PAIR_LIMBS / BLOCK;
const BLOCK_COLUMNS = 2 * BLOCK - 1;
const COLUMNS = 2 * PAIR_LIMBS;

/** Constants and columns, where a {@link PairField} was told to keep them. */
const CARRY = 0;
const FOLD = CARRY + PAIR_BYTES;
const UNITS = FOLD + VECTOR_BYTES;
const TO_INTEGER = UNITS + PAIR_BYTES;
const CONSTANT_BYTES = TO_INTEGER + PAIR_BYTES;
const COLUMN_AREA = CONSTANT_BYTES;
const ANCHORS = COLUMN_AREA + COLUMNS * VECTOR_BYTES;
export const PAIR_FIELD_BYTES = ANCHORS + BLOCK_COLUMNS * VECTOR_BYTES;

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
    module.data(base + FOLD, vectors([both(19 * 2 ** -255)]));
    const starts = LIMB_STARTS.slice(0, PAIR_LIMBS);
    module.data(this.units, vectors(starts.map((start) => both(2 ** start))));
    module.data(this.toInteger, vectors(starts.map((start) => both(2 ** -start))));
    this.mul = this.#defineProduct(module, false);
    this.sqr = this.#defineProduct(module, true);
  }

  #defineProduct(module: ModuleBuilder, isSquare: boolean): number {
    const f = module.function(['i32', 'i32', 'i32']);
    const second = isSquare ? 1 : 2;
    const fold = loadAt(f, undefined, this.#base + FOLD);
    const again = f.loop();
    /** Of the diagonal's columns; `sums[k]` may be missing. From the top down, so that high columns are there to be folded. */
    let sums: number[] = [];
    const last: number[] = [];
    for (let diagonal = 2 * BLOCKS - 2; diagonal >= 0; diagonal--) {
      for (let i = Math.max(0, diagonal - BLOCKS + 1); i <= Math.min(diagonal, BLOCKS - 1); i++) {
        const j = diagonal - i;
        if (isSquare && i > j) break;
        this.#anchor(f, sums);
        if (isSquare && i === j) addSquareOfBlock(f, sums, i);
        else addProductOfBlocks(f, sums, i, second, j, isSquare);
      }
      // The lowest columns of a diagonal are also the upper ones of the next.
      const shared = diagonal === 0 ? 0 : BLOCK - 1;
      const next: number[] = [];
      for (const [k, sum] of sums.entries()) {
        if (k < shared) {
          next[k + BLOCK] = sum;
          continue;
        }
        const column = diagonal * BLOCK + k;
        if (column < PAIR_LIMBS - 1) {
          f.get(sum)
            .i32(0)
            .loadVector('v128Load', this.#column(column + PAIR_LIMBS));
          f.get(fold).simd('f64x2Mul', 'f64x2Add').set(sum);
        }
        f.i32(0).get(sum).storeVector(this.#column(column));
        if (diagonal === 0) last.push(sum);
      }
      sums = next;
    }
    this.#reduceAndStore(f, fold, last);
    // A row of squares, without a call for each.
    if (isSquare) f.get(0).set(1).get(2).i32(1).op('i32Sub').tee(2).brIf(again);
    f.end();
    return f.index;
  }

  /**
   * Stores that nobody reads. V8's older optimizer puts off what isn't wanted yet: it would load all blocks first, and run
   * out of registers. These make it want the sums here.
   */
  #anchor(f: FunctionBuilder, sums: readonly number[]): void {
    for (const [k, sum] of sums.entries()) {
      const at = this.#base + ANCHORS + k * VECTOR_BYTES;
      if (sum !== undefined) f.i32(0).get(sum).storeVector(at);
    }
  }

  /** Carries from column to column until they are tight and stores them at parameter 0. */
  #reduceAndStore(f: FunctionBuilder, fold: number, lowest: readonly number[]): void {
    const limbs = Array.from({ length: PAIR_LIMBS }, (_, k) => lowest[k] ?? loadAt(f, undefined, this.#column(k)));
    // From the even limbs, from the odd ones, and once more from the even ones: neither chain is long.
    for (const group of [EVEN_LIMBS, ODD_LIMBS, EVEN_LIMBS]) {
      const carries = group.map((i) => {
        const constant = loadAt(f, undefined, this.#base + CARRY + i * VECTOR_BYTES);
        const carry = f.local('v128');
        f.get(limbs[i]).get(constant).simd('f64x2Add').get(constant).simd('f64x2Sub').set(carry);
        f.get(limbs[i]).get(carry).simd('f64x2Sub').set(limbs[i]);
        return carry;
      });
      for (const [at, i] of group.entries()) {
        const above = limbs[(i + 1) % PAIR_LIMBS];
        f.get(above).get(carries[at]);
        if (i === PAIR_LIMBS - 1) f.get(fold).simd('f64x2Mul');
        f.simd('f64x2Add').set(above);
      }
    }
    for (const [i, limb] of limbs.entries()) {
      const at = i * VECTOR_BYTES;
      f.get(0).get(limb).storeVector(at);
    }
  }

  #column(k: number): number {
    return this.#base + COLUMN_AREA + k * VECTOR_BYTES;
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

function loadBlock(f: FunctionBuilder, pointer: number, block: number): number[] {
  return Array.from({ length: BLOCK }, (_, i) => loadAt(f, pointer, (block * BLOCK + i) * VECTOR_BYTES));
}

/** Adds the terms to the sums. Those of a block are summed by themselves first, so that no sum waits for many additions. */
function addTerms(
  f: FunctionBuilder,
  sums: number[],
  terms: readonly (readonly [k: number, x: number, y: number])[],
): void {
  const ofBlock: number[] = [];
  for (const [k, x, y] of [...terms].sort((a, b) => a[0] - b[0])) {
    f.get(x).get(y).simd('f64x2Mul');
    if (ofBlock[k] === undefined) ofBlock[k] = f.local('v128');
    else f.get(ofBlock[k]).simd('f64x2Add');
    f.set(ofBlock[k]);
  }
  for (const [k, sum] of ofBlock.entries()) {
    if (sums[k] === undefined) sums[k] = sum;
    else f.get(sums[k]).get(sum).simd('f64x2Add').set(sums[k]);
  }
}

function double(f: FunctionBuilder, vector: number): number {
  const twice = f.local('v128');
  f.get(vector).get(vector).simd('f64x2Add').set(twice);
  return twice;
}

/** Adds block i of parameter 1 times block j of `second`, or twice that. */
function addProductOfBlocks(
  f: FunctionBuilder,
  sums: number[],
  i: number,
  second: number,
  j: number,
  isTwice: boolean,
): void {
  const a = loadBlock(f, 1, i).map((limb) => (isTwice ? double(f, limb) : limb));
  const b = loadBlock(f, second, j);
  addTerms(
    f,
    sums,
    a.flatMap((limb, x) => b.map((other, y) => [x + y, limb, other] as const)),
  );
}

function addSquareOfBlock(f: FunctionBuilder, sums: number[], i: number): void {
  const a = loadBlock(f, 1, i);
  const twice = a.map((limb, x) => (x === 0 ? limb : double(f, limb)));
  addTerms(
    f,
    sums,
    a.flatMap((limb, x) => a.slice(x).map((other, y) => [2 * x + y, limb, y === 0 ? other : twice[x + y]] as const)),
  );
}
