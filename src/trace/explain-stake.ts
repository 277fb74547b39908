// What a stake account says about why a call to Stake failed: who may do what with it, its lockup, what of it is staked.
// Source: solana-program stake interface/src/state.rs, StakeStateV2; program/src/processor.rs.

import { readU32, readU64, U64_MAX } from '../wire/bytes.ts';
import { keyAt } from './decoders/token-state.ts';
import { type FrameView, isGone } from './explain-view.ts';
import { lamportsText } from './failure-lamports.ts';
import type { FrameAccount } from './transaction-trace.ts';
import { numberText } from './value-text.ts';

export const STAKE_PROGRAM = 'Stake11111111111111111111111111111111111111';
const VOTE_PROGRAM = 'Vote111111111111111111111111111111111111111';
const NEVER = U64_MAX;
const STAKE_LEN = 200;

export interface StakeState {
  readonly kind: 'Uninitialized' | 'Initialized' | 'Stake';
  readonly reserve: bigint;
  readonly staker: string;
  readonly withdrawer: string;
  readonly lockup: { readonly unixTimestamp: bigint; readonly epoch: bigint; readonly custodian: string };
  readonly delegation:
    | {
        readonly voter: string;
        readonly stake: bigint;
        readonly activationEpoch: bigint;
        /** Undefined where it is not deactivated. */
        readonly deactivationEpoch: bigint | undefined;
      }
    | undefined;
}

export function readStake({
  owner,
  data,
}: {
  readonly owner: string;
  readonly data: Uint8Array;
}): StakeState | undefined {
  if (owner !== STAKE_PROGRAM || data.length < STAKE_LEN) return undefined;
  const kind = (['Uninitialized', 'Initialized', 'Stake'] as const)[readU32(data, 0)];
  if (kind === undefined) return undefined;
  const end = readU64(data, 172);
  return {
    kind,
    reserve: readU64(data, 4),
    staker: keyAt(data, 12),
    withdrawer: keyAt(data, 44),
    lockup: {
      unixTimestamp: BigInt.asIntN(64, readU64(data, 76)),
      epoch: readU64(data, 84),
      custodian: keyAt(data, 92),
    },
    delegation:
      kind !== 'Stake'
        ? undefined
        : {
            voter: keyAt(data, 124),
            stake: readU64(data, 156),
            activationEpoch: readU64(data, 164),
            deactivationEpoch: end === NEVER ? undefined : end,
          },
  };
}

/** Whose signature each instruction wants. */
const AUTHORITY_OF: Readonly<Record<string, 'staker' | 'withdrawer'>> = {
  DelegateStake: 'staker',
  Split: 'staker',
  Deactivate: 'staker',
  Merge: 'staker',
  MoveStake: 'staker',
  MoveLamports: 'staker',
  Withdraw: 'withdrawer',
};

export function lookAtStake(view: FrameView): void {
  if (view.frame.programAddress !== STAKE_PROGRAM) return;
  const [account] = view.frame.accounts;
  const state = account === undefined ? undefined : view.stateOf(account);
  if (account === undefined || state === undefined) return;
  const who = view.who(account);
  lookAtOwners(view);
  const isNew = view.instruction.startsWith('Initialize') && state.owner === STAKE_PROGRAM;
  if (isNew && state.data.length !== STAKE_LEN) {
    view.add(
      'space',
      `${who} has ${numberText(state.data.length)} bytes, and a stake account takes ${STAKE_LEN}.`,
      `Create ${view.show(account.address)} with ${STAKE_LEN} bytes, and the rent for them.`,
      account,
      ['InvalidAccountData'],
    );
  }
  const stake = readStake(state);
  if (stake === undefined) return;
  lookAtAuthority(view, account, stake);
  lookAtStakeKinds(view, account, stake);
  lookAtMerge(view, who, stake);
  const { delegation, lockup, reserve } = stake;
  const until = [
    ...(lockup.epoch > 0n ? [`epoch ${lockup.epoch}`] : []),
    ...(lockup.unixTimestamp > 0n ? [`the time ${lockup.unixTimestamp}`] : []),
  ].join(' and ');
  if (until !== '')
    view.add(
      'state',
      `${who} is locked until ${until}; its custodian is ${view.show(lockup.custodian)}.`,
      `Wait until ${until}, or name the custodian ${view.show(lockup.custodian)} behind the other accounts and let it sign.`,
      account,
      ['LockupInForce', 'CustodianMissing', 'CustodianSignatureMissing'],
    );
  const amount = view.frame.instruction?.args['args'] ?? view.frame.instruction?.args['lamports'];
  const bound = reserve + (delegation?.stake ?? 0n);
  // What was there before an earlier instruction took it would have been enough.
  if (view.isPast && typeof amount === 'bigint' && amount + bound <= state.lamports) return;
  if (delegation !== undefined) {
    const { stake: staked, deactivationEpoch } = delegation;
    const since =
      deactivationEpoch === undefined
        ? 'and not deactivated'
        : `and deactivated as of epoch ${deactivationEpoch}, which must be over`;
    view.add(
      'funds',
      `${who} holds ${numberText(state.lamports)} lamports, of which ${numberText(staked)} are staked with ${view.show(delegation.voter)} ${since}${amountOf(view)}.`,
      deactivationEpoch === undefined && view.instruction === 'Withdraw'
        ? 'Deactivate the stake first, and withdraw in a later epoch.'
        : `Take at most what is free: ${numberText(reserve)} lamports stay as its reserve.`,
      account,
    );
    if (deactivationEpoch !== undefined)
      view.add(
        'state',
        `${who} was deactivated as of epoch ${deactivationEpoch}.`,
        'There is nothing to deactivate; withdraw when that epoch is over.',
        account,
        ['AlreadyDeactivated'],
      );
  } else {
    const free = state.lamports > reserve ? state.lamports - reserve : 0n;
    view.add(
      'state',
      `${who} holds ${numberText(state.lamports)} lamports, of which ${numberText(reserve)} are its rent-exempt reserve: ${numberText(free)} can be staked, below the minimum delegation.`,
      'Put at least the minimum delegation on top of the reserve (GetMinimumDelegation: 1 lamport or 1 SOL, by the features of the cluster).',
      account,
      ['InsufficientDelegation'],
    );
    view.add(
      'funds',
      `${who} holds ${numberText(state.lamports)} lamports${stake.kind === 'Uninitialized' ? '' : `, of which ${numberText(reserve)} are its rent-exempt reserve`}${amountOf(view)}.`,
      `Fund ${who} with the rent-exempt minimum of its ${numberText(state.data.length)} bytes and what is to be staked.`,
      account,
    );
  }
}

