// The explanation of a transaction that failed as a whole: none of its frames did.

import { accountInTransaction, docsOf, type Explanation, namesIn } from './explanation.ts';
import { TRANSACTION_RULES } from './failure-rule.ts';
import { describeTransactionFailure } from './transaction-failure-text.ts';
import type { TransactionTrace } from './transaction-trace.ts';

export function explainTransaction(trace: TransactionTrace): Explanation {
  const text = describeTransactionFailure(trace, namesIn(trace))!;
  const { refusal, errorText } = trace;
  const rule = refusal ?? TRANSACTION_RULES[text.title];
  return {
    code: text.code,
    title: errorText === null ? text.title : `${text.title}: ${errorText}`,
    cause: text.cause,
    fixes: text.fixes,
    notes: [],
    rule: rule?.rule ?? null,
    source: rule?.source ?? null,
    frame: null,
    account: text.account === undefined ? null : accountInTransaction(trace, text.account.address),
    accounts: trace.accounts.map(({ address }) => accountInTransaction(trace, address)),
    asked: refusal?.asked ?? null,
    held: refusal?.held ?? null,
    limit: refusal?.limit ?? null,
    actual: refusal?.actual ?? null,
    flags: [],
    fault: null,
    seeds: null,
    docs: docsOf(text.code),
  };
}
