import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { address, lamports } from '@solana/kit';
import { LiteSVM } from 'litesvm';
import { beforeAll, describe, expect, test } from 'vitest';
import { hashes } from '../../crypto/hashes.ts';
import { concatBytes, writeU16 } from '../../wire/bytes.ts';
import { compileMessage } from '../../wire/message-compiler.ts';
import { Pubkey } from '../../wire/pubkey.ts';
import { createTransaction, encodeTransaction } from '../../wire/transaction.ts';
import { ED25519_ID, SECP256K1_ID, SECP256R1_ID } from '../addresses.ts';
import { PRECOMPILES } from './index.ts';

interface Case {
  readonly name: string;
  /** The data of the instructions before the precompile's. */
  readonly before?: readonly Uint8Array[];
  readonly data: Uint8Array;
  readonly expected: number | undefined;
}

const MESSAGE = new TextEncoder().encode('every attempt is seen');
const KEY_SEED = new Uint8Array(32).fill(11);
const P_PLUS_1 = new Uint8Array(32).fill(0xff).with(0, 0xee).with(31, 0x7f);
/** Order of the group of ed25519, little-endian. */
const L = Uint8Array.from(Buffer.from('edd3f55c1a631258d69cf7a2def9de14', 'hex'));

let svm: { sendLegacyTransaction(bytes: Uint8Array): object };
const payer = new Pubkey(new Uint8Array(32).fill(77));

beforeAll(() => {
  const outer = new LiteSVM().withSigverify(false).withBlockhashCheck(false).withTransactionHistory(0n);
  outer.setAccount({
    address: address(payer.toString()),
    lamports: lamports(10n ** 12n),
    data: new Uint8Array(0),
    programAddress: address('11111111111111111111111111111111'),
    executable: false,
    space: 0n,
  });
  svm = (outer as unknown as { inner: typeof svm }).inner;
});

/** What LiteSVM says: the number of the custom error, or undefined for success. */
function oracle(programAddress: Pubkey, before: readonly Uint8Array[], data: Uint8Array): number | undefined {
  // The instructions before are to the compute budget, which ignores bytes behind a request.
  const budget = Pubkey.fromBase58('ComputeBudget111111111111111111111111111111');
  const message = compileMessage({
    feePayer: payer,
    instructions: [...before.map((bytes) => ({ programAddress: budget, data: bytes })), { programAddress, data }],
  });
  const outcome = String(
    svm.sendLegacyTransaction(encodeTransaction(createTransaction(message, [new Uint8Array(64)]))),
  );
  const custom = new RegExp(`InstructionError\\(${before.length}, Custom\\((\\d+)\\)\\)`).exec(outcome);
  if (custom !== null) return Number(custom[1]);
  if (outcome.includes('err')) throw new Error(outcome);
  return undefined;
}

function runCases(programAddress: Pubkey, cases: readonly Case[]): void {
  test.each(cases)('$name', ({ before = [], data, expected }) => {
    const precompile = PRECOMPILES.get(programAddress);
    expect(precompile?.(data, [...before, data])).toBe(expected);
    expect(oracle(programAddress, before, data)).toBe(expected);
  });
}

/** Header, one record of offsets, and the parts they point at, in the layout of ed25519 and secp256r1. */
function layOut(
  signature: Uint8Array,
  publicKey: Uint8Array,
  message: Uint8Array,
  change: Record<number, number> = {},
) {
  const start = 16;
  const fields = [
    start,
    0xffff,
    start + signature.length,
    0xffff,
    start + signature.length + publicKey.length,
    message.length,
    0xffff,
  ];
  for (const [i, value] of Object.entries(change)) fields[Number(i)] = value;
  const head = new Uint8Array(start);
  head[0] = 1;
  for (const [i, value] of fields.entries()) writeU16(head, 2 + i * 2, value);
  return concatBytes([head, signature, publicKey, message]);
}

