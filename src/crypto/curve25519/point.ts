// Points of the Edwards curve −x² + y² = 1 + dx²y² in WebAssembly, in extended coordinates X, Y, Z, T with x = X/Z,
// y = Y/Z, xy = T/Z: four field elements in a row. The formulas are complete: they hold for every pair of points.
//
// What is added to a point comes prepared ("Niels" form): Y + X, Y − X, 2dT and 2Z, where 2Z is left out of affine
// points, whose Z is 1. To subtract, swap the first two and negate the third.
// Source: Hisil, Wong, Carter, Dawson, "Twisted Edwards Curves Revisited" (IACR eprint 2008/522), §3.

import type { FunctionBuilder } from '../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../wasm/module-builder.ts';
import { defineInvert } from './binary-gcd.ts';
import { EDWARDS_D, P, SQRT_OF_MINUS_1 } from './constants.ts';
import {
  defineFromBytes,
  defineLimbwise,
  defineMul,
  defineSqr,
  defineToBytes,
  FIELD_BYTES,
  fieldBytes,
} from './field.ts';

export const X = 0;
export const Y = FIELD_BYTES;
export const Z = 2 * FIELD_BYTES;
export const T = 3 * FIELD_BYTES;
/** Of a point in extended coordinates. */
export const POINT_BYTES = 4 * FIELD_BYTES;

/** Of Niels form. */
export const SUM = 0;
export const DIFFERENCE = FIELD_BYTES;
export const XY2D = 2 * FIELD_BYTES;
export const TWICE_Z = 3 * FIELD_BYTES;

/** Field constants and temporaries; {@link SCRATCH_BYTES} of memory at the address given. */
const CONSTANTS = { d: EDWARDS_D, twiceD: (2n * EDWARDS_D) % P, sqrtOfMinus1: SQRT_OF_MINUS_1, zero: 0n, one: 1n };
const TEMPORARIES = 9;
export const SCRATCH_BYTES = (Object.keys(CONSTANTS).length + TEMPORARIES) * FIELD_BYTES;

export interface PointFunctions {
  readonly mul: number;
  readonly invert: number;
  /** `butterfly(sum, difference, a, b)`: a + b and a − b. */
  readonly butterfly: number;
  /** `double(p, wantsT)`: p = 2p; without T where only a doubling or an encoding follows. */
  readonly double: number;
  /** `add(p, q, isAffine, wantsT)`: p = p + q, q in Niels form. */
  readonly add: number;
  /** `setIdentity(p)`. */
  readonly setIdentity: number;
  /** `toNiels(dst, p)`. */
  readonly toNiels: number;
  /** `negateNiels(dst, q)`. */
  readonly negateNiels: number;
  /** `copy(dst, src, byteCount)`, by words of eight. */
  readonly copy: number;
  /** `decompress(p, bytes) → i32`: p = −A for the bytes of A; 0 where they are no point. */
  readonly decompressNegated: number;
  /** `encode(bytes, p)`: 32 bytes. */
  readonly encode: number;
  readonly constants: { readonly [name in keyof typeof CONSTANTS]: number };
}

