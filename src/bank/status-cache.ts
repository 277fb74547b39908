// Which messages were processed, so that none is processed twice. What is remembered of a message is 128 bits of hash.
// Differs: Agave keeps 20 bytes of the message's blake3; hashing with that would take longer than all other checks of a
// transfer together. Nobody gains by making two of his own messages collide here.
// An entry is needed as long as the message's blockhash may date a transaction. Entries are therefore kept in two
// generations, and after as many new blockhashes as that is, the older generation is let go.
// Source: agave runtime/src/status_cache.rs; runtime/src/bank/check_transactions.rs.

import { MAX_PROCESSING_AGE } from './blockhash-queue.ts';

const GENERATION_BLOCKS = MAX_PROCESSING_AGE + 1;

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

/** Slots of the shortest table, as a power of two. */
const MIN_TABLE_BITS = 7;

/** Messages are hashed here: words of an array that is known beforehand are read in half the time of bytes of any. */
let scratch = new Uint8Array(4096);
let scratchWords = new Int32Array(scratch.buffer);

/** MurmurHash3 of a message in its 128-bit form for 32-bit machines; the last block is filled up with zeros. */
export class MessageDigest {
  /** Its first word. All four are signed, as an Int32Array holds them. */
  readonly hash: number;
  readonly #second: number;
  readonly #third: number;
  readonly #fourth: number;

  constructor(message: Uint8Array) {
    const { length } = message;
    if (length + 15 > scratch.length) {
      scratch = new Uint8Array(8 * Math.ceil(length / 4) + 64);
      scratchWords = new Int32Array(scratch.buffer);
    }
    scratch.set(message);
    for (let i = length; (i & 15) !== 0; i++) scratch[i] = 0;
    const words = scratchWords;
    let h1 = 0;
    let h2 = 0;
    let h3 = 0;
    let h4 = 0;
    for (let i = 0; i * 4 < length; i += 4) {
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

export class StatusCache {
  #young: DigestLog;
  #old: DigestLog;
  /** How many entries of each log are this cache's. */
  #youngCount = 0;
  #oldCount = 0;
  /** Blocks that the young generation has seen. */
  #blocks = 0;

  constructor(young: DigestLog = new DigestLog(), old: DigestLog = new DigestLog()) {
    this.#young = young;
    this.#old = old;
  }

  get size(): number {
    return this.#youngCount + this.#oldCount;
  }

  has(digest: MessageDigest): boolean {
    return this.#young.has(digest, this.#youngCount) || this.#old.has(digest, this.#oldCount);
  }

  add(digest: MessageDigest): void {
    this.#young.add(digest, this.#youngCount++);
  }

  /** Notes that there is a new blockhash. */
  registerBlock(): void {
    if (++this.#blocks < GENERATION_BLOCKS) return;
    this.#blocks = 0;
    this.#old = this.#young;
    this.#oldCount = this.#youngCount;
    this.#young = new DigestLog();
    this.#youngCount = 0;
  }

  /**
   * A cache with the same entries, for a snapshot: it shares the logs, so of the two only one may go on. Once a copy of
   * the snapshot goes on instead, the entries behind it are overwritten.
   */
  copy(): StatusCache {
    const copy = new StatusCache(this.#young, this.#old);
    copy.#youngCount = this.#youngCount;
    copy.#oldCount = this.#oldCount;
    copy.#blocks = this.#blocks;
    return copy;
  }
}

/**
 * Digests in the order they came, with a hash table over them. Who uses a log says how many of its entries are his; what
 * stands behind them in the log, or is found behind them by the table, doesn't exist for him.
 */
class DigestLog {
  /** Four words a digest. */
  #words = new Int32Array(4 * 64);
  /**
   * Two words a slot: number of an entry plus one, or 0, and the first word of its digest, which spares a look at the log.
   * At most half full, entries that don't exist any more included. A digest's slot is told by the upper bits of its first
   * word, so that the slots of a table twice as long are in the same order, and memory is gone through from end to end
   * when it grows.
   */
  #table = new Int32Array(2 << MIN_TABLE_BITS);
  #shift = 32 - MIN_TABLE_BITS;
  #tableUsed = 0;
  /** Entries that were ever written. One below that is written in place of another, which the table still has. */
  #written = 0;
  #hasStale = false;

  has(digest: MessageDigest, count: number): boolean {
    const table = this.#table;
    const mask = table.length - 2;
    for (let slot = (digest.hash >>> this.#shift) << 1; ; slot = (slot + 2) & mask) {
      const entry = table[slot] - 1;
      if (entry < 0) return false;
      if (table[slot + 1] !== digest.hash) continue;
      if (entry < count && digest.equalsAt(this.#words, entry * 4)) return true;
    }
  }

  /** Makes `digest` the entry number `count`, in place of one that stood there. */
  add(digest: MessageDigest, count: number): void {
    if (count * 4 === this.#words.length) {
      const words = new Int32Array(this.#words.length * 2);
      words.set(this.#words);
      this.#words = words;
    }
    digest.writeTo(this.#words, count * 4);
    if (count < this.#written) this.#hasStale = true;
    if (this.#tableUsed * 4 >= this.#table.length) this.#rebuildTable(count);
    this.#written = Math.max(this.#written, count + 1);
    this.#insert(digest.hash, count);
  }

  #insert(hash: number, entry: number): void {
    const table = this.#table;
    const mask = table.length - 2;
    let slot = (hash >>> this.#shift) << 1;
    while (table[slot] !== 0) slot = (slot + 2) & mask;
    table[slot] = entry + 1;
    table[slot + 1] = hash;
    this.#tableUsed++;
  }

  /** Without the entries that don't exist any more, and with room for twice as many. */
  #rebuildTable(count: number): void {
    const old = this.#table;
    let bits = MIN_TABLE_BITS;
    while (1 << bits < 4 * count) bits++;
    this.#table = new Int32Array(2 << bits);
    this.#shift = 32 - bits;
    this.#tableUsed = 0;
    if (this.#hasStale) {
      for (let entry = 0; entry < count; entry++) this.#insert(this.#words[entry * 4], entry);
    } else {
      for (let slot = 0; slot < old.length; slot += 2) if (old[slot] !== 0) this.#insert(old[slot + 1], old[slot] - 1);
    }
    this.#hasStale = false;
    this.#written = count;
  }
}
