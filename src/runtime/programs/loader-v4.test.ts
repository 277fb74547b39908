// Loader v4. No oracle has it: the expectations are read from Agave 4.1's programs/loader-v4/src/lib.rs, the order of its
// checks included.

import { describe, expect, test } from 'vitest';
import { u32, u64 } from '../../../test/support/bytes.ts';
import { MapBank, Oracle, type Outcome } from '../../../test/support/litesvm-oracle.ts';
import { assembleElf } from '../../sbpf/assembler.ts';
import type { Account } from '../../wire/account.ts';
import { concatBytes } from '../../wire/bytes.ts';
import { compileMessage, type Instruction } from '../../wire/message-compiler.ts';
import { Pubkey } from '../../wire/pubkey.ts';
import { createTransaction, encodeTransaction } from '../../wire/transaction.ts';
import * as ids from '../addresses.ts';
import { AGAVE_RULES } from '../rules.ts';
import { encodeClock } from '../sysvars/layouts.ts';

const SOL = 1_000_000_000n;
const SLOT = 1000n;
const RETRACTED = 0;
const DEPLOYED = 1;
const FINALIZED = 2;
const STATE_LEN = 48;

const key = (i: number): Pubkey => new Pubkey(new Uint8Array(32).fill(i));
const PAYER = key(1);
const PROGRAM = key(2);
const AUTHORITY = key(3);
const OTHER = key(4);
const NEXT = key(5);
const ELF = assembleElf('entrypoint:\n mov64 r0, 7\n exit');
const NO_ELF = ELF.slice().fill(0, 0, 4);

const meta = (address: Pubkey, flags = '') => ({
  address,
  isSigner: flags.includes('s'),
  isWritable: flags.includes('w'),
});
type Meta = ReturnType<typeof meta>;

const ix = {
  write: (offset: number, bytes: Uint8Array) => concatBytes([u32(0), u32(offset), u64(bytes.length), bytes]),
  copy: (to: number, from: number, len: number) => concatBytes([u32(1), u32(to), u32(from), u32(len)]),
  setLength: (len: number) => concatBytes([u32(2), u32(len)]),
  deploy: u32(3),
  retract: u32(4),
  transfer: u32(5),
  finalize: u32(6),
};

const state = (status: number, content: Uint8Array = ELF, authority = AUTHORITY, slot = 5n): Uint8Array =>
  concatBytes([u64(slot), authority.bytes, u64(status), content]);
const rentOf = (len: number): bigint => BigInt(128 + STATE_LEN + len) * 6960n;

const genesis = [...new Oracle().bank.accounts];

class World {
  readonly bank: MapBank;

  constructor(isOn = true) {
    const bank = new MapBank(AGAVE_RULES);
    for (const [address, account] of genesis) bank.accounts.set(address, account);
    this.bank = bank;
    if (isOn) bank.features = bank.features.with('enable_loader_v4');
    bank.recentBlockhashes.push(bank.latestBlockhash);
    const name = new TextEncoder().encode('loader_v4');
    this.put(ids.LOADER_V4_ID, { owner: ids.NATIVE_LOADER_ID, data: name, executable: true });
    for (const address of [PAYER, AUTHORITY, OTHER]) this.put(address, { lamports: 10n * SOL });
    this.warpTo(SLOT);
  }

  put(address: Pubkey, account: Partial<Account>): void {
    const { length } = account.data ?? [];
    this.bank.setAccount(address, {
      lamports: rentOf(length - STATE_LEN),
      data: new Uint8Array(0),
      owner: ids.LOADER_V4_ID,
      executable: false,
      rentEpoch: (1n << 64n) - 1n,
      ...(account.lamports !== undefined && account.owner === undefined && { owner: ids.SYSTEM_PROGRAM_ID }),
      ...account,
    });
  }

