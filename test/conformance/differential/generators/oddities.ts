// Accounts that no transaction could bring about any more, or hardly: below the rent minimum, almost as rich as a u64 can
// say, in the middle of a loader's or a nonce's states, executable and not a program; and transactions at the limits of what
// accounts may grow.

import {
  BPF_LOADER_DEPRECATED_ID,
  BPF_LOADER_ID,
  BPF_LOADER_UPGRADEABLE_ID,
  INCINERATOR_ID,
  LOADER_V4_ID,
  NATIVE_LOADER_ID,
  RECENT_BLOCKHASHES_ID,
  STAKE_PROGRAM_ID,
  SYSTEM_PROGRAM_ID,
  SYSVAR_OWNER_ID,
  VOTE_PROGRAM_ID,
} from '../../../../src/runtime/addresses.ts';
import { type Ix, ix, meta, u32, u64 } from '../encode.ts';
import type { Step } from '../machines.ts';
import { accountStep, type Generator, type World } from '../world.ts';
import { transfer } from './system.ts';
import { TOKEN_2022_ID, TOKEN_ID } from './token-state.ts';

const U64_MAX = (1n << 64n) - 1n;

export function startingOddities(world: World): Step[] {
  const { random } = world;
  const steps: Step[] = [
    accountStep(world.fresh('plain'), { lamports: U64_MAX - 1_000_000n }),
    accountStep(world.fresh('plain'), { lamports: random.pick([1n, 890_879n, 890_880n]) }),
    accountStep(world.fresh('plain'), {
      lamports: random.pick([1n, 5000n, 5001n]),
      data: random.bytes(random.below(200)),
    }),
    accountStep(world.fresh('plain'), { rentEpoch: random.pick([0n, 5n, U64_MAX - 1n]) }),
    accountStep(INCINERATOR_ID, { lamports: 1n }),
  ];
  const owners = [
    TOKEN_ID,
    TOKEN_2022_ID,
    STAKE_PROGRAM_ID,
    VOTE_PROGRAM_ID,
    SYSTEM_PROGRAM_ID,
    NATIVE_LOADER_ID,
    LOADER_V4_ID,
  ];
  for (let i = 0; i < 4; i++) {
    const data = random.bytes(random.pick([0, 4, 8, 36, 37, 45, 80, 82, 165, 200, 355]));
    if (data.length > 4 && random.chance(2)) data.fill(0, 1, 4);
    if (data.length > 0) data[0] = random.below(4);
    const lamports = world.rent(data.length);
    steps.push(accountStep(world.fresh('scratch'), { lamports, data, owner: random.pick(owners) }));
  }
  for (let i = 0; i < 4; i++) {
    const data = new Uint8Array(random.pick([0, 3, 4, 12, 13, 36, 37, 44, 45, 46, 100]));
    if (data.length > 4) data.set(random.bytes(data.length - 4), 4);
    if (data.length > 0) data[0] = random.below(5);
    if (data.length > 12) data[data[0] === 3 ? 12 : 4] = random.below(2);
    const owner = random.pick([
      BPF_LOADER_UPGRADEABLE_ID,
      BPF_LOADER_UPGRADEABLE_ID,
      BPF_LOADER_ID,
      BPF_LOADER_DEPRECATED_ID,
    ]);
    const key = world.fresh(random.pick(['buffer', 'program']));
    steps.push(accountStep(key, { lamports: world.rent(data.length) + 1n, data, owner }));
  }
  if (random.chance(10)) {
    const none = accountStep(RECENT_BLOCKHASHES_ID, {
      lamports: 1n,
      owner: SYSVAR_OWNER_ID,
      data: u64(0),
      rentEpoch: 0n,
    });
    steps.push(none);
  }
  return steps;
}

const MEGABYTES_10 = 10_485_760;

/** Growth up to what a transaction may grow, and beyond. */
const grow: Generator = (world) => {
  const { random } = world;
  if (!random.chance(4)) return undefined;
  const instructions: Ix[] = [];
  for (let i = random.between(1, 3); i > 0; i--) {
    const key = world.fresh('plain');
    instructions.push(transfer(world.actor(), key, world.rent(MEGABYTES_10)));
    const space = random.mostly(MEGABYTES_10, [MEGABYTES_10 + 1, 1]);
    instructions.push(ix(SYSTEM_PROGRAM_ID, [meta(key, 'sw')], u32(8), u64(space)));
  }
  return { name: 'grow', instructions, isAlone: true };
};

const overflow: Generator = (world) => {
  const rich = world.find('plain', ({ lamports }) => lamports > 1n << 63n);
  if (rich === undefined) return undefined;
  const { random } = world;
  const lamports = random.pick([U64_MAX - world.lamports(rich), U64_MAX - world.lamports(rich) + 1n, 1n]);
  const [from, to] = random.chance(3) ? [rich, world.actor()] : [world.actor(), rich];
  return { name: 'overflow', instructions: [transfer(from, to, lamports)] };
};

export const ODDITIES: readonly (readonly [weight: number, generator: Generator])[] = [
  [1, grow],
  [3, overflow],
];
