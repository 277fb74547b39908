// How many transactions a LiteSVM remembers. `withTransactionHistory` asks its hash map for room, and the map has the room
// it likes: 32 at first, 56 after asking for 65, 112 after 100; asking for 32 or less drops what is beyond and then lets
// go of all spare room, so that a new LiteSVM asked for 10 remembers nothing and lets duplicates through. A suite that
// passes there counts on that, so the map's arithmetic is done here.
// Source: litesvm crates/litesvm/src/history.rs; indexmap src/map/core.rs, reserve, shrink_to; hashbrown src/raw/mod.rs,
// capacity_to_buckets, bucket_mask_to_capacity.

import type { TransactionRecord } from '../../bank/bank.ts';
import type { TransactionMemory } from '../../bank/history.ts';
import { summaryOf, type TransactionSummary } from './metadata.ts';

const FIRST_CAPACITY = 32;

/** A bank's memory that keeps summaries. */
export class TransactionHistory implements TransactionMemory<TransactionRecord> {
  /** By signature, the oldest first. */
  #summaries = new Map<string, TransactionSummary>();
  #entryCapacity = FIRST_CAPACITY;
  #indexCapacity = tableCapacity(FIRST_CAPACITY);

  get capacity(): number {
    return Math.min(this.#entryCapacity, this.#indexCapacity);
  }

  /** Room for `capacity` transactions, as far as the map goes along with it. */
  resize(capacity: number): void {
    if (capacity <= this.capacity) {
      this.#summaries = new Map([...this.#summaries].slice(0, capacity));
      this.#entryCapacity = this.#summaries.size;
      this.#indexCapacity = tableCapacity(this.#summaries.size);
    } else {
      this.#reserve(capacity - this.capacity);
    }
  }

  #reserve(additional: number): void {
    const { size } = this.#summaries;
    if (additional > this.#indexCapacity - size) {
      this.#indexCapacity = tableCapacity(Math.max(size + additional, this.#indexCapacity + 1));
    }
    if (additional <= this.#entryCapacity - size) return;
    this.#entryCapacity = Math.max(size + additional, this.#indexCapacity);
  }

  summaryOf(signature: Uint8Array): TransactionSummary | undefined {
    return this.#summaries.get(keyOf(signature));
  }

  /** The bank's records are not kept. */
  get(): undefined {
    return undefined;
  }

  has(signature: Uint8Array): boolean {
    return this.#summaries.has(keyOf(signature));
  }

  add(_signature: Uint8Array, record: TransactionRecord): void {
    if (this.capacity === 0) return;
    const summary = summaryOf(record);
    if (this.#summaries.size === this.capacity) {
      const [oldest] = this.#summaries.keys();
      this.#summaries.delete(oldest);
    }
    this.#summaries.set(keyOf(summary.signature), summary);
  }

  /** The oldest first. */
  summaries(): IterableIterator<TransactionSummary> {
    return this.#summaries.values();
  }

  /** For a snapshot in bytes: both capacities. */
  get capacities(): readonly [entries: number, indices: number] {
    return [this.#entryCapacity, this.#indexCapacity];
  }

  static from(
    summaries: Iterable<TransactionSummary>,
    [entryCapacity, indexCapacity]: readonly [entries: number, indices: number],
  ): TransactionHistory {
    const history = new TransactionHistory();
    for (const summary of summaries) history.#summaries.set(keyOf(summary.signature), summary);
    history.#entryCapacity = entryCapacity;
    history.#indexCapacity = indexCapacity;
    return history;
  }

  copy(): TransactionHistory {
    const copy = new TransactionHistory();
    copy.#summaries = new Map(this.#summaries);
    copy.#entryCapacity = this.#entryCapacity;
    copy.#indexCapacity = this.#indexCapacity;
    return copy;
  }
}

/** The bytes as a string's characters: made faster than any readable text. */
function keyOf(signature: Uint8Array): string {
  return String.fromCharCode(...signature);
}

/** What a hash table that was made for `count` entries can hold: seven eighths of its buckets. */
function tableCapacity(count: number): number {
  if (count === 0) return 0;
  if (count < 4) return 3;
  if (count < 8) return 7;
  let buckets = 16;
  while (buckets < Math.floor((count * 8) / 7)) buckets *= 2;
  return (buckets / 8) * 7;
}
