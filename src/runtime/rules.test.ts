// A validator's rules, where they differ from LiteSVM's: each switch of AGAVE_RULES, seen from outside. What the two have
// in common is tested against LiteSVM in transaction-processor.test.ts.

import { ed25519 } from '@noble/curves/ed25519.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { u32, u64 } from '../../test/support/bytes.ts';
import { fieldsOf } from '../../test/support/execution-fields.ts';
import { MapBank, Oracle, type Outcome } from '../../test/support/litesvm-oracle.ts';
import type { Account } from '../wire/account.ts';
import { concatBytes } from '../wire/bytes.ts';
import type { VersionedMessage } from '../wire/message.ts';
import { type CompileMessageInput, compileMessage, type Instruction } from '../wire/message-compiler.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { PubkeyMap } from '../wire/pubkey-map.ts';
import { createTransaction, encodeTransaction } from '../wire/transaction.ts';
import * as ids from './addresses.ts';
import { durableNonceFromBlockhash } from './nonce.ts';
import type { BuiltinProgram } from './program-cache.ts';
import { BUILTINS } from './programs/index.ts';
import { AGAVE_RULES, LITESVM_DEVIATIONS, LITESVM_RULES } from './rules.ts';
import { executeTransaction, prepareTransaction } from './transaction-processor.ts';

const SOL = 1_000_000_000n;
const SLOT = 447_552_000n;
const TOKEN_2022 = Pubkey.fromBase58('TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb');
const MEMO = Pubkey.fromBase58('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');

const key = (i: number): Pubkey => new Pubkey(new Uint8Array(32).fill(i));
const ALICE = key(2);
const BOB = key(3);
const STRANGER = key(77);
const secret = new Uint8Array(32).fill(42);
const PAYER = new Pubkey(ed25519.getPublicKey(secret));

const genesis = [...new Oracle().bank.accounts];
let bank: MapBank;

beforeEach(() => {
  bank = new MapBank(AGAVE_RULES);
  for (const [address, account] of genesis) bank.accounts.set(address, account);
  bank.latestBlockhash = new Uint8Array(32).fill(8);
  bank.recentBlockhashes.push(bank.latestBlockhash, new Uint8Array(32).fill(7));
  put(PAYER, { lamports: 10n * SOL });
});

function put(address: Pubkey, account: Partial<Account>): void {
  const owner = ids.SYSTEM_PROGRAM_ID;
  bank.setAccount(address, {
    lamports: SOL,
    data: new Uint8Array(0),
    owner,
    executable: false,
    rentEpoch: (1n << 64n) - 1n,
    ...account,
  });
}

const lamportsOf = (address: Pubkey): bigint | undefined => bank.getAccount(address)?.lamports;

const meta = (address: Pubkey, flags: '' | 's' | 'w' | 'sw') => ({
  address,
  isSigner: flags.includes('s'),
  isWritable: flags.includes('w'),
});
const transfer = (from: Pubkey, to: Pubkey, lamports: bigint): Instruction => ({
  programAddress: ids.SYSTEM_PROGRAM_ID,
  accounts: [meta(from, 'sw'), meta(to, 'w')],
  data: concatBytes([u32(2), u64(lamports)]),
});
const call = (programAddress: Pubkey, accounts: ReturnType<typeof meta>[] = []): Instruction => ({
  programAddress,
  accounts,
});
const dataSizeLimit = (bytes: number): Instruction => ({
  programAddress: ids.COMPUTE_BUDGET_ID,
  data: concatBytes([Uint8Array.of(4), u32(bytes)]),
});
const badBudget: Instruction = { programAddress: ids.COMPUTE_BUDGET_ID, data: new Uint8Array(0) };

const compile = (instructions: readonly Instruction[], more: Partial<CompileMessageInput> = {}): VersionedMessage =>
  compileMessage({ feePayer: PAYER, recentBlockhash: bank.latestBlockhash, instructions, ...more });

function wire(message: VersionedMessage, isSpoiled = false): Uint8Array {
  const blanks = Array.from({ length: message.header.numRequiredSignatures }, () => new Uint8Array(64));
  const { messageBytes } = createTransaction(message, blanks);
  blanks[0] = ed25519.sign(messageBytes, secret);
  if (isSpoiled) blanks[0][40] ^= 1;
  return encodeTransaction(createTransaction(message, blanks));
}

const send = (message: VersionedMessage, isSpoiled = false): Outcome => bank.send(wire(message, isSpoiled)).outcome;
const errorOf = (instructions: readonly Instruction[], more: Partial<CompileMessageInput> = {}) =>
  send(compile(instructions, more)).error;

