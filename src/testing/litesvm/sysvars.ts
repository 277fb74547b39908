// The sysvars as LiteSVM's classes: what a test gets from `getClock` and hands to `setClock`. The state of each is the
// value that runtime/sysvars/layouts.ts reads and writes.
// Source: litesvm crates/node-litesvm/src/sysvar; solana-sdk rent/src/lib.rs.

import { ACCOUNT_STORAGE_OVERHEAD, minimumBalance } from '../../runtime/rent.ts';
import type * as layouts from '../../runtime/sysvars/layouts.ts';
import { U64_MAX } from '../../wire/bytes.ts';
import { bigint, bool, f64, fail, hash, hashText, i64, string, u8, u64, u128, usize } from './arguments.ts';
import { attach, defineFields, innerOf, ModuleMade, makeMembersEnumerable, wrap } from './native-object.ts';
import { debugList, debugStruct, debugWrapper } from './rust-text.ts';

const MAX_ACCOUNT_DATA_LEN = 10n * 1024n * 1024n;

/** The time on the chain. All fields are 0 when a chain starts. */
export class Clock {
  declare slot: bigint;
  /** Seconds. */
  declare epochStartTimestamp: bigint;
  declare epoch: bigint;
  declare leaderScheduleEpoch: bigint;
  /** Seconds. */
  declare unixTimestamp: bigint;

  constructor(
    slot: bigint,
    epochStartTimestamp: bigint,
    epoch: bigint,
    leaderScheduleEpoch: bigint,
    unixTimestamp: bigint,
  ) {
    attach(this, {
      slot: u64(slot),
      epochStartTimestamp: i64(epochStartTimestamp),
      epoch: u64(epoch),
      leaderScheduleEpoch: u64(leaderScheduleEpoch),
      unixTimestamp: i64(unixTimestamp),
    });
  }

  toString(): string {
    const fields = debugStruct('Clock', {
      slot: this.slot,
      epoch_start_timestamp: this.epochStartTimestamp,
      epoch: this.epoch,
      leader_schedule_epoch: this.leaderScheduleEpoch,
      unix_timestamp: this.unixTimestamp,
    });
    return debugWrapper('Clock', fields);
  }
}

defineFields(Clock, {
  slot: u64,
  epochStartTimestamp: i64,
  epoch: u64,
  leaderScheduleEpoch: u64,
  unixTimestamp: i64,
});

/** The distribution of rewards at the start of an epoch. */
export class EpochRewards {
  declare distributionStartingBlockHeight: bigint;
  declare numPartitions: bigint;
  /** Base58. */
  declare parentBlockhash: string;
  /** u128 */
  declare totalPoints: bigint;
  /** Lamports. */
  declare totalRewards: bigint;
  /** Lamports. */
  declare distributedRewards: bigint;
  declare active: boolean;

  constructor(
    distributionStartingBlockHeight: bigint,
    numPartitions: bigint,
    parentBlockhash: string,
    totalPoints: bigint,
    totalRewards: bigint,
    distributedRewards: bigint,
    active: boolean,
  ) {
    attach(this, {
      distributionStartingBlockHeight: u64(distributionStartingBlockHeight),
      numPartitions: u64(numPartitions),
      parentBlockhash: blockhash(parentBlockhash),
      totalPoints: u128(totalPoints),
      totalRewards: u64(totalRewards),
      distributedRewards: u64(distributedRewards),
      active: bool(active),
    });
  }
}

defineFields(EpochRewards, {
  distributionStartingBlockHeight: u64,
  numPartitions: u64,
  parentBlockhash: blockhash,
  totalPoints: u128,
  totalRewards: u64,
  distributedRewards: u64,
  active: bool,
});

function blockhash(value: unknown): string {
  return hashText(hash(string(value)));
}

export function wrapEpochRewards(rewards: layouts.EpochRewards): EpochRewards {
  return wrap(EpochRewards, { ...rewards, parentBlockhash: hashText(rewards.parentBlockhash) });
}

export function epochRewardsOf(rewards: EpochRewards): layouts.EpochRewards {
  const inner = innerOf<Omit<layouts.EpochRewards, 'parentBlockhash'>>(rewards);
  return { ...inner, parentBlockhash: hash(rewards.parentBlockhash) };
}

/** How slots make epochs. */
export class EpochSchedule {
  declare slotsPerEpoch: bigint;
  /** How many slots before an epoch its leader schedule is settled. */
  declare leaderScheduleSlotOffset: bigint;
  /** Whether epochs start short and grow. */
  declare warmup: boolean;
  /** The first epoch of full length. */
  declare firstNormalEpoch: bigint;
  declare firstNormalSlot: bigint;

  constructor(
    slotsPerEpoch: bigint,
    leaderScheduleSlotOffset: bigint,
    warmup: boolean,
    firstNormalEpoch: bigint,
    firstNormalSlot: bigint,
  ) {
    attach(this, {
      slotsPerEpoch: u64(slotsPerEpoch),
      leaderScheduleSlotOffset: u64(leaderScheduleSlotOffset),
      warmup: bool(warmup),
      firstNormalEpoch: u64(firstNormalEpoch),
      firstNormalSlot: u64(firstNormalSlot),
    });
  }
}

defineFields(EpochSchedule, {
  slotsPerEpoch: u64,
  leaderScheduleSlotOffset: u64,
  warmup: bool,
  firstNormalEpoch: u64,
  firstNormalSlot: u64,
});

interface RentState {
  lamportsPerByteYear: bigint;
  exemptionThreshold: number;
  burnPercent: number;
}

const DEFAULT_RENT: RentState = { lamportsPerByteYear: 6960n, exemptionThreshold: 1, burnPercent: 50 };

