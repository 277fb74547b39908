// Every transaction that the examples send, looked at with everything there is.

import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordOf, type TransactionOutcome } from '../../src/testing/outcome.ts';
import { Svm } from '../../src/testing/svm.ts';
import { observe } from './observe.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));
const folders = readdirSync(EXAMPLES).filter((name) => existsSync(`${EXAMPLES}${name}/example.ts`));
const { sendTransaction } = Svm.prototype;
let sent: TransactionOutcome[] = [];

beforeAll(() => {
  Svm.prototype.sendTransaction = function (this: Svm, transaction) {
    const outcome = sendTransaction.call(this, transaction);
    sent.push(outcome);
    return outcome;
  };
});
afterAll(() => {
  Svm.prototype.sendTransaction = sendTransaction;
});

test.each(folders)('%s', async (folder) => {
  sent = [];
  const { play } = (await import(`${EXAMPLES}${folder}/example.ts`)) as { play: () => Promise<unknown> };
  await play();
  expect(sent.length).toBeGreaterThan(0);
  // Those that make the stage are alike: of many, some.
  const stride = Math.ceil(sent.length / 10);
  const broken = sent.flatMap((outcome, i) => (i % stride === 0 ? observe(recordOf(outcome)) : []));
  expect(broken).toEqual([]);
});
