// Emits the module behind `isOnCurve` and program addresses: SHA-256, and whether its result is a point, with the search
// for a bump in one call.
//
// y is on the curve where x² = (y² − 1)/(dy² + 1) has a root, that is where (y² − 1)(dy² + 1) is a square; that product
// is all there is to compute, because nobody asks for x. dy² + 1 is never 0.

import { ModuleBuilder } from '../../wasm/module-builder.ts';
import { type EmittedModule, layOutMemory } from '../emitted-module.ts';
import { defineSha2, defineSha2Digest, SHA2_TABLE_BYTES, sha2Tables } from '../hashing/sha2.ts';
import { defineIsSquare, GCD_SCRATCH_BYTES } from './binary-gcd.ts';
import { EDWARDS_D } from './constants.ts';
import { defineFromBytes, defineMul, defineSqr, FIELD_BYTES, fieldBytes } from './field.ts';

export function emitAddressModule(): EmittedModule {
  const map = layOutMemory({
    /** 32 bytes: the question of `isOnCurve`, and the hash of a derivation. */
    key: 32,
    y: FIELD_BYTES,
    ySquared: FIELD_BYTES,
    product: FIELD_BYTES,
    d: FIELD_BYTES,
    gcdScratch: GCD_SCRATCH_BYTES,
    sha256Tables: SHA2_TABLE_BYTES,
    /** What is hashed: 16 seeds of 32 bytes, a program's id, the marker, and padding. */
    input: 1024,
  });
  const module = new ModuleBuilder();
  module.memory(1, 1, 'memory');
  module.data(map.d, fieldBytes(EDWARDS_D));
  module.data(map.sha256Tables, sha2Tables('sha256'));

  const isOnCurve = module.function([], ['i32'], 'isOnCurve');
  const derive = module.function(['i32'], ['i32'], 'derive');
  const findBump = module.function(['i32', 'i32'], ['i32'], 'findBump');

  const mul = defineMul(module);
  const sqr = defineSqr(module);
  const addToLimb0 = (field: number, value: number): void => {
    isOnCurve.i32(0).i32(0).load('i64Load', field).i64(value).op('i64Add').store('i64Store', field);
  };
  isOnCurve.i32(map.y).i32(map.key).call(defineFromBytes(module));
  isOnCurve.i32(map.ySquared).i32(map.y).call(sqr);
  isOnCurve.i32(map.product).i32(map.ySquared).i32(map.d).call(mul);
  addToLimb0(map.product, 1);
  addToLimb0(map.ySquared, -1);
  isOnCurve.i32(map.product).i32(map.product).i32(map.ySquared).call(mul);
  isOnCurve.i32(map.product).call(defineIsSquare(module, map.gcdScratch));

  for (let i = 0; i < 32; i += 8) {
    const from = map.sha256Tables + i;
    derive.i32(map.key).i32(0).load('i64Load', from).store('i64Store', i);
  }
  derive
    .i32(map.key)
    .i32(map.input)
    .get(0)
    .call(defineSha2(module, 'sha256', map.sha256Tables));
  derive.i32(map.key).call(defineSha2Digest(module, 'sha256'));
  derive.call(isOnCurve.index);

  const bump = findBump.local('i32');
  findBump.i32(255).set(bump);
  const isFound = findBump.block();
  const next = findBump.loop();
  findBump.get(1).get(bump).store('i32Store8');
  findBump.get(0).call(derive.index).op('i32Eqz').brIf(isFound);
  findBump.get(bump).i32(1).op('i32Sub').tee(bump).brIf(next);
  findBump.end().end().get(bump);
  return { bytes: module.finish(), map };
}
