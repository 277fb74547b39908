// Loads and stores. What lies at a constant distance from r10 within the function's own frame needs no check: the frame
// is there. For any other address the region is guessed from where the instruction went while it was interpreted, and
// one comparison tells whether the guess was right and the bytes are in it (READ_ROOMS, WRITE_ROOMS). Without a guess
// the region is found by the address's upper half (READ_ENDS, WRITE_ENDS). Of the fast path's checks any failure leads
// to the slow path, which decides afresh: a wrong guess costs time and nothing else.
// Source: sbpf src/memory_region.rs, MemoryMapping::{load, store}.

import { Op } from '../../wasm/opcodes.ts';
import { MM_HEAP_START, MM_REGION_SIZE, MM_STACK_START } from '../address-space.ts';
import {
  GAP_SIZE,
  HEAP,
  HEAP_WINDOW_LEN,
  HEAP_WINDOW_START,
  HOST_BASES,
  INPUT,
  READ_ENDS,
  READ_ROOMS,
  REGION_COUNT,
  STACK,
  WRITE_ENDS,
  WRITE_ROOMS,
} from '../control-block.ts';
import { Status } from '../interpreter-emitter.ts';
import type { FunctionCompiler } from './function-compiler.ts';
import { Kind } from './instructions.ts';
import { ADDRESS, DELTAS, ENTRY, FRAME_HOST, HOST, local, X } from './locals.ts';
import type { Stream } from './loop-versions.ts';
import { goesAlsoToStack, UNSEEN } from './profile.ts';
import { hasGaps, STORE, type Support } from './support.ts';

const STACK_REGION = MM_STACK_START / MM_REGION_SIZE;
const HEAP_REGION = MM_HEAP_START / MM_REGION_SIZE;
/** Where regions lie in memory; 0 where that differs from program to program. */
const HOSTS = [0, 0, STACK, HEAP, INPUT];
const LOADS = [Op.i64Load8U, Op.i64Load16U, Op.i64Load32U, Op.i64Load];
const STORES = [Op.i64Store8, Op.i64Store16, Op.i64Store32, Op.i64Store];
const FRAME_POINTER = 10;
/** The bits of `address >> 29` that number the region, times eight. */
export const REGION_BITS = 0x38;

export function emitLoad(f: FunctionCompiler, word: number, support: Support): void {
  const { c } = f;
  const dst = (word >>> 8) & 15;
  const src = (word >>> 12) & 15;
  const offset = word >> 16;
  const log2Size = f.graph.functions.code.set.op[word & 0xff];
  if (isInFrame(f, src, offset, log2Size)) {
    c.get(FRAME_HOST);
    c.access(LOADS[log2Size], STACK + f.frameSize + offset);
  } else {
    c.access(LOADS[log2Size], emitTranslation(f, src, offset, log2Size, false, support));
  }
  c.set(local(dst));
}

export function emitStore(f: FunctionCompiler, word: number, imm: number, support: Support): void {
  const { c } = f;
  const { set } = f.graph.functions.code;
  const dst = (word >>> 8) & 15;
  const src = (word >>> 12) & 15;
  const offset = word >> 16;
  const opcode = word & 0xff;
  const log2Size = set.op[opcode];
  const inFrame = isInFrame(f, dst, offset, log2Size);
  let host = STACK + f.frameSize + offset;
  if (inFrame) c.get(FRAME_HOST);
  else host = emitTranslation(f, dst, offset, log2Size, true, support);
  if (set.kind[opcode] === Kind.storeReg) c.get(local(src));
  else c.i64(imm);
  c.access(STORES[log2Size], host);
}

/** r10 points to the end of the frame. With dynamic frames it may point anywhere. */
function isInFrame(f: FunctionCompiler, base: number, offset: number, log2Size: number): boolean {
  return base === FRAME_POINTER && !f.dynamicFrames && offset >= -f.frameSize && offset <= -(1 << log2Size);
}

/** Leaves the offset in memory on the stack; what comes back is to be added to it. */
function emitTranslation(
  f: FunctionCompiler,
  base: number,
  offset: number,
  log2Size: number,
  isStore: boolean,
  support: Support,
): number {
  const stream = f.versions?.streamOf.get(f.pc);
  if (stream === undefined) {
    emitChecked(f, base, offset, log2Size, isStore, support);
    return 0;
  }
  const { c } = f;
  c.get(local(base));
  c.op(Op.i32WrapI64);
  if (offset !== 0) {
    c.i32(offset);
    c.op(Op.i32Add);
  }
  const host = fixedHostOf(f, stream);
  if (host === 0) {
    c.get(DELTAS + stream.index);
    c.op(Op.i32Add);
  }
  return host;
}

/** Where the stream's region lies in memory; 0 where that is in a local. */
export function fixedHostOf(f: FunctionCompiler, { region }: Stream): number {
  const { version, config } = f.graph.functions.code.executable;
  return region >= REGION_COUNT || (region === STACK_REGION && hasGaps(version, config)) ? 0 : HOSTS[region];
}

