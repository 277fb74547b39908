// The transaction's log, with Agave's byte limit: a line that would reach the limit is dropped, the first dropped line
// leaves `Log truncated`, and a later, shorter line may still fit.
// Source: agave svm-log-collector/src/lib.rs, LogCollector.

import type { Pubkey } from '../wire/pubkey.ts';

const LOG_TRUNCATED = 'Log truncated';
const MAX_UTF8_BYTES_PER_CODE_UNIT = 3;
export const LOG_MESSAGES_BYTES_LIMIT = 10_000;
/** A longer array is not kept for the next run. */
const MAX_LINES_KEPT = 256;

export class LogCollector {
  /** The lines, and those of an earlier run behind them. */
  #lines: string[] = [];
  /** How many lines there are. */
  count = 0;
  #limit: number;
  /** Bytes of the lines before `#measured`. */
  #bytes = 0;
  /** How many lines were measured. Most logs stay so short that none ever need be. */
  #measured = 0;
  /** At most this many bytes are in the lines that were not. */
  #unmeasuredBound = 0;
  #truncated = false;

  /** @param limit bytes of UTF-8 in all lines together; `Infinity` for none. */
  constructor(limit: number = LOG_MESSAGES_BYTES_LIMIT) {
    this.#limit = limit;
  }

  /** Makes it a log without lines. */
  begin(limit: number): void {
    if (this.#lines.length > MAX_LINES_KEPT) this.#lines = [];
    this.count = 0;
    this.#limit = limit;
    this.#bytes = 0;
    this.#measured = 0;
    this.#unmeasuredBound = 0;
    this.#truncated = false;
  }

  /** The lines so far, in an array of their own. */
  get lines(): readonly string[] {
    return this.#lines.slice(0, this.count);
  }

  /** Returns whether the line was kept. */
  log(line: string): boolean {
    const bound = this.#unmeasuredBound + line.length * MAX_UTF8_BYTES_PER_CODE_UNIT;
    if (this.#bytes + bound < this.#limit) {
      this.#unmeasuredBound = bound;
      this.#lines[this.count++] = line;
      return true;
    }
    while (this.#measured < this.count) this.#bytes += utf8Len(this.#lines[this.#measured++]);
    this.#unmeasuredBound = 0;
    const bytes = this.#bytes + utf8Len(line);
    if (bytes >= this.#limit) {
      if (!this.#truncated) {
        this.#truncated = true;
        this.#lines[this.count++] = LOG_TRUNCATED;
        // This line doesn't count.
        this.#measured++;
      }
      return false;
    }
    this.#bytes = bytes;
    this.#measured++;
    this.#lines[this.count++] = line;
    return true;
  }
}

function utf8Len(text: string): number {
  let len = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    len += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 1 : 2;
  }
  return len;
}

// The lines around every run, put together once a program: a transaction of ten transfers has twenty of them.
const KNOWN_PROGRAMS = 64;
const known: (ProgramLines | undefined)[] = new Array(KNOWN_PROGRAMS).fill(undefined);

interface ProgramLines {
  readonly program: Pubkey;
  /** By stack height. */
  readonly invoke: (string | undefined)[];
  readonly success: string;
  readonly consumed: string;
}

/** The line when a program is entered. */
export function invokeLine(program: Pubkey, stackHeight: number): string {
  const { invoke } = linesOf(program);
  return (invoke[stackHeight] ??= `Program ${program} invoke [${stackHeight}]`);
}

/** The line when it has succeeded. */
export function successLine(program: Pubkey): string {
  return linesOf(program).success;
}

/** The line when its machine has run. */
export function consumedLine(program: Pubkey, consumed: number, available: number): string {
  return `${linesOf(program).consumed}${consumed} of ${available} compute units`;
}

function linesOf(program: Pubkey): ProgramLines {
  const slot = program.hash & (KNOWN_PROGRAMS - 1);
  const lines = known[slot];
  if (lines?.program.equals(program)) return lines;
  const [success, consumed] = [`Program ${program} success`, `Program ${program} consumed `];
  return (known[slot] = { program, invoke: [], success, consumed });
}
