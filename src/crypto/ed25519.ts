// Ed25519 signatures by the two sets of rules the chain has. Both are strict: the equation holds without the cofactor,
// [s]B − [k]A = R, s is below the group order, and neither A nor R is a point of small order.
// They differ in how R is compared. A transaction's signature needs R's bytes to be the canonical encoding (dalek 2);
// the precompile compares points (dalek 1.0.1), so an R with y ≥ p passes.
// Source: solana-sdk signature/src/lib.rs; agave precompiles/src/ed25519.rs.
//
// Here are the rules and the choice of tables; the mathematics is in curve25519/. A key that comes back gets a comb, a
// table with which a check takes a third of the time. Tables live in the module's memory, a bounded number of them.

import { PUBKEY_BYTES } from '../wire/pubkey.ts';
import { combs } from './curve25519/combs.ts';
import { L, P, Y_OF_ORDER_8 } from './curve25519/constants.ts';
import { INPUT_BYTES, MAP, type SignatureModule, signatureModule } from './curve25519/signature-module.ts';
import { padSha2, SHA2_BLOCK_BYTES } from './hashing/padding.ts';

const SIGNATURE_BYTES = 64;
const SCALAR_BYTES = 32;

/** Encodings of the eight points of small order, without sign: y of 0, 1, −1, ±y of order 8, and 0 and 1 once more. */
const SMALL_ORDER_Y: readonly Uint8Array[] = [0n, 1n, P - 1n, Y_OF_ORDER_8, P - Y_OF_ORDER_8, P, P + 1n].map(toBytes);
const ORDER = toBytes(L);

/** Whether a transaction's signature (64 bytes) by `publicKey` (32 bytes) over `message` holds. */
export function verifySignatureStrict(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  return verify(signature, message, publicKey, false);
}

/** The same by the rules of the ed25519 precompile. */
export function verifyPrecompileSignature(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  return verify(signature, message, publicKey, true);
}

function verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array, anyEncodingOfR: boolean): boolean {
  if (signature.length !== SIGNATURE_BYTES || publicKey.length !== PUBKEY_BYTES) return false;
  if (!isBelowOrder(signature, SCALAR_BYTES) || isSmallOrder(signature) || isSmallOrder(publicKey)) return false;
  const module = signatureModule();
  const { memory } = module;
  memory.set(signature.subarray(SCALAR_BYTES), MAP.s);
  memory.set(signature.subarray(0, SCALAR_BYTES), MAP.expectedR);
  if (!isCanonical(signature)) {
    if (!anyEncodingOfR) return false;
    makeCanonical(memory, MAP.expectedR);
  }
  memory.set(publicKey, MAP.publicKey);
  const key = combs().ofKey(publicKey);
  if (key === undefined) {
    const width = combs().multiplesWidth();
    if (module.loadKeyAndR() === 0) return false;
    hashChallenge(module, signature, publicKey, message);
    return module.holds(width) !== 0;
  }
  const base = combs().ofBase();
  hashChallenge(module, signature, publicKey, message);
  module.begin();
  module.addKeyComb(key.address, key.width);
  module.addBaseComb(base.address, base.width);
  return module.isExpected() !== 0;
}

/** Hashes R ‖ A ‖ message, in pieces where it is longer than the module's input. */
function hashChallenge(
  module: SignatureModule,
  signature: Uint8Array,
  publicKey: Uint8Array,
  message: Uint8Array,
): void {
  const { memory } = module;
  const blockBytes = SHA2_BLOCK_BYTES.sha512;
  memory.set(signature.subarray(0, SCALAR_BYTES), MAP.input);
  memory.set(publicKey, MAP.input + SCALAR_BYTES);
  module.beginHash();
  let filled = SCALAR_BYTES + PUBKEY_BYTES;
  let taken = 0;
  for (;;) {
    const room = INPUT_BYTES - 2 * blockBytes - filled;
    const piece = message.length - taken <= room ? message.subarray(taken) : message.subarray(taken, taken + room);
    memory.set(piece, MAP.input + filled);
    taken += piece.length;
    filled += piece.length;
    if (taken === message.length) break;
    module.hashBlocks(filled / blockBytes);
    filled = 0;
  }
  const total = SCALAR_BYTES + PUBKEY_BYTES + message.length;
  module.hashBlocks(padSha2('sha512', memory, MAP.input, filled, total));
  module.endHash();
}

function isBelowOrder(bytes: Uint8Array, offset: number): boolean {
  for (let i = SCALAR_BYTES - 1; i >= 0; i--) {
    if (bytes[offset + i] !== ORDER[i]) return bytes[offset + i] < ORDER[i];
  }
  return false;
}

/** Whether the 32 bytes at the start are, sign aside, one of {@link SMALL_ORDER_Y}. */
function isSmallOrder(bytes: Uint8Array): boolean {
  for (const y of SMALL_ORDER_Y) {
    let i = 0;
    while (i < 31 && bytes[i] === y[i]) i++;
    if (i === 31 && (bytes[31] & 0x7f) === y[31]) return true;
  }
  return false;
}

/** Whether the y of the 32 bytes at the start is below p. */
function isCanonical(bytes: Uint8Array): boolean {
  if (bytes[0] < 0xed || (bytes[31] & 0x7f) !== 0x7f) return true;
  for (let i = 1; i < 31; i++) if (bytes[i] !== 0xff) return true;
  return false;
}

/** Takes p off a y that is p or more; the sign stays. */
function makeCanonical(bytes: Uint8Array, offset: number): void {
  bytes[offset] -= 0xed;
  bytes.fill(0, offset + 1, offset + 31);
  bytes[offset + 31] &= 0x80;
}

function toBytes(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}
