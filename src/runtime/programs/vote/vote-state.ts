// What a vote account holds: who votes and who withdraws, the tower of votes that still lock out, credits by epoch.
// Older versions are read and turned into the newest (V4), in which everything is written back (SIMD-0185). Writing
// covers the first bytes of the account; what lies behind stays as it was.
// Source: solana-sdk vote-interface/src/{authorized_voters.rs, state/}; agave programs/vote/src/vote_state/handler.rs.

import { writeU16, writeU32, writeU64 } from '../../../wire/bytes.ts';
import { PUBKEY_BYTES, type Pubkey } from '../../../wire/pubkey.ts';
import type { BorrowedAccount } from '../../borrowed-account.ts';
import { fail, InstructionFailure } from '../../errors.ts';
import { isRentExempt } from '../../rent.ts';
import type { Rent } from '../../sysvars/layouts.ts';
import { InstructionReader } from '../instruction-reader.ts';

const SOURCE = 'agave programs/vote/src/vote_state/handler.rs';

/** Bytes of a vote account. */
export const VOTE_STATE_SIZE = 3762;
export const MAX_LOCKOUT_HISTORY = 31;
const MAX_EPOCH_CREDITS_HISTORY = 64;
const VOTE_CREDITS_GRACE_SLOTS = 2;
const VOTE_CREDITS_MAXIMUM_PER_SLOT = 16;
export const BLS_PUBLIC_KEY_COMPRESSED_SIZE = 48;

const V1_14_11 = 1;
const V3 = 2;
const V4 = 3;
/** Versions before V4 remember 32 voters, with their epochs, a position and a flag. */
const PRIOR_VOTERS_LEN = 32 * (PUBKEY_BYTES + 16);
/** Basis points: everything. */
const DEFAULT_BLOCK_REVENUE_COMMISSION_BPS = 10_000;

export interface Lockout {
  readonly slot: bigint;
  /** Each confirmation doubles the slots for which the vote locks out others. */
  confirmationCount: number;
}

export interface LandedVote extends Lockout {
  /** Slots from the one voted on to the one the vote landed in, at most 255; 0 where it wasn't recorded. */
  latency: number;
}

export interface EpochCredits {
  epoch: bigint;
  credits: bigint;
  readonly previousCredits: bigint;
}

export interface BlockTimestamp {
  readonly slot: bigint;
  /** Seconds. */
  readonly timestamp: bigint;
}

export interface VoteState {
  nodePubkey: Pubkey;
  authorizedWithdrawer: Pubkey;
  inflationRewardsCollector: Pubkey;
  blockRevenueCollector: Pubkey;
  inflationRewardsCommissionBps: number;
  blockRevenueCommissionBps: number;
  /** Lamports. */
  pendingDelegatorRewards: bigint;
  /** Compressed. */
  blsPubkey: Uint8Array | undefined;
  /** Oldest first. */
  votes: LandedVote[];
  rootSlot: bigint | undefined;
  /** From which epoch on who votes; by epoch, never empty. */
  authorizedVoters: { epoch: bigint; voter: Pubkey }[];
  /** Oldest first. */
  epochCredits: EpochCredits[];
  lastTimestamp: BlockTimestamp;
}

/** A new account's state. */
export function newVoteState(
  fields: Pick<
    VoteState,
    'nodePubkey' | 'authorizedWithdrawer' | 'inflationRewardsCollector' | 'blockRevenueCollector'
  > &
    Partial<VoteState>,
  epoch: bigint,
  voter: Pubkey,
): VoteState {
  return {
    inflationRewardsCommissionBps: 0,
    blockRevenueCommissionBps: DEFAULT_BLOCK_REVENUE_COMMISSION_BPS,
    pendingDelegatorRewards: 0n,
    blsPubkey: undefined,
    votes: [],
    rootSlot: undefined,
    authorizedVoters: [{ epoch, voter }],
    epochCredits: [],
    lastTimestamp: { slot: 0n, timestamp: 0n },
    ...fields,
  };
}

/**
 * The account's state, whatever its version. Fails with `InvalidAccountData`, or `UninitializedAccount` where nobody may
 * vote. Source: agave programs/vote/src/vote_state/mod.rs, get_vote_state_handler_checked.
 */
export function readVoteState(account: BorrowedAccount): VoteState {
  const state = decodeVoteState(account.data, account.key);
  if (state.isUninitialized) {
    fail('UninitializedAccount', { rule: 'get_vote_state_handler_checked', source: SOURCE, account: account.key });
  }
  return state;
}

/** Whether the account may be initialized; `InvalidAccountData` where its content is no version of a vote state. */
export function isUninitializedVoteAccount(account: BorrowedAccount): boolean {
  const { data } = account;
  return (
    new InstructionReader(data, 'InvalidAccountData').u32() === 0 || decodeVoteState(data, account.key).isUninitialized
  );
}

