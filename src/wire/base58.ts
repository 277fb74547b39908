// Base58 (Bitcoin alphabet) of byte strings, as Solana prints addresses, hashes and signatures.
// Digits are kept five at a time in doubles, which is ten times faster than one BigInt: 58^5 * 2^8 < 2^53.

import { ParhelionError } from './errors.ts';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const LIMB = 58 ** 5;
const VALUE_OF = new Int8Array(128).fill(-1);
for (let i = 0; i < 58; i++) VALUE_OF[ALPHABET.charCodeAt(i)] = i;

export function encodeBase58(bytes: Uint8Array): string {
  let zeros = 0;
  while (zeros < bytes.length && bytes[zeros] === 0) zeros++;
  const limbs: number[] = [];
  for (let i = zeros; i < bytes.length; i++) {
    let carry = bytes[i];
    for (let j = 0; j < limbs.length; j++) {
      const value = limbs[j] * 256 + carry;
      carry = Math.floor(value / LIMB);
      limbs[j] = value - carry * LIMB;
    }
    if (carry > 0) limbs.push(carry);
  }
  let text = '';
  for (const [i, limb] of limbs.entries()) {
    let value = limb;
    let digits = '';
    for (let d = 0; d < 5 && (value > 0 || i < limbs.length - 1); d++) {
      digits = ALPHABET[value % 58] + digits;
      value = Math.floor(value / 58);
    }
    text = digits + text;
  }
  return '1'.repeat(zeros) + text;
}

/** @throws ParhelionError `INVALID_BASE58` where a character isn't of the alphabet. */
export function decodeBase58(text: string): Uint8Array {
  let zeros = 0;
  while (zeros < text.length && text[zeros] === '1') zeros++;
  const bytes: number[] = [];
  for (let i = zeros; i < text.length; i++) {
    const code = text.charCodeAt(i);
    let carry = code < 128 ? VALUE_OF[code] : -1;
    if (carry < 0) throw new ParhelionError('INVALID_BASE58', { received: JSON.stringify(text.slice(0, 100)) });
    for (let j = 0; j < bytes.length; j++) {
      const value = bytes[j] * 58 + carry;
      bytes[j] = value & 0xff;
      carry = value >> 8;
    }
    while (carry > 0) {
      bytes.push(carry & 0xff);
      carry >>= 8;
    }
  }
  const out = new Uint8Array(zeros + bytes.length);
  for (let i = 0; i < bytes.length; i++) out[out.length - 1 - i] = bytes[i];
  return out;
}
