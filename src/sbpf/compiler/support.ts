// The WebAssembly functions that compiled functions share: what an access does that its inline check did not admit, how
// the limits that the checks go by are made from the machine's table of regions, and a product that WebAssembly lacks.
// They are part of the interpreter's module, so that compiled modules are the program's own functions and nothing else.

import type { CodeWriter } from '../../wasm/code-writer.ts';
import type { FunctionBuilder } from '../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../wasm/module-builder.ts';
import { Op } from '../../wasm/opcodes.ts';
import { MM_HEAP_START, MM_INPUT_START, MM_REGION_SIZE, MM_STACK_START } from '../address-space.ts';
import type { Config } from '../config.ts';
import {
  ACCESS_ADDR,
  DIRT_GRAIN,
  DIRTY_FROM,
  GAP_MASK,
  GAP_SIZE,
  HEAP_WINDOW_LEN,
  HEAP_WINDOW_START,
  HOST_BASES,
  HOST_OFFSET,
  PATIENCE,
  READ_ENDS,
  READ_LIMIT,
  READ_ROOMS,
  REGION_COUNT,
  REGION_SHIFT,
  STALE,
  WRITE_ENDS,
  WRITE_LIMIT,
  WRITE_ROOMS,
} from '../control-block.ts';
import type { Executable } from '../executable.ts';
import { dynamicStackFrames, enablePqr, type SbpfVersion, stackFrameGaps } from '../version.ts';
import { HOST } from './locals.ts';

const STACK_REGION = MM_STACK_START / MM_REGION_SIZE;
const HEAP_REGION = MM_HEAP_START / MM_REGION_SIZE;
const INPUT_REGION = MM_INPUT_START / MM_REGION_SIZE;
/** An access of any size fits below the room of its region; the last seven bytes take the slow path. */
const LAST_BYTES = 7;
/** Kinds of access from here on are stores: see interpreter-memory.ts. */
export const STORE = 4;

/** Indices, in a compiled module, of what it imports. */
export interface Support {
  /** (syscall) -> whether the run goes on */
  readonly syscall: number;
  /** (slot, depth, whether r1 to r5 are wanted afterwards) : runs a function that is not compiled. */
  readonly enter: number;
  /** (whether r1 to r5 are wanted afterwards) : finishes the activation that is at PC. */
  readonly finish: number;
  /** (site) : ends the run. */
  readonly fail: number;
  /** (address, kind) -> offset in memory, or 0 */
  readonly slowAccess: number;
  /** () : makes what checks go by from the table of regions: READ_ENDS, READ_ROOMS and their like. */
  readonly refresh: number;
  /** (operation, r1 to r4, units) -> units to take, or -1: see memory-operations.ts. */
  readonly memoryOperation: number;
  /** (u64, u64) -> upper half of the product; only where the version has such an instruction. */
  readonly highProduct: number;
}

export const hasGaps = (version: SbpfVersion, config: Config): boolean =>
  stackFrameGaps(version) && config.enableStackFrameGaps;

/** From one frame to the next, in guest addresses. */
export const frameStride = (version: SbpfVersion, config: Config): number =>
  dynamicStackFrames(version) ? 0 : config.stackFrameSize * (hasGaps(version, config) ? 2 : 1);

/** Brings up to date what checks of stores go by after the stack's write limit became HOST. */
export function emitStackRoom(c: CodeWriter, { version, config }: Executable): void {
  c.i32(0);
  c.get(HOST);
  c.op(Op.i64ExtendI32U);
  c.i64(LAST_BYTES);
  c.op(Op.i64Sub);
  c.access(Op.i64Store, WRITE_ROOMS + STACK_REGION * 8);
  if (hasGaps(version, config)) return;
  c.i32(0);
  c.get(HOST);
  c.op(Op.i64ExtendI32U);
  c.i64(MM_STACK_START - LAST_BYTES);
  c.op(Op.i64Add);
  c.access(Op.i64Store, WRITE_ENDS + STACK_REGION * 8);
}

/** Declares what a compiled module imports: from the engine, and from the interpreter's module. */
export function importSupport(module: ModuleBuilder, version: SbpfVersion): Support {
  module.importMemory('machine', 'memory', 1);
  return {
    syscall: module.importFunction('machine', 'syscall', ['i32'], ['i32']),
    enter: module.importFunction('machine', 'enter', ['i32', 'i32', 'i32']),
    finish: module.importFunction('machine', 'finish', ['i32']),
    fail: module.importFunction('machine', 'fail', ['i32']),
    slowAccess: module.importFunction('support', 'slowAccess', ['i64', 'i32'], ['i32']),
    refresh: module.importFunction('support', 'refresh', []),
    memoryOperation: module.importFunction(
      'support',
      'memoryOperation',
      ['i32', 'i64', 'i64', 'i64', 'i64', 'i64'],
      ['i32'],
    ),
    highProduct: enablePqr(version) ? module.importFunction('support', 'highProduct', ['i64', 'i64'], ['i64']) : -1,
  };
}

