import { describe, expect, test } from 'vitest';
import type { VersionedMessage } from './message.ts';
import { compileMessage } from './message-compiler.ts';
import { Pubkey } from './pubkey.ts';
import { createTransaction } from './transaction.ts';
import {
  checkInstructionAccountCounts,
  checkInstructionCount,
  checkTransactionSize,
  sanitizeMessage,
  sanitizeTransaction,
} from './transaction-sanitizer.ts';

const keyOf = (i: number): Pubkey => new Pubkey(new Uint8Array(32).fill(i));
const NONE = new Uint8Array(0);

/** Three keys: a payer, a writable account and a program that is given both. */
function messageOf(version: VersionedMessage['version'], change: Partial<VersionedMessage> = {}): VersionedMessage {
  const accounts = [
    { address: keyOf(1), isSigner: true, isWritable: true },
    { address: keyOf(2), isSigner: false, isWritable: true },
  ];
  const instructions = [{ programAddress: keyOf(3), accounts, data: NONE }];
  return { ...compileMessage({ feePayer: keyOf(1), instructions, version }), ...change };
}

const header = (required: number, readonlySigned: number, readonlyUnsigned: number) => ({
  header: {
    numRequiredSignatures: required,
    numReadonlySignedAccounts: readonlySigned,
    numReadonlyUnsignedAccounts: readonlyUnsigned,
  },
});
const calls = (programIdIndex: number, ...accounts: number[]) => ({
  instructions: [{ programIdIndex, accounts: Uint8Array.from(accounts), data: NONE }],
});
const lookups = (writable: number, readonly: number) => ({
  addressTableLookups: [
    { accountKey: keyOf(9), writableIndexes: new Uint8Array(writable), readonlyIndexes: new Uint8Array(readonly) },
  ],
});
const keys = (count: number) => ({ accountKeys: Array.from({ length: count }, (_, i) => keyOf(i)) });
const heap = (heapSize: number) => ({
  config: { priorityFee: 1n, computeUnitLimit: 1, loadedAccountsDataSizeLimit: 1, heapSize },
});

describe('a message is sane', () => {
  const rows: [string, VersionedMessage][] = [
    ...(['legacy', 0, 1] as const).flatMap((version): [string, VersionedMessage][] => [
      [`${version}: payer, account, program`, messageOf(version)],
      [`${version}: no instruction at all`, messageOf(version, { instructions: [] })],
      [`${version}: all keys sign, one is writable`, messageOf(version, header(3, 2, 0))],
      [`${version}: the last key is called with the last key`, messageOf(version, calls(2, 2))],
    ]),
    ['0: an index into what a table loads', messageOf(0, { ...lookups(1, 1), ...calls(2, 4) })],
    ['0: 256 keys, loaded ones included', messageOf(0, { ...lookups(200, 53), ...calls(2, 255) })],
    [
      'legacy: duplicate keys are left to the account locks',
      messageOf('legacy', { accountKeys: [1, 1, 1].map(keyOf) }),
    ],
    ['0: so are they in v0', messageOf(0, { accountKeys: [1, 1, 1].map(keyOf) })],
    ['1: the smallest heap', messageOf(1, heap(32 * 1024))],
    ['1: the largest heap', messageOf(1, heap(256 * 1024))],
    ['1: 64 keys', messageOf(1, keys(64))],
    ['1: 12 signers', messageOf(1, { ...keys(12), ...header(12, 0, 0), instructions: [] })],
  ];
  test.each(rows)('%s', (_, message) => {
    expect(sanitizeMessage(message)).toBeUndefined();
  });
});

describe('a message is refused', () => {
  const rows: [string, VersionedMessage][] = [
    ...(['legacy', 0, 1] as const).flatMap((version): [string, VersionedMessage][] => [
      [`${version}: no keys`, messageOf(version, { accountKeys: [], instructions: [] })],
      [`${version}: signers and readonly accounts overlap`, messageOf(version, header(2, 0, 2))],
      [`${version}: more signers than keys`, messageOf(version, header(4, 0, 0))],
      [`${version}: no writable signer`, messageOf(version, header(1, 1, 0))],
      [`${version}: nobody signs`, messageOf(version, header(0, 0, 0))],
      [`${version}: the payer is the program`, messageOf(version, calls(0))],
      [`${version}: a program that isn't there`, messageOf(version, calls(3))],
      [`${version}: an account that isn't there`, messageOf(version, calls(2, 0, 3))],
    ]),
    ['0: a lookup of nothing', messageOf(0, lookups(0, 0))],
    ['0: a program from a table', messageOf(0, { ...lookups(1, 1), ...calls(3) })],
    ['0: an index beyond what the table loads', messageOf(0, { ...lookups(1, 1), ...calls(2, 5) })],
    ['0: 257 keys', messageOf(0, lookups(200, 54))],
    ['1: duplicate keys', messageOf(1, { accountKeys: [1, 2, 1].map(keyOf) })],
    ['1: 65 keys', messageOf(1, keys(65))],
    ['1: 13 signers', messageOf(1, { ...keys(13), ...header(13, 0, 0), instructions: [] })],
    ['1: 65 instructions', messageOf(1, { instructions: new Array(65).fill(calls(2).instructions[0]) })],
    ['1: a heap of no whole KiB', messageOf(1, heap(32 * 1024 + 1))],
    ['1: a heap too small', messageOf(1, heap(31 * 1024))],
    ['1: a heap too large', messageOf(1, heap(257 * 1024))],
  ];
  test.each(rows)('%s', (_, message) => {
    expect(sanitizeMessage(message)).toBe('SanitizeFailure');
  });
});

test('signatures are as many as the header asks for', () => {
  const message = messageOf('legacy');
  const signatures = (count: number) => new Array(count).fill(new Uint8Array(64));
  expect(sanitizeTransaction(createTransaction(message, signatures(1)))).toBeUndefined();
  expect(sanitizeTransaction(createTransaction(message, signatures(0)))).toBe('SanitizeFailure');
  expect(sanitizeTransaction(createTransaction(message, signatures(2)))).toBe('SanitizeFailure');
});

test('a validator adds limits on size, instructions and accounts of an instruction', () => {
  const call = (accounts: number, data: number) => ({
    programIdIndex: 2,
    accounts: new Uint8Array(accounts),
    data: new Uint8Array(data),
  });
  const base = createTransaction(messageOf('legacy', { instructions: [call(0, 200)] }), [new Uint8Array(64)]);
  const sized = (version: VersionedMessage['version'], dataLen: number) =>
    createTransaction(messageOf(version, { instructions: [call(0, dataLen)] }), [new Uint8Array(64)]);
  const room = 1232 - base.serializedLen + 200;
  expect(checkTransactionSize(sized('legacy', room))).toBeUndefined();
  expect(checkTransactionSize(sized('legacy', room + 1))).toBe('SanitizeFailure');
  expect(checkTransactionSize(sized(1, 3800))).toBeUndefined();
  expect(checkTransactionSize(sized(1, 4000))).toBe('SanitizeFailure');
  expect(checkInstructionCount(messageOf(0, { instructions: new Array(64).fill(call(0, 0)) }))).toBeUndefined();
  expect(checkInstructionCount(messageOf(0, { instructions: new Array(65).fill(call(0, 0)) }))).toBe('SanitizeFailure');
  expect(checkInstructionAccountCounts(messageOf(0, { instructions: [call(255, 0)] }))).toBeUndefined();
  expect(checkInstructionAccountCounts(messageOf(0, { instructions: [call(256, 0)] }))).toBe('SanitizeFailure');
});
