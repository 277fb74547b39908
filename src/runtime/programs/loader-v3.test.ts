// Every management instruction of loader v3 and every way it fails, against LiteSVM. `says` is what the log, or the error's
// JSON, must hold, so that a row shows what its name promises.

import { beforeAll, describe, expect, test } from 'vitest';
import { u32, u64 } from '../../../test/support/bytes.ts';
import { Oracle, type Outcome } from '../../../test/support/litesvm-oracle.ts';
import { findProgramAddress, type ProgramAddress } from '../../crypto/program-address.ts';
import { assembleElf } from '../../sbpf/assembler.ts';
import type { Account } from '../../wire/account.ts';
import { concatBytes } from '../../wire/bytes.ts';
import { type AccountMeta, compileMessage, type Instruction } from '../../wire/message-compiler.ts';
import { Pubkey } from '../../wire/pubkey.ts';
import { BPF_LOADER_ID, BPF_LOADER_UPGRADEABLE_ID, CLOCK_ID, RENT_ID, SYSTEM_PROGRAM_ID } from '../addresses.ts';

const key = (i: number): Pubkey => new Pubkey(new Uint8Array(32).fill(i));
const PAYER = key(1);
const PROGRAM = key(2);
const { address: PROGRAM_DATA } = findProgramAddress([PROGRAM.bytes], BPF_LOADER_UPGRADEABLE_ID) as ProgramAddress;
const BUFFER = key(3);
const AUTHORITY = key(4);
const OTHER = key(5);
const SPILL = key(6);

const ELF = assembleElf('mov64 r0, 0\nexit');
const NEW_ELF = assembleElf('mov64 r0, 9\nexit');
const OLD_VERSION_ELF = assembleElf('mov64 r0, 0\nexit', { version: 0 });
const UNVERIFIABLE_ELF = assembleElf('mov64 r0, 0\nja 100\nexit');
const UNKNOWN_SYSCALL_ELF = assembleElf('syscall sol_no_such_thing\nexit');
const UNKNOWN_SYSCALL_V0_ELF = assembleElf('syscall sol_no_such_thing\nexit', { version: 0 });
const ALLOC_FREE_V0_ELF = assembleElf('syscall sol_alloc_free_\nexit', { version: 0 });

const option = (authority: Pubkey | undefined): Uint8Array => {
  return authority === undefined ? new Uint8Array(33) : concatBytes([Uint8Array.of(1), authority.bytes]);
};

const ix = {
  initializeBuffer: u32(0),
  write: (offset: number, bytes: Uint8Array) => concatBytes([u32(1), u32(offset), u64(BigInt(bytes.length)), bytes]),
  deploy: (maxDataLen: bigint) => concatBytes([u32(2), u64(maxDataLen)]),
  upgrade: u32(3),
  setAuthority: u32(4),
  close: u32(5),
  extend: (bytes: number) => concatBytes([u32(6), u32(bytes)]),
  setAuthorityChecked: u32(7),
};

const owner = BPF_LOADER_UPGRADEABLE_ID;
const RICH = 20_000_000_000n;
const bufferState = (authority: Pubkey | undefined, elf: Uint8Array = ELF): Uint8Array =>
  concatBytes([u32(1), option(authority), elf]);
const programState = (programData: Pubkey = PROGRAM_DATA): Uint8Array => concatBytes([u32(2), programData.bytes]);
const dataState = (slot: bigint, authority: Pubkey | undefined, elf: Uint8Array = ELF): Uint8Array =>
  concatBytes([u32(3), u64(slot), option(authority), elf]);

type Setup = readonly (readonly [Pubkey, Partial<Account>])[];
const buffer = (authority: Pubkey | undefined = AUTHORITY, over: Partial<Account> = {}): Setup[number] => [
  BUFFER,
  { lamports: RICH, owner, data: bufferState(authority), ...over },
];
const uninitialized = (target: Pubkey, len: number, over: Partial<Account> = {}): Setup[number] => [
  target,
  { lamports: RICH, owner, data: new Uint8Array(len), ...over },
];
/** A program as it stands on the chain. */
const deployed = (
  authority: Pubkey | undefined = AUTHORITY,
  over: { data?: Partial<Account>; program?: Partial<Account>; slot?: bigint } = {},
): Setup => [
  [PROGRAM_DATA, { lamports: RICH, owner, data: dataState(over.slot ?? 5n, authority), ...over.data }],
  [PROGRAM, { lamports: RICH, owner, executable: true, data: programState(), ...over.program }],
];

const meta = (address: Pubkey, flags: '' | 'w' | 's' | 'ws' = ''): AccountMeta => ({
  address,
  isSigner: flags.includes('s'),
  isWritable: flags.includes('w'),
});
const replace = (metas: readonly AccountMeta[], at: number, by: AccountMeta): AccountMeta[] => metas.with(at, by);

interface Row {
  readonly name: string;
  readonly data: Uint8Array;
  readonly metas: readonly AccountMeta[];
  readonly accounts?: Setup;
  readonly says: string;
  /** Instructions behind it, in the same transaction. */
  readonly thenRun?: readonly Instruction[];
}

let oracle: Oracle;
let slot: bigint;
beforeAll(() => {
  oracle = new Oracle();
  slot = oracle.bank.environment.slot;
});

function reset(accounts: Setup, on: Oracle): void {
  on.setAccount(PAYER, { lamports: 1_000_000_000_000n });
  for (const known of [PROGRAM, PROGRAM_DATA, BUFFER, OTHER, SPILL, AUTHORITY]) on.setAccount(known, { lamports: 0n });
  for (const [address, account] of accounts) on.setAccount(address, account);
}

function play({ data, metas, accounts = [], says, thenRun = [] }: Omit<Row, 'name'>, on: Oracle = oracle): Outcome {
  reset(accounts, on);
  const outcome = on.send(
    compileMessage({
      feePayer: PAYER,
      recentBlockhash: on.blockhash,
      instructions: [{ programAddress: owner, accounts: metas, data }, ...thenRun],
    }),
  );
  if (says === 'success') expect(outcome.error, outcome.logs.join('\n')).toBeNull();
  else expect([...outcome.logs, JSON.stringify(outcome.error)].join('\n')).toContain(says);
  return outcome;
}

