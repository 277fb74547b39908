// Prints a trace for a terminal: a tree of calls, each with its units, accounts, log lines in place and outcome, after the
// manner of `forge test -vvvv`. The frame where a failure began carries the rule, the facts and what to change.
// How much is shown is the level's; how lines are set is terminal-page.ts's; what is said of a failure, failure-text.ts's.

import { describeReported } from './failure-fault.ts';
import { describeFailure } from './failure-text.ts';
import { displayWidth, escapeText } from './plain-text.ts';
import { MIN_WIDTH, type Span, type Style, TerminalPage } from './terminal-page.ts';
import { describeTransactionFailure } from './transaction-failure-text.ts';
import {
  type AccountChange,
  type CallFrame,
  callsOf,
  type Flags,
  type FrameAccount,
  type FrameFailure,
  type FrameFault,
  type LogLine,
  pathToOrigin,
  type RefusalFacts,
  type TransactionTrace,
} from './transaction-trace.ts';
import { AddressText, bytesText, guessText, numberText, seedText, shortText, valueText } from './value-text.ts';

/** Each level shows what the one before it shows, and more. */
export const TRACE_LEVELS = ['calls', 'logs', 'accounts', 'changes', 'instructions'] as const;
export type TraceLevel = (typeof TRACE_LEVELS)[number];

export interface FormatOptions {
  /** ANSI colours. Off unless asked for: only the host knows whether a terminal reads this. */
  readonly color?: boolean | undefined;
  /** Columns. 100 where it isn't said; the tree needs 64. */
  readonly width?: number | undefined;
  /** How much is shown; `accounts` where it isn't said. */
  readonly level?: TraceLevel | undefined;
}

const DEFAULT_WIDTH = 100;
const OWN_COLUMN = 9;
const TOTAL_COLUMN = 10;
const SHOWN_ACCOUNTS = 48;
const SHOWN_LOST_LINES = 10;
const SHOWN_RANGES = 6;
const SHOWN_FUNCTIONS = 6;
const MAX_REGISTERS_A_LINE = 4;
/** `r10 0x` with sixteen digits, and the gap behind it. */
const REGISTER_WIDTH = 24;
const LABEL_WIDTH = 9;

/**
 * The trace as text, without a line break at its end.
 *
 * @example
 * ```ts
 * const outcome = svm.sendTransaction(transaction);
 * console.log(formatTrace(outcome.trace, { color: process.stdout.isTTY, width: process.stdout.columns }));
 * ```
 */
export function formatTrace(trace: TransactionTrace, options: FormatOptions = {}): string {
  const { color = false, width = DEFAULT_WIDTH, level = 'accounts' } = options;
  return new TracePrinter(trace, Math.max(MIN_WIDTH, width), color, level).print();
}

/** A labelled line under a failure. */
type Row = readonly [label: string, content: readonly Span[]];

/** One thing under a frame; `prefix` leads its first line, `rest` all that follow. */
type Item = (prefix: string, rest: string) => void;

class TracePrinter {
  readonly #trace: TransactionTrace;
  readonly #page: TerminalPage;
  readonly #level: number;
  readonly #addresses: AddressText;
  #isLogTruncated = false;

