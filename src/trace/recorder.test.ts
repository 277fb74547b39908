import { describe, expect, it } from 'vitest';
import { meta, runStaged, type StagedProgram, testKey } from '../../test/support/staged-transaction.ts';
import { SYSTEM_PROGRAM_ID } from '../runtime/addresses.ts';
import { fail, SyscallError } from '../runtime/errors.ts';
import type { ExecutionEvent, ExecutionListener, Instruction } from '../runtime/execution-events.ts';
import type { Fault } from '../runtime/fault.ts';
import type { InvokeContext } from '../runtime/invoke-context.ts';
import { type OutcomeFacts, TraceRecorder } from './recorder.ts';
import { callsOf, pathToOrigin, type TransactionTrace } from './transaction-trace.ts';

const payer = testKey(1);
const vault = testKey(2);
const outer = testKey(10);
const inner = testKey(11);
const NO_DATA = new Uint8Array(0);

interface Scene {
  readonly outer: StagedProgram;
  readonly inner?: StagedProgram;
  readonly vaultFlags?: '' | 'w';
  readonly computeUnitLimit?: number;
  readonly facts?: Partial<OutcomeFacts>;
  readonly listener?: ExecutionListener;
}

/** One instruction of `outer`, which holds the payer, the vault, and the two programs it may call. */
function play(scene: Scene): TransactionTrace {
  const { inner: innerProgram = (c: InvokeContext) => c.consume(100), vaultFlags = 'w' } = scene;
  const recorder = new TraceRecorder();
  const listener: ExecutionListener = {
    on(event: ExecutionEvent) {
      recorder.on(event);
      scene.listener?.on(event);
    },
  };
  const { finalAccounts: _, ...outcome } = runStaged(
    {
      accounts: [
        { key: payer, lamports: 1_000n },
        { key: vault, lamports: 500n, owner: inner, data: new Uint8Array(4) },
        { key: outer, program: scene.outer },
        { key: inner, program: innerProgram },
      ],
      instructions: [
        {
          programId: outer,
          accounts: [meta(payer, 'sw'), meta(vault, vaultFlags), meta(outer), meta(inner)],
          data: new Uint8Array([1]),
        },
      ],
      computeUnitLimit: scene.computeUnitLimit ?? 10_000,
    },
    listener,
  );
  return recorder.trace({ ...outcome, ...scene.facts });
}

function callInner(
  context: InvokeContext,
  overrides: Partial<Instruction> = {},
  signers: Parameters<InvokeContext['nativeInvoke']>[1] = [],
) {
  context.nativeInvoke({ programId: inner, accounts: [meta(vault, 'w')], data: NO_DATA, ...overrides }, signers);
}

/** Moves lamports from the vault to the payer, as the vault's owner may. */
function move(context: InvokeContext, lamports: bigint, kept = 0n) {
  const from = context.current.borrow(0);
  from.setLamports(from.lamports - lamports);
  from.release();
  const to = context.current.borrow(1);
  to.setLamports(to.lamports + lamports - kept);
  to.release();
}

describe('compute units', () => {
  it('are split into own and those of calls, and sum to what the transaction consumed', () => {
    const trace = play({
      outer: (c) => {
        c.consume(1_000);
        callInner(c);
        c.consume(30);
        callInner(c);
      },
    });
    const [top] = trace.instructions;
    expect(top.computeUnits).toEqual({ own: 1_030, total: 1_230, call: 0, forfeited: 0 });
    expect(callsOf(top).map((call) => call.computeUnits.total)).toEqual([100, 100]);
    expect(trace.computeUnits).toEqual({ consumed: 1_230, limit: 10_000 });
  });

  it('of asking for a call are the caller’s, refused or not', () => {
    const trace = play({
      outer: (c) => {
        c.consume(1);
        c.listener!.on({ type: 'attempt', abi: 'rust', caller: c.current, unitsRemaining: c.meter.remaining });
        c.consume(946);
        c.listener!.on({
          type: 'attemptEnd',
          failure: new SyscallError('InvalidPointer', 'Invalid pointer'),
          step: 'translate_accounts',
          unitsRemaining: c.meter.remaining,
        });
        fail('InvalidArgument');
      },
    });
    const [top] = trace.instructions;
    expect(top.computeUnits).toMatchObject({ own: 947, total: 947 });
    expect(callsOf(top)[0].computeUnits).toEqual({ own: 0, total: 0, call: 946, forfeited: 0 });
  });

  it('that a fault of the machine took are told apart from those that were used', () => {
    const trace = play({
      outer: (c) => {
        c.consume(200);
        c.listener!.on({ type: 'fault', fault: {} as Fault, forfeited: c.meter.remaining });
        c.meter.remaining = 0;
        throw new SyscallError('AccessViolation', 'Access violation');
      },
    });
    expect(trace.instructions[0].computeUnits).toEqual({ own: 10_000, total: 10_000, call: 0, forfeited: 9_800 });
  });
});

