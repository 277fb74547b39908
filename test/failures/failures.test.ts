// Every broken transaction of the corpus is explained by its true cause. Beside each explanation stands what LiteSVM prints
// (report.md, written by `npx vitest run -u --dir test/failures`).

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defineProgram } from '../../src/program/index.ts';
import { EXPLANATION_CODES, type Explanation, explain, formatExplanation } from '../../src/trace/index.ts';
import { brokenLaws } from '../trace/invariants.ts';
import { ANCHOR_CASES } from './anchor-cases.ts';
import type { FailureCase } from './case.ts';
import { CPI_CASES } from './cpi-cases.ts';
import { errorPages } from './error-pages.ts';
import { FLAG_CASES } from './flag-cases.ts';
import { HISTORY_CASES } from './history-cases.ts';
import { IDL_CASES } from './idl-cases.ts';
import { MORE_CASES } from './more-cases.ts';
import { NATIVE_CASES } from './native-cases.ts';
import { NATIVE_RULE_CASES } from './native-rule-cases.ts';
import { ORDER_CASES } from './order-cases.ts';
import { PROGRAM_CASES } from './program-cases.ts';
import { ALICE, instruction, meta, OUTER, Scene, type SentBoth, u8 } from './scene.ts';
import { STAKE_CASES } from './stake-cases.ts';
import { STAKE_LIFECYCLE_CASES } from './stake-lifecycle-cases.ts';
import { tableCases } from './table-cases.ts';
import { TOKEN_CASES } from './token-cases.ts';
import { TOKEN_RULE_CASES } from './token-rule-cases.ts';
import { TRANSACTION_CASES } from './transaction-cases.ts';
import { VM_CASES } from './vm-cases.ts';

const BY_HAND: readonly FailureCase[] = [
  ...TRANSACTION_CASES,
  ...CPI_CASES,
  ...PROGRAM_CASES,
  ...VM_CASES,
  ...TOKEN_CASES,
  ...STAKE_CASES,
  ...STAKE_LIFECYCLE_CASES,
  ...NATIVE_CASES,
  ...MORE_CASES,
  ...FLAG_CASES,
  ...ANCHOR_CASES,
  ...HISTORY_CASES,
  ...ORDER_CASES,
  ...TOKEN_RULE_CASES,
  ...NATIVE_RULE_CASES,
  ...IDL_CASES,
];

/** With the smallest cases of the codes that those above don't meet. */
const CASES: readonly FailureCase[] = [...BY_HAND, ...tableCases(new Set(BY_HAND.map(({ code }) => code)))];

const played = new Map<string, { both: SentBoth; explanation: Explanation }>();

function play(broken: FailureCase) {
  let known = played.get(broken.id);
  if (known === undefined) {
    const both = broken.play(new Scene(broken.options, BY_HAND.includes(broken)));
    const explanation = explain(both.outcome);
    if (explanation === null) throw new Error(`${broken.id} succeeded: ${both.outcome.logs.join('\n')}`);
    known = { both, explanation };
    played.set(broken.id, known);
  }
  return known;
}

describe.each(CASES.map((broken) => [broken.id, broken] as const))('%s', (_, broken) => {
  it('is explained by its true cause', () => {
    const { both, explanation } = play(broken);
    const said = [explanation.cause, ...explanation.fixes, ...explanation.notes].join('\n');
    const shown = `${broken.cause}\n${explanation.code}\n${said}\n${both.outcome.logs.join('\n')}`;
    expect(explanation.code, shown).toBe(broken.code);
    for (const word of broken.says) expect(said, shown).toMatch(word);
    expect(EXPLANATION_CODES[explanation.code], `${explanation.code} has no row`).toBeDefined();
    expect(said).not.toMatch(/\bundefined\b|\bnull\b(?! pointer)|\[object|\bNaN\b/);
    expect(explanation.fixes.length).toBeGreaterThan(0);
    expect(explanation.rule, 'the rule').not.toBeNull();
    expect(explanation.source, 'where it stands').toMatch(/^((agave|sbpf|solana-sdk) |the program itself$)/);
    const { trace } = both.outcome;
    if (trace.instructions.some((frame) => frame.verdict !== 'notRun')) {
      expect(
        brokenLaws(trace, { logs: both.outcome.logs, innerInstructions: [] }).filter(
          (law) => !law.startsWith('calls of'),
        ),
      ).toEqual([]);
    }
  });
});

it('the corpus has at least 80 cases, each under its own name', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(80);
  expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
});

