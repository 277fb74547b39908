// Differences that are as they should be: each with the rule that explains it. Everything else is a failure.
// What LiteSVM does otherwise than a validator is no difference here: our bank runs under LiteSVM's rules, whose table is
// LITESVM_DEVIATIONS in src/runtime/rules.ts.

import type { Outcome } from './machines.ts';

export interface ExplainedDifference {
  readonly name: string;
  /** Why the two differ, and which of them is right. */
  readonly rule: string;
  readonly applies: (ours: Outcome, theirs: Outcome) => boolean;
}

export const EXPLAINED: readonly ExplainedDifference[] = [];
