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

import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { RECORDED_DATA, runAll } from './all.ts';
import { runCpiPrograms } from './cpi/run.ts';
import { readCase, replay } from './differential/case-file.ts';
import { runDifferential } from './differential/run.ts';
import { runFixtures } from './fixtures.ts';
import { runHostile } from './hostile.ts';
import { writePage } from './page.ts';
import { runRandomPrograms } from './programs.ts';
import { emptyReport, printReport, type Report, tableOf } from './report.ts';
import { runSbpfCases } from './sbpf.ts';
import { runTraces } from './traces.ts';
import { runTransactions } from './transactions.ts';

const USAGE = `usage: npm run conformance [-- --write] [--seeds N] [--count N] [--programs N] [--hostile N] [--jobs N]
                                   [--data DIR] [--elfs DIR]... [--program ADDRESS=FILE.so]...
       npm run conformance -- fixtures DIR... [--program ADDRESS=FILE.so]... [--ignore-units]
       npm run conformance -- sbpf FILE... [--elfs DIR]...
       npm run conformance -- transactions CASES OUTCOMES
       npm run conformance -- traces CASES
       npm run conformance -- differential [--seed N] [--count N] [--jobs N]
       npm run conformance -- programs [--seed N] [--count N]
       npm run conformance -- cpi
       npm run conformance -- hostile [--seed N] [--count N]
       npm run conformance -- replay FILE...`;

/** Where failing cases are written, below the folder that one stands in. */
const CASE_FOLDER = 'conformance-failures';

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
  help: { type: 'boolean', short: 'h' },
} as const;

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  const print = (line: string) => console.log(line);
  const onProgress = (line: string) => console.error(line);
  const jobs = numberOf('--jobs', values.jobs) ?? 1;
  const seeds = (values.seed ?? ['1']).map((seed) => numberOf('--seed', seed) ?? 1);
  const count = numberOf('--count', values.count);
  const [suite, ...paths] = positionals;

  if (values.help !== true && suite === undefined) {
    if (values.data !== undefined && !existsSync(values.data))
      throw new Error(`--data: there is no folder ${values.data}`);
    const reports = await runAll({
      seeds: Array.from({ length: numberOf('--seeds', values.seeds) ?? 10 }, (_, i) => i + 1),
      count: count ?? 10_000,
      programCount: numberOf('--programs', values.programs) ?? 20_000,
      hostileCount: numberOf('--hostile', values.hostile) ?? 100_000,
      jobs,
      caseFolder: CASE_FOLDER,
      data: values.data ?? RECORDED_DATA,
      elfFolders: values.elfs ?? [],
      programs: values.program ?? [],
      onProgress,
    });
    for (const report of reports)
      for (const { name, difference } of report.failures) print(`FAIL ${name}: ${difference}`);
    for (const line of tableOf(reports)) print(line);
    if (values.write === true) writePage(reports);
    return reports.every(({ failures }) => failures.length === 0) ? 0 : 1;
  }

  let report: Report;
  if (suite === 'fixtures' && paths.length > 0) {
    report = runFixtures(paths, { programs: values.program ?? [], ignoreUnits: values['ignore-units'] ?? false });
  } else if (suite === 'sbpf' && paths.length > 0) {
    report = runSbpfCases(paths, { elfFolders: values.elfs ?? [] });
  } else if (suite === 'transactions' && paths.length === 2) {
    report = runTransactions(paths[0], paths[1]);
  } else if (suite === 'traces' && paths.length === 1) {
    report = runTraces(paths[0]);
  } else if (suite === 'differential' && paths.length === 0) {
    report = await runDifferential({ seeds, count: count ?? 10_000, jobs, caseFolder: CASE_FOLDER, onProgress });
  } else if (suite === 'programs' && paths.length === 0) {
    report = runRandomPrograms({ seed: seeds[0], count: count ?? 20_000 });
  } else if (suite === 'cpi' && paths.length === 0) {
    report = runCpiPrograms();
  } else if (suite === 'hostile' && paths.length === 0) {
    report = await runHostile({ seed: seeds[0], count: count ?? 100_000, onProgress });
  } else if (suite === 'replay' && paths.length > 0) {
    report = replayFiles(paths);
  } else {
    console.log(USAGE);
    return values.help === true ? 0 : 2;
  }
  printReport(report, print);
  if (report.passed + report.failures.length + report.skipped.length === 0) {
    console.error(`conformance: there are no cases in ${paths.length > 0 ? paths.join(', ') : 'what was asked for'}`);
    return 2;
  }
  return report.failures.length === 0 ? 0 : 1;
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new Error(`${name} takes a whole number, not ${JSON.stringify(text)}`);
  return Number(text);
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
