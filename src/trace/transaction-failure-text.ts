// Says in words why a transaction failed as a whole: it was rejected before its first instruction, or its accounts were
// found wanting after the last one. One row for each error of that kind that a client meets.
// Source: agave runtime/src/bank.rs, svm/src/{transaction_processor,account_loader,rent_calculator}.rs.

import type { TransactionErrorName } from '../wire/transaction-error.ts';
import type { ShowAddress } from './failure-text.ts';
import type { TracedAccount, TransactionTrace } from './transaction-trace.ts';
import { numberText } from './value-text.ts';

export interface TransactionFailureText {
  readonly title: string;
  readonly cause: string;
  readonly fixes: readonly string[];
  /** The account it is about, where the error names one. */
  readonly account: TracedAccount | undefined;
}

type Row = readonly [cause: string, ...fixes: string[]];

const ROWS: { readonly [N in TransactionErrorName]?: Row } = {
  AccountNotFound: [
    'The fee payer, or another account that must exist before anything runs, does not exist or is empty.',
    'Fund the fee payer first.',
  ],
  ProgramAccountNotFound: [
    'An instruction names a program that does not exist.',
    'Check the program address, and deploy or add the program first.',
  ],
  InvalidProgramForExecution: [
    'An instruction names an account as its program that is no program, or is not there.',
    'Check the program address, and deploy or add the program first.',
  ],
  InsufficientFundsForFee: [
    'The fee payer has fewer lamports than the fee, or the fee would leave it below what rent demands.',
    'Fund the fee payer.',
  ],
  InvalidAccountForFee: [
    'The fee payer is not a plain System account, and no nonce account either.',
    'Let a wallet pay the fee.',
  ],
  AlreadyProcessed: [
    'This very transaction was processed before.',
    'Build it anew with a fresh blockhash, or change something in it.',
  ],
  BlockhashNotFound: [
    'The blockhash of the transaction is unknown or too old, and no valid durable nonce stands in for it.',
    'Sign it again with the latest blockhash; with a durable nonce, AdvanceNonceAccount must come first.',
  ],
  SignatureFailure: [
    'A signature does not fit the message and the key at its place.',
    'Sign after the last change to the message, with the keys it names as signers.',
  ],
  SanitizeFailure: [
    'The message contradicts itself: a count, an index or a size in it is out of bounds.',
    'Compile the message with a client library, and keep it below the packet size.',
  ],
  AccountLoadedTwice: ['An account stands twice among the accounts of the message.', 'Name each account once.'],
  TooManyAccountLocks: ['The transaction names more accounts than one may lock.', 'Split the transaction.'],
  UnsupportedVersion: [
    'The message has a version that is not active here.',
    'Use version 0, or switch the feature on that brings the newer one.',
  ],
  AddressLookupTableNotFound: ['A lookup table does not exist, or was deactivated.', 'Check the address of the table.'],
  InvalidAddressLookupTableOwner: ['An account named as a lookup table is not one.', 'Check the address of the table.'],
  InvalidAddressLookupTableData: [
    'An account named as a lookup table does not hold one.',
    'Check the address of the table.',
  ],
  InvalidAddressLookupTableIndex: [
    'The message looks up an address that the table does not have yet.',
    'Wait for the slot after the one that extended the table, and check the index.',
  ],
  MaxLoadedAccountsDataSizeExceeded: [
    'The accounts of the transaction hold more bytes than it may load.',
    'Raise SetLoadedAccountsDataSizeLimit, or name fewer accounts.',
  ],
  InvalidLoadedAccountsDataSizeLimit: [
    'SetLoadedAccountsDataSizeLimit was given 0.',
    'Leave it out, or give it what the accounts need.',
  ],
  UnbalancedTransaction: ['The lamports of all accounts together are not what they were before.'],
};

/** Undefined where the transaction succeeded or a frame of it failed. */
export function describeTransactionFailure(
  trace: TransactionTrace,
  show: ShowAddress,
): TransactionFailureText | undefined {
  const { error, errorText, instructions, accounts } = trace;
  if (error === null || instructions.some((frame) => frame.failure !== null)) return undefined;
  if (typeof error === 'string') {
    const [cause, ...fixes] = ROWS[error] ?? [`${errorText}.`];
    return { title: error, cause, fixes, account: undefined };
  }
  if ('InsufficientFundsForRent' in error) {
    const account = accounts[error.InsufficientFundsForRent.account_index];
    const after = account?.after ?? null;
    const state =
      after === null
        ? ''
        : `: ${numberText(after.lamports)} lamports for ${numberText(after.data.length)} bytes of data`;
    return {
      title: 'InsufficientFundsForRent',
      cause: `${account === undefined ? 'An account' : show(account.address)} would be left with fewer lamports than make it exempt from rent${state}.`,
      fixes: ['Leave it the rent-exempt minimum for its size, or empty it to exactly 0.'],
      account,
    };
  }
  if ('InstructionError' in error) {
    const [index, inner] = error.InstructionError;
    const name = typeof inner === 'string' ? inner : `custom error ${inner.Custom}`;
    return {
      title: name,
      cause: `Instruction #${index} was refused before anything ran: ${name}.`,
      fixes: [],
      account: undefined,
    };
  }
  if ('DuplicateInstruction' in error) {
    return {
      title: 'DuplicateInstruction',
      cause: `Instruction #${error.DuplicateInstruction} sets a compute budget value that an earlier one set.`,
      fixes: ['Set each value once.'],
      account: undefined,
    };
  }
  return { title: Object.keys(error)[0], cause: `${errorText}`, fixes: [], account: undefined };
}
