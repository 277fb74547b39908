// Nothing that goes wrong in a program, or in a program it calls, can be caught into success, end the process, or cost a trace.

import { AccountRole, type Address, type KeyPairSigner } from '@solana/kit';
import { beforeEach, expect, test } from 'vitest';
import {
  type AccountInfo,
  defineProgram,
  findProgramAddress,
  invoke,
  ProgramError,
  type TypeScriptProgram,
} from '../../src/program/index.ts';
import { formatTrace } from '../../src/trace/index.ts';
import { Stage } from './stage.ts';

const CALLER = 'ForwardA11111111111111111111111111111111111' as Address;
const CALLEE = 'ForwardB11111111111111111111111111111111111' as Address;
const BOX = 'To11Box111111111111111111111111111111111111' as Address;

let stage: Stage;
let alice: KeyPairSigner;
beforeEach(async () => {
  stage = new Stage();
  alice = await stage.wallet(1);
  stage.account(BOX, CALLER, new Uint8Array(8));
});

const call = (accounts: readonly AccountInfo[], infos: readonly AccountInfo[] = accounts) =>
  invoke({ programAddress: CALLEE, accounts: [{ address: BOX, role: AccountRole.READONLY }] }, [...infos]);

async function send(caller: TypeScriptProgram, callee: TypeScriptProgram = defineProgram(() => {})) {
  stage.svm.addProgram(CALLER, caller);
  stage.svm.addProgram(CALLEE, callee);
  const accounts = [
    { address: BOX, role: AccountRole.WRITABLE },
    { address: CALLEE, role: AccountRole.READONLY },
  ];
  return stage.send(alice, [{ programAddress: CALLER, accounts }]);
}

const catching = (run: (accounts: readonly AccountInfo[]) => void) =>
  defineProgram((_id, accounts) => {
    try {
      run(accounts);
    } catch {}
    accounts[0].data[0] = 7;
  });

test('an account that is none fails the call, caught or not, and the tree can be printed', async () => {
  const outcome = await send(catching((accounts) => call(accounts, [undefined as never, ...accounts])));
  expect(outcome.error).toEqual({ InstructionError: [0, 'ProgramFailedToComplete'] });
  expect(formatTrace(outcome.trace)).toContain('panicked');
});

test('an async program that is called is refused, whoever catches it; its promise ends nothing', async () => {
  const async = defineProgram((async () => {
    throw new Error('boom');
  }) as never);
  await expect(send(catching(call), async)).rejects.toMatchObject({ code: 'ASYNC_PROGRAM' });
  expect(stage.svm.getAccount(BOX)).toMatchObject({ data: new Uint8Array(8) });
});

test.each<readonly [string, unknown]>([
  ['without a prototype', Object.create(null)],
  ['whose text throws', { toJSON: () => JSON.parse('{') }],
  ['undefined', undefined],
])('a thrown value %s is a panic', async (_name, value) => {
  const outcome = await send(
    defineProgram(() => {
      throw value;
    }),
  );
  expect(outcome.error).toEqual({ InstructionError: [0, 'ProgramFailedToComplete'] });
});

test.each<readonly [string, () => number]>([
  ['NaN', () => Number.NaN],
  ['a half', () => 1.5],
  ['less than none', () => -1],
  ['undefined', () => undefined as never],
])('compute units of %s are a panic', async (_name, computeUnits) => {
  const outcome = await send(defineProgram(() => {}, { computeUnits }));
  expect(outcome.error).toEqual({ InstructionError: [0, 'ProgramFailedToComplete'] });
});

test('what throws where units are declared fails the program', async () => {
  const computeUnits = () => {
    throw new ProgramError('InvalidInstructionData');
  };
  const outcome = await send(defineProgram(() => {}, { computeUnits }));
  expect(outcome.error).toEqual({ InstructionError: [0, 'InvalidInstructionData'] });
});

test.each([[300], [-1], [1.5], [undefined]])('a seed of %s is a panic', async (seed) => {
  const outcome = await send(defineProgram((id) => void findProgramAddress([seed as never], id)));
  expect(outcome.error).toEqual({ InstructionError: [0, 'ProgramFailedToComplete'] });
});

test.each([
  [2 ** 32 + 7, 7],
  [-1, 0xffff_ffff],
])("an error's code is a u32: %d", async (code, expected) => {
  const outcome = await send(
    defineProgram(() => {
      throw new ProgramError({ Custom: code });
    }),
  );
  expect(outcome.error).toEqual({ InstructionError: [0, { Custom: expected }] });
});