describe('steps', () => {
  it('keep log lines and calls in order, each line in the frame that wrote it', () => {
    const trace = play({
      outer: (c) => {
        c.consume(1);
        c.log('Program log: before');
        callInner(c);
        c.log('Program data: AA==');
      },
      inner: (c) => {
        c.consume(1);
        c.log('Program log: Program 11111111111111111111111111111111 success');
      },
    });
    const [top] = trace.instructions;
    const summary = (frame: typeof top): unknown[] => {
      return frame.steps.map((step) => (step.type === 'log' ? step.kind : summary(step.frame)));
    };
    expect(summary(top)).toEqual(['invoke', 'log', ['invoke', 'log', 'success'], 'data', 'success']);
  });

  it('put the runtime’s words on a refusal into the refused frame', () => {
    const trace = play({ outer: (c) => callInner(c), vaultFlags: '' });
    const [call] = callsOf(trace.instructions[0]);
    expect(call.steps).toEqual([
      { type: 'log', kind: 'runtime', line: `${vault}'s writable privilege escalated`, isKept: true },
    ]);
  });
});

describe('a refused call', () => {
  const trace = play({
    outer: (c) =>
      callInner(c, { accounts: [meta(vault, 'sw'), meta(payer, 's')], data: new Uint8Array([9]) }, [
        { address: vault, seeds: [new TextEncoder().encode('vault'), new Uint8Array([255])] },
      ]),
    vaultFlags: '',
  });
  const [top] = trace.instructions;
  const [call] = callsOf(top);

  it('is a frame like any other', () => {
    expect(call).toMatchObject({
      path: [0, 0],
      verdict: 'refused',
      programAddress: inner.toString(),
      stackHeight: 2,
      abi: 'native',
      data: new Uint8Array([9]),
      signers: [
        {
          address: vault.toString(),
          seeds: [
            { kind: 'text', text: 'vault' },
            { kind: 'bump', text: '255' },
          ],
        },
      ],
    });
  });

  it('says of each account what was asked and what the caller held', () => {
    expect(call.accounts).toMatchObject([
      {
        address: vault.toString(),
        isSigner: true,
        isWritable: true,
        asked: { isSigner: true, isWritable: true },
        held: { isSigner: false, isWritable: false },
        isPdaSigner: true,
      },
      {
        address: payer.toString(),
        asked: { isSigner: true, isWritable: false },
        held: { isSigner: true, isWritable: true },
        isPdaSigner: false,
      },
    ]);
  });

  it('is the origin of the failure, and carries the facts of the rule', () => {
    expect(call.failure).toEqual({
      error: 'PrivilegeEscalation',
      kind: 'PrivilegeEscalation',
      text: 'Cross-program invocation with unauthorized signer or writable account',
      custom: null,
      isOrigin: true,
      stage: 'before',
      callStep: null,
      refusal: {
        rule: 'prepare_next_cpi_instruction',
        source: 'agave program-runtime/src/invoke_context.rs',
        account: vault.toString(),
        program: outer.toString(),
        asked: 'writable',
        held: { isSigner: false, isWritable: false },
        limit: null,
        actual: null,
        detail: null,
      },
    });
    expect(top.failure).toMatchObject({ error: 'PrivilegeEscalation', isOrigin: false, stage: 'run', refusal: null });
    expect(pathToOrigin(trace)).toEqual([top, call]);
  });

  it('may be one that could not even be read', () => {
    const unread = play({
      outer: (c) => {
        const { current: caller, meter } = c;
        c.listener!.on({ type: 'attempt', abi: 'c', caller, unitsRemaining: meter.remaining });
        const failure = new SyscallError('UnalignedPointer', 'Unaligned pointer');
        c.listener!.on({ type: 'attemptEnd', failure, step: 'translate_instruction', unitsRemaining: meter.remaining });
        throw failure;
      },
    });
    expect(callsOf(unread.instructions[0])[0]).toMatchObject({
      verdict: 'refused',
      programAddress: null,
      accounts: [],
      failure: {
        error: 'ProgramFailedToComplete',
        kind: 'UnalignedPointer',
        text: 'Unaligned pointer',
        callStep: 'translate_instruction',
      },
    });
  });
});