function rows(title: string, table: readonly Row[]): void {
  describe(title, () => {
    test.each(table)('$name', (row) => {
      play(row);
    });
  });
}

rows('data', [
  { name: 'none', data: new Uint8Array(0), metas: [], says: 'InvalidInstructionData' },
  { name: 'of Migrate, which is no more', data: u32(8), metas: [], says: 'InvalidInstructionData' },
  {
    name: 'of ExtendProgramChecked, which is no more',
    data: concatBytes([u32(9), u32(5)]),
    metas: [],
    says: 'InvalidInstructionData',
  },
  { name: 'of a tag that is none', data: u32(10), metas: [], says: 'InvalidInstructionData' },
  {
    name: 'with more bytes than it says',
    data: concatBytes([u32(5), Uint8Array.of(7, 7)]),
    metas: [],
    says: 'MissingAccount',
  },
  {
    name: 'with bytes cut off',
    data: ix.write(0, new Uint8Array(10)).subarray(0, 20),
    metas: [],
    says: 'InvalidInstructionData',
  },
  {
    name: 'with more bytes than a packet holds',
    data: ix.write(0, new Uint8Array(1232 - 15)),
    metas: [],
    says: 'InvalidInstructionData',
  },
  {
    name: 'with all that a packet holds',
    data: ix.write(0, new Uint8Array(1232 - 16)),
    metas: [],
    says: 'MissingAccount',
  },
]);

const INIT = [meta(BUFFER, 'w'), meta(AUTHORITY)];
rows('InitializeBuffer', [
  {
    name: 'initializes',
    data: ix.initializeBuffer,
    metas: INIT,
    accounts: [uninitialized(BUFFER, 100)],
    says: 'success',
  },
  {
    name: 'one account',
    data: ix.initializeBuffer,
    metas: INIT.slice(0, 1),
    accounts: [uninitialized(BUFFER, 100)],
    says: 'MissingAccount',
  },
  {
    name: 'initialized',
    data: ix.initializeBuffer,
    metas: INIT,
    accounts: [buffer()],
    says: 'Buffer account already initialized',
  },
  {
    name: 'read-only',
    data: ix.initializeBuffer,
    metas: replace(INIT, 0, meta(BUFFER)),
    accounts: [uninitialized(BUFFER, 100)],
    says: 'ReadonlyDataModified',
  },
  {
    name: 'of another owner',
    data: ix.initializeBuffer,
    metas: INIT,
    accounts: [uninitialized(BUFFER, 100, { owner: OTHER })],
    says: 'ExternalAccountDataModified',
  },
  {
    name: 'of 36 bytes',
    data: ix.initializeBuffer,
    metas: INIT,
    accounts: [uninitialized(BUFFER, 36)],
    says: 'AccountDataTooSmall',
  },
  {
    name: 'of 37 bytes',
    data: ix.initializeBuffer,
    metas: INIT,
    accounts: [uninitialized(BUFFER, 37)],
    says: 'success',
  },
  {
    name: 'of 3 bytes',
    data: ix.initializeBuffer,
    metas: INIT,
    accounts: [uninitialized(BUFFER, 3)],
    says: 'InvalidAccountData',
  },
  {
    name: 'of no state',
    data: ix.initializeBuffer,
    metas: INIT,
    accounts: [[BUFFER, { lamports: RICH, owner, data: u32(4) }]],
    says: 'InvalidAccountData',
  },
]);

const WRITE = [meta(BUFFER, 'w'), meta(AUTHORITY, 's')];
rows('Write', [
  { name: 'writes', data: ix.write(3, Uint8Array.of(1, 2, 3)), metas: WRITE, accounts: [buffer()], says: 'success' },
  {
    name: 'writes to the end',
    data: ix.write(ELF.length - 3, Uint8Array.of(1, 2, 3)),
    metas: WRITE,
    accounts: [buffer()],
    says: 'success',
  },
  { name: 'writes nothing', data: ix.write(0, new Uint8Array(0)), metas: WRITE, accounts: [buffer()], says: 'success' },
  {
    name: 'writes behind the end',
    data: ix.write(ELF.length - 2, Uint8Array.of(1, 2, 3)),
    metas: WRITE,
    accounts: [buffer()],
    says: `Write overflow: ${37 + ELF.length} < ${37 + ELF.length + 1}`,
  },
  {
    name: 'writes far behind the end',
    data: ix.write(0xffff_ffff, Uint8Array.of(1)),
    metas: WRITE,
    accounts: [buffer()],
    says: 'Write overflow',
  },
  {
    name: 'one account',
    data: ix.write(0, Uint8Array.of(1)),
    metas: WRITE.slice(0, 1),
    accounts: [buffer()],
    says: 'MissingAccount',
  },
  {
    name: 'nobody may',
    data: ix.write(0, Uint8Array.of(1)),
    metas: WRITE,
    accounts: [[BUFFER, { lamports: RICH, owner, data: bufferState(undefined) }]],
    says: 'Buffer is immutable',
  },
  {
    name: 'another may',
    data: ix.write(0, Uint8Array.of(1)),
    metas: WRITE,
    accounts: [buffer(OTHER)],
    says: 'Incorrect buffer authority provided',
  },
  {
    name: 'unsigned',
    data: ix.write(0, Uint8Array.of(1)),
    metas: replace(WRITE, 1, meta(AUTHORITY)),
    accounts: [buffer()],
    says: 'Buffer authority did not sign',
  },
  {
    name: 'into a program',
    data: ix.write(0, Uint8Array.of(1)),
    metas: [meta(PROGRAM_DATA, 'w'), WRITE[1]],
    accounts: deployed(),
    says: 'Invalid Buffer account',
  },
  {
    name: 'into nothing',
    data: ix.write(0, Uint8Array.of(1)),
    metas: WRITE,
    accounts: [uninitialized(BUFFER, 100)],
    says: 'Invalid Buffer account',
  },
  {
    name: 'read-only',
    data: ix.write(0, Uint8Array.of(1)),
    metas: replace(WRITE, 0, meta(BUFFER)),
    accounts: [buffer()],
    says: 'ReadonlyDataModified',
  },
  {
    name: 'of another owner',
    data: ix.write(0, Uint8Array.of(1)),
    metas: WRITE,
    accounts: [buffer(AUTHORITY, { owner: OTHER })],
    says: 'ExternalAccountDataModified',
  },
  {
    name: 'a state that is cut off',
    data: ix.write(0, Uint8Array.of(1)),
    metas: WRITE,
    accounts: [buffer(AUTHORITY, { data: bufferState(AUTHORITY).slice(0, 36) })],
    says: 'InvalidAccountData',
  },
  {
    name: 'a flag that is none',
    data: ix.write(0, Uint8Array.of(1)),
    metas: WRITE,
    accounts: [buffer(AUTHORITY, { data: concatBytes([u32(1), new Uint8Array(40).fill(2)]) })],
    says: 'InvalidAccountData',
  },
]);