function emitChecked(
  f: FunctionCompiler,
  base: number,
  offset: number,
  log2Size: number,
  isStore: boolean,
  support: Support,
): void {
  const { code } = f.graph.functions;
  const { version, config } = code.executable;
  /** Takes an address from the stack. */
  const slow = (): void => emitSlowAccess(f, log2Size + (isStore ? STORE : 0), support);
  const slowInAddress = (): void => {
    f.c.get(ADDRESS);
    slow();
  };
  const seen = f.linkage.regions[f.pc];
  const isDynamicStack = base === FRAME_POINTER && seen === UNSEEN;
  const region = isDynamicStack ? STACK_REGION : seen;
  if (region >= REGION_COUNT) {
    emitAddress(f, base, offset);
    const isInGaps = goesAlsoToStack(region) && hasGaps(version, config);
    emitByTable(f, isStore, isInGaps ? () => emitOrInStack(f, isStore, slow) : slowInAddress);
    return;
  }
  const { c } = f;
  const hostBase = HOSTS[region];
  const room = (isStore ? WRITE_ROOMS : READ_ROOMS) + region * 8;
  emitAddress(f, base, offset - region * MM_REGION_SIZE);
  c.set(ADDRESS);
  if (region === STACK_REGION && hasGaps(version, config)) emitGapCheck(f, room);
  else {
    c.get(ADDRESS);
    const hasWindow = isStore && region === HEAP_REGION;
    if (hasWindow) {
      c.i32(0);
      c.access(Op.i64Load, HEAP_WINDOW_START);
      c.op(Op.i64Sub);
    }
    c.i32(0);
    c.access(Op.i64Load, hasWindow ? HEAP_WINDOW_LEN : room);
    c.op(Op.i64LtU);
    c.if();
    c.get(ADDRESS);
    c.op(Op.i32WrapI64);
  }
  if (hostBase === 0) {
    c.i32(0);
    c.access(Op.i32Load, HOST_BASES + region * 8);
  } else {
    c.i32(hostBase);
  }
  c.op(Op.i32Add);
  c.set(HOST);
  c.else();
  c.get(ADDRESS);
  c.i64(region * MM_REGION_SIZE);
  c.op(Op.i64Add);
  slow();
  c.end();
  c.get(HOST);
}

/** Takes the address's region offset from ADDRESS, opens an `if` and leaves the offset in the stack's bytes. */
function emitGapCheck(f: FunctionCompiler, room: number): void {
  const { c } = f;
  // Frames have even numbers among the pages, gaps odd ones: half of the page number is the frame's.
  c.get(ADDRESS);
  c.get(ADDRESS);
  c.i64(-GAP_SIZE);
  c.op(Op.i64And);
  c.i64(1);
  c.op(Op.i64ShrU);
  c.op(Op.i64Sub);
  c.tee(X);
  c.i32(0);
  c.access(Op.i64Load, room);
  c.op(Op.i64LtU);
  c.get(ADDRESS);
  c.i64(GAP_SIZE);
  c.op(Op.i64And);
  c.op(Op.i64Eqz);
  c.op(Op.i32And);
  c.if();
  c.get(X);
  c.op(Op.i32WrapI64);
}

/** For an address in ADDRESS that the table does not admit: the stack's, where there are gaps, never are. Sets HOST. */
function emitOrInStack(f: FunctionCompiler, isStore: boolean, slow: () => void): void {
  const { c } = f;
  c.get(ADDRESS);
  c.i64(-MM_STACK_START);
  c.op(Op.i64Add);
  c.set(ADDRESS);
  emitGapCheck(f, (isStore ? WRITE_ROOMS : READ_ROOMS) + STACK_REGION * 8);
  c.i32(STACK);
  c.op(Op.i32Add);
  c.set(HOST);
  c.else();
  c.get(ADDRESS);
  c.i64(MM_STACK_START);
  c.op(Op.i64Add);
  slow();
  c.end();
}

/** Takes an address from the stack and leaves the offset in memory. `otherwise` sets HOST for the address in ADDRESS. */
function emitByTable(f: FunctionCompiler, isStore: boolean, otherwise: () => void): void {
  const { c } = f;
  c.tee(ADDRESS);
  c.get(ADDRESS);
  c.i64(29);
  c.op(Op.i64ShrU);
  c.op(Op.i32WrapI64);
  c.i32(REGION_BITS);
  c.op(Op.i32And);
  c.tee(ENTRY);
  c.access(Op.i64Load, isStore ? WRITE_ENDS : READ_ENDS);
  c.op(Op.i64LtU);
  c.if();
  c.get(ADDRESS);
  c.op(Op.i32WrapI64);
  c.get(ENTRY);
  c.access(Op.i32Load, HOST_BASES);
  c.op(Op.i32Add);
  c.set(HOST);
  c.else();
  otherwise();
  c.end();
  c.get(HOST);
}

function emitAddress(f: FunctionCompiler, base: number, offset: number): void {
  const { c } = f;
  c.get(local(base));
  if (offset === 0) return;
  c.i64(offset);
  c.op(Op.i64Add);
}

/** Takes an address from the stack and sets HOST. */
function emitSlowAccess(f: FunctionCompiler, kind: number, support: Support): void {
  const { c } = f;
  c.i32(kind);
  c.call(support.slowAccess);
  c.tee(HOST);
  c.op(Op.i32Eqz);
  f.failIf(Status.accessViolation);
}
