// What a conformance run reads and finds, and how that is printed.

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

/** One line a failure, then skips by reason, then the count. */
export function printReport(report: Report, print: (line: string) => void): void {
  for (const { name, difference } of report.failures) print(`FAIL ${name}: ${difference}`);
  const reasons = new Map<string, number>();
  for (const { reason } of report.skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  for (const [reason, count] of reasons) print(`skipped ${count}: ${reason}`);
  print(`${report.passed} passed, ${report.failures.length} failed, ${report.skipped.length} skipped`);
}

/** @throws ParhelionError `MALFORMED_FIXTURE`, saying where, for one text among thousands. */
export function parseJson<T>(text: string, where: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new ParhelionError('MALFORMED_FIXTURE', { reason: `${where}: ${(error as Error).message}` });
  }
}