const DEPLOY = [
  meta(PAYER, 'ws'),
  meta(PROGRAM_DATA, 'w'),
  meta(PROGRAM, 'w'),
  meta(BUFFER, 'w'),
  meta(RENT_ID),
  meta(CLOCK_ID),
  meta(SYSTEM_PROGRAM_ID),
  meta(AUTHORITY, 's'),
];
const LEN = BigInt(ELF.length);
const fresh = (over: Partial<Account> = {}): Setup[number] => uninitialized(PROGRAM, 36, over);
const callProgram: Instruction = { programAddress: PROGRAM };
rows('DeployWithMaxDataLen', [
  {
    name: 'deploys',
    data: ix.deploy(LEN),
    metas: DEPLOY,
    accounts: [fresh(), buffer()],
    says: `Deployed program ${PROGRAM}`,
  },
  {
    name: 'deploys with room',
    data: ix.deploy(LEN * 3n),
    metas: DEPLOY,
    accounts: [fresh(), buffer()],
    says: 'success',
  },
  {
    name: 'and calls: not before the next slot',
    data: ix.deploy(LEN),
    metas: DEPLOY,
    accounts: [fresh(), buffer()],
    thenRun: [callProgram],
    says: 'InvalidProgramForExecution',
  },
  {
    name: 'an old version',
    data: ix.deploy(10_000n),
    metas: DEPLOY,
    accounts: [fresh(), buffer(AUTHORITY, { data: bufferState(AUTHORITY, OLD_VERSION_ELF) })],
    says: 'success',
  },
  {
    name: 'three accounts',
    data: ix.deploy(LEN),
    metas: DEPLOY.slice(0, 3),
    accounts: [fresh(), buffer()],
    says: 'MissingAccount',
  },
  {
    name: 'four accounts',
    data: ix.deploy(LEN),
    metas: DEPLOY.slice(0, 4),
    accounts: [fresh(), buffer()],
    says: 'MissingAccount',
  },
  {
    name: 'seven accounts',
    data: ix.deploy(LEN),
    metas: DEPLOY.slice(0, 7),
    accounts: [fresh(), buffer()],
    says: 'MissingAccount',
  },
  {
    name: 'another sysvar for Rent',
    data: ix.deploy(LEN),
    metas: replace(DEPLOY, 4, meta(CLOCK_ID)),
    accounts: [fresh(), buffer()],
    says: 'InvalidArgument',
  },
  {
    name: 'another sysvar for Clock',
    data: ix.deploy(LEN),
    metas: replace(DEPLOY, 5, meta(RENT_ID)),
    accounts: [fresh(), buffer()],
    says: 'InvalidArgument',
  },
  {
    name: 'over a program',
    data: ix.deploy(LEN),
    metas: DEPLOY,
    accounts: [[PROGRAM, { lamports: RICH, owner, data: programState() }], buffer()],
    says: 'Program account already initialized',
  },
  {
    name: 'a program account of 35 bytes',
    data: ix.deploy(LEN),
    metas: DEPLOY,
    accounts: [uninitialized(PROGRAM, 35), buffer()],
    says: 'Program account too small',
  },
  {
    name: 'a poor program account',
    data: ix.deploy(LEN),
    metas: DEPLOY,
    accounts: [fresh({ lamports: 1_141_439n }), buffer()],
    says: 'Program account not rent-exempt',
  },
  {
    name: 'a program account that is just rich enough',
    data: ix.deploy(LEN),
    metas: DEPLOY,
    accounts: [fresh({ lamports: 1_141_440n }), buffer()],
    says: 'success',
  },
  {
    name: 'a read-only buffer',
    data: ix.deploy(LEN),
    metas: replace(DEPLOY, 3, meta(BUFFER)),
    accounts: [fresh(), buffer()],
    says: 'Buffer account not writeable',
  },
  {
    name: 'a buffer of another owner',
    data: ix.deploy(LEN),
    metas: DEPLOY,
    accounts: [fresh(), buffer(AUTHORITY, { owner: OTHER })],
    says: 'Buffer account not owned by loader',
  },
  {
    name: "another's buffer",
    data: ix.deploy(LEN),
    metas: DEPLOY,
    accounts: [fresh(), buffer(OTHER)],
    says: "Buffer and upgrade authority don't match",
  },
  {
    name: "nobody's buffer",
    data: ix.deploy(LEN),
    metas: DEPLOY,
    accounts: [fresh(), buffer(AUTHORITY, { data: bufferState(undefined) })],
    says: "Buffer and upgrade authority don't match",
  },
  {
    name: 'unsigned',
    data: ix.deploy(LEN),
    metas: replace(DEPLOY, 7, meta(AUTHORITY)),
    accounts: [fresh(), buffer()],
    says: 'Upgrade authority did not sign',
  },
  {
    name: 'no buffer',
    data: ix.deploy(LEN),
    metas: DEPLOY,
    accounts: [fresh(), uninitialized(BUFFER, 1000)],
    says: 'Invalid Buffer account',
  },
  {
    name: 'an empty buffer',
    data: ix.deploy(LEN),
    metas: DEPLOY,
    accounts: [fresh(), buffer(AUTHORITY, { data: bufferState(AUTHORITY, new Uint8Array(0)) })],
    says: 'Buffer account too small',
  },
  {
    name: 'less room than the buffer',
    data: ix.deploy(LEN - 1n),
    metas: DEPLOY,
    accounts: [fresh(), buffer()],
    says: 'Max data length is too small to hold Buffer data',
  },
  {
    name: 'too much room',
    data: ix.deploy(10_485_760n - 44n),
    metas: DEPLOY,
    accounts: [fresh(), buffer()],
    says: 'Max data length is too large',
  },
  {
    name: 'the most room',
    data: ix.deploy((1n << 64n) - 1n),
    metas: DEPLOY,
    accounts: [fresh(), buffer()],
    says: 'Max data length is too large',
  },
  {
    name: 'another address for the data',
    data: ix.deploy(LEN),
    metas: replace(DEPLOY, 1, meta(OTHER, 'w')),
    accounts: [fresh(), buffer()],
    says: 'ProgramData address is not derived',
  },
  {
    name: 'no System program',
    data: ix.deploy(LEN),
    metas: replace(DEPLOY, 6, meta(OTHER)),
    accounts: [fresh(), buffer()],
    says: 'Unknown program 11111111111111111111111111111111',
  },
  {
    name: 'the payer has not signed',
    data: ix.deploy(LEN),
    metas: replace(DEPLOY, 0, meta(OTHER, 'w')),
    accounts: [fresh(), buffer()],
    says: `${OTHER}'s signer privilege escalated`,
  },
  {
    name: 'the payer is read-only',
    data: ix.deploy(LEN),
    metas: replace(DEPLOY, 0, meta(OTHER, 's')),
    accounts: [fresh(), buffer()],
    says: 'ReadonlyLamportChange',
  },
  {
    name: 'the payer is poor, and so is the buffer',
    data: ix.deploy(LEN),
    metas: replace(DEPLOY, 0, meta(OTHER, 'ws')),
    accounts: [fresh(), buffer(AUTHORITY, { lamports: 900_000n })],
    says: 'Transfer: insufficient lamports 900000',
  },
  {
    name: 'the buffer pays',
    data: ix.deploy(LEN),
    metas: replace(DEPLOY, 0, meta(OTHER, 'ws')),
    accounts: [fresh(), buffer()],
    says: 'success',
  },
  {
    name: 'the data account is rich already',
    data: ix.deploy(LEN),
    metas: DEPLOY,
    accounts: [fresh(), buffer(), [PROGRAM_DATA, { lamports: 1n }]],
    says: 'already in use',
  },
  {
    name: 'the data account is read-only',
    data: ix.deploy(LEN),
    metas: replace(DEPLOY, 1, meta(PROGRAM_DATA)),
    accounts: [fresh(), buffer()],
    says: `${PROGRAM_DATA}'s writable privilege escalated`,
  },
  {
    name: 'the program is read-only',
    data: ix.deploy(LEN),
    metas: replace(DEPLOY, 2, meta(PROGRAM)),
    accounts: [fresh(), buffer()],
    says: 'ReadonlyDataModified',
  },
  {
    name: 'the program is of another owner',
    data: ix.deploy(LEN),
    metas: DEPLOY,
    accounts: [fresh({ owner: OTHER }), buffer()],
    says: 'ExternalAccountDataModified',
  },
  {
    name: 'no ELF file',
    data: ix.deploy(LEN),
    metas: DEPLOY,
    accounts: [fresh(), buffer(AUTHORITY, { data: bufferState(AUTHORITY, new Uint8Array(100)) })],
    says: 'Failed to parse ELF file: invalid file header',
  },
  {
    name: 'code that does not verify',
    data: ix.deploy(1000n),
    metas: DEPLOY,
    accounts: [fresh(), buffer(AUTHORITY, { data: bufferState(AUTHORITY, UNVERIFIABLE_ELF) })],
    says: 'Verifier error: jump out of code',
  },
  {
    name: 'an unknown syscall in V0',
    data: ix.deploy(10_000n),
    metas: DEPLOY,
    accounts: [fresh(), buffer(AUTHORITY, { data: bufferState(AUTHORITY, UNKNOWN_SYSCALL_V0_ELF) })],
    says: 'Unresolved symbol (sol_no_such_thing)',
  },
  {
    name: 'an unknown syscall in V3',
    data: ix.deploy(1000n),
    metas: DEPLOY,
    accounts: [fresh(), buffer(AUTHORITY, { data: bufferState(AUTHORITY, UNKNOWN_SYSCALL_ELF) })],
    says: '[',
  },
  {
    name: 'the old allocator in V0',
    data: ix.deploy(10_000n),
    metas: DEPLOY,
    accounts: [fresh(), buffer(AUTHORITY, { data: bufferState(AUTHORITY, ALLOC_FREE_V0_ELF) })],
    says: 'Unresolved symbol (sol_alloc_free_)',
  },
]);