/** Whether the account holds a state of the newest version. */
export function isVoteStateV4(account: BorrowedAccount): boolean {
  return new InstructionReader(account.data, 'InvalidAccountData').u32() === V4;
}

/** V4 of that content, by whichever account it is of. */
function decodeVoteState(data: Uint8Array, voteKey: Pubkey): VoteState & { readonly isUninitialized: boolean } {
  const reader = new InstructionReader(data, 'InvalidAccountData');
  const version = reader.u32();
  if (version !== V1_14_11 && version !== V3 && version !== V4) reader.refuse(`vote state version ${version}`);
  const nodePubkey = reader.pubkey();
  const authorizedWithdrawer = reader.pubkey();
  const newerFields =
    version === V4
      ? {
          inflationRewardsCollector: reader.pubkey(),
          blockRevenueCollector: reader.pubkey(),
          inflationRewardsCommissionBps: reader.u16(),
          blockRevenueCommissionBps: reader.u16(),
          pendingDelegatorRewards: reader.u64(),
          blsPubkey: reader.option(() => reader.fixed(BLS_PUBLIC_KEY_COMPRESSED_SIZE)),
        }
      : {
          inflationRewardsCollector: voteKey,
          blockRevenueCollector: nodePubkey,
          inflationRewardsCommissionBps: reader.u8() * 100,
          blockRevenueCommissionBps: DEFAULT_BLOCK_REVENUE_COMMISSION_BPS,
          pendingDelegatorRewards: 0n,
          blsPubkey: undefined,
        };
  const votes = reader.list(() => {
    const latency = version === V1_14_11 ? 0 : reader.u8();
    return { latency, slot: reader.u64(), confirmationCount: reader.u32() };
  });
  const rootSlot = reader.option(() => reader.u64());
  const authorizedVoters: VoteState['authorizedVoters'] = [];
  for (const { epoch, voter } of reader.list(() => ({ epoch: reader.u64(), voter: reader.pubkey() }))) {
    insertVoter(authorizedVoters, epoch, voter);
  }
  if (version !== V4) {
    reader.skip(PRIOR_VOTERS_LEN + 8);
    const isEmpty = reader.u8();
    if (isEmpty > 1) reader.refuse(`a flag is ${isEmpty}`);
  }
  return {
    nodePubkey,
    authorizedWithdrawer,
    ...newerFields,
    votes,
    rootSlot,
    authorizedVoters,
    epochCredits: reader.list(() => ({ epoch: reader.u64(), credits: reader.u64(), previousCredits: reader.u64() })),
    lastTimestamp: { slot: reader.u64(), timestamp: reader.i64() },
    // V4 is never uninitialized, even where nobody may vote.
    isUninitialized: version !== V4 && authorizedVoters.length === 0,
  };
}

/** Writes the state, growing an account of an older version where it can afford it. */
export function writeVoteState(account: BorrowedAccount, state: VoteState, rent: Rent): void {
  if (account.data.length < VOTE_STATE_SIZE && !tryGrow(account, rent)) {
    fail('AccountNotRentExempt', {
      rule: 'set_vote_account_state',
      source: SOURCE,
      account: account.key,
      limit: VOTE_STATE_SIZE,
      actual: account.data.length,
    });
  }
  const data = account.dataMut();
  const encoded = encodeVoteState(state);
  if (encoded.length > data.length) {
    fail('AccountDataTooSmall', {
      rule: 'set_state',
      source: SOURCE,
      account: account.key,
      limit: data.length,
      actual: encoded.length,
    });
  }
  data.set(encoded);
}

function tryGrow(account: BorrowedAccount, rent: Rent): boolean {
  if (!isRentExempt(rent, account.lamports, VOTE_STATE_SIZE)) return false;
  try {
    account.setDataLength(VOTE_STATE_SIZE);
    return true;
  } catch (failure) {
    if (failure instanceof InstructionFailure) return false;
    throw failure;
  }
}

