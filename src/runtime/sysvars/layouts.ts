// The account forms of the sysvars, decoded and encoded. Decoding gives undefined where the bytes are too short or not
// of the form; bytes behind the value are ignored, as bincode does.
// Source: solana-sdk clock, rent, epoch-schedule, epoch-rewards, slot-hashes, slot-history, stake-history,
// last-restart-slot, sysvar/src/recent_blockhashes.rs.

export interface Clock {
  readonly slot: bigint;
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
export type RecentBlockhashes = readonly RecentBlockhash[];

export interface SlotHash {
  readonly slot: bigint;
  readonly hash: Uint8Array;
}
/** Newest first. */
export type SlotHashes = readonly SlotHash[];

export interface StakeHistoryEntry {
  readonly epoch: bigint;
  readonly effective: bigint;
  readonly activating: bigint;
  readonly deactivating: bigint;
}
/** Newest first. */
export type StakeHistory = readonly StakeHistoryEntry[];
