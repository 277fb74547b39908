// Every check around a transaction, against LiteSVM in the same process: `send` runs a transaction on both sides, expects
// the same of both to the byte, and returns what happened. The rows say what that is.

import { ed25519 } from '@noble/curves/ed25519.js';
import internal from 'litesvm/dist/internal.js';
import { describe, expect, test } from 'vitest';
import { u32, u64 } from '../../test/support/bytes.ts';
import { Script } from '../../test/support/cpi-driver.ts';
import { CALLEE, Stage } from '../../test/support/cpi-stage.ts';
import { Oracle, type OracleOptions } from '../../test/support/litesvm-oracle.ts';
import type { Account } from '../wire/account.ts';
import { concatBytes } from '../wire/bytes.ts';
import type { VersionedMessage } from '../wire/message.ts';
import { type CompileMessageInput, compileMessage, type Instruction } from '../wire/message-compiler.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { createTransaction, encodeTransaction } from '../wire/transaction.ts';
import type { TransactionError } from '../wire/transaction-error.ts';
import * as ids from './addresses.ts';
import { durableNonceFromBlockhash } from './nonce.ts';

const SOL = 1_000_000_000n;
const EMPTY_MINIMUM = 890_880n;
const NONCE_MINIMUM = 1_447_680n;

const key = (i: number, j = 0): Pubkey => new Pubkey(new Uint8Array(32).fill(i).fill(j, 1, 2));
const PAYER = key(1);
const ALICE = key(2);
const BOB = key(3);
const STRANGER = key(77);

const meta = (address: Pubkey, flags: '' | 's' | 'w' | 'sw') => ({
  address,
  isSigner: flags.includes('s'),
  isWritable: flags.includes('w'),
});

function systemInstruction(
  tag: number,
  data: readonly Uint8Array[],
  ...accounts: ReturnType<typeof meta>[]
): Instruction {
  return { programAddress: ids.SYSTEM_PROGRAM_ID, accounts, data: concatBytes([u32(tag), ...data]) };
}

const transfer = (from: Pubkey, to: Pubkey, lamports: bigint) =>
  systemInstruction(2, [u64(lamports)], meta(from, 'sw'), meta(to, 'w'));
const assign = (account: Pubkey, owner: Pubkey) => systemInstruction(1, [owner.bytes], meta(account, 'sw'));
const allocate = (account: Pubkey, space: bigint) => systemInstruction(8, [u64(space)], meta(account, 'sw'));
const advanceNonce = (nonce: Pubkey, authority: Pubkey) =>
  systemInstruction(4, [], meta(nonce, 'w'), meta(ids.RECENT_BLOCKHASHES_ID, ''), meta(authority, 's'));

const budget = (...bytes: readonly (number | Uint8Array)[]): Instruction => ({
  programAddress: ids.COMPUTE_BUDGET_ID,
  data: concatBytes(bytes.map((part) => (typeof part === 'number' ? Uint8Array.of(part) : part))),
});
const heapFrame = (bytes: number) => budget(1, u32(bytes));
const unitLimit = (units: number) => budget(2, u32(units));
const unitPrice = (microLamports: bigint) => budget(3, u64(microLamports));
const dataSizeLimit = (bytes: number) => budget(4, u32(bytes));

/** Calls a program with nothing. */
const call = (programAddress: Pubkey, data: Uint8Array = new Uint8Array(0)): Instruction => ({ programAddress, data });

/** Two sides with a rich payer. */
function richOracle(options?: OracleOptions): Oracle {
  const oracle = Oracle.shared(options);
  oracle.setAccount(PAYER, { lamports: 10n * SOL });
  return oracle;
}

function compile(
  oracle: Oracle,
  instructions: readonly Instruction[],
  more: Partial<CompileMessageInput> = {},
): VersionedMessage {
  return compileMessage({ feePayer: PAYER, recentBlockhash: oracle.blockhash, instructions, ...more });
}

const failed = (index: number, error: string | number): TransactionError =>
  ({ InstructionError: [index, typeof error === 'number' ? { Custom: error } : error] }) as TransactionError;

describe('a transfer', () => {
  test.each(['legacy', 0, 1] as const)('in a message of version %s', (version) => {
    const oracle = richOracle();
    const config = { computeUnitLimit: 1000, loadedAccountsDataSizeLimit: 100_000, priorityFee: 7n };
    const instructions = [transfer(PAYER, ALICE, SOL), transfer(PAYER, BOB, SOL), transfer(PAYER, PAYER, 1n)];
    const { error, fee, units } = oracle.send(
      compile(oracle, instructions, { version, ...(version === 1 && { config }) }),
    );
    expect({ error, fee, units }).toEqual({ error: null, fee: version === 1 ? 5007n : 5000n, units: 450 });
  });

  test('of more than there is fails and costs the fee', () => {
    const oracle = richOracle();
    const { error } = oracle.send(compile(oracle, [transfer(PAYER, ALICE, SOL), transfer(PAYER, BOB, 100n * SOL)]));
    expect(error).toEqual(failed(1, 1));
    expect(oracle.bank.getAccount(PAYER)?.lamports).toBe(10n * SOL - 5000n);
  });

  test('no instruction at all is a transaction', () => {
    const oracle = richOracle();
    expect(oracle.send(compile(oracle, []))).toMatchObject({ error: null, fee: 5000n, units: 0, inner: [] });
  });

  test('stored rent epochs of exempt accounts that may be written become the maximum', () => {
    const oracle = richOracle();
    oracle.setAccount(PAYER, { lamports: 10n * SOL, rentEpoch: 3n });
    oracle.setAccount(ALICE, { lamports: SOL, rentEpoch: 3n });
    oracle.setAccount(BOB, { lamports: SOL, rentEpoch: 3n });
    oracle.setAccount(STRANGER, { lamports: 1n, rentEpoch: 3n });
    const others = { ...call(ids.COMPUTE_BUDGET_ID, u32(0)), accounts: [meta(BOB, ''), meta(STRANGER, 'w')] };
    oracle.send(compile(oracle, [transfer(PAYER, ALICE, 1n), { ...others, data: heapFrame(32768).data! }]));
    expect(oracle.bank.getAccount(ALICE)?.rentEpoch).toBe(0xffff_ffff_ffff_ffffn);
    oracle.setAccount(PAYER, { lamports: 10n * SOL, rentEpoch: 3n });
    oracle.send(compile(oracle, [transfer(PAYER, BOB, 100n * SOL)]));
    expect(oracle.bank.getAccount(PAYER)?.rentEpoch).toBe(3n);
  });
});

