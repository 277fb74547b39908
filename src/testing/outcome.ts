// What came of a transaction that was sent or simulated, in kit's shapes. Texts of addresses, inner instructions and the
// trace are made when they are first read: most tests look at the error and go on.
// The trace comes from the outcome itself where that says enough, else from running the transaction again with a recorder.
// An outcome keeps the account versions that it was prepared with, so it stays the same however the chain goes on.

import type { TransactionRecord } from '../bank/bank.ts';
import { executeTransaction } from '../runtime/transaction-processor.ts';
import { FrameReader } from '../trace/frame-reader.ts';
import { type Ledger, ledgerOf } from '../trace/ledger.ts';
import { AddressNames } from '../trace/names.ts';
import { quickTrace } from '../trace/quick-tree.ts';
import { type TraceOptions, TraceRecorder } from '../trace/recorder.ts';
import type { TransactionTrace } from '../trace/transaction-trace.ts';
import { u32ToBigint } from '../wire/bytes.ts';
import { SIGNATURE_BYTES } from '../wire/transaction.ts';
import type { TransactionError } from '../wire/transaction-error.ts';
import { decodersWith } from './default-decoders.ts';
import {
  type Address,
  copyBytes,
  type EncodedAccount,
  type Lamports,
  type Signature,
  toAddress,
  toEncodedAccount,
  toSignature,
} from './kit.ts';
import { RecordFacts } from './outcome-facts.ts';

/** A call that a program made. */
export interface InnerInstruction {
  readonly programAddress: Address;
  /** In the order the program passed them. */
  readonly accounts: readonly Address[];
  readonly data: Uint8Array;
  /** 2 for a call made by a top-level instruction, one more for each call below it. */
  readonly stackHeight: number;
}

/** The calls under one top-level instruction, in the order in which they ran. */
export interface InnerInstructions {
  /** Index of the top-level instruction. */
  readonly index: number;
  readonly instructions: readonly InnerInstruction[];
}

export interface ReturnData {
  /** The program that set it. */
  readonly programAddress: Address;
  readonly data: Uint8Array;
}

export let recordOf: (outcome: TransactionOutcome) => TransactionRecord;

/** The recorder that heard a transaction run; undefined where it may run again. */
export function recordedBy(record: TransactionRecord): TraceRecorder | undefined {
  const { listener } = record as { readonly listener?: unknown };
  return listener instanceof TraceRecorder ? listener : undefined;
}

/** What Node, Bun and Deno look for when they print an object. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * The outcome of a transaction. A transaction that fails is an outcome like any other; nothing is thrown.
 *
 * @example
 * ```ts
 * const outcome = svm.sendTransaction(transaction);
 * if (outcome.error !== null) console.log(formatTrace(outcome.trace));
 * ```
 */
export class TransactionOutcome {
  /** In the RPC's JSON shape, such as `{ InstructionError: [0, { Custom: 1 }] }`; null where it succeeded. */
  readonly error: TransactionError | null;
  readonly logs: readonly string[];
  readonly computeUnitsConsumed: bigint;
  /**
   * Lamports. Charged, unless the transaction was rejected before it ran: then it is what it would have paid, or 0 where
   * that wasn't known yet.
   */
  readonly fee: Lamports;
  readonly #record: TransactionRecord;
  /** For this room: what the outcome was made from. */
  static {
    recordOf = (outcome) => outcome.#record;
  }
  readonly #traceOptions: TraceOptions;
  #signature: Signature | undefined;
  #innerInstructions: readonly InnerInstructions[] | undefined;
  #postAccounts: readonly EncodedAccount[] | undefined;
  #trace: TransactionTrace | undefined;

  constructor(record: TransactionRecord, traceOptions: TraceOptions) {
    const { prepared, execution } = record;
    this.error = (prepared.status === 'rejected' ? prepared.error : execution?.error) ?? null;
    this.logs = execution?.logs ?? [];
    this.computeUnitsConsumed = u32ToBigint(execution?.computeUnitsConsumed ?? 0);
    this.fee = prepared.fee as Lamports;
    this.#record = record;
    this.#traceOptions = traceOptions;
  }

