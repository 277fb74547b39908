import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromTransaction } from '../testing/kit.ts';
import { compileMessage } from '../wire/message-compiler.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { createTransaction, decodeTransaction, encodeTransaction } from '../wire/transaction.ts';
import { MAX_PROCESSING_AGE } from './blockhash-queue.ts';
import { MessageDigest } from './message-digest.ts';
import { StatusCache } from './status-cache.ts';

function areEqual(a: MessageDigest, b: MessageDigest): boolean {
  const words = new Int32Array(4);
  a.writeTo(words, 0);
  return b.equalsAt(words, 0);
}

const digest = (...bytes: number[]) => MessageDigest.ofBytes(Uint8Array.from(bytes));

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

  test('goes back to a snapshot, as often as one likes', () => {
    let statuses = new StatusCache();
    const model = new Set<number>();
    for (let n = 0; n < 1000; n++) {
      statuses.add(digest(n & 255, n >> 8));
      model.add(n);
    }
    const snapshot = statuses.copy();
    for (let round = 1; round < 20; round++) {
      const others = Array.from({ length: 300 }, (_, i) => 1000 * round + i);
      for (const n of others) statuses.add(digest(n & 255, n >> 8));
      if (round % 3 === 0) for (let i = 0; i <= MAX_PROCESSING_AGE; i++) statuses.registerBlock();
      for (const n of others) expect(statuses.has(digest(n & 255, n >> 8))).toBe(true);
      statuses = snapshot.copy();
      expect(statuses.size).toBe(1000);
      for (const n of others) expect(statuses.has(digest(n & 255, n >> 8))).toBe(model.has(n));
      for (const n of model) expect(statuses.has(digest(n & 255, n >> 8))).toBe(true);
    }
  });
});

describe('a message digest', () => {
  test('is the same for the same bytes', () => {
    expect(areEqual(digest(1, 2, 3, 4, 5), digest(1, 2, 3, 4, 5))).toBe(true);
  });

  test('differs where one bit, the length, or the order of two words differs', () => {
    const message = Uint8Array.from({ length: 200 }, (_, i) => i);
    const seen = [MessageDigest.ofBytes(message)];
    for (let bit = 0; bit < message.length * 8; bit++) {
      const changed = message.slice();
      changed[bit >> 3] ^= 1 << (bit & 7);
      seen.push(MessageDigest.ofBytes(changed));
    }
    for (let len = 0; len < 40; len++) seen.push(MessageDigest.ofBytes(new Uint8Array(len)));
    // Longer than the room it starts with, and no multiple of a word.
    for (const len of [4095, 4097, 70_003]) seen.push(MessageDigest.ofBytes(new Uint8Array(len)));
    for (let i = 0; i + 8 <= message.length; i += 4) {
      const swapped = message.slice();
      swapped.copyWithin(i, i + 4, i + 8);
      swapped.set(message.subarray(i, i + 4), i + 4);
      seen.push(MessageDigest.ofBytes(swapped));
    }
    for (const [i, one] of seen.entries()) {
      for (const other of seen.slice(i + 1)) if (one.hash === other.hash) expect(areEqual(one, other)).toBe(false);
    }
    // 1,690 hashes of 32 bits: equal ones among them are a matter of chance, one time in 3,000.
    expect(new Set(seen.map(({ hash }) => hash)).size).toBe(seen.length);
  });

  test('differs for two messages that a client could make', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
        return areEqual(MessageDigest.ofBytes(a), MessageDigest.ofBytes(b)) === (Buffer.compare(a, b) === 0);
      }),
      { numRuns: 500, seed: 3 },
    );
  });
});

describe('the digest of a transaction', () => {
  const key = (n: number) => new Pubkey(new Uint8Array(32).fill(n));
  const bytesOf = (version: 'legacy' | 0 | 1, hash: number, ...datas: number[][]) => {
    const instructions = datas.map((data) => ({ programAddress: key(9), accounts: [], data: Uint8Array.from(data) }));
    const recentBlockhash = new Uint8Array(32).fill(hash);
    const message = compileMessage({ version, feePayer: key(1), recentBlockhash, instructions });
    return encodeTransaction(createTransaction(message, [new Uint8Array(64)]));
  };
  const decoded = (bytes: Uint8Array) => MessageDigest.of(fromTransaction(bytes));

  test('is one of the message, however it was read', () => {
    for (const version of ['legacy', 0, 1] as const) {
      const bytes = bytesOf(version, 3, [1, 2, 3, 4, 5], []);
      const expected = MessageDigest.of(decodeTransaction(bytes));
      // The first of its kind, the one that gets a shape, one that has it.
      for (let i = 0; i < 3; i++) expect(areEqual(decoded(bytes), expected)).toBe(true);
    }
  });

  test('differs where data is divided otherwise, or has another length', () => {
    const seen = [
      bytesOf('legacy', 3, [1, 2], [3]),
      bytesOf('legacy', 3, [1], [2, 3]),
      bytesOf('legacy', 3, [1, 2], [3, 0]),
      bytesOf('legacy', 3, [1, 2, 0], [3]),
      bytesOf('legacy', 4, [1, 2], [3]),
      bytesOf(0, 3, [1, 2], [3]),
      bytesOf('legacy', 3, [1, 2]),
      bytesOf(1, 3, [1, 2], [3]),
    ].map((bytes) => [1, 2, 3].map(() => decoded(bytes))[2]);
    for (const [i, a] of seen.entries()) {
      for (const [j, b] of seen.entries()) expect([i, j, areEqual(a, b)]).toEqual([i, j, i === j]);
    }
  });
});
