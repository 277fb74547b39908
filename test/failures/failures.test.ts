// Every broken transaction of the corpus is explained by its true cause. What is said of those that no page of docs/errors/ shows
// stands in explained.md, so that a change of words is seen. After one that is meant:
//
//   npm run error-pages && npm run readme && npx vitest run test/failures -u

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defineProgram } from '../../src/program/index.ts';
import { MISSING_PART } from '../../src/trace/guard.ts';
import { EXPLANATION_CODES, explain } from '../../src/trace/index.ts';
import { brokenLaws } from '../trace/invariants.ts';
import type { FailureCase } from './case.ts';
import { CASES, play, SHOWN, TOPICS } from './corpus.ts';
import { errorPages } from './error-pages.ts';
import { ALICE, instruction, meta, OUTER, Scene, u8 } from './scene.ts';

describe.each(CASES.map((broken) => [broken.id, broken] as const))('%s', (_, broken) => {
  it('is explained by its true cause', () => {
    const { both, explanation } = play(broken);
    const said = [explanation.cause, ...explanation.fixes, ...explanation.notes].join('\n');
    const shown = `${broken.cause}\n${explanation.code}\n${said}\n${both.outcome.logs.join('\n')}`;
    expect(explanation.code, shown).toBe(broken.code);
    for (const word of broken.says) expect(said, shown).toMatch(word);
    expect(EXPLANATION_CODES[explanation.code], `${explanation.code} has no row`).toBeDefined();
    expect(said).not.toContain(MISSING_PART);
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
  expect(Object.keys(EXPLANATION_CODES).filter((code) => !SHOWN.has(code))).toEqual(WITHOUT_CASE);
  expect([...SHOWN.keys()].filter((code) => EXPLANATION_CODES[code] === undefined)).toEqual([]);
});

it('an error of a runtime to come is explained by its text', () => {
  const { outcome } = play(TOPICS['transaction'].find(({ id }) => id === 'sent-twice')!).both;
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

// Where it threw stands in the explanation, as a path of this machine: so it is no case of the corpus.
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

it('what is said of the others is what explained.md has', async () => {
  const shown = new Set(SHOWN.values());
  const topics = Object.entries(TOPICS).map(([topic, cases]) => {
    const others = cases.filter((broken) => !shown.has(broken));
    return [`## ${topic}-cases.ts`, ...others.map(saidOf)].join('\n\n');
  });
  const head =
    '# What is said of the cases that no page of docs/errors/ shows\n\nWritten by failures.test.ts, which says how.';
  await expect(`${[head, ...topics].join('\n\n')}\n`).toMatchFileSnapshot('./explained.md');
});

function saidOf(broken: FailureCase): string {
  const { cause, fixes, notes } = play(broken).explanation;
  const lines = [`**${broken.id}** ${broken.cause}`, `- ${broken.code}: ${cause}`];
  return [...lines, ...fixes.map((fix) => `- fix: ${fix}`), ...notes.map((note) => `- note: ${note}`)].join('\n');
}

it('docs/errors is current: a page for each code', () => {
  const folder = new URL('../../docs/errors/', import.meta.url);
  const pages = errorPages();
  for (const [name, text] of pages) {
    expect(readFileSync(new URL(name, folder), 'utf8'), `${name}: run npm run error-pages`).toBe(text);
  }
  expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
  const withoutCase = Object.keys(EXPLANATION_CODES).filter((code) => !pages.get(`${code}.md`)!.includes('## A case'));
  expect(withoutCase).toEqual(WITHOUT_CASE);
});