  /** The transaction's first signature. */
  get signature(): Signature {
    const { signatures } = this.#record.transaction;
    return (this.#signature ??= toSignature(signatures[0] ?? new Uint8Array(SIGNATURE_BYTES)));
  }

  /** What the last program to set return data left; null where it is empty. */
  get returnData(): ReturnData | null {
    const returnData = this.#record.execution?.returnData;
    if (returnData === undefined || returnData.data.length === 0) return null;
    return { programAddress: toAddress(returnData.programId), data: copyBytes(returnData.data) };
  }

  /** Of the top-level instructions whose programs made calls. Calls refused before they ran are in `trace` only. */
  get innerInstructions(): readonly InnerInstructions[] {
    return (this.#innerInstructions ??= this.#readInnerInstructions());
  }

  /**
   * The accounts that were stored, or would have been: all that the transaction may write where it succeeded, those
   * that pay where it failed after it had paid. An account that is gone has no lamports.
   */
  get postAccounts(): readonly EncodedAccount[] {
    const changes = this.#record.execution?.accounts ?? [];
    return (this.#postAccounts ??= changes.map(([key, account]) => toEncodedAccount(key, account)));
  }

  /** Bytes of all accounts that were loaded, as the limit on them counts (SIMD-0186). */
  get loadedAccountsDataSize(): number {
    return this.#record.execution?.loadedAccountsDataSize ?? 0;
  }

  /**
   * The tree of all that was attempted, refused calls included. Made by running the transaction once more where its
   * outcome doesn't tell enough; where it could run programs written in TypeScript it was recorded at once.
   */
  get trace(): TransactionTrace {
    return (this.#trace ??= this.#makeTrace());
  }

  /** What each frame did to lamports, tokens and the fields of accounts; an IDL that is registered names its program's. */
  get ledger(): Ledger {
    return ledgerOf(this.trace, this.#traceOptions.decoders);
  }

  /** What `console.log` shows: what is behind getters too, but for the trace, which formatTrace prints, and the accounts. */
  [INSPECT](_depth: number, options: object, inspect: (value: object, options: object) => string): string {
    const { error, signature, fee, computeUnitsConsumed, logs, returnData, innerInstructions } = this;
    const shown = { error, signature, fee, computeUnitsConsumed, logs, returnData, innerInstructions };
    return `TransactionOutcome ${inspect(shown, options)}`;
  }

  #readInnerInstructions(): readonly InnerInstructions[] {
    const { prepared, execution } = this.#record;
    if (prepared.status === 'rejected' || execution === undefined) return [];
    const { keys } = prepared.sanitized;
    const addressAt = (index: number) => toAddress(keys[index]);
    return execution.innerInstructions
      .map((instructions, index) => ({
        index,
        instructions: instructions.map(({ programIdIndex, accounts, data, stackHeight }) => ({
          programAddress: addressAt(programIdIndex),
          accounts: Array.from(accounts, addressAt),
          data: copyBytes(data),
          stackHeight,
        })),
      }))
      .filter(({ instructions }) => instructions.length > 0);
  }

  #makeTrace(): TransactionTrace {
    const record = this.#record;
    const facts = new RecordFacts(record);
    const recorded = recordedBy(record);
    if (recorded !== undefined) return recorded.trace(facts);
    const { prepared, execution } = record;
    const options = snapshotOf(this.#traceOptions);
    if (prepared.status === 'rejected' || execution === undefined) return recordAgain(record, facts, options);
    const reader = new FrameReader(options.decoders, new AddressNames(options.names));
    const quick = quickTrace({
      prepared,
      execution,
      facts,
      reader,
      record() {
        return recordAgain(record, facts, options);
      },
    });
    return quick ?? recordAgain(record, facts, options);
  }
}

/** The trace of a second run. */
function recordAgain({ prepared }: TransactionRecord, facts: RecordFacts, options: TraceOptions): TransactionTrace {
  const recorder = new TraceRecorder(options);
  if (prepared.status === 'prepared') executeTransaction(prepared, recorder);
  return recorder.trace(facts);
}

/** Names and decoders as they are now: parts of the trace are made later. */
function snapshotOf({ decoders, names }: TraceOptions) {
  return {
    decoders: decodersWith(decoders),
    names: names === undefined || names.size === 0 ? undefined : new Map(names),
  };
}
