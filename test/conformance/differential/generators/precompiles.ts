// Signatures that the precompiles verify: true ones made once, then offsets, keys and messages changed.

import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { COMPUTE_BUDGET_ID, ED25519_ID, SECP256K1_ID, SECP256R1_ID } from '../../../../src/runtime/addresses.ts';
import { Pubkey } from '../../../../src/wire/pubkey.ts';
import { ix, text, u8, u16 } from '../encode.ts';
import type { Generator } from '../world.ts';

const SECRET = new Uint8Array(32).fill(11);
const MESSAGE = text('every attempt is seen');
const NO_PROGRAM = Pubkey.fromBase58('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');

/** Header, a record of offsets, then signature, key and message, as ed25519 and secp256r1 have it. */
function layOut(signature: Uint8Array, key: Uint8Array, message: Uint8Array, index: number): Uint8Array {
  const start = 16;
  const fields = [
    start,
    index,
    start + signature.length,
    index,
    start + signature.length + key.length,
    message.length,
    index,
  ];
  return Buffer.concat([Uint8Array.of(1, 0), ...fields.map(u16), signature, key, message]);
}

function layOutEthereum(index: number): Uint8Array {
  const signature = secp256k1.sign(keccak_256(MESSAGE), SECRET, { prehash: false, format: 'recovered' });
  const address = keccak_256(secp256k1.getPublicKey(SECRET, false).subarray(1)).subarray(12);
  const start = 12;
  return Buffer.concat([
    u8(1),
    u16(start),
    u8(index),
    u16(start + 65),
    u8(index),
    u16(start + 85),
    u16(MESSAGE.length),
    u8(index),
    signature.subarray(1),
    signature.subarray(0, 1),
    address,
    MESSAGE,
  ]);
}

const HERE = 0xffff;
const KINDS = [
  {
    name: 'ed25519',
    program: ED25519_ID,
    data: (index: number) => layOut(ed25519.sign(MESSAGE, SECRET), ed25519.getPublicKey(SECRET), MESSAGE, index),
  },
  {
    name: 'secp256r1',
    program: SECP256R1_ID,
    data: (index: number) =>
      layOut(p256.sign(MESSAGE, SECRET, { lowS: true }), p256.getPublicKey(SECRET, true), MESSAGE, index),
  },
  { name: 'secp256k1', program: SECP256K1_ID, data: layOutEthereum },
];

const made = new Map<string, Uint8Array>();

const verify: Generator = (world) => {
  const { random } = world;
  const { name, program, data } = random.pick(KINDS);
  const index = name === 'secp256k1' ? random.mostly(0, [1, 2]) : random.mostly(HERE, [0, 1, 2]);
  const known = made.get(`${name} ${index}`) ?? data(index);
  made.set(`${name} ${index}`, known);
  const bytes = Uint8Array.from(known);
  if (random.chance(4)) bytes[random.below(random.chance(2) ? 16 : bytes.length)] ^= 1 << random.below(8);
  const instruction = ix(program, [], random.mostly(bytes, [bytes.subarray(0, random.below(bytes.length))]));
  // Data may lie in another instruction; one that ignores it is the compute budget's.
  const elsewhere = ix(random.mostly(NO_PROGRAM, [COMPUTE_BUDGET_ID]), [], bytes);
  return { name, instructions: random.chance(10) ? [instruction, elsewhere] : [instruction], isAlone: true };
};

export const PRECOMPILES: readonly (readonly [weight: number, generator: Generator])[] = [[1, verify]];
