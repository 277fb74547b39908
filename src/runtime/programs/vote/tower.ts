// How votes change a tower: slot by slot, as validators voted once, or all at once, as they do now. A proposal is first
// held against the slots the chain remembers, then against the tower it replaces: nothing that still locks out may be
// dropped, nothing confirmed may be taken back.
// Slots of a tower go up; SlotHashes go down.
// Source: agave programs/vote/src/vote_state/{mod,handler}.rs.

import { equalBytes } from '../../../wire/bytes.ts';
import type { SlotHashes } from '../../sysvars/layouts.ts';
import { failVote } from './vote-error.ts';
import type { SlotVotes, TowerProposal } from './vote-instruction.ts';
import {
  computeVoteLatency,
  creditsForVoteAt,
  incrementCredits,
  type LandedVote,
  type Lockout,
  lastLockedOutSlot,
  lastVotedSlot,
  MAX_LOCKOUT_HISTORY,
  type VoteState,
} from './vote-state.ts';

/** When a vote lands. */
export interface VoteTime {
  readonly slot: bigint;
  readonly epoch: bigint;
}

// Slot by slot.

export function processVote(state: VoteState, vote: SlotVotes, slotHashes: SlotHashes, now: VoteTime): void {
  if (vote.slots.length === 0) failVote('EmptySlots');
  const earliest = slotHashes.at(-1)?.slot ?? 0n;
  const slots = vote.slots.filter((slot) => slot >= earliest);
  if (slots.length === 0) failVote('VotesTooOldAllFiltered', { limit: earliest });
  checkSlotsAreValid(state, slots, vote.hash, slotHashes);
  for (const slot of slots) processNextVoteSlot(state, slot, now);
}

/** Every slot newer than the last vote must be one the chain remembers, and the newest must have this hash. */
function checkSlotsAreValid(
  state: VoteState,
  slots: readonly bigint[],
  hash: Uint8Array,
  slotHashes: SlotHashes,
): void {
  const last = lastVotedSlot(state);
  let i = 0;
  let j = slotHashes.length;
  while (i < slots.length && j > 0) {
    if (last !== undefined && slots[i] <= last) {
      i++;
      continue;
    }
    if (slots[i] === slotHashes[j - 1].slot) i++;
    j--;
  }
  if (j === slotHashes.length) failVote('VoteTooOld', { limit: last });
  if (i !== slots.length) failVote('SlotsMismatch', { actual: slots[i] });
  if (!equalBytes(slotHashes[j].hash, hash)) failVote('SlotHashMismatch', { actual: slotHashes[j].slot });
}

function processNextVoteSlot(state: VoteState, slot: bigint, now: VoteTime): void {
  const last = lastVotedSlot(state);
  if (last !== undefined && slot <= last) return;
  const { votes } = state;
  // A vote on another fork pops those whose lockout has run out.
  while (votes.length > 0 && lastLockedOutSlot(votes[votes.length - 1]) < slot) votes.pop();
  if (votes.length === MAX_LOCKOUT_HISTORY) {
    const credits = creditsForVoteAt(state, 0);
    state.rootSlot = votes.shift()?.slot;
    incrementCredits(state, now.epoch, credits);
  }
  votes.push({ slot, confirmationCount: 1, latency: computeVoteLatency(slot, now.slot) });
  // A vote is confirmed once more when the stack on top of it is deeper than its confirmations.
  for (const [i, vote] of votes.entries()) {
    if (votes.length > i + vote.confirmationCount) vote.confirmationCount++;
  }
}

export function processTimestamp(state: VoteState, slot: bigint, timestamp: bigint): void {
  const last = state.lastTimestamp;
  const isOlder = slot < last.slot || timestamp < last.timestamp;
  const isOther = slot === last.slot && timestamp !== last.timestamp && last.slot !== 0n;
  if (isOlder || isOther) failVote('TimestampTooOld', { limit: last.timestamp, actual: timestamp });
  state.lastTimestamp = { slot, timestamp };
}

// All at once.

export function processTower(state: VoteState, proposal: TowerProposal, slotHashes: SlotHashes, now: VoteTime): void {
  const { lockouts, root } = filterProposal(state, proposal, slotHashes);
  const votes = lockouts.map((lockout): LandedVote => ({ ...lockout, latency: 0 }));
  processNewVoteState(state, votes, root, proposal.timestamp, now);
}

/**
 * Holds a proposal against SlotHashes. Votes too old to be found there count where the tower has them and are dropped
 * where it hasn't; a root too old becomes one that the tower knows.
 * Source: check_and_filter_proposed_vote_state.
 */