/** What kind of stake account each instruction wants: empty, initialized, delegated. */
function lookAtStakeKinds(view: FrameView, account: FrameAccount, { kind, delegation }: StakeState): void {
  const who = view.who(account);
  const other = view.frame.accounts[1];
  const say = (sentence: string, fix: string, about: FrameAccount, errors: readonly string[]) =>
    view.add(fix.startsWith('Use ') ? 'initialized' : 'state', sentence, fix, about, errors);
  const isFirst = /^(Initialize|InitializeChecked)$/.test(view.instruction);
  if (isFirst && kind !== 'Uninitialized') {
    say(`${who} is initialized already.`, 'Use it as it is, or another account.', account, ['InvalidAccountData']);
  } else if (!isFirst && kind === 'Uninitialized' && view.instruction !== 'Withdraw') {
    say(`${who} is not initialized.`, `Initialize ${who} first.`, account, ['InvalidAccountData']);
  } else if (view.instruction === 'Deactivate' && delegation === undefined) {
    say(`${who} is not delegated, so there is nothing to deactivate.`, 'Withdraw from it right away.', account, [
      'InvalidAccountData',
    ]);
  }
  if (other !== undefined && /^(Merge|Move)/.test(view.instruction) && other.address === account.address) {
    say(`${who} and ${view.who(other)} are one account.`, 'Pass two stake accounts.', other, ['InvalidArgument']);
  }
  if (view.instruction === 'Split' && other !== undefined) lookAtSplit(view, other);
}

/** The rent-exempt minimum of a stake account. */
const STAKE_RENT = 2_282_880n;

function lookAtSplit(view: FrameView, target: FrameAccount): void {
  const state = view.stateOf(target);
  const split = state === undefined ? undefined : readStake(state);
  if (state === undefined || split === undefined) return;
  if (split.kind !== 'Uninitialized') {
    const fix = 'Use an account that was created for the split, and not initialized.';
    view.add('initialized', `${view.who(target)} is initialized already.`, fix, target, ['InvalidAccountData']);
  }
  const [source] = view.frame.accounts;
  const amount = view.frame.instruction?.args['args'];
  const held = view.stateOf(source)?.lamports ?? 0n;
  if (typeof amount !== 'bigint' || amount > held || state.lamports + amount >= STAKE_RENT) return;
  view.add(
    'state',
    `${view.who(target)} would have ${lamportsText(state.lamports + amount)}, and a stake account must hold its rent, ${numberText(STAKE_RENT)}.`,
    `Create ${view.show(target.address)} with ${lamportsText(STAKE_RENT)}, or split more into it.`,
    target,
    ['InsufficientFunds'],
  );
}

function amountOf(view: FrameView): string {
  const amount = view.frame.instruction?.args['args'] ?? view.frame.instruction?.args['lamports'];
  return typeof amount === 'bigint' ? `; ${numberText(amount)} are asked for` : '';
}

