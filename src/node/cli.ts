#!/usr/bin/env node
// The command `parhelion`. Reads arguments, calls what does the work, and sets the exit code; each command is a function
// that prints through the `write` it is handed.

import { parseArgs } from 'node:util';
import { runDemo } from './demo/index.ts';

const USAGE = `parhelion: a Solana Virtual Machine that shows every cross-program invocation

  parhelion demo [NAME ...]   play the scenarios, or those named, and print each one's tree of calls
      --list                  name the scenarios
      --json                  print the traces as JSON`;

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { list: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  const [command, ...names] = positionals;
  if (values.help === true || command === undefined) {
    console.log(USAGE);
    return values.help === true ? 0 : 2;
  }
  if (command === 'demo') {
    const color = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
    const width = process.stdout.columns ?? 100;
    const { list = false, json = false } = values;
    return runDemo({ names, list, json, color, width }, (line) => console.log(line));
  }
  console.error(`parhelion: there is no command "${command}"\n\n${USAGE}`);
  return 2;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(`parhelion: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  },
);