  constructor(trace: TransactionTrace, width: number, color: boolean, level: TraceLevel) {
    this.#trace = trace;
    this.#page = new TerminalPage(width, color);
    this.#level = TRACE_LEVELS.indexOf(level);
    this.#addresses = new AddressText(
      trace.names,
      trace.accounts.map((account) => account.address),
    );
  }

  print(): string {
    this.#heading();
    this.#trace.instructions.forEach((frame) => {
      this.#page.blank();
      this.#frame(frame, `#${frame.path[0]} `, '');
    });
    this.#transactionFailure();
    this.#legend();
    return this.#page.toString();
  }

  #shows(level: TraceLevel): boolean {
    return this.#level >= TRACE_LEVELS.indexOf(level);
  }

  #heading(): void {
    const { verdict, errorText, fee, isFeeCharged, computeUnits } = this.#trace;
    const mark: Span = verdict === 'success' ? ['green', '✓ success'] : ['boldRed', `✗ ${verdict}`];
    this.#page.line('', '', errorText === null ? [mark] : [mark, '  ', ['red', shortText(errorText)]], { hang: 2 });
    const limit = computeUnits.limit === null ? '' : ` of ${numberText(computeUnits.limit)}`;
    const paid = isFeeCharged || fee === 0n ? '' : ' (not charged)';
    const facts = `fee ${numberText(fee)} lamports${paid} · ${numberText(computeUnits.consumed)}${limit} compute units`;
    const columns: Span = ['dim', `${'own'.padStart(OWN_COLUMN)}${'total'.padStart(TOTAL_COLUMN)}`];
    const hasRun = this.#trace.instructions.some((frame) => frame.verdict !== 'notRun');
    this.#page.line('', '', [['dim', `  ${facts}`]], hasRun ? { right: [columns] } : {});
    if (this.#trace.instructions.some(hasEstimate)) {
      this.#page.line('', '', [
        ['dim', '  ~ an estimate: the program is written in TypeScript, and declares its cost'],
      ]);
    }
  }

  /** `indent` leads every line of the frame but the first. */
  #frame(frame: CallFrame, prefix: string, indent: string): void {
    const items = this.#items(frame);
    const bar = items.length > 0 ? `${indent}│  ` : `${indent}   `;
    const args = this.#header(frame, prefix, bar);
    const accounts = this.#shows('accounts') && frame.verdict !== 'notRun' ? frame.accounts : [];
    const labels = accounts.slice(0, SHOWN_ACCOUNTS).map((account, i) => account.role ?? String(i));
    const width = columnWidth([...args.map(([name]) => name), ...labels]);
    for (const [name, text] of args) {
      this.#page.line(`${bar} `, `${bar} `, [['dim', pad(name, width)], '  ', text], { hang: width + 2 });
    }
    this.#accounts(frame, accounts, labels, width, bar);
    if (accounts.length > 0) this.#signers(frame, bar);
    items.forEach((item, i) => {
      const isLast = i === items.length - 1;
      item(`${indent}${isLast ? '└─ ' : '├─ '}`, `${indent}${isLast ? '   ' : '│  '}`);
    });
  }

  /** Returns the arguments that it had no room for. */
  #header(frame: CallFrame, prefix: string, bar: string): (readonly [name: string, text: string])[] {
    const right = columnsOf(frame);
    const isDim = frame.verdict === 'notRun';
    const mark: Span[] = frame.failure === null ? [] : [['red', '✗ ']];
    const head: Span[] = [...mark, [isDim ? 'dim' : 'boldCyan', this.#programOf(frame)]];
    const { instruction, data } = frame;
    if (instruction === null) {
      if (data.length > 0) head.push(' ', ['dim', bytesText(data, 16)]);
      this.#page.line(prefix, bar, head, { right, hang: 2 });
      return [];
    }
    head.push(['dim', '::'], [isDim ? 'dim' : 'bold', instruction.name]);
    const args = Object.entries(instruction.args).map(([name, value]) => {
      return [name, valueText(value, this.#addresses)] as const;
    });
    const inline: Span[] = [['dim', '('], args.map(([name, text]) => `${name}: ${text}`).join(', '), ['dim', ')']];
    const isInline = args.length > 0 && this.#page.fits(prefix, [...head, ...inline], right);
    this.#page.line(prefix, bar, isInline ? [...head, ...inline] : head, { right, hang: 2 });
    return isInline ? [] : args;
  }

  #accounts(
    frame: CallFrame,
    accounts: readonly FrameAccount[],
    labels: readonly string[],
    width: number,
    bar: string,
  ): void {
    const names = labels.map((_, i) => this.#addresses.show(accounts[i].address));
    const nameWidth = columnWidth(names);
    labels.forEach((label, i) => {
      const account = accounts[i];
      const note = noteOf(account, frame);
      const isNamed = this.#addresses.nameOf(account.address) !== undefined;
      const content: Span[] = [
        ['dim', pad(label, width)],
        '  ',
        [note?.[0] ?? 'plain', flagsText(account)],
        '  ',
        [isNamed ? 'cyan' : 'plain', note === undefined ? names[i] : pad(names[i], nameWidth)],
      ];
      if (note !== undefined) content.push('  ', note);
      this.#page.line(`${bar} `, `${bar} `, content, { hang: width + 8 });
    });
    const more = accounts.length - labels.length;
    if (more > 0) this.#page.line(`${bar} `, `${bar} `, [['dim', `… ${numberText(more)} more accounts`]]);
  }

  #signers(frame: CallFrame, bar: string): void {
    for (const { address, seeds } of frame.signers) {
      const derived = `[${seeds.map((seed) => seedText(seed, this.#addresses)).join(', ')}]`;
      this.#page.line(
        `${bar} `,
        `${bar} `,
        [
          ['magenta', 'pda '],
          this.#addresses.show(address),
          ['dim', ' = '],
          seeds.length === 0 ? 'vouched for' : derived,
        ],
        { hang: 4 },
      );
    }
  }

  /** What stands under a frame as branches: log lines and calls in order, changes, return data, the failure. */
  #items(frame: CallFrame): Item[] {
    const items: Item[] = [];
    let lostCount = 0;
    for (const step of frame.steps) {
      if (step.type === 'call') {
        items.push((prefix, rest) => this.#frame(step.frame, prefix, rest));
      } else if (this.#shows('logs')) {
        const spans = logText(step);
        if (spans === undefined) continue;
        if (!step.isKept && ++lostCount > SHOWN_LOST_LINES) continue;
        items.push((prefix, rest) => this.#log(step, spans, prefix, rest));
      }
    }
    if (lostCount > SHOWN_LOST_LINES) {
      const more = `… ${numberText(lostCount - SHOWN_LOST_LINES)} more lines that the log lost`;
      items.push((prefix, rest) => this.#page.line(prefix, rest, [['dim', more]]));
    }
    if (this.#shows('changes')) {
      for (const change of frame.ownChanges) items.push((prefix, rest) => this.#change(change, prefix, rest));
    }
    const { returnData, failure } = frame;
    if (returnData !== null && this.#shows('logs') && returnData.programAddress === frame.programAddress) {
      items.push((prefix, rest) => {
        this.#page.line(prefix, rest, [['dim', '← '], guessText(returnData.data)], { hang: 2 });
      });
    }
    const { fault } = frame;
    if (fault !== null && this.#shows('instructions')) {
      items.push((prefix, rest) => this.#fault(fault, prefix, rest));
    }
    // Where a failure only passed through, the call above says it, and the mark before the program's name.
    if (failure?.isOrigin) items.push((prefix, rest) => this.#failure(frame, failure, prefix, rest));
    return items;
  }

  #log(log: LogLine, spans: readonly Span[], prefix: string, rest: string): void {
    let content = spans;
    if (!log.isKept) {
      if (!this.#isLogTruncated) {
        this.#isLogTruncated = true;
        const text = '⋯ Log truncated: the byte limit is reached, the lines marked "lost" are not in the log';
        this.#page.line(rest.endsWith('│  ') ? prefix : `${rest.slice(0, -3)}├─ `, `${rest.slice(0, -3)}│  `, [
          ['yellow', text],
        ]);
      }
      content = [['yellow', 'lost '], ...spans];
    }
    this.#page.line(prefix, rest, content, { hang: 4 });
  }

  #change(change: AccountChange, prefix: string, rest: string): void {
    const { lamports, owner, executable, dataLength, data } = change;
    const { show } = this.#addresses;
    const parts: string[] = [];
    if (lamports.before !== lamports.after) {
      const diff = lamports.after - lamports.before;
      const sign = diff < 0n ? '−' : '+';
      const range = `${numberText(lamports.before)} → ${numberText(lamports.after)}`;
      parts.push(`lamports ${range} (${sign}${numberText(diff < 0n ? -diff : diff)})`);
    }
    if (owner.before !== owner.after) parts.push(`owner ${show(owner.before)} → ${show(owner.after)}`);
    if (executable.before !== executable.after)
      parts.push(executable.after ? 'now executable' : 'no longer executable');
    if (dataLength.before !== dataLength.after) {
      parts.push(`data ${numberText(dataLength.before)} → ${numberText(dataLength.after)} bytes`);
    }
    if (data === null) parts.push('data changed in too many places to keep');
    for (const range of data?.slice(0, SHOWN_RANGES) ?? []) {
      const end = range.offset + range.after.length;
      parts.push(`data[${range.offset}..${end}] ${bytesText(range.before, 8)} → ${bytesText(range.after, 8)}`);
    }
    const more = (data?.length ?? 0) - SHOWN_RANGES;
    if (more > 0) parts.push(`… ${numberText(more)} more ranges`);
    const isLost = this.#trace.verdict !== 'success';
    const head: Span[] = [['yellow', isLost ? 'Δ (discarded) ' : 'Δ '], show(change.address), '  '];
    this.#page.line(prefix, rest, [...head, parts.join(' · ')], { hang: 4 });
  }

  /** Where the machine stopped: the functions that ran, the instructions around it, the registers. */
  #fault({ place, callStack, code, registers, syscall, access }: FrameFault, prefix: string, rest: string): void {
    const where = syscall === null ? 'stopped' : `stopped by ${syscall}`;
    const content: Span[] = [['red', where], ` in ${place.functionName}`, ['dim', ` at instruction ${place.pc}`]];
    this.#page.line(prefix, rest, content, { hang: 2 });
    const rows: Row[] = [];
    const callers = callStack.slice(1, SHOWN_FUNCTIONS).map(({ functionName, pc }) => `${functionName} (${pc})`);
    const more = callStack.length - SHOWN_FUNCTIONS;
    if (more > 0) callers.push(`… ${numberText(more)} more`);
    if (callers.length > 0) rows.push(['callers', [callers.join(' ← ')]]);
    if (access !== null) {
      const address = `0x${access.vmAddr.toString(16)}`;
      rows.push([access.access, [`${numberText(access.length)} bytes at ${address}: ${access.words}`]]);
    }
    code.forEach(({ pc, text, isFault }, i) => {
      const line = `${isFault ? '→' : ' '} ${String(pc).padStart(6)}  ${text}`;
      rows.push([i === 0 ? 'code' : '', [[isFault ? 'boldRed' : 'dim', line]]]);
    });
    const room = this.#page.width - rest.length - 2 - LABEL_WIDTH;
    const perLine = Math.min(MAX_REGISTERS_A_LINE, Math.max(1, Math.floor(room / REGISTER_WIDTH)));
    for (let i = 0; i < registers.length; i += perLine) {
      const cells = registers.slice(i, i + perLine).map((value, j) => {
        return `${`r${i + j}`.padEnd(3)} 0x${value.toString(16).padStart(16, '0')}`;
      });
      rows.push([i === 0 ? 'regs' : '', [['dim', cells.join('  ')]]]);
    }
    this.#rows(rows, `${rest}  `);
  }

  #failure(frame: CallFrame, failure: FrameFailure, prefix: string, rest: string): void {
    const text = describeFailure(this.#trace, this.#addresses.show)!;
    this.#page.line(prefix, rest, [['boldRed', `✗ ${shortText(text.title)}`]], { hang: 2 });
    const rows: Row[] = [['why', [shortText(text.cause)]], ...this.#factRows(failure.refusal, text.said)];
    const rule = failure.refusal?.rule ?? failure.callStep;
    if (rule !== null) rows.push(['rule', ruleText(rule, failure.refusal?.source)]);
    const reported = describeReported(pathToOrigin(this.#trace), this.#addresses.show);
    if (reported !== undefined) rows.push(['error', [reported]]);
    if (failure.stage === 'after')
      rows.push(['when', ['after the call ran, as its results were handed back to the caller']]);
    const { forfeited } = frame.computeUnits;
    if (forfeited > 0) {
      rows.push([
        'units',
        [`${numberText(forfeited)} were not used but taken: a fault of the machine empties the meter`],
      ]);
    }
    for (const fix of text.fixes) rows.push(['fix', [['green', fix]]]);
    this.#rows(rows, `${rest}  `);
  }

  #rows(rows: readonly Row[], indent: string): void {
    for (const [label, content] of rows) {
      this.#page.line(indent, indent, [['dim', label.padEnd(LABEL_WIDTH)], ...content], { hang: LABEL_WIDTH });
    }
  }

  #factRows(facts: RefusalFacts | null, said: readonly (keyof RefusalFacts)[]): Row[] {
    if (facts === null) return [];
    const rows: Row[] = [];
    if (facts.account !== null && !said.includes('account')) rows.push(['account', this.#fullAddress(facts.account)]);
    if (facts.asked !== null) rows.push(['asked', [facts.asked]]);
    if (facts.held !== null) rows.push(['held', [heldText(facts.held)]]);
    if (facts.limit !== null && !said.includes('limit')) rows.push(['limit', [numberText(facts.limit)]]);
    if (facts.actual !== null && !said.includes('actual')) rows.push(['actual', [numberText(facts.actual)]]);
    if (facts.detail !== null && !said.includes('detail')) rows.push(['detail', [shortText(facts.detail)]]);
    return rows;
  }

  #fullAddress(address: string): Span[] {
    const name = this.#addresses.nameOf(address);
    const index = this.#trace.accounts.findIndex((account) => account.address === address);
    const notes = [name, index < 0 ? undefined : `account #${index} of the transaction`].filter((n) => n !== undefined);
    return notes.length === 0 ? [address] : [address, ['dim', `  ${notes.join(', ')}`]];
  }

  /** A transaction that failed as a whole: before its first instruction, or after its last one. */
  #transactionFailure(): void {
    const { instructions, refusal } = this.#trace;
    const text = describeTransactionFailure(this.#trace, this.#addresses.show);
    if (text === undefined) return;
    const hasRun = instructions.some((frame) => frame.verdict !== 'notRun');
    const when = hasRun ? 'after the last instruction' : 'before the first instruction';
    this.#page.blank();
    this.#page.line('', '', [
      ['boldRed', `✗ ${text.title}`],
      ['dim', `  ${when}`],
    ]);
    const rows: Row[] = [['why', [text.cause]]];
    if (text.account !== undefined) rows.push(['account', this.#fullAddress(text.account.address)]);
    const said: (keyof RefusalFacts)[] = text.account === undefined ? [] : ['account'];
    const detail = refusal?.detail?.replace(/[1-9A-HJ-NP-Za-km-z]{32,44}/g, this.#addresses.show);
    if (detail !== undefined && text.cause.includes(detail)) said.push('detail');
    rows.push(...this.#factRows(refusal, said));
    if (refusal !== null) rows.push(['rule', ruleText(refusal.rule, refusal.source)]);
    for (const fix of text.fixes) rows.push(['fix', [['green', fix]]]);
    this.#rows(rows, '  ');
  }

  #legend(): void {
    const { accounts } = this.#trace;
    const shortened = this.#addresses.shortened;
    const isFull = this.#shows('accounts');
    const listed = accounts
      .map((account, index) => ({ ...account, index }))
      .filter((account) => {
        return isFull || shortened.has(account.address);
      });
    const others = [...shortened.keys()].filter((address) => !accounts.some((account) => account.address === address));
    if (listed.length + others.length === 0) return;
    this.#page.blank();
    this.#page.line('', '', [['dim', 'accounts']]);
    const width = String(accounts.length).length + 1;
    for (const { address, index, name, after, before, ...flags } of listed) {
      const content: Span[] = [
        ['dim', `#${index}`.padEnd(width)],
        ' ',
        ['dim', flagsText(flags)],
        `  ${address.padEnd(44)}`,
      ];
      if (name !== null) content.push('  ', ['cyan', name]);
      if (this.#shows('changes') && before !== null && after !== null && before.lamports !== after.lamports) {
        content.push(['dim', `  ${numberText(before.lamports)} → ${numberText(after.lamports)} lamports`]);
      }
      this.#page.line('  ', '  ', content, { hang: width + 7 });
    }
    for (const address of others) this.#page.line('  ', '  ', [' '.repeat(width + 7), address]);
  }

  #programOf(frame: CallFrame): string {
    if (frame.programAddress === null) return 'a call that could not be read';
    return frame.programName ?? this.#addresses.show(frame.programAddress);
  }
}

function hasEstimate(frame: CallFrame): boolean {
  return frame.computeUnits.isEstimate === true || callsOf(frame).some(hasEstimate);
}

function columnsOf(frame: CallFrame): Span[] {
  const width = OWN_COLUMN + TOTAL_COLUMN;
  if (frame.verdict === 'refused') return [['boldRed', 'refused'.padStart(width)]];
  if (frame.verdict === 'notRun') return [['dim', 'not run'.padStart(width)]];
  const { own, total, isEstimate } = frame.computeUnits;
  const ownText = `${isEstimate ? '~' : ''}${numberText(own)}`;
  return [['dim', ownText.padStart(OWN_COLUMN)], numberText(total).padStart(TOTAL_COLUMN)];
}

/** Names longer than this make no column wider. */
const MAX_COLUMN = 28;

function columnWidth(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => Math.min(MAX_COLUMN, displayWidth(escapeText(text)))));
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(escapeText(text))));
}

