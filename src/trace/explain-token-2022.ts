// What extensions of mints and token accounts say about why a call to Token-2022 failed: which account has the extension
// that refuses, and what it holds. One row for each error that an extension raises.
// Source: solana-program token-2022 program/src/processor.rs.

import { readU64 } from '../wire/bytes.ts';
import {
  accountExtensionsOf,
  feeOf,
  keyAt,
  lengthWith,
  readExtensions,
  readMint,
  readTokenAccount,
  readTransferFees,
  TOKEN_2022_PROGRAM,
} from './decoders/token-state.ts';
import type { FrameView } from './explain-view.ts';
import type { AccountState, FrameAccount } from './transaction-trace.ts';
import { numberText } from './value-text.ts';

/** A mint or a token account of the call, with its extensions. */
interface Extended {
  readonly address: string;
  readonly who: string;
  readonly state: AccountState;
  readonly extensions: ReadonlyMap<string, Uint8Array>;
}

/** What it looks at: the first token account, the one that receives, the mint of both. */
interface Sides {
  readonly view: FrameView;
  readonly first: Extended | undefined;
  readonly destination: Extended | undefined;
  readonly mint: Extended | undefined;
}

type Words = readonly [sentence: string, fix: string, about: Extended];
type Look = (sides: Sides) => Words | undefined | false;

const LOOKS: Readonly<Record<string, Look>> = {
  MintRequiredForTransfer({ mint, first, view }) {
    if (mint === undefined) {
      const token = first === undefined ? undefined : readTokenAccount(first.state);
      if (first === undefined || token === undefined) return undefined;
      return [
        `The mint of ${first.who}, ${view.show(token.mint)}, has extensions that a transfer must read (${[...first.extensions.keys()].join(', ')}), and Transfer does not name it.`,
        `Use TransferChecked with ${view.show(token.mint)}.`,
        first,
      ];
    }
    const names = [...mint.extensions.keys()];
    return [
      `${mint.who} has ${names.length === 0 ? 'extensions' : names.join(', ')}, so a transfer must name the mint, and Transfer does not.`,
      `Use TransferChecked with ${mint.who}.`,
      mint,
    ];
  },
  NonTransferable: ({ mint }) =>
    mint?.extensions.has('NonTransferable') && [
      `${mint.who} is non-transferable: its tokens can only be minted and burned.`,
      'Burn the tokens here and mint them there.',
      mint,
    ],
  NonTransferableNeedsImmutableOwnership: ({ mint, destination, first }) =>
    mint && [
      `${mint.who} is non-transferable, and ${(destination ?? first ?? mint).who} may change its owner.`,
      'Mint to an account with the extension ImmutableOwner, such as an associated token account.',
      destination ?? mint,
    ],
  NoMemo({ destination, view }) {
    if (destination?.extensions.get('MemoTransfer')?.[0] !== 1) return undefined;
    const before = view.trace.instructions[view.frame.path[0] - 1];
    const what =
      view.path.length > 1
        ? 'the program made none right before the transfer'
        : before === undefined
          ? 'the transfer is the first instruction'
          : `the instruction before it is for ${before.programName ?? view.show(before.programAddress!)}`;
    return [
      `${destination.who} requires a memo right before each transfer to it, and ${what}.`,
      'Put a Memo instruction right before the transfer, on the same level.',
      destination,
    ];
  },
  AccountFrozen({ mint, first, destination, view }) {
    const frozen = [first, destination].find((side) => side !== undefined && readTokenAccount(side.state)?.state === 2);
    if (frozen === undefined || mint?.extensions.get('DefaultAccountState')?.[0] !== 2) return undefined;
    const freezer = readMint(mint.state)?.freezeAuthority;
    return [
      `${frozen.who} is frozen: ${mint.who} freezes every new account (DefaultAccountState).`,
      `Let the freeze authority of ${mint.who}${freezer === undefined ? '' : `, ${view.show(freezer)},`} thaw ${frozen.who}.`,
      frozen,
    ];
  },
  MintPaused({ mint, view }) {
    const config = mint?.extensions.get('PausableConfig');
    if (mint === undefined || config?.[32] !== 1) return undefined;
    return [`${mint.who} is paused.`, `Let its pause authority ${view.show(keyAt(config, 0))} resume it.`, mint];
  },
  MintHasSupply({ mint }) {
    const supply = mint === undefined ? undefined : readMint(mint.state)?.supply;
    if (mint === undefined || supply === undefined || supply === 0n) return undefined;
    return [`${mint.who} still has a supply of ${numberText(supply)}.`, 'Burn all of it first.', mint];
  },
  AccountHasWithheldTransferFees({ first }) {
    const withheld = first?.extensions.get('TransferFeeAmount');
    if (first === undefined || withheld === undefined) return undefined;
    const amount = readU64(withheld, 0);
    if (amount === 0n) return undefined;
    return [
      `${first.who} holds ${numberText(amount)} of withheld transfer fees.`,
      'Harvest them first: HarvestWithheldTokensToMint needs nobody’s signature.',
      first,
    ];
  },
  FeeMismatch({ mint, view }) {
    const config = mint?.extensions.get('TransferFeeConfig');
    const { amount, fee } = view.frame.instruction?.args ?? {};
    if (mint === undefined || config === undefined || typeof amount !== 'bigint') return undefined;
    const [older, newer] = readTransferFees(config);
    const isOne = feeOf(older, amount) === feeOf(newer, amount);
    const words = (isOne ? [newer] : [older, newer]).map((each) => {
      const from = isOne ? '' : ` from epoch ${each.epoch} on`;
      return `${numberText(feeOf(each, amount))}${from} (${each.basisPoints} basis points, at most ${numberText(each.maximum)})`;
    });
    return [
      `${mint.who} takes ${words.join(', ')} of ${numberText(amount)}, and the instruction says ${typeof fee === 'bigint' ? numberText(fee) : 'otherwise'}.`,
      `Say a fee of ${isOne ? numberText(feeOf(newer, amount)) : 'what holds in this epoch'}.`,
      mint,
    ];
  },
  ImmutableOwner: ({ first }) =>
    first?.extensions.has('ImmutableOwner') && [
      `The owner of ${first.who} can never be changed (ImmutableOwner).`,
      'Transfer its tokens instead.',
      first,
    ],
};

