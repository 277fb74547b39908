// Guest memory of one machine: which guest addresses exist, where they lie in the machine's WebAssembly memory, and what
// is said of an access to those that don't. Syscalls read and write through it; an engine does most accesses inline, by
// the table of regions in the control block, and comes here for the rest.
//
// Cleaning: stack and heap read as zero at the start of a run, yet most runs write little of them. So the table's write
// limits start at 0 and are raised where a store needs it (here, or in the engine): below the limit, and from
// `DIRTY_FROM` up, bytes may have been written; between the two they are still zero. Who writes inputs can have the same
// told of them (`trackInput`).
// Source: sbpf src/memory_region.rs, MemoryMapping.

import {
  MM_BYTECODE_START,
  MM_HEAP_START,
  MM_INPUT_START,
  MM_REGION_SIZE,
  MM_RODATA_START,
  MM_STACK_START,
} from './address-space.ts';
import {
  ACCESS_ADDR,
  DIRT_GRAIN,
  DIRTY_FROM,
  GAP_MASK,
  GAP_SIZE,
  HEAP,
  HOST_OFFSET,
  PATIENCE,
  READ_LIMIT,
  REGION_COUNT,
  REGION_SHIFT,
  STACK,
  STALE,
  WINDOW_DELTA,
  WINDOW_READ_END,
  WINDOW_REGION,
  WINDOW_START,
  WINDOW_WRITE_END,
  WRITE_LIMIT,
} from './control-block.ts';
import { type AccessType, EbpfError } from './errors.ts';

/** A u64 as a register or guest memory held it: a number while that is exact (< 2^53), else a bigint. */
export type U64 = number | bigint;

const PAGE = 65_536;
/** 512 MiB: more than the largest input (64 MiB and 255 growth areas) and the programs of a deep stack need. */
const MAX_PAGES = 8192;

const STACK_REGION = MM_STACK_START / MM_REGION_SIZE;
const HEAP_REGION = MM_HEAP_START / MM_REGION_SIZE;
const INPUT_REGION = MM_INPUT_START / MM_REGION_SIZE;
/** Regions before the input in the sorted list by which errors count. */
const REGIONS_BEFORE_INPUT = 3;
const REGION_NAMES = ['allocated', 'program', 'stack', 'heap', 'input'] as const;
const NO_PAYLOAD = -1;

/** Stores far from the write limit that one run may make before its whole stack or heap counts as written. */
const DIRT_PATIENCE = 256;

/**
 * A stretch of input mapped on its own. The embedder keeps the object and may change all but `vmAddr` while a syscall
 * or a fault callback runs.
 */
export interface InputRegion {
  readonly vmAddr: number;
  hostOffset: number;
  len: number;
  writable: boolean;
  /** What the fault callback knows the region by; -1 if it is not to be asked. */
  payload: number;
}

/**
 * Asked when an access to a region fails. May change the region, and returns whether the access is worth another try.
 * `maxLen` is how far it is to the next region: what the region may grow to.
 */
export type InputFault = (
  access: AccessType,
  vmAddr: number,
  len: number,
  region: InputRegion,
  maxLen: number,
) => boolean;

/** Guest memory that lies in one piece. */
export interface MappedRegion {
  readonly vmAddr: number;
  /** In `VmMemory.bytes`. */
  readonly hostOffset: number;
  readonly len: number;
}

export interface MemoryLayout {
  readonly stackLen: number;
  readonly stackGaps: boolean;
  readonly heapLen: number;
  readonly rodataVmAddr: number;
  readonly rodataHostOffset: number;
  readonly rodataLen: number;
  /** What the text of a violation depends on. */
  readonly stackFrameSize: number;
  readonly maxCallDepth: number;
  /** V1 and V2: their violations name no stack frame. */
  readonly dynamicStackFrames: boolean;
}

