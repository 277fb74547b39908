// The Vote program against LiteSVM in the same process: `send` expects the same of both sides, account bytes included.

import { bls12_381 } from '@noble/curves/bls12-381.js';
import { describe, expect, test } from 'vitest';
import { u8, u16, u32, u64 } from '../../../../test/support/bytes.ts';
import { Oracle, type OracleOptions } from '../../../../test/support/litesvm-oracle.ts';
import { createWithSeed } from '../../../crypto/program-address.ts';
import type { Account } from '../../../wire/account.ts';
import { concatBytes } from '../../../wire/bytes.ts';
import { compileMessage } from '../../../wire/message-compiler.ts';
import { Pubkey } from '../../../wire/pubkey.ts';
import * as ids from '../../addresses.ts';
import { encodeClock, encodeSlotHashes, type SlotHash } from '../../sysvars/layouts.ts';

const SOL = 1_000_000_000n;
const SIZE = 3762;
const RENT = (128n + BigInt(SIZE)) * 6960n;
const SLOT = 447_552_000n;

const key = (i: number): Pubkey => new Pubkey(new Uint8Array(32).fill(i));
const hash = (slot: bigint): Uint8Array => new Uint8Array(32).fill(Number(slot % 251n));
const PAYER = key(1);
const VOTE = key(2);
const NODE = key(3);
const VOTER = key(4);
const WITHDRAWER = key(5);
const OTHER = key(6);

const text = (value: string): Uint8Array => concatBytes([u64(value.length), new TextEncoder().encode(value)]);
const option = (bytes: Uint8Array | undefined): Uint8Array =>
  bytes === undefined ? u8(0) : concatBytes([u8(1), bytes]);
const list = (items: readonly Uint8Array[]): Uint8Array => concatBytes([u64(items.length), ...items]);

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  for (; value > 0x7fn; value >>= 7n) bytes.push(Number(value & 0x7fn) | 0x80);
  return Uint8Array.from([...bytes, Number(value)]);
}

const meta = (address: Pubkey, flags = '') => ({
  address,
  isSigner: flags.includes('s'),
  isWritable: flags.includes('w'),
});
const vote = meta(VOTE, 'w');
const clock = meta(ids.CLOCK_ID);
const signer = (address: Pubkey) => meta(address, 's');

interface Call {
  readonly data: readonly Uint8Array[];
  readonly accounts: readonly ReturnType<typeof meta>[];
}

interface Fields {
  readonly version?: number;
  readonly voters?: readonly (readonly [bigint, Pubkey])[];
  readonly votes?: readonly (readonly [slot: bigint, confirmations: number, latency: number])[];
  readonly root?: bigint | undefined;
  readonly credits?: readonly (readonly [bigint, bigint, bigint])[];
  readonly timestamp?: readonly [slot: bigint, seconds: bigint];
  readonly bls?: Uint8Array;
  readonly pending?: bigint;
  readonly commission?: number;
}

/** The data of a vote account, of any version. */
function stateData(fields: Fields = {}, size = SIZE): Uint8Array {
  const {
    version = 3,
    voters = [[0n, VOTER]],
    votes = [],
    root,
    credits = [],
    timestamp = [0n, 0n],
    commission = 7,
  } = fields;
  const newer = [
    VOTE.bytes,
    NODE.bytes,
    u16(commission * 100),
    u16(10_000),
    u64(fields.pending ?? 0n),
    option(fields.bls),
  ];
  const bytes = concatBytes([
    u32(version),
    NODE.bytes,
    WITHDRAWER.bytes,
    ...(version === 3 ? newer : [u8(commission)]),
    list(votes.map(([slot, n, latency]) => concatBytes([...(version === 1 ? [] : [u8(latency)]), u64(slot), u32(n)]))),
    option(root === undefined ? undefined : u64(root)),
    list(voters.map(([epoch, voter]) => concatBytes([u64(epoch), voter.bytes]))),
    ...(version === 3 ? [] : [new Uint8Array(32 * 48), u64(31n), u8(1)]),
    list(credits.map(([epoch, all, before]) => concatBytes([u64(epoch), u64(all), u64(before)]))),
    u64(timestamp[0]),
    u64(timestamp[1]),
  ]);
  const data = new Uint8Array(size).fill(0xee);
  data.set(bytes.subarray(0, size));
  return data;
}

interface World extends OracleOptions {
  readonly account?: Partial<Account>;
  readonly now?: { readonly slot?: bigint; readonly epoch?: bigint; readonly leaderScheduleEpoch?: bigint };
  readonly slotHashes?: readonly SlotHash[];
}

function createOracle({ account, now, slotHashes, ...options }: World = {}): Oracle {
  const oracle = Oracle.shared(options);
  for (const payer of [PAYER, NODE, VOTER, WITHDRAWER, OTHER]) oracle.setAccount(payer, { lamports: 10n * SOL });
  oracle.setAccount(VOTE, { lamports: RENT, owner: ids.VOTE_PROGRAM_ID, data: stateData(), ...account });
  const sysvar = { lamports: 1n, owner: ids.SYSVAR_OWNER_ID, rentEpoch: 0n };
  const time = { slot: SLOT, epoch: 0n, leaderScheduleEpoch: 0n, epochStartTimestamp: 0n, unixTimestamp: 0n, ...now };
  oracle.setAccount(ids.CLOCK_ID, { ...sysvar, data: encodeClock(time) });
  if (slotHashes !== undefined)
    oracle.setAccount(ids.SLOT_HASHES_ID, { ...sysvar, data: encodeSlotHashes(slotHashes) });
  return oracle;
}

