import internal from 'litesvm/dist/internal.js';
import { expect, test } from 'vitest';
import { decodeBase58, encodeBase58 } from '../../wire/base58.ts';
import { readU64 } from '../../wire/bytes.ts';
import type { Pubkey } from '../../wire/pubkey.ts';
import * as ids from '../addresses.ts';
import { SysvarCache } from './cache.ts';
import * as layouts from './layouts.ts';

const svm = new internal.LiteSvm();
const dataOf = (id: Pubkey): Uint8Array => Uint8Array.from(svm.getAccount(id.bytes)!.data());
const hash = (i: number): Uint8Array => new Uint8Array(32).fill(i);

const clock = { slot: 5n, epochStartTimestamp: -6n, epoch: 7n, leaderScheduleEpoch: 8n, unixTimestamp: -9n };
const schedule = {
  slotsPerEpoch: 1n,
  leaderScheduleSlotOffset: 2n,
  warmup: true,
  firstNormalEpoch: 3n,
  firstNormalSlot: 0xffff_ffff_ffff_ffffn,
};
const rewards = {
  distributionStartingBlockHeight: 1n,
  numPartitions: 2n,
  parentBlockhash: hash(3),
  totalPoints: (4n << 64n) | 5n,
  totalRewards: 6n,
  distributedRewards: 7n,
  active: true,
};
const rent = { lamportsPerByte: 3480n, exemptionThreshold: 2.5, burnPercent: 51 };
const slotHashes = [
  { slot: 9n, hash: hash(1) },
  { slot: 7n, hash: hash(2) },
];
const stakeHistory = [{ epoch: 3n, effective: 1n, activating: 2n, deactivating: 4n }];
const slotHistory = layouts.emptySlotHistory();
slotHistory.bits[3] = 0b1000_0010;

test('accounts that LiteSVM makes of the same values have the same bytes', () => {
  svm.setClock(new internal.Clock(5n, -6n, 7n, 8n, -9n));
  expect(layouts.encodeClock(clock)).toEqual(dataOf(ids.CLOCK_ID));
  svm.setEpochSchedule(new internal.EpochSchedule(1n, 2n, true, 3n, 0xffff_ffff_ffff_ffffn));
  expect(layouts.encodeEpochSchedule(schedule)).toEqual(dataOf(ids.EPOCH_SCHEDULE_ID));
  svm.setEpochRewards(new internal.EpochRewards(1n, 2n, encodeBase58(hash(3)), (4n << 64n) | 5n, 6n, 7n, true));
  expect(layouts.encodeEpochRewards(rewards)).toEqual(dataOf(ids.EPOCH_REWARDS_ID));
  svm.setRent(new internal.Rent(3480n, 2.5, 51));
  expect(layouts.encodeRent(rent)).toEqual(dataOf(ids.RENT_ID));
  svm.setLastRestartSlot(77n);
  expect(layouts.encodeLastRestartSlot({ lastRestartSlot: 77n })).toEqual(dataOf(ids.LAST_RESTART_SLOT_ID));
  svm.setSlotHashes(slotHashes.map((entry) => ({ slot: entry.slot, hash: encodeBase58(entry.hash) })));
  expect(layouts.encodeSlotHashes(slotHashes)).toEqual(dataOf(ids.SLOT_HASHES_ID));
  const history = new internal.StakeHistory();
  history.add(3n, new internal.StakeHistoryEntry(1n, 2n, 4n));
  svm.setStakeHistory(history);
  // LiteSVM makes this account as long as its entries need.
  expect(layouts.encodeStakeHistory(stakeHistory, 40)).toEqual(dataOf(ids.STAKE_HISTORY_ID));
  const theirs = internal.SlotHistory.default();
  expect(layouts.encodeSlotHistory(layouts.emptySlotHistory())).toEqual(dataOf(ids.SLOT_HISTORY_ID));
  theirs.add(25n);
  theirs.add(31n);
  svm.setSlotHistory(theirs);
  expect(layouts.encodeSlotHistory({ ...slotHistory, nextSlot: 32n })).toEqual(dataOf(ids.SLOT_HISTORY_ID));
  svm.expireBlockhash();
  const blockhash = decodeBase58(svm.latestBlockhash());
  const recent = layouts.encodeRecentBlockhashes([{ blockhash, lamportsPerSignature: 5000n }]);
  expect(recent).toEqual(dataOf(ids.RECENT_BLOCKHASHES_ID));
  expect(readU64(dataOf(ids.FEES_ID), 0)).toBe(0n);
});

test('what was encoded decodes', () => {
  expect(layouts.decodeClock(layouts.encodeClock(clock))).toEqual(clock);
  expect(layouts.decodeEpochSchedule(layouts.encodeEpochSchedule(schedule))).toEqual(schedule);
  expect(layouts.decodeEpochRewards(layouts.encodeEpochRewards(rewards))).toEqual(rewards);
  expect(layouts.decodeRent(layouts.encodeRent(rent))).toEqual(rent);
  expect(layouts.decodeSlotHashes(layouts.encodeSlotHashes(slotHashes))).toEqual(slotHashes);
  expect(layouts.decodeStakeHistory(layouts.encodeStakeHistory(stakeHistory))).toEqual(stakeHistory);
  expect(layouts.decodeSlotHistory(layouts.encodeSlotHistory(slotHistory))).toEqual(slotHistory);
});

test('what is too short or of another form does not decode', () => {
  expect(layouts.decodeClock(new Uint8Array(39))).toBeUndefined();
  expect(layouts.decodeEpochSchedule(new Uint8Array(33).fill(2))).toBeUndefined();
  expect(layouts.decodeEpochRewards(new Uint8Array(81).fill(2))).toBeUndefined();
  expect(layouts.decodeSlotHashes(layouts.encodeSlotHashes(slotHashes).subarray(0, 87))).toBeUndefined();
  expect(layouts.decodeSlotHashes(new Uint8Array(8).fill(255))).toBeUndefined();
  expect(layouts.decodeSlotHistory(new Uint8Array(131_097))).toBeUndefined();
});

test('the cache reads accounts, and takes one that does not decode for absent', () => {
  const account = (id: Pubkey) => ({
    lamports: 1n,
    data: dataOf(id),
    owner: ids.SYSVAR_OWNER_ID,
    executable: false,
    rentEpoch: 0n,
  });
  const cache = SysvarCache.from((id) => (svm.getAccount(id.bytes) === null ? undefined : account(id)));
  expect(cache.clock).toEqual(clock);
  expect(cache.slotHashes).toEqual(slotHashes);
  expect(cache.stakeHistory).toEqual(stakeHistory);
  expect(cache.recentBlockhashes?.length).toBe(1);
  for (const id of [ids.CLOCK_ID, ids.RENT_ID, ids.SLOT_HASHES_ID, ids.STAKE_HISTORY_ID]) {
    expect(cache.get(id)).toEqual(dataOf(id));
  }
  // Programs can't read these by address.
  for (const id of [ids.RECENT_BLOCKHASHES_ID, ids.FEES_ID, ids.SLOT_HISTORY_ID]) expect(cache.get(id)).toBeUndefined();
  const changed = cache.with(ids.CLOCK_ID, { ...account(ids.CLOCK_ID), data: new Uint8Array(3) });
  expect([changed.clock, changed.get(ids.CLOCK_ID), changed.rent]).toEqual([undefined, undefined, rent]);
  expect(cache.with(ids.SLOT_HISTORY_ID, undefined)).toBe(cache);
});
