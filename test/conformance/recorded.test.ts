// The recorded fixtures and transactions, where they are: every fixture that the bundled programs can play, and every
// eighth transaction (all of them: npm run conformance).

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runFixtures } from './fixtures.ts';
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
