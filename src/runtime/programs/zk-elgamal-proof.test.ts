// The ZK ElGamal Proof program against LiteSVM: `send` expects the same of both sides. Proofs are made by our own prover;
// what makes them valid is that LiteSVM accepts them, and what spoils one must be said in the same words.

import { describe, expect, test } from 'vitest';
import { Oracle, type OracleOptions, type Outcome } from '../../../test/support/litesvm-oracle.ts';
import * as prover from '../../../test/support/zk-prover.ts';
import {
  RANGE_PROOF_TOO_MUCH,
  RANGE_PROOF_U64,
  RANGE_PROOF_U128,
  RANGE_PROOF_U256,
} from '../../../test/support/zk-range-proofs.ts';
import { proofKind } from '../../crypto/zk-proofs/index.ts';
import type { Account } from '../../wire/account.ts';
import { decodeBase64 } from '../../wire/base64.ts';
import { concatBytes, equalBytes, writeU32 } from '../../wire/bytes.ts';
import { compileMessage } from '../../wire/message-compiler.ts';
import { Pubkey } from '../../wire/pubkey.ts';
import * as ids from '../addresses.ts';
import { ZK_ELGAMAL_PROOF_COMPUTE_UNITS } from '../execution-cost.ts';

const key = (i: number): Pubkey => new Pubkey(new Uint8Array(32).fill(i));
const PAYER = key(1);
const STATE = key(2);
const AUTHORITY = key(3);
const PROOF = key(4);
const TO = key(5);
const LAMPORTS = 1_000_000_000n;

const meta = (address: Pubkey, flags = '') => ({
  address,
  isSigner: flags.includes('s'),
  isWritable: flags.includes('w'),
});

interface Call {
  readonly data: Uint8Array;
  readonly accounts?: readonly ReturnType<typeof meta>[];
  readonly setup?: readonly (readonly [Pubkey, Partial<Account>])[];
  readonly units?: number;
  readonly gates?: OracleOptions;
}

/** The account as the last transaction left it, on both sides. */
let accountAfter: (address: Pubkey) => Account | undefined;

function send({ data, accounts = [], setup = [], units = 400_000, gates = {} }: Call): Outcome {
  const oracle = Oracle.shared(gates);
  accountAfter = (address) => oracle.bank.getAccount(address);
  oracle.setAccount(PAYER, { lamports: 100n * LAMPORTS });
  for (const [address, account] of setup) oracle.setAccount(address, { lamports: LAMPORTS, ...account });
  const limit = new Uint8Array(5);
  limit[0] = 2;
  writeU32(limit, 1, units + 150);
  const instructions = [
    { programAddress: ids.COMPUTE_BUDGET_ID, data: limit },
    { programAddress: ids.ZK_ELGAMAL_PROOF_ID, accounts, data },
  ];
  return oracle.send(compileMessage({ feePayer: PAYER, recentBlockhash: oracle.blockhash, instructions }));
}

/** What the program says: its own last line, or its error where it says nothing, or `ok`. */
function said({ error, logs }: Outcome): string {
  if (error === null) return 'ok';
  const line = logs.at(-2)!;
  if (/proof/.test(line)) return line.replace('proof verification failed: ', '');
  const [, inner] = (error as { InstructionError: [number, unknown] }).InstructionError;
  return `${inner}`;
}

const withTag = (tag: number, data: Uint8Array): Uint8Array => concatBytes([Uint8Array.of(tag), data]);

/** A valid proof of each kind, by tag. */
const VALID: readonly (Uint8Array | undefined)[] = [
  undefined,
  prover.proveZeroCiphertext(),
  prover.proveCiphertextCiphertextEquality(),
  prover.proveCiphertextCommitmentEquality(),
  prover.provePubkeyValidity(),
  prover.provePercentageWithCap(3n, 7n, 8n),
  decodeBase64(RANGE_PROOF_U64)!,
  decodeBase64(RANGE_PROOF_U128)!,
  decodeBase64(RANGE_PROOF_U256)!,
  prover.proveGroupedCiphertext(2, false),
  prover.proveGroupedCiphertext(2, true),
  prover.proveGroupedCiphertext(3, false),
  prover.proveGroupedCiphertext(3, true),
];
const TAGS = VALID.flatMap((proof, tag) => (proof === undefined ? [] : [{ tag, proof, name: proofKind(tag)!.name }]));

