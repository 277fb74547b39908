// What came of a prepared transaction: whether it failed, what it logged and used, and what is to be stored. A bank keeps it
// for a while, so it holds little, and makes the rest when it is asked for.
// Source: agave svm/src/transaction_execution_result.rs; svm/src/rollback_accounts.rs; svm/src/account_saver.rs.

import type { Account } from '../wire/account.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import type { TransactionError } from '../wire/transaction-error.ts';
import { FrameNotes } from './frame-notes.ts';
import type { InvokeContext } from './invoke-context.ts';
import type { ReturnData, TransactionContext } from './transaction-context.ts';
import type { PreparedTransaction } from './transaction-processor.ts';

export type AccountChange = readonly [key: Pubkey, account: Account];

/** A call that a program made, as the RPC shows it. Indexes are those of the transaction's keys. */
export interface InnerInstruction {
  readonly programIdIndex: number;
  readonly accounts: Uint8Array;
  readonly data: Uint8Array;
  /** 2 for a call made by a top-level instruction. */
  readonly stackHeight: number;
}

const NO_ITEMS: readonly never[] = [];

export class TransactionExecution {
  readonly error: TransactionError | undefined;
  readonly logs: readonly string[];
  readonly computeUnitsConsumed: number;
  /** Of the last program that was entered; its data is empty where none was set. Undefined where nothing ran. */
  readonly returnData: ReturnData | undefined;
  /** Of a success where more than one instruction ran. */
  readonly frames: FrameNotes | undefined;
  /** Of a success: the writable accounts, in the order of the keys. */
  readonly written: readonly Account[] | undefined;
  readonly #prepared: PreparedTransaction;
  /** Undefined where none were made. */
  readonly #calls: readonly (readonly InnerInstruction[])[] | undefined;
  #accounts: readonly AccountChange[] | undefined;

  private constructor(
    prepared: PreparedTransaction,
    error: TransactionError | undefined,
    logs: readonly string[],
    computeUnitsConsumed: number,
    transaction: TransactionContext | undefined,
  ) {
    const isSuccess = transaction !== undefined && error === undefined;
    this.error = error;
    this.logs = logs;
    this.computeUnitsConsumed = computeUnitsConsumed;
    this.returnData = transaction?.returnData;
    this.frames = isSuccess && transaction.traceLength > 1 ? new FrameNotes(transaction) : undefined;
    this.written = isSuccess ? writtenAccounts(prepared, transaction) : undefined;
    this.#prepared = prepared;
    this.#calls = transaction?.hasCalls ? callsOf(transaction, prepared.sanitized.plans.length) : undefined;
    this.#accounts = undefined;
  }

  /** Of a run that is over. */
  static of(
    prepared: PreparedTransaction,
    { transaction, logs, meter }: InvokeContext,
    error: TransactionError | undefined,
  ): TransactionExecution {
    const units = prepared.limits.computeUnitLimit - meter.remaining;
    return new TransactionExecution(prepared, error, logs?.lines ?? NO_ITEMS, units, transaction);
  }

  /** Of a transaction whose accounts could not be loaded. */
  static ofLoadFailure(prepared: PreparedTransaction): TransactionExecution {
    return new TransactionExecution(prepared, prepared.loadError, NO_ITEMS, 0, undefined);
  }

  /** Lamports. */
  get fee(): bigint {
    return this.#prepared.fee;
  }

  /** Bytes. */
  get loadedAccountsDataSize(): number {
    return this.#prepared.loadedAccountsDataSize;
  }

  /** A list for each top-level instruction; none at all where nothing ran. */
  get innerInstructions(): readonly (readonly InnerInstruction[])[] {
    if (this.#calls !== undefined) return this.#calls;
    return this.returnData === undefined ? NO_ITEMS : noCalls(this.#prepared.sanitized.plans.length);
  }

  /** What to store: every writable account of a success, the rollback accounts of a failure. */
  get accounts(): readonly AccountChange[] {
    return (this.#accounts ??= this.#listAccounts());
  }

  /** Hands each of them to a bank. Of a success nothing is made for it. */
  storeAccounts(bank: { set(key: Pubkey, account: Account): void }): void {
    const written = this.written;
    if (written === undefined) {
      for (const [key, account] of this.accounts) bank.set(key, account);
      return;
    }
    const { keys, roles } = this.#prepared.sanitized;
    for (let i = 0, at = 0; at < written.length; i++) if (roles[i].isWritable) bank.set(keys[i], written[at++]);
  }

  #listAccounts(): readonly AccountChange[] {
    const { sanitized, payer, storedPayer, nonce } = this.#prepared;
    const { keys, roles } = sanitized;
    const written = this.written;
    if (written === undefined) return rollbackAccountsOf(keys[0], payer, storedPayer, nonce);
    let at = 0;
    return keys.filter((_, i) => roles[i].isWritable).map((key) => [key, written[at++]]);
  }
}

/**
 * What is stored of a transaction that fails: its payer and its nonce. Source: agave svm/src/rollback_accounts.rs,
 * RollbackAccounts::new.
 */
export function rollbackAccountsOf(
  payerKey: Pubkey,
  payer: Account,
  storedPayer: Account,
  nonce: AccountChange | undefined,
): readonly AccountChange[] {
  // Without a nonce the payer keeps its rent epoch.
  if (nonce === undefined) return [[payerKey, { ...payer, rentEpoch: storedPayer.rentEpoch }]];
  const [nonceKey, advanced] = nonce;
  if (nonceKey.equals(payerKey)) return [[payerKey, { ...payer, data: advanced.data }]];
  return [[payerKey, payer], nonce];
}

function writtenAccounts({ sanitized }: PreparedTransaction, { accounts }: TransactionContext): readonly Account[] {
  const { roles } = sanitized;
  let count = 0;
  for (let i = 0; i < roles.length; i++) if (roles[i].isWritable) count++;
  const written = new Array<Account>(count);
  for (let i = 0, at = 0; at < count; i++) {
    if (!roles[i].isWritable) continue;
    const account = accounts[i];
    written[at++] = account.touched ? account.toAccount() : account.original;
  }
  return written;
}

/** The calls under the top-level instruction they came from. Source: svm/src/transaction_processor.rs, deconstruct_transaction. */
function callsOf(transaction: TransactionContext, topLevelCount: number): readonly (readonly InnerInstruction[])[] {
  const lists: InnerInstruction[][] = [];
  for (let i = 0; i < topLevelCount; i++) lists.push([]);
  for (const instruction of transaction.trace) {
    const { topLevelIndex, stackHeight, programIndexInTransaction, accounts, data } = instruction;
    if (stackHeight === 1) continue;
    // Not `Uint8Array.from`, which takes a microsecond for its iterator.
    const indexes = new Uint8Array(accounts.length);
    for (let i = 0; i < indexes.length; i++) indexes[i] = accounts[i].indexInTransaction;
    lists[topLevelIndex].push({
      programIdIndex: programIndexInTransaction,
      accounts: indexes,
      data,
      stackHeight,
    });
  }
  return lists;
}

const NO_CALLS: (readonly (readonly never[])[] | undefined)[] = [];

/** That many empty lists. Most transactions make no calls. */
function noCalls(topLevelCount: number): readonly (readonly never[])[] {
  return (NO_CALLS[topLevelCount] ??= new Array<readonly never[]>(topLevelCount).fill(NO_ITEMS));
}
