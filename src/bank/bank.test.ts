import { LiteSVM } from 'litesvm';
import { describe, expect, test } from 'vitest';
import * as ids from '../runtime/addresses.ts';
import { FeatureSet } from '../runtime/features.ts';
import { AGAVE_RULES, LITESVM_RULES } from '../runtime/rules.ts';
import {
  decodeClock,
  decodeRecentBlockhashes,
  decodeSlotHashes,
  encodeClock,
  RECENT_BLOCKHASHES_ACCOUNT_LEN,
} from '../runtime/sysvars/layouts.ts';
import { type Account, RENT_EXEMPT_RENT_EPOCH } from '../wire/account.ts';
import { writeU32, writeU64 } from '../wire/bytes.ts';
import { compileMessage } from '../wire/message-compiler.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { createTransaction } from '../wire/transaction.ts';
import { Bank } from './bank.ts';
import type { BankOptions } from './bank-options.ts';
import { programDataAddressOf } from './program-accounts.ts';

const ALICE = new Pubkey(new Uint8Array(32).fill(0xa1));
const BOB = new Pubkey(new Uint8Array(32).fill(0xb0));
const SOL = 1_000_000_000n;

function createBank(options: Partial<BankOptions> = {}): Bank {
  const bank = new Bank({ features: FeatureSet.mainnet(), verifySignatures: false, ...options });
  bank.setAccount(ALICE, wallet(10n * SOL));
  return bank;
}

function wallet(lamports: bigint): Account {
  const owner = ids.SYSTEM_PROGRAM_ID;
  return { lamports, data: new Uint8Array(0), owner, executable: false, rentEpoch: RENT_EXEMPT_RENT_EPOCH };
}

function transfer(bank: Bank, lamports: bigint, options: { blockhash?: Uint8Array; signature?: number } = {}) {
  const data = new Uint8Array(12);
  writeU32(data, 0, 2);
  writeU64(data, 4, lamports);
  const accounts = [
    { address: ALICE, isSigner: true, isWritable: true },
    { address: BOB, isSigner: false, isWritable: true },
  ];
  const message = compileMessage({
    feePayer: ALICE,
    instructions: [{ programAddress: ids.SYSTEM_PROGRAM_ID, accounts, data }],
    recentBlockhash: options.blockhash ?? bank.latestBlockhash,
  });
  return createTransaction(message, [new Uint8Array(64).fill(options.signature ?? Number(lamports / SOL))]);
}

function errorOf({ prepared, execution }: ReturnType<Bank['send']>) {
  return prepared.status === 'rejected' ? prepared.error : execution?.error;
}

const lamportsOf = (bank: Bank, key: Pubkey) => bank.getAccount(key)?.lamports;
const clockOf = (bank: Bank) => decodeClock(bank.getAccount(ids.CLOCK_ID)!.data)!;
const slotHashesOf = (bank: Bank) => decodeSlotHashes(bank.getAccount(ids.SLOT_HASHES_ID)!.data)!;

describe('transactions', () => {
  test('a success is stored and remembered', () => {
    const bank = createBank();
    const record = bank.send(transfer(bank, SOL));
    expect(errorOf(record)).toBeUndefined();
    expect(lamportsOf(bank, BOB)).toBe(SOL);
    expect(lamportsOf(bank, ALICE)).toBe(9n * SOL - 5000n);
    expect(bank.getTransaction(record.transaction.signatures[0])).toBe(record);
  });

  test('a failure costs its fee and is remembered', () => {
    const bank = createBank();
    const record = bank.send(transfer(bank, 11n * SOL));
    expect(errorOf(record)).toEqual({ InstructionError: [0, { Custom: 1 }] });
    expect(lamportsOf(bank, ALICE)).toBe(10n * SOL - 5000n);
    expect(lamportsOf(bank, BOB)).toBeUndefined();
    expect(bank.getTransaction(record.transaction.signatures[0])).toBe(record);
  });

  test('a rejection leaves no trace', () => {
    const bank = createBank();
    const record = bank.send(transfer(bank, SOL, { blockhash: new Uint8Array(32) }));
    expect(errorOf(record)).toBe('BlockhashNotFound');
    expect(lamportsOf(bank, ALICE)).toBe(10n * SOL);
    expect(bank.getTransaction(record.transaction.signatures[0])).toBeUndefined();
  });

  test('a simulation leaves no trace either', () => {
    const bank = createBank();
    expect(errorOf(bank.simulate(transfer(bank, SOL)))).toBeUndefined();
    expect(errorOf(bank.simulate(transfer(bank, SOL)))).toBeUndefined();
    expect(lamportsOf(bank, ALICE)).toBe(10n * SOL);
    expect(errorOf(bank.send(transfer(bank, SOL)))).toBeUndefined();
  });
});