test('every switch is set, is told of, and differs', () => {
  for (const name of Object.keys(LITESVM_DEVIATIONS) as (keyof typeof LITESVM_DEVIATIONS)[]) {
    expect(AGAVE_RULES[name], name).not.toBe(LITESVM_RULES[name]);
    expect(LITESVM_DEVIATIONS[name]).toMatch(/^[A-Z].*\.$/);
  }
  expect(Object.keys(LITESVM_DEVIATIONS).length).toBe(Object.keys(AGAVE_RULES).length - 1);
});

describe('form', () => {
  test('v1 needs its gate', () => {
    const config = { computeUnitLimit: 1000, loadedAccountsDataSizeLimit: 1000 };
    expect(errorOf([transfer(PAYER, ALICE, SOL)], { version: 1, config })).toBeNull();
    bank.features = bank.features.without('enable_tx_v1');
    bank.changed();
    expect(errorOf([transfer(PAYER, ALICE, SOL)], { version: 1, config })).toBe('UnsupportedVersion');
  });

  test('a packet holds 1232 bytes', () => {
    const padded = (len: number) => ({
      ...transfer(PAYER, ALICE, SOL),
      data: concatBytes([u32(2), u64(SOL), new Uint8Array(len)]),
    });
    const room = 1232 - wire(compile([padded(200)])).length + 200;
    expect(errorOf([padded(room)])).toBeNull();
    expect(errorOf([padded(room + 1)])).toBe('SanitizeFailure');
  });

  test('64 instructions, of 255 accounts each', () => {
    const many = (count: number) => Array.from({ length: count }, () => call(ids.SYSTEM_PROGRAM_ID));
    expect(errorOf(many(65))).toBe('SanitizeFailure');
    expect(errorOf(many(64))).toEqual({ InstructionError: [0, 'InvalidInstructionData'] });
    const wide = (count: number) => call(ids.SYSTEM_PROGRAM_ID, new Array(count).fill(meta(ALICE, '')));
    expect(errorOf([wide(256)])).toBe('SanitizeFailure');
    expect(errorOf([wide(255)])).toEqual({ InstructionError: [0, 'InvalidInstructionData'] });
    bank.features = bank.features.without('limit_instruction_accounts');
    bank.changed();
    expect(errorOf([wide(256)])).toEqual({ InstructionError: [0, 'InvalidInstructionData'] });
  });
});

describe('order', () => {
  const manyAccounts = call(
    ids.SYSTEM_PROGRAM_ID,
    Array.from({ length: 70 }, (_, i) => meta(key(100 + i), '')),
  );

  test('signatures come after the size and before all else', () => {
    bank.verifySignatures = true;
    expect(send(compile([transfer(PAYER, ALICE, SOL)])).error).toBeNull();
    expect(send(compile([transfer(PAYER, ALICE, SOL)]), true).error).toBe('SignatureFailure');
    expect(send(compile([badBudget]), true).error).toBe('SignatureFailure');
    const long = { ...transfer(PAYER, ALICE, SOL), data: new Uint8Array(1300) };
    expect(send(compile([long]), true).error).toBe('SanitizeFailure');
    const twice = { ...compile([transfer(PAYER, ALICE, SOL)]), accountKeys: [PAYER, PAYER, ids.SYSTEM_PROGRAM_ID] };
    expect(send(twice, true).error).toBe('SignatureFailure');
    expect(send(twice).error).toBe('AccountLoadedTwice');
  });

  test('an ill-formed budget comes before lookup tables, a bad value after locks', () => {
    const lookupTables = [{ address: key(90), addresses: [ALICE] }];
    expect(errorOf([transfer(PAYER, ALICE, SOL), badBudget], { lookupTables })).toEqual({
      InstructionError: [1, 'InvalidInstructionData'],
    });
    expect(errorOf([transfer(PAYER, ALICE, SOL), dataSizeLimit(0)], { lookupTables })).toBe(
      'AddressLookupTableNotFound',
    );
    expect(errorOf([manyAccounts, dataSizeLimit(0)])).toBe('SanitizeFailure');
  });

  test('the limit of locks comes before duplicates', () => {
    bank.rules = { ...AGAVE_RULES, enforcePacketSize: false };
    const sent = compile([manyAccounts]);
    const accountKeys = [...sent.accountKeys];
    accountKeys[20] = accountKeys[10];
    expect(send({ ...sent, accountKeys }).error).toBe('TooManyAccountLocks');
  });

  test('a bad value comes before the blockhash', () => {
    expect(errorOf([dataSizeLimit(0)], { recentBlockhash: new Uint8Array(32) })).toBe(
      'InvalidLoadedAccountsDataSizeLimit',
    );
    expect(errorOf([transfer(PAYER, ALICE, SOL)], { recentBlockhash: new Uint8Array(32) })).toBe('BlockhashNotFound');
  });
});