/** An address moved by a few bytes, wrapping as the machine's addresses do. */
export function addAddr(addr: U64, bytes: number): U64 {
  const sum = typeof addr === 'number' ? addr + bytes : -1;
  if (sum >= 0 && sum <= Number.MAX_SAFE_INTEGER) return sum;
  const wrapped = BigInt.asUintN(64, BigInt(addr) + BigInt(bytes));
  return wrapped <= Number.MAX_SAFE_INTEGER ? Number(wrapped) : wrapped;
}

const word = (region: number, field: number): number => (field + (region << REGION_SHIFT)) >> 2;

export class VmMemory {
  readonly wasm: WebAssembly.Memory;
  /** All of the machine's memory. Replaced when it grows: don't keep it over a call that may run a program. */
  bytes!: Uint8Array;
  view!: DataView;
  u32!: Uint32Array;
  /** Why `resolveAccess` answered 0. */
  fault: EbpfError | undefined;

  #stackFrameSize = GAP_SIZE;
  #maxCallDepth = 0;
  #namesStackFrames = true;
  #rodataRegion = MM_BYTECODE_START / MM_REGION_SIZE;
  #rodataStart = 0;
  #rodataHost = 0;
  #rodataLen = 0;
  #inputWritable = true;
  /** Where `trackInput` is used: what the write limit of the input is raised to, and how many there are. */
  #inputEnds: Int32Array = new Int32Array(0);
  #inputEndCount = 0;
  #inputRegions: readonly InputRegion[] | undefined;
  #onFault: InputFault | undefined;

  constructor(initialBytes: number) {
    this.wasm = new WebAssembly.Memory({ initial: Math.ceil(initialBytes / PAGE), maximum: MAX_PAGES });
    this.#refresh();
  }

  /** Makes the memory at least `length` bytes long. */
  grow(length: number): void {
    if (length <= this.bytes.length) return;
    // In steps of an eighth, so that inputs that grow little by little don't grow the memory each time.
    const wanted = Math.ceil(Math.max(length, this.bytes.length * 1.125) / PAGE);
    this.wasm.grow(Math.min(wanted, Math.max(MAX_PAGES, Math.ceil(length / PAGE))) - this.bytes.length / PAGE);
    this.#refresh();
  }

  /**
   * Where `len` bytes at a guest address are in `bytes`: all of them, in order. Throws the EbpfError of the violation
   * where they are not in one region, or where it is not writable and `access` is store.
   */
  translate(access: AccessType, vmAddr: U64, len: U64): number {
    const offset = this.#locate(access, vmAddr, len);
    if (offset === 0) throw this.violation(access, vmAddr, len);
    return offset;
  }
  load(vmAddr: U64, len: U64): number {
    return this.translate('load', vmAddr, len);
  }
  store(vmAddr: U64, len: U64): number {
    return this.translate('store', vmAddr, len);
  }

  /**
   * The same for the address that stands at an offset in memory, moved by a few bytes. By halves: that far up an address is
   * no small integer, and a call between programs follows dozens of them.
   */
  follow(access: AccessType, pointerAt: number, len: number, moved = 0): number {
    const offset = this.view.getUint32(pointerAt, true) + moved;
    const region = this.view.getUint32(pointerAt + 4, true);
    const found = offset < MM_REGION_SIZE ? this.#locateIn(region, offset, access, len) : 0;
    return found === 0 ? this.translate(access, addAddr(this.readU64(pointerAt), moved), len) : found;
  }

  /** As `translate`, but asks the input's fault callback before it gives up, as an instruction's access does. */
  touch(access: AccessType, vmAddr: U64, len: U64): number {
    const offset = this.#locateOrRepair(access, vmAddr, len);
    if (typeof offset !== 'number') throw offset;
    return offset;
  }

  readU64(offset: number): U64 {
    const high = this.view.getUint32(offset + 4, true);
    if (high >= 0x20_0000) return this.view.getBigUint64(offset, true);
    return high * 0x1_0000_0000 + this.view.getUint32(offset, true);
  }

