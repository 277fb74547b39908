// How the check of a signature gets along with half the doublings. The equation sB − kA − R = 0 holds exactly where it
// holds u times, for a u that has no factor in common with the order of the group of all points, 8L. With u and v of half
// as many bits and v = uk modulo 8L, that is (us)B − vA − uR = 0: the multiples of A and R are short, and B is known
// well enough to take its long one in two pieces. 8L and not L, because A may have a component of small order; u odd and
// below L.
//
// Such u and v are what the Euclidean algorithm comes by on its way from 8L and k: remainders r = ±uk modulo 8L that
// shrink as u grows. It goes on until r is below 2^128 and u is odd; two odd or one of two, as neighbours are coprime.
// Quotients come from the top 31 to 60 bits and may be less than the true ones: that costs a step more. Where something
// out of the ordinary turns up, u = 1 and v = k will do: a longer sum, but the same.
// Source: A. Antipa et al., "Accelerated Verification of ECDSA Signatures" (SAC 2005); T. Pornin, "Optimized Lattice Basis
// Reduction In Dimension 2, and Fast Schnorr and EdDSA Signature Verification" (IACR eprint 2020/454).

import type { FunctionBuilder } from '../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../wasm/module-builder.ts';
import { L } from './constants.ts';
import { loadBits, storeBytes } from './limbs.ts';

const BITS = 30;
const MASK = 2 ** BITS - 1;
/** Limbs of a remainder. */
const LIMBS = 9;
/** Limbs of u, which may be 2^128 times a quotient. */
const SHORT_LIMBS = 6;
/** The limb in which bit 128 is, and that bit. */
const MIDDLE = 4;
const MIDDLE_BIT = 2 ** (128 - MIDDLE * BITS);
/** Twice what is usual. */
const MAX_STEPS = 160;

/** u and v are below 2^(this − 8). */
export const SHORT_BITS = SHORT_LIMBS * BITS;

/** Two remainders and two multipliers, an i64 a limb. */
const REMAINDERS = 0;
const MULTIPLIERS = 2 * LIMBS * 8;
export const SHORT_SCALARS_SCRATCH = MULTIPLIERS + 2 * SHORT_LIMBS * 8;

/**
 * `shorten(u, v, k) → i32`: 32 bytes each of u and |v| for the 32 bytes of k. Bit 0 of the result tells that v is
 * negative, bit 1 that u is 1 and v = k isn't short.
 */
export function defineShorten(module: ModuleBuilder, scratch: number): number {
  const store = defineStore(module);
  const f = module.function(['i32', 'i32', 'i32'], ['i32']);
  const [u, v, k] = [0, 1, 2];
  const [r0, r1, u0, u1, swap] = Array.from({ length: 5 }, () => f.local('i32'));
  const top = f.local('i32');
  const steps = f.local('i32');
  const quotient = f.local('i64');
  const remainders = scratch + REMAINDERS;
  const multipliers = scratch + MULTIPLIERS;
  const begin = (): void => {
    for (let i = 0; i < LIMBS; i++) {
      const [at0, at1] = [remainders + i * 8, remainders + (LIMBS + i) * 8];
      f.i32(0)
        .i64(((8n * L) >> BigInt(i * BITS)) & BigInt(MASK))
        .store('i64Store', at0);
      f.i32(0);
      loadBits(f, k, 32, i * BITS, BITS);
      f.store('i64Store', at1);
    }
    for (let i = 0; i < 2 * SHORT_LIMBS; i++) {
      const [at, value] = [multipliers + i * 8, i === SHORT_LIMBS ? 1 : 0];
      f.i32(0).i64(value).store('i64Store', at);
    }
    f.i32(remainders)
      .set(r0)
      .i32(remainders + LIMBS * 8)
      .set(r1);
    f.i32(multipliers)
      .set(u0)
      .i32(multipliers + SHORT_LIMBS * 8)
      .set(u1);
    f.i32(0)
      .set(steps)
      .i32((LIMBS - 1) * 8)
      .set(top);
  };
  begin();
  const isDone = f.block();
  const isOdd = f.block();
  const next = f.loop();
  // Is r1 short, and u1 odd?
  f.get(r1)
    .load('i64Load', MIDDLE * 8)
    .i64(MIDDLE_BIT)
    .op('i64LtU');
  f.get(r1).load('i64Load', (MIDDLE + 1) * 8);
  for (let i = MIDDLE + 2; i < LIMBS; i++)
    f.get(r1)
      .load('i64Load', i * 8)
      .op('i64Or');
  f.op('i64Eqz', 'i32And').get(u1).load('i32Load').op('i32And').brIf(isDone);
  // The quotient of the top two limbs, at most.
  const search = f.loop();
  f.get(top).get(r0).op('i32Add').load('i64Load').op('i64Eqz').if();
  f.get(top).i32(8).op('i32Sub').tee(top).brIf(search);
  f.br(isOdd).end().end();
  topTwo(f, r0, top);
  topTwo(f, r1, top);
  f.i64(1).op('i64Add', 'i64DivU').tee(quotient).i64(MASK).op('i64GtU').brIf(isOdd);
  f.get(steps).i32(1).op('i32Add').tee(steps).i32(MAX_STEPS).op('i32GtU').brIf(isOdd);
  addMultiple(f, r0, r1, quotient, LIMBS, 'i64Sub');
  addMultiple(f, u0, u1, quotient, SHORT_LIMBS, 'i64Add');
  for (const [a, b] of [
    [r0, r1],
    [u0, u1],
  ]) {
    f.get(a).set(swap).get(b).set(a).get(swap).set(b);
  }
  f.br(next).end().end();
  begin();
  f.get(u).get(u1).i32(SHORT_LIMBS).call(store);
  f.get(v).get(r1).i32(LIMBS).call(store);
  f.i32(2).op('return').end();
  f.get(u).get(u1).i32(SHORT_LIMBS).call(store);
  f.get(v).get(r1).i32(LIMBS).call(store);
  f.get(steps).i32(1).op('i32And');
  return f.index;
}

