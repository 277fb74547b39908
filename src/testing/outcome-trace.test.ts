// A trace is plain data, whichever way it was made and whenever its parts are; and what an outcome shows where it is printed.

import { inspect } from 'node:util';
import {
  type Address,
  appendTransactionMessageInstructions,
  createKeyPairSignerFromPrivateKeyBytes,
  createTransactionMessage,
  type Instruction,
  lamports,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import { getSetComputeUnitLimitInstruction } from '@solana-program/compute-budget';
import { getAddMemoInstruction } from '@solana-program/memo';
import { getTransferSolInstruction } from '@solana-program/system';
import { getCreateAssociatedTokenInstructionAsync, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { describe, expect, test } from 'vitest';
import { executeTransaction } from '../runtime/transaction-processor.ts';
import { TraceRecorder } from '../trace/recorder.ts';
import type { CallFrame, TransactionTrace } from '../trace/transaction-trace.ts';
import { decodersWith } from './default-decoders.ts';
import { recordOf, type TransactionOutcome } from './outcome.ts';
import { RecordFacts } from './outcome-facts.ts';
import { Svm } from './svm.ts';

const signer = (n: number) => createKeyPairSignerFromPrivateKeyBytes(new Uint8Array(32).fill(n));
const [alice, bob, mint] = await Promise.all([1, 2, 3].map(signer));

const transfer = (amount: bigint) => getTransferSolInstruction({ source: alice, destination: bob.address, amount });
const memo = (text: string) => {
  return { ...getAddMemoInstruction({ memo: text }), programAddress: 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr' };
};
const limit = getSetComputeUnitLimitInstruction({ units: 200_000 });
const create = await getCreateAssociatedTokenInstructionAsync({
  payer: alice,
  owner: bob.address,
  mint: mint.address,
  tokenProgram: TOKEN_PROGRAM_ADDRESS,
});

function mintData(): Uint8Array {
  const data = new Uint8Array(82);
  data[45] = 1;
  return data;
}

async function send(svm: Svm, instructions: readonly object[]): Promise<TransactionOutcome> {
  svm.airdrop(alice.address, lamports(10n ** 10n));
  const programAddress = TOKEN_PROGRAM_ADDRESS;
  const data = mintData();
  const space = BigInt(data.length);
  svm.setAccount({
    address: mint.address,
    programAddress,
    lamports: lamports(10n ** 9n),
    executable: false,
    data,
    space,
  });
  const message = pipe(
    createTransactionMessage({ version: 0 }),
    (m) => setTransactionMessageFeePayerSigner(alice, m),
    (m) =>
      setTransactionMessageLifetimeUsingBlockhash({ blockhash: svm.latestBlockhash(), lastValidBlockHeight: 0n }, m),
    (m) => appendTransactionMessageInstructions(instructions as Instruction[], m),
  );
  return svm.sendTransaction(await signTransactionMessageWithSigners(message));
}

/** The trace as a recorder tells it. */
function recorded(outcome: TransactionOutcome): TransactionTrace {
  const record = recordOf(outcome);
  if (record.prepared.status === 'rejected') throw new Error('it was not prepared');
  const recorder = new TraceRecorder({ decoders: decodersWith(undefined) });
  executeTransaction(record.prepared, recorder);
  return recorder.trace(new RecordFacts(record));
}

/** Large data by its length alone: the comparison takes its time for each byte. */
function slim({ accounts, ...trace }: TransactionTrace) {
  const state = (each: TransactionTrace['accounts'][number]['before']) => {
    return each === null || each.data.length < 1000 ? each : { ...each, data: each.data.length };
  };
  return { ...trace, accounts: accounts.map((a) => ({ ...a, before: state(a.before), after: state(a.after) })) };
}

const rows: [name: string, instructions: readonly object[]][] = [
  ['a transfer', [transfer(2_000_000n)]],
  ['a transfer to oneself', [getTransferSolInstruction({ source: alice, destination: alice.address, amount: 5n })]],
  ['a compiled program', [memo('hello')]],
  ['several instructions', [limit, transfer(2_000_000n), memo('a'), transfer(1n), memo('b')]],
  ['calls', [create]],
  ['a failure', [transfer(2_000_000n), transfer(10n ** 12n), memo('never')]],
  ['too little for rent', [transfer(1n)]],
];

describe.each(rows)('the trace of %s', (_, instructions) => {
  test('is the recorded one, with its fields in the same order', async () => {
    const outcome = await send(new Svm(), instructions);
    const text = (trace: object) => JSON.stringify(trace, (_, v) => (typeof v === 'bigint' ? `${v}n` : v));
    const whole = recorded(outcome);
    expect(text(slim(outcome.trace))).toBe(text(slim(whole)));
    expect(Object.keys(outcome.trace)).toEqual(Object.keys(whole));
    expect(slim(outcome.trace)).toStrictEqual(slim(whole));
  });

  test('is plain data: spread, cloned, listed, frozen', async () => {
    const outcome = await send(new Svm(), instructions);
    const whole = recorded(outcome);
    const isPlain = (value: object) => Object.getPrototypeOf(value) === Object.prototype;
    expect(isPlain(outcome.trace)).toBe(true);
    expect(slim(structuredClone(outcome.trace))).toStrictEqual(slim(whole));
    const again = await send(new Svm(), instructions);
    Object.freeze(again.trace);
    again.trace.instructions.forEach((frame: CallFrame, i) => {
      expect(isPlain(Object.freeze(frame))).toBe(true);
      expect({ ...frame }).toStrictEqual({ ...whole.instructions[i] });
    });
    expect(slim({ ...again.trace })).toStrictEqual(slim(whole));
  });
});

test('parts of a trace that are read later tell of the time when it was made', async () => {
  const svm = new Svm();
  svm.label(bob.address, 'bob');
  const outcome = await send(svm, [transfer(2_000_000n)]);
  const { trace } = outcome;
  svm.label(bob.address, 'robert');
  svm.label(alice.address as Address, 'alice');
  svm.setAccount({ ...svm.getAccount(bob.address), lamports: lamports(1n), exists: true } as never);
  expect(trace.names[bob.address]).toBe('bob');
  expect(trace.names[alice.address]).toBeUndefined();
  expect(trace.accounts.find(({ address }) => address === bob.address)).toMatchObject({
    name: 'bob',
    before: { lamports: 0n },
    after: { lamports: 2_000_000n },
  });
});

test('an outcome is printed with what stands behind its getters, as deep as is asked for', async () => {
  const outcome = await send(new Svm(), [create]);
  const text = inspect(outcome, { depth: 0 });
  expect(text).toMatch(/^TransactionOutcome \{\n {2}error: null,\n {2}signature: '\w{80,88}',\n {2}fee: 5000n,/);
  expect(text).toMatch(/returnData: null,\n {2}innerInstructions: \[Array\]\n\}$/);
  expect(inspect(outcome, { depth: 4 })).toContain(`programAddress: '${TOKEN_PROGRAM_ADDRESS}'`);
});
