// The ledger as text for a terminal: under each frame what changed between its start and its end, and what it changed by itself
// where it made calls; last the sums by account, and whether they are what the transaction changed.
// How lines are set is terminal-page.ts's, and so is the escaping.

import type { FrameLedger, Ledger, LedgerEntry } from './ledger.ts';
import { MIN_WIDTH, type Span, TerminalPage } from './terminal-page.ts';
import { AddressText, bytesText, numberText, valueText } from './value-text.ts';

export interface FormatLedgerOptions {
  /** ANSI colours. Off unless asked for. */
  readonly color?: boolean | undefined;
  /** Columns. 100 where it isn't said. */
  readonly width?: number | undefined;
}

const DEFAULT_WIDTH = 100;
const SHOWN_RANGES = 4;
const SHOWN_BYTES = 8;
const SHOWN_FIELDS = 12;

/**
 * The ledger as text, without a line break at its end.
 *
 * @param names of addresses: the trace's `names`.
 *
 * @example
 * ```ts
 * console.log(formatLedger(outcome.ledger, outcome.trace.names));
 * ```
 */
export function formatLedger(
  ledger: Ledger,
  names: Readonly<Record<string, string>> = {},
  options: FormatLedgerOptions = {},
): string {
  const { color = false, width = DEFAULT_WIDTH } = options;
  const page = new TerminalPage(Math.max(MIN_WIDTH, width), color);
  const addresses = new AddressText(names, addressesOf(ledger));
  for (const frame of ledger.frames) printFrame(page, frame, addresses, '');
  printSums(page, ledger, addresses);
  const { shortened } = addresses;
  if (shortened.size > 0) page.blank();
  for (const [address, short] of shortened) page.line('', '', [['dim', `${short}  ${address}`]], { hang: 2 });
  return page.toString();
}

function addressesOf(ledger: Ledger): string[] {
  const visit = ({ entries, own, calls }: FrameLedger): string[] => [
    ...[...entries, ...own].map(({ address }) => address),
    ...calls.flatMap(visit),
  ];
  return [...new Set(ledger.frames.flatMap(visit))];
}

function printFrame(page: TerminalPage, frame: FrameLedger, addresses: AddressText, indent: string): void {
  const { path, program, instruction, entries, own, calls } = frame;
  const name = instruction === null ? program : `${program}::${instruction}`;
  const head: Span[] = [
    ['bold', `#${path.join('.')} `],
    ['boldCyan', name],
  ];
  if (entries.length === 0 && own.length === 0) head.push(['dim', '  changes nothing']);
  page.line(indent, indent, head, { hang: 2 });
  for (const entry of entries) printEntry(page, entry, addresses, `${indent}  `);
  // A frame without calls changed by itself all that changed in it.
  if (calls.length > 0 && own.length > 0) {
    page.line(`${indent}  `, `${indent}  `, [['dim', 'by itself']]);
    for (const entry of own) printEntry(page, entry, addresses, `${indent}    `);
  }
  for (const call of calls) printFrame(page, call, addresses, `${indent}  `);
}

function printEntry(page: TerminalPage, entry: LedgerEntry, { show }: AddressText, indent: string): void {
  const parts: string[] = [];
  const { lamports, tokens, owner, executable, dataLength, data, fields } = entry;
  if (lamports.change !== 0n) parts.push(`lamports ${amountText(lamports)}`);
  if (tokens !== null) parts.push(`tokens of ${show(tokens.mint)} ${amountText(tokens)}`);
  if (owner !== null) parts.push(`owner ${show(owner.before)} → ${show(owner.after)}`);
  if (executable !== null) parts.push(executable.after ? 'now executable' : 'no longer executable');
  if (dataLength !== null) {
    parts.push(`data ${numberText(dataLength.before)} → ${numberText(dataLength.after)} bytes`);
  }
  if (data === null) parts.push('data changed in too many places to keep');
  for (const { offset, before, after } of data?.slice(0, SHOWN_RANGES) ?? []) {
    const [was, is] = [bytesText(before, SHOWN_BYTES), bytesText(after, SHOWN_BYTES)];
    parts.push(`data[${offset}..${offset + after.length}] ${was} → ${is}`);
  }
  const more = (data?.length ?? 0) - SHOWN_RANGES;
  if (more > 0) parts.push(`… ${numberText(more)} more ranges`);
  const content: Span[] = [['yellow', 'Δ '], show(entry.address), `  ${parts.join(' · ')}`];
  page.line(indent, indent, content, { hang: 4 });
  if (fields === null) return;
  for (const { name, before, after } of fields.changes.slice(0, SHOWN_FIELDS)) {
    const [was, is] = [before, after].map((value) => valueText(value, { show } as AddressText));
    const field: Span[] = [['dim', `${fields.kind} `], name, `  ${was} → ${is}`];
    page.line(`${indent}    `, `${indent}    `, field, { hang: 2 });
  }
  const hidden = fields.changes.length - SHOWN_FIELDS;
  if (hidden > 0) page.line(`${indent}    `, `${indent}    `, [['dim', `… ${numberText(hidden)} more fields`]]);
}

function printSums(page: TerminalPage, ledger: Ledger, { show }: AddressText): void {
  const { isKept, fee, lamports, tokens, isBalanced } = ledger;
  if (ledger.frames.length > 0) page.blank();
  page.line('', '', [['bold', 'in all'], isKept ? '' : '  discarded, for the transaction failed']);
  page.line('  ', '  ', [`fee ${numberText(fee)} lamports, besides`]);
  for (const [address, change] of Object.entries(lamports)) {
    page.line('  ', '  ', [show(address), `  ${signedText(change)} lamports`], { hang: 2 });
  }
  for (const [key, change] of Object.entries(tokens)) {
    const [address, mint] = key.split(' ');
    page.line('  ', '  ', [show(address), `  ${signedText(change)} of ${show(mint)}`], { hang: 2 });
  }
  const words = isBalanced
    ? '✓ the frames sum to what the transaction changed'
    : '✗ the frames do not sum to what the transaction changed';
  page.line('  ', '  ', [[isBalanced ? 'green' : 'boldRed', words]], { hang: 2 });
}

function amountText({ before, after, change }: { before: bigint; after: bigint; change: bigint }): string {
  return `${numberText(before)} → ${numberText(after)} (${signedText(change)})`;
}

function signedText(change: bigint): string {
  return change < 0n ? `−${numberText(-change)}` : `+${numberText(change)}`;
}
