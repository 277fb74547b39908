// Capsules from recorded RPC answers: the same transaction, accounts and outcome, whatever the encoding; what is missing is
// named.

import { type Address, lamports } from '@solana/kit';
import { describe, expect, it } from 'vitest';
import { u64 } from '../../test/support/bytes.ts';
import { explain } from '../trace/index.ts';
import { decodeBase58, encodeBase58 } from '../wire/base58.ts';
import { encodeBase64 } from '../wire/base64.ts';
import { concatBytes, writeU32, writeU64 } from '../wire/bytes.ts';
import type { VersionedMessage } from '../wire/message.ts';
import { compileMessage, type Instruction } from '../wire/message-compiler.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { createTransaction, decodeTransaction, encodeTransaction } from '../wire/transaction.ts';
import { runCapsule } from './capsule.ts';
import { capsuleFromRpc } from './capsule-from-rpc.ts';
import { Svm, type TransactionOutcome } from './svm.ts';

const key = (byte: number): Pubkey => new Pubkey(new Uint8Array(32).fill(byte));
const SYSTEM = Pubkey.fromBase58('11111111111111111111111111111111');
const TOKEN = Pubkey.fromBase58('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
const TABLES = Pubkey.fromBase58('AddressLookupTab1e1111111111111111111111111');
const [PAYER, BOB, MINT, FROM, TO, TABLE] = [key(1), key(2), key(3), key(4), key(5), key(6)];

const meta = (address: Pubkey, flags = '') => ({
  address,
  isSigner: flags.includes('s'),
  isWritable: flags.includes('w'),
});
const transfer = (amount: bigint): Instruction => ({
  programAddress: SYSTEM,
  accounts: [meta(PAYER, 'sw'), meta(BOB, 'w')],
  data: concatBytes([Uint8Array.of(2, 0, 0, 0), u64(amount)]),
});
const tokenTransfer = (amount: bigint): Instruction => ({
  programAddress: TOKEN,
  accounts: [meta(FROM, 'w'), meta(TO, 'w'), meta(PAYER, 's')],
  data: concatBytes([Uint8Array.of(3), u64(amount)]),
});

function tokenAccount(amount: bigint): Uint8Array {
  const data = new Uint8Array(165);
  data.set(MINT.bytes, 0);
  data.set(PAYER.bytes, 32);
  writeU64(data, 64, amount);
  data[108] = 1;
  return data;
}

function chain(): Svm {
  const svm = new Svm({ signatureVerification: false });
  svm.airdrop(PAYER.toString() as Address, lamports(5_000_000_000n));
  const set = (address: Pubkey, owner: Pubkey, data: Uint8Array) =>
    svm.setAccount({
      address: address.toString() as Address,
      lamports: lamports(10_000_000n),
      programAddress: owner.toString() as Address,
      data,
      executable: false,
      space: BigInt(data.length),
    });
  set(FROM, TOKEN, tokenAccount(100n));
  set(TO, TOKEN, tokenAccount(7n));
  const table = new Uint8Array(88);
  writeU32(table, 0, 1);
  writeU64(table, 4, (1n << 64n) - 1n);
  table.set(BOB.bytes, 56);
  set(TABLE, TABLES, table);
  svm.warpToSlot(svm.getClock().slot + 2n);
  return svm;
}

/** What nodes answer, in the shapes of JSON-RPC. */
const account = (svm: Svm, address: string) => {
  const found = svm.getAccount(address as Address);
  if (!found.exists) return null;
  const { lamports: balance, programAddress: owner, data, executable } = found;
  return {
    lamports: Number(balance),
    owner,
    executable,
    rentEpoch: 18_446_744_073_709_552_000,
    data: [encodeBase64(Uint8Array.from(data)), 'base64'],
    space: data.length,
  };
};

function answer(bytes: Uint8Array, encoding: 'base64' | 'base58' | 'json', before: Svm, outcome: TransactionOutcome) {
  const { message, signatures } = decodeTransaction(bytes);
  const loaded = { writable: message.version === 0 ? [BOB.toString()] : [], readonly: [] };
  const keys = [...message.accountKeys.map(String), ...loaded.writable];
  const json = {
    signatures: signatures.map((signature) => encodeBase58(signature)),
    message: {
      header: message.header,
      accountKeys: message.accountKeys.map(String),
      recentBlockhash: encodeBase58(message.recentBlockhash),
      instructions: message.instructions.map(({ programIdIndex, accounts, data }) => {
        return { programIdIndex, accounts: [...accounts], data: encodeBase58(data), stackHeight: null };
      }),
      ...(message.version === 0
        ? {
            addressTableLookups: message.addressTableLookups.map((lookup) => ({
              accountKey: lookup.accountKey.toString(),
              writableIndexes: [...lookup.writableIndexes],
              readonlyIndexes: [...lookup.readonlyIndexes],
            })),
          }
        : {}),
    },
  };
  const encoded =
    encoding === 'json' ? json : [encoding === 'base64' ? encodeBase64(bytes) : encodeBase58(bytes), encoding];
  const result = {
    slot: Number(before.getClock().slot),
    blockTime: 1_700_000_000,
    version: message.version,
    transaction: encoded,
    meta: {
      err: outcome.error,
      logMessages: outcome.logs,
      computeUnitsConsumed: Number(outcome.computeUnitsConsumed),
      preBalances: keys.map((address) => Number(before.getBalance(address as Address))),
      preTokenBalances: [FROM, TO].flatMap((address) => {
        const accountIndex = keys.indexOf(address.toString());
        const amount = address === FROM ? '100' : '7';
        return accountIndex < 0
          ? []
          : [{ accountIndex, mint: MINT.toString(), uiTokenAmount: { amount, decimals: 6 } }];
      }),
      loadedAddresses: loaded,
    },
  };
  return { keys, response: { jsonrpc: '2.0', id: 1, result } };
}

function record(
  instruction: Instruction,
  encoding: 'base64' | 'base58' | 'json' = 'base64',
  change: (message: VersionedMessage) => VersionedMessage = (message) => message,
) {
  const svm = chain();
  const recentBlockhash = decodeBase58(svm.latestBlockhash());
  const message = change(compileMessage({ feePayer: PAYER, recentBlockhash, instructions: [instruction] }));
  const bytes = encodeTransaction(createTransaction(message, [new Uint8Array(64).fill(9)]));
  const outcome = svm.sendTransaction(bytes);
  const { keys, response } = answer(bytes, encoding, chain(), outcome);
  // The accounts are asked for afterwards, as one does.
  const accounts = Object.fromEntries(keys.map((address) => [address, account(svm, address)]));
  return { svm, outcome, keys, transaction: response, accounts, bytes };
}

/** bob comes out of a lookup table. */
const withTable = (message: VersionedMessage): VersionedMessage =>
  ({
    ...message,
    version: 0,
    accountKeys: [PAYER, SYSTEM],
    instructions: [{ ...message.instructions[0], programIdIndex: 1, accounts: Uint8Array.of(0, 2) }],
    addressTableLookups: [{ accountKey: TABLE, writableIndexes: Uint8Array.of(0), readonlyIndexes: new Uint8Array(0) }],
  }) as VersionedMessage;

const same = (made: TransactionOutcome, was: TransactionOutcome) => {
  expect(made.error).toEqual(was.error);
  expect(made.logs).toEqual(was.logs);
  expect(made.computeUnitsConsumed).toBe(was.computeUnitsConsumed);
  expect(made.postAccounts.map(({ lamports: balance }) => balance)).toEqual(
    was.postAccounts.map(({ lamports: balance }) => balance),
  );
};

describe('a capsule from RPC answers', () => {
  it.each(['base64', 'base58', 'json'] as const)('runs as it ran on the cluster: %s', (encoding) => {
    const { outcome, transaction, accounts } = record(tokenTransfer(30n), encoding);
    const capsule = capsuleFromRpc({ transaction, accounts });
    same(runCapsule(JSON.parse(JSON.stringify(capsule))), outcome);
    expect(capsule.recorded).toEqual({
      error: null,
      logs: outcome.logs,
      computeUnitsConsumed: Number(outcome.computeUnitsConsumed),
    });
  });

  it('explains what failed, with the state before it', () => {
    const { transaction, accounts } = record(tokenTransfer(500n));
    const capsule = capsuleFromRpc({ transaction, accounts, names: { [FROM.toString()]: 'savings' } });
    expect(explain(runCapsule(capsule))).toMatchObject({
      code: 'TOKEN_INSUFFICIENT_FUNDS',
      cause: expect.stringMatching(/savings.* holds 100, and 500/),
    });
  });

  it.each(['base64', 'json'] as const)('of version 0 loads addresses, with its table or without: %s', (encoding) => {
    const { svm, outcome, transaction, accounts } = record(transfer(1_000_000n), encoding, withTable);
    expect(outcome.error).toBeNull();
    const withIt = { ...accounts, [TABLE.toString()]: account(svm, TABLE.toString()) };
    same(runCapsule(capsuleFromRpc({ transaction, accounts: withIt })), outcome);
    const made = capsuleFromRpc({ transaction, accounts });
    expect(made.notes?.join()).toMatch(/is made from the addresses/);
    same(runCapsule(made), outcome);
  });

  it.each<readonly [string, (r: ReturnType<typeof record>) => unknown]>([
    ['a list in the order of the transaction', ({ keys, accounts }) => keys.map((k) => accounts[k])],
    [
      'an answer of getMultipleAccounts',
      ({ keys, accounts }) => ({ result: { context: { slot: 1 }, value: keys.map((k) => accounts[k]) } }),
    ],
    ['addresses beside it', ({ keys, accounts }) => ({ addresses: keys, value: keys.map((k) => accounts[k]) })],
    [
      'requests with their answers',
      ({ keys, accounts }) =>
        keys.map((k) => ({ method: 'getAccountInfo', params: [k], result: { value: accounts[k] } })),
    ],
    [
      'what getProgramAccounts answers',
      ({ keys, accounts }) =>
        keys.flatMap((pubkey) => (accounts[pubkey] === null ? [] : [{ pubkey, account: accounts[pubkey] }])),
    ],
  ])('takes accounts as %s', (_, shape) => {
    const recorded = record(tokenTransfer(30n));
    const capsule = capsuleFromRpc({ transaction: recorded.transaction, accounts: shape(recorded) });
    same(runCapsule(capsule), recorded.outcome);
  });

  it.each<readonly [string, (r: ReturnType<typeof record>) => { transaction: unknown; accounts: unknown }, RegExp]>([
    ['no transaction', (r) => ({ ...r, transaction: { result: null } }), /does not know the transaction/],
    ['something else', (r) => ({ ...r, transaction: 5 }), /no field `transaction`/],
    [
      'a parsed transaction',
      (r) => ({ ...r, transaction: { transaction: { message: { instructions: [{ parsed: {} }] } } } }),
      /jsonParsed, which loses bytes.*base64/,
    ],
    ['bytes cut short', (r) => ({ ...r, transaction: { transaction: ['AQID', 'base64'] } }), /aren't a transaction/],
    [
      'an account left out',
      (r) => ({ ...r, accounts: { ...r.accounts, [FROM.toString()]: undefined } }),
      /has no lamports and owner|missing/,
    ],
    [
      'accounts left out',
      (r) => ({ ...r, accounts: {} }),
      new RegExp(`missing: ${PAYER} \\(account #0\\), .*getMultipleAccounts`),
    ],
    [
      'an account that is gone since',
      (r) => ({ ...r, accounts: { ...r.accounts, [FROM.toString()]: null } }),
      /had 10000000 lamports before the transaction and is gone/,
    ],
    [
      'a parsed account',
      (r) => ({
        ...r,
        accounts: { [FROM.toString()]: { lamports: 1, owner: TOKEN.toString(), data: { parsed: {} } } },
      }),
      /data of .* jsonParsed/,
    ],
    [
      'another encoding',
      (r) => ({
        ...r,
        accounts: { [FROM.toString()]: { lamports: 1, owner: TOKEN.toString(), data: ['x', 'base64+zstd'] } },
      }),
      /base64\+zstd: ask for encoding base64/,
    ],
    ['a list of another length', (r) => ({ ...r, accounts: [null] }), /1 accounts for \d addresses/],
    ['an error of the node', (r) => ({ ...r, accounts: { error: { code: -32602 } } }), /answered an error/],
    ['no address', (r) => ({ ...r, accounts: { nope: null } }), /no address: nope/],
  ])('refuses %s, and says what to do', (_, spoil, says) => {
    const recorded = record(tokenTransfer(30n));
    expect(() => capsuleFromRpc(spoil(recorded))).toThrow(says);
  });

  it('names the program data that a program consists of', () => {
    const program = {
      lamports: 1,
      owner: 'BPFLoaderUpgradeab1e11111111111111111111111',
      executable: true,
      data: [encodeBase64(concatBytes([Uint8Array.of(2, 0, 0, 0), key(77).bytes])), 'base64'],
    };
    const { transaction, accounts } = record(tokenTransfer(30n));
    const more = { ...accounts, [key(76).toString()]: program };
    expect(() => capsuleFromRpc({ transaction, accounts: more })).toThrow(
      new RegExp(`${key(77)} \\(the program data of ${key(76)}\\)`),
    );
  });
});
