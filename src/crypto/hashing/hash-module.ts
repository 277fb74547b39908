// The four hashes of the chain by the module that hash-emitter.ts emits, instantiated when first asked for. Here are
// the pieces of long input and BLAKE3's tree.

import { HASH_MODULE } from '../hash.generated.ts';
import { instantiate } from '../instantiate.ts';
import {
  BLAKE3_BLOCK_BYTES,
  BLAKE3_CHUNK_BYTES,
  BLAKE3_ROOT,
  KECCAK256_BLOCK_BYTES,
  padKeccak256,
  padSha2,
  SHA2_BLOCK_BYTES,
  type Sha2,
} from './padding.ts';

const MAP = HASH_MODULE.map;
const INPUT_BYTES = MAP.end - MAP.input;
const CV_BYTES = 32;

let memory: Uint8Array;
let shared: WebAssembly.Instance['exports'] | undefined;

function hashModule(): WebAssembly.Instance['exports'] {
  if (shared === undefined) {
    shared = instantiate(HASH_MODULE.base64);
    memory = new Uint8Array(shared['memory'].buffer);
  }
  return shared;
}

export function sha256(data: Uint8Array): Uint8Array {
  return sha2('sha256', data);
}

export function sha512(data: Uint8Array): Uint8Array {
  return sha2('sha512', data);
}

function sha2(name: Sha2, data: Uint8Array): Uint8Array {
  const module = hashModule();
  const blockBytes = SHA2_BLOCK_BYTES[name];
  module[`${name}Begin`]();
  const rest = takePieces(data, blockBytes, module[`${name}Blocks`]);
  module[`${name}Blocks`](padSha2(name, memory, MAP.input, rest, data.length));
  module[`${name}End`]();
  return memory.slice(MAP.state, MAP.state + blockBytes / 2);
}

export function keccak256(data: Uint8Array): Uint8Array {
  const module = hashModule();
  module['keccakBegin']();
  const rest = takePieces(data, KECCAK256_BLOCK_BYTES, module['keccakBlocks']);
  module['keccakBlocks'](padKeccak256(memory, MAP.input, rest));
  return memory.slice(MAP.state, MAP.state + 32);
}

/** Hashes what the input has no room for, in whole blocks, and puts what is left there; returns its length. */
function takePieces(data: Uint8Array, blockBytes: number, hashBlocks: (count: number) => void): number {
  // Two blocks stay free for padding.
  const pieceBlocks = Math.floor(INPUT_BYTES / blockBytes) - 2;
  let taken = 0;
  for (; data.length - taken > pieceBlocks * blockBytes; taken += pieceBlocks * blockBytes) {
    memory.set(data.subarray(taken, taken + pieceBlocks * blockBytes), MAP.input);
    hashBlocks(pieceBlocks);
  }
  memory.set(taken === 0 ? data : data.subarray(taken), MAP.input);
  return data.length - taken;
}

export function blake3(data: Uint8Array): Uint8Array {
  const module = hashModule();
  const chunkCount = Math.max(1, Math.ceil(data.length / BLAKE3_CHUNK_BYTES));
  const takeChunk = (index: number, cv: number, root: number): void => {
    const start = index * BLAKE3_CHUNK_BYTES;
    const chunk = chunkCount === 1 ? data : data.subarray(start, start + BLAKE3_CHUNK_BYTES);
    memory.set(chunk, MAP.input);
    const blockCount = Math.max(1, Math.ceil(chunk.length / BLAKE3_BLOCK_BYTES));
    memory.fill(0, MAP.input + chunk.length, MAP.input + blockCount * BLAKE3_BLOCK_BYTES);
    module['blake3Chunk'](cv, chunk.length, index, root);
  };
  if (chunkCount === 1) {
    takeChunk(0, MAP.state, BLAKE3_ROOT);
    return memory.slice(MAP.state, MAP.state + CV_BYTES);
  }
  // A subtree is joined to the one before it as soon as both are as big: after as many joins as the number of chunks
  // has trailing zeros. The last chunk joins all that is left, up to the root.
  let top = MAP.blake3Stack;
  for (let index = 0; index < chunkCount; index++) {
    takeChunk(index, top, 0);
    top += CV_BYTES;
    const isLast = index === chunkCount - 1;
    for (let chunks = index + 1; isLast ? top > MAP.blake3Stack + CV_BYTES : chunks % 2 === 0; chunks /= 2) {
      top -= CV_BYTES;
      const left = top - CV_BYTES;
      module['blake3Parent'](MAP.state, left, isLast && left === MAP.blake3Stack ? BLAKE3_ROOT : 0);
      memory.copyWithin(left, MAP.state, MAP.state + CV_BYTES);
    }
  }
  return memory.slice(MAP.blake3Stack, MAP.blake3Stack + CV_BYTES);
}