describe('a failure', () => {
  it('inside a callee belongs to the callee, and passes through its callers', () => {
    const trace = play({ outer: (c) => callInner(c), inner: () => fail({ Custom: 7 }) });
    const [top] = trace.instructions;
    const [call] = callsOf(top);
    expect(call).toMatchObject({
      verdict: 'failed',
      failure: { error: { Custom: 7 }, kind: 'Custom', isOrigin: true, stage: 'run' },
    });
    expect(top).toMatchObject({ verdict: 'failed', failure: { error: { Custom: 7 }, isOrigin: false } });
    expect(trace).toMatchObject({ verdict: 'failed', error: { InstructionError: [0, { Custom: 7 }] } });
  });

  it('folded into ProgramFailedToComplete keeps its own name and text', () => {
    const trace = play({
      outer: () => {
        throw new SyscallError('Panic', 'SBF program Panicked in a.rs at 1:2', { rule: 'sol_panic_', source: 'x' });
      },
    });
    expect(trace.instructions[0].failure).toMatchObject({
      error: 'ProgramFailedToComplete',
      kind: 'Panic',
      text: 'SBF program Panicked in a.rs at 1:2',
      refusal: { rule: 'sol_panic_' },
    });
  });

  it('of the caller after a call that succeeded is the caller’s own', () => {
    const trace = play({
      outer: (c) => {
        callInner(c);
        fail('InvalidAccountData');
      },
    });
    const [top] = trace.instructions;
    expect(top.failure).toMatchObject({ kind: 'InvalidAccountData', isOrigin: true });
    expect(callsOf(top)[0].verdict).toBe('success');
  });

  it('when results are handed back is of the stage after', () => {
    const trace = play({
      outer: (c) => {
        const { current: caller, meter, listener } = c;
        listener!.on({ type: 'attempt', abi: 'rust', caller, unitsRemaining: meter.remaining });
        listener!.on({
          type: 'attemptDescribed',
          instruction: { programId: inner, accounts: [], data: NO_DATA },
          signers: [],
        });
        c.processInstruction(c.prepareNextInstruction(inner, [], NO_DATA, []));
        const failure = new SyscallError('InvalidRealloc', 'Failed to reallocate account data');
        listener!.on({ type: 'attemptEnd', failure, step: 'update_caller_account', unitsRemaining: meter.remaining });
        throw failure;
      },
    });
    const [call] = callsOf(trace.instructions[0]);
    expect(call).toMatchObject({
      verdict: 'failed',
      failure: { stage: 'after', callStep: 'update_caller_account', isOrigin: true },
    });
  });
});

