// What seeds may have been meant instead of those that were given: the same value in other bytes, other orders, and where in
// instruction data a value may lie. Pure lists; seed-detective.ts tries them.

import { hashes } from '../crypto/hashes.ts';
import { decodeBase58, encodeBase58 } from '../wire/base58.ts';
import { equalBytes, U64_MAX } from '../wire/bytes.ts';

/** Bytes that may be a seed, and what they are in words. */
export interface Known {
  readonly bytes: Uint8Array;
  readonly words: string;
}

export const MAX_SEED_LEN = 32;

/** Programs that other programs derive with. */
export const OFTEN_SEEDS = [
  'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
  'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb',
  'metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s',
];

/** Where a number or an address may lie in instruction data: behind a tag of 0, 1 or 8 bytes, and at the end. */
export function dataRanges(data: Uint8Array): [offset: number, len: number][] {
  const ranges: [number, number][] = [];
  for (const offset of [0, 1, 8, 9, 16]) {
    for (const len of [1, 2, 4, 8, 32]) if (offset + len <= data.length) ranges.push([offset, len]);
  }
  for (const len of [1, 2, 4, 8, 32]) if (len < data.length) ranges.push([data.length - len, len]);
  return ranges.slice(0, 24);
}

/** The orders of so many seeds but for the one they have; those of long lists are swaps of two. */
export function* orders(count: number): Generator<number[]> {
  const start = Array.from({ length: count }, (_, i) => i);
  if (count > 5) {
    for (let i = 0; i < count; i++) {
      for (let j = i + 1; j < count; j++) yield start.with(i, j).with(j, i);
    }
    return;
  }
  for (const order of permutations(start)) if (order.some((value, i) => value !== i)) yield order;
}

function permutations(items: readonly number[]): number[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

/** The same value in other bytes. */
export function variantsOf(seed: Uint8Array): Known[] {
  const variants: Known[] = [];
  const add = (bytes: Uint8Array, words: string) => {
    if (bytes.length > 0 && bytes.length <= MAX_SEED_LEN && !equalBytes(bytes, seed)) variants.push({ bytes, words });
  };
  if (seed.length <= 8 && seed.length > 0) {
    const values: [bigint, string][] = [];
    const little = numberOf(seed);
    const big = numberOf(seed.toReversed());
    // The smaller is likely what was meant, and of two readings that give the same bytes the first is told.
    for (const value of big < little ? [big, little] : [little, big]) values.push([value, '']);
    if (little < U64_MAX) values.push([little + 1n, ' + 1']);
    if (little > 0n) values.push([little - 1n, ' - 1']);
    for (const [value, what] of values) {
      const shown = what === '' ? `${value}` : `${value} (the value${what})`;
      for (const width of [1, 2, 4, 8, 16]) {
        const bytes = bytesOf(value, width);
        if (bytes === undefined) continue;
        add(bytes, `the number ${shown} as u${width * 8}, little-endian`);
        add(bytes.toReversed(), `the number ${shown} as u${width * 8}, big-endian`);
      }
      add(new TextEncoder().encode(value.toString()), `the number ${shown} as text`);
    }
  }
  const text = textOf(seed);
  if (text !== undefined) {
    const encode = (value: string) => new TextEncoder().encode(value);
    const forms: [string, string][] = [
      [text.toLowerCase(), 'lower case'],
      [text.toUpperCase(), 'upper case'],
      [text.charAt(0).toUpperCase() + text.slice(1), 'capitalized'],
      [text.replaceAll('_', '-'), 'with - for _'],
      [text.replaceAll('-', '_'), 'with _ for -'],
      [text.replaceAll(/[_-]/g, ''), 'without separators'],
      [text.replaceAll(/[_-]/g, ' '), 'with blanks'],
      [text.trim(), 'without blanks around it'],
      [`${text}\0`, 'with a zero byte behind it'],
      [text.replace(/\0+$/, ''), 'without the zero bytes'],
      [`"${text}"`, 'with quotes'],
      [`${text}s`, 'in the plural'],
      [text.replace(/s$/, ''), 'in the singular'],
      [text.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase(), 'in snake_case'],
    ];
    for (const [value, words] of forms) add(encode(value), `${JSON.stringify(value)} (${words})`);
    const padded = new Uint8Array(32);
    padded.set(seed.subarray(0, 32));
    add(padded, `${JSON.stringify(text)} padded with zeros to 32 bytes`);
    if (/^\d{1,19}$/.test(text)) {
      for (const width of [1, 2, 4, 8]) {
        const bytes = bytesOf(BigInt(text), width);
        if (bytes !== undefined) add(bytes, `the number ${text} as u${width * 8}, little-endian`);
      }
    }
    const prefix = new Uint8Array(4 + seed.length);
    prefix[0] = seed.length;
    prefix.set(seed, 4);
    add(prefix, `${JSON.stringify(text)} with Borsh's length before it`);
    const key = tryBase58(text);
    if (key !== undefined) add(key, `the bytes that ${JSON.stringify(text)} stands for in base58`);
    if (/^(?:[0-9a-f]{2})+$/i.test(text)) {
      add(
        Uint8Array.from(text.match(/../g)!, (pair) => Number.parseInt(pair, 16)),
        `the bytes that ${JSON.stringify(text)} stands for in hex`,
      );
    }
  }
  if (seed.length === 32) {
    const base58 = encodeBase58(seed);
    add(new TextEncoder().encode(base58.slice(0, 32)), 'the first 32 characters of the address as text');
    add(new TextEncoder().encode(base58.slice(0, 8)), 'the first 8 characters of the address as text');
    add(seed.slice(0, 8), 'the first 8 bytes of the address');
    add(seed.toReversed(), 'the address, its bytes reversed');
  }
  add(hashes.sha256(seed), 'the SHA-256 of what was given');
  return variants;
}

function tryBase58(text: string): Uint8Array | undefined {
  return /^[1-9A-HJ-NP-Za-km-z]+$/.test(text) ? decodeBase58(text) : undefined;
}

function textOf(seed: Uint8Array): string | undefined {
  const isText = seed.length > 0 && seed.every((byte, i) => (byte >= 0x20 && byte < 0x7f) || (byte === 0 && i > 0));
  return isText ? String.fromCharCode(...seed) : undefined;
}

export function numberOf(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]);
  return value;
}

function bytesOf(value: bigint, width: number): Uint8Array | undefined {
  if (value < 0n || value >> BigInt(width * 8) !== 0n) return undefined;
  return Uint8Array.from({ length: width }, (_, i) => Number((value >> BigInt(i * 8)) & 0xffn));
}
