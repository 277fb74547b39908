// The errors of a transaction in LiteSVM's two shapes: variants without data are numbers, counted among themselves, the
// others objects of a class each.
// Differs: the three tables of numbers are types only in npm litesvm (`const enum`), with classes of the same names that
// have no members at run time; here the names have their numbers at run time too.
// Source: litesvm crates/node-litesvm/src/transaction_error.rs.

import { debugString } from '../../sbpf/rust-debug.ts';
import type { InstructionError, TransactionError } from '../../wire/transaction-error.ts';
import { string, u8, u32 } from './arguments.ts';
import { defineFields, innerOf, ModuleMade, makeMembersEnumerable, wrap } from './native-object.ts';
import { debugStruct } from './rust-text.ts';

/** Numbers of the variants of `TransactionError` without data. */
export const TransactionErrorFieldless = {
  AccountInUse: 0,
  AccountLoadedTwice: 1,
  AccountNotFound: 2,
  ProgramAccountNotFound: 3,
  InsufficientFundsForFee: 4,
  InvalidAccountForFee: 5,
  AlreadyProcessed: 6,
  BlockhashNotFound: 7,
  CallChainTooDeep: 8,
  MissingSignatureForFee: 9,
  InvalidAccountIndex: 10,
  SignatureFailure: 11,
  InvalidProgramForExecution: 12,
  SanitizeFailure: 13,
  ClusterMaintenance: 14,
  AccountBorrowOutstanding: 15,
  WouldExceedMaxBlockCostLimit: 16,
  UnsupportedVersion: 17,
  InvalidWritableAccount: 18,
  WouldExceedMaxAccountCostLimit: 19,
  WouldExceedAccountDataBlockLimit: 20,
  TooManyAccountLocks: 21,
  AddressLookupTableNotFound: 22,
  InvalidAddressLookupTableOwner: 23,
  InvalidAddressLookupTableData: 24,
  InvalidAddressLookupTableIndex: 25,
  InvalidRentPayingAccount: 26,
  WouldExceedMaxVoteCostLimit: 27,
  WouldExceedAccountDataTotalLimit: 28,
  MaxLoadedAccountsDataSizeExceeded: 29,
  ResanitizationNeeded: 30,
  InvalidLoadedAccountsDataSizeLimit: 31,
  UnbalancedTransaction: 32,
  ProgramCacheHitMaxLimit: 33,
  CommitCancelled: 34,
} as const;
export type TransactionErrorFieldless = (typeof TransactionErrorFieldless)[keyof typeof TransactionErrorFieldless];

/** Numbers of the variants of `InstructionError` without data. */
export const InstructionErrorFieldless = {
  GenericError: 0,
  InvalidArgument: 1,
  InvalidInstructionData: 2,
  InvalidAccountData: 3,
  AccountDataTooSmall: 4,
  InsufficientFunds: 5,
  IncorrectProgramId: 6,
  MissingRequiredSignature: 7,
  AccountAlreadyInitialized: 8,
  UninitializedAccount: 9,
  UnbalancedInstruction: 10,
  ModifiedProgramId: 11,
  ExternalAccountLamportSpend: 12,
  ExternalAccountDataModified: 13,
  ReadonlyLamportChange: 14,
  ReadonlyDataModified: 15,
  DuplicateAccountIndex: 16,
  ExecutableModified: 17,
  RentEpochModified: 18,
  NotEnoughAccountKeys: 19,
  AccountDataSizeChanged: 20,
  AccountNotExecutable: 21,
  AccountBorrowFailed: 22,
  AccountBorrowOutstanding: 23,
  DuplicateAccountOutOfSync: 24,
  InvalidError: 25,
  ExecutableDataModified: 26,
  ExecutableLamportChange: 27,
  ExecutableAccountNotRentExempt: 28,
  UnsupportedProgramId: 29,
  CallDepth: 30,
  MissingAccount: 31,
  ReentrancyNotAllowed: 32,
  MaxSeedLengthExceeded: 33,
  InvalidSeeds: 34,
  InvalidRealloc: 35,
  ComputationalBudgetExceeded: 36,
  PrivilegeEscalation: 37,
  ProgramEnvironmentSetupFailure: 38,
  ProgramFailedToComplete: 39,
  ProgramFailedToCompile: 40,
  Immutable: 41,
  IncorrectAuthority: 42,
  AccountNotRentExempt: 43,
  InvalidAccountOwner: 44,
  ArithmeticOverflow: 45,
  UnsupportedSysvar: 46,
  IllegalOwner: 47,
  MaxAccountsDataAllocationsExceeded: 48,
  MaxAccountsExceeded: 49,
  MaxInstructionTraceLengthExceeded: 50,
  BuiltinProgramsMustConsumeComputeUnits: 51,
  BorshIoError: 52,
} as const;
export type InstructionErrorFieldless = (typeof InstructionErrorFieldless)[keyof typeof InstructionErrorFieldless];

