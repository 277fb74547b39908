// `parhelion demo`: plays scenarios and prints the tree of calls of each.

import { formatTrace, traceToJson } from '../../trace/index.ts';
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

/** Prints through `write`, a line at a time. Returns the process's exit code. */
export async function runDemo(options: DemoOptions, write: (line: string) => void): Promise<number> {
  if (options.list) {
    const width = Math.max(...SCENARIOS.map(({ name }) => name.length));
    for (const { name, title } of SCENARIOS) write(`${name.padEnd(width)}  ${title}`);
    return 0;
  }
  const unknown = options.names.find((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown !== undefined) {
    write(`There is no scenario "${unknown}". There are: ${SCENARIOS.map(({ name }) => name).join(', ')}.`);
    return 1;
  }
  const chosen = SCENARIOS.filter(({ name }) => options.names.length === 0 || options.names.includes(name));
  const documents: unknown[] = [];
  for (const scenario of chosen) {
    const { trace } = await scenario.play(new Stage());
    if (options.json) {
      documents.push({ scenario: scenario.name, trace: traceToJson(trace) });
    } else {
      write(`${scenario.title}  (${scenario.name})`);
      write(scenario.story);
      write('');
      write(formatTrace(trace, { color: options.color, width: options.width }));
      write('');
    }
  }
  if (options.json) write(JSON.stringify(documents.length === 1 ? documents[0] : documents, null, 2));
  return 0;
}
