// What an account's owners do with it: make it, name its node, set its commissions, take and give lamports.
// Source: agave programs/vote/src/{vote_processor.rs, vote_state/mod.rs}.

import { U64_MAX, writeU32, writeU64 } from '../../../wire/bytes.ts';
import type { Pubkey } from '../../../wire/pubkey.ts';
import { EPOCH_SCHEDULE_ID, SYSTEM_PROGRAM_ID } from '../../addresses.ts';
import type { BorrowedAccount } from '../../borrowed-account.ts';
import { fail, InstructionFailure } from '../../errors.ts';
import type { InvokeContext } from '../../invoke-context.ts';
import { isRentExempt, minimumBalance } from '../../rent.ts';
import type { Clock } from '../../sysvars/layouts.ts';
import { clockOf, refuseUnsupported, rentOf } from '../sysvar-accounts.ts';
import { type IsSigner, requireSigner, verifyProofOfPossession } from './vote-authority.ts';
import { failVote } from './vote-error.ts';
import type { CommissionKind, VoteInit, VoteInitV2 } from './vote-instruction.ts';
import {
  isUninitializedVoteAccount,
  isVoteStateV4,
  newVoteState,
  readVoteState,
  VOTE_STATE_SIZE,
  type VoteState,
  writeVoteState,
} from './vote-state.ts';

const SOURCE = 'agave programs/vote/src/vote_state/mod.rs';

// Making an account.

function checkUninitialized(account: BorrowedAccount): void {
  const { data, key } = account;
  if (data.length !== VOTE_STATE_SIZE) {
    const rule = 'check_vote_account_length';
    fail('InvalidAccountData', { rule, source: SOURCE, account: key, limit: VOTE_STATE_SIZE, actual: data.length });
  }
  if (isUninitializedVoteAccount(account)) return;
  fail('AccountAlreadyInitialized', { rule: 'initialize_account', source: SOURCE, account: key });
}

export function initializeAccount(
  context: InvokeContext,
  account: BorrowedAccount,
  init: VoteInit,
  clock: Clock,
): void {
  const { nodePubkey, authorizedVoter, authorizedWithdrawer, commission } = init;
  checkUninitialized(account);
  requireSigner((key) => context.current.hasSigner(key), nodePubkey);
  const state = newVoteState(
    {
      nodePubkey,
      authorizedWithdrawer,
      inflationRewardsCollector: account.key,
      blockRevenueCollector: nodePubkey,
      inflationRewardsCommissionBps: commission * 100,
    },
    clock.epoch,
    authorizedVoter,
  );
  writeVoteState(account, state, rentOf(context));
}

export function initializeAccountV2(context: InvokeContext, account: BorrowedAccount, init: VoteInitV2): void {
  const { current } = context;
  current.checkNumberOfAccounts(4);
  const clock = clockOf(context);
  const rent = rentOf(context);
  checkUninitialized(account);
  requireSigner((key) => current.hasSigner(key), init.nodePubkey);
  const inflationRewardsCollector = collectorAt(context, account, 2);
  const blockRevenueCollector = collectorAt(context, account, 3);
  verifyProofOfPossession(context, account.key, init.blsPubkey, init.proofOfPossession);
  const { nodePubkey, authorizedWithdrawer, blsPubkey, inflationRewardsCommissionBps, blockRevenueCommissionBps } =
    init;
  const state = newVoteState(
    {
      nodePubkey,
      authorizedWithdrawer,
      inflationRewardsCollector,
      blockRevenueCollector,
      inflationRewardsCommissionBps,
      blockRevenueCommissionBps,
      blsPubkey,
    },
    clock.epoch,
    init.authorizedVoter,
  );
  writeVoteState(account, state, rent);
}

export function updateValidatorIdentity(context: InvokeContext, account: BorrowedAccount, nodePubkey: Pubkey): void {
  const isSigner: IsSigner = (key) => context.current.hasSigner(key);
  const state = readVoteState(account);
  requireSigner(isSigner, state.authorizedWithdrawer);
  requireSigner(isSigner, nodePubkey);
  state.nodePubkey = nodePubkey;
  // Until collectors can be set, blocks pay their node.
  if (!context.environment.features.custom_commission_collector) state.blockRevenueCollector = nodePubkey;
  writeVoteState(account, state, rentOf(context));
}

// Commissions.

/** Changes the state with the withdrawer's consent. */
function updateAsWithdrawer(
  context: InvokeContext,
  account: BorrowedAccount,
  update: (state: VoteState) => void,
): void {
  const state = readVoteState(account);
  requireSigner((key) => context.current.hasSigner(key), state.authorizedWithdrawer);
  update(state);
  writeVoteState(account, state, rentOf(context));
}

export function updateCommission(context: InvokeContext, account: BorrowedAccount, commission: number): void {
  const { features, sysvars } = context.environment;
  const schedule = sysvars.epochSchedule ?? refuseUnsupported(EPOCH_SCHEDULE_ID);
  const { slot } = clockOf(context);
  if (!features.delay_commission_updates && isRaise(account, commission)) {
    // Only in the first half of an epoch, so that stakers have time to leave.
    const { slotsPerEpoch, firstNormalSlot } = schedule;
    const sinceNormal = slot > firstNormalSlot ? slot - firstNormalSlot : 0n;
    if (slotsPerEpoch > 0n && (sinceNormal % slotsPerEpoch) * 2n > slotsPerEpoch) failVote('CommissionUpdateTooLate');
  }
  updateAsWithdrawer(context, account, (state) => {
    state.inflationRewardsCommissionBps = commission * 100;
  });
}

