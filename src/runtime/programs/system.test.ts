// Every instruction of the System program and every way it fails, against LiteSVM. `says` is what the log, or the error's
// JSON, must hold, so that a row shows what its name promises.

import { beforeAll, describe, expect, test } from 'vitest';
import { u32, u64 } from '../../../test/support/bytes.ts';
import { Oracle, type Outcome } from '../../../test/support/litesvm-oracle.ts';
import { createWithSeed } from '../../crypto/program-address.ts';
import type { Account } from '../../wire/account.ts';
import { concatBytes, writeU32, writeU64 } from '../../wire/bytes.ts';
import { type AccountMeta, compileMessage } from '../../wire/message-compiler.ts';
import { Pubkey } from '../../wire/pubkey.ts';
import {
  CLOCK_ID,
  COMPUTE_BUDGET_ID,
  RECENT_BLOCKHASHES_ID,
  RENT_ID,
  SYSTEM_PROGRAM_ID,
  SYSVAR_OWNER_ID,
} from '../addresses.ts';
import { durableNonceFromBlockhash } from '../nonce.ts';

const key = (i: number): Pubkey => new Pubkey(new Uint8Array(32).fill(i));
const PAYER = key(1);
const FROM = key(2);
const TO = key(3);
const OWNER = key(4);
const NONCE = key(5);
const AUTHORITY = key(6);
const BASE = key(7);
const SEED = 'seed';
const DERIVED = createWithSeed(BASE, SEED, OWNER) as Pubkey;
const DERIVED_OF_SYSTEM = createWithSeed(BASE, SEED, SYSTEM_PROGRAM_ID) as Pubkey;
/** An owner whose last bytes spell what program-derived addresses are hashed with. */
const ILLEGAL_OWNER = new Pubkey(
  concatBytes([new Uint8Array(11), Uint8Array.from('ProgramDerivedAddress', (char) => char.charCodeAt(0))]),
);
const MAX_LEN = 10n * 1024n * 1024n;

const text = (value: string | Uint8Array): Uint8Array => {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return concatBytes([u64(BigInt(bytes.length)), bytes]);
};

const ix = {
  createAccount: (lamports: bigint, space: bigint, owner: Pubkey) =>
    concatBytes([u32(0), u64(lamports), u64(space), owner.bytes]),
  assign: (owner: Pubkey) => concatBytes([u32(1), owner.bytes]),
  transfer: (lamports: bigint) => concatBytes([u32(2), u64(lamports)]),
  createAccountWithSeed: (base: Pubkey, seed: string | Uint8Array, lamports: bigint, space: bigint, owner: Pubkey) =>
    concatBytes([u32(3), base.bytes, text(seed), u64(lamports), u64(space), owner.bytes]),
  advance: () => u32(4),
  withdraw: (lamports: bigint) => concatBytes([u32(5), u64(lamports)]),
  initialize: (authority: Pubkey) => concatBytes([u32(6), authority.bytes]),
  authorize: (authority: Pubkey) => concatBytes([u32(7), authority.bytes]),
  allocate: (space: bigint) => concatBytes([u32(8), u64(space)]),
  allocateWithSeed: (base: Pubkey, seed: string, space: bigint, owner: Pubkey) =>
    concatBytes([u32(9), base.bytes, text(seed), u64(space), owner.bytes]),
  assignWithSeed: (base: Pubkey, seed: string, owner: Pubkey) =>
    concatBytes([u32(10), base.bytes, text(seed), owner.bytes]),
  transferWithSeed: (lamports: bigint, seed: string, owner: Pubkey) =>
    concatBytes([u32(11), u64(lamports), text(seed), owner.bytes]),
  upgrade: () => u32(12),
  allowPrefund: (lamports: bigint, space: bigint, owner: Pubkey) =>
    concatBytes([u32(13), u64(lamports), u64(space), owner.bytes]),
};

const meta = (address: Pubkey, flags: '' | 'w' | 's' | 'ws' = ''): AccountMeta => ({
  address,
  isSigner: flags.includes('s'),
  isWritable: flags.includes('w'),
});

interface Row {
  readonly name: string;
  readonly data: Uint8Array;
  readonly metas: readonly AccountMeta[];
  readonly says: string;
  readonly accounts?: readonly (readonly [Pubkey, Partial<Account>])[];
}

let oracle: Oracle;
beforeAll(() => {
  oracle = new Oracle();
});

const RENT_OF_80 = 1_447_680n;
const ALL = [FROM, TO, NONCE, AUTHORITY, BASE, DERIVED, DERIVED_OF_SYSTEM, OWNER];

function send(
  instructions: readonly { data: Uint8Array; metas: readonly AccountMeta[] }[],
  on: Oracle = oracle,
): Outcome {
  return on.send(
    compileMessage({
      feePayer: PAYER,
      recentBlockhash: on.blockhash,
      instructions: instructions.map(({ data, metas }) => ({
        programAddress: SYSTEM_PROGRAM_ID,
        accounts: metas,
        data,
      })),
    }),
  );
}

function play({ data, metas, says, accounts = [] }: Omit<Row, 'name'>, on: Oracle = oracle): void {
  on.setAccount(PAYER, { lamports: 100_000_000_000n });
  for (const known of ALL) on.setAccount(known, { lamports: 0n });
  on.setAccount(FROM, { lamports: 10_000_000_000n });
  for (const [address, account] of accounts) on.setAccount(address, account);
  const outcome = send([{ data, metas }], on);
  if (says === 'success') expect(outcome.error, outcome.logs.join('\n')).toBeNull();
  else expect([...outcome.logs, JSON.stringify(outcome.error)].join('\n')).toContain(says);
}

function rows(title: string, table: readonly Row[]): void {
  describe(title, () => {
    test.each(table)('$name', (row) => play(row));
  });
}

const GIVE = [meta(FROM, 'ws'), meta(TO, 'w')];
const CREATE = [meta(FROM, 'ws'), meta(TO, 'ws')];

