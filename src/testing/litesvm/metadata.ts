// What came of a transaction, as LiteSVM's classes. Behind them stands a summary: what of a record of the bank is shown,
// without the account versions that the record was made from.
// Source: litesvm crates/node-litesvm/src/transaction_metadata.rs, crates/litesvm/src/types.rs.

import { errorOf, type TransactionRecord } from '../../bank/bank.ts';
import { debugString } from '../../sbpf/rust-debug.ts';
import type * as wire from '../../wire/account.ts';
import { encodeBase58 } from '../../wire/base58.ts';
import { PUBKEY_BYTES, Pubkey } from '../../wire/pubkey.ts';
import { SIGNATURE_BYTES } from '../../wire/transaction.ts';
import type { TransactionError } from '../../wire/transaction-error.ts';
import { type AddressAndAccount, wrapAccount, wrapAddressAndAccount } from './account.ts';
import { bytes, u8 } from './arguments.ts';
import { attach, innerOf, ModuleMade, makeMembersEnumerable, wrap } from './native-object.ts';
import { prettyLogs } from './pretty-logs.ts';
import { debugList, debugStruct, debugTransactionError, debugWrapper } from './rust-text.ts';
import { type LiteSvmTransactionError, wrapTransactionError } from './transaction-error.ts';

interface InstructionState {
  readonly programIdIndex: number;
  readonly accounts: Uint8Array;
  readonly data: Uint8Array;
}

interface InnerInstructionState extends InstructionState {
  readonly stackHeight: number;
}

interface ReturnDataState {
  readonly programId: Uint8Array;
  readonly data: Uint8Array;
}

/** What is shown of a transaction. */
export interface TransactionSummary {
  readonly error: TransactionError | undefined;
  /** Zeros of one that was rejected before it ran. */
  readonly signature: Uint8Array;
  readonly logs: readonly string[];
  readonly innerInstructions: readonly (readonly InnerInstructionState[])[];
  readonly computeUnitsConsumed: bigint;
  readonly returnData: ReturnDataState;
  readonly fee: bigint;
}

export function summaryOf(record: TransactionRecord): TransactionSummary {
  const { transaction, prepared, execution } = record;
  const { returnData } = execution ?? {};
  return {
    error: errorOf(record),
    signature: execution === undefined ? new Uint8Array(SIGNATURE_BYTES) : transaction.signatures[0].slice(),
    logs: execution?.logs ?? [],
    innerInstructions: execution?.innerInstructions ?? [],
    computeUnitsConsumed: BigInt(execution?.computeUnitsConsumed ?? 0),
    returnData: {
      programId: returnData?.programId.bytes ?? new Uint8Array(PUBKEY_BYTES),
      data: returnData?.data ?? new Uint8Array(0),
    },
    fee: prepared.fee,
  };
}

/** An instruction as a message holds it. */
export class CompiledInstruction {
  constructor(programIdIndex: number, accounts: Uint8Array, data: Uint8Array) {
    const inner: InstructionState = {
      programIdIndex: u8(programIdIndex),
      accounts: bytes(accounts),
      data: bytes(data),
    };
    attach(this, inner);
  }

  programIdIndex(): number {
    return innerOf<InstructionState>(this).programIdIndex;
  }

  /** Indexes among the transaction's accounts. */
  accounts(): Uint8Array {
    return innerOf<InstructionState>(this).accounts.slice();
  }

  data(): Uint8Array {
    return innerOf<InstructionState>(this).data.slice();
  }

  toString(): string {
    return debugWrapper('CompiledInstruction', debugInstruction(innerOf<InstructionState>(this)));
  }
}

/** A call that a program made. */
export class InnerInstruction extends ModuleMade {
  instruction(): CompiledInstruction {
    return wrap(CompiledInstruction, innerOf<InstructionState>(this));
  }

  /** 2 for a call of a top-level instruction. */
  stackHeight(): number {
    return innerOf<InnerInstructionState>(this).stackHeight;
  }

  override toString(): string {
    return debugWrapper('InnerInstruction', debugInnerInstruction(innerOf<InnerInstructionState>(this)));
  }
}

export class TransactionReturnData extends ModuleMade {
  /** Who set it, or, where nobody did, the last program that was called. 32 bytes. */
  programId(): Uint8Array {
    return innerOf<ReturnDataState>(this).programId.slice();
  }

  data(): Uint8Array {
    return innerOf<ReturnDataState>(this).data.slice();
  }

  override toString(): string {
    return debugWrapper('TransactionReturnData', debugReturnData(innerOf<ReturnDataState>(this)));
  }
}

