// The sysvars as the runtime reads them: typed values for builtin programs and rules, account bytes for `sol_get_sysvar`.
// A value: a change of a sysvar account makes a new cache. Accounts that don't decode are as good as absent.
// Source: agave program-runtime/src/sysvar_cache.rs.

import type { Account } from '../../wire/account.ts';
import type { Pubkey } from '../../wire/pubkey.ts';
import type {
  Clock,
  EpochRewards,
  EpochSchedule,
  LastRestartSlot,
  RecentBlockhashes,
  Rent,
  SlotHashes,
  StakeHistory,
} from './layouts.ts';

export class SysvarCache {
  readonly clock: Clock | undefined;
  readonly epochRewards: EpochRewards | undefined;
  readonly epochSchedule: EpochSchedule | undefined;
  readonly lastRestartSlot: LastRestartSlot | undefined;
  readonly recentBlockhashes: RecentBlockhashes | undefined;
  readonly rent: Rent | undefined;
  readonly slotHashes: SlotHashes | undefined;
  readonly stakeHistory: StakeHistory | undefined;

  /** Reads every sysvar through `getAccount`. */
  static from(getAccount: (key: Pubkey) => Account | undefined): SysvarCache {
    throw new Error('not written yet', { cause: getAccount });
  }

  /** This cache with one sysvar account changed; itself where `key` is no sysvar that it keeps. */
  with(key: Pubkey, account: Account | undefined): SysvarCache {
    throw new Error('not written yet', { cause: [key, account] });
  }

  /** The bytes of the account, of the sysvars that programs can read by address and offset. */
  get(id: Pubkey): Uint8Array | undefined {
    throw new Error('not written yet', { cause: id });
  }
}
