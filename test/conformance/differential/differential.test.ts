// A few hundred random transactions, always the same, and the parts of the suite itself.
// `npm run conformance -- differential` runs as many as one likes.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { SYSTEM_PROGRAM_ID } from '../../../src/runtime/addresses.ts';
import { compileMessage } from '../../../src/wire/message-compiler.ts';
import { createTransaction, encodeTransaction } from '../../../src/wire/transaction.ts';
import { readCase, replay, writeCase } from './case-file.ts';
import { u32, u64 } from './encode.ts';
import { keyNumber } from './keyring.ts';
import { Machines, PLAIN_OPTIONS, type Step } from './machines.ts';
import { runSequence } from './sequence.ts';
import { shrink } from './shrink.ts';
import { accountStep } from './world.ts';

// The number of a sequence chooses its engine too.
test.each([
  [1, 0],
  [2, 1],
  [3, 3],
  [4, 5],
])('100 random transactions of seed %d, sequence %d, have the same outcome on LiteSVM', (seed, number) => {
  const ends = new Set<string>();
  const { difference, transactions } = runSequence({
    seed,
    number,
    transactions: 100,
    onOutcome: (_, __, error) => ends.add(JSON.stringify(error)),
  });
  expect(difference).toBeUndefined();
  expect(transactions).toBe(100);
  // They are worth running only if they end in many ways.
  expect(ends.size).toBeGreaterThan(15);
});

test('the same seed makes the same transactions', () => {
  const run = () => runSequence({ seed: 9, number: 4, transactions: 40 }).steps;
  expect(run()).toEqual(run());
});

/** Transfers of one lamport to two keys; the machines are made to differ by an account that only one of them has. */
test('a difference is found, shrunk, written, and found again in the file', () => {
  const [payer, first, second] = [keyNumber(0), keyNumber(1), keyNumber(2)];
  const transfer = (...to: readonly (typeof payer)[]): Step => {
    const message = compileMessage({
      feePayer: payer,
      recentBlockhash: new Machines(PLAIN_OPTIONS).bank.latestBlockhash,
      instructions: to.map((address) => ({
        programAddress: SYSTEM_PROGRAM_ID,
        accounts: [
          { address: payer, isSigner: true, isWritable: true },
          { address, isSigner: false, isWritable: true },
        ],
        data: new Uint8Array([...u32(2), ...u64(1)]),
      })),
    });
    return { kind: 'send', bytes: encodeTransaction(createTransaction(message, [new Uint8Array(64)])) };
  };
  const observed = { ...transfer(first), isObserved: true } as Step;
  const steps: Step[] = [
    accountStep(payer, {}),
    accountStep(second, {}),
    { kind: 'expireBlockhash' },
    { kind: 'expireBlockhash' },
    transfer(first, second),
    observed,
  ];
  // What differs here is made up: a transaction that succeeds.
  const fails = { about: 'made up', options: PLAIN_OPTIONS, steps };
  const folder = mkdtempSync(join(tmpdir(), 'parhelion-'));
  const file = join(folder, 'case.json');
  writeCase(file, fails);
  expect(readCase(file)).toEqual(fails);
  expect(replay(readCase(file))).toBeUndefined();
  const sizes: number[] = [];
  shrink(
    fails,
    ({ steps: left }) => sizes.push(left.length),
    (candidate) => (candidate.steps.length > 0 ? 'made up' : undefined),
  );
  expect(sizes.at(-1)).toBe(1);
  rmSync(folder, { recursive: true });
});

test('what breaks a law when it is looked at is replayed as such, and what throws is told with its place', () => {
  const bytes = new Uint8Array(0);
  const machines = vi.spyOn(Machines.prototype, 'apply').mockImplementation((step) => {
    if (step.kind === 'warp') throw new Error('a mistake of ours');
    return { difference: 'isObserved' in step ? 'a law is broken' : undefined, outcome: undefined, record: undefined };
  });
  const replayed = (...steps: Step[]) => replay({ options: PLAIN_OPTIONS, steps });
  expect(replayed({ kind: 'send', bytes }, { kind: 'send', bytes, isObserved: true })).toBe('step 1: a law is broken');
  expect(replayed({ kind: 'warp', slot: 1n })).toMatch(/^step 0: it threw Error: a mistake of ours\n {4}at /);
  machines.mockRestore();
});