function send(oracle: Oracle, { data, accounts }: Call): unknown {
  const instruction = { programAddress: ids.VOTE_PROGRAM_ID, accounts, data: concatBytes(data) };
  const more = { programAddress: ids.COMPUTE_BUDGET_ID, data: concatBytes([u8(2), u32(200_000)]) };
  const { error } = oracle.send(
    compileMessage({ feePayer: PAYER, recentBlockhash: oracle.blockhash, instructions: [more, instruction] }),
  );
  return error === null ? 'ok' : (error as { InstructionError: [number, unknown] }).InstructionError[1];
}

const init: Call = {
  data: [u32(0), NODE.bytes, VOTER.bytes, WITHDRAWER.bytes, u8(9)],
  accounts: [vote, meta(ids.RENT_ID), clock, signer(NODE)],
};
const authorize = (who: Pubkey, kind: number, by: Pubkey): Call => ({
  data: [u32(1), who.bytes, u32(kind)],
  accounts: [vote, clock, signer(by)],
});
const withdraw = (lamports: bigint, by = WITHDRAWER): Call => ({
  data: [u32(3), u64(lamports)],
  accounts: [vote, meta(OTHER, 'w'), signer(by)],
});
const commission = (value: number, by = WITHDRAWER): Call => ({
  data: [u32(5), u8(value)],
  accounts: [vote, signer(by)],
});

describe('making a vote account', () => {
  const empty = { data: new Uint8Array(SIZE) };
  const rows: [string, World, Call, unknown][] = [
    ['of an empty account', { account: empty }, init, 'ok'],
    ['in a later epoch', { account: empty, now: { epoch: 5n } }, init, 'ok'],
    ['twice', {}, init, 'AccountAlreadyInitialized'],
    [
      'over an old version in which nobody votes',
      { account: { data: stateData({ version: 2, voters: [] }) } },
      init,
      'ok',
    ],
    [
      'over V4 in which nobody votes',
      { account: { data: stateData({ voters: [] }) } },
      init,
      'AccountAlreadyInitialized',
    ],
    ['over garbage', { account: { data: new Uint8Array(SIZE).fill(9) } }, init, 'InvalidAccountData'],
    ['over a state that is cut', { account: { data: stateData({ version: 9 }) } }, init, 'InvalidAccountData'],
    ['of another length', { account: { data: new Uint8Array(SIZE + 1), lamports: SOL } }, init, 'InvalidAccountData'],
    ['without its minimum', { account: { ...empty, lamports: RENT - 1n } }, init, 'InsufficientFunds'],
    ['of another owner', { account: { ...empty, owner: OTHER } }, init, 'InvalidAccountOwner'],
    [
      'without the node',
      { account: empty },
      { ...init, accounts: [...init.accounts.slice(0, 3), signer(OTHER)] },
      'MissingRequiredSignature',
    ],
    [
      'with sysvars exchanged',
      { account: empty },
      { ...init, accounts: [vote, clock, meta(ids.RENT_ID), signer(NODE)] },
      'InvalidArgument',
    ],
    ['with no accounts', {}, { ...init, accounts: [] }, 'MissingAccount'],
    [
      'that is readonly',
      { account: empty },
      { ...init, accounts: [meta(VOTE), ...init.accounts.slice(1)] },
      'ReadonlyDataModified',
    ],
    ['with data cut short', { account: empty }, { ...init, data: init.data.slice(0, 4) }, 'InvalidInstructionData'],
  ];
  test.each(rows)('%s', (_, world, call, result) => {
    expect(send(createOracle(world), call)).toEqual(result);
  });
});