describe('compute budget instructions', () => {
  const rows: [title: string, instructions: Instruction[], error: TransactionError | null][] = [
    ['empty data', [budget()], failed(0, 'InvalidInstructionData')],
    ['the unused tag', [budget(0, u32(1))], failed(0, 'InvalidInstructionData')],
    ['an unknown tag', [transfer(PAYER, ALICE, SOL), budget(5, u64(1n))], failed(1, 'InvalidInstructionData')],
    ['an argument cut short', [budget(3, u32(1), 0, 0, 0)], failed(0, 'InvalidInstructionData')],
    ['bytes behind the argument', [budget(2, u32(1000), 9, 9)], null],
    ['the smallest heap', [heapFrame(32 * 1024)], null],
    ['the largest heap', [heapFrame(256 * 1024)], null],
    ['a heap too small', [unitLimit(1), heapFrame(31 * 1024)], failed(1, 'InvalidInstructionData')],
    ['a heap too large', [heapFrame(257 * 1024)], failed(0, 'InvalidInstructionData')],
    ['a heap of no whole KiB', [heapFrame(32 * 1024 + 1)], failed(0, 'InvalidInstructionData')],
    ['two heaps', [heapFrame(40960), heapFrame(40960)], { DuplicateInstruction: 1 }],
    ['two limits', [unitLimit(1), transfer(PAYER, ALICE, SOL), unitLimit(1)], { DuplicateInstruction: 2 }],
    ['two prices', [unitPrice(1n), unitPrice(1n)], { DuplicateInstruction: 1 }],
    ['two sizes', [dataSizeLimit(1), dataSizeLimit(1)], { DuplicateInstruction: 1 }],
    ['a duplicate is found before a bad heap', [heapFrame(1), heapFrame(1)], { DuplicateInstruction: 1 }],
    [
      'a bad heap is found before a size of zero',
      [dataSizeLimit(0), heapFrame(1)],
      failed(1, 'InvalidInstructionData'),
    ],
    ['a size of zero', [dataSizeLimit(0)], 'InvalidLoadedAccountsDataSizeLimit'],
    ['the largest size there is', [dataSizeLimit(0xffff_ffff)], null],
    ['a limit of zero', [unitLimit(0)], failed(0, 'ComputationalBudgetExceeded')],
    [
      'a limit that ends within the transaction',
      [unitLimit(299), call(ids.SYSTEM_PROGRAM_ID, u32(2))],
      failed(1, 'ComputationalBudgetExceeded'),
    ],
    ['the most units', [unitLimit(0xffff_ffff)], null],
    ['a price that the payer lacks', [unitPrice(0xffff_ffff_ffff_ffffn)], 'InsufficientFundsForFee'],
  ];
  test.each(rows)('%s', (_, instructions, error) => {
    const oracle = richOracle();
    expect(oracle.send(compile(oracle, instructions)).error).toEqual(error);
  });

  test.each([
    [1n, 5001n],
    [1_000_000n, 5777n],
    [1_000_001n, 5778n],
  ])('a price of %s micro-lamports for 777 units makes a fee of %s', (price, fee) => {
    const oracle = richOracle();
    expect(oracle.send(compile(oracle, [unitPrice(price), unitLimit(777)])).fee).toBe(fee);
  });

  // At a lamport a unit, the fee shows the limit.
  test.each([
    ['System', ids.SYSTEM_PROGRAM_ID, 3_000n],
    ['loader v3', ids.BPF_LOADER_UPGRADEABLE_ID, 3_000n],
    ['loader v2', ids.BPF_LOADER_ID, 3_000n],
    ['loader v1', ids.BPF_LOADER_DEPRECATED_ID, 3_000n],
    ['secp256k1', ids.SECP256K1_ID, 3_000n],
    ['ed25519', ids.ED25519_ID, 3_000n],
    ['secp256r1', ids.SECP256R1_ID, 200_000n],
    ['vote', ids.VOTE_PROGRAM_ID, 200_000n],
    ['ZK ElGamal proof', ids.ZK_ELGAMAL_PROOF_ID, 200_000n],
    ['stake', ids.STAKE_PROGRAM_ID, 200_000n],
    ['address lookup table', ids.ADDRESS_LOOKUP_TABLE_ID, 200_000n],
    ['memo', Pubkey.fromBase58('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'), 200_000n],
    ['an account that is no program', STRANGER, 200_000n],
  ])('%s adds to the default limit', (_, program, units) => {
    const oracle = Oracle.shared();
    // Too little for the fee: nothing runs, so that programs of other authors don't matter here.
    oracle.setAccount(PAYER, { lamports: 1n });
    const { error, fee } = oracle.send(compile(oracle, [unitPrice(1_000_000n), call(program)]));
    expect({ error, fee }).toEqual({ error: 'InsufficientFundsForFee', fee: 5000n + 3000n + units });
  });

  test('the default limit is capped', () => {
    const oracle = Oracle.shared();
    oracle.setAccount(PAYER, { lamports: 1n });
    const calls = Array.from({ length: 8 }, () => call(STRANGER));
    expect(oracle.send(compile(oracle, [unitPrice(1_000_000n), ...calls])).fee).toBe(1_405_000n);
  });

  test('with vote among the cheap programs again', () => {
    const oracle = Oracle.shared({ without: ['bls_pubkey_management_in_vote_account'] });
    oracle.setAccount(PAYER, { lamports: 1n });
    expect(oracle.send(compile(oracle, [unitPrice(1_000_000n), call(ids.VOTE_PROGRAM_ID)])).fee).toBe(11_000n);
  });
});

