// The WebAssembly behind `isOnCurve` and program addresses: SHA-256, and whether its result is a point, with the search
// for a bump in one call. Emitted and instantiated when first asked for.
//
// y is on the curve where x² = (y² − 1)/(dy² + 1) has a root, that is where (y² − 1)(dy² + 1) is a square; that product
// is all there is to compute, because nobody asks for x. dy² + 1 is never 0.

import { ModuleBuilder } from '../../wasm/module-builder.ts';
import { defineSha2, defineSha2Digest, padSha2, sha2Tables } from '../hashing/sha2.ts';
import { defineIsSquare, GCD_SCRATCH_BYTES } from './binary-gcd.ts';
import { defineFromBytes, defineMul, defineSqr, FIELD_BYTES, fieldBytes } from './field.ts';
import { EDWARDS_D } from './point.ts';

/** 32 bytes: the question of `isOnCurve`, and the hash of a derivation. */
export const KEY = 0;
const Y = 64;
const Y_SQUARED = Y + FIELD_BYTES;
const PRODUCT = Y_SQUARED + FIELD_BYTES;
const D = PRODUCT + FIELD_BYTES;
const SHA256_TABLES = 512;
const GCD_SCRATCH = 1024;
/** What is hashed; there is room for 16 seeds and all that follows them. */
export const INPUT = 2048;

export interface AddressModule {
  readonly memory: Uint8Array;
  /** Whether the bytes at {@link KEY} are a point. */
  isOnCurve(): number;
  /** Hashes the `inputLen` bytes at {@link INPUT} to {@link KEY}; returns whether the hash is a point. */
  derive(inputLen: number): number;
  /** The same for each bump, from 255 down to 1, written at `bumpAddress`; the first off the curve, or 0. */
  findBump(inputLen: number, bumpAddress: number): number;
}

let instance: AddressModule | undefined;

export function addressModule(): AddressModule {
  return (instance ??= instantiate());
}

function instantiate(): AddressModule {
  if (INPUT - GCD_SCRATCH < GCD_SCRATCH_BYTES) throw new Error('The memory map of the address module overlaps.');
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(emitAddressModule()));
  const memory = new Uint8Array(exports['memory'].buffer);
  return {
    memory,
    isOnCurve: exports['isOnCurve'],
    derive: (inputLen) => exports['derive'](padSha2('sha256', memory, INPUT, inputLen)),
    findBump: (inputLen, bumpAddress) => exports['findBump'](padSha2('sha256', memory, INPUT, inputLen), bumpAddress),
  };
}

function emitAddressModule(): Uint8Array {
  const module = new ModuleBuilder();
  module.memory(1, 1, 'memory');
  module.data(D, fieldBytes(EDWARDS_D));
  module.data(SHA256_TABLES, sha2Tables('sha256'));

  const isOnCurve = module.function([], ['i32'], 'isOnCurve');
  const derive = module.function(['i32'], ['i32'], 'derive');
  const findBump = module.function(['i32', 'i32'], ['i32'], 'findBump');

  const mul = defineMul(module);
  const sqr = defineSqr(module);
  const addToLimb0 = (field: number, value: number): void => {
    isOnCurve.i32(0).i32(0).load('i64Load', field).i64(value).op('i64Add').store('i64Store', field);
  };
  isOnCurve.i32(Y).i32(KEY).call(defineFromBytes(module));
  isOnCurve.i32(Y_SQUARED).i32(Y).call(sqr);
  isOnCurve.i32(PRODUCT).i32(Y_SQUARED).i32(D).call(mul);
  addToLimb0(PRODUCT, 1);
  addToLimb0(Y_SQUARED, -1);
  isOnCurve.i32(PRODUCT).i32(PRODUCT).i32(Y_SQUARED).call(mul);
  isOnCurve.i32(PRODUCT).call(defineIsSquare(module, GCD_SCRATCH));

  for (let i = 0; i < 32; i += 8) {
    derive
      .i32(0)
      .i32(0)
      .load('i64Load', SHA256_TABLES + i)
      .store('i64Store', KEY + i);
  }
  derive
    .i32(KEY)
    .i32(INPUT)
    .get(0)
    .call(defineSha2(module, 'sha256', SHA256_TABLES));
  derive.i32(KEY).call(defineSha2Digest(module, 'sha256'));
  derive.call(isOnCurve.index);

  const bump = findBump.local('i32');
  findBump.i32(255).set(bump);
  const isFound = findBump.block();
  const next = findBump.loop();
  findBump.get(1).get(bump).store('i32Store8');
  findBump.get(0).call(derive.index).op('i32Eqz').brIf(isFound);
  findBump.get(bump).i32(1).op('i32Sub').tee(bump).brIf(next);
  findBump.end().end().get(bump);
  return module.finish();
}
