// What a message is known by to the status cache: 128 bits of hash, over its bytes.
// Of messages that have a shape the bytes they begin with are hashed once for all.
// Differs: Agave keeps 20 bytes of the message's blake3; hashing with that would take longer than all other checks of a
// transfer together. Nobody gains by making two of his own messages collide here.

import { ShapedMessage } from '../wire/message-shape.ts';
import type { VersionedTransaction } from '../wire/transaction.ts';

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

const BLOCK_BYTES = 16;

/** The bytes of a message as words, with zeros behind them. */
interface Words {
  readonly length: number;
  wordAt(at: number): number;
}

/** What blocks of bytes were mixed to. */
interface State {
  h1: number;
  h2: number;
  h3: number;
  h4: number;
}

/** MurmurHash3 in its 128-bit form for 32-bit machines; the last block is filled up with zeros. */
export class MessageDigest {
  /** Its first word. All four are signed, as an Int32Array holds them. */
  readonly hash: number;
  readonly #second: number;
  readonly #third: number;
  readonly #fourth: number;

  private constructor({ h1, h2, h3, h4 }: State, length: number) {
    h1 = (h1 ^ length) + (h2 ^ length) + (h3 ^ length) + (h4 ^ length);
    h2 = finalMix((h2 ^ length) + h1);
    h3 = finalMix((h3 ^ length) + h1);
    h4 = finalMix((h4 ^ length) + h1);
    h1 = finalMix(h1) + h2 + h3 + h4;
    this.hash = h1 | 0;
    this.#second = (h2 + h1) | 0;
    this.#third = (h3 + h1) | 0;
    this.#fourth = (h4 + h1) | 0;
  }

  static of(transaction: VersionedTransaction): MessageDigest {
    const { message } = transaction;
    if (message instanceof ShapedMessage) return MessageDigest.#ofShaped(message);
    return MessageDigest.ofBytes(transaction.messageBytes);
  }

  static ofBytes(bytes: Uint8Array): MessageDigest {
    const { length } = bytes;
    const padded = new Uint8Array((length + BLOCK_BYTES - 1) & -BLOCK_BYTES);
    padded.set(bytes);
    const view = new DataView(padded.buffer);
    const words = { length, wordAt: (at: number) => view.getInt32(at, true) };
    return new MessageDigest(mix(words, EMPTY, 0, padded.length), length);
  }

  static #ofShaped(message: ShapedMessage): MessageDigest {
    const { shape, length } = message;
    const common = message.commonLength & -BLOCK_BYTES;
    const prefix = (shape.prefixDigest ??= mix(message, EMPTY, 0, common)) as State;
    return new MessageDigest(mix(message, prefix, common, length), length);
  }

  /** Whether the four words at `offset` are this digest. */
  equalsAt(words: Int32Array, offset: number): boolean {
    return (
      words[offset] === this.hash &&
      words[offset + 1] === this.#second &&
      words[offset + 2] === this.#third &&
      words[offset + 3] === this.#fourth
    );
  }

  writeTo(words: Int32Array, offset: number): void {
    words[offset] = this.hash;
    words[offset + 1] = this.#second;
    words[offset + 2] = this.#third;
    words[offset + 3] = this.#fourth;
  }
}

const EMPTY: State = { h1: 0, h2: 0, h3: 0, h4: 0 };

/** Mixes the bytes from `begin`, where a block begins, to `end` into a state. */
function mix(words: Words, { h1, h2, h3, h4 }: State, begin: number, end: number): State {
  for (let at = begin; at < end; at += BLOCK_BYTES) {
    h1 ^= Math.imul(rotateLeft(Math.imul(words.wordAt(at), C1), 15), C2);
    h1 = (Math.imul(rotateLeft(h1, 19) + h2, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotateLeft(Math.imul(words.wordAt(at + 4), C2), 16), C3);
    h2 = (Math.imul(rotateLeft(h2, 17) + h3, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotateLeft(Math.imul(words.wordAt(at + 8), C3), 17), C4);
    h3 = (Math.imul(rotateLeft(h3, 15) + h4, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotateLeft(Math.imul(words.wordAt(at + 12), C4), 18), C1);
    h4 = (Math.imul(rotateLeft(h4, 13) + h1, 5) + 0x32ac3b17) | 0;
  }
  return { h1, h2, h3, h4 };
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** Spreads each bit over all others. */
function finalMix(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}
