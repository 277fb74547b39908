// Every step and every refusal of a call, in both ABIs, against LiteSVM: each row runs the same transaction on both sides
// and compares all that can be seen. `says` is what the log must hold, so that a row shows what its name promises.

import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Abi,
  type Call,
  DRIVER_ELF,
  driverOfVersion,
  driverWithRodata,
  HEAP,
  INPUT,
  join,
  Script,
  STACK,
  u64s,
} from '../../test/support/cpi-driver.ts';
import {
  CALLEE,
  CALLER,
  DERIVED,
  DERIVED_SEEDS,
  EMPTY,
  type Loader,
  meta,
  ON_CURVE_SEEDS,
  OTHER_SEEDS,
  OUTSIDE,
  OUTSIDE_PROGRAM,
  OWNED,
  OWNED_READONLY,
  PAYER,
  READONLY,
  READONLY_SIGNER,
  SIGNER,
  Stage,
  THEIRS,
  THIRD,
  UNKNOWN,
} from '../../test/support/cpi-stage.ts';
import type { OracleOptions, Outcome } from '../../test/support/litesvm-oracle.ts';
import { U64_MAX, writeU32, writeU64 } from '../wire/bytes.ts';
import type { Verdict } from '../wire/errors.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import {
  BPF_LOADER_DEPRECATED_ID,
  BPF_LOADER_ID,
  BPF_LOADER_UPGRADEABLE_ID,
  COMPUTE_BUDGET_ID,
  ED25519_ID,
  NATIVE_LOADER_ID,
  SECP256K1_ID,
  SECP256R1_ID,
  SYSTEM_PROGRAM_ID,
} from './addresses.ts';
import type { Refusal } from './errors.ts';
import type { ExecutionEvent } from './execution-events.ts';

const NO_DATA = new Uint8Array(0);
const exit = (r0 = 0n): Uint8Array => new Script().exit(r0);

function transferData(lamports: bigint): Uint8Array {
  const data = new Uint8Array(12);
  writeU32(data, 0, 2);
  writeU64(data, 4, lamports);
  return data;
}

function createAccountData(lamports: bigint, space: bigint, owner: Pubkey): Uint8Array {
  const data = new Uint8Array(52);
  writeU64(data, 4, lamports);
  writeU64(data, 12, space);
  data.set(owner.bytes, 20);
  return data;
}

function allocateData(space: bigint): Uint8Array {
  const data = new Uint8Array(12);
  writeU32(data, 0, 8);
  writeU64(data, 4, space);
  return data;
}

/** A call of CALLEE with nothing, which succeeds. */
const PLAIN: Call = { programId: CALLEE, data: exit() };

interface Row {
  readonly name: string;
  /** The one call of the script; or the script. */
  readonly call?: (stage: Stage) => Call;
  readonly script?: (stage: Stage, abi: Abi) => Script | Uint8Array;
  /** What a line of the log holds; 'success' for a transaction that succeeds. */
  readonly says: string | Readonly<Record<Abi, string>>;
  readonly abi?: Abi;
  readonly loader?: Loader | undefined;
  readonly elf?: Uint8Array | undefined;
  readonly units?: number;
}

let stage: Stage;
beforeAll(() => {
  stage = new Stage();
});

function play(row: Row, abi: Abi, on: Stage = stage): Outcome {
  on.reset(row.loader, row.elf);
  const script = row.script?.(on, abi) ?? new Script().call(abi, (row.call as (stage: Stage) => Call)(on));
  const outcome = on.run(script, { units: row.units ?? 400_000 });
  const says = typeof row.says === 'string' ? row.says : row.says[abi];
  if (says === 'success') expect(outcome.error, outcome.logs.join('\n')).toBeNull();
  else expect(outcome.logs.join('\n')).toContain(says);
  return outcome;
}

const SECTIONS: { readonly title: string; readonly table: readonly Row[] }[] = [];

function rows(title: string, table: readonly Row[]): void {
  SECTIONS.push({ title, table });
  describe(title, () => {
    for (const row of table) {
      for (const abi of row.abi === undefined ? (['c', 'rust'] as const) : [row.abi]) {
        test(`${row.name} (${abi})`, () => {
          play(row, abi);
        });
      }
    }
  });
}

const registers = (changed: Call['registers']): ((stage: Stage) => Call) => {
  return () => ({ ...PLAIN, registers: changed as NonNullable<Call['registers']> });
};
const fields = (changed: Call['fields'], call: Call = PLAIN): ((stage: Stage) => Call) => {
  return () => ({ ...call, fields: changed as NonNullable<Call['fields']> });
};
const VIOLATION = 'Access violation';

rows('the instruction is read', [
  { name: 'a call of nothing succeeds', call: () => PLAIN, says: 'success' },
  { name: 'an unaligned instruction', call: registers({ r1: HEAP + 4n }), says: 'Unaligned pointer' },
  { name: 'an instruction at 0', call: registers({ r1: 0n }), says: VIOLATION },
  { name: 'an instruction at the end of the heap', call: registers({ r1: HEAP + 32_768n - 8n }), says: VIOLATION },
  { name: 'an instruction at the largest address', call: registers({ r1: U64_MAX }), says: VIOLATION },
  {
    name: 'an unaligned instruction nowhere: access comes first',
    call: registers({ r1: (1n << 60n) | 1n }),
    says: VIOLATION,
  },
  { name: 'an instruction in an unmapped region', call: registers({ r1: 0x5_0000_0000n }), says: VIOLATION },
  { name: 'an instruction in the code', call: registers({ r1: 0x1_0000_0000n }), says: 'failed' },
  { name: 'a program id nowhere', abi: 'c', call: fields({ programIdAddr: 8n }), says: VIOLATION },
  {
    name: 'a program id unaligned',
    abi: 'c',
    script: (_, abi) => {
      const script = new Script();
      const at = script.put(join([Uint8Array.of(0), CALLEE.bytes])) + 1n;
      return script.call(abi, { ...PLAIN, fields: { programIdAddr: at } });
    },
    says: 'success',
  },
  { name: 'metas nowhere', call: fields({ metasAddr: 0n, metasLen: 1n }), says: VIOLATION },
  { name: 'metas nowhere, but none of them', call: fields({ metasAddr: 7n, metasLen: 0n }), says: 'success' },
  {
    name: 'metas unaligned',
    call: fields({ metasAddr: HEAP + 1n, metasLen: 1n }),
    says: { c: 'Unaligned pointer', rust: 'failed' },
  },
  { name: 'more metas than an i64 has bytes', call: fields({ metasLen: 1n << 60n }), says: 'InvalidLength' },
  { name: 'the most metas', call: fields({ metasLen: U64_MAX }), says: 'InvalidLength' },
  { name: 'more metas than memory', call: fields({ metasLen: 1n << 40n }), says: VIOLATION },
  { name: 'metas as many as 2^53', call: fields({ metasLen: 1n << 53n }), says: VIOLATION },
  { name: 'data nowhere', call: fields({ dataAddr: 3n, dataLen: 1n }), says: VIOLATION },
  {
    name: 'data nowhere, but none of it',
    call: fields({ dataAddr: U64_MAX, dataLen: 0n }),
    says: 'custom program error: 0x63',
  },
  { name: 'data longer than an i64', call: fields({ dataLen: 1n << 63n }), says: 'InvalidLength' },
  { name: 'data longer than memory', call: fields({ dataLen: (1n << 63n) - 1n }), says: VIOLATION },
  { name: 'data over the end of the heap', call: fields({ dataAddr: HEAP + 32_760n, dataLen: 9n }), says: VIOLATION },
  {
    name: 'data in the stack, over the end of a frame',
    call: fields({ dataAddr: STACK + 4096n - 8n, dataLen: 16n }),
    says: 'success',
  },
  {
    name: 'data in the input',
    call: (on) => ({ ...PLAIN, fields: { dataAddr: on.account(OWNED).vmDataAddr, dataLen: 16n } }),
    says: 'failed',
  },
  {
    name: '256 metas',
    call: fields({ metasAddr: HEAP, metasLen: 256n }),
    says: 'Invoked an instruction with too many accounts (256 > 255)',
  },
  {
    name: '10241 bytes',
    call: fields({ dataAddr: HEAP, dataLen: 10_241n }),
    says: 'Invoked an instruction with data that is too large (10241 > 10240)',
  },
  {
    name: 'too many metas and bytes',
    call: fields({ metasAddr: HEAP, metasLen: 300n, dataAddr: HEAP, dataLen: 20_000n }),
    says: 'too many accounts (300 > 255)',
  },
  { name: '10240 bytes', call: fields({ dataAddr: HEAP + 16_384n, dataLen: 10_240n }), says: 'success' },
  {
    name: '255 metas',
    call: (on) => ({ ...PLAIN, metas: Array.from({ length: 255 }, () => meta(OWNED, 'w')), infos: on.infos(OWNED) }),
    says: 'success',
  },
  {
    name: 'a signer flag of 2',
    call: () => ({ ...PLAIN, metas: [{ ...meta(SIGNER), signerByte: 2 }] }),
    says: 'invalid program argument',
  },
  {
    name: 'a writable flag of 255',
    call: () => ({ ...PLAIN, metas: [meta(OWNED), { ...meta(OWNED), writableByte: 255 }] }),
    says: 'invalid program argument',
  },
  {
    name: 'a key nowhere',
    abi: 'c',
    script: (_, abi) => {
      const script = new Script();
      const metasAddr = script.put(u64s(16n, 0n));
      return script.call(abi, { ...PLAIN, fields: { metasAddr, metasLen: 1n } });
    },
    says: VIOLATION,
  },
  {
    name: 'a key nowhere and a flag of 2: flags come first',
    abi: 'c',
    script: (_, abi) => {
      const script = new Script();
      const metasAddr = script.put(u64s(16n, 2n));
      return script.call(abi, { ...PLAIN, fields: { metasAddr, metasLen: 1n } });
    },
    says: 'invalid program argument',
  },
]);

