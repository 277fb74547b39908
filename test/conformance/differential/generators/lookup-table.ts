// The Address Lookup Table program. The tables that come out are what v0 transactions look their keys up in.

import { findProgramAddress } from '../../../../src/crypto/program-address.ts';
import { ADDRESS_LOOKUP_TABLE_ID, SYSTEM_PROGRAM_ID } from '../../../../src/runtime/addresses.ts';
import { readU64 } from '../../../../src/wire/bytes.ts';
import { Pubkey } from '../../../../src/wire/pubkey.ts';
import { type Ix, ix, type Meta, meta, u8, u32, u64 } from '../encode.ts';
import type { Step } from '../machines.ts';
import { accountStep, type Generator, type Move, type World } from '../world.ts';

const META_LEN = 56;
const U64_MAX = (1n << 64n) - 1n;

const tableIx = (accounts: readonly Meta[], tag: number, ...data: readonly Uint8Array[]): Ix =>
  ix(ADDRESS_LOOKUP_TABLE_ID, accounts, u32(tag), ...data);

const create: Generator = (world) => {
  const { random } = world;
  const authority = world.authority();
  const recent = world.machines.bank.environment.sysvars.slotHashes?.[0]?.slot ?? 0n;
  const slot = random.mostly(recent, [recent + 1n, recent - 1n, 0n]);
  const found = findProgramAddress([authority.bytes, u64(slot)], ADDRESS_LOOKUP_TABLE_ID);
  if (typeof found === 'string') return undefined;
  const key = random.mostly(found.address, [world.fresh()]);
  world.add('table', key);
  const accounts = [
    meta(key, 'w'),
    meta(authority, random.pick(['', 's'])),
    meta(world.actor(), 'sw'),
    meta(SYSTEM_PROGRAM_ID),
  ];
  return one('create', tableIx(accounts, 0, u64(slot), u8(random.mostly(found.bump, [found.bump - 1]))));
};

function authorityOf(world: World, table: Pubkey): Pubkey {
  const data = world.account(table)?.data;
  return data === undefined || data.length < META_LEN || data[21] !== 1 ? world.actor() : Pubkey.at(data, 22);
}

/** Mostly one that can still be extended. */
function someTable(world: World): Pubkey | undefined {
  const isAny = world.random.chance(8);
  return world.find('table', ({ owner, data }) => {
    if (!owner.equals(ADDRESS_LOOKUP_TABLE_ID)) return false;
    return isAny || (data[21] === 1 && readU64(data, 4) === U64_MAX);
  });
}

const extend: Generator = (world) => {
  const { random } = world;
  const table = someTable(world);
  if (table === undefined) return create(world);
  const count = random.mostly(random.between(1, 12), [0, 30, 256, 257]);
  const keys = Array.from({ length: count }, () => world.anyKey().bytes);
  const accounts = [meta(table, 'w'), meta(authorityOf(world, table), 's')];
  if (random.mostly(true, [false])) accounts.push(meta(world.actor(), 'sw'), meta(SYSTEM_PROGRAM_ID));
  return one('extend', tableIx(accounts, 2, u64(keys.length), ...keys));
};

const end: Generator = (world) => {
  const { random } = world;
  const table = someTable(world);
  if (table === undefined) return create(world);
  const accounts = [meta(table, 'w'), meta(authorityOf(world, table), 's')];
  switch (random.below(3)) {
    case 0:
      return one('freeze', tableIx(accounts, 1));
    case 1:
      return one('deactivate', tableIx(accounts, 3));
    default:
      return one('close', tableIx([...accounts, meta(random.mostly(world.actor(), [table]), 'w')], 4));
  }
};

function one(name: string, instruction: Ix): Move {
  return { name: `table.${name}`, instructions: [instruction] };
}

export const LOOKUP_TABLE: readonly (readonly [weight: number, generator: Generator])[] = [
  [2, create],
  [5, extend],
  [2, end],
];

/** A table as it would be on the chain. */
function tableData(
  authority: Pubkey | undefined,
  deactivated: bigint,
  extended: bigint,
  keys: readonly Pubkey[],
): Uint8Array {
  return Buffer.concat([
    u32(1),
    u64(deactivated),
    u64(extended),
    u8(0),
    u8(authority === undefined ? 0 : 1),
    authority?.bytes ?? new Uint8Array(32),
    new Uint8Array(2),
    ...keys.map(({ bytes }) => bytes),
  ]);
}

/** Tables of what everything uses, one of them on its way out. */
export function startingTables(world: World, keys: readonly Pubkey[]): Step[] {
  const rows = [
    { authority: world.actors[0], deactivated: U64_MAX, keys: [...world.actors, ...keys] },
    { authority: undefined, deactivated: U64_MAX, keys: [...keys].reverse() },
    { authority: world.actors[1], deactivated: world.slot - 1n, keys },
  ];
  return rows.map(({ authority, deactivated, keys: listed }) => {
    const key = world.fresh('table');
    const data = tableData(authority, deactivated, 1n, listed);
    return accountStep(key, { lamports: world.rent(data.length), owner: ADDRESS_LOOKUP_TABLE_ID, data });
  });
}
