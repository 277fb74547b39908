// Which messages were processed, so that none is processed twice. What is remembered of a message is 128 bits of hash.
// Differs: Agave keeps 20 bytes of the message's blake3; hashing with that would take longer than all other checks of a
// transfer together. Nobody gains by making two of his own messages collide here.
// An entry is needed as long as the message's blockhash may date a transaction. Entries are therefore kept in two
// generations, and after as many new blockhashes as that is, the older generation is let go.
// Source: agave runtime/src/status_cache.rs; runtime/src/bank/check_transactions.rs.

import { MAX_PROCESSING_AGE } from './blockhash-queue.ts';
import { PersistentMap } from './persistent-map.ts';

const GENERATION_BLOCKS = MAX_PROCESSING_AGE + 1;

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

/** MurmurHash3 of a message in its 128-bit form for 32-bit machines; the last block is filled up with zeros. */
export class MessageDigest {
  readonly hash: number;
  readonly #second: number;
  readonly #third: number;
  readonly #fourth: number;

  constructor(message: Uint8Array) {
    let h1 = 0;
    let h2 = 0;
    let h3 = 0;
    let h4 = 0;
    for (let i = 0; i < message.length; i += 16) {
      h1 ^= Math.imul(rotateLeft(Math.imul(readWord(message, i), C1), 15), C2);
      h1 = (Math.imul(rotateLeft(h1, 19) + h2, 5) + 0x561ccd1b) | 0;
      h2 ^= Math.imul(rotateLeft(Math.imul(readWord(message, i + 4), C2), 16), C3);
      h2 = (Math.imul(rotateLeft(h2, 17) + h3, 5) + 0x0bcaa747) | 0;
      h3 ^= Math.imul(rotateLeft(Math.imul(readWord(message, i + 8), C3), 17), C4);
      h3 = (Math.imul(rotateLeft(h3, 15) + h4, 5) + 0x96cd1c35) | 0;
      h4 ^= Math.imul(rotateLeft(Math.imul(readWord(message, i + 12), C4), 18), C1);
      h4 = (Math.imul(rotateLeft(h4, 13) + h1, 5) + 0x32ac3b17) | 0;
    }
    h1 = (h1 ^ message.length) + (h2 ^ message.length) + (h3 ^ message.length) + (h4 ^ message.length);
    h2 = finalMix((h2 ^ message.length) + h1);
    h3 = finalMix((h3 ^ message.length) + h1);
    h4 = finalMix((h4 ^ message.length) + h1);
    h1 = finalMix(h1) + h2 + h3 + h4;
    this.hash = h1 >>> 0;
    this.#second = (h2 + h1) | 0;
    this.#third = (h3 + h1) | 0;
    this.#fourth = (h4 + h1) | 0;
  }

  equals(other: MessageDigest): boolean {
    return (
      this.hash === other.hash &&
      this.#second === other.#second &&
      this.#third === other.#third &&
      this.#fourth === other.#fourth
    );
  }
}

/** Beyond the end of the array are zeros. */
function readWord(bytes: Uint8Array, offset: number): number {
  if (offset + 3 < bytes.length) {
    return bytes[offset] | (bytes[offset + 1] << 8) | (bytes[offset + 2] << 16) | (bytes[offset + 3] << 24);
  }
  let word = 0;
  for (let i = offset; i < bytes.length; i++) word |= bytes[i] << ((i - offset) * 8);
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

export class StatusCache {
  #young: PersistentMap<MessageDigest, true> = new PersistentMap();
  #old: PersistentMap<MessageDigest, true> = new PersistentMap();
  /** Blocks that the young generation has seen. */
  #blocks = 0;

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  has(digest: MessageDigest): boolean {
    return this.#young.get(digest) !== undefined || this.#old.get(digest) !== undefined;
  }

  add(digest: MessageDigest): void {
    this.#young.set(digest, true);
  }

  /** Notes that there is a new blockhash. */
  registerBlock(): void {
    if (++this.#blocks < GENERATION_BLOCKS) return;
    this.#blocks = 0;
    this.#old = this.#young;
    this.#young = new PersistentMap();
  }

  /** Takes constant time. */
  copy(): StatusCache {
    const copy = new StatusCache();
    copy.#young = this.#young.copy();
    copy.#old = this.#old.copy();
    copy.#blocks = this.#blocks;
    return copy;
  }
}
