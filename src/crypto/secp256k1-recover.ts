// The public key that made a secp256k1 signature. Both halves of the range of s count, and the hash is taken modulo n.
// Source: libsecp256k1 (paritytech), Signature::parse_standard_slice and recover.

import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToNumberBE } from '@noble/curves/utils.js';

const { Point } = secp256k1;
const { Fp, Fn } = Point;
const SCALAR_BYTES = 32;

/**
 * The key's x and y, 64 bytes big-endian; undefined where r or s is 0 or beyond n, or no point belongs to them.
 *
 * @param hash 32 bytes
 * @param signature r and s, 64 bytes big-endian
 * @param recoveryId bit 0: y is odd; bit 1: x is r + n
 */
export function recoverPublicKey(hash: Uint8Array, signature: Uint8Array, recoveryId: number): Uint8Array | undefined {
  const r = bytesToNumberBE(signature.subarray(0, SCALAR_BYTES));
  const s = bytesToNumberBE(signature.subarray(SCALAR_BYTES, 2 * SCALAR_BYTES));
  if (r === 0n || s === 0n || r >= Fn.ORDER || s >= Fn.ORDER) return undefined;
  const x = (recoveryId & 2) === 0 ? r : r + Fn.ORDER;
  if (x >= Fp.ORDER) return undefined;
  const compressed = new Uint8Array(1 + SCALAR_BYTES);
  compressed[0] = 2 + (recoveryId & 1);
  compressed.set(Fp.toBytes(x), 1);
  let point: InstanceType<typeof Point>;
  try {
    point = Point.fromBytes(compressed);
  } catch {
    return undefined;
  }
  // Q = (s·R − e·G) / r
  const inverse = Fn.inv(r);
  const e = Fn.create(bytesToNumberBE(hash));
  const key = Point.BASE.multiplyUnsafe(Fn.mul(Fn.neg(e), inverse)).add(point.multiplyUnsafe(Fn.mul(s, inverse)));
  return key.is0() ? undefined : key.toBytes(false).subarray(1);
}