const SIG_OFFSET = 0;
const SIG_INDEX = 1;
const KEY_OFFSET = 2;
const KEY_INDEX = 3;
const MSG_OFFSET = 4;
const MSG_LEN = 5;
const MSG_INDEX = 6;

/** Rows that ed25519 and secp256r1 share. */
function offsetCases(signature: Uint8Array, publicKey: Uint8Array): Case[] {
  const lay = (change: Record<number, number>) => layOut(signature, publicKey, MESSAGE, change);
  const whole = lay({});
  const budgetRequest = concatBytes([Uint8Array.of(2, 0x40, 0x0d, 3, 0), signature, publicKey, MESSAGE]);
  return [
    { name: 'a valid signature', data: whole, expected: undefined },
    { name: 'the padding byte is not read', data: whole.with(1, 0xff), expected: undefined },
    { name: 'the index of this instruction', data: lay({ 1: 0, 3: 0, 6: 0 }), expected: undefined },
    {
      name: 'parts in the data of another instruction',
      before: [budgetRequest],
      data: lay({ 0: 5, 1: 0, 2: 69, 3: 0, 4: 5 + 64 + publicKey.length, 6: 0 }),
      expected: undefined,
    },
    { name: 'another message', data: whole.with(whole.length - 1, 1), expected: 2 },
    { name: 'a shorter message', data: lay({ [MSG_LEN]: MESSAGE.length - 1 }), expected: 2 },
    { name: 'a bit of r', data: whole.with(16, whole[16] ^ 1), expected: 2 },
    { name: 'a bit of s', data: whole.with(48 + 20, whole[48 + 20] ^ 1), expected: 2 },
    { name: 'no data', data: new Uint8Array(0), expected: 4 },
    { name: 'one byte', data: Uint8Array.of(0), expected: 4 },
    { name: 'none of them but bytes behind', data: Uint8Array.of(0, 0, 0), expected: 4 },
    { name: 'offsets cut', data: whole.slice(0, 15), expected: 4 },
    { name: 'two announced, one there', data: concatBytes([whole.slice(0, 16)]).with(0, 2), expected: 4 },
    { name: 'no such instruction for the signature', data: lay({ [SIG_INDEX]: 1 }), expected: 3 },
    { name: 'no such instruction for the key', data: lay({ [KEY_INDEX]: 1 }), expected: 3 },
    { name: 'no such instruction for the message', data: lay({ [MSG_INDEX]: 0xfffe }), expected: 3 },
    { name: 'the signature ends behind the data', data: lay({ [SIG_OFFSET]: whole.length - 63 }), expected: 3 },
    {
      name: 'the key ends behind the data',
      data: lay({ [KEY_OFFSET]: whole.length - publicKey.length + 1 }),
      expected: 3,
    },
    { name: 'the message ends behind the data', data: lay({ [MSG_LEN]: MESSAGE.length + 1 }), expected: 3 },
    { name: 'the message starts behind the data', data: lay({ [MSG_OFFSET]: 0xffff, [MSG_LEN]: 0 }), expected: 3 },
  ];
}