describe('authorities', () => {
  const now = { epoch: 3n, leaderScheduleEpoch: 4n };
  const rows: [string, World, Call, unknown][] = [
    ['the voter names a voter', { now }, authorize(OTHER, 0, VOTER), 'ok'],
    ['the withdrawer names a voter', { now }, authorize(OTHER, 0, WITHDRAWER), 'ok'],
    ['a stranger names a voter', { now }, authorize(OTHER, 0, OTHER), 'MissingRequiredSignature'],
    [
      'a voter for an epoch that has one',
      {
        now,
        account: {
          data: stateData({
            voters: [
              [0n, VOTER],
              [5n, OTHER],
            ],
          }),
        },
      },
      authorize(OTHER, 0, VOTER),
      { Custom: 5 },
    ],
    [
      'a voter where many were before',
      {
        now,
        account: {
          data: stateData({
            voters: [
              [0n, OTHER],
              [1n, OTHER],
              [2n, VOTER],
              [4n, OTHER],
            ],
          }),
        },
      },
      authorize(OTHER, 0, VOTER),
      'ok',
    ],
    [
      'a voter where entries are out of order',
      {
        now,
        account: {
          data: stateData({
            voters: [
              [9n, OTHER],
              [2n, OTHER],
              [2n, VOTER],
            ],
          }),
        },
      },
      authorize(OTHER, 0, VOTER),
      'ok',
    ],
    [
      'a voter where all are yet to come',
      { now, account: { data: stateData({ voters: [[9n, VOTER]] }) } },
      authorize(OTHER, 0, VOTER),
      'InvalidAccountData',
    ],
    [
      'a voter behind the last epoch',
      { now: { ...now, leaderScheduleEpoch: (1n << 64n) - 1n } },
      authorize(OTHER, 0, VOTER),
      'InvalidAccountData',
    ],
    ['the withdrawer names a withdrawer', { now }, authorize(OTHER, 1, WITHDRAWER), 'ok'],
    ['the voter names a withdrawer', { now }, authorize(OTHER, 1, VOTER), 'MissingRequiredSignature'],
    ['an unknown kind', { now }, authorize(OTHER, 3, WITHDRAWER), 'InvalidInstructionData'],
    [
      'a voter where there is a BLS key',
      { now, account: { data: stateData({ bls: new Uint8Array(48) }) } },
      authorize(OTHER, 0, VOTER),
      'InvalidInstructionData',
    ],
    [
      'the same without its gate',
      {
        now,
        without: ['bls_pubkey_management_in_vote_account'],
        account: { data: stateData({ bls: new Uint8Array(48) }) },
      },
      authorize(OTHER, 0, VOTER),
      'ok',
    ],
    [
      'checked: the new voter signs',
      { now },
      { data: [u32(7), u32(0)], accounts: [vote, clock, signer(VOTER), signer(OTHER)] },
      'ok',
    ],
    [
      'checked: it does not',
      { now },
      { data: [u32(7), u32(0)], accounts: [vote, clock, signer(VOTER), meta(OTHER)] },
      'MissingRequiredSignature',
    ],
    [
      'checked: it is not there',
      { now },
      { data: [u32(7), u32(0)], accounts: [vote, clock, signer(VOTER)] },
      'MissingAccount',
    ],
    [
      'V1 becomes V4',
      {
        now,
        account: {
          data: stateData({ version: 1, votes: [[5n, 2, 0]], root: 4n, credits: [[1n, 2n, 1n]] }, 3731),
          lamports: SOL,
        },
      },
      authorize(OTHER, 1, WITHDRAWER),
      'ok',
    ],
    [
      'V1 that can not grow',
      { now, account: { data: stateData({ version: 1 }, 3731), lamports: RENT - 1n } },
      authorize(OTHER, 1, WITHDRAWER),
      'AccountNotRentExempt',
    ],
    [
      'V3 becomes V4',
      { now, account: { data: stateData({ version: 2, votes: [[5n, 2, 3]], timestamp: [5n, 9n], commission: 200 }) } },
      authorize(OTHER, 1, WITHDRAWER),
      'ok',
    ],
    [
      'V3 in which nobody votes',
      { now, account: { data: stateData({ version: 2, voters: [] }) } },
      authorize(OTHER, 1, WITHDRAWER),
      'UninitializedAccount',
    ],
    [
      'V4 in which nobody votes',
      { now, account: { data: stateData({ voters: [] }) } },
      authorize(OTHER, 1, WITHDRAWER),
      'ok',
    ],
    [
      'an empty account',
      { now, account: { data: new Uint8Array(SIZE) } },
      authorize(OTHER, 1, WITHDRAWER),
      'InvalidAccountData',
    ],
    [
      'a state cut short',
      { now, account: { data: stateData({}, 200), lamports: SOL } },
      authorize(OTHER, 1, WITHDRAWER),
      'InvalidAccountData',
    ],
    ['the node is changed', {}, { data: [u32(4)], accounts: [vote, signer(OTHER), signer(WITHDRAWER)] }, 'ok'],
    [
      'the node is changed, which collects before its gate',
      { without: ['custom_commission_collector'] },
      { data: [u32(4)], accounts: [vote, signer(OTHER), signer(WITHDRAWER)] },
      'ok',
    ],
    [
      'the node is changed without its consent',
      {},
      { data: [u32(4)], accounts: [vote, meta(OTHER), signer(WITHDRAWER)] },
      'MissingRequiredSignature',
    ],
    [
      'the node is changed by the voter',
      {},
      { data: [u32(4)], accounts: [vote, signer(OTHER), signer(VOTER)] },
      'MissingRequiredSignature',
    ],
    ['the node is not there', {}, { data: [u32(4)], accounts: [vote] }, 'MissingAccount'],
  ];
  test.each(rows)('%s', (_, world, call, result) => {
    expect(send(createOracle(world), call)).toEqual(result);
  });

  const derived = createWithSeed(OTHER, 'seed', NODE) as Pubkey;
  const seeded = (
    tag: number,
    kind: number,
    seed: string,
    more: readonly Uint8Array[],
    accounts: Call['accounts'],
  ): Call => ({
    data: [u32(tag), u32(kind), NODE.bytes, text(seed), ...more],
    accounts: [vote, clock, ...accounts],
  });
  const account = { data: stateData({ voters: [[0n, derived]] }) };
  const seedRows: [string, Call, unknown][] = [
    ['by its base', seeded(10, 0, 'seed', [VOTER.bytes], [signer(OTHER)]), 'ok'],
    ['by another text', seeded(10, 0, 'sead', [VOTER.bytes], [signer(OTHER)]), 'MissingRequiredSignature'],
    ['by nobody', seeded(10, 0, 'seed', [VOTER.bytes], [meta(OTHER)]), 'MissingRequiredSignature'],
    [
      'by the withdrawer, who does not count here',
      seeded(10, 0, 'seed', [VOTER.bytes], [signer(WITHDRAWER)]),
      'MissingRequiredSignature',
    ],
    ['by too long a text', seeded(10, 0, 'x'.repeat(33), [VOTER.bytes], [signer(OTHER)]), { Custom: 0 }],
    ['with too few accounts', seeded(10, 0, 'seed', [VOTER.bytes], []), 'MissingAccount'],
    ['checked', seeded(11, 0, 'seed', [], [signer(OTHER), signer(VOTER)]), 'ok'],
    [
      'checked, without the new one',
      seeded(11, 0, 'seed', [], [signer(OTHER), meta(VOTER)]),
      'MissingRequiredSignature',
    ],
    [
      'with text that is none',
      {
        ...seeded(10, 0, 'seed', [VOTER.bytes], [signer(OTHER)]),
        data: [u32(10), u32(0), NODE.bytes, u64(1), u8(0xff), VOTER.bytes],
      },
      'InvalidInstructionData',
    ],
  ];
  test.each(seedRows)('a derived voter is replaced %s', (_, call, result) => {
    expect(send(createOracle({ account, now }), call)).toEqual(result);
  });
});