rows('data', [
  { name: 'none', data: new Uint8Array(0), metas: GIVE, says: 'InvalidInstructionData' },
  { name: 'of three bytes', data: new Uint8Array(3), metas: GIVE, says: 'InvalidInstructionData' },
  { name: 'cut off', data: ix.transfer(1n).subarray(0, 11), metas: GIVE, says: 'InvalidInstructionData' },
  {
    name: 'and more behind it',
    data: concatBytes([ix.transfer(1_000_000n), new Uint8Array(2000)]),
    metas: GIVE,
    says: 'success',
  },
  {
    name: 'of a tag that is none',
    data: concatBytes([u32(14), new Uint8Array(100)]),
    metas: GIVE,
    says: 'InvalidInstructionData',
  },
  {
    name: 'of the greatest tag',
    data: concatBytes([u32(0xffff_ffff), new Uint8Array(100)]),
    metas: GIVE,
    says: 'InvalidInstructionData',
  },
  {
    name: 'with text longer than the data',
    data: concatBytes([u32(3), BASE.bytes, u64(99n), new Uint8Array(20)]),
    metas: CREATE,
    says: 'InvalidInstructionData',
  },
  {
    name: 'with text of the greatest length',
    data: concatBytes([u32(3), BASE.bytes, u64((1n << 64n) - 1n), new Uint8Array(200)]),
    metas: CREATE,
    says: 'InvalidInstructionData',
  },
  {
    name: 'with text that is not UTF-8',
    data: ix.createAccountWithSeed(BASE, Uint8Array.of(0xff, 0xfe), 1n, 1n, OWNER),
    metas: CREATE,
    says: 'InvalidInstructionData',
  },
  {
    name: 'with text longer than a packet',
    data: ix.createAccountWithSeed(BASE, 'a'.repeat(1300), 1n, 1n, OWNER),
    metas: CREATE,
    says: 'InvalidInstructionData',
  },
  {
    name: 'with all the text a packet holds',
    data: ix.createAccountWithSeed(BASE, 'a'.repeat(1232 - 4 - 32 - 8 - 16 - 32), 1n, 1n, OWNER),
    metas: CREATE,
    says: '{"Custom":0}',
  },
  {
    name: 'with one byte more',
    data: ix.createAccountWithSeed(BASE, 'a'.repeat(1233 - 4 - 32 - 8 - 16 - 32), 1n, 1n, OWNER),
    metas: CREATE,
    says: 'InvalidInstructionData',
  },
  {
    name: 'that is wrong comes before accounts that are missing',
    data: u32(77),
    metas: [],
    says: 'InvalidInstructionData',
  },
]);

rows('CreateAccount', [
  { name: 'creates', data: ix.createAccount(1_000_000_000n, 100n, OWNER), metas: CREATE, says: 'success' },
  {
    name: 'creates for the System program itself',
    data: ix.createAccount(1_000_000_000n, 0n, SYSTEM_PROGRAM_ID),
    metas: CREATE,
    says: 'success',
  },
  { name: 'one account', data: ix.createAccount(1n, 0n, OWNER), metas: [meta(FROM, 'ws')], says: 'MissingAccount' },
  {
    name: 'the new account is rich already',
    data: ix.createAccount(1n, 0n, OWNER),
    metas: CREATE,
    accounts: [[TO, { lamports: 1n }]],
    says: `Create Account: account Address { address: ${TO}, base: None } already in use`,
  },
  {
    name: 'the new account has not signed',
    data: ix.createAccount(1_000_000n, 0n, OWNER),
    metas: GIVE,
    says: `Allocate: 'to' account Address { address: ${TO}, base: None } must sign`,
  },
  {
    name: 'more data than there may be',
    data: ix.createAccount(1n, MAX_LEN + 1n, OWNER),
    metas: CREATE,
    says: 'Allocate: requested 10485761, max allowed 10485760',
  },
  {
    name: 'the most data',
    data: ix.createAccount(73_000_000_000n, MAX_LEN, OWNER),
    metas: CREATE,
    accounts: [[FROM, { lamports: 100_000_000_000n }]],
    says: 'success',
  },
  {
    name: 'an endless amount of data',
    data: ix.createAccount(1n, (1n << 64n) - 1n, OWNER),
    metas: CREATE,
    says: '{"Custom":3}',
  },
  {
    name: 'the payer has not signed',
    data: ix.createAccount(1_000_000n, 0n, OWNER),
    metas: [meta(FROM, 'w'), meta(TO, 'ws')],
    says: `Transfer: \`from\` account ${FROM} must sign`,
  },
  {
    name: 'the payer is poor',
    data: ix.createAccount(10_000_000_001n, 0n, OWNER),
    metas: CREATE,
    says: 'Transfer: insufficient lamports 10000000000, need 10000000001',
  },
  {
    name: 'the payer has data',
    data: ix.createAccount(1_000_000n, 0n, OWNER),
    metas: CREATE,
    accounts: [[FROM, { lamports: 10_000_000_000n, data: new Uint8Array(1) }]],
    says: 'Transfer: `from` must not carry data',
  },
  {
    name: 'the new account is read-only',
    data: ix.createAccount(1_000_000n, 10n, OWNER),
    metas: [meta(FROM, 'ws'), meta(TO, 's')],
    says: 'instruction modified data of a read-only account',
  },
  {
    name: 'the new account is read-only and stays empty',
    data: ix.createAccount(1_000_000n, 0n, OWNER),
    metas: [meta(FROM, 'ws'), meta(TO, 's')],
    says: 'ReadonlyDataModified',
  },
  {
    name: 'the payer is read-only',
    data: ix.createAccount(1_000_000n, 10n, OWNER),
    metas: [meta(FROM, 's'), meta(TO, 'ws')],
    says: 'ReadonlyLamportChange',
  },
  {
    name: 'payer and new account are one',
    data: ix.createAccount(1n, 0n, OWNER),
    metas: [meta(FROM, 'ws'), meta(FROM, 'ws')],
    says: 'Create Account',
  },
  { name: 'with nothing', data: ix.createAccount(0n, 0n, OWNER), metas: CREATE, says: 'success' },
]);