function filterProposal(
  state: VoteState,
  proposal: TowerProposal,
  slotHashes: SlotHashes,
): { lockouts: readonly Lockout[]; root: bigint | undefined } {
  const { lockouts, hash } = proposal;
  let { root } = proposal;
  if (lockouts.length === 0) failVote('EmptySlots');
  const lastProposed = lockouts[lockouts.length - 1].slot;
  const last = lastVotedSlot(state);
  if (last !== undefined && lastProposed <= last) failVote('VoteTooOld', { limit: last, actual: lastProposed });
  if (slotHashes.length === 0) failVote('SlotsMismatch');
  const earliest = slotHashes[slotHashes.length - 1].slot;
  if (lastProposed < earliest) failVote('VoteTooOld', { limit: earliest, actual: lastProposed });
  if (root !== undefined && root < earliest) {
    const proposedRoot = root;
    root = state.votes.findLast((vote) => vote.slot <= proposedRoot)?.slot ?? state.rootSlot;
  }

  const dropped = new Set<number>();
  let rootToCheck = root;
  let i = 0;
  let j = slotHashes.length;
  while (i < lockouts.length && j > 0) {
    const slot = rootToCheck ?? lockouts[i].slot;
    if (rootToCheck === undefined && i > 0 && slot <= lockouts[i - 1].slot)
      failVote('SlotsNotOrdered', { actual: slot });
    const ancestor = slotHashes[j - 1].slot;
    if (slot > ancestor) {
      j--;
    } else if (slot === ancestor) {
      if (rootToCheck !== undefined) rootToCheck = undefined;
      else {
        i++;
        j--;
      }
    } else if (j !== slotHashes.length) {
      // New enough to be remembered, and not remembered: it is of another fork.
      failVote(rootToCheck === undefined ? 'SlotsMismatch' : 'RootOnDifferentFork', { actual: slot });
    } else if (rootToCheck !== undefined) {
      rootToCheck = undefined;
    } else {
      if (!state.votes.some((vote) => vote.slot === slot)) dropped.add(i);
      i++;
    }
  }
  if (i !== lockouts.length) failVote('SlotsMismatch', { actual: lockouts[i].slot });
  if (!equalBytes(slotHashes[j].hash, hash)) failVote('SlotHashMismatch', { actual: slotHashes[j].slot });
  return { lockouts: lockouts.filter((_, index) => !dropped.has(index)), root };
}

/** Holds new votes against each other and against those they replace, and takes them. Source: process_new_vote_state. */
function processNewVoteState(
  state: VoteState,
  votes: LandedVote[],
  root: bigint | undefined,
  timestamp: bigint | undefined,
  now: VoteTime,
): void {
  if (votes.length > MAX_LOCKOUT_HISTORY)
    failVote('TooManyVotes', { limit: MAX_LOCKOUT_HISTORY, actual: votes.length });
  if (state.rootSlot !== undefined && (root === undefined || root < state.rootSlot)) {
    failVote('RootRollBack', { limit: state.rootSlot, actual: root });
  }
  checkOrder(votes, root);

  let earnedCredits = 0n;
  let i = 0;
  if (root !== undefined) {
    for (; i < state.votes.length && state.votes[i].slot <= root; i++) earnedCredits += creditsForVoteAt(state, i);
  }
  let j = 0;
  while (i < state.votes.length && j < votes.length) {
    const current = state.votes[i];
    const next = votes[j];
    if (current.slot < next.slot) {
      if (lastLockedOutSlot(current) >= next.slot) failVote('LockoutConflict', { actual: current.slot });
      i++;
    } else if (current.slot === next.slot) {
      if (next.confirmationCount < current.confirmationCount) {
        failVote('ConfirmationRollBack', { limit: current.confirmationCount, actual: next.confirmationCount });
      }
      next.latency = current.latency;
      i++;
      j++;
    } else {
      j++;
    }
  }

  for (const vote of votes) if (vote.latency === 0) vote.latency = computeVoteLatency(vote.slot, now.slot);
  if (state.rootSlot !== root) incrementCredits(state, now.epoch, earnedCredits);
  if (timestamp !== undefined) processTimestamp(state, votes[votes.length - 1].slot, timestamp);
  state.rootSlot = root;
  state.votes = votes;
}

/** Slots go up, confirmations go down, none is beyond the limits, and each vote lies within the lockout of the last. */
function checkOrder(votes: readonly LandedVote[], root: bigint | undefined): void {
  let previous: LandedVote | undefined;
  for (const vote of votes) {
    const { slot, confirmationCount } = vote;
    if (confirmationCount === 0) failVote('ZeroConfirmations', { actual: slot });
    if (confirmationCount > MAX_LOCKOUT_HISTORY) failVote('ConfirmationTooLarge', { actual: confirmationCount });
    // An empty tower has slot 0 for its root.
    if (root !== undefined && slot <= root && root !== 0n)
      failVote('SlotSmallerThanRoot', { limit: root, actual: slot });
    if (previous !== undefined) {
      if (previous.slot >= slot) failVote('SlotsNotOrdered', { actual: slot });
      if (previous.confirmationCount <= confirmationCount) failVote('ConfirmationsNotOrdered', { actual: slot });
      if (slot > lastLockedOutSlot(previous)) failVote('NewVoteStateLockoutMismatch', { actual: slot });
    }
    previous = vote;
  }
}
