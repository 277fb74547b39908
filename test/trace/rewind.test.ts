// Stepping through transactions: what stands at a moment is what an independent run finds there, on the way forward and on
// the way back.

import { createHash } from 'node:crypto';
import type { Address } from '@solana/kit';
import { describe, expect, test } from 'vitest';
import { SCENARIOS } from '../../src/node/demo/index.ts';
import { Stage } from '../../src/node/demo/stage.ts';
import { defineProgram, msg } from '../../src/program/index.ts';
import type { MachineRun } from '../../src/runtime/execution-events.ts';
import { executeTransaction, type PreparedTransaction } from '../../src/runtime/transaction-processor.ts';
import { MM_INPUT_START } from '../../src/sbpf/address-space.ts';
import { assembleElf } from '../../src/sbpf/index.ts';
import { recordOf, type TransactionOutcome } from '../../src/testing/outcome.ts';
import { type Rewind, rewind } from '../../src/testing/rewind.ts';
import type { StilledMachine } from '../../src/testing/rewind-machine.ts';
import { momentText, parseMoment } from '../../src/trace/rewind.ts';
import { ReferenceInterpreter } from '../sbpf/reference-interpreter.ts';

const PROGRAM = 'Spin111111111111111111111111111111111111111' as Address;

/** All that stands at the session's moment, to be compared. */
function stateOf(session: Rewind): string {
  const { moment, unitsConsumed, unitsRemaining, logs, accounts, machine } = session.point;
  const stack = machine?.memory(0x2_0000_0000, 4096);
  const parts = [moment, unitsConsumed, unitsRemaining, logs, machine?.registers, machine?.callStack, accounts, stack];
  return textOf(parts);
}

/** As JSON, long data as its hash. */
function textOf(parts: unknown): string {
  return JSON.stringify(parts, (_, value: unknown) => {
    if (value instanceof Uint8Array) return createHash('sha1').update(value).digest('hex');
    return typeof value === 'bigint' ? `${value}` : value;
  });
}

/** What a run of its own sees before each instruction: program, registers and units, in order. */
function watchRun(outcome: TransactionOutcome): string[] {
  const seen: string[] = [];
  executeTransaction(recordOf(outcome).prepared as PreparedTransaction, {
    on: () => {},
    watch: ({ instruction }: MachineRun) => {
      return (vm) => seen.push(`${instruction.programId} ${vm.pc} ${vm.registers()} ${vm.meter.remaining}`);
    },
  });
  return seen;
}

/** How many moments of a transaction are compared in full. */
const COMPARED = 30;

// One that succeeds, two whose calls fail, one that is refused, one that calls itself.
const PLAYED = ['ata-create', 'ata-poor-payer', 'ata-readonly', 'vault-wrong-bump', 'recursion'];

describe.each(PLAYED)('%s', (name) => {
  const play = () => SCENARIOS.find((scenario) => scenario.name === name)!.play(new Stage());

  test('ends as the transaction did', async () => {
    const outcome = await play();
    const session = rewind(outcome).goTo('end');
    expect(session.unitsConsumed).toBe(Number(outcome.computeUnitsConsumed));
    expect(session.logs).toEqual(outcome.logs);
    const after = session.trace.accounts.map((account) => account.after);
    expect(textOf(session.accounts.map(({ now }) => now))).toBe(textOf(after));
    expect(session.next() || session.stepIn()).toBe(false);
  });

  test('is at each step where a run of its own is', async () => {
    const outcome = await play();
    const session = rewind(outcome);
    const seen = watchRun(outcome);
    let count = 0;
    do {
      if (session.moment.type !== 'step') continue;
      if (count % Math.ceil(seen.length / COMPARED) === 0) {
        const { frame, pc, registers, unitsRemaining } = session;
        expect(`${frame!.programAddress} ${pc} ${registers} ${unitsRemaining}`).toBe(seen[count]);
      }
      count++;
    } while (session.stepIn());
    expect(count).toBe(seen.length);
  });

  test('backwards is forwards the other way round', async () => {
    const session = rewind(await play());
    const compared = Math.ceil(session.frames.reduce((sum, { stepCount }) => sum + stepCount, 1) / COMPARED);
    const ways = [
      [() => session.next(), () => session.previous(), 1],
      [() => session.stepIn(), () => session.stepBackIn(), compared],
    ] as const;
    for (const [go, back, stride] of ways) {
      session.goTo('start');
      const show = (i: number) => `${momentText(session.moment)} ${i % stride === 0 ? stateOf(session) : ''}`;
      const forwards: string[] = [];
      do forwards.push(show(forwards.length));
      while (go());
      const backwards: string[] = [];
      for (let i = forwards.length - 1; i >= 0; i--, back()) backwards.unshift(show(i));
      expect(backwards).toEqual(forwards);
      expect(back()).toBe(false);
    }
  });
});