export class TransactionMetadata extends ModuleMade {
  /** 64 bytes. */
  signature(): Uint8Array {
    return innerOf<TransactionSummary>(this).signature.slice();
  }

  logs(): string[] {
    return [...innerOf<TransactionSummary>(this).logs];
  }

  /** A list for each top-level instruction, empty where it made no calls. */
  innerInstructions(): InnerInstruction[][] {
    return innerOf<TransactionSummary>(this).innerInstructions.map((list) =>
      list.map((inner) => wrap(InnerInstruction, inner)),
    );
  }

  computeUnitsConsumed(): bigint {
    return innerOf<TransactionSummary>(this).computeUnitsConsumed;
  }

  returnData(): TransactionReturnData {
    return wrap(TransactionReturnData, innerOf<TransactionSummary>(this).returnData);
  }

  /** The logs in colours, for a terminal. */
  prettyLogs(): string {
    return prettyLogs(innerOf<TransactionSummary>(this).logs);
  }

  override toString(): string {
    return debugWrapper('TransactionMetadata', debugMetadata(innerOf<TransactionSummary>(this)));
  }
}

export class FailedTransactionMetadata extends ModuleMade {
  err(): LiteSvmTransactionError {
    return wrapTransactionError(innerOf<TransactionSummary>(this).error!);
  }

  meta(): TransactionMetadata {
    return wrap(TransactionMetadata, innerOf<TransactionSummary>(this));
  }

  override toString(): string {
    const summary = innerOf<TransactionSummary>(this);
    const fields = { err: debugTransactionError(summary.error!), meta: debugMetadata(summary) };
    return debugWrapper('FailedTransactionMetadata', debugStruct('FailedTransactionMetadata', fields));
  }
}

interface SimulationState {
  readonly summary: TransactionSummary;
  readonly postAccounts: readonly (readonly [Pubkey, wire.Account])[];
}

/** The outcome of a simulation that succeeded. */
export class SimulatedTransactionInfo extends ModuleMade {
  meta(): TransactionMetadata {
    return wrap(TransactionMetadata, innerOf<SimulationState>(this).summary);
  }

  /** The writable accounts, as they would have been stored. */
  postAccounts(): AddressAndAccount[] {
    return innerOf<SimulationState>(this).postAccounts.map(([key, account]) => wrapAddressAndAccount(key, account));
  }

  override toString(): string {
    const { summary, postAccounts } = innerOf<SimulationState>(this);
    const accounts = postAccounts.map(([key, account]) => {
      const text = wrapAccount(account).toString();
      return `(${key}, ${text.slice('Account('.length, -1)})`;
    });
    const fields = { meta: debugMetadata(summary), post_accounts: debugList(accounts) };
    return debugWrapper('SimulatedTransactionInfo', debugStruct('SimulatedTransactionInfo', fields));
  }
}

makeMembersEnumerable(
  CompiledInstruction,
  InnerInstruction,
  TransactionReturnData,
  TransactionMetadata,
  FailedTransactionMetadata,
  SimulatedTransactionInfo,
);

export function wrapSummary(summary: TransactionSummary): TransactionMetadata | FailedTransactionMetadata {
  return summary.error === undefined ? wrap(TransactionMetadata, summary) : wrap(FailedTransactionMetadata, summary);
}

export function wrapSimulation(record: TransactionRecord): SimulatedTransactionInfo | FailedTransactionMetadata {
  const summary = summaryOf(record);
  if (summary.error !== undefined) return wrap(FailedTransactionMetadata, summary);
  return wrap(SimulatedTransactionInfo, { summary, postAccounts: record.execution?.accounts ?? [] });
}

// Texts.

function debugMetadata(summary: TransactionSummary): string {
  return debugStruct('TransactionMetadata', {
    signature: encodeBase58(summary.signature),
    logs: debugList(summary.logs.map(debugString)),
    inner_instructions: debugList(summary.innerInstructions.map((list) => debugList(list.map(debugInnerInstruction)))),
    compute_units_consumed: summary.computeUnitsConsumed,
    return_data: debugReturnData(summary.returnData),
    fee: summary.fee,
  });
}

function debugReturnData({ programId, data }: ReturnDataState): string {
  return debugStruct('TransactionReturnData', { program_id: new Pubkey(programId), data: debugList(data) });
}

function debugInnerInstruction(inner: InnerInstructionState): string {
  return debugStruct('InnerInstruction', { instruction: debugInstruction(inner), stack_height: inner.stackHeight });
}

function debugInstruction({ programIdIndex, accounts, data }: InstructionState): string {
  const fields = { program_id_index: programIdIndex, accounts: debugList(accounts), data: debugList(data) };
  return debugStruct('CompiledInstruction', fields);
}