/** An account that can't be read counts as raised: the rule of time comes first. */
function isRaise(account: BorrowedAccount, commission: number): boolean {
  try {
    return commission > Math.min(Math.floor(readVoteState(account).inflationRewardsCommissionBps / 100), 255);
  } catch (failure) {
    if (failure instanceof InstructionFailure) return true;
    throw failure;
  }
}

export function updateCommissionBps(
  context: InvokeContext,
  account: BorrowedAccount,
  bps: number,
  kind: CommissionKind,
): void {
  if (kind === 'blockRevenue' && !context.environment.features.block_revenue_sharing) {
    fail('InvalidInstructionData', {
      rule: 'update_commission_bps',
      source: SOURCE,
      detail: 'blocks share no revenue yet',
    });
  }
  updateAsWithdrawer(context, account, (state) => {
    if (kind === 'inflationRewards') state.inflationRewardsCommissionBps = bps;
    else state.blockRevenueCommissionBps = bps;
  });
}

export function updateCommissionCollector(
  context: InvokeContext,
  account: BorrowedAccount,
  kind: CommissionKind,
): void {
  context.current.checkNumberOfAccounts(3);
  updateAsWithdrawer(context, account, (state) => {
    const collector = collectorAt(context, account, 1);
    if (kind === 'inflationRewards') state.inflationRewardsCollector = collector;
    else state.blockRevenueCollector = collector;
  });
}

/** A collector is the vote account itself, or a wallet that exists and is no reserved account. */
function collectorAt(context: InvokeContext, account: BorrowedAccount, index: number): Pubkey {
  const { current } = context;
  const key = current.keyAt(index);
  if (key.equals(account.key)) return key;
  const collector = current.borrow(index);
  const facts = { rule: 'validate_and_resolve_key', source: SOURCE, account: key };
  if (!collector.owner.equals(SYSTEM_PROGRAM_ID)) fail('InvalidAccountOwner', facts);
  if (!isRentExempt(rentOf(context), collector.lamports, collector.data.length)) fail('InsufficientFunds', facts);
  if (!collector.isWritable) fail('InvalidArgument', { ...facts, asked: 'writable' });
  collector.release();
  return key;
}

// Lamports.

export function withdraw(context: InvokeContext, account: BorrowedAccount, lamports: bigint): void {
  const { current } = context;
  current.checkNumberOfAccounts(2);
  const rent = rentOf(context);
  const clock = clockOf(context);
  const state = readVoteState(account);
  requireSigner((key) => current.hasSigner(key), state.authorizedWithdrawer);
  const remaining = account.lamports - lamports;
  const facts = { rule: 'withdraw', source: SOURCE, account: account.key };
  if (remaining < 0n) fail('InsufficientFunds', { ...facts, limit: account.lamports, actual: lamports });
  const pending = state.pendingDelegatorRewards;
  if (remaining === 0n) {
    if (pending > 0n) fail('InsufficientFunds', { ...facts, limit: -pending, actual: lamports });
    const lastEpoch = state.epochCredits.at(-1)?.epoch;
    // A validator that earned credits in this epoch or the last one is still at work.
    if (lastEpoch !== undefined && clock.epoch < lastEpoch + 2n)
      failVote('ActiveVoteAccountClose', { actual: lastEpoch });
    account.dataMut().fill(0);
  } else {
    const limit = minimumBalance(rent, account.data.length) + pending;
    if (limit > U64_MAX) fail('ArithmeticOverflow', facts);
    if (remaining < limit) fail('InsufficientFunds', { ...facts, limit, actual: remaining });
  }
  account.checkedSubLamports(lamports);
  account.release();
  const to = current.borrow(1);
  to.checkedAddLamports(lamports);
  to.release();
}

/** Takes lamports from account 1, to be shared out later. */
export function depositDelegatorRewards(context: InvokeContext, account: BorrowedAccount, deposit: bigint): void {
  const { current } = context;
  current.checkNumberOfAccounts(2);
  const source = current.keyAt(1);
  const facts = { rule: 'deposit_delegator_rewards', source: SOURCE, account: account.key };
  if (!current.isSigner(1)) fail('MissingRequiredSignature', { ...facts, account: source, asked: 'signer' });
  if (!isVoteStateV4(account)) fail('InvalidAccountData', facts);
  const state = readVoteState(account);
  account.release();
  const data = new Uint8Array(12);
  writeU32(data, 0, 2);
  writeU64(data, 4, deposit);
  const accounts = [
    { pubkey: source, isSigner: true, isWritable: true },
    { pubkey: account.key, isSigner: false, isWritable: true },
  ];
  context.nativeInvoke({ programId: SYSTEM_PROGRAM_ID, accounts, data }, []);
  const voteAccount = current.borrow(0);
  state.pendingDelegatorRewards += deposit;
  if (state.pendingDelegatorRewards > U64_MAX) fail('ArithmeticOverflow', facts);
  writeVoteState(voteAccount, state, rentOf(context));
  voteAccount.release();
}
