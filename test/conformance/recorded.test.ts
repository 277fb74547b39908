// The recorded fixtures and transactions, where they are: every fixture that the bundled programs can play, and every
// eighth transaction (all of them: npm run conformance).

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
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

test('transactions have the recorded outcomes', () => {
  if (!isThere) return;
  const folder = mkdtempSync(join(tmpdir(), 'parhelion-'));
  const cases = readFileSync(join(DATA, 'transactions/cases.jsonl'), 'utf8').trim().split('\n');
  const sample = join(folder, 'cases.jsonl');
  writeFileSync(sample, cases.filter((_, i) => i % 8 === 0).join('\n'));
  const report = runTransactions(sample, join(DATA, 'transactions/outcomes.jsonl'));
  rmSync(folder, { recursive: true });
  expect(report.failures).toEqual([]);
  expect(report.passed).toBeGreaterThan(300);
});

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
