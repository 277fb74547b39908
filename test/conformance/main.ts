// npm run conformance: recorded expectations from outside, run against this machine.
//
//   fixtures DIR…  [--program ADDRESS=FILE.so] [--ignore-units]   instruction fixtures (*.fix)
//   sbpf FILE…     [--elfs DIR]...                                machine, verifier, assembler and ELF cases
//   transactions CASES OUTCOMES                                   recorded transactions
//
// Each failure is printed with its first difference; the last line counts.

import { parseArgs } from 'node:util';
import { runFixtures } from './fixtures.ts';
import { printReport, type Report } from './report.ts';
import { runSbpfCases } from './sbpf.ts';
import { runTransactions } from './transactions.ts';

const USAGE = `usage: npm run conformance -- fixtures DIR... [--program ADDRESS=FILE.so]... [--ignore-units]
       npm run conformance -- sbpf FILE... [--elfs DIR]...
       npm run conformance -- transactions CASES OUTCOMES`;

function main(args: readonly string[]): number {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      program: { type: 'string', multiple: true },
      'ignore-units': { type: 'boolean' },
      elfs: { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [suite, ...paths] = positionals;
  let report: Report;
  if (suite === 'fixtures' && paths.length > 0) {
    report = runFixtures(paths, { programs: values.program ?? [], ignoreUnits: values['ignore-units'] ?? false });
  } else if (suite === 'sbpf' && paths.length > 0) {
    report = runSbpfCases(paths, { elfFolders: values.elfs ?? [] });
  } else if (suite === 'transactions' && paths.length === 2) {
    report = runTransactions(paths[0], paths[1]);
  } else {
    console.log(USAGE);
    return values.help === true ? 0 : 2;
  }
  printReport(report, (line) => console.log(line));
  if (report.passed + report.failures.length + report.skipped.length === 0) {
    console.error(`conformance: there are no cases in ${paths.join(', ')}`);
    return 2;
  }
  return report.failures.length === 0 ? 0 : 1;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  console.error(`conformance: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 2;
}
