// Transactions inside transactions: a program of the host may simulate on its own chain and send to another, a getter of a
// transaction that is handed in may send to either. What runs are made of is used again when nobody can have kept it, and
// never while it is in use.

import type { Address } from '@solana/kit';
import { expect, test } from 'vitest';
import { defineProgram, invoke } from '../../src/program/index.ts';
import { Svm, type TransactionOutcome } from '../../src/testing/svm.ts';
import { formatTrace } from '../../src/trace/index.ts';
import {
  compileMessage,
  createTransaction,
  encodeMessage,
  encodeTransaction,
  type Instruction,
  Pubkey,
} from '../../src/wire/index.ts';

const SYSTEM = Pubkey.fromBase58('11111111111111111111111111111111');
const key = (n: number) => new Pubkey(new Uint8Array(32).fill(n));
const [PAYER, RECIPIENT, OUTER, INNER] = [key(1), key(2), key(3), key(4)];

const signer = (address: Pubkey) => ({ address, isSigner: true, isWritable: true });
const writable = (address: Pubkey) => ({ address, isSigner: false, isWritable: true });
const readonly = (address: Pubkey) => ({ address, isSigner: false, isWritable: false });

function transferData(lamports: number): Uint8Array {
  const data = new Uint8Array(12);
  data[0] = 2;
  new DataView(data.buffer).setUint32(4, lamports, true);
  return data;
}

function transfer(lamports: number): Instruction {
  return { programAddress: SYSTEM, accounts: [signer(PAYER), writable(RECIPIENT)], data: transferData(lamports) };
}

function callTo(program: Pubkey): Instruction {
  return {
    programAddress: program,
    accounts: [signer(PAYER), writable(RECIPIENT), readonly(SYSTEM)],
    data: new Uint8Array(1),
  };
}

let count = 0;
function bytesOf(svm: Svm, ...instructions: Instruction[]): Uint8Array {
  const recentBlockhash = Pubkey.fromBase58(svm.latestBlockhash()).bytes;
  const message = compileMessage({ version: 'legacy', feePayer: PAYER, recentBlockhash, instructions });
  const signature = new Uint8Array(64);
  new DataView(signature.buffer).setUint32(0, ++count);
  return encodeTransaction(createTransaction(message, [signature], encodeMessage(message)));
}

function newChain(): Svm {
  const svm = new Svm({ signatureVerification: false });
  for (const [address, lamports] of [
    [PAYER, 10n ** 12n],
    [RECIPIENT, 10n ** 9n],
  ] as const) {
    svm.setAccount({
      address: address.toString() as Address,
      lamports: lamports as never,
      data: new Uint8Array(),
      programAddress: SYSTEM.toString() as Address,
      executable: false,
      space: 0n,
    });
  }
  return svm;
}

/** Calls the System program, does something else, and calls it again. */
const busyProgram = (meanwhile: () => void) =>
  defineProgram((_id, accounts) => {
    const pay = (lamports: number) =>
      invoke(
        {
          programAddress: SYSTEM.toString() as Address,
          accounts: [
            { address: accounts[0].key, role: 3 },
            { address: accounts[1].key, role: 1 },
          ],
          data: transferData(lamports),
        },
        [...accounts],
      );
    pay(1);
    meanwhile();
    pay(2);
    meanwhile();
  });

function described(outcome: TransactionOutcome): unknown {
  const { error, logs, computeUnitsConsumed, fee, innerInstructions, postAccounts, returnData } = outcome;
  const text = formatTrace(outcome.trace).replace(/^.*signature.*$/gm, '');
  return { error, logs, computeUnitsConsumed, fee, innerInstructions, postAccounts, returnData, text };
}

const balanceOf = (svm: Svm, address: Pubkey) => svm.getBalance(address.toString() as Address);

/** A transfer again and again, so that it has a shape; transfers in one; one that fails; one whose program is the host's. */
function kinds(svm: Svm): Uint8Array[] {
  return [
    bytesOf(svm, transfer(5)),
    bytesOf(svm, transfer(6)),
    bytesOf(svm, transfer(7)),
    bytesOf(svm, transfer(1), transfer(2), transfer(3)),
    bytesOf(svm, transfer(8), { ...transfer(1), data: new Uint8Array(3) }),
    bytesOf(svm, callTo(INNER)),
    bytesOf(svm, transfer(9), callTo(INNER)),
  ];
}

