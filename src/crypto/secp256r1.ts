// ECDSA on P-256 over sha256, with the narrow range of s that keeps a signature from having a twin.
// Source: agave precompiles/src/secp256r1.rs, verify.

import { p256 } from '@noble/curves/nist.js';

/**
 * What is wrong with a signature, in this order: r is not in 1..n−1 or s not in 1..(n−1)/2; the key is no compressed
 * point; the equation doesn't hold. Undefined where nothing is.
 *
 * @param signature r and s, 64 bytes big-endian
 * @param publicKey 33 bytes, SEC 1 compressed
 */
export function checkSecp256r1Signature(
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
): 'InvalidSignature' | 'InvalidPublicKey' | undefined {
  if (!isInRange(signature)) return 'InvalidSignature';
  if (!p256.utils.isValidPublicKey(publicKey, true)) return 'InvalidPublicKey';
  const options = { lowS: true, prehash: true, format: 'compact' } as const;
  return p256.verify(signature, message, publicKey, options) ? undefined : 'InvalidSignature';
}

function isInRange(signature: Uint8Array): boolean {
  try {
    return !p256.Signature.fromBytes(signature, 'compact').hasHighS();
  } catch {
    return false;
  }
}
