// Which epoch a slot is in. Epochs begin short and double up to the schedule's length, so that a new chain has some soon.
// Source: solana-sdk epoch-schedule/src/lib.rs, get_epoch, get_leader_schedule_epoch, get_first_slot_in_epoch.

import type { Clock, EpochSchedule } from '../runtime/sysvars/layouts.ts';

const MINIMUM_SLOTS_PER_EPOCH = 32n;

export function epochOf(schedule: EpochSchedule, slot: bigint): bigint {
  const { firstNormalSlot, firstNormalEpoch, slotsPerEpoch } = schedule;
  if (slot >= firstNormalSlot) return firstNormalEpoch + quotient(slot - firstNormalSlot, slotsPerEpoch);
  // Epoch e has 32 * 2^e slots, so the first slot of epoch e is 32 * (2^e - 1).
  return BigInt((slot + MINIMUM_SLOTS_PER_EPOCH).toString(2).length - MINIMUM_SLOTS_PER_EPOCH.toString(2).length);
}

/** The epoch whose leader schedule is settled in `slot`. */
export function leaderScheduleEpochOf(schedule: EpochSchedule, slot: bigint): bigint {
  const { firstNormalSlot, firstNormalEpoch, slotsPerEpoch, leaderScheduleSlotOffset } = schedule;
  if (slot < firstNormalSlot) return epochOf(schedule, slot) + 1n;
  return firstNormalEpoch + quotient(slot - firstNormalSlot + leaderScheduleSlotOffset, slotsPerEpoch);
}

/** The slot that an epoch begins with. */
export function firstSlotOf(schedule: EpochSchedule, epoch: bigint): bigint {
  const { firstNormalSlot, firstNormalEpoch, slotsPerEpoch } = schedule;
  if (epoch <= firstNormalEpoch) return MINIMUM_SLOTS_PER_EPOCH * (2n ** epoch - 1n);
  return firstNormalSlot + (epoch - firstNormalEpoch) * slotsPerEpoch;
}

/** The clock moved to a slot; timestamps stay, but for the start of an epoch that begins. */
export function clockAt(slot: bigint, clock: Clock, schedule: EpochSchedule | undefined): Clock {
  if (schedule === undefined) return { ...clock, slot };
  const move = (epoch: bigint, by: bigint) => (epoch + by > 0n ? epoch + by : 0n);
  const epoch = move(clock.epoch, epochOf(schedule, slot) - epochOf(schedule, clock.slot));
  return {
    slot,
    epoch,
    leaderScheduleEpoch: move(
      clock.leaderScheduleEpoch,
      leaderScheduleEpochOf(schedule, slot) - leaderScheduleEpochOf(schedule, clock.slot),
    ),
    epochStartTimestamp: epoch === clock.epoch ? clock.epochStartTimestamp : clock.unixTimestamp,
    unixTimestamp: clock.unixTimestamp,
  };
}

function quotient(slots: bigint, slotsPerEpoch: bigint): bigint {
  return slotsPerEpoch === 0n ? 0n : slots / slotsPerEpoch;
}
