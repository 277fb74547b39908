import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase64 } from './base64.ts';
import { ParhelionError } from './errors.ts';
import { decodeMessage, encodeMessage, type VersionedMessage } from './message.ts';
import { compileMessage } from './message-compiler.ts';
import { Pubkey } from './pubkey.ts';
import { createTransaction, decodeTransaction, encodeTransaction } from './transaction.ts';
import { sanitizeTransaction } from './transaction-sanitizer.ts';

const u8 = fc.nat(255);
const list = (maxLength: number) => fc.uint8Array({ maxLength });
const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => new Pubkey(bytes));
const u32 = fc.option(fc.nat(0xffffffff), { nil: undefined });

/** Messages of the right form, mostly without sense: the wire form doesn't care. */
const anyMessage: fc.Arbitrary<VersionedMessage> = fc
  .record({
    version: fc.constantFrom('legacy' as const, 0 as const, 1 as const),
    header: fc.record({
      numRequiredSignatures: fc.nat(5),
      numReadonlySignedAccounts: u8,
      numReadonlyUnsignedAccounts: u8,
    }),
    accountKeys: fc.array(key, { maxLength: 5 }),
    recentBlockhash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    instructions: fc.array(fc.record({ programIdIndex: u8, accounts: list(6), data: list(300) }), { maxLength: 4 }),
    addressTableLookups: fc.array(
      fc.record({ accountKey: key, writableIndexes: list(4), readonlyIndexes: list(130) }),
      { maxLength: 3 },
    ),
    config: fc.record({
      priorityFee: fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { nil: undefined }),
      computeUnitLimit: u32,
      loadedAccountsDataSizeLimit: u32,
      heapSize: u32,
    }),
  })
  .map(({ config, ...message }) => {
    if (message.version === 1) return { ...message, addressTableLookups: [], config };
    return message.version === 0 ? message : { ...message, addressTableLookups: [] };
  });

const anyTransaction = anyMessage.map((message) => {
  const signatures = Array.from({ length: message.header.numRequiredSignatures }, (_, i) =>
    new Uint8Array(64).fill(i + 1),
  );
  return createTransaction(message, signatures);
});

