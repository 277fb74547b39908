// The errors of declared programs, with Anchor's numbers and texts, and the log lines by which Anchor's clients know them.
// Source: anchor lang/error/src/lib.rs, ErrorCode, AnchorError::log, ProgramErrorWithOrigin::log; solana-sdk
// program-error/src/lib.rs.

import type { Address } from '@solana/kit';
import { placeOfProgramError } from '../wire/program-error.ts';
import { ProgramError, type ProgramErrorName } from './program-error.ts';
import { logPubkey, msg } from './syscalls.ts';

/** Anchor's own errors: number and text by name. */
export const ANCHOR_ERRORS = {
  InstructionMissing: [100, 'Instruction discriminator not provided'],
  InstructionFallbackNotFound: [101, 'Fallback functions are not supported'],
  InstructionDidNotDeserialize: [102, 'The program could not deserialize the given instruction'],
  InstructionDidNotSerialize: [103, 'The program could not serialize the given instruction'],
  EventInstructionStub: [1500, 'The program was compiled without `event-cpi` feature'],
  ConstraintMut: [2000, 'A mut constraint was violated'],
  ConstraintHasOne: [2001, 'A has one constraint was violated'],
  ConstraintSigner: [2002, 'A signer constraint was violated'],
  ConstraintRaw: [2003, 'A raw constraint was violated'],
  ConstraintOwner: [2004, 'An owner constraint was violated'],
  ConstraintRentExempt: [2005, 'A rent exemption constraint was violated'],
  ConstraintSeeds: [2006, 'A seeds constraint was violated'],
  ConstraintExecutable: [2007, 'An executable constraint was violated'],
  ConstraintState: [2008, 'Deprecated Error, feel free to replace with something else'],
  ConstraintAssociated: [2009, 'An associated constraint was violated'],
  ConstraintAssociatedInit: [2010, 'An associated init constraint was violated'],
  ConstraintClose: [2011, 'A close constraint was violated'],
  ConstraintAddress: [2012, 'An address constraint was violated'],
  ConstraintZero: [2013, 'Expected zero account discriminant'],
  ConstraintTokenMint: [2014, 'A token mint constraint was violated'],
  ConstraintTokenOwner: [2015, 'A token owner constraint was violated'],
  ConstraintMintMintAuthority: [2016, 'A mint mint authority constraint was violated'],
  ConstraintMintFreezeAuthority: [2017, 'A mint freeze authority constraint was violated'],
  ConstraintMintDecimals: [2018, 'A mint decimals constraint was violated'],
  ConstraintSpace: [2019, 'A space constraint was violated'],
  ConstraintAccountIsNone: [2020, 'A required account for the constraint is None'],
  ConstraintTokenTokenProgram: [2021, 'A token account token program constraint was violated'],
  ConstraintMintTokenProgram: [2022, 'A mint token program constraint was violated'],
  ConstraintAssociatedTokenTokenProgram: [2023, 'An associated token account token program constraint was violated'],
  ConstraintMintGroupPointerExtension: [2024, 'A group pointer extension constraint was violated'],
  ConstraintMintGroupPointerExtensionAuthority: [2025, 'A group pointer extension authority constraint was violated'],
  ConstraintMintGroupPointerExtensionGroupAddress: [
    2026,
    'A group pointer extension group address constraint was violated',
  ],
  ConstraintMintGroupMemberPointerExtension: [2027, 'A group member pointer extension constraint was violated'],
  ConstraintMintGroupMemberPointerExtensionAuthority: [
    2028,
    'A group member pointer extension authority constraint was violated',
  ],
  ConstraintMintGroupMemberPointerExtensionMemberAddress: [
    2029,
    'A group member pointer extension group address constraint was violated',
  ],
  ConstraintMintMetadataPointerExtension: [2030, 'A metadata pointer extension constraint was violated'],
  ConstraintMintMetadataPointerExtensionAuthority: [
    2031,
    'A metadata pointer extension authority constraint was violated',
  ],
  ConstraintMintMetadataPointerExtensionMetadataAddress: [
    2032,
    'A metadata pointer extension metadata address constraint was violated',
  ],
  ConstraintMintCloseAuthorityExtension: [2033, 'A close authority constraint was violated'],
  ConstraintMintCloseAuthorityExtensionAuthority: [
    2034,
    'A close authority extension authority constraint was violated',
  ],
  ConstraintMintPermanentDelegateExtension: [2035, 'A permanent delegate extension constraint was violated'],
  ConstraintMintPermanentDelegateExtensionDelegate: [
    2036,
    'A permanent delegate extension delegate constraint was violated',
  ],
  ConstraintMintTransferHookExtension: [2037, 'A transfer hook extension constraint was violated'],
  ConstraintMintTransferHookExtensionAuthority: [2038, 'A transfer hook extension authority constraint was violated'],
  ConstraintMintTransferHookExtensionProgramId: [
    2039,
    'A transfer hook extension transfer hook program id constraint was violated',
  ],
  ConstraintDuplicateMutableAccount: [2040, 'A duplicate mutable account constraint was violated'],
  AccountAlreadyMigrated: [2041, 'Account is already migrated'],
  AccountNotMigrated: [2042, 'Account must be migrated before exiting'],
  ConstraintMintPausableExtension: [2043, 'A pausable extension constraint was violated'],
  ConstraintMintPausableAuthority: [2044, 'A pausable extension authority constraint was violated'],
  RequireViolated: [2500, 'A require expression was violated'],
  RequireEqViolated: [2501, 'A require_eq expression was violated'],
  RequireKeysEqViolated: [2502, 'A require_keys_eq expression was violated'],
  RequireNeqViolated: [2503, 'A require_neq expression was violated'],
  RequireKeysNeqViolated: [2504, 'A require_keys_neq expression was violated'],
  RequireGtViolated: [2505, 'A require_gt expression was violated'],
  RequireGteViolated: [2506, 'A require_gte expression was violated'],
  AccountDiscriminatorAlreadySet: [3000, 'The account discriminator was already set on this account'],
  AccountDiscriminatorNotFound: [3001, 'No discriminator was found on the account'],
  AccountDiscriminatorMismatch: [3002, 'Account discriminator did not match what was expected'],
  AccountDidNotDeserialize: [3003, 'Failed to deserialize the account'],
  AccountDidNotSerialize: [3004, 'Failed to serialize the account'],
  AccountNotEnoughKeys: [3005, 'Not enough account keys given to the instruction'],
  AccountNotMutable: [3006, 'The given account is not mutable'],
  AccountOwnedByWrongProgram: [3007, 'The given account is owned by a different program than expected'],
  InvalidProgramId: [3008, 'Program ID was not as expected'],
  InvalidProgramExecutable: [3009, 'Program account is not executable'],
  AccountNotSigner: [3010, 'The given account did not sign'],
  AccountNotSystemOwned: [3011, 'The given account is not owned by the system program'],
  AccountNotInitialized: [3012, 'The program expected this account to be already initialized'],
  AccountNotProgramData: [3013, 'The given account is not a program data account'],
  AccountNotAssociatedTokenAccount: [3014, 'The given account is not the associated token account'],
  AccountSysvarMismatch: [3015, 'The given public key does not match the required sysvar'],
  AccountReallocExceedsLimit: [3016, 'The account reallocation exceeds the MAX_PERMITTED_DATA_INCREASE limit'],
  AccountDuplicateReallocs: [3017, 'The account was duplicated for more than one reallocation'],
  DeclaredProgramIdMismatch: [4100, 'The declared program id does not match the actual program id'],
  TryingToInitPayerAsProgramAccount: [4101, 'You cannot/should not initialize the payer account as a program account'],
  InvalidNumericConversion: [4102, 'Error during numeric conversion'],
  Deprecated: [5000, 'The API being used is deprecated and should no longer be used'],
} as const satisfies Readonly<Record<string, readonly [code: number, message: string]>>;

