// Two oracles: the decoders of @solana/sysvars say what shape each account has, LiteSVM what an account looks like once
// its sysvar was set.

import { type Address, lamports } from '@solana/kit';
import * as theirs from '@solana/sysvars';
import { Clock, EpochRewards, type EpochSchedule, LiteSVM, Rent, StakeHistory, StakeHistoryEntry } from 'litesvm';
import { describe, expect, test } from 'vitest';
import { LITESVM_RULES, ParhelionError, Svm } from '../index.ts';
import { SYSVAR_FORMS } from './sysvars.ts';

const HASH = 'CmpNeggWJ4JaWJeJ8YKN1Zypmk7uvQq3PECGUCAEMbky' as never;
const OTHER_HASH = '4QjEBrJnATvydaCoPb7j4cneA5vSJNFsAYHQwRAjAjmQ' as never;

const CLOCK = {
  slot: 5n,
  epochStartTimestamp: -6n as never,
  epoch: 7n,
  leaderScheduleEpoch: 8n,
  unixTimestamp: 0x7fff_ffff_ffff_ffffn as never,
};
const EPOCH_REWARDS = {
  distributionStartingBlockHeight: 1n,
  numPartitions: 2n,
  parentBlockhash: HASH,
  totalPoints: (1n << 127n) + 3n,
  totalRewards: lamports(4n),
  distributedRewards: lamports(5n),
  active: true,
};
const EPOCH_SCHEDULE = {
  slotsPerEpoch: 64n,
  leaderScheduleSlotOffset: 32n,
  warmup: false,
  firstNormalEpoch: 1n,
  firstNormalSlot: 2n,
};
const RENT = { lamportsPerByteYear: lamports(3480n), exemptionThreshold: 2, burnPercent: 255 };
const RECENT_BLOCKHASHES = [HASH, OTHER_HASH].map((blockhash, i) => ({
  blockhash,
  feeCalculator: { lamportsPerSignature: lamports(BigInt(i)) },
}));
const SLOT_HASHES = [
  { hash: HASH, slot: 9n },
  { hash: OTHER_HASH, slot: 8n },
];
const BITS = Array.from({ length: 16_384 }, (_, i) => BigInt(i) << 40n);
const SLOT_HISTORY = { bits: BITS, nextSlot: 77n };
const STAKE_HISTORY = [
  { epoch: 3n, stakeHistory: { activating: lamports(1n), deactivating: lamports(2n), effective: lamports(3n) } },
  { epoch: 1n, stakeHistory: { activating: lamports(4n), deactivating: lamports(5n), effective: lamports(6n) } },
];

interface Row {
  readonly name: string;
  readonly value: unknown;
  readonly set: (svm: Svm) => void;
  readonly get: (svm: Svm) => unknown;
  /** Undefined where the package reads the list's length as a u32; on the chain it is a u64. */
  readonly decoder: (() => { decode(data: Uint8Array): unknown }) | undefined;
}

const ROWS: Row[] = [
  {
    name: 'Clock',
    value: CLOCK,
    set: (s) => s.setClock(CLOCK),
    get: (s) => s.getClock(),
    decoder: theirs.getSysvarClockDecoder,
  },
  {
    name: 'EpochRewards',
    value: EPOCH_REWARDS,
    set: (s) => s.setEpochRewards(EPOCH_REWARDS),
    get: (s) => s.getEpochRewards(),
    decoder: theirs.getSysvarEpochRewardsDecoder,
  },
  {
    name: 'EpochSchedule',
    value: EPOCH_SCHEDULE,
    set: (s) => s.setEpochSchedule(EPOCH_SCHEDULE),
    get: (s) => s.getEpochSchedule(),
    decoder: theirs.getSysvarEpochScheduleDecoder,
  },
  {
    name: 'LastRestartSlot',
    value: { lastRestartSlot: 5n },
    set: (s) => s.setLastRestartSlot({ lastRestartSlot: 5n }),
    get: (s) => s.getLastRestartSlot(),
    decoder: theirs.getSysvarLastRestartSlotDecoder,
  },
  {
    name: 'RecentBlockhashes',
    value: RECENT_BLOCKHASHES,
    set: (s) => s.setRecentBlockhashes(RECENT_BLOCKHASHES),
    get: (s) => s.getRecentBlockhashes(),
    decoder: undefined,
  },
  {
    name: 'Rent',
    value: RENT,
    set: (s) => s.setRent(RENT),
    get: (s) => s.getRent(),
    decoder: theirs.getSysvarRentDecoder,
  },
  {
    name: 'SlotHashes',
    value: SLOT_HASHES,
    set: (s) => s.setSlotHashes(SLOT_HASHES),
    get: (s) => s.getSlotHashes(),
    decoder: undefined,
  },
  {
    name: 'SlotHistory',
    value: SLOT_HISTORY,
    set: (s) => s.setSlotHistory(SLOT_HISTORY),
    get: (s) => s.getSlotHistory(),
    decoder: theirs.getSysvarSlotHistoryDecoder,
  },
  {
    name: 'StakeHistory',
    value: STAKE_HISTORY,
    set: (s) => s.setStakeHistory(STAKE_HISTORY),
    get: (s) => s.getStakeHistory(),
    decoder: theirs.getSysvarStakeHistoryDecoder,
  },
];

