// The working copy of one account while a transaction runs. Its data is shared with the stored version until the first write
// (`makeDataMut`). Who may change what is decided in borrowed-account.ts.

import type { VmMemory } from '../sbpf/memory.ts';
import type { Account } from '../wire/account.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import { halves, joinU64, splitU64 } from './u64-halves.ts';

/** Bytes of data from which a copy costs less than a comparison. */
const MIN_LEN_COPIED_UNSEEN = 512;

/** Bytes of data below which looking at words costs more than it saves. */
const MIN_LEN_IN_WORDS = 24;

/** The working copy of one account. Its fields are written through `BorrowedAccount` (or by the loader, before a run). */
export class TransactionAccount {
  key!: Pubkey;
  /** The first four bytes of the key as a signed number: most comparisons of keys end there. */
  keyPrefix = 0;
  /** The stored version this one started from. */
  original!: Account;
  /** The balance, in halves; as a bigint it is made when it is asked for. */
  lamportsLow = 0;
  lamportsHigh = 0;
  /** The balance of the stored version. */
  originalLow = 0;
  originalHigh = 0;
  #lamports: bigint | undefined;
  owner!: Pubkey;
  executable = false;
  rentEpoch!: bigint;
  data!: Uint8Array;
  /** Counts the writes. Who finds it unchanged knows that the account is. */
  version = 0;
  /** Whether a `BorrowedAccount` is out: a second one is refused with `AccountBorrowFailed`. */
  borrowed = false;

  /** The data as words, to compare it with guest memory: good as long as its source is the data. */
  #words: Uint32Array | undefined;
  #wordsSource: Uint8Array | undefined;

  constructor(key: Pubkey, account: Account) {
    this.begin(key, account);
  }

  /** Makes it the working copy of an account, whatever it was before. */
  begin(key: Pubkey, account: Account): this {
    this.key = key;
    this.keyPrefix = key.prefix;
    this.original = account;
    const { lamports } = account;
    splitU64(lamports);
    this.lamportsLow = this.originalLow = halves[0];
    this.lamportsHigh = this.originalHigh = halves[1];
    this.#lamports = lamports;
    this.owner = account.owner;
    this.executable = account.executable;
    this.rentEpoch = account.rentEpoch;
    this.data = account.data;
    this.version = 0;
    this.borrowed = false;
    return this;
  }

  get lamports(): bigint {
    return (this.#lamports ??= joinU64(this.lamportsLow, this.lamportsHigh));
  }

  set lamports(lamports: bigint) {
    splitU64(lamports);
    this.lamportsLow = halves[0];
    this.lamportsHigh = halves[1];
    this.#lamports = lamports;
  }

  setLamportsHalves(low: number, high: number): void {
    this.lamportsLow = low;
    this.lamportsHigh = high;
    this.#lamports = undefined;
  }

  /** Whether something was written, so that a commit need look at it. */
  get touched(): boolean {
    return this.version !== 0;
  }

  /** The data, unshared from the stored version, so that it may be written in place. */
  makeDataMut(): Uint8Array {
    if (this.data === this.original.data) this.data = this.data.slice();
    this.version++;
    return this.data;
  }

  /** Whether data that may be changed is copied without a look at it: there is much, in an array nobody else holds. */
  get isCopiedUnseen(): boolean {
    return this.data.length >= MIN_LEN_COPIED_UNSEEN && this.data !== this.original.data;
  }

  /**
   * Whether a program has left the account in its memory as it is in the transaction. Most accounts of most programs
   * are; about the others the rules of borrowed-account.ts have to be asked.
   */
  isUnchangedIn(memory: VmMemory, lamportsAt: number, ownerAt: number, dataAt: number, dataLen: number): boolean {
    return (
      dataLen === this.data.length &&
      this.equalsLamportsAt(memory.view, lamportsAt) &&
      this.owner.equalsInView(memory.view, ownerAt) &&
      !this.isCopiedUnseen &&
      this.equalsDataAt(memory, dataAt)
    );
  }

  /** Whether the u64 at `offset` is the balance. */
  equalsLamportsAt(view: DataView, offset: number): boolean {
    return view.getInt32(offset, true) === this.lamportsLow && view.getInt32(offset + 4, true) === this.lamportsHigh;
  }

  /** Writes the balance at `offset`. */
  writeLamports(view: DataView, offset: number): void {
    view.setInt32(offset, this.lamportsLow, true);
    view.setInt32(offset + 4, this.lamportsHigh, true);
  }

  /** Whether the bytes at `offset` of guest memory are the data's. Every account of every program is asked. */
  equalsDataAt(memory: VmMemory, offset: number): boolean {
    const { data } = this;
    const { bytes, u32 } = memory;
    let i = 0;
    const words = (offset & 3) === 0 ? this.#wordsOf(data) : undefined;
    if (words !== undefined) {
      const whole = words.length & ~3;
      let at = offset >> 2;
      for (let w = 0; w < whole; w += 4, at += 4) {
        const difference =
          (words[w] ^ u32[at]) |
          (words[w + 1] ^ u32[at + 1]) |
          (words[w + 2] ^ u32[at + 2]) |
          (words[w + 3] ^ u32[at + 3]);
        if (difference !== 0) return false;
      }
      i = whole * 4;
    }
    for (; i < data.length; i++) if (data[i] !== bytes[offset + i]) return false;
    return true;
  }

  /** The data as words, where it is worth it and they are aligned. Asking where an array lies takes as long as making one. */
  #wordsOf(data: Uint8Array): Uint32Array | undefined {
    if (this.#wordsSource !== data) {
      this.#wordsSource = data;
      const isWorth = data.length >= MIN_LEN_IN_WORDS && (data.byteOffset & 3) === 0;
      this.#words = isWorth ? new Uint32Array(data.buffer, data.byteOffset, data.length >> 2) : undefined;
    }
    return this.#words;
  }

  /** The present state as a value to store. The data is handed over: this working copy must not be written after it. */
  toAccount(): Account {
    const { lamports, data, owner, executable, rentEpoch } = this;
    return { lamports, data, owner, executable, rentEpoch };
  }
}