const signed = (seeds: Call['seeds'], more: Partial<Call> = {}): ((stage: Stage) => Call) => {
  return (on) => ({
    ...PLAIN,
    metas: [meta(DERIVED, 'ws')],
    infos: on.infos(DERIVED),
    seeds: seeds as NonNullable<Call['seeds']>,
    ...more,
  });
};
const LONG_SEED = new Uint8Array(33);

rows('signers are derived', [
  { name: 'seeds sign for the address they derive to', call: signed([DERIVED_SEEDS]), says: 'success' },
  {
    name: 'two groups, the second one signs',
    call: signed([OTHER_SEEDS, DERIVED_SEEDS]),
    says: 'success',
  },
  { name: 'groups nowhere', call: signed([DERIVED_SEEDS], { registers: { r4: 5n } }), says: VIOLATION },
  { name: 'groups nowhere, but none of them', call: registers({ r4: 5n, r5: 0n }), says: 'success' },
  {
    name: 'groups unaligned',
    call: signed([DERIVED_SEEDS], { registers: { r4: HEAP + 2n } }),
    says: 'Unaligned pointer',
  },
  { name: '17 groups', call: signed(Array.from({ length: 17 }, () => DERIVED_SEEDS)), says: 'Too many signers' },
  { name: '16 groups', call: signed(Array.from({ length: 16 }, () => DERIVED_SEEDS)), says: 'success' },
  {
    name: 'more groups than an i64 has bytes',
    call: signed([DERIVED_SEEDS], { registers: { r5: 1n << 60n } }),
    says: 'InvalidLength',
  },
  {
    name: 'more groups than memory: access comes first',
    call: signed([DERIVED_SEEDS], { registers: { r5: 1n << 30n } }),
    says: VIOLATION,
  },
  {
    name: '17 seeds',
    call: signed([Array.from({ length: 17 }, () => Uint8Array.of(1))]),
    says: 'Length of the seed is too long for address generation',
  },
  { name: '16 seeds', call: signed([Array.from({ length: 16 }, () => Uint8Array.of(1))]), says: 'failed' },
  { name: 'no seeds', call: signed([[]]), says: 'failed' },
  { name: 'an empty seed', call: signed([[NO_DATA, ...DERIVED_SEEDS]]), says: 'success' },
  {
    name: 'a seed of 33 bytes',
    call: signed([[LONG_SEED]]),
    says: 'Could not create program address with signer seeds: Length of the seed is too long',
  },
  {
    name: 'seeds on the curve',
    call: signed([ON_CURVE_SEEDS]),
    says: 'Could not create program address with signer seeds: Provided seeds do not result in a valid address',
  },
  { name: 'a group nowhere', call: signed([DERIVED_SEEDS], { seedFields: { groupAddr: 9n } }), says: VIOLATION },
  {
    name: 'a group unaligned',
    call: signed([DERIVED_SEEDS], { seedFields: { groupAddr: HEAP + 4n } }),
    says: 'Unaligned pointer',
  },
  {
    name: 'a group of more seeds than memory',
    call: signed([DERIVED_SEEDS], { seedFields: { groupLen: 1n << 33n } }),
    says: VIOLATION,
  },
  { name: 'a seed nowhere', call: signed([DERIVED_SEEDS], { seedFields: { seedAddr: 1n } }), says: VIOLATION },
  {
    name: 'a seed longer than an i64',
    call: signed([DERIVED_SEEDS], { seedFields: { seedLen: 1n << 63n } }),
    says: 'InvalidLength',
  },
  {
    name: 'a seed longer than memory',
    call: signed([DERIVED_SEEDS], { seedFields: { seedLen: 1n << 40n } }),
    says: VIOLATION,
  },
  {
    name: 'a bad second group, after a good one',
    call: signed([DERIVED_SEEDS, ON_CURVE_SEEDS]),
    says: 'Could not create program address',
  },
  { name: 'seeds of another program', call: signed([[Uint8Array.of(1, 2, 3, 4)]]), says: 'failed' },
  {
    name: 'bad seeds come before a program that may not be called',
    call: signed([[LONG_SEED]], { programId: NATIVE_LOADER_ID }),
    says: 'Could not create program address',
  },
]);

const tagged = (tag: number): Uint8Array => Uint8Array.of(tag, 0, 0, 0);

