// What a program in TypeScript can do and can't: calls, refusals and their traces, return data, sysvars, introspection.

import { AccountRole, type Address, createNoopSigner, type Instruction, type KeyPairSigner } from '@solana/kit';
import { getTransferSolInstruction, SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import { beforeEach, describe, expect, test } from 'vitest';
import * as sol from '../../src/program/index.ts';
import { callsOf, formatTrace } from '../../src/trace/index.ts';
import { SOL, Stage } from './stage.ts';

const PROGRAM = 'ForwardA11111111111111111111111111111111111' as Address;
const OTHER = 'ForwardB11111111111111111111111111111111111' as Address;
const BOX = 'To11Box111111111111111111111111111111111111' as Address;

let stage: Stage;
let alice: KeyPairSigner;
let bob: KeyPairSigner;
beforeEach(async () => {
  stage = new Stage();
  [alice, bob] = [await stage.wallet(1), await stage.wallet(2)];
});

const bytes = (...values: number[]) => new Uint8Array(values);

/** Runs a program with alice (signs, writable), bob (writable), the box (its own, writable) and System. */
async function run(process: sol.Process, options: sol.ProgramOptions = {}, data = bytes()) {
  stage.svm.addProgram(PROGRAM, sol.defineProgram(process, options));
  if (!stage.svm.getAccount(BOX).exists) stage.account(BOX, PROGRAM, new Uint8Array(8));
  const accounts: Instruction['accounts'] = [
    { address: alice.address, role: AccountRole.WRITABLE_SIGNER },
    { address: bob.address, role: AccountRole.WRITABLE },
    { address: BOX, role: AccountRole.WRITABLE },
    { address: SYSTEM_PROGRAM_ADDRESS, role: AccountRole.READONLY },
    ...(stage.svm.getAccount(OTHER).exists ? [{ address: OTHER, role: AccountRole.READONLY }] : []),
  ];
  return stage.send(alice, [{ programAddress: PROGRAM, accounts, data }]);
}

const transfer = (from: sol.AccountInfo, to: sol.AccountInfo, amount: bigint) =>
  getTransferSolInstruction({ source: createNoopSigner(from.key), destination: to.key, amount });

describe('calls', () => {
  test('the caller waits, and sees what its callee did', async () => {
    const outcome = await run((_id, accounts) => {
      const [from, to] = accounts;
      sol.msg(`before ${to.lamports}`);
      sol.invoke(transfer(from, to, 5n), accounts);
      sol.msg(`after ${to.lamports}`);
    });
    expect(outcome.logs).toContain(`Program log: before ${100n * SOL}`);
    expect(outcome.logs).toContain(`Program log: after ${100n * SOL + 5n}`);
  });

  test('the callee sees what its caller has written', async () => {
    stage.svm.addProgram(
      OTHER,
      sol.defineProgram((_id, [box]) => sol.msg(`sees ${box.data[0]}`)),
    );
    const outcome = await run((_id, accounts) => {
      accounts[2].data[0] = 42;
      sol.invoke({ programAddress: OTHER, accounts: [{ address: BOX, role: AccountRole.READONLY }] }, accounts);
    });
    expect(outcome.logs).toContain('Program log: sees 42');
  });

  test('a refused call is a frame of the trace, and can not be caught into success', async () => {
    const outcome = await run((_id, accounts) => {
      try {
        sol.invoke(transfer(accounts[1], accounts[0], 5n), accounts);
      } catch {
        // On the chain nothing comes back from a call that failed.
      }
    });
    expect(outcome.error).toEqual({ InstructionError: [0, 'PrivilegeEscalation'] });
    const [call] = callsOf(outcome.trace.instructions[0]);
    expect(call).toMatchObject({ verdict: 'refused', abi: 'typescript', programAddress: SYSTEM_PROGRAM_ADDRESS });
    expect(call.failure?.refusal).toMatchObject({ asked: 'signer', account: bob.address });
    expect(formatTrace(outcome.trace)).toContain('asked as signer, has not signed');
  });

  test.each([
    ['a seed over 32 bytes', [['x'.repeat(33)]], 'BadSeeds'],
    ['seeds on the curve', [['vault', 3]], undefined],
    ['17 seeds', [Array.from({ length: 17 }, () => 'a')], 'MaxSeedLengthExceeded'],
    ['17 signers', Array.from({ length: 17 }, () => ['a', 255]), 'TooManySigners'],
  ])('%s', async (_name, seeds, kind) => {
    const outcome = await run((_id, accounts) =>
      sol.invokeSigned(transfer(accounts[1], accounts[0], 5n), accounts, seeds),
    );
    expect(outcome.error).not.toBeNull();
    const [call] = callsOf(outcome.trace.instructions[0]);
    expect(call.verdict).toBe('refused');
    if (kind !== undefined) expect(call.failure?.kind).toBe(kind);
  });

  test('an account that is not among the infos', async () => {
    const outcome = await run((_id, [from, to]) => sol.invoke(transfer(from, to, 5n), [from]));
    expect(outcome.error).toEqual({ InstructionError: [0, 'MissingAccount'] });
    expect(outcome.logs).toContain(`Instruction references an unknown account ${bob.address}`);
  });

  test('a program that the instruction was not given', async () => {
    const outcome = await run((_id, accounts) => sol.invoke({ programAddress: OTHER }, accounts));
    expect(outcome.error).toEqual({ InstructionError: [0, 'MissingAccount'] });
    expect(outcome.logs).toContain(`Unknown program ${OTHER}`);
  });

  test('an address derived from seeds signs', async () => {
    const { getProgramDerivedAddress } = await import('@solana/kit');
    const [vault, bump] = await getProgramDerivedAddress({ programAddress: PROGRAM, seeds: ['vault'] });
    stage.account(vault, SYSTEM_PROGRAM_ADDRESS);
    stage.svm.addProgram(
      PROGRAM,
      sol.defineProgram((_id, accounts) =>
        sol.invokeSigned(transfer(accounts[0], accounts[1], 7n), accounts, [['vault', bump]]),
      ),
    );
    const accounts = [
      { address: vault, role: AccountRole.WRITABLE },
      { address: bob.address, role: AccountRole.WRITABLE },
      { address: SYSTEM_PROGRAM_ADDRESS, role: AccountRole.READONLY },
    ];
    const outcome = await stage.send(alice, [{ programAddress: PROGRAM, accounts }]);
    expect(outcome.error).toBeNull();
    expect(stage.svm.getBalance(bob.address)).toBe(100n * SOL + 7n);
    expect(callsOf(outcome.trace.instructions[0])[0].signers).toMatchObject([{ address: vault }]);
  });
});

describe('failures', () => {
  test.each([
    [
      'a standard error',
      () => {
        throw new sol.ProgramError('IncorrectProgramId');
      },
      'IncorrectProgramId',
    ],
    [
      'a number',
      () => {
        throw sol.ProgramError.custom(6001);
      },
      { Custom: 6001 },
    ],
    [
      'any other error is a panic',
      () => {
        throw new TypeError('no such thing');
      },
      'ProgramFailedToComplete',
    ],
    [
      'lamports below zero are a panic',
      (_id: Address, [a]: readonly sol.AccountInfo[]) => {
        a.lamports -= 1000n * SOL;
      },
      'ProgramFailedToComplete',
    ],
    [
      'a text that is no address is a panic',
      () => sol.createProgramAddress([], 'nonsense' as Address),
      'ProgramFailedToComplete',
    ],
  ] as const)('%s', async (_name, process, error) => {
    const outcome = await run(process as sol.Process);
    expect(outcome.error).toEqual({ InstructionError: [0, error] });
  });

  test('a panic says in the log what was thrown, and in the trace where', async () => {
    const outcome = await run(() => {
      throw new TypeError('no such thing');
    });
    expect(outcome.logs).toContain('Program log: panicked at TypeError: no such thing');
    expect(outcome.trace.instructions[0].failure?.refusal?.detail).toContain('native.test.ts');
  });

  test('nothing of a failed transaction stays', async () => {
    await run((_id, accounts) => {
      accounts[2].data[0] = 1;
      throw sol.ProgramError.custom(1);
    });
    expect(stage.svm.getAccount(BOX)).toMatchObject({ data: new Uint8Array(8) });
  });

  test('a promise is the mistake of who wrote the program', async () => {
    // @ts-expect-error it can not even be written
    await expect(run(async () => {})).rejects.toMatchObject({ code: 'ASYNC_PROGRAM' });
  });

  test('outside of a program there is nothing to ask', () => {
    expect(() => sol.msg('hello')).toThrow(expect.objectContaining({ code: 'NOT_IN_PROGRAM' }));
  });
});

describe('what a program asks for', () => {
  test('return data goes to the caller', async () => {
    stage.svm.addProgram(
      OTHER,
      sol.defineProgram(() => sol.setReturnData(bytes(1, 2, 3))),
    );
    const outcome = await run((_id, accounts) => {
      sol.invoke({ programAddress: OTHER }, accounts);
      const returned = sol.getReturnData();
      sol.msg(`${returned?.programId} ${returned?.data}`);
    });
    expect(outcome.logs).toContain(`Program log: ${OTHER} 1,2,3`);
    expect(outcome.logs).toContain(`Program return: ${OTHER} AQID`);
  });

  test('more than 1024 bytes of return data end the program', async () => {
    const outcome = await run(() => sol.setReturnData(new Uint8Array(1025)));
    expect(outcome.logs.at(-1)).toBe(`Program ${PROGRAM} failed: Return data too large (1025 > 1024)`);
  });

  test('sysvars, stack height, siblings, events', async () => {
    const outcome = await run((_id, accounts) => {
      sol.invoke(transfer(accounts[0], accounts[1], 1n), accounts);
      sol.msg(`${sol.getClock().slot} ${sol.getRent().minimumBalance(0)} ${sol.getEpochSchedule().slotsPerEpoch}`);
      sol.msg(`${sol.getStackHeight()} ${sol.getProcessedSiblingInstruction(0)}`);
      sol.solLogData([bytes(1), bytes(2)]);
    });
    const { slot } = stage.svm.getClock();
    expect(outcome.logs).toContain(`Program log: ${slot} 890880 432000`);
    expect(outcome.logs).toContain('Program log: 1 undefined');
    expect(outcome.logs).toContain('Program data: AQ== Ag==');
  });

  test('its cost is what it declares, its syscalls at their price; the trace says it is an estimate', async () => {
    const outcome = await run(() => sol.msg('hi'), { computeUnits: 500 });
    expect(outcome.computeUnitsConsumed).toBe(600n);
    expect(outcome.trace.instructions[0].computeUnits).toMatchObject({ own: 600, isEstimate: true });
    expect(formatTrace(outcome.trace)).toContain('~600');
  });

  test('units that ran out can not be caught', async () => {
    const outcome = await run(() => {
      for (;;) {
        try {
          sol.findProgramAddress(['a'], PROGRAM);
        } catch {
          return;
        }
      }
    });
    expect(outcome.error).toEqual({ InstructionError: [0, 'ComputationalBudgetExceeded'] });
  });
});

test('the program is run once, however often the trace is read', async () => {
  let runs = 0;
  const outcome = await run(() => {
    runs++;
  });
  expect(outcome.trace.verdict).toBe('success');
  expect(formatTrace(outcome.trace)).toBe(formatTrace(outcome.trace));
  expect(runs).toBe(1);
});

test('a snapshot brings back the program that was there', async () => {
  const snapshot = stage.svm.snapshot();
  await run(() => sol.msg('one'));
  stage.svm.revert(snapshot);
  expect(stage.svm.getAccount(PROGRAM).exists).toBe(false);
  expect((await run(() => sol.msg('two'))).logs).toContain('Program log: two');
});