describe('within a program', () => {
  const SOURCE = `
    entrypoint:
      mov64 r6, r1
      mov64 r7, 0
    again:
      mov64 r1, r7
      call square
      stxdw [r10-8], r0
      add64 r7, 1
      jlt r7, 5, again
      mov64 r0, 0
      exit
    square:
      mov64 r0, r1
      mul64 r0, r1
      stxdw [r10-16], r0
      exit`;

  async function session(source = SOURCE): Promise<Rewind> {
    const stage = new Stage();
    const alice = await stage.wallet('alice');
    stage.svm.addProgram(PROGRAM, assembleElf(source));
    const accounts = [{ address: alice.address, role: 3 as const }];
    return rewind(await stage.send(alice, [{ programAddress: PROGRAM, accounts, data: new Uint8Array([7]) }]));
  }

  test('registers and stack are those of a second interpreter, step by step', async () => {
    const rewound = await session();
    rewound.goTo({ frame: [0], step: 0 });
    const { machine } = rewound.point;
    const input = machine!.memory(MM_INPUT_START, 1 << 20);
    const reference = new ReferenceInterpreter((machine as StilledMachine).executable, input, 32 * 1024);
    // Where the instruction data lies.
    reference.r[2] = machine!.registers[2];
    const show = (pc: number, registers: readonly bigint[], stack: Uint8Array) => `${pc} ${registers} ${stack}`;
    const seen: string[] = [];
    const expected: string[] = [];
    do {
      seen.push(show(rewound.pc!, rewound.registers!, rewound.machine!.memory(0x2_0000_0f00, 256)));
      expected.push(show(reference.pc, reference.r, reference.memory[1].bytes.subarray(0xf00, 0x1000)));
      reference.step(1000);
    } while (rewound.step() && rewound.moment.type === 'step');
    expect(seen).toEqual(expected);
    expect(rewound.moment).toEqual({ type: 'exit', frame: [0] });
    expect(reference.instructions).toBe(rewound.frames[0].stepCount);
  });

  test('a step over leaves out the function, a step out ends it', async () => {
    const rewound = await session();
    rewound.goTo({ frame: [0], step: 3 });
    expect(rewound.machine!.disassembly(0, 0)[0].text).toBe('call function_9');
    rewound.stepOver();
    expect([rewound.pc, rewound.registers![0]]).toEqual([4, 0n]);
    rewound.runTo((step) => step.depth === 1 && step.register(1) === 3n);
    expect([rewound.symbol, rewound.callStack.map(({ pc }) => pc)]).toEqual(['function_9', [9, 3]]);
    rewound.stepOut();
    expect([rewound.pc, rewound.registers![0]]).toEqual([4, 9n]);
    rewound.goTo({ frame: [0], step: rewound.frames[0].stepCount - 1 }).stepOut();
    expect(rewound.moment).toEqual({ type: 'exit', frame: [0] });
  });

  test('it runs to a slot, a function, a condition, and back', async () => {
    const rewound = await session();
    expect(rewound.runTo('function_9') && rewound.registers![1]).toBe(0n);
    expect(rewound.runTo(9) && rewound.registers![1]).toBe(1n);
    expect(rewound.runTo((step) => step.memory(0x2_0000_0ff8, 8)[0] === 16)).toBe(true);
    expect(rewound.registers![7]).toBe(4n);
    expect(rewound.runBackTo(9) && rewound.registers![1]).toBe(4n);
    expect(rewound.runBackTo(9) && rewound.registers![1]).toBe(3n);
    const { moment } = rewound;
    expect(rewound.runTo('nowhere')).toBe(false);
    expect(rewound.moment).toEqual(moment);
  });

  test('an address is told in words, and what is not mapped is empty', async () => {
    const rewound = await session();
    rewound.goTo({ frame: [0], step: 1 });
    const { machine } = rewound;
    expect(machine!.region(machine!.registers[6])).toBe('the number of accounts');
    expect(machine!.region(machine!.registers[6] + 8n + 72n)).toBe('the lamports of account 0 (alice)');
    expect(machine!.region(machine!.registers[2])).toBe('byte 0 of the 1 bytes of instruction data');
    expect(machine!.region(machine!.registers[10] - 8n)).toBe('byte 4088 of the stack');
    expect(machine!.region(0)).toBe('a null pointer');
    expect(machine!.memory(0, 8)).toEqual(new Uint8Array(0));
    expect(machine!.memory(0x3_0000_8000, 8)).toEqual(new Uint8Array(0));
  });

  test('an account is seen as the program has it in its memory, before the runtime knows', async () => {
    const rewound = await session(`
      entrypoint:
        ldxdw r2, [r1+80]
        sub64 r2, 5
        stxdw [r1+80], r2
        mov64 r0, 0
        exit`);
    rewound.goTo({ frame: [0], step: 2 });
    const { before } = rewound.accounts[0];
    expect(rewound.accounts[0].now.lamports).toBe(before.lamports);
    rewound.step();
    expect(rewound.accounts[0].now.lamports).toBe(before.lamports - 5n);
    expect(rewound.trace.errorText).toContain('does not own');
    rewound.stepBack();
    expect(rewound.accounts[0].now.lamports).toBe(before.lamports);
  });
});

