// What comes as JSON: IDLs of both kinds, and what is read by them; capsules, and what is told of their runs.

import fc from 'fast-check';
import * as ids from '../../src/runtime/addresses.ts';
import { runCapsule } from '../../src/testing/capsule.ts';
import { LiteSVM } from '../../src/testing/litesvm/index.ts';
import { Svm } from '../../src/testing/svm.ts';
import { readIdl } from '../../src/trace/decoders/idl.ts';
import { compileMessage } from '../../src/wire/message-compiler.ts';
import { createTransaction, encodeTransaction } from '../../src/wire/transaction.ts';
import { key, MEMO, TOKEN } from './examples.ts';
import { buildJson, bytesLike, type Json, jsonChanges } from './inputs.ts';
import { type Target, target } from './target.ts';
import { tell } from './transaction-targets.ts';

const DISCRIMINATOR = [1, 2, 3, 4, 5, 6, 7, 8];

const IDLS: readonly Json[] = [
  {
    address: '11111111111111111111111111111111',
    metadata: { name: 'new', version: '0.1.0', spec: '0.1.0' },
    instructions: [
      {
        name: 'deposit',
        discriminator: DISCRIMINATOR,
        accounts: [
          { name: 'vault', writable: true },
          { name: 'inner', accounts: [{ name: 'owner', signer: true }] },
        ],
        args: [
          { name: 'amount', type: 'u64' },
          { name: 'names', type: { vec: 'string' } },
          { name: 'pair', type: { array: ['i128', 2] } },
          { name: 'maybe', type: { option: { defined: { name: 'Thing' } } } },
        ],
      },
    ],
    errors: [{ code: 6000, name: 'TooMuch', msg: 'That is too much' }],
    types: [{ name: 'Thing', type: { kind: 'struct', fields: [{ name: 'a', type: 'u8' }] } }],
  },
  {
    version: '0.1.0',
    name: 'old',
    instructions: [
      {
        name: 'doIt',
        accounts: [{ name: 'a', isMut: true, isSigner: false }],
        args: [{ name: 'x', type: 'publicKey' }],
      },
    ],
    errors: [{ code: 6000, name: 'Bad' }],
  },
  {
    kind: 'rootNode',
    standard: 'codama',
    program: {
      kind: 'programNode',
      name: 'codama',
      publicKey: '11111111111111111111111111111111',
      instructions: [
        {
          kind: 'instructionNode',
          name: 'mint',
          accounts: [{ name: 'mint' }],
          arguments: [
            {
              name: 'discriminator',
              type: { kind: 'numberTypeNode', format: 'u8', endian: 'le' },
              defaultValue: { kind: 'numberValueNode', number: 7 },
              defaultValueStrategy: 'omitted',
            },
            {
              name: 'other',
              type: { kind: 'bytesTypeNode' },
              defaultValue: { kind: 'bytesValueNode', encoding: 'base16', data: '0102' },
              defaultValueStrategy: 'omitted',
            },
            { name: 'amount', type: { kind: 'numberTypeNode', format: 'u64', endian: 'le' } },
            { name: 'text', type: { kind: 'sizePrefixTypeNode', type: { kind: 'stringTypeNode' } } },
          ],
        },
      ],
      errors: [{ code: 1, name: 'oops', message: 'Oops' }],
    },
  },
];

function readByIdl(idl: Json, data: Uint8Array): void {
  const { decoder } = readIdl(idl);
  decoder.decodeInstruction?.({ programAddress: key(1).toString() as never, accounts: [], data });
  decoder.describeError?.(data[0] ?? 0);
}

const transactionOf = (instructions: Parameters<typeof compileMessage>[0]['instructions']): Uint8Array => {
  const recentBlockhash = new Uint8Array(32);
  const message = compileMessage({ feePayer: key(1), recentBlockhash, instructions });
  return encodeTransaction(createTransaction(message, [new Uint8Array(64).fill(1)]));
};

/** Of a transfer that fails, a memo, and a call of Token that is refused. */
function exampleCapsules(): Json[] {
  const svm = new Svm({ signatureVerification: false, blockhashCheck: false });
  svm.airdrop(key(1).toString() as never, 1_000_000_000n as never);
  const transfer = {
    programAddress: ids.SYSTEM_PROGRAM_ID,
    accounts: [
      { address: key(1), isSigner: true, isWritable: true },
      { address: key(2), isSigner: false, isWritable: true },
    ],
    data: Uint8Array.of(2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0),
  };
  const memo = { programAddress: MEMO, data: new TextEncoder().encode('hello') };
  const token = {
    programAddress: TOKEN,
    accounts: [{ address: key(4), isSigner: false, isWritable: true }],
    data: Uint8Array.of(3, 1),
  };
  return [[transfer], [memo], [token]].map((instructions) => {
    return JSON.parse(JSON.stringify(svm.capsule(transactionOf(instructions)))) as Json;
  });
}

function replay(capsule: Json): void {
  tell(runCapsule(capsule));
}

const MAGIC_LEN = 8;

/** The header of the adapter's snapshots is JSON; behind it there are accounts. */
function exampleSnapshot(): { readonly header: Json; readonly withHeader: (header: Json) => Uint8Array } {
  const svm = new LiteSVM().withTransactionHistory(4n);
  svm.airdrop(key(1).toString() as never, 1_000_000_000n as never);
  const bytes = svm.toBytes();
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC_LEN, true);
  const start = MAGIC_LEN + 4;
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(start, start + length))) as Json;
  const withHeader = (json: Json): Uint8Array => {
    const text = new TextEncoder().encode(JSON.stringify(json));
    const rest = bytes.subarray(start + length);
    const out = new Uint8Array(start + text.length + rest.length);
    out.set(bytes.subarray(0, MAGIC_LEN));
    new DataView(out.buffer).setUint32(MAGIC_LEN, text.length, true);
    out.set(text, start);
    out.set(rest, start + text.length);
    return out;
  };
  return { header, withHeader };
}

/** As npm litesvm throws. */
const isNative = (error: unknown): boolean =>
  error instanceof Error && error.constructor === Error && typeof (error as { code?: unknown }).code === 'string';

/** What stringify itself can't follow is no input. */
function textOf(json: Json, write: (json: Json) => Uint8Array): Uint8Array | undefined {
  try {
    return write(json);
  } catch {
    return undefined;
  }
}

export function textTargets(): Target[] {
  const { header, withHeader } = exampleSnapshot();
  const datas = [
    Uint8Array.of(...DISCRIMINATOR, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255),
    Uint8Array.of(7, 1, 2),
  ];
  const capsules = exampleCapsules();
  return [
    target('IDL', fc.tuple(jsonChanges, bytesLike(datas)), ([idl, data]) => readByIdl(buildJson(IDLS, idl), data), {
      weight: 2,
    }),
    target(
      "the adapter's snapshot, restored",
      jsonChanges,
      (changes) => {
        const bytes = textOf(buildJson([header], changes), withHeader);
        if (bytes === undefined) return;
        const svm = LiteSVM.fromBytes(bytes);
        svm.getTransaction('1'.repeat(64) as never);
        svm.latestBlockhash();
        svm.warpToSlot(5n);
      },
      { weight: 0.05, isDocumented: isNative },
    ),
    target('capsule', jsonChanges, (changes) => replay(buildJson(capsules, changes)), { weight: 0.1 }),
  ];
}
