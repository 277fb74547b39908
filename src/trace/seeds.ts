// Makes the seeds of a program derived address readable. A seed is bytes; what they meant to the program is guessed from
// their length and look, and the guess is marked as a kind, never put in place of the bytes.

import { findProgramAddress } from '../crypto/program-address.ts';
import { decodeBase58, encodeBase58 } from '../wire/base58.ts';
import { encodeHex } from '../wire/bytes.ts';
import { Pubkey } from '../wire/pubkey.ts';
import type { ShowAddress } from './failure-text.ts';
import { decodePlainText } from './plain-text.ts';
import type { Derivation, Seed } from './transaction-trace.ts';

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

/** The seeds of one address as a list, as a programmer would write them. */
export function seedWords(seeds: readonly Seed[], show: ShowAddress): string {
  const words = seeds.map(({ bytes, kind, text }) => {
    if (kind === 'address') return show(text);
    // As Rust writes it: how wide it is decides, too.
    if (kind === 'number') return `${text}u${bytes.length * 8}`;
    return kind === 'text' ? JSON.stringify(text) : kind === 'bump' ? `bump ${text}` : text;
  });
  return `[${words.join(', ')}]`;
}

/** Which bump would have led to an address where these seeds lead onto the curve, in a sentence. */
export function bumpInstead({ seeds, programAddress }: Derivation, show: ShowAddress): string | undefined {
  const bytes = seeds.map((seed) => seed.bytes);
  const last = seeds.at(-1);
  const hasBump = last?.bytes.length === 1;
  const program = new Pubkey(decodeBase58(programAddress)!);
  const found = findProgramAddress(hasBump ? bytes.slice(0, -1) : bytes, program);
  if (typeof found === 'string') return undefined;
  const place = hasBump ? `in place of ${last.bytes[0]}` : 'as a further seed, behind the others';
  return `The bump ${found.bump} ${place} leads to ${show(found.address.toString())}.`;
}

function readNumber(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]);
  return value;
}
