// Programs as clients deploy them: a buffer, its chunks, the deployment; and what can be done with a program afterwards.
// The ELF files are small: good ones of two versions that can be told apart, and some that a loader must refuse.

import { programDataAddressOf } from '../../../../src/bank/program-accounts.ts';
import { BPF_LOADER_UPGRADEABLE_ID, CLOCK_ID, RENT_ID, SYSTEM_PROGRAM_ID } from '../../../../src/runtime/addresses.ts';
import { assembleElf } from '../../../../src/sbpf/assembler.ts';
import type { Account } from '../../../../src/wire/account.ts';
import { readU32 } from '../../../../src/wire/bytes.ts';
import { Pubkey } from '../../../../src/wire/pubkey.ts';
import { DRIVER_ELF } from '../../../support/cpi-driver.ts';
import { type Ix, ix, type Meta, meta, u32, u64 } from '../encode.ts';
import type { Step } from '../machines.ts';
import type { Generator, Move, World } from '../world.ts';
import { createAccount, transfer } from './system.ts';

const BUFFER_META_LEN = 37;
const PROGRAM_LEN = 36;
const PROGRAM_DATA_LEN = 45;

const LOG_AND_RETURN = (value: number): string => `
  mov64 r1, ${value}
  mov64 r2, 2
  mov64 r3, 3
  mov64 r4, 4
  mov64 r5, 5
  syscall sol_log_64_
  mov64 r0, ${value}
  exit`;

const GOOD: readonly Uint8Array[] = [
  assembleElf('mov64 r0, 0\nexit'),
  assembleElf('mov64 r0, 0\nexit', { version: 0 }),
  assembleElf(LOG_AND_RETURN(0)),
  assembleElf(LOG_AND_RETURN(0), { version: 0 }),
  assembleElf(LOG_AND_RETURN(7)),
  DRIVER_ELF,
];

const BAD: readonly Uint8Array[] = [
  new Uint8Array(0),
  new Uint8Array(100),
  GOOD[0].subarray(0, 60),
  assembleElf('syscall sol_alloc_free_\nexit'),
  assembleElf('syscall sol_alloc_free_\nexit', { version: 0 }),
  assembleElf('syscall sol_nonsense_\nexit', { version: 0 }),
  assembleElf('syscall sol_nonsense_\nexit'),
  assembleElf('mov64 r0, 0\nexit', { version: 1 }),
  assembleElf('mov64 r0, 0\nexit', { version: 2 }),
  assembleElf('mov64 r0, 0\nja +100\nexit'),
  assembleElf('mov64 r0, 0', { version: 0 }),
];

function someElf(world: World): Uint8Array {
  const { random } = world;
  const elf = random.mostly(random.pick(GOOD), BAD);
  if (elf.length === 0 || !random.chance(12)) return elf;
  const spoiled = Uint8Array.from(elf);
  spoiled[random.below(random.chance(2) ? spoiled.length : Math.min(spoiled.length, 120))] ^= 1 << random.below(8);
  return spoiled;
}

const loaderIx = (accounts: readonly Meta[], tag: number, ...data: readonly Uint8Array[]): Ix =>
  ix(BPF_LOADER_UPGRADEABLE_ID, accounts, u32(tag), ...data);

interface BufferNote {
  readonly elf: Uint8Array;
}

const write = (buffer: Pubkey, authority: Pubkey, offset: number, bytes: Uint8Array): Ix =>
  loaderIx([meta(buffer, 'w'), meta(authority, 's')], 1, u32(offset), u64(bytes.length), bytes);

/** A buffer with an ELF in it, written in chunks, or most of it. */
function fillBuffer(world: World, buffer: Pubkey, authority: Pubkey, elf: Uint8Array): Ix[] {
  const { random } = world;
  const len = random.mostly(BUFFER_META_LEN + elf.length, [BUFFER_META_LEN, BUFFER_META_LEN + elf.length + 50, 36, 4]);
  const instructions = [
    createAccount(world.actor(), buffer, world.rent(len), len, BPF_LOADER_UPGRADEABLE_ID),
    loaderIx([meta(buffer, 'w'), meta(authority)], 0),
  ];
  const chunk = random.pick([elf.length, 900, 300, 1012]);
  for (let at = 0; at < elf.length; at += chunk) {
    instructions.push(write(buffer, authority, at, elf.subarray(at, at + chunk)));
  }
  return random.mostly(instructions, [instructions.slice(0, -1)]);
}

const newBuffer: Generator = (world) => {
  const elf = someElf(world);
  const buffer = world.fresh('buffer', { elf } satisfies BufferNote);
  return { name: 'loader.buffer', instructions: fillBuffer(world, buffer, world.authority(), elf), isAlone: true };
};

