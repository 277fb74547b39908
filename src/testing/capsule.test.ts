// Capsules: the same outcome again, from text alone; damage is named.

import { type Address, lamports } from '@solana/kit';
import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../node/demo/index.ts';
import { Stage } from '../node/demo/stage.ts';
import { defineProgram, msg } from '../program/index.ts';
import { explain } from '../trace/index.ts';
import { decodeBase58 } from '../wire/base58.ts';
import { compileMessage } from '../wire/message-compiler.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { createTransaction, encodeTransaction } from '../wire/transaction.ts';
import { type Capsule, runCapsule } from './capsule.ts';
import { Svm, type TransactionOutcome } from './svm.ts';

/** Plays a scenario and captures its last transaction before it is sent. */
async function capture(name: string): Promise<{ capsule: Capsule; outcome: TransactionOutcome }> {
  const stage = new Stage();
  let capsule: Capsule | undefined;
  const send = stage.svm.sendTransaction.bind(stage.svm);
  stage.svm.sendTransaction = (transaction) => {
    capsule = stage.svm.capsule(transaction);
    return send(transaction);
  };
  const outcome = await SCENARIOS.find((scenario) => scenario.name === name)!.play(stage);
  return { capsule: JSON.parse(JSON.stringify(capsule)), outcome };
}