describe('a BLS key', () => {
  const { longSignatures, G1 } = bls12_381;
  const secret = new Uint8Array(32).fill(7);
  const publicKey = longSignatures.getPublicKey(secret).toBytes();
  const label = new TextEncoder().encode('ALPENGLOW');
  const prove = (account: Pubkey): Uint8Array => {
    const payload = concatBytes([label, account.bytes, publicKey]);
    const message = longSignatures.hash(payload, 'BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_');
    return longSignatures.sign(message, secret).toBytes();
  };
  const withBls = (bls: Uint8Array, proof: Uint8Array): Call => ({
    data: [u32(1), OTHER.bytes, u32(2), bls, proof],
    accounts: [vote, clock, signer(VOTER)],
  });
  const rows: [string, World, Call, unknown][] = [
    ['with its proof', {}, withBls(publicKey, prove(VOTE)), 'ok'],
    ['with a proof for another account', {}, withBls(publicKey, prove(OTHER)), 'InvalidArgument'],
    ['with bytes for a proof', {}, withBls(publicKey, new Uint8Array(96)), 'InvalidArgument'],
    ['that is the point at infinity', {}, withBls(G1.Point.ZERO.toBytes(), prove(VOTE)), 'InvalidArgument'],
    [
      'before its gate',
      { without: ['bls_pubkey_management_in_vote_account'] },
      withBls(publicKey, prove(VOTE)),
      'InvalidInstructionData',
    ],
  ];
  test.each(rows)('%s', (_, world, call, result) => {
    expect(send(createOracle(world), call)).toEqual(result);
  });

  test('and collectors, in an account of the second form', () => {
    const call: Call = {
      data: [u32(16), NODE.bytes, VOTER.bytes, publicKey, prove(VOTE), WITHDRAWER.bytes, u16(123), u16(456)],
      accounts: [vote, signer(NODE), meta(OTHER, 'w'), meta(VOTE, 'w')],
    };
    const account = { data: new Uint8Array(SIZE) };
    expect(send(createOracle({ account }), call)).toBe('InvalidInstructionData');
    const gates = { with: ['block_revenue_sharing', 'vote_account_initialize_v2'] };
    expect(send(createOracle({ account, ...gates }), call)).toBe('ok');
    const poor = { ...call, accounts: [vote, signer(NODE), meta(key(99), 'w'), meta(VOTE, 'w')] };
    expect(send(createOracle({ account, ...gates }), poor)).toBe('InsufficientFunds');
  });
});

