import { describe, expect, it } from 'vitest';
import { meta, runStaged, testKey } from '../../test/support/staged-transaction.ts';
import { InstructionFailure, type Refusal, SyscallError } from '../runtime/errors.ts';
import type { AccountMeta } from '../runtime/execution-events.ts';
import type { InvokeContext } from '../runtime/invoke-context.ts';
import type { Verdict } from '../wire/errors.ts';
import { describeFailure } from './failure-text.ts';
import { TraceRecorder } from './recorder.ts';

const payer = testKey(1);
const pot = testKey(2);
const outer = testKey(10);
const inner = testKey(11);
const other = testKey(12);
const NAMES: Record<string, string> = Object.fromEntries(
  Object.entries({ payer, pot, Outer: outer, Inner: inner, Other: other }).map(([name, key]) => [key.toString(), name]),
);
const NO_DATA = new Uint8Array(0);
const source = 'agave';

/** Outer calls Inner; `where` says who fails: the call before it runs, Inner while it runs, or the call behind it. */
function play(
  where: 'before' | 'run' | 'after',
  failure: Verdict,
  accounts: readonly AccountMeta[] = [meta(pot, 'w')],
) {
  const attempt = (c: InvokeContext) => {
    const { current: caller, listener, meter } = c;
    listener!.on({ type: 'attempt', abi: 'rust', caller, unitsRemaining: meter.remaining });
    listener!.on({ type: 'attemptDescribed', instruction: { programId: inner, accounts, data: NO_DATA }, signers: [] });
    let thrown: Verdict | undefined;
    try {
      if (where === 'before') throw failure;
      const metas = accounts.map((each) => ({ ...each, indexInTransaction: c.transaction.indexOf(each.pubkey) }));
      c.processInstruction(c.prepareNextInstruction(inner, metas, NO_DATA, []));
      if (where === 'after') throw failure;
    } catch (caught) {
      thrown = caught as Verdict;
    }
    listener!.on({ type: 'attemptEnd', failure: thrown, unitsRemaining: meter.remaining });
    if (thrown !== undefined) throw thrown;
  };
  return playWith(attempt, (c) => {
    c.consume(1);
    if (where === 'run') throw failure;
  });
}

function playWith(
  outerProgram: (c: InvokeContext) => void,
  innerProgram: (c: InvokeContext) => void,
  potFlags: '' | 'w' = 'w',
) {
  const recorder = new TraceRecorder({ names: new Map(Object.entries(NAMES)) });
  const { finalAccounts: _, ...outcome } = runStaged(
    {
      accounts: [
        { key: payer, lamports: 9n },
        { key: pot, lamports: 9n, owner: inner },
        { key: outer, program: outerProgram },
        { key: inner, program: innerProgram },
        { key: other, program: innerProgram },
      ],
      instructions: [
        {
          programId: outer,
          accounts: [meta(payer, 'sw'), meta(pot, potFlags), meta(outer), meta(inner), meta(other)],
          data: NO_DATA,
        },
      ],
    },
    recorder,
  );
  return describeFailure(recorder.trace(outcome), (address) => NAMES[address] ?? address)!;
}

const instruction = (error: string, facts: Partial<Refusal> = {}) =>
  new InstructionFailure(error as never, { rule: 'rule', source, ...facts });
const syscall = (kind: string, facts: Partial<Refusal> = {}) =>
  new SyscallError(kind, `text of ${kind}`, { rule: 'rule', source, ...facts });