rows('programs that may not be called', [
  ...[NATIVE_LOADER_ID, BPF_LOADER_ID, BPF_LOADER_DEPRECATED_ID, ED25519_ID, SECP256K1_ID, SECP256R1_ID].map(
    (programId): Row => ({
      name: `${programId}`,
      call: () => ({ programId }),
      says: `Program ${programId} not supported by inner instructions`,
    }),
  ),
  ...[0, 1, 2, 6, 8, 255].map(
    (tag): Row => ({
      name: `instruction ${tag} of loader v3`,
      call: () => ({ programId: BPF_LOADER_UPGRADEABLE_ID, data: tagged(tag) }),
      says: 'not supported by inner instructions',
    }),
  ),
  {
    name: 'loader v3 without data',
    call: () => ({ programId: BPF_LOADER_UPGRADEABLE_ID }),
    says: 'not supported by inner instructions',
  },
  ...[3, 4, 5, 7].map(
    (tag): Row => ({
      name: `instruction ${tag} of loader v3 is let through, to be missed`,
      call: () => ({ programId: BPF_LOADER_UPGRADEABLE_ID, data: tagged(tag) }),
      says: 'Unknown program BPFLoaderUpgradeab1e11111111111111111111111',
    }),
  ),
]);

rows('the caller grants accounts', [
  {
    name: 'an account that is not in the transaction',
    call: () => ({ ...PLAIN, metas: [meta(UNKNOWN)] }),
    says: `Instruction references an unknown account ${UNKNOWN}`,
  },
  {
    name: 'an account that the instruction does not name',
    call: (on) => ({ ...PLAIN, metas: [meta(OUTSIDE)], infos: on.infos(OWNED) }),
    says: 'failed: An account required by the instruction is missing',
  },
  {
    name: 'a program that is not in the transaction',
    call: () => ({ ...PLAIN, programId: UNKNOWN }),
    says: `Unknown program ${UNKNOWN}`,
  },
  {
    name: 'a program that the instruction does not name',
    call: () => ({ ...PLAIN, programId: OUTSIDE_PROGRAM }),
    says: `Unknown program ${OUTSIDE_PROGRAM}`,
  },
  {
    name: 'write what is read-only',
    call: () => ({ ...PLAIN, metas: [meta(READONLY, 'w')] }),
    says: `${READONLY}'s writable privilege escalated`,
  },
  {
    name: 'sign for who has not',
    call: () => ({ ...PLAIN, metas: [meta(OWNED, 's')] }),
    says: `${OWNED}'s signer privilege escalated`,
  },
  {
    name: 'both: writing is looked at first',
    call: () => ({ ...PLAIN, metas: [meta(READONLY, 'ws')] }),
    says: 'writable privilege escalated',
  },
  {
    name: 'the payer is not of the instruction',
    call: () => ({ ...PLAIN, metas: [meta(PAYER, 'ws')] }),
    says: 'failed: An account required by the instruction is missing',
  },
  {
    name: 'sign with a signature',
    call: (on) => ({ ...PLAIN, metas: [meta(SIGNER, 'ws')], infos: on.infos(SIGNER) }),
    says: 'success',
  },
  {
    name: 'a read-only signer signs',
    call: (on) => ({ ...PLAIN, metas: [meta(READONLY_SIGNER, 's')], infos: on.infos(READONLY_SIGNER) }),
    says: 'success',
  },
  {
    name: 'a read-only signer is written',
    call: () => ({ ...PLAIN, metas: [meta(READONLY_SIGNER, 'ws')] }),
    says: 'writable privilege escalated',
  },
  {
    name: 'the derived address without seeds',
    call: () => ({ ...PLAIN, metas: [meta(DERIVED, 's')] }),
    says: `${DERIVED}'s signer privilege escalated`,
  },
  {
    name: 'the second of two accounts escalates',
    call: () => ({ ...PLAIN, metas: [meta(OWNED, 'w'), meta(OWNED_READONLY, 'w')] }),
    says: `${OWNED_READONLY}'s writable`,
  },
  {
    name: 'flags of repeated accounts are merged',
    call: (on) => ({ ...PLAIN, metas: [meta(SIGNER), meta(SIGNER, 's'), meta(SIGNER, 'w')], infos: on.infos(SIGNER) }),
    says: 'success',
  },
  {
    name: 'merged flags escalate too',
    call: () => ({ ...PLAIN, metas: [meta(READONLY), meta(OWNED), meta(READONLY, 'w')] }),
    says: `${READONLY}'s writable`,
  },
  {
    name: 'an unknown account behind one that escalates is found first',
    call: () => ({ ...PLAIN, metas: [meta(READONLY, 'w'), meta(UNKNOWN)] }),
    says: 'Instruction references an unknown account',
  },
  {
    name: 'an account that escalates comes before an unknown program',
    call: () => ({ programId: UNKNOWN, metas: [meta(READONLY, 'w')] }),
    says: 'writable privilege',
  },
  {
    name: 'a wallet called as a program',
    call: () => ({ ...PLAIN, programId: SIGNER }),
    says: 'failed: Unsupported program id',
  },
  {
    name: 'no account at all called as a program',
    call: () => ({ ...PLAIN, programId: EMPTY }),
    says: 'failed: Unsupported program id',
  },
  {
    name: 'a data account called as a program',
    call: () => ({ ...PLAIN, programId: OWNED }),
    says: 'failed: Unsupported program id',
  },
]);

const withInfo = (
  key: Pubkey,
  flags: '' | 'w',
  change: Partial<ReturnType<Stage['info']>>,
): ((stage: Stage) => Call) => {
  return (on) => ({ ...PLAIN, metas: [meta(key, flags)], infos: [{ ...on.info(key), ...change }] });
};
const moved = (field: 'keyAddr' | 'ownerAddr' | 'lamportsAddr' | 'dataAddr', by: bigint): ((stage: Stage) => Call) => {
  return (on) => {
    const info = on.info(OWNED);
    return { ...PLAIN, metas: [meta(OWNED, 'w')], infos: [{ ...info, [field]: info[field] + by }] };
  };
};

rows('account infos are found', [
  {
    name: 'infos in the input',
    call: (on) => ({
      ...PLAIN,
      metas: [meta(OWNED)],
      infos: on.infos(OWNED),
      infosAt: on.account(OWNED).vmDataAddr + 1008n,
    }),
    says: 'Invalid pointer',
  },
  { name: 'no infos, but in the input', call: registers({ r2: INPUT }), says: 'Invalid pointer' },
  { name: 'no infos, nowhere', call: registers({ r2: 8n }), says: 'success' },
  { name: 'infos that reach the input', call: registers({ r2: INPUT - 48n, r3: 1n }), says: 'Invalid pointer' },
  { name: 'the most infos', call: registers({ r3: U64_MAX }), says: 'Invalid pointer' },
  { name: 'infos at the largest address', call: registers({ r2: U64_MAX, r3: 1n }), says: 'Invalid pointer' },
  { name: 'infos nowhere', call: registers({ r2: 8n, r3: 1n }), says: VIOLATION },
  { name: 'infos unaligned', call: registers({ r2: HEAP + 4n, r3: 1n }), says: 'Unaligned pointer' },
  {
    name: '256 infos',
    call: registers({ r2: HEAP, r3: 256n }),
    says: "Invoked an instruction with too many account info's (256 > 255)",
  },
  { name: 'more infos than memory', call: registers({ r2: HEAP, r3: 1000n }), says: VIOLATION },
  { name: 'a key nowhere', call: withInfo(OWNED, '', { keyAddr: 1n }), says: VIOLATION },
  {
    name: 'a key nowhere in an info that nobody needs',
    call: (on) => ({ ...PLAIN, infos: [{ ...on.info(OWNED), keyAddr: U64_MAX }] }),
    says: VIOLATION,
  },
  {
    name: '255 infos',
    call: (on) => ({ ...PLAIN, metas: [meta(OWNED)], infos: Array.from({ length: 255 }, () => on.info(OWNED)) }),
    says: 'success',
    units: 1_400_000,
  },
  {
    name: 'no info for an account',
    call: (on) => ({ ...PLAIN, metas: [meta(OWNED), meta(THEIRS)], infos: on.infos(OWNED) }),
    says: `Instruction references an unknown account ${THEIRS}`,
  },
  {
    name: 'no info for a program that is an account: executable accounts need none',
    call: () => ({ ...PLAIN, metas: [meta(CALLEE)] }),
    says: 'success',
  },
  {
    name: 'the order of infos is free',
    call: (on) => ({
      ...PLAIN,
      metas: [meta(OWNED), meta(THEIRS, 'w'), meta(SIGNER)],
      infos: on.infos(SIGNER, CALLEE, THEIRS, OWNED),
    }),
    says: 'success',
  },
  {
    name: 'the first of two infos counts',
    call: (on) => ({ ...PLAIN, metas: [meta(OWNED)], infos: [{ ...on.info(OWNED), dataAddr: HEAP }, on.info(OWNED)] }),
    says: 'Invalid account info pointer',
  },
  {
    name: 'the second of two infos does not count',
    call: (on) => ({ ...PLAIN, metas: [meta(OWNED)], infos: [on.info(OWNED), { ...on.info(OWNED), dataAddr: HEAP }] }),
    says: 'success',
  },
]);

