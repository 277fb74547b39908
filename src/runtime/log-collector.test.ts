import { expect, test } from 'vitest';
import { LogCollector } from './log-collector.ts';

/** The rule by its definition: every line measured at once. */
function keep(lines: readonly string[], limit: number): string[] {
  const kept: string[] = [];
  let bytes = 0;
  let truncated = false;
  for (const line of lines) {
    const len = new TextEncoder().encode(line).length;
    if (bytes + len >= limit) {
      if (!truncated) kept.push('Log truncated');
      truncated = true;
    } else {
      bytes += len;
      kept.push(line);
    }
  }
  return kept;
}

test('a line is kept while all kept lines stay below the limit, in bytes of UTF-8', () => {
  const lines = ['Log truncated', 'abc', 'äöü', '', '€uro', '😀', 'x'.repeat(40), 'ab', 'a', '', 'a', 'bc'];
  for (let limit = 0; limit < 120; limit++) {
    const logs = new LogCollector(limit);
    const wereKept = lines.map((line) => logs.log(line));
    expect(logs.lines, `limit ${limit}`).toEqual(keep(lines, limit));
    expect(wereKept.filter((wasKept) => wasKept).length).toBe(logs.lines.length - (wereKept.includes(false) ? 1 : 0));
  }
});

test('there need be no limit', () => {
  const logs = new LogCollector(Number.POSITIVE_INFINITY);
  for (let i = 0; i < 1000; i++) expect(logs.log('x'.repeat(1000))).toBe(true);
});