describe('a proof', () => {
  test.each(TAGS)('of $name, valid', ({ tag, proof, name }) => {
    const outcome = send({ data: withTag(tag, proof) });
    expect(outcome.error).toBeNull();
    expect(outcome.units).toBe(150 + ZK_ELGAMAL_PROOF_COMPUTE_UNITS[tag]);
    expect(outcome.logs.at(-2)).toBe(`Verify${name}`);
  });

  const rows: [string, number, () => Uint8Array, string][] = [
    ['that one is zero', 1, () => prover.proveZeroCiphertext(1n), 'SigmaProof(ZeroCiphertext, AlgebraicRelation)'],
    [
      'that different amounts are the same',
      2,
      () => prover.proveCiphertextCiphertextEquality(56n),
      'SigmaProof(Equality, AlgebraicRelation)',
    ],
    ['that nothing is in an empty ciphertext', 2, () => prover.proveCiphertextCiphertextEquality(0n, true), 'ok'],
    [
      'that a commitment is to another amount',
      3,
      () => prover.proveCiphertextCommitmentEquality(56n),
      'SigmaProof(Equality, AlgebraicRelation)',
    ],
    ['of a fee below the cap', 5, () => prover.provePercentageWithCap(2n, 7n, 7n), 'ok'],
    [
      'of a fee that is neither the cap nor right',
      5,
      () => prover.provePercentageWithCap(2n, 7n, 8n),
      'SigmaProof(PercentageWithCap, AlgebraicRelation)',
    ],
    ['of a value of 33 bits in 32', 6, () => decodeBase64(RANGE_PROOF_TOO_MUCH)!, 'RangeProof(AlgebraicRelation)'],
    ['of bits that are too few', 7, () => resized(VALID[6]!, 1000), 'IllegalCommitmentLength'],
    ...([2, 3] as const).flatMap((handles) =>
      [false, true].flatMap((isBatched): [string, number, () => Uint8Array, string][] => {
        const tag = (handles === 2 ? 9 : 11) + Number(isBatched);
        const { name } = proofKind(tag)!;
        const rejection = 'SigmaProof(ValidityProof, AlgebraicRelation)';
        return [
          [
            `${name} without an auditor`,
            tag,
            () => prover.proveGroupedCiphertext(handles, isBatched, 'no auditor'),
            'ok',
          ],
          [
            `${name} with a handle of its own`,
            tag,
            () => prover.proveGroupedCiphertext(handles, isBatched, 'spoiled'),
            rejection,
          ],
        ];
      }),
    ),
  ];
  test.each(rows)('%s', (_, tag, make, expected) => {
    expect(said(send({ data: withTag(tag, make()) }))).toBe(expected);
  });

  // Every point and scalar, in turn: none, no valid encoding, another one.
  test.each(TAGS.filter(({ tag }) => tag !== 7 && tag !== 8))('of $name, spoiled anywhere', ({ tag, proof }) => {
    const seen = new Set<string>();
    // A range proof has many parts of a kind, and so have batches.
    const step = tag === 6 ? 160 : tag === 10 || tag === 12 ? 96 : 32;
    for (let at = 0; at < proof.length; at += step) {
      for (const spoil of [zeros, ones, flip]) {
        const spoiled = proof.slice();
        spoil(spoiled.subarray(at, at + 32));
        if (equalBytes(spoiled, proof)) continue;
        seen.add(said(send({ data: withTag(tag, spoiled) })));
      }
    }
    expect(seen).not.toContain('ok');
    expect(seen.size).toBeGreaterThan(3);
  });

  test('of ranges, with bits that make no sense', () => {
    const seen = new Set<string>();
    const lengths = [[0, 32], [65, 1], [64, 0], [33, 32], [32, 32, 1], [32], [32, 0, 32], [31, 33], [255, 255]];
    for (const bits of lengths) {
      const spoiled = VALID[6]!.slice();
      spoiled.fill(0, 256, 264);
      spoiled.set(bits, 256);
      seen.add(said(send({ data: withTag(6, spoiled) })));
    }
    const gap = VALID[6]!.slice();
    gap.copyWithin(96, 32, 64);
    seen.add(said(send({ data: withTag(6, gap) })));
    const none = VALID[6]!.slice();
    none.fill(0, 0, 64);
    seen.add(said(send({ data: withTag(6, none) })));
    expect([...seen].sort()).toEqual([
      'IllegalAmountBitLength',
      'IllegalCommitmentLength',
      'ProofContext',
      'RangeProof(AlgebraicRelation)',
    ]);
  });
});

