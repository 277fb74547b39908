// What would make a transaction cheaper, or let it pass: each with the figures of a run in which it was so. A piece of advice
// is only made where that run came to the same end (testing/advice.ts does them); here are its shape and its text.

import type { Address } from '@solana/kit';
import { MIN_WIDTH, type Span, TerminalPage } from './terminal-page.ts';
import { numberText } from './value-text.ts';

export type AdviceCode =
  /** A program searches for a bump that it could be given. */
  | 'KNOWN_BUMP'
  /** Log lines take a good part of a program's units. */
  | 'FEWER_LOGS'
  /** The transaction asks for far more units than it uses. */
  | 'LOWER_UNIT_LIMIT'
  /** It fails for want of units. */
  | 'RAISE_UNIT_LIMIT'
  /** It may load far more account data than it does. */
  | 'LOWER_DATA_LIMIT'
  /** An account that nothing writes to is locked for writing. */
  | 'READONLY_ACCOUNT'
  /** A signature that nothing asks for. */
  | 'UNNEEDED_SIGNER'
  /** An account at an instruction's end that its program doesn't look at. */
  | 'UNNEEDED_ACCOUNT'
  /** An instruction that changes nothing. */
  | 'UNNEEDED_INSTRUCTION'
  /** Token runs in an older build than mainnet's. */
  | 'NEWER_TOKEN'
  /** A token account is to be created that is there already. */
  | 'CREATE_IDEMPOTENT';

/** What a transaction costs, one way or another. */
export interface AdviceCost {
  /** Compute units that it uses. */
  readonly computeUnits: number;
  /** Lamports. */
  readonly fee: bigint;
  /**
   * Units of a block that are set aside for it: its signatures, write locks, instruction data, the units and the account
   * data that it may use. Source: agave cost-model/src/cost_model.rs, calculate_cost.
   */
  readonly blockCost: number;
  /** Bytes on the wire, with every account listed in the message. */
  readonly bytes: number;
}

export interface Advice {
  readonly code: AdviceCode;
  /** One sentence: what to change. */
  readonly text: string;
  /** How it was found to be so. */
  readonly method: string;
  /** Index of the top-level instruction it is about; null for the transaction. */
  readonly instruction: number | null;
  readonly program: Address | null;
  readonly account: Address | null;
  /** As it is, or would have been paid; and as it was in the run with the change. */
  readonly before: AdviceCost;
  readonly after: AdviceCost;
}

export interface FormatAdviceOptions {
  readonly color?: boolean | undefined;
  readonly width?: number | undefined;
}

/** Advice as text: what to change, and what that saved. Empty where there is none. */
export function formatAdvice(advice: readonly Advice[], options: FormatAdviceOptions = {}): string {
  const { color = false, width = 100 } = options;
  const page = new TerminalPage(Math.max(MIN_WIDTH, width), color);
  for (const each of advice) {
    const content: Span[] = [
      ['green', '→ '],
      each.text,
      ['bold', `  ${savingText(each)}`],
      ['dim', `  ${each.method}`],
    ];
    page.line('', '', content, { hang: 2 });
  }
  return page.toString();
}

/** `4,500 units less`, `fee 10,000 → 5,000 lamports`. */
export function savingText({ before, after }: Advice): string {
  const parts: string[] = [];
  const units = before.computeUnits - after.computeUnits;
  if (units > 0) parts.push(`${numberText(units)} units less`);
  if (before.fee > after.fee) parts.push(`${numberText(before.fee - after.fee)} lamports less`);
  if (before.blockCost > after.blockCost) {
    parts.push(`block cost ${numberText(before.blockCost)} → ${numberText(after.blockCost)}`);
  }
  if (before.bytes > after.bytes) parts.push(`${numberText(before.bytes - after.bytes)} bytes less`);
  return parts.length === 0 ? 'it passes' : parts.join(', ');
}
