// What a message is known by to the status cache: 128 bits of hash, over its bytes.
// Of messages that have a shape and a blockhash in common the bytes they begin with are hashed once for all.
// Differs: Agave keeps 20 bytes of the message's blake3; hashing with that would take longer than all other checks of a
// transfer together. Nobody gains by making two of his own messages collide here.

import { ShapedMessage } from '../wire/message-shape.ts';
import type { VersionedTransaction } from '../wire/transaction.ts';

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

const BLOCK_BYTES = 16;

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
    const view = new DataView(bytes.buffer, bytes.byteOffset, length);
    return new MessageDigest(
      mixLast(view, mix(view, EMPTY, 0, length & -BLOCK_BYTES), length & -BLOCK_BYTES, length),
      length,
    );
  }

  static #ofShaped(message: ShapedMessage): MessageDigest {
    const { shape, view, begin, end } = message;
    const length = end - begin;
    const blockhash = message.recentBlockhash;
    let head = shape.headDigest as HeadDigest | undefined;
    if (head === undefined || head.blockhash !== blockhash) {
      const len = message.headLength & -BLOCK_BYTES;
      head = { blockhash, len, state: mix(view, EMPTY, begin, begin + len) };
      shape.headDigest = head;
    }
    const last = begin + (length & -BLOCK_BYTES);
    return new MessageDigest(mixLast(view, mix(view, head.state, begin + head.len, last), last, end), length);
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

/** What is the same in all messages of a shape that carry one blockhash: whole blocks of `len` bytes. */
interface HeadDigest {
  readonly blockhash: Uint8Array;
  readonly len: number;
  readonly state: State;
}

/** Mixes the bytes from `begin` to `end`, whole blocks, into a state. */
function mix(view: DataView, { h1, h2, h3, h4 }: State, begin: number, end: number): State {
  for (let at = begin; at < end; at += BLOCK_BYTES) {
    h1 ^= Math.imul(rotateLeft(Math.imul(view.getInt32(at, true), C1), 15), C2);
    h1 = (Math.imul(rotateLeft(h1, 19) + h2, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotateLeft(Math.imul(view.getInt32(at + 4, true), C2), 16), C3);
    h2 = (Math.imul(rotateLeft(h2, 17) + h3, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotateLeft(Math.imul(view.getInt32(at + 8, true), C3), 17), C4);
    h3 = (Math.imul(rotateLeft(h3, 15) + h4, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotateLeft(Math.imul(view.getInt32(at + 12, true), C4), 18), C1);
    h4 = (Math.imul(rotateLeft(h4, 13) + h1, 5) + 0x32ac3b17) | 0;
  }
  return { h1, h2, h3, h4 };
}

/** A block's room for the bytes behind the last whole one. */
const lastBlock = new DataView(new ArrayBuffer(BLOCK_BYTES));

/** Mixes what is left, if anything is, with zeros behind it. */
function mixLast(view: DataView, state: State, begin: number, end: number): State {
  if (begin === end) return state;
  for (let i = 0; i < BLOCK_BYTES; i += 4) lastBlock.setInt32(i, wordAt(view, begin + i, end), true);
  return mix(lastBlock, state, 0, BLOCK_BYTES);
}

function wordAt(view: DataView, at: number, end: number): number {
  if (at + 4 <= end) return view.getInt32(at, true);
  let word = 0;
  for (let shift = 0; at < end; at++, shift += 8) word |= view.getUint8(at) << shift;
  return word;
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
