// Who may act for a vote account: the withdrawer for everything that is the owner's, a voter for each epoch, and the
// validator's BLS key.
// Source: agave programs/vote/src/{vote_processor.rs, vote_state/mod.rs}, authorize.

import { verifyBlsProofOfPossession } from '../../../crypto/bls-proof-of-possession.ts';
import { concatBytes, U64_MAX } from '../../../wire/bytes.ts';
import type { Pubkey } from '../../../wire/pubkey.ts';
import type { BorrowedAccount } from '../../borrowed-account.ts';
import { fail } from '../../errors.ts';
import { BLS_PROOF_OF_POSSESSION_VERIFICATION_COMPUTE_UNITS } from '../../execution-cost.ts';
import type { InvokeContext } from '../../invoke-context.ts';
import type { Clock } from '../../sysvars/layouts.ts';
import { deriveWithSeed } from '../system.ts';
import { clockWithAccountCheck, rentOf } from '../sysvar-accounts.ts';
import { failVote } from './vote-error.ts';
import type { VoteAuthorize, VoteInstruction } from './vote-instruction.ts';
import { insertVoter, readVoteState, takeAuthorizedVoter, type VoteState, writeVoteState } from './vote-state.ts';

const SOURCE = 'agave programs/vote/src/vote_state/mod.rs';

export type IsSigner = (key: Pubkey) => boolean;

export function requireSigner(isSigner: IsSigner, account: Pubkey): void {
  if (isSigner(account)) return;
  fail('MissingRequiredSignature', { rule: 'verify_authorized_signer', source: SOURCE, account, asked: 'signer' });
}

export function authorize(
  context: InvokeContext,
  account: BorrowedAccount,
  newAuthority: Pubkey,
  kind: VoteAuthorize,
  isSigner: IsSigner,
  clock: Clock,
): void {
  const state = readVoteState(account);
  const isBlsEnabled = context.environment.features.bls_pubkey_management_in_vote_account;
  switch (kind.kind) {
    case 'voter':
      if (isBlsEnabled && state.blsPubkey !== undefined) {
        fail('InvalidInstructionData', {
          rule: 'authorize',
          source: SOURCE,
          detail: 'the voter has a BLS key: name the new one',
        });
      }
      authorizeVoter(state, newAuthority, isSigner, clock);
      break;
    case 'withdrawer':
      requireSigner(isSigner, state.authorizedWithdrawer);
      state.authorizedWithdrawer = newAuthority;
      break;
    case 'voterWithBls':
      if (!isBlsEnabled) fail('InvalidInstructionData', { rule: 'authorize', source: SOURCE });
      verifyProofOfPossession(context, account.key, kind.blsPubkey, kind.proofOfPossession);
      authorizeVoter(state, newAuthority, isSigner, clock);
      state.blsPubkey = kind.blsPubkey;
      break;
  }
  writeVoteState(account, state, rentOf(context));
}

/** The new voter votes from the epoch on for which leaders aren't known yet. Source: set_new_authorized_voter. */
function authorizeVoter(state: VoteState, newVoter: Pubkey, isSigner: IsSigner, clock: Clock): void {
  if (clock.leaderScheduleEpoch === U64_MAX) fail('InvalidAccountData', { rule: 'authorize', source: SOURCE });
  const targetEpoch = clock.leaderScheduleEpoch + 1n;
  const voter = takeAuthorizedVoter(state, clock.epoch);
  if (!isSigner(state.authorizedWithdrawer)) requireSigner(isSigner, voter);
  if (state.authorizedVoters.some((entry) => entry.epoch === targetEpoch)) {
    failVote('TooSoonToReauthorize', { limit: targetEpoch });
  }
  insertVoter(state.authorizedVoters, targetEpoch, newVoter);
}

/** The present authority is an address derived from account 2, which signs for it; nobody else's signature counts. */
export function authorizeWithSeed(
  context: InvokeContext,
  account: BorrowedAccount,
  {
    authorize: kind,
    current: { owner, seed },
  }: Extract<VoteInstruction, { type: 'authorizeWithSeed' | 'authorizeCheckedWithSeed' }>,
  newAuthority: Pubkey,
): void {
  const { current } = context;
  const clock = clockWithAccountCheck(context, 1);
  const expected = current.isSigner(2) ? deriveWithSeed(current.keyAt(2), seed, owner) : undefined;
  authorize(context, account, newAuthority, kind, (key) => expected?.equals(key) ?? false, clock);
}

/** The voter's BLS key must have signed for this account. */
export function verifyProofOfPossession(
  context: InvokeContext,
  voteKey: Pubkey,
  blsPubkey: Uint8Array,
  proof: Uint8Array,
): void {
  context.consume(BLS_PROOF_OF_POSSESSION_VERIFICATION_COMPUTE_UNITS);
  const label = Uint8Array.from('ALPENGLOW', (char) => char.charCodeAt(0));
  if (verifyBlsProofOfPossession(proof, blsPubkey, concatBytes([label, voteKey.bytes, blsPubkey]))) return;
  fail('InvalidArgument', { rule: 'verify_bls_proof_of_possession', source: SOURCE, account: voteKey });
}
