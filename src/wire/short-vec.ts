// The compact-u16 length that precedes each list of a legacy or v0 transaction: 7 bits a byte, low bits first, the high
// bit set on all but the last byte. A number has exactly one encoding.
// Source: solana-sdk short-vec/src/lib.rs, visit_byte.

import { ParhelionError } from './errors.ts';

export const MAX_SHORT_VEC_LEN = 0xffff;

/** How many bytes the length takes: 1 to 3. */
export function shortVecSize(length: number): number {
  return length < 0x80 ? 1 : length < 0x4000 ? 2 : 3;
}

/**
 * Writes a length at `offset` and returns the offset behind it.
 *
 * @throws ParhelionError `INVALID_ARGUMENT` where the length is over {@link MAX_SHORT_VEC_LEN}.
 */
export function writeShortVecLength(bytes: Uint8Array, offset: number, length: number): number {
  if (length > MAX_SHORT_VEC_LEN) {
    throw new ParhelionError('INVALID_ARGUMENT', {
      name: 'The length of a list in a transaction',
      expected: `at most ${MAX_SHORT_VEC_LEN}`,
      received: `${length}`,
    });
  }
  for (; length > 0x7f; length >>>= 7) bytes[offset++] = (length & 0x7f) | 0x80;
  bytes[offset++] = length;
  return offset;
}

/** Why bytes are no compact-u16. */
export type ShortVecFault = 'cut' | 'alias' | 'overflow';

/** The length at `offset`, or why there is none. {@link shortVecSize} of it says how far it reached. */
export function readShortVecLength(
  bytes: Uint8Array,
  offset: number,
  end: number = bytes.length,
): number | ShortVecFault {
  if (offset >= end) return 'cut';
  const first = bytes[offset];
  if (first < 0x80) return first;
  if (offset + 1 >= end) return 'cut';
  const second = bytes[offset + 1];
  if (second === 0) return 'alias';
  if (second < 0x80) return (first & 0x7f) | (second << 7);
  if (offset + 2 >= end) return 'cut';
  const third = bytes[offset + 2];
  if (third === 0) return 'alias';
  if (third > 3) return 'overflow';
  return (first & 0x7f) | ((second & 0x7f) << 7) | (third << 14);
}
