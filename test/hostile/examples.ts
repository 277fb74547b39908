// What is valid to begin with: messages of each form, instructions of each builtin, accounts of each kind, files.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as ids from '../../src/runtime/addresses.ts';
import { assembleElf } from '../../src/sbpf/assembler.ts';
import type { VersionedMessage } from '../../src/wire/message.ts';
import { compileMessage, type Instruction } from '../../src/wire/message-compiler.ts';
import { Pubkey } from '../../src/wire/pubkey.ts';

export const key = (n: number): Pubkey => new Pubkey(new Uint8Array(32).fill(n));
export const COMPUTE_BUDGET: Pubkey = Pubkey.fromBase58('ComputeBudget111111111111111111111111111111');
export const TOKEN: Pubkey = Pubkey.fromBase58('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
export const TOKEN_2022: Pubkey = Pubkey.fromBase58('TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb');
export const ASSOCIATED_TOKEN: Pubkey = Pubkey.fromBase58('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL');
export const LOOKUP_TABLE: Pubkey = Pubkey.fromBase58('AddressLookupTab1e1111111111111111111111111');
export const STAKE: Pubkey = Pubkey.fromBase58('Stake11111111111111111111111111111111111111');
export const MEMO: Pubkey = Pubkey.fromBase58('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');

const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.replace(/\s/g, '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const tagged = (tag: number, ...rest: readonly number[]): Uint8Array => Uint8Array.of(tag, 0, 0, 0, ...rest);
const zeros = (length: number): number[] => new Array<number>(length).fill(0);
const many = (length: number, first = 1): number[] => Array.from({ length }, (_, i) => (first + i) & 0xff);

/** u32 tags and plausible fields behind them, for programs whose instructions are bincode. */
const bincode = (tags: number): Uint8Array[] =>
  Array.from({ length: tags }, (_, tag) =>
    tagged(tag, ...many(8), ...zeros(8), ...many(32), 4, ...zeros(7), ...many(4, 97), ...many(80)),
  );
/** u8 tags. */
const bytewise = (tags: number): Uint8Array[] =>
  Array.from({ length: tags }, (_, tag) => Uint8Array.of(tag, 1, ...zeros(7), 1, ...many(64)));

/** By program: instruction data that gets some way. */
const INSTRUCTIONS: readonly (readonly [Pubkey, readonly Uint8Array[]])[] = [
  [ids.SYSTEM_PROGRAM_ID, [...bincode(13), tagged(2, 1, ...zeros(7)), tagged(8, 10, ...zeros(7))]],
  [ids.VOTE_PROGRAM_ID, bincode(19)],
  [ids.BPF_LOADER_UPGRADEABLE_ID, [...bincode(9), tagged(1, 0, 0, 0, 0, 4, ...zeros(7), 1, 2, 3, 4), tagged(3)]],
  [ids.LOADER_V4_ID, bincode(7)],
  [COMPUTE_BUDGET, [1, 2, 3, 4].map((tag) => Uint8Array.of(tag, 0, 128, 0, 0, 0, 0, 0, 0))],
  [
    LOOKUP_TABLE,
    [tagged(0, ...zeros(8), 255), tagged(1), tagged(2, 2, ...zeros(7), ...many(64)), tagged(3), tagged(4)],
  ],
  [STAKE, bincode(18)],
  [TOKEN, bytewise(26)],
  [TOKEN_2022, [...bytewise(48), Uint8Array.of(25, 1, ...many(32)), Uint8Array.of(43, 1, ...many(40))]],
  [ASSOCIATED_TOKEN, [Uint8Array.of(), Uint8Array.of(0), Uint8Array.of(1), Uint8Array.of(2)]],
  [MEMO, [new TextEncoder().encode('a memo'), Uint8Array.of(0xff, 0xfe)]],
  [ids.ZK_ELGAMAL_PROOF_ID, bytewise(14).map((data) => Uint8Array.of(...data, ...many(900)))],
  [ids.ED25519_ID, []],
  [ids.SECP256K1_ID, []],
  [ids.SECP256R1_ID, []],
];

/** One signature that is spoken of with offsets into the same instruction: ed25519 (and secp256r1), then secp256k1. */
export const PRECOMPILE_DATA: readonly Uint8Array[] = [
  Uint8Array.of(1, 0, 48, 0, 255, 255, 16, 0, 255, 255, 112, 0, 4, 0, 255, 255, ...many(32), ...many(64), 1, 2, 3, 4),
  Uint8Array.of(
    1,
    0,
    49,
    0,
    255,
    255,
    16,
    0,
    255,
    255,
    113,
    0,
    4,
    0,
    255,
    255,
    2,
    ...many(32),
    ...many(64),
    1,
    2,
    3,
    4,
  ),
  Uint8Array.of(1, 32, 0, 0, 12, 0, 0, 97, 0, 4, 0, 0, ...many(20), ...many(64), 1, 1, 2, 3, 4),
];

export const PROGRAMS: readonly Pubkey[] = INSTRUCTIONS.map(([program]) => program);

export function exampleInstructions(program: Pubkey): readonly Uint8Array[] {
  const datas = INSTRUCTIONS.find(([each]) => each.equals(program))?.[1] ?? [];
  return datas.length > 0 ? datas : PRECOMPILE_DATA;
}

const meta = (address: Pubkey, isSigner: boolean, isWritable: boolean) => ({ address, isSigner, isWritable });

/** Each form, with a few instructions; v0 with a lookup table, v1 with a configuration. */
export function exampleMessages(): VersionedMessage[] {
  const instructions: Instruction[] = [
    { programAddress: COMPUTE_BUDGET, data: Uint8Array.of(2, 64, 13, 3, 0) },
    {
      programAddress: ids.SYSTEM_PROGRAM_ID,
      accounts: [meta(key(1), true, true), meta(key(2), false, true)],
      data: tagged(2, 1, ...zeros(7)),
    },
    {
      programAddress: TOKEN,
      accounts: [meta(key(3), true, false), meta(key(4), false, true)],
      data: Uint8Array.of(3, 1, ...zeros(7)),
    },
  ];
  const input = { feePayer: key(1), recentBlockhash: key(9).bytes, instructions };
  const lookupTables = [{ address: key(8), addresses: [key(2), key(4), key(5)] }];
  return [
    compileMessage(input),
    compileMessage({ ...input, version: 0 }),
    compileMessage({ ...input, version: 0, lookupTables } as never),
    compileMessage({ ...input, version: 1, config: { computeUnitLimit: 200_000, heapSize: 65_536 } } as never),
  ];
}

/** Programs: each version, with constants and calls, and compiled C where the test programs are. */
export function exampleElfs(): Uint8Array[] {
  const source = `
    entrypoint:
      mov64 r6, r1
      ldxdw r1, [r6+0]
      syscall sol_log_64_
      lddw r1, 0x400000000
      ldxb r2, [r1+0]
      call inner
      exit
    inner:
      jeq r0, 7, +1
      stxdw [r10-8], r0
      mov64 r0, 0
      exit`;
  const assembled = ([0, 1, 2, 3] as const).map((version) =>
    assembleElf(source, { version, rodata: new Uint8Array(24).fill(5) }),
  );
  // Depth without end, turns without end, and memory that there isn't.
  const greedy = [
    'f:\n  call f\n  exit',
    'l:\n  add64 r1, 1\n  ja l',
    'l:\n  mov64 r1, -1\n  lsh64 r1, 20\n  syscall sol_alloc_free_\n  ja l',
  ].map((text) => assembleElf(text, { version: 0 }));
  const compiled = ['invoked.so', 'many.so'].map(
    (name) => new Uint8Array(readFileSync(new URL(`../programs/${name}`, import.meta.url))),
  );
  return [...assembled, ...greedy, ...compiled];
}

/** Data of accounts, each by its owner. */
export function exampleAccounts(): readonly { readonly owner: Pubkey; readonly data: Uint8Array }[] {
  const mint = Uint8Array.of(1, 0, 0, 0, ...many(32), 64, ...zeros(7), 6, 1, 0, 0, 0, 0, ...zeros(32));
  const token = Uint8Array.of(
    ...key(20).bytes,
    ...key(1).bytes,
    64,
    ...zeros(7),
    ...zeros(36),
    1,
    ...zeros(12),
    ...zeros(8),
    ...zeros(36),
  );
  const extended = (base: Uint8Array, type: number, ...extensions: readonly number[]): Uint8Array =>
    Uint8Array.of(...base, ...zeros(165 - base.length), type, ...extensions);
  const transferFee = [1, 0, 108, 0, ...many(64), ...zeros(8), ...zeros(36)];
  const hook = [14, 0, 64, 0, ...many(64)];
  const metadata = [19, 0, 90, 0, ...many(64), 4, 0, 0, 0, ...many(4, 97), 2, 0, 0, 0, 98, 99, 0, 0, 0, 0, 0, 0, 0, 0];
  const nonce = Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0, ...key(1).bytes, ...many(32), 136, 19, ...zeros(6));
  const table = Uint8Array.of(
    1,
    0,
    0,
    0,
    ...many(8, 255),
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    1,
    ...key(1).bytes,
    0,
    0,
    ...key(4).bytes,
  );
  const stake = Uint8Array.of(
    2,
    0,
    0,
    0,
    ...many(8),
    ...key(1).bytes,
    ...key(1).bytes,
    ...zeros(48),
    ...key(30).bytes,
    ...many(100),
    ...zeros(4),
  );
  const vote = Uint8Array.of(
    2,
    0,
    0,
    0,
    ...key(1).bytes,
    ...key(1).bytes,
    10,
    1,
    ...zeros(7),
    1,
    ...many(8),
    1,
    0,
    0,
    0,
    ...zeros(3668 - 90),
  );
  const vote4 = Uint8Array.of(
    3,
    0,
    0,
    0,
    ...key(1).bytes,
    ...key(1).bytes,
    ...many(64),
    1,
    0,
    1,
    0,
    ...zeros(8),
    0,
    ...zeros(3600),
  );
  const programData = Uint8Array.of(3, 0, 0, 0, ...zeros(8), 1, ...key(1).bytes, ...exampleElfs()[0]);
  const program = Uint8Array.of(2, 0, 0, 0, ...key(40).bytes);
  const buffer = Uint8Array.of(1, 0, 0, 0, 1, ...key(1).bytes, ...exampleElfs()[0]);
  const loaderV4 = Uint8Array.of(...zeros(8), ...key(1).bytes, 1, ...zeros(7), ...exampleElfs()[0]);
  const config = Uint8Array.of(1, ...key(1).bytes, 1, ...many(40));
  return [
    { owner: ids.SYSTEM_PROGRAM_ID, data: new Uint8Array(0) },
    { owner: ids.SYSTEM_PROGRAM_ID, data: nonce },
    { owner: TOKEN, data: mint },
    { owner: TOKEN, data: token },
    { owner: TOKEN, data: Uint8Array.of(2, 3, 1, ...many(352)) },
    { owner: TOKEN_2022, data: mint },
    { owner: TOKEN_2022, data: extended(mint, 1, ...transferFee, ...hook, ...metadata) },
    { owner: TOKEN_2022, data: extended(mint, 1, 3, 0, 32, 0, ...many(32), 9, 0, 0, 0, 16, 0, 64, 0, ...many(64)) },
    { owner: TOKEN_2022, data: extended(token, 2, 2, 0, 8, 0, ...zeros(8), 7, 0, 0, 0, 8, 0, 1, 0, 1, 11, 0, 1, 0, 1) },
    { owner: LOOKUP_TABLE, data: table },
    { owner: STAKE, data: stake },
    { owner: ids.VOTE_PROGRAM_ID, data: vote },
    { owner: ids.VOTE_PROGRAM_ID, data: vote4 },
    { owner: ids.BPF_LOADER_UPGRADEABLE_ID, data: programData },
    { owner: ids.BPF_LOADER_UPGRADEABLE_ID, data: program },
    { owner: ids.BPF_LOADER_UPGRADEABLE_ID, data: buffer },
    { owner: ids.LOADER_V4_ID, data: loaderV4 },
    { owner: ids.BPF_LOADER_ID, data: exampleElfs()[0] },
    { owner: Pubkey.fromBase58('Config1111111111111111111111111111111111111'), data: config },
    { owner: ids.ZK_ELGAMAL_PROOF_ID, data: Uint8Array.of(...key(1).bytes, 1, ...many(96)) },
  ];
}

const FIXTURES = new URL('../../../shared/data/fixtures/token/', import.meta.url);

/** A recorded fixture where there is one; else a few fields of that form. */
export function exampleFixtures(): Uint8Array[] {
  const fields = hex(
    '0a 06 08 01 12 02 08 02 12 22 0a 20'.concat('11'.repeat(32)).concat('18 01 20 02 2a 03 01 02 03'),
  );
  if (!existsSync(FIXTURES)) return [fields];
  const names = readdirSync(FIXTURES)
    .filter((name) => name.endsWith('.fix'))
    .slice(0, 2);
  return [fields, ...names.map((name) => new Uint8Array(readFileSync(new URL(name, FIXTURES))))];
}
