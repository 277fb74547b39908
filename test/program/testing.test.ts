// Mocks, spies, shadows and matchers.

import { AccountRole, type Address, type KeyPairSigner } from '@solana/kit';
import { getTransferSolInstruction, SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import {
  findAssociatedTokenPda,
  getCreateAssociatedTokenInstructionAsync,
  getTransferInstruction,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';
import { beforeEach, describe, expect, test } from 'vitest';
import { assertOutcome, createMatchers } from '../../src/testing/matchers.ts';
import '../../src/testing/vitest.ts';
import { defineProgram, invoke, msg, ProgramError, setReturnData } from '../../src/program/index.ts';
import { assembleElf } from '../../src/sbpf/index.ts';
import { SOL, Stage } from './stage.ts';
import { createTokens } from './tokens.ts';

const ORACLE = 'ForwardA11111111111111111111111111111111111' as Address;
const CALLER = 'ForwardB11111111111111111111111111111111111' as Address;

let stage: Stage;
let alice: KeyPairSigner;
let bob: KeyPairSigner;
beforeEach(async () => {
  stage = new Stage();
  [alice, bob] = [await stage.wallet(1), await stage.wallet(2)];
});

const readonly = (address: Address) => ({ address, role: AccountRole.READONLY });
const callOracle = () => ({ programAddress: ORACLE, accounts: [], data: new Uint8Array([9]) });
const transferSol = (amount: bigint) => getTransferSolInstruction({ source: alice, destination: bob.address, amount });

describe('mocks', () => {
  test('one function for all', async () => {
    const mock = stage.svm.mockProgram(ORACLE, () => setReturnData(new Uint8Array([42])));
    stage.svm.addProgram(
      CALLER,
      defineProgram((_id, accounts) => invoke(callOracle(), accounts)),
    );
    const outcome = await stage.send(alice, [{ programAddress: CALLER, accounts: [readonly(ORACLE)] }]);
    expect(outcome.returnData?.data).toEqual(new Uint8Array([42]));
    expect(mock.calls).toHaveLength(1);
    expect(mock.calls[0].data).toEqual(new Uint8Array([9]));
  });

  test('a known program, instruction by instruction, and back', async () => {
    const mint = await createTokens(stage, alice, [alice, bob]);
    const [from] = await findAssociatedTokenPda({ owner: alice.address, mint, tokenProgram: TOKEN_PROGRAM_ADDRESS });
    const [to] = await findAssociatedTokenPda({ owner: bob.address, mint, tokenProgram: TOKEN_PROGRAM_ADDRESS });
    const move = getTransferInstruction({ source: from, destination: to, authority: alice, amount: 7n });
    const mock = stage.svm.mockProgram(TOKEN_PROGRAM_ADDRESS, {
      Transfer: ({ args }) => msg(`mocked ${args['amount']}`),
    });
    const mocked = await stage.send(alice, [move]);
    expect(mocked).toLog('Program log: mocked 7');
    expect(mocked).toChangeTokens(to, 0n);
    mock.restore();
    const real = await stage.send(alice, [move]);
    expect(real).toSucceed();
    expect(real).toChangeTokens(to, 7n);
    expect(real).toChangeTokens(from, -7n);
  });

  test('an instruction that is not mocked fails', async () => {
    stage.svm.mockProgram(ORACLE, { getPrice: () => {} });
    expect(await stage.send(alice, [callOracle()])).toFailWith('InvalidInstructionData');
  });

  test('an Anchor instruction by its name', async () => {
    const mock = stage.svm.mockProgram(ORACLE, { create: () => msg('mocked') });
    await stage.send(alice, [{ programAddress: ORACLE, data: new Uint8Array([24, 30, 200, 40, 5, 28, 7, 119]) }]);
    expect(mock.calls[0].instruction).toBe('create');
  });
});

test('a spy sees every call of a compiled program', async () => {
  const spy = stage.svm.spyProgram(TOKEN_PROGRAM_ADDRESS);
  const mint = await createTokens(stage, alice, [alice]);
  expect(spy.calls.map((call) => call.instruction?.name)).toEqual([
    'InitializeMint2',
    'GetAccountDataSize',
    'InitializeImmutableOwner',
    'InitializeAccount3',
    'MintTo',
  ]);
  spy.restore();
  await stage.send(bob, [await getCreateAssociatedTokenInstructionAsync({ payer: bob, owner: bob.address, mint })]);
  expect(spy.calls).toHaveLength(5);
});

describe('shadows', () => {
  const ELF = assembleElf('entrypoint:\nldxb r2, [r1+96]\nadd64 r2, 1\nstxb [r1+96], r2\nldxb r0, [r1+97]\nexit\n');
  const BOX = 'To11Box111111111111111111111111111111111111' as Address;
  const count = async (byte = 0) => {
    stage.account(BOX, ORACLE, new Uint8Array([0, byte]));
    return stage.send(alice, [{ programAddress: ORACLE, accounts: [{ address: BOX, role: AccountRole.WRITABLE }] }]);
  };

  test('a model that does the same', async () => {
    stage.svm.addProgram(ORACLE, ELF);
    const shadow = stage.svm.shadowProgram(
      ORACLE,
      defineProgram((_id, [box]) => {
        box.data[0] += 1;
        if (box.data[1] !== 0) throw ProgramError.custom(box.data[1]);
      }),
    );
    expect(await count()).toSucceed();
    expect(await count(3)).toFailWith(3);
    shadow.assertNoDifference();
    expect(shadow.callCount).toBe(2);
    expect(stage.svm.getAccount(BOX)).toMatchObject({ data: new Uint8Array([0, 3]) });
  });

  test.each([
    ['account', (box: Uint8Array) => (box[0] += 2)],
    [
      'verdict',
      () => {
        throw ProgramError.custom(1);
      },
    ],
    [
      'returnData',
      (box: Uint8Array) => {
        box[0] += 1;
        setReturnData(new Uint8Array([1]));
      },
    ],
  ])('a model that differs in its %s', async (what, run) => {
    stage.svm.addProgram(ORACLE, ELF);
    const shadow = stage.svm.shadowProgram(
      ORACLE,
      defineProgram((_id, [box]) => void run(box.data)),
    );
    expect(await count()).toSucceed();
    expect(stage.svm.getAccount(BOX)).toMatchObject({ data: new Uint8Array([1, 0]) });
    expect(shadow.differences[0]).toMatchObject({ call: 0, what });
    expect(() => shadow.assertNoDifference()).toThrow('Call 0');
    shadow.restore();
    await count();
    expect(shadow.callCount).toBe(1);
  });

  test('a model of a program in TypeScript', async () => {
    const add = (by: number) => defineProgram((_id, [box]) => void (box.data[0] += by));
    stage.svm.addProgram(ORACLE, add(1));
    const same = stage.svm.shadowProgram(ORACLE, add(1));
    await count();
    same.assertNoDifference();
    same.restore();
    const other = stage.svm.shadowProgram(ORACLE, add(2));
    await count();
    expect(stage.svm.getAccount(BOX)).toMatchObject({ data: new Uint8Array([1, 0]) });
    expect([same, other].map(({ callCount, differences }) => [callCount, differences.length])).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  test('nothing to shadow', () => {
    const model = defineProgram(() => {});
    expect(() => stage.svm.shadowProgram(ORACLE, model)).toThrow(expect.objectContaining({ code: 'NO_PROGRAM' }));
  });
});

describe('matchers', () => {
  test('of what happened', async () => {
    const outcome = await stage.send(alice, [transferSol(5n)]);
    expect(outcome).toSucceed();
    expect(outcome).not.toFailWith('InsufficientFunds');
    expect(outcome).toChangeLamports(bob.address, 5n);
    expect(outcome).toChangeLamports(alice.address, -5n);
    expect(outcome).toMatchTrace();
  });

  test('of calls', async () => {
    const mint = await createTokens(stage, alice, []);
    const create = await getCreateAssociatedTokenInstructionAsync({ payer: alice, owner: alice.address, mint });
    const outcome = await stage.send(alice, [create]);
    expect(outcome).toInvoke(TOKEN_PROGRAM_ADDRESS, 'InitializeAccount3');
    expect(outcome).toInvoke(SYSTEM_PROGRAM_ADDRESS);
    expect(outcome).not.toInvoke(TOKEN_PROGRAM_ADDRESS, 'MintTo');
    expect(outcome).toBeSignedBy(create.accounts[1].address);
    expect(outcome).toLog(/Initialize/);
    const accounts = create.accounts.map((meta, i) => (i === 1 ? { ...meta, role: AccountRole.READONLY } : meta));
    stage.svm.expireBlockhash();
    const other = await stage.wallet(3);
    const again = await getCreateAssociatedTokenInstructionAsync({ payer: alice, owner: other.address, mint });
    const refused = await stage.send(alice, [
      {
        ...again,
        accounts: again.accounts.map((meta, i) => (i === 1 ? { ...meta, role: AccountRole.READONLY } : meta)),
      },
    ]);
    expect(accounts).toHaveLength(6);
    expect(refused).toRefuseInvoke('writable');
    expect(refused).toRefuseInvoke('PrivilegeEscalation');
    expect(refused).toFailWith('PrivilegeEscalation');
  });

  test('of errors, in every form', async () => {
    const outcome = await stage.send(alice, [transferSol(1_000n * SOL)]);
    expect(outcome).toFailWith(1);
    expect(outcome).toFailWith('ResultWithNegativeLamports');
    expect(outcome).toFailWith({ InstructionError: [0, { Custom: 1 }] });
    expect(outcome).toChangeLamports(bob.address, 0n);
  });

  test('a failed one prints the tree; the plain form throws it', async () => {
    const outcome = await stage.send(alice, [transferSol(5n)]);
    expect(() => expect(outcome).toFailWith('InvalidArgument')).toThrow(/it succeeded[\s\S]*System::TransferSol/);
    expect(() => assertOutcome.toChangeLamports(outcome, bob.address, 6n)).toThrow('they changed by 5');
    assertOutcome.toSucceed(outcome);
  });
});

test('the matchers are what expect.extend of jest wants: functions of what was received, which say pass and message', async () => {
  const snapshots: unknown[] = [];
  const matchers = createMatchers((value) => ({ toMatchSnapshot: () => void snapshots.push(value) }));
  const outcome = await stage.send(alice, [transferSol(5n)]);
  const expected = {
    toSucceed: [[], true],
    toFailWith: [[6000], false],
    toInvoke: [[ORACLE], false],
    toRefuseInvoke: [[], false],
    toBeSignedBy: [[bob.address], false],
    toChangeLamports: [[bob.address, 5n], true],
    toChangeTokens: [[bob.address, 0n], true],
    toLog: [['success'], true],
    toMatchTrace: [[], true],
  } as const;
  expect(Object.keys(matchers)).toEqual(Object.keys(expected));
  for (const [name, [args, pass]] of Object.entries(expected)) {
    const matcher = matchers[name as keyof typeof matchers] as (...all: readonly unknown[]) => unknown;
    // No matcher looks at `this`, which is another in each runner.
    const result = matcher.call(undefined, outcome, ...args) as { pass: boolean; message: () => string };
    expect([name, result.pass, typeof result.message()]).toEqual([name, pass, 'string']);
  }
  expect(snapshots).toHaveLength(1);
});