rows('account infos are what the loader gave', [
  {
    name: 'another key address with the same key',
    script: (on, abi) => {
      const script = new Script();
      const keyAddr = script.put(OWNED.bytes);
      return script.call(abi, { ...PLAIN, metas: [meta(OWNED)], infos: [{ ...on.info(OWNED), keyAddr }] });
    },
    says: "Invalid account info pointer `key'",
  },
  { name: 'another owner', call: moved('ownerAddr', 8n), says: "Invalid account info pointer `owner'" },
  { name: 'other lamports', call: moved('lamportsAddr', -8n), says: "Invalid account info pointer `lamports'" },
  {
    name: 'lamports nowhere',
    call: withInfo(OWNED, 'w', { lamportsAddr: U64_MAX }),
    says: "Invalid account info pointer `lamports': 0xffffffffffffffff",
  },
  { name: 'other data', call: moved('dataAddr', 1n), says: "Invalid account info pointer `data'" },
  {
    name: 'everything wrong: owner comes before lamports and data',
    call: withInfo(OWNED, 'w', { ownerAddr: 1n, lamportsAddr: 2n, dataAddr: 3n }),
    says: "Invalid account info pointer `owner': 0x1",
  },
  {
    name: 'lamports and data wrong',
    call: withInfo(OWNED, 'w', { lamportsAddr: 2n, dataAddr: 3n }),
    says: "Invalid account info pointer `lamports'",
  },
  {
    name: 'the infos of two accounts, data exchanged',
    call: (on) => ({
      ...PLAIN,
      metas: [meta(OWNED, 'w'), meta(THEIRS, 'w')],
      infos: [
        { ...on.info(OWNED), dataAddr: on.info(THEIRS).dataAddr },
        { ...on.info(THEIRS), dataAddr: on.info(OWNED).dataAddr },
      ],
    }),
    says: "Invalid account info pointer `data'",
  },
  { name: 'a length of 10 KiB more', call: withInfo(OWNED, 'w', { dataLen: 16n + 10_240n }), says: 'success' },
  {
    name: 'a length of more',
    call: withInfo(OWNED, 'w', { dataLen: 16n + 10_241n }),
    says: 'Failed to reallocate account data',
  },
  {
    name: 'the greatest length',
    call: withInfo(OWNED, 'w', { dataLen: U64_MAX }),
    says: 'Failed to reallocate account data',
  },
  {
    name: 'a greater length of what it does not own',
    call: withInfo(THEIRS, 'w', { dataLen: 17n }),
    says: 'instruction modified data of an account it does not own',
  },
  {
    name: 'a lesser length of what it does not own',
    call: withInfo(THEIRS, '', { dataLen: 15n }),
    says: 'instruction modified data of an account it does not own',
  },
  {
    name: 'a lesser length of what is read-only',
    call: withInfo(OWNED_READONLY, '', { dataLen: 15n }),
    says: 'instruction modified data of a read-only account',
  },
  { name: 'a length of none', call: withInfo(OWNED, 'w', { dataLen: 0n }), says: 'success' },
  {
    name: 'an account twice, with one info',
    call: (on) => ({ ...PLAIN, metas: [meta(OWNED, 'w'), meta(OWNED, 'w')], infos: on.infos(OWNED) }),
    says: 'success',
  },
  {
    name: 'a missing account',
    call: (on) => ({ ...PLAIN, metas: [meta(EMPTY, 'w')], infos: on.infos(EMPTY) }),
    says: 'success',
  },
  {
    name: 'a lamports cell in the input',
    abi: 'rust',
    call: (on) => withInfo(OWNED, 'w', { lamportsCellAddr: on.account(OWNED).vmDataAddr + 1000n })(on),
    says: 'Invalid pointer',
  },
  {
    name: 'a lamports cell nowhere',
    abi: 'rust',
    call: withInfo(OWNED, 'w', { lamportsCellAddr: 8n }),
    says: VIOLATION,
  },
  {
    name: 'a lamports cell unaligned',
    abi: 'rust',
    call: withInfo(OWNED, 'w', { lamportsCellAddr: HEAP + 1n }),
    says: 'Unaligned pointer',
  },
  {
    name: 'a lamports cell at the largest address',
    abi: 'rust',
    call: withInfo(OWNED, 'w', { lamportsCellAddr: U64_MAX - 7n }),
    says: 'failed',
  },
  {
    name: 'a lamports cell across 2^53',
    abi: 'rust',
    call: withInfo(OWNED, 'w', { lamportsCellAddr: (1n << 53n) - 1n }),
    says: 'address 0x20000000000017',
  },
  {
    name: 'a lamports cell around the largest address, whose value lies at 0',
    abi: 'rust',
    script: (on, abi) => {
      on.reset('v3', driverWithRodata(u64s(on.info(OWNED).lamportsAddr)));
      return new Script().call(abi, withInfo(OWNED, 'w', { lamportsCellAddr: U64_MAX - 23n })(on));
    },
    says: 'success',
  },
  {
    name: 'a data cell in the input',
    abi: 'rust',
    call: (on) => withInfo(OWNED, 'w', { dataCellAddr: on.account(OWNED).vmDataAddr + 1000n })(on),
    says: 'Invalid pointer',
  },
  { name: 'a data cell nowhere', abi: 'rust', call: withInfo(OWNED, 'w', { dataCellAddr: 8n }), says: VIOLATION },
  {
    name: 'a data cell unaligned',
    abi: 'rust',
    call: withInfo(OWNED, 'w', { dataCellAddr: HEAP + 4n }),
    says: 'Unaligned pointer',
  },
  {
    name: 'a data cell whose length lies behind the heap',
    abi: 'rust',
    call: withInfo(OWNED, 'w', { dataCellAddr: HEAP + 32_768n - 32n }),
    says: VIOLATION,
  },
  {
    name: 'infos in read-only memory',
    abi: 'c',
    script: (on, abi) => {
      const info = on.info(OWNED);
      const rodata = u64s(info.keyAddr, info.lamportsAddr, info.dataLen, info.dataAddr, info.ownerAddr, 0n, 0n);
      on.reset('v3', driverWithRodata(rodata));
      return new Script().call(abi, { ...PLAIN, metas: [meta(OWNED)], registers: { r2: 0n, r3: 1n } });
    },
    says: 'Access violation writing 8 bytes at address 0x10',
  },
  {
    name: 'cells in read-only memory',
    abi: 'rust',
    script: (on, abi) => {
      const info = on.info(OWNED);
      on.reset('v3', driverWithRodata(u64s(1n, 1n, 0n, info.lamportsAddr, 0n, 0n, 0n, info.dataAddr, info.dataLen)));
      const call = withInfo(OWNED, 'w', { lamportsCellAddr: 0n, dataCellAddr: 32n })(on);
      return new Script().call(abi, call);
    },
    says: 'Access violation writing 8 bytes at address 0x40',
  },
]);

