// An explanation as text for a terminal: what failed, why, who held and asked what, where each flag came from, the code
// around a fault, and what to change. How lines are set is terminal-page.ts's.

import { type Explanation, flagWords } from './explanation.ts';
import { MIN_WIDTH, type Span, TerminalPage } from './terminal-page.ts';
import { numberText } from './value-text.ts';

export interface FormatExplanationOptions {
  /** ANSI colours. Off unless asked for. */
  readonly color?: boolean | undefined;
  /** Columns. 100 where it isn't said. */
  readonly width?: number | undefined;
}

const LABEL_WIDTH = 9;
const SHOWN_FIXES = 4;

/** The explanation as text, without a line break at its end. */
export function formatExplanation(explanation: Explanation, options: FormatExplanationOptions = {}): string {
  const { color = false, width = 100 } = options;
  const page = new TerminalPage(Math.max(MIN_WIDTH, width), color);
  const line = (label: string, ...content: Span[]) => {
    page.line('  ', '  ', [['dim', label.padEnd(LABEL_WIDTH)], ...content], { hang: LABEL_WIDTH });
  };
  page.line('', '', [['boldRed', `✗ ${explanation.title}`]], { hang: 2 });
  line('why', explanation.cause);
  const { frame, account, asked, held, limit, actual, rule, source, fault } = explanation;
  if (frame !== null) {
    const instruction = frame.instruction === null ? '' : `::${frame.instruction}`;
    line('where', `#${frame.path.join('.')}  ${frame.programs.join(' → ')}${instruction}`);
  }
  if (account !== null) {
    const notes = [
      account.name,
      account.role === null ? null : `\`${account.role}\``,
      account.index < 0 ? 'not in the transaction' : `account #${account.index}`,
    ];
    line('account', account.address, ['dim', `  ${notes.filter((note) => note !== null).join(', ')}`]);
  }
  if (asked !== null) line('asked', asked);
  if (held !== null) line('held', flagWords(held));
  if (limit !== null) line('limit', numberText(limit));
  if (actual !== null && rule !== 'program result') line('actual', numberText(actual));
  for (const [i, flag] of explanation.flags.entries()) line(i === 0 ? 'flags' : '', flag.text);
  if (fault !== null) {
    for (const [i, each] of fault.code.entries()) {
      line(i === 0 ? 'at' : '', [
        each.isFault ? 'boldRed' : 'dim',
        `${each.isFault ? '→' : ' '} ${String(each.pc).padStart(5)}  ${each.text}`,
      ]);
    }
  }
  for (const note of explanation.notes) line('note', note);
  if (rule !== null) line('rule', source === null ? rule : `${rule}  ${source}`);
  for (const fix of explanation.fixes.slice(0, SHOWN_FIXES)) line('fix', ['green', fix]);
  line('code', `${explanation.code}  ${explanation.docs}`);
  return page.toString();
}
