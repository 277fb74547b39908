// A row of the table of codes.

export interface CodeRow {
  /** A heading. */
  readonly title: string;
  /** What the rule is and when it refuses. */
  readonly message: string;
  /** What usually helps. */
  readonly fixes: readonly string[];
}

export const row = (title: string, message: string, ...fixes: string[]): CodeRow => ({ title, message, fixes });

/** An error of a program: what it means, and what helps besides what usually does. */
export type ErrorRow = readonly [name: string, message: string, fix?: string];