const WITH_SEED = [meta(FROM, 'ws'), meta(DERIVED, 'w'), meta(BASE, 's')];
rows('CreateAccountWithSeed', [
  {
    name: 'creates',
    data: ix.createAccountWithSeed(BASE, SEED, 1_000_000_000n, 5n, OWNER),
    metas: WITH_SEED,
    says: 'success',
  },
  {
    name: 'the base is the payer',
    data: ix.createAccountWithSeed(FROM, SEED, 1_000_000_000n, 5n, OWNER),
    metas: [meta(FROM, 'ws'), meta(createWithSeed(FROM, SEED, OWNER) as Pubkey, 'w')],
    says: 'success',
  },
  {
    name: 'one account',
    data: ix.createAccountWithSeed(BASE, SEED, 1n, 5n, OWNER),
    metas: [meta(FROM, 'ws')],
    says: 'MissingAccount',
  },
  {
    name: 'a seed of 33 bytes',
    data: ix.createAccountWithSeed(BASE, 'x'.repeat(33), 1n, 5n, OWNER),
    metas: WITH_SEED,
    says: '{"Custom":0}',
  },
  {
    name: 'a seed of 17 letters of two bytes',
    data: ix.createAccountWithSeed(BASE, 'é'.repeat(17), 1n, 5n, OWNER),
    metas: WITH_SEED,
    says: '{"Custom":0}',
  },
  {
    name: 'an owner that ends like a derived address',
    data: ix.createAccountWithSeed(BASE, SEED, 1n, 5n, ILLEGAL_OWNER),
    metas: WITH_SEED,
    says: '{"Custom":2}',
  },
  {
    name: 'too long a seed comes before such an owner',
    data: ix.createAccountWithSeed(BASE, 'x'.repeat(33), 1n, 5n, ILLEGAL_OWNER),
    metas: WITH_SEED,
    says: '{"Custom":0}',
  },
  {
    name: 'another seed',
    data: ix.createAccountWithSeed(BASE, 'other', 1n, 5n, OWNER),
    metas: WITH_SEED,
    says: `Create: address ${DERIVED} does not match derived address`,
  },
  {
    name: 'the base has not signed',
    data: ix.createAccountWithSeed(BASE, SEED, 1_000_000n, 5n, OWNER),
    metas: [meta(FROM, 'ws'), meta(DERIVED, 'w'), meta(BASE)],
    says: `Allocate: 'to' account Address { address: ${DERIVED}, base: Some(${BASE}) } must sign`,
  },
  {
    name: 'the base is not there',
    data: ix.createAccountWithSeed(BASE, SEED, 1_000_000n, 5n, OWNER),
    metas: [meta(FROM, 'ws'), meta(DERIVED, 'w')],
    says: 'must sign',
  },
  {
    name: 'the account is rich already',
    data: ix.createAccountWithSeed(BASE, SEED, 1n, 5n, OWNER),
    metas: WITH_SEED,
    accounts: [[DERIVED, { lamports: 1n }]],
    says: `Create Account: account Address { address: ${DERIVED}, base: Some(${BASE}) } already in use`,
  },
  {
    name: 'an empty seed',
    data: ix.createAccountWithSeed(BASE, '', 1_000_000_000n, 0n, OWNER),
    metas: [meta(FROM, 'ws'), meta(createWithSeed(BASE, '', OWNER) as Pubkey, 'w'), meta(BASE, 's')],
    says: 'success',
  },
]);

rows('Assign', [
  { name: 'assigns', data: ix.assign(OWNER), metas: [meta(FROM, 'ws')], says: 'success' },
  { name: 'no account', data: ix.assign(OWNER), metas: [], says: 'MissingAccount' },
  {
    name: 'to whom it belongs already, unsigned and read-only',
    data: ix.assign(SYSTEM_PROGRAM_ID),
    metas: [meta(FROM)],
    says: 'success',
  },
  {
    name: 'unsigned',
    data: ix.assign(OWNER),
    metas: [meta(FROM, 'w')],
    says: `Assign: account Address { address: ${FROM}, base: None } must sign`,
  },
  { name: 'read-only', data: ix.assign(OWNER), metas: [meta(FROM, 's')], says: 'ModifiedProgramId' },
  {
    name: 'an account of another program',
    data: ix.assign(SYSTEM_PROGRAM_ID),
    metas: [meta(FROM, 'ws')],
    accounts: [[FROM, { lamports: 1_000_000_000n, owner: OWNER }]],
    says: 'ModifiedProgramId',
  },
  {
    name: 'an account of another program, to it',
    data: ix.assign(OWNER),
    metas: [meta(FROM)],
    accounts: [[FROM, { lamports: 1_000_000_000n, owner: OWNER }]],
    says: 'success',
  },
  {
    name: 'an account with data',
    data: ix.assign(OWNER),
    metas: [meta(FROM, 'ws')],
    accounts: [[FROM, { lamports: 1_000_000_000n, data: Uint8Array.of(0, 0, 1) }]],
    says: 'ModifiedProgramId',
  },
  {
    name: 'an account with zeros',
    data: ix.assign(OWNER),
    metas: [meta(FROM, 'ws')],
    accounts: [[FROM, { lamports: 1_000_000_000n, data: new Uint8Array(3) }]],
    says: 'success',
  },
]);

rows('AssignWithSeed', [
  {
    name: 'assigns',
    data: ix.assignWithSeed(BASE, SEED, OWNER),
    metas: [meta(DERIVED, 'w'), meta(BASE, 's')],
    accounts: [[DERIVED, { lamports: 1_000_000_000n }]],
    says: 'success',
  },
  { name: 'no account', data: ix.assignWithSeed(BASE, SEED, OWNER), metas: [], says: 'MissingAccount' },
  {
    name: 'unsigned',
    data: ix.assignWithSeed(BASE, SEED, OWNER),
    metas: [meta(DERIVED, 'w'), meta(BASE)],
    accounts: [[DERIVED, { lamports: 1_000_000_000n }]],
    says: `Assign: account Address { address: ${DERIVED}, base: Some(${BASE}) } must sign`,
  },
  {
    name: 'another address',
    data: ix.assignWithSeed(BASE, SEED, OWNER),
    metas: [meta(TO, 'w'), meta(BASE, 's')],
    says: '{"Custom":5}',
  },
  {
    name: 'too long a seed',
    data: ix.assignWithSeed(BASE, 'x'.repeat(33), OWNER),
    metas: [meta(DERIVED, 'w'), meta(BASE, 's')],
    says: '{"Custom":0}',
  },
  {
    name: 'signed by the address, not by the base',
    data: ix.assignWithSeed(BASE, SEED, OWNER),
    metas: [meta(DERIVED, 'ws'), meta(BASE)],
    accounts: [[DERIVED, { lamports: 1_000_000_000n }]],
    says: 'must sign',
  },
]);

