// Scalars modulo L, the order of the base point, in WebAssembly: how a hash of 512 bits becomes one.
// L = 2^252 + c with c of 125 bits, so what stands above 2^252 comes back in as −c times it: 260 bits become 133, these
// 7, and then a single L is added or taken off. Limbs have 28 bits, because nine of them are the 252.
// The result is the least one, below L: a key with a component of small order tells k from k + L.

import type { FunctionBuilder } from '../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../wasm/module-builder.ts';
import { L } from './constants.ts';
import { loadBits, storeBytes } from './limbs.ts';

const BITS = 28;
const MASK = 2 ** BITS - 1;
const LOW_LIMBS = 9;
const C = limbsOf(L - 2n ** 252n, 5);

function limbsOf(value: bigint, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Number((value >> BigInt(i * BITS)) & BigInt(MASK)));
}

/** `reduce(dst, hash)`: dst = the 64 bytes at `hash`, a little-endian number, modulo L, in 32 bytes. */
export function defineReduce(module: ModuleBuilder): number {
  const f = module.function(['i32', 'i32']);
  const inputLimbs = Math.ceil(512 / BITS);
  let limbs = Array.from({ length: inputLimbs }, (_, i) => {
    const limb = f.local('i64');
    loadBits(f, 1, 64, i * BITS, BITS);
    f.set(limb);
    return limb;
  });
  // Each fold leaves nine limbs of 28 bits and a rest above them, at last a single signed limb, −1, 0 or a few.
  for (let fold = 0; fold < 3; fold++) {
    limbs = foldHigh(f, limbs);
    carryAll(f, limbs);
  }
  const top = limbs[LOW_LIMBS];
  // A rest of −1 means a negative number; 0 may still be L or more.
  const addMultipleOfL = (factor: number): void => {
    const order = limbsOf(L, LOW_LIMBS + 1);
    for (const [i, limb] of limbs.entries()) {
      f.get(limb).get(factor).i64(order[i]).op('i64Mul', 'i64Add').set(limb);
    }
    carryAll(f, limbs);
  };
  const factor = f.local('i64');
  f.get(top).i64(0).op('i64LtS', 'i64ExtendI32U').set(factor);
  addMultipleOfL(factor);
  f.i64(-1).set(factor);
  addMultipleOfL(factor);
  f.get(top).i64(0).op('i64LtS', 'i64ExtendI32U').set(factor);
  addMultipleOfL(factor);
  storeBytes(
    f,
    limbs,
    limbs.map((_, i) => i * BITS),
  );
  return f.index;
}

/** Nine low limbs minus c times the rest, in as many limbs as that needs. */
function foldHigh(f: FunctionBuilder, limbs: readonly number[]): number[] {
  const high = limbs.slice(LOW_LIMBS);
  const count = Math.max(LOW_LIMBS + 1, high.length + C.length);
  return Array.from({ length: count }, (_, k) => {
    const sum = f.local('i64');
    if (k < LOW_LIMBS) f.get(limbs[k]);
    else f.i64(0);
    for (let i = Math.max(0, k - C.length + 1); i <= k && i < high.length; i++) {
      const [limb, factor] = [high[i], C[k - i]];
      f.get(limb).i64(factor).op('i64Mul', 'i64Sub');
    }
    f.set(sum);
    return sum;
  });
}

/** Makes all limbs but the top one 28 bits, without sign. */
function carryAll(f: FunctionBuilder, limbs: readonly number[]): void {
  for (let i = 0; i < limbs.length - 1; i++) {
    const [limb, above] = [limbs[i], limbs[i + 1]];
    f.get(above).get(limb).i64(BITS).op('i64ShrS', 'i64Add').set(above);
    f.get(limb).i64(MASK).op('i64And').set(limb);
  }
}
