import { describe, expect, test } from 'vitest';
import { epochOf, firstSlotOf, leaderScheduleEpochOf } from './epochs.ts';

const MAINNET = {
  slotsPerEpoch: 432_000n,
  leaderScheduleSlotOffset: 432_000n,
  warmup: true,
  firstNormalEpoch: 14n,
  firstNormalSlot: 524_256n,
};
const WITHOUT_WARMUP = { ...MAINNET, warmup: false, firstNormalEpoch: 0n, firstNormalSlot: 0n };

describe('the epoch of a slot', () => {
  test.each([
    [0n, 0n, 1n, 'the first epoch has 32 slots'],
    [31n, 0n, 1n, ''],
    [32n, 1n, 2n, 'the next has 64'],
    [95n, 1n, 2n, ''],
    [96n, 2n, 3n, ''],
    [524_255n, 13n, 14n, 'the last of the warm-up'],
    [524_256n, 14n, 15n, 'the first of full length'],
    [956_255n, 14n, 15n, ''],
    [956_256n, 15n, 16n, ''],
    [447_552_000n, 1048n, 1049n, ''],
  ])('slot %s is in epoch %s, its leaders are known up to epoch %s %s', (slot, epoch, leaderScheduleEpoch) => {
    expect(epochOf(MAINNET, slot)).toBe(epoch);
    expect(leaderScheduleEpochOf(MAINNET, slot)).toBe(leaderScheduleEpoch);
  });

  test('the first slot of an epoch is in it, and the slot before is not', () => {
    for (const schedule of [MAINNET, WITHOUT_WARMUP]) {
      for (const epoch of [1n, 2n, 13n, 14n, 15n, 1048n]) {
        const slot = firstSlotOf(schedule, epoch);
        expect([epochOf(schedule, slot), epochOf(schedule, slot - 1n)]).toEqual([epoch, epoch - 1n]);
      }
      expect(firstSlotOf(schedule, 0n)).toBe(0n);
    }
  });

  test('without a warm-up all epochs are of one length', () => {
    expect([0n, 431_999n, 432_000n].map((slot) => epochOf(WITHOUT_WARMUP, slot))).toEqual([0n, 0n, 1n]);
  });

  test('a schedule that makes no sense divides by nothing', () => {
    expect(epochOf({ ...WITHOUT_WARMUP, slotsPerEpoch: 0n }, 5n)).toBe(0n);
  });
});
