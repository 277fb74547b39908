// The Vote program's instructions as bincode has them. Of the compact forms, slots are the distance from the slot before,
// in LEB128, behind a compact-u16 count.
// Source: solana-sdk vote-interface/src/instruction.rs, state/mod.rs (compact); serde-varint/src/lib.rs.

import { U64_MAX } from '../../../wire/bytes.ts';
import type { Pubkey } from '../../../wire/pubkey.ts';
import { InstructionReader } from '../instruction-reader.ts';
import { BLS_PUBLIC_KEY_COMPRESSED_SIZE, type Lockout } from './vote-state.ts';

const BLS_PROOF_OF_POSSESSION_COMPRESSED_SIZE = 96;

export type VoteAuthorize =
  | { readonly kind: 'voter' | 'withdrawer' }
  | { readonly kind: 'voterWithBls'; readonly blsPubkey: Uint8Array; readonly proofOfPossession: Uint8Array };

/** The address of an authority that a base key signs for, by a text. */
export interface SeededAuthority {
  readonly owner: Pubkey;
  readonly seed: string;
}

/** A validator's votes on single slots. */
export interface SlotVotes {
  readonly slots: readonly bigint[];
  readonly hash: Uint8Array;
  readonly timestamp: bigint | undefined;
}

/** A validator's whole tower. */
export interface TowerProposal {
  readonly lockouts: readonly Lockout[];
  readonly root: bigint | undefined;
  readonly hash: Uint8Array;
  readonly timestamp: bigint | undefined;
}

export type CommissionKind = 'inflationRewards' | 'blockRevenue';

export interface VoteInit {
  readonly nodePubkey: Pubkey;
  readonly authorizedVoter: Pubkey;
  readonly authorizedWithdrawer: Pubkey;
  readonly commission: number;
}

export interface VoteInitV2 {
  readonly nodePubkey: Pubkey;
  readonly authorizedVoter: Pubkey;
  readonly blsPubkey: Uint8Array;
  readonly proofOfPossession: Uint8Array;
  readonly authorizedWithdrawer: Pubkey;
  readonly inflationRewardsCommissionBps: number;
  readonly blockRevenueCommissionBps: number;
}

export type VoteInstruction =
  | { readonly type: 'initializeAccount'; readonly init: VoteInit }
  | { readonly type: 'initializeAccountV2'; readonly init: VoteInitV2 }
  | { readonly type: 'authorize'; readonly newAuthority: Pubkey; readonly authorize: VoteAuthorize }
  | { readonly type: 'authorizeChecked'; readonly authorize: VoteAuthorize }
  | {
      readonly type: 'authorizeWithSeed';
      readonly authorize: VoteAuthorize;
      readonly current: SeededAuthority;
      readonly newAuthority: Pubkey;
    }
  | { readonly type: 'authorizeCheckedWithSeed'; readonly authorize: VoteAuthorize; readonly current: SeededAuthority }
  | { readonly type: 'vote'; readonly vote: SlotVotes }
  | { readonly type: 'updateVoteState'; readonly tower: TowerProposal }
  | { readonly type: 'towerSync'; readonly tower: TowerProposal }
  | { readonly type: 'withdraw'; readonly lamports: bigint }
  | { readonly type: 'updateValidatorIdentity' }
  | { readonly type: 'updateCommission'; readonly commission: number }
  | { readonly type: 'updateCommissionCollector'; readonly kind: CommissionKind }
  | { readonly type: 'updateCommissionBps'; readonly commissionBps: number; readonly kind: CommissionKind }
  | { readonly type: 'depositDelegatorRewards'; readonly deposit: bigint };