/** What is remarkable about an account of a frame. */
function noteOf(account: FrameAccount, frame: CallFrame): readonly [Style, string] | undefined {
  const { failure } = frame;
  const isRefused = failure?.isOrigin && failure.refusal?.account === account.address;
  if (isRefused && failure.stage === 'before') {
    if (account.held === null) return ['red', '✗ the caller does not have it'];
    const asked = failure.refusal?.asked;
    if (asked === 'writable') return ['red', '✗ asked writable, held read-only'];
    if (asked === 'signer') return ['red', '✗ asked as signer, has not signed'];
    return ['red', '✗ refused'];
  }
  if (isRefused) return ['red', refusedNoteOf(failure.refusal!)];
  if (account.isPdaSigner) return ['magenta', 'signed by seeds'];
  return undefined;
}

function refusedNoteOf({ asked, held, limit }: RefusalFacts): string {
  if (asked === 'signer') return '✗ has not signed';
  if (asked === 'writable' || held?.isWritable === false) return '✗ read-only';
  if (asked === 'lamports' && limit !== null) return `✗ has ${numberText(limit)} lamports`;
  return '✗';
}

function flagsText({ isSigner, isWritable }: Flags): string {
  return `[${isSigner ? 's' : '-'}${isWritable ? 'w' : '-'}]`;
}

function heldText({ isSigner, isWritable }: Flags): string {
  return `${isWritable ? 'writable' : 'read-only'}, ${isSigner ? 'signer' : 'not a signer'}`;
}

function ruleText(rule: string, source: string | undefined): Span[] {
  return source === undefined ? [rule] : [rule, ['dim', `  ${source}`]];
}

/** A log line without what the tree says anyway; undefined for lines that the tree stands for. */
function logText({ kind, line }: LogLine): Span[] | undefined {
  switch (kind) {
    case 'log':
      return [['dim', 'log '], line.slice('Program log: '.length)];
    case 'data':
      return [['dim', 'data '], line.slice('Program data: '.length)];
    case 'consumption':
      return [['dim', line.slice('Program consumption: '.length)]];
    case 'runtime':
      return [['dim', 'runtime '], line];
    default:
      return undefined;
  }
}
