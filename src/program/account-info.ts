// An account as a program written in TypeScript has it: a copy in the program's own hands, as a compiled program has one in its
// memory. What it writes here is held against the rules where a compiled program's is: when it makes a call, for the
// accounts of the call, and when it ends. So a balance may be wrong for a while, and an illegal write fails where it fails
// on the chain, with the same error.
// Differs: writing the byte that stands there already is no write; with `virtual_address_space_adjustments` it is one.
// The two crossings, `takeInto` the transaction and `copyFrom` it, follow runtime/serialization.ts and cpi-accounts.ts.
// Source: solana-sdk account-info/src/lib.rs, AccountInfo.

import type { Address } from '@solana/kit';
import type { BorrowedAccount } from '../runtime/borrowed-account.ts';
import { fail } from '../runtime/errors.ts';
import { MAX_PERMITTED_DATA_INCREASE } from '../runtime/serialization.ts';
import { MAX_ACCOUNT_DATA_LEN, type TransactionAccount } from '../runtime/transaction-context.ts';
import { equalBytes, U64_MAX } from '../wire/bytes.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import { toAddress, toPubkey } from './address.ts';
import { ProgramError, withFacts } from './program-error.ts';

/**
 * An account that was passed to the program. Named twice in an instruction, it is the same object at both places.
 *
 * @example
 * ```ts
 * from.lamports -= amount; // allowed where the program owns `from`; found out at the end where it doesn't
 * to.lamports += amount;
 * ```
 */
export class AccountInfo {
  readonly key: Address;
  readonly isSigner: boolean;
  readonly isWritable: boolean;
  /** Whether it is a program. */
  readonly executable: boolean;
  /** Bytes of data when the program began. It may grow by 10,240 from there. */
  readonly originalDataLen: number;
  readonly #account: TransactionAccount;
  #lamports: bigint;
  #owner: Pubkey;
  /** Undefined until it is looked at: most data isn't. */
  #data: Uint8Array | undefined;

  /** For the runtime: a program is handed its accounts. */
  constructor(account: TransactionAccount, isSigner: boolean, isWritable: boolean) {
    this.key = toAddress(account.key);
    this.isSigner = isSigner;
    this.isWritable = isWritable;
    this.executable = account.executable;
    this.originalDataLen = account.data.length;
    this.#account = account;
    this.#lamports = account.lamports;
    this.#owner = account.owner;
  }

  get lamports(): bigint {
    return this.#lamports;
  }

  /** Panics, as Rust does with its overflow checks on, where it isn't a u64. */
  set lamports(lamports: bigint) {
    if (typeof lamports !== 'bigint') throw new TypeError(`lamports are a bigint; received ${typeof lamports}`);
    if (lamports < 0n) throw new RangeError('attempt to subtract with overflow');
    if (lamports > U64_MAX) throw new RangeError('attempt to add with overflow');
    this.#lamports = lamports;
  }

  /** The program that may change it. */
  get owner(): Address {
    return toAddress(this.#owner);
  }

  /** Gives the account to another program. Allowed to its owner, while it is writable and its data is all zeros. */
  assign(owner: Address): void {
    this.#owner = toPubkey(owner);
  }

  /** The data, for reading and for writing in place. After `resize`, or a call that resized it, it is another array. */
  get data(): Uint8Array {
    return (this.#data ??= this.#account.data.slice());
  }

  get dataLen(): number {
    return this.#data === undefined ? this.#account.data.length : this.#data.length;
  }

  get dataIsEmpty(): boolean {
    return this.dataLen === 0;
  }

  /** Cuts the data or extends it by zeros. @throws ProgramError `InvalidRealloc` beyond 10,240 bytes of growth. */
  resize(dataLen: number): void {
    if (dataLen === this.dataLen) return;
    const limit = this.originalDataLen + MAX_PERMITTED_DATA_INCREASE;
    if (dataLen > limit) {
      const detail = `${this.key} has ${this.originalDataLen} bytes, may grow to ${limit}, and was to have ${dataLen}`;
      const rule = { rule: 'AccountInfo::resize', source: 'solana-sdk account-info/src/lib.rs' };
      const facts = { ...rule, account: this.#account.key, asked: 'resize data', limit, actual: dataLen };
      throw withFacts(new ProgramError('InvalidRealloc', detail), facts);
    }
    const data = new Uint8Array(dataLen);
    const before = this.data;
    data.set(dataLen < before.length ? before.subarray(0, dataLen) : before);
    this.#data = data;
  }

  /** The account in the transaction. For the runtime. */
  get account(): TransactionAccount {
    return this.#account;
  }

  /** Whether the program's copy says what the transaction says. For the runtime. */
  get isUnchanged(): boolean {
    const account = this.#account;
    return this.#lamports === account.lamports && this.#owner.equals(account.owner) && this.isDataUnchanged;
  }

  /** For the runtime. */
  get isDataUnchanged(): boolean {
    return this.#data === undefined || equalBytes(this.#data, this.#account.data);
  }

  /** Takes the copy into the transaction, by the rules of what the program may change. For the runtime. */
  takeInto(borrowed: BorrowedAccount): void {
    if (this.#lamports !== borrowed.lamports) borrowed.setLamports(this.#lamports);
    const data = this.#data;
    if (data !== undefined) {
      checkGrowth(this, data.length);
      if (!equalBytes(data, borrowed.data)) borrowed.setDataFromSlice(data);
    }
    // Last, so that a program may change lamports and data of an account that it gives away.
    if (!this.#owner.equals(borrowed.owner)) borrowed.setOwner(this.#owner);
  }

  /** Takes what a callee left in the transaction into the copy. For the runtime. */
  copyFrom(): void {
    const account = this.#account;
    this.#lamports = account.lamports;
    this.#owner = account.owner;
    const data = this.#data;
    if (data === undefined) return;
    // In place where it can be, so that whoever holds the array sees it.
    if (data.length === account.data.length) data.set(account.data);
    else this.#data = account.data.slice();
  }
}

/** Source: agave program-runtime/src/serialization.rs, deserialize_parameters_for_abiv1. */
function checkGrowth(info: AccountInfo, dataLen: number): void {
  const limit = Math.min(info.originalDataLen + MAX_PERMITTED_DATA_INCREASE, MAX_ACCOUNT_DATA_LEN);
  if (dataLen <= limit) return;
  fail('InvalidRealloc', {
    rule: 'deserialize_parameters',
    source: 'agave program-runtime/src/serialization.rs',
    account: info.account.key,
    asked: 'resize data',
    limit,
    actual: dataLen,
  });
}
