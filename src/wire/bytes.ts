// Little-endian integers in byte arrays, and the few things done to whole arrays.
// Offsets are the caller's to check: reading past the end gives zeros, as a Uint8Array does, never an exception.

import { ParhelionError } from './errors.ts';

export const U64_MAX = 0xffff_ffff_ffff_ffffn;

export function readU16(bytes: Uint8Array, offset: number): number {
  return bytes[offset] | (bytes[offset + 1] << 8);
}

export function readU32(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] | (bytes[offset + 1] << 8) | (bytes[offset + 2] << 16) | (bytes[offset + 3] << 24)) >>> 0;
}

// A u64 in two forms. Reading it as a bigint takes 10 ns, `BigInt(…)` of a number 35. Every host that runs WebAssembly at
// a bearable price is little-endian.
const halves = new Uint32Array(2);
const whole = new BigUint64Array(halves.buffer);

export function readU64(bytes: Uint8Array, offset: number): bigint {
  halves[0] = readU32(bytes, offset);
  halves[1] = readU32(bytes, offset + 4);
  return whole[0];
}

/** A u32 as a bigint. */
export function u32ToBigint(value: number): bigint {
  halves[0] = value;
  halves[1] = 0;
  return whole[0];
}

export function readI64(bytes: Uint8Array, offset: number): bigint {
  return BigInt.asIntN(64, readU64(bytes, offset));
}

export function writeU16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value;
  bytes[offset + 1] = value >>> 8;
}

export function writeU32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value;
  bytes[offset + 1] = value >>> 8;
  bytes[offset + 2] = value >>> 16;
  bytes[offset + 3] = value >>> 24;
}

/** Writes the low 64 bits of `value`, so it serves i64 too. */
export function writeU64(bytes: Uint8Array, offset: number, value: bigint): void {
  const u64 = BigInt.asUintN(64, value);
  writeU32(bytes, offset, Number(u64 & 0xffffffffn));
  writeU32(bytes, offset + 4, Number(u64 >> 32n));
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The arrays end to end, in a new one. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let len = 0;
  for (const part of parts) len += part.length;
  const out = new Uint8Array(len);
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

export function encodeHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += (byte >>> 4).toString(16) + (byte & 15).toString(16);
  return text;
}

/** @throws ParhelionError `INVALID_ARGUMENT` where the text isn't pairs of hexadecimal digits. */
export function decodeHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) {
    throw new ParhelionError('INVALID_ARGUMENT', {
      name: 'hex text',
      expected: 'pairs of the digits 0-9, a-f',
      received: JSON.stringify(text.slice(0, 100)),
    });
  }
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(text.slice(i * 2, i * 2 + 2), 16);
  return out;
}
