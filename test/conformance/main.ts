// npm run conformance: is this machine the chain's? Without arguments every suite that can run here, and a table.
//
//   fixtures DIR…  [--program ADDRESS=FILE.so] [--ignore-units]   instruction fixtures (*.fix)
//   sbpf FILE…     [--elfs DIR]...                                machine, verifier, assembler and ELF cases
//   transactions CASES OUTCOMES                                   recorded transactions
//   traces CASES                                                  the same, traced, explained and rewound
//   differential   [--seed N] [--count N] [--jobs N]              random transactions, here and on LiteSVM
//   programs       [--seed N] [--count N]                         random sBPF programs, on all engines and on LiteSVM
//   cpi                                                           calls between programs, here and on LiteSVM
//   hostile        [--seed N] [--count N]                         bad input of every kind; some of it on LiteSVM too
//   replay FILE…                                                  cases that differential wrote
//
// Each failure is printed with its first difference; the last line counts.

import { RECORDED_DATA, runAll } from './all.ts';
import { type ConformanceArguments, readArguments, USAGE } from './arguments.ts';
import { runCpiPrograms } from './cpi/run.ts';
import { readCase, replay } from './differential/case-file.ts';
import { runDifferential } from './differential/run.ts';
import { onEveryEngine } from './engines.ts';
import { runFixtures } from './fixtures.ts';
import { runHostile } from './hostile.ts';
import { writePage } from './page.ts';
import { runRandomPrograms } from './programs.ts';
import { emptyReport, missingSuites, printReport, type Report, tableOf } from './report.ts';
import { runSbpfCases } from './sbpf.ts';
import { runTraces } from './traces.ts';
import { runTransactions } from './transactions.ts';

/** Where failing cases are written, below the folder that one stands in. */
const CASE_FOLDER = 'conformance-failures';
const DIFFERENTIAL_COUNT = 10_000;
const PROGRAM_COUNT = 20_000;
const HOSTILE_COUNT = 100_000;
const SEED_COUNT = 10;

const print = (line: string) => console.log(line);
const onProgress = (line: string) => console.error(line);

async function main(args: readonly string[]): Promise<number> {
  const read = readArguments(args);
  if (read === 'help') {
    print(USAGE);
    return 0;
  }
  if (read.suite === 'all') return runEverySuite(read);
  const report = await runSuite(read);
  printReport(report, print);
  if (report.passed + report.failures.length + report.skipped.length === 0) {
    const where = read.paths.length > 0 ? read.paths.join(', ') : 'what was asked for';
    console.error(`conformance: there are no cases in ${where}`);
    return 2;
  }
  return report.failures.length === 0 ? 0 : 1;
}

async function runEverySuite(read: ConformanceArguments): Promise<number> {
  const reports = await runAll({
    seeds: Array.from({ length: read.seedCount ?? SEED_COUNT }, (_, i) => i + 1),
    count: read.count ?? DIFFERENTIAL_COUNT,
    programCount: read.programCount ?? PROGRAM_COUNT,
    hostileCount: read.hostileCount ?? HOSTILE_COUNT,
    jobs: read.jobs,
    caseFolder: CASE_FOLDER,
    data: read.data ?? RECORDED_DATA,
    elfFolders: read.elfFolders,
    programs: read.programs,
    onProgress,
  });
  for (const report of reports)
    for (const { name, difference } of report.failures) print(`FAIL ${name}: ${difference}`);
  for (const line of tableOf(reports)) print(line);
  const missing = missingSuites(reports);
  if (missing.length > 0) {
    print('');
    print(`NOT RUN, for the recorded data is not in ${read.data ?? RECORDED_DATA}: ${missing.join(', ')}.`);
    print(
      read.allowMissing
        ? 'That is allowed here: --allow-missing.'
        : 'Name its folder with --data, or pass --allow-missing where it is known to be missing.',
    );
  }
  const failed = reports.filter(({ failures }) => failures.length > 0).length;
  if (failed > 0) print(`${failed} of ${reports.length} suites failed.`);
  if (read.write) {
    if (missing.length > 0) {
      console.error('conformance: docs/conformance.md is left as it is: a page needs every suite');
      return 1;
    }
    writePage(reports);
  }
  return failed > 0 || (missing.length > 0 && !read.allowMissing) ? 1 : 0;
}

async function runSuite(read: ConformanceArguments): Promise<Report> {
  const { suite, paths, seeds, count, jobs } = read;
  switch (suite) {
    case 'fixtures':
      return onEveryEngine(() => runFixtures(paths, read));
    case 'sbpf':
      return runSbpfCases(paths, read);
    case 'transactions':
      return onEveryEngine(() => runTransactions(paths[0], paths[1]));
    case 'traces':
      return runTraces(paths[0]);
    case 'differential':
      return runDifferential({ seeds, count: count ?? DIFFERENTIAL_COUNT, jobs, caseFolder: CASE_FOLDER, onProgress });
    case 'programs':
      return runRandomPrograms({ seed: seeds[0], count: count ?? PROGRAM_COUNT });
    case 'cpi':
      return runCpiPrograms();
    case 'hostile':
      return runHostile({ seed: seeds[0], count: count ?? HOSTILE_COUNT, onProgress });
    case 'replay':
      return replayFiles(paths);
    case 'all':
      throw new Error('All suites are no suite.');
  }
}

function replayFiles(files: readonly string[]): Report {
  const report = emptyReport('replay');
  for (const file of files) {
    const difference = replay(readCase(file));
    if (difference === undefined) report.passed++;
    else report.failures.push({ name: file, difference });
  }
  return report;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`conformance: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 2;
}