describe('the config of a v1 message', () => {
  const size = { loadedAccountsDataSizeLimit: 1_000_000 };
  const rows: [
    string,
    NonNullable<CompileMessageInput['config']>,
    Instruction[],
    TransactionError | null,
    fee: bigint,
  ][] = [
    ['without a size, nothing fits', { computeUnitLimit: 1000 }, [], 'MaxLoadedAccountsDataSizeExceeded', 5000n],
    [
      'without a limit, nothing runs',
      size,
      [transfer(PAYER, ALICE, SOL)],
      failed(0, 'ComputationalBudgetExceeded'),
      5000n,
    ],
    ['a limit', { ...size, computeUnitLimit: 150 }, [transfer(PAYER, ALICE, SOL)], null, 5000n],
    ['a priority fee in lamports', { ...size, priorityFee: 123n }, [], null, 5123n],
    [
      'more than the payer has',
      { ...size, priorityFee: 100n * SOL },
      [],
      'InsufficientFundsForFee',
      100n * SOL + 5000n,
    ],
    ['a heap', { ...size, heapSize: 64 * 1024 }, [], null, 5000n],
    [
      'compute budget instructions mean nothing',
      { ...size, computeUnitLimit: 450 },
      [budget(), unitPrice(1_000_000n), unitPrice(1n)],
      null,
      5000n,
    ],
  ];
  test.each(rows)('%s', (_, config, instructions, error, fee) => {
    const oracle = richOracle();
    const outcome = oracle.send(compile(oracle, instructions, { version: 1, config }));
    expect({ error: outcome.error, fee: outcome.fee }).toEqual({ error, fee });
  });
});

/** The data of a nonce account. */
function nonceData(
  options: { version?: number; state?: number; authority?: Pubkey; nonce?: Uint8Array } = {},
): Uint8Array {
  const { version = 1, state = 1, authority = PAYER, nonce = new Uint8Array(32).fill(5) } = options;
  return concatBytes([u32(version), u32(state), authority.bytes, nonce, u64(5000n)]);
}

describe('a fee payer', () => {
  const relaxed = ['relax_post_exec_min_balance_check'];
  const rows: [title: string, account: Partial<Account> | undefined, error: TransactionError | null][] = [
    ['that is not there', undefined, 'AccountNotFound'],
    ['with the fee to the lamport', { lamports: 5000n }, null],
    ['with a lamport less', { lamports: 4999n }, 'InsufficientFundsForFee'],
    ['left with a lamport', { lamports: 5001n }, { InsufficientFundsForRent: { account_index: 0 } }],
    ['left with the minimum', { lamports: EMPTY_MINIMUM + 5000n }, null],
    [
      'left with a lamport under the minimum',
      { lamports: EMPTY_MINIMUM + 4999n },
      { InsufficientFundsForRent: { account_index: 0 } },
    ],
    [
      'that stays under the minimum',
      { lamports: EMPTY_MINIMUM - 1n },
      { InsufficientFundsForRent: { account_index: 0 } },
    ],
    ['of another owner', { lamports: SOL, owner: STRANGER }, 'InvalidAccountForFee'],
    ['with data', { lamports: SOL, data: new Uint8Array(1) }, 'InvalidAccountForFee'],
    ['with 80 bytes that are no nonce', { lamports: SOL, data: new Uint8Array(80) }, 'InvalidAccountForFee'],
    ['that is a nonce', { lamports: SOL, data: nonceData() }, null],
    ['that is a nonce of the old version', { lamports: SOL, data: nonceData({ version: 0 }) }, null],
    [
      'that is a nonce of an unknown version',
      { lamports: SOL, data: nonceData({ version: 2 }) },
      'InvalidAccountForFee',
    ],
    ['that is an uninitialized nonce', { lamports: SOL, data: nonceData({ state: 0 }) }, 'InvalidAccountForFee'],
    ['a nonce and a byte', { lamports: SOL, data: new Uint8Array(81).fill(1, 0, 1) }, 'InvalidAccountForFee'],
    ['a nonce that keeps its minimum', { lamports: NONCE_MINIMUM + 5000n, data: nonceData() }, null],
    ['a nonce that would not', { lamports: NONCE_MINIMUM + 4999n, data: nonceData() }, 'InsufficientFundsForFee'],
    ['a nonce with just the fee', { lamports: 5000n, data: nonceData() }, 'InsufficientFundsForFee'],
  ];
  test.each(rows)('%s', (_, account, error) => {
    const oracle = Oracle.shared();
    if (account !== undefined) oracle.setAccount(PAYER, account);
    expect(oracle.send(compile(oracle, []))).toMatchObject({ error, fee: 5000n });
  });

  test.each(rows)('%s, by the older rule of rent', (_, account) => {
    const oracle = Oracle.shared({ without: relaxed });
    if (account !== undefined) oracle.setAccount(PAYER, account);
    oracle.send(compile(oracle, []));
  });

  test('whose last lamports went into a failure is an empty account still', () => {
    const oracle = Oracle.shared();
    oracle.setAccount(PAYER, { lamports: 5000n });
    expect(oracle.send(compile(oracle, [transfer(PAYER, ALICE, 1n)])).error).toEqual(failed(0, 1));
    expect(oracle.bank.getAccount(PAYER)?.lamports).toBe(0n);
    oracle.setAccount(BOB, { lamports: SOL });
    const more = { feePayer: BOB };
    expect(oracle.send(compile(oracle, [dataSizeLimit(64 + 22 + 64), transfer(PAYER, ALICE, 1n)], more)).error).toBe(
      'MaxLoadedAccountsDataSizeExceeded',
    );
    expect(oracle.send(compile(oracle, [transfer(PAYER, ALICE, 0n)])).error).toBe('AccountNotFound');
    expect(oracle.send(compile(oracle, [transfer(BOB, PAYER, 10_000n)], more)).error).toEqual({
      InsufficientFundsForRent: { account_index: 1 },
    });
    expect(oracle.send(compile(oracle, [transfer(PAYER, BOB, 0n)], more)).error).toBeNull();
    expect(oracle.bank.getAccount(PAYER)).toBeUndefined();
  });

  test.each([[5000n], [EMPTY_MINIMUM + 5000n], [EMPTY_MINIMUM - 1n], [6000n]])(
    'with %s lamports that gets some back, by both rules of rent',
    (lamports) => {
      for (const without of [[], relaxed]) {
        for (const back of [1n, 1000n, 5000n, 6000n, EMPTY_MINIMUM - 1n, EMPTY_MINIMUM, SOL]) {
          const oracle = Oracle.shared({ without });
          oracle.setAccount(PAYER, { lamports });
          oracle.setAccount(ALICE, { lamports: 10n * SOL });
          oracle.send(compile(oracle, [transfer(ALICE, PAYER, back)]));
        }
      }
    },
  );

  test('pays for each signature, those of precompiles too', () => {
    const oracle = Oracle.shared();
    oracle.setAccount(PAYER, { lamports: 1n });
    const rows: [Instruction[], bigint][] = [
      [[transfer(ALICE, BOB, 1n)], 10_000n],
      [[call(ids.ED25519_ID, Uint8Array.of(3, 0))], 20_000n],
      [[call(ids.SECP256K1_ID, Uint8Array.of(255))], 1_280_000n],
      [[call(ids.SECP256R1_ID, Uint8Array.of(1)), call(ids.ED25519_ID, Uint8Array.of(1))], 15_000n],
      [[call(ids.ED25519_ID)], 5_000n],
    ];
    for (const [instructions, fee] of rows) {
      expect(oracle.send(compile(oracle, instructions))).toMatchObject({ error: 'InsufficientFundsForFee', fee });
    }
  });
});