  warpTo(slot: bigint): void {
    const clock = { slot, epochStartTimestamp: 0n, epoch: 0n, leaderScheduleEpoch: 0n, unixTimestamp: 0n };
    this.put(ids.CLOCK_ID, { lamports: 1n, owner: ids.SYSVAR_OWNER_ID, data: encodeClock(clock) });
  }

  send(...instructions: readonly Instruction[]): Outcome {
    const message = compileMessage({ feePayer: PAYER, recentBlockhash: this.bank.latestBlockhash, instructions });
    const signatures = Array.from({ length: message.header.numRequiredSignatures }, () => new Uint8Array(64));
    // The same may be sent again.
    this.bank.processed.clear();
    return this.bank.send(encodeTransaction(createTransaction(message, signatures))).outcome;
  }

  dataOf(address: Pubkey): Uint8Array | undefined {
    return this.bank.getAccount(address)?.data;
  }
}

const v4 = (data: Uint8Array, accounts: readonly Meta[]): Instruction => ({
  programAddress: ids.LOADER_V4_ID,
  accounts,
  data,
});

function errorOf({ error }: Outcome): unknown {
  return error === null ? 'ok' : ((error as { InstructionError?: [number, unknown] }).InstructionError?.[1] ?? error);
}

interface Row {
  readonly name: string;
  readonly data: Uint8Array;
  readonly metas?: readonly Meta[];
  readonly program?: Partial<Account>;
  readonly others?: readonly (readonly [Pubkey, Partial<Account>])[];
  readonly error: unknown;
  /** The loader's own line. */
  readonly says?: string;
  /** The program's data afterwards. */
  readonly after?: Uint8Array;
}

const METAS: readonly Meta[] = [meta(PROGRAM, 'w'), meta(AUTHORITY, 's')];
const withThird = (third: Meta): readonly Meta[] => [...METAS, third];
const bytes = Uint8Array.of(1, 2, 3);
const patched = (at: number, patch: Uint8Array, base = state(RETRACTED)): Uint8Array => {
  const copy = base.slice();
  copy.set(patch, STATE_LEN + at);
  return copy;
};

/** What every instruction but the initialization checks first. */
const common = (name: string, data: Uint8Array, metas = METAS): readonly Row[] => [
  {
    name: `${name} another program's account`,
    data,
    metas,
    program: { owner: OTHER },
    error: 'InvalidAccountOwner',
    says: 'Program not owned by loader',
  },
  {
    name: `${name} read-only`,
    data,
    metas: metas.with(0, meta(PROGRAM)),
    error: 'InvalidArgument',
    says: 'Program is not writeable',
  },
  {
    name: `${name} unsigned`,
    data,
    metas: metas.with(1, meta(AUTHORITY)),
    error: 'MissingRequiredSignature',
    says: 'Authority did not sign',
  },
  {
    name: `${name} by somebody else`,
    data,
    metas: metas.with(1, meta(OTHER, 's')),
    error: 'IncorrectAuthority',
    says: 'Incorrect authority provided',
  },
  {
    name: `${name} when finalized`,
    data,
    metas,
    program: { data: state(FINALIZED) },
    error: 'Immutable',
    says: 'Program is finalized',
  },
  { name: `${name} without an authority`, data, metas: metas.slice(0, 1), error: 'MissingAccount' },
  { name: `${name} without accounts`, data, metas: [], error: 'MissingAccount' },
];
const tooShort = (name: string, data: Uint8Array, metas = METAS): Row => ({
  name: `${name} what has no state`,
  data,
  metas,
  program: { data: new Uint8Array(47) },
  error: 'AccountDataTooSmall',
});
const notRetracted = (name: string, data: Uint8Array, says: string, metas = METAS): Row => ({
  name: `${name} when deployed`,
  data,
  metas,
  program: { data: state(DEPLOYED) },
  error: 'InvalidArgument',
  says,
});

const source = (owner: Pubkey, data: Uint8Array): readonly [Pubkey, Partial<Account>] => [NEXT, { owner, data }];
const FROM_NEXT = withThird(meta(NEXT));

