// The Vote program: accounts, authorities, identity, commission, withdrawals; and votes, in all the forms they have had, on
// the slots that SlotHashes remembers.

import { createWithSeed } from '../../../../src/crypto/program-address.ts';
import {
  CLOCK_ID,
  RENT_ID,
  SLOT_HASHES_ID,
  SYSVAR_OWNER_ID,
  VOTE_PROGRAM_ID,
} from '../../../../src/runtime/addresses.ts';
import { encodeSlotHashes, type SlotHashes } from '../../../../src/runtime/sysvars/layouts.ts';
import { readU64 } from '../../../../src/wire/bytes.ts';
import type { Pubkey } from '../../../../src/wire/pubkey.ts';
import { type Ix, ix, type Meta, meta, option, string64, u8, u16, u32, u64 } from '../encode.ts';
import { accountStep, type Generator, type Move, type World } from '../world.ts';
import { createAccount, transfer } from './system.ts';

const VOTE_LEN = 3762;
/** Where the list of votes begins in a V4 state without a BLS key: after five keys, two commissions and the rewards. */
const VOTES_AT = 4 + 4 * 32 + 2 + 2 + 8 + 1;
/** A vote: latency, slot, confirmations. */
const VOTE_ENTRY_LEN = 13;

/** Who had which part when the account was made; it may have changed since. */
interface VoteNote {
  readonly node: Pubkey;
  readonly voter: Pubkey;
  readonly withdrawer: Pubkey;
}

export const newVoteAccount: Generator = (world) => {
  const { random } = world;
  const note: VoteNote = { node: world.actor(), voter: world.authority(), withdrawer: world.authority() };
  const key = world.fresh('vote', note);
  const len = random.mostly(VOTE_LEN, [VOTE_LEN - 1, 3731]);
  const initialize = ix(
    VOTE_PROGRAM_ID,
    [meta(key, 'w'), meta(RENT_ID), meta(CLOCK_ID), meta(note.node, 's')],
    u32(0),
    note.node.bytes,
    note.voter.bytes,
    note.withdrawer.bytes,
    u8(random.below(102)),
  );
  const create = createAccount(world.actor(), key, world.rent(len), len, VOTE_PROGRAM_ID);
  return { name: 'vote.initialize', instructions: [create, initialize] };
};

function someVote(world: World): { key: Pubkey; note: VoteNote } | undefined {
  const key = world.find('vote', ({ owner }) => owner.equals(VOTE_PROGRAM_ID));
  const note = key && world.note<VoteNote>(key);
  return key === undefined || note === undefined ? undefined : { key, note };
}

const voteIx = (accounts: readonly Meta[], tag: number, ...data: readonly Uint8Array[]): Ix =>
  ix(VOTE_PROGRAM_ID, accounts, u32(tag), ...data);

const authorize: Generator = (world) => {
  const { random } = world;
  const found = someVote(world);
  if (found === undefined) return newVoteAccount(world);
  const { key, note } = found;
  const target = meta(key, 'w');
  const kind = random.below(2);
  const current = meta(random.mostly(kind === 0 ? note.voter : note.withdrawer, [note.node, world.actor()]), 's');
  const next = world.authority();
  const base = world.actor();
  const owner = world.actors[0];
  const seed = string64(random.mostly('vote', ['', 'x'.repeat(33)]));
  switch (random.below(4)) {
    case 0:
      return one(
        'authorize',
        voteIx([target, meta(CLOCK_ID), current], 1, next.bytes, u32(random.mostly(kind, [2, 3]))),
      );
    case 1:
      return one('authorizeChecked', voteIx([target, meta(CLOCK_ID), current, meta(next, 's')], 7, u32(kind)));
    case 2: {
      const derived = createWithSeed(base, 'vote', owner) as Pubkey;
      const hand = voteIx([target, meta(CLOCK_ID), current], 1, derived.bytes, u32(kind));
      const take = voteIx([target, meta(CLOCK_ID), meta(base, 's')], 10, u32(kind), owner.bytes, seed, next.bytes);
      return { name: 'vote.authorizeWithSeed', instructions: random.chance(3) ? [hand] : [hand, take] };
    }
    default: {
      const accounts = [target, meta(CLOCK_ID), meta(base, 's'), meta(next, 's')];
      return one('authorizeCheckedWithSeed', voteIx(accounts, 11, u32(kind), owner.bytes, seed));
    }
  }
};

const manage: Generator = (world) => {
  const { random } = world;
  const found = someVote(world);
  if (found === undefined) return newVoteAccount(world);
  const { key, note } = found;
  const target = meta(key, 'w');
  const signer = meta(random.mostly(note.withdrawer, [note.node, world.actor()]), 's');
  switch (random.below(8)) {
    case 0: {
      const balance = world.lamports(key);
      const lamports = random.pick([balance, balance - world.rent(VOTE_LEN), random.amount(balance), 1n]);
      return one('withdraw', voteIx([target, meta(world.actor(), 'w'), signer], 3, u64(lamports)));
    }
    case 1:
      return one('updateIdentity', voteIx([target, meta(world.actor(), 's'), signer], 4));
    case 2:
      return one('updateCommission', voteIx([target, signer], 5, u8(random.below(102))));
    case 3:
      return one('updateCollector', voteIx([target, meta(world.actor(), 'w'), signer], 17, u32(random.below(3))));
    case 4:
      return one('updateCommissionBps', voteIx([target, signer], 18, u16(random.below(10_100)), u32(random.below(3))));
    case 5:
      return one('depositRewards', voteIx([target, meta(world.actor(), 'sw')], 19, u64(random.amount(1_000_000n))));
    case 6: {
      const accounts = [target, meta(world.actor(), 's'), meta(world.actor(), 'w'), meta(world.actor(), 'w')];
      return one('initializeV2', voteIx(accounts, 16, random.bytes(32 + 32 + 48 + 96 + 32 + 4)));
    }
    default:
      return one('fund', transfer(world.actor(), key, 1_000_000n));
  }
};