/** The caller writes into its input, then calls CALLEE with these accounts. */
const after = (
  change: (script: Script, on: Stage) => void,
  keys: readonly [Pubkey, '' | 'w' | 's' | 'ws'][],
  more: Partial<Call> = {},
  then: (script: Script, on: Stage) => void = () => {},
): ((stage: Stage, abi: Abi) => Script) => {
  return (on, abi) => {
    const script = new Script();
    change(script, on);
    script.call(abi, {
      ...PLAIN,
      metas: keys.map(([key, flags]) => meta(key, flags)),
      infos: on.infos(...keys.map(([key]) => key)),
      ...more,
    });
    then(script, on);
    return script;
  };
};
const addLamports = (script: Script, on: Stage, key: Pubkey, lamports: bigint): void => {
  const held = on.oracle.bank.getAccount(key)?.lamports ?? 0n;
  script.store64(on.account(key).vmLamportsAddr, held + lamports);
};
const zeroData = (script: Script, on: Stage, key: Pubkey): void => {
  const { vmDataAddr } = on.account(key);
  script.store64(vmDataAddr, 0n).store64(vmDataAddr + 8n, 0n);
};

rows('what the caller changed is taken over before the call', [
  {
    name: 'data of its own is seen by the callee',
    script: (on, abi) => {
      const [inner] = on.frameOf([OWNED]);
      const data = new Script().log64(inner.vmDataAddr).exit();
      return after((script) => script.store64(on.account(OWNED).vmDataAddr, 0xabcdn), [[OWNED, '']], { data })(on, abi);
    },
    says: 'Program log: 0xabcd,',
  },
  {
    name: 'lamports moved between accounts are seen by the callee',
    script: (on, abi) => {
      const [owned, theirs] = on.frameOf([OWNED, THEIRS]);
      const data = new Script().log64(owned.vmLamportsAddr).log64(theirs.vmLamportsAddr).exit();
      return after(
        (script) => {
          addLamports(script, on, OWNED, -5n);
          addLamports(script, on, THEIRS, 5n);
        },
        [
          [OWNED, ''],
          [THEIRS, ''],
        ],
        { data },
      )(on, abi);
    },
    says: 'success',
  },
  {
    name: 'lamports given to an account that is not passed are missing',
    script: after(
      (script, on) => {
        addLamports(script, on, OWNED, -5n);
        addLamports(script, on, THEIRS, 5n);
      },
      [[OWNED, 'w']],
    ),
    says: 'sum of account balances before and after instruction do not match',
  },
  {
    name: 'changes of accounts that are not passed wait',
    script: after(
      (script, on) => {
        addLamports(script, on, OWNED, -5n);
        addLamports(script, on, THEIRS, 5n);
      },
      [[SIGNER, '']],
    ),
    says: 'success',
  },
  {
    name: 'lamports of others are spent',
    script: after((script, on) => addLamports(script, on, THEIRS, -1n), [[THEIRS, 'w']]),
    says: 'spent from the balance of an account it does not own',
  },
  {
    name: 'lamports of a read-only account are raised',
    script: after((script, on) => addLamports(script, on, READONLY, 1n), [[READONLY, '']]),
    says: 'changed the balance of a read-only account',
  },
  {
    name: 'lamports of an own read-only account are spent',
    script: after((script, on) => addLamports(script, on, OWNED_READONLY, -1n), [[OWNED_READONLY, '']]),
    says: 'changed the balance of a read-only account',
  },
  {
    name: 'data of others is changed',
    script: after((script, on) => script.store64(on.account(THEIRS).vmDataAddr, 0n), [[THEIRS, 'w']]),
    says: 'modified data of an account it does not own',
  },
  {
    name: 'data of a read-only account is changed',
    script: after((script, on) => script.store64(on.account(OWNED_READONLY).vmDataAddr, 0n), [[OWNED_READONLY, '']]),
    says: 'modified data of a read-only account',
  },
  {
    name: 'data of others is written with what it is',
    script: after((script, on) => script.store8(on.account(THEIRS).vmDataAddr, 1), [[THEIRS, 'w']]),
    says: 'success',
  },
  {
    name: 'data of others is changed, but the account not passed',
    script: after((script, on) => script.store64(on.account(THEIRS).vmDataAddr, 0n), [[OWNED, 'w']]),
    says: 'modified data of an account it does not own',
  },
  {
    name: 'an account with data is given away',
    script: after((script, on) => script.storeKey(on.account(OWNED).vmOwnerAddr, CALLEE), [[OWNED, 'w']]),
    says: 'illegally modified the program id of an account',
  },
  {
    name: 'an account is zeroed and given away',
    script: (on, abi) => {
      const [inner] = on.frameOf([OWNED]);
      const data = new Script().store64(inner.vmDataAddr, 7n).exit();
      return after(
        (script) => {
          zeroData(script, on, OWNED);
          script.storeKey(on.account(OWNED).vmOwnerAddr, CALLEE);
        },
        [[OWNED, 'w']],
        { data },
      )(on, abi);
    },
    says: 'success',
  },
  {
    name: 'an account of others is given away',
    script: after((script, on) => script.storeKey(on.account(THEIRS).vmOwnerAddr, CALLER), [[THEIRS, 'w']]),
    says: 'illegally modified the program id',
  },
  {
    name: 'a read-only account is given away',
    script: after(
      (script, on) => {
        script.storeKey(on.account(OWNED_READONLY).vmOwnerAddr, CALLEE);
      },
      [[OWNED_READONLY, '']],
    ),
    says: 'illegally modified the program id',
  },
  {
    name: 'lamports are looked at before data',
    script: after(
      (script, on) => {
        addLamports(script, on, THEIRS, -1n);
        script.store64(on.account(THEIRS).vmDataAddr, 0n);
      },
      [[THEIRS, 'w']],
    ),
    says: 'spent from the balance',
  },
  {
    name: 'data is looked at before the owner',
    script: after(
      (script, on) => {
        script.store64(on.account(THEIRS).vmDataAddr, 0n).storeKey(on.account(THEIRS).vmOwnerAddr, CALLER);
      },
      [[THEIRS, 'w']],
    ),
    says: 'modified data of an account it does not own',
  },
  {
    name: 'accounts are looked at in the order of the metas',
    script: after(
      (script, on) => {
        script.store64(on.account(THEIRS).vmDataAddr, 0n);
        addLamports(script, on, READONLY, 1n);
      },
      [
        [READONLY, ''],
        [THEIRS, 'w'],
      ],
    ),
    says: 'changed the balance of a read-only account',
  },
  {
    name: 'the data grows by the length of the info',
    script: (on, abi) => {
      const [inner] = on.frameOf([OWNED], [[OWNED, 100]]);
      const data = new Script()
        .log64(inner.vmLenAddr)
        .log64(inner.vmDataAddr + 88n)
        .exit();
      const info = { ...on.info(OWNED), dataLen: 100n };
      return new Script()
        .store64(on.account(OWNED).vmDataAddr + 88n, 0x99n)
        .call(abi, { ...PLAIN, metas: [meta(OWNED, 'w')], infos: [info], data });
    },
    says: 'Program log: 0x99,',
  },
  {
    name: 'the data shrinks by the length of the info, and the input says so afterwards',
    script: (on, abi) => {
      const info = { ...on.info(OWNED), dataLen: 8n };
      return new Script()
        .store64(on.account(OWNED).vmLenAddr, 8n)
        .call(abi, { ...PLAIN, metas: [meta(OWNED, 'w')], infos: [info] })
        .log64(on.account(OWNED).vmLenAddr)
        .log64(on.account(OWNED).vmDataAddr + 8n);
    },
    says: 'Program log: 0x8,',
  },
  {
    name: 'the length of the input alone is not looked at',
    script: (on, abi) => {
      return new Script()
        .store64(on.account(OWNED).vmLenAddr, 8n)
        .call(abi, { ...PLAIN, metas: [meta(OWNED, 'w')], infos: on.infos(OWNED) })
        .log64(on.account(OWNED).vmLenAddr);
    },
    says: 'Program log: 0x8,',
  },
  {
    name: 'all that the key and flags of the input say is ignored',
    script: after(
      (script, on) => {
        const { vmKeyAddr } = on.account(OWNED);
        script
          .store8(vmKeyAddr - 7n, 1)
          .store8(vmKeyAddr - 6n, 1)
          .store8(vmKeyAddr - 5n, 1);
      },
      [[OWNED, 'w']],
    ),
    says: 'success',
  },
]);