test('a transaction with a program in TypeScript has boundaries and no steps, and does not run twice', async () => {
  const stage = new Stage();
  const alice = await stage.wallet('alice');
  let runs = 0;
  const run = () => {
    runs++;
    msg('here');
  };
  stage.svm.addProgram(PROGRAM, defineProgram(run));
  const outcome = await stage.send(alice, [{ programAddress: PROGRAM }]);
  const session = rewind(outcome);
  const seen: string[] = [];
  do seen.push(`${momentText(session.moment)} ${session.logs.length}`);
  while (session.stepIn());
  expect(seen).toEqual(['start 0', '#0 enter 0', '#0 exit 4', 'end 4']);
  expect([runs, session.hasSteps, session.machine]).toEqual([1, false, null]);
});

test('what is not there is a mistake of the caller', async () => {
  const [scenario] = SCENARIOS;
  const session = rewind(await scenario.play(new Stage()));
  expect(() => session.goTo({ frame: [9] })).toThrow('A frame must be one of #0, #0.0');
  expect(() => session.goTo({ frame: [0], step: 1_000_000 })).toThrow('A step of #0 must be a number from 0 to ');
  expect(() => session.goTo({ frame: [0], at: 'call' })).toThrow('A moment of #0 must be one of enter, exit');
});

test('a moment is written as it is read', () => {
  expect(parseMoment('#0.1:12')).toEqual({ frame: [0, 1], step: 12 });
  expect(parseMoment('2:exit')).toEqual({ frame: [2], at: 'exit' });
  expect(parseMoment('end')).toBe('end');
  expect(parseMoment('0:x')).toBeUndefined();
});