function dataOf(svm: Svm, name: string): Uint8Array {
  const key = SYSVAR_FORMS.find((form) => form.name === name)!.key.toString() as Address;
  const account = svm.getAccount(key);
  if (!account.exists) throw new Error(`the sysvar ${name} is missing`);
  return account.data;
}

describe.each(ROWS)('$name', ({ name, value, set, get, decoder }) => {
  test('of a new Svm reads as @solana/sysvars reads its account', () => {
    const svm = new Svm();
    if (decoder === undefined) expect(get(svm)).toHaveLength(1);
    else expect(get(svm)).toEqual(decoder().decode(dataOf(svm, name)));
  });

  test('is read back as it was set, and so reads its account', () => {
    for (const svm of [new Svm(), new Svm({ rules: LITESVM_RULES })]) {
      set(svm);
      expect(get(svm)).toEqual(value);
      if (decoder !== undefined) expect(decoder().decode(dataOf(svm, name))).toEqual(value);
    }
  });
});

test('every sysvar that has a form has a row', () => {
  expect(SYSVAR_FORMS.map(({ name }) => name).sort()).toEqual(ROWS.map(({ name }) => name).sort());
});

test('accounts of sysvars that were set are LiteSVM’s', () => {
  const svm = new Svm({ rules: LITESVM_RULES });
  const lite = new LiteSVM();
  for (const { set } of ROWS) set(svm);
  lite.setClock(new Clock(5n, -6n, 7n, 8n, 0x7fff_ffff_ffff_ffffn));
  lite.setEpochRewards(new EpochRewards(1n, 2n, HASH, (1n << 127n) + 3n, 4n, 5n, true));
  const schedule = lite.getEpochSchedule() as EpochSchedule;
  Object.assign(schedule, EPOCH_SCHEDULE);
  lite.setEpochSchedule(schedule);
  lite.setLastRestartSlot(5n);
  lite.setRent(new Rent(3480n, 2, 255));
  lite.setSlotHashes(SLOT_HASHES as never);
  const stake = new StakeHistory();
  stake.add(1n, new StakeHistoryEntry(6n, 4n, 5n));
  stake.add(3n, new StakeHistoryEntry(3n, 1n, 2n));
  lite.setStakeHistory(stake);
  for (const { name, key } of SYSVAR_FORMS) {
    if (name === 'RecentBlockhashes' || name === 'SlotHistory') continue;
    const account = lite.getAccount(key.toString() as Address) as { data: Uint8Array; lamports: bigint };
    expect([name, Buffer.from(dataOf(svm, name)).toString('hex')]).toEqual([
      name,
      Buffer.from(account.data).toString('hex'),
    ]);
    expect(account.lamports).toBe(svm.getBalance(key.toString() as Address));
  }
});

describe('a value that isn’t of its type', () => {
  const bad = (value: unknown) => value as never;
  test.each<[string, (svm: Svm) => void, string]>([
    ['a clock without slot', (s) => s.setClock(bad({ ...CLOCK, slot: undefined })), 'its slot must be a u64'],
    ['a slot as a number', (s) => s.setClock(bad({ ...CLOCK, slot: 5 })), 'received 5'],
    ['a slot below zero', (s) => s.setClock(bad({ ...CLOCK, slot: -1n })), 'its slot must be a u64'],
    ['a time beyond i64', (s) => s.setClock(bad({ ...CLOCK, unixTimestamp: 1n << 63n })), 'an i64'],
    ['nothing', (s) => s.setRent(bad(null)), 'expected an object; received null'],
    ['a percentage beyond u8', (s) => s.setRent(bad({ ...RENT, burnPercent: 256 })), 'from 0 to 255'],
    ['a threshold as a text', (s) => s.setRent(bad({ ...RENT, exemptionThreshold: '2' })), 'a number'],
    ['a flag as a number', (s) => s.setEpochSchedule(bad({ ...EPOCH_SCHEDULE, warmup: 1 })), 'true or false'],
    ['points beyond u128', (s) => s.setEpochRewards(bad({ ...EPOCH_REWARDS, totalPoints: 1n << 128n })), 'a u128'],
    ['a hash that is none', (s) => s.setEpochRewards(bad({ ...EPOCH_REWARDS, parentBlockhash: 'x' })), '32 bytes'],
    ['a list that is none', (s) => s.setSlotHashes(bad({ length: 1 })), 'expected an array'],
    ['too many entries', (s) => s.setSlotHashes(bad(new Array(513).fill(SLOT_HASHES[0]))), 'at most 512'],
    ['an entry that is none', (s) => s.setStakeHistory(bad([{ epoch: 1n }])), 'its stakeHistory'],
    ['a fee that is none', (s) => s.setRecentBlockhashes(bad([{ blockhash: HASH }])), 'its feeCalculator'],
    ['too few bits', (s) => s.setSlotHistory(bad({ bits: [1n], nextSlot: 1n })), '16384 u64'],
    [
      'a bit that is none',
      (s) => s.setSlotHistory(bad({ bits: [...BITS.slice(1), 'x'], nextSlot: 1n })),
      'bits[16383]',
    ],
  ])('%s is refused and changes nothing', (_, act, reason) => {
    const svm = new Svm();
    const before = ROWS.map(({ get }) => get(svm));
    expect(() => act(svm)).toThrow(ParhelionError);
    expect(() => act(svm)).toThrow(expect.objectContaining({ code: 'INVALID_SYSVAR' }));
    expect(() => act(svm)).toThrow(reason);
    expect(ROWS.map(({ get }) => get(svm))).toEqual(before);
  });
});