rows('Transfer', [
  { name: 'transfers', data: ix.transfer(1_000_000n), metas: GIVE, says: 'success' },
  { name: 'everything', data: ix.transfer(10_000_000_000n), metas: GIVE, says: 'success' },
  { name: 'to itself', data: ix.transfer(5n), metas: [meta(FROM, 'ws'), meta(FROM, 'ws')], says: 'success' },
  { name: 'nothing', data: ix.transfer(0n), metas: GIVE, says: 'success' },
  { name: 'nothing, unsigned', data: ix.transfer(0n), metas: [meta(FROM, 'w'), meta(TO, 'w')], says: 'must sign' },
  {
    name: 'nothing, read-only',
    data: ix.transfer(0n),
    metas: [meta(FROM, 's'), meta(TO)],
    says: 'ReadonlyLamportChange',
  },
  { name: 'one account', data: ix.transfer(1n), metas: [meta(FROM, 'ws')], says: 'MissingAccount' },
  {
    name: 'unsigned',
    data: ix.transfer(1n),
    metas: [meta(FROM, 'w'), meta(TO, 'w')],
    says: `Transfer: \`from\` account ${FROM} must sign`,
  },
  {
    name: 'signed at another place',
    data: ix.transfer(1_000_000n),
    metas: [meta(FROM, 'w'), meta(TO, 'w'), meta(AUTHORITY, 's')],
    says: 'must sign',
  },
  {
    name: 'from an account with data',
    data: ix.transfer(1n),
    metas: GIVE,
    accounts: [[FROM, { lamports: 10_000_000n, data: new Uint8Array(1) }]],
    says: 'Transfer: `from` must not carry data',
  },
  {
    name: 'more than there is',
    data: ix.transfer(10_000_000_001n),
    metas: GIVE,
    says: 'Transfer: insufficient lamports 10000000000, need 10000000001',
  },
  { name: 'the most', data: ix.transfer((1n << 64n) - 1n), metas: GIVE, says: 'need 18446744073709551615' },
  {
    name: 'from what another program owns',
    data: ix.transfer(1n),
    metas: GIVE,
    accounts: [[FROM, { lamports: 10_000_000n, owner: OWNER }]],
    says: 'ExternalAccountLamportSpend',
  },
  {
    name: 'nothing from what another program owns',
    data: ix.transfer(0n),
    metas: GIVE,
    accounts: [[FROM, { lamports: 10_000_000n, owner: OWNER }]],
    says: 'success',
  },
  {
    name: 'from a read-only account',
    data: ix.transfer(1n),
    metas: [meta(FROM, 's'), meta(TO, 'w')],
    says: 'ReadonlyLamportChange',
  },
  {
    name: 'to a read-only account',
    data: ix.transfer(1n),
    metas: [meta(FROM, 'ws'), meta(TO)],
    says: 'ReadonlyLamportChange',
  },
  {
    name: 'to an account that can hold no more',
    data: ix.transfer(5n),
    metas: GIVE,
    accounts: [[TO, { lamports: (1n << 64n) - 3n }]],
    says: 'ArithmeticOverflow',
  },
  { name: 'less than rent to a new account', data: ix.transfer(5n), metas: GIVE, says: 'InsufficientFundsForRent' },
]);

const SEEDED = [meta(DERIVED, 'w'), meta(BASE, 's'), meta(TO, 'w')];
const FULL: readonly (readonly [Pubkey, Partial<Account>])[] = [
  [DERIVED, { lamports: 1_000_000_000n }],
  [DERIVED_OF_SYSTEM, { lamports: 1_000_000_000n }],
];
rows('TransferWithSeed', [
  {
    name: 'transfers',
    data: ix.transferWithSeed(1_000_000n, SEED, SYSTEM_PROGRAM_ID),
    metas: [meta(DERIVED_OF_SYSTEM, 'w'), meta(BASE, 's'), meta(TO, 'w')],
    accounts: FULL,
    says: 'success',
  },
  {
    name: 'of an address derived for another owner',
    data: ix.transferWithSeed(1_000_000n, SEED, OWNER),
    metas: SEEDED,
    accounts: FULL,
    says: 'success',
  },
  {
    name: 'two accounts',
    data: ix.transferWithSeed(1n, SEED, OWNER),
    metas: SEEDED.slice(0, 2),
    accounts: FULL,
    says: 'MissingAccount',
  },
  {
    name: 'the base has not signed',
    data: ix.transferWithSeed(1n, SEED, OWNER),
    metas: [meta(DERIVED, 'w'), meta(BASE), meta(TO, 'w')],
    accounts: FULL,
    says: `Transfer: 'from' account ${BASE} must sign`,
  },
  {
    name: 'too long a seed',
    data: ix.transferWithSeed(1n, 'x'.repeat(33), OWNER),
    metas: SEEDED,
    accounts: FULL,
    says: '{"Custom":0}',
  },
  {
    name: 'an illegal owner',
    data: ix.transferWithSeed(1n, SEED, ILLEGAL_OWNER),
    metas: SEEDED,
    accounts: FULL,
    says: '{"Custom":2}',
  },
  {
    name: 'another address',
    data: ix.transferWithSeed(1n, 'other', OWNER),
    metas: SEEDED,
    accounts: FULL,
    says: `Transfer: 'from' address ${DERIVED} does not match derived address`,
  },
  {
    name: 'more than there is',
    data: ix.transferWithSeed(1_000_000_001n, SEED, OWNER),
    metas: SEEDED,
    accounts: FULL,
    says: 'insufficient lamports',
  },
  {
    name: 'an account with data',
    data: ix.transferWithSeed(1n, SEED, OWNER),
    metas: SEEDED,
    accounts: [[DERIVED, { lamports: 1_000_000_000n, data: new Uint8Array(9) }]],
    says: 'must not carry data',
  },
]);

