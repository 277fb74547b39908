// Runs the C programs in both ABIs, on both machines: under mainnet's rules on each engine, under others on one of them.

import { ENGINE_NAMES } from '../engines.ts';
import { emptyReport, type Report } from '../report.ts';
import { CASES, OTHER_RULES } from './cases.ts';
import { type Abi, type CpiCase, CpiStage } from './stage.ts';

const ABIS: readonly Abi[] = ['c', 'rust'];

export function runCpiPrograms(): Report {
  const report = emptyReport('cpi');
  for (const engine of ENGINE_NAMES) runCases(new CpiStage(engine), CASES, engine, report);
  for (const [i, { about, without, ...options }] of OTHER_RULES.entries()) {
    const engine = ENGINE_NAMES[i % ENGINE_NAMES.length];
    const cases = CASES.filter(({ name }) => name !== without).map((each) => ({
      ...each,
      expected: undefined,
      options,
    }));
    runCases(new CpiStage(engine), cases, `${engine}, ${about}`, report);
  }
  return report;
}

function runCases(stage: CpiStage, cases: readonly CpiCase[], about: string, report: Report): void {
  for (const testCase of cases) {
    for (const abi of testCase.abis ?? ABIS) {
      const { difference } = stage.run(testCase, abi);
      const name = `${testCase.program} (${abi}, ${about}): ${testCase.name}`;
      if (difference === undefined) report.passed++;
      else report.failures.push({ name, difference });
    }
  }
}
