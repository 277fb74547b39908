import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { History } from './history.ts';

function signature(n: number): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes[0] = n & 0x0f;
  bytes[63] = n;
  return bytes;
}

describe('the history', () => {
  test('remembers as many transactions as it has room for, the latest', () => {
    const history = new History<string>(3);
    for (let n = 0; n < 5; n++) history.add(signature(n), `${n}`);
    expect([0, 1, 2, 3, 4].map((n) => history.get(signature(n)))).toEqual([undefined, undefined, '2', '3', '4']);
    expect(history.size).toBe(3);
  });

  test('a repeated signature replaces what was recorded and stays as old as it was', () => {
    const history = new History<string>(2);
    history.add(signature(1), 'first');
    history.add(signature(2), 'second');
    history.add(signature(1), 'again');
    expect(history.get(signature(1))).toBe('again');
    history.add(signature(3), 'third');
    expect([1, 2, 3].map((n) => history.has(signature(n)))).toEqual([false, true, true]);
  });

  test('grows without forgetting, up to a capacity that is no power of two', () => {
    const history = new History<number>(100);
    const long = (n: number) => new Uint8Array(64).fill(n);
    for (let n = 0; n < 250; n++) history.add(long(n), n);
    expect(Array.from({ length: 250 }, (_, n) => history.get(long(n))).filter((n) => n !== undefined)).toEqual(
      Array.from({ length: 100 }, (_, i) => 150 + i),
    );
  });

  test('with no room it remembers nothing', () => {
    const history = new History<string>(0);
    history.add(signature(1), 'x');
    expect(history.has(signature(1))).toBe(false);
  });

  test('copies are those of a naive model', () => {
    const step = fc.tuple(fc.nat(5), fc.option(fc.nat(30), { nil: undefined, freq: 4 }));
    fc.assert(
      fc.property(fc.nat({ max: 6 }), fc.array(step, { maxLength: 60 }), (capacity, steps) => {
        const all = [{ history: new History<number>(capacity), model: [] as { n: number; at: number }[] }];
        for (const [at, [which, n]] of steps.entries()) {
          const { history, model } = all[which % all.length];
          if (n === undefined) {
            all.push({ history: history.copy(), model: model.map((entry) => ({ ...entry })) });
            continue;
          }
          history.add(signature(n), at);
          if (capacity === 0) continue;
          const known = model.find((entry) => entry.n === n);
          if (known !== undefined) known.at = at;
          else model.push({ n, at });
          if (model.length > capacity) model.shift();
        }
        for (const { history, model } of all) {
          expect(history.size).toBe(model.length);
          for (let n = 0; n <= 30; n++) {
            expect(history.get(signature(n))).toBe(model.find((entry) => entry.n === n)?.at);
          }
        }
      }),
      { numRuns: 200, seed: 4 },
    );
  });
});