  writeU64(offset: number, value: U64): void {
    if (typeof value === 'number') {
      this.view.setUint32(offset, value >>> 0, true);
      this.view.setUint32(offset + 4, Math.floor(value / 0x1_0000_0000), true);
    } else {
      this.view.setBigUint64(offset, value, true);
    }
  }

  /** What is said of an access that failed. Source: sbpf, MemoryMapping::generate_access_violation. */
  violation(access: AccessType, vmAddr: U64, len: U64): EbpfError {
    const data = { access, vmAddr: BigInt(vmAddr), len: BigInt(len) };
    if (typeof vmAddr === 'bigint') return new EbpfError('AccessViolation', { ...data, region: 'unallocated' });
    const frame = Math.trunc((vmAddr - MM_STACK_START) / this.#stackFrameSize) + 0; // + 0: no -0
    if (this.#namesStackFrames && frame >= -1 && frame <= this.#maxCallDepth) {
      return new EbpfError('StackAccessViolation', { ...data, frame });
    }
    return new EbpfError('AccessViolation', { ...data, region: this.#regionName(vmAddr) });
  }

  // What the machine calls.

  /** Maps all but the input for a run. What the last run may have written to stack and heap is zeroed. */
  map(layout: MemoryLayout): void {
    const { u32 } = this;
    this.#clean(STACK_REGION);
    this.#clean(HEAP_REGION);
    this.#stackFrameSize = layout.stackFrameSize;
    this.#maxCallDepth = layout.maxCallDepth;
    this.#namesStackFrames = !layout.dynamicStackFrames;

    u32[word(STACK_REGION, READ_LIMIT)] = layout.stackLen;
    u32[word(STACK_REGION, HOST_OFFSET)] = STACK;
    u32[word(STACK_REGION, GAP_MASK)] = layout.stackGaps ? -GAP_SIZE : 0;
    u32[word(STACK_REGION, DIRTY_FROM)] = layout.stackLen;
    u32[word(HEAP_REGION, READ_LIMIT)] = layout.heapLen;
    u32[word(HEAP_REGION, HOST_OFFSET)] = HEAP;
    u32[word(HEAP_REGION, DIRTY_FROM)] = layout.heapLen;
    u32[PATIENCE >> 2] = DIRT_PATIENCE;

    const rodata = layout.rodataVmAddr >= MM_BYTECODE_START ? 1 : 0;
    const rodataStart = layout.rodataVmAddr - (rodata === 1 ? MM_BYTECODE_START : MM_RODATA_START);
    u32[word(1 - rodata, READ_LIMIT)] = 0;
    // The table has no lower bound: an image that starts later than its region goes the slow way, through the window.
    u32[word(rodata, READ_LIMIT)] = rodataStart === 0 ? layout.rodataLen : 0;
    u32[word(rodata, HOST_OFFSET)] = layout.rodataHostOffset;
    this.#rodataRegion = rodata;
    this.#rodataStart = rodataStart;
    this.#rodataHost = layout.rodataHostOffset;
    this.#rodataLen = layout.rodataLen;
    u32[STALE >> 2] = 1;
    this.forgetWindow();
    this.fault = undefined;
  }

  /** Maps `len` bytes as the whole input. */
  mapInput(hostOffset: number, len: number, writable: boolean): void {
    this.#inputRegions = undefined;
    this.#onFault = undefined;
    this.#inputWritable = writable;
    this.#inputEndCount = 0;
    this.u32[word(INPUT_REGION, READ_LIMIT)] = len;
    this.u32[word(INPUT_REGION, WRITE_LIMIT)] = writable ? len : 0;
    this.u32[word(INPUT_REGION, HOST_OFFSET)] = hostOffset;
    this.u32[STALE >> 2] = 1;
  }

  /**
   * Has stores to the whole input noted: its write limit starts at `written`, and a store behind it raises it to the first
   * of the `count` ascending `ends` that admits the store, or to the end.
   */
  trackInput(ends: Int32Array, count: number, written: number): void {
    this.#inputEnds = ends;
    this.#inputEndCount = count;
    this.u32[word(INPUT_REGION, WRITE_LIMIT)] = written;
    this.u32[STALE >> 2] = 1;
  }

  /** Of an input whose stores are noted: up to where it may have been written. */
  get writtenInput(): number {
    return this.u32[word(INPUT_REGION, WRITE_LIMIT)];
  }

  /** Notes that the host has written the input up to an offset in memory. */
  noteInputWrite(end: number): void {
    const { u32 } = this;
    if (this.#inputRegions !== undefined) return;
    const written = end - u32[word(INPUT_REGION, HOST_OFFSET)];
    if (written > u32[word(INPUT_REGION, WRITE_LIMIT)]) this.#raiseInputLimit(written);
  }

  #raiseInputLimit(end: number): void {
    const ends = this.#inputEnds;
    let i = 0;
    while (i < this.#inputEndCount && ends[i] < end) i++;
    const { u32 } = this;
    u32[word(INPUT_REGION, WRITE_LIMIT)] = i < this.#inputEndCount ? ends[i] : u32[word(INPUT_REGION, READ_LIMIT)];
    u32[STALE >> 2] = 1;
  }

  /** Maps the input as regions, sorted by address. */
  mapInputRegions(regions: readonly InputRegion[], onFault: InputFault | undefined): void {
    this.#inputRegions = regions;
    this.#onFault = onFault;
    this.u32[word(INPUT_REGION, READ_LIMIT)] = 0;
    this.u32[word(INPUT_REGION, WRITE_LIMIT)] = 0;
    this.u32[STALE >> 2] = 1;
    this.forgetWindow();
  }

  /** Why the mapping cannot be, if so. Source: sbpf, {Aligned,Unaligned}MemoryMapping::initialize. */
  checkMapping(aligned: boolean): EbpfError | undefined {
    const regions = this.#inputRegions;
    if (regions === undefined) return undefined;
    if (aligned && regions.length > 1) return new EbpfError('InvalidMemoryRegion', { index: INPUT_REGION });
    for (let i = 1; i < regions.length; i++) {
      if (regions[i - 1].vmAddr + regions[i - 1].len > regions[i].vmAddr) {
        return new EbpfError('InvalidMemoryRegion', { index: REGIONS_BEFORE_INPUT + i });
      }
    }
    return undefined;
  }

  /** Throws where a region of the input is longer than its room. Source: sbpf, MemoryMapping::replace_region. */
  checkRegion(region: InputRegion): void {
    const regions = this.#inputRegions ?? [];
    const index = regions.indexOf(region);
    if (region.len > roomOf(regions, index)) {
      throw new EbpfError('InvalidMemoryRegion', { index: REGIONS_BEFORE_INPUT + index });
    }
  }

  /** What can be read, in order of address. Frames between gaps are regions of their own; none is empty. */
  regions(): MappedRegion[] {
    const { u32 } = this;
    const regions: MappedRegion[] = [];
    const add = (vmAddr: number, hostOffset: number, len: number) => {
      if (len > 0) regions.push({ vmAddr, hostOffset, len });
    };
    add(this.#rodataRegion * MM_REGION_SIZE + this.#rodataStart, this.#rodataHost, this.#rodataLen);
    const stackLen = u32[word(STACK_REGION, READ_LIMIT)];
    const frameLen = u32[word(STACK_REGION, GAP_MASK)] === 0 ? stackLen : GAP_SIZE;
    for (let at = 0; at < stackLen; at += frameLen) {
      add(MM_STACK_START + (frameLen === stackLen ? at : 2 * at), STACK + at, frameLen);
    }
    add(MM_HEAP_START, HEAP, u32[word(HEAP_REGION, READ_LIMIT)]);
    if (this.#inputRegions === undefined) {
      add(MM_INPUT_START, u32[word(INPUT_REGION, HOST_OFFSET)], u32[word(INPUT_REGION, READ_LIMIT)]);
    } else {
      for (const { vmAddr, hostOffset, len } of this.#inputRegions) add(vmAddr, hostOffset, len);
    }
    return regions;
  }

  /** To be called before anything may have changed the input's regions. */
  forgetWindow(): void {
    this.u32[WINDOW_READ_END >> 2] = 0;
    this.u32[WINDOW_WRITE_END >> 2] = 0;
  }

  /**
   * An engine's way out for an access of `len` bytes that its own checks did not admit, at ACCESS_ADDR. Answers the
   * offset in memory, or 0 when the run has to end with `fault`.
   */
  resolveAccess(access: AccessType, len: number): number {
    const offset = this.#locateOrRepair(access, this.readU64(ACCESS_ADDR), len);
    if (typeof offset === 'number') return offset;
    this.fault = offset;
    return 0;
  }

  /** The same without the callback; 0 where there is no such memory. */
  #locate(access: AccessType, vmAddr: U64, len: U64): number {
    if (typeof vmAddr !== 'number' || typeof len !== 'number') return 0;
    const region = Math.floor(vmAddr / MM_REGION_SIZE);
    return this.#locateIn(region, vmAddr - region * MM_REGION_SIZE, access, len);
  }

  #locateIn(region: number, offset: number, access: AccessType, len: number): number {
    switch (region) {
      case STACK_REGION: {
        const gapMask = this.u32[word(STACK_REGION, GAP_MASK)];
        if ((offset & gapMask & GAP_SIZE) !== 0) return 0;
        return this.#locateWritten(STACK_REGION, access, offset - ((offset & gapMask) >>> 1), len);
      }
      case HEAP_REGION:
        return this.#locateWritten(HEAP_REGION, access, offset, len);
      case INPUT_REGION:
        if (this.#inputRegions !== undefined) {
          return this.#locateInput(this.#inputRegions, access, MM_INPUT_START + offset, len);
        }
        if (access === 'store' && !this.#inputWritable) return 0;
        if (offset + len > this.u32[word(INPUT_REGION, READ_LIMIT)]) return 0;
        if (access === 'store' && offset + len > this.u32[word(INPUT_REGION, WRITE_LIMIT)]) {
          this.#raiseInputLimit(offset + len);
        }
        return this.u32[word(INPUT_REGION, HOST_OFFSET)] + offset;
      case this.#rodataRegion: {
        const start = this.#rodataStart;
        if (access === 'store' || offset < start || offset - start + len > this.#rodataLen) return 0;
        if (start !== 0) this.#setWindow(region, start, this.#rodataLen, false, this.#rodataHost);
        return this.#rodataHost + offset - start;
      }
      default:
        return 0;
    }
  }

  #locateWritten(region: number, access: AccessType, offset: number, len: number): number {
    const { u32 } = this;
    if (offset + len > u32[word(region, READ_LIMIT)]) return 0;
    if (access === 'store') this.#soil(region, offset, offset + len);
    return u32[word(region, HOST_OFFSET)] + offset;
  }

  #locateInput(regions: readonly InputRegion[], access: AccessType, vmAddr: number, len: number): number {
    const region = regions[lastStartingAt(regions, vmAddr)];
    if (region === undefined || (access === 'store' && !region.writable)) return 0;
    const offset = vmAddr - region.vmAddr;
    if (offset + len > region.len) return 0;
    this.#setWindow(INPUT_REGION, region.vmAddr - MM_INPUT_START, region.len, region.writable, region.hostOffset);
    return region.hostOffset + offset;
  }

  #locateOrRepair(access: AccessType, vmAddr: U64, len: U64): number | EbpfError {
    const offset = this.#locate(access, vmAddr, len);
    if (offset !== 0) return offset;
    const regions = this.#inputRegions;
    if (regions !== undefined && this.#onFault !== undefined && typeof vmAddr === 'number' && typeof len === 'number') {
      const index = lastStartingAt(regions, vmAddr);
      const region = regions[index];
      if (region !== undefined && region.payload !== NO_PAYLOAD) {
        const maxLen = roomOf(regions, index);
        const again = this.#onFault(access, vmAddr, len, region, maxLen);
        this.forgetWindow();
        if (again) {
          const repaired = this.#locate(access, vmAddr, len);
          if (repaired !== 0) {
            if (region.len <= maxLen) return repaired;
            return new EbpfError('InvalidMemoryRegion', { index: REGIONS_BEFORE_INPUT + index });
          }
        }
      }
    }
    return this.violation(access, vmAddr, len);
  }

  #setWindow(region: number, start: number, len: number, writable: boolean, hostOffset: number): void {
    const { u32 } = this;
    u32[WINDOW_REGION >> 2] = region;
    u32[WINDOW_START >> 2] = start;
    u32[WINDOW_READ_END >> 2] = start + len;
    u32[WINDOW_WRITE_END >> 2] = writable ? start + len : 0;
    u32[WINDOW_DELTA >> 2] = hostOffset - start;
  }

  /** Notes that bytes of stack or heap get written, as the engines' slow path does for theirs. */
  #soil(region: number, start: number, end: number): void {
    const { u32 } = this;
    if (end <= u32[word(region, WRITE_LIMIT)] || start >= u32[word(region, DIRTY_FROM)]) return;
    const len = u32[word(region, READ_LIMIT)];
    u32[STALE >> 2] = 1;
    if (start < len >>> 1) {
      u32[word(region, WRITE_LIMIT)] = Math.min(len, Math.ceil(end / DIRT_GRAIN) * DIRT_GRAIN);
    } else {
      u32[word(region, DIRTY_FROM)] = start - (start % DIRT_GRAIN);
    }
  }

