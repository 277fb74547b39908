// Ed25519 signatures by the two sets of rules the chain has. Both are strict: the equation holds without the cofactor,
// [s]B − [k]A = R, s is below the group order, and neither A nor R is a point of small order.
// They differ in how R is compared. A transaction's signature needs R's bytes to be the canonical encoding (dalek 2);
// the precompile compares points (dalek 1.0.1), so an R with y ≥ p passes.
// @noble's own `verify` multiplies by the cofactor and so accepts what Solana rejects.
// Source: solana-sdk signature/src/lib.rs; agave precompiles/src/ed25519.rs.

import { ed25519 } from '@noble/curves/ed25519.js';
import { hashes } from './hashes.ts';

const { Point } = ed25519;

/** Whether a transaction's signature (64 bytes) by `publicKey` (32 bytes) over `message` holds. */
export function verifySignatureStrict(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  return verify(signature, message, publicKey, true);
}

/** The same by the rules of the ed25519 precompile. */
export function verifyPrecompileSignature(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  return verify(signature, message, publicKey, false);
}

function verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array, canonicalR: boolean): boolean {
  if (signature.length !== 64 || publicKey.length !== 32) return false;
  const rBytes = signature.subarray(0, 32);
  const s = bytesToNumberLE(signature.subarray(32));
  if (s >= Point.Fn.ORDER) return false;
  let a: InstanceType<typeof Point>;
  let r: InstanceType<typeof Point>;
  try {
    a = Point.fromBytes(publicKey, true);
    r = Point.fromBytes(rBytes, true);
  } catch {
    return false;
  }
  if (a.isSmallOrder() || r.isSmallOrder()) return false;
  if (canonicalR && !r.toBytes().every((byte, i) => byte === rBytes[i])) return false;
  const input = new Uint8Array(64 + message.length);
  input.set(rBytes, 0);
  input.set(publicKey, 32);
  input.set(message, 64);
  const k = bytesToNumberLE(hashes.sha512(input)) % Point.Fn.ORDER;
  return Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k)).equals(r);
}

function bytesToNumberLE(bytes: Uint8Array): bigint {
  let hex = '';
  for (let i = bytes.length - 1; i >= 0; i--) hex += bytes[i].toString(16).padStart(2, '0');
  return BigInt(`0x${hex}`);
}