/** CALLEE runs a script that is built for its frame of these accounts; then the caller looks. */
const called = (
  keys: readonly [Pubkey, '' | 'w' | 's' | 'ws'][],
  inside: (script: Script, frame: (key: Pubkey) => ReturnType<Stage['account']>, on: Stage) => Script | Uint8Array,
  then: (script: Script, on: Stage) => void = () => {},
  program: Pubkey = CALLEE,
): ((stage: Stage, abi: Abi) => Script) => {
  return (on, abi) => {
    const layout = on.frameOf(
      keys.map(([key]) => key),
      [],
      true,
    );
    const frame = (key: Pubkey) => layout[keys.findIndex(([other]) => other.equals(key))];
    const data = inside(new Script(), frame, on);
    return after(
      () => {},
      keys,
      { programId: program, data: data instanceof Script ? data.exit() : data },
      then,
    )(on, abi);
  };
};
const look = (script: Script, on: Stage, key: Pubkey): void => {
  const { vmLamportsAddr, vmLenAddr, vmDataAddr, vmOwnerAddr } = on.account(key);
  script
    .log64(vmLamportsAddr)
    .log64(vmLenAddr)
    .log64(vmDataAddr)
    .log64(vmDataAddr + 8n)
    .log64(vmOwnerAddr);
};
const system = (
  data: Uint8Array,
  keys: readonly [Pubkey, '' | 'w' | 's' | 'ws'][],
  then: (script: Script, on: Stage) => void = () => {},
  more: Partial<Call> = {},
): ((stage: Stage, abi: Abi) => Script) => after(() => {}, keys, { programId: SYSTEM_PROGRAM_ID, data, ...more }, then);

rows('what the callee did is seen by the caller', [
  {
    name: 'data',
    script: called(
      [[THEIRS, 'w']],
      (script, frame) => script.store64(frame(THEIRS).vmDataAddr, 0x1234n),
      (script, on) => look(script, on, THEIRS),
    ),
    says: 'Program log: 0x1234,',
  },
  {
    name: 'lamports',
    script: called(
      [
        [THEIRS, 'w'],
        [OWNED, 'w'],
      ],
      (script, frame) =>
        script.store64(frame(THEIRS).vmLamportsAddr, 19_999_990n).store64(frame(OWNED).vmLamportsAddr, 10_000_010n),
      (script, on) => {
        look(script, on, THEIRS);
        look(script, on, OWNED);
      },
    ),
    says: 'success',
  },
  {
    name: 'a new owner',
    script: called(
      [[THEIRS, 'w']],
      (script, frame) =>
        script
          .store64(frame(THEIRS).vmDataAddr, 0n)
          .store64(frame(THEIRS).vmDataAddr + 8n, 0n)
          .storeKey(frame(THEIRS).vmOwnerAddr, CALLER),
      (script, on) => {
        look(script, on, THEIRS);
        script.store64(on.account(THEIRS).vmDataAddr, 5n);
      },
    ),
    says: 'success',
  },
  {
    name: 'grown data',
    script: called(
      [[THEIRS, 'w']],
      (script, frame) => script.store64(frame(THEIRS).vmLenAddr, 24n).store64(frame(THEIRS).vmDataAddr + 16n, 0x77n),
      (script, on) => {
        look(script, on, THEIRS);
        script.log64(on.account(THEIRS).vmDataAddr + 16n);
      },
    ),
    says: 'Program log: 0x77,',
  },
  {
    name: 'data grown by 10240',
    script: called(
      [[THEIRS, 'w']],
      (script, frame) => script.store64(frame(THEIRS).vmLenAddr, 10_256n),
      (script, on) => look(script, on, THEIRS),
    ),
    says: 'Program log: 0x2810,',
  },
  {
    name: 'data grown by 10241 fails in the callee',
    script: called([[THEIRS, 'w']], (script, frame) => script.store64(frame(THEIRS).vmLenAddr, 10_257n)),
    says: 'Failed to reallocate account data',
  },
  {
    name: 'shrunk data, and nothing where it was',
    script: called(
      [[THEIRS, 'w']],
      (script, frame) => script.store64(frame(THEIRS).vmLenAddr, 8n),
      (script, on) => look(script, on, THEIRS),
    ),
    says: 'Program log: 0x8,',
  },
  {
    name: 'a new account',
    script: system(
      createAccountData(1_000_000_000n, 100n, CALLEE),
      [
        [SIGNER, 'ws'],
        [DERIVED, 'ws'],
      ],
      () => {},
      { seeds: [DERIVED_SEEDS] },
    ),
    says: 'already in use',
  },
  {
    name: 'a transfer',
    script: system(
      transferData(1_000_000n),
      [
        [SIGNER, 'ws'],
        [EMPTY, 'w'],
      ],
      (script, on) => {
        look(script, on, SIGNER);
        look(script, on, EMPTY);
      },
    ),
    says: 'Program log: 0xf4240,',
  },
  {
    name: 'a transfer signed by seeds',
    script: system(
      transferData(1_000_000n),
      [
        [DERIVED, 'ws'],
        [EMPTY, 'w'],
      ],
      (script, on) => look(script, on, DERIVED),
      { seeds: [DERIVED_SEEDS] },
    ),
    says: 'success',
  },
  {
    name: 'a transfer that fails',
    script: system(transferData(1n << 60n), [
      [SIGNER, 'ws'],
      [EMPTY, 'w'],
    ]),
    says: 'failed: custom program error: 0x1',
  },
  {
    name: 'an allocation of 10240',
    script: system(allocateData(10_240n), [[SIGNER, 'ws']], (script, on) => look(script, on, SIGNER)),
    says: 'Program log: 0x2800,',
  },
  {
    name: 'an allocation of 10241',
    script: system(allocateData(10_241n), [[SIGNER, 'ws']]),
    says: 'Account data size realloc limited to 10240 in inner instructions',
  },
  {
    name: 'an account that is read-only in the call is not refreshed',
    script: (on, abi) => {
      // The callee calls nobody; the caller's own pending change stays, and the account as it is in the callee too.
      const script = new Script().store64(on.account(OWNED).vmDataAddr, 9n);
      script.call(abi, { ...PLAIN, metas: [meta(OWNED)], infos: on.infos(OWNED) });
      return script.store64(on.account(OWNED).vmDataAddr, 10n).log64(on.account(OWNED).vmDataAddr);
    },
    says: 'Program log: 0xa,',
  },
  {
    name: 'what a callee gave back may be changed at once',
    script: (on, abi) => {
      const zeroed = called([[THEIRS, 'w']], (script, frame) =>
        script
          .store64(frame(THEIRS).vmDataAddr, 0n)
          .store64(frame(THEIRS).vmDataAddr + 8n, 0n)
          .storeKey(frame(THEIRS).vmOwnerAddr, CALLER),
      );
      const script = zeroed(on, abi);
      script.store64(on.account(THEIRS).vmDataAddr, 3n);
      return script.call(abi, { ...PLAIN, metas: [meta(THEIRS, 'w')], infos: on.infos(THEIRS) });
    },
    says: 'success',
  },
  {
    name: 'the callee changes what it does not own',
    script: called([[OWNED, 'w']], (script, frame) => script.store64(frame(OWNED).vmDataAddr, 0n)),
    says: 'modified data of an account it does not own',
  },
  {
    name: 'the callee changes what the call passed as read-only',
    script: called([[THEIRS, '']], (script, frame) => script.store64(frame(THEIRS).vmDataAddr, 0n)),
    says: 'modified data of a read-only account',
  },
  {
    name: 'the callee is out of balance',
    script: called([[THEIRS, 'w']], (script, frame) => script.store64(frame(THEIRS).vmLamportsAddr, 0n)),
    says: 'sum of account balances',
  },
  {
    name: 'return data of the callee',
    script: called([], (script) => script.setReturnData(Uint8Array.of(1, 2, 3))),
    says: `Program return: ${CALLER} AQID`,
  },
  {
    name: 'return data before the call is cleared by it',
    script: (_, abi) => new Script().setReturnData(Uint8Array.of(9)).call(abi, PLAIN),
    says: 'success',
  },
]);