describe('wire form', () => {
  test('a transaction goes there and back', () => {
    fc.assert(
      fc.property(anyTransaction, (transaction) => {
        const bytes = encodeTransaction(transaction);
        const decoded = decodeTransaction(bytes);
        expect(decoded).toEqual(transaction);
        expect(encodeMessage(decoded.message)).toEqual(transaction.messageBytes);
        expect(decodeMessage(transaction.messageBytes)).toEqual(transaction.message);
      }),
    );
  });

  test('bytes behind it are refused, or ignored when allowed', () => {
    fc.assert(
      fc.property(anyTransaction, list(20), (transaction, tail) => {
        const bytes = new Uint8Array([...encodeTransaction(transaction), ...tail]);
        expect(decodeTransaction(bytes, { allowTrailingBytes: true })).toEqual(transaction);
        if (tail.length > 0) expect(() => decodeTransaction(bytes)).toThrow(`${tail.length} bytes follow`);
      }),
    );
  });

  test('each prefix of a transaction says at which byte it is cut', () => {
    fc.assert(
      fc.property(anyTransaction, fc.nat(), (transaction, cut) => {
        const bytes = encodeTransaction(transaction);
        const prefix = bytes.subarray(0, cut % bytes.length);
        expect(() => decodeTransaction(prefix)).toThrow(/^These bytes aren't a transaction: at byte \d+, /);
      }),
    );
  });

  test('noise and damaged transactions give a transaction or a ParhelionError, and what decodes encodes to itself', () => {
    const noise = fc.uint8Array({ maxLength: 400 });
    const damaged = fc.tuple(anyTransaction, fc.array(fc.tuple(fc.nat(), u8), { minLength: 1, maxLength: 4 }));
    const bytes = fc.oneof(
      noise,
      damaged.map(([transaction, changes]) => {
        const out = encodeTransaction(transaction);
        // Half the changes fall on the first bytes, where the counts are.
        for (const [at, value] of changes) out[at % (at % 2 === 0 ? out.length : Math.min(out.length, 80))] = value;
        return out;
      }),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        try {
          const transaction = decodeTransaction(input);
          expect(encodeTransaction(transaction)).toEqual(input);
          expect(encodeMessage(transaction.message)).toEqual(transaction.messageBytes);
          sanitizeTransaction(transaction);
        } catch (error) {
          if (!(error instanceof ParhelionError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('no claim of length costs more than the bytes that are there', () => {
    // 65535 instructions of which none is there.
    const claim = new Uint8Array([0, 1, 0, 0, 0, ...new Uint8Array(32), 0xff, 0xff, 0x03]);
    expect(() => decodeTransaction(claim)).toThrow('at byte 40, the program index of an instruction');
  });

  test.each<[number[], string]>([
    [[], 'at byte 0, the number of signatures, or the version: the bytes end before it'],
    [[0x80], 'at byte 0, 0x80 is neither a number of signatures'],
    [[0x82], 'at byte 0, 0x82 is neither'],
    [[0, 0x81], 'at byte 1, a v1 message stands behind signatures'],
    [[0, 0xff], 'at byte 1, the message has version 127'],
    [[1, 2, 3], 'at byte 1, a signature: 64 bytes are needed and 2 are left'],
    [[0, 0x80, 1, 0, 0, 0x80, 0], 'its compact-u16 is longer than it need be'],
    [[0, 1, 0, 0, 0xff, 0xff, 4], 'its compact-u16 is over 65535'],
    [[0x81, 1, 0, 0, 0x20, 0, 0, 0], 'at byte 4, the config mask 0x20'],
    [[0x81, 1, 0, 0, 0x01, 0, 0, 0], 'at byte 4, the config mask 0x1'],
    [[0x81, 1, 0, 0, 0x02, 0, 0, 0x80], 'at byte 4, the config mask 0x80000002'],
  ])('%j: %s', (bytes, reason) => {
    expect(() => decodeTransaction(Uint8Array.from(bytes))).toThrow(reason);
  });

  test('what the wire form has no room for is refused', () => {
    const payer = new Pubkey(new Uint8Array(32).fill(1));
    const message = compileMessage({ feePayer: payer, instructions: [] });
    const rows: [Partial<VersionedMessage>, string][] = [
      [{ header: { ...message.header, numRequiredSignatures: 128 } }, 'numRequiredSignatures'],
      [
        {
          addressTableLookups: [
            { accountKey: payer, writableIndexes: new Uint8Array(1), readonlyIndexes: new Uint8Array(0) },
          ],
        },
        'addressTableLookups',
      ],
      [{ version: 1, accountKeys: new Array(256).fill(payer) }, 'account keys'],
      [{ instructions: [{ programIdIndex: 0, accounts: new Uint8Array(0), data: new Uint8Array(65536) }] }, 'length'],
    ];
    for (const [change, name] of rows) expect(() => encodeMessage({ ...message, ...change })).toThrow(name);
    expect(() => createTransaction(message, [new Uint8Array(63)])).toThrow('64 bytes');
  });

  test('views of a Buffer are plain and keys are copies', () => {
    const message = compileMessage({ feePayer: new Pubkey(new Uint8Array(32).fill(1)), instructions: [] });
    const buffer = Buffer.from(encodeTransaction(createTransaction(message, [new Uint8Array(64)])));
    const decoded = decodeTransaction(buffer);
    expect(decoded.messageBytes.constructor).toBe(Uint8Array);
    buffer.fill(9);
    expect(decoded.message.accountKeys[0].bytes[0]).toBe(1);
  });
});

describe('recorded transactions', () => {
  const directory = new URL('../../../shared/data/transactions/', import.meta.url);

  test('what a native implementation decodes, decodes; what it refuses as malformed or senseless, is refused', () => {
    if (!existsSync(new URL('cases.jsonl', directory))) {
      console.log('recorded transactions: skipped, ../shared is not there');
      return;
    }
    const read = (name: string) =>
      readFileSync(new URL(name, directory), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    const outcomes = new Map(read('outcomes.jsonl').map((outcome) => [outcome.id, outcome]));
    let decodedCount = 0;
    for (const { id, steps } of read('cases.jsonl')) {
      const outcome = outcomes.get(id);
      if (outcome?.steps === undefined) continue;
      for (const [i, step] of outcome.steps.entries()) {
        if (step.status === 'abort') continue;
        const bytes = decodeBase64(steps[i].tx);
        const decode = () => decodeTransaction(bytes, { allowTrailingBytes: true });
        if (step.status === 'throw') {
          expect(decode, id).toThrow(ParhelionError);
          continue;
        }
        const transaction = decode();
        expect(encodeTransaction(transaction), id).toEqual(bytes.subarray(0, transaction.serializedLen));
        expect(sanitizeTransaction(transaction), id).toBe(step.err === 'SanitizeFailure' ? step.err : undefined);
        decodedCount++;
      }
    }
    expect(decodedCount).toBeGreaterThan(2000);
  });
});
