import { expect, test } from 'vitest';
import { encodeMessage, readMessage, type VersionedMessage } from './message.ts';
import { compileMessage } from './message-compiler.ts';
import { readShapedMessage, ShapedMessage } from './message-shape.ts';
import { Pubkey } from './pubkey.ts';
import { WireReader } from './wire-reader.ts';

const keyOf = (n: number) => new Pubkey(new Uint8Array(32).fill(n));
const account = (n: number, flags: number) => ({
  address: keyOf(n),
  isSigner: (flags & 1) !== 0,
  isWritable: (flags & 2) !== 0,
});

function messageOf(version: 'legacy' | 0 | 1, hash: number, ...datas: number[][]): VersionedMessage {
  return compileMessage({
    version,
    feePayer: keyOf(1),
    recentBlockhash: new Uint8Array(32).fill(hash),
    instructions: datas.map((data, i) => ({
      programAddress: keyOf(90 + i),
      accounts: [account(1, 3), account(5, 2), account(6, i)],
      data: Uint8Array.from(data),
    })),
  });
}

/** What is read, or what is said of it. */
function outcomeOf(read: typeof readMessage, bytes: Uint8Array): unknown {
  const reader = WireReader.over(bytes);
  try {
    const { version, header, accountKeys, recentBlockhash, instructions, addressTableLookups, config } = read(reader);
    const fields = { version, header, accountKeys: accountKeys.map(String), addressTableLookups, config };
    const read_ = instructions.map(({ programIdIndex, accounts, data }) => ({
      programIdIndex,
      accounts,
      data: [...data],
    }));
    return { ...fields, recentBlockhash: [...recentBlockhash], instructions: read_, end: reader.offset };
  } catch (error) {
    return String(error);
  }
}

const MESSAGES = [
  messageOf('legacy', 7, [1, 2, 3, 4], [5]),
  messageOf(0, 7, [1, 2, 3, 4], [5], []),
  messageOf(1, 7, [1, 2, 3]),
  messageOf('legacy', 7, new Array(300).fill(9)),
];

test('messages that differ in blockhash and data share a shape, others do not', () => {
  const read = (message: VersionedMessage) => {
    // The first of a kind gets none.
    readShapedMessage(WireReader.over(encodeMessage(message)));
    const shaped = readShapedMessage(WireReader.over(encodeMessage(message)));
    return shaped instanceof ShapedMessage ? shaped.shape : undefined;
  };
  const shape = read(messageOf('legacy', 1, [1], [2]));
  expect(shape).toBeDefined();
  expect(readShapedMessage(WireReader.over(encodeMessage(messageOf('legacy', 1, [1], [2]))))).toBeInstanceOf(
    ShapedMessage,
  );
  expect(read(messageOf('legacy', 2, [3, 3, 3], []))).toBe(shape);
  expect(read(messageOf(0, 1, [1], [2]))).not.toBe(shape);
  expect(read(messageOf('legacy', 1, [1]))).not.toBe(shape);
  expect(read(messageOf(1, 1, [1]))).toBeUndefined();
});

test('a message is read as it is without shapes, whatever was read before it', () => {
  let compared = 0;
  for (const message of MESSAGES) {
    const bytes = encodeMessage(message);
    const variants = [bytes];
    for (let length = 0; length < bytes.length; length++) variants.push(bytes.slice(0, length));
    for (let at = 0; at < bytes.length; at++) {
      for (const bits of [1, 0x80, 0xff]) {
        const changed = bytes.slice();
        changed[at] ^= bits;
        variants.push(changed);
      }
    }
    for (const variant of variants) {
      const expected = outcomeOf(readMessage, variant);
      // The first of its kind, the one that gets the shape, one that has it; then by the one of the message it came from.
      for (let i = 0; i < 3; i++) expect(outcomeOf(readShapedMessage, variant)).toEqual(expected);
      outcomeOf(readShapedMessage, bytes);
      expect(outcomeOf(readShapedMessage, variant)).toEqual(expected);
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(2000);
});

/** As a number of keys in one byte, 0x80 0x01 would be 128 too, with all that follows a byte further to the front. */
test('a message with 128 keys is read as such, however it could be read', () => {
  const instruction = [1, 1, 1, 1, 0];
  const bytes = Uint8Array.from([
    1,
    0,
    0,
    0x80,
    1,
    ...new Array<number>(128 * 32 + 32 + 1).fill(1),
    ...instruction.slice(1),
  ]);
  bytes[bytes.length - 1] = 0;
  const expected = outcomeOf(readMessage, bytes);
  expect(expected).toMatchObject({ instructions: [{ programIdIndex: 1, accounts: Uint8Array.of(1), data: [] }] });
  for (let i = 0; i < 3; i++) expect(outcomeOf(readShapedMessage, bytes)).toEqual(expected);
});
