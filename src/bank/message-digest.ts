// What a message is known by to the status cache: 128 bits of hash.
// A message that has a shape is hashed in two parts: the shape, which is done once, and what it leaves open.
// Differs: Agave keeps 20 bytes of the message's blake3; hashing with that would take longer than all other checks of a
// transfer together. Nobody gains by making two of his own messages collide here.

import { readShapedMessage, ShapedMessage } from '../wire/message-shape.ts';
import type { VersionedTransaction } from '../wire/transaction.ts';
import { WireReader } from '../wire/wire-reader.ts';

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

/** Words are hashed here: an array that is known beforehand is read in half the time of any array. */
let scratch = new Int32Array(1024);

function reserve(words: number): void {
  // The last block is filled up with zeros.
  if (words + 4 > scratch.length) scratch = new Int32Array(2 * words + 4);
}

/** MurmurHash3 in its 128-bit form for 32-bit machines. */
export class MessageDigest {
  /** Its first word. All four are signed, as an Int32Array holds them. */
  readonly hash: number;
  readonly #second: number;
  readonly #third: number;
  readonly #fourth: number;

  /** Of the first `count` words of `scratch`, after what `seed` was made of. */
  private constructor(seed: MessageDigest | undefined, count: number, length: number) {
    const words = scratch;
    for (let i = count; (i & 3) !== 0; i++) words[i] = 0;
    let h1 = 0;
    let h2 = 0;
    let h3 = 0;
    let h4 = 0;
    if (seed !== undefined) {
      h1 = seed.hash;
      h2 = seed.#second;
      h3 = seed.#third;
      h4 = seed.#fourth;
    }
    for (let i = 0; i < count; i += 4) {
      h1 ^= Math.imul(rotateLeft(Math.imul(words[i], C1), 15), C2);
      h1 = (Math.imul(rotateLeft(h1, 19) + h2, 5) + 0x561ccd1b) | 0;
      h2 ^= Math.imul(rotateLeft(Math.imul(words[i + 1], C2), 16), C3);
      h2 = (Math.imul(rotateLeft(h2, 17) + h3, 5) + 0x0bcaa747) | 0;
      h3 ^= Math.imul(rotateLeft(Math.imul(words[i + 2], C3), 17), C4);
      h3 = (Math.imul(rotateLeft(h3, 15) + h4, 5) + 0x96cd1c35) | 0;
      h4 ^= Math.imul(rotateLeft(Math.imul(words[i + 3], C4), 18), C1);
      h4 = (Math.imul(rotateLeft(h4, 13) + h1, 5) + 0x32ac3b17) | 0;
    }
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

  static of({ message, messageBytes }: VersionedTransaction): MessageDigest {
    if (message instanceof ShapedMessage) return MessageDigest.#ofShaped(message);
    // It was made in this house, or can't have a shape.
    const read = readShapedMessage(WireReader.over(messageBytes));
    return read instanceof ShapedMessage ? MessageDigest.#ofShaped(read) : MessageDigest.ofBytes(messageBytes);
  }

  static ofBytes(bytes: Uint8Array): MessageDigest {
    const { length } = bytes;
    const count = (length + 3) >>> 2;
    reserve(count);
    scratch[count - 1] = 0;
    new Uint8Array(scratch.buffer).set(bytes);
    return new MessageDigest(undefined, count, length);
  }

  static #ofShaped(message: ShapedMessage): MessageDigest {
    const { shape } = message;
    const seed = (shape.digest ??= MessageDigest.ofBytes(shape.bytes())) as MessageDigest;
    const count = message.openWordCount;
    reserve(count);
    message.writeOpenWords(scratch);
    return new MessageDigest(seed, count, count);
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

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** Spreads each bit over all others. */
function finalMix(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}
