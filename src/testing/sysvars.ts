// The sysvars in the shapes of @solana/sysvars (kit's package for them), and how each is read from and written to its
// account: one row a sysvar. Svm's `get…` and `set…` methods are these rows with a name.
// A list is newest first. Setting one checks every field, so that what is stored can always be read.

import * as ids from '../runtime/addresses.ts';
import * as layouts from '../runtime/sysvars/layouts.ts';
import { ParhelionError } from '../wire/errors.ts';
import { Pubkey } from '../wire/pubkey.ts';
import {
  type Blockhash,
  describe,
  type Epoch,
  type Lamports,
  type Slot,
  toBlockhash,
  type UnixTimestamp,
} from './kit.ts';

export type SysvarClock = Readonly<{
  epoch: Epoch;
  /** Seconds. */
  epochStartTimestamp: UnixTimestamp;
  leaderScheduleEpoch: Epoch;
  slot: Slot;
  /** Seconds. */
  unixTimestamp: UnixTimestamp;
}>;

export type SysvarEpochRewards = Readonly<{
  active: boolean;
  distributedRewards: Lamports;
  distributionStartingBlockHeight: bigint;
  numPartitions: bigint;
  parentBlockhash: Blockhash;
  /** u128 */
  totalPoints: bigint;
  totalRewards: Lamports;
}>;

export type SysvarEpochSchedule = Readonly<{
  firstNormalEpoch: Epoch;
  firstNormalSlot: Slot;
  leaderScheduleSlotOffset: bigint;
  slotsPerEpoch: bigint;
  warmup: boolean;
}>;

export type SysvarLastRestartSlot = Readonly<{ lastRestartSlot: Slot }>;

export type SysvarRecentBlockhashes = readonly Readonly<{
  blockhash: Blockhash;
  feeCalculator: Readonly<{ lamportsPerSignature: Lamports }>;
}>[];

export type SysvarRent = Readonly<{
  /** u8 */
  burnPercent: number;
  exemptionThreshold: number;
  /** Lamports a byte; a byte and year while `exemptionThreshold` is the number of years. */
  lamportsPerByteYear: Lamports;
}>;

export type SysvarSlotHashes = readonly Readonly<{ hash: Blockhash; slot: Slot }>[];

export type SysvarSlotHistory = Readonly<{
  /** 16,384 u64: a bit a slot, modulo their number. */
  bits: readonly bigint[];
  nextSlot: Slot;
}>;

export type SysvarStakeHistory = readonly Readonly<{
  epoch: Epoch;
  stakeHistory: Readonly<{ activating: Lamports; deactivating: Lamports; effective: Lamports }>;
}>[];

/** How a sysvar is read from its account and written to it. */
export interface SysvarForm<T> {
  readonly name: string;
  readonly key: Pubkey;
  /** Undefined where the bytes aren't the sysvar's. */
  decode(data: Uint8Array): T | undefined;
  /**
   * @param isFull whether a list's account has room for the most entries, as a validator makes it, or for those it has.
   * @throws ParhelionError `INVALID_SYSVAR`
   */
  encode(value: T, isFull: boolean): Uint8Array;
}

export const CLOCK: SysvarForm<SysvarClock> = {
  name: 'Clock',
  key: ids.CLOCK_ID,
  decode: (data) => layouts.decodeClock(data) as SysvarClock | undefined,
  encode: (value) => layouts.encodeClock(fields('Clock', value, CLOCK_FIELDS)),
};

const CLOCK_FIELDS = {
  slot: u64,
  epochStartTimestamp: i64,
  epoch: u64,
  leaderScheduleEpoch: u64,
  unixTimestamp: i64,
};

export const EPOCH_REWARDS: SysvarForm<SysvarEpochRewards> = {
  name: 'EpochRewards',
  key: ids.EPOCH_REWARDS_ID,
  decode(data) {
    const rewards = layouts.decodeEpochRewards(data);
    if (rewards === undefined) return undefined;
    return { ...rewards, parentBlockhash: toBlockhash(new Pubkey(rewards.parentBlockhash)) } as SysvarEpochRewards;
  },
  encode: (value) => layouts.encodeEpochRewards(fields('EpochRewards', value, EPOCH_REWARDS_FIELDS)),
};

const EPOCH_REWARDS_FIELDS = {
  distributionStartingBlockHeight: u64,
  numPartitions: u64,
  parentBlockhash: hash,
  totalPoints: u128,
  totalRewards: u64,
  distributedRewards: u64,
  active: bool,
};

