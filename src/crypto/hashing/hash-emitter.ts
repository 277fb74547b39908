// Emits the module behind `hashes`: the block functions of the four hashes, and where their input and state are.

import { ModuleBuilder } from '../../wasm/module-builder.ts';
import { type EmittedModule, layOutMemory } from '../emitted-module.ts';
import { defineBlake3 } from './blake3.ts';
import { defineKeccak256, KECCAK_STATE_BYTES, KECCAK_TABLE_BYTES, keccakTable } from './keccak.ts';
import { defineSha2, defineSha2Digest, SHA2_TABLE_BYTES, sha2Tables } from './sha2.ts';

/** Chaining values that wait for a sibling: one a level of the tree, as many as 2^32 chunks can have. */
const BLAKE3_STACK_BYTES = 33 * 32;

export function emitHashModule(): EmittedModule {
  const map = layOutMemory({
    /** The state of any of them, and the hash in the end. */
    state: KECCAK_STATE_BYTES,
    sha256Tables: SHA2_TABLE_BYTES,
    sha512Tables: SHA2_TABLE_BYTES,
    keccakTable: KECCAK_TABLE_BYTES,
    blake3Stack: BLAKE3_STACK_BYTES,
    /** A piece of what is hashed, and its padding. */
    input: 8192,
  });
  const module = new ModuleBuilder();
  module.memory(1, 1, 'memory');
  for (const name of ['sha256', 'sha512'] as const) {
    const tables = map[`${name}Tables`];
    module.data(tables, sha2Tables(name));
    const begin = module.function([], [], `${name}Begin`);
    for (let i = 0; i < (name === 'sha256' ? 32 : 64); i += 8) {
      begin.i32(map.state).i32(tables).load('i64Load', i).store('i64Store', i);
    }
    const blocks = module.function(['i32'], [], `${name}Blocks`);
    blocks
      .i32(map.state)
      .i32(map.input)
      .get(0)
      .call(defineSha2(module, name, tables));
    const end = module.function([], [], `${name}End`);
    end.i32(map.state).call(defineSha2Digest(module, name));
  }
  module.data(map.keccakTable, keccakTable());
  const begin = module.function([], [], 'keccakBegin');
  for (let i = 0; i < KECCAK_STATE_BYTES; i += 8) begin.i32(map.state).i64(0).store('i64Store', i);
  const blocks = module.function(['i32'], [], 'keccakBlocks');
  blocks.i32(map.state).i32(map.input).get(0).call(defineKeccak256(module, map.keccakTable));

  const { chunk, parent } = defineBlake3(module);
  const hashChunk = module.function(['i32', 'i32', 'i32', 'i32'], [], 'blake3Chunk');
  hashChunk.get(0).i32(map.input).get(1).get(2).get(3).call(chunk);
  const hashParent = module.function(['i32', 'i32', 'i32'], [], 'blake3Parent');
  hashParent.get(0).get(1).get(2).call(parent);
  return { bytes: module.finish(), map };
}
