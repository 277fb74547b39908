// Who may change what: the account modification policy. Builtins, calls and the end of a program all write accounts
// through these setters, with the same checks in the same order.
// "Owned" means owned by the program that runs; "writable" is the flag of the current instruction.
// Source: agave transaction-context/src/instruction_accounts.rs, BorrowedInstructionAccount.

import type { VmMemory } from '../sbpf/memory.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import type { InstructionError } from '../wire/transaction-error.ts';
import { allocateAccountData, copyAccountData } from './account-data.ts';
import { fail, InstructionFailure, type Refusal } from './errors.ts';
import {
  type InstructionContext,
  MAX_ACCOUNT_DATA_GROWTH_PER_TRANSACTION,
  MAX_ACCOUNT_DATA_LEN,
  type TransactionAccount,
} from './transaction-context.ts';
import { halves, isBelow, splitU64 } from './u64-halves.ts';

const SOURCE = 'agave transaction-context/src/instruction_accounts.rs';
const U32_MAX = 0xffff_ffff;

export class BorrowedAccount {
  readonly instruction: InstructionContext;
  readonly account: TransactionAccount;
  readonly indexInTransaction: number;
  readonly isSigner: boolean;
  readonly isWritable: boolean;

  private constructor(
    instruction: InstructionContext,
    account: TransactionAccount,
    indexInTransaction: number,
    isSigner: boolean,
    isWritable: boolean,
  ) {
    this.instruction = instruction;
    this.account = account;
    this.indexInTransaction = indexInTransaction;
    this.isSigner = isSigner;
    this.isWritable = isWritable;
  }

  static take(
    instruction: InstructionContext,
    indexInTransaction: number,
    isSigner: boolean,
    isWritable: boolean,
  ): BorrowedAccount {
    const account = instruction.transaction.accounts[indexInTransaction];
    if (account.borrowed) {
      fail('AccountBorrowFailed', { rule: 'try_borrow_instruction_account', source: SOURCE, account: account.key });
    }
    account.borrowed = true;
    return new BorrowedAccount(instruction, account, indexInTransaction, isSigner, isWritable);
  }

  /** Gives the account back. A frame that fails need not: the whole transaction ends with it. */
  release(): void {
    this.account.borrowed = false;
  }

  get key(): Pubkey {
    return this.account.key;
  }

  get lamports(): bigint {
    return this.account.lamports;
  }

  get owner(): Pubkey {
    return this.account.owner;
  }

  /** For reading. Write through `dataMut`, `setDataFromSlice` or `setDataLength`. */
  get data(): Uint8Array {
    return this.account.data;
  }

  get isOwnedByCurrentProgram(): boolean {
    return this.account.owner.equals(this.instruction.programId);
  }

  setLamports(lamports: bigint): void {
    splitU64(lamports);
    this.setLamportsHalves(halves[0], halves[1]);
  }

  /** The same, in signed halves. */
  setLamportsHalves(low: number, high: number): void {
    const { account } = this;
    const { lamportsLow, lamportsHigh } = account;
    if (isBelow(low, high, lamportsLow, lamportsHigh) && !this.isOwnedByCurrentProgram) {
      this.#refuse('ExternalAccountLamportSpend', 'set_lamports', 'spend lamports');
    }
    if (!this.isWritable) this.#refuse('ReadonlyLamportChange', 'set_lamports', 'change lamports');
    if (low === lamportsLow && high === lamportsHigh) return;
    account.version++;
    this.instruction.transaction.changeLamports(account, low, high);
  }

  /** Adds lamports, or `ArithmeticOverflow`. */
  checkedAddLamports(lamports: bigint): void {
    splitU64(lamports);
    this.checkedAddHalves(halves[0], halves[1]);
  }

  checkedAddHalves(low: number, high: number): void {
    const { lamportsLow, lamportsHigh } = this.account;
    const lowSum = (lamportsLow >>> 0) + (low >>> 0);
    const highSum = (lamportsHigh >>> 0) + (high >>> 0) + (lowSum > U32_MAX ? 1 : 0);
    if (highSum > U32_MAX) this.#refuse('ArithmeticOverflow', 'checked_add_lamports', 'add lamports');
    this.setLamportsHalves(lowSum | 0, highSum | 0);
  }

  /** Takes lamports, or `ArithmeticOverflow`. */
  checkedSubLamports(lamports: bigint): void {
    splitU64(lamports);
    this.checkedSubHalves(halves[0], halves[1]);
  }

  checkedSubHalves(low: number, high: number): void {
    const { lamportsLow, lamportsHigh } = this.account;
    if (isBelow(lamportsLow, lamportsHigh, low, high)) {
      this.#refuse('ArithmeticOverflow', 'checked_sub_lamports', 'take lamports');
    }
    const borrow = lamportsLow >>> 0 < low >>> 0 ? 1 : 0;
    this.setLamportsHalves((lamportsLow - low) | 0, (lamportsHigh - high - borrow) | 0);
  }

  setOwner(owner: Pubkey): void {
    const { account } = this;
    if (!this.isOwnedByCurrentProgram || !this.isWritable || !isZeroed(account.data)) {
      this.#refuse('ModifiedProgramId', 'set_owner', 'change the owner');
    }
    if (account.owner.equals(owner)) return;
    account.version++;
    account.owner = owner;
  }