const GUARDED = [
  ['CpiGuardTransferBlocked', 'transfer from', 'Approve a delegate outside of the call and let it be the authority'],
  ['CpiGuardBurnBlocked', 'burn from', 'Approve a delegate outside of the call and let it be the authority'],
  ['CpiGuardCloseAccountBlocked', 'close', 'Let the lamports go to the owner'],
  ['CpiGuardApproveBlocked', 'approve a delegate of', 'Approve it at top level'],
  ['CpiGuardSetAuthorityBlocked', 'set an authority of', 'Set it at top level'],
] as const;

/** What the extensions of the call's accounts say. */
export function lookAtExtensions(view: FrameView): void {
  if (view.frame.programAddress !== TOKEN_2022_PROGRAM) return;
  const { accounts } = view.frame;
  const extended = (account: { readonly address: string; readonly who: string } | undefined): Extended | undefined => {
    const state = account === undefined ? undefined : view.stateAt(account.address);
    if (account === undefined || state === undefined) return undefined;
    return { ...account, state, extensions: readExtensions(state) };
  };
  const named = (account: FrameAccount | undefined) =>
    account === undefined ? undefined : extended({ address: account.address, who: view.who(account) });
  const first = named(accounts[0]);
  const token = first === undefined ? undefined : readTokenAccount(first.state);
  const ofToken = token === undefined ? undefined : { address: token.mint, who: view.show(token.mint) };
  const mint = named(view.by('mint')) ?? (first && readMint(first.state) ? first : extended(ofToken));
  const sides: Sides = { view, first, destination: named(view.by('destination', 'token')), mint };
  for (const [error, look] of Object.entries(LOOKS)) {
    const words = look(sides);
    if (words) view.add('state', words[0], words[1], words[2], [error]);
  }
  if (first?.extensions.get('CpiGuard')?.[0] === 1) {
    for (const [error, what, fix] of GUARDED) {
      const sentence = `${first.who} has CPI Guard on: within a call between programs its owner can't ${what} it.`;
      view.add('state', sentence, `${fix}, or do it at top level.`, first, [error]);
    }
  }
  lookAtSpace(view, first, mint);
}

/** Accounts made too small for what their mint, or the instruction, gives them. */
function lookAtSpace(view: FrameView, first: Extended | undefined, mint: Extended | undefined): void {
  if (first === undefined || !view.instruction.startsWith('Initialize')) return;
  const { length } = first.state.data;
  const own = view.instruction.slice('Initialize'.length);
  let needed: number | undefined;
  let why = '';
  if (own.startsWith('Account') && mint !== undefined && mint !== first) {
    const extensions = accountExtensionsOf(mint.extensions.keys());
    if (extensions.length === 0) return;
    needed = lengthWith(extensions, false);
    why = `, since its mint has ${[...mint.extensions.keys()].join(', ')}`;
  } else if (!/^(Mint2?|Multisig2?)$/.test(own)) {
    needed = lengthWith([...new Set([...first.extensions.keys(), own])], true);
    why = ` with the extension ${own}`;
  }
  if (needed === undefined || length >= needed) return;
  view.add(
    'space',
    `${first.who} has ${numberText(length)} bytes, and needs ${numberText(needed)}${why}.`,
    `Create ${first.who} with ${numberText(needed)} bytes (getMintLen, getAccountLen), and the rent for them.`,
    first,
  );
}