rows('Allocate', [
  { name: 'allocates', data: ix.allocate(10n), metas: [meta(FROM, 'ws')], says: 'success' },
  { name: 'no account', data: ix.allocate(10n), metas: [], says: 'MissingAccount' },
  { name: 'nothing', data: ix.allocate(0n), metas: [meta(FROM, 'ws')], says: 'success' },
  {
    name: 'unsigned',
    data: ix.allocate(10n),
    metas: [meta(FROM, 'w')],
    says: `Allocate: 'to' account Address { address: ${FROM}, base: None } must sign`,
  },
  {
    name: 'where there is data',
    data: ix.allocate(10n),
    metas: [meta(FROM, 'ws')],
    accounts: [[FROM, { lamports: 1_000_000_000n, data: new Uint8Array(1) }]],
    says: `Allocate: account Address { address: ${FROM}, base: None } already in use`,
  },
  {
    name: 'what another program owns',
    data: ix.allocate(10n),
    metas: [meta(FROM, 'ws')],
    accounts: [[FROM, { lamports: 1_000_000_000n, owner: OWNER }]],
    says: 'already in use',
  },
  {
    name: 'unsigned comes before in use',
    data: ix.allocate(10n),
    metas: [meta(FROM, 'w')],
    accounts: [[FROM, { lamports: 1_000_000_000n, owner: OWNER }]],
    says: 'must sign',
  },
  {
    name: 'too much',
    data: ix.allocate(MAX_LEN + 1n),
    metas: [meta(FROM, 'ws')],
    says: 'Allocate: requested 10485761, max allowed 10485760',
  },
  { name: 'read-only', data: ix.allocate(10n), metas: [meta(FROM, 's')], says: 'ReadonlyDataModified' },
]);

rows('AllocateWithSeed', [
  {
    name: 'allocates and assigns',
    data: ix.allocateWithSeed(BASE, SEED, 10n, OWNER),
    metas: [meta(DERIVED, 'w'), meta(BASE, 's')],
    accounts: FULL,
    says: 'success',
  },
  { name: 'no account', data: ix.allocateWithSeed(BASE, SEED, 10n, OWNER), metas: [], says: 'MissingAccount' },
  {
    name: 'another address',
    data: ix.allocateWithSeed(BASE, 'other', 10n, OWNER),
    metas: [meta(DERIVED, 'w'), meta(BASE, 's')],
    accounts: FULL,
    says: '{"Custom":5}',
  },
  {
    name: 'unsigned',
    data: ix.allocateWithSeed(BASE, SEED, 10n, OWNER),
    metas: [meta(DERIVED, 'w'), meta(BASE)],
    accounts: FULL,
    says: `base: Some(${BASE}) } must sign`,
  },
  {
    name: 'in use',
    data: ix.allocateWithSeed(BASE, SEED, 10n, OWNER),
    metas: [meta(DERIVED, 'w'), meta(BASE, 's')],
    accounts: [[DERIVED, { lamports: 1_000_000_000n, data: new Uint8Array(1) }]],
    says: `base: Some(${BASE}) } already in use`,
  },
  {
    name: 'too much',
    data: ix.allocateWithSeed(BASE, SEED, MAX_LEN * 2n, OWNER),
    metas: [meta(DERIVED, 'w'), meta(BASE, 's')],
    accounts: FULL,
    says: '{"Custom":3}',
  },
  {
    name: 'an illegal owner',
    data: ix.allocateWithSeed(BASE, SEED, 10n, ILLEGAL_OWNER),
    metas: [meta(DERIVED, 'w'), meta(BASE, 's')],
    accounts: FULL,
    says: '{"Custom":2}',
  },
]);

const PREFUND = [meta(TO, 'ws'), meta(FROM, 'ws')];
rows('CreateAccountAllowPrefund', [
  { name: 'creates', data: ix.allowPrefund(1_000_000_000n, 10n, OWNER), metas: PREFUND, says: 'success' },
  {
    name: 'an account that is rich already',
    data: ix.allowPrefund(1_000_000_000n, 10n, OWNER),
    metas: PREFUND,
    accounts: [[TO, { lamports: 5n }]],
    says: 'success',
  },
  {
    name: 'for nothing, with one account',
    data: ix.allowPrefund(0n, 10n, OWNER),
    metas: [meta(TO, 'ws')],
    accounts: [[TO, { lamports: 1_000_000_000n }]],
    says: 'success',
  },
  { name: 'for nothing, without an account', data: ix.allowPrefund(0n, 10n, OWNER), metas: [], says: 'MissingAccount' },
  { name: 'one account', data: ix.allowPrefund(1n, 10n, OWNER), metas: [meta(TO, 'ws')], says: 'MissingAccount' },
  {
    name: 'in use',
    data: ix.allowPrefund(1n, 10n, OWNER),
    metas: PREFUND,
    accounts: [[TO, { lamports: 1n, data: new Uint8Array(2) }]],
    says: '{"Custom":0}',
  },
  {
    name: 'unsigned',
    data: ix.allowPrefund(1n, 10n, OWNER),
    metas: [meta(TO, 'w'), meta(FROM, 'ws')],
    says: 'must sign',
  },
  {
    name: 'the payer has not signed',
    data: ix.allowPrefund(1n, 10n, OWNER),
    metas: [meta(TO, 'ws'), meta(FROM, 'w')],
    says: 'Transfer: `from`',
  },
  { name: 'the payer is poor', data: ix.allowPrefund(1n << 50n, 10n, OWNER), metas: PREFUND, says: '{"Custom":1}' },
]);

function nonceData(version: number, state: number, authority: Pubkey, nonce: Uint8Array, len = 80): Uint8Array {
  const data = new Uint8Array(Math.max(80, len));
  writeU32(data, 0, version);
  writeU32(data, 4, state);
  data.set(authority.bytes, 8);
  data.set(nonce, 40);
  writeU64(data, 72, 5000n);
  return data.slice(0, len);
}
const OLD = new Uint8Array(32).fill(9);
const nonce = (over: Partial<Account> = {}): readonly [Pubkey, Partial<Account>] => [
  NONCE,
  { lamports: 3_000_000n, data: nonceData(1, 1, AUTHORITY, OLD), ...over },
];
const legacy = nonce({ data: nonceData(0, 1, AUTHORITY, OLD) });
const uninitialized = nonce({ data: new Uint8Array(80) });
const uninitializedCurrent = nonce({ data: nonceData(1, 0, AUTHORITY, OLD) });
const broken = nonce({ data: nonceData(2, 1, AUTHORITY, OLD) });
const brokenState = nonce({ data: nonceData(1, 2, AUTHORITY, OLD) });
const short = nonce({ data: nonceData(1, 1, AUTHORITY, OLD, 79) });

