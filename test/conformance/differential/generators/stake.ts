// The Stake program, and epochs that pass.

import { createWithSeed } from '../../../../src/crypto/program-address.ts';
import {
  CLOCK_ID,
  RENT_ID,
  STAKE_CONFIG_ID,
  STAKE_HISTORY_ID,
  STAKE_PROGRAM_ID,
  SYSVAR_OWNER_ID,
  VOTE_PROGRAM_ID,
} from '../../../../src/runtime/addresses.ts';
import { encodeClock, encodeStakeHistory } from '../../../../src/runtime/sysvars/layouts.ts';
import { readI64, readU32, readU64 } from '../../../../src/wire/bytes.ts';
import { Pubkey } from '../../../../src/wire/pubkey.ts';
import { type Ix, ix, type Meta, meta, option, string64, u32, u64 } from '../encode.ts';
import type { Step } from '../machines.ts';
import { accountStep, type Generator, type Move, type World } from '../world.ts';
import { createAccount } from './system.ts';
import { newVoteAccount } from './vote.ts';

const STAKE_LEN = 200;
const SOL = 1_000_000_000n;

interface StakeState {
  readonly key: Pubkey;
  /** 0 uninitialized, 1 initialized, 2 delegated. */
  readonly tag: number;
  readonly staker: Pubkey;
  readonly withdrawer: Pubkey;
  readonly lockupTime: bigint;
  readonly lockupEpoch: bigint;
  readonly custodian: Pubkey;
  readonly stake: bigint;
}

function readStake(world: World, key: Pubkey): StakeState | undefined {
  const account = world.account(key);
  if (account === undefined || !account.owner.equals(STAKE_PROGRAM_ID) || account.data.length < STAKE_LEN) {
    return undefined;
  }
  const { data } = account;
  return {
    key,
    tag: readU32(data, 0),
    staker: Pubkey.at(data, 12),
    withdrawer: Pubkey.at(data, 44),
    lockupTime: readI64(data, 76),
    lockupEpoch: readU64(data, 84),
    custodian: Pubkey.at(data, 92),
    stake: readU64(data, 156),
  };
}

function someStake(world: World, condition: (stake: StakeState) => boolean = () => true): StakeState | undefined {
  const key = world.find('stake', (_, each) => {
    const state = readStake(world, each);
    return state !== undefined && condition(state);
  });
  return key && readStake(world, key);
}

const stakeIx = (accounts: readonly Meta[], tag: number, ...data: readonly Uint8Array[]): Ix =>
  ix(STAKE_PROGRAM_ID, accounts, u32(tag), ...data);

const newStake: Generator = (world) => {
  const { random } = world;
  const key = world.fresh('stake');
  const len = random.mostly(STAKE_LEN, [STAKE_LEN - 1, STAKE_LEN + 1]);
  const lamports = random.mostly(world.rent(STAKE_LEN) + BigInt(random.below(5)) * SOL, [world.rent(STAKE_LEN), SOL]);
  const create = createAccount(world.actor(), key, lamports, len, STAKE_PROGRAM_ID);
  const [staker, withdrawer] = [world.authority(), world.authority()];
  if (random.chance(4)) {
    const accounts = [meta(key, 'w'), meta(RENT_ID), meta(staker), meta(withdrawer, 's')];
    return { name: 'stake.initializeChecked', instructions: [create, stakeIx(accounts, 9)] };
  }
  const lockup = random.chance(4)
    ? [u64(random.pick([0n, 1n << 40n])), u64(random.below(3)), world.actor().bytes]
    : [new Uint8Array(48)];
  const initialize = stakeIx([meta(key, 'w'), meta(RENT_ID)], 0, staker.bytes, withdrawer.bytes, ...lockup);
  return { name: 'stake.initialize', instructions: random.chance(12) ? [create] : [create, initialize] };
};

const delegate: Generator = (world) => {
  const { random } = world;
  const stake = someStake(world, ({ tag }) => tag === 1 || (tag === 2 && random.chance(5)));
  if (stake === undefined) return newStake(world);
  const vote = world.find('vote', ({ owner }) => owner.equals(VOTE_PROGRAM_ID));
  if (vote === undefined) return newVoteAccount(world);
  const accounts = [
    meta(stake.key, 'w'),
    meta(random.mostly(vote, [world.anyKey()])),
    meta(CLOCK_ID),
    meta(STAKE_HISTORY_ID),
    meta(STAKE_CONFIG_ID),
    meta(stake.staker, 's'),
  ];
  return one('delegate', stakeIx(accounts, 2));
};

