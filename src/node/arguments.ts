// The command line of `parhelion`: which options each command takes, and what may not stand together. An option that would be
// ignored is refused with the command it belongs to: whoever typed it expected something of it.
// What the commands do with their options is theirs.

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { ParhelionError } from '../wire/errors.ts';

export const USAGE = `parhelion: a Solana Virtual Machine that shows every cross-program invocation

  parhelion demo [NAME ...]   play the scenarios, or those named, and print each one's tree of calls
  parhelion trace FILE        run a capsule and print its tree of calls
  parhelion explain FILE      run a capsule and say why it failed
  parhelion units FILE        run a capsule and print where its compute units went
  parhelion ledger FILE       run a capsule and print what each frame did to lamports, tokens, owners and data
  parhelion rewind FILE       step through a capsule's transaction, forwards and backwards
  parhelion capsule TRANSACTION ACCOUNTS ...
                              print a capsule made of recorded RPC answers: getTransaction, getMultipleAccounts

      --list                  of demo: name the scenarios
      --level LEVEL           of trace: calls, logs, accounts (default), changes, instructions
      --form FORM             of units: table (default), folded, svg, html, pprof (binary)
      --save UNITS            of units: write the units of each instruction to a file
      --check UNITS           of units: fail where an instruction uses more than the file says
      --at MOMENT             of rewind: begin at 0.1 (a frame), 0.1:25 (a step), 0.1:exit, start or end
      --script                of rewind: commands from standard input, a line each; ? lists them
      --idl [ADDRESS=]IDL     of all that take a capsule: read a program's IDL; may be given again
      --json                  print as JSON
      --help, --version       print this, or the version

FILE is a capsule: what svm.capsule(transaction) returns, as JSON. - is standard input.
Exit codes: 0; 1 where explain finds a failure, units --check finds more units, or a line of a script fails; 2 where
the command line or a file is at fault.`;

const OPTIONS = {
  list: { type: 'boolean' },
  level: { type: 'string' },
  form: { type: 'string' },
  save: { type: 'string' },
  check: { type: 'string' },
  at: { type: 'string' },
  script: { type: 'boolean' },
  idl: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

type Option = keyof typeof OPTIONS;

const COMMANDS = {
  demo: ['list', 'json'],
  trace: ['level', 'idl', 'json'],
  explain: ['idl', 'json'],
  units: ['form', 'save', 'check', 'idl', 'json'],
  ledger: ['idl', 'json'],
  rewind: ['at', 'script', 'idl', 'json'],
  capsule: ['json'],
} as const satisfies Readonly<Record<string, readonly Option[]>>;

export type Command = keyof typeof COMMANDS;

/** Options that say different things of the same output, and why. */
const EXCLUSIVE: readonly (readonly [Option, Option, because: string])[] = [
  ['form', 'json', 'each is a form of what is printed'],
  ['form', 'save', '--save writes a file of its own form'],
  ['form', 'check', '--check prints what it found'],
  ['save', 'check', 'the file would be compared with itself; check first, then save'],
  ['level', 'json', 'JSON has all that the levels show'],
];

export interface CommandLine {
  readonly command: Command;
  readonly names: readonly string[];
  readonly list: boolean;
  readonly json: boolean;
  readonly script: boolean;
  readonly level: string | undefined;
  readonly form: string | undefined;
  readonly save: string | undefined;
  readonly check: string | undefined;
  readonly at: string | undefined;
  readonly idls: readonly string[];
  /** Whether one of the files is `-`, standard input. */
  readonly readsInput: boolean;
}

/**
 * Reads a command line.
 *
 * @returns `help` or `version` where that was asked for; `none` where there is no command.
 * @throws ParhelionError `COMMAND_LINE` with a sentence for whoever typed it.
 */
export function readCommandLine(args: readonly string[]): CommandLine | 'help' | 'version' | 'none' {
  const { values, positionals, tokens } = parse(args);
  const [name, ...names] = positionals;
  if (values.help === true || (name === 'help' && names.length === 0)) return 'help';
  if (values.version === true) return 'version';
  const given = tokens.flatMap((token) => (token.kind === 'option' ? [token.name as Option] : []));
  const twice = given.find((option, i) => given.indexOf(option) < i && !('multiple' in OPTIONS[option]));
  if (twice !== undefined) return refuse(`--${twice} is given twice`);
  if (name === undefined) return 'none';
  if (!isCommand(name)) return refuse(`there is no command "${name}"; there are ${Object.keys(COMMANDS).join(', ')}`);
  for (const option of given) checkOption(name, option);
  for (const [one, other, because] of EXCLUSIVE) {
    if (given.includes(one) && given.includes(other)) {
      return refuse(`--${one} and --${other} can't stand together: ${because}`);
    }
  }
  const { list = false, json = false, script = false, level, form, save, check, at, idl: idls = [] } = values;
  checkNames(name, names, list);
  const inputs = [
    ...names,
    ...(check === undefined ? [] : [check]),
    ...idls.map((idl) => idl.slice(idl.indexOf('=') + 1)),
  ];
  const timesRead = inputs.filter((input) => input === '-').length;
  if (timesRead > 1) return refuse('standard input can be read once: - is given twice');
  if (script && timesRead > 0) return refuse('rewind --script reads commands from standard input: name a file, not -');
  const readsInput = timesRead > 0;
  return { command: name, names, list, json, script, level, form, save, check, at, idls, readsInput };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, tokens: true, options: OPTIONS });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // What Node adds for programs that take any file's name is no help here.
    return refuse(error.message.replace(/\. To specify a positional argument.*$/s, '').replaceAll('\n', ' '));
  }
}

function isCommand(name: string): name is Command {
  return Object.hasOwn(COMMANDS, name);
}

function checkOption(command: Command, option: Option): void {
  if ((COMMANDS[command] as readonly Option[]).includes(option)) return;
  const owners = Object.entries(COMMANDS).flatMap(([name, options]) =>
    (options as readonly Option[]).includes(option) ? [name] : [],
  );
  refuse(`--${option} is an option of ${owners.join(', ')}, not of ${command}`);
}

function checkNames(command: Command, names: readonly string[], list: boolean): void {
  if (command === 'demo') {
    if (list && names.length > 0) refuse('demo --list names every scenario: it takes no names');
  } else if (command === 'capsule') {
    if (names.length < 2) {
      refuse(
        `capsule takes the file with getTransaction's answer, and one or more with the accounts; ${countText(names)}`,
      );
    }
  } else if (names.length !== 1) {
    refuse(`${command} takes one file, a capsule; ${countText(names)}`);
  }
}

function countText({ length }: readonly string[]): string {
  return length === 0 ? 'none is named' : length === 1 ? 'one is named' : `${length} are named`;
}

function refuse(reason: string): never {
  throw new ParhelionError('COMMAND_LINE', { reason });
}
