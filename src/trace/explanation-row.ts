// A row of the table of codes, and how an error of a program becomes one.

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

/** Such an error, with the code that is made of its name. */
export interface ProgramErrorCode extends CodeRow {
  readonly code: string;
  readonly name: string;
}

export const snake = (name: string): string => {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
};

/** Whose errors they are. */
export interface ErrorSource {
  readonly name: string;
  readonly prefix: string;
  /** What helps against errors whose row says nothing of it. */
  readonly usual: string;
}

export function programErrorRow(of: ErrorSource, number: number, [name, message, fix]: ErrorRow): ProgramErrorCode {
  return {
    code: `${of.prefix}_${snake(name)}`,
    name,
    title: `${of.name}: ${name} (${number}, 0x${number.toString(16)})`,
    message,
    fixes: [fix ?? of.usual],
  };
}

/** Their part of the table. */
export function rowsByCode(errors: Iterable<ProgramErrorCode>): Readonly<Record<string, CodeRow>> {
  return Object.fromEntries([...errors].map(({ code, title, message, fixes }) => [code, { title, message, fixes }]));
}
