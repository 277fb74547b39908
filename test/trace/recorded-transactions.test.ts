// Every so many recorded transactions, looked at with everything there is; all of them: npm run conformance -- traces.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createDefaultDecoders } from '../../src/trace/index.ts';
import { observe } from './observe.ts';
import { runRecorded } from './recorded.ts';

const CASES = fileURLToPath(new URL('../../../shared/data/transactions/cases.jsonl', import.meta.url));
const STRIDE = 16;

test('looking at a recorded transaction changes nothing, and all that is seen adds up', () => {
  if (!existsSync(CASES)) {
    console.log('no recorded transactions beside the repository: none traced');
    return;
  }
  const decoders = createDefaultDecoders();
  const broken: string[] = [];
  let seen = 0;
  const lines = readFileSync(CASES, 'utf8').split('\n');
  for (const line of lines.filter((each, i) => each !== '' && i % STRIDE === 0)) {
    for (const { id, record } of runRecorded(line)) {
      for (const law of observe(record, decoders)) broken.push(`${id}: ${law}`);
      seen++;
    }
  }
  expect(broken).toEqual([]);
  console.log(`${seen} recorded transactions looked at`);
}, 300_000);
