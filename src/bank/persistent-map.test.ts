import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PersistentMap } from './persistent-map.ts';

class Key {
  readonly name: number;
  readonly hash: number;
  constructor(name: number, hash: number) {
    this.name = name;
    this.hash = hash;
  }
  equals(other: Key): boolean {
    return this.name === other.name;
  }
}

const contentOf = (map: PersistentMap<Key, number>) =>
  [...map].map(([key, value]) => [key.name, value]).sort(([a], [b]) => a - b);

// Hashes that agree in many bits or in all of them, so that entries meet on every level and in chains.
const HASHES = [0, 1, 32, 33, 0x400, 0x8000_0000, 0x8000_0001, 0xffff_ffff, 0xffff_ffff, 0x4000_0000, 0];

describe('a persistent map', () => {
  test('behaves as a Map does, in each of its copies', () => {
    const command = fc.oneof(
      { weight: 5, arbitrary: fc.record({ type: fc.constant('set' as const), name: fc.nat(21), value: fc.nat(99) }) },
      { weight: 3, arbitrary: fc.record({ type: fc.constant('delete' as const), name: fc.nat(21) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('copy' as const) }) },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(7), command), { maxLength: 120 }), (steps) => {
        const maps = [{ map: new PersistentMap<Key, number>(), model: new Map<number, number>() }];
        for (const [which, step] of steps) {
          const { map, model } = maps[which % maps.length];
          if (step.type === 'copy') {
            maps.push({ map: map.copy(), model: new Map(model) });
            continue;
          }
          const key = new Key(step.name, HASHES[step.name % HASHES.length]);
          if (step.type === 'set') {
            map.set(key, step.value);
            model.set(step.name, step.value);
          } else {
            expect(map.delete(key)).toBe(model.delete(step.name));
          }
          expect(map.get(key)).toBe(model.get(step.name));
          // What was found before is found again, wherever it has gone meanwhile.
          for (const [name, value] of model) expect(map.get(new Key(name, HASHES[name % HASHES.length]))).toBe(value);
        }
        for (const { map, model } of maps) {
          expect(map.size).toBe(model.size);
          expect(contentOf(map)).toEqual([...model].sort(([a], [b]) => a - b));
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test('keeps many entries with ordinary hashes', () => {
    const map = new PersistentMap<Key, number>();
    const keys = Array.from({ length: 5000 }, (_, i) => new Key(i, Math.imul(i, 0x9e3779b1) >>> 0));
    for (const key of keys) map.set(key, key.name);
    const copy = map.copy();
    for (const key of keys) if (key.name % 2 === 0) map.delete(key);
    expect(map.size).toBe(2500);
    expect(copy.size).toBe(5000);
    for (const key of keys) {
      expect(map.get(key)).toBe(key.name % 2 === 0 ? undefined : key.name);
      expect(copy.get(key)).toBe(key.name);
    }
  });
});