const ROWS: readonly Row[] = [
  { name: 'an unknown tag', data: u32(7), error: 'InvalidInstructionData' },
  { name: 'no tag', data: new Uint8Array(3), error: 'InvalidInstructionData' },
  { name: 'a write cut short', data: ix.write(0, bytes).subarray(0, 18), error: 'InvalidInstructionData' },

  ...common('write', ix.write(0, bytes)),
  tooShort('write', ix.write(0, bytes)),
  notRetracted('write', ix.write(0, bytes), 'Program is not retracted'),
  { name: 'write at the start', data: ix.write(0, bytes), error: 'ok', after: patched(0, bytes) },
  {
    name: 'write at the end',
    data: ix.write(ELF.length - 3, bytes),
    error: 'ok',
    after: patched(ELF.length - 3, bytes),
  },
  {
    name: 'write over the end',
    data: ix.write(ELF.length - 2, bytes),
    error: 'AccountDataTooSmall',
    says: 'Write out of bounds',
  },
  {
    name: 'write far away',
    data: ix.write(0xffff_ffff, bytes),
    error: 'AccountDataTooSmall',
    says: 'Write out of bounds',
  },

  ...common('copy', ix.copy(0, 0, 3), FROM_NEXT).filter(({ metas }) => metas!.length === 3),
  tooShort('copy', ix.copy(0, 0, 3), FROM_NEXT),
  notRetracted('copy', ix.copy(0, 0, 3), 'Program is not retracted', FROM_NEXT),
  { name: 'copy from nowhere', data: ix.copy(0, 0, 3), error: 'MissingAccount' },
  {
    name: 'copy from itself',
    data: ix.copy(0, 0, 3),
    metas: withThird(meta(PROGRAM)),
    error: 'AccountBorrowFailed',
  },
  {
    name: 'copy from what is no program',
    data: ix.copy(0, 0, 0),
    metas: FROM_NEXT,
    others: [source(OTHER, bytes)],
    error: 'InvalidArgument',
    says: 'Source is not a program',
  },
  ...(
    [
      [ids.LOADER_V4_ID, 48],
      [ids.BPF_LOADER_UPGRADEABLE_ID, 45],
      [ids.BPF_LOADER_ID, 0],
      [ids.BPF_LOADER_DEPRECATED_ID, 0],
    ] as const
  ).flatMap(([owner, offset]): Row[] => {
    const others = [source(owner, concatBytes([new Uint8Array(offset), Uint8Array.of(7, 8, 9, 10)]))];
    return [
      {
        name: `copy from ${owner}`,
        data: ix.copy(5, 1, 3),
        metas: FROM_NEXT,
        others,
        error: 'ok',
        after: patched(5, Uint8Array.of(8, 9, 10)),
      },
      {
        name: `copy from behind ${owner}`,
        data: ix.copy(5, 2, 3),
        metas: FROM_NEXT,
        others,
        error: 'AccountDataTooSmall',
        says: 'Read out of bounds',
      },
    ];
  }),
  {
    name: 'copy over the end',
    data: ix.copy(ELF.length - 2, 0, 3),
    metas: FROM_NEXT,
    others: [source(ids.BPF_LOADER_ID, bytes)],
    error: 'AccountDataTooSmall',
    says: 'Write out of bounds',
  },

  ...common('set the length of', ix.setLength(10)),
  notRetracted('set the length of', ix.setLength(10), 'Program is not retracted'),
  ...common('initialize', ix.setLength(10))
    .slice(0, 3)
    .map((row) => ({ ...row, program: { data: new Uint8Array(0), ...row.program } })),
  {
    name: 'initialize',
    data: ix.setLength(10),
    program: { data: new Uint8Array(0), lamports: rentOf(10), owner: ids.LOADER_V4_ID },
    error: 'ok',
    after: state(RETRACTED, new Uint8Array(10), AUTHORITY, 0n),
  },
  {
    name: 'initialize with too little',
    data: ix.setLength(10),
    program: { data: new Uint8Array(0), lamports: rentOf(10) - 1n, owner: ids.LOADER_V4_ID },
    error: 'InsufficientFunds',
    says: `Insufficient lamports, ${rentOf(10)} are required`,
  },
  {
    name: 'initialize to nothing',
    data: ix.setLength(0),
    program: { data: new Uint8Array(0) },
    error: 'InvalidArgument',
    says: 'Closing a program requires a recipient account',
  },
  { name: 'shrink', data: ix.setLength(10), error: 'ok', after: state(RETRACTED, ELF.slice(0, 10)) },
  {
    name: 'grow without the lamports',
    data: ix.setLength(ELF.length + 1),
    error: 'InsufficientFunds',
    says: `Insufficient lamports, ${rentOf(ELF.length + 1)} are required`,
  },
  {
    name: 'shrink, and give to a read-only account',
    data: ix.setLength(10),
    metas: withThird(meta(OTHER)),
    error: 'InvalidArgument',
    says: 'Recipient is not writeable',
  },
  {
    name: 'close without a recipient',
    data: ix.setLength(0),
    error: 'InvalidArgument',
    says: 'Closing a program requires a recipient account',
  },
  {
    name: 'close to itself',
    data: ix.setLength(0),
    metas: withThird(meta(PROGRAM, 'w')),
    error: 'InvalidArgument',
    says: 'Closing a program requires a recipient account',
  },

  ...common('deploy', ix.deploy),
  tooShort('deploy', ix.deploy),
  notRetracted('deploy', ix.deploy, 'Destination program is not retracted'),
  { name: 'deploy', data: ix.deploy, error: 'ok', after: state(DEPLOYED, ELF, AUTHORITY, SLOT) },
  {
    name: 'deploy in the slot of the last deployment',
    data: ix.deploy,
    program: { data: state(RETRACTED, ELF, AUTHORITY, SLOT) },
    error: 'InvalidArgument',
    says: 'Program was deployed recently, cooldown still in effect',
  },
  {
    name: 'deploy in the slot after it',
    data: ix.deploy,
    program: { data: state(RETRACTED, ELF, AUTHORITY, SLOT - 1n) },
    error: 'ok',
  },
  {
    name: 'deploy what is no ELF file',
    data: ix.deploy,
    program: { data: state(RETRACTED, NO_ELF) },
    error: 'InvalidAccountData',
    says: 'Failed to parse ELF file: invalid file header',
  },

  ...common('retract', ix.retract),
  tooShort('retract', ix.retract),
  {
    name: 'retract',
    data: ix.retract,
    program: { data: state(DEPLOYED) },
    error: 'ok',
    after: state(RETRACTED),
  },
  {
    name: 'retract what is retracted',
    data: ix.retract,
    error: 'InvalidArgument',
    says: 'Program is not deployed',
  },
  {
    name: 'retract in the slot of the deployment',
    data: ix.retract,
    program: { data: state(DEPLOYED, ELF, AUTHORITY, SLOT) },
    error: 'InvalidArgument',
    says: 'Program was deployed recently, cooldown still in effect',
  },

  ...common('transfer', ix.transfer, withThird(meta(OTHER, 's'))),
  tooShort('transfer', ix.transfer, withThird(meta(OTHER, 's'))),
  { name: 'transfer to nobody', data: ix.transfer, error: 'MissingAccount' },
  {
    name: 'transfer',
    data: ix.transfer,
    metas: withThird(meta(OTHER, 's')),
    error: 'ok',
    after: state(RETRACTED, ELF, OTHER),
  },
  {
    name: 'transfer when deployed',
    data: ix.transfer,
    metas: withThird(meta(OTHER, 's')),
    program: { data: state(DEPLOYED) },
    error: 'ok',
    after: state(DEPLOYED, ELF, OTHER),
  },
  {
    name: 'transfer unsigned by the new authority',
    data: ix.transfer,
    metas: withThird(meta(OTHER)),
    error: 'MissingRequiredSignature',
    says: 'New authority did not sign',
  },
  {
    name: 'transfer to the same authority',
    data: ix.transfer,
    metas: withThird(meta(AUTHORITY, 's')),
    error: 'InvalidArgument',
    says: 'No change',
  },

  ...common('finalize', ix.finalize, FROM_NEXT),
  tooShort('finalize', ix.finalize, FROM_NEXT),
  {
    name: 'finalize what is retracted',
    data: ix.finalize,
    metas: FROM_NEXT,
    error: 'InvalidArgument',
    says: 'Program must be deployed to be finalized',
  },
  ...[
    { name: 'finalize', next: source(ids.LOADER_V4_ID, state(RETRACTED)), error: 'ok' },
    {
      name: 'finalize towards another program',
      next: source(OTHER, state(RETRACTED)),
      error: 'InvalidAccountOwner',
      says: 'Next version is not owned by loader',
    },
    {
      name: 'finalize towards what has no state',
      next: source(ids.LOADER_V4_ID, new Uint8Array(47)),
      error: 'AccountDataTooSmall',
    },
    {
      name: "finalize towards somebody else's program",
      next: source(ids.LOADER_V4_ID, state(RETRACTED, ELF, OTHER)),
      error: 'IncorrectAuthority',
      says: 'Next version has a different authority',
    },
    {
      name: 'finalize towards a finalized program',
      next: source(ids.LOADER_V4_ID, state(FINALIZED)),
      error: 'Immutable',
      says: 'Next version is finalized',
    },
  ].map(
    ({ next, ...row }): Row => ({
      ...row,
      data: ix.finalize,
      metas: FROM_NEXT,
      program: { data: state(DEPLOYED) },
      others: [next],
      ...(row.error === 'ok' && { after: state(FINALIZED, ELF, NEXT) }),
    }),
  ),
  {
    name: 'finalize towards itself',
    data: ix.finalize,
    metas: withThird(meta(PROGRAM)),
    program: { data: state(DEPLOYED) },
    error: 'ok',
    after: state(FINALIZED, ELF, PROGRAM),
  },
  { name: 'finalize towards nothing', data: ix.finalize, program: { data: state(DEPLOYED) }, error: 'MissingAccount' },
];

