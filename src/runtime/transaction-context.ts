// The state of one transaction while it runs: its accounts as working copies, the instruction trace and stack, return
// data, and the running balances that the checks of `push` and `pop` read.
// An account's data is shared with the stored version until the first write (`makeDataMut`).
// Who may change what is decided in borrowed-account.ts; when an instruction may be pushed, in invoke-context.ts.
// Source: agave transaction-context/src/{lib,transaction,instruction,instruction_accounts}.rs.

import type { VmMemory } from '../sbpf/memory.ts';
import type { Account } from '../wire/account.ts';
import { readU32 } from '../wire/bytes.ts';
import { ShapedInstruction } from '../wire/message-shape.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import { INSTRUCTIONS_SYSVAR_ID } from './addresses.ts';
import { BorrowedAccount } from './borrowed-account.ts';
import { fail } from './errors.ts';
import { halves, joinU64, splitU64 } from './u64-halves.ts';

export const MAX_ACCOUNT_DATA_LEN = 10 * 1024 * 1024;
export const MAX_ACCOUNT_DATA_GROWTH_PER_TRANSACTION = 2 * MAX_ACCOUNT_DATA_LEN;
export const MAX_INSTRUCTION_TRACE_LENGTH = 64;
export const MAX_ACCOUNTS_PER_INSTRUCTION = 255;
export const MAX_RETURN_DATA = 1024;

/** Bytes of data from which a copy costs less than a comparison. */
const MIN_LEN_COPIED_UNSEEN = 512;

/** Bytes of data below which looking at words costs more than it saves. */
const MIN_LEN_IN_WORDS = 24;

const TWO_32 = 2 ** 32;

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
    this.lamportsLow = halves[0];
    this.lamportsHigh = halves[1];
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
    if (((offset | data.byteOffset) & 3) === 0 && data.length >= MIN_LEN_IN_WORDS) {
      if (this.#wordsSource !== data) {
        this.#wordsSource = data;
        this.#words = new Uint32Array(data.buffer, data.byteOffset, data.length >> 2);
      }
      const words = this.#words as Uint32Array;
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

  /** The present state as a value to store. The data is handed over: this working copy must not be written after it. */
  toAccount(): Account {
    const { lamports, data, owner, executable, rentEpoch } = this;
    return { lamports, data, owner, executable, rentEpoch };
  }
}

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
  readonly programIndexInTransaction: number;
  readonly accounts: readonly InstructionAccount[];
  /** Its data, or the instruction of a message that holds it. */
  readonly #body: Uint8Array | ShapedInstruction;
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
    body: Uint8Array | ShapedInstruction,
    topLevelIndex: number,
    caller: InstructionContext | undefined,
    positions?: Positions,
  ) {
    this.transaction = transaction;
    this.programIndexInTransaction = programIndexInTransaction;
    this.accounts = accounts;
    this.#body = body;
    this.topLevelIndex = topLevelIndex;
    this.caller = caller;
    this.stackHeight = caller === undefined ? 1 : caller.stackHeight + 1;
    this.#positions = positions;
  }

  get data(): Uint8Array {
    return this.#body instanceof ShapedInstruction ? this.#body.data : this.#body;
  }

  get dataLength(): number {
    return this.#body instanceof ShapedInstruction ? this.#body.dataLength : this.#body.length;
  }

  /** The signed u32 at a place of the data that is there. */
  dataI32(at: number): number {
    return this.#body instanceof ShapedInstruction ? this.#body.dataI32(at) : readU32(this.#body, at) | 0;
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

export class TransactionContext {
  readonly accounts: readonly TransactionAccount[];
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
  readonly maxStackHeight: number;
  /** How long the trace may get. */
  readonly maxTraceLength: number;
  returnData: ReturnData;
  // Sum of all lamport changes so far, of lower and upper halves apart: two numbers that stay exact.
  #deltaLow = 0;
  #deltaHigh = 0;
  /** Net growth of account data so far, in bytes. */
  resizeDelta = 0;
  #instructionsSysvarIndex: number | undefined;

  constructor(
    accounts: readonly TransactionAccount[],
    maxStackHeight: number,
    programId: Pubkey,
    maxTraceLength = MAX_INSTRUCTION_TRACE_LENGTH,
  ) {
    this.accounts = accounts;
    this.maxStackHeight = maxStackHeight;
    this.maxTraceLength = maxTraceLength;
    this.returnData = { programId, data: NO_DATA };
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
