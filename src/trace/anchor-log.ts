// Reads what Anchor logs of an error: its name, number and message, the account it is about, the place in the source, and
// the two sides of a comparison. A program can log what it likes, so this is the program's word.
// Source: anchor lang/src/error.rs, AnchorError::log, Display.

import type { CallFrame } from './transaction-trace.ts';

export interface AnchorLog {
  readonly name: string;
  readonly number: number;
  readonly message: string;
  readonly account: string | undefined;
  /** File and line. */
  readonly place: string | undefined;
  readonly left: string | undefined;
  readonly right: string | undefined;
}

const ERROR_LINE =
  /^Program log: (?:Anchor|Program)Error (?:caused by account: (?<account>\w+)\. |thrown in (?<place>\S+)\. |occurred\. )?Error Code: (?<name>\w+)\. Error Number: (?<number>\d+)\. Error Message: (?<message>.*?)\.?$/;

/** The last such error that the frame's own program logged. */
export function readAnchorLog(frame: CallFrame): AnchorLog | undefined {
  const lines = frame.steps.flatMap((step) => (step.type === 'log' ? [step.line] : []));
  const at = lines.findLastIndex((line) => ERROR_LINE.test(line));
  if (at < 0) return undefined;
  const { account, place, name, number, message } = ERROR_LINE.exec(lines[at])!.groups as Record<string, string>;
  const side = (which: 'Left' | 'Right'): string | undefined => {
    for (let i = at + 1; i < lines.length; i++) {
      const rest = new RegExp(`^Program log: ${which}:(.*)$`).exec(lines[i])?.[1].trim();
      // Addresses follow on a line of their own.
      if (rest !== undefined) return rest !== '' ? rest : lines[i + 1]?.replace(/^Program log: /, '');
    }
    return undefined;
  };
  return { name, number: Number(number), message, account, place, left: side('Left'), right: side('Right') };
}