const UPGRADE = [
  meta(PROGRAM_DATA, 'w'),
  meta(PROGRAM, 'w'),
  meta(BUFFER, 'w'),
  meta(SPILL, 'w'),
  meta(RENT_ID),
  meta(CLOCK_ID),
  meta(AUTHORITY, 's'),
];
const next = (over: Partial<Account> = {}): Setup[number] =>
  buffer(AUTHORITY, { data: bufferState(AUTHORITY, NEW_ELF), ...over });
rows('Upgrade', [
  {
    name: 'upgrades',
    data: ix.upgrade,
    metas: UPGRADE,
    accounts: [...deployed(), next()],
    says: `Upgraded program ${PROGRAM}`,
  },
  {
    name: 'with room to spare, which is zeroed',
    data: ix.upgrade,
    metas: UPGRADE,
    accounts: [
      ...deployed(AUTHORITY, { data: { data: concatBytes([dataState(5n, AUTHORITY), new Uint8Array(50).fill(7)]) } }),
      next(),
    ],
    says: 'success',
  },
  {
    name: 'and calls: not before the next slot',
    data: ix.upgrade,
    metas: UPGRADE,
    accounts: [...deployed(), next()],
    thenRun: [callProgram],
    says: 'Program is not deployed',
  },
  {
    name: 'two accounts',
    data: ix.upgrade,
    metas: UPGRADE.slice(0, 2),
    accounts: [...deployed(), next()],
    says: 'MissingAccount',
  },
  {
    name: 'three accounts',
    data: ix.upgrade,
    metas: UPGRADE.slice(0, 3),
    accounts: [...deployed(), next()],
    says: 'MissingAccount',
  },
  {
    name: 'six accounts',
    data: ix.upgrade,
    metas: UPGRADE.slice(0, 6),
    accounts: [...deployed(), next()],
    says: 'MissingAccount',
  },
  {
    name: 'another sysvar',
    data: ix.upgrade,
    metas: replace(UPGRADE, 5, meta(RENT_ID)),
    accounts: [...deployed(), next()],
    says: 'InvalidArgument',
  },
  {
    name: 'a read-only program',
    data: ix.upgrade,
    metas: replace(UPGRADE, 1, meta(PROGRAM)),
    accounts: [...deployed(), next()],
    says: 'Program account not writeable',
  },
  {
    name: 'a program of another owner',
    data: ix.upgrade,
    metas: UPGRADE,
    accounts: [...deployed(AUTHORITY, { program: { owner: OTHER, executable: false } }), next()],
    says: 'Program account not owned by loader',
  },
  {
    name: 'a program with other data',
    data: ix.upgrade,
    metas: replace(UPGRADE, 0, meta(OTHER, 'w')),
    accounts: [...deployed(), next()],
    says: 'Program and ProgramData account mismatch',
  },
  {
    name: 'no program',
    data: ix.upgrade,
    metas: UPGRADE,
    accounts: [...deployed().slice(0, 1), uninitialized(PROGRAM, 36), next()],
    says: 'Invalid Program account',
  },
  {
    name: 'a read-only buffer',
    data: ix.upgrade,
    metas: replace(UPGRADE, 2, meta(BUFFER)),
    accounts: [...deployed(), next()],
    says: 'Buffer account not writeable',
  },
  {
    name: 'a buffer of another owner',
    data: ix.upgrade,
    metas: UPGRADE,
    accounts: [...deployed(), next({ owner: OTHER })],
    says: 'Buffer account not owned by loader',
  },
  {
    name: "another's buffer",
    data: ix.upgrade,
    metas: UPGRADE,
    accounts: [...deployed(), buffer(OTHER)],
    says: "Buffer and upgrade authority don't match",
  },
  {
    name: 'unsigned',
    data: ix.upgrade,
    metas: replace(UPGRADE, 6, meta(AUTHORITY)),
    accounts: [...deployed(), next()],
    says: 'Upgrade authority did not sign',
  },
  {
    name: 'no buffer',
    data: ix.upgrade,
    metas: UPGRADE,
    accounts: [...deployed(), uninitialized(BUFFER, 1000)],
    says: 'Invalid Buffer account',
  },
  {
    name: 'an empty buffer',
    data: ix.upgrade,
    metas: UPGRADE,
    accounts: [...deployed(), next({ data: bufferState(AUTHORITY, new Uint8Array(0)) })],
    says: 'Buffer account too small',
  },
  {
    name: 'more than there is room',
    data: ix.upgrade,
    metas: UPGRADE,
    accounts: [...deployed(), next({ data: bufferState(AUTHORITY, concatBytes([NEW_ELF, new Uint8Array(1)])) })],
    says: 'ProgramData account not large enough',
  },
  {
    name: 'too few lamports',
    data: ix.upgrade,
    metas: UPGRADE,
    accounts: [...deployed(AUTHORITY, { data: { lamports: 1_000_000n } }), next({ lamports: 900_000n })],
    says: 'Buffer account balance too low to fund upgrade',
  },
  {
    name: 'just enough lamports',
    data: ix.upgrade,
    metas: UPGRADE,
    accounts: [
      ...deployed(AUTHORITY, { data: { lamports: 1_000_000n } }),
      next({ lamports: BigInt(128 + 45 + ELF.length) * 6960n - 1_000_000n }),
    ],
    says: 'success',
  },
  {
    name: "another's program",
    data: ix.upgrade,
    metas: UPGRADE,
    accounts: [...deployed(OTHER), next()],
    says: 'Incorrect upgrade authority provided',
  },
  {
    name: 'data in another state',
    data: ix.upgrade,
    metas: UPGRADE,
    accounts: [
      [PROGRAM, { lamports: RICH, owner, data: programState() }],
      [PROGRAM_DATA, { lamports: RICH, owner, data: bufferState(AUTHORITY, new Uint8Array(2000)) }],
      next(),
    ],
    says: 'Invalid ProgramData account',
  },
  {
    name: 'read-only data',
    data: ix.upgrade,
    metas: replace(UPGRADE, 0, meta(PROGRAM_DATA)),
    accounts: [...deployed(), next()],
    says: 'ReadonlyDataModified',
  },
  {
    name: 'no ELF file',
    data: ix.upgrade,
    metas: UPGRADE,
    accounts: [...deployed(), next({ data: bufferState(AUTHORITY, new Uint8Array(80)) })],
    says: 'Failed to parse ELF file',
  },
  {
    name: 'the buffer is the spill account',
    data: ix.upgrade,
    metas: replace(UPGRADE, 3, meta(BUFFER, 'w')),
    accounts: [...deployed(), next()],
    says: 'AccountBorrowFailed',
  },
  {
    name: 'the spill account is read-only',
    data: ix.upgrade,
    metas: replace(UPGRADE, 3, meta(SPILL)),
    accounts: [...deployed(), next()],
    says: 'ReadonlyLamportChange',
  },
]);

