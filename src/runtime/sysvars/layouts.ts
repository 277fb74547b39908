// The account forms of the sysvars, decoded and encoded. Decoding gives undefined where the bytes are too short or not
// of the form; bytes behind the value are ignored, as bincode does.
// Source: solana-sdk clock, epoch-rewards, epoch-schedule, last-restart-slot, rent, slot-hashes, slot-history and
// stake-history; sysvar/src/{fees,recent_blockhashes}.rs.

import { readI64, readU64, writeU64 } from '../../wire/bytes.ts';

const HASH_BYTES = 32;

export interface Clock {
  readonly slot: bigint;
  /** Seconds. */
  readonly epochStartTimestamp: bigint;
  readonly epoch: bigint;
  readonly leaderScheduleEpoch: bigint;
  /** Seconds. */
  readonly unixTimestamp: bigint;
}

export interface EpochRewards {
  readonly distributionStartingBlockHeight: bigint;
  readonly numPartitions: bigint;
  readonly parentBlockhash: Uint8Array;
  /** u128 */
  readonly totalPoints: bigint;
  /** Lamports. */
  readonly totalRewards: bigint;
  /** Lamports. */
  readonly distributedRewards: bigint;
  readonly active: boolean;
}

export interface EpochSchedule {
  readonly slotsPerEpoch: bigint;
  readonly leaderScheduleSlotOffset: bigint;
  readonly warmup: boolean;
  readonly firstNormalEpoch: bigint;
  readonly firstNormalSlot: bigint;
}

/** Deprecated; its account is still there. */
export interface Fees {
  readonly lamportsPerSignature: bigint;
}

export interface LastRestartSlot {
  readonly lastRestartSlot: bigint;
}

export interface Rent {
  readonly lamportsPerByte: bigint;
  /** Multiplier of the above; 1 since SIMD-0194. */
  readonly exemptionThreshold: number;
  readonly burnPercent: number;
}

export interface RecentBlockhash {
  readonly blockhash: Uint8Array;
  readonly lamportsPerSignature: bigint;
}
/** Newest first. */
export type RecentBlockhashes = readonly RecentBlockhash[];

export interface SlotHash {
  readonly slot: bigint;
  readonly hash: Uint8Array;
}
/** Newest first. */
export type SlotHashes = readonly SlotHash[];

export interface SlotHistory {
  /** A bit a slot, modulo their number; the lowest bit of a byte first. */
  readonly bits: Uint8Array;
  readonly nextSlot: bigint;
}

export interface StakeHistoryEntry {
  readonly epoch: bigint;
  readonly effective: bigint;
  readonly activating: bigint;
  readonly deactivating: bigint;
}
/** Newest first. */
export type StakeHistory = readonly StakeHistoryEntry[];

const CLOCK_LEN = 40;
const EPOCH_REWARDS_LEN = 81;
const EPOCH_SCHEDULE_LEN = 33;
const RENT_LEN = 17;
const RECENT_BLOCKHASH_LEN = HASH_BYTES + 8;
const SLOT_HASH_LEN = 8 + HASH_BYTES;
const STAKE_HISTORY_ENTRY_LEN = 32;

export const MAX_RECENT_BLOCKHASHES = 150;
export const MAX_SLOT_HASHES = 512;
export const MAX_STAKE_HISTORY_ENTRIES = 512;
/** Slots that a SlotHistory remembers. */
export const SLOT_HISTORY_SLOTS = 1024 * 1024;
/** Length of an account that has room for the most entries, as a validator makes it. */
export const RECENT_BLOCKHASHES_ACCOUNT_LEN = 8 + MAX_RECENT_BLOCKHASHES * RECENT_BLOCKHASH_LEN;
const SLOT_HASHES_ACCOUNT_LEN = 8 + MAX_SLOT_HASHES * SLOT_HASH_LEN;
const STAKE_HISTORY_ACCOUNT_LEN = 8 + MAX_STAKE_HISTORY_ENTRIES * STAKE_HISTORY_ENTRY_LEN;
const SLOT_HISTORY_BITS_LEN = SLOT_HISTORY_SLOTS / 8;
const SLOT_HISTORY_LEN = 1 + 8 + SLOT_HISTORY_BITS_LEN + 8 + 8;

export function decodeClock(data: Uint8Array): Clock | undefined {
  if (data.length < CLOCK_LEN) return undefined;
  return {
    slot: readU64(data, 0),
    epochStartTimestamp: readI64(data, 8),
    epoch: readU64(data, 16),
    leaderScheduleEpoch: readU64(data, 24),
    unixTimestamp: readI64(data, 32),
  };
}

