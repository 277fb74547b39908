#!/usr/bin/env node
// The command `parhelion`. Reads arguments, calls what does the work, and sets the exit code: 0, 1 where something failed,
// 2 where the command line is at fault. Each command is a function that prints through the `write` it is handed, and is
// loaded when it is asked for.

import { parseArgs } from 'node:util';
import { ParhelionError } from '../wire/errors.ts';

const USAGE = `parhelion: a Solana Virtual Machine that shows every cross-program invocation

  parhelion demo [NAME ...]   play the scenarios, or those named, and print each one's tree of calls
      --list                  name the scenarios
      --json                  print the traces as JSON
  parhelion trace FILE        run a capsule and print its tree of calls
  parhelion explain FILE      run a capsule and say why it failed
  parhelion units FILE        run a capsule and print where its compute units went
  parhelion rewind FILE       step through a capsule's transaction, forwards and backwards
  parhelion capsule TRANSACTION ACCOUNTS ...
                              print a capsule made of recorded RPC answers: getTransaction, getMultipleAccounts
      --level LEVEL           of trace: calls, logs, accounts (default), changes, instructions
      --form FORM             of units: table (default), folded, svg, html, pprof (binary)
      --save UNITS            of units: write the units of each instruction to a file
      --check UNITS           of units: fail where an instruction uses more than the file says
      --at MOMENT             of rewind: begin at 0.1 (a frame), 0.1:25 (a step), 0.1:exit, start or end
      --script                of rewind: commands from standard input, a line each; ? lists them
      --json                  print as JSON`;

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      list: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      level: { type: 'string' },
      form: { type: 'string' },
      save: { type: 'string' },
      check: { type: 'string' },
      at: { type: 'string' },
      script: { type: 'boolean' },
    },
  });
  const [command, ...names] = positionals;
  if (values.help === true || command === undefined) {
    console.log(USAGE);
    return values.help === true ? 0 : 2;
  }
  // An empty NO_COLOR is none. Source: no-color.org.
  const color = process.stdout.isTTY === true && !process.env['NO_COLOR'];
  // Undefined where it is no terminal, 0 where a terminal doesn't know its size.
  const width = process.stdout.columns || 100;
  const { list = false, json = false } = values;
  const print = (text: string) => console.log(text);
  if (command === 'demo') {
    const { runDemo } = await import('./demo/index.ts');
    await runDemo({ names, list, json, color, width }, print);
    return 0;
  }
  if (command === 'rewind') {
    const [{ runCapsuleFile }, { rewind }, view] = await Promise.all([
      import('./capsule-commands.ts'),
      import('../testing/rewind.ts'),
      import('./rewind-command.ts'),
    ]);
    const session = rewind(runCapsuleFile(names));
    const options = { json, color, width, at: values.at };
    if (values.script === true) view.runScript(session, await readInput(), options, print);
    else if (json || values.at !== undefined || !process.stdin.isTTY || !process.stdout.isTTY) {
      view.printMoment(session, options, print);
    } else {
      await view.runInteractive(session, options, process.stdin, (text) => process.stdout.write(text));
      process.stdin.pause();
    }
    return 0;
  }
  if (command === 'capsule') {
    const { makeCapsuleFile } = await import('./import-command.ts');
    return makeCapsuleFile(names, print, (line) => console.error(`parhelion: ${line}`));
  }
  if (command === 'trace' || command === 'explain' || command === 'units') {
    const { runCapsuleCommand } = await import('./capsule-commands.ts');
    const { level, form, save, check } = values;
    return runCapsuleCommand({ command, files: names, json, color, width, level, form, save, check }, (output) => {
      if (typeof output === 'string') console.log(output);
      else process.stdout.write(output);
    });
  }
  console.error(`parhelion: there is no command "${command}"\n\n${USAGE}`);
  return 2;
}

async function readInput(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) text += chunk;
  return text;
}

/** Of the command line: an option that there isn't, a name that there isn't. */
function isUsageError(error: unknown): boolean {
  if (error instanceof ParhelionError) return true;
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
}

// Whoever reads may stop reading, as `head` does: then there is nothing left to say.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(`parhelion: ${error instanceof Error ? error.message : error}`);
    process.exitCode = isUsageError(error) ? 2 : 1;
  },
);