const SET = [meta(BUFFER, 'w'), meta(AUTHORITY, 's'), meta(OTHER)];
const SET_DATA = replace(SET, 0, meta(PROGRAM_DATA, 'w'));
rows('SetAuthority', [
  {
    name: 'of a buffer',
    data: ix.setAuthority,
    metas: SET,
    accounts: [buffer()],
    says: `New authority Some(${OTHER})`,
  },
  {
    name: 'of a program',
    data: ix.setAuthority,
    metas: SET_DATA,
    accounts: deployed(),
    says: `New authority Some(${OTHER})`,
  },
  {
    name: 'of a program, to nobody',
    data: ix.setAuthority,
    metas: SET_DATA.slice(0, 2),
    accounts: deployed(),
    says: 'New authority None',
  },
  {
    name: 'of a buffer, to nobody',
    data: ix.setAuthority,
    metas: SET.slice(0, 2),
    accounts: [buffer()],
    says: 'Buffer authority is not optional',
  },
  { name: 'one account', data: ix.setAuthority, metas: SET.slice(0, 1), accounts: [buffer()], says: 'MissingAccount' },
  {
    name: "nobody's buffer",
    data: ix.setAuthority,
    metas: SET,
    accounts: [buffer(AUTHORITY, { data: bufferState(undefined) })],
    says: 'Buffer is immutable',
  },
  {
    name: "another's buffer",
    data: ix.setAuthority,
    metas: SET,
    accounts: [buffer(OTHER)],
    says: 'Incorrect buffer authority provided',
  },
  {
    name: 'an unsigned buffer',
    data: ix.setAuthority,
    metas: replace(SET, 1, meta(AUTHORITY)),
    accounts: [buffer()],
    says: 'Buffer authority did not sign',
  },
  {
    name: "another's program",
    data: ix.setAuthority,
    metas: SET_DATA,
    accounts: deployed(OTHER),
    says: 'Incorrect upgrade authority provided',
  },
  {
    name: 'an unsigned program',
    data: ix.setAuthority,
    metas: replace(SET_DATA, 1, meta(AUTHORITY)),
    accounts: deployed(),
    says: 'Upgrade authority did not sign',
  },
  {
    name: 'of a program account',
    data: ix.setAuthority,
    metas: replace(SET, 0, meta(PROGRAM, 'w')),
    accounts: deployed(),
    says: 'Account does not support authorities',
  },
  {
    name: 'of nothing',
    data: ix.setAuthority,
    metas: SET,
    accounts: [uninitialized(BUFFER, 40)],
    says: 'Account does not support authorities',
  },
  {
    name: 'read-only',
    data: ix.setAuthority,
    metas: replace(SET, 0, meta(BUFFER)),
    accounts: [buffer()],
    says: 'ReadonlyDataModified',
  },
]);