/** A script in which each program calls the next. */
function chain(abi: Abi, programs: readonly Pubkey[], last: Uint8Array = exit()): Uint8Array {
  let data = last;
  for (const [i, programId] of programs.toReversed().entries()) {
    const metas = programs.slice(programs.length - i).map((key) => meta(key));
    data = new Script().call(abi, { programId, metas, data }).exit();
  }
  return data;
}

rows('how a callee ends', [
  {
    name: 'with an error of its own',
    call: () => ({ ...PLAIN, data: exit(42n) }),
    says: 'failed: custom program error: 0x2a',
  },
  {
    name: 'with an error of the runtime',
    call: () => ({ ...PLAIN, data: exit(2n << 32n) }),
    says: 'failed: invalid program argument',
  },
  {
    name: 'with an invalid error',
    call: () => ({ ...PLAIN, data: exit(1n << 60n) }),
    says: 'failed: program returned invalid error code',
  },
  {
    name: 'with a fault',
    call: () => ({ ...PLAIN, data: new Script().log64(8n).exit() }),
    says: 'failed: Program failed to complete',
  },
  {
    name: 'with a refused call',
    call: () => ({ ...PLAIN, data: new Script().call('c', { programId: NATIVE_LOADER_ID }).exit() }),
    says: 'failed: Program failed to complete',
  },
  {
    name: 'with what a system program says',
    call: (on) => ({
      programId: SYSTEM_PROGRAM_ID,
      data: Uint8Array.of(99, 0, 0, 0),
      metas: [meta(OWNED)],
      infos: on.infos(OWNED),
    }),
    says: 'failed: invalid instruction data',
  },
  { name: 'a program calls itself', call: () => ({ ...PLAIN, programId: CALLER, metas: [] }), says: 'success' },
  {
    name: 'a program calls itself by another',
    call: () => ({
      ...PLAIN,
      metas: [meta(CALLER)],
      data: new Script().call('c', { programId: CALLER, data: exit() }).exit(),
    }),
    says: 'reentrancy not allowed',
  },
  {
    name: 'three programs deep',
    script: (_, abi) => chain(abi, [CALLEE, THIRD, SYSTEM_PROGRAM_ID], transferData(0n)),
    says: 'failed',
  },
  { name: 'five deep', script: (_, abi) => chain(abi, [CALLER, CALLER, CALLER, CALLER]), says: 'success' },
  {
    name: 'six deep',
    script: (_, abi) => chain(abi, [CALLER, CALLER, CALLER, CALLER, CALLER]),
    says: 'call depth too deep',
  },
  {
    name: '63 calls',
    script: (_, abi) => {
      const script = new Script();
      for (let i = 0; i < 62; i++) script.call(abi, { programId: COMPUTE_BUDGET_ID });
      return script;
    },
    says: 'success',
  },
  {
    name: '64 calls',
    script: (_, abi) => {
      const script = new Script();
      for (let i = 0; i < 63; i++) script.call(abi, { programId: COMPUTE_BUDGET_ID });
      return script;
    },
    says: 'Max instruction trace length exceeded',
  },
]);

describe('compute units', () => {
  test.each<Abi>(['c', 'rust'])('run out at each step alike (%s)', (abi) => {
    stage.reset();
    const metas = [meta(OWNED, 'w'), meta(THEIRS, 'w'), meta(DERIVED, 'ws'), meta(CALLEE)];
    const data = join([new Script().store64(layOutFirst(OWNED), 5n).exit(), new Uint8Array(600)]);
    const infos = stage.infos(OWNED, THEIRS, DERIVED);
    const script = new Script().call(abi, { programId: CALLEE, metas, data, infos, seeds: [DERIVED_SEEDS] });
    const whole = stage.run(script).units;
    for (let units = 150; units <= whole + 7; units += 7) {
      stage.reset();
      stage.run(script, { units });
    }
  });

  test.each<Abi>(['c', 'rust'])('are charged for large accounts by their length (%s)', (abi) => {
    stage.reset();
    stage.oracle.setAccount(THEIRS, { lamports: 1_000_000_000n, owner: CALLEE, data: new Uint8Array(100_001) });
    const metas = [meta(THEIRS, 'w'), meta(OWNED, 'w')];
    stage.run(new Script().call(abi, { ...PLAIN, metas, infos: stage.infos(OWNED, THEIRS) }));
    // An executable account is charged for what is stored of it.
    stage.reset('v2', join([DRIVER_ELF, new Uint8Array(50_000)]));
    stage.run(new Script().call(abi, { ...PLAIN, metas: [meta(CALLER)] }));
  });
});

