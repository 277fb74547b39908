// BLAKE3's compression function in WebAssembly, and the two things it is used for: a chunk of up to 1024 bytes, and the
// parent of two chaining values. The tree of chunks is the caller's.
// Source: BLAKE3 specification (O'Connor, Aumasson, Neves, Wilcox-O'Hearn), §2.

import type { FunctionBuilder } from '../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../wasm/module-builder.ts';
import { BLAKE3_BLOCK_BYTES } from './padding.ts';

const CHUNK_START = 1;
const CHUNK_END = 2;
const PARENT = 4;

/** The initial state of SHA-256. */
const IV = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
const PERMUTATION = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
const ROUNDS = 7;

export interface Blake3Functions {
  /**
   * `chunk(cv, data, length, index, root)`: the chaining value of a chunk. The bytes behind it, to the end of a block,
   * are zeros. `root` is `BLAKE3_ROOT` where the chunk is the whole message, else 0.
   */
  readonly chunk: number;
  /** `parent(cv, twoChildren, root)`. */
  readonly parent: number;
}

export function defineBlake3(module: ModuleBuilder): Blake3Functions {
  const compress = defineCompress(module);

  const chunk = module.function(['i32', 'i32', 'i32', 'i32', 'i32']);
  {
    const f = chunk;
    const [cv, data, left, index, root] = [0, 1, 2, 3, 4];
    const flags = f.local('i32');
    const blockLen = f.local('i32');
    setIv(f, cv);
    f.i32(CHUNK_START).set(flags);
    const next = f.loop();
    f.get(left).i32(BLAKE3_BLOCK_BYTES).get(left).i32(BLAKE3_BLOCK_BYTES).op('i32LtU', 'select').set(blockLen);
    f.get(left).i32(BLAKE3_BLOCK_BYTES).op('i32LeU').if();
    f.get(flags).i32(CHUNK_END).op('i32Or').get(root).op('i32Or').set(flags).end();
    f.get(cv).get(data).get(index).get(blockLen).get(flags).call(compress);
    f.i32(0).set(flags);
    f.get(data).i32(BLAKE3_BLOCK_BYTES).op('i32Add').set(data);
    f.get(left).get(blockLen).op('i32Sub').tee(left).brIf(next);
    f.end();
  }

  const parent = module.function(['i32', 'i32', 'i32']);
  {
    const f = parent;
    setIv(f, 0);
    f.get(0).get(1).i32(0).i32(BLAKE3_BLOCK_BYTES).get(2).i32(PARENT).op('i32Or').call(compress);
  }
  return { chunk: chunk.index, parent: parent.index };
}

function setIv(f: FunctionBuilder, cv: number): void {
  for (const [i, word] of IV.entries()) {
    const at = 4 * i;
    f.get(cv).i32(word).store('i32Store', at);
  }
}

/** `compress(cv, block, counter, blockLen, flags)`: cv becomes the first half of the output. */
function defineCompress(module: ModuleBuilder): number {
  const f = module.function(['i32', 'i32', 'i32', 'i32', 'i32']);
  const [cv, block, counter, blockLen, flags] = [0, 1, 2, 3, 4];
  const message = Array.from({ length: 16 }, () => f.local('i32'));
  const state = Array.from({ length: 16 }, () => f.local('i32'));
  const loadWords = (pointer: number, words: readonly number[]): void => {
    for (const [i, word] of words.entries()) {
      const at = 4 * i;
      f.get(pointer).load('i32Load', at).set(word);
    }
  };
  loadWords(block, message);
  loadWords(cv, state.slice(0, 8));
  for (let i = 0; i < 4; i++) f.i32(IV[i]).set(state[8 + i]);
  // The counter's upper half stays 0: that would take 4 TiB.
  f.get(counter).set(state[12]).i32(0).set(state[13]).get(blockLen).set(state[14]).get(flags).set(state[15]);

  /** a += b + m; d = rotr(d ^ a); c += d; b = rotr(b ^ c). */
  const half = ([a, b, c, d]: readonly number[], word: number, distanceOfD: number, distanceOfB: number): void => {
    f.get(a).get(b).op('i32Add').get(word).op('i32Add').tee(a);
    f.get(d).op('i32Xor').i32(distanceOfD).op('i32Rotr').tee(d);
    f.get(c).op('i32Add').tee(c);
    f.get(b).op('i32Xor').i32(distanceOfB).op('i32Rotr').set(b);
  };
  const columnsThenDiagonals = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => {
    const turn = i < 4 ? 0 : 1;
    return [0, 1, 2, 3].map((row) => state[4 * row + ((i + row * turn) % 4)]);
  });
  let order = message;
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, words] of columnsThenDiagonals.entries()) {
      half(words, order[2 * i], 16, 12);
      half(words, order[2 * i + 1], 8, 7);
    }
    order = PERMUTATION.map((from) => order[from]);
  }
  for (let i = 0; i < 8; i++) {
    const [first, second, at] = [state[i], state[i + 8], 4 * i];
    f.get(cv).get(first).get(second).op('i32Xor').store('i32Store', at);
  }
  return f.index;
}