const rewrite: Generator = (world) => {
  const { random } = world;
  const buffer = someBuffer(world);
  if (buffer === undefined) return newBuffer(world);
  const { elf } = world.note<BufferNote>(buffer.key) ?? { elf: GOOD[0] };
  const at = random.pick([0, random.below(elf.length + 1), elf.length, 0xffff_ffff]);
  const bytes = random.chance(2) ? elf.subarray(at, at + 200) : random.bytes(random.below(20));
  return one('write', write(buffer.key, buffer.authority ?? world.actor(), at, bytes));
};

interface BufferState {
  readonly key: Pubkey;
  readonly authority: Pubkey | undefined;
  readonly len: number;
}

function someBuffer(world: World): BufferState | undefined {
  const key = world.find(
    'buffer',
    ({ owner, data }) =>
      owner.equals(BPF_LOADER_UPGRADEABLE_ID) && data.length >= BUFFER_META_LEN && readU32(data, 0) === 1,
  );
  const data = key && world.account(key)?.data;
  if (key === undefined || data === undefined) return undefined;
  return { key, authority: data[4] === 1 ? Pubkey.at(data, 5) : undefined, len: data.length };
}

interface ProgramState {
  readonly key: Pubkey;
  readonly programData: Pubkey;
  readonly authority: Pubkey | undefined;
  readonly len: number;
}

/** A deployed program; the ones everybody uses can't be upgraded. */
function someProgram(world: World): ProgramState | undefined {
  const isDeployed = ({ owner, data }: Account) =>
    owner.equals(BPF_LOADER_UPGRADEABLE_ID) && data.length >= PROGRAM_LEN && readU32(data, 0) === 2;
  const hasAuthority = ({ data }: Account) => world.account(Pubkey.at(data, 4))?.data[12] === 1;
  const isAny = world.random.chance(12);
  const key = world.find('program', (account) => isDeployed(account) && (isAny || hasAuthority(account)));
  const data = key && world.account(key)?.data;
  if (key === undefined || data === undefined) return undefined;
  const programData = Pubkey.at(data, 4);
  const bytes = world.account(programData)?.data;
  const authority =
    bytes !== undefined && bytes.length > PROGRAM_DATA_LEN && bytes[12] === 1 ? Pubkey.at(bytes, 13) : undefined;
  return { key, programData, authority, len: bytes?.length ?? 0 };
}

/** A program can't be changed twice in a slot. */
const nextSlot = (world: World): readonly Step[] => [{ kind: 'warp', slot: world.slot + 1n }];

const deploy: Generator = (world) => {
  const { random } = world;
  let buffer = random.chance(2) ? someBuffer(world) : undefined;
  const preparations: Ix[] = [];
  if (buffer === undefined) {
    const elf = someElf(world);
    const key = world.fresh('buffer', { elf } satisfies BufferNote);
    const authority = world.authority();
    buffer = { key, authority, len: BUFFER_META_LEN + elf.length };
    preparations.push(...fillBuffer(world, key, authority, elf));
  }
  const program = random.mostly(world.fresh('program'), [...world.all('program')]);
  const payer = world.actor();
  const payload = Math.max(0, buffer.len - BUFFER_META_LEN);
  const maxLen = random.mostly(BigInt(payload + random.below(2) * 500), [
    BigInt(payload) - 1n,
    0n,
    10_485_715n,
    10_485_716n,
  ]);
  const rent = random.mostly(world.rent(PROGRAM_LEN), [world.rent(PROGRAM_LEN) - 1n]);
  const create = createAccount(payer, program, rent, random.mostly(PROGRAM_LEN, [35, 40]), BPF_LOADER_UPGRADEABLE_ID);
  const accounts = [
    meta(payer, 'sw'),
    meta(random.mostly(programDataAddressOf(program), [world.fresh()]), 'w'),
    meta(program, 'w'),
    meta(buffer.key, 'w'),
    meta(RENT_ID),
    meta(CLOCK_ID),
    meta(SYSTEM_PROGRAM_ID),
    meta(buffer.authority ?? world.actor(), 's'),
  ];
  const extra = random.mostly<Uint8Array[]>([], [[Uint8Array.of(1)], [Uint8Array.of(0)]]);
  world.add('program-data', programDataAddressOf(program));
  const instructions = [...preparations, create, loaderIx(accounts, 2, u64(maxLen), ...extra)];
  if (random.chance(8)) instructions.push(ix(program, [meta(payer)], u64(0), u64(0)));
  return { name: 'loader.deploy', instructions, isAlone: true };
};

const upgrade: Generator = (world) => {
  const { random } = world;
  const program = someProgram(world);
  if (program === undefined) return deploy(world);
  const elf = someElf(world);
  const key = world.fresh('buffer', { elf } satisfies BufferNote);
  const authority = program.authority ?? world.actor();
  const accounts = [
    meta(program.programData, 'w'),
    meta(program.key, 'w'),
    meta(key, 'w'),
    meta(random.mostly(world.actor(), [program.programData, key]), 'w'),
    meta(RENT_ID),
    meta(CLOCK_ID),
    meta(authority, 's'),
  ];
  return {
    name: 'loader.upgrade',
    setup: random.mostly(nextSlot(world), [[]]),
    instructions: [...fillBuffer(world, key, authority, elf), loaderIx(accounts, 3)],
    isAlone: true,
  };
};

