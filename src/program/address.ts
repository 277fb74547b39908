// Addresses in programs are @solana/kit's: base58 text, so that `===` compares them. Inside they are `Pubkey`. This file has
// the way in and out, and what may stand for the bytes of a seed.

import type { Address } from '@solana/kit';
import { Pubkey } from '../wire/pubkey.ts';

const MAX_KNOWN_KEYS = 4096;
const knownKeys = new Map<string, Pubkey>();

/** @throws ParhelionError `INVALID_ADDRESS` */
export function toPubkey(address: string): Pubkey {
  let key = knownKeys.get(address);
  if (key === undefined) {
    key = Pubkey.fromBase58(address);
    if (knownKeys.size >= MAX_KNOWN_KEYS) knownKeys.clear();
    knownKeys.set(address, key);
  }
  return key;
}

export function toAddress(key: Pubkey): Address {
  return key.toString() as Address;
}

/**
 * What a seed may be given as: bytes; text; an address, for its 32 bytes; a number from 0 to 255, for one byte (a bump).
 *
 * Text that is an address in base58 stands for the address. No text of at most 32 bytes of UTF-8, which is what a seed can
 * be, is one, but for addresses of nearly nothing but ones, such as the System program's.
 */
export type Seed = string | number | Uint8Array | readonly number[];

const encoder = new TextEncoder();
/** Base58 of 32 bytes has 32 to 44 digits. */
const ADDRESS_TEXT = /^[1-9A-HJ-NP-Za-km-z]{32,44}$/;

export function seedBytes(seed: Seed): Uint8Array {
  if (typeof seed === 'number') {
    if (!Number.isInteger(seed) || seed < 0 || seed > 255) throw new RangeError(`a seed of one byte can't be ${seed}`);
    return new Uint8Array([seed]);
  }
  if (seed === undefined || seed === null) throw new TypeError(`a seed can't be ${seed}`);
  if (typeof seed === 'string') return addressBytes(seed) ?? encoder.encode(seed);
  return seed instanceof Uint8Array ? seed : new Uint8Array(seed);
}

function addressBytes(text: string): Uint8Array | undefined {
  if (!ADDRESS_TEXT.test(text)) return undefined;
  try {
    return toPubkey(text).bytes;
  } catch {
    return undefined;
  }
}
