// Two questions about x modulo p that the binary gcd of x and p answers faster than a power of x does: is x a square,
// and what is 1/x?
//
// a starts as x, b as p. A step takes the factors 2 out of a, swaps where a < b, and subtracts b from a. Thirty halvings
// are done at a time on 64-bit stand-ins, the top 32 bits of each number beside its low 32, while their effect is
// gathered as factors: 2^30 · a' = f0·a + g0·b, 2^30 · b' = f1·a + g1·b. Then the factors are applied to the numbers.
// The low bits are exact, and what is decided by the top ones may be wrong without harm: a number that comes out
// negative is negated.
// Source: T. Pornin, "Optimized Binary GCD for Modular Inversion" (IACR eprint 2020/972).
//
// The numbers are nine limbs of 30 bits, an i64 each, so that a division by 2^30 drops a limb. Since this runs on public
// data, it is not constant-time.

import type { FunctionBuilder } from '../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../wasm/module-builder.ts';
import { LIMBS, P } from './constants.ts';
import { FIELD_BYTES, LIMB_BITS, LIMB_MASK } from './field.ts';

const WIDE_BITS = 30;
const WIDE_MASK = 2 ** WIDE_BITS - 1;
/** More than enough halvings for 262 + 255 bits; only a gcd that isn't 1 gets here. */
const MAX_BATCHES = 24;
/** 1/19 modulo 2^30. */
const INVERSE_OF_19 = 678152731;

/** Bytes from the first limb to the last. */
const TOP_LIMB = (LIMBS - 1) * 8;

/** Where the numbers are kept: four arrays of nine i64. */
export const GCD_SCRATCH_BYTES = 4 * FIELD_BYTES;

/** Limbs of p in radix 2^30. */
const P_LIMBS = Array.from({ length: LIMBS }, (_, i) => Number((P >> BigInt(i * WIDE_BITS)) & BigInt(WIDE_MASK)));

/**
 * `isSquare(a) → i32`: 1 where the field element is a square modulo p, 0 included. Any limbs within ±2^29.
 *
 * The Kronecker symbol (a|b) changes sign with a factor 2 of a where b is 3 or 5 modulo 8, and with a swap where both
 * are 3 modulo 4. a and b are never negative together, so a negative b needs no correction when it is negated and a
 * negative a is corrected by (−1|b).
 */
export function defineIsSquare(module: ModuleBuilder, scratch: number): number {
  const negate = defineNegate(module);
  const f = module.function(['i32'], ['i32']);
  const gcd = new BinaryGcd(f, scratch, negate);
  const sign = f.local('i64');
  gcd.begin(0);
  gcd.run({
    sign,
    onNegativeA: () => f.get(sign).i32(0).load('i64Load', gcd.b).op('i64Xor').set(sign),
  });
  // The gcd is p, not 1, where a was a multiple of p; else the symbol tells.
  f.i32(0).load('i64Load', gcd.b).i64(1).op('i64Ne');
  f.get(sign).i64(2).op('i64And', 'i64Eqz', 'i32Or');
  return f.index;
}

