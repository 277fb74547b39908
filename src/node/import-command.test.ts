// The files are those that the library's own tests take apart (testing/capsule-from-rpc.test.ts); here they come from disk.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runCapsule } from '../testing/capsule.ts';
import { explain } from '../trace/index.ts';
import { encodeBase64 } from '../wire/base64.ts';
import { compileMessage } from '../wire/message-compiler.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { createTransaction, encodeTransaction } from '../wire/transaction.ts';
import { makeCapsuleFile } from './import-command.ts';
import { InputFiles } from './input-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'parhelion-'));
afterAll(() => rmSync(folder, { recursive: true }));

const payer = new Pubkey(new Uint8Array(32).fill(7));
const program = new Pubkey(new Uint8Array(32).fill(8));

function files(logMessages: readonly string[]): string[] {
  const message = compileMessage({
    feePayer: payer,
    recentBlockhash: new Uint8Array(32).fill(3),
    instructions: [{ programAddress: program }],
  });
  const transaction = encodeBase64(encodeTransaction(createTransaction(message, [new Uint8Array(64)])));
  const contents = {
    'transaction.json': {
      result: {
        slot: 300_000_000,
        transaction: [transaction, 'base64'],
        meta: { err: 'ProgramAccountNotFound', logMessages, preBalances: [5_000_000, 0], computeUnitsConsumed: 0 },
      },
    },
    'accounts.json': {
      [payer.toString()]: { lamports: 1, owner: '11111111111111111111111111111111', data: ['', 'base64'] },
    },
  };
  return Object.entries(contents).map(([name, content]) => {
    writeFileSync(join(folder, name), JSON.stringify(content));
    return join(folder, name);
  });
}

it('makes a capsule of files, and says how it compares with the cluster', () => {
  const said: string[] = [];
  let text = '';
  const keep = (output: string) => {
    text = output;
  };
  makeCapsuleFile(files([]), new InputFiles(), keep, (line) => said.push(line));
  expect(explain(runCapsule(JSON.parse(text)))?.code).toBe('TX_PROGRAM_MISSING');
  expect(said.join('\n')).toMatch(/before the transaction[\s\S]*runs as it ran on the cluster/);
  makeCapsuleFile(
    files(['Program log: other']),
    new InputFiles(),
    () => {},
    (line) => said.push(line),
  );
  expect(said.at(-1)).toMatch(/does not run as it ran.*log line 1: "none" here, "Program log: other" there/);
});
