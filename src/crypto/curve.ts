// Whether 32 bytes are a point of the Edwards curve of Ed25519, which is what makes them no program-derived address.
// The rule is curve25519-dalek's `decompress`: y is bits 0..254 taken modulo p, so encodings of p and above count; the
// sign bit is never looked at, so x = 0 with the sign set counts too.
// Source: solana-sdk address/src/lib.rs, bytes_are_curve_point.

import { addressModule, KEY } from './curve25519/address-module.ts';

/** Whether the 32 bytes decompress to a point. */
export function isOnCurve(bytes: Uint8Array): boolean {
  const module = addressModule();
  module.memory.set(bytes, KEY);
  return module.isOnCurve() !== 0;
}
