// The Vote program: it makes vote accounts, says who votes and who withdraws, pays out, and takes votes.
// Account 0 is the vote account; whoever must sign may do so at any position.
// Source: agave programs/vote/src/vote_processor.rs.

import type { Pubkey } from '../../../wire/pubkey.ts';
import { SLOT_HASHES_ID, VOTE_PROGRAM_ID } from '../../addresses.ts';
import type { BorrowedAccount } from '../../borrowed-account.ts';
import { fail } from '../../errors.ts';
import { VOTE_PROGRAM_COMPUTE_UNITS } from '../../execution-cost.ts';
import type { InvokeContext } from '../../invoke-context.ts';
import { isRentExempt, minimumBalance } from '../../rent.ts';
import type { Clock, SlotHashes } from '../../sysvars/layouts.ts';
import {
  checkSysvarAccount,
  clockOf,
  clockWithAccountCheck,
  refuseUnsupported,
  rentOf,
  rentWithAccountCheck,
} from '../sysvar-accounts.ts';
import { processTimestamp, processTower, processVote } from './tower.ts';
import {
  depositDelegatorRewards,
  initializeAccount,
  initializeAccountV2,
  updateCommission,
  updateCommissionBps,
  updateCommissionCollector,
  updateValidatorIdentity,
  withdraw,
} from './vote-account.ts';
import { authorize, authorizeWithSeed, requireSigner } from './vote-authority.ts';
import { decodeVoteInstruction, type SlotVotes, type TowerProposal, type VoteInstruction } from './vote-instruction.ts';
import { readVoteState, takeAuthorizedVoter, writeVoteState } from './vote-state.ts';

const PROCESSOR_SOURCE = 'agave programs/vote/src/vote_processor.rs';

export function processVoteProgram(context: InvokeContext): void {
  context.consume(VOTE_PROGRAM_COMPUTE_UNITS);
  const { current } = context;
  const account = current.borrow(0);
  if (!account.owner.equals(VOTE_PROGRAM_ID)) {
    fail('InvalidAccountOwner', { rule: 'process_instruction', source: PROCESSOR_SOURCE, account: account.key });
  }
  processInstruction(context, account, decodeVoteInstruction(current.data));
  account.release();
}

function processInstruction(context: InvokeContext, account: BorrowedAccount, instruction: VoteInstruction): void {
  const { current } = context;
  const { features } = context.environment;
  switch (instruction.type) {
    case 'initializeAccount': {
      const rent = rentWithAccountCheck(context, 1);
      if (!isRentExempt(rent, account.lamports, account.data.length)) {
        const limit = minimumBalance(rent, account.data.length);
        fail('InsufficientFunds', {
          rule: 'InitializeAccount',
          source: PROCESSOR_SOURCE,
          limit,
          actual: account.lamports,
        });
      }
      initializeAccount(context, account, instruction.init, clockWithAccountCheck(context, 2));
      break;
    }
    case 'authorize': {
      const clock = clockWithAccountCheck(context, 1);
      authorize(
        context,
        account,
        instruction.newAuthority,
        instruction.authorize,
        (key) => current.hasSigner(key),
        clock,
      );
      break;
    }
    case 'authorizeChecked': {
      const newAuthority = newAuthorityAt(context, 3);
      const clock = clockWithAccountCheck(context, 1);
      authorize(context, account, newAuthority, instruction.authorize, (key) => current.hasSigner(key), clock);
      break;
    }
    case 'authorizeWithSeed':
      current.checkNumberOfAccounts(3);
      authorizeWithSeed(context, account, instruction, instruction.newAuthority);
      break;
    case 'authorizeCheckedWithSeed':
      authorizeWithSeed(context, account, instruction, newAuthorityAt(context, 3));
      break;
    case 'updateValidatorIdentity':
      current.checkNumberOfAccounts(2);
      updateValidatorIdentity(context, account, current.keyAt(1));
      break;
    case 'updateCommission':
      updateCommission(context, account, instruction.commission);
      break;
    case 'updateCommissionBps':
      if (!features.commission_rate_in_basis_points || !features.delay_commission_updates) refuseInactive(instruction);
      updateCommissionBps(context, account, instruction.commissionBps, instruction.kind);
      break;
    case 'updateCommissionCollector':
      if (!features.custom_commission_collector) refuseInactive(instruction);
      updateCommissionCollector(context, account, instruction.kind);
      break;
    case 'withdraw':
      withdraw(context, account, instruction.lamports);
      break;
    case 'initializeAccountV2':
      if (
        !features.bls_pubkey_management_in_vote_account ||
        !features.commission_rate_in_basis_points ||
        !features.custom_commission_collector ||
        !features.block_revenue_sharing ||
        !features.vote_account_initialize_v2
      ) {
        refuseInactive(instruction);
      }
      initializeAccountV2(context, account, instruction.init);
      break;
    case 'depositDelegatorRewards':
      if (
        !features.commission_rate_in_basis_points ||
        !features.custom_commission_collector ||
        !features.block_revenue_sharing
      ) {
        refuseInactive(instruction);
      }
      depositDelegatorRewards(context, account, instruction.deposit);
      break;
    case 'vote': {
      if (features.deprecate_legacy_vote_ixs) refuseInactive(instruction);
      checkSysvarAccount(context, 1, SLOT_HASHES_ID);
      const slotHashes = slotHashesOf(context);
      castVote(context, account, instruction.vote, slotHashes, clockWithAccountCheck(context, 2));
      break;
    }
    case 'updateVoteState':
      if (features.deprecate_legacy_vote_ixs) refuseInactive(instruction);
      castTower(context, account, instruction.tower);
      break;
    case 'towerSync':
      castTower(context, account, instruction.tower);
      break;
  }
}

function refuseInactive(instruction: VoteInstruction): never {
  fail('InvalidInstructionData', {
    rule: 'process_instruction',
    source: PROCESSOR_SOURCE,
    detail: `the feature gates of ${instruction.type} say no`,
  });
}

/** The key of a new authority that must sign to become one. */
function newAuthorityAt(context: InvokeContext, index: number): Pubkey {
  context.current.checkNumberOfAccounts(index + 1);
  const account = context.current.keyAt(index);
  if (!context.current.isSigner(index)) {
    fail('MissingRequiredSignature', { rule: 'authorize_checked', source: PROCESSOR_SOURCE, account, asked: 'signer' });
  }
  return account;
}

function slotHashesOf(context: InvokeContext): SlotHashes {
  return context.environment.sysvars.slotHashes ?? refuseUnsupported(SLOT_HASHES_ID);
}

// Votes.

function castVote(
  context: InvokeContext,
  account: BorrowedAccount,
  vote: SlotVotes,
  slotHashes: SlotHashes,
  clock: Clock,
): void {
  const state = readVoteState(account);
  requireSigner((key) => context.current.hasSigner(key), takeAuthorizedVoter(state, clock.epoch));
  processVote(state, vote, slotHashes, clock);
  if (vote.timestamp !== undefined) {
    let newest = 0n;
    for (const slot of vote.slots) if (slot > newest) newest = slot;
    processTimestamp(state, newest, vote.timestamp);
  }
  writeVoteState(account, state, rentOf(context));
}

function castTower(context: InvokeContext, account: BorrowedAccount, tower: TowerProposal): void {
  const slotHashes = slotHashesOf(context);
  const clock = clockOf(context);
  const state = readVoteState(account);
  requireSigner((key) => context.current.hasSigner(key), takeAuthorizedVoter(state, clock.epoch));
  processTower(state, tower, slotHashes, clock);
  writeVoteState(account, state, rentOf(context));
}
