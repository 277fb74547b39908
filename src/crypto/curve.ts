// Whether 32 bytes are a point of the Edwards curve of Ed25519, which is what makes them no program-derived address.
// The rule is curve25519-dalek's `decompress`: y is bits 0..254 taken modulo p, so encodings of p and above count; the
// sign bit is never looked at, so x = 0 with the sign set counts too.
// Source: solana-sdk address/src/lib.rs, bytes_are_curve_point.

import { ed25519 } from '@noble/curves/ed25519.js';

/** Whether the 32 bytes decompress to a point. */
export function isOnCurve(bytes: Uint8Array): boolean {
  try {
    ed25519.Point.fromBytes(bytes, true);
    return true;
  } catch {
    return false;
  }
}
