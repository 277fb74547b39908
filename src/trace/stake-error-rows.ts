// Errors of the Stake program, as rows of the table of codes (program-error-codes.ts).
// Source: solana-program stake interface/src/error.rs.

import type { ErrorRow } from './explanation-row.ts';

export const STAKE: readonly ErrorRow[] = [
  ['NoCreditsToRedeem', 'Not enough credits to redeem.'],
  ['LockupInForce', 'The lockup has not expired.', 'Wait for the lockup’s time and epoch, or let the custodian sign.'],
  ['AlreadyDeactivated', 'The stake is deactivated already.'],
  [
    'TooSoonToRedelegate',
    'The stake is still active: only one that is inactive can be delegated to another validator.',
    'Deactivate it, and delegate it again when the epoch has ended.',
  ],
  ['InsufficientStake', 'There is less stake than the split asks for.'],
  ['MergeTransientStake', 'Stakes that are activating or deactivating cannot be merged.', 'Wait for the next epoch.'],
  ['MergeMismatch', 'The stakes differ in authorities, lockup or vote account.'],
  ['CustodianMissing', 'The lockup’s custodian is not among the accounts, or did not sign.'],
  ['CustodianSignatureMissing', 'The lockup’s custodian did not sign.'],
  [
    'InsufficientReferenceVotes',
    'The reference vote account has not voted in each of the last five epochs.',
    'Name a validator as the reference that has.',
  ],
  [
    'VoteAddressMismatch',
    'The stake is delegated to another vote account.',
    'Name the vote account that the stake is delegated to.',
  ],
  [
    'MinimumDelinquentEpochsForDeactivationNotMet',
    'The vote account has voted within the last five epochs: it is not delinquent.',
    'Deactivate the stake with its authority instead.',
  ],
  [
    'InsufficientDelegation',
    'The delegation is below the minimum.',
    'Stake at least the minimum delegation on top of the rent-exempt reserve.',
  ],
  ['RedelegateTransientOrInactiveStake', 'Only fully active stake can be redelegated.'],
  ['RedelegateToSameVoteAccount', 'The stake is delegated to this vote account already.'],
  [
    'RedelegatedStakeMustFullyActivateBeforeDeactivationIsPermitted',
    'Redelegated stake must be active before it is deactivated.',
  ],
  ['EpochRewardsActive', 'Stake is locked while rewards are paid out.', 'Wait some slots into the epoch.'],
];
