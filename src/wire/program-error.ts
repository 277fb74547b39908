// The errors that a program can return besides numbers of its own, in the order of the values that stand for them: the
// place in the list, 2 for the first, in the upper 32 bits of the return value. A place of 1 is the custom error 0.
// Source: solana-sdk program-error/src/lib.rs, ProgramError; instruction-error/src/lib.rs, From<u64>.

import type { InstructionErrorName } from './transaction-error.ts';

export const PROGRAM_ERRORS = [
  'InvalidArgument',
  'InvalidInstructionData',
  'InvalidAccountData',
  'AccountDataTooSmall',
  'InsufficientFunds',
  'IncorrectProgramId',
  'MissingRequiredSignature',
  'AccountAlreadyInitialized',
  'UninitializedAccount',
  'NotEnoughAccountKeys',
  'AccountBorrowFailed',
  'MaxSeedLengthExceeded',
  'InvalidSeeds',
  'BorshIoError',
  'AccountNotRentExempt',
  'UnsupportedSysvar',
  'IllegalOwner',
  'MaxAccountsDataAllocationsExceeded',
  'InvalidRealloc',
  'MaxInstructionTraceLengthExceeded',
  'BuiltinProgramsMustConsumeComputeUnits',
  'InvalidAccountOwner',
  'ArithmeticOverflow',
  'Immutable',
  'IncorrectAuthority',
] as const satisfies readonly InstructionErrorName[];

export type ProgramErrorName = (typeof PROGRAM_ERRORS)[number];

const CUSTOM_ZERO = 1;
const FIRST_PLACE = 2;

/** The error of a place; undefined where none stands there. */
export function programErrorAt(place: number): ProgramErrorName | { readonly Custom: 0 } | undefined {
  return place === CUSTOM_ZERO ? { Custom: 0 } : PROGRAM_ERRORS[place - FIRST_PLACE];
}

/** The upper 32 bits of the value that a program returns for an error. */
export function placeOfProgramError(error: ProgramErrorName): number {
  return PROGRAM_ERRORS.indexOf(error) + FIRST_PLACE;
}
