// The small values of bankrun's API: what its native module makes of Agave 1.18's structs. Fields can be read only; numbers
// are cut to 64 bits without a word.
// Source: solana-bankrun src/lib.rs; solana-sdk 1.18 rent.rs, poh_config.rs, fee_calculator.rs, inflation.rs.

import type * as layouts from '../../runtime/sysvars/layouts.ts';
import { U64_MAX } from '../../wire/bytes.ts';
import { bigint, f64, u8 } from '../litesvm/arguments.ts';
import { attach, defineGetters, innerOf, ModuleMade, makeMembersEnumerable, wrap } from '../litesvm/native-object.ts';

const ACCOUNT_STORAGE_OVERHEAD = 128n;
const DEFAULT_SLOTS_PER_EPOCH = 432_000;

/** The lowest 64 bits of a bigint's absolute value. */
export function u64(value: unknown): bigint {
  const int = bigint(value);
  return BigInt.asUintN(64, int < 0n ? -int : int);
}

/** The same bits as an i64. The sign is lost, as it is in bankrun. */
function i64(value: unknown): bigint {
  return BigInt.asIntN(64, u64(value));
}

/** The time on the chain. */
export class Clock {
  declare readonly slot: bigint;
  declare readonly epoch: bigint;
  /** Seconds. */
  declare readonly epochStartTimestamp: bigint;
  declare readonly leaderScheduleEpoch: bigint;
  /** Seconds. */
  declare readonly unixTimestamp: bigint;

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
}

defineGetters(Clock, ['slot', 'epoch', 'epochStartTimestamp', 'leaderScheduleEpoch', 'unixTimestamp']);

interface RentState {
  readonly lamportsPerByteYear: bigint;
  readonly exemptionThreshold: number;
  readonly burnPercent: number;
}

/** Before SIMD-0194: a rate a year, and the years that make exempt. */
const DEFAULT_RENT: RentState = { lamportsPerByteYear: 3480n, exemptionThreshold: 2, burnPercent: 50 };

/** What an account must hold for its size. */
export class Rent {
  /** Lamports a byte and year. */
  declare readonly lamportsPerByteYear: bigint;
  /** Years. */
  declare readonly exemptionThreshold: number;
  declare readonly burnPercent: number;

  constructor(lamportsPerByteYear: bigint, exemptionThreshold: number, burnPercent: number) {
    const state: RentState = {
      lamportsPerByteYear: u64(lamportsPerByteYear),
      exemptionThreshold: f64(exemptionThreshold),
      burnPercent: u8(burnPercent),
    };
    attach(this, state);
  }

  static default(): Rent {
    return wrap(Rent, DEFAULT_RENT);
  }

  /** No rent at all. */
  static free(): Rent {
    return wrap(Rent, { ...DEFAULT_RENT, lamportsPerByteYear: 0n });
  }

  /** The same minimum balances over epochs of another length. */
  static withSlotsPerEpoch(slotsPerEpoch: bigint): Rent {
    const ratio = Number(u64(slotsPerEpoch)) / DEFAULT_SLOTS_PER_EPOCH;
    return wrap(Rent, {
      ...DEFAULT_RENT,
      lamportsPerByteYear: castToU64(Number(DEFAULT_RENT.lamportsPerByteYear) / ratio),
      exemptionThreshold: DEFAULT_RENT.exemptionThreshold * ratio,
    });
  }

  /** What is burned, and what is left to validators: as in bankrun, behind two places that are empty. */
  calculateBurn(rentCollected: bigint): unknown[] {
    const collected = u64(rentCollected);
    const burned = BigInt.asUintN(64, collected * BigInt(this.burnPercent)) / 100n;
    const result: unknown[] = new Array(2);
    result.push(burned, BigInt.asUintN(64, collected - burned));
    return result;
  }

  /** Lamports that an account with so many bytes of data must hold. */
  minimumBalance(dataLen: bigint): bigint {
    return castToU64(Number(perYear(this, u64(dataLen))) * this.exemptionThreshold);
  }

  isExempt(balance: bigint, dataLen: bigint): boolean {
    return u64(balance) >= this.minimumBalance(dataLen);
  }

