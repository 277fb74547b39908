// Takes a transaction through every check, in order, to a prepared one that can run, and runs it.
// `prepareTransaction` reads the bank; `executeTransaction` reads only what was prepared, so that it can be repeated with
// a listener to see what happened. What the outcome changes is for the bank to store.
// Source: agave runtime/src/bank.rs, svm/src/transaction_processor.rs; for LiteSVM's order, litesvm/src/lib.rs.

import type { Account } from '../wire/account.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import type { VersionedTransaction } from '../wire/transaction.ts';
import type { TransactionError } from '../wire/transaction-error.ts';
import type { ExecutionEnvironment } from './environment.ts';
import type { ExecutionListener } from './execution-events.ts';
import type { ProgramCache } from './program-cache.ts';
import type { ReturnData } from './transaction-context.ts';

/** What a caller may set in place of what transactions ask for. The fee still follows what they ask for. */
export interface ComputeBudgetOverride {
  readonly computeUnitLimit: number;
  /** Bytes. */
  readonly heapSize: number;
}

/** What the processor asks of a bank. */
export interface BankView {
  /** The stored account; undefined where there is none or it holds no lamports. */
  getAccount(key: Pubkey): Account | undefined;
  readonly environment: ExecutionEnvironment;
  readonly programs: ProgramCache;
  readonly latestBlockhash: Uint8Array;
  /** Whether `hash` is at most `maxAge` blocks old; 150 where it isn't said. */
  isRecentBlockhash(hash: Uint8Array, maxAge?: number): boolean;
  isAlreadyProcessed(transaction: VersionedTransaction): boolean;
  readonly verifySignatures: boolean;
  readonly checkBlockhash: boolean;
  readonly computeBudgetOverride?: ComputeBudgetOverride | undefined;
}

/** A transaction that didn't get as far as to pay a fee. */
export interface RejectedTransaction {
  readonly status: 'rejected';
  readonly error: TransactionError;
  /** The fee it would have paid, where the failure came after the fee was known. Nothing was charged. */
  readonly fee: bigint;
}

/** A transaction whose fee is paid, with everything it needs to run. All of it is immutable. */
export interface PreparedTransaction {
  readonly status: 'prepared';
  readonly transaction: VersionedTransaction;
  /** The keys of the message, then those from lookup tables: writable ones first. */
  readonly keys: readonly Pubkey[];
  readonly environment: ExecutionEnvironment;
  /** Lamports. */
  readonly fee: bigint;
  /** Why the accounts could not be loaded. The transaction pays its fee and runs nothing. */
  readonly loadError: TransactionError | undefined;
  /** Bytes. */
  readonly loadedAccountsDataSize: number;
  isWritable(index: number): boolean;
}

/** A call that a program made, as the RPC shows it. Indexes are those of the transaction's keys. */
export interface InnerInstruction {
  readonly programIdIndex: number;
  readonly accounts: Uint8Array;
  readonly data: Uint8Array;
  /** 2 for a call made by a top-level instruction. */
  readonly stackHeight: number;
}

export interface TransactionExecution {
  readonly error: TransactionError | undefined;
  readonly logs: readonly string[];
  readonly computeUnitsConsumed: number;
  /** Lamports. */
  readonly fee: bigint;
  readonly returnData: ReturnData | undefined;
  /** A list for each top-level instruction. */
  readonly innerInstructions: readonly (readonly InnerInstruction[])[];
  /** What to store: the writable accounts of a success, the fee payer and the nonce account of a failure. */
  readonly accounts: readonly (readonly [Pubkey, Account])[];
  /** Bytes. */
  readonly loadedAccountsDataSize: number;
}

/** Every check before a transaction runs, in order. Loads the accounts; computes and takes the fee. */
export function prepareTransaction(
  transaction: VersionedTransaction,
  bank: BankView,
): PreparedTransaction | RejectedTransaction {
  throw new Error('not written yet', { cause: [transaction, bank] });
}

/** Runs a prepared transaction. The same one may be run again, with the same outcome. */
export function executeTransaction(prepared: PreparedTransaction, listener?: ExecutionListener): TransactionExecution {
  throw new Error('not written yet', { cause: [prepared, listener] });
}
