// `parhelion demo`: plays scenarios and prints the tree of calls of each.

import { formatTrace, jsonText, traceToJson } from '../../trace/index.ts';
import { ParhelionError } from '../../wire/errors.ts';
import { PROGRAM_SCENARIOS } from './program-scenarios.ts';
import { type Scenario, Stage } from './stage.ts';
import { TOKEN_SCENARIOS } from './token-scenarios.ts';

export const SCENARIOS: readonly Scenario[] = [...TOKEN_SCENARIOS, ...PROGRAM_SCENARIOS];

export interface DemoOptions {
  /** Scenarios to play; all where empty. */
  readonly names: readonly string[];
  readonly list: boolean;
  readonly json: boolean;
  readonly color: boolean;
  readonly width: number;
}

/**
 * Prints through `write`, a line at a time.
 *
 * @throws ParhelionError `INVALID_ARGUMENT` where there is no scenario of a name; then nothing is printed.
 */
export async function runDemo(options: DemoOptions, write: (line: string) => void): Promise<void> {
  if (options.list) {
    if (options.json) {
      write(jsonText(SCENARIOS.map(({ name, title, story }) => ({ name, title, story }))));
      return;
    }
    const width = Math.max(...SCENARIOS.map(({ name }) => name.length));
    for (const { name, title } of SCENARIOS) write(`${name.padEnd(width)}  ${title}`);
    return;
  }
  const unknown = options.names.find((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown !== undefined) {
    throw new ParhelionError('INVALID_ARGUMENT', {
      name: 'A scenario',
      expected: `one of ${SCENARIOS.map(({ name }) => name).join(', ')}`,
      received: JSON.stringify(unknown),
    });
  }
  const chosen = SCENARIOS.filter(({ name }) => options.names.length === 0 || options.names.includes(name));
  const documents: unknown[] = [];
  for (const scenario of chosen) {
    const { trace } = await scenario.play(new Stage());
    if (options.json) {
      documents.push({ scenario: scenario.name, trace: traceToJson(trace) });
    } else {
      write(wrapWords(`${scenario.title}  (${scenario.name})`, options.width));
      write(wrapWords(scenario.story, options.width));
      write('');
      write(formatTrace(trace, { color: options.color, width: options.width }));
      write('');
    }
  }
  if (options.json) write(jsonText(documents.length === 1 ? documents[0] : documents));
}

function wrapWords(text: string, width: number): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join('\n');
}