  #clean(region: number): void {
    const { u32 } = this;
    const host = u32[word(region, HOST_OFFSET)];
    const low = u32[word(region, WRITE_LIMIT)];
    const high = Math.max(low, u32[word(region, DIRTY_FROM)]);
    const len = u32[word(region, READ_LIMIT)];
    if (low !== 0) this.bytes.fill(0, host, host + low);
    if (high < len) this.bytes.fill(0, host + high, host + len);
    u32[word(region, WRITE_LIMIT)] = 0;
  }

  #regionName(vmAddr: number): string {
    const region = Math.floor(vmAddr / MM_REGION_SIZE);
    const offset = vmAddr - region * MM_REGION_SIZE;
    let len = region < REGION_COUNT ? this.u32[word(region, READ_LIMIT)] : 0;
    let start = 0;
    if (region === STACK_REGION && this.u32[word(STACK_REGION, GAP_MASK)] !== 0) len *= 2;
    if (region === this.#rodataRegion) {
      start = this.#rodataStart;
      len = this.#rodataLen;
    }
    if (region === INPUT_REGION && this.#inputRegions !== undefined) {
      const found = this.#inputRegions[lastStartingAt(this.#inputRegions, vmAddr)];
      start = (found?.vmAddr ?? 0) - MM_INPUT_START;
      len = found?.len ?? 0;
    }
    return offset >= start && offset < start + len ? REGION_NAMES[region] : 'unallocated';
  }

  #refresh(): void {
    const { buffer } = this.wasm;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.u32 = new Uint32Array(buffer);
  }
}

/** How far it is to the next region. */
function roomOf(regions: readonly InputRegion[], index: number): number {
  return (regions[index + 1]?.vmAddr ?? 2 ** 64) - regions[index].vmAddr;
}

/** Index of the last region that starts at or before the address, or -1. */
function lastStartingAt(regions: readonly InputRegion[], vmAddr: number): number {
  let low = 0;
  let high = regions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (regions[middle].vmAddr <= vmAddr) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