describe('an account below its minimum', () => {
  const low = EMPTY_MINIMUM - 1000n;
  const rent = (index: number): TransactionError => ({ InsufficientFundsForRent: { account_index: index } });
  const rows: [
    title: string,
    alice: Partial<Account>,
    Instruction[],
    relaxed: TransactionError | null,
    strict: TransactionError | null,
  ][] = [
    ['may not be made', {}, [transfer(PAYER, ALICE, low)], rent(1), rent(1)],
    ['may be what it was', { lamports: low }, [transfer(ALICE, ALICE, 1n)], null, null],
    ['may be credited, but for the older rule', { lamports: low }, [transfer(PAYER, ALICE, 1n)], null, rent(1)],
    ['may be made exempt', { lamports: low }, [transfer(PAYER, ALICE, 1000n)], null, null],
    ['may not be debited, but for the older rule', { lamports: low }, [transfer(ALICE, PAYER, 1n)], rent(1), null],
    ['may be emptied', { lamports: low }, [transfer(ALICE, PAYER, low)], null, null],
    [
      'may not be what an exempt one turns into',
      { lamports: SOL },
      [transfer(ALICE, PAYER, SOL - low)],
      rent(1),
      rent(1),
    ],
    ['may not grow', { lamports: low }, [allocate(ALICE, 1n)], rent(1), rent(1)],
    ['may not be grown into', { lamports: EMPTY_MINIMUM }, [allocate(ALICE, 1n)], rent(1), rent(1)],
    ['may not change its owner, but for the older rule', { lamports: low }, [assign(ALICE, STRANGER)], rent(1), null],
    [
      'may be credited to exempt with another owner',
      { lamports: low },
      [transfer(PAYER, ALICE, 1000n), assign(ALICE, STRANGER)],
      null,
      null,
    ],
    [
      'may be debited and credited again',
      { lamports: low },
      [transfer(ALICE, PAYER, 5n), transfer(PAYER, ALICE, 5n)],
      null,
      null,
    ],
  ];
  test.each(rows)('%s', (_, alice, instructions, relaxed, strict) => {
    for (const [without, error] of [
      [[], relaxed],
      [['relax_post_exec_min_balance_check'], strict],
    ] as const) {
      const oracle = richOracle({ without });
      oracle.setAccount(ALICE, alice);
      expect(oracle.send(compile(oracle, instructions)).error, without.join()).toEqual(error);
    }
  });

  test('is the incinerator, which may be', () => {
    const oracle = richOracle();
    expect(oracle.send(compile(oracle, [transfer(PAYER, ids.INCINERATOR_ID, 1n)])).error).toBeNull();
  });

  test('is found at the lowest index', () => {
    const oracle = richOracle();
    const { error } = oracle.send(compile(oracle, [transfer(PAYER, BOB, 2n), transfer(PAYER, ALICE, 1n)]));
    expect(error).toEqual(rent(1));
  });
});