test('an older blockhash dates a transaction too, and a message is processed once', () => {
  const recentBlockhash = bank.recentBlockhashes[1];
  expect(errorOf([transfer(PAYER, ALICE, SOL)], { recentBlockhash })).toBeNull();
  expect(errorOf([transfer(PAYER, ALICE, SOL)], { recentBlockhash })).toBe('AlreadyProcessed');
});

describe('a transaction that fails to load', () => {
  test.each([
    ['a program that is not there', STRANGER, undefined, 'ProgramAccountNotFound'],
    ['the native loader', ids.NATIVE_LOADER_ID, undefined, 'ProgramAccountNotFound'],
    ['the instructions sysvar', ids.INSTRUCTIONS_SYSVAR_ID, undefined, 'ProgramAccountNotFound'],
    ['a wallet', STRANGER, {}, 'InvalidProgramForExecution'],
    ['a wallet with the flag', STRANGER, { executable: true }, 'InvalidProgramForExecution'],
  ])('for %s pays its fee', (_, program, account, error) => {
    if (account !== undefined) put(program, account);
    const { outcome, changes } = bank.send(wire(compile([transfer(PAYER, ALICE, SOL), call(program)])));
    expect(outcome).toEqual({ error, fee: 5000n, logs: [], units: 0, returnData: undefined, inner: [] });
    expect(changes.length).toBe(1);
    expect(lamportsOf(PAYER)).toBe(10n * SOL - 5000n);
    expect(errorOf([transfer(PAYER, ALICE, SOL), call(program)])).toBe('AlreadyProcessed');
  });

  test('is found after a payer that can not pay', () => {
    put(PAYER, { lamports: 1n });
    expect(errorOf([dataSizeLimit(1), call(STRANGER)])).toBe('InsufficientFundsForFee');
  });

  test.each([
    ['what was loaded, up to the limit', true, 100],
    ['what is stored of it, before the gate', false, 0],
  ])('reports as its size %s', (_, isActive, size) => {
    if (!isActive) bank.features = bank.features.without('define_ltds_fee_only_semantics');
    bank.changed();
    const message = compile([dataSizeLimit(100)]);
    const prepared = prepareTransaction(createTransaction(message, [new Uint8Array(64)]), bank);
    expect(prepared).toMatchObject({ loadError: 'MaxLoadedAccountsDataSizeExceeded', loadedAccountsDataSize: size });
  });
});

describe('programs', () => {
  test('run without the executable flag', () => {
    put(MEMO, { ...bank.getAccount(MEMO), executable: false });
    expect(errorOf([call(MEMO)])).toBeNull();
  });

  test('count the data of loader v3, once, where it is not listed', () => {
    const program = bank.getAccount(TOKEN_2022)!;
    const dataKey = Pubkey.at(program.data, 4);
    const dataLen = bank.getAccount(dataKey)!.data.length;
    const base = 64 + 64 + 22;
    const exactly = (size: number, accounts: Pubkey[]) => {
      const with_ = (limit: number) => ({
        ...dataSizeLimit(limit),
        accounts: accounts.map((address) => meta(address, '')),
      });
      expect(errorOf([with_(size)]), `${accounts}`).toBeNull();
      expect(errorOf([with_(size - 1)]), `${accounts}`).toBe('MaxLoadedAccountsDataSizeExceeded');
    };
    exactly(base + 64 + 36 + 64 + dataLen, [TOKEN_2022]);
    exactly(base + 64 + 36 + 64 + dataLen, [TOKEN_2022, dataKey]);
    put(STRANGER, program);
    exactly(base + 2 * (64 + 36) + 64 + dataLen, [TOKEN_2022, STRANGER]);
    bank.accounts.delete(dataKey);
    exactly(base + 64 + 36, [TOKEN_2022]);
  });

  test('run from the slot after their deployment on, and not after they were closed', () => {
    const dataKey = Pubkey.at(bank.getAccount(TOKEN_2022)!.data, 4);
    const programData = bank.getAccount(dataKey)!;
    const refused = {
      error: { InstructionError: [0, 'UnsupportedProgramId'] },
      units: 0,
      logs: [
        `Program ${TOKEN_2022} invoke [1]`,
        'Program is not deployed',
        `Program ${TOKEN_2022} failed: Unsupported program id`,
      ],
    };
    // The genesis of LiteSVM deploys in its first slot.
    expect(send(compile([call(TOKEN_2022)]))).toMatchObject(refused);
    const deployedIn = (slot: bigint) => ({
      ...programData,
      data: concatBytes([programData.data.subarray(0, 4), u64(slot), programData.data.subarray(12)]),
    });
    put(dataKey, deployedIn(SLOT - 1n));
    expect(send(compile([call(TOKEN_2022), transfer(PAYER, ALICE, SOL)]))).toMatchObject({
      error: { InstructionError: [0, { Custom: 12 }] },
    });
    put(dataKey, { data: u32(0), owner: ids.BPF_LOADER_UPGRADEABLE_ID });
    expect(send(compile([call(TOKEN_2022), transfer(PAYER, BOB, SOL)]))).toMatchObject(refused);
  });

  test('that do not verify are as good as not deployed', () => {
    put(STRANGER, { owner: ids.BPF_LOADER_ID, executable: true, data: new Uint8Array(200) });
    expect(send(compile([call(STRANGER)])).logs[1]).toBe('Program is not deployed');
  });
});