/** The last slot voted on, and how many votes there are. */
function votesOf(world: World, key: Pubkey): { last: bigint; count: number } {
  const data = world.account(key)?.data;
  if (data === undefined || data.length < VOTE_LEN) return { last: 0n, count: 0 };
  const count = Number(readU64(data, VOTES_AT));
  if (count === 0 || count > 31) return { last: 0n, count: 0 };
  return { last: readU64(data, VOTES_AT + 8 + (count - 1) * VOTE_ENTRY_LEN + 1), count };
}

/** LEB128. */
function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  for (; value > 0x7fn; value >>= 7n) bytes.push(Number(value & 0x7fn) | 0x80);
  return Uint8Array.from([...bytes, Number(value)]);
}

const castVote: Generator = (world) => {
  const { random } = world;
  const found = someVote(world);
  if (found === undefined) return newVoteAccount(world);
  const { key, note } = found;
  const hashes: SlotHashes = world.machines.bank.environment.sysvars.slotHashes ?? [];
  const { last } = votesOf(world, key);
  const newer = hashes.filter(({ slot }) => slot > last);
  if (newer.length === 0) return moreSlots(world);
  const tip = newer[Math.min(newer.length - 1, random.below(3))];
  const voter = meta(random.mostly(note.voter, [note.withdrawer]), 's');
  const hash = random.mostly(tip.hash, [random.bytes(32)]);
  const timestamp = option(random.chance(2) ? u64(random.mostly(BigInt(random.below(100)), [-1n])) : undefined);
  if (random.chance(4)) {
    const slots = newer
      .filter(({ slot }) => slot <= tip.slot)
      .map(({ slot }) => slot)
      .slice(0, random.between(1, 4))
      .reverse();
    const accounts = [meta(key, 'w'), meta(SLOT_HASHES_ID), meta(CLOCK_ID), voter];
    const isSwitch = random.chance(3);
    const data = [u64(slots.length), ...slots.map(u64), hash, timestamp, ...(isSwitch ? [new Uint8Array(32)] : [])];
    return one('vote', voteIx(accounts, isSwitch ? 6 : 2, ...data));
  }
  // A tower: the older a vote, the more confirmations it has.
  const below = hashes.filter(({ slot }) => slot < tip.slot).map(({ slot }) => slot);
  const slots = [tip.slot, ...below.slice(0, random.below(8))].reverse();
  const lockouts = slots.map((slot, i) => ({ slot, confirmations: random.mostly(slots.length - i, [0, 1, 32]) }));
  const root = random.chance(3) ? (below[slots.length + random.below(3)] ?? 0n) : undefined;
  const accounts = [meta(key, 'w'), voter];
  if (random.chance(4)) {
    const list = lockouts.flatMap(({ slot, confirmations }) => [u64(slot), u32(confirmations)]);
    const data = [u64(lockouts.length), ...list, option(root === undefined ? undefined : u64(root)), hash, timestamp];
    return one('updateVoteState', voteIx(accounts, 8, ...data));
  }
  let before = root ?? 0n;
  const offsets = lockouts.map(({ slot, confirmations }) => {
    const offset = slot > before ? slot - before : 0n;
    before = slot;
    return Buffer.concat([varint(offset), u8(confirmations)]);
  });
  const data = [u64(root ?? (1n << 64n) - 1n), u8(lockouts.length), ...offsets, hash, timestamp];
  const tag = random.pick([12, 13, 14, 14, 14, 15]);
  const tail = { 12: 0, 13: 32, 14: 32, 15: 64 }[tag] ?? 0;
  return one('tower', voteIx(accounts, tag, ...data, new Uint8Array(tail)));
};

/** SlotHashes gets to know the slots before this one, with gaps. */
const moreSlots: Generator = (world) => {
  const { random } = world;
  const entries: { slot: bigint; hash: Uint8Array }[] = [];
  for (let slot = world.slot; entries.length < 40 && slot > 0n; slot -= BigInt(random.pick([1, 1, 1, 2, 5]))) {
    entries.push({ slot, hash: random.bytes(32) });
  }
  const data = encodeSlotHashes(entries);
  return {
    name: 'vote.moreSlots',
    setup: [
      { kind: 'warp', slot: world.slot + 1n },
      accountStep(SLOT_HASHES_ID, { lamports: 1n, owner: SYSVAR_OWNER_ID, data, rentEpoch: 0n }),
    ],
    instructions: [],
  };
};

function one(name: string, instruction: Ix): Move {
  return { name: `vote.${name}`, instructions: [instruction] };
}

export const VOTE: readonly (readonly [weight: number, generator: Generator])[] = [
  [2, newVoteAccount],
  [4, authorize],
  [4, manage],
  [7, castVote],
  [1, moreSlots],
];
