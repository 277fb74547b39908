// Emits the module behind Ed25519 verification: everything but the rules of encodings and the choice of tables.
// R ‖ A ‖ message is hashed and the hash reduced to k. Then there are two ways. A key that has a comb: [s]B − [k]A is added
// up from combs, encoded and compared with R. A key that is new: R is decompressed along with A, and the sum
// [us]B − [v]A − [u]R for short u and v has to be nothing; short-scalars.ts says why that is the same.

import { ModuleBuilder } from '../../wasm/module-builder.ts';
import { type EmittedModule, layOutMemory } from '../emitted-module.ts';
import { defineSha2, defineSha2Digest, SHA2_TABLE_BYTES, sha2Tables } from '../hashing/sha2.ts';
import { COMB_SCRATCH, defineComb } from './comb.ts';
import { defineJointSum, JOINT_SUM_SCRATCH, MAX_DIGITS, MAX_NAF_WIDTH, oddMultiplesBytes } from './joint-sum.ts';
import { definePairBytes, PAIR_BYTES_SCRATCH } from './pair-bytes.ts';
import { definePairEncoding, PAIR_ENCODING_SCRATCH } from './pair-encoding.ts';
import { PAIR_FIELD_BYTES, PairField } from './pair-field.ts';
import { definePairPoints, PAIR_POINT_SCRATCH, POINT_BYTES } from './pair-point.ts';
import { defineReduce } from './scalar.ts';
import { defineMultiplyScalars, defineShorten, SHORT_BITS, SHORT_SCALARS_SCRATCH } from './short-scalars.ts';

const PAGE = 65536;
/** The negative of the base point, y = 4/5 with an odd x: points are decompressed negated. */
const NEGATED_BASE_POINT = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 0x58 : i === 31 ? 0xe6 : 0x66));
/** −2^128 times the base point. */
const NEGATED_UPPER_BASE_POINT = hexBytes('6ba6f54b11bdba5b9ec4a4511ebed0903a9cc226b61ef1957dc86d52e6992cdf');
/** Of the digits of u and v. */
const KEY_NAF_WIDTH = 5;
/** Of the halves of us. */
const HALF_BITS = 128;

