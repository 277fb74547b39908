import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testKey } from '../../test/support/staged-transaction.ts';
import { TransactionAccount } from '../runtime/transaction-context.ts';
import { composeDeltas, type Delta, StateJournal } from './state-journal.ts';

const owner = testKey(99);

function account(data: Uint8Array, lamports = 10n): TransactionAccount {
  return new TransactionAccount(testKey(1), { lamports, data, owner, executable: false, rentEpoch: 0n });
}

/** The data after a delta; bytes past the end count as zero. */
function apply(data: Uint8Array, delta: Delta): Uint8Array {
  const out = new Uint8Array(delta.dataLen[1]);
  out.set(data.subarray(0, out.length));
  for (const { offset, before, after } of delta.patches!) {
    for (let i = 0; i < before.length; i++) {
      expect(data[offset + i] ?? 0).toBe(before[i]);
      if (offset + i < out.length) out[offset + i] = after[i];
      else expect(after[i]).toBe(0);
    }
  }
  return out;
}

describe('StateJournal', () => {
  it('keeps only the bytes that changed', () => {
    const changed = account(new Uint8Array(1_000_000));
    const journal = new StateJournal<string>([changed, account(new Uint8Array(4))]);
    changed.makeDataMut()[500_000] = 7;
    changed.lamports = 12n;
    journal.mark('a');
    expect(journal.steps).toEqual([
      {
        frame: 'a',
        deltas: [
          {
            index: 0,
            lamports: [10n, 12n],
            owner: [owner, owner],
            executable: [false, false],
            dataLen: [1_000_000, 1_000_000],
            patches: [{ offset: 500_000, before: new Uint8Array([0]), after: new Uint8Array([7]) }],
          },
        ],
      },
    ]);
  });

  it('adds no step where nothing changed, though bytes were written', () => {
    const same = account(new Uint8Array([1, 2, 3]));
    const journal = new StateJournal<string>([same]);
    same.makeDataMut()[1] = 2;
    journal.mark('a');
    expect(journal.steps).toEqual([]);
  });

  it('sees a byte that is written in place again', () => {
    const twice = account(new Uint8Array(8));
    const journal = new StateJournal<string>([twice]);
    twice.makeDataMut()[0] = 1;
    journal.mark('a');
    twice.makeDataMut()[0] = 2;
    journal.mark('b');
    expect(journal.steps.map((step) => step.deltas[0].patches)).toEqual([
      [{ offset: 0, before: new Uint8Array([0]), after: new Uint8Array([1]) }],
      [{ offset: 0, before: new Uint8Array([1]), after: new Uint8Array([2]) }],
    ]);
    expect(journal.before[0].data).toEqual(new Uint8Array(8));
    expect(journal.after()[0].data).toEqual(new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0]));
  });

  it('joins neighbouring ranges and keeps distant ones apart', () => {
    const data = account(new Uint8Array(64));
    const journal = new StateJournal<string>([data]);
    const bytes = data.makeDataMut();
    bytes[0] = bytes[7] = bytes[40] = 1;
    journal.mark('a');
    const { patches } = journal.steps[0].deltas[0];
    expect(patches!.map(({ offset, after }) => [offset, after.length])).toEqual([
      [0, 8],
      [40, 1],
    ]);
  });

  it('stops keeping bytes where a program changes more than any trace is worth', () => {
    const large = account(new Uint8Array(10 * 1024 * 1024));
    const journal = new StateJournal<string>([large]);
    for (let round = 1; round <= 5; round++) {
      large.makeDataMut().fill(round);
      journal.mark('a');
    }
    const kept = journal.steps.map((step) => step.deltas[0].patches !== undefined);
    expect(kept).toEqual([true, true, true, false, false]);
    expect(composeDeltas(journal.steps.map((step) => step.deltas[0]))!.patches).toBeUndefined();
  });
});

describe('composeDeltas', () => {
  it('gives the change from the first state to the last, whatever happened between', () => {
    const state = fc.uint8Array({ minLength: 0, maxLength: 48, max: 3 });
    fc.assert(
      fc.property(state, fc.array(state, { minLength: 1, maxLength: 6 }), (start, states) => {
        const data = account(start);
        const journal = new StateJournal<string>([data]);
        for (const next of states) {
          data.data = next.slice();
          journal.mark('a');
        }
        const end = states[states.length - 1];
        const deltas = journal.steps.map((step) => step.deltas[0]);
        const net = deltas.length === 0 ? undefined : composeDeltas(deltas);
        expect(net === undefined ? start : apply(start, net)).toEqual(end);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
