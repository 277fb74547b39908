// Memory for the data of accounts. Stored versions are never written in place, so each change of an account takes a new
// array, and an ArrayBuffer of its own for each costs several times what the copy does (0.4 µs of a Token transfer for
// one). Small ones therefore share buffers, which are short: an account that outlives its neighbours holds on to no more
// than one of them.

import type { VmMemory } from '../sbpf/memory.ts';

const BUFFER_LEN = 4096;
/** Data longer than this has a buffer of its own. */
const MAX_SHARED_LEN = 512;
/** So that data can be looked at as words. */
const ALIGNMENT = 8;

let buffer = new ArrayBuffer(BUFFER_LEN);
let words = new Uint32Array(buffer);
let used = 0;

/** A new array of zeros. */
export function allocateAccountData(len: number): Uint8Array {
  if (len === 0 || len > MAX_SHARED_LEN) return new Uint8Array(len);
  // First the place: finding it may be what makes the next buffer.
  const start = take(len);
  return new Uint8Array(buffer, start, len);
}

/** A copy of `len` bytes at `offset` of guest memory. */
export function copyAccountData(memory: VmMemory, offset: number, len: number): Uint8Array {
  if (len === 0 || len > MAX_SHARED_LEN || (offset & 3) !== 0) return memory.bytes.slice(offset, offset + len);
  const start = take(len);
  const { u32 } = memory;
  const whole = len >> 2;
  for (let i = 0, to = start >> 2, from = offset >> 2; i < whole; i++) words[to + i] = u32[from + i];
  const data = new Uint8Array(buffer, start, len);
  for (let i = whole * 4; i < len; i++) data[i] = memory.bytes[offset + i];
  return data;
}

/** Makes room in the buffer that is shared at the moment. */
function take(len: number): number {
  if (used + len > BUFFER_LEN) {
    buffer = new ArrayBuffer(BUFFER_LEN);
    words = new Uint32Array(buffer);
    used = 0;
  }
  const start = used;
  used = (start + len + ALIGNMENT - 1) & -ALIGNMENT;
  return start;
}
