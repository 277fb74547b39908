// A moment inside a transaction as text for a terminal, and as JSON: where it is, the units, the instructions around it, the
// registers with what they point at, the accounts that the program sees, the last lines of the log.
// How lines are set is terminal-page.ts's, and so is the escaping.

import { type JsonValue, valueToJson } from './json.ts';
import { WELL_KNOWN_NAMES } from './names.ts';
import { momentText, type RewindAccount, type RewindFrame, type RewindMachine, type RewindPoint } from './rewind.ts';
import { MIN_WIDTH, type Span, TerminalPage } from './terminal-page.ts';
import type { AccountState } from './transaction-trace.ts';
import { bytesText, numberText } from './value-text.ts';

export interface FormatRewindOptions {
  /** ANSI colours. Off unless asked for. */
  readonly color?: boolean | undefined;
  /** Columns. 100 where it isn't said. */
  readonly width?: number | undefined;
  /** All accounts and the whole log; else those of the frame and what changed, and the last lines. */
  readonly isFull?: boolean | undefined;
}

const DEFAULT_WIDTH = 100;
const LABEL_WIDTH = 9;
const SHOWN_LINES = 4;
const SHOWN_FUNCTIONS = 6;
const SHOWN_ACCOUNTS = 16;
/** Lowest and first impossible address of a program's memory. */
const FIRST_ADDRESS = 0x1_0000_0000n;
const LAST_ADDRESS = 0x5_0000_0000n;
/** JSON leaves out longer data. */
const DATA_LIMIT = 4096;

/** The moment as text, without a line break at its end. */
export function formatRewind(point: RewindPoint, frame: RewindFrame | null, options: FormatRewindOptions = {}): string {
  const { color = false, width = DEFAULT_WIDTH, isFull = false } = options;
  const page = new TerminalPage(Math.max(MIN_WIDTH, width), color);
  heading(page, point, frame);
  if (point.machine !== null) machine(page, point.machine);
  accounts(page, point.accounts, isFull);
  const lines = isFull ? point.logs : point.logs.slice(-SHOWN_LINES);
  for (const [i, text] of lines.entries()) line(page, i === 0 ? 'log' : '', text);
  return page.toString();
}

/** The frames of a transaction as a list: their paths, programs, and how many steps they have. */
export function formatRewindFrames(frames: readonly RewindFrame[], options: FormatRewindOptions = {}): string {
  const { color = false, width = DEFAULT_WIDTH } = options;
  const page = new TerminalPage(Math.max(MIN_WIDTH, width), color);
  for (const frame of frames) {
    const steps = frame.stepCount === 0 ? 'no steps' : `${numberText(frame.stepCount)} steps`;
    const indent = '  '.repeat(frame.path.length - 1);
    page.line('', '', [`${indent}#${frame.path.join('.')} `, ['boldCyan', nameOf(frame)], ['dim', `  ${steps}`]]);
  }
  return page.toString();
}

/** The moment as a value for `JSON.stringify`. Data longer than 4,096 bytes is left out: null beside its length. */
export function rewindToJson(point: RewindPoint, frame: RewindFrame | null): JsonValue {
  const { moment, unitsConsumed, unitsRemaining, machine: found, logs } = point;
  const state = ({ data, ...rest }: AccountState) => {
    return { ...rest, dataLength: data.length, data: data.length > DATA_LIMIT ? null : data };
  };
  return valueToJson({
    moment,
    frame,
    unitsConsumed,
    unitsRemaining,
    machine: found && {
      frame: found.frame,
      pc: found.pc,
      symbol: found.symbol,
      registers: found.registers,
      callStack: found.callStack,
      code: found.disassembly(),
    },
    accounts: point.accounts.map((each) => ({ ...each, before: state(each.before), now: state(each.now) })),
    logs,
  });
}

/** Bytes of memory, sixteen a line. */
export function formatMemory(address: bigint, bytes: Uint8Array, words: string): string {
  const page = new TerminalPage(DEFAULT_WIDTH, false);
  page.line('', '', [`0x${address.toString(16)}  ${words}`]);
  if (bytes.length === 0) page.line('  ', '  ', ['nothing is mapped there']);
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    page.line('  ', '  ', [`0x${(address + BigInt(at)).toString(16)}  ${hex.padEnd(47)}  ${text}`]);
  }
  return page.toString();
}

