// Which extension an instruction of Token-2022 works on, and whose signature that extension wants: whether the account has
// it at all, and whether the right one signed.
// Source: solana-program token-2022 program/src/extension/*/processor.rs.

import {
  keyAt,
  lengthWith,
  readExtensions,
  readMint,
  readTokenAccount,
  TOKEN_2022_PROGRAM,
} from './decoders/token-state.ts';
import type { FrameView } from './explain-view.ts';
import type { AccountState, FrameAccount } from './transaction-trace.ts';
import { numberText } from './value-text.ts';

interface Need {
  readonly extension: string;
  /** Where its value has the authority; undefined where the owner of the account decides. */
  readonly authorityAt?: number;
  readonly authority?: string;
}

const of = (extension: string, authorityAt?: number, authority = 'authority'): Need =>
  authorityAt === undefined ? { extension } : { extension, authorityAt, authority };

/** By instruction; its account 0 has the extension. */
const NEEDS: Readonly<Record<string, Need>> = {
  SetTransferFee: of('TransferFeeConfig', 0, 'transfer fee authority'),
  WithdrawWithheldTokensFromMint: of('TransferFeeConfig', 32, 'withdraw withheld authority'),
  WithdrawWithheldTokensFromAccounts: of('TransferFeeConfig', 32, 'withdraw withheld authority'),
  HarvestWithheldTokensToMint: of('TransferFeeConfig'),
  TransferCheckedWithFee: of('TransferFeeAmount'),
  UpdateRateInterestBearingMint: of('InterestBearingConfig', 0, 'rate authority'),
  UpdateMultiplierScaledUiMint: of('ScaledUiAmountConfig', 0, 'multiplier authority'),
  Pause: of('PausableConfig', 0, 'pause authority'),
  Resume: of('PausableConfig', 0, 'pause authority'),
  UpdateMetadataPointer: of('MetadataPointer', 0, 'metadata pointer authority'),
  UpdateGroupPointer: of('GroupPointer', 0, 'group pointer authority'),
  UpdateGroupMemberPointer: of('GroupMemberPointer', 0, 'group member pointer authority'),
  UpdateTransferHook: of('TransferHook', 0, 'transfer hook authority'),
  UpdateDefaultAccountState: of('DefaultAccountState'),
  UpdateConfidentialTransferMint: of('ConfidentialTransferMint', 0, 'confidential transfer authority'),
  UpdateTokenMetadataField: of('TokenMetadata', 0, 'update authority'),
  RemoveTokenMetadataKey: of('TokenMetadata', 0, 'update authority'),
  UpdateTokenMetadataUpdateAuthority: of('TokenMetadata', 0, 'update authority'),
  UpdateTokenGroupMaxSize: of('TokenGroup', 0, 'update authority'),
  UpdateTokenGroupUpdateAuthority: of('TokenGroup', 0, 'update authority'),
  ApproveConfidentialTransferAccount: of('ConfidentialTransferAccount'),
  ConfidentialDeposit: of('ConfidentialTransferAccount'),
  ConfidentialWithdraw: of('ConfidentialTransferAccount'),
  ConfidentialTransfer: of('ConfidentialTransferAccount'),
  ApplyConfidentialPendingBalance: of('ConfidentialTransferAccount'),
};

/** Made by the instruction itself, where the account has room. */
const MADE_IN_PLACE: Readonly<Record<string, string>> = {
  EnableMemoTransfers: 'MemoTransfer',
  DisableMemoTransfers: 'MemoTransfer',
  EnableCpiGuard: 'CpiGuard',
  DisableCpiGuard: 'CpiGuard',
};

const AUTHORITY_ERRORS = [
  'OwnerMismatch',
  'NoAuthorityExists',
  'IncorrectUpdateAuthority',
  'ImmutableMetadata',
  'ImmutableGroup',
];
const ABSENCE_ERRORS = ['InvalidAccountData', 'ExtensionNotFound', 'InvalidState'];
const NOBODY = '11111111111111111111111111111111';