function lookAtMerge(view: FrameView, who: string, stake: StakeState): void {
  const other = view.frame.accounts[1];
  const state = other === undefined ? undefined : view.stateOf(other);
  const source = state === undefined ? undefined : readStake(state);
  if (view.instruction !== 'Merge' || source === undefined) return;
  const differences = [
    ...(['staker', 'withdrawer'] as const).flatMap((kind) =>
      stake[kind] === source[kind] ? [] : [`the ${kind} (${view.show(stake[kind])}, ${view.show(source[kind])})`],
    ),
    ...(JSON.stringify(words(stake.lockup)) === JSON.stringify(words(source.lockup)) ? [] : ['the lockup']),
    ...(stake.delegation?.voter === source.delegation?.voter
      ? []
      : [
          `the vote account (${[stake, source].map((s) => (s.delegation ? view.show(s.delegation.voter) : 'none')).join(', ')})`,
        ]),
  ];
  if (differences.length === 0) return;
  view.add(
    'state',
    `${who} and ${view.who(other)} differ in ${differences.join(', ')}: only like stakes merge.`,
    'Bring both to the same authorities, lockup and vote account first (Authorize, SetLockup, DelegateStake).',
    other,
    ['MergeMismatch'],
  );
}

const words = ({ unixTimestamp, epoch, custodian }: StakeState['lockup']): string[] => [
  `${unixTimestamp}`,
  `${epoch}`,
  custodian,
];

/** Accounts that should be Stake's or Vote's and are not. */
function lookAtOwners(view: FrameView): void {
  for (const account of view.frame.accounts) {
    const wanted = /^(vote|referenceVote)/.test(account.role ?? '')
      ? VOTE_PROGRAM
      : /[sS]take(Account)?$|^(source|destination)Stake/.test(account.role ?? '')
        ? STAKE_PROGRAM
        : undefined;
    const state = wanted === undefined ? undefined : view.stateOf(account);
    if (wanted === undefined) continue;
    const kind = wanted === VOTE_PROGRAM ? 'a vote account' : 'a stake account';
    if (isGone(state)) {
      const how = wanted === STAKE_PROGRAM ? ` with ${STAKE_LEN} bytes and Stake as its owner` : '';
      const fix = `Create ${view.who(account)}${how} first, or pass ${kind} that exists.`;
      view.add('missing', `${view.who(account)} does not exist, so it is not ${kind}.`, fix, account);
      continue;
    }
    if (state.owner === wanted) continue;
    view.add(
      'wrongProgram',
      `${view.who(account)} is owned by ${view.show(state.owner)}, so it is not ${kind}.`,
      wanted === VOTE_PROGRAM
        ? `Pass ${kind}: the vote account of a validator, not its identity.`
        : `Create ${view.who(account)} with ${STAKE_LEN} bytes and Stake as its owner first.`,
      account,
    );
  }
}

function lookAtAuthority(view: FrameView, account: FrameAccount, stake: StakeState): void {
  const kind = AUTHORITY_OF[view.instruction] ?? authorityToChange(view);
  if (stake.kind === 'Uninitialized') return;
  if (view.instruction.startsWith('SetLockup')) lookAtLockup(view, stake);
  if (kind === undefined) return;
  const needed = stake[kind];
  if (view.frame.accounts.some(({ address, isSigner }) => address === needed && isSigner)) return;
  view.add(
    'signature',
    `${view.instruction} needs the ${kind} of ${view.who(account)}, ${view.show(needed)}, which did not sign.`,
    `Let ${view.show(needed)} be the authority and sign.`,
    { address: needed },
  );
}

/** Authorize says which it changes, and wants the signature of that one; the withdrawer may change the staker, too. */
function authorityToChange(view: FrameView): 'staker' | 'withdrawer' | undefined {
  if (!view.instruction.startsWith('Authorize')) return undefined;
  const { arg1, stakeAuthorize = arg1 } = view.frame.instruction?.args ?? {};
  if (stakeAuthorize === 1 || stakeAuthorize === 'Withdrawer') return 'withdrawer';
  return stakeAuthorize === 0 || stakeAuthorize === 'Staker' ? 'staker' : undefined;
}

/** A lockup in force is its custodian's to change, one that is over or never was the withdrawer's. */
function lookAtLockup(view: FrameView, { lockup, withdrawer }: StakeState): void {
  const isSet = lockup.epoch > 0n || lockup.unixTimestamp > 0n;
  const needed = isSet ? lockup.custodian : withdrawer;
  if (view.frame.accounts.some(({ address, isSigner }) => address === needed && isSigner)) return;
  view.add(
    'signature',
    isSet
      ? `As long as the lockup is in force, ${view.instruction} needs its custodian, ${view.show(needed)}, which did not sign.`
      : `${view.instruction} needs the withdrawer, ${view.show(needed)}, which did not sign.`,
    `Let ${view.show(needed)} be the authority and sign.`,
    { address: needed },
  );
}
