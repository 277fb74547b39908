#!/usr/bin/env node
// The command `parhelion`. Reads arguments, calls what does the work, and sets the exit code: 0, 1 where something failed,
// 2 where the command line or a file is at fault. Each command is a function that prints through the `write` it is handed,
// and is loaded when it is asked for.

import { readFileSync } from 'node:fs';
import { ParhelionError } from '../wire/errors.ts';
import { type CommandLine, readCommandLine, USAGE } from './arguments.ts';
import { failureText, InputFiles, readStandardInput } from './input-files.ts';
import { colorOf, widthOf } from './terminal.ts';

const EXIT_USAGE = 2;

async function main(args: readonly string[]): Promise<number> {
  const line = readCommandLine(args);
  if (line === 'help' || line === 'none') {
    console.log(USAGE);
    return line === 'help' ? 0 : EXIT_USAGE;
  }
  if (line === 'version') {
    const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    console.log((JSON.parse(manifest) as { readonly version: string }).version);
    return 0;
  }
  const files = new InputFiles(line.readsInput ? await readStandardInput() : undefined);
  return run(line, files);
}

async function run(line: CommandLine, files: InputFiles): Promise<number> {
  const { command, names, list, json, script, at } = line;
  const color = colorOf(process.stdout, process.env);
  const width = widthOf(process.stdout);
  const print = (text: string) => console.log(text);
  const safeText = await textEscaper();
  const say = (text: string) => console.error(`parhelion: ${safeText(text)}`);
  if (command === 'demo') {
    const { runDemo } = await import('./demo/index.ts');
    await runDemo({ names, list, json, color, width }, print);
    return 0;
  }
  if (command === 'capsule') {
    const { makeCapsuleFile } = await import('./import-command.ts');
    return makeCapsuleFile(names, files, print, say);
  }
  const { runCapsuleCommand, runCapsuleFile } = await import('./capsule-commands.ts');
  if (command !== 'rewind') {
    const write = (output: string | Uint8Array) => {
      if (typeof output === 'string') print(output);
      else process.stdout.write(output);
    };
    return runCapsuleCommand({ ...line, command, files, color, width }, write, say);
  }
  const [{ rewind }, view] = await Promise.all([import('../testing/rewind.ts'), import('./rewind-command.ts')]);
  const session = rewind(runCapsuleFile({ ...line, files }, say));
  const options = { json, color, width, at };
  if (script) return view.runScript(session, new TextDecoder().decode(await readStandardInput()), options, print);
  if (json || at !== undefined || !process.stdin.isTTY || !process.stdout.isTTY) {
    view.printMoment(session, options, print);
    return 0;
  }
  await view.runInteractive(session, options, process.stdin, (text) => process.stdout.write(text));
  process.stdin.pause();
  return 0;
}

/** File names and what files hold are shown as they are, but for what would move the cursor. Loaded when there is text to show. */
async function textEscaper(): Promise<(text: string) => string> {
  const { escapeText } = await import('../trace/plain-text.ts');
  return (text) => text.split('\n').map(escapeText).join('\n');
}

// Whoever reads may stop reading, as `head` does: then there is nothing left to say.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    if (stream === process.stdout) console.error(`parhelion: the output can't be written: ${failureText(error)}.`);
    process.exit(1);
  });
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  async (error: unknown) => {
    const safeText = await textEscaper();
    console.error(`parhelion: ${safeText(error instanceof Error ? error.message : String(error))}`);
    const isCommandLine = error instanceof ParhelionError && error.code === 'COMMAND_LINE';
    if (isCommandLine) console.error('parhelion --help tells how it is used.');
    // That a transaction never ran is what there is to say of it; every other mistake is the caller's.
    const isCallers = error instanceof ParhelionError && error.code !== 'NOTHING_RAN';
    process.exitCode = isCallers ? EXIT_USAGE : 1;
  },
);