const CHECKED = replace(SET, 2, meta(OTHER, 's'));
const CHECKED_DATA = replace(SET_DATA, 2, meta(OTHER, 's'));
rows('SetAuthorityChecked', [
  {
    name: 'of a buffer',
    data: ix.setAuthorityChecked,
    metas: CHECKED,
    accounts: [buffer()],
    says: `New authority ${OTHER}`,
  },
  {
    name: 'of a program',
    data: ix.setAuthorityChecked,
    metas: CHECKED_DATA,
    accounts: deployed(),
    says: `New authority ${OTHER}`,
  },
  {
    name: 'two accounts',
    data: ix.setAuthorityChecked,
    metas: CHECKED.slice(0, 2),
    accounts: [buffer()],
    says: 'MissingAccount',
  },
  {
    name: "nobody's buffer",
    data: ix.setAuthorityChecked,
    metas: CHECKED,
    accounts: [buffer(AUTHORITY, { data: bufferState(undefined) })],
    says: 'Buffer is immutable',
  },
  {
    name: "another's buffer",
    data: ix.setAuthorityChecked,
    metas: CHECKED,
    accounts: [buffer(OTHER)],
    says: 'Incorrect buffer authority provided',
  },
  {
    name: 'unsigned by the old one',
    data: ix.setAuthorityChecked,
    metas: replace(CHECKED, 1, meta(AUTHORITY)),
    accounts: [buffer()],
    says: 'Buffer authority did not sign',
  },
  {
    name: 'unsigned by the new one',
    data: ix.setAuthorityChecked,
    metas: SET,
    accounts: [buffer()],
    says: 'New authority did not sign',
  },
  {
    name: 'a program unsigned by the new one',
    data: ix.setAuthorityChecked,
    metas: SET_DATA,
    accounts: deployed(),
    says: 'New authority did not sign',
  },
  {
    name: "another's program",
    data: ix.setAuthorityChecked,
    metas: CHECKED_DATA,
    accounts: deployed(OTHER),
    says: 'Incorrect upgrade authority provided',
  },
  {
    name: 'of nothing',
    data: ix.setAuthorityChecked,
    metas: CHECKED,
    accounts: [uninitialized(BUFFER, 40)],
    says: 'Account does not support authorities',
  },
]);

const CLOSE = [meta(BUFFER, 'w'), meta(SPILL, 'w'), meta(AUTHORITY, 's')];
const CLOSE_DATA = [meta(PROGRAM_DATA, 'w'), meta(SPILL, 'w'), meta(AUTHORITY, 's'), meta(PROGRAM, 'w')];
rows('Close', [
  { name: 'a buffer', data: ix.close, metas: CLOSE, accounts: [buffer()], says: `Closed Buffer ${BUFFER}` },
  {
    name: 'nothing',
    data: ix.close,
    metas: CLOSE.slice(0, 2),
    accounts: [uninitialized(BUFFER, 40)],
    says: `Closed Uninitialized ${BUFFER}`,
  },
  { name: 'a program', data: ix.close, metas: CLOSE_DATA, accounts: deployed(), says: `Closed Program ${PROGRAM}` },
  {
    name: 'a program, and calls it',
    data: ix.close,
    metas: CLOSE_DATA,
    accounts: deployed(),
    thenRun: [callProgram],
    says: 'Program is not deployed',
  },
  { name: 'one account', data: ix.close, metas: CLOSE.slice(0, 1), accounts: [buffer()], says: 'MissingAccount' },
  {
    name: 'a buffer with two accounts',
    data: ix.close,
    metas: CLOSE.slice(0, 2),
    accounts: [buffer()],
    says: 'MissingAccount',
  },
  {
    name: 'a program with three accounts',
    data: ix.close,
    metas: CLOSE_DATA.slice(0, 3),
    accounts: deployed(),
    says: 'MissingAccount',
  },
  {
    name: 'to itself',
    data: ix.close,
    metas: replace(CLOSE, 1, meta(BUFFER, 'w')),
    accounts: [buffer()],
    says: 'Recipient is the same as the account being closed',
  },
  {
    name: "nobody's buffer",
    data: ix.close,
    metas: CLOSE,
    accounts: [buffer(AUTHORITY, { data: bufferState(undefined) })],
    says: 'Account is immutable',
  },
  {
    name: "another's buffer",
    data: ix.close,
    metas: CLOSE,
    accounts: [buffer(OTHER)],
    says: 'Incorrect authority provided',
  },
  {
    name: 'unsigned',
    data: ix.close,
    metas: replace(CLOSE, 2, meta(AUTHORITY)),
    accounts: [buffer()],
    says: 'Authority did not sign',
  },
  {
    name: 'a read-only buffer',
    data: ix.close,
    metas: replace(CLOSE, 0, meta(BUFFER)),
    accounts: [buffer()],
    says: 'ReadonlyDataModified',
  },
  {
    name: 'to a read-only account',
    data: ix.close,
    metas: replace(CLOSE, 1, meta(SPILL)),
    accounts: [buffer()],
    says: 'ReadonlyLamportChange',
  },
  {
    name: 'a program account',
    data: ix.close,
    metas: replace(CLOSE, 0, meta(PROGRAM, 'w')),
    accounts: [[PROGRAM, { lamports: RICH, owner, data: programState() }]],
    says: 'Account does not support closing',
  },
  {
    name: 'a read-only program',
    data: ix.close,
    metas: replace(CLOSE_DATA, 3, meta(PROGRAM)),
    accounts: deployed(),
    says: 'Program account is not writable',
  },
  {
    name: 'a program of another owner',
    data: ix.close,
    metas: CLOSE_DATA,
    accounts: deployed(AUTHORITY, { program: { owner: OTHER, executable: false } }),
    says: 'Program account not owned by loader',
  },
  {
    name: 'a program with other data',
    data: ix.close,
    metas: CLOSE_DATA,
    accounts: deployed(AUTHORITY, { program: { executable: false, data: programState(OTHER) } }),
    says: 'ProgramData account does not match ProgramData account',
  },
  {
    name: 'no program',
    data: ix.close,
    metas: CLOSE_DATA,
    accounts: deployed(AUTHORITY, { program: { executable: false, data: new Uint8Array(36) } }),
    says: 'Invalid Program account',
  },
  {
    name: "another's program",
    data: ix.close,
    metas: CLOSE_DATA,
    accounts: deployed(OTHER),
    says: 'Incorrect authority provided',
  },
]);

