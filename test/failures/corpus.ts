// The corpus: every case, by topic, and what came of it, played once however many ask.

import { type Explanation, explain, formatExplanation } from '../../src/trace/index.ts';
import { ANCHOR_CASES } from './anchor-cases.ts';
import { ASSOCIATED_TOKEN_CASES } from './associated-token-cases.ts';
import { CALL_CASES } from './call-cases.ts';
import type { FailureCase } from './case.ts';
import { CPI_CASES } from './cpi-cases.ts';
import { FLAG_CASES } from './flag-cases.ts';
import { HISTORY_CASES } from './history-cases.ts';
import { IDL_CASES } from './idl-cases.ts';
import { NATIVE_CASES } from './native-cases.ts';
import { NATIVE_RULE_CASES } from './native-rule-cases.ts';
import { ORDER_CASES } from './order-cases.ts';
import { Scene, type SentBoth } from './scene.ts';
import { STAKE_CASES } from './stake-cases.ts';
import { STAKE_LIFECYCLE_CASES } from './stake-lifecycle-cases.ts';
import { SYSTEM_CASES } from './system-cases.ts';
import { tableCases } from './table-cases.ts';
import { TOKEN_CASES } from './token-cases.ts';
import { TOKEN_COMMON_CASES } from './token-common-cases.ts';
import { TOKEN_RULE_CASES } from './token-rule-cases.ts';
import { TOLD_CASES } from './told-cases.ts';
import { TRANSACTION_CASES } from './transaction-cases.ts';
import { VM_CASES } from './vm-cases.ts';

/** The cases that were written by hand, under the names of their files. The plainest come first: see SHOWN. */
export const TOPICS: Readonly<Record<string, readonly FailureCase[]>> = {
  transaction: TRANSACTION_CASES,
  cpi: CPI_CASES,
  'token-common': TOKEN_COMMON_CASES,
  'associated-token': ASSOCIATED_TOKEN_CASES,
  system: SYSTEM_CASES,
  told: TOLD_CASES,
  vm: VM_CASES,
  token: TOKEN_CASES,
  stake: STAKE_CASES,
  'stake-lifecycle': STAKE_LIFECYCLE_CASES,
  native: NATIVE_CASES,
  call: CALL_CASES,
  flag: FLAG_CASES,
  anchor: ANCHOR_CASES,
  history: HISTORY_CASES,
  order: ORDER_CASES,
  'token-rule': TOKEN_RULE_CASES,
  'native-rule': NATIVE_RULE_CASES,
  idl: IDL_CASES,
};
const BY_HAND = Object.values(TOPICS).flat();

/** With the smallest cases of the codes that those by hand don't meet. */
export const CASES: readonly FailureCase[] = [...BY_HAND, ...tableCases(new Set(BY_HAND.map(({ code }) => code)))];

/** For each code the case that its page in docs/errors/ shows: the first that has it. */
export const SHOWN: ReadonlyMap<string, FailureCase> = new Map(CASES.toReversed().map((each) => [each.code, each]));

export interface Played {
  readonly both: SentBoth;
  readonly explanation: Explanation;
}

const played = new Map<FailureCase, Played>();

export function play(broken: FailureCase): Played {
  let known = played.get(broken);
  if (known === undefined) {
    const both = broken.play(new Scene(broken.options, BY_HAND.includes(broken)));
    const explanation = explain(both.outcome);
    if (explanation === null) throw new Error(`${broken.id} succeeded: ${both.outcome.logs.join('\n')}`);
    known = { both, explanation };
    played.set(broken, known);
  }
  return known;
}

/** What LiteSVM prints: logs of many calls are cut in the middle, long lines at their end. Empty where it was not asked. */
export function asLiteSvm(broken: FailureCase): string {
  const lines = play(broken)
    .both.lite.split('\n')
    .map((line) => (line.length > 160 ? `${line.slice(0, 150)}…` : line));
  if (lines.length <= 24) return lines.join('\n');
  return [...lines.slice(0, 8), `… ${lines.length - 16} lines …`, ...lines.slice(-8)].join('\n');
}

export const asParhelion = (broken: FailureCase): string => formatExplanation(play(broken).explanation, { width: 100 });