function heading(
  page: TerminalPage,
  { moment, unitsConsumed, unitsRemaining }: RewindPoint,
  frame: RewindFrame | null,
) {
  const content: Span[] = [['bold', momentText(moment)]];
  if (frame !== null) content.push('  ', ['boldCyan', nameOf(frame)]);
  if (moment.type === 'step') content.push(['dim', `  of ${numberText(frame!.stepCount)} steps`]);
  page.line('', '', content, { hang: 2 });
  line(page, 'units', `${numberText(unitsConsumed)} used, ${numberText(unitsRemaining)} left`);
}

function machine(page: TerminalPage, found: RewindMachine): void {
  const functions = found.callStack.slice(0, SHOWN_FUNCTIONS).map(({ functionName, pc }) => `${functionName} (${pc})`);
  if (found.callStack.length > SHOWN_FUNCTIONS) functions.push(`… ${found.callStack.length - SHOWN_FUNCTIONS} more`);
  line(page, 'in', functions.join(' ← '));
  found.disassembly().forEach(({ pc, text, isNext }, i) => {
    const content = `${isNext ? '→' : ' '} ${String(pc).padStart(6)}  ${text}`;
    line(page, i === 0 ? 'code' : '', [isNext ? 'bold' : 'dim', content]);
  });
  found.registers.forEach((value, i) => {
    const hex = `0x${value.toString(16).padStart(16, '0')}`;
    const isAddress = value >= FIRST_ADDRESS && value < LAST_ADDRESS;
    const words = isAddress ? found.region(value) : numberText(BigInt.asIntN(64, value));
    line(page, i === 0 ? 'registers' : '', `${`r${i}`.padEnd(4)}${hex}`, ['dim', `  ${words}`]);
  });
}

function accounts(page: TerminalPage, all: readonly RewindAccount[], isFull: boolean): void {
  const names = new Map(all.map(({ address, name }): [string, string | null] => [address, name]));
  const show = (address: string): string => names.get(address) ?? WELL_KNOWN_NAMES[address] ?? address;
  const shown = isFull
    ? all
    : all.filter((each) => each.place >= 0 || changesOf(each, show).length > 0).slice(0, SHOWN_ACCOUNTS);
  shown.forEach((account, i) => {
    const flags = `[${account.isSigner ? 's' : '-'}${account.isWritable ? 'w' : '-'}]`;
    const name = account.name ?? account.address;
    const role = account.role === null ? '' : `${account.role} `;
    const changes = changesOf(account, show);
    line(page, i === 0 ? 'accounts' : '', flags, ' ', ['dim', role], name, [
      changes.length === 0 ? 'dim' : 'yellow',
      changes.length === 0 ? '  as before' : `  ${changes.join(' · ')}`,
    ]);
  });
}

/** What is different from before the first instruction. */
function changesOf({ before, now }: RewindAccount, show: (address: string) => string): string[] {
  const changes: string[] = [];
  if (before.lamports !== now.lamports) {
    changes.push(`lamports ${numberText(before.lamports)} → ${numberText(now.lamports)}`);
  }
  if (before.owner !== now.owner) changes.push(`owner ${show(before.owner)} → ${show(now.owner)}`);
  if (before.data.length !== now.data.length) {
    changes.push(`data ${numberText(before.data.length)} → ${numberText(now.data.length)} bytes`);
  }
  const end = Math.min(before.data.length, now.data.length);
  let first = 0;
  while (first < end && before.data[first] === now.data[first]) first++;
  if (first < end) {
    let last = end;
    while (before.data[last - 1] === now.data[last - 1]) last--;
    const [was, is] = [before.data.subarray(first, last), now.data.subarray(first, last)];
    changes.push(`data[${first}..${last}] ${bytesText(was, 8)} → ${bytesText(is, 8)}`);
  }
  return changes;
}

function nameOf({ name, instruction }: RewindFrame): string {
  return instruction === null ? name : `${name}::${instruction}`;
}

function line(page: TerminalPage, label: string, ...content: readonly Span[]): void {
  page.line('  ', '  ', [['dim', label.padEnd(LABEL_WIDTH)], ' ', ...content], { hang: LABEL_WIDTH + 1 });
}