describe('a durable nonce', () => {
  const NONCE = key(40);
  const VALUE = new Uint8Array(32).fill(5);

  function nonceOracle(account: Partial<Account> = {}): Oracle {
    const oracle = richOracle();
    oracle.setAccount(NONCE, { lamports: NONCE_MINIMUM, data: nonceData(), ...account });
    oracle.setAccount(ALICE, { lamports: SOL });
    return oracle;
  }
  const message = (instructions: Instruction[], more: Partial<CompileMessageInput> = {}) =>
    compileMessage({ feePayer: PAYER, recentBlockhash: VALUE, instructions, ...more });

  test('dates a transaction, once', () => {
    const oracle = nonceOracle();
    const sent = message([advanceNonce(NONCE, PAYER), transfer(PAYER, BOB, SOL)]);
    expect(oracle.send(sent).error).toBeNull();
    expect(oracle.bank.getAccount(NONCE)?.data.subarray(40, 72)).toEqual(durableNonceFromBlockhash(VALUE));
    expect(oracle.send(sent).error).toBe('BlockhashNotFound');
  });

  test('is not advanced by a transaction that fails', () => {
    const oracle = nonceOracle();
    const { error } = oracle.send(message([advanceNonce(NONCE, PAYER), transfer(PAYER, BOB, 100n * SOL)]));
    expect(error).toEqual(failed(1, 1));
    expect(oracle.bank.getAccount(NONCE)?.data.subarray(40, 72)).toEqual(VALUE);
  });

  test('may be in the account that pays', () => {
    const oracle = nonceOracle({ lamports: SOL, data: nonceData({ authority: NONCE }) });
    const more = { feePayer: NONCE };
    expect(oracle.send(message([advanceNonce(NONCE, NONCE), transfer(ALICE, BOB, 100n * SOL)], more)).error).toEqual(
      failed(1, 1),
    );
    expect(oracle.send(message([advanceNonce(NONCE, NONCE)], more)).error).toBeNull();
  });

  const rows: [title: string, account: Partial<Account>, VersionedMessage, TransactionError | null][] = [
    [
      'with an authority that is another signer',
      { data: nonceData({ authority: ALICE }) },
      message([advanceNonce(NONCE, ALICE)]),
      null,
    ],
    [
      'whose authority signs elsewhere only',
      { data: nonceData({ authority: ALICE }) },
      message([advanceNonce(NONCE, PAYER), transfer(ALICE, BOB, 1n)]),
      'BlockhashNotFound',
    ],
    [
      'of another value',
      { data: nonceData({ nonce: new Uint8Array(32) }) },
      message([advanceNonce(NONCE, PAYER)]),
      'BlockhashNotFound',
    ],
    [
      'of the old version',
      { data: nonceData({ version: 0 }) },
      message([advanceNonce(NONCE, PAYER)]),
      'BlockhashNotFound',
    ],
    [
      'that is uninitialized',
      { data: nonceData({ state: 0 }) },
      message([advanceNonce(NONCE, PAYER)]),
      'BlockhashNotFound',
    ],
    ['of another owner', { owner: STRANGER }, message([advanceNonce(NONCE, PAYER)]), 'BlockhashNotFound'],
    ['that is not there', { lamports: 0n }, message([advanceNonce(NONCE, PAYER)]), 'BlockhashNotFound'],
    [
      'in an account longer than it needs',
      { lamports: SOL, data: concatBytes([nonceData(), u64(0n)]) },
      message([advanceNonce(NONCE, PAYER)]),
      null,
    ],
    [
      'in an account too short',
      { data: nonceData().subarray(0, 79) },
      message([advanceNonce(NONCE, PAYER)]),
      'BlockhashNotFound',
    ],
    [
      'advanced by the second instruction',
      {},
      message([transfer(PAYER, BOB, SOL), advanceNonce(NONCE, PAYER)]),
      'BlockhashNotFound',
    ],
    [
      'that is readonly',
      {},
      message([{ ...advanceNonce(NONCE, PAYER), accounts: [meta(NONCE, ''), meta(PAYER, 's')] }]),
      'BlockhashNotFound',
    ],
    ['with no account named', {}, message([systemInstruction(4, [])]), 'BlockhashNotFound'],
    [
      'with another tag',
      {},
      message([systemInstruction(5, [u64(1n)], meta(NONCE, 'w'), meta(PAYER, 's'))]),
      'BlockhashNotFound',
    ],
    [
      'with bytes behind the tag',
      {},
      message([{ ...advanceNonce(NONCE, PAYER), data: concatBytes([u32(4), u64(9n)]) }]),
      null,
    ],
    [
      'with a tag cut short',
      {},
      message([{ ...advanceNonce(NONCE, PAYER), data: Uint8Array.of(4, 0, 0) }]),
      'BlockhashNotFound',
    ],
    [
      'advanced by another program',
      {},
      message([{ ...advanceNonce(NONCE, PAYER), programAddress: STRANGER }]),
      'BlockhashNotFound',
    ],
    ['with no instruction at all', {}, message([]), 'BlockhashNotFound'],
    [
      'that a lookup table names',
      {},
      message([advanceNonce(NONCE, PAYER)], { lookupTables: [{ address: key(90), addresses: [NONCE] }] }),
      'BlockhashNotFound',
    ],
  ];
  test.each(rows)('%s', (_, account, sent, error) => {
    const oracle = nonceOracle(account);
    oracle.setAccount(key(90), lookupTable([NONCE]));
    expect(oracle.send(sent).error).toEqual(error);
  });

  test('that the latest blockhash would give can not be advanced', () => {
    const oracle = nonceOracle();
    const next = durableNonceFromBlockhash(oracle.blockhash);
    oracle.setAccount(NONCE, { lamports: NONCE_MINIMUM, data: nonceData({ nonce: next }) });
    const sent = message([advanceNonce(NONCE, PAYER)], { recentBlockhash: next });
    expect(oracle.send(sent).error).toBe('BlockhashNotFound');
    oracle.expireBlockhash();
    expect(oracle.send(sent).error).toBeNull();
  });

  test('is advanced in an ordinary transaction too', () => {
    const oracle = nonceOracle();
    expect(oracle.send(compile(oracle, [advanceNonce(NONCE, PAYER)])).error).toBeNull();
    expect(oracle.send(compile(oracle, [advanceNonce(NONCE, PAYER)])).error).toEqual(failed(0, 7));
  });

  test('without a check of blockhashes is made from whatever the transaction has', () => {
    const oracle = richOracle({ blockhashCheck: false });
    oracle.setAccount(NONCE, { lamports: NONCE_MINIMUM, data: nonceData() });
    expect(oracle.send(message([advanceNonce(NONCE, PAYER)], { recentBlockhash: key(9).bytes })).error).toBeNull();
  });
});

describe('a blockhash', () => {
  test('is the latest one or unknown', () => {
    const oracle = richOracle();
    const old = compile(oracle, [transfer(PAYER, ALICE, SOL)]);
    oracle.expireBlockhash();
    expect(oracle.send(old).error).toBe('BlockhashNotFound');
    expect(oracle.send(compile(oracle, [transfer(PAYER, ALICE, SOL)])).error).toBeNull();
  });

  test('is checked before compute budget instructions and after locks', () => {
    const oracle = richOracle();
    const recentBlockhash = new Uint8Array(32);
    expect(oracle.send(compile(oracle, [budget()], { recentBlockhash })).error).toBe('BlockhashNotFound');
    const twice = compile(oracle, [transfer(PAYER, ALICE, SOL)], { recentBlockhash });
    expect(oracle.send({ ...twice, accountKeys: [PAYER, PAYER, ids.SYSTEM_PROGRAM_ID] }).error).toBe(
      'AccountLoadedTwice',
    );
  });
});

/** An address lookup table. */
function lookupTable(
  addresses: readonly Pubkey[],
  options: { tag?: number; deactivation?: bigint; extended?: bigint; start?: number } = {},
): Account {
  const { tag = 1, deactivation = 0xffff_ffff_ffff_ffffn, extended = 0n, start = 0 } = options;
  const head = concatBytes([u32(tag), u64(deactivation), u64(extended), Uint8Array.of(start, 0), new Uint8Array(34)]);
  const data = concatBytes([head, ...addresses.map((address) => address.bytes)]);
  return {
    lamports: SOL,
    data,
    owner: ids.ADDRESS_LOOKUP_TABLE_ID,
    executable: false,
    rentEpoch: 0xffff_ffff_ffff_ffffn,
  };
}