export const EPOCH_SCHEDULE: SysvarForm<SysvarEpochSchedule> = {
  name: 'EpochSchedule',
  key: ids.EPOCH_SCHEDULE_ID,
  decode: (data) => layouts.decodeEpochSchedule(data) as SysvarEpochSchedule | undefined,
  encode: (value) => layouts.encodeEpochSchedule(fields('EpochSchedule', value, EPOCH_SCHEDULE_FIELDS)),
};

const EPOCH_SCHEDULE_FIELDS = {
  slotsPerEpoch: u64,
  leaderScheduleSlotOffset: u64,
  warmup: bool,
  firstNormalEpoch: u64,
  firstNormalSlot: u64,
};

export const LAST_RESTART_SLOT: SysvarForm<SysvarLastRestartSlot> = {
  name: 'LastRestartSlot',
  key: ids.LAST_RESTART_SLOT_ID,
  decode: (data) => layouts.decodeLastRestartSlot(data) as SysvarLastRestartSlot | undefined,
  encode: (value) => layouts.encodeLastRestartSlot(fields('LastRestartSlot', value, { lastRestartSlot: u64 })),
};

export const RECENT_BLOCKHASHES: SysvarForm<SysvarRecentBlockhashes> = {
  name: 'RecentBlockhashes',
  key: ids.RECENT_BLOCKHASHES_ID,
  decode: (data) =>
    layouts.decodeRecentBlockhashes(data)?.map(({ blockhash, lamportsPerSignature }) => ({
      blockhash: toBlockhash(new Pubkey(blockhash)),
      feeCalculator: { lamportsPerSignature: lamportsPerSignature as Lamports },
    })),
  encode(value, isFull) {
    const entries = list('RecentBlockhashes', value, layouts.MAX_RECENT_BLOCKHASHES).map((entry) => {
      const { blockhash, feeCalculator } = fields('RecentBlockhashes', entry, {
        blockhash: hash,
        feeCalculator: (fee: unknown) => fieldsOrUndefined(fee, { lamportsPerSignature: u64 }),
      });
      return { blockhash, lamportsPerSignature: feeCalculator.lamportsPerSignature };
    });
    return layouts.encodeRecentBlockhashes(entries, isFull ? layouts.RECENT_BLOCKHASHES_ACCOUNT_LEN : undefined);
  },
};

export const RENT: SysvarForm<SysvarRent> = {
  name: 'Rent',
  key: ids.RENT_ID,
  decode(data) {
    const rent = layouts.decodeRent(data);
    if (rent === undefined) return undefined;
    const { lamportsPerByte, exemptionThreshold, burnPercent } = rent;
    return { burnPercent, exemptionThreshold, lamportsPerByteYear: lamportsPerByte as Lamports };
  },
  encode(value) {
    const { lamportsPerByteYear, ...rest } = fields('Rent', value, RENT_FIELDS);
    return layouts.encodeRent({ ...rest, lamportsPerByte: lamportsPerByteYear });
  },
};

const RENT_FIELDS = { lamportsPerByteYear: u64, exemptionThreshold: f64, burnPercent: u8 };

export const SLOT_HASHES: SysvarForm<SysvarSlotHashes> = {
  name: 'SlotHashes',
  key: ids.SLOT_HASHES_ID,
  decode: (data) =>
    layouts
      .decodeSlotHashes(data)
      ?.map((entry) => ({ hash: toBlockhash(new Pubkey(entry.hash)), slot: entry.slot as Slot })),
  encode(value) {
    const entries = list('SlotHashes', value, layouts.MAX_SLOT_HASHES);
    return layouts.encodeSlotHashes(entries.map((entry) => fields('SlotHashes', entry, { slot: u64, hash })));
  },
};

export const SLOT_HISTORY: SysvarForm<SysvarSlotHistory> = {
  name: 'SlotHistory',
  key: ids.SLOT_HISTORY_ID,
  decode(data) {
    const history = layouts.decodeSlotHistory(data);
    if (history === undefined) return undefined;
    const view = new DataView(history.bits.buffer, history.bits.byteOffset);
    const bits = Array.from({ length: history.bits.length / 8 }, (_, i) => view.getBigUint64(i * 8, true));
    return { bits, nextSlot: history.nextSlot as Slot };
  },
  encode(value) {
    const blockCount = layouts.SLOT_HISTORY_SLOTS / 64;
    const { bits, nextSlot } = fields('SlotHistory', value, { bits: (bits: unknown) => bits, nextSlot: u64 });
    const blocks = list('SlotHistory', bits as readonly unknown[], blockCount);
    if (blocks.length !== blockCount) refuse('SlotHistory', `its bits must be ${blockCount} u64`);
    const bytes = new Uint8Array(blockCount * 8);
    const view = new DataView(bytes.buffer);
    for (const [i, block] of blocks.entries()) {
      view.setBigUint64(i * 8, u64(block) ?? refuse('SlotHistory', `its bits[${i}] must be a u64 bigint`), true);
    }
    return layouts.encodeSlotHistory({ bits: bytes, nextSlot });
  },
};

