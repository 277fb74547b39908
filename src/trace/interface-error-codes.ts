// Errors of the interfaces that Token-2022 and programs of others share: token metadata, token groups, transfer hooks, and
// the resolution of their extra accounts. Their numbers begin at hashes, so they mean the same whatever program returns them.
// Source: solana-program token-metadata interface/src/error.rs, token-group interface/src/error.rs, transfer-hook
// interface/src/error.rs, libraries tlv-account-resolution/src/error.rs.

import {
  type ErrorRow,
  type ErrorSource,
  type ProgramErrorCode,
  programErrorRow,
  rowsByCode,
} from './explanation-row.ts';

export interface InterfaceErrors extends ErrorSource {
  /** The number of the first row; the others follow. */
  readonly first: number;
  readonly rows: readonly ErrorRow[];
}

const MINT_AUTHORITY: readonly ErrorRow[] = [
  ['MintHasNoMintAuthority', 'The mint has no mint authority.', 'Do it before the mint authority is given up.'],
  ['IncorrectMintAuthority', 'The signer is not the mint authority.', 'Let the mint authority of the mint sign.'],
];
const UPDATE_AUTHORITY: ErrorRow = [
  'IncorrectUpdateAuthority',
  'The signer is not the update authority.',
  'Let the update authority sign.',
];

export const INTERFACES: readonly InterfaceErrors[] = [
  {
    name: 'Token metadata',
    prefix: 'TOKEN_METADATA',
    usual: 'Check the accounts and their order.',
    first: 901_952_957,
    rows: [
      ['IncorrectAccount', 'An account is not the one it should be.'],
      ...MINT_AUTHORITY,
      UPDATE_AUTHORITY,
      ['ImmutableMetadata', 'The metadata has no update authority: it never changes again.', 'Leave it as it is.'],
      ['KeyNotFound', 'The metadata has no such key.', 'Set it first (UpdateField), or remove it idempotently.'],
    ],
  },
  {
    name: 'Token groups',
    prefix: 'TOKEN_GROUP',
    usual: 'Check the accounts and their order.',
    first: 3_406_457_176,
    rows: [
      ['SizeExceedsNewMaxSize', 'The group has more members than the new maximum.', 'Set a larger maximum.'],
      ['SizeExceedsMaxSize', 'The group is full.', 'Raise its maximum first (UpdateGroupMaxSize).'],
      ['ImmutableGroup', 'The group has no update authority: it never changes again.', 'Make another group.'],
      MINT_AUTHORITY[1],
      UPDATE_AUTHORITY,
      ['MemberAccountIsGroupAccount', 'The member is the group itself.', 'Pass another mint as the member.'],
    ],
  },
  {
    name: 'Transfer hook',
    prefix: 'TRANSFER_HOOK',
    usual: 'Check the accounts of the transfer.',
    first: 2_110_272_652,
    rows: [
      [
        'IncorrectAccount',
        'The hook program or its account of extra accounts was not passed.',
        'Name both behind the accounts of the transfer (addExtraAccountMetasForExecute does it).',
      ],
      ...MINT_AUTHORITY,
      [
        'ProgramCalledOutsideOfTransfer',
        'The hook was called on its own: no transfer is in progress.',
        'Let Token-2022 call it, by a transfer.',
      ],
    ],
  },
  {
    name: 'Extra accounts',
    prefix: 'EXTRA_ACCOUNTS',
    usual: 'Check the seeds of the list.',
    first: 2_724_315_840,
    rows: [
      [
        'IncorrectAccount',
        'An account that the list of extra accounts names was not passed, or is another one.',
        'Name what the list names behind the accounts of the instruction, with the same flags.',
      ],
      ['NotEnoughAccounts', 'There are fewer accounts than the list names.', 'Pass all that the list names.'],
      ['TlvUninitialized', 'The list of extra accounts is empty.', 'Initialize the list first.'],
      [
        'TlvInitialized',
        'The list of extra accounts is initialized already.',
        'Update it in place of initializing it.',
      ],
      ['TooManyPubkeys', 'The list names too many accounts.', 'Name fewer accounts.'],
      ['InvalidPubkey', 'An address of the list could not be read.', 'Write the list anew.'],
      ['AccountTypeNotAccountMeta', 'The list derives the address, and a fixed one was wanted.', 'Resolve the list.'],
      ['SeedConfigsTooLarge', 'The seeds of an entry take more than 32 bytes.', 'Use shorter or fewer seeds.'],
      ['NotEnoughBytesForSeed', 'A seed of the list could not be written.'],
      ['InvalidBytesForSeed', 'A seed of the list could not be read.'],
      ['InvalidSeedConfig', 'A seed of the list is of no known kind.'],
      [
        'InstructionDataTooSmall',
        'A seed takes bytes past the end of the instruction’s data.',
        'Check the offset and the length of the seed.',
      ],
      ['AccountNotFound', 'A seed takes the address of an account that is not there.', 'Check the index of the seed.'],
      ['CalculationFailure', 'An index or a length of the list is too large.', 'Check the indexes of the list.'],
      [
        'AccountDataNotFound',
        'A seed takes data of an account that has none.',
        'Create that account first, or check the index of the seed.',
      ],
      [
        'AccountDataTooSmall',
        'A seed takes bytes past the end of an account’s data.',
        'Check the offset and the length of the seed.',
      ],
    ],
  },
];

const BY_NUMBER: ReadonlyMap<number, ProgramErrorCode> = new Map(
  INTERFACES.flatMap((each) =>
    each.rows.map((row, i) => [each.first + i, programErrorRow(each, each.first + i, row)] as const),
  ),
);

/** Undefined for a number of none of them. */
export function interfaceErrorCode(number: number): ProgramErrorCode | undefined {
  return BY_NUMBER.get(number);
}

export const INTERFACE_ERROR_CODES = rowsByCode(BY_NUMBER.values());
