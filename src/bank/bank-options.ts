// What a bank is made with: its rules, what it checks, what it remembers and what it starts from.

import type { BuiltinAllocation } from '../runtime/compute-budget.ts';
import type { ExecutionCosts } from '../runtime/execution-cost.ts';
import type { FeatureSet } from '../runtime/features.ts';
import type { TransactionRules } from '../runtime/rules.ts';
import type { Rent } from '../runtime/sysvars/layouts.ts';
import type { ComputeBudgetOverride } from '../runtime/transaction-processor.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import type { Accounts } from './accounts.ts';
import type { TransactionRecord } from './bank.ts';
import type { TransactionMemory } from './history.ts';

export interface BankOptions {
  readonly features: FeatureSet;
  /** Default: a validator's. */
  readonly rules?: TransactionRules | undefined;
  /** Whether signatures are checked. Default: true. */
  readonly verifySignatures?: boolean | undefined;
  /** Whether a transaction must carry a recent blockhash or a nonce. Default: true. */
  readonly checkBlockhash?: boolean | undefined;
  /** Bytes of log that are kept of a transaction; `Infinity` for no limit. Default: 10,000. */
  readonly logBytesLimit?: number | undefined;
  /** How many transactions are remembered by signature. Default: 256, or 32 under LiteSVM's rules. */
  readonly historyCapacity?: number | undefined;
  readonly computeBudgetOverride?: ComputeBudgetOverride | undefined;
  /** How many accounts a transaction may lock. Default: as the feature gates say. */
  readonly accountLockLimit?: number | undefined;
  /** What the bank starts from. The bank's own from then on. Default: what a new chain has. */
  readonly accounts?: Accounts | undefined;
  /** The first blockhash. Default: `GENESIS_BLOCKHASH`. */
  readonly blockhash?: Pubkey | undefined;
  /** What accounts must hold by the rules for transactions. Default: what the Rent sysvar says. */
  readonly rent?: Rent | undefined;
  /** What calls and syscalls cost. Default: mainnet's costs. */
  readonly costs?: ExecutionCosts | undefined;
  /** What builtins add to the default limit of units. Default: as on mainnet. */
  readonly builtinAllocation?: BuiltinAllocation | undefined;
  /** What remembers processed transactions, in place of a ring of `historyCapacity`. */
  readonly memory?: TransactionMemory<TransactionRecord> | undefined;
}