/** `invert(dst, a)`: dst = 1/a modulo p, 0 for 0. Limbs of `a` within ±2^29, those of `dst` tight but positive. */
export function defineInvert(module: ModuleBuilder, scratch: number): number {
  const negate = defineNegate(module);
  const f = module.function(['i32', 'i32']);
  const gcd = new BinaryGcd(f, scratch, negate);
  const [u, v] = [scratch + 2 * FIELD_BYTES, scratch + 3 * FIELD_BYTES];
  gcd.begin(1);
  // a = u·x and b = v·x modulo p, all the way.
  for (let i = 0; i < LIMBS; i++) {
    const [limbOfU, atU, atV] = [i === 0 ? 1 : 0, u + 8 * i, v + 8 * i];
    f.i32(0).i64(limbOfU).store('i64Store', atU).i32(0).i64(0).store('i64Store', atV);
  }
  gcd.run({ afterBatch: () => gcd.applyFactors(u, v, true) });
  // v is within ±32p by now. Back to limbs of 29 bits: limb i begins i bits below the beginning of digit i.
  const carry = f.local('i64');
  const digit = f.local('i64');
  const previous = f.local('i64');
  for (let i = 0; i < LIMBS; i++) {
    const [from, to, limbOf32P, bitsBelow] = [v + 8 * i, 8 * i, P_LIMBS[i] * 32, WIDE_BITS - i];
    const isTop = i === LIMBS - 1;
    f.get(carry).i32(0).load('i64Load', from).op('i64Add').i64(limbOf32P).op('i64Add').tee(carry);
    if (!isTop) f.i64(WIDE_MASK).op('i64And');
    f.set(digit);
    f.get(0).get(digit).i64(i).op('i64Shl');
    if (i > 0) f.get(previous).i64(bitsBelow).op('i64ShrU', 'i64Or');
    if (!isTop) f.i64(LIMB_MASK).op('i64And');
    f.store('i64Store', to).get(digit).set(previous);
    f.get(carry).i64(WIDE_BITS).op('i64ShrS').set(carry);
  }
  return f.index;
}

interface RunOptions {
  /** An i64 local whose bit 1 is flipped where the Kronecker symbol changes sign. */
  readonly sign?: number;
  readonly onNegativeA?: () => void;
  readonly afterBatch?: () => void;
}

/** The loop both functions share, emitted into one of them. */
class BinaryGcd {
  readonly f: FunctionBuilder;
  readonly a: number;
  readonly b: number;
  readonly #negate: number;
  /** Factors of the batch done last. */
  readonly #f0: number;
  readonly #g0: number;
  readonly #f1: number;
  readonly #g1: number;

  constructor(f: FunctionBuilder, scratch: number, negate: number) {
    this.f = f;
    this.a = scratch;
    this.b = scratch + FIELD_BYTES;
    this.#negate = negate;
    this.#f0 = f.local('i64');
    this.#g0 = f.local('i64');
    this.#f1 = f.local('i64');
    this.#g1 = f.local('i64');
  }

  /** a = the field element that parameter `pointer` points at, plus 64p so that it is positive; b = p. */
  begin(pointer: number): void {
    const { f } = this;
    const carry = f.local('i64');
    const digits = Array.from({ length: LIMBS }, () => f.local('i64'));
    for (const [i, digit] of digits.entries()) {
      const limbOf64P = Number(((64n * P) >> BigInt(i * LIMB_BITS)) & BigInt(LIMB_MASK));
      const at = 8 * i;
      f.get(carry).get(pointer).load('i64Load', at).op('i64Add').i64(limbOf64P).op('i64Add').tee(carry);
      if (i < LIMBS - 1) f.i64(LIMB_MASK).op('i64And');
      f.set(digit).get(carry).i64(LIMB_BITS).op('i64ShrS').set(carry);
    }
    // Limb i of 30 bits begins at bit i of digit i.
    for (let i = 0; i < LIMBS; i++) {
      const [atA, atB, above, bitsBelow] = [this.a + 8 * i, this.b + 8 * i, digits[i + 1], LIMB_BITS - i];
      f.i32(0).get(digits[i]).i64(i).op('i64ShrU');
      if (above !== undefined) f.get(above).i64(bitsBelow).op('i64Shl', 'i64Or').i64(WIDE_MASK).op('i64And');
      f.store('i64Store', atA).i32(0).i64(P_LIMBS[i]).store('i64Store', atB);
    }
  }

  /** Batches until a is 0. */
  run({ sign, onNegativeA, afterBatch }: RunOptions): void {
    const { f } = this;
    const standInA = f.local('i64');
    const standInB = f.local('i64');
    /** Bytes from limb 0 to the highest limb in use. */
    const top = f.local('i32');
    const batchesLeft = f.local('i32');
    const bits = f.local('i64');
    f.i32(TOP_LIMB).set(top).i32(MAX_BATCHES).set(batchesLeft);
    const batch = f.loop();
    this.#makeStandIns(standInA, standInB, top);
    this.#halve(standInA, standInB, sign);
    this.applyFactors(this.a, this.b, false, bits);
    this.#negateIfNegative(this.a, this.#f0, this.#g0, onNegativeA);
    this.#negateIfNegative(this.b, this.#f1, this.#g1);
    afterBatch?.();
    f.get(bits).op('i64Eqz', 'i32Eqz');
    f.get(batchesLeft).i32(1).op('i32Sub').tee(batchesLeft).i32(0).op('i32Ne', 'i32And').brIf(batch);
    f.end();
  }

