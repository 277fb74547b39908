// Differences that are as they should be: each with the rule that explains it. Everything else is a failure.
// What LiteSVM does otherwise than a validator is no difference here: our bank runs under LiteSVM's rules, whose table is
// LITESVM_DEVIATIONS in src/runtime/rules.ts.

import { INSTRUCTIONS_SYSVAR_ID } from '../../../src/runtime/addresses.ts';
import type { VersionedTransaction } from '../../../src/wire/transaction.ts';
import type { Outcome } from './machines.ts';

export interface ExplainedDifference {
  readonly name: string;
  /** Why the two differ, and which of them is right. */
  readonly rule: string;
  readonly applies: (ours: Outcome, theirs: Outcome, transaction: VersionedTransaction) => boolean;
}

export const EXPLAINED: readonly ExplainedDifference[] = [
  {
    name: 'the Instructions sysvar as fee payer',
    rule:
      'Nobody can sign for it, so it takes switched-off signature checks. Agave finds no account that could pay ' +
      '(`validate_fee_payer`: `AccountNotFound`), and so do we; LiteSVM looks for a payer among the accounts behind it.',
    applies: (ours, _theirs, { message }) =>
      ours.error === 'AccountNotFound' && message.accountKeys[0]?.equals(INSTRUCTIONS_SYSVAR_ID) === true,
  },
];
