// SHA-256 and SHA-512 in WebAssembly. They are one construction over words of 32 and of 64 bits, with the same constants
// cut to the word, so one emitter writes both: only the distances of rotations and the number of rounds differ.
// Padding is the caller's (padding.ts): the function takes whole blocks.
// Source: FIPS 180-4.

import type { FunctionBuilder } from '../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../wasm/module-builder.ts';
import { SHA2_BLOCK_BYTES, type Sha2 } from './padding.ts';

/** First 64 bits of the fractional parts of the cube roots of the first 80 primes. */
const ROUND_CONSTANTS =
  '428a2f98d728ae227137449123ef65cdb5c0fbcfec4d3b2fe9b5dba58189dbbc3956c25bf348b53859f111f1b605d019923f82a4af194f9b' +
  'ab1c5ed5da6d8118d807aa98a303024212835b0145706fbe243185be4ee4b28c550c7dc3d5ffb4e272be5d74f27b896f80deb1fe3b1696b1' +
  '9bdc06a725c71235c19bf174cf692694e49b69c19ef14ad2efbe4786384f25e30fc19dc68b8cd5b5240ca1cc77ac9c652de92c6f592b0275' +
  '4a7484aa6ea6e4835cb0a9dcbd41fbd476f988da831153b5983e5152ee66dfaba831c66d2db43210b00327c898fb213fbf597fc7beef0ee4' +
  'c6e00bf33da88fc2d5a79147930aa72506ca6351e003826f142929670a0e6e7027b70a8546d22ffc2e1b21385c26c9264d2c6dfc5ac42aed' +
  '53380d139d95b3df650a73548baf63de766a0abb3c77b2a881c2c92e47edaee692722c851482353ba2bfe8a14cf10364a81a664bbc423001' +
  'c24b8b70d0f89791c76c51a30654be30d192e819d6ef5218d69906245565a910f40e35855771202a106aa07032bbd1b819a4c116b8d2d0c8' +
  '1e376c085141ab532748774cdf8eeb9934b0bcb5e19b48a8391c0cb3c5c95a634ed8aa4ae3418acb5b9cca4f7763e373682e6ff3d6b2b8a3' +
  '748f82ee5defb2fc78a5636f43172f6084c87814a1f0ab728cc702081a6439ec90befffa23631e28a4506cebde82bde9bef9a3f7b2c67915' +
  'c67178f2e372532bca273eceea26619cd186b8c721c0c207eada7dd6cde0eb1ef57d4f7fee6ed17806f067aa72176fba0a637dc5a2c898a6' +
  '113f9804bef90dae1b710b35131c471b28db77f523047d8432caab7b40c724933c9ebe0a15c9bebc431d67c49c100d4c4cc5d4becb3e42b6' +
  '597f299cfc657e2a5fcb6fab3ad6faec6c44198c4a475817';
/** First 64 bits of the fractional parts of the square roots of the first 8 primes. */
const INITIAL_STATE =
  '6a09e667f3bcc908bb67ae8584caa73b3c6ef372fe94f82ba54ff53a5f1d36f1' +
  '510e527fade682d19b05688c2b3e6c1f1f83d9abfb41bd6b5be0cd19137e2179';

interface Variant {
  readonly type: 'i32' | 'i64';
  readonly wordBytes: number;
  readonly rounds: number;
  /** Distances of Σ0 and Σ1; of σ0 and σ1, where the last one is a shift. */
  readonly bigSigma0: readonly number[];
  readonly bigSigma1: readonly number[];
  readonly smallSigma0: readonly number[];
  readonly smallSigma1: readonly number[];
}

const VARIANTS: { readonly [name in Sha2]: Variant } = {
  sha256: {
    type: 'i32',
    wordBytes: 4,
    rounds: 64,
    bigSigma0: [2, 13, 22],
    bigSigma1: [6, 11, 25],
    smallSigma0: [7, 18, 3],
    smallSigma1: [17, 19, 10],
  },
  sha512: {
    type: 'i64',
    wordBytes: 8,
    rounds: 80,
    bigSigma0: [28, 34, 39],
    bigSigma1: [14, 18, 41],
    smallSigma0: [1, 8, 7],
    smallSigma1: [19, 61, 6],
  },
};
/** Bytes to reserve for the tables of {@link sha2Tables}. */
export const SHA2_TABLE_BYTES = 88 * 8;

/** The initial state and, behind it, the round constants, for a data segment: little-endian words. */
export function sha2Tables(name: Sha2): Uint8Array {
  const { wordBytes, rounds } = VARIANTS[name];
  const out = new Uint8Array((8 + rounds) * wordBytes);
  const table = INITIAL_STATE + ROUND_CONSTANTS;
  for (let word = 0; word < 8 + rounds; word++) {
    for (let i = 0; i < wordBytes; i++) {
      const digit = word * 16 + i * 2;
      out[(word + 1) * wordBytes - 1 - i] = Number.parseInt(table.slice(digit, digit + 2), 16);
    }
  }
  return out;
}

/**
 * `sha2(state, data, blockCount)`: takes whole blocks into the state, eight little-endian words; one block at
 * least. `tables` is where {@link sha2Tables} are.
 */