export function definePoints(module: ModuleBuilder, scratch: number, gcdScratch: number): PointFunctions {
  const names = Object.keys(CONSTANTS) as (keyof typeof CONSTANTS)[];
  const constants = {} as { [name in keyof typeof CONSTANTS]: number };
  for (const [i, name] of names.entries()) {
    constants[name] = scratch + i * FIELD_BYTES;
    module.data(constants[name], fieldBytes(CONSTANTS[name]));
  }
  const temporary = (i: number): number => scratch + (names.length + i) * FIELD_BYTES;

  const mul = defineMul(module);
  const sqr = defineSqr(module);
  const sub = defineLimbwise(module, 'i64Sub');
  const add = defineLimbwise(module, 'i64Add');
  const butterfly = defineButterfly(module);
  const invert = defineInvert(module, gcdScratch);
  const fromBytes = defineFromBytes(module);
  const toBytes = defineToBytes(module);
  const sqrTimes = defineSqrTimes(module, sqr);

  const [t0, t1, t2, t3, t4, t5, t6, t7, t8] = Array.from({ length: TEMPORARIES }, (_, i) => temporary(i));

  const doublePoint = module.function(['i32', 'i32']);
  {
    const f = doublePoint;
    const p = (offset: number): FunctionBuilder => f.get(0).i32(offset).op('i32Add');
    f.i32(t0);
    p(X).call(sqr);
    f.i32(t1);
    p(Y).call(sqr);
    f.i32(t2);
    p(Z).call(sqr);
    for (let at = 0; at < FIELD_BYTES; at += 8) {
      const [x, y] = [X + at, Y + at];
      f.i32(t3).get(0).load('i64Load', x).get(0).load('i64Load', y).op('i64Add').store('i64Store', at);
    }
    f.i32(t3).i32(t3).call(sqr);
    // With A = X², B = Y²: H = A + B, G = B − A, E = (X + Y)² − H, F = 2Z² − G. In one pass, because there are many.
    const [a, b, h, g] = Array.from({ length: 4 }, () => f.local('i64'));
    for (let at = 0; at < FIELD_BYTES; at += 8) {
      f.i32(t0).load('i64Load', at).set(a).i32(t1).load('i64Load', at).set(b);
      f.get(a).get(b).op('i64Add').set(h).get(b).get(a).op('i64Sub').set(g);
      f.i32(t4).get(h).store('i64Store', at).i32(t5).get(g).store('i64Store', at);
      f.i32(t3).i32(t3).load('i64Load', at).get(h).op('i64Sub').store('i64Store', at);
      f.i32(t2).i32(t2).load('i64Load', at).i64(1).op('i64Shl').get(g).op('i64Sub').store('i64Store', at);
    }
    p(X).i32(t3).i32(t2).call(mul);
    p(Y).i32(t5).i32(t4).call(mul);
    p(Z).i32(t2).i32(t5).call(mul);
    f.get(1).if();
    p(T).i32(t3).i32(t4).call(mul);
    f.end();
  }

  const addPoint = module.function(['i32', 'i32', 'i32', 'i32']);
  {
    const f = addPoint;
    const p = (offset: number): FunctionBuilder => f.get(0).i32(offset).op('i32Add');
    const q = (offset: number): FunctionBuilder => f.get(1).i32(offset).op('i32Add');
    f.i32(t0).i32(t1);
    p(Y);
    p(X).call(butterfly);
    f.i32(t0).i32(t0);
    q(SUM).call(mul);
    f.i32(t1).i32(t1);
    q(DIFFERENCE).call(mul);
    f.i32(t2);
    p(T);
    q(XY2D).call(mul);
    f.get(2).if();
    f.i32(t3);
    p(Z);
    p(Z).call(add);
    f.else();
    f.i32(t3);
    p(Z);
    q(TWICE_Z).call(mul);
    f.end();
    // H and E; G and F.
    f.i32(t4).i32(t5).i32(t0).i32(t1).call(butterfly);
    f.i32(t6).i32(t7).i32(t3).i32(t2).call(butterfly);
    p(X).i32(t5).i32(t7).call(mul);
    p(Y).i32(t6).i32(t4).call(mul);
    p(Z).i32(t7).i32(t6).call(mul);
    f.get(3).if();
    p(T).i32(t5).i32(t4).call(mul);
    f.end();
  }

  const toNiels = module.function(['i32', 'i32']);
  {
    const f = toNiels;
    const dst = (offset: number): FunctionBuilder => f.get(0).i32(offset).op('i32Add');
    const p = (offset: number): FunctionBuilder => f.get(1).i32(offset).op('i32Add');
    dst(SUM);
    dst(DIFFERENCE);
    p(Y);
    p(X).call(butterfly);
    dst(XY2D);
    p(T).i32(constants.twiceD).call(mul);
    dst(TWICE_Z);
    p(Z);
    p(Z).call(add);
  }

  const decompress = module.function(['i32', 'i32'], ['i32']);
  {
    const f = decompress;
    const p = (offset: number): FunctionBuilder => f.get(0).i32(offset).op('i32Add');
    const bytes = temporary(TEMPORARIES - 1);
    const isZero = (): FunctionBuilder => {
      f.i32(0).load('i64Load', bytes);
      for (let at = bytes + 8; at < bytes + 32; at += 8) f.i32(0).load('i64Load', at).op('i64Or');
      return f.op('i64Eqz');
    };
    // u = y² − 1, v = dy² + 1
    p(Y).get(1).call(fromBytes);
    f.i32(t0);
    p(Y).call(sqr);
    f.i32(t1).i32(t0).i32(constants.d).call(mul);
    f.i32(t0).i32(t0).i32(constants.one).call(sub);
    f.i32(t1).i32(t1).i32(constants.one).call(add);
    // x = u v³ (u v⁷)^((p − 5)/8), a root of u/v or of −u/v
    f.i32(t2).i32(t1).call(sqr);
    f.i32(t2).i32(t2).i32(t1).call(mul);
    f.i32(t3).i32(t2).call(sqr);
    f.i32(t3).i32(t3).i32(t1).call(mul);
    f.i32(t3).i32(t3).i32(t0).call(mul);
    writePower(f, { mul, sqr, sqrTimes }, t3, t3, t4, t5);
    f.i32(t2).i32(t2).i32(t0).call(mul);
    f.i32(t2).i32(t2).i32(t3).call(mul);
    // v x² is u, or −u, or there is no root.
    f.i32(t3).i32(t2).call(sqr);
    f.i32(t3).i32(t3).i32(t1).call(mul);
    f.i32(t4).i32(t3).i32(t0).call(sub);
    f.i32(bytes).i32(t4).call(toBytes);
    isZero().op('i32Eqz').if();
    f.i32(t4).i32(t3).i32(t0).call(add);
    f.i32(bytes).i32(t4).call(toBytes);
    isZero().op('i32Eqz').if();
    f.i32(0).op('return').end();
    f.i32(t2).i32(t2).i32(constants.sqrtOfMinus1).call(mul);
    f.end();
    // −A has the root whose lowest bit is not A's sign.
    f.i32(bytes).i32(t2).call(toBytes);
    p(X).i32(constants.zero).i32(t2).call(sub);
    f.i32(0).load('i32Load8U', bytes).i32(1).op('i32And');
    f.get(1).load('i32Load8U', 31).i32(7).op('i32ShrU', 'i32Ne').if();
    p(X).i32(t2).i32(constants.zero).call(add);
    f.end();
    p(Z).i32(constants.one).i32(constants.zero).call(add);
    p(T);
    p(X);
    p(Y).call(mul);
    f.i32(1);
  }

  const encode = module.function(['i32', 'i32']);
  {
    const f = encode;
    const p = (offset: number): FunctionBuilder => f.get(1).i32(offset).op('i32Add');
    f.i32(t0);
    p(Z).call(invert);
    f.i32(t1);
    p(X).i32(t0).call(mul);
    f.i32(t2);
    p(Y).i32(t0).call(mul);
    f.i32(t8).i32(t1).call(toBytes);
    f.get(0).i32(t2).call(toBytes);
    f.get(0).get(0).load('i32Load8U', 31);
    f.i32(0).load('i32Load8U', t8).i32(7).op('i32Shl', 'i32Or').store('i32Store8', 31);
  }

  return {
    mul,
    invert,
    butterfly,
    double: doublePoint.index,
    add: addPoint.index,
    setIdentity: defineSetIdentity(module),
    toNiels: toNiels.index,
    negateNiels: defineNegateNiels(module),
    copy: defineCopy(module),
    decompressNegated: decompress.index,
    encode: encode.index,
    constants,
  };
}