function hexBytes(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

export function emitSignatureModule(): EmittedModule {
  const map = layOutMemory({
    /** Scalars of 32 bytes; behind them eight bytes of zero, which a digit may reach into. */
    s: 40,
    k: 40,
    u: 40,
    v: 40,
    lowerHalf: 40,
    upperHalf: 40,
    product: 64,
    /** R as it came, or made canonical: what the sum is to be, or to be encoded as. */
    expectedR: 32,
    publicKey: 32,
    /** State of SHA-512, then the hash. */
    hash: 64,
    encoded: 32,
    negatedBasePoint: 32,
    negatedUpperBasePoint: 32,
    accumulator: POINT_BYTES,
    point: POINT_BYTES,
    secondPoint: POINT_BYTES,
    sha512Tables: SHA2_TABLE_BYTES,
    field: PAIR_FIELD_BYTES,
    bytesScratch: PAIR_BYTES_SCRATCH,
    pointScratch: PAIR_POINT_SCRATCH,
    encodingScratch: PAIR_ENCODING_SCRATCH,
    shortScalars: SHORT_SCALARS_SCRATCH,
    jointSum: JOINT_SUM_SCRATCH,
    keyMultiples: oddMultiplesBytes(KEY_NAF_WIDTH),
    rMultiples: oddMultiplesBytes(KEY_NAF_WIDTH),
    baseMultiples: oddMultiplesBytes(MAX_NAF_WIDTH),
    upperBaseMultiples: oddMultiplesBytes(MAX_NAF_WIDTH),
    combScratch: COMB_SCRATCH,
    /** What is hashed, a piece at a time; room for a block of padding included. */
    input: 8192,
  });
  const module = new ModuleBuilder();
  module.memory(Math.ceil(map.end / PAGE), undefined, 'memory');
  module.data(map.negatedBasePoint, NEGATED_BASE_POINT);
  module.data(map.negatedUpperBasePoint, NEGATED_UPPER_BASE_POINT);
  module.data(map.sha512Tables, sha2Tables('sha512'));
  const field = new PairField(module, map.field);
  const bytes = definePairBytes(module, field, map.bytesScratch);
  const points = definePairPoints(module, field, map.pointScratch);
  const encoding = definePairEncoding(module, field, bytes, map.encodingScratch);
  const comb = defineComb(module, { field, bytes, points, encoding }, map.combScratch);
  const joint = defineJointSum(module, points, map.jointSum);
  const reduce = defineReduce(module);
  const shorten = defineShorten(module, map.shortScalars);
  const multiplyScalars = defineMultiplyScalars(module);

  const beginHash = module.function([], [], 'beginHash');
  for (let i = 0; i < 64; i += 8) {
    const from = map.sha512Tables + i;
    beginHash.i32(map.hash).i32(0).load('i64Load', from).store('i64Store', i);
  }
  const hashBlocks = module.function(['i32'], [], 'hashBlocks');
  hashBlocks
    .i32(map.hash)
    .i32(map.input)
    .get(0)
    .call(defineSha2(module, 'sha512', map.sha512Tables));
  const endHash = module.function([], [], 'endHash');
  endHash.i32(map.hash).call(defineSha2Digest(module, 'sha512'));
  endHash.i32(map.k).i32(map.hash).call(reduce);

  // The points that tables are made of.
  const load = (name: string, first: number, second: number): void => {
    const f = module.function([], ['i32'], name);
    f.i32(map.point).i32(map.secondPoint).i32(first).i32(second).call(encoding.decompressNegated).i32(3).op('i32Eq');
  };
  load('loadKey', map.publicKey, map.publicKey);
  load('loadKeyAndR', map.publicKey, map.expectedR);
  load('loadBasePoints', map.negatedBasePoint, map.negatedUpperBasePoint);
  const buildComb = module.function(['i32', 'i32'], [], 'buildComb');
  buildComb.i32(map.point).get(0).get(1).call(comb.build);
  const count = (width: number): number => 2 ** (width - 2);
  const buildBaseMultiples = module.function(['i32'], [], 'buildBaseMultiples');
  for (const [point, table] of [
    [map.point, map.baseMultiples],
    [map.secondPoint, map.upperBaseMultiples],
  ]) {
    buildBaseMultiples.i32(point).i32(table);
    buildBaseMultiples.i32(1).get(0).i32(2).op('i32Sub', 'i32Shl').call(joint.buildTable);
  }

  // A key with a comb.
  const begin = module.function([], [], 'begin');
  begin.i32(map.accumulator).i32(points.identity).call(points.copy);
  const addKeyComb = module.function(['i32', 'i32'], [], 'addKeyComb');
  addKeyComb.i32(map.accumulator).i32(map.k).get(0).get(1).call(comb.add);
  const addBaseComb = module.function(['i32', 'i32'], [], 'addBaseComb');
  addBaseComb.i32(map.accumulator).i32(map.s).get(0).get(1).call(comb.add);
  const isExpected = module.function([], ['i32'], 'isExpected');
  isExpected.i32(map.encoded).i32(map.accumulator).call(encoding.encode);
  for (let i = 0; i < 32; i += 8) {
    isExpected.i32(map.encoded).load('i64Load', i).i32(map.expectedR).load('i64Load', i).op('i64Xor');
    if (i > 0) isExpected.op('i64Or');
  }
  isExpected.op('i64Eqz');

  // A new key. Points are negative by now: what is summed is [us]B + [v](−A) + [u](−R).
  const holds = module.function(['i32'], ['i32'], 'holds');
  {
    const f = holds;
    const shape = f.local('i32');
    const digits = (term: number, scalar: number): void => void f.i32(term).i32(scalar);
    f.i32(map.u).i32(map.v).i32(map.k).call(shorten).set(shape);
    f.i32(map.product).i32(map.u).i32(map.s).call(multiplyScalars);
    f.i32(map.lowerHalf).i32(map.product).call(reduce);
    for (let i = 0; i < 16; i += 8) {
      f.i32(map.upperHalf)
        .i32(map.lowerHalf)
        .load('i64Load', 16 + i)
        .store('i64Store', i);
      f.i32(map.lowerHalf)
        .i64(0)
        .store('i64Store', 16 + i);
    }
    f.call(joint.clear);
    digits(0, map.v);
    f.i32(MAX_DIGITS)
      .i32(HALF_BITS + MAX_NAF_WIDTH)
      .get(shape)
      .i32(2)
      .op('i32And', 'select');
    f.i32(KEY_NAF_WIDTH).get(shape).i32(1).op('i32And').call(joint.setDigits);
    digits(1, map.u);
    f.i32(SHORT_BITS).i32(KEY_NAF_WIDTH).i32(0).call(joint.setDigits);
    digits(2, map.lowerHalf);
    f.i32(HALF_BITS + MAX_NAF_WIDTH)
      .get(0)
      .i32(0)
      .call(joint.setDigits);
    digits(3, map.upperHalf);
    f.i32(HALF_BITS + MAX_NAF_WIDTH)
      .get(0)
      .i32(0)
      .call(joint.setDigits);
    f.i32(map.point).i32(map.keyMultiples).i32(count(KEY_NAF_WIDTH)).call(joint.buildTable);
    f.i32(map.secondPoint).i32(map.rMultiples).i32(count(KEY_NAF_WIDTH)).call(joint.buildTable);
    f.i32(map.accumulator).i32(map.keyMultiples).i32(map.rMultiples);
    f.i32(map.baseMultiples).i32(map.upperBaseMultiples).call(joint.sum);
    f.i32(map.accumulator).call(encoding.isIdentity);
  }
  return { bytes: module.finish(), map };
}