function encodeVoteState(state: VoteState): Uint8Array {
  const { blsPubkey, votes, rootSlot, authorizedVoters, epochCredits, lastTimestamp } = state;
  const optionLen = (value: unknown, len: number): number => (value === undefined ? 1 : 1 + len);
  const len =
    4 +
    4 * PUBKEY_BYTES +
    2 +
    2 +
    8 +
    optionLen(blsPubkey, BLS_PUBLIC_KEY_COMPRESSED_SIZE) +
    8 +
    votes.length * 13 +
    optionLen(rootSlot, 8) +
    8 +
    authorizedVoters.length * (8 + PUBKEY_BYTES) +
    8 +
    epochCredits.length * 24 +
    16;
  const out = new Uint8Array(len);
  let at = 0;
  const key = (value: Pubkey): void => {
    out.set(value.bytes, at);
    at += PUBKEY_BYTES;
  };
  const u64 = (value: bigint | number): void => {
    writeU64(out, at, BigInt(value));
    at += 8;
  };
  writeU32(out, at, V4);
  at += 4;
  key(state.nodePubkey);
  key(state.authorizedWithdrawer);
  key(state.inflationRewardsCollector);
  key(state.blockRevenueCollector);
  writeU16(out, at, state.inflationRewardsCommissionBps);
  writeU16(out, at + 2, state.blockRevenueCommissionBps);
  at += 4;
  u64(state.pendingDelegatorRewards);
  out[at++] = blsPubkey === undefined ? 0 : 1;
  if (blsPubkey !== undefined) {
    out.set(blsPubkey, at);
    at += blsPubkey.length;
  }
  u64(votes.length);
  for (const { latency, slot, confirmationCount } of votes) {
    out[at++] = latency;
    u64(slot);
    writeU32(out, at, confirmationCount);
    at += 4;
  }
  out[at++] = rootSlot === undefined ? 0 : 1;
  if (rootSlot !== undefined) u64(rootSlot);
  u64(authorizedVoters.length);
  for (const { epoch, voter } of authorizedVoters) {
    u64(epoch);
    key(voter);
  }
  u64(epochCredits.length);
  for (const { epoch, credits, previousCredits } of epochCredits) {
    u64(epoch);
    u64(credits);
    u64(previousCredits);
  }
  u64(lastTimestamp.slot);
  u64(lastTimestamp.timestamp);
  return out;
}

// Voters by epoch.

/** Puts a voter in its place; an epoch has one. */
export function insertVoter(voters: VoteState['authorizedVoters'], epoch: bigint, voter: Pubkey): void {
  let at = voters.length;
  while (at > 0 && voters[at - 1].epoch >= epoch) at--;
  voters.splice(at, voters[at]?.epoch === epoch ? 1 : 0, { epoch, voter });
}

/**
 * Who votes in `epoch`: whoever was set for it, else for the latest epoch before. The answer is noted, and what lies
 * before the previous epoch is forgotten.
 */
export function takeAuthorizedVoter({ authorizedVoters }: VoteState, epoch: bigint): Pubkey {
  const found = authorizedVoters.findLast((entry) => entry.epoch <= epoch);
  if (found === undefined) {
    fail('InvalidAccountData', {
      rule: 'get_and_update_authorized_voter',
      source: SOURCE,
      detail: `nobody votes in epoch ${epoch}`,
    });
  }
  insertVoter(authorizedVoters, epoch, found.voter);
  while (authorizedVoters[0].epoch + 1n < epoch) authorizedVoters.shift();
  return found.voter;
}

// Votes and credits.

export function lastVotedSlot({ votes }: VoteState): bigint | undefined {
  return votes.at(-1)?.slot;
}

/** The last slot for which the vote locks out others. */
export function lastLockedOutSlot({ slot, confirmationCount }: Lockout): bigint {
  const last = slot + (1n << BigInt(Math.min(confirmationCount, MAX_LOCKOUT_HISTORY)));
  return last < 0xffff_ffff_ffff_ffffn ? last : 0xffff_ffff_ffff_ffffn;
}

export function computeVoteLatency(votedSlot: bigint, currentSlot: bigint): number {
  return currentSlot <= votedSlot ? 0 : Number(currentSlot - votedSlot > 255n ? 255n : currentSlot - votedSlot);
}

/** A vote that landed soon earns more. */
export function creditsForVoteAt({ votes }: VoteState, index: number): bigint {
  const latency = votes[index]?.latency ?? 0;
  if (latency === 0) return 1n;
  const late = Math.max(latency - VOTE_CREDITS_GRACE_SLOTS, 0);
  return BigInt(Math.max(VOTE_CREDITS_MAXIMUM_PER_SLOT - late, 1));
}

export function incrementCredits({ epochCredits }: VoteState, epoch: bigint, credits: bigint): void {
  const last = epochCredits.at(-1);
  if (last === undefined) {
    epochCredits.push({ epoch, credits: 0n, previousCredits: 0n });
  } else if (epoch !== last.epoch) {
    if (last.credits === last.previousCredits) last.epoch = epoch;
    else epochCredits.push({ epoch, credits: last.credits, previousCredits: last.credits });
    if (epochCredits.length > MAX_EPOCH_CREDITS_HISTORY) epochCredits.shift();
  }
  const current = epochCredits[epochCredits.length - 1];
  const sum = current.credits + credits;
  current.credits = sum < 0xffff_ffff_ffff_ffffn ? sum : 0xffff_ffff_ffff_ffffn;
}