/** Leaves the limb at `top` and the one below as one number. */
function topTwo(f: FunctionBuilder, number: number, top: number): void {
  f.get(number).get(top).op('i32Add').load('i64Load').i64(BITS).op('i64Shl');
  f.get(number).get(top).op('i32Add').i32(8).op('i32Sub').load('i64Load').op('i64Or');
}

/** x ± quotient · y, carried. */
function addMultiple(
  f: FunctionBuilder,
  x: number,
  y: number,
  quotient: number,
  limbs: number,
  op: 'i64Add' | 'i64Sub',
): void {
  const carry = f.local('i64');
  f.i64(0).set(carry);
  for (let i = 0; i < limbs; i++) {
    const at = i * 8;
    f.get(x).load('i64Load', at).get(carry).op('i64Add');
    f.get(y).load('i64Load', at).get(quotient).op('i64Mul', op).set(carry);
    f.get(x).get(carry).i64(MASK).op('i64And').store('i64Store', at);
    f.get(carry).i64(BITS).op('i64ShrS').set(carry);
  }
}

/** `store(bytes, limbs, count)`: 32 bytes of at most nine limbs. */
function defineStore(module: ModuleBuilder): number {
  const f = module.function(['i32', 'i32', 'i32']);
  const limbs = Array.from({ length: LIMBS }, (_, i) => {
    const limb = f.local('i64');
    const at = i * 8;
    f.i32(i).get(2).op('i32LtU').if();
    f.get(1).load('i64Load', at).set(limb).end();
    return limb;
  });
  storeBytes(
    f,
    limbs,
    limbs.map((_, i) => i * BITS),
  );
  return f.index;
}

/** `multiplyScalars(product, u, s)`: 64 bytes of the product of u and s, 32 bytes each, u below 2^180. */
export function defineMultiplyScalars(module: ModuleBuilder): number {
  const f = module.function(['i32', 'i32', 'i32']);
  const load = (pointer: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => {
      const limb = f.local('i64');
      loadBits(f, pointer, 32, i * BITS, BITS);
      f.set(limb);
      return limb;
    });
  const [a, b] = [load(1, SHORT_LIMBS), load(2, LIMBS)];
  const carry = f.local('i64');
  const columns = Array.from({ length: SHORT_LIMBS + LIMBS }, (_, k) => {
    const column = f.local('i64');
    f.get(carry);
    for (let i = Math.max(0, k - LIMBS + 1); i <= Math.min(k, SHORT_LIMBS - 1); i++) {
      const partner = b[k - i];
      if (partner !== undefined) f.get(a[i]).get(partner).op('i64Mul', 'i64Add');
    }
    f.tee(column).i64(BITS).op('i64ShrU').set(carry).get(column).i64(MASK).op('i64And').set(column);
    return column;
  });
  storeBytes(
    f,
    columns,
    columns.map((_, i) => i * BITS),
    8,
  );
  return f.index;
}