describe('duplicates', () => {
  test('a validator knows a message, whatever its signatures', () => {
    const bank = createBank();
    bank.send(transfer(bank, SOL, { signature: 1 }));
    expect(errorOf(bank.send(transfer(bank, SOL, { signature: 2 })))).toBe('AlreadyProcessed');
    expect(errorOf(bank.send(transfer(bank, 2n * SOL, { signature: 1 })))).toBeUndefined();
    bank.expireBlockhash();
    expect(errorOf(bank.send(transfer(bank, SOL, { signature: 1 })))).toBeUndefined();
  });

  test('a failure that was charged is known too', () => {
    const bank = createBank();
    bank.send(transfer(bank, 11n * SOL));
    expect(errorOf(bank.send(transfer(bank, 11n * SOL)))).toBe('AlreadyProcessed');
  });

  test('LiteSVM doesn’t know any with its signature checks off', () => {
    const bank = createBank({ rules: LITESVM_RULES });
    bank.send(transfer(bank, SOL));
    expect(errorOf(bank.send(transfer(bank, SOL)))).toBeUndefined();
  });
});

describe('blockhashes', () => {
  test('on a validator a blockhash serves for 150 blocks', () => {
    const bank = createBank();
    const blockhash = bank.latestBlockhash;
    for (let i = 0; i < 150; i++) bank.expireBlockhash();
    expect(errorOf(bank.send(transfer(bank, SOL, { blockhash })))).toBeUndefined();
    bank.expireBlockhash();
    expect(errorOf(bank.send(transfer(bank, 2n * SOL, { blockhash })))).toBe('BlockhashNotFound');
  });

  test('under LiteSVM’s rules only the newest serves', () => {
    const bank = createBank({ rules: LITESVM_RULES });
    const blockhash = bank.latestBlockhash;
    bank.expireBlockhash();
    expect(errorOf(bank.send(transfer(bank, SOL, { blockhash })))).toBe('BlockhashNotFound');
  });

  test('the next ones, and under its rules the sysvar, are LiteSVM’s', () => {
    const svm = new LiteSVM();
    const bank = createBank({ rules: LITESVM_RULES });
    for (let i = 0; i < 3; i++) {
      svm.expireBlockhash();
      bank.expireBlockhash();
      expect(bank.latestBlockhashKey.toString()).toBe(svm.latestBlockhash());
      const theirs = svm.getAccount(ids.RECENT_BLOCKHASHES_ID.toString() as never) as { data: Uint8Array };
      expect(Buffer.from(bank.getAccount(ids.RECENT_BLOCKHASHES_ID)!.data)).toEqual(Buffer.from(theirs.data));
    }
  });

  test('on a validator the sysvar lists the last 150, newest first, in an account of fixed length', () => {
    const bank = createBank();
    const hashes = [bank.latestBlockhash];
    for (let i = 0; i < 200; i++) {
      bank.expireBlockhash();
      hashes.unshift(bank.latestBlockhash);
    }
    const { data } = bank.getAccount(ids.RECENT_BLOCKHASHES_ID)!;
    expect(data.length).toBe(RECENT_BLOCKHASHES_ACCOUNT_LEN);
    const listed = decodeRecentBlockhashes(data)!;
    expect(listed.map(({ blockhash }) => Buffer.from(blockhash).toString('hex'))).toEqual(
      hashes.slice(0, 150).map((hash) => Buffer.from(hash).toString('hex')),
    );
    expect(listed[0].lamportsPerSignature).toBe(5000n);
  });
});

describe('a warp', () => {
  test('under LiteSVM’s rules moves the slot alone', () => {
    const bank = createBank({ rules: LITESVM_RULES });
    const svm = new LiteSVM();
    for (const slot of [447_552_001n, 5n, 500_000_000n]) {
      bank.warpToSlot(slot);
      svm.warpToSlot(slot);
      for (const id of [ids.CLOCK_ID, ids.SLOT_HASHES_ID, ids.RECENT_BLOCKHASHES_ID]) {
        const theirs = svm.getAccount(id.toString() as never) as { data: Uint8Array };
        expect(Buffer.from(bank.getAccount(id)!.data)).toEqual(Buffer.from(theirs.data));
      }
    }
  });

  test('on a validator makes a block for each slot', () => {
    const bank = createBank();
    const start = bank.slot;
    const first = bank.latestBlockhash;
    bank.warpToSlot(start + 3n);
    expect(bank.slot).toBe(start + 3n);
    expect(slotHashesOf(bank).map(({ slot }) => slot)).toEqual([start + 2n, start + 1n, start]);
    expect(slotHashesOf(bank)[2].hash).toEqual(first);
    expect(bank.isRecentBlockhash(first, 3)).toBe(true);
    expect(bank.isRecentBlockhash(first, 2)).toBe(false);
    bank.warpToSlot(start + 151n);
    expect(bank.isRecentBlockhash(first)).toBe(false);
    bank.warpToSlot(start + 10_000n);
    const slots = slotHashesOf(bank).map(({ slot }) => slot);
    expect([slots.length, slots[0], slots[511]]).toEqual([512, start + 9_999n, start + 9_488n]);
  });

  test('to the present slot changes nothing', () => {
    const bank = createBank();
    const { environment } = bank;
    bank.warpToSlot(bank.slot);
    expect(bank.latestBlockhash).toBe(environment.blockhash);
    expect(clockOf(bank)).toEqual(environment.sysvars.clock);
  });

  test('goes on by the epochs that begin in between, from wherever the clock stands', () => {
    const bank = createBank();
    const start = bank.slot;
    bank.setSysvar(ids.CLOCK_ID, encodeClock({ ...clockOf(bank), unixTimestamp: 77n, leaderScheduleEpoch: 1n }));
    bank.warpToSlot(start + 100n);
    expect(clockOf(bank)).toMatchObject({ epoch: 0n, leaderScheduleEpoch: 1n, epochStartTimestamp: 0n });
    bank.warpToSlot(start + 3n * 432_000n);
    expect(clockOf(bank)).toEqual({
      slot: start + 3n * 432_000n,
      epoch: 3n,
      leaderScheduleEpoch: 4n,
      epochStartTimestamp: 77n,
      unixTimestamp: 77n,
    });
  });

  test('back in time forgets the slots to come and keeps blockhashes', () => {
    const bank = createBank();
    const start = bank.slot;
    bank.warpToSlot(start + 10n);
    const blockhash = bank.latestBlockhash;
    bank.warpToSlot(start + 4n);
    expect(slotHashesOf(bank).map(({ slot }) => slot)).toEqual([start + 3n, start + 2n, start + 1n, start]);
    bank.warpToSlot(5n);
    expect(slotHashesOf(bank)).toEqual([]);
    expect(clockOf(bank)).toMatchObject({ slot: 5n, epoch: 0n });
    expect(bank.latestBlockhash).toBe(blockhash);
    expect(errorOf(bank.send(transfer(bank, SOL)))).toBeUndefined();
  });
});