describe('describeFailure', () => {
  const rows: [where: 'before' | 'run' | 'after', failure: Verdict, cause: string, fix: string | undefined][] = [
    [
      'before',
      instruction('MissingAccount', { rule: 'translate_accounts_common', account: pot }),
      'Outer names pot in its call to Inner, but not among the account infos it passes along.',
      'Add pot to the account infos of the call.',
    ],
    [
      'run',
      instruction('MissingAccount', { limit: 3, actual: 1 }),
      'Inner needs at least 3 accounts here; it was given 1.',
      undefined,
    ],
    [
      'before',
      syscall('BadSeeds', { detail: 'seeds ["vault", 0xff]' }),
      'The signer seeds ["vault", 0xff] give no address under Outer: what they hash to is a point on the curve.',
      'Use the bump of find_program_address as the last seed, and seeds of at most 32 bytes.',
    ],
    [
      'before',
      syscall('ProgramNotSupported', { detail: 'a loader that runs programs only' }),
      "Inner can't be called by a program: a loader that runs programs only.",
      'Make it an instruction of the transaction.',
    ],
    [
      'before',
      instruction('MaxInstructionTraceLengthExceeded', { limit: 64, actual: 65 }),
      'A transaction has at most 64 instructions, calls included; this would be one more.',
      'Split the transaction.',
    ],
    [
      'run',
      instruction('UnsupportedProgramId', { program: inner, detail: `owned by ${outer}` }),
      "Inner can't be run: owned by Outer.",
      'Check the address, deploy the program, and wait a slot after a deployment.',
    ],
    [
      'run',
      instruction('ExternalAccountLamportSpend', { account: pot, program: inner, detail: `owned by ${other}` }),
      'Inner took lamports from pot, owned by Other.',
      'Let the owner do it: only an owner may take lamports.',
    ],
    [
      'before',
      instruction('ReadonlyLamportChange', {
        account: pot,
        program: outer,
        held: { isSigner: false, isWritable: false },
      }),
      'Outer changed the lamports of pot, which it holds read-only.',
      'Mark pot (account 1) writable in instruction #0 of the transaction.',
    ],
    [
      'run',
      instruction('ModifiedProgramId', { account: pot, program: inner }),
      'Inner changed the owner of pot.',
      'Only the present owner may, on a writable account whose data is all zeros.',
    ],
    [
      'after',
      instruction('InvalidRealloc', { account: pot, limit: 10_240, actual: 10_241 }),
      'Inner resized pot to 10,241 bytes; at most 10,240 are allowed here.',
      'Within a call an account grows by at most 10,240 bytes: create it in an instruction of the transaction, or let later instructions grow it.',
    ],
    [
      'run',
      instruction('AccountBorrowFailed', { account: pot }),
      'Inner reaches for pot while it is in use. Was the same account passed twice?',
      undefined,
    ],
    [
      'before',
      instruction('UnbalancedInstruction', { rule: 'push', limit: 0n, actual: 5n }),
      'Outer left its accounts with 5 lamports more than before, when it made this call. Lamports are moved, never made or lost.',
      'Give each lamport that is taken from one account to another, before the call.',
    ],
    ['run', syscall('Panic'), 'Inner was stopped by Panic.', undefined],
    ['run', instruction('InvalidAccountData'), 'Inner returned InvalidAccountData.', undefined],
    [
      'before',
      syscall('InvalidPointer', { detail: 'it points to 0x1' }),
      "Outer's call to Inner was refused with InvalidPointer: it points to 0x1.",
      undefined,
    ],
    [
      'after',
      instruction('AccountDataTooSmall', { account: pot }),
      'What Inner did could not be handed back to Outer: AccountDataTooSmall.',
      undefined,
    ],
    [
      'run',
      instruction('MissingRequiredSignature', { account: pot, asked: 'signer', detail: `Account ${pot} must sign` }),
      'Inner needs the signature of pot, which did not sign.',
      'Mark pot (account 1) as a signer in instruction #0 of the transaction, and in each call on the way down.',
    ],
  ];
  it.each(rows)('says what failed %s: %s', (where, failure, cause, fix) => {
    const text = play(where, failure);
    expect([text.cause, fix === undefined ? undefined : text.fixes[0]]).toEqual([cause, fix]);
    // Where the facts tell of no change, the table of codes has what usually helps.
    expect(text.fixes.length).toBeGreaterThan(0);
  });

  it('finds the call on the way down that did not pass a flag on', () => {
    const call = (c: InvokeContext, programId: typeof inner, flags: '' | 'w') => {
      c.consume(1);
      const accounts = [meta(pot, flags), meta(other)];
      c.nativeInvoke({ programId, accounts, data: NO_DATA }, []);
    };
    const text = playWith(
      (c) => call(c, inner, ''),
      (c) => call(c, other, 'w'),
    );
    expect(text.cause).toBe('Inner asks for pot to be writable in its call to Other, but holds it read-only itself.');
    expect(text.fixes).toEqual(['Mark pot writable where Outer calls Inner.']);
    const fromTop = playWith(
      (c) => call(c, inner, ''),
      (c) => call(c, other, 'w'),
      '',
    );
    expect(fromTop.fixes).toEqual([
      'Mark pot (account 1) writable in instruction #0 of the transaction, and in each call on the way down.',
    ]);
  });

  it('says nothing where nothing failed', () => {
    expect(
      playWith(
        (c) => c.consume(1),
        () => {},
      ),
    ).toBeUndefined();
  });
});