/** By tag. A "switch" instruction has a proof behind it that nobody reads. */
const INSTRUCTIONS: readonly ((reader: InstructionReader) => VoteInstruction)[] = [
  (reader) => ({
    type: 'initializeAccount',
    init: {
      nodePubkey: reader.pubkey(),
      authorizedVoter: reader.pubkey(),
      authorizedWithdrawer: reader.pubkey(),
      commission: reader.u8(),
    },
  }),
  (reader) => ({ type: 'authorize', newAuthority: reader.pubkey(), authorize: readAuthorize(reader) }),
  (reader) => ({ type: 'vote', vote: readSlotVotes(reader) }),
  (reader) => ({ type: 'withdraw', lamports: reader.u64() }),
  () => ({ type: 'updateValidatorIdentity' }),
  (reader) => ({ type: 'updateCommission', commission: reader.u8() }),
  (reader) => withProof(reader, { type: 'vote', vote: readSlotVotes(reader) }),
  (reader) => ({ type: 'authorizeChecked', authorize: readAuthorize(reader) }),
  (reader) => ({ type: 'updateVoteState', tower: readTower(reader) }),
  (reader) => withProof(reader, { type: 'updateVoteState', tower: readTower(reader) }),
  (reader) => ({
    type: 'authorizeWithSeed',
    authorize: readAuthorize(reader),
    current: { owner: reader.pubkey(), seed: reader.text() },
    newAuthority: reader.pubkey(),
  }),
  (reader) => ({
    type: 'authorizeCheckedWithSeed',
    authorize: readAuthorize(reader),
    current: { owner: reader.pubkey(), seed: reader.text() },
  }),
  (reader) => ({ type: 'updateVoteState', tower: readCompactTower(reader) }),
  (reader) => withProof(reader, { type: 'updateVoteState', tower: readCompactTower(reader) }),
  (reader) => ({ type: 'towerSync', tower: readTowerSync(reader) }),
  (reader) => withProof(reader, { type: 'towerSync', tower: readTowerSync(reader) }),
  (reader) => ({
    type: 'initializeAccountV2',
    init: {
      nodePubkey: reader.pubkey(),
      authorizedVoter: reader.pubkey(),
      blsPubkey: reader.fixed(BLS_PUBLIC_KEY_COMPRESSED_SIZE),
      proofOfPossession: reader.fixed(BLS_PROOF_OF_POSSESSION_COMPRESSED_SIZE),
      authorizedWithdrawer: reader.pubkey(),
      inflationRewardsCommissionBps: reader.u16(),
      blockRevenueCommissionBps: reader.u16(),
    },
  }),
  (reader) => ({ type: 'updateCommissionCollector', kind: readCommissionKind(reader) }),
  (reader) => ({ type: 'updateCommissionBps', commissionBps: reader.u16(), kind: readCommissionKind(reader) }),
  (reader) => ({ type: 'depositDelegatorRewards', deposit: reader.u64() }),
];

/** The instruction, or `InvalidInstructionData`. */
export function decodeVoteInstruction(data: Uint8Array): VoteInstruction {
  const reader = new InstructionReader(data);
  const tag = reader.u32();
  const read = INSTRUCTIONS[tag];
  return read === undefined ? reader.refuse(`there is no instruction ${tag}`) : read(reader);
}

function withProof(reader: InstructionReader, instruction: VoteInstruction): VoteInstruction {
  reader.skip(32);
  return instruction;
}

function readAuthorize(reader: InstructionReader): VoteAuthorize {
  const kind = reader.u32();
  if (kind === 0) return { kind: 'voter' };
  if (kind === 1) return { kind: 'withdrawer' };
  if (kind !== 2) reader.refuse(`there is no authority ${kind}`);
  return {
    kind: 'voterWithBls',
    blsPubkey: reader.fixed(BLS_PUBLIC_KEY_COMPRESSED_SIZE),
    proofOfPossession: reader.fixed(BLS_PROOF_OF_POSSESSION_COMPRESSED_SIZE),
  };
}

function readCommissionKind(reader: InstructionReader): CommissionKind {
  const kind = reader.u32();
  if (kind > 1) reader.refuse(`there is no commission ${kind}`);
  return kind === 0 ? 'inflationRewards' : 'blockRevenue';
}

function readSlotVotes(reader: InstructionReader): SlotVotes {
  return {
    slots: reader.list(() => reader.u64()),
    hash: reader.fixed(32),
    timestamp: reader.option(() => reader.i64()),
  };
}

function readTower(reader: InstructionReader): TowerProposal {
  return {
    lockouts: reader.list(() => ({ slot: reader.u64(), confirmationCount: reader.u32() })),
    root: reader.option(() => reader.u64()),
    hash: reader.fixed(32),
    timestamp: reader.option(() => reader.i64()),
  };
}

function readCompactTower(reader: InstructionReader): TowerProposal {
  const rootOrMax = reader.u64();
  const root = rootOrMax === U64_MAX ? undefined : rootOrMax;
  let slot = root ?? 0n;
  const offsets = reader.repeat(reader.shortVecLength(), () => ({
    offset: reader.varint(),
    confirmationCount: reader.u8(),
  }));
  const tower = { root, hash: reader.fixed(32), timestamp: reader.option(() => reader.i64()) };
  const lockouts = offsets.map(({ offset, confirmationCount }) => {
    slot += offset;
    if (slot > U64_MAX) reader.refuse('a slot beyond a u64');
    return { slot, confirmationCount };
  });
  return { ...tower, lockouts };
}

/** The same, with the block's id, which nobody reads. */
function readTowerSync(reader: InstructionReader): TowerProposal {
  const tower = readCompactTower(reader);
  reader.skip(32);
  return tower;
}
