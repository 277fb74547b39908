// Rules of Token and Token-2022 that no field of an account shows as broken: sizes and rent of new accounts, kinds of
// authorities, wrapped SOL, an account closed into itself. Each is a finding for the error that it ends in.
// Source: solana-program token program/src/processor.rs; token-2022 program/src/processor.rs.

import { readU64 } from '../wire/bytes.ts';
import {
  accountExtensionsOf,
  MINT_LEN,
  MULTISIG_LEN,
  readExtensions,
  readMint,
  readTokenAccount,
  TOKEN_ACCOUNT_LEN,
  TOKEN_PROGRAM,
} from './decoders/token-state.ts';
import { type FrameView, isGone } from './explain-view.ts';
import { lamportsText } from './failure-lamports.ts';
import type { AccountState, FrameAccount } from './transaction-trace.ts';
import { numberText } from './value-text.ts';

const RESERVE_OFFSET = 113;
/** Lamports for each byte of an account and 128 more, as every cluster has it. */
const RENT_PER_BYTE = 6960n;
const ACCOUNT_OVERHEAD = 128;

export function lookAtTokenRules(view: FrameView): void {
  const [subject] = view.frame.accounts;
  const state = subject === undefined ? undefined : view.stateOf(subject);
  if (subject === undefined || isGone(state)) return;
  if (view.instruction.startsWith('Initialize')) lookAtSize(view, subject, state);
  lookAtAuthorityType(view, subject, state);
  lookAtWrapped(view, subject, state);
  lookAtMissingExtensions(view);
  const destination = view.by('destination');
  if (view.instruction === 'CloseAccount' && destination?.address === subject.address) {
    view.add(
      'state',
      `${view.who(subject)} is to be closed into itself.`,
      'Pass another account as `destination`, such as the owner’s wallet.',
      destination,
      ['InvalidAccountData'],
    );
  }
}

/** What a new mint, token account or multisig takes, and what it must hold. */
function lookAtSize(view: FrameView, subject: FrameAccount, state: AccountState): void {
  const kind = /^InitializeMint2?$/.test(view.instruction)
    ? ({ name: 'a mint', length: MINT_LEN } as const)
    : /^InitializeAccount[23]?$/.test(view.instruction)
      ? ({ name: 'a token account', length: TOKEN_ACCOUNT_LEN } as const)
      : /^InitializeMultisig2?$/.test(view.instruction)
        ? ({ name: 'a multisig', length: MULTISIG_LEN } as const)
        : undefined;
  if (kind === undefined) return;
  const who = view.who(subject);
  const { length } = state.data;
  if (view.frame.programAddress === TOKEN_PROGRAM ? length !== kind.length : length < kind.length) {
    view.add(
      'space',
      `${who} has ${numberText(length)} bytes, and ${kind.name} takes ${numberText(kind.length)}.`,
      `Create ${view.show(subject.address)} with ${numberText(kind.length)} bytes, and the rent for them.`,
      subject,
      ['InvalidAccountData'],
    );
  }
  const minimum = BigInt(ACCOUNT_OVERHEAD + length) * RENT_PER_BYTE;
  if (state.lamports >= minimum) return;
  view.add(
    'state',
    `${who} has ${lamportsText(state.lamports)}; with ${numberText(length)} bytes it needs ${numberText(minimum)} to be exempt from rent.`,
    `Create ${view.show(subject.address)} with ${lamportsText(minimum)} (getMinimumBalanceForRentExemption).`,
    subject,
    ['NotRentExempt'],
  );
}

const OF_ACCOUNTS = ['AccountOwner', 'CloseAccount'];

function lookAtAuthorityType(view: FrameView, subject: FrameAccount, state: AccountState): void {
  const type = view.frame.instruction?.args['authorityType'];
  if (view.instruction !== 'SetAuthority' || typeof type !== 'string') return;
  const isMint = readMint(state) !== undefined;
  if (!isMint && readTokenAccount(state) === undefined) return;
  if (isMint !== OF_ACCOUNTS.includes(type)) return;
  view.add(
    'state',
    `${view.who(subject)} is ${isMint ? 'a mint' : 'a token account'}, and ${type} is an authority of ${isMint ? 'token accounts' : 'mints'}.`,
    isMint ? 'Mints have MintTokens and FreezeAccount.' : 'Token accounts have AccountOwner and CloseAccount.',
    subject,
    ['AuthorityTypeNotSupported'],
  );
}

function lookAtWrapped(view: FrameView, subject: FrameAccount, state: AccountState): void {
  const token = readTokenAccount(state);
  const amount = view.frame.instruction?.args['amount'];
  if (token?.isNative && typeof amount === 'bigint' && /^Transfer/.test(view.instruction)) {
    const above = state.lamports - readU64(state.data, RESERVE_OFFSET);
    if (above > token.amount && amount > token.amount) {
      view.add(
        'state',
        `${view.who(subject)} holds ${numberText(token.amount)} of wrapped SOL, and ${numberText(amount)} are asked for; ${lamportsText(above - token.amount)} were sent to it and are not counted yet.`,
        `Put SyncNative for ${view.show(subject.address)} between the transfer of lamports and this one.`,
        subject,
        ['InsufficientFunds'],
      );
    }
  }
  if (view.instruction === 'SyncNative' && token !== undefined && !token.isNative) {
    view.add(
      'state',
      `${view.who(subject)} holds tokens of ${view.show(token.mint)}, and only accounts of wrapped SOL have lamports to sync.`,
      `Pass the token account of the native mint in place of ${view.show(subject.address)}, or leave SyncNative out.`,
      subject,
      ['NonNativeNotSupported'],
    );
  }
  const isMinted = view.instruction.startsWith('MintTo');
  if (isMinted || view.instruction.startsWith('Burn')) {
    const [held] = view.frame.accounts.flatMap((account) => {
      const each = view.stateOf(account);
      return each !== undefined && readTokenAccount(each)?.isNative ? [account] : [];
    });
    if (held === undefined) return;
    view.add(
      'state',
      `${view.who(held)} holds wrapped SOL, which is never ${isMinted ? 'minted' : 'burned'}.`,
      isMinted ? 'Transfer lamports to it, and SyncNative.' : 'Close the account to unwrap.',
      held,
      ['NativeNotSupported'],
    );
  }
}

/** Accounts that were not made the way their mint wants it: written by hand in a test, mostly. */
function lookAtMissingExtensions(view: FrameView): void {
  for (const account of view.frame.accounts) {
    const state = view.stateOf(account);
    const token = state === undefined ? undefined : readTokenAccount(state);
    const mint = token === undefined ? undefined : view.stateAt(token.mint);
    if (state === undefined || mint === undefined || !/^(Transfer|MintTo)/.test(view.instruction)) continue;
    const own = readExtensions(state);
    const [missing] = accountExtensionsOf(readExtensions(mint).keys()).filter((name) => !own.has(name));
    if (missing === undefined) continue;
    view.add(
      'state',
      `${view.who(account)} lacks the extension ${missing}, which every account of its mint has.`,
      `Make ${view.show(account.address)} with InitializeAccount or Associated Token, after its mint: they add ${missing}.`,
      account,
      ['InvalidState', 'InvalidAccountData', 'ExtensionNotFound'],
    );
  }
}