const ADVANCE = [meta(NONCE, 'w'), meta(RECENT_BLOCKHASHES_ID), meta(AUTHORITY, 's')];
rows('AdvanceNonceAccount', [
  { name: 'advances', data: ix.advance(), metas: ADVANCE, accounts: [nonce()], says: 'success' },
  { name: 'a legacy nonce', data: ix.advance(), metas: ADVANCE, accounts: [legacy], says: 'success' },
  { name: 'no account', data: ix.advance(), metas: [], says: 'MissingAccount' },
  { name: 'no sysvar', data: ix.advance(), metas: ADVANCE.slice(0, 1), accounts: [nonce()], says: 'MissingAccount' },
  {
    name: 'another sysvar',
    data: ix.advance(),
    metas: [meta(NONCE, 'w'), meta(CLOCK_ID), meta(AUTHORITY, 's')],
    accounts: [nonce()],
    says: 'InvalidArgument',
  },
  {
    name: 'read-only',
    data: ix.advance(),
    metas: [meta(NONCE), ...ADVANCE.slice(1)],
    accounts: [nonce()],
    says: `Advance nonce account: Account ${NONCE} must be writeable`,
  },
  {
    name: 'not initialized',
    data: ix.advance(),
    metas: ADVANCE,
    accounts: [uninitialized],
    says: `Advance nonce account: Account ${NONCE} state is invalid`,
  },
  {
    name: 'not initialized, but current',
    data: ix.advance(),
    metas: ADVANCE,
    accounts: [uninitializedCurrent],
    says: 'state is invalid',
  },
  {
    name: 'unsigned',
    data: ix.advance(),
    metas: [...ADVANCE.slice(0, 2), meta(AUTHORITY)],
    accounts: [nonce()],
    says: `Advance nonce account: Account ${AUTHORITY} must be a signer`,
  },
  {
    name: 'no authority',
    data: ix.advance(),
    metas: ADVANCE.slice(0, 2),
    accounts: [nonce()],
    says: 'must be a signer',
  },
  { name: 'of an unknown version', data: ix.advance(), metas: ADVANCE, accounts: [broken], says: 'InvalidAccountData' },
  {
    name: 'of an unknown state',
    data: ix.advance(),
    metas: ADVANCE,
    accounts: [brokenState],
    says: 'InvalidAccountData',
  },
  { name: 'of 79 bytes', data: ix.advance(), metas: ADVANCE, accounts: [short], says: 'InvalidAccountData' },
  {
    name: 'of no bytes',
    data: ix.advance(),
    metas: ADVANCE,
    accounts: [nonce({ data: new Uint8Array(0) })],
    says: 'InvalidAccountData',
  },
  {
    name: 'of 7 bytes',
    data: ix.advance(),
    metas: ADVANCE,
    accounts: [nonce({ data: new Uint8Array(7) })],
    says: 'InvalidAccountData',
  },
  {
    name: 'of 100 bytes',
    data: ix.advance(),
    metas: ADVANCE,
    accounts: [nonce({ data: nonceData(1, 1, AUTHORITY, OLD, 100) })],
    says: 'success',
  },
  {
    name: 'of another program',
    data: ix.advance(),
    metas: ADVANCE,
    accounts: [nonce({ owner: OWNER })],
    says: 'ExternalAccountDataModified',
  },
  {
    name: 'the sysvar is the nonce',
    data: ix.advance(),
    metas: [meta(RECENT_BLOCKHASHES_ID), meta(RECENT_BLOCKHASHES_ID), meta(AUTHORITY, 's')],
    says: 'must be writeable',
  },
]);