export const STAKE_HISTORY: SysvarForm<SysvarStakeHistory> = {
  name: 'StakeHistory',
  key: ids.STAKE_HISTORY_ID,
  decode: (data) =>
    layouts.decodeStakeHistory(data)?.map(({ epoch, ...stakeHistory }) => ({ epoch, stakeHistory })) as
      | SysvarStakeHistory
      | undefined,
  encode(value, isFull) {
    const entries = list('StakeHistory', value, layouts.MAX_STAKE_HISTORY_ENTRIES).map((entry) => {
      const { epoch, stakeHistory } = fields('StakeHistory', entry, {
        epoch: u64,
        stakeHistory: (stake: unknown) =>
          fieldsOrUndefined(stake, { activating: u64, deactivating: u64, effective: u64 }),
      });
      return { epoch, ...stakeHistory };
    });
    return layouts.encodeStakeHistory(entries, isFull ? undefined : 8 + 32 * entries.length);
  },
};

export const SYSVAR_FORMS: readonly Pick<SysvarForm<unknown>, 'name' | 'key' | 'decode'>[] = [
  CLOCK,
  EPOCH_REWARDS,
  EPOCH_SCHEDULE,
  LAST_RESTART_SLOT,
  RECENT_BLOCKHASHES,
  RENT,
  SLOT_HASHES,
  SLOT_HISTORY,
  STAKE_HISTORY,
];

// Fields. A reader gives undefined where the value isn't of its type.

type Reader<T> = (value: unknown) => T | undefined;
type Values<R> = { readonly [N in keyof R]: R[N] extends (value: unknown) => infer T ? Exclude<T, undefined> : never };

function u64(value: unknown): bigint | undefined {
  return typeof value === 'bigint' && BigInt.asUintN(64, value) === value ? value : undefined;
}

function i64(value: unknown): bigint | undefined {
  return typeof value === 'bigint' && BigInt.asIntN(64, value) === value ? value : undefined;
}

function u128(value: unknown): bigint | undefined {
  return typeof value === 'bigint' && BigInt.asUintN(128, value) === value ? value : undefined;
}

function u8(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255 ? value : undefined;
}

function f64(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function bool(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function hash(value: unknown): Uint8Array | undefined {
  try {
    return Pubkey.fromBase58(value as string).bytes;
  } catch {
    return undefined;
  }
}

const TYPE_NAMES = new Map<Reader<unknown>, string>([
  [u64, 'a u64 bigint'],
  [i64, 'an i64 bigint'],
  [u128, 'a u128 bigint'],
  [u8, 'a number from 0 to 255'],
  [f64, 'a number'],
  [bool, 'true or false'],
  [hash, 'base58 text of 32 bytes'],
]);

function fields<R extends { readonly [name: string]: Reader<unknown> }>(
  sysvar: string,
  value: unknown,
  readers: R,
): Values<R> {
  if (typeof value !== 'object' || value === null) refuse(sysvar, `expected an object; received ${describe(value)}`);
  const out: Record<string, unknown> = {};
  for (const [name, read] of Object.entries(readers)) {
    const field = (value as Record<string, unknown>)[name];
    out[name] = read(field);
    if (out[name] !== undefined) continue;
    refuse(sysvar, `its ${name} must be ${TYPE_NAMES.get(read) ?? 'complete'}; received ${describe(field)}`);
  }
  return out as Values<R>;
}

function fieldsOrUndefined<R extends { readonly [name: string]: Reader<unknown> }>(
  value: unknown,
  readers: R,
): Values<R> | undefined {
  try {
    return fields('', value, readers);
  } catch {
    return undefined;
  }
}

function list<T>(sysvar: string, value: readonly T[], mostEntries: number): readonly T[] {
  if (!Array.isArray(value)) return refuse(sysvar, `expected an array; received ${describe(value)}`);
  if (value.length > mostEntries) refuse(sysvar, `it has at most ${mostEntries} entries; received ${value.length}`);
  return value;
}

function refuse(name: string, reason: string): never {
  throw new ParhelionError('INVALID_SYSVAR', { name, reason });
}
