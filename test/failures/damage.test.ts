// Damaged capsules, IDLs that don't match or are nonsense, symbols that are missing or lie: either the caller is told what is
// wrong, or the explanation still comes. Many small damages, the same on every run.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runCapsule } from '../../src/testing/capsule.ts';
import { Svm, type TransactionOutcome } from '../../src/testing/svm.ts';
import { MISSING_PART } from '../../src/trace/guard.ts';
import {
  type AccountState,
  explain,
  formatExplanation,
  formatTrace,
  type TransactionTrace,
} from '../../src/trace/index.ts';
import { decodeBase58 } from '../../src/wire/base58.ts';
import { ParhelionError } from '../../src/wire/errors.ts';
import { compileMessage } from '../../src/wire/message-compiler.ts';
import { createTransaction, encodeTransaction } from '../../src/wire/transaction.ts';
import * as s from './scene.ts';

/** Numbers that look like chance. Source: Numerical Recipes, ranqd1. */
function chance(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function checkWords(outcome: TransactionOutcome): void {
  expect(formatTrace(outcome.trace)).not.toBe('');
  const explanation = explain(outcome);
  if (explanation === null) return;
  const text = formatExplanation(explanation);
  expect(text).not.toMatch(/\bundefined\b|\[object|\bNaN\b/);
  expect(explanation.cause.length).toBeGreaterThan(10);
  expect(explanation.fixes.length).toBeGreaterThan(0);
}

/** Runs; what is thrown must be the caller's mistake, said in a sentence. */
function attempt(run: () => TransactionOutcome): 'refused' | 'explained' {
  try {
    checkWords(run());
    return 'explained';
  } catch (error) {
    if (!(error instanceof ParhelionError)) throw error;
    expect(error.message).toMatch(/^[A-Z].{20,}\.$/s);
    return 'refused';
  }
}

const NONSENSE: readonly unknown[] = [null, -1, 0, '', 'x', '1111', [], {}, true, 2 ** 60, [null], { a: 1 }];

/** The value with one place of it replaced, dropped, or cut. */
function damage(value: unknown, random: (below: number) => number): unknown {
  const isLeaf = typeof value !== 'object' || value === null || Object.keys(value).length === 0;
  if (isLeaf || random(6) === 0) {
    if (typeof value === 'string' && value.length > 1 && random(2) === 0) return value.slice(0, random(value.length));
    return NONSENSE[random(NONSENSE.length)];
  }
  const keys = Object.keys(value);
  const key = keys[random(keys.length)];
  if (Array.isArray(value)) {
    return random(4) === 0
      ? value.toSpliced(Number(key), 1)
      : value.map((item, i) => (String(i) === key ? damage(item, random) : item));
  }
  const { [key]: old, ...rest } = value as Record<string, unknown>;
  return random(4) === 0 ? rest : { ...rest, [key]: damage(old, random) };
}

const IDL = {
  name: 'shop',
  instructions: [
    {
      name: 'buy',
      discriminator: [1, 2],
      accounts: [{ name: 'shop' }, { name: 'inner', accounts: [{ name: 'buyer', isOptional: true }] }],
      args: [
        { name: 'order', type: { defined: { name: 'Order' } } },
        { name: 'tips', type: { vec: { option: 'u16' } } },
      ],
    },
  ],
  accounts: [{ name: 'Shop', discriminator: [7] }],
  types: [
    { name: 'Order', type: { kind: 'struct', fields: [{ name: 'kind', type: { defined: 'Kind' } }] } },
    { name: 'Kind', type: { kind: 'enum', variants: [{ name: 'One' }, { name: 'Two', fields: ['u64'] }] } },
    { name: 'Shop', type: { kind: 'struct', fields: [{ name: 'stock', type: { array: ['u32', 2] } }] } },
  ],
  errors: [{ code: 6000, name: 'SoldOut', msg: 'There is none left.' }],
};
const INSTRUCTION = Uint8Array.of(1, 2, 1, 5, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 9, 0);

/** A program that returns 6000, with an account of its own. */
function shop(idl: unknown): TransactionOutcome {
  const scene = new s.Scene({}, false);
  scene.program(s.OUTER, { asm: 'entrypoint:\n mov64 r0, 6000\n exit' });
  scene.account(s.VAULT, { owner: s.OUTER, data: Uint8Array.of(7, 1, 0, 0, 0, 2, 0, 0, 0) });
  scene.svm.registerIdl(idl, s.OUTER.toString() as never);
  return scene.send([s.instruction(s.OUTER, [s.meta(s.VAULT, 'w')], INSTRUCTION)]).outcome;
}

it('an IDL as it should be names the error and the arguments', () => {
  const outcome = shop(IDL);
  expect(explain(outcome)?.cause).toMatch(/SoldOut.*There is none left/);
  expect(outcome.trace.instructions[0].instruction?.args).toEqual({ order: { kind: { Two: [5n] } }, tips: [9] });
});

it.each([
  ['of an earlier version', { ...IDL, errors: [{ code: 6001, name: 'Closed', msg: 'It is closed.' }] }],
  ['of another program', { ...IDL, instructions: [], accounts: [], errors: [] }],
])('of an IDL %s it is said that it has no such error', (_, idl) => {
  const explanation = explain(shop(idl))!;
  expect(explanation.code).toBe('PROGRAM_CUSTOM_ERROR');
  expect(explanation.fixes.join()).toMatch(/The IDL that is registered has no error 6000: is it that of the deployed/);
});

it('a damaged IDL is refused with a sentence, or read as far as it goes', () => {
  const random = chance(5);
  const seen = new Set<string>();
  for (let i = 0; i < 80; i++) seen.add(attempt(() => shop(damage(IDL, random))));
  expect(seen).toEqual(new Set(['refused', 'explained']));
});

/** The trace, with an account whose data nobody can read. */
function withoutData(trace: TransactionTrace, address: string): TransactionTrace {
  const spoilt = (state: AccountState | null): AccountState | null =>
    state && {
      ...state,
      get data(): Uint8Array {
        throw new TypeError('no data');
      },
    };
  const accounts = trace.accounts.map((account) => {
    if (account.address !== address) return account;
    return { ...account, before: spoilt(account.before), after: spoilt(account.after) };
  });
  return { ...trace, accounts };
}

it('what a part of an explanation throws leaves the others', () => {
  const scene = new s.Scene({}, false);
  s.mintAndTokens(scene, 50n);
  const { trace } = scene.send([s.tokenTransfer(s.ALICE_TOKENS, s.BOB_TOKENS, s.PAYER, 80n)]).outcome;
  const whole = explain({ trace })!;
  expect(whole.notes.join()).not.toContain(MISSING_PART);
  const { cause, fixes, notes, earlier, ...others } = whole;
  const explanation = explain({ trace: withoutData(trace, String(s.ALICE_TOKENS)) })!;
  expect(explanation).toMatchObject({ ...others, account: null, flags: [] });
  expect(explanation.cause).toMatch(/returned InsufficientFunds in Transfer/);
  expect(explanation.notes).toEqual([
    expect.stringMatching(`^${MISSING_PART} .*lookAtTokens: no data`.replace('(', '')),
  ]);
});

it('a damaged capsule is refused with a sentence, or runs', () => {
  const scene = new s.Scene({}, false);
  scene.program(s.OUTER, 'say');
  scene.account(s.VAULT, { owner: s.OUTER, data: new Uint8Array(40) });
  const recentBlockhash = decodeBase58(scene.svm.latestBlockhash());
  const instructions = [s.transfer(s.PAYER, s.BOB, 1_000_000n), s.say(s.OUTER, 7n, 'no', [s.meta(s.VAULT, 'w')])];
  const message = compileMessage({ feePayer: s.PAYER, recentBlockhash, instructions });
  const bytes = encodeTransaction(createTransaction(message, [new Uint8Array(64).fill(1)]));
  const capsule: unknown = JSON.parse(JSON.stringify(scene.svm.capsule(bytes)));
  const random = chance(9);
  const seen = new Set<string>();
  for (let i = 0; i < 120; i++) seen.add(attempt(() => runCapsule(damage(capsule, random))));
  expect(seen).toEqual(new Set(['refused', 'explained']));
});

it('symbols that lie, or are cut off, leave the explanation of a fault as it is', () => {
  const elf = readFileSync(new URL('../programs/invoke-rust.so', import.meta.url));
  const random = chance(3);
  // Symbols, their names and the section headers stand behind the code.
  const tail = Math.floor(elf.length * 0.6);
  let ran = 0;
  for (let i = 0; i < 30; i++) {
    const spoilt = Uint8Array.from(elf);
    for (let j = 0; j < 3; j++) spoilt[tail + random(spoilt.length - tail)] = random(256);
    const svm = new Svm({ signatureVerification: false, blockhashCheck: false });
    svm.airdrop(s.PAYER.toString() as never, 5_000_000_000n as never);
    const send = () => {
      svm.addProgram(s.OUTER.toString() as never, spoilt);
      const recentBlockhash = decodeBase58(svm.latestBlockhash());
      const instructions = [s.instruction(s.OUTER, [s.meta(s.PAYER, 'sw')], Uint8Array.of(random(40)))];
      const message = compileMessage({ feePayer: s.PAYER, recentBlockhash, instructions });
      return svm.sendTransaction(encodeTransaction(createTransaction(message, [new Uint8Array(64)])));
    };
    if (attempt(send) === 'explained') ran++;
  }
  expect(ran).toBeGreaterThan(0);
});
