// Instructions of the System program: every tag, durable nonces and seeds included.

import { createWithSeed } from '../../../../src/crypto/program-address.ts';
import { RECENT_BLOCKHASHES_ID, RENT_ID, SYSTEM_PROGRAM_ID } from '../../../../src/runtime/addresses.ts';
import type { Account } from '../../../../src/wire/account.ts';
import { readU32 } from '../../../../src/wire/bytes.ts';
import { Pubkey } from '../../../../src/wire/pubkey.ts';
import { type Ix, ix, meta, string64, u32, u64 } from '../encode.ts';
import { accountStep, type Generator, type Move, type World } from '../world.ts';

const NONCE_LEN = 80;
const MAX_ACCOUNT_LEN = 10_485_760;

export function createAccount(payer: Pubkey, key: Pubkey, lamports: bigint, space: number | bigint, owner: Pubkey): Ix {
  return ix(SYSTEM_PROGRAM_ID, [meta(payer, 'sw'), meta(key, 'sw')], u32(0), u64(lamports), u64(space), owner.bytes);
}

export function transfer(from: Pubkey, to: Pubkey, lamports: bigint): Ix {
  return ix(SYSTEM_PROGRAM_ID, [meta(from, 'sw'), meta(to, 'w')], u32(2), u64(lamports));
}

function someSpace(world: World): number {
  const { random } = world;
  // So much takes its time, on both sides.
  if (random.chance(100)) return random.pick([MAX_ACCOUNT_LEN, MAX_ACCOUNT_LEN + 1]);
  return random.weighted<() => number>([
    [8, () => random.pick([0, 0, 1, NONCE_LEN, 82, 165, 200])],
    [6, () => random.below(400)],
    [1, () => random.pick([10_239, 10_240, 10_241])],
  ])();
}

/** What a new account holds. */
function someLamports(world: World, space: number): bigint {
  const rent = world.rent(space);
  return world.random.mostly(rent + BigInt(world.random.below(3) * 2_000_000), [rent - 1n, 0n, world.random.edge()]);
}

function someOwner(world: World): Pubkey {
  const { random } = world;
  const programs = world.all('program');
  return random.chance(2) || programs.length === 0
    ? random.pick([SYSTEM_PROGRAM_ID, SYSTEM_PROGRAM_ID, world.actor()])
    : random.pick(programs);
}

const create: Generator = (world) => {
  const space = someSpace(world);
  const key = world.fresh('plain');
  return one('createAccount', createAccount(world.actor(), key, someLamports(world, space), space, someOwner(world)));
};

const createAllowPrefund: Generator = (world) => {
  const { random } = world;
  const key = world.find('plain') ?? world.fresh('plain');
  const target = random.chance(2) ? key : world.fresh('plain');
  const space = someSpace(world);
  const lamports = random.chance(3) ? 0n : someLamports(world, space);
  const accounts = [meta(target, 'sw')];
  if (lamports > 0n || random.chance(3)) accounts.push(meta(world.actor(), 'sw'));
  return one(
    'createAccountAllowPrefund',
    ix(SYSTEM_PROGRAM_ID, accounts, u32(13), u64(lamports), u64(space), someOwner(world).bytes),
  );
};

const pay: Generator = (world) => {
  const { random } = world;
  const to = random.pick([world.actor(), world.find('plain') ?? world.actor(), world.fresh('plain'), world.anyKey()]);
  const some = random.mostly(world.rent(0) + BigInt(random.below(1_000_000)), [
    random.amount(2_000_000n),
    random.edge(),
  ]);
  const from = random.chance(3) ? world.find('plain', ({ data }) => data.length === 0) : undefined;
  if (from === undefined) return one('transfer', transfer(world.actor(), to, some));
  const balance = world.lamports(from);
  return one(
    'transfer',
    transfer(from, to, random.pick([some, balance, balance - world.rent(0), random.amount(balance)])),
  );
};

