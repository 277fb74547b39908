// Reads what npm litesvm's native object says of a transaction into the terms of this project, errors by their numbers.

import internal from 'litesvm/dist/internal.js';
import {
  INSTRUCTION_ERROR_TEXT,
  type InstructionError,
  type InstructionErrorName,
  TRANSACTION_ERROR_TEXT,
  type TransactionError,
  type TransactionErrorName,
} from '../../../src/wire/transaction-error.ts';

export type LiteSvm = InstanceType<typeof internal.LiteSvm>;
export type LiteMetadata = InstanceType<typeof internal.TransactionMetadata>;
export const LiteFailure = internal.FailedTransactionMetadata;
export type LiteFailure = InstanceType<typeof internal.FailedTransactionMetadata>;

/** Variants with data have no number there; some of the others stand in another place than in Agave. */
function numbered<Name extends string>(
  names: readonly string[],
  without: readonly string[],
  order: (names: string[]) => void,
): Name[] {
  const list = names.filter((name) => !without.includes(name));
  order(list);
  return list as Name[];
}

const INSTRUCTION_ERRORS = numbered<InstructionErrorName>(Object.keys(INSTRUCTION_ERROR_TEXT), ['Custom'], (names) => {
  names.splice(names.indexOf('BorshIoError'), 1);
  names.push('BorshIoError');
});

const TRANSACTION_ERRORS = numbered<TransactionErrorName>(
  Object.keys(TRANSACTION_ERROR_TEXT),
  ['InstructionError', 'DuplicateInstruction', 'InsufficientFundsForRent', 'ProgramExecutionTemporarilyRestricted'],
  (names) => {
    names.splice(names.indexOf('InvalidLoadedAccountsDataSizeLimit'), 1);
    names.splice(names.indexOf('ResanitizationNeeded') + 1, 0, 'InvalidLoadedAccountsDataSizeLimit');
  },
);

/** The error in the RPC's JSON shape. */
export function readLiteError(error: ReturnType<LiteFailure['err']>): TransactionError {
  if (typeof error === 'number') return TRANSACTION_ERRORS[error];
  if (error instanceof internal.TransactionErrorInstructionError) {
    return { InstructionError: [error.index, readInstructionError(error.err())] };
  }
  if (error instanceof internal.TransactionErrorDuplicateInstruction) return { DuplicateInstruction: error.index };
  const { accountIndex } = error as { accountIndex: number };
  return error instanceof internal.TransactionErrorInsufficientFundsForRent
    ? { InsufficientFundsForRent: { account_index: accountIndex } }
    : { ProgramExecutionTemporarilyRestricted: { account_index: accountIndex } };
}

function readInstructionError(error: unknown): InstructionError {
  if (typeof error === 'number') return INSTRUCTION_ERRORS[error];
  if (error instanceof internal.InstructionErrorCustom) return { Custom: error.code };
  return 'BorshIoError';
}

/** There is no getter for the fee. */
export function readLiteFee(meta: LiteMetadata): bigint {
  const text = meta.toString();
  const at = text.lastIndexOf('fee: ');
  if (at < 0) throw new Error(`LiteSVM's metadata names no fee: ${text}`);
  return BigInt(/^\d+/.exec(text.slice(at + 5))?.[0] ?? '');
}