describe('a lookup table', () => {
  const TABLE = key(90);
  const SLOT = 447_552_000n;
  const good = lookupTable([ALICE, BOB]);
  const rows: [title: string, account: Partial<Account>, TransactionError | null][] = [
    ['of two addresses', good, null],
    ['that is not there', { lamports: 0n }, 'AddressLookupTableNotFound'],
    ['of another owner', { ...good, owner: STRANGER }, 'InvalidAddressLookupTableOwner'],
    ['that is uninitialized', lookupTable([ALICE, BOB], { tag: 0 }), 'InvalidAddressLookupTableData'],
    ['with an unknown tag', lookupTable([ALICE, BOB], { tag: 2 }), 'InvalidAddressLookupTableData'],
    ['that is too short', { ...good, data: good.data.subarray(0, 55) }, 'InvalidAddressLookupTableData'],
    ['with part of an address', { ...good, data: good.data.subarray(0, 56 + 33) }, 'InvalidAddressLookupTableData'],
    ['without data', { ...good, data: new Uint8Array(0) }, 'InvalidAddressLookupTableData'],
    [
      'with an option that is none',
      { ...good, data: good.data.slice().fill(2, 21, 22) },
      'InvalidAddressLookupTableData',
    ],
    ['without the second address', lookupTable([ALICE]), 'InvalidAddressLookupTableIndex'],
    ['deactivated in this slot', lookupTable([ALICE, BOB], { deactivation: SLOT }), null],
    ['deactivated long ago', lookupTable([ALICE, BOB], { deactivation: 5n }), 'AddressLookupTableNotFound'],
    [
      'deactivated in a slot to come',
      lookupTable([ALICE, BOB], { deactivation: SLOT + 1n }),
      'AddressLookupTableNotFound',
    ],
    [
      'extended in this slot',
      lookupTable([ALICE, BOB], { extended: SLOT, start: 1 }),
      'InvalidAddressLookupTableIndex',
    ],
    [
      'extended in this slot behind what is used',
      lookupTable([ALICE, BOB, STRANGER], { extended: SLOT, start: 2 }),
      null,
    ],
    ['extended in the slot before', lookupTable([ALICE, BOB], { extended: SLOT - 1n, start: 0 }), null],
    [
      'extended from behind its end',
      lookupTable([ALICE, BOB], { extended: SLOT, start: 3 }),
      'InvalidAddressLookupTableData',
    ],
  ];
  test.each(rows)('%s', (_, account, error) => {
    const oracle = richOracle();
    oracle.setAccount(TABLE, account);
    const readsBob = { ...transfer(PAYER, ALICE, SOL) };
    const instructions = [{ ...readsBob, accounts: [...(readsBob.accounts ?? []), meta(BOB, '')] }];
    const sent = compile(oracle, instructions, { lookupTables: [{ address: TABLE, addresses: [ALICE, BOB] }] });
    expect(sent.addressTableLookups).toHaveLength(1);
    expect(oracle.send(sent).error).toEqual(error);
  });

  test('deactivated in a slot of SlotHashes still serves', () => {
    const oracle = richOracle();
    oracle.setAccount(TABLE, lookupTable([ALICE], { deactivation: SLOT }));
    const sent = compile(oracle, [transfer(PAYER, ALICE, SOL)], {
      lookupTables: [{ address: TABLE, addresses: [ALICE] }],
    });
    oracle.warpToSlot(SLOT + 1n);
    expect(oracle.send(sent).error).toBeNull();
  });

  test('puts writable accounts of all tables before readonly ones', () => {
    const oracle = richOracle();
    oracle.setAccount(TABLE, lookupTable([key(50), key(51)]));
    oracle.setAccount(key(91), lookupTable([key(60), key(61)]));
    const accounts = [
      meta(key(51), ''),
      meta(key(61), ''),
      meta(key(60), 'w'),
      meta(key(50), 'w'),
      meta(ids.INSTRUCTIONS_SYSVAR_ID, ''),
    ];
    const transferTo = transfer(PAYER, key(60), SOL);
    const lookupTables = [
      { address: TABLE, addresses: [key(50), key(51)] },
      { address: key(91), addresses: [key(60), key(61)] },
    ];
    const sent = compile(oracle, [{ ...transferTo, accounts: [...(transferTo.accounts ?? []), ...accounts] }], {
      lookupTables,
    });
    expect(oracle.send(sent).error).toBeNull();
    expect(oracle.bank.getAccount(key(60))?.lamports).toBe(SOL);
  });

  test('counts as the largest there can be', () => {
    const oracle = richOracle();
    oracle.setAccount(TABLE, lookupTable([ALICE]));
    const lookupTables = [{ address: TABLE, addresses: [ALICE] }];
    const exact = 8248 + 64 + 64 + 21 + 64 + 22;
    for (const [limit, error] of [
      [exact, null],
      [exact - 1, 'MaxLoadedAccountsDataSizeExceeded'],
      [8248, 'MaxLoadedAccountsDataSizeExceeded'],
      [8247, 'MaxLoadedAccountsDataSizeExceeded'],
    ] as const) {
      expect(
        oracle.send(compile(oracle, [dataSizeLimit(limit), transfer(PAYER, ALICE, SOL)], { lookupTables })).error,
        `${limit}`,
      ).toEqual(error);
      oracle.setAccount(ALICE, { lamports: 0n });
    }
  });

  test('that is too much is found before a payer that is not there', () => {
    const oracle = Oracle.shared();
    oracle.setAccount(TABLE, lookupTable([ALICE]));
    const lookupTables = [{ address: TABLE, addresses: [ALICE] }];
    const send = (limit: number) =>
      oracle.send(compile(oracle, [dataSizeLimit(limit), transfer(PAYER, ALICE, SOL)], { lookupTables })).error;
    expect(send(8247)).toBe('MaxLoadedAccountsDataSizeExceeded');
    expect(send(8248)).toBe('AccountNotFound');
  });
});

test('a budget of the caller replaces what the transaction asks for, but for its fee', () => {
  const oracle = new Oracle();
  oracle.setAccount(PAYER, { lamports: 10n * SOL });
  const budget = new internal.ComputeBudget();
  budget.computeUnitLimit = 400n;
  budget.heapSize = 65_536;
  oracle.svm.setComputeBudget(budget);
  oracle.bank.computeBudgetOverride = { computeUnitLimit: 400, heapSize: 65_536 };
  const instructions = [unitLimit(1_000_000), unitPrice(1_000_000n), heapFrame(32 * 1024), transfer(PAYER, ALICE, SOL)];
  expect(oracle.send(compile(oracle, instructions))).toMatchObject({
    error: failed(2, 'ComputationalBudgetExceeded'),
    fee: 1_005_000n,
    units: 400,
  });
  expect(oracle.send(compile(oracle, [heapFrame(1), transfer(PAYER, ALICE, SOL)])).error).toEqual(
    failed(0, 'InvalidInstructionData'),
  );
});