export function lookAtExtensionNeeds(view: FrameView): void {
  const [subject] = view.frame.accounts;
  const state = subject === undefined ? undefined : view.stateOf(subject);
  lookAtMintAuthority(view);
  if (view.frame.programAddress !== TOKEN_2022_PROGRAM || subject === undefined || state === undefined) return;
  lookAtInitialized(view, subject, state);
  const isMint = readMint(state)?.isInitialized === true;
  if (!isMint && (readTokenAccount(state)?.state ?? 0) === 0) return;
  const who = view.who(subject);
  const extensions = readExtensions(state);
  const need = view.instruction === 'CloseAccount' && isMint ? of('MintCloseAuthority') : NEEDS[view.instruction];
  if (need !== undefined && !extensions.has(need.extension)) {
    const fix = isMint
      ? `Extensions of a mint are initialized before the mint is: create another with ${need.extension}.`
      : need.extension === 'ConfidentialTransferAccount'
        ? `Configure ${who} first (Reallocate, ConfigureConfidentialTransferAccount).`
        : `Use an account that was made for its mint: it then has ${need.extension}.`;
    view.add(
      'state',
      `${who} has no extension ${need.extension}, which ${view.instruction} works on.`,
      fix,
      subject,
      ABSENCE_ERRORS,
    );
  }
  const value = need === undefined ? undefined : extensions.get(need.extension);
  if (value !== undefined && need?.authorityAt !== undefined) {
    const named = keyAt(value, need.authorityAt);
    sayAuthority(view, who, need.authority!, named === NOBODY ? undefined : named);
  }
  if (view.instruction === 'UpdateDefaultAccountState') {
    sayAuthority(view, who, 'freeze authority', readMint(state)?.freezeAuthority);
  }
  const made = MADE_IN_PLACE[view.instruction];
  if (made !== undefined && !extensions.has(made)) {
    const needed = lengthWith([...extensions.keys(), made], false);
    if (needed === undefined || state.data.length >= needed) return;
    view.add(
      'space',
      `${who} has ${numberText(state.data.length)} bytes, and needs ${numberText(needed)} with the extension ${made}.`,
      `Make room first: Reallocate with ${made}.`,
      subject,
    );
  }
}

/** What is initialized twice, in the wrong order, or with space for what is not there. */
function lookAtInitialized(view: FrameView, subject: FrameAccount, state: AccountState): void {
  if (!view.instruction.startsWith('Initialize')) return;
  const who = view.who(subject);
  const extensions = readExtensions(state);
  const own = view.instruction.slice('Initialize'.length);
  if (extensions.has(own)) {
    const fix = 'Leave it as it is, or change it by its update instruction.';
    view.add('initialized', `${who} has ${own} already.`, fix, subject, ['ExtensionAlreadyInitialized']);
  }
  if (own === 'TokenMetadata' && !extensions.has('MetadataPointer')) {
    view.add(
      'state',
      `${who} has no extension MetadataPointer, which metadata in the mint needs.`,
      'Initialize MetadataPointer before the mint is.',
      subject,
      ['InvalidExtensionCombination'],
    );
  }
  const names = [...extensions.keys()];
  const needed = lengthWith(names, true);
  if (!/^Mint2?$/.test(own) || needed === undefined || state.data.length <= needed) return;
  view.add(
    'space',
    `${who} has ${numberText(state.data.length)} bytes; a mint with ${names.length === 0 ? 'no extension' : `the extensions it has, ${names.join(', ')},`} takes ${numberText(needed)}.`,
    'Initialize the extensions that the space is for before the mint, or create it with less.',
    subject,
    ['InvalidAccountData'],
  );
}

/** Of instructions that begin what a mint carries: metadata, a group. */
function lookAtMintAuthority(view: FrameView): void {
  const [mint, authority] = [view.by('mint'), view.by('mintAuthority')];
  const state = mint === undefined ? undefined : view.stateOf(mint);
  const named = state === undefined ? undefined : readMint(state);
  if (mint === undefined || authority === undefined || named === undefined) return;
  if (!/^InitializeToken/.test(view.instruction) || named.authority === authority.address) return;
  view.add(
    'state',
    named.authority === undefined
      ? `${view.who(mint)} has no mint authority.`
      : `The mint authority of ${view.who(mint)} is ${view.show(named.authority)}, and the instruction names ${view.show(authority.address)}.`,
    named.authority === undefined ? '' : `Let ${view.show(named.authority)} be the \`mintAuthority\` and sign.`,
    authority,
    ['IncorrectMintAuthority', 'MintHasNoMintAuthority'],
  );
}

function sayAuthority(view: FrameView, who: string, what: string, named: string | undefined): void {
  const authority = view.frame.accounts.slice(1).find(({ role }) => /authority$/i.test(role ?? ''));
  if (authority === undefined || authority.address === named) return;
  view.add(
    'state',
    named === undefined
      ? `${who} has no ${what}: it never changes again.`
      : `The ${what} of ${who} is ${view.show(named)}, and the instruction names ${view.show(authority.address)}.`,
    named === undefined ? '' : `Let ${view.show(named)} be the \`${authority.role}\` and sign.`,
    authority,
    AUTHORITY_ERRORS,
  );
}