/** Exports `slowAccess`, `refresh` and `highProduct`. `access`: see emitAccessFunction. */
export function emitSupport(module: ModuleBuilder, version: SbpfVersion, access: number): void {
  emitRefresh(module);
  emitSlowAccess(module, stackFrameGaps(version), access);
  if (enablePqr(version)) emitHighProduct(module);
}

function emitRefresh(module: ModuleBuilder): void {
  const f = module.function([], [], 'refresh');
  for (let region = 0; region < REGION_COUNT; region++) {
    emitRoom(f, region, READ_LIMIT, READ_ROOMS, READ_ENDS);
    emitRoom(f, region, WRITE_LIMIT, WRITE_ROOMS, WRITE_ENDS);
    f.i32(0)
      .i32(0)
      .load('i32Load', HOST_OFFSET + (region << REGION_SHIFT));
    f.store('i32Store', HOST_BASES + region * 8);
  }
  emitHeapWindow(f);
  f.i32(0).i32(0).store('i32Store', STALE);
}

/** Written at its end and at more than its first bytes, the heap counts as written all over: plans of loops go by one limit. */
function emitWholeHeap(f: FunctionBuilder): void {
  const entry = HEAP_REGION << REGION_SHIFT;
  const heap = (field: number): FunctionBuilder => f.i32(0).load('i32Load', field + entry);
  heap(DIRTY_FROM);
  heap(READ_LIMIT).op('i32LtU');
  heap(WRITE_LIMIT).i32(DIRT_GRAIN).op('i32GtU', 'i32And');
  f.if();
  f.i32(0);
  heap(READ_LIMIT).store('i32Store', WRITE_LIMIT + entry);
  f.end();
}

/** Makes HEAP_WINDOW_START and HEAP_WINDOW_LEN from the heap's limits and rooms. */
function emitHeapWindow(f: FunctionBuilder): void {
  const entry = HEAP_REGION << REGION_SHIFT;
  const [dirtyFrom, room] = [f.local('i64'), f.local('i64')];
  const isAtEnd = f.local('i32');
  f.i32(0)
    .load('i64Load32U', DIRTY_FROM + entry)
    .set(dirtyFrom);
  f.i32(0)
    .load('i64Load', READ_ROOMS + HEAP_REGION * 8)
    .set(room);
  // The room leaves out the last bytes, and may be less than where they start.
  f.get(dirtyFrom).get(room).op('i64LtU');
  f.i32(0)
    .load('i32Load', WRITE_LIMIT + entry)
    .i32(0)
    .load('i32Load', READ_LIMIT + entry)
    .op('i32LtU', 'i32And')
    .set(isAtEnd);
  f.i32(0).get(dirtyFrom).i64(0).get(isAtEnd).op('select').store('i64Store', HEAP_WINDOW_START);
  f.i32(0).get(room).get(dirtyFrom).op('i64Sub');
  f.i32(0)
    .load('i64Load', WRITE_ROOMS + HEAP_REGION * 8)
    .get(isAtEnd)
    .op('select')
    .store('i64Store', HEAP_WINDOW_LEN);
}

/** Makes one region's room and end from its limit. */
function emitRoom(f: FunctionBuilder, region: number, limit: number, rooms: number, ends: number): void {
  const entry = region << REGION_SHIFT;
  f.i32(0);
  f.i32(0)
    .load('i64Load32U', limit + entry)
    .i64(LAST_BYTES)
    .op('i64Sub')
    .i64(0);
  f.i32(0)
    .load('i32Load', limit + entry)
    .i32(LAST_BYTES)
    .op('i32GtU', 'select');
  f.store('i64Store', rooms + region * 8);
  f.i32(0);
  f.i32(0)
    .load('i64Load', rooms + region * 8)
    .i64(region * MM_REGION_SIZE)
    .op('i64Add');
  if (region === STACK_REGION) {
    // Where there are gaps, an offset in the stack's region is not how far into its bytes it is.
    f.i64(0)
      .i32(0)
      .load('i32Load', GAP_MASK + entry)
      .op('i32Eqz', 'select');
  }
  f.store('i64Store', ends + region * 8);
}