const assign: Generator = (world) => {
  const key = world.find('plain', ({ owner }) => owner.equals(SYSTEM_PROGRAM_ID)) ?? world.actor();
  return one('assign', ix(SYSTEM_PROGRAM_ID, [meta(key, 'sw')], u32(1), someOwner(world).bytes));
};

const allocate: Generator = (world) => {
  const key = world.find('plain', ({ data, lamports }) => data.length === 0 && lamports > 10_000_000n);
  if (key === undefined) return one('fund', transfer(world.actor(), world.fresh('plain'), 100_000_000n));
  return one('allocate', ix(SYSTEM_PROGRAM_ID, [meta(key, 'sw')], u32(8), u64(someSpace(world))));
};

/** How an address was derived from another. */
interface Seeded {
  readonly base: Pubkey;
  readonly seed: string;
  readonly owner: Pubkey;
}

const SEEDS = ['', 'a', 'vault', 'x'.repeat(31), 'x'.repeat(32), 'x'.repeat(33), 'ü', 'seed🌱'];

function someSeeded(world: World): { key: Pubkey; seeded: Seeded } {
  const { random } = world;
  const known = random.chance(2) ? world.find('seeded') : undefined;
  const note = known && world.note<Seeded>(known);
  if (known !== undefined && note !== undefined) return { key: known, seeded: note };
  const seeded = {
    base: world.actor(),
    seed: random.chance(3) ? `s${random.below(1000)}` : random.pick(SEEDS),
    owner: random.chance(2) ? SYSTEM_PROGRAM_ID : someOwner(world),
  };
  const key = createWithSeed(seeded.base, seeded.seed, seeded.owner);
  if (typeof key === 'string') return { key: world.fresh(), seeded };
  world.add('seeded', key, seeded);
  return { key, seeded };
}

const createSeeded: Generator = (world) => {
  const { random } = world;
  const { key, seeded } = someSeeded(world);
  const payer = random.chance(2) ? seeded.base : world.actor();
  const space = someSpace(world);
  const accounts = [meta(payer, 'sw'), meta(key, 'w')];
  if (!payer.equals(seeded.base)) accounts.push(meta(seeded.base, 's'));
  const lamports = someLamports(world, space);
  return one(
    'createAccountWithSeed',
    ix(
      SYSTEM_PROGRAM_ID,
      accounts,
      u32(3),
      seeded.base.bytes,
      string64(seeded.seed),
      u64(lamports),
      u64(space),
      seeded.owner.bytes,
    ),
  );
};

const useSeeded: Generator = (world) => {
  const { random } = world;
  const { key, seeded } = someSeeded(world);
  const { base, seed, owner } = seeded;
  const accounts = [meta(key, 'w'), meta(base, 's')];
  const balance = world.lamports(key);
  const move = random.below(4);
  if (move === 0) {
    const data = [u32(9), base.bytes, string64(seed), u64(someSpace(world)), owner.bytes];
    return one('allocateWithSeed', ix(SYSTEM_PROGRAM_ID, accounts, ...data));
  }
  if (move === 1) {
    return one('assignWithSeed', ix(SYSTEM_PROGRAM_ID, accounts, u32(10), base.bytes, string64(seed), owner.bytes));
  }
  if (move === 2) return one('fundSeeded', transfer(world.actor(), key, random.pick([3_000_000n, world.rent(0)])));
  const lamports = random.pick([random.amount(balance), balance]);
  return one(
    'transferWithSeed',
    ix(SYSTEM_PROGRAM_ID, [...accounts, meta(world.actor(), 'w')], u32(11), u64(lamports), string64(seed), owner.bytes),
  );
};

// Nonces.

interface NonceState {
  readonly authority: Pubkey;
  readonly value: Uint8Array;
}

function readNonce({ data, owner }: Account): NonceState | undefined {
  if (!owner.equals(SYSTEM_PROGRAM_ID) || data.length !== NONCE_LEN || readU32(data, 4) !== 1) return undefined;
  return { authority: Pubkey.at(data, 8), value: data.slice(40, 72) };
}