export function defineSha2(module: ModuleBuilder, name: Sha2, tables: number): number {
  const variant = VARIANTS[name];
  const { type, wordBytes, rounds } = variant;
  const f = module.function(['i32', 'i32', 'i32']);
  const [state, data, blocksLeft] = [0, 1, 2];
  const emit = new WordEmitter(f, variant);
  const schedule = Array.from({ length: 16 }, () => f.local(type));
  const working = Array.from({ length: 8 }, () => f.local(type));
  const constants = f.local('i32');
  const sum = f.local(type);
  const swap = f.local(type);
  const load = type === 'i32' ? 'i32Load' : 'i64Load';
  const store = type === 'i32' ? 'i32Store' : 'i64Store';

  const groupBytes = 16 * wordBytes;
  const constantsEnd = tables + (8 + rounds) * wordBytes;

  const nextBlock = f.loop();
  for (const [i, word] of schedule.entries()) {
    const at = i * wordBytes;
    f.get(data).load(load, at).set(swap);
    emit.reverseBytes(swap);
    f.set(word);
  }
  for (const [i, word] of working.entries()) {
    const at = i * wordBytes;
    f.get(state).load(load, at).set(word);
  }
  f.i32(tables + 8 * wordBytes).set(constants);
  const isDone = f.block();
  const sixteenRounds = f.loop();
  for (let i = 0; i < 16; i++) {
    // Instead of moving the eight words, round i calls them by names turned by i.
    const [a, b, c, d, e, g0, g1, h] = Array.from({ length: 8 }, (_, j) => working[(j - i + 16) % 8]);
    const at = i * wordBytes;
    f.get(h);
    emit.sigma(e, variant.bigSigma1, false);
    emit.op('Add').get(g1).get(e).get(g0).get(g1);
    emit.op('Xor');
    emit.op('And');
    emit.op('Xor');
    emit.op('Add').get(schedule[i]);
    emit.op('Add').get(constants).load(load, at);
    emit.op('Add').tee(sum).get(d);
    emit.op('Add').set(d);
    f.get(sum);
    emit.sigma(a, variant.bigSigma0, false);
    emit.op('Add').get(a).get(b);
    emit.op('And').get(c).get(a).get(b);
    emit.op('Xor');
    emit.op('And');
    emit.op('Xor');
    emit.op('Add').set(h);
  }
  f.get(constants).i32(groupBytes).op('i32Add').tee(constants).i32(constantsEnd).op('i32Eq').brIf(isDone);
  for (let i = 0; i < 16; i++) {
    f.get(schedule[i]);
    emit.sigma(schedule[(i + 1) % 16], variant.smallSigma0, true);
    emit.op('Add').get(schedule[(i + 9) % 16]);
    emit.op('Add');
    emit.sigma(schedule[(i + 14) % 16], variant.smallSigma1, true);
    emit.op('Add').set(schedule[i]);
  }
  f.br(sixteenRounds).end().end();
  for (const [i, word] of working.entries()) {
    const at = i * wordBytes;
    f.get(state).get(state).load(load, at).get(word);
    emit.op('Add').store(store, at);
  }
  f.get(data).i32(SHA2_BLOCK_BYTES[name]).op('i32Add').set(data);
  f.get(blocksLeft).i32(1).op('i32Sub').tee(blocksLeft).brIf(nextBlock);
  f.end();
  return f.index;
}

/** Emits what words of either width do. */
class WordEmitter {
  readonly #f: FunctionBuilder;
  readonly #variant: Variant;

  constructor(f: FunctionBuilder, variant: Variant) {
    this.#f = f;
    this.#variant = variant;
  }

  op(name: 'Add' | 'Xor' | 'And' | 'Or' | 'Rotr' | 'ShrU' | 'Shl'): FunctionBuilder {
    return this.#f.op(this.#variant.type === 'i32' ? `i32${name}` : `i64${name}`);
  }

  constant(value: number): void {
    if (this.#variant.type === 'i32') this.#f.i32(value);
    else this.#f.i64(value);
  }

  /** Exclusive or of a word rotated by three distances; of a small sigma the last is a shift. */
  sigma(word: number, [first, second, third]: readonly number[], isSmall: boolean): void {
    this.#f.get(word);
    this.constant(first);
    this.op('Rotr').get(word);
    this.constant(second);
    this.op('Rotr');
    this.op('Xor').get(word);
    this.constant(third);
    this.op(isSmall ? 'ShrU' : 'Rotr');
    this.op('Xor');
  }

  /** Leaves the word on the stack with its bytes reversed. */
  reverseBytes(word: number): void {
    const f = this.#f;
    if (this.#variant.type === 'i32') {
      f.get(word).i32(0x00ff00ff).op('i32And').i32(8).op('i32Rotr');
      f.get(word).i32(8).op('i32Rotl').i32(0x00ff00ff).op('i32And', 'i32Or');
      return;
    }
    f.get(word).i64(8).op('i64ShrU').i64(0x00ff00ff00ff00ffn).op('i64And');
    f.get(word).i64(0x00ff00ff00ff00ffn).op('i64And').i64(8).op('i64Shl', 'i64Or').set(word);
    f.get(word).i64(16).op('i64ShrU').i64(0x0000ffff0000ffffn).op('i64And');
    f.get(word).i64(0x0000ffff0000ffffn).op('i64And').i64(16).op('i64Shl', 'i64Or').i64(32).op('i64Rotl');
  }
}

/** `digest(state)`: reverses the bytes of each word in place, which makes the state the hash. */
export function defineSha2Digest(module: ModuleBuilder, name: Sha2): number {
  const variant = VARIANTS[name];
  const { type, wordBytes } = variant;
  const f = module.function(['i32']);
  const emit = new WordEmitter(f, variant);
  const word = f.local(type);
  const [load, store] = type === 'i32' ? (['i32Load', 'i32Store'] as const) : (['i64Load', 'i64Store'] as const);
  for (let i = 0; i < 8; i++) {
    const at = i * wordBytes;
    f.get(0).get(0).load(load, at).set(word);
    emit.reverseBytes(word);
    f.store(store, at);
  }
  return f.index;
}