describe('commissions', () => {
  const bps = (value: number, kind: number, by = WITHDRAWER): Call => ({
    data: [u32(18), u16(value), u32(kind)],
    accounts: [vote, signer(by)],
  });
  const collector = (who: ReturnType<typeof meta>, kind: number): Call => ({
    data: [u32(17), u32(kind)],
    accounts: [vote, who, signer(WITHDRAWER)],
  });
  const old = { without: ['delay_commission_updates'] };
  const late = { slot: 524_256n + 432_000n * 3n + 216_001n };
  const rows: [string, World, Call, unknown][] = [
    ['up', {}, commission(8), 'ok'],
    ['by the voter', {}, commission(8, VOTER), 'MissingRequiredSignature'],
    ['up, late in an epoch', { now: late }, commission(8), 'ok'],
    ['up, late in an epoch, by the older rule', { ...old, now: late }, commission(8), { Custom: 19 }],
    ['up, at half of an epoch, by the older rule', { ...old, now: { slot: late.slot - 1n } }, commission(8), 'ok'],
    ['down, late in an epoch, by the older rule', { ...old, now: late }, commission(7), 'ok'],
    [
      'of garbage, late in an epoch, by the older rule',
      { ...old, now: late, account: { data: new Uint8Array(SIZE) } },
      commission(0),
      { Custom: 19 },
    ],
    ['of garbage', { account: { data: new Uint8Array(SIZE) } }, commission(0), 'InvalidAccountData'],
    ['in basis points', {}, bps(12_345, 0), 'ok'],
    ['in basis points, of blocks', {}, bps(5, 1), 'InvalidInstructionData'],
    ['in basis points, of blocks that share', { with: ['block_revenue_sharing'] }, bps(5, 1), 'ok'],
    ['in basis points, of an unknown kind', {}, bps(5, 2), 'InvalidInstructionData'],
    [
      'in basis points, with the kind in a byte',
      {},
      { ...bps(5, 0), data: [u32(18), u16(5), u8(0)] },
      'InvalidInstructionData',
    ],
    [
      'in basis points, before the gate',
      { without: ['commission_rate_in_basis_points'] },
      bps(5, 0),
      'InvalidInstructionData',
    ],
    ['to a wallet', {}, collector(meta(OTHER, 'w'), 0), 'ok'],
    ['to another wallet, of blocks', {}, collector(meta(OTHER, 'w'), 1), 'ok'],
    ['to the account itself', {}, collector(vote, 1), 'ok'],
    ['to a readonly wallet', {}, collector(meta(OTHER), 0), 'InvalidArgument'],
    ['to nobody', {}, collector(meta(key(99), 'w'), 0), 'InsufficientFunds'],
    ['to a program', {}, collector(meta(ids.VOTE_PROGRAM_ID), 0), 'InvalidAccountOwner'],
    ['to an account that is not there', {}, { ...collector(vote, 0), accounts: [vote] }, 'MissingAccount'],
    [
      'to a wallet, of garbage, without the account that signs',
      { account: { data: new Uint8Array(SIZE) } },
      { ...collector(vote, 0), accounts: [vote, meta(OTHER, 'w')] },
      'MissingAccount',
    ],
    [
      'to a wallet, before the gate',
      { without: ['custom_commission_collector'] },
      collector(meta(OTHER, 'w'), 0),
      'InvalidInstructionData',
    ],
  ];
  test.each(rows)('%s', (_, world, call, result) => {
    expect(send(createOracle(world), call)).toEqual(result);
  });
});

describe('lamports', () => {
  const rich = { lamports: RENT + 500n };
  const pays = { data: [u32(19), u64(77n)], accounts: [vote, meta(OTHER, 'sw'), meta(ids.SYSTEM_PROGRAM_ID)] };
  const gate = { with: ['block_revenue_sharing'] };
  const rows: [string, World, Call, unknown][] = [
    ['down to the minimum', { account: rich }, withdraw(500n), 'ok'],
    ['one too many', { account: rich }, withdraw(501n), 'InsufficientFunds'],
    ['none', { account: rich }, withdraw(0n), 'ok'],
    ['more than there are', { account: rich }, withdraw(RENT + 501n), 'InsufficientFunds'],
    ['by the voter', { account: rich }, withdraw(1n, VOTER), 'MissingRequiredSignature'],
    ['all of them', { account: rich }, withdraw(RENT + 500n), 'ok'],
    [
      'all, of a validator at work',
      { now: { epoch: 6n }, account: { data: stateData({ credits: [[5n, 9n, 8n]] }) } },
      withdraw(RENT),
      { Custom: 18 },
    ],
    [
      'all, of one that has rested',
      { now: { epoch: 7n }, account: { data: stateData({ credits: [[5n, 9n, 8n]] }) } },
      withdraw(RENT),
      'ok',
    ],
    [
      'all, of one from the future',
      { now: { epoch: 1n }, account: { data: stateData({ credits: [[5n, 9n, 8n]] }) } },
      withdraw(RENT),
      { Custom: 18 },
    ],
    [
      'all, with rewards pending',
      { account: { data: stateData({ pending: 1n }) } },
      withdraw(RENT),
      'InsufficientFunds',
    ],
    [
      'those pending',
      { account: { ...rich, data: stateData({ pending: 400n }) } },
      withdraw(101n),
      'InsufficientFunds',
    ],
    ['those not pending', { account: { ...rich, data: stateData({ pending: 400n }) } }, withdraw(100n), 'ok'],
    ['to the account itself', { account: rich }, { ...withdraw(5n), accounts: [vote, vote, signer(WITHDRAWER)] }, 'ok'],
    ['to nobody', { account: rich }, { ...withdraw(5n), accounts: [vote] }, 'MissingAccount'],
    ['deposited before the gate', {}, pays, 'InvalidInstructionData'],
    ['deposited', gate, pays, 'ok'],
    [
      'deposited by somebody who does not sign',
      gate,
      { ...pays, accounts: [vote, meta(OTHER, 'w')] },
      'MissingRequiredSignature',
    ],
    ['deposited without the System program', gate, { ...pays, accounts: pays.accounts.slice(0, 2) }, 'MissingAccount'],
    [
      'deposited in an older version',
      { ...gate, account: { data: stateData({ version: 2 }) } },
      pays,
      'InvalidAccountData',
    ],
    [
      'deposited, too many',
      { ...gate, account: { data: stateData({ pending: (1n << 64n) - 5n }) } },
      pays,
      'ArithmeticOverflow',
    ],
  ];
  test.each(rows)('%s', (_, world, call, result) => {
    expect(send(createOracle(world), call)).toEqual(result);
  });
});

