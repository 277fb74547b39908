// The state of one transaction while it runs: its accounts as working copies, the instruction trace and stack, return
// data, and the running balances that the checks of `push` and `pop` read.
// Who may change what is decided in borrowed-account.ts; when an instruction may be pushed, in invoke-context.ts.
// Source: agave transaction-context/src/{lib,transaction,instruction,instruction_accounts}.rs.

import type { Account } from '../wire/account.ts';
import { readU32 } from '../wire/bytes.ts';
import type { VersionedMessage } from '../wire/message.ts';
import { ShapedMessage } from '../wire/message-shape.ts';
import { DEFAULT_PUBKEY, type Pubkey } from '../wire/pubkey.ts';
import { MAX_ACCOUNT_KEYS } from '../wire/transaction-sanitizer.ts';
import { INSTRUCTIONS_SYSVAR_ID } from './addresses.ts';
import { BorrowedAccount } from './borrowed-account.ts';
import { fail } from './errors.ts';
import type { InstructionPlan } from './sanitized-transaction.ts';
import { TransactionAccount } from './transaction-account.ts';

export { TransactionAccount } from './transaction-account.ts';

export const MAX_ACCOUNT_DATA_LEN = 10 * 1024 * 1024;
export const MAX_ACCOUNT_DATA_GROWTH_PER_TRANSACTION = 2 * MAX_ACCOUNT_DATA_LEN;
export const MAX_INSTRUCTION_TRACE_LENGTH = 64;
export const MAX_ACCOUNTS_PER_INSTRUCTION = 255;
export const MAX_RETURN_DATA = 1024;

const TWO_32 = 2 ** 32;

/** One account of an instruction, with what the instruction may do to it. */
export interface InstructionAccount {
  readonly indexInTransaction: number;
  readonly isSigner: boolean;
  readonly isWritable: boolean;
}

/** By index in the transaction: where an instruction names the account first. What it doesn't name has any entry. */
export type Positions = Uint8Array | Uint16Array;

/** @param count how many accounts the transaction has */
export function mapPositions(accounts: readonly InstructionAccount[], count: number): Positions {
  const positions = accounts.length > 256 ? new Uint16Array(count) : new Uint8Array(count);
  for (let i = accounts.length - 1; i >= 0; i--) positions[accounts[i].indexInTransaction] = i;
  return positions;
}

/** One instruction of the trace: a top-level one or a call. */
export class InstructionContext {
  readonly transaction: TransactionContext;
  programIndexInTransaction: number;
  accounts: readonly InstructionAccount[];
  /** Its data; undefined while it is only in the message. */
  #data: Uint8Array | undefined;
  /** The message that it is a top-level instruction of, where that was read by its shape. */
  #message: ShapedMessage | undefined;
  /** Index of the top-level instruction this one belongs to. */
  readonly topLevelIndex: number;
  /** 1 for a top-level instruction, one more for each call. */
  readonly stackHeight: number;
  /** The instruction that made this call. */
  readonly caller: InstructionContext | undefined;
  /** What the loader keeps for the time the program runs: set by it, read by its syscalls. */
  activation: unknown;
  /** Whether a function of the host ran in place of a compiled program, so that its own units are an estimate. */
  isEstimate = false;
  /** The instruction that was pushed after this one. */
  next: InstructionContext | undefined;
  // What a trace of the run can be made from without a second one (src/trace/quick-tree.ts).
  /** How the call was asked for; undefined at top level. */
  abi: 'c' | 'rust' | 'native' | 'typescript' | undefined;
  /** The addresses that the caller signed for with seeds, or vouched for. */
  signers: readonly Pubkey[] | undefined;
  /** The meter when the call was asked for and when it was over: 0 at top level. */
  unitsAtCall = 0;
  unitsAtReturn = 0;
  /** The meter, and the number of log lines, when the program was entered and when it was left. */
  unitsAtEntry = 0;
  unitsAtExit = 0;
  linesAtEntry = 0;
  linesAtExit = 0;
  /** Position of the first instruction account for each account of the transaction that has one; made when first asked. */
  #positions: Positions | undefined;

  constructor(
    transaction: TransactionContext,
    programIndexInTransaction: number,
    accounts: readonly InstructionAccount[],
    data: Uint8Array | undefined,
    topLevelIndex: number,
    caller: InstructionContext | undefined,
    positions?: Positions,
  ) {
    this.transaction = transaction;
    this.programIndexInTransaction = programIndexInTransaction;
    this.accounts = accounts;
    this.#data = data;
    this.#message = undefined;
    this.topLevelIndex = topLevelIndex;
    this.caller = caller;
    this.stackHeight = caller === undefined ? 1 : caller.stackHeight + 1;
    this.#positions = positions;
  }

