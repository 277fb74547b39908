// How syscalls reach guest memory: each helper checks an address and returns the host offset into `memory.bytes`.
// What to know first: an address is checked before its alignment; a list of no elements is never looked at, whatever
// its address; programs of loader v1 are excused from alignment; outputs are all checked for access before any of them
// is checked for anything else.
// Offsets stay valid; `memory.bytes` and `memory.view` don't: read them after the last translation.
// Source: agave program-runtime/src/memory.rs, translate_*_inner; syscalls/src/lib.rs, translate_mut,
// translate_string_and_do.

import { addAddr, type U64, type VmMemory } from '../../sbpf/memory.ts';
import { currentActivation } from '../activation.ts';
import { SyscallError } from '../errors.ts';
import type { InvokeContext } from '../invoke-context.ts';

const TRANSLATION_SOURCE = 'agave program-runtime/src/memory.rs';
const I64_MAX = (1n << 63n) - 1n;

/** Elements of a list that is looked at without asking whether its size is exact. */
const MAX_SMALL_COUNT = 65_536;

/** Bytes of a pair `{ addr: u64, len: u64 }`, and its alignment. */
export const VM_SLICE_SIZE = 16;
export const VM_SLICE_ALIGN = 8;

/** A range of guest memory as a program names it. Source: agave transaction-context/src/vm_slice.rs, VmSlice. */
export interface VmSlice {
  readonly addr: U64;
  readonly len: U64;
}

/** Host offset of one value of `size` bytes. Fails with the access violation first, then `UnalignedPointer`. */
export function translateType(
  context: InvokeContext,
  memory: VmMemory,
  access: 'load' | 'store',
  vmAddr: U64,
  size: number,
  align: number,
): number {
  const offset = memory.translate(access, vmAddr, size);
  if (align > 1) checkAlignment(context, vmAddr, align);
  return offset;
}

/**
 * Host offset of `count` elements; 0, with no access, where there are none. Fails with `InvalidLength` where the bytes
 * exceed an i64, then the access violation, then `UnalignedPointer`.
 */
export function translateSlice(
  context: InvokeContext,
  memory: VmMemory,
  access: 'load' | 'store',
  vmAddr: U64,
  count: U64,
  elementSize: number,
  align: number,
): number {
  if (count === 0) return 0;
  const offset = memory.translate(access, vmAddr, sizeOfSlice(count, elementSize));
  if (align > 1) checkAlignment(context, vmAddr, align);
  return offset;
}

/** As `translateType`, of the value whose address stands `pointerAt` in memory, `moved` bytes before. */
export function followType(
  context: InvokeContext,
  memory: VmMemory,
  access: 'load' | 'store',
  pointerAt: number,
  size: number,
  align: number,
  moved = 0,
): number {
  const offset = memory.follow(access, pointerAt, size, moved);
  if (isUnaligned(memory, pointerAt, align, moved))
    checkAlignment(context, addAddr(memory.readU64(pointerAt), moved), align);
  return offset;
}

/** As `translateSlice`, of readable elements whose address stands `pointerAt` in memory. */
export function followSlice(
  context: InvokeContext,
  memory: VmMemory,
  pointerAt: number,
  count: U64,
  elementSize: number,
  align: number,
): number {
  const size = sizeIfSmall(count, elementSize);
  if (size < 0) return translateSlice(context, memory, 'load', memory.readU64(pointerAt), count, elementSize, align);
  if (size === 0) return 0;
  const offset = memory.follow('load', pointerAt, size);
  if (isUnaligned(memory, pointerAt, align, 0)) checkAlignment(context, memory.readU64(pointerAt), align);
  return offset;
}

/** The bytes of so many elements, or -1 where they are so many that somebody else has to do it. */
function sizeIfSmall(count: U64, elementSize: number): number {
  return typeof count === 'number' && count <= MAX_SMALL_COUNT ? count * elementSize : -1;
}

function isUnaligned({ view }: VmMemory, pointerAt: number, align: number, moved: number): boolean {
  return ((view.getInt32(pointerAt, true) + moved) & (align - 1)) !== 0;
}

/** Host offset of `len` readable bytes. */
export function translateBytes(memory: VmMemory, vmAddr: U64, len: U64): number {
  if (len === 0) return 0;
  if (typeof len === 'bigint' && len > I64_MAX) refuseLength(len);
  return memory.load(vmAddr, len);
}

/**
 * Host offset of `len` bytes for a syscall to write; 0, with no access, where there are none. Unlike `translateSlice`, a
 * length beyond an i64 fails with the access violation: a syscall's outputs are touched before they are measured.
 */
export function translateOutput(memory: VmMemory, vmAddr: U64, len: U64): number {
  return len === 0 ? 0 : memory.touch('store', vmAddr, len);
}

/** The same for one value of `size` bytes with an alignment, which is checked once it is known to be writable. */
export function translateOutputType(
  context: InvokeContext,
  memory: VmMemory,
  vmAddr: U64,
  size: number,
  align: number,
): number {
  const offset = memory.touch('store', vmAddr, size);
  checkAlignment(context, vmAddr, align);
  return offset;
}

/** A range that a syscall writes. */
export interface Output {
  readonly vmAddr: U64;
  readonly len: number;
  readonly align: number;
}

