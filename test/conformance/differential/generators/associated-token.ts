// Associated token accounts: made, made where they may be there, recovered out of one another.

import { findProgramAddress } from '../../../../src/crypto/program-address.ts';
import { SYSTEM_PROGRAM_ID } from '../../../../src/runtime/addresses.ts';
import { Pubkey } from '../../../../src/wire/pubkey.ts';
import { ix, meta, u8 } from '../encode.ts';
import type { Generator, World } from '../world.ts';
import { type Flavor, someMint, someToken, TOKEN_2022_FLAVOR, TOKEN_FLAVOR } from './token-state.ts';

const ASSOCIATED_TOKEN_ID = Pubkey.fromBase58('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL');

function associated(owner: Pubkey, mint: Pubkey, { program }: Flavor): Pubkey {
  const found = findProgramAddress([owner.bytes, program.bytes, mint.bytes], ASSOCIATED_TOKEN_ID);
  if (typeof found === 'string') throw new Error(found);
  return found.address;
}

const someFlavor = (world: World): Flavor => world.random.pick([TOKEN_FLAVOR, TOKEN_2022_FLAVOR]);

const create: Generator = (world) => {
  const { random } = world;
  const flavor = someFlavor(world);
  const mint = random.mostly(someMint(world, flavor)?.key ?? flavor.nativeMint, [flavor.nativeMint, world.actor()]);
  const owner = random.mostly(world.authority(), [someToken(world, flavor)?.key ?? mint, world.fresh()]);
  const key = random.mostly(associated(owner, mint, flavor), [world.anyKey()]);
  world.add(flavor.tokens, key);
  const program = random.mostly(flavor, [TOKEN_FLAVOR, TOKEN_2022_FLAVOR]).program;
  const accounts = [
    meta(world.actor(), 'sw'),
    meta(key, 'w'),
    meta(owner),
    meta(mint),
    meta(SYSTEM_PROGRAM_ID),
    meta(program),
  ];
  const tag = random.pick([new Uint8Array(0), u8(0), u8(1), u8(1)]);
  return { name: 'ata.create', instructions: [ix(ASSOCIATED_TOKEN_ID, accounts, tag)] };
};

/** An associated account whose owner is itself an associated account. */
const recoverNested: Generator = (world) => {
  const { random } = world;
  const flavor = someFlavor(world);
  const [ownerMint, nestedMint] = [someMint(world, flavor), someMint(world, flavor)];
  if (ownerMint === undefined || nestedMint === undefined) return undefined;
  const wallet = world.actor();
  const owner = associated(wallet, ownerMint.key, flavor);
  const nested = associated(owner, nestedMint.key, flavor);
  const destination = associated(wallet, nestedMint.key, flavor);
  for (const key of [owner, nested, destination]) world.add(flavor.tokens, key);
  const make = (key: Pubkey, of: Pubkey, mint: Pubkey) =>
    ix(
      ASSOCIATED_TOKEN_ID,
      [meta(wallet, 'sw'), meta(key, 'w'), meta(of), meta(mint), meta(SYSTEM_PROGRAM_ID), meta(flavor.program)],
      u8(1),
    );
  const recover = ix(
    ASSOCIATED_TOKEN_ID,
    [
      meta(nested, 'w'),
      meta(nestedMint.key),
      meta(destination, 'w'),
      meta(owner),
      meta(ownerMint.key),
      meta(wallet, 'sw'),
      meta(flavor.program),
    ],
    u8(2),
  );
  const preparations = [
    make(owner, wallet, ownerMint.key),
    make(nested, owner, nestedMint.key),
    make(destination, wallet, nestedMint.key),
  ];
  return { name: 'ata.recoverNested', instructions: random.chance(3) ? [recover] : [...preparations, recover] };
};

export const ASSOCIATED_TOKEN: readonly (readonly [weight: number, generator: Generator])[] = [
  [4, create],
  [1, recoverNested],
];