describe('a capsule', () => {
  it.each(SCENARIOS.map(({ name }) => name))('of %s runs to the same outcome, from its text alone', async (name) => {
    const { capsule, outcome } = await capture(name);
    const again = runCapsule(capsule);
    expect(again.error).toEqual(outcome.error);
    expect(again.logs).toEqual(outcome.logs);
    expect(again.computeUnitsConsumed).toBe(outcome.computeUnitsConsumed);
    expect(again.postAccounts).toEqual(outcome.postAccounts);
    expect(explain(again)).toEqual(explain(outcome));
  });

  it('keeps labels', () => {
    const svm = new Svm({ signatureVerification: false });
    const payer = new Pubkey(new Uint8Array(32).fill(7));
    svm.airdrop(payer.toString() as Address, lamports(1_000_000_000n));
    svm.label(payer.toString() as Address, 'the payer');
    const message = compileMessage({
      feePayer: payer,
      recentBlockhash: decodeBase58(svm.latestBlockhash()),
      instructions: [{ programAddress: payer }],
    });
    const bytes = encodeTransaction(createTransaction(message, [new Uint8Array(64)]));
    const again = runCapsule(JSON.parse(JSON.stringify(svm.capsule(bytes))));
    expect(again.trace.names).toMatchObject({ [payer.toString()]: 'the payer' });
  });

  it.each<readonly [string, (capsule: Record<string, unknown>) => unknown, RegExp]>([
    ['nothing', () => null, /no capsule/],
    ['another version', (c) => ({ ...c, version: 2 }), /version 2/],
    ['a transaction cut short', (c) => ({ ...c, transaction: 'AAAA' }), /transaction can't be read/],
    ['no accounts', (c) => ({ ...c, accounts: undefined }), /accounts can't be read: expected a list, found nothing/],
    [
      'an account without data',
      (c) => ({ ...c, accounts: [{ address: '11111111111111111111111111111111' }] }),
      /account 0/,
    ],
    ['an unknown feature', (c) => ({ ...c, features: ['nope'] }), /features can't be read/],
    ['no sysvars', (c) => ({ ...c, accounts: [] }), /Rent sysvar/],
    [
      'a budget that is text',
      (c) => ({ ...c, computeBudget: { computeUnitLimit: 'x', heapSize: 1 } }),
      /computeBudget can't be read: computeUnitLimit: expected a whole/,
    ],
    ['a limit of logs that is text', (c) => ({ ...c, logBytesLimit: 'x' }), /logBytesLimit can't be read/],
    [
      'a rule that is none',
      (c) => ({ ...c, changedRules: { nope: 1 } }),
      /changedRules can't be read: "nope" can't be 1/,
    ],
    [
      'of a version nested without end',
      (c) => ({ ...c, version: Array.from({ length: 30_000 }).reduce((inner) => [inner]) }),
      /of version an array/,
    ],
  ])('that is damaged is refused with what is wrong: %s', async (_, damage, says) => {
    const { capsule } = await capture('ata-create');
    expect(() => runCapsule(damage({ ...capsule }))).toThrow(says);
  });

  it('with any field missing or of another kind is refused by the name of the field, or runs as it ran', async () => {
    const { capsule, outcome } = await capture('ata-create');
    const wrong: readonly unknown[] = [undefined, null, true, 7, -1.5, 'x', '', [], [null], {}, { x: null }];
    const account = capsule.accounts[3] as unknown as Record<string, unknown>;
    const unheeded: string[] = [];
    const attempt = (field: string, value: unknown, damaged: unknown) => {
      try {
        const again = runCapsule(JSON.parse(JSON.stringify(damaged)));
        if (again.error !== outcome.error) unheeded.push(`${field} ${JSON.stringify(value)}`);
      } catch (error) {
        expect(error).toMatchObject({ code: 'MALFORMED_CAPSULE' });
        expect((error as Error).message).toMatch(new RegExp(`\\b${field}\\b|no address|version|account|Rent`));
      }
    };
    for (const value of wrong) {
      for (const field of Object.keys(capsule)) attempt(field, value, { ...capsule, [field]: value });
      for (const field of Object.keys(account)) {
        const accounts = capsule.accounts.map((each, i) => (i === 3 ? { ...account, [field]: value } : each));
        attempt(field, value, { ...capsule, accounts });
      }
    }
    // These are no damage: a capsule may say so.
    expect(unheeded).toEqual(['isAlreadyProcessed true', 'data ""', 'features []']);
  });

  it.each<readonly [string, object, RegExp]>([
    [
      "a node's answer",
      { jsonrpc: '2.0', result: {} },
      /an RPC node's answer: make a capsule of it with capsuleFromRpc/,
    ],
    ['a trace', { computeUnits: {} }, /it is a trace/],
    ['a list', [], /it is an array/],
  ])('is told from what is taken for one: %s', (_, value, says) => {
    expect(() => runCapsule(value)).toThrow(says);
  });

  it('with an account twice is refused', async () => {
    const { capsule } = await capture('ata-create');
    const accounts = [...capsule.accounts, capsule.accounts[0]];
    expect(() => runCapsule({ ...capsule, accounts })).toThrow(/is there twice/);
  });

  it('names the programs in TypeScript that it needs, and runs with them', () => {
    const greeter = defineProgram(() => msg('hello'), { name: 'greeter' });
    const address = new Pubkey(new Uint8Array(32).fill(9)).toString() as Address;
    const svm = new Svm({ signatureVerification: false });
    const payer = new Pubkey(new Uint8Array(32).fill(7));
    svm.airdrop(payer.toString() as Address, lamports(1_000_000_000n));
    svm.addProgram(address, greeter);
    const message = compileMessage({
      feePayer: payer,
      recentBlockhash: decodeBase58(svm.latestBlockhash()),
      instructions: [{ programAddress: Pubkey.fromBase58(address) }],
    });
    const bytes = encodeTransaction(createTransaction(message, [new Uint8Array(64)]));
    const capsule = JSON.parse(JSON.stringify(svm.capsule(bytes)));
    expect(() => runCapsule(capsule)).toThrow(/can call greeter, a program written in TypeScript.*runCapsule\(capsule/);
    const outcome = runCapsule(capsule, { programs: { [address]: greeter } });
    expect(outcome.logs).toContain('Program log: hello');
    expect(outcome.trace.instructions[0].programName).toBe('greeter');
    expect(outcome.logs).toEqual(svm.sendTransaction(bytes).logs);
  });

  it('keeps IDLs; one that can not be read takes nothing else away', () => {
    const svm = new Svm({ signatureVerification: false });
    const payer = new Pubkey(new Uint8Array(32).fill(7));
    svm.airdrop(payer.toString() as Address, lamports(1_000_000_000n));
    const memo = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr' as Address;
    svm.registerIdl({ name: 'notes', instructions: [{ name: 'write', discriminator: [104, 105], args: [] }] }, memo);
    const message = compileMessage({
      feePayer: payer,
      recentBlockhash: decodeBase58(svm.latestBlockhash()),
      instructions: [{ programAddress: Pubkey.fromBase58(memo), data: Uint8Array.of(104, 105) }],
    });
    const bytes = encodeTransaction(createTransaction(message, [new Uint8Array(64)]));
    const capsule = JSON.parse(JSON.stringify(svm.capsule(bytes)));
    expect(runCapsule(capsule).trace.instructions[0].instruction?.name).toBe('write');
    for (const idl of [null, 5, { instructions: 'x' }]) {
      const notes: string[] = [];
      const again = runCapsule({ ...capsule, idls: { [memo]: idl } }, { onNote: (note) => notes.push(note) });
      expect(notes).toEqual([expect.stringMatching(/^The capsule's IDL of Memo.* is left out: An IDL must be/)]);
      expect(again.trace.instructions[0].instruction?.name).toBe('Memo');
    }
  });
});