/** What an account must hold for its size. */
export class Rent {
  /** Lamports a byte; a byte and year while `exemptionThreshold` is the number of years. */
  declare lamportsPerByteYear: bigint;
  declare exemptionThreshold: number;
  /** u8 */
  declare burnPercent: number;

  constructor(lamportsPerByteYear: bigint, exemptionThreshold: number, burnPercent: number) {
    attach(this, {
      lamportsPerByteYear: u64(lamportsPerByteYear),
      exemptionThreshold: f64(exemptionThreshold),
      burnPercent: u8(burnPercent),
    });
  }

  static default(): Rent {
    return wrap(Rent, { ...DEFAULT_RENT });
  }

  /** No rent at all. */
  static free(): Rent {
    return wrap(Rent, { ...DEFAULT_RENT, lamportsPerByteYear: 0n });
  }

  /** The default: rent hasn't depended on the length of epochs since SIMD-0194. */
  static withSlotsPerEpoch(slotsPerEpoch: bigint): Rent {
    bigint(slotsPerEpoch);
    return Rent.default();
  }

  /** What of collected rent is burned, and what is left to validators. */
  calculateBurn(rentCollected: bigint): [bigint, bigint] {
    const collected = u64(rentCollected);
    const product = collected * BigInt(this.burnPercent);
    const burned = (product < U64_MAX ? product : U64_MAX) / 100n;
    return [burned, collected > burned ? collected - burned : 0n];
  }

  /** Lamports that an account with so many bytes of data must hold. */
  minimumBalance(dataLen: bigint): bigint {
    return minimumOf(this, usize(dataLen));
  }

  isExempt(balance: bigint, dataLen: bigint): boolean {
    const lamports = u64(balance);
    return lamports >= minimumOf(this, usize(dataLen));
  }

  /** Lamports due for so many years; null where the balance is exempt. */
  due(balance: bigint, dataLen: bigint, yearsElapsed: number): bigint | null {
    const lamports = u64(balance);
    const len = usize(dataLen);
    const years = f64(yearsElapsed);
    return lamports >= minimumOf(this, len) ? null : dueAmountOf(this, len, years);
  }

  /** The same of an account that is known not to be exempt. */
  dueAmount(dataLen: bigint, yearsElapsed: number): bigint {
    return dueAmountOf(this, usize(dataLen), f64(yearsElapsed));
  }

  toString(): string {
    const threshold = new Uint8Array(8);
    new DataView(threshold.buffer).setFloat64(0, this.exemptionThreshold, true);
    const fields = debugStruct('Rent', {
      lamports_per_byte: this.lamportsPerByteYear,
      exemption_threshold: debugList(threshold),
      burn_percent: this.burnPercent,
    });
    return debugWrapper('Rent', fields);
  }
}

defineFields(Rent, { lamportsPerByteYear: u64, exemptionThreshold: f64, burnPercent: u8 });

function minimumOf(rent: Rent, dataLen: bigint): bigint {
  if (dataLen > MAX_ACCOUNT_DATA_LEN) fail('maximum permitted data length exceeded', 'InvalidArg');
  return minimumBalance(rentOf(rent), Number(dataLen));
}

function dueAmountOf({ lamportsPerByteYear }: Rent, dataLen: bigint, years: number): bigint {
  const perYear = BigInt.asUintN(64, (BigInt(ACCOUNT_STORAGE_OVERHEAD) + dataLen) * lamportsPerByteYear);
  const due = Number(perYear) * years;
  // Rust's cast from f64 to u64: it saturates, and NaN is zero.
  if (!(due > 0)) return 0n;
  return due >= 2 ** 64 ? U64_MAX : BigInt(Math.floor(due));
}

export function wrapRent({ lamportsPerByte, exemptionThreshold, burnPercent }: layouts.Rent): Rent {
  return wrap(Rent, { lamportsPerByteYear: lamportsPerByte, exemptionThreshold, burnPercent });
}

export function rentOf({ lamportsPerByteYear, exemptionThreshold, burnPercent }: Rent): layouts.Rent {
  return { lamportsPerByte: lamportsPerByteYear, exemptionThreshold, burnPercent };
}

export interface SlotHashInput {
  slot: bigint;
  hash: string;
}

/** An entry of SlotHashes. What is assigned to it is looked at when it is given back. */
export class SlotHash extends ModuleMade implements SlotHashInput {
  declare slot: bigint;
  /** Base58. */
  declare hash: string;
}

defineFields(SlotHash, { slot: bigint, hash: string });

export function wrapSlotHash(entry: layouts.SlotHash): SlotHash {
  return wrap(SlotHash, { slot: entry.slot, hash: hashText(entry.hash) });
}

/** The entries of `setSlotHashes`: objects of the class, or with its fields. Their order stays. */
export function slotHashesOf(entries: unknown): layouts.SlotHashes {
  if (!Array.isArray(entries)) return fail('Failed to get Array length', 'ArrayExpected');
  const inputs = entries.map((entry: unknown) => {
    const { slot, hash: text } = Object(entry ?? fail('Cannot convert undefined or null to object'));
    if (slot === undefined) fail('Missing field `slot`', 'InvalidArg');
    if (typeof slot !== 'bigint') fail(' on SlotHashInput.slot', 'BigintExpected');
    if (text === undefined) fail('Missing field `hash`', 'InvalidArg');
    return { slot: slot as bigint, text: string(text, ' on SlotHashInput.hash') };
  });
  return inputs.map(({ slot, text }) => {
    const bytes = hash(text);
    return { slot: u64(slot), hash: bytes };
  });
}

makeMembersEnumerable(Clock, EpochRewards, EpochSchedule, Rent, SlotHash);