const setAuthority: Generator = (world) => {
  const { random } = world;
  const buffer = random.chance(2) ? someBuffer(world) : undefined;
  const program = buffer === undefined ? someProgram(world) : undefined;
  const key = buffer?.key ?? program?.programData;
  if (key === undefined) return newBuffer(world);
  const authority = buffer?.authority ?? program?.authority ?? world.actor();
  const isChecked = random.chance(2);
  const accounts = [meta(key, 'w'), meta(authority, 's')];
  if (isChecked || random.mostly(true, [false])) accounts.push(meta(world.authority(), isChecked ? 's' : ''));
  return one(isChecked ? 'setAuthorityChecked' : 'setAuthority', loaderIx(accounts, isChecked ? 7 : 4));
};

const close: Generator = (world) => {
  const { random } = world;
  const program = random.chance(3) ? someProgram(world) : undefined;
  const recipient = meta(world.actor(), 'w');
  if (program !== undefined) {
    const accounts = [
      meta(program.programData, 'w'),
      recipient,
      meta(program.authority ?? world.actor(), 's'),
      meta(program.key, 'w'),
    ];
    return {
      name: 'loader.closeProgram',
      setup: random.mostly(nextSlot(world), [[]]),
      instructions: [loaderIx(accounts, 5)],
    };
  }
  const buffer = someBuffer(world);
  if (buffer === undefined) return newBuffer(world);
  const accounts = [meta(buffer.key, 'w'), recipient, meta(buffer.authority ?? world.actor(), 's')];
  return one('closeBuffer', loaderIx(accounts, 5));
};

const extend: Generator = (world) => {
  const { random } = world;
  const program = someProgram(world);
  if (program === undefined) return deploy(world);
  const bytes = random.mostly(random.pick([10_240, 10_241, 20_000]), [0, 1, 100, 10_239, 10_485_760 - program.len]);
  const accounts = [
    meta(program.programData, 'w'),
    meta(program.key, 'w'),
    meta(SYSTEM_PROGRAM_ID),
    meta(world.actor(), 'sw'),
  ];
  const isPrefunded = random.chance(6);
  const instructions = [loaderIx(isPrefunded ? accounts.slice(0, 2) : accounts, 6, u32(bytes))];
  if (isPrefunded) {
    instructions.unshift(transfer(world.actor(), program.programData, world.rent(program.len + bytes)));
  }
  return { name: 'loader.extend', setup: random.mostly(nextSlot(world), [[]]), instructions };
};

/** A call of whatever is at a program's address now. The driver among them reads a script: here the one that ends at once. */
const call: Generator = (world) => {
  const { random } = world;
  const program = world.find('program');
  if (program === undefined) return deploy(world);
  const accounts = random
    .shuffled(world.actors)
    .slice(0, random.below(3))
    .map((key) => meta(key));
  return one('call', ix(program, accounts, u64(0), u64(random.mostly(0n, [1n, 1n << 32n, 5n << 32n]))));
};

/** A right instruction on wrong accounts of the loader's. */
const astray: Generator = (world) => {
  const { random } = world;
  const move = random.pick([rewrite, upgrade, setAuthority, close, extend, deploy])(world);
  if (move === undefined) return undefined;
  const instructions = [...move.instructions];
  const last = instructions[instructions.length - 1];
  const accounts = [...last.accounts];
  if (accounts.length === 0) return move;
  for (let i = random.between(1, 2); i > 0; i--) {
    const at = random.below(accounts.length);
    const pool = random.pick(['buffer', 'program', 'program-data', 'plain'] as const);
    accounts[at] = { ...accounts[at], pubkey: world.find(pool) ?? world.anyKey() };
  }
  instructions[instructions.length - 1] = { ...last, accounts };
  return { ...move, name: 'loader.astray', instructions };
};

/** Removed or unknown instructions, and the older loaders' management. */
const old: Generator = (world) => {
  const { random } = world;
  const program = someProgram(world);
  const accounts = program === undefined ? [] : [meta(program.programData, 'w'), meta(program.key, 'w')];
  return one('old', loaderIx(accounts, random.between(8, 10), random.bytes(random.below(10))));
};

function one(name: string, instruction: Ix): Move {
  return { name: `loader.${name}`, instructions: [instruction] };
}

export const LOADER_V3: readonly (readonly [weight: number, generator: Generator])[] = [
  [2, newBuffer],
  [2, rewrite],
  [5, deploy],
  [4, upgrade],
  [3, setAuthority],
  [3, close],
  [3, extend],
  [6, call],
  [4, astray],
  [1, old],
];