  /** Both numbers as they are where 60 bits hold them; else the top 32 bits (of the larger) beside the low 32. */
  #makeStandIns(standInA: number, standInB: number, top: number): void {
    const { f, a, b } = this;
    const shift = f.local('i64');
    const low = (base: number): void => {
      const second = base + 8;
      f.i32(0).load('i64Load', base).i32(0).load('i64Load', second).i64(WIDE_BITS).op('i64Shl', 'i64Or');
    };
    const isFound = f.block();
    const search = f.loop();
    f.get(top).i32(16).op('i32LtU').brIf(isFound);
    f.get(top).load('i64Load', a).get(top).load('i64Load', b).op('i64Or', 'i64Eqz', 'i32Eqz').brIf(isFound);
    f.get(top).i32(8).op('i32Sub').set(top).br(search);
    f.end().end();
    f.get(top).i32(16).op('i32LtU').if();
    low(a);
    f.set(standInA);
    low(b);
    f.set(standInB).else();
    for (const [base, standIn] of [
      [a, standInA],
      [b, standInB],
    ]) {
      const [second, third] = [base - 8, base - 16];
      f.get(top).load('i64Load', base).i64(34).op('i64Shl');
      f.get(top).load('i64Load', second).i64(4).op('i64Shl', 'i64Or');
      f.get(top).load('i64Load', third).i64(26).op('i64ShrU', 'i64Or').set(standIn);
    }
    f.get(standInA).get(standInB).op('i64Or', 'i64Clz').set(shift);
    for (const [base, standIn] of [
      [a, standInA],
      [b, standInB],
    ]) {
      f.get(standIn).get(shift).op('i64Shl').i64(-0x1_0000_0000).op('i64And');
      low(base);
      f.i64(0xffff_ffff).op('i64And', 'i64Or').set(standIn);
    }
    f.end();
  }

  /** Thirty halvings of the stand-ins. */
  #halve(a: number, b: number, sign: number | undefined): void {
    const { f } = this;
    // Both factors of a number share one i64, f + 2^32·g: they are always added and shifted alike.
    const ofA = f.local('i64');
    const ofB = f.local('i64');
    const left = f.local('i64');
    const zeros = f.local('i64');
    const isLess = f.local('i32');
    const mask = f.local('i64');
    const difference = f.local('i64');
    f.i64(1).set(ofA).i64(0x1_0000_0000).set(ofB).i64(WIDE_BITS).set(left);
    const isDone = f.block();
    const step = f.loop();
    f.get(a).i64(1).get(left).op('i64Shl', 'i64Or', 'i64Ctz').set(zeros);
    f.get(a).get(zeros).op('i64ShrU').set(a);
    f.get(ofB).get(zeros).op('i64Shl').set(ofB);
    if (sign !== undefined) {
      f.get(b).get(b).i64(1).op('i64ShrU', 'i64Xor').get(zeros).i64(1).op('i64Shl', 'i64And');
      f.get(sign).op('i64Xor').set(sign);
    }
    f.get(left).get(zeros).op('i64Sub').tee(left).op('i64Eqz').brIf(isDone);
    // Without branches: which is less is as good as random.
    f.get(a).get(b).op('i64LtU').tee(isLess).op('i64ExtendI32U').set(mask);
    f.i64(0).get(mask).op('i64Sub').set(mask);
    if (sign !== undefined) f.get(a).get(b).op('i64And').get(mask).op('i64And').get(sign).op('i64Xor').set(sign);
    f.get(a).get(b).op('i64Sub').set(difference);
    f.get(a).get(b).get(isLess).op('select').set(b);
    f.get(difference).get(mask).op('i64Xor').get(mask).op('i64Sub').set(a);
    f.get(ofA).get(ofB).op('i64Sub').set(difference);
    f.get(ofA).get(ofB).get(isLess).op('select').set(ofB);
    f.get(difference).get(mask).op('i64Xor').get(mask).op('i64Sub').set(ofA);
    f.br(step).end().end();
    this.#unpack(ofA, this.#f0, this.#g0);
    this.#unpack(ofB, this.#f1, this.#g1);
  }

  #unpack(packed: number, low: number, high: number): void {
    this.f.get(packed).op('i64Extend32S').set(low);
    this.f.get(packed).get(low).op('i64Sub').i64(32).op('i64ShrS').set(high);
  }

  /**
   * (x, y) = (f0·x + g0·y, f1·x + g1·y) / 2^30: exactly, or modulo p where a multiple of p makes the division exact.
   * Where asked for, `bits` gets the limbs of x or'ed together.
   */
  applyFactors(x: number, y: number, moduloP: boolean, bits?: number): void {
    const { f } = this;
    const rows = [
      { to: x, fx: this.#f0, fy: this.#g0, carry: f.local('i64'), multiple: f.local('i64') },
      { to: y, fx: this.#f1, fy: this.#g1, carry: f.local('i64'), multiple: f.local('i64') },
    ];
    const xi = f.local('i64');
    const yi = f.local('i64');
    if (bits !== undefined) f.i64(0).set(bits);
    for (let i = 0; i < LIMBS; i++) {
      const [atX, atY] = [x + 8 * i, y + 8 * i];
      f.i32(0).load('i64Load', atX).set(xi).i32(0).load('i64Load', atY).set(yi);
      for (const { to, fx, fy, carry, multiple } of rows) {
        f.get(fx).get(xi).op('i64Mul').get(fy).get(yi).op('i64Mul', 'i64Add');
        if (i > 0) f.get(carry).op('i64Add');
        f.set(carry);
        if (moduloP && i === 0) {
          // p is −19 in limb 0 and 2^15 in limb 8.
          f.get(carry).i64(INVERSE_OF_19).op('i64Mul').i64(WIDE_MASK).op('i64And').set(multiple);
          f.get(carry).get(multiple).i64(19).op('i64Mul', 'i64Sub').set(carry);
        } else if (moduloP && i === LIMBS - 1) {
          f.get(carry).get(multiple).i64(15).op('i64Shl', 'i64Add').set(carry);
        }
        const [below, here] = [to + 8 * (i - 1), to + 8 * i];
        if (i > 0) {
          f.i32(0).get(carry).i64(WIDE_MASK).op('i64And').store('i64Store', below);
          if (bits !== undefined && to === x) f.get(bits).get(carry).i64(WIDE_MASK).op('i64And', 'i64Or').set(bits);
        }
        f.get(carry).i64(WIDE_BITS).op('i64ShrS').set(carry);
        if (i === LIMBS - 1) {
          f.i32(0).get(carry).store('i64Store', here);
          if (bits !== undefined && to === x) f.get(bits).get(carry).op('i64Or').set(bits);
        }
      }
    }
  }

  #negateIfNegative(number: number, factorX: number, factorY: number, also?: () => void): void {
    const { f } = this;
    const top = number + TOP_LIMB;
    f.i32(0).load('i64Load', top).i64(0).op('i64LtS').if();
    f.i32(number).call(this.#negate);
    for (const factor of [factorX, factorY]) f.i64(0).get(factor).op('i64Sub').set(factor);
    also?.();
    f.end();
  }
}

/** `negate(number)`, limbs carried. */
function defineNegate(module: ModuleBuilder): number {
  const f = module.function(['i32']);
  const carry = f.local('i64');
  for (let i = 0; i < LIMBS; i++) {
    const at = 8 * i;
    f.get(carry).get(0).load('i64Load', at).op('i64Sub').set(carry);
    f.get(0).get(carry);
    if (i < LIMBS - 1) f.i64(WIDE_MASK).op('i64And');
    f.store('i64Store', at).get(carry).i64(WIDE_BITS).op('i64ShrS').set(carry);
  }
  return f.index;
}
