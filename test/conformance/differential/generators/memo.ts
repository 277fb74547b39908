// Memos of both versions, with and without signers, in valid and broken UTF-8.

import { Pubkey } from '../../../../src/wire/pubkey.ts';
import { ix, meta, text } from '../encode.ts';
import type { Generator } from '../world.ts';

const MEMO_V1_ID = Pubkey.fromBase58('Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo');
const MEMO_ID = Pubkey.fromBase58('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');

const memo: Generator = (world) => {
  const { random } = world;
  const signers = random.shuffled(world.actors).slice(0, random.pick([0, 0, 1, 2, 3]));
  const accounts = signers.map((key) => meta(key, random.mostly('s', [''])));
  const words = random.pick(['', 'hello', 'grüße 🌻', 'x'.repeat(random.below(600)), '"quoted"\n\t\\']);
  const data = random.mostly(text(words), [
    Uint8Array.of(0x66, 0xff, 0x66),
    Uint8Array.of(0xf0, 0x9f, 0x8c),
    Uint8Array.of(0xed, 0xa0, 0x80),
    random.bytes(20),
  ]);
  return { name: 'memo', instructions: [ix(random.pick([MEMO_V1_ID, MEMO_ID, MEMO_ID]), accounts, data)] };
};

export const MEMO: readonly (readonly [weight: number, generator: Generator])[] = [[1, memo]];
