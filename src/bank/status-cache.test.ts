import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_PROCESSING_AGE } from './blockhash-queue.ts';
import { MessageDigest, StatusCache } from './status-cache.ts';

const digest = (...bytes: number[]) => new MessageDigest(Uint8Array.from(bytes));

describe('the status cache', () => {
  test('knows a message for as long as its blockhash may date a transaction, and lets it go some time after', () => {
    for (const before of [0, 1, 75, 149, 150, 151, 300]) {
      const statuses = new StatusCache();
      for (let i = 0; i < before; i++) statuses.registerBlock();
      statuses.add(digest(1, 2, 3));
      for (let age = 0; age <= MAX_PROCESSING_AGE; age++) {
        if (age > 0) statuses.registerBlock();
        expect([before, age, statuses.has(digest(1, 2, 3))]).toEqual([before, age, true]);
      }
      for (let i = 0; i < 2 * MAX_PROCESSING_AGE; i++) statuses.registerBlock();
      expect(statuses.size).toBe(0);
    }
  });

  test('a copy and its origin go apart', () => {
    const statuses = new StatusCache();
    statuses.add(digest(1));
    const copy = statuses.copy();
    statuses.add(digest(2));
    copy.add(digest(3));
    expect([1, 2, 3].map((n) => statuses.has(digest(n)))).toEqual([true, true, false]);
    expect([1, 2, 3].map((n) => copy.has(digest(n)))).toEqual([true, false, true]);
  });
});

describe('a message digest', () => {
  test('is the same for the same bytes', () => {
    expect(digest(1, 2, 3, 4, 5).equals(digest(1, 2, 3, 4, 5))).toBe(true);
  });

  test('differs where one bit, the length, or the order of two words differs', () => {
    const message = Uint8Array.from({ length: 200 }, (_, i) => i);
    const seen = [new MessageDigest(message)];
    for (let bit = 0; bit < message.length * 8; bit++) {
      const changed = message.slice();
      changed[bit >> 3] ^= 1 << (bit & 7);
      seen.push(new MessageDigest(changed));
    }
    for (let len = 0; len < 40; len++) seen.push(new MessageDigest(new Uint8Array(len)));
    for (let i = 0; i + 8 <= message.length; i += 4) {
      const swapped = message.slice();
      swapped.copyWithin(i, i + 4, i + 8);
      swapped.set(message.subarray(i, i + 4), i + 4);
      seen.push(new MessageDigest(swapped));
    }
    for (const [i, one] of seen.entries()) {
      for (const other of seen.slice(i + 1)) if (one.hash === other.hash) expect(one.equals(other)).toBe(false);
    }
    // 1,690 hashes of 32 bits: equal ones among them are a matter of chance, one time in 3,000.
    expect(new Set(seen.map(({ hash }) => hash)).size).toBe(seen.length);
  });

  test('differs for two messages that a client could make', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
        const areEqual = a.length === b.length && a.every((byte, i) => byte === b[i]);
        return new MessageDigest(a).equals(new MessageDigest(b)) === areEqual;
      }),
      { numRuns: 500, seed: 3 },
    );
  });
});
