// The WebAssembly behind Ed25519 verification: everything but the choice of tables. Emitted and instantiated when the
// first signature is checked.
// One check: R ‖ A ‖ message is hashed, the hash reduced to k, and [s]B − [k]A encoded and compared with R. The key's
// part comes from its comb, where it has one, or is computed by doubling; the base point's is added by its comb.

import { ModuleBuilder } from '../../wasm/module-builder.ts';
import { defineSha2, defineSha2Digest, SHA2_TABLE_BYTES, sha2Tables } from '../hashing/sha2.ts';
import { GCD_SCRATCH_BYTES } from './binary-gcd.ts';
import { defineMultiply, MULTIPLY_SCRATCH_BYTES } from './multiply.ts';
import { definePoints, POINT_BYTES, SCRATCH_BYTES } from './point.ts';
import { defineReduce } from './scalar.ts';

const PAGE = 65536;
/** The negative of the base point, y = 4/5 with an odd x: points are decompressed negated. */
const NEGATED_BASE_POINT = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 0x58 : i === 31 ? 0xe6 : 0x66));

/** Places in the module's memory. */
const MAP = layOut({
  /** The signature's s, then eight bytes of zero. */
  s: 40,
  /** R as the result is to be encoded. */
  expectedR: 32,
  publicKey: 32,
  /** State of SHA-512, then the hash, and k: each followed by zeros. */
  hash: 72,
  k: 40,
  encoded: 32,
  negatedBasePoint: 32,
  accumulator: POINT_BYTES,
  point: POINT_BYTES,
  sha512Tables: SHA2_TABLE_BYTES,
  pointScratch: SCRATCH_BYTES,
  gcdScratch: GCD_SCRATCH_BYTES,
  multiplyScratch: MULTIPLY_SCRATCH_BYTES,
  /** What is hashed, a piece at a time. */
  input: 8192,
});
export const INPUT_BYTES = 8192;

export interface SignatureModule {
  readonly map: typeof MAP;
  /** Where tables may begin. */
  readonly tablesStart: number;
  /** All of the memory; grows by {@link reserve}. */
  readonly memory: Uint8Array;
  /** Makes sure that the memory reaches `end`. */
  reserve(end: number): void;
  /** Starts a hash. */
  beginHash(): void;
  /** Takes whole blocks of the input into the hash. */
  hashBlocks(blockCount: number): void;
  /** Ends the hash: k is set. */
  endHash(): void;
  /** The point −A of the public key; 0 where it is none. */
  decompress(): number;
  /** The base point, likewise ready for `buildComb`. */
  loadBasePoint(): void;
  buildComb(table: number, width: number): void;
  /** Whether [s]B − [k]A is R, with A's comb. */
  verifyWithComb(baseTable: number, baseWidth: number, table: number, width: number): number;
  /** The same for the point that `decompress` left, which is used up. */
  verifyByDoubling(baseTable: number, baseWidth: number): number;
}

let instance: SignatureModule | undefined;

export function signatureModule(): SignatureModule {
  return (instance ??= instantiate());
}

function instantiate(): SignatureModule {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(emitSignatureModule()));
  const wasmMemory: WebAssembly.Memory = exports['memory'];
  let memory = new Uint8Array(wasmMemory.buffer);
  return {
    map: MAP,
    tablesStart: MAP.end,
    get memory() {
      return memory;
    },
    reserve(end) {
      if (end <= memory.length) return;
      wasmMemory.grow(Math.ceil((end - memory.length) / PAGE));
      memory = new Uint8Array(wasmMemory.buffer);
    },
    beginHash: exports['beginHash'],
    hashBlocks: exports['hashBlocks'],
    endHash: exports['endHash'],
    decompress: exports['decompress'],
    loadBasePoint: exports['loadBasePoint'],
    buildComb: exports['buildComb'],
    verifyWithComb: exports['verifyWithComb'],
    verifyByDoubling: exports['verifyByDoubling'],
  };
}

function emitSignatureModule(): Uint8Array {
  const module = new ModuleBuilder();
  module.memory(Math.ceil(MAP.end / PAGE), undefined, 'memory');
  module.data(MAP.negatedBasePoint, NEGATED_BASE_POINT);
  module.data(MAP.sha512Tables, sha2Tables('sha512'));
  const points = definePoints(module, MAP.pointScratch, MAP.gcdScratch);
  const { addComb, buildComb, multiply } = defineMultiply(module, points, MAP.multiplyScratch);

  const beginHash = module.function([], [], 'beginHash');
  beginHash.i32(MAP.hash).i32(MAP.sha512Tables).i32(64).call(points.copy);
  const hashBlocks = module.function(['i32'], [], 'hashBlocks');
  hashBlocks
    .i32(MAP.hash)
    .i32(MAP.input)
    .get(0)
    .call(defineSha2(module, 'sha512', MAP.sha512Tables));
  const endHash = module.function([], [], 'endHash');
  endHash.i32(MAP.hash).call(defineSha2Digest(module, 'sha512'));
  endHash.i32(MAP.k).i32(MAP.hash).call(defineReduce(module));

  const decompress = module.function([], ['i32'], 'decompress');
  decompress.i32(MAP.point).i32(MAP.publicKey).call(points.decompressNegated);
  const loadBasePoint = module.function([], [], 'loadBasePoint');
  loadBasePoint.i32(MAP.point).i32(MAP.negatedBasePoint).call(points.decompressNegated).op('drop');
  const build = module.function(['i32', 'i32'], [], 'buildComb');
  build.i32(MAP.point).get(0).get(1).call(buildComb);

  const isExpected = module.function([], ['i32']);
  isExpected.i32(MAP.encoded).i32(MAP.accumulator).call(points.encode);
  for (let i = 0; i < 32; i += 8) {
    isExpected
      .i32(0)
      .load('i64Load', MAP.encoded + i)
      .i32(0)
      .load('i64Load', MAP.expectedR + i)
      .op('i64Xor');
    if (i > 0) isExpected.op('i64Or');
  }
  isExpected.op('i64Eqz');

  const [baseTable, baseWidth, table, width] = [0, 1, 2, 3];
  const withComb = module.function(['i32', 'i32', 'i32', 'i32'], ['i32'], 'verifyWithComb');
  withComb.i32(MAP.accumulator).call(points.setIdentity);
  withComb.i32(MAP.accumulator).i32(MAP.k).get(table).get(width).call(addComb);
  withComb.i32(MAP.accumulator).i32(MAP.s).get(baseTable).get(baseWidth).call(addComb);
  withComb.call(isExpected.index);

  const byDoubling = module.function(['i32', 'i32'], ['i32'], 'verifyByDoubling');
  byDoubling.i32(MAP.accumulator).i32(MAP.k).i32(MAP.point).call(multiply);
  byDoubling.i32(MAP.accumulator).i32(MAP.s).get(baseTable).get(baseWidth).call(addComb);
  byDoubling.call(isExpected.index);
  return module.finish();
}

/** Gives each name its address, multiples of 16 from 16 on. */
function layOut<N extends string>(sizes: { readonly [name in N]: number }): { readonly [name in N | 'end']: number } {
  const out: { [name: string]: number } = {};
  let address = 16;
  for (const [name, size] of Object.entries<number>(sizes)) {
    out[name] = address;
    address += Math.ceil(size / 16) * 16;
  }
  out['end'] = address;
  return out as { [name in N | 'end']: number };
}
