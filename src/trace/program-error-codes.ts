// Errors of the programs everybody meets, as rows of the table of codes: name, what it means, what helps. Their numbers are
// the places of the names in decoders/program-errors.ts.
// Source: solana-sdk system-interface/src/error.rs; solana-program token interface/src/error.rs, token-2022
// interface/src/error.rs, stake interface/src/error.rs, associated-token-account interface/src/error.rs; solana-sdk
// precompile-error/src/lib.rs; anchor lang/src/error.rs, ErrorCode.

import {
  ASSOCIATED_TOKEN_ERRORS,
  type ErrorNames,
  PRECOMPILE_ERRORS,
  STAKE_ERRORS,
  SYSTEM_ERRORS,
  TOKEN_2022_ERRORS,
  TOKEN_ERRORS,
} from './decoders/program-errors.ts';
import {
  type ErrorRow,
  type ErrorSource,
  type ProgramErrorCode,
  programErrorRow,
  rowsByCode,
} from './explanation-row.ts';
import { STAKE } from './stake-error-rows.ts';

/** System raises the errors that have a row; the others are left of earlier versions of it. */
const SYSTEM: readonly ErrorRow[] = [
  [
    'AccountAlreadyInUse',
    'An account with the same address already exists.',
    'Use it as it is, or another address. An account that got lamports before can be allocated and assigned instead.',
  ],
  [
    'ResultWithNegativeLamports',
    'The account does not have enough lamports for the transfer.',
    'Fund the account that pays.',
  ],
  [
    'InvalidAccountDataLength',
    'An account of this length cannot be allocated: 10,485,760 bytes at most.',
    'Ask for less space.',
  ],
  [
    'AddressWithSeedMismatch',
    'The address is not the one that base, seed and owner derive to.',
    'Derive it with createAddressWithSeed from the same three.',
  ],
  ['NonceNoRecentBlockhashes', 'A nonce needs a recent blockhash, and there is none.', 'Wait a slot.'],
  [
    'NonceBlockhashNotExpired',
    'The nonce was initialized or advanced in this block already.',
    'Wait for the next blockhash.',
  ],
];

const TOKEN: readonly ErrorRow[] = [
  [
    'NotRentExempt',
    'The account has fewer lamports than make it exempt from rent.',
    'Fund it with the rent-exempt minimum before it is initialized.',
  ],
  [
    'InsufficientFunds',
    'The token account holds less than is to be moved.',
    'Move less, or mint or transfer to it first. Amounts count the smallest unit of the mint.',
  ],
  ['InvalidMint', 'The account is not the mint that it should be.', 'Pass the mint of the token account.'],
  ['MintMismatch', 'The account belongs to another mint.', 'Pass token accounts of the same mint.'],
  [
    'OwnerMismatch',
    'The authority is not the owner (or delegate, or mint authority) that the account names.',
    'Let the right owner sign; for a PDA, check its seeds.',
  ],
  ['FixedSupply', 'The mint has no mint authority: its supply is fixed.', 'Nothing can be minted.'],
  ['AlreadyInUse', 'The account is initialized already.', 'Use it as it is, or a new one.'],
  ['InvalidNumberOfProvidedSigners', 'A multisig got too few or too many signers.', 'Pass m of its n signers.'],
  ['InvalidNumberOfRequiredSigners', 'A multisig asks for an impossible number of signers.', '1 to 11.'],
  ['UninitializedState', 'The account is not initialized.', 'Initialize the mint or token account first.'],
  ['NativeNotSupported', 'Wrapped SOL does not support this instruction.', 'Close the account to unwrap.'],
  ['NonNativeHasBalance', 'A token account can only be closed when it is empty.', 'Transfer or burn the rest first.'],
  [
    'InvalidInstruction',
    'The bytes are no instruction of the program.',
    'Check the encoding, and that it isn’t meant for Token-2022.',
  ],
  [
    'InvalidState',
    'The account is in a state that does not allow this.',
    'Thawing needs a frozen account, freezing one that is not.',
  ],
  ['Overflow', 'An amount would exceed 2^64 - 1.', 'Check the amounts.'],
  [
    'AuthorityTypeNotSupported',
    'This kind of authority cannot be set here.',
    'Mints have mint and freeze authorities, accounts owner and close authorities.',
  ],
  ['MintCannotFreeze', 'The mint has no freeze authority.', 'Nothing can be frozen.'],
  ['AccountFrozen', 'The token account is frozen.', 'Let the freeze authority thaw it.'],
  ['MintDecimalsMismatch', 'The decimals given are not those of the mint.', 'Read the decimals from the mint.'],
  ['NonNativeNotSupported', 'Only wrapped SOL supports this instruction.', 'Use it on accounts of the native mint.'],
];