/** Where the first account of a frame has its data. */
function layOutFirst(key: Pubkey): bigint {
  return stage.frameOf([key], [], true)[0].vmDataAddr;
}

describe('every attempt is reported', () => {
  /** The events of a script, without the log, in short. */
  function listen(script: Script): unknown[] {
    const events: ExecutionEvent[] = [];
    stage.run(script, { listener: { on: (event) => events.push(event) } });
    return events.flatMap((event) => {
      switch (event.type) {
        case 'attempt':
          return [['attempt', event.abi, `${event.caller.programId}`]];
        case 'attemptDescribed': {
          const { programId, accounts } = event.instruction;
          return [['described', `${programId}`, accounts.length, event.signers.map((signer) => `${signer.address}`)]];
        }
        case 'attemptEnd':
          return [['end', event.step, event.failure?.text, refusalOf(event.failure)]];
        case 'enter':
        case 'exit':
          return [[event.type, `${event.instruction.programId}`]];
        default:
          return [];
      }
    });
  }

  function refusalOf(failure: Verdict | undefined): unknown {
    const refusal = (failure as { refusal?: Refusal } | undefined)?.refusal;
    if (refusal === undefined) return undefined;
    const { rule, account, asked, held, limit, actual } = refusal;
    const facts = { rule, account: account && `${account}`, asked, held, limit, actual };
    return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
  }

  const budget = [
    ['enter', `${COMPUTE_BUDGET_ID}`],
    ['exit', `${COMPUTE_BUDGET_ID}`],
    ['enter', `${CALLER}`],
  ];

  test('one that succeeds', () => {
    stage.reset();
    const call: Call = { ...PLAIN, metas: [meta(DERIVED, 's')], infos: stage.infos(DERIVED), seeds: [DERIVED_SEEDS] };
    expect(listen(new Script().call('c', call))).toEqual([
      ...budget,
      ['attempt', 'c', `${CALLER}`],
      ['described', `${CALLEE}`, 1, [`${DERIVED}`]],
      ['enter', `${CALLEE}`],
      ['exit', `${CALLEE}`],
      ['end', 'update_caller_account', undefined, undefined],
      ['exit', `${CALLER}`],
    ]);
  });

  test.each<[string, Call, unknown[], readonly [step: string, text: string, refusal: unknown]]>([
    [
      'an escalation: what was asked, what was held, what the seeds derived to',
      { ...PLAIN, metas: [meta(OWNED, 'ws')], seeds: [DERIVED_SEEDS] },
      ['described', `${CALLEE}`, 1, [`${DERIVED}`]],
      [
        'prepare_next_cpi_instruction',
        'Cross-program invocation with unauthorized signer or writable account',
        {
          rule: 'prepare_next_cpi_instruction',
          account: `${OWNED}`,
          asked: 'signer',
          held: { isSigner: false, isWritable: true },
        },
      ],
    ],
    [
      'bad seeds, after good ones',
      { ...PLAIN, seeds: [DERIVED_SEEDS, ON_CURVE_SEEDS] },
      ['described', `${CALLEE}`, 0, [`${DERIVED}`]],
      [
        'translate_signers',
        'Could not create program address with signer seeds: Provided seeds do not result in a valid address',
        { rule: 'create_program_address', asked: 'signer' },
      ],
    ],
    [
      'too much data, of which some is shown',
      { ...PLAIN, fields: { dataAddr: HEAP, dataLen: 20_000n } },
      ['described', `${CALLEE}`, 0, []],
      [
        'translate_instruction',
        'Invoked an instruction with data that is too large (20000 > 10240)',
        { rule: 'check_instruction_size', asked: 'bytes of data', limit: 10_240, actual: 20_000 },
      ],
    ],
    [
      'a program that may not be called',
      { programId: ED25519_ID },
      ['described', `${ED25519_ID}`, 0, []],
      [
        'check_authorized_program',
        `Program ${ED25519_ID} not supported by inner instructions`,
        { rule: 'check_authorized_program' },
      ],
    ],
  ])('%s', (_, call, described, end) => {
    stage.reset();
    expect(listen(new Script().call('c', call))).toEqual([
      ...budget,
      ['attempt', 'c', `${CALLER}`],
      described,
      ['end', ...end],
      ['exit', `${CALLER}`],
    ]);
  });

  test('one that nobody can read', () => {
    stage.reset();
    expect(listen(new Script().call('rust', { ...PLAIN, registers: { r1: 8n } }))).toEqual([
      ...budget,
      ['attempt', 'rust', `${CALLER}`],
      [
        'end',
        'translate_instruction',
        'Access violation reading 80 bytes at address 0x8 (in unallocated region)',
        undefined,
      ],
      ['exit', `${CALLER}`],
    ]);
  });

  test('a wallet, which is entered before it turns out to be no program', () => {
    stage.reset();
    const events = listen(new Script().call('c', { ...PLAIN, programId: SIGNER }));
    expect(events.slice(-5)).toEqual([
      ['described', `${SIGNER}`, 0, []],
      ['enter', `${SIGNER}`],
      ['exit', `${SIGNER}`],
      ['end', 'process_instruction', 'Unsupported program id', { rule: 'process_executable_chain' }],
      ['exit', `${CALLER}`],
    ]);
  });
});

// The same rows in other surroundings. What they say there differs; that both sides say the same does not.
describe.each<{ name: string; options: OracleOptions; loader?: Loader; elf?: Uint8Array; only?: string }>([
  { name: 'called by a program of SBPF V0', options: {}, elf: driverOfVersion(0) },
  { name: 'called by a program of SBPF V2', options: {}, elf: driverOfVersion(2) },
  { name: 'called by a program of loader v1', options: {}, loader: 'v1' },
  { name: 'called by a program of loader v2', options: {}, loader: 'v2', only: 'account infos are found' },
  { name: 'with pointers of any origin', options: { without: ['syscall_parameter_address_restrictions'] } },
  {
    name: 'with pointers of any origin, called by a program of loader v1',
    options: { without: ['syscall_parameter_address_restrictions'] },
    loader: 'v1',
  },
  { name: 'with account data in regions', options: { with: ['virtual_address_space_adjustments'] } },
  {
    name: 'with account data in regions, called by a program of loader v1',
    options: { with: ['virtual_address_space_adjustments'] },
    loader: 'v1',
  },
  {
    name: 'with account data mapped',
    options: { with: ['virtual_address_space_adjustments', 'account_data_direct_mapping'] },
  },
  {
    name: 'with account pointers behind the input',
    options: { with: ['direct_account_pointers_in_program_input'] },
    only: 'account infos are found',
  },
  {
    name: 'with calls nested to 8',
    options: { with: ['raise_cpi_nesting_limit_to_8'] },
    only: 'how a callee ends',
  },
])('$name', ({ options, loader, elf, only }) => {
  let other: Stage;
  beforeAll(() => {
    other = new Stage(options);
  });
  const sections = SECTIONS.filter(({ title }) => only === undefined || title === only);
  test.each(sections)('$title', ({ table }) => {
    const failures: string[] = [];
    for (const row of table) {
      for (const abi of row.abi === undefined ? (['c', 'rust'] as const) : [row.abi]) {
        try {
          play({ ...row, says: '', loader: loader ?? row.loader, elf: elf ?? row.elf }, abi, other);
        } catch (failure) {
          failures.push(`${row.name} (${abi}): ${(failure as Error).message}`);
        }
      }
    }
    expect(failures).toEqual([]);
  });
});