const deactivate: Generator = (world) => {
  const stake = someStake(world, ({ tag }) => tag === 2);
  if (stake === undefined) return delegate(world);
  return one('deactivate', stakeIx([meta(stake.key, 'w'), meta(CLOCK_ID), meta(stake.staker, 's')], 5));
};

const split: Generator = (world) => {
  const { random } = world;
  const stake = someStake(world);
  if (stake === undefined) return newStake(world);
  const key = world.fresh('stake');
  const lamports = random.mostly(world.lamports(stake.key) / 2n, [world.lamports(stake.key), 1n, 0n, random.edge()]);
  const rent = random.mostly(world.rent(STAKE_LEN), [world.rent(STAKE_LEN) - 1n, SOL]);
  return {
    name: 'stake.split',
    instructions: [
      createAccount(world.actor(), key, rent, STAKE_LEN, STAKE_PROGRAM_ID),
      stakeIx([meta(stake.key, 'w'), meta(key, 'w'), meta(stake.staker, 's')], 3, u64(lamports)),
    ],
  };
};

const merge: Generator = (world) => {
  const { random } = world;
  const stake = someStake(world);
  const other = someStake(
    world,
    (each) => stake !== undefined && each.tag === stake.tag && !each.key.equals(stake.key),
  );
  if (stake === undefined || other === undefined) return newStake(world);
  const accounts = [
    meta(stake.key, 'w'),
    meta(random.mostly(other.key, [stake.key]), 'w'),
    meta(CLOCK_ID),
    meta(STAKE_HISTORY_ID),
    meta(stake.staker, 's'),
  ];
  return one('merge', stakeIx(accounts, 7));
};

const withdraw: Generator = (world) => {
  const { random } = world;
  const stake = someStake(world, ({ tag }) => tag !== 2 || random.chance(3));
  if (stake === undefined) return newStake(world);
  const balance = world.lamports(stake.key);
  const free = balance - world.rent(STAKE_LEN) - stake.stake;
  const lamports = random.mostly(free > 0n ? free : 0n, [balance, random.amount(balance)]);
  const accounts = [
    meta(stake.key, 'w'),
    meta(world.actor(), 'w'),
    meta(CLOCK_ID),
    meta(STAKE_HISTORY_ID),
    meta(stake.tag === 0 ? stake.key : stake.withdrawer, 's'),
  ];
  if (random.chance(3)) accounts.push(meta(stake.custodian, 's'));
  return one('withdraw', stakeIx(accounts, 4, u64(lamports)));
};

const authorize: Generator = (world) => {
  const { random } = world;
  const stake = someStake(world, ({ tag }) => tag > 0);
  if (stake === undefined) return newStake(world);
  const kind = random.below(2);
  const current = random.mostly(kind === 0 ? stake.staker : stake.withdrawer, [stake.withdrawer, world.actor()]);
  const custodian = random.chance(3) ? [meta(stake.custodian, 's')] : [];
  const target = meta(stake.key, 'w');
  const next = world.authority();
  switch (random.below(4)) {
    case 0:
      return one(
        'authorize',
        stakeIx(
          [target, meta(CLOCK_ID), meta(current, 's'), ...custodian],
          1,
          next.bytes,
          u32(random.mostly(kind, [2])),
        ),
      );
    case 1: {
      const accounts = [target, meta(CLOCK_ID), meta(current, 's'), meta(next, 's'), ...custodian];
      return one('authorizeChecked', stakeIx(accounts, 10, u32(kind)));
    }
    case 2: {
      const base = world.actor();
      const derived = createWithSeed(base, 'stake', world.actors[0]);
      const hand = stakeIx(
        [target, meta(CLOCK_ID), meta(current, 's'), ...custodian],
        1,
        (derived as Pubkey).bytes,
        u32(kind),
      );
      const take = stakeIx(
        [target, meta(base, 's'), meta(CLOCK_ID), ...custodian],
        8,
        next.bytes,
        u32(kind),
        string64(random.mostly('stake', ['other', 'x'.repeat(33)])),
        world.actors[0].bytes,
      );
      return { name: 'stake.authorizeWithSeed', instructions: random.chance(4) ? [hand] : [hand, take] };
    }
    default: {
      const base = world.actor();
      const accounts = [target, meta(base, 's'), meta(CLOCK_ID), meta(next, 's'), ...custodian];
      return one(
        'authorizeCheckedWithSeed',
        stakeIx(accounts, 11, u32(kind), string64('stake'), world.actors[0].bytes),
      );
    }
  }
};

