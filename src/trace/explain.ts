// Why a transaction failed, for people and for tools: a stable code, the rule and where it stands in Agave, the frame, the
// accounts by name, what was held and asked and who gave each flag, a sentence of cause and what to change.
// The shape is explanation.ts's; frames are explained in explain-frame.ts, whole transactions in explain-transaction.ts.
// Sentences about the runtime's own rules are failure-text.ts's and transaction-failure-text.ts's; what the accounts say is
// explain-state.ts's; codes and general words are explanation-codes.ts's and program-error-codes.ts's. Seeds are searched
// by seed-detective.ts. Reads the trace only.

import { explainFrame } from './explain-frame.ts';
import { explainTransaction } from './explain-transaction.ts';
import type { Explanation } from './explanation.ts';
import { pathToOrigin, type TransactionTrace } from './transaction-trace.ts';

/**
 * Explains why a transaction failed.
 *
 * @returns null where it succeeded.
 *
 * @example
 * ```ts
 * const outcome = svm.sendTransaction(transaction);
 * const explanation = explain(outcome);
 * if (explanation !== null) console.log(explanation.code, explanation.cause, explanation.fixes);
 * ```
 */
export function explain(outcome: { readonly trace: TransactionTrace }): Explanation | null {
  const { trace } = outcome;
  if (trace.error === null) return null;
  const path = pathToOrigin(trace);
  return path.length === 0 ? explainTransaction(trace) : explainFrame(trace, path);
}