const TOKEN_2022_MORE: Readonly<Record<string, readonly [message: string, fix?: string]>> = {
  ExtensionTypeMismatch: ['The extension is of another type than the account’s.'],
  ExtensionBaseMismatch: [
    'The extension does not fit this kind of account: some are for mints, some for token accounts.',
  ],
  ExtensionAlreadyInitialized: ['The extension is initialized already.'],
  MintHasSupply: ['The mint still has a supply and cannot be closed.', 'Burn everything first.'],
  NoAuthorityExists: ['The authority was given up: nobody can do this.', 'Leave it as it is.'],
  TransferFeeExceedsMaximum: ['The transfer fee exceeds 10,000 basis points.', 'Say at most 10,000, which is 100%.'],
  CpiGuardSettingsLocked: [
    'CPI Guard cannot be switched on or off within a call.',
    'Do it at top level, in an instruction of its own.',
  ],
  ConfidentialTransferAccountNotApproved: [
    'The mint’s confidential transfer authority has not approved the account.',
    'Let it approve the account first (ApproveConfidentialTransferAccount).',
  ],
  MintRequiredForTransfer: ['This mint has extensions that need the mint at each transfer.', 'Use TransferChecked.'],
  FeeMismatch: [
    'The fee given is not the one the mint calculates.',
    'Calculate it from the mint’s transfer fee config of this epoch.',
  ],
  ImmutableOwner: ['The owner of this account cannot be changed.'],
  AccountHasWithheldTransferFees: ['The account holds withheld transfer fees.', 'Harvest them to the mint first.'],
  NoMemo: [
    'The destination requires a memo before each transfer.',
    'Add a memo instruction right before the transfer.',
  ],
  NonTransferable: ['The tokens of this mint cannot be transferred.'],
  NonTransferableNeedsImmutableOwnership: [
    'Non-transferable tokens are minted only to accounts with an immutable owner.',
  ],
  CpiGuardTransferBlocked: [
    'CPI Guard is on: the owner itself cannot transfer within a call between programs.',
    'Approve a delegate outside of the call, or transfer at top level.',
  ],
  CpiGuardBurnBlocked: ['CPI Guard is on: the owner itself cannot burn within a call.'],
  CpiGuardCloseAccountBlocked: ['CPI Guard is on: within a call lamports go to the owner only.'],
  CpiGuardApproveBlocked: ['CPI Guard is on: no delegate can be approved within a call.'],
  CpiGuardSetAuthorityBlocked: ['CPI Guard is on: no authority can be set within a call.'],
  CpiGuardOwnerChangeBlocked: ['CPI Guard is on: the owner cannot be changed within a call.'],
  ExtensionNotFound: ['The account does not have the extension.', 'Create it with the extension, or reallocate.'],
  InvalidExtensionCombination: ['These extensions do not go together.'],
  InvalidLengthForAlloc: [
    'The account is too short or too long for its extensions.',
    'Calculate the size with the extensions it gets.',
  ],
  MintPaused: ['The mint is paused.', 'Let the pause authority resume it.'],
};

/** Those of Token have its rows, where they have none of their own. */
const TOKEN_2022: readonly ErrorRow[] = TOKEN_2022_ERRORS.map((name): ErrorRow => {
  const [message, fix] = TOKEN_2022_MORE[name] ?? [];
  if (message !== undefined) return fix === undefined ? [name, message] : [name, message, fix];
  return TOKEN.find((each) => each[0] === name) ?? [name, `${words(name)}.`];
});