function defineButterfly(module: ModuleBuilder): number {
  const f = module.function(['i32', 'i32', 'i32', 'i32']);
  const a = f.local('i64');
  const b = f.local('i64');
  for (let at = 0; at < FIELD_BYTES; at += 8) {
    f.get(2).load('i64Load', at).set(a).get(3).load('i64Load', at).set(b);
    f.get(0).get(a).get(b).op('i64Add').store('i64Store', at);
    f.get(1).get(a).get(b).op('i64Sub').store('i64Store', at);
  }
  return f.index;
}

function defineSetIdentity(module: ModuleBuilder): number {
  const f = module.function(['i32']);
  for (let at = 0; at < POINT_BYTES; at += 8) {
    const limb = at === Y || at === Z ? 1 : 0;
    f.get(0).i64(limb).store('i64Store', at);
  }
  return f.index;
}

function defineNegateNiels(module: ModuleBuilder): number {
  const f = module.function(['i32', 'i32']);
  for (let i = 0; i < FIELD_BYTES; i += 8) {
    const [sum, difference, xy2d, twiceZ] = [SUM + i, DIFFERENCE + i, XY2D + i, TWICE_Z + i];
    f.get(0).get(1).load('i64Load', difference).store('i64Store', sum);
    f.get(0).get(1).load('i64Load', sum).store('i64Store', difference);
    f.get(0).i64(0).get(1).load('i64Load', xy2d).op('i64Sub').store('i64Store', xy2d);
    f.get(0).get(1).load('i64Load', twiceZ).store('i64Store', twiceZ);
  }
  return f.index;
}