describe('changes', () => {
  const mover: StagedProgram = (c) => {
    c.consume(1);
    move(c, 200n);
    const account = c.current.borrow(0);
    account.dataMut()[2] = 5;
    account.release();
  };

  it('of a frame are its own, and those of its calls with them', () => {
    const trace = play({
      outer: (c) => {
        c.consume(1);
        callInner(c, { accounts: [meta(vault, 'w'), meta(payer, 'w')] });
      },
      inner: mover,
    });
    const [top] = trace.instructions;
    const [call] = callsOf(top);
    expect(top.ownChanges).toEqual([]);
    expect(call.ownChanges).toEqual(top.changes);
    expect(call.changes).toMatchObject([
      { address: payer.toString(), lamports: { before: 1_000n, after: 1_200n }, data: [] },
      {
        address: vault.toString(),
        lamports: { before: 500n, after: 300n },
        dataLength: { before: 4, after: 4 },
        data: [{ offset: 2, before: new Uint8Array([0]), after: new Uint8Array([5]) }],
      },
    ]);
    expect(trace.accounts[1].before).toMatchObject({ lamports: 500n, data: new Uint8Array(4) });
    expect(trace.accounts[1].after).toMatchObject({ lamports: 300n, data: new Uint8Array([0, 0, 5, 0]) });
  });

  it('that a program made before and after a call are two entries, whose sum is exact', () => {
    const trace = play({
      outer: (c) => {
        c.consume(1);
        const pay = (lamports: bigint) => {
          const account = c.transaction.accounts;
          account[1].lamports -= lamports;
          account[0].lamports += lamports;
        };
        pay(10n);
        c.nativeInvoke({ programId: inner, accounts: [meta(vault, 'w'), meta(payer, 'w')], data: NO_DATA }, []);
        pay(3n);
      },
      inner: mover,
    });
    const [top] = trace.instructions;
    const ofVault = top.ownChanges.filter((change) => change.address === vault.toString());
    expect(ofVault.map(({ lamports }) => [lamports.before, lamports.after])).toEqual([
      [500n, 490n],
      [290n, 287n],
    ]);
    expect(top.changes.find((change) => change.address === vault.toString())?.lamports).toEqual({
      before: 500n,
      after: 287n,
    });
  });
});

describe('a transaction', () => {
  it('that was rejected before it ran is traced without any event', () => {
    const instruction: Instruction = { programId: SYSTEM_PROGRAM_ID, accounts: [meta(payer, 'sw')], data: NO_DATA };
    const trace = new TraceRecorder().trace({
      error: 'BlockhashNotFound',
      fee: 0n,
      computeUnitsConsumed: 0,
      instructions: [instruction],
      accounts: [meta(payer, 'sw'), meta(SYSTEM_PROGRAM_ID)],
    });
    expect(trace).toMatchObject({
      verdict: 'refused',
      error: 'BlockhashNotFound',
      errorText: 'Blockhash not found',
      accounts: [{ address: payer.toString(), isSigner: true, before: null }, { name: 'System' }],
      instructions: [{ verdict: 'notRun', programName: 'System', path: [0] }],
    });
  });

  it('shows a top-level instruction that was refused before it was entered', () => {
    const recorder = new TraceRecorder();
    const { finalAccounts: _, ...outcome } = runStaged(
      {
        accounts: [
          { key: payer, lamports: 5n },
          { key: outer, program: (c) => c.consume(1) },
        ],
        instructions: new Array(65).fill({ programId: outer, accounts: [meta(payer, 'sw')], data: NO_DATA }),
      },
      recorder,
    );
    const trace = recorder.trace(outcome);
    expect(trace.instructions).toHaveLength(65);
    expect(trace.instructions[64]).toMatchObject({
      verdict: 'refused',
      accounts: [{ isSigner: true, isWritable: true, asked: null, held: null }],
      failure: { kind: 'MaxInstructionTraceLengthExceeded', isOrigin: true, stage: 'before' },
    });
  });

  it('is recorded as values: what runs on later changes nothing in the trace', () => {
    const asked = new Uint8Array([1, 2, 3]);
    const trace = play({
      outer: (c) => {
        c.consume(1);
        callInner(c, { data: asked });
        asked.fill(0);
        c.transaction.setReturnData(outer, new Uint8Array([42]));
      },
    });
    const [top] = trace.instructions;
    expect(callsOf(top)[0].returnData).toBeNull();
    expect(top.returnData).toEqual({ programAddress: outer.toString(), data: new Uint8Array([42]) });
  });
});