test.each([
  ['an unknown tag', [u32(20)]],
  ['no data', []],
  ['a tag cut short', [u8(1)]],
])('%s is no instruction', (_, data) => {
  expect(send(createOracle(), { data, accounts: [vote] })).toBe('InvalidInstructionData');
});

// Votes.

const slotHashesFrom = (newest: bigint, count: number, step = 1n): SlotHash[] =>
  Array.from({ length: count }, (_, i) => ({ slot: newest - BigInt(i) * step, hash: hash(newest - BigInt(i) * step) }));

type Tower = readonly (readonly [slot: bigint, confirmations: number])[];
interface TowerOptions {
  readonly root?: bigint;
  readonly hash?: Uint8Array;
  readonly timestamp?: bigint;
}

const byVoter: Call['accounts'] = [vote, signer(VOTER)];
const tail = (tower: Tower, { hash: given, timestamp }: TowerOptions) => [
  given ?? hash(tower.at(-1)?.[0] ?? 0n),
  option(timestamp === undefined ? undefined : u64(timestamp)),
];

function compactTower(tower: Tower, options: TowerOptions): Uint8Array[] {
  let slot = options.root ?? 0n;
  const offsets = tower.map(([next, n]) => {
    const offset = BigInt.asUintN(64, next - slot);
    slot = next;
    return concatBytes([varint(offset), u8(n)]);
  });
  return [u64(options.root ?? (1n << 64n) - 1n), u8(tower.length), ...offsets, ...tail(tower, options)];
}

const towerSync = (tower: Tower, options: TowerOptions = {}): Call => ({
  data: [u32(14), ...compactTower(tower, options), new Uint8Array(32)],
  accounts: byVoter,
});
const updateVoteState = (tower: Tower, options: TowerOptions = {}): Call => ({
  data: [
    u32(8),
    list(tower.map(([slot, n]) => concatBytes([u64(slot), u32(n)]))),
    option(options.root === undefined ? undefined : u64(options.root)),
    ...tail(tower, options),
  ],
  accounts: byVoter,
});
const castVote = (slots: readonly bigint[], options: TowerOptions = {}): Call => ({
  data: [
    u32(2),
    list(slots.map(u64)),
    ...tail(
      slots.map((slot) => [slot, 1]),
      options,
    ),
  ],
  accounts: [vote, meta(ids.SLOT_HASHES_ID), clock, signer(VOTER)],
});

/** The same as another instruction, that of a switch, and what is behind it. */
const switching = (tag: number, { data, accounts }: Call, ...proof: Uint8Array[]): Call => ({
  data: [u32(tag), ...data.slice(1), ...proof],
  accounts,
});