const EXTEND = [meta(PROGRAM_DATA, 'w'), meta(PROGRAM, 'w')];
const FUNDED = [...EXTEND, meta(SYSTEM_PROGRAM_ID), meta(OTHER, 'ws')];
rows('ExtendProgram', [
  {
    name: 'extends',
    data: ix.extend(10_240),
    metas: EXTEND,
    accounts: deployed(),
    says: 'Extended ProgramData account by 10240 bytes',
  },
  {
    name: 'and calls: not before the next slot',
    data: ix.extend(10_240),
    metas: EXTEND,
    accounts: deployed(),
    thenRun: [callProgram],
    says: 'Program is not deployed',
  },
  {
    name: 'somebody pays',
    data: ix.extend(20_000),
    metas: FUNDED,
    accounts: [...deployed(AUTHORITY, { data: { lamports: 5_000_000n } }), [OTHER, { lamports: RICH }]],
    says: 'success',
  },
  {
    name: 'nobody pays',
    data: ix.extend(20_000),
    metas: EXTEND,
    accounts: deployed(AUTHORITY, { data: { lamports: 5_000_000n } }),
    says: 'MissingAccount',
  },
  {
    name: 'the payer has not signed',
    data: ix.extend(20_000),
    metas: replace(FUNDED, 3, meta(OTHER, 'w')),
    accounts: [...deployed(AUTHORITY, { data: { lamports: 5_000_000n } }), [OTHER, { lamports: RICH }]],
    says: `${OTHER}'s signer privilege escalated`,
  },
  {
    name: 'no System program',
    data: ix.extend(20_000),
    metas: replace(FUNDED, 2, meta(SPILL)),
    accounts: [...deployed(AUTHORITY, { data: { lamports: 5_000_000n } }), [OTHER, { lamports: RICH }]],
    says: 'Unknown program 11111111111111111111111111111111',
  },
  {
    name: 'the payer is poor',
    data: ix.extend(20_000),
    metas: FUNDED,
    accounts: [...deployed(AUTHORITY, { data: { lamports: 5_000_000n } }), [OTHER, { lamports: 1_000_000n }]],
    says: 'Transfer: insufficient lamports',
  },
  {
    name: 'by nothing',
    data: ix.extend(0),
    metas: EXTEND,
    accounts: deployed(),
    says: 'Additional bytes must be greater than 0',
  },
  {
    name: 'by too little',
    data: ix.extend(10_239),
    metas: EXTEND,
    accounts: deployed(),
    says: 'ExtendProgram requires a minimum of 10240 additional bytes or to extend to maximum size, but only 10239 were requested',
  },
  {
    name: 'by too much',
    data: ix.extend(10_485_760),
    metas: EXTEND,
    accounts: deployed(),
    says: 'bytes exceeds max account data length of 10485760 bytes',
  },
  {
    name: 'data of another owner',
    data: ix.extend(10_240),
    metas: EXTEND,
    accounts: [[PROGRAM_DATA, { lamports: RICH, owner: OTHER, data: dataState(5n, AUTHORITY) }]],
    says: 'ProgramData owner is invalid',
  },
  {
    name: 'read-only data',
    data: ix.extend(10_240),
    metas: replace(EXTEND, 0, meta(PROGRAM_DATA)),
    accounts: deployed(),
    says: 'ProgramData is not writable',
  },
  {
    name: 'a read-only program',
    data: ix.extend(10_240),
    metas: replace(EXTEND, 1, meta(PROGRAM)),
    accounts: deployed(),
    says: 'Program account is not writable',
  },
  {
    name: 'a program of another owner',
    data: ix.extend(10_240),
    metas: EXTEND,
    accounts: deployed(AUTHORITY, { program: { owner: OTHER, executable: false } }),
    says: 'Program account not owned by loader',
  },
  {
    name: 'a program with other data',
    data: ix.extend(10_240),
    metas: EXTEND,
    accounts: deployed(AUTHORITY, { program: { executable: false, data: programState(OTHER) } }),
    says: 'Program account does not match ProgramData account',
  },
  {
    name: 'no program',
    data: ix.extend(10_240),
    metas: EXTEND,
    accounts: deployed(AUTHORITY, { program: { executable: false, data: new Uint8Array(36) } }),
    says: 'Invalid Program account',
  },
  {
    name: "nobody's program",
    data: ix.extend(10_240),
    metas: EXTEND,
    accounts: [
      [PROGRAM_DATA, { lamports: RICH, owner, data: dataState(5n, undefined) }],
      [PROGRAM, { lamports: RICH, owner, executable: true, data: programState() }],
    ],
    says: 'Cannot extend ProgramData accounts that are not upgradeable',
  },
  {
    name: 'data in another state',
    data: ix.extend(10_240),
    metas: EXTEND,
    accounts: [
      [PROGRAM_DATA, { lamports: RICH, owner, data: bufferState(AUTHORITY) }],
      [PROGRAM, { lamports: RICH, owner, data: programState() }],
    ],
    says: 'ProgramData state is invalid',
  },
  {
    name: 'one account',
    data: ix.extend(10_240),
    metas: EXTEND.slice(0, 1),
    accounts: deployed(),
    says: 'MissingAccount',
  },
  { name: 'no account', data: ix.extend(10_240), metas: [], accounts: deployed(), says: 'MissingAccount' },
  {
    name: 'data and program are one',
    data: ix.extend(10_240),
    metas: [EXTEND[0], EXTEND[0]],
    accounts: deployed(),
    says: 'AccountBorrowFailed',
  },
  {
    name: 'an ELF file that is none',
    data: ix.extend(10_240),
    metas: EXTEND,
    accounts: [
      [PROGRAM_DATA, { lamports: RICH, owner, data: dataState(5n, AUTHORITY, new Uint8Array(9)) }],
      [PROGRAM, { lamports: RICH, owner, data: programState() }],
    ],
    says: 'Failed to parse ELF file',
  },
]);

