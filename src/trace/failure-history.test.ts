import { describe, expect, it } from 'vitest';
import { historyOf, turningPoint } from './failure-history.ts';
import type { AccountChange, AccountState, CallFrame, TransactionTrace } from './transaction-trace.ts';

const ACCOUNT = 'account' as AccountState['owner'];
const OWNER = 'owner' as AccountState['owner'];

const state = (lamports: bigint, ...data: number[]): AccountState => {
  return { lamports, owner: OWNER, executable: false, data: Uint8Array.from(data) };
};

/** What leads from one state to the next. */
const change = (before: AccountState, after: AccountState): AccountChange => ({
  address: ACCOUNT,
  name: null,
  index: 0,
  lamports: { before: before.lamports, after: after.lamports },
  owner: { before: before.owner, after: after.owner },
  executable: { before: false, after: false },
  dataLength: { before: before.data.length, after: after.data.length },
  data: [{ offset: 0, before: before.data, after: after.data }],
});

/** A frame with its own changes and its calls; paths are not looked at. */
const frame = (own: readonly AccountChange[], ...calls: CallFrame[]): CallFrame =>
  ({ ownChanges: own, steps: calls.map((call) => ({ type: 'call', frame: call })) }) as unknown as CallFrame;

const traceOf = (before: AccountState, ...instructions: CallFrame[]): TransactionTrace =>
  ({ accounts: [{ address: ACCOUNT, before }], instructions }) as unknown as TransactionTrace;

describe('historyOf', () => {
  const [a, b, c, d] = [state(1n, 1), state(2n, 2), state(3n, 3), state(4n, 4)];

  it('has the changes of all frames in order of time, with the states they led to', () => {
    const inner = frame([change(b, c)]);
    const outer = frame([change(a, b), change(c, d)], inner);
    const { events, now } = historyOf(traceOf(a, outer))!;
    expect(events.map(({ frame: by, after }) => [by === inner ? 'inner' : 'outer', after.lamports])).toEqual([
      ['outer', 2n],
      ['inner', 3n],
      ['outer', 4n],
    ]);
    expect(now.get(ACCOUNT)).toEqual(d);
  });

  it('leaves out what the failing frame did, and has what its callers did before', () => {
    const failed = frame([change(c, d)]);
    const trace = traceOf(a, frame([change(a, b)]), frame([change(b, c)], failed));
    const { events, now } = historyOf(trace, failed)!;
    expect(events.map(({ after }) => after.lamports)).toEqual([2n, 3n]);
    expect(now.get(ACCOUNT)).toEqual(c);
  });

  it('is not there where a change was not kept in full', () => {
    expect(historyOf(traceOf(a, frame([{ ...change(a, b), data: null }])))).toBeUndefined();
  });

  it('is not there where it would take more memory than any explanation is worth', () => {
    const large = { ...state(1n), data: new Uint8Array(10 * 1024 * 1024) };
    const grow = { ...change(large, large), data: [{ offset: 0, before: Uint8Array.of(0), after: Uint8Array.of(0) }] };
    const of = (count: number) => traceOf(large, ...Array.from({ length: count }, () => frame([grow])));
    expect(historyOf(of(6))).toBeDefined();
    expect(historyOf(of(7))).toBeUndefined();
  });
});

describe('turningPoint', () => {
  const states = [5n, 9n, 3n, 7n, 2n].map((lamports) => state(lamports));
  const frames = states.slice(1).map((after, i) => frame([change(states[i], after)]));
  const history = historyOf(traceOf(states[0], ...frames))!;
  const has = (lamports: bigint) => (now: ReadonlyMap<string, AccountState>) => now.get(ACCOUNT)!.lamports < lamports;

  it('is the last change before which it was otherwise', () => {
    expect(turningPoint(history, has(4n))?.frame).toBe(frames[3]);
    expect(turningPoint(history, has(8n))?.frame).toBe(frames[1]);
  });

  it('is none where it was so from the start, or is not so at the end', () => {
    expect(turningPoint(history, has(100n))).toBeUndefined();
    expect(turningPoint(history, has(1n))).toBeUndefined();
  });
});
