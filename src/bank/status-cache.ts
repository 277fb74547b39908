// Which messages were processed, so that none is processed twice. What is remembered of a message is its digest.
// An entry is needed as long as the message's blockhash may date a transaction. Entries are therefore kept in two
// generations, and after as many new blockhashes as that is, the older generation is let go.
// Source: agave runtime/src/status_cache.rs; runtime/src/bank/check_transactions.rs.

import { MAX_PROCESSING_AGE } from './blockhash-queue.ts';
import type { MessageDigest } from './message-digest.ts';

const GENERATION_BLOCKS = MAX_PROCESSING_AGE + 1;

/** Words of an entry, and which of them leads to the entry before it. */
const WORDS = 5;
const BEFORE = 4;
const MIN_ENTRIES = 64;

/** Slots of the shortest table. The length of a table is a power of two. */
const MIN_SLOTS = 128;
/** How many bits fewer there are chains than slots. */
const CHAIN_BITS = 4;

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
  /** Five words an entry: the digest, and the number of the entry before it in its chain plus one, or 0. */
  #words = new Int32Array(WORDS * MIN_ENTRIES);
  /**
   * The table: by the upper bits of its digest's first word, or at the first place behind that is free, each entry has a
   * tag of eight other bits. Nearly all who look meet no tag like theirs, so that tags are all they wait for; and the tags
   * of a hundred thousand digests are no more than a processor holds near itself. At most five eighths full, entries that
   * don't exist any more included.
   */
  #tags = new Uint8Array(MIN_SLOTS);
  /** The newest entry, plus one, of all whose place is among the same few: who meets his tag goes through these. */
  #heads = new Int32Array(MIN_SLOTS >>> CHAIN_BITS);
  #shift = Math.clz32(MIN_SLOTS) + 1;
  #used = 0;
  /** How many entries there are. */
  #count = 0;

  has(digest: MessageDigest, count: number): boolean {
    const tags = this.#tags;
    const mask = tags.length - 1;
    const wanted = tagOf(digest.hash);
    for (let slot = digest.hash >>> this.#shift; ; slot = (slot + 1) & mask) {
      const tag = tags[slot];
      if (tag === 0) return false;
      if (tag === wanted) return this.#isInChain(digest, count);
    }
  }

  #isInChain(digest: MessageDigest, count: number): boolean {
    const words = this.#words;
    let entry = this.#heads[(digest.hash >>> this.#shift) >>> CHAIN_BITS] - 1;
    while (entry >= 0) {
      if (entry < count && digest.equalsAt(words, entry * WORDS)) return true;
      entry = words[entry * WORDS + BEFORE] - 1;
    }
    return false;
  }

  /** Makes `digest` the entry number `count`. Those that stood there and behind don't exist any more. */
  add(digest: MessageDigest, count: number): void {
    while (this.#count > count) this.#unlinkNewest();
    if (count * WORDS === this.#words.length) {
      const words = new Int32Array(this.#words.length * 2);
      words.set(this.#words);
      this.#words = words;
    }
    digest.writeTo(this.#words, count * WORDS);
    if (this.#used * 8 >= this.#tags.length * 5) this.#rebuildTable(count);
    this.#insert(digest.hash, count);
    this.#count++;
  }

  /** Its tag stays. Chains are in order: what is newest of all is the head of its chain. */
  #unlinkNewest(): void {
    const at = --this.#count * WORDS;
    this.#heads[(this.#words[at] >>> this.#shift) >>> CHAIN_BITS] = this.#words[at + BEFORE];
  }

  #insert(hash: number, entry: number): void {
    const tags = this.#tags;
    const mask = tags.length - 1;
    let slot = hash >>> this.#shift;
    const chain = slot >>> CHAIN_BITS;
    while (tags[slot] !== 0) slot = (slot + 1) & mask;
    tags[slot] = tagOf(hash);
    this.#words[entry * WORDS + BEFORE] = this.#heads[chain];
    this.#heads[chain] = entry + 1;
    this.#used++;
  }

  /** Without the entries that don't exist any more, and with room for as many again. */
  #rebuildTable(count: number): void {
    let slots = MIN_SLOTS;
    while (slots * 5 < 16 * count) slots *= 2;
    this.#tags = new Uint8Array(slots);
    this.#heads = new Int32Array(slots >>> CHAIN_BITS);
    this.#shift = Math.clz32(slots) + 1;
    this.#used = 0;
    for (let entry = 0; entry < count; entry++) this.#insert(this.#words[entry * WORDS], entry);
  }
}

/** Of the lower bits: the upper ones tell the slot. */
function tagOf(hash: number): number {
  return hash & 0xff || 1;
}
