// The recorded fixtures and transactions, where they are: every fixture that the bundled programs can play, and an eighth of
// the transactions, each on one of the engines (all of them, on each: npm run conformance).

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ENGINE_NAMES, useEngine } from './engines.ts';
import { runFixtures } from './fixtures.ts';
import { runSbpfCases } from './sbpf.ts';
import { runTransactions } from './transactions.ts';

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const isThere = existsSync(DATA);
if (!isThere) console.log('The recorded fixtures and transactions are not here; their tests pass over them.');

test.each(['token', 'address-lookup-table', 'ata'])('the %s fixtures have the recorded effects', (set) => {
  if (!isThere) return;
  expect(runFixtures([join(DATA, 'fixtures', set)], { ignoreUnits: true }).failures).toEqual([]);
});

test.each([...ENGINE_NAMES.entries()])(
  'transactions have the recorded outcomes: a part of them, %d, on engine %s',
  (part, engine) => {
    if (!isThere) return;
    const folder = mkdtempSync(join(tmpdir(), 'parhelion-'));
    const cases = readFileSync(join(DATA, 'transactions/cases.jsonl'), 'utf8').trim().split('\n');
    const sample = join(folder, 'cases.jsonl');
    writeFileSync(sample, cases.filter((_, i) => i % 40 === part).join('\n'));
    useEngine(engine);
    const report = runTransactions(sample, join(DATA, 'transactions/outcomes.jsonl'));
    useEngine('tiers');
    rmSync(folder, { recursive: true });
    expect(report.failures).toEqual([]);
    expect(report.passed).toBeGreaterThan(60);
  },
);

test('what is cut in half is told by file and place', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parhelion-'));
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const outcomes = write('outcomes.jsonl', '');
  const lines = write('cases.jsonl', '{"name":"a"}\n{"na');
  const cases = write('cases.json', '[{"name"');
  write('half.fix', '\x12\x7fhalf');
  expect(() => runTransactions(lines, outcomes)).toThrow(/This isn't a fixture: .*cases\.jsonl, line 2: /);
  expect(() => runSbpfCases([cases])).toThrow(/This isn't a fixture: .*cases\.json: /);
  const [failure] = runFixtures([folder]).failures;
  expect(failure).toMatchObject({ difference: expect.stringContaining("This isn't a fixture: ") });
  rmSync(folder, { recursive: true });
});