const ASSOCIATED_TOKEN: readonly ErrorRow[] = [
  [
    'InvalidOwner',
    'The account at the address exists and belongs to somebody else than the wallet.',
    'Its owner was changed: use another token account.',
  ],
];

const PRECOMPILE: readonly ErrorRow[] = [
  ['InvalidPublicKey', 'The public key is not valid.'],
  ['InvalidRecoveryId', 'The recovery id is not 0 to 3.'],
  [
    'InvalidSignature',
    'The signature does not fit the message and the key.',
    'Sign exactly the bytes that the instruction points to.',
  ],
  [
    'InvalidDataOffsets',
    'An offset points outside of the instruction it names.',
    'Check offsets, lengths and instruction indexes (0xffff means this instruction).',
  ],
  ['InvalidInstructionDataSize', 'The instruction data is too short for the number of signatures it claims.'],
];

const REQUIRED = 'Look at the condition in the program: the log names its file and line.';

/** Number, name, message, fix. */
const ANCHOR: readonly (readonly [code: number, ...ErrorRow])[] = [
  [
    100,
    'InstructionMissing',
    'The instruction has fewer than 8 bytes: there is no discriminator.',
    'Build the instruction with the IDL.',
  ],
  [
    101,
    'InstructionFallbackNotFound',
    'No instruction has this discriminator, and there is no fallback.',
    'Is the IDL that of the deployed program? Was the instruction renamed?',
  ],
  [
    102,
    'InstructionDidNotDeserialize',
    'The arguments could not be read.',
    'Check the types and the order of the arguments.',
  ],
  [103, 'InstructionDidNotSerialize', 'The arguments of a call could not be written.'],
  [1000, 'IdlInstructionStub', 'The program was built without IDL instructions.'],
  [1001, 'IdlInstructionInvalidProgram', 'The IDL instruction was called for another program.'],
  [1002, 'IdlAccountNotEmpty', 'The IDL account must be empty to be resized.'],
  [1500, 'EventInstructionStub', 'The program was built without event instructions.'],
  [2000, 'ConstraintMut', 'The account must be writable (mut).', 'Mark it writable in the instruction.'],
  [
    2001,
    'ConstraintHasOne',
    'A field of one account must be the address of another (has_one).',
    'Pass the account that the field names, or another account whose field names the one that is passed.',
  ],
  [2002, 'ConstraintSigner', 'The account must sign.', 'Mark it a signer and let it sign.'],
  [
    2003,
    'ConstraintRaw',
    'A constraint of the program does not hold.',
    'Look at the constraint in the accounts struct.',
  ],
  [2004, 'ConstraintOwner', 'The account must be owned by another program (owner).'],
  [2005, 'ConstraintRentExempt', 'The account must be exempt from rent.', 'Fund it with the minimum for its size.'],
  [
    2006,
    'ConstraintSeeds',
    'The address is not the one that the seeds derive to (seeds).',
    'Derive it with the same seeds, in the same order, under the same program.',
  ],
  [2007, 'ConstraintExecutable', 'The account must be a program.'],
  [2008, 'ConstraintState', 'The state account is another one.'],
  [2009, 'ConstraintAssociated', 'The account is not the associated one.'],
  [2010, 'ConstraintAssociatedInit', 'The associated account could not be made.'],
  [2011, 'ConstraintClose', 'The account may not be closed into itself.', 'Pass another destination.'],
  [
    2012,
    'ConstraintAddress',
    'The account must have one particular address (address).',
    'Pass the address that the program names.',
  ],
  [
    2013,
    'ConstraintZero',
    'The account must be all zeros.',
    'Create it with the System program in the same transaction, and don’t initialize it twice.',
  ],
  [
    2014,
    'ConstraintTokenMint',
    'The token account must be of another mint (token::mint).',
    'Pass a token account of the mint.',
  ],
  [
    2015,
    'ConstraintTokenOwner',
    'The token account must have another owner (token::authority).',
    'Pass a token account of the authority.',
  ],
  [2016, 'ConstraintMintMintAuthority', 'The mint must have another mint authority.'],
  [2017, 'ConstraintMintFreezeAuthority', 'The mint must have another freeze authority.'],
  [2018, 'ConstraintMintDecimals', 'The mint must have other decimals.'],
  [
    2019,
    'ConstraintSpace',
    'The account must have another size (space).',
    'Create it with the size the program names.',
  ],
  [2020, 'ConstraintAccountIsNone', 'An optional account is required here.'],
  [
    2021,
    'ConstraintTokenTokenProgram',
    'The token account belongs to the other token program.',
    'Pass the token program that owns the account.',
  ],
  [
    2022,
    'ConstraintMintTokenProgram',
    'The mint belongs to the other token program.',
    'Pass the token program that owns the mint.',
  ],
  [
    2023,
    'ConstraintAssociatedTokenTokenProgram',
    'The associated token account belongs to the other token program.',
    'Derive it with the right token program.',
  ],
  [2500, 'RequireViolated', 'A require! of the program failed.', REQUIRED],
  [2501, 'RequireEqViolated', 'A require_eq! of the program failed.', REQUIRED],
  [2502, 'RequireKeysEqViolated', 'A require_keys_eq! of the program failed: two addresses differ.', REQUIRED],
  [2503, 'RequireNeqViolated', 'A require_neq! of the program failed.', REQUIRED],
  [2504, 'RequireKeysNeqViolated', 'A require_keys_neq! of the program failed: two addresses are the same.', REQUIRED],
  [2505, 'RequireGtViolated', 'A require_gt! of the program failed.', REQUIRED],
  [2506, 'RequireGteViolated', 'A require_gte! of the program failed.', REQUIRED],
  [3000, 'AccountDiscriminatorAlreadySet', 'The account is initialized already.', 'Use another account.'],
  [
    3001,
    'AccountDiscriminatorNotFound',
    'The account has no discriminator: it is empty or not of this program.',
    'Initialize it first; check the address.',
  ],
  [
    3002,
    'AccountDiscriminatorMismatch',
    'The account is of another type.',
    'Pass an account of the right type; is the order of the accounts right?',
  ],
  [
    3003,
    'AccountDidNotDeserialize',
    'The account could not be read.',
    'Was its struct changed after it was created? Migrate, or create it anew.',
  ],
  [3004, 'AccountDidNotSerialize', 'The account could not be written: it is too small.', 'Give it more space.'],
  [
    3005,
    'AccountNotEnoughKeys',
    'The instruction has fewer accounts than the struct names.',
    'Pass all accounts, in the order of the struct.',
  ],
  [3006, 'AccountNotMutable', 'The account is not writable.', 'Mark it writable.'],
  [
    3007,
    'AccountOwnedByWrongProgram',
    'The account is owned by another program than its type says.',
    'Check the address; is it initialized? Is it of Token where Token-2022 is expected?',
  ],
  [
    3008,
    'InvalidProgramId',
    'The account is another program than the struct names.',
    'Pass the program that is named.',
  ],
  [3009, 'InvalidProgramExecutable', 'The account is no program.'],
  [3010, 'AccountNotSigner', 'The account did not sign.', 'Mark it a signer and let it sign.'],
  [3011, 'AccountNotSystemOwned', 'The account must be a wallet (owned by System).'],
  [
    3012,
    'AccountNotInitialized',
    'The program expected this account to be initialized already.',
    'Initialize it first; check the address.',
  ],
  [3013, 'AccountNotProgramData', 'The account is no program data account.'],
  [
    3014,
    'AccountNotAssociatedTokenAccount',
    'The account is not the associated token account.',
    'Derive it from wallet, mint and token program.',
  ],
  [3015, 'AccountSysvarMismatch', 'The account is another sysvar.'],
  [3016, 'AccountReallocExceedsLimit', 'An account grows by at most 10,240 bytes in an instruction.'],
  [3017, 'AccountDuplicateReallocs', 'The account is resized twice in one instruction.'],
  [
    4100,
    'DeclaredProgramIdMismatch',
    'The program runs at another address than it declares (declare_id!).',
    'Run `anchor keys sync`, build and deploy again.',
  ],
  [4101, 'TryingToInitPayerAsProgramAccount', 'The payer cannot be the account that is created.'],
  [4102, 'InvalidNumericConversion', 'A number did not fit its type.'],
  [5000, 'Deprecated', 'The API is deprecated.'],
];

