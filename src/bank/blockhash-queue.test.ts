import { describe, expect, test } from 'vitest';
import { Pubkey } from '../wire/pubkey.ts';
import { BlockhashQueue, MAX_PROCESSING_AGE, MAX_RECENT_BLOCKHASHES } from './blockhash-queue.ts';

function hash(n: number): Pubkey {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(0, n);
  return new Pubkey(bytes);
}

function queueOf(count: number): BlockhashQueue {
  let queue = BlockhashQueue.from(hash(0));
  for (let i = 1; i < count; i++) queue = queue.register(hash(i));
  return queue;
}

describe('the blockhash queue', () => {
  test('a hash is recent up to the age of 150 blocks and known up to 300', () => {
    const queue = queueOf(400);
    expect(queue.latest.equals(hash(399))).toBe(true);
    const rows = [
      { age: 0, isRecent: true, isKnown: true },
      { age: MAX_PROCESSING_AGE, isRecent: true, isKnown: true },
      { age: MAX_PROCESSING_AGE + 1, isRecent: false, isKnown: true },
      { age: MAX_RECENT_BLOCKHASHES, isRecent: false, isKnown: true },
      { age: MAX_RECENT_BLOCKHASHES + 1, isRecent: false, isKnown: false },
    ];
    for (const { age, isRecent, isKnown } of rows) {
      const { bytes } = hash(399 - age);
      expect([age, queue.isRecent(bytes)]).toEqual([age, isRecent]);
      expect(queue.ageOf(bytes)).toBe(isKnown ? age : undefined);
    }
    expect(queue.isRecent(hash(249).bytes, 144)).toBe(false);
    expect(queue.isRecent(hash(255).bytes, 144)).toBe(true);
    expect(queue.ageOf(new Uint8Array(32).fill(9))).toBeUndefined();
  });

  test('registering leaves the queue it was asked of as it is', () => {
    const queue = queueOf(3);
    queue.register(hash(99));
    expect(queue.newest(9).map(String)).toEqual([hash(2), hash(1), hash(0)].map(String));
  });
});