/**
 * (address, kind) -> offset in memory, or 0 where the run has to end. What the table admits comes first, because
 * `access` takes it for granted that it does not.
 */
function emitSlowAccess(module: ModuleBuilder, gaps: boolean, access: number): void {
  const f = module.function(['i64', 'i32'], ['i32'], 'slowAccess');
  const [address, kind] = [0, 1];
  const [offset, entry, frames, host] = Array.from({ length: 4 }, () => f.local('i32'));
  const other = f.block();
  f.get(address).i64(32).op('i64ShrU').i64(REGION_COUNT).op('i64GeU').brIf(other);
  f.get(address).i64(32).op('i64ShrU', 'i32WrapI64').i32(REGION_SHIFT).op('i32Shl').set(entry);
  f.get(address).op('i32WrapI64').set(offset);
  if (gaps) {
    f.get(offset).get(entry).load('i32Load', GAP_MASK).op('i32And').tee(frames).i32(GAP_SIZE).op('i32And').brIf(other);
    f.get(offset).get(frames).i32(1).op('i32ShrU', 'i32Sub').set(offset);
  }
  f.get(offset).op('i64ExtendI32U').i64(1).get(kind).i32(3).op('i32And', 'i64ExtendI32U', 'i64Shl', 'i64Add');
  f.get(entry).load('i64Load32U', WRITE_LIMIT).get(entry).load('i64Load32U', READ_LIMIT);
  f.get(kind).i32(STORE).op('i32GeU', 'select', 'i64GtU').brIf(other);
  emitImpatience(f, kind, entry);
  f.get(offset).get(entry).load('i32Load', HOST_OFFSET).op('i32Add', 'return');
  f.end();

  f.i32(0).get(address).store('i64Store', ACCESS_ADDR);
  f.get(kind).call(access).set(host);
  emitWholeHeap(f);
  // It may have raised a write limit.
  for (const region of [STACK_REGION, HEAP_REGION, INPUT_REGION])
    emitRoom(f, region, WRITE_LIMIT, WRITE_ROOMS, WRITE_ENDS);
  emitHeapWindow(f);
  f.get(host);
}

/**
 * A store to the heap that the table admits came here for being outside of the window. Where there are many, as in programs
 * that write both ends, the whole heap counts as written.
 */
function emitImpatience(f: FunctionBuilder, kind: number, entry: number): void {
  const left = f.local('i32');
  f.get(kind).i32(STORE).op('i32GeU');
  f.get(entry)
    .i32(HEAP_REGION << REGION_SHIFT)
    .op('i32Eq', 'i32And');
  f.if();
  f.i32(0).i32(0).load('i32Load', PATIENCE).i32(1).op('i32Sub').tee(left).store('i32Store', PATIENCE);
  f.get(left).i32(0).op('i32LeS');
  f.if();
  f.i32(0).i32(1).store('i32Store', PATIENCE);
  f.get(entry).get(entry).load('i32Load', READ_LIMIT).store('i32Store', WRITE_LIMIT);
  emitRoom(f, HEAP_REGION, WRITE_LIMIT, WRITE_ROOMS, WRITE_ENDS);
  emitHeapWindow(f);
  f.end();
  f.end();
}

/** By halves, as on paper. */
function emitHighProduct(module: ModuleBuilder): void {
  const f = module.function(['i64', 'i64'], ['i64'], 'highProduct');
  const [x, y] = [0, 1];
  const [xLow, xHigh, yLow, yHigh, middle] = Array.from({ length: 5 }, () => f.local('i64'));
  for (const [factor, low, high] of [
    [x, xLow, xHigh],
    [y, yLow, yHigh],
  ]) {
    f.get(factor).i64(0xffff_ffff).op('i64And').set(low);
    f.get(factor).i64(32).op('i64ShrU').set(high);
  }
  // middle = xHigh * yLow + (xLow * yLow >> 32): at most (2^32 - 1)^2 + 2^32 - 2, which fits.
  f.get(xHigh).get(yLow).op('i64Mul');
  f.get(xLow).get(yLow).op('i64Mul').i64(32).op('i64ShrU', 'i64Add').set(middle);
  f.get(xHigh).get(yHigh).op('i64Mul').get(middle).i64(32).op('i64ShrU', 'i64Add');
  f.get(xLow).get(yHigh).op('i64Mul').get(middle).i64(0xffff_ffff).op('i64And', 'i64Add');
  f.i64(32).op('i64ShrU', 'i64Add');
}
