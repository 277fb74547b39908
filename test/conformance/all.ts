// Every suite that can run here, with what is there: recorded expectations where they lie beside the repository, and the
// suites that make their own transactions and programs and ask LiteSVM.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCpiPrograms } from './cpi/run.ts';
import { runDifferential } from './differential/run.ts';
import { onEveryEngine } from './engines.ts';
import { runFixtures } from './fixtures.ts';
import { runHostile } from './hostile.ts';
import { runRandomPrograms } from './programs.ts';
import { absentReport, emptyReport, type Failure, type Report } from './report.ts';
import { runSbpfCases } from './sbpf.ts';
import { runTraces } from './traces.ts';
import { runTransactions } from './transactions.ts';

export interface AllOptions {
  /** Differential transactions for each seed. */
  readonly count: number;
  readonly seeds: readonly number[];
  readonly programCount: number;
  readonly hostileCount: number;
  readonly jobs: number;
  readonly caseFolder: string;
  /** The folder with the recorded data. */
  readonly data: string;
  /** Folders that hold the ELF files of the machine's cases. */
  readonly elfFolders: readonly string[];
  /** `ADDRESS=FILE.so`: programs that the bundled ones lack. */
  readonly programs: readonly string[];
  readonly onProgress: (line: string) => void;
}

/** Where the recorded data lies in this house. */
export const RECORDED_DATA: string = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

export async function runAll(options: AllOptions): Promise<Report[]> {
  const { count, seeds, programCount, hostileCount, jobs, caseFolder, onProgress } = options;
  const reports: Report[] = [];
  const run = async (name: string, suite: () => Report | Promise<Report>): Promise<void> => {
    onProgress(`${name} …`);
    reports.push({ ...(await suite()), suite: name });
  };
  // First: it looks at what the process grew to, and LiteSVM keeps memory in those that follow.
  await run('hostile', () => runHostile({ seed: seeds[0], count: hostileCount, onProgress }));
  await run('sbpf', () => runRecordedSbpf(options));
  for (const set of FIXTURE_SETS) await run(`fixtures: ${set.folder}`, () => runFixtureSet(set, options));
  await run('transactions', () => runRecordedTransactions(options));
  await run('traces', () => runRecordedTraces(options));
  await run('cpi', runCpiPrograms);
  await run('programs', () => runRandomPrograms({ seed: seeds[0], count: programCount }));
  await run('differential', () => runDifferential({ seeds, count, jobs, caseFolder, onProgress }));
  return reports;
}

function runRecordedSbpf({ data, elfFolders }: AllOptions): Report {
  const files = ['cases.json', 'elf-cases.json'].map((name) => join(data, 'sbpf', name));
  return files.every((file) => existsSync(file)) ? runSbpfCases(files, { elfFolders }) : absentReport('sbpf');
}

function runRecordedTransactions({ data }: AllOptions): Report {
  const files = ['cases.jsonl', 'outcomes.jsonl'].map((name) => join(data, 'transactions', name));
  return files.every((file) => existsSync(file))
    ? onEveryEngine(() => runTransactions(files[0], files[1]))
    : absentReport('transactions');
}

function runRecordedTraces({ data }: AllOptions): Report {
  const file = join(data, 'transactions', 'cases.jsonl');
  return existsSync(file) ? runTraces(file) : absentReport('traces');
}

interface FixtureSet {
  readonly folder: string;
  /** The program that must be given for it. */
  readonly program?: string;
}

const FIXTURE_SETS: readonly FixtureSet[] = [
  { folder: 'token' },
  { folder: 'ata' },
  { folder: 'ata-mock', program: 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb' },
  { folder: 'address-lookup-table' },
  { folder: 'config', program: 'Config1111111111111111111111111111111111111' },
  { folder: 'feature-gate', program: 'Feature111111111111111111111111111111111111' },
  { folder: 'loader-v3' },
];

interface ExplainedFixture {
  /** Exactly what differs: another difference in the same fixture is a failure. */
  readonly difference: string;
  readonly rule: string;
}

/** Fixtures that hold for another program than ours, and the rule that explains it. By the first letters of the file. */
export const EXPLAINED_FIXTURES: Readonly<Record<string, ExplainedFixture>> = {
  'instr-2iUdZj57': {
    difference: 'account 1111111ogCyDbaRMvkdsHB3qfdyFYaG1WtRUAfdh: data differs at byte 20 (lengths 5045, 5045)',
    rule: 'SetAuthority to None: the Core BPF build of the loader cleared the old key, the builtin leaves it',
  },
  'instr-ASGQ2Cqk': {
    difference:
      'result: expected {"kind":"error","error":"InsufficientFunds","exact":true}, got "ExecutableAccountNotRentExempt"',
    rule: 'a program can not return ExecutableAccountNotRentExempt, which the builtin does',
  },
  'instr-BzsxbcHY': {
    difference: 'result: expected {"kind":"error","error":"InvalidArgument","exact":true}, got "ReadonlyDataModified"',
    rule: 'Close of a read-only account: the Core BPF build looks at the slot first, the builtin shrinks first',
  },
  'instr-925rBqdL': {
    difference: 'result: expected {"kind":"success"}, got "InvalidAccountData"',
    rule: 'Upgrade: the recorded buffer holds no ELF file, and the recorder verified none',
  },
  'instr-GVHenvxd': {
    difference: 'result: expected {"kind":"success"}, got "InvalidAccountData"',
    rule: 'ExtendProgram: the recorded program holds no ELF file, and the recorder verified none',
  },
};

function runFixtureSet({ folder, program }: FixtureSet, { data, programs }: AllOptions): Report {
  const path = join(data, 'fixtures', folder);
  if (!existsSync(path)) return absentReport(folder);
  const given = programs.filter((option) => program === undefined || option.startsWith(`${program}=`));
  if (program !== undefined && given.length === 0) {
    const names = readdirSync(path).filter((name) => name.endsWith('.fix'));
    const reason = `no build of the program at ${program} is bundled; name one with --program`;
    return { ...emptyReport(folder), skipped: names.map((name) => ({ name, reason })) };
  }
  const report = onEveryEngine(() =>
    runFixtures([path], { programs: program === undefined ? [] : given, ignoreUnits: true }),
  );
  const isExplained = ({ name, difference }: Failure): boolean =>
    Object.entries(EXPLAINED_FIXTURES).some(
      ([start, fixture]) => name.includes(start) && fixture.difference === difference,
    );
  return {
    ...report,
    failures: report.failures.filter((failure) => !isExplained(failure)),
    skipped: [
      ...report.skipped,
      ...report.failures.filter(isExplained).map(({ name }) => ({ name, reason: 'explained below' })),
    ],
  };
}