export function encodeClock(clock: Clock): Uint8Array {
  const { slot, epochStartTimestamp, epoch, leaderScheduleEpoch, unixTimestamp } = clock;
  return encodeU64s([slot, epochStartTimestamp, epoch, leaderScheduleEpoch, unixTimestamp]);
}

export function decodeEpochRewards(data: Uint8Array): EpochRewards | undefined {
  if (data.length < EPOCH_REWARDS_LEN || data[80] > 1) return undefined;
  return {
    distributionStartingBlockHeight: readU64(data, 0),
    numPartitions: readU64(data, 8),
    parentBlockhash: data.slice(16, 48),
    totalPoints: readU64(data, 48) | (readU64(data, 56) << 64n),
    totalRewards: readU64(data, 64),
    distributedRewards: readU64(data, 72),
    active: data[80] === 1,
  };
}

export function encodeEpochRewards(rewards: EpochRewards): Uint8Array {
  const data = new Uint8Array(EPOCH_REWARDS_LEN);
  writeU64(data, 0, rewards.distributionStartingBlockHeight);
  writeU64(data, 8, rewards.numPartitions);
  data.set(rewards.parentBlockhash, 16);
  writeU64(data, 48, rewards.totalPoints);
  writeU64(data, 56, rewards.totalPoints >> 64n);
  writeU64(data, 64, rewards.totalRewards);
  writeU64(data, 72, rewards.distributedRewards);
  data[80] = rewards.active ? 1 : 0;
  return data;
}

export function decodeEpochSchedule(data: Uint8Array): EpochSchedule | undefined {
  if (data.length < EPOCH_SCHEDULE_LEN || data[16] > 1) return undefined;
  return {
    slotsPerEpoch: readU64(data, 0),
    leaderScheduleSlotOffset: readU64(data, 8),
    warmup: data[16] === 1,
    firstNormalEpoch: readU64(data, 17),
    firstNormalSlot: readU64(data, 25),
  };
}

export function encodeEpochSchedule(schedule: EpochSchedule): Uint8Array {
  const data = new Uint8Array(EPOCH_SCHEDULE_LEN);
  writeU64(data, 0, schedule.slotsPerEpoch);
  writeU64(data, 8, schedule.leaderScheduleSlotOffset);
  data[16] = schedule.warmup ? 1 : 0;
  writeU64(data, 17, schedule.firstNormalEpoch);
  writeU64(data, 25, schedule.firstNormalSlot);
  return data;
}

export function decodeFees(data: Uint8Array): Fees | undefined {
  return data.length < 8 ? undefined : { lamportsPerSignature: readU64(data, 0) };
}

export function encodeFees(fees: Fees): Uint8Array {
  return encodeU64s([fees.lamportsPerSignature]);
}

export function decodeLastRestartSlot(data: Uint8Array): LastRestartSlot | undefined {
  return data.length < 8 ? undefined : { lastRestartSlot: readU64(data, 0) };
}

export function encodeLastRestartSlot(value: LastRestartSlot): Uint8Array {
  return encodeU64s([value.lastRestartSlot]);
}

export function decodeRent(data: Uint8Array): Rent | undefined {
  if (data.length < RENT_LEN) return undefined;
  return {
    lamportsPerByte: readU64(data, 0),
    exemptionThreshold: new DataView(data.buffer, data.byteOffset).getFloat64(8, true),
    burnPercent: data[16],
  };
}

export function encodeRent(rent: Rent): Uint8Array {
  const data = new Uint8Array(RENT_LEN);
  writeU64(data, 0, rent.lamportsPerByte);
  new DataView(data.buffer).setFloat64(8, rent.exemptionThreshold, true);
  data[16] = rent.burnPercent;
  return data;
}

export function decodeRecentBlockhashes(data: Uint8Array): RecentBlockhashes | undefined {
  return decodeList(data, RECENT_BLOCKHASH_LEN, (offset) => ({
    blockhash: data.slice(offset, offset + HASH_BYTES),
    lamportsPerSignature: readU64(data, offset + HASH_BYTES),
  }));
}

/** @param accountLen bytes of the account, filled up with zeros; only what is needed where it isn't said. */
export function encodeRecentBlockhashes(hashes: RecentBlockhashes, accountLen?: number): Uint8Array {
  return encodeList(hashes, RECENT_BLOCKHASH_LEN, accountLen, (data, offset, entry) => {
    data.set(entry.blockhash, offset);
    writeU64(data, offset + HASH_BYTES, entry.lamportsPerSignature);
  });
}

