// Numbers and text as instruction data and accounts have them: little-endian.

import { writeU16, writeU32, writeU64 } from '../../src/wire/bytes.ts';

export const u8 = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

export function u16(value: number): Uint8Array {
  const bytes = new Uint8Array(2);
  writeU16(bytes, 0, value);
  return bytes;
}

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  writeU32(bytes, 0, value);
  return bytes;
}

/** i64 too. */
export function u64(value: bigint | number): Uint8Array {
  const bytes = new Uint8Array(8);
  writeU64(bytes, 0, BigInt(value));
  return bytes;
}

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);
