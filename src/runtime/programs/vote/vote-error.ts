// The Vote program's own errors, as the custom errors that they become: the code is the place in the list.
// Source: solana-sdk vote-interface/src/error.rs, VoteError.

import { fail, type Refusal } from '../../errors.ts';

const VOTE_ERRORS = [
  'VoteTooOld',
  'SlotsMismatch',
  'SlotHashMismatch',
  'EmptySlots',
  'TimestampTooOld',
  'TooSoonToReauthorize',
  'LockoutConflict',
  'NewVoteStateLockoutMismatch',
  'SlotsNotOrdered',
  'ConfirmationsNotOrdered',
  'ZeroConfirmations',
  'ConfirmationTooLarge',
  'RootRollBack',
  'ConfirmationRollBack',
  'SlotSmallerThanRoot',
  'TooManyVotes',
  'VotesTooOldAllFiltered',
  'RootOnDifferentFork',
  'ActiveVoteAccountClose',
  'CommissionUpdateTooLate',
  'AssertionFailed',
] as const;

export type VoteError = (typeof VOTE_ERRORS)[number];

export function failVote(error: VoteError, facts: Partial<Refusal> = {}): never {
  const source = 'agave programs/vote/src/vote_state/mod.rs';
  fail({ Custom: VOTE_ERRORS.indexOf(error) }, { rule: error, source, ...facts });
}