test('logs end at their limit, or never', () => {
  for (const limit of [0, 1, 60, 61, 200, 10_000, Number.POSITIVE_INFINITY]) {
    const oracle = new Oracle();
    oracle.setAccount(PAYER, { lamports: 10n * SOL });
    oracle.svm.setLogBytesLimit(Number.isFinite(limit) ? BigInt(limit) : undefined);
    oracle.bank.logBytesLimit = limit;
    oracle.bank.changed();
    oracle.send(compile(oracle, [transfer(PAYER, ALICE, SOL), transfer(PAYER, ALICE, SOL), unitLimit(1000)]));
  }
});

describe('locks', () => {
  const many = (count: number): Instruction => ({
    ...transfer(PAYER, ALICE, SOL),
    accounts: [
      ...(transfer(PAYER, ALICE, SOL).accounts ?? []),
      ...Array.from({ length: count }, (_, i) => meta(key(100, i), '')),
    ],
  });

  test.each([
    ['64 accounts', 61, [], null],
    ['65 accounts', 62, [], 'TooManyAccountLocks'],
    ['128 accounts, with the gate for them', 125, ['increase_tx_account_lock_limit'], null],
    ['129 accounts, with the gate for 128', 126, ['increase_tx_account_lock_limit'], 'TooManyAccountLocks'],
  ])('%s', (_, count, features, error) => {
    const oracle = richOracle({ with: features });
    expect(oracle.send(compile(oracle, [many(count)])).error).toEqual(error);
  });

  test('a duplicate is found before the limit', () => {
    const oracle = richOracle();
    const sent = compile(oracle, [many(70)]);
    const accountKeys = [...sent.accountKeys];
    accountKeys[20] = accountKeys[10];
    expect(oracle.send({ ...sent, accountKeys }).error).toBe('AccountLoadedTwice');
  });

  test('a duplicate may come from a lookup table', () => {
    const oracle = richOracle();
    oracle.setAccount(key(90), lookupTable([PAYER]));
    const sent = compile(oracle, [transfer(PAYER, ALICE, SOL)], { version: 0 });
    const lookup = { accountKey: key(90), writableIndexes: Uint8Array.of(0), readonlyIndexes: new Uint8Array(0) };
    expect(oracle.send({ ...sent, addressTableLookups: [lookup] }).error).toBe('AccountLoadedTwice');
  });
});

describe('the size of loaded accounts', () => {
  test.each([
    ['payer, a program and its budget', [], 64 + 64 + 22],
    ['an account with data', [meta(ALICE, '')], 64 + 64 + 22 + 64 + 1000],
    ['an account that is not there', [meta(BOB, 'w')], 64 + 64 + 22],
    ['the instructions sysvar', [meta(ids.INSTRUCTIONS_SYSVAR_ID, '')], 64 + 64 + 22],
    [
      'a program account without its data',
      [meta(Pubkey.fromBase58('TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb'), '')],
      64 + 64 + 22 + 64 + 36,
    ],
  ])('%s', (_, accounts, exact) => {
    const oracle = richOracle();
    oracle.setAccount(ALICE, { lamports: SOL, data: new Uint8Array(1000) });
    for (const [limit, error] of [
      [exact, null],
      [exact - 1, 'MaxLoadedAccountsDataSizeExceeded'],
    ] as const) {
      expect(oracle.send(compile(oracle, [{ ...dataSizeLimit(limit), accounts }])).error).toEqual(error);
    }
  });
});

describe('the form of a message', () => {
  test('more than 64 instructions run up to the 64th', () => {
    const oracle = richOracle();
    const { error, units } = oracle.send(
      compile(
        oracle,
        Array.from({ length: 70 }, () => transfer(PAYER, ALICE, SOL / 100n)),
      ),
    );
    expect({ error, units }).toEqual({ error: failed(64, 'MaxInstructionTraceLengthExceeded'), units: 64 * 150 });
  });

  test.each([
    ['the payer is called', { programIdIndex: 0 }],
    ['a program is not there', { programIdIndex: 9 }],
    ['an account is not there', { accounts: Uint8Array.of(9) }],
  ])('%s', (_, change) => {
    const oracle = richOracle();
    const sent = compile(oracle, [transfer(PAYER, ALICE, SOL)]);
    const instructions = [{ ...sent.instructions[0], ...change }];
    expect(oracle.send({ ...sent, instructions }).error).toBe('SanitizeFailure');
  });

  test('instructions too long for the instructions sysvar', () => {
    const oracle = richOracle();
    const data = new Uint8Array(33_000);
    const long = { ...transfer(PAYER, ALICE, SOL), data: concatBytes([transfer(PAYER, ALICE, SOL).data!, data]) };
    const reader = {
      ...transfer(PAYER, BOB, SOL),
      accounts: [...(transfer(PAYER, BOB, SOL).accounts ?? []), meta(ids.INSTRUCTIONS_SYSVAR_ID, '')],
    };
    expect(oracle.send(compile(oracle, [long, reader])).error).toBeNull();
    expect(oracle.send(compile(oracle, [long, long, reader]))).toMatchObject({ error: 'SanitizeFailure', fee: 5000n });
  });
});

