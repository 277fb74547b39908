// Modular exponentiation of numbers of up to 512 bytes, little-endian.
// Source: SIMD-0529; solana-sdk big-mod-exp/src/lib.rs.

import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';

/** Whether a modulus is one: odd and greater than 1. */
export function isSupportedModulus(modulus: Uint8Array): boolean {
  return (
    modulus.length > 0 && (modulus[0] & 1) === 1 && (modulus[0] > 1 || modulus.some((byte, i) => i > 0 && byte > 0))
  );
}

/** `base ** exponent % modulus` in as many bytes as the modulus has. The modulus is a supported one. */
export function bigModExp(base: Uint8Array, exponent: Uint8Array, modulus: Uint8Array): Uint8Array {
  const m = bytesToNumberLE(modulus);
  let power = base.length === 0 ? 0n : bytesToNumberLE(base) % m;
  let result = 1n;
  let last = exponent.length - 1;
  while (last >= 0 && exponent[last] === 0) last--;
  for (let i = 0; i <= last; i++) {
    for (let bits = exponent[i], left = i === last ? 32 - Math.clz32(bits) : 8; left > 0; bits >>= 1, left--) {
      if ((bits & 1) === 1) result = (result * power) % m;
      if (i < last || left > 1) power = (power * power) % m;
    }
  }
  return numberToBytesLE(result, modulus.length);
}