function words(name: string): string {
  const text = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

interface ProgramErrors {
  readonly name: string;
  readonly prefix: string;
  readonly programs: readonly string[];
  readonly rows: readonly (ErrorRow | undefined)[];
  /** What helps where a row doesn't say. */
  readonly usual: string;
}

/** Rows by number; undefined where nothing raises the error. */
function inOrder(names: ErrorNames, rows: readonly ErrorRow[]): readonly (ErrorRow | undefined)[] {
  return names.map((name) => rows.find((each) => each[0] === name));
}

const PROGRAMS: readonly ProgramErrors[] = [
  {
    name: 'System',
    prefix: 'SYSTEM',
    programs: ['11111111111111111111111111111111'],
    rows: inOrder(SYSTEM_ERRORS, SYSTEM),
    usual: 'Check the arguments and the accounts of the instruction.',
  },
  {
    name: 'Token',
    prefix: 'TOKEN',
    programs: ['TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA'],
    rows: inOrder(TOKEN_ERRORS, TOKEN),
    usual: 'Check the accounts and the amount of the instruction.',
  },
  {
    name: 'Token-2022',
    prefix: 'TOKEN_2022',
    programs: ['TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb'],
    rows: inOrder(TOKEN_2022_ERRORS, TOKEN_2022),
    usual: 'Look at the extensions of the mint and the token accounts: what they allow decides.',
  },
  {
    name: 'Associated Token',
    prefix: 'ATA',
    programs: ['ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL'],
    rows: inOrder(ASSOCIATED_TOKEN_ERRORS, ASSOCIATED_TOKEN),
    usual: 'Check the accounts of the instruction.',
  },
  {
    name: 'Stake',
    prefix: 'STAKE',
    programs: ['Stake11111111111111111111111111111111111111'],
    rows: inOrder(STAKE_ERRORS, STAKE),
    usual: 'Read the stake account: its authorities, lockup, delegation and epochs decide.',
  },
  {
    name: 'signature precompiles',
    prefix: 'PRECOMPILE',
    programs: [
      'Ed25519SigVerify111111111111111111111111111',
      'KeccakSecp256k11111111111111111111111111111',
      'Secp256r1SigVerify1111111111111111111111111',
    ],
    rows: inOrder(PRECOMPILE_ERRORS, PRECOMPILE),
    usual: 'Build the instruction with a client library, over exactly the bytes that were signed.',
  },
];

const ANCHOR_SOURCE: ErrorSource = {
  name: 'Anchor',
  prefix: 'ANCHOR',
  usual: 'Look at the constraints of the account in the accounts struct of the instruction.',
};

const ANCHOR_BY_NUMBER = new Map(
  ANCHOR.map(([code, ...rest]) => [code, programErrorRow(ANCHOR_SOURCE, code, rest as unknown as ErrorRow)]),
);

/** A well-known program's own error, by its address and number. */
export function programErrorCode(program: string, number: number): ProgramErrorCode | undefined {
  const found = PROGRAMS.find(({ programs }) => programs.includes(program));
  const errorRow = found?.rows[number];
  return found === undefined || errorRow === undefined ? undefined : programErrorRow(found, number, errorRow);
}

/** Errors that Anchor's own code returns, in whatever program. Numbers from 6000 on are the program's. */
export function anchorErrorCode(number: number): ProgramErrorCode | undefined {
  return ANCHOR_BY_NUMBER.get(number);
}

/** All of them. */
export const PROGRAM_ERROR_CODES = rowsByCode([
  ...PROGRAMS.flatMap((program) =>
    program.rows.flatMap((row, i) => (row === undefined ? [] : [programErrorRow(program, i, row)])),
  ),
  ...ANCHOR_BY_NUMBER.values(),
]);