/** No chain raises what this explains: an error that a later runtime may bring. */
const WITHOUT_CASE = ['TX_REFUSED'];

it('every code has a case that runs', () => {
  const met = new Set(CASES.map(({ code }) => code));
  expect(Object.keys(EXPLANATION_CODES).filter((code) => !met.has(code))).toEqual(WITHOUT_CASE);
  expect([...met].filter((code) => EXPLANATION_CODES[code] === undefined)).toEqual([]);
});

it('an error of a runtime to come is explained by its text', () => {
  const { outcome } = play(TRANSACTION_CASES.find(({ id }) => id === 'sent-twice')!).both;
  const trace = {
    ...outcome.trace,
    error: 'ClusterMaintenance' as const,
    errorText: 'Cluster is in maintenance',
    refusal: null,
  };
  expect(explain({ trace })).toMatchObject({
    code: 'TX_REFUSED',
    cause: expect.stringMatching(/Cluster is in maintenance/),
  });
});

// Where it threw stands in the explanation, as a path of this machine: no case of the report.
it('a program in TypeScript that reads an account which it was not passed is told how many it was', () => {
  const scene = new Scene({}, false);
  scene.hosted(
    OUTER,
    defineProgram((_id, accounts) => void accounts[1].lamports),
  );
  const { outcome } = scene.send([instruction(OUTER, [meta(scene.account(ALICE))], u8())]);
  expect(explain(outcome)).toMatchObject({
    code: 'PROGRAM_ABORT',
    cause: expect.stringMatching(/panicked: TypeError.*It was passed 1 account; a further one/),
  });
});

it('the report is current', async () => {
  const parts = CASES.map((broken) => {
    const { both, explanation } = play(broken);
    return [
      `## ${broken.id}`,
      '',
      `True cause: ${broken.cause}`,
      '',
      ...(both.lite === '' ? [] : ['LiteSVM:', '', '```text', ...shorten(both.lite), '```', '']),
      'Parhelion:',
      '',
      '```text',
      formatExplanation(explanation, { width: 100 }),
      '```',
    ].join('\n');
  });
  const head =
    '# Broken transactions, as LiteSVM prints them and as Parhelion explains them\n\nWritten by failures.test.ts.';
  await expect(`${[head, ...parts].join('\n\n')}\n`).toMatchFileSnapshot('./report.md');
});

/** Logs of many calls are cut in the middle, long lines at their end. */
function shorten(text: string): string[] {
  const lines = text.split('\n').map((line) => (line.length > 160 ? `${line.slice(0, 150)}…` : line));
  return lines.length <= 24 ? lines : [...lines.slice(0, 8), `… ${lines.length - 16} lines …`, ...lines.slice(-8)];
}

it('docs/errors is current: a page for each code', () => {
  const report = readFileSync(new URL('./report.md', import.meta.url), 'utf8');
  const folder = new URL('../../docs/errors/', import.meta.url);
  const pages = errorPages(report);
  for (const [name, text] of pages) {
    expect(readFileSync(new URL(name, folder), 'utf8'), `${name}: run npm run error-pages`).toBe(text);
  }
  expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
  const withoutCase = Object.keys(EXPLANATION_CODES).filter((code) => !pages.get(`${code}.md`)!.includes('## A case'));
  expect(withoutCase).toEqual(WITHOUT_CASE);
});