const WITHDRAW = [meta(NONCE, 'w'), meta(TO, 'w'), meta(RECENT_BLOCKHASHES_ID), meta(RENT_ID), meta(AUTHORITY, 's')];
rows('WithdrawNonceAccount', [
  { name: 'withdraws some', data: ix.withdraw(1_000_000n), metas: WITHDRAW, accounts: [nonce()], says: 'success' },
  {
    name: 'withdraws to the last lamport above rent',
    data: ix.withdraw(3_000_000n - RENT_OF_80),
    metas: WITHDRAW,
    accounts: [nonce()],
    says: 'success',
  },
  {
    name: 'withdraws one more',
    data: ix.withdraw(3_000_001n - RENT_OF_80),
    metas: WITHDRAW,
    accounts: [nonce()],
    says: `Withdraw nonce account: insufficient lamports 3000000, need 3000001`,
  },
  {
    name: 'withdraws all, and closes',
    data: ix.withdraw(3_000_000n),
    metas: WITHDRAW,
    accounts: [nonce()],
    says: 'success',
  },
  {
    name: 'withdraws all from a legacy nonce',
    data: ix.withdraw(3_000_000n),
    metas: WITHDRAW,
    accounts: [legacy],
    says: 'success',
  },
  {
    name: 'withdraws more',
    data: ix.withdraw(3_000_001n),
    metas: WITHDRAW,
    accounts: [nonce()],
    says: 'InsufficientFunds',
  },
  {
    name: 'withdraws the most',
    data: ix.withdraw((1n << 64n) - 1n),
    metas: WITHDRAW,
    accounts: [nonce()],
    says: 'InsufficientFunds',
  },
  {
    name: 'one account',
    data: ix.withdraw(1n),
    metas: WITHDRAW.slice(0, 1),
    accounts: [nonce()],
    says: 'MissingAccount',
  },
  {
    name: 'two accounts',
    data: ix.withdraw(1n),
    metas: WITHDRAW.slice(0, 2),
    accounts: [nonce()],
    says: 'MissingAccount',
  },
  {
    name: 'the sysvars exchanged',
    data: ix.withdraw(1n),
    metas: [WITHDRAW[0], WITHDRAW[1], WITHDRAW[3], WITHDRAW[2], WITHDRAW[4]],
    accounts: [nonce()],
    says: 'InvalidArgument',
  },
  { name: 'no rent', data: ix.withdraw(1n), metas: WITHDRAW.slice(0, 3), accounts: [nonce()], says: 'MissingAccount' },
  {
    name: 'read-only',
    data: ix.withdraw(1n),
    metas: [meta(NONCE), ...WITHDRAW.slice(1)],
    accounts: [nonce()],
    says: `Withdraw nonce account: Account ${NONCE} must be writeable`,
  },
  {
    name: 'unsigned, some',
    data: ix.withdraw(1_000_000n),
    metas: [...WITHDRAW.slice(0, 4), meta(AUTHORITY)],
    accounts: [nonce()],
    says: `Withdraw nonce account: Account ${AUTHORITY} must sign`,
  },
  {
    name: 'unsigned, all',
    data: ix.withdraw(3_000_000n),
    metas: WITHDRAW.slice(0, 4),
    accounts: [nonce()],
    says: `Withdraw nonce account: Account ${AUTHORITY} must sign`,
  },
  {
    name: 'not initialized, signed by itself',
    data: ix.withdraw(3_000_000n),
    metas: [meta(NONCE, 'ws'), ...WITHDRAW.slice(1, 4)],
    accounts: [uninitialized],
    says: 'success',
  },
  {
    name: 'not initialized, signed by another',
    data: ix.withdraw(1n),
    metas: WITHDRAW,
    accounts: [uninitialized],
    says: `Withdraw nonce account: Account ${NONCE} must sign`,
  },
  {
    name: 'not initialized, too much',
    data: ix.withdraw(3_000_001n),
    metas: [meta(NONCE, 'ws'), ...WITHDRAW.slice(1)],
    accounts: [uninitialized],
    says: 'Withdraw nonce account: insufficient lamports 3000000, need 3000001',
  },
  {
    name: 'not initialized, down to below rent',
    data: ix.withdraw(2_999_999n),
    metas: [meta(NONCE, 'ws'), ...WITHDRAW.slice(1)],
    accounts: [uninitialized],
    says: 'InsufficientFundsForRent',
  },
  {
    name: 'to itself',
    data: ix.withdraw(1_000n),
    metas: [meta(NONCE, 'w'), meta(NONCE, 'w'), ...WITHDRAW.slice(2)],
    accounts: [nonce()],
    says: 'success',
  },
  {
    name: 'to a read-only account',
    data: ix.withdraw(1_000n),
    metas: [WITHDRAW[0], meta(TO), ...WITHDRAW.slice(2)],
    accounts: [nonce()],
    says: 'ReadonlyLamportChange',
  },
  { name: 'broken', data: ix.withdraw(1_000n), metas: WITHDRAW, accounts: [broken], says: 'InvalidAccountData' },
  {
    name: 'of another program',
    data: ix.withdraw(1_000n),
    metas: WITHDRAW,
    accounts: [nonce({ owner: OWNER })],
    says: 'ExternalAccountLamportSpend',
  },
]);

const INITIALIZE = [meta(NONCE, 'w'), meta(RECENT_BLOCKHASHES_ID), meta(RENT_ID)];
rows('InitializeNonceAccount', [
  {
    name: 'initializes',
    data: ix.initialize(AUTHORITY),
    metas: INITIALIZE,
    accounts: [uninitialized],
    says: 'success',
  },
  {
    name: 'one that was closed',
    data: ix.initialize(OWNER),
    metas: INITIALIZE,
    accounts: [uninitializedCurrent],
    says: 'success',
  },
  { name: 'no account', data: ix.initialize(AUTHORITY), metas: [], says: 'MissingAccount' },
  {
    name: 'no sysvar',
    data: ix.initialize(AUTHORITY),
    metas: INITIALIZE.slice(0, 1),
    accounts: [uninitialized],
    says: 'MissingAccount',
  },
  {
    name: 'no rent',
    data: ix.initialize(AUTHORITY),
    metas: INITIALIZE.slice(0, 2),
    accounts: [uninitialized],
    says: 'MissingAccount',
  },
  {
    name: 'the sysvars exchanged',
    data: ix.initialize(AUTHORITY),
    metas: [INITIALIZE[0], INITIALIZE[2], INITIALIZE[1]],
    accounts: [uninitialized],
    says: 'InvalidArgument',
  },
  {
    name: 'read-only',
    data: ix.initialize(AUTHORITY),
    metas: [meta(NONCE), ...INITIALIZE.slice(1)],
    accounts: [uninitialized],
    says: `Initialize nonce account: Account ${NONCE} must be writeable`,
  },
  {
    name: 'initialized',
    data: ix.initialize(AUTHORITY),
    metas: INITIALIZE,
    accounts: [nonce()],
    says: `Initialize nonce account: Account ${NONCE} state is invalid`,
  },
  {
    name: 'poor',
    data: ix.initialize(AUTHORITY),
    metas: INITIALIZE,
    accounts: [nonce({ data: new Uint8Array(80), lamports: RENT_OF_80 - 1n })],
    says: `Initialize nonce account: insufficient lamports 1447679, need 1447680`,
  },
  {
    name: 'of 8 bytes',
    data: ix.initialize(AUTHORITY),
    metas: INITIALIZE,
    accounts: [nonce({ data: new Uint8Array(8) })],
    says: 'AccountDataTooSmall',
  },
  {
    name: 'of 7 bytes',
    data: ix.initialize(AUTHORITY),
    metas: INITIALIZE,
    accounts: [nonce({ data: new Uint8Array(7) })],
    says: 'InvalidAccountData',
  },
  {
    name: 'of another program',
    data: ix.initialize(AUTHORITY),
    metas: INITIALIZE,
    accounts: [nonce({ data: new Uint8Array(80), owner: OWNER })],
    says: 'ExternalAccountDataModified',
  },
]);

