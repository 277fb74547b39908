// What became of the latest transactions, by signature: as many as the capacity says, the oldest leaves first.
// A transaction is recorded once it has paid its fee, whether it succeeded or not.

import { equalBytes, readU32 } from '../wire/bytes.ts';
import { PersistentMap } from './persistent-map.ts';

/** How many a new bank remembers. Each one holds on to the account versions it was made from. */
export const DEFAULT_HISTORY_CAPACITY = 256;

/** A transaction's first signature, as a key. */
class SignatureKey {
  readonly bytes: Uint8Array;
  /** Signatures are as good as random. */
  readonly hash: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.hash = readU32(bytes, 0);
  }

  equals(other: SignatureKey): boolean {
    return equalBytes(this.bytes, other.bytes);
  }
}

/** Where a bank remembers processed transactions, by their first signature. */
export interface TransactionMemory<T> {
  get(signature: Uint8Array): T | undefined;
  has(signature: Uint8Array): boolean;
  add(signature: Uint8Array, record: T): void;
  /** For a snapshot: what is added to one is not seen by the other. */
  copy(): TransactionMemory<T>;
}

export class History<T> implements TransactionMemory<T> {
  readonly #capacity: number;
  #records: PersistentMap<SignatureKey, T> = new PersistentMap();
  /** A ring of the recorded signatures; `#oldest` is where the next one goes once it is full. */
  #order: SignatureKey[] = [];
  #oldest = 0;
  /** Whether a copy has the same ring. */
  #isShared = false;

  /** @param capacity how many transactions; 0 for none. */
  constructor(capacity: number = DEFAULT_HISTORY_CAPACITY) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#records.size;
  }

  get(signature: Uint8Array): T | undefined {
    return this.#records.get(new SignatureKey(signature));
  }

  has(signature: Uint8Array): boolean {
    return this.get(signature) !== undefined;
  }

  /** Records a transaction. One with the same signature is replaced, and stays as old as it was. */
  add(signature: Uint8Array, record: T): void {
    if (this.#capacity === 0) return;
    const key = new SignatureKey(signature);
    const isNew = this.#records.get(key) === undefined;
    if (isNew) {
      if (this.#isShared) this.#order = this.#order.slice();
      this.#isShared = false;
      if (this.#order.length < this.#capacity) {
        this.#order.push(key);
      } else {
        this.#records.delete(this.#order[this.#oldest]);
        this.#order[this.#oldest] = key;
        this.#oldest = (this.#oldest + 1) % this.#capacity;
      }
    }
    this.#records.set(key, record);
  }

  /** Takes constant time; the next record added to either costs a copy of the ring. */
  copy(): History<T> {
    const copy = new History<T>(this.#capacity);
    copy.#records = this.#records.copy();
    copy.#order = this.#order;
    copy.#oldest = this.#oldest;
    copy.#isShared = true;
    this.#isShared = true;
    return copy;
  }
}
