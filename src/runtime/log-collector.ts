// The transaction's log, with Agave's byte limit: a line that would reach the limit is dropped, the first dropped line
// leaves `Log truncated`, and a later, shorter line may still fit.
// Source: agave svm-log-collector/src/lib.rs, LogCollector.

const LOG_TRUNCATED = 'Log truncated';
export const LOG_MESSAGES_BYTES_LIMIT = 10_000;

export class LogCollector {
  readonly lines: string[] = [];
  readonly #limit: number;
  #bytes = 0;
  #truncated = false;

  /** @param limit bytes of UTF-8 in all lines together; `Infinity` for none. */
  constructor(limit: number = LOG_MESSAGES_BYTES_LIMIT) {
    this.#limit = limit;
  }

  /** Returns whether the line was kept. */
  log(line: string): boolean {
    const bytes = this.#bytes + utf8Len(line);
    if (bytes >= this.#limit) {
      if (!this.#truncated) {
        this.#truncated = true;
        this.lines.push(LOG_TRUNCATED);
      }
      return false;
    }
    this.#bytes = bytes;
    this.lines.push(line);
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