const AUTHORIZE = [meta(NONCE, 'w'), meta(AUTHORITY, 's')];
rows('AuthorizeNonceAccount', [
  { name: 'authorizes', data: ix.authorize(OWNER), metas: AUTHORIZE, accounts: [nonce()], says: 'success' },
  {
    name: 'a legacy nonce, which stays one',
    data: ix.authorize(OWNER),
    metas: AUTHORIZE,
    accounts: [legacy],
    says: 'success',
  },
  { name: 'no account', data: ix.authorize(OWNER), metas: [], says: 'MissingAccount' },
  {
    name: 'read-only',
    data: ix.authorize(OWNER),
    metas: [meta(NONCE), AUTHORIZE[1]],
    accounts: [nonce()],
    says: `Authorize nonce account: Account ${NONCE} must be writeable`,
  },
  {
    name: 'not initialized',
    data: ix.authorize(OWNER),
    metas: AUTHORIZE,
    accounts: [uninitialized],
    says: `Authorize nonce account: Account ${NONCE} state is invalid`,
  },
  {
    name: 'unsigned',
    data: ix.authorize(OWNER),
    metas: [meta(NONCE, 'w'), meta(AUTHORITY)],
    accounts: [nonce()],
    says: `Authorize nonce account: Account ${AUTHORITY} must sign`,
  },
  { name: 'broken', data: ix.authorize(OWNER), metas: AUTHORIZE, accounts: [broken], says: 'InvalidAccountData' },
  {
    name: 'of another program',
    data: ix.authorize(OWNER),
    metas: AUTHORIZE,
    accounts: [nonce({ owner: OWNER })],
    says: 'ExternalAccountDataModified',
  },
]);

rows('UpgradeNonceAccount', [
  { name: 'upgrades', data: ix.upgrade(), metas: [meta(NONCE, 'w')], accounts: [legacy], says: 'success' },
  { name: 'no account', data: ix.upgrade(), metas: [], says: 'MissingAccount' },
  {
    name: 'of another program',
    data: ix.upgrade(),
    metas: [meta(NONCE, 'w')],
    accounts: [nonce({ data: nonceData(0, 1, AUTHORITY, OLD), owner: OWNER })],
    says: 'InvalidAccountOwner',
  },
  { name: 'read-only', data: ix.upgrade(), metas: [meta(NONCE)], accounts: [legacy], says: 'InvalidArgument' },
  { name: 'current', data: ix.upgrade(), metas: [meta(NONCE, 'w')], accounts: [nonce()], says: 'InvalidArgument' },
  {
    name: 'not initialized',
    data: ix.upgrade(),
    metas: [meta(NONCE, 'w')],
    accounts: [uninitialized],
    says: 'InvalidArgument',
  },
  {
    name: 'not initialized, current',
    data: ix.upgrade(),
    metas: [meta(NONCE, 'w')],
    accounts: [uninitializedCurrent],
    says: 'InvalidArgument',
  },
  { name: 'broken', data: ix.upgrade(), metas: [meta(NONCE, 'w')], accounts: [broken], says: 'InvalidAccountData' },
]);

describe('the System program', () => {
  test('advances a nonce once per blockhash', () => {
    const next = durableNonceFromBlockhash(oracle.blockhash);
    const accounts = [nonce({ data: nonceData(1, 1, AUTHORITY, next) })];
    const metas = [meta(NONCE, 'w'), meta(TO, 'w'), meta(RECENT_BLOCKHASHES_ID), meta(RENT_ID), meta(AUTHORITY, 's')];
    play({
      data: ix.advance(),
      metas: ADVANCE,
      accounts,
      says: 'Advance nonce account: nonce can only advance once per slot',
    });
    play({
      data: ix.withdraw(3_000_000n),
      metas,
      accounts,
      says: 'Withdraw nonce account: nonce can only advance once per slot',
    });
    play({ data: ix.withdraw(1_000_000n), metas, accounts, says: 'success' });
  });

  test('needs a blockhash to advance to', () => {
    const empty = new Oracle();
    const sysvar = { lamports: 1n, owner: SYSVAR_OWNER_ID, data: new Uint8Array(8), rentEpoch: 0n };
    empty.setAccount(RECENT_BLOCKHASHES_ID, sysvar);
    play(
      {
        data: ix.advance(),
        metas: ADVANCE,
        accounts: [nonce()],
        says: 'Advance nonce account: recent blockhash list is empty',
      },
      empty,
    );
    const says = 'Initialize nonce account: recent blockhash list is empty';
    play({ data: ix.initialize(AUTHORITY), metas: INITIALIZE, accounts: [uninitialized], says }, empty);
    play({ data: ix.withdraw(1_000_000n), metas: WITHDRAW, accounts: [nonce()], says: 'success' }, empty);
  });

  test('does not know the prefunded form before its feature', () => {
    const before = new Oracle({ without: ['create_account_allow_prefund'] });
    play({ data: ix.allowPrefund(1_000_000n, 0n, OWNER), metas: PREFUND, says: 'InvalidInstructionData' }, before);
  });

  test('lets one transaction grow accounts by 20 MiB', () => {
    const keys = [TO, NONCE, AUTHORITY];
    for (const known of keys) oracle.setAccount(known, { lamports: 80_000_000_000n });
    const allocate = (space: bigint, address: Pubkey) => ({ data: ix.allocate(space), metas: [meta(address, 'ws')] });
    expect(send([allocate(MAX_LEN, TO), allocate(MAX_LEN, NONCE)]).error).toBeNull();
    for (const known of keys) oracle.setAccount(known, { lamports: 80_000_000_000n });
    const outcome = send([allocate(MAX_LEN, TO), allocate(MAX_LEN, NONCE), allocate(1n, AUTHORITY)]);
    expect(outcome.error).toEqual({ InstructionError: [2, 'MaxAccountsDataAllocationsExceeded'] });
  });

  test('charges 150 units, before it reads anything', () => {
    const limit = (units: number) => ({
      programAddress: COMPUTE_BUDGET_ID,
      data: Uint8Array.of(2, units & 0xff, units >> 8, 0, 0),
    });
    for (const units of [0, 149, 150, 299, 300, 301]) {
      oracle.setAccount(FROM, { lamports: 1_000_000_000n });
      for (const data of [ix.transfer(1_000_000n), new Uint8Array(0)]) {
        const instructions = [limit(units), { programAddress: SYSTEM_PROGRAM_ID, accounts: GIVE, data }];
        oracle.send(compileMessage({ feePayer: PAYER, recentBlockhash: oracle.blockhash, instructions }));
      }
    }
  });
});