export type AnchorErrorName = keyof typeof ANCHOR_ERRORS;

/** Where a program's own errors begin. */
export const ERROR_CODE_OFFSET = 6000;

/** The two things that a check compared, for the log. */
export type ComparedValues =
  | { readonly kind: 'pubkeys'; readonly left: Address; readonly right: Address }
  | { readonly kind: 'values'; readonly left: string; readonly right: string };

/** An error of Anchor's, or of the program's own, with what Anchor logs about it. */
export class AnchorError extends ProgramError {
  readonly codeName: string;
  readonly code: number;
  readonly text: string;
  compared: ComparedValues | undefined;

  constructor(codeName: string, code: number, text: string) {
    super({ Custom: code }, `${codeName}: ${text}`);
    this.codeName = codeName;
    this.code = code;
    this.text = text;
  }

  withKeys(left: Address, right: Address): this {
    this.compared = { kind: 'pubkeys', left, right };
    return this;
  }

  withValues(left: unknown, right: unknown): this {
    this.compared = { kind: 'values', left: String(left), right: String(right) };
    return this;
  }
}

/** One of Anchor's own errors. */
export function anchorError(name: AnchorErrorName): AnchorError {
  const [code, text] = ANCHOR_ERRORS[name];
  return new AnchorError(name, code, text);
}

/** Which account an error is about; set where the error passes the account. */
const accountNames = new WeakMap<ProgramError, string>();

/** Notes which account an error is about. @param name in Rust's spelling */
export function withAccountName<E>(error: E, name: string): E {
  if (error instanceof ProgramError) accountNames.set(error, name);
  return error;
}

/** Makes an error of the program's own. */
export type ErrorFactory = () => AnchorError;

/**
 * The program's own errors, numbered from 6000 in their order.
 *
 * @example
 * ```ts
 * const errors = errorCodes({ TooEarly: 'The auction is still open', NotTheWinner: 'Only the winner may claim' });
 * throw errors.TooEarly();
 * ```
 */
export function errorCodes<const E extends Readonly<Record<string, string>>>(
  texts: E,
): { readonly [K in keyof E]: ErrorFactory } {
  const entries = Object.entries(texts).map(([name, text], i) => {
    return [name, () => new AnchorError(name, ERROR_CODE_OFFSET + i, text)] as const;
  });
  return Object.fromEntries(entries) as { readonly [K in keyof E]: ErrorFactory };
}

