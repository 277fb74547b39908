// What a transaction can see of the bank it runs in. A value: it does not change while the transaction runs, and an
// outcome that keeps it can be replayed.

import type { Pubkey } from '../wire/pubkey.ts';
import type { ExecutionCosts } from './execution-cost.ts';
import type { RuntimeFeatures } from './features.ts';
import type { TransactionRules } from './rules.ts';
import type { SysvarCache } from './sysvars/cache.ts';
import type { Rent } from './sysvars/layouts.ts';

export interface ExecutionEnvironment {
  readonly features: RuntimeFeatures;
  /** Which of the two profiles of the rules around the runtime is in force: a validator's, or LiteSVM's. */
  readonly rules: TransactionRules;
  readonly slot: bigint;
  readonly sysvars: SysvarCache;
  /** What accounts must hold by the rules for transactions; the sysvar's word where it isn't said. */
  readonly rent?: Rent | undefined;
  /** What calls and syscalls cost; mainnet's where it isn't said. */
  readonly costs?: ExecutionCosts | undefined;
  /** The blockhash that nonce instructions advance to. */
  readonly blockhash: Uint8Array;
  readonly lamportsPerSignature: bigint;
  /** Bytes of log that are kept; `Infinity` for no limit. */
  readonly logBytesLimit: number;
  /** Stake of a vote account in the current epoch, or of all where none is named, in lamports. */
  readonly epochStake: (voteAddress: Pubkey | undefined) => bigint;
}