describe('ed25519', () => {
  const signature = ed25519.sign(MESSAGE, KEY_SEED);
  const publicKey = ed25519.getPublicKey(KEY_SEED);
  const s = signature.slice(32);
  const sPlusL = s.slice();
  for (let i = 0, carry = 0; i < 32; i++) {
    carry += s[i] + (i < 16 ? L[i] : i === 31 ? 0x10 : 0);
    sPlusL[i] = carry;
    carry >>= 8;
  }
  const zeros = new Uint8Array(32);
  const one = zeros.with(0, 1);
  const many = 5;
  runCases(ED25519_ID, [
    ...offsetCases(signature, publicKey),
    { name: 'none at all', data: Uint8Array.of(0, 9), expected: undefined },
    {
      name: 'an empty message at the very end',
      data: layOut(ed25519.sign(new Uint8Array(0), KEY_SEED), publicKey, new Uint8Array(0)),
      expected: undefined,
    },
    {
      name: `${many} times the same`,
      data: concatBytes([
        Uint8Array.of(many, 0),
        ...new Array(many).fill(
          layOut(signature, publicKey, MESSAGE, { 0: 2 + 14 * many, 2: 66 + 14 * many, 4: 98 + 14 * many }).slice(
            2,
            16,
          ),
        ),
        signature,
        publicKey,
        MESSAGE,
      ]),
      expected: undefined,
    },
    { name: 's + L', data: layOut(concatBytes([signature.slice(0, 32), sPlusL]), publicKey, MESSAGE), expected: 2 },
    {
      name: 'top bits of s are seen before a faulty key',
      data: layOut(signature.with(63, 0xe0), zeros.with(0, 2), MESSAGE),
      expected: 2,
    },
    {
      name: 'a bad key is seen before a missing message',
      data: layOut(signature, zeros.with(0, 2), MESSAGE, { [MSG_INDEX]: 9 }),
      expected: 0,
    },
    {
      name: 's of L and above is seen after the key',
      data: layOut(signature.with(63, 0x1f), zeros.with(0, 2), MESSAGE),
      expected: 0,
    },
    { name: 'a key of small order', data: layOut(concatBytes([one, zeros]), one, MESSAGE), expected: 2 },
    { name: 'a key of small order, y ≥ p', data: layOut(concatBytes([one, zeros]), P_PLUS_1, MESSAGE), expected: 2 },
    {
      name: 'R beside the curve',
      data: layOut(concatBytes([zeros.with(0, 2), zeros]), publicKey, MESSAGE),
      expected: 2,
    },
    { name: 'R of small order', data: layOut(concatBytes([one, zeros]), publicKey, MESSAGE), expected: 2 },
  ]);
});