const lockup: Generator = (world) => {
  const { random } = world;
  const stake = someStake(world, ({ tag }) => tag > 0);
  if (stake === undefined) return newStake(world);
  const isLocked = stake.lockupTime > 0n || stake.lockupEpoch > 0n;
  const signer = meta(random.mostly(isLocked ? stake.custodian : stake.withdrawer, [world.actor()]), 's');
  const time = option(random.chance(2) ? u64(random.pick([0n, 5n, 1n << 40n])) : undefined);
  const epoch = option(random.chance(2) ? u64(random.below(4)) : undefined);
  if (random.chance(2)) {
    const custodian = option(random.chance(2) ? world.actor().bytes : undefined);
    return one('setLockup', stakeIx([meta(stake.key, 'w'), signer], 6, time, epoch, custodian));
  }
  const custodian = random.chance(2) ? [meta(world.actor(), 's')] : [];
  return one('setLockupChecked', stakeIx([meta(stake.key, 'w'), signer, ...custodian], 12, time, epoch));
};

const move: Generator = (world) => {
  const { random } = world;
  const [from, to] = [someStake(world, ({ tag }) => tag > 0), someStake(world, ({ tag }) => tag > 0)];
  if (from === undefined || to === undefined) return newStake(world);
  const accounts = [meta(from.key, 'w'), meta(to.key, 'w'), meta(from.staker, 's')];
  const isStake = random.chance(2);
  const amount = isStake ? from.stake : world.lamports(from.key) - world.rent(STAKE_LEN) - from.stake;
  return one(
    isStake ? 'moveStake' : 'moveLamports',
    stakeIx(accounts, isStake ? 16 : 17, u64(random.amount(amount > 0n ? amount : 0n))),
  );
};

const other: Generator = (world) => {
  const { random } = world;
  if (random.chance(3)) return one('getMinimumDelegation', stakeIx([], 13));
  const stake = someStake(world);
  if (stake === undefined) return newStake(world);
  const votes = world.all('vote');
  if (votes.length === 0) return newVoteAccount(world);
  const accounts = [meta(stake.key, 'w'), meta(random.pick(votes)), meta(random.pick(votes))];
  return one('deactivateDelinquent', stakeIx(accounts, random.mostly(14, [15, 18, 99])));
};

/** The clock goes on by an epoch or more, and the stake history tells of those before. */
const passEpochs: Generator = (world) => {
  const { random } = world;
  const { clock } = world.machines.bank.environment.sysvars;
  if (clock === undefined) return undefined;
  const epoch = clock.epoch + BigInt(random.between(1, 3));
  const sysvar = (key: Pubkey, data: Uint8Array): Step =>
    accountStep(key, { lamports: 1n, owner: SYSVAR_OWNER_ID, data, rentEpoch: 0n });
  const entries = Array.from({ length: Number(epoch > 20n ? 20n : epoch) }, (_, i) => ({
    epoch: epoch - 1n - BigInt(i),
    effective: BigInt(random.below(1000)) * SOL,
    activating: BigInt(random.below(100)) * SOL,
    deactivating: BigInt(random.below(100)) * SOL,
  }));
  const setup = [
    sysvar(
      CLOCK_ID,
      encodeClock({ ...clock, slot: clock.slot + 1n, epoch, unixTimestamp: clock.unixTimestamp + 1000n }),
    ),
    sysvar(STAKE_HISTORY_ID, encodeStakeHistory(entries)),
  ];
  return { name: 'stake.passEpochs', setup, instructions: [] };
};

function one(name: string, instruction: Ix): Move {
  return { name: `stake.${name}`, instructions: [instruction] };
}

export const STAKE: readonly (readonly [weight: number, generator: Generator])[] = [
  [4, newStake],
  [5, delegate],
  [2, deactivate],
  [3, split],
  [3, merge],
  [3, withdraw],
  [3, authorize],
  [2, lockup],
  [2, move],
  [1, other],
  [2, passEpochs],
];

export const STAKE_MAKERS: readonly Generator[] = [newVoteAccount, newStake, newStake, newStake];