const zeros = (bytes: Uint8Array): void => void bytes.fill(0);
const ones = (bytes: Uint8Array): void => void bytes.fill(0xff);
const flip = (bytes: Uint8Array): void => {
  bytes[0] ^= 2;
};
function resized(bytes: Uint8Array, len: number): Uint8Array {
  const copy = new Uint8Array(len);
  copy.set(bytes.subarray(0, len));
  return copy;
}

describe('the instruction', () => {
  const keyProof = VALID[4]!;
  test.each<[string, Call, string]>([
    ['without a tag', { data: new Uint8Array(0) }, 'InvalidInstructionData'],
    ['with the first unknown tag', { data: withTag(13, keyProof) }, 'InvalidInstructionData'],
    ['with the last one', { data: withTag(255, keyProof) }, 'InvalidInstructionData'],
    ['without a proof', { data: Uint8Array.of(4) }, 'invalid proof data'],
    ['with a byte too few', { data: withTag(4, keyProof.subarray(1)) }, 'invalid proof data'],
    ['with a byte too many', { data: withTag(4, resized(keyProof, 97)) }, 'invalid proof data'],
    ['with a unit too few', { data: withTag(4, keyProof), units: 2_599 }, 'ComputationalBudgetExceeded'],
    ['with just enough units', { data: withTag(4, keyProof), units: 2_600 }, 'ok'],
    [
      'before it is enabled again',
      { data: withTag(4, keyProof), gates: { without: ['reenable_zk_elgamal_proof_program'] } },
      'zk-elgamal-proof program is temporarily disabled',
    ],
    [
      'before it was ever disabled',
      {
        data: withTag(4, keyProof),
        gates: { without: ['reenable_zk_elgamal_proof_program', 'disable_zk_elgamal_proof_program'] },
      },
      'ok',
    ],
  ])('%s', (_, call, expected) => {
    expect(said(send(call))).toBe(expected);
  });

  test.each([1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12])('of tag %i, with a unit too few', (tag) => {
    const outcome = send({ data: withTag(tag, VALID[tag]!), units: ZK_ELGAMAL_PROOF_COMPUTE_UNITS[tag] - 1 });
    expect(said(outcome)).toBe('ComputationalBudgetExceeded');
  });
});

const owned = { owner: ids.ZK_ELGAMAL_PROOF_ID };
const inAccount = (tag: number, offset: number): Uint8Array => {
  const data = new Uint8Array(5);
  data[0] = tag;
  writeU32(data, 1, offset);
  return data;
};

describe('a proof in an account', () => {
  const stored = concatBytes([new Uint8Array(7), VALID[4]!]);
  const at = (offset: number, more: Partial<Call> = {}): Call => ({
    data: inAccount(4, offset),
    accounts: [meta(PROOF)],
    setup: [[PROOF, { data: stored, owner: TO }]],
    ...more,
  });
  const state = { data: new Uint8Array(33 + 32), ...owned };
  const spoiled = stored.slice();
  spoiled[80] ^= 1;
  test.each<[string, Call, string]>([
    ['at its offset', at(7), 'ok'],
    ['at another offset', at(6), 'ElGamal(PubkeyDeserialization)'],
    ['behind the end', at(8), 'InvalidAccountData'],
    ['far behind the end', at(0xffff_ffff), 'InvalidAccountData'],
    [
      'that is spoiled',
      at(7, { setup: [[PROOF, { data: spoiled }]] }),
      'SigmaProof(PubkeyValidity, AlgebraicRelation)',
    ],
    ['that is not there', at(7, { accounts: [] }), 'MissingAccount'],
    ['that is empty', at(0, { setup: [] }), 'InvalidAccountData'],
    ['of another kind', at(7, { data: inAccount(1, 7) }), 'InvalidAccountData'],
    [
      'with a place for the context',
      at(7, {
        accounts: [meta(PROOF), meta(STATE, 'w'), meta(AUTHORITY)],
        setup: [
          [PROOF, { data: stored }],
          [STATE, state],
        ],
      }),
      'ok',
    ],
    [
      'with a place for the context, but no authority',
      at(7, {
        accounts: [meta(PROOF), meta(STATE, 'w')],
        setup: [
          [PROOF, { data: stored }],
          [STATE, state],
        ],
      }),
      'ok',
    ],
  ])('%s', (_, call, expected) => {
    expect(said(send(call))).toBe(expected);
  });
});