export function decodeSlotHashes(data: Uint8Array): SlotHashes | undefined {
  return decodeList(data, SLOT_HASH_LEN, (offset) => ({
    slot: readU64(data, offset),
    hash: data.slice(offset + 8, offset + SLOT_HASH_LEN),
  }));
}

/** @param accountLen bytes of the account, filled up with zeros. */
export function encodeSlotHashes(hashes: SlotHashes, accountLen = SLOT_HASHES_ACCOUNT_LEN): Uint8Array {
  return encodeList(hashes, SLOT_HASH_LEN, accountLen, (data, offset, entry) => {
    writeU64(data, offset, entry.slot);
    data.set(entry.hash, offset + 8);
  });
}

export function decodeStakeHistory(data: Uint8Array): StakeHistory | undefined {
  return decodeList(data, STAKE_HISTORY_ENTRY_LEN, (offset) => ({
    epoch: readU64(data, offset),
    effective: readU64(data, offset + 8),
    activating: readU64(data, offset + 16),
    deactivating: readU64(data, offset + 24),
  }));
}

/** @param accountLen bytes of the account, filled up with zeros. */
export function encodeStakeHistory(history: StakeHistory, accountLen = STAKE_HISTORY_ACCOUNT_LEN): Uint8Array {
  return encodeList(history, STAKE_HISTORY_ENTRY_LEN, accountLen, (data, offset, entry) => {
    writeU64(data, offset, entry.epoch);
    writeU64(data, offset + 8, entry.effective);
    writeU64(data, offset + 16, entry.activating);
    writeU64(data, offset + 24, entry.deactivating);
  });
}

// A bit vector in serde's form: `Some(boxed u64 blocks)`, then the number of bits.

export function decodeSlotHistory(data: Uint8Array): SlotHistory | undefined {
  if (data.length < SLOT_HISTORY_LEN || data[0] !== 1) return undefined;
  const behindBits = 9 + SLOT_HISTORY_BITS_LEN;
  if (readU64(data, 1) !== BigInt(SLOT_HISTORY_BITS_LEN / 8)) return undefined;
  if (readU64(data, behindBits) !== BigInt(SLOT_HISTORY_SLOTS)) return undefined;
  return { bits: data.slice(9, behindBits), nextSlot: readU64(data, behindBits + 8) };
}

export function encodeSlotHistory(history: SlotHistory): Uint8Array {
  const data = new Uint8Array(SLOT_HISTORY_LEN);
  const behindBits = 9 + SLOT_HISTORY_BITS_LEN;
  data[0] = 1;
  writeU64(data, 1, BigInt(SLOT_HISTORY_BITS_LEN / 8));
  data.set(history.bits, 9);
  writeU64(data, behindBits, BigInt(SLOT_HISTORY_SLOTS));
  writeU64(data, behindBits + 8, history.nextSlot);
  return data;
}

/** The history of a chain that has seen slot 0 only. */
export function emptySlotHistory(): SlotHistory {
  const bits = new Uint8Array(SLOT_HISTORY_BITS_LEN);
  bits[0] = 1;
  return { bits, nextSlot: 1n };
}

function encodeU64s(values: readonly bigint[]): Uint8Array {
  const data = new Uint8Array(values.length * 8);
  for (const [i, value] of values.entries()) writeU64(data, i * 8, value);
  return data;
}

/** How many entries a list has, or undefined where the data has no room for as many as it claims. */
function listLength(data: Uint8Array, entryLen: number): number | undefined {
  if (data.length < 8) return undefined;
  const count = readU64(data, 0);
  return count * BigInt(entryLen) > BigInt(data.length - 8) ? undefined : Number(count);
}

function decodeList<T>(data: Uint8Array, entryLen: number, decode: (offset: number) => T): T[] | undefined {
  const count = listLength(data, entryLen);
  if (count === undefined) return undefined;
  const entries: T[] = [];
  for (let i = 0; i < count; i++) entries.push(decode(8 + i * entryLen));
  return entries;
}

function encodeList<T>(
  entries: readonly T[],
  entryLen: number,
  accountLen: number | undefined,
  encode: (data: Uint8Array, offset: number, entry: T) => void,
): Uint8Array {
  const data = new Uint8Array(accountLen ?? 8 + entries.length * entryLen);
  writeU64(data, 0, BigInt(entries.length));
  for (const [i, entry] of entries.entries()) encode(data, 8 + i * entryLen, entry);
  return data;
}