  /** Makes it the instruction of a message at the same index, whatever it was before. It must not have been seen. */
  begin({ programIndex, accounts, positions }: InstructionPlan, message: VersionedMessage): this {
    this.programIndexInTransaction = programIndex;
    this.accounts = accounts;
    this.#positions = positions;
    if (message instanceof ShapedMessage) {
      this.#message = message;
      this.#data = undefined;
    } else {
      this.#message = undefined;
      this.#data = message.instructions[this.topLevelIndex].data;
    }
    this.activation = undefined;
    this.isEstimate = false;
    this.next = undefined;
    return this;
  }

  get data(): Uint8Array {
    return (this.#data ??= (this.#message as ShapedMessage).dataOf(this.topLevelIndex));
  }

  get dataLength(): number {
    const message = this.#message;
    return message === undefined ? this.data.length : message.dataLengthOf(this.topLevelIndex);
  }

  /** The signed u32 at a place of the data that is there. */
  dataI32(at: number): number {
    const message = this.#message;
    return message === undefined ? readU32(this.data, at) | 0 : message.dataI32(this.topLevelIndex, at);
  }

  get programId(): Pubkey {
    return this.transaction.accounts[this.programIndexInTransaction].key;
  }

  get programAccount(): TransactionAccount {
    return this.transaction.accounts[this.programIndexInTransaction];
  }

  /** Fails with `MissingAccount` where the instruction has fewer than `expected` accounts. */
  checkNumberOfAccounts(expected: number): void {
    if (this.accounts.length < expected) {
      fail('MissingAccount', {
        rule: 'check_number_of_instruction_accounts',
        source: 'agave transaction-context/src/instruction.rs',
        limit: expected,
        actual: this.accounts.length,
      });
    }
  }

  /** The instruction account at `index`, or `MissingAccount`. */
  accountAt(index: number): InstructionAccount {
    if (index >= this.accounts.length) this.checkNumberOfAccounts(index + 1);
    return this.accounts[index];
  }

  keyAt(index: number): Pubkey {
    return this.transaction.accounts[this.accountAt(index).indexInTransaction].key;
  }

  isSigner(index: number): boolean {
    return this.accountAt(index).isSigner;
  }

  isWritable(index: number): boolean {
    return this.accountAt(index).isWritable;
  }

  /** Position of the first instruction account that is the same account as the one at `index`. */
  firstIndexOf(index: number): number {
    return this.indexOfAccount(this.accounts[index].indexInTransaction);
  }

  /** Position of the first instruction account with this index in the transaction, or -1. */
  indexOfAccount(indexInTransaction: number): number {
    const { accounts } = this;
    const position = (this.#positions ??= mapPositions(accounts, this.transaction.accounts.length))[indexInTransaction];
    // An entry that nobody wrote says 0, and is found out here.
    return position < accounts.length && accounts[position].indexInTransaction === indexInTransaction ? position : -1;
  }

  /** Whether `key` signed, at any position. */
  hasSigner(key: Pubkey): boolean {
    const all = this.transaction.accounts;
    return this.accounts.some((account) => account.isSigner && all[account.indexInTransaction].key.equals(key));
  }

  /** Takes the account for reading and writing until `release()`; `AccountBorrowFailed` while it is taken. */
  borrow(index: number): BorrowedAccount {
    const { indexInTransaction, isSigner, isWritable } = this.accountAt(index);
    return BorrowedAccount.take(this, indexInTransaction, isSigner, isWritable);
  }
}

export interface ReturnData {
  readonly programId: Pubkey;
  readonly data: Uint8Array;
}

const NO_DATA = new Uint8Array(0);
const NO_RETURN_DATA: ReturnData = { programId: DEFAULT_PUBKEY, data: NO_DATA };

/** Working copies of runs that are over and that nobody has seen. */
const spareAccounts: TransactionAccount[] = [];

export class TransactionContext {
  readonly accounts: TransactionAccount[];
  /** The instruction that is running, whose `caller` is the one below it on the stack. */
  current: InstructionContext | undefined;
  /** Whether a function of the host got to see its accounts, which may keep them. */
  isSeen = false;
  /** How many instructions were pushed, or refused for their depth. */
  traceLength = 0;
  /** Whether one of them was a call. */
  hasCalls = false;
  firstOfTrace: InstructionContext | undefined;
  #lastOfTrace: InstructionContext | undefined;
  /** How deep the stack may get; a top-level instruction counts as one. */
  maxStackHeight: number;
  /** How long the trace may get. */
  maxTraceLength: number;
  returnData: ReturnData;
  // Sum of all lamport changes so far, of lower and upper halves apart: two numbers that stay exact.
  #deltaLow = 0;
  #deltaHigh = 0;
  /** Net growth of account data so far, in bytes. */
  resizeDelta = 0;
  #instructionsSysvarIndex: number | undefined;
  /** By index: top-level instructions of this run or of earlier ones. */
  readonly #instructions: InstructionContext[] = [];

  constructor(
    accounts: TransactionAccount[],
    maxStackHeight: number,
    programId: Pubkey,
    maxTraceLength = MAX_INSTRUCTION_TRACE_LENGTH,
  ) {
    this.accounts = accounts;
    this.maxStackHeight = maxStackHeight;
    this.maxTraceLength = maxTraceLength;
    this.returnData = programId === DEFAULT_PUBKEY ? NO_RETURN_DATA : { programId, data: NO_DATA };
  }

  /**
   * Makes it the state of a transaction that begins, whatever it was before. Nobody must have seen it who could have kept
   * any of it.
   */
  begin(
    keys: readonly Pubkey[],
    accounts: readonly Account[],
    maxStackHeight: number,
    maxTraceLength = MAX_INSTRUCTION_TRACE_LENGTH,
  ): void {
    const copies = this.accounts;
    while (copies.length > keys.length) spareAccounts.push(copies.pop() as TransactionAccount);
    for (let i = 0; i < keys.length; i++) {
      if (i < copies.length) copies[i].begin(keys[i], accounts[i]);
      else
        copies.push(spareAccounts.pop()?.begin(keys[i], accounts[i]) ?? new TransactionAccount(keys[i], accounts[i]));
    }
    this.current = undefined;
    this.traceLength = 0;
    this.hasCalls = false;
    this.firstOfTrace = undefined;
    this.#lastOfTrace = undefined;
    this.maxStackHeight = maxStackHeight;
    this.maxTraceLength = maxTraceLength;
    this.returnData = NO_RETURN_DATA;
    this.#deltaLow = 0;
    this.#deltaHigh = 0;
    this.resizeDelta = 0;
    this.#instructionsSysvarIndex = undefined;
  }

  /** The top-level instruction at an index of the message, which is about to be pushed. */
  topLevel(index: number, plan: InstructionPlan, message: VersionedMessage): InstructionContext {
    const instruction = (this.#instructions[index] ??= new InstructionContext(
      this,
      plan.programIndex,
      plan.accounts,
      undefined,
      index,
      undefined,
    ));
    return instruction.begin(plan, message);
  }

  /** Leaves the working copies to other transactions, where this one's trace is kept. */
  giveUpAccounts(): void {
    const { accounts } = this;
    for (let i = 0; i < accounts.length && spareAccounts.length < MAX_ACCOUNT_KEYS; i++)
      spareAccounts.push(accounts[i]);
  }

  /** Whether all lamport changes so far come to nothing, as they must whenever an instruction is pushed or popped. */
  get isBalanced(): boolean {
    // Exact: a power of two loses nothing, and a sum is only rounded to zero where it is zero.
    return this.#deltaHigh * TWO_32 + this.#deltaLow === 0;
  }

  /** Sum of all lamport changes so far. */
  get lamportsDelta(): bigint {
    return BigInt(this.#deltaHigh) * BigInt(TWO_32) + BigInt(this.#deltaLow);
  }

  set lamportsDelta(lamports: bigint) {
    this.#deltaLow = Number(lamports & 0xffff_ffffn);
    this.#deltaHigh = Number(lamports >> 32n);
  }

  /** Gives an account another balance. */
  changeLamports(account: TransactionAccount, low: number, high: number): void {
    this.#deltaLow += (low >>> 0) - (account.lamportsLow >>> 0);
    this.#deltaHigh += (high >>> 0) - (account.lamportsHigh >>> 0);
    account.setLamportsHalves(low, high);
  }

  /** Index of the sysvar that each pushed instruction writes its number into, or -1. */
  get instructionsSysvarIndex(): number {
    return (this.#instructionsSysvarIndex ??= this.indexOf(INSTRUCTIONS_SYSVAR_ID));
  }

  /** Every instruction that was pushed, or refused for its depth, in order of execution. */
  get trace(): readonly InstructionContext[] {
    const trace: InstructionContext[] = [];
    for (let each = this.firstOfTrace; each !== undefined; each = each.next) trace.push(each);
    return trace;
  }

  appendToTrace(instruction: InstructionContext): void {
    if (this.#lastOfTrace === undefined) this.firstOfTrace = instruction;
    else this.#lastOfTrace.next = instruction;
    this.#lastOfTrace = instruction;
    this.traceLength++;
    if (instruction.caller !== undefined) this.hasCalls = true;
  }

  /** Index of the account in the transaction, or -1. */
  indexOf(key: Pubkey): number {
    const { accounts } = this;
    for (let i = 0; i < accounts.length; i++) if (accounts[i].key.equals(key)) return i;
    return -1;
  }

  /** The same for the key whose 32 bytes stand at `offset`. */
  indexOfKeyAt(view: DataView, offset: number): number {
    const { accounts } = this;
    const prefix = view.getInt32(offset, true);
    for (let i = 0; i < accounts.length; i++) {
      const account = accounts[i];
      if (account.keyPrefix === prefix && account.key.equalsInView(view, offset)) return i;
    }
    return -1;
  }

  setReturnData(programId: Pubkey, data: Uint8Array = NO_DATA): void {
    const { returnData } = this;
    if (returnData.programId === programId && returnData.data === data) return;
    this.returnData = { programId, data };
  }
}