/**
 * Host offsets of several ranges that a syscall writes. All are touched before any is translated, since a touch may
 * move a region; then each one's alignment is checked, and last, pair by pair, that no two overlap.
 */
export function translateOutputs(context: InvokeContext, memory: VmMemory, outputs: readonly Output[]): number[] {
  for (const { vmAddr, len } of outputs) translateOutput(memory, vmAddr, len);
  const offsets = outputs.map(({ vmAddr, len, align }) => {
    return translateSlice(context, memory, 'store', vmAddr, len, 1, align);
  });
  for (let i = 0; i < outputs.length; i++) {
    for (let k = i + 1; k < outputs.length; k++) {
      const [aLen, bLen] = [outputs[i].len, outputs[k].len];
      if (aLen > 0 && bLen > 0) checkNonOverlapping(offsets[i], aLen, offsets[k], bLen);
    }
  }
  return offsets;
}

/** Host offset of `count` pairs `{ addr, len }`. */
export function translateVmSlices(context: InvokeContext, memory: VmMemory, vmAddr: U64, count: U64): number {
  return translateSlice(context, memory, 'load', vmAddr, count, VM_SLICE_SIZE, VM_SLICE_ALIGN);
}

/** The pairs at a translated offset. */
export function readVmSlices(memory: VmMemory, offset: number, count: number): VmSlice[] {
  const slices: VmSlice[] = [];
  for (let i = 0; i < count; i++, offset += VM_SLICE_SIZE) {
    slices.push({ addr: memory.readU64(offset), len: memory.readU64(offset + 8) });
  }
  return slices;
}

/** Fails with `UnalignedPointer` where the running program must align and didn't. */
function checkAlignment(context: InvokeContext, vmAddr: U64, align: number): void {
  // Each region's host memory is aligned at least as strictly as any type, so that the guest address decides.
  // Only the low bits matter: `&` takes them from any safe integer, and no larger address was ever translated.
  if ((Number(vmAddr) & (align - 1)) !== 0 && currentActivation(context).checkAligned) {
    const refusal = { rule: 'translate_type', source: TRANSLATION_SOURCE, limit: align, actual: vmAddr };
    throw new SyscallError('UnalignedPointer', 'Unaligned pointer', refusal);
  }
}

/** Fails with `CopyOverlapping` where two ranges share a byte. */
export function checkNonOverlapping(a: U64, aLen: U64, b: U64, bLen: U64): void {
  if (isNonOverlapping(a, aLen, b, bLen)) return;
  throw new SyscallError('CopyOverlapping', 'Overlapping copy', {
    rule: 'is_nonoverlapping',
    source: 'agave syscalls/src/mem_ops.rs',
    detail: `[${a}; ${aLen}] and [${b}; ${bLen}]`,
  });
}

/** Source: agave syscalls/src/mem_ops.rs, is_nonoverlapping. */
function isNonOverlapping(a: U64, aLen: U64, b: U64, bLen: U64): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a > b ? a - b >= bLen : b - a >= aLen;
  return a > b ? BigInt(a) - BigInt(b) >= bLen : BigInt(b) - BigInt(a) >= aLen;
}

/**
 * The text at `vmAddr`, or `InvalidString`: the error Rust gives for its first byte that isn't UTF-8, and all its bytes.
 */
export function translateString(memory: VmMemory, vmAddr: U64, len: U64): string {
  const offset = translateBytes(memory, vmAddr, len);
  const bytes = memory.bytes.subarray(offset, offset + Number(len));
  try {
    return UTF8.decode(bytes);
  } catch {
    const rule = 'translate_string_and_do';
    const text = `${describeInvalidUtf8(bytes)}: [${bytes.join(', ')}]`;
    throw new SyscallError('InvalidString', text, { rule, source: 'agave syscalls/src/lib.rs' });
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes of `count` elements, exactly. */
function sizeOfSlice(count: U64, elementSize: number): U64 {
  if (typeof count === 'number') {
    const size = count * elementSize;
    if (Number.isSafeInteger(size)) return size;
  }
  const size = BigInt(count) * BigInt(elementSize);
  if (size > I64_MAX) refuseLength(size);
  return size;
}

function refuseLength(actual: bigint): never {
  const refusal = { rule: 'translate_slice', source: TRANSLATION_SOURCE, limit: I64_MAX, actual };
  throw new SyscallError('InvalidLength', 'InvalidLength', refusal);
}

/** What Rust's `Utf8Error` says of bytes that are known not to be UTF-8. Source: the Rust library, core::str. */
function describeInvalidUtf8(bytes: Uint8Array): string {
  let i = 0;
  while (i < bytes.length) {
    const first = bytes[i];
    const width = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (width === 0) return `invalid utf-8 sequence of 1 bytes from index ${i}`;
    for (let k = 1; k < width; k++) {
      if (i + k >= bytes.length) return `incomplete utf-8 byte sequence from index ${i}`;
      // The second byte's range keeps out overlong forms, surrogates and what lies past U+10FFFF.
      const low = k > 1 ? 0x80 : first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
      const high = k > 1 ? 0xbf : first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
      const byte = bytes[i + k];
      if (byte < low || byte > high) return `invalid utf-8 sequence of ${k} bytes from index ${i}`;
    }
    i += width;
  }
  throw new Error('These bytes are UTF-8 after all.');
}
