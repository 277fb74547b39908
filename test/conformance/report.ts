// What a conformance run reads and finds, and how that is printed: one suite in lines, all of them as a table.

import { ParhelionError } from '../../src/wire/errors.ts';

export interface Failure {
  readonly name: string;
  /** The first difference between what was expected and what came. */
  readonly difference: string;
}

export interface Report {
  readonly suite: string;
  passed: number;
  readonly failures: Failure[];
  readonly skipped: { readonly name: string; readonly reason: string }[];
}

export function emptyReport(suite: string): Report {
  return { suite, passed: 0, failures: [], skipped: [] };
}

/** Why a suite that goes by recorded data did not run. */
const NOT_HERE = 'the recorded data is not beside the repository';

export function absentReport(suite: string): Report {
  return { ...emptyReport(suite), skipped: [{ name: suite, reason: NOT_HERE }] };
}

/** The suites that did not run for want of data. */
export function missingSuites(reports: readonly Report[]): string[] {
  return reports.flatMap(({ suite, skipped }) => (skipped.some(({ reason }) => reason === NOT_HERE) ? [suite] : []));
}

/** How many were skipped for each reason. */
function reasonsOf({ skipped }: Report): ReadonlyMap<string, number> {
  const reasons = new Map<string, number>();
  for (const { reason } of skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return reasons;
}

/** One line a failure, then skips by reason, then the count. */
export function printReport(report: Report, print: (line: string) => void): void {
  for (const { name, difference } of report.failures) print(`FAIL ${name}: ${difference}`);
  for (const [reason, count] of reasonsOf(report)) print(`skipped ${count}: ${reason}`);
  print(`${report.passed} passed, ${report.failures.length} failed, ${report.skipped.length} skipped`);
}

/** A Markdown table, a row for each suite. */
export function tableOf(reports: readonly Report[]): string[] {
  const rows = reports.map((report) => {
    const reasons = [...reasonsOf(report)].map(([reason, count]) => `${number(count)}: ${reason}`).join('; ');
    return [
      report.suite,
      number(report.passed),
      number(report.failures.length),
      number(report.skipped.length),
      reasons,
    ];
  });
  const table = [['suite', 'passed', 'failed', 'skipped', 'why skipped'], ...rows];
  const widths = table[0].map((_, i) => Math.max(...table.map((row) => row[i].length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => `${'-'.repeat(width - 1)}${i > 0 && i < 4 ? ':' : '-'}`).join(' | ')} |`;
  return [line(table[0]), rule, ...table.slice(1).map(line)];
}

/** With commas. */
function number(value: number): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** @throws ParhelionError `MALFORMED_FIXTURE`, saying where, for one text among thousands. */
export function parseJson<T>(text: string, where: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new ParhelionError('MALFORMED_FIXTURE', { reason: `${where}: ${(error as Error).message}` });
  }
}
