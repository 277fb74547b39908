// Which messages were processed, so that none is processed twice. What is remembered of a message is its digest.
// An entry is needed as long as the message's blockhash may date a transaction. Entries are therefore kept in two
// generations, and after as many new blockhashes as that is, the older generation is let go.
// Source: agave runtime/src/status_cache.rs; runtime/src/bank/check_transactions.rs.

import { MAX_PROCESSING_AGE } from './blockhash-queue.ts';
import type { MessageDigest } from './message-digest.ts';

const GENERATION_BLOCKS = MAX_PROCESSING_AGE + 1;

/** Slots of the shortest table, as a power of two. */
const MIN_TABLE_BITS = 7;

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
