// Emits the module behind Ed25519 verification: everything but the rules of encodings and the choice of tables.
// One check: R ‖ A ‖ message is hashed, the hash reduced to k, and [s]B − [k]A encoded and compared with R. A part of
// the sum comes from its point's comb, where it has one, or is computed by doubling.

import { ModuleBuilder } from '../../wasm/module-builder.ts';
import { type EmittedModule, layOutMemory } from '../emitted-module.ts';
import { defineSha2, defineSha2Digest, SHA2_TABLE_BYTES, sha2Tables } from '../hashing/sha2.ts';
import { GCD_SCRATCH_BYTES } from './binary-gcd.ts';
import { defineMultiply, MULTIPLY_SCRATCH_BYTES } from './multiply.ts';
import { definePoints, POINT_BYTES, SCRATCH_BYTES } from './point.ts';
import { defineReduce } from './scalar.ts';

const PAGE = 65536;
/** The negative of the base point, y = 4/5 with an odd x: points are decompressed negated. */
const NEGATED_BASE_POINT = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 0x58 : i === 31 ? 0xe6 : 0x66));

export function emitSignatureModule(): EmittedModule {
  const map = layOutMemory({
    /** The signature's s and k, 32 bytes each; behind them eight bytes of zero, which a digit may reach into. */
    s: 40,
    k: 40,
    /** R as the sum is to be encoded. */
    expectedR: 32,
    publicKey: 32,
    /** State of SHA-512, then the hash. */
    hash: 64,
    encoded: 32,
    negatedBasePoint: 32,
    accumulator: POINT_BYTES,
    point: POINT_BYTES,
    niels: POINT_BYTES,
    sha512Tables: SHA2_TABLE_BYTES,
    pointScratch: SCRATCH_BYTES,
    gcdScratch: GCD_SCRATCH_BYTES,
    multiplyScratch: MULTIPLY_SCRATCH_BYTES,
    /** What is hashed, a piece at a time; room for a block of padding included. */
    input: 8192,
  });
  const module = new ModuleBuilder();
  module.memory(Math.ceil(map.end / PAGE), undefined, 'memory');
  module.data(map.negatedBasePoint, NEGATED_BASE_POINT);
  module.data(map.sha512Tables, sha2Tables('sha512'));
  const points = definePoints(module, map.pointScratch, map.gcdScratch);
  const { addComb, buildComb, multiply } = defineMultiply(module, points, map.multiplyScratch);

  const beginHash = module.function([], [], 'beginHash');
  beginHash.i32(map.hash).i32(map.sha512Tables).i32(64).call(points.copy);
  const hashBlocks = module.function(['i32'], [], 'hashBlocks');
  hashBlocks
    .i32(map.hash)
    .i32(map.input)
    .get(0)
    .call(defineSha2(module, 'sha512', map.sha512Tables));
  const endHash = module.function([], [], 'endHash');
  endHash.i32(map.hash).call(defineSha2Digest(module, 'sha512'));
  endHash.i32(map.k).i32(map.hash).call(defineReduce(module));

  // The points that combs are made of.
  const loadKey = module.function([], ['i32'], 'loadKey');
  loadKey.i32(map.point).i32(map.publicKey).call(points.decompressNegated);
  const loadBasePoint = module.function([], [], 'loadBasePoint');
  loadBasePoint.i32(map.point).i32(map.negatedBasePoint).call(points.decompressNegated).op('drop');
  const build = module.function(['i32', 'i32'], [], 'buildComb');
  build.i32(map.point).get(0).get(1).call(buildComb);

  // The sum. It begins with the part that is computed by doubling, if any: that sets the accumulator.
  const begin = module.function([], [], 'begin');
  begin.i32(map.accumulator).call(points.setIdentity);
  const multiplyKey = module.function([], [], 'multiplyKey');
  multiplyKey.i32(map.accumulator).i32(map.k).i32(map.point).call(multiply);
  const addKeyComb = module.function(['i32', 'i32'], [], 'addKeyComb');
  addKeyComb.i32(map.accumulator).i32(map.k).get(0).get(1).call(addComb);
  const addBaseComb = module.function(['i32', 'i32'], [], 'addBaseComb');
  addBaseComb.i32(map.accumulator).i32(map.s).get(0).get(1).call(addComb);
  const addBaseMultiple = module.function([], [], 'addBaseMultiple');
  addBaseMultiple.i32(map.niels).i32(map.accumulator).call(points.toNiels);
  addBaseMultiple.call(loadBasePoint.index);
  addBaseMultiple.i32(map.accumulator).i32(map.s).i32(map.point).call(multiply);
  addBaseMultiple.i32(map.accumulator).i32(map.niels).i32(0).i32(0).call(points.add);

  const isExpected = module.function([], ['i32'], 'isExpected');
  isExpected.i32(map.encoded).i32(map.accumulator).call(points.encode);
  for (let i = 0; i < 32; i += 8) {
    isExpected.i32(map.encoded).load('i64Load', i).i32(map.expectedR).load('i64Load', i).op('i64Xor');
    if (i > 0) isExpected.op('i64Or');
  }
  isExpected.op('i64Eqz');
  return { bytes: module.finish(), map };
}