test('a program that sends to another chain changes nothing of its own transaction, nor of those it sends', () => {
  const run = (meanwhile: (svm: Svm) => void) => {
    const svm = newChain();
    svm.addProgram(
      OUTER.toString() as Address,
      busyProgram(() => meanwhile(svm)),
    );
    count = 0;
    const before = [1, 2, 3].map((n) => svm.sendTransaction(bytesOf(svm, transfer(n))));
    const outcomes = [
      ...before,
      svm.sendTransaction(bytesOf(svm, callTo(OUTER))),
      svm.sendTransaction(bytesOf(svm, transfer(4), callTo(OUTER), transfer(5))),
      svm.sendTransaction(bytesOf(svm, transfer(4))),
    ];
    return { outcomes: outcomes.map(described), balance: balanceOf(svm, RECIPIENT) };
  };
  const sendAll = () => {
    const other = newChain();
    other.addProgram(
      INNER.toString() as Address,
      busyProgram(() => {}),
    );
    count = 1000;
    return kinds(other).map((bytes) => other.sendTransaction(bytes));
  };
  const alone = run(() => {});
  const expected = sendAll().map(described);
  const nested: TransactionOutcome[][] = [];
  let depth = 0;
  const together = run(() => {
    const kept = count;
    if (depth++ < 8) nested.push(sendAll());
    count = kept;
  });
  expect(together).toEqual(alone);
  expect(nested.length).toBe(4);
  for (const outcomes of nested) expect(outcomes.map(described)).toEqual(expected);
});

test('a program that simulates on its own chain changes nothing of its own transaction', () => {
  const svm = newChain();
  const nested: TransactionOutcome[] = [];
  svm.addProgram(
    INNER.toString() as Address,
    busyProgram(() => {}),
  );
  svm.addProgram(
    OUTER.toString() as Address,
    busyProgram(() => nested.push(...kinds(svm).map((bytes) => svm.simulateTransaction(bytes)))),
  );
  for (let n = 0; n < 3; n++) svm.sendTransaction(bytesOf(svm, transfer(n + 20)));
  const [payer, recipient] = [balanceOf(svm, PAYER), balanceOf(svm, RECIPIENT)];
  const snapshot = svm.snapshot();
  const outcome = svm.sendTransaction(bytesOf(svm, transfer(10), callTo(OUTER)));
  expect(outcome.error).toBeNull();
  expect([balanceOf(svm, PAYER), balanceOf(svm, RECIPIENT)]).toEqual([payer! - 5013n, recipient! + 13n]);
  const failure = { InstructionError: [1, 'InvalidInstructionData'] };
  const oneRound = [null, null, null, null, failure, null, null];
  expect(nested.map(({ error }) => error)).toEqual([...oneRound, ...oneRound]);
  const texts = nested.map(described);
  svm.revert(snapshot);
  for (let n = 0; n < 30; n++) svm.sendTransaction(bytesOf(svm, transfer(n + 50)));
  expect(nested.map(described)).toEqual(texts);
});

test('a transaction whose fields send others when they are read is read itself', () => {
  const svm = newChain();
  const bytes = bytesOf(svm, transfer(77));
  const others: TransactionOutcome[] = [];
  const send = () => others.push(svm.sendTransaction(bytesOf(svm, transfer(others.length + 1))));
  const outcome = svm.sendTransaction({
    get messageBytes() {
      send();
      return bytes.subarray(65);
    },
    get signatures() {
      send();
      return {
        get [PAYER.toString()]() {
          send();
          return bytes.subarray(1, 65);
        },
      };
    },
  } as never);
  expect([outcome, ...others].map(({ error }) => error)).toEqual([null, null, null, null]);
  expect(balanceOf(svm, RECIPIENT)).toBe(10n ** 9n + 77n + 1n + 2n + 3n);
});