describe('loader v3', () => {
  test("nobody's program is not upgraded, nor handed over, nor closed", () => {
    const accounts: Setup = [
      [PROGRAM_DATA, { lamports: RICH, owner, data: dataState(5n, undefined) }],
      [PROGRAM, { lamports: RICH, owner, executable: true, data: programState() }],
      next(),
    ];
    play({ data: ix.upgrade, metas: UPGRADE, accounts, says: 'Program not upgradeable' });
    play({ data: ix.setAuthority, metas: SET_DATA, accounts, says: 'Program not upgradeable' });
    play({ data: ix.setAuthorityChecked, metas: CHECKED_DATA, accounts, says: 'Program not upgradeable' });
    play({ data: ix.close, metas: CLOSE_DATA, accounts, says: 'Account is immutable' });
  });

  test('changes a program once per slot', () => {
    const accounts = [...deployed(AUTHORITY, { slot }), next()];
    play({ data: ix.upgrade, metas: UPGRADE, accounts, says: 'Program was deployed in this block already' });
    play({ data: ix.close, metas: CLOSE_DATA, accounts, says: 'Program was deployed in this block already' });
    play({ data: ix.extend(10_240), metas: EXTEND, accounts, says: 'Program was extended in this block already' });
  });

  test('extends to the very end by less than the minimum', () => {
    const room = 10_485_760 - 100;
    const data = concatBytes([dataState(5n, AUTHORITY), new Uint8Array(room - 45 - ELF.length)]);
    const accounts = deployed(AUTHORITY, { data: { data, lamports: 80_000_000_000n } });
    play({ data: ix.extend(99), metas: EXTEND, accounts, says: 'requires a minimum' });
    play({ data: ix.extend(100), metas: EXTEND, accounts, says: 'success' });
    play({ data: ix.extend(101), metas: EXTEND, accounts, says: 'Extended ProgramData length of 10485761 bytes' });
  });

  test('calls what was deployed, in the next transaction', () => {
    play({
      data: ix.deploy(LEN),
      metas: DEPLOY,
      accounts: [fresh(), buffer(AUTHORITY, { data: bufferState(AUTHORITY, NEW_ELF) })],
      says: 'success',
    });
    const outcome = oracle.send(
      compileMessage({ feePayer: PAYER, recentBlockhash: oracle.blockhash, instructions: [callProgram] }),
    );
    expect(outcome.error).toEqual({ InstructionError: [0, { Custom: 9 }] });
  });

  test('extends by little before the feature that forbids it', () => {
    const before = new Oracle({ without: ['loader_v3_minimum_extend_program_size'] });
    play({ data: ix.extend(1), metas: EXTEND, accounts: deployed(), says: 'success' }, before);
  });

  test('does not check a new authority before its feature', () => {
    const before = new Oracle({ without: ['enable_bpf_loader_set_authority_checked_ix'] });
    play(
      { data: ix.setAuthorityChecked, metas: CHECKED, accounts: [buffer()], says: 'InvalidInstructionData' },
      before,
    );
  });

  test('refuses old versions with the feature that forbids them', () => {
    const later = new Oracle({ with: ['disable_sbpf_v0_v1_v2_deployment'] });
    const old = buffer(AUTHORITY, { data: bufferState(AUTHORITY, OLD_VERSION_ELF) });
    play({ data: ix.deploy(10_000n), metas: DEPLOY, accounts: [fresh(), old], says: 'InvalidAccountData' }, later);
    play({ data: ix.deploy(LEN), metas: DEPLOY, accounts: [fresh(), buffer()], says: 'success' }, later);
    const metas = SET_DATA.slice(0, 2);
    const withElf = (elf: Uint8Array) =>
      deployed(AUTHORITY, { data: { data: dataState(5n, AUTHORITY, elf) } }).slice(0, 1);
    play({ data: ix.setAuthority, metas, accounts: withElf(OLD_VERSION_ELF), says: 'InvalidAccountData' }, later);
    play({ data: ix.setAuthority, metas, accounts: withElf(new Uint8Array(52)), says: 'InvalidAccountData' }, later);
    play({ data: ix.setAuthority, metas, accounts: withElf(new Uint8Array(51)), says: 'success' }, later);
    play({ data: ix.setAuthority, metas, accounts: withElf(ELF), says: 'success' }, later);
    play({ data: ix.setAuthority, metas: SET_DATA, accounts: withElf(OLD_VERSION_ELF), says: 'success' }, later);
    const readonly = replace(metas, 0, meta(PROGRAM_DATA));
    play(
      { data: ix.setAuthority, metas: readonly, accounts: withElf(OLD_VERSION_ELF), says: 'InvalidAccountData' },
      later,
    );
  });

  test('knows no program of loader v2 as its own', () => {
    const accounts: Setup = [[PROGRAM, { lamports: RICH, owner: BPF_LOADER_ID, executable: true, data: ELF }], next()];
    play({ data: ix.upgrade, metas: UPGRADE, accounts, says: 'Program account not owned by loader' });
  });
});