/** A program's own error. */
export class InstructionErrorCustom extends ModuleMade {
  declare code: number;

  override toString(): string {
    return debugStruct('InstructionErrorCustom', { code: this.code });
  }
}

/** Part of the API; no version of Agave that LiteSVM runs makes it. */
export class InstructionErrorBorshIo extends ModuleMade {
  declare msg: string;

  override toString(): string {
    return debugStruct('InstructionErrorBorshIO', { msg: debugString(this.msg) });
  }
}
export type InstructionErrorBorshIO = InstructionErrorBorshIo;

export class TransactionErrorInstructionError extends ModuleMade {
  /** Which of the top-level instructions failed. */
  declare index: number;

  err(): InstructionErrorFieldless | InstructionErrorCustom | InstructionErrorBorshIo {
    const { error } = innerOf<{ error: InstructionError }>(this);
    return typeof error === 'string'
      ? InstructionErrorFieldless[error]
      : wrap(InstructionErrorCustom, { code: error.Custom });
  }

  override toString(): string {
    const { error } = innerOf<{ error: InstructionError }>(this);
    const text = typeof error === 'string' ? error : debugStruct('InstructionErrorCustom', { code: error.Custom });
    return debugStruct('TransactionErrorInstructionError', { index: this.index, error: text });
  }
}

export class TransactionErrorDuplicateInstruction extends ModuleMade {
  declare index: number;

  override toString(): string {
    return debugStruct('TransactionErrorDuplicateInstruction', { index: this.index });
  }
}

export class TransactionErrorInsufficientFundsForRent extends ModuleMade {
  declare accountIndex: number;

  override toString(): string {
    return debugStruct('TransactionErrorInsufficientFundsForRent', { account_index: this.accountIndex });
  }
}

export class TransactionErrorProgramExecutionTemporarilyRestricted extends ModuleMade {
  declare accountIndex: number;

  override toString(): string {
    const fields = { account_index: this.accountIndex };
    return debugStruct('TransactionErrorProgramExecutionTemporarilyRestricted', fields);
  }
}

defineFields(InstructionErrorCustom, { code: u32 });
defineFields(InstructionErrorBorshIo, { msg: string });
defineFields(TransactionErrorInstructionError, { index: u8 });
defineFields(TransactionErrorDuplicateInstruction, { index: u8 });
defineFields(TransactionErrorInsufficientFundsForRent, { accountIndex: u8 });
defineFields(TransactionErrorProgramExecutionTemporarilyRestricted, { accountIndex: u8 });
makeMembersEnumerable(
  InstructionErrorCustom,
  InstructionErrorBorshIo,
  TransactionErrorInstructionError,
  TransactionErrorDuplicateInstruction,
  TransactionErrorInsufficientFundsForRent,
  TransactionErrorProgramExecutionTemporarilyRestricted,
);

/** What `FailedTransactionMetadata.err()` gives. */
export type LiteSvmTransactionError =
  | TransactionErrorFieldless
  | TransactionErrorInstructionError
  | TransactionErrorDuplicateInstruction
  | TransactionErrorInsufficientFundsForRent
  | TransactionErrorProgramExecutionTemporarilyRestricted;

export function wrapTransactionError(error: TransactionError): LiteSvmTransactionError {
  if (typeof error === 'string') return TransactionErrorFieldless[error];
  if ('InstructionError' in error) {
    const [index, instructionError] = error.InstructionError;
    return wrap(TransactionErrorInstructionError, { index, error: instructionError });
  }
  if ('DuplicateInstruction' in error) {
    return wrap(TransactionErrorDuplicateInstruction, { index: error.DuplicateInstruction });
  }
  if ('InsufficientFundsForRent' in error) {
    const { account_index } = error.InsufficientFundsForRent;
    return wrap(TransactionErrorInsufficientFundsForRent, { accountIndex: account_index });
  }
  const { account_index } = error.ProgramExecutionTemporarilyRestricted;
  return wrap(TransactionErrorProgramExecutionTemporarilyRestricted, { accountIndex: account_index });
}