const makeNonce: Generator = (world) => {
  const { random } = world;
  const key = world.fresh('nonce');
  const lamports = random.mostly(world.rent(NONCE_LEN) + 1_000_000n, [
    world.rent(NONCE_LEN),
    world.rent(NONCE_LEN) - 1n,
  ]);
  return {
    name: 'initializeNonce',
    instructions: [
      createAccount(world.actor(), key, lamports, random.chance(20) ? 100 : NONCE_LEN, SYSTEM_PROGRAM_ID),
      initializeNonce(key, world.authority()),
    ],
  };
};

function initializeNonce(key: Pubkey, authority: Pubkey): Ix {
  return ix(SYSTEM_PROGRAM_ID, [meta(key, 'w'), meta(RECENT_BLOCKHASHES_ID), meta(RENT_ID)], u32(6), authority.bytes);
}

function advanceNonce(key: Pubkey, authority: Pubkey): Ix {
  return ix(SYSTEM_PROGRAM_ID, [meta(key, 'w'), meta(RECENT_BLOCKHASHES_ID), meta(authority, 's')], u32(4));
}

function someNonce(world: World): { key: Pubkey; state: NonceState } | undefined {
  const key = world.find('nonce', (account) => readNonce(account) !== undefined);
  return key && { key, state: readNonce(world.account(key)!)! };
}

const useNonce: Generator = (world) => {
  const { random } = world;
  const nonce = someNonce(world);
  if (nonce === undefined) return makeNonce(world);
  const { key, state } = nonce;
  switch (random.below(6)) {
    case 0:
      return one('advanceNonce', advanceNonce(key, state.authority));
    case 1: {
      const balance = world.lamports(key);
      const lamports = random.pick([balance, balance - world.rent(NONCE_LEN), random.amount(balance)]);
      const accounts = [
        meta(key, 'w'),
        meta(random.chance(10) ? key : world.actor(), 'w'),
        meta(RECENT_BLOCKHASHES_ID),
        meta(RENT_ID),
        meta(state.authority, 's'),
      ];
      return one('withdrawNonce', ix(SYSTEM_PROGRAM_ID, accounts, u32(5), u64(lamports)));
    }
    case 2:
      return one(
        'authorizeNonce',
        ix(SYSTEM_PROGRAM_ID, [meta(key, 'w'), meta(state.authority, 's')], u32(7), world.authority().bytes),
      );
    case 3:
      return one('initializeNonceAgain', initializeNonce(key, world.actor()));
    default: {
      const then = random.chance(4) ? undefined : pay(world);
      const instructions = [advanceNonce(key, state.authority), ...(then?.instructions ?? [])];
      return { name: 'durableNonce', instructions, nonce: state.value, isAlone: true };
    }
  }
};

/** A nonce of the first version can only be there from old times. */
const upgradeNonce: Generator = (world) => {
  const { random } = world;
  const key = world.fresh('nonce');
  const data = new Uint8Array(NONCE_LEN);
  data[0] = random.mostly(0, [1, 2]);
  data[4] = random.mostly(1, [0, 2]);
  data.set(world.actor().bytes, 8);
  data.set(random.bytes(32), 40);
  return {
    name: 'upgradeNonce',
    setup: [accountStep(key, { lamports: world.rent(NONCE_LEN), data })],
    instructions: [ix(SYSTEM_PROGRAM_ID, [meta(key, 'w')], u32(12))],
  };
};

function one(name: string, instruction: Ix): Move {
  return { name, instructions: [instruction] };
}

export const SYSTEM: readonly (readonly [weight: number, generator: Generator])[] = [
  [4, create],
  [2, createAllowPrefund],
  [6, pay],
  [2, assign],
  [2, allocate],
  [3, createSeeded],
  [4, useSeeded],
  [2, makeNonce],
  [6, useNonce],
  [1, upgradeNonce],
];

export const NONCE_MAKERS: readonly Generator[] = [makeNonce, makeNonce];
