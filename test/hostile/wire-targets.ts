// The forms in which values come over the wire, and the texts that keys and bytes are written in.

import fc from 'fast-check';
import { createProgramAddress, createWithSeed, findProgramAddress } from '../../src/crypto/program-address.ts';
import { localnetPrograms } from '../../src/node/anchor-toml.ts';
import { readComputeBudgetInstructions } from '../../src/runtime/compute-budget.ts';
import { FeatureSet } from '../../src/runtime/features.ts';
import { PRECOMPILES } from '../../src/runtime/precompiles/index.ts';
import { constructInstructionsData } from '../../src/runtime/sysvars/instructions.ts';
import { LiteSVM } from '../../src/testing/litesvm/index.ts';
import { decodeSnapshot } from '../../src/testing/litesvm/snapshot.ts';
import { decodeBase58, encodeBase58 } from '../../src/wire/base58.ts';
import { decodeBase64, encodeBase64 } from '../../src/wire/base64.ts';
import { equalBytes } from '../../src/wire/bytes.ts';
import { decodeMessage, encodeMessage, type VersionedMessage } from '../../src/wire/message.ts';
import { compileMessage } from '../../src/wire/message-compiler.ts';
import { Pubkey } from '../../src/wire/pubkey.ts';
import { readShortVecLength } from '../../src/wire/short-vec.ts';
import { createTransaction, decodeTransaction, encodeTransaction } from '../../src/wire/transaction.ts';
import { decodeInstructionError, decodeTransactionError } from '../../src/wire/transaction-error-codec.ts';
import { sanitizeTransaction } from '../../src/wire/transaction-sanitizer.ts';
import { decodeFixture } from '../conformance/fixture-codec.ts';
import {
  COMPUTE_BUDGET,
  exampleFixtures,
  exampleInstructions,
  exampleMessages,
  key,
  PRECOMPILE_DATA,
} from './examples.ts';
import { bytesLike, textLike } from './inputs.ts';
import { type Target, target } from './target.ts';

const MESSAGES = exampleMessages();
const TRANSACTIONS = MESSAGES.map((message) => {
  const signatures = Array.from({ length: message.header.numRequiredSignatures }, (_, i) => new Uint8Array(64).fill(i));
  return encodeTransaction(createTransaction(message, signatures));
});
const FEATURES = [FeatureSet.mainnet().runtime, FeatureSet.all().runtime];

/** What the adapters throw, as npm litesvm does: an `Error` with its status as code. */
const isNative = (error: unknown): boolean =>
  error instanceof Error && error.constructor === Error && typeof (error as { code?: unknown }).code === 'string';

function expectSame(one: Uint8Array, other: Uint8Array): void {
  if (!equalBytes(one, other)) throw new Error('What was read and written again is something else.');
}

function readTransaction(bytes: Uint8Array): void {
  const transaction = decodeTransaction(bytes);
  expectSame(encodeTransaction(transaction), bytes);
  const { message } = transaction;
  for (const features of FEATURES) {
    sanitizeTransaction(transaction);
    inspectMessage(message, features);
  }
}

function inspectMessage(message: VersionedMessage, features: (typeof FEATURES)[number]): void {
  const { accountKeys, instructions } = message;
  // Only what passed the sanitizer gets further.
  const isSane = instructions.every(({ programIdIndex, accounts }) => {
    return programIdIndex < accountKeys.length && accounts.every((index) => index < accountKeys.length);
  });
  if (!isSane) return;
  if (message.version !== 1) readComputeBudgetInstructions(message, features);
  const roles = accountKeys.map((_, indexInTransaction) => ({
    indexInTransaction,
    isSigner: indexInTransaction % 2 === 0,
    isWritable: indexInTransaction % 3 === 0,
  }));
  constructInstructionsData(instructions, accountKeys, roles);
}

/** Random data for the compute budget program in a message that is well formed. */
function readBudget(datas: readonly Uint8Array[]): void {
  const message = compileMessage({
    feePayer: key(1),
    instructions: datas.map((data) => ({ programAddress: COMPUTE_BUDGET, data })),
  });
  for (const features of FEATURES) readComputeBudgetInstructions(message, features);
}

const precompileTargets = [...PRECOMPILES].map(([id, verify]) =>
  target(
    `precompile ${id}`,
    fc.array(bytesLike(PRECOMPILE_DATA), { minLength: 1, maxLength: 3 }),
    (datas) => verify(datas[0], datas),
    // A signature costs more than everything else here.
    { weight: 0.25 },
  ),
);

const seed = fc.uint8Array({ maxLength: 40 });

export function wireTargets(): Target[] {
  const snapshots = [new LiteSVM().toBytes()].map((bytes) => bytes.slice(0, 6000));
  return [
    target('transaction', bytesLike(TRANSACTIONS), readTransaction, { weight: 4 }),
    target('message', bytesLike(MESSAGES.map(encodeMessage)), (bytes) => {
      expectSame(encodeMessage(decodeMessage(bytes)), bytes);
    }),
    target('short-vec', fc.tuple(fc.uint8Array({ maxLength: 5 }), fc.nat(6)), ([bytes, at]) => {
      return readShortVecLength(bytes, at, bytes.length);
    }),
    target('instruction error', bytesLike([Uint8Array.of(25, 0, 0, 0, 1, 0, 0, 0)]), decodeInstructionError),
    target(
      'transaction error',
      bytesLike([Uint8Array.of(8, 0, 0, 0, 1, 25, 0, 0, 0, 1, 0, 0, 0)]),
      decodeTransactionError,
    ),
    target('compute budget', fc.array(bytesLike(exampleInstructions(COMPUTE_BUDGET)), { maxLength: 4 }), readBudget),
    target('base58', textLike([encodeBase58(key(3).bytes), '11111111111111111111111111111111']), (text) => {
      decodeBase58(text);
      Pubkey.fromBase58(text);
    }),
    target('base64', textLike([encodeBase64(key(3).bytes), 'AAAA', 'AA==', 'AAA=']), decodeBase64),
    target(
      'seeds',
      fc.tuple(fc.array(seed, { maxLength: 18 }), seed, fc.string()),
      ([seeds, program, text]) => {
        const programId = new Pubkey(Uint8Array.from({ length: 32 }, (_, i) => program[i] ?? 0));
        createProgramAddress(seeds, programId);
        findProgramAddress(seeds, programId);
        createWithSeed(programId, text, key(2));
      },
      { weight: 0.25 },
    ),
    target('snapshot of the adapter', bytesLike(snapshots), decodeSnapshot, { isDocumented: isNative }),
    target('fixture', bytesLike(exampleFixtures()), decodeFixture),
    target(
      'Anchor.toml',
      textLike([TOML, '[programs.localnet]\ncounter = "11111111111111111111111111111111"\n']),
      localnetPrograms,
      { isDocumented: isNative },
    ),
    ...precompileTargets,
  ];
}

const TOML =
  'programs = { localnet = { counter = "11111111111111111111111111111111" } } # a comment\n["a".b]\nc=\'d\'\n';
