// The sysvars as the runtime reads them: typed values for builtin programs and rules, account bytes for `sol_get_sysvar`.
// A value: a change of a sysvar account makes a new cache. An account that doesn't decode is as good as absent.
// The long lists are decoded when they are first read, because a bank makes a new cache each slot.
// Source: agave program-runtime/src/sysvar_cache.rs.

import type { Account } from '../../wire/account.ts';
import type { Pubkey } from '../../wire/pubkey.ts';
import {
  CLOCK_ID,
  EPOCH_REWARDS_ID,
  EPOCH_SCHEDULE_ID,
  FEES_ID,
  LAST_RESTART_SLOT_ID,
  RECENT_BLOCKHASHES_ID,
  RENT_ID,
  SLOT_HASHES_ID,
  STAKE_HISTORY_ID,
} from '../addresses.ts';
import {
  type Clock,
  decodeClock,
  decodeEpochRewards,
  decodeEpochSchedule,
  decodeFees,
  decodeLastRestartSlot,
  decodeRecentBlockhashes,
  decodeRent,
  decodeSlotHashes,
  decodeStakeHistory,
  type EpochRewards,
  type EpochSchedule,
  type Fees,
  type LastRestartSlot,
  type RecentBlockhashes,
  type Rent,
  type SlotHashes,
  type StakeHistory,
} from './layouts.ts';

/** The sysvars that are kept, in the order of `#data`. */
const IDS: readonly Pubkey[] = [
  CLOCK_ID,
  EPOCH_REWARDS_ID,
  EPOCH_SCHEDULE_ID,
  LAST_RESTART_SLOT_ID,
  RENT_ID,
  SLOT_HASHES_ID,
  STAKE_HISTORY_ID,
  RECENT_BLOCKHASHES_ID,
  FEES_ID,
];
const CLOCK = 0;
const EPOCH_REWARDS = 1;
const EPOCH_SCHEDULE = 2;
const LAST_RESTART_SLOT = 3;
const RENT = 4;
const SLOT_HASHES = 5;
const STAKE_HISTORY = 6;
const RECENT_BLOCKHASHES = 7;
const FEES = 8;

export class SysvarCache {
  readonly clock: Clock | undefined;
  readonly epochRewards: EpochRewards | undefined;
  readonly epochSchedule: EpochSchedule | undefined;
  /** Only for `sol_get_fees_sysvar`, which mainnet no longer has. */
  readonly fees: Fees | undefined;
  readonly lastRestartSlot: LastRestartSlot | undefined;
  readonly rent: Rent | undefined;
  /** Account data by position in `IDS`. */
  readonly #data: readonly (Uint8Array | undefined)[];
  #slotHashes: SlotHashes | undefined;
  #stakeHistory: StakeHistory | undefined;
  #recentBlockhashes: RecentBlockhashes | undefined;

  private constructor(data: readonly (Uint8Array | undefined)[]) {
    this.#data = data;
    this.clock = decodeIfThere(data[CLOCK], decodeClock);
    this.epochRewards = decodeIfThere(data[EPOCH_REWARDS], decodeEpochRewards);
    this.epochSchedule = decodeIfThere(data[EPOCH_SCHEDULE], decodeEpochSchedule);
    this.fees = decodeIfThere(data[FEES], decodeFees);
    this.lastRestartSlot = decodeIfThere(data[LAST_RESTART_SLOT], decodeLastRestartSlot);
    this.rent = decodeIfThere(data[RENT], decodeRent);
  }

  /** Reads every sysvar through `getAccount`. */
  static from(getAccount: (key: Pubkey) => Account | undefined): SysvarCache {
    return new SysvarCache(IDS.map((id) => getAccount(id)?.data));
  }

  /** This cache with one sysvar account changed; itself where `key` is no sysvar that it keeps. */
  with(key: Pubkey, account: Account | undefined): SysvarCache {
    const index = indexOf(key);
    return index < 0 ? this : new SysvarCache(this.#data.with(index, account?.data));
  }

  get slotHashes(): SlotHashes | undefined {
    return (this.#slotHashes ??= decodeIfThere(this.#data[SLOT_HASHES], decodeSlotHashes));
  }

  get stakeHistory(): StakeHistory | undefined {
    return (this.#stakeHistory ??= decodeIfThere(this.#data[STAKE_HISTORY], decodeStakeHistory));
  }

  get recentBlockhashes(): RecentBlockhashes | undefined {
    return (this.#recentBlockhashes ??= decodeIfThere(this.#data[RECENT_BLOCKHASHES], decodeRecentBlockhashes));
  }

  /**
   * The bytes of the account, of the sysvars that programs can read by address and offset. Not to be written.
   * Source: agave program-runtime/src/sysvar_cache.rs, sysvar_id_to_buffer.
   */
  get(id: Pubkey): Uint8Array | undefined {
    const index = indexOf(id);
    switch (index) {
      case CLOCK:
        return this.clock && this.#data[index];
      case EPOCH_REWARDS:
        return this.epochRewards && this.#data[index];
      case EPOCH_SCHEDULE:
        return this.epochSchedule && this.#data[index];
      case LAST_RESTART_SLOT:
        return this.lastRestartSlot && this.#data[index];
      case RENT:
        return this.rent && this.#data[index];
      case SLOT_HASHES:
        return this.slotHashes && this.#data[index];
      case STAKE_HISTORY:
        return this.stakeHistory && this.#data[index];
      default:
        return undefined;
    }
  }
}

function indexOf(id: Pubkey): number {
  for (let i = 0; i < IDS.length; i++) if (IDS[i].equals(id)) return i;
  return -1;
}

function decodeIfThere<T>(data: Uint8Array | undefined, decode: (data: Uint8Array) => T | undefined): T | undefined {
  return data === undefined ? undefined : decode(data);
}
