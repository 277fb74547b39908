// Base58 (Bitcoin alphabet) of byte strings, as Solana prints addresses, hashes and signatures.
// Numbers are kept in doubles, four digits each when encoding (58^4 * 2^24 < 2^53), three bytes each when decoding
// (2^24 * 58^4 < 2^53), which is ten times faster than one BigInt.

import { ParhelionError } from './errors.ts';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const LIMB = 58 ** 4;
const BYTES_LIMB = 2 ** 24;
const ZERO_DIGIT = ALPHABET.charCodeAt(0);
const VALUE_OF = new Int8Array(128).fill(-1);
for (let i = 0; i < 58; i++) VALUE_OF[ALPHABET.charCodeAt(i)] = i;

export function encodeBase58(bytes: Uint8Array): string {
  let zeros = 0;
  while (zeros < bytes.length && bytes[zeros] === 0) zeros++;
  const limbs: number[] = [];
  for (let i = zeros; i < bytes.length; ) {
    // Three bytes a step; fewer in the first, so that the rest are whole.
    const end = i + ((bytes.length - i) % 3 || 3);
    let carry = 0;
    let scale = 1;
    for (; i < end; i++) {
      carry = carry * 256 + bytes[i];
      scale *= 256;
    }
    for (let j = 0; j < limbs.length; j++) {
      const value = limbs[j] * scale + carry;
      carry = Math.floor(value / LIMB);
      limbs[j] = value - carry * LIMB;
    }
    while (carry > 0) {
      const rest = Math.floor(carry / LIMB);
      limbs.push(carry - rest * LIMB);
      carry = rest;
    }
  }
  let text = '1'.repeat(zeros);
  for (let j = limbs.length - 1; j >= 0; j--) {
    const limb = limbs[j];
    const [d3, d2, d1] = [(limb / 195_112) | 0, ((limb / 3364) | 0) % 58, ((limb / 58) | 0) % 58];
    // No digit before the first that counts.
    if (j < limbs.length - 1 || d3 > 0) text += ALPHABET[d3];
    if (j < limbs.length - 1 || d3 + d2 > 0) text += ALPHABET[d2];
    if (j < limbs.length - 1 || d3 + d2 + d1 > 0) text += ALPHABET[d1];
    text += ALPHABET[limb % 58];
  }
  return text;
}

/** @throws ParhelionError `INVALID_BASE58` where a character isn't of the alphabet. */
export function decodeBase58(text: string): Uint8Array {
  let zeros = 0;
  while (zeros < text.length && text.charCodeAt(zeros) === ZERO_DIGIT) zeros++;
  const limbs: number[] = [];
  for (let i = zeros; i < text.length; ) {
    // Four digits a step; fewer in the first, so that the rest are whole.
    const end = i + ((text.length - i) % 4 || 4);
    let carry = 0;
    let scale = 1;
    for (; i < end; i++) {
      const code = text.charCodeAt(i);
      const digit = code < 128 ? VALUE_OF[code] : -1;
      if (digit < 0) throw new ParhelionError('INVALID_BASE58', { received: JSON.stringify(text.slice(0, 100)) });
      carry = carry * 58 + digit;
      scale *= 58;
    }
    for (let j = 0; j < limbs.length; j++) {
      const value = limbs[j] * scale + carry;
      carry = Math.floor(value / BYTES_LIMB);
      limbs[j] = value - carry * BYTES_LIMB;
    }
    if (carry > 0) limbs.push(carry);
  }
  const top = limbs.length === 0 ? 0 : limbs[limbs.length - 1];
  const topLen = top === 0 ? 0 : top < 0x100 ? 1 : top < 0x10000 ? 2 : 3;
  const out = new Uint8Array(zeros + Math.max(0, limbs.length - 1) * 3 + topLen);
  let offset = out.length;
  for (let j = 0; j < limbs.length; j++) {
    const limb = limbs[j];
    const len = j === limbs.length - 1 ? topLen : 3;
    for (let k = 0; k < len; k++) out[--offset] = limb >>> (8 * k);
  }
  return out;
}

/** Digits that a number holds the value of exactly, and what the value of the digits before counts then. */
const STEP = 9;
const STEP_SCALE = 58n ** 9n;

/**
 * The 32 bytes of an address that is known to be one. Code that is not optimised yet runs this six times faster than
 * `decodeBase58`; a fresh process decodes its constants with it.
 */
export function decodeKnownAddress(text: string): Uint8Array {
  let value = 0n;
  for (let i = 0, end = text.length % STEP; end <= text.length; end += STEP) {
    let digits = 0;
    for (; i < end; i++) digits = digits * 58 + VALUE_OF[text.charCodeAt(i)];
    value = value * STEP_SCALE + BigInt(digits);
  }
  const view = new DataView(new ArrayBuffer(32));
  for (let offset = 24; offset >= 0; offset -= 8) {
    view.setBigUint64(offset, value);
    value >>= 64n;
  }
  return new Uint8Array(view.buffer);
}
