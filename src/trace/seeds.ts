// Makes the seeds of a program derived address readable. A seed is bytes; what they meant to the program is guessed from
// their length and look, and the guess is marked as a kind, never put in place of the bytes.

import { encodeBase58 } from '../wire/base58.ts';
import { encodeHex } from '../wire/bytes.ts';
import { decodePlainText } from './plain-text.ts';
import type { Seed } from './transaction-trace.ts';

/** The seeds of one signer, in the order in which they are hashed. */
export function readSeeds(seeds: readonly Uint8Array[]): Seed[] {
  return seeds.map((bytes, i) => readSeed(bytes, i > 0 && i === seeds.length - 1));
}

function readSeed(bytes: Uint8Array, isLast: boolean): Seed {
  const copy = bytes.slice();
  // By convention the bump is the last seed, one byte.
  if (bytes.length === 1 && isLast) return { bytes: copy, kind: 'bump', text: String(bytes[0]) };
  const text = decodePlainText(bytes);
  if (text !== undefined) return { bytes: copy, kind: 'text', text };
  if (bytes.length === 32) return { bytes: copy, kind: 'address', text: encodeBase58(bytes) };
  if (bytes.length === 1 || bytes.length === 2 || bytes.length === 4 || bytes.length === 8) {
    return { bytes: copy, kind: 'number', text: readNumber(bytes).toString() };
  }
  return { bytes: copy, kind: 'bytes', text: `0x${encodeHex(bytes)}` };
}

function readNumber(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]);
  return value;
}
