// The explanation of a transaction that failed as a whole: none of its frames did.

import { accountInTransaction, docsOf, type Explanation, namesIn } from './explanation.ts';
import { type HistoryEvent, historyOf, turningPoint } from './failure-history.ts';
import { eventWords } from './failure-history-text.ts';
import { TRANSACTION_RULES } from './failure-rule.ts';
import { Guard } from './guard.ts';
import { describeTransactionFailure } from './transaction-failure-text.ts';
import type { TransactionTrace } from './transaction-trace.ts';
import { numberText } from './value-text.ts';

export function explainTransaction(trace: TransactionTrace): Explanation {
  const text = describeTransactionFailure(trace, namesIn(trace))!;
  const { refusal, errorText } = trace;
  const rule = refusal ?? TRANSACTION_RULES[text.title];
  const guard = new Guard();
  const earlier = text.code === 'TX_RENT' ? guard.run('earlier', () => whatBroughtItBelowRent(trace)) : undefined;
  return {
    code: text.code,
    title: errorText === null ? text.title : `${text.title}: ${errorText}`,
    cause: earlier === undefined ? text.cause : `${text.cause} ${upperFirst(eventWords(earlier, [], namesIn(trace)))}.`,
    fixes: text.fixes,
    notes: [...(earlier === undefined ? [] : swapped(earlier)), ...guard.notes],
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
    earlier: earlier === undefined ? null : { path: earlier.frame.path, account: earlier.address },
    docs: docsOf(text.code),
  };
}

/** The frame that left an account with fewer lamports than its size must hold. */
function whatBroughtItBelowRent(trace: TransactionTrace): HistoryEvent | undefined {
  const { account = null, limit = null } = trace.refusal ?? {};
  const last = trace.accounts.find(({ address }) => address === account)?.after;
  const history = last == null || limit === null ? undefined : historyOf(trace);
  if (last == null || limit === null || account === null || history === undefined) return undefined;
  return turningPoint(history, (states) => {
    const state = states.get(account);
    if (state === undefined || state.lamports === 0n) return false;
    // The minimum is in proportion to what an account takes, 128 bytes besides its data.
    return state.lamports * BigInt(128 + last.data.length) < BigInt(limit) * BigInt(128 + state.data.length);
  });
}

/** Lamports and space are both numbers: a mistake that many make once. */
function swapped({ frame: { instruction } }: HistoryEvent): string[] {
  const { lamports, amount = lamports, space } = instruction?.args ?? {};
  if (typeof amount !== 'bigint' || typeof space !== 'bigint' || amount >= space) return [];
  return space >= (128n + amount) * 6960n && amount <= 10_485_760n
    ? [`${instruction!.name} says ${numberText(amount)} lamports and ${numberText(space)} bytes: are the two swapped?`]
    : [];
}

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