describe('a durable nonce', () => {
  const NONCE = key(40);
  const VALUE = new Uint8Array(32).fill(5);
  const advance = (authority: Pubkey): Instruction => ({
    programAddress: ids.SYSTEM_PROGRAM_ID,
    accounts: [meta(NONCE, 'w'), meta(ids.RECENT_BLOCKHASHES_ID, ''), meta(authority, 's')],
    data: u32(4),
  });
  const nonceOf = (address: Pubkey) => bank.getAccount(address)?.data.subarray(40, 72);
  const next = () => durableNonceFromBlockhash(bank.latestBlockhash);

  beforeEach(() => put(NONCE, { data: concatBytes([u32(1), u32(1), PAYER.bytes, VALUE, u64(5000n)]) }));

  test.each([
    ['succeeds', [transfer(PAYER, ALICE, SOL)], null],
    ['fails', [transfer(PAYER, ALICE, 100n * SOL)], { InstructionError: [1, { Custom: 1 }] }],
    ['fails to load', [call(STRANGER)], 'ProgramAccountNotFound'],
  ])('advances to the bank’s blockhash where the transaction %s', (_, rest, error) => {
    const more = { recentBlockhash: VALUE };
    expect(errorOf([advance(PAYER), ...rest], more)).toEqual(error);
    expect(nonceOf(NONCE)).toEqual(next());
    expect(errorOf([advance(PAYER), ...rest], more)).toBe('BlockhashNotFound');
  });

  test('that pays is debited and advanced by a failure', () => {
    put(NONCE, { data: concatBytes([u32(1), u32(1), NONCE.bytes, VALUE, u64(5000n)]) });
    const sent = compile([advance(NONCE), call(STRANGER)], { feePayer: NONCE, recentBlockhash: VALUE });
    const { outcome, changes } = bank.send(wire(sent));
    expect(outcome.error).toBe('ProgramAccountNotFound');
    expect(changes.length).toBe(1);
    expect(nonceOf(NONCE)).toEqual(next());
    expect(lamportsOf(NONCE)).toBe(SOL - 5000n);
  });

  test('is not needed under a recent blockhash, and not advanced by a failure there', () => {
    expect(errorOf([advance(PAYER), transfer(PAYER, ALICE, 100n * SOL)])).toEqual({
      InstructionError: [1, { Custom: 1 }],
    });
    expect(nonceOf(NONCE)).toEqual(VALUE);
  });
});

test('balances that do not add up end a transaction', () => {
  // No program can do this through the setters; a builtin with a bug could.
  const forger: BuiltinProgram = {
    name: 'forger',
    process: (context) => {
      context.consume(1);
      const account = context.transaction.accounts[context.current.accounts[0].indexInTransaction];
      account.lamports += 1n;
      account.version++;
    },
  };
  bank.builtins = new PubkeyMap<BuiltinProgram>();
  for (const [id, program] of BUILTINS) bank.builtins.set(id, program);
  bank.builtins.set(STRANGER, forger);
  bank.changed();
  put(STRANGER, { owner: ids.NATIVE_LOADER_ID, executable: true });
  put(ALICE, {});
  expect(errorOf([call(STRANGER, [meta(ALICE, 'w')])])).toBe('UnbalancedTransaction');
  bank.rules = { ...AGAVE_RULES, checkLamportSum: false };
  bank.changed();
  expect(errorOf([call(STRANGER, [meta(ALICE, 'w')]), transfer(PAYER, BOB, SOL)])).toBeNull();
});

test('a prepared transaction runs again with the same outcome', () => {
  const message = compile([transfer(PAYER, ALICE, SOL), transfer(ALICE, BOB, SOL / 2n)]);
  const prepared = prepareTransaction(createTransaction(message, [new Uint8Array(64), new Uint8Array(64)]), bank);
  if (prepared.status !== 'prepared') throw new Error(`${prepared.error}`);
  const events: string[] = [];
  const first = executeTransaction(prepared);
  const second = executeTransaction(prepared, { on: (event) => void events.push(event.type) });
  expect(fieldsOf(second)).toEqual(fieldsOf(first));
  expect(first.error).toBeUndefined();
  expect(events).toEqual([
    'transactionStart',
    'enter',
    'log',
    'log',
    'exit',
    'enter',
    'log',
    'log',
    'exit',
    'transactionEnd',
  ]);
  expect(lamportsOf(PAYER)).toBe(10n * SOL);
});