test.each(ROWS)('$name', ({ data, metas = METAS, program, others = [], error, says, after }) => {
  const world = new World();
  world.put(PROGRAM, { data: state(RETRACTED), owner: ids.LOADER_V4_ID, ...program });
  for (const [address, account] of others) world.put(address, account);
  const outcome = world.send(v4(data, metas));
  expect(errorOf(outcome), outcome.logs.join('\n')).toEqual(error);
  expect(outcome.units).toBe(2000);
  const lines = outcome.logs.slice(1, -1);
  expect(lines).toEqual(says === undefined ? [] : [says]);
  if (after !== undefined) expect(world.dataOf(PROGRAM)).toEqual(after);
});

describe('a program', () => {
  /** With loader v3 among the accounts, the program stays writable for the transaction. */
  const run: Instruction = { programAddress: PROGRAM, accounts: [meta(ids.BPF_LOADER_UPGRADEABLE_ID)] };

  test('is created, written, deployed, run, retracted, deployed again and finalized', () => {
    const world = new World();
    const create = concatBytes([u32(0), u64(rentOf(ELF.length)), u64(0), ids.LOADER_V4_ID.bytes]);
    const half = ELF.length >> 1;
    const created = world.send(
      { programAddress: ids.SYSTEM_PROGRAM_ID, accounts: [meta(PAYER, 'sw'), meta(PROGRAM, 'sw')], data: create },
      v4(ix.setLength(ELF.length), METAS),
      v4(ix.write(0, ELF.subarray(0, half)), METAS),
      v4(ix.write(half, ELF.subarray(half)), METAS),
    );
    expect(errorOf(created)).toBe('ok');
    expect(world.bank.getAccount(PROGRAM)?.executable).toBe(true);
    // Retracted, it doesn't run; nor does it in the slot of its deployment.
    expect(errorOf(world.send(run))).toBe('UnsupportedProgramId');
    const early = world.send(v4(ix.deploy, METAS), run);
    expect(errorOf(early)).toBe('UnsupportedProgramId');
    expect(early.logs).toContain('Program is not deployed');
    expect(errorOf(world.send(v4(ix.deploy, METAS)))).toBe('ok');
    expect(errorOf(world.send(run))).toBe('UnsupportedProgramId');
    world.warpTo(SLOT + 1n);
    const ran = world.send(run);
    expect(errorOf(ran)).toEqual({ Custom: 7 });
    expect(ran.logs).toContain(`Program ${PROGRAM} consumed 2 of 200000 compute units`);
    // Retracted, it stops at once.
    const stopped = world.send(v4(ix.retract, METAS), run);
    expect(stopped.error).toEqual({ InstructionError: [1, 'UnsupportedProgramId'] });
    expect(errorOf(world.send(v4(ix.retract, METAS)))).toBe('ok');
    expect(errorOf(world.send(run))).toBe('UnsupportedProgramId');
    expect(errorOf(world.send(v4(ix.deploy, METAS)))).toBe('ok');
    expect(errorOf(world.send(v4(ix.finalize, withThird(meta(PROGRAM)))))).toBe('ok');
    world.warpTo(SLOT + 2n);
    expect(errorOf(world.send(run))).toEqual({ Custom: 7 });
    expect(errorOf(world.send(v4(ix.retract, METAS)))).toBe('IncorrectAuthority');
  });

  test('is closed, and its lamports go on', () => {
    const world = new World();
    world.put(PROGRAM, { data: state(RETRACTED), lamports: 5n * SOL, owner: ids.LOADER_V4_ID });
    const shrunk = world.send(v4(ix.setLength(10), withThird(meta(OTHER, 'w'))));
    expect(errorOf(shrunk)).toBe('ok');
    expect(world.bank.getAccount(PROGRAM)?.lamports).toBe(rentOf(10));
    expect(world.bank.getAccount(OTHER)?.lamports).toBe(15n * SOL - rentOf(10));
    expect(errorOf(world.send(v4(ix.setLength(0), withThird(meta(OTHER, 'w')))))).toBe('ok');
    expect(world.bank.getAccount(PROGRAM)).toBeUndefined();
    expect(world.bank.getAccount(OTHER)?.lamports).toBe(15n * SOL);
  });

  test('is nothing without the gate, nor is the loader', () => {
    const world = new World(false);
    world.put(PROGRAM, { data: state(DEPLOYED), owner: ids.LOADER_V4_ID });
    const ran = world.send(run);
    expect(errorOf(ran)).toBe('UnsupportedProgramId');
    expect(ran.logs).not.toContain('Program is not deployed');
    expect(errorOf(world.send(v4(ix.retract, METAS)))).toBe('UnsupportedProgramId');
  });

  test('the loader charges before it reads', () => {
    const world = new World();
    world.put(PROGRAM, { data: state(RETRACTED), owner: ids.LOADER_V4_ID });
    const limit = (units: number) => ({
      programAddress: ids.COMPUTE_BUDGET_ID,
      data: concatBytes([Uint8Array.of(2), u32(units)]),
    });
    expect(errorOf(world.send(limit(2149), v4(u32(9), METAS)))).toBe('ComputationalBudgetExceeded');
    expect(errorOf(world.send(limit(2150), v4(u32(9), METAS)))).toBe('InvalidInstructionData');
  });
});