describe('a program', () => {
  const rows: [title: string, account: Partial<Account> | undefined, TransactionError][] = [
    ['that is not there', undefined, 'InvalidProgramForExecution'],
    ['that is a wallet', { lamports: SOL }, 'InvalidProgramForExecution'],
    [
      'of a loader without the flag',
      { lamports: SOL, owner: ids.BPF_LOADER_ID, data: new Uint8Array(4) },
      'InvalidProgramForExecution',
    ],
  ];
  test.each(rows)('%s', (_, account, error) => {
    const oracle = richOracle();
    if (account !== undefined) oracle.setAccount(STRANGER, account);
    expect(oracle.send(compile(oracle, [call(STRANGER)]))).toMatchObject({ error, fee: 5000n });
    expect(oracle.bank.getAccount(PAYER)?.lamports).toBe(10n * SOL);
  });

  test('that is the native loader fails when it runs', () => {
    const oracle = richOracle();
    expect(oracle.send(compile(oracle, [call(ids.NATIVE_LOADER_ID)]))).toMatchObject({
      error: failed(0, 'UnsupportedProgramId'),
      logs: [],
    });
  });

  test('does not have its loader for an account unless it is named', () => {
    const stage = new Stage();
    for (const loader of ['v1', 'v2', 'v3'] as const) {
      stage.reset(loader);
      for (const id of [ids.BPF_LOADER_UPGRADEABLE_ID, ids.BPF_LOADER_ID, ids.BPF_LOADER_DEPRECATED_ID]) {
        const metas = [{ pubkey: id, isSigner: false, isWritable: false }];
        const { logs } = stage.run(new Script().call('c', { programId: CALLEE, metas, infos: stage.infos(CALLEE) }));
        expect(logs).toContain(`Instruction references an unknown account ${id}`);
      }
    }
  });

  test('reads the transaction in the instructions sysvar', () => {
    const stage = new Stage();
    stage.metas = [...stage.metas, { pubkey: ids.INSTRUCTIONS_SYSVAR_ID, isSigner: false, isWritable: false }];
    const { vmDataAddr } = stage.account(ids.INSTRUCTIONS_SYSVAR_ID);
    const outcome = stage.run(new Script().logData(vmDataAddr, 2000n));
    expect(outcome.error).toBeNull();
    // Two instructions, then where they begin.
    expect(outcome.logs.find((line) => line.startsWith('Program data: '))).toMatch(/^Program data: AgAGA/);
  });

  test('that is a precompile runs without a word', () => {
    const oracle = richOracle();
    const { error, logs, units } = oracle.send(
      compile(oracle, [transfer(PAYER, ALICE, SOL), call(ids.ED25519_ID, Uint8Array.of(1, 0))]),
    );
    expect({ error, logs: logs.length, units }).toEqual({ error: failed(1, 4), logs: 2, units: 150 });
    expect(oracle.send(compile(oracle, [call(ids.ED25519_ID, Uint8Array.of(0, 0))])).error).toBeNull();
    expect(oracle.send(compile(oracle, [call(ids.SECP256K1_ID, Uint8Array.of(0))])).error).toBeNull();
  });

  test('may not be written, but where its loader is at hand', () => {
    const oracle = richOracle();
    const memo = Pubkey.fromBase58('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
    const toMemo = transfer(PAYER, memo, SOL);
    expect(oracle.send(compile(oracle, [toMemo])).error).toBeNull();
    expect(oracle.send(compile(oracle, [toMemo, call(memo)])).error).toEqual(failed(0, 'ReadonlyLamportChange'));
    const loader = { ...toMemo, accounts: [...(toMemo.accounts ?? []), meta(ids.BPF_LOADER_UPGRADEABLE_ID, '')] };
    expect(oracle.send(compile(oracle, [loader, budget(9)])).error).toEqual(failed(1, 'InvalidInstructionData'));
  });
});

test.each(Object.entries(ids).filter(([name]) => name !== 'INCINERATOR_ID'))('%s may not be written', (_, reserved) => {
  const oracle = richOracle();
  const { error } = oracle.send(compile(oracle, [transfer(PAYER, reserved, SOL)]));
  expect(error).toEqual(failed(0, 'ReadonlyLamportChange'));
});

describe('signatures', () => {
  const secret = new Uint8Array(32).fill(42);
  const signer = new Pubkey(ed25519.getPublicKey(secret));

  function signedOracle(): Oracle {
    const oracle = new Oracle({ sigverify: true });
    oracle.setAccount(signer, { lamports: 10n * SOL });
    return oracle;
  }
  function sign(message: VersionedMessage, change?: (signature: Uint8Array) => void): Uint8Array {
    const unsigned = createTransaction(message, [new Uint8Array(64)]);
    const signature = ed25519.sign(unsigned.messageBytes, secret);
    change?.(signature);
    return encodeTransaction(createTransaction(message, [signature]));
  }
  const spoil = (signature: Uint8Array) => {
    signature[40] ^= 1;
  };
  const from = (oracle: Oracle, instructions: readonly Instruction[], more: Partial<CompileMessageInput> = {}) =>
    compile(oracle, instructions, { feePayer: signer, ...more });

  test.each(['legacy', 0, 1] as const)('are checked, version %s', (version) => {
    const oracle = signedOracle();
    const config = version === 1 ? { config: { computeUnitLimit: 150, loadedAccountsDataSizeLimit: 1000 } } : {};
    const message = from(oracle, [transfer(signer, ALICE, SOL)], { version, ...config });
    expect(oracle.sendBytes(sign(message, spoil)).error).toBe('SignatureFailure');
    expect(oracle.sendBytes(sign(message)).error).toBeNull();
    expect(oracle.sendBytes(sign(message)).error).toBe('AlreadyProcessed');
  });

  test('come after locks and before the blockhash', () => {
    const oracle = signedOracle();
    const message = from(oracle, [transfer(signer, ALICE, SOL)], { recentBlockhash: new Uint8Array(32) });
    expect(oracle.sendBytes(sign(message, spoil)).error).toBe('SignatureFailure');
    expect(oracle.sendBytes(sign(message)).error).toBe('BlockhashNotFound');
    const twice = { ...message, accountKeys: [signer, signer, ids.SYSTEM_PROGRAM_ID] };
    expect(oracle.sendBytes(sign(twice, spoil)).error).toBe('AccountLoadedTwice');
  });

  test('of failed transactions are known again, of those that never ran not', () => {
    const oracle = signedOracle();
    const fails = sign(from(oracle, [transfer(signer, ALICE, 100n * SOL)]));
    expect(oracle.sendBytes(fails).error).toEqual(failed(0, 1));
    expect(oracle.sendBytes(fails).error).toBe('AlreadyProcessed');
    const missing = sign(from(oracle, [call(STRANGER)]));
    for (let i = 0; i < 2; i++) expect(oracle.sendBytes(missing).error).toBe('InvalidProgramForExecution');
    const budgets = sign(from(oracle, [budget()]));
    for (let i = 0; i < 2; i++) expect(oracle.sendBytes(budgets).error).toEqual(failed(0, 'InvalidInstructionData'));
  });
});