// The checks that handlers make.

/** Fails with `error`, or `RequireViolated`, where the condition doesn't hold. */
export function require(condition: boolean, error?: ErrorFactory): asserts condition {
  if (!condition) throw error?.() ?? anchorError('RequireViolated');
}

export function requireEq<T extends bigint | number | string | boolean>(left: T, right: T, error?: ErrorFactory): void {
  if (left !== right) throw (error?.() ?? anchorError('RequireEqViolated')).withValues(left, right);
}

export function requireNeq<T extends bigint | number | string | boolean>(
  left: T,
  right: T,
  error?: ErrorFactory,
): void {
  if (left === right) throw (error?.() ?? anchorError('RequireNeqViolated')).withValues(left, right);
}

export function requireGt<T extends bigint | number>(left: T, right: T, error?: ErrorFactory): void {
  if (left <= right) throw (error?.() ?? anchorError('RequireGtViolated')).withValues(left, right);
}

export function requireGte<T extends bigint | number>(left: T, right: T, error?: ErrorFactory): void {
  if (left < right) throw (error?.() ?? anchorError('RequireGteViolated')).withValues(left, right);
}

export function requireKeysEq(left: Address, right: Address, error?: ErrorFactory): void {
  if (left !== right) throw (error?.() ?? anchorError('RequireKeysEqViolated')).withKeys(left, right);
}

export function requireKeysNeq(left: Address, right: Address, error?: ErrorFactory): void {
  if (left === right) throw (error?.() ?? anchorError('RequireKeysNeqViolated')).withKeys(left, right);
}

/** Texts of `ProgramError`, in the order of its variants. */
const PROGRAM_ERROR_TEXT: Readonly<Record<ProgramErrorName, string>> = {
  InvalidArgument: 'The arguments provided to a program instruction were invalid',
  InvalidInstructionData: "An instruction's data contents was invalid",
  InvalidAccountData: "An account's data contents was invalid",
  AccountDataTooSmall: "An account's data was too small",
  InsufficientFunds: "An account's balance was too small to complete the instruction",
  IncorrectProgramId: 'The account did not have the expected program id',
  MissingRequiredSignature: 'A signature was required but not found',
  AccountAlreadyInitialized: 'An initialize instruction was sent to an account that has already been initialized',
  UninitializedAccount: "An attempt to operate on an account that hasn't been initialized",
  NotEnoughAccountKeys: 'The instruction expected additional account keys',
  AccountBorrowFailed: 'Failed to borrow a reference to account data, already borrowed',
  MaxSeedLengthExceeded: 'Length of the seed is too long for address generation',
  InvalidSeeds: 'Provided seeds do not result in a valid address',
  BorshIoError: 'IO Error',
  AccountNotRentExempt: 'An account does not have enough lamports to be rent-exempt',
  UnsupportedSysvar: 'Unsupported sysvar',
  IllegalOwner: 'Provided owner is not allowed',
  MaxAccountsDataAllocationsExceeded: 'Accounts data allocations exceeded the maximum allowed per transaction',
  InvalidRealloc: 'Account data reallocation was invalid',
  MaxInstructionTraceLengthExceeded: 'Instruction trace length exceeded the maximum allowed per transaction',
  BuiltinProgramsMustConsumeComputeUnits: 'Builtin programs must consume compute units',
  InvalidAccountOwner: 'Invalid account owner',
  ArithmeticOverflow: 'Program arithmetic overflowed',
  Immutable: 'Account is immutable',
  IncorrectAuthority: 'Incorrect authority provided',
};

/** Logs an error as Anchor's entrypoint does. */
export function logAnchorError(error: ProgramError): void {
  const account = accountNames.get(error);
  const origin = account === undefined ? 'occurred' : `caused by account: ${account}`;
  if (error instanceof AnchorError) {
    msg(
      `AnchorError ${origin}. Error Code: ${error.codeName}. Error Number: ${error.code}. Error Message: ${error.text}.`,
    );
    logCompared(error.compared);
    return;
  }
  const [name, code, text] = describe(error);
  msg(`ProgramError ${origin}. Error Code: ${name}. Error Number: ${code}. Error Message: ${text}.`);
}

function logCompared(compared: ComparedValues | undefined): void {
  if (compared === undefined) return;
  if (compared.kind === 'values') {
    msg(`Left: ${compared.left}`);
    msg(`Right: ${compared.right}`);
    return;
  }
  msg('Left:');
  logPubkey(compared.left);
  msg('Right:');
  logPubkey(compared.right);
}

/** Rust's debug name, the u64 that the program returns, and the text. */
function describe({ error }: ProgramError): [name: string, code: bigint, text: string] {
  if (typeof error !== 'string') {
    const code = error.Custom;
    const value = code === 0 ? 1n << 32n : BigInt(code);
    return [`Custom(${code})`, value, `Custom program error: 0x${code.toString(16)}`];
  }
  return [error, BigInt(placeOfProgramError(error)) << 32n, PROGRAM_ERROR_TEXT[error]];
}