describe('a tower', () => {
  const now = { slot: 1010n };
  const slotHashes = slotHashesFrom(1000n, 100);
  const votes = (...list: [bigint, number, number][]) => ({ account: { data: stateData({ votes: list }) } });
  const rows: [string, World, Call, unknown][] = [
    ['of one vote', {}, towerSync([[1000n, 1]]), 'ok'],
    [
      'with a vote beyond the lockout of the last',
      {},
      towerSync([
        [990n, 3],
        [991n, 2],
        [1000n, 1],
      ]),
      { Custom: 7 },
    ],
    [
      'of votes within each lockout',
      {},
      towerSync(
        [
          [992n, 4],
          [999n, 2],
          [1000n, 1],
        ],
        { timestamp: 5n },
      ),
      'ok',
    ],
    ['by a stranger', {}, { ...towerSync([[1000n, 1]]), accounts: [vote, signer(OTHER)] }, 'MissingRequiredSignature'],
    [
      'by the withdrawer',
      {},
      { ...towerSync([[1000n, 1]]), accounts: [vote, signer(WITHDRAWER)] },
      'MissingRequiredSignature',
    ],
    ['of nothing', {}, towerSync([]), { Custom: 3 }],
    ['of another hash', {}, towerSync([[1000n, 1]], { hash: new Uint8Array(32) }), { Custom: 2 }],
    ['of a slot to come', {}, towerSync([[1001n, 1]]), { Custom: 1 }],
    ['older than anybody remembers', {}, towerSync([[900n, 1]]), { Custom: 0 }],
    ['no newer than the last', votes([1000n, 1, 1]), towerSync([[1000n, 1]]), { Custom: 0 }],
    [
      'with slots out of order',
      {},
      updateVoteState([
        [999n, 3],
        [998n, 2],
        [1000n, 1],
      ]),
      { Custom: 8 },
    ],
    [
      'with confirmations out of order',
      {},
      towerSync([
        [999n, 1],
        [1000n, 2],
      ]),
      { Custom: 9 },
    ],
    ['with none confirmed', {}, towerSync([[1000n, 0]]), { Custom: 10 }],
    ['with too many confirmations', {}, towerSync([[1000n, 32]]), { Custom: 11 }],
    [
      'with too many votes',
      {},
      updateVoteState(Array.from({ length: 32 }, (_, i) => [969n + BigInt(i), 32 - i])),
      { Custom: 15 },
    ],
    ['with a root', {}, towerSync([[1000n, 1]], { root: 950n }), 'ok'],
    [
      'with a root on a fork',
      { slotHashes: slotHashesFrom(1000n, 100, 2n) },
      towerSync([[1000n, 1]], { root: 951n }),
      { Custom: 17 },
    ],
    [
      'with a vote on a fork',
      { slotHashes: slotHashesFrom(1000n, 100, 2n) },
      towerSync([
        [999n, 2],
        [1000n, 1],
      ]),
      { Custom: 1 },
    ],
    [
      'with a root as new as a vote',
      {},
      updateVoteState(
        [
          [990n, 5],
          [1000n, 1],
        ],
        { root: 990n },
      ),
      { Custom: 14 },
    ],
    ['with a root of zero', { slotHashes: slotHashesFrom(10n, 11) }, updateVoteState([[10n, 1]], { root: 0n }), 'ok'],
    [
      'that takes its root back',
      { account: { data: stateData({ root: 960n }) } },
      towerSync([[1000n, 1]], { root: 950n }),
      { Custom: 12 },
    ],
    [
      'that forgets its root',
      { account: { data: stateData({ root: 960n }) } },
      towerSync([[1000n, 1]]),
      { Custom: 12 },
    ],
    [
      'with a root nobody remembers',
      {
        account: {
          data: stateData({
            root: 100n,
            votes: [
              [850n, 6, 1],
              [990n, 5, 1],
            ],
          }),
        },
      },
      towerSync(
        [
          [990n, 5],
          [1000n, 1],
        ],
        { root: 880n },
      ),
      'ok',
    ],
    [
      'with a root older than any',
      { account: { data: stateData({ root: 100n }) } },
      towerSync([[1000n, 1]], { root: 99n }),
      'ok',
    ],
    [
      'with votes nobody remembers',
      votes([850n, 9, 1]),
      towerSync([
        [850n, 10],
        [860n, 9],
        [1000n, 1],
      ]),
      'ok',
    ],
    ['that drops a vote still locked out', votes([998n, 3, 1]), towerSync([[1000n, 1]]), { Custom: 6 }],
    ['that drops a vote no longer locked out', votes([997n, 1, 1]), towerSync([[1000n, 1]]), 'ok'],
    [
      'that takes a confirmation back',
      votes([998n, 3, 1]),
      towerSync([
        [998n, 2],
        [1000n, 1],
      ]),
      { Custom: 13 },
    ],
    [
      'that roots and earns',
      { ...votes([960n, 31, 1], [961n, 30, 4], [962n, 29, 0], [963n, 28, 40]), now: { ...now, epoch: 2n } },
      towerSync(
        [
          [964n, 9],
          [1000n, 1],
        ],
        { root: 963n },
      ),
      'ok',
    ],
    [
      'with an older time',
      { account: { data: stateData({ timestamp: [1n, 9n] }) } },
      towerSync([[1000n, 1]], { timestamp: 8n }),
      { Custom: 4 },
    ],
    [
      'with another time for the same slot',
      { account: { data: stateData({ timestamp: [1000n, 9n] }) } },
      towerSync([[1000n, 1]], { timestamp: 10n }),
      { Custom: 4 },
    ],
    ['without any SlotHashes', { slotHashes: [] }, towerSync([[1000n, 1]]), { Custom: 1 }],
    [
      'with a switch proof',
      {},
      { ...towerSync([[1000n, 1]]), data: [u32(15), ...towerSync([[1000n, 1]]).data.slice(1), new Uint8Array(32)] },
      'ok',
    ],
    [
      'without the switch proof',
      {},
      { ...towerSync([[1000n, 1]]), data: [u32(15), ...towerSync([[1000n, 1]]).data.slice(1)] },
      'InvalidInstructionData',
    ],
    ['in compact form', {}, { ...towerSync([[1000n, 1]]), data: [u32(12), ...compactTower([[1000n, 1]], {})] }, 'ok'],
    [
      'in compact form, of another hash',
      {},
      { accounts: byVoter, data: [u32(12), ...compactTower([[1000n, 1]], { hash: new Uint8Array(32) })] },
      { Custom: 2 },
    ],
    [
      'in compact form, with a switch proof',
      {},
      { accounts: byVoter, data: [u32(13), ...compactTower([[1000n, 1]], {}), new Uint8Array(32)] },
      'ok',
    ],
    [
      'in compact form, without the switch proof',
      {},
      { accounts: byVoter, data: [u32(13), ...compactTower([[1000n, 1]], {})] },
      'InvalidInstructionData',
    ],
    ['in the older form', {}, updateVoteState([[1000n, 1]]), 'ok'],
    [
      'in the older form, of another hash',
      {},
      updateVoteState([[1000n, 1]], { hash: new Uint8Array(32) }),
      { Custom: 2 },
    ],
    [
      'in the older form, with a switch proof',
      {},
      switching(9, updateVoteState([[1000n, 1]]), new Uint8Array(32)),
      'ok',
    ],
    [
      'in the older form, without the switch proof',
      {},
      switching(9, updateVoteState([[1000n, 1]])),
      'InvalidInstructionData',
    ],
    [
      'in compact form, with legacy forms gone',
      { with: ['deprecate_legacy_vote_ixs'] },
      { ...towerSync([[1000n, 1]]), data: [u32(12), ...compactTower([[1000n, 1]], {})] },
      'InvalidInstructionData',
    ],
    [
      'beyond a u64',
      {},
      {
        ...towerSync([[1000n, 1]]),
        data: [u32(14), u64(5n), u8(1), varint((1n << 64n) - 5n), u8(1), new Uint8Array(32), u8(0), new Uint8Array(32)],
      },
      'InvalidInstructionData',
    ],
    [
      'with a varint too long',
      {},
      {
        ...towerSync([[1000n, 1]]),
        data: [
          u32(14),
          u64(5n),
          u8(1),
          Uint8Array.of(0x85, 0x00),
          u8(1),
          new Uint8Array(32),
          u8(0),
          new Uint8Array(32),
        ],
      },
      'InvalidInstructionData',
    ],
    [
      'in a later epoch, with old voters',
      {
        now: { ...now, epoch: 9n },
        account: {
          data: stateData({
            voters: [
              [0n, OTHER],
              [7n, VOTER],
              [12n, OTHER],
            ],
          }),
        },
      },
      towerSync([[1000n, 1]]),
      'ok',
    ],
  ];
  test.each(rows)('%s', (_, world, call, result) => {
    expect(send(createOracle({ now, slotHashes, ...world }), call)).toEqual(result);
  });
});