describe('the context', () => {
  const places = [meta(STATE, 'w'), meta(AUTHORITY)];
  test.each(TAGS.filter(({ tag }) => tag !== 7 && tag !== 8))('of $name is kept', ({ tag, proof }) => {
    const { contextLen } = proofKind(tag)!;
    const setup = [[STATE, { data: new Uint8Array(33 + contextLen), ...owned }]] as const;
    const outcome = send({ data: withTag(tag, proof), accounts: places, setup });
    expect(outcome.error).toBeNull();
    const { data } = accountAfter(STATE)!;
    expect(data).toEqual(concatBytes([AUTHORITY.bytes, Uint8Array.of(tag), proof.subarray(0, contextLen)]));
  });

  const keep = (account: Partial<Account>, accounts = places): Call => ({
    data: withTag(4, VALID[4]!),
    accounts,
    setup: [[STATE, { data: new Uint8Array(65), ...owned, ...account }]],
  });
  const used = new Uint8Array(65);
  used[32] = 200;
  const named = new Uint8Array(65).fill(9, 0, 32);
  test.each<[string, Call, string]>([
    ['in an account of another program', keep({ owner: TO }), 'InvalidAccountOwner'],
    ['in an account that holds one', keep({ data: used }), 'AccountAlreadyInitialized'],
    ['in an account with another authority, but no type', keep({ data: named }), 'ok'],
    ['in an account that is too short', keep({ data: new Uint8Array(64) }), 'InvalidAccountData'],
    ['in an account that is too long', keep({ data: new Uint8Array(66) }), 'InvalidAccountData'],
    ['in an account shorter than its header', keep({ data: new Uint8Array(32) }), 'InvalidAccountData'],
    ['in a read-only account', keep({}, [meta(STATE), meta(AUTHORITY)]), 'ReadonlyDataModified'],
    ['in an account that is its own authority', keep({}, [meta(STATE, 'w'), meta(STATE, 'w')]), 'ok'],
    ['with only one account', keep({}, [meta(STATE, 'w')]), 'ok'],
    ['with accounts to spare', keep({}, [...places, meta(TO)]), 'ok'],
  ])('%s', (_, call, expected) => {
    expect(said(send(call))).toBe(expected);
  });
});

describe('closing', () => {
  const state = (type = 4, authority = AUTHORITY): Uint8Array =>
    concatBytes([authority.bytes, Uint8Array.of(type), new Uint8Array(32)]);
  const places = [meta(STATE, 'w'), meta(TO, 'w'), meta(AUTHORITY, 's')];
  const close = (account: Partial<Account> = {}, accounts = places, units?: number): Call => ({
    data: Uint8Array.of(0),
    accounts,
    setup: [
      [STATE, { data: state(), ...owned, ...account }],
      [AUTHORITY, {}],
    ],
    ...(units !== undefined && { units }),
  });
  const other = (index: number, account: ReturnType<typeof meta>) => places.with(index, account);
  test.each<[string, Call, string]>([
    ['gives the lamports on', close(), 'ok'],
    ['ignores further data', { ...close(), data: Uint8Array.of(0, 1, 2, 3) }, 'ok'],
    ['to the authority', close({}, other(1, meta(AUTHORITY, 'ws'))), 'ok'],
    ['of an unknown type', close({ data: state(77) }), 'ok'],
    ['without a signature', close({}, other(2, meta(AUTHORITY))), 'MissingRequiredSignature'],
    ['without an authority', close({}, places.slice(0, 2)), 'MissingAccount'],
    ['to itself', close({}, other(1, meta(STATE, 'w'))), 'InvalidInstructionData'],
    ['of another program', close({ owner: TO }), 'InvalidAccountOwner'],
    ['of what has no header', close({ data: new Uint8Array(32) }), 'InvalidAccountData'],
    ['of what holds nothing', close({ data: state(0) }), 'UninitializedAccount'],
    ['by somebody else', close({ data: state(4, TO) }), 'InvalidAccountOwner'],
    ['when it is read-only', close({}, other(0, meta(STATE))), 'ReadonlyLamportChange'],
    ['to a read-only account', close({}, other(1, meta(TO))), 'ReadonlyLamportChange'],
    [
      'to an account that is full',
      close({ lamports: (1n << 64n) - 1n }, other(1, meta(PAYER, 'ws'))),
      'ArithmeticOverflow',
    ],
    ['with a unit too few', close({}, places, 3_299), 'ComputationalBudgetExceeded'],
  ])('%s', (_, call, expected) => {
    expect(said(send(call))).toBe(expected);
  });
});