  /** Lamports due for so many years; null where the balance is exempt. */
  due(balance: bigint, dataLen: bigint, yearsElapsed: number): bigint | null {
    const isExempt = this.isExempt(balance, dataLen);
    const due = this.dueAmount(dataLen, yearsElapsed);
    return isExempt ? null : due;
  }

  dueAmount(dataLen: bigint, yearsElapsed: number): bigint {
    const lamports = Number(perYear(this, u64(dataLen)));
    return castToU64(lamports * f64(yearsElapsed));
  }
}

defineGetters(Rent, ['lamportsPerByteYear', 'exemptionThreshold', 'burnPercent']);

function perYear({ lamportsPerByteYear }: Rent, dataLen: bigint): bigint {
  return BigInt.asUintN(64, (ACCOUNT_STORAGE_OVERHEAD + dataLen) * lamportsPerByteYear);
}

/** Rust's cast from f64: it saturates, and NaN is zero. */
function castToU64(value: number): bigint {
  if (!(value > 0)) return 0n;
  return value >= 2 ** 64 ? U64_MAX : BigInt(Math.floor(value));
}

export function wrapRent({ lamportsPerByte, exemptionThreshold, burnPercent }: layouts.Rent): Rent {
  return wrap(Rent, { lamportsPerByteYear: lamportsPerByte, exemptionThreshold, burnPercent });
}

export function rentOf(rent: Rent): layouts.Rent {
  const { lamportsPerByteYear, exemptionThreshold, burnPercent } = innerOf<RentState>(rent);
  return { lamportsPerByte: lamportsPerByteYear, exemptionThreshold, burnPercent };
}

export class EpochSchedule extends ModuleMade {
  declare readonly slotsPerEpoch: bigint;
  declare readonly leaderScheduleSlotOffset: bigint;
  declare readonly warmup: boolean;
  declare readonly firstNormalEpoch: bigint;
  declare readonly firstNormalSlot: bigint;
}

defineGetters(EpochSchedule, [
  'slotsPerEpoch',
  'leaderScheduleSlotOffset',
  'warmup',
  'firstNormalEpoch',
  'firstNormalSlot',
]);

export class PohConfig extends ModuleMade {
  /** Microseconds. */
  declare readonly targetTickDuration: bigint;
  declare readonly targetTickCount: bigint | null;
  declare readonly hashesPerTick: bigint | null;
}

defineGetters(PohConfig, ['targetTickDuration', 'targetTickCount', 'hashesPerTick']);

export class FeeRateGovernor extends ModuleMade {
  declare readonly lamportsPerSignature: bigint;
  declare readonly targetLamportsPerSignature: bigint;
  declare readonly targetSignaturesPerSlot: bigint;
  declare readonly minLamportsPerSignature: bigint;
  declare readonly maxLamportsPerSignature: bigint;
  declare readonly burnPercent: number;
}

defineGetters(FeeRateGovernor, [
  'lamportsPerSignature',
  'targetLamportsPerSignature',
  'targetSignaturesPerSlot',
  'minLamportsPerSignature',
  'maxLamportsPerSignature',
  'burnPercent',
]);

/** Not exported by bankrun under its name; `genesisConfig.inflation` is one. */
export class Inflation extends ModuleMade {
  declare readonly initial: number;
  declare readonly terminal: number;
  declare readonly taper: number;
  declare readonly foundation: number;
  declare readonly foundationTerm: number;
}

defineGetters(Inflation, ['initial', 'terminal', 'taper', 'foundation', 'foundationTerm']);

/** What became of a transaction, by its signature. */
export class TransactionStatus extends ModuleMade {
  declare readonly slot: bigint;
  /** Always null: every block here is final. */
  declare readonly confirmations: bigint | null;
  /** Agave's text; null where the transaction succeeded. */
  declare readonly err: string | null;
  /** In quotes, as bankrun gives it: `"finalized"`. */
  declare readonly confirmationStatus: string | null;
}

defineGetters(TransactionStatus, ['slot', 'confirmations', 'err', 'confirmationStatus']);

makeMembersEnumerable(Clock, Rent, EpochSchedule, PohConfig, FeeRateGovernor, Inflation, TransactionStatus);