describe('secp256k1', () => {
  const publicKey = secp256k1.getPublicKey(KEY_SEED, false);
  const ethAddress = hashes.keccak256(publicKey.subarray(1)).subarray(12);
  const recovered = secp256k1.sign(hashes.keccak256(MESSAGE), KEY_SEED, { prehash: false, format: 'recovered' });
  const signature = recovered.subarray(1);
  const recoveryId = recovered[0];
  const ORDER = secp256k1.Point.Fn.ORDER;
  const big = (value: bigint) => Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
  const highS = big(ORDER - BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`));

  /** Fields: signature offset and index, address offset and index, message offset, length and index. */
  const lay = (sig: Uint8Array, id: number, change: Record<number, number> = {}) => {
    const f = [12, 0, 97, 0, 77 + 40, MESSAGE.length, 0];
    for (const [i, value] of Object.entries(change)) f[Number(i)] = value;
    const head = new Uint8Array(12);
    head[0] = 1;
    writeU16(head, 1, f[0]);
    head[3] = f[1];
    writeU16(head, 4, f[2]);
    head[6] = f[3];
    writeU16(head, 7, f[4]);
    writeU16(head, 9, f[5]);
    head[11] = f[6];
    return concatBytes([head, sig, Uint8Array.of(id), new Uint8Array(20), ethAddress, MESSAGE]);
  };
  const whole = lay(signature, recoveryId);
  const sigOf = (r: bigint, s: Uint8Array) => concatBytes([big(r), s]);
  const s = signature.subarray(32);
  runCases(SECP256K1_ID, [
    { name: 'a valid signature', data: whole, expected: undefined },
    {
      name: 'a high s with the other recovery id',
      data: lay(concatBytes([signature.subarray(0, 32), highS]), recoveryId ^ 1),
      expected: undefined,
    },
    {
      name: 'a high s with the same recovery id',
      data: lay(concatBytes([signature.subarray(0, 32), highS]), recoveryId),
      expected: 2,
    },
    { name: 'none at all', data: Uint8Array.of(0), expected: undefined },
    { name: 'no data', data: new Uint8Array(0), expected: 4 },
    { name: 'none of them but a byte behind', data: Uint8Array.of(0, 0), expected: 4 },
    { name: 'offsets cut', data: whole.slice(0, 11), expected: 4 },
    { name: 'another message', data: whole.with(whole.length - 1, 1), expected: 2 },
    { name: 'another address', data: whole.with(100, whole[100] ^ 1), expected: 2 },
    { name: 'the other recovery id', data: lay(signature, recoveryId ^ 1), expected: 2 },
    { name: 'recovery id 2: r + n is no x', data: lay(signature, recoveryId | 2), expected: 2 },
    { name: 'recovery id 4', data: lay(signature, 4), expected: 1 },
    { name: 'recovery id 27, as Ethereum writes it', data: lay(signature, 27), expected: 1 },
    { name: 'no such instruction for the signature', data: lay(signature, recoveryId, { 1: 1 }), expected: 4 },
    {
      name: 'this instruction has no other name than its index',
      data: lay(signature, recoveryId, { 1: 0xff }),
      expected: 4,
    },
    { name: 'no such instruction for the address', data: lay(signature, recoveryId, { 3: 1 }), expected: 3 },
    { name: 'no such instruction for the message', data: lay(signature, recoveryId, { 6: 1 }), expected: 3 },
    {
      name: 'the signature ends with the data, no room for the id',
      data: lay(signature, recoveryId, { 0: whole.length - 64 }),
      expected: 2,
    },
    {
      name: 'the address ends behind the data',
      data: lay(signature, recoveryId, { 2: whole.length - 19 }),
      expected: 2,
    },
    {
      name: 'the message ends behind the data',
      data: lay(signature, recoveryId, { 5: MESSAGE.length + 1 }),
      expected: 2,
    },
    { name: 'r = 0', data: lay(sigOf(0n, s), 0), expected: 2 },
    { name: 's = 0', data: lay(concatBytes([signature.subarray(0, 32), new Uint8Array(32)]), 0), expected: 2 },
    { name: 'r = 0 is seen after the recovery id', data: lay(sigOf(0n, s), 4), expected: 1 },
    { name: 'r = n is seen before the recovery id', data: lay(sigOf(ORDER, s), 4), expected: 2 },
    {
      name: 's = n is seen before the recovery id',
      data: lay(concatBytes([signature.subarray(0, 32), big(ORDER)]), 4),
      expected: 2,
    },
    { name: 'r = n − 1 with bit 1 of the id: beyond p', data: lay(sigOf(ORDER - 1n, s), 2), expected: 2 },
    { name: 'r = 5, no x of the curve', data: lay(sigOf(5n, s), 0), expected: 2 },
    { name: 'r = 0 is seen after a missing address', data: lay(sigOf(0n, s), 0, { 3: 1 }), expected: 3 },
    {
      name: 'parts in the data of another instruction',
      before: [concatBytes([Uint8Array.of(2, 0x40, 0x0d, 3, 0), whole.subarray(12)])],
      data: lay(signature, recoveryId, { 0: 5, 2: 90, 4: 110 }),
      expected: undefined,
    },
  ]);
});

describe('secp256r1', () => {
  const publicKey = p256.getPublicKey(KEY_SEED, true);
  const signature = p256.sign(MESSAGE, KEY_SEED, { lowS: true, format: 'compact' });
  const r = signature.subarray(0, 32);
  const s = signature.subarray(32);
  const ORDER = p256.Point.Fn.ORDER;
  const big = (value: bigint) => Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
  const highS = big(ORDER - BigInt(`0x${Buffer.from(s).toString('hex')}`));
  const half = (ORDER - 1n) / 2n;
  const zeros33 = new Uint8Array(33);
  const fieldPrime = p256.Point.Fp.ORDER;
  runCases(SECP256R1_ID, [
    ...offsetCases(signature, publicKey),
    { name: 'none at all', data: Uint8Array.of(0, 0), expected: 4 },
    { name: 'nine of them', data: new Uint8Array(2 + 9 * 14).with(0, 9), expected: 4 },
    {
      name: 'eight of them',
      data: concatBytes([
        Uint8Array.of(8, 0),
        ...new Array(8).fill(layOut(signature, publicKey, MESSAGE, { 0: 114, 2: 178, 4: 211 }).slice(2, 16)),
        signature,
        publicKey,
        MESSAGE,
      ]),
      expected: undefined,
    },
    { name: 'a high s', data: layOut(concatBytes([r, highS]), publicKey, MESSAGE), expected: 2 },
    { name: 's = (n−1)/2 is in range', data: layOut(concatBytes([r, big(half)]), zeros33, MESSAGE), expected: 0 },
    { name: 's = (n+1)/2 is not', data: layOut(concatBytes([r, big(half + 1n)]), zeros33, MESSAGE), expected: 2 },
    { name: 'r = 0', data: layOut(concatBytes([big(0n), s]), zeros33, MESSAGE), expected: 2 },
    { name: 's = 0', data: layOut(concatBytes([r, big(0n)]), zeros33, MESSAGE), expected: 2 },
    { name: 'r = n', data: layOut(concatBytes([big(ORDER), s]), zeros33, MESSAGE), expected: 2 },
    { name: 'r = n − 1 is in range', data: layOut(concatBytes([big(ORDER - 1n), s]), zeros33, MESSAGE), expected: 0 },
    { name: 'a key of zeros', data: layOut(signature, zeros33, MESSAGE), expected: 0 },
    { name: 'a key with an unknown prefix', data: layOut(signature, publicKey.with(0, 4), MESSAGE), expected: 0 },
    { name: 'a key beside the curve', data: layOut(signature, zeros33.with(0, 2).with(32, 1), MESSAGE), expected: 0 },
    {
      name: 'a key with x = p',
      data: layOut(signature, concatBytes([Uint8Array.of(2), big(fieldPrime)]), MESSAGE),
      expected: 0,
    },
    { name: "the key's negative", data: layOut(signature, publicKey.with(0, publicKey[0] ^ 1), MESSAGE), expected: 2 },
    {
      name: 'a missing message is seen before a bad key',
      data: layOut(signature, zeros33, MESSAGE, { [MSG_INDEX]: 3 }),
      expected: 3,
    },
  ]);
});

describe('mutations', () => {
  test.each([
    ['ed25519', ED25519_ID, layOut(ed25519.sign(MESSAGE, KEY_SEED), ed25519.getPublicKey(KEY_SEED), MESSAGE)],
    [
      'secp256r1',
      SECP256R1_ID,
      layOut(
        p256.sign(MESSAGE, KEY_SEED, { lowS: true, format: 'compact' }),
        p256.getPublicKey(KEY_SEED, true),
        MESSAGE,
      ),
    ],
    ['secp256k1', SECP256K1_ID, Uint8Array.of(1, 12, 0, 0, 77, 0, 0, 97, 0, 4, 0, 0, ...new Uint8Array(96).fill(3))],
  ] as const)('of %s end as in LiteSVM', (_, id, base) => {
    let state = 1;
    const random = (n: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % n;
    };
    for (let i = 0; i < 120; i++) {
      const data = base.slice(0, random(8) === 0 ? random(base.length + 1) : base.length);
      for (let j = random(3); j >= 0 && data.length > 0; j--) {
        data[random(random(2) === 0 ? Math.min(16, data.length) : data.length)] = random(4) === 0 ? 0xff : random(256);
      }
      const expected = oracle(id, [], data);
      if (PRECOMPILES.get(id)?.(data, [data]) !== expected) expect.fail(`${data}: expected ${expected}`);
    }
  });
});