describe('snapshots', () => {
  test('bring back accounts, blockhashes, sysvars, and what was processed', () => {
    const bank = createBank();
    const before = transfer(bank, SOL);
    bank.send(before);
    const id = bank.snapshot();
    const { environment } = bank;
    const after = transfer(bank, 2n * SOL);
    bank.send(after);
    bank.warpToSlot(bank.slot + 500n);
    bank.revert(id);
    expect(bank.environment).toBe(environment);
    expect(lamportsOf(bank, BOB)).toBe(SOL);
    expect(bank.getTransaction(after.signatures[0])).toBeUndefined();
    expect(errorOf(bank.send(before))).toBe('AlreadyProcessed');
    expect(errorOf(bank.send(after))).toBeUndefined();
  });

  test('can be gone back to again; later ones are discarded', () => {
    const bank = createBank();
    const first = bank.snapshot();
    bank.send(transfer(bank, SOL));
    const second = bank.snapshot();
    bank.send(transfer(bank, 2n * SOL));
    bank.revert(second);
    expect(lamportsOf(bank, BOB)).toBe(SOL);
    bank.revert(first);
    bank.send(transfer(bank, 3n * SOL));
    bank.revert(first);
    expect(lamportsOf(bank, BOB)).toBeUndefined();
    expect(() => bank.revert(second)).toThrow(expect.objectContaining({ code: 'UNKNOWN_SNAPSHOT' }));
    expect(() => bank.revert(99)).toThrow(expect.objectContaining({ code: 'UNKNOWN_SNAPSHOT' }));
    expect(bank.snapshot()).not.toBe(second);
  });
});

describe('the environment', () => {
  test('is one value as long as nothing it tells has changed', () => {
    const bank = createBank();
    const { environment } = bank;
    bank.send(transfer(bank, SOL));
    expect(bank.environment).toBe(environment);
    bank.setAccount(ids.CLOCK_ID, { ...bank.getAccount(ids.CLOCK_ID)! });
    expect(bank.environment).not.toBe(environment);
    expect(environment.rules).toBe(AGAVE_RULES);
  });

  test('follows a sysvar that is set as an account', () => {
    const bank = createBank();
    const clock = bank.getAccount(ids.CLOCK_ID)!;
    bank.setAccount(ids.CLOCK_ID, { ...clock, data: encodeClock({ ...clockOf(bank), slot: 7n }) });
    expect(bank.slot).toBe(7n);
    expect(bank.environment.sysvars.clock?.slot).toBe(7n);
  });
});

describe('programs of a new chain', () => {
  test('their ELF files can be accounts of a transaction, written ones too', () => {
    const bank = createBank();
    const key = programDataAddressOf(Pubkey.fromBase58('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA'));
    const before = bank.getAccount(key)!;
    const message = compileMessage({
      feePayer: ALICE,
      instructions: [
        {
          programAddress: ids.COMPUTE_BUDGET_ID,
          accounts: [{ address: key, isSigner: false, isWritable: true }],
          data: Uint8Array.of(2, 0, 1, 0, 0),
        },
      ],
      recentBlockhash: bank.latestBlockhash,
    });
    expect(errorOf(bank.send(createTransaction(message, [new Uint8Array(64)])))).toBeUndefined();
    expect(bank.getAccount(key)).toEqual({
      lamports: before.lamports,
      data: before.data,
      owner: ids.BPF_LOADER_UPGRADEABLE_ID,
      executable: false,
      rentEpoch: RENT_EXEMPT_RENT_EPOCH,
    });
  });
});