describe('votes slot by slot', () => {
  const now = { slot: 1010n };
  const slotHashes = slotHashesFrom(1000n, 60);
  const rows: [string, World, Call, unknown][] = [
    ['one', {}, castVote([1000n]), 'ok'],
    ['some', {}, castVote([941n, 950n, 951n, 1000n], { timestamp: 7n }), 'ok'],
    ['some too old to be seen', {}, castVote([900n, 1000n]), 'ok'],
    ['all too old', {}, castVote([900n, 901n]), { Custom: 16 }],
    ['none', {}, castVote([]), { Custom: 3 }],
    [
      'none newer than the last',
      { account: { data: stateData({ votes: [[1000n, 1, 1]] }) } },
      castVote([1000n]),
      { Custom: 0 },
    ],
    ['one to come', {}, castVote([1001n]), { Custom: 1 }],
    ['one of another hash', {}, castVote([1000n], { hash: new Uint8Array(32) }), { Custom: 2 }],
    [
      'without the sysvar',
      {},
      { ...castVote([1000n]), accounts: [vote, clock, clock, signer(VOTER)] },
      'InvalidArgument',
    ],
    ['with legacy forms gone', { with: ['deprecate_legacy_vote_ixs'] }, castVote([1000n]), 'InvalidInstructionData'],
    ['one, with a switch proof', {}, switching(6, castVote([1000n]), new Uint8Array(32)), 'ok'],
    ['one, without the switch proof', {}, switching(6, castVote([1000n])), 'InvalidInstructionData'],
  ];
  test.each(rows)('%s', (_, world, call, result) => {
    expect(send(createOracle({ now, slotHashes, ...world }), call)).toEqual(result);
  });

  test('fill a tower, root, and earn credits', () => {
    const oracle = createOracle({ slotHashes: slotHashesFrom(1000n, 100), now: { slot: 1001n, epoch: 4n } });
    for (let slot = 902n; slot < 1000n; slot += 7n) {
      const slots = Array.from({ length: 6 }, (_, i) => slot + BigInt(i)).filter((each) => each <= 1000n);
      send(oracle, castVote(slots));
    }
    expect(oracle.bank.getAccount(VOTE)?.data.length).toBe(SIZE);
  });
});

test('towers grow as a validator’s do, over many epochs', () => {
  // A small generator of its own: the same steps each time.
  let seed = 12345;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % below;
  };
  const oracle = createOracle();
  let tower: [bigint, number][] = [];
  let root: bigint | undefined;
  const results = new Map<string, number>();
  for (let round = 0; round < 60; round++) {
    const slot = (tower.at(-1)?.[0] ?? 5000n) + BigInt(1 + random(3));
    const next = tower.map(([each, n]): [bigint, number] => [each, n]);
    const isExpired = ([each, n]: [bigint, number]) => each + (1n << BigInt(n)) < slot;
    while (next.length > 0 && isExpired(next[next.length - 1])) next.pop();
    next.push([slot, 1]);
    for (const [i, each] of next.entries()) if (next.length > i + each[1]) each[1]++;
    let nextRoot = root;
    if (next.length > 8) nextRoot = next.shift()?.[0];
    if (random(9) === 0) next[random(next.length)][1] += random(3) - 1;
    const sysvar = { lamports: 1n, owner: ids.SYSVAR_OWNER_ID, rentEpoch: 0n };
    const now = { slot: slot + BigInt(random(30)), epoch: BigInt(Math.floor(round / 7)), leaderScheduleEpoch: 0n };
    oracle.setAccount(ids.CLOCK_ID, {
      ...sysvar,
      data: encodeClock({ ...now, epochStartTimestamp: 0n, unixTimestamp: 0n }),
    });
    oracle.setAccount(ids.SLOT_HASHES_ID, { ...sysvar, data: encodeSlotHashes(slotHashesFrom(slot, 20)) });
    const more = { ...(nextRoot !== undefined && { root: nextRoot }), timestamp: BigInt(round) };
    const result = `${JSON.stringify(send(oracle, random(2) === 0 ? towerSync(next, more) : updateVoteState(next, more)))}`;
    results.set(result, (results.get(result) ?? 0) + 1);
    if (result === '"ok"') {
      tower = next;
      root = nextRoot;
    }
  }
  expect(results.get('"ok"')).toBeGreaterThan(30);
  expect(results.size).toBeGreaterThan(1);
});
