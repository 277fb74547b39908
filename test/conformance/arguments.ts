// The command line of `npm run conformance`: which options each suite takes, and whether the files it names are there. What would
// be ignored is refused, and a path that leads nowhere is told before anything runs.

import { existsSync, statSync } from 'node:fs';
import { type ParseArgsConfig, parseArgs } from 'node:util';

export const USAGE = `usage: npm run conformance [-- --write] [--seeds N] [--count N] [--programs N] [--hostile N] [--jobs N]
                                   [--data DIR] [--elfs DIR]... [--program ADDRESS=FILE.so]... [--allow-missing]
       npm run conformance -- fixtures DIR... [--program ADDRESS=FILE.so]... [--ignore-units]
       npm run conformance -- sbpf FILE... [--elfs DIR]...
       npm run conformance -- transactions CASES OUTCOMES
       npm run conformance -- traces CASES
       npm run conformance -- differential [--seed N]... [--count N] [--jobs N]
       npm run conformance -- programs [--seed N] [--count N]
       npm run conformance -- cpi
       npm run conformance -- hostile [--seed N] [--count N]
       npm run conformance -- replay FILE...

Without a suite all of them run. Where the recorded data is missing the run fails, unless --allow-missing says that this is known.
Exit codes: 0; 1 where a case fails, or a suite can't run; 2 where the command line or a file is at fault.`;

const OPTIONS = {
  program: { type: 'string', multiple: true },
  'ignore-units': { type: 'boolean' },
  elfs: { type: 'string', multiple: true },
  seed: { type: 'string', multiple: true },
  seeds: { type: 'string' },
  count: { type: 'string' },
  programs: { type: 'string' },
  hostile: { type: 'string' },
  jobs: { type: 'string' },
  data: { type: 'string' },
  write: { type: 'boolean' },
  'allow-missing': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

type Option = keyof typeof OPTIONS;

interface SuiteArguments {
  readonly options: readonly Option[];
  /** How many paths it takes, and in words. */
  readonly least: number;
  readonly most: number;
  readonly takes: string;
}

const SUITES = {
  all: {
    options: ['write', 'seeds', 'count', 'programs', 'hostile', 'jobs', 'data', 'elfs', 'program', 'allow-missing'],
    least: 0,
    most: 0,
    takes: 'no paths',
  },
  fixtures: { options: ['program', 'ignore-units'], least: 1, most: Infinity, takes: 'folders or files of fixtures' },
  sbpf: { options: ['elfs'], least: 1, most: Infinity, takes: 'files of cases' },
  transactions: { options: [], least: 2, most: 2, takes: 'two files: cases, then outcomes' },
  traces: { options: [], least: 1, most: 1, takes: 'one file of cases' },
  differential: { options: ['seed', 'count', 'jobs'], least: 0, most: 0, takes: 'no paths' },
  programs: { options: ['seed', 'count'], least: 0, most: 0, takes: 'no paths' },
  cpi: { options: [], least: 0, most: 0, takes: 'no paths' },
  hostile: { options: ['seed', 'count'], least: 0, most: 0, takes: 'no paths' },
  replay: { options: [], least: 1, most: Infinity, takes: 'files that the differential suite wrote' },
} as const satisfies Readonly<Record<string, SuiteArguments>>;

export type Suite = keyof typeof SUITES;

export interface ConformanceArguments {
  readonly suite: Suite;
  readonly paths: readonly string[];
  readonly programs: readonly string[];
  readonly ignoreUnits: boolean;
  readonly elfFolders: readonly string[];
  /** Of `--seed`, as they were given. */
  readonly seeds: readonly number[];
  /** Of `--seeds`: how many. */
  readonly seedCount: number | undefined;
  readonly count: number | undefined;
  readonly programCount: number | undefined;
  readonly hostileCount: number | undefined;
  readonly jobs: number;
  readonly data: string | undefined;
  readonly write: boolean;
  readonly allowMissing: boolean;
}

/** @throws Error with a sentence about the command line. */
export function readArguments(args: readonly string[]): ConformanceArguments | 'help' {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    allowPositionals: true,
    tokens: true,
    options: OPTIONS,
  });
  if (values.help === true) return 'help';
  const [name = 'all', ...paths] = positionals;
  if (!isSuite(name)) throw new Error(`there is no suite "${name}"; there are ${suites().join(', ')}`);
  const suite: SuiteArguments = SUITES[name];
  const called = name === 'all' ? 'the run of all suites' : name;
  for (const token of tokens) {
    if (token.kind !== 'option' || suite.options.includes(token.name as Option)) continue;
    throw new Error(`--${token.name} is an option of ${ownersOf(token.name as Option)}, not of ${called}`);
  }
  if (paths.length < suite.least || paths.length > suite.most) {
    throw new Error(`${called} takes ${suite.takes}; ${paths.length} are named`);
  }
  const seeds = (values.seed ?? ['1']).map((seed) => wholeNumber('--seed', seed));
  if (seeds.length > 1 && name !== 'differential') throw new Error(`${name} takes one --seed`);
  for (const path of paths) checkPath(path, name === 'fixtures' ? 'any' : 'file');
  for (const folder of values.elfs ?? []) checkPath(folder, 'folder', '--elfs: ');
  if (values.data !== undefined) checkPath(values.data, 'folder', '--data: ');
  for (const program of values.program ?? []) checkProgram(program);
  return {
    suite: name,
    paths,
    programs: values.program ?? [],
    ignoreUnits: values['ignore-units'] ?? false,
    elfFolders: values.elfs ?? [],
    seeds,
    seedCount: numberOf('--seeds', values.seeds),
    count: numberOf('--count', values.count),
    programCount: numberOf('--programs', values.programs),
    hostileCount: numberOf('--hostile', values.hostile),
    jobs: numberOf('--jobs', values.jobs) ?? 1,
    data: values.data,
    write: values.write ?? false,
    allowMissing: values['allow-missing'] ?? false,
  };
}

function isSuite(name: string): name is Suite {
  return Object.hasOwn(SUITES, name);
}

const suites = (): string[] => Object.keys(SUITES).filter((name) => name !== 'all');

function ownersOf(option: Option): string {
  const owners = Object.entries(SUITES).filter(([, { options }]) => (options as readonly Option[]).includes(option));
  return owners.map(([name]) => (name === 'all' ? 'the run of all suites' : name)).join(', ');
}

function checkPath(path: string, kind: 'file' | 'folder' | 'any', before = ''): void {
  if (path === '' || !existsSync(path))
    throw new Error(`${before}there is no ${kind === 'any' ? 'file' : kind} ${path}`);
  const isFolder = statSync(path).isDirectory();
  if (kind === 'file' && isFolder) throw new Error(`${before}${path} is a folder, not a file`);
  if (kind === 'folder' && !isFolder) throw new Error(`${before}${path} is a file, not a folder`);
}

function checkProgram(program: string): void {
  const [address, file] = [program.slice(0, program.indexOf('=')), program.slice(program.indexOf('=') + 1)];
  if (!/^[1-9A-HJ-NP-Za-km-z]{32,44}$/.test(address)) {
    throw new Error(`--program takes ADDRESS=FILE.so, not ${JSON.stringify(program)}`);
  }
  checkPath(file, 'file', '--program: ');
}

function numberOf(name: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : wholeNumber(name, text);
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new Error(`${name} takes a whole number, not ${JSON.stringify(text)}`);
}