  /** The error that writing data would meet, if any. */
  canDataBeChanged(): InstructionFailure | undefined {
    const error = this.#dataChangeError();
    return error && this.#failure(error, 'can_data_be_changed', 'write data');
  }

  /** The error that giving the data this length (and new content) would meet, if any. */
  canDataBeResized(newLen: number): InstructionFailure | undefined {
    const error = this.#dataResizeError(newLen);
    if (error === undefined) return undefined;
    if (error === 'InvalidRealloc') {
      return this.#failure(error, 'can_data_be_resized', 'resize data', MAX_ACCOUNT_DATA_LEN, newLen);
    }
    if (error === 'MaxAccountsDataAllocationsExceeded') {
      const total = this.instruction.transaction.resizeDelta + newLen - this.account.data.length;
      const limit = MAX_ACCOUNT_DATA_GROWTH_PER_TRANSACTION;
      return this.#failure(error, 'can_data_be_resized', 'grow data', limit, total);
    }
    const isResized = newLen !== this.account.data.length;
    return this.#failure(error, 'can_data_be_changed', isResized ? 'resize data' : 'write data');
  }

  // The two questions without the facts: a run ends with asking one of them for each of its accounts, and most answers
  // are of no consequence, because the data is as it was.

  #dataChangeError(): InstructionError | undefined {
    if (!this.isWritable) return 'ReadonlyDataModified';
    return this.isOwnedByCurrentProgram ? undefined : 'ExternalAccountDataModified';
  }

  #dataResizeError(newLen: number): InstructionError | undefined {
    if (newLen > MAX_ACCOUNT_DATA_LEN) return 'InvalidRealloc';
    const total = this.instruction.transaction.resizeDelta + newLen - this.account.data.length;
    if (total > MAX_ACCOUNT_DATA_GROWTH_PER_TRANSACTION) return 'MaxAccountsDataAllocationsExceeded';
    return this.#dataChangeError();
  }

  /** The data for writing in place. */
  dataMut(): Uint8Array {
    const failure = this.canDataBeChanged();
    if (failure !== undefined) throw failure;
    return this.account.makeDataMut();
  }

  /** Replaces content and length. The bytes are copied. */
  setDataFromSlice(bytes: Uint8Array): void {
    const failure = this.canDataBeResized(bytes.length);
    if (failure !== undefined) throw failure;
    const { account } = this;
    account.version++;
    if (bytes.length === account.data.length && account.data !== account.original.data) {
      account.data.set(bytes);
      return;
    }
    this.instruction.transaction.resizeDelta += bytes.length - account.data.length;
    account.data = bytes.slice();
  }

  /**
   * Takes over the data that a program has left in its memory: the `len` bytes at `offset`. What the program may not
   * change must be as it was.
   *
   * Source: agave program-runtime/src/serialization.rs, deserialize_parameters_for_abiv1; cpi.rs, update_callee_account.
   */
  updateData(memory: VmMemory, offset: number, len: number): void {
    const { account } = this;
    const { data } = account;
    const mayChange = this.#dataResizeError(len) === undefined;
    if (len === data.length && !(mayChange && account.isCopiedUnseen) && account.equalsDataAt(memory, offset)) return;
    if (!mayChange) throw this.canDataBeResized(len);
    account.version++;
    if (len === data.length && data !== account.original.data) {
      data.set(memory.bytes.subarray(offset, offset + len));
      return;
    }
    this.instruction.transaction.resizeDelta += len - data.length;
    account.data = copyAccountData(memory, offset, len);
  }

  /** Cuts the data or extends it by zeros. */
  setDataLength(newLen: number): void {
    const failure = this.canDataBeResized(newLen);
    if (failure !== undefined) throw failure;
    const { account } = this;
    if (newLen === account.data.length) return;
    account.version++;
    this.instruction.transaction.resizeDelta += newLen - account.data.length;
    const data = allocateAccountData(newLen);
    data.set(newLen < account.data.length ? account.data.subarray(0, newLen) : account.data);
    account.data = data;
  }

  /** @param minimumBalance lamports that make an account of this size rent exempt */
  setExecutable(executable: boolean, minimumBalance: bigint): void {
    const { account } = this;
    if (account.lamports < minimumBalance) {
      this.#refuse('ExecutableAccountNotRentExempt', 'set_executable', 'become executable');
    }
    if (!this.isOwnedByCurrentProgram || !this.isWritable) {
      this.#refuse('ExecutableModified', 'set_executable', 'become executable');
    }
    if (account.executable === executable) return;
    account.version++;
    account.executable = executable;
  }

  #refuse(error: InstructionError, symbol: string, asked: string): never {
    throw this.#failure(error, symbol, asked);
  }

  #failure(
    error: InstructionError,
    symbol: string,
    asked: string,
    limit?: number,
    actual?: number,
  ): InstructionFailure {
    const { isSigner, isWritable } = this;
    const refusal: Refusal = {
      rule: symbol,
      source: SOURCE,
      account: this.account.key,
      program: this.instruction.programId,
      asked,
      held: { isSigner, isWritable },
      limit,
      actual,
      detail: this.isOwnedByCurrentProgram ? undefined : `owned by ${this.account.owner}`,
    };
    return new InstructionFailure(error, refusal);
  }
}

function isZeroed(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}