function defineCopy(module: ModuleBuilder): number {
  const f = module.function(['i32', 'i32', 'i32']);
  const next = f.loop();
  f.get(2).i32(8).op('i32Sub').set(2);
  f.get(0).get(2).op('i32Add').get(1).get(2).op('i32Add').load('i64Load').store('i64Store');
  f.get(2).brIf(next).end();
  return f.index;
}

/** `sqrTimes(dst, a, count)`: dst = a^(2^count). */
function defineSqrTimes(module: ModuleBuilder, sqr: number): number {
  const f = module.function(['i32', 'i32', 'i32']);
  f.get(0).get(1).call(sqr);
  const isDone = f.block();
  const again = f.loop();
  f.get(2).i32(1).op('i32Sub').tee(2).op('i32Eqz').brIf(isDone);
  f.get(0).get(0).call(sqr).br(again);
  f.end().end();
  return f.index;
}

/** dst = a^(2^252 − 3), that is a^((p − 5)/8). Exponents 2^n − 1 are built from one another. `dst` may be `a`. */
function writePower(
  f: FunctionBuilder,
  { mul, sqr, sqrTimes }: { mul: number; sqr: number; sqrTimes: number },
  dst: number,
  a: number,
  t0: number,
  t1: number,
): void {
  const product = (to: number, x: number, y: number): void => void f.i32(to).i32(x).i32(y).call(mul);
  const squares = (to: number, x: number, count: number): void => void f.i32(to).i32(x).i32(count).call(sqrTimes);
  const t2 = t1 + FIELD_BYTES;
  f.i32(t0).i32(a).call(sqr); // 2
  squares(t1, t0, 2); // 8
  product(t1, t1, a); // 9
  product(t0, t0, t1); // 11
  f.i32(t0).i32(t0).call(sqr); // 22
  product(t0, t0, t1); // 2^5 − 1
  squares(t1, t0, 5);
  product(t0, t1, t0); // 2^10 − 1
  squares(t1, t0, 10);
  product(t1, t1, t0); // 2^20 − 1
  squares(t2, t1, 20);
  product(t1, t2, t1); // 2^40 − 1
  squares(t1, t1, 10);
  product(t0, t1, t0); // 2^50 − 1
  squares(t1, t0, 50);
  product(t1, t1, t0); // 2^100 − 1
  squares(t2, t1, 100);
  product(t1, t2, t1); // 2^200 − 1
  squares(t1, t1, 50);
  product(t0, t1, t0); // 2^250 − 1
  squares(t0, t0, 2);
  product(dst, t0, a);
}
