// What became of the latest transactions, by signature: as many as the capacity says, the oldest leaves first.
// A transaction is recorded once it has paid its fee, whether it succeeded or not.

import { equalBytes, readU32 } from '../wire/bytes.ts';

/** Where a bank remembers processed transactions, by their first signature. */
export interface TransactionMemory<T> {
  get(signature: Uint8Array): T | undefined;
  has(signature: Uint8Array): boolean;
  add(signature: Uint8Array, record: T): void;
  /** For a snapshot: what is added to one is not seen by the other. */
  copy(): TransactionMemory<T>;
}

const NONE = new Float64Array(0);

/**
 * Entries are numbered from 1 on and stand in a ring, whose length is a power of two. Those whose signatures begin alike
 * form chains, from the newest to the oldest: a chain ends at the first number that is too old, so that nothing need be
 * done for an entry that leaves. (With a map by signature, taking the oldest out of it took a tenth of a transfer.)
 */
export class History<T> implements TransactionMemory<T> {
  readonly #capacity: number;
  /** Number of the newest entry. */
  #newest = 0;
  #signatures: (Uint8Array | undefined)[] = [];
  #records: (T | undefined)[] = [];
  /** By place in the ring: the entry before it in its chain. */
  #before = NONE;
  /** The newest entry of each chain, or 0. As many as the ring has places. */
  #heads = NONE;
  /** Places of the ring, less one. */
  #mask = -1;
  /** Whether a copy has the same arrays. */
  #isShared = false;

  /** @param capacity how many transactions; 0 for none. Each one holds on to the account versions it was made from. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return Math.min(this.#newest, this.#capacity);
  }

  get(signature: Uint8Array): T | undefined {
    const place = this.#find(signature);
    return place < 0 ? undefined : this.#records[place];
  }

  has(signature: Uint8Array): boolean {
    return this.#find(signature) >= 0;
  }

  /** Records a transaction. One with the same signature is replaced, and stays as old as it was. */
  add(signature: Uint8Array, record: T): void {
    if (this.#capacity === 0) return;
    if (this.#isShared) this.#unshare();
    const known = this.#find(signature);
    if (known >= 0) {
      this.#records[known] = record;
      return;
    }
    if (this.size > this.#mask) this.#grow();
    const number = ++this.#newest;
    if (number > this.#capacity) {
      const gone = (number - this.#capacity) & this.#mask;
      this.#signatures[gone] = undefined;
      this.#records[gone] = undefined;
    }
    const place = number & this.#mask;
    this.#signatures[place] = signature;
    this.#records[place] = record;
    this.#chain(number, signature);
  }

  /** Takes constant time; the next record added to either costs a copy of the ring. */
  copy(): History<T> {
    const copy = new History<T>(this.#capacity);
    copy.#newest = this.#newest;
    copy.#signatures = this.#signatures;
    copy.#records = this.#records;
    copy.#before = this.#before;
    copy.#heads = this.#heads;
    copy.#mask = this.#mask;
    copy.#isShared = true;
    this.#isShared = true;
    return copy;
  }

  /** Place in the ring, or -1. */
  #find(signature: Uint8Array): number {
    if (this.#newest === 0) return -1;
    const gone = this.#newest - this.#capacity;
    let number = this.#heads[readU32(signature, 0) & this.#mask];
    while (number > gone && number > 0) {
      const place = number & this.#mask;
      if (equalBytes(this.#signatures[place]!, signature)) return place;
      number = this.#before[place];
    }
    return -1;
  }

  /** Signatures are as good as random. */
  #chain(number: number, signature: Uint8Array): void {
    const head = readU32(signature, 0) & this.#mask;
    this.#before[number & this.#mask] = this.#heads[head];
    this.#heads[head] = number;
  }

  /** Makes the ring twice as long. It was never full, so that the entries are numbered from 1 on still. */
  #grow(): void {
    const signatures = this.#signatures;
    const records = this.#records;
    const places = Math.max(MIN_PLACES, 2 * (this.#mask + 1));
    this.#mask = places - 1;
    this.#signatures = new Array(places).fill(undefined);
    this.#records = new Array(places).fill(undefined);
    this.#before = new Float64Array(places);
    this.#heads = new Float64Array(places);
    for (let number = 1; number <= this.#newest; number++) {
      const place = number & this.#mask;
      const old = number & (signatures.length - 1);
      this.#signatures[place] = signatures[old];
      this.#records[place] = records[old];
      this.#chain(number, signatures[old]!);
    }
  }

  #unshare(): void {
    this.#signatures = this.#signatures.slice();
    this.#records = this.#records.slice();
    this.#before = this.#before.slice();
    this.#heads = this.#heads.slice();
    this.#isShared = false;
  }
}

const MIN_PLACES = 32;
