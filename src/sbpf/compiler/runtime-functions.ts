// The WebAssembly functions that compiled functions share: what an access does that its inline check did not admit, how
// a function is entered that was not compiled, and how the limits that the checks go by are made from the machine's
// table of regions. And where everything is in the module's index space.

import type { FunctionBuilder } from '../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../wasm/module-builder.ts';
import { MM_REGION_SIZE, MM_STACK_START } from '../address-space.ts';
import type { Config } from '../config.ts';
import {
  ACCESS_ADDR,
  CALL_DEPTH,
  GAP_SIZE,
  HOST_BASES,
  HOST_OFFSET,
  PC,
  READ_ENDS,
  READ_LIMIT,
  READ_ROOMS,
  REGION_COUNT,
  REGION_SHIFT,
  REGISTERS,
  WRITE_ENDS,
  WRITE_LIMIT,
  WRITE_ROOMS,
} from '../control-block.ts';
import { emitAccessFunction } from '../interpreter-memory.ts';
import { dynamicStackFrames, enablePqr, type SbpfVersion, stackFrameGaps } from '../version.ts';

const STACK_REGION = MM_STACK_START / MM_REGION_SIZE;
const HEAP_REGION = STACK_REGION + 1;
/** Kinds of access from here on are stores: see interpreter-memory.ts. */
export const STORE = 4;

/** Indices of functions. */
export interface Runtime {
  /** (syscall) -> whether the run goes on */
  readonly syscall: number;
  /** () : finishes the activation that is at PC. */
  readonly finish: number;
  /** (site) : ends the run. */
  readonly fail: number;
  /** (address, kind) -> offset in memory, or 0 */
  readonly slowAccess: number;
  /** () : makes what checks go by from the table of regions: READ_ENDS, READ_ROOMS and their like. */
  readonly refresh: number;
  /** (slot, frame, whether r1 to r5 are wanted afterwards) : runs a function that is not compiled. */
  readonly enter: number;
  /** (u64, u64) -> upper half of the product; only where the version has such an instruction. */
  readonly highProduct: number;
}

/** Bytes from the start of one frame to the next: in memory, and in guest addresses. */
export const frameStride = (version: SbpfVersion, config: Config): number =>
  dynamicStackFrames(version)
    ? 0
    : config.stackFrameSize * (stackFrameGaps(version) && config.enableStackFrameGaps ? 2 : 1);

export const hasGaps = (version: SbpfVersion, config: Config): boolean =>
  stackFrameGaps(version) && config.enableStackFrameGaps;

export function emitRuntime(module: ModuleBuilder, version: SbpfVersion, config: Config): Runtime {
  module.importMemory('machine', 'memory', 1);
  const resolveAccess = module.importFunction('machine', 'access', ['i32', 'i32'], ['i32']);
  const syscall = module.importFunction('machine', 'syscall', ['i32'], ['i32']);
  const interpret = module.importFunction('machine', 'interpret', ['i32']);
  const finish = module.importFunction('machine', 'finish', []);
  const fail = module.importFunction('machine', 'fail', ['i32']);
  const access = emitAccessFunction(module, version, resolveAccess);
  const gaps = hasGaps(version, config);
  const refresh = emitRefresh(module, gaps);
  const slowAccess = emitSlowAccess(module, gaps, access);
  const enter = emitEnter(module, version, config, interpret);
  const highProduct = enablePqr(version) ? emitHighProduct(module) : -1;
  return { syscall, finish, fail, slowAccess, refresh, enter, highProduct };
}

/** An access of any size fits below the room of its region; the last seven bytes take the slow path. */
const LAST_BYTES = 7;

function emitRefresh(module: ModuleBuilder, gaps: boolean): number {
  const f = module.function([], []);
  for (let region = 0; region < REGION_COUNT; region++) {
    emitRoom(f, gaps, region, READ_LIMIT, READ_ROOMS, READ_ENDS);
    emitRoom(f, gaps, region, WRITE_LIMIT, WRITE_ROOMS, WRITE_ENDS);
    f.i32(0)
      .i32(0)
      .load('i32Load', HOST_OFFSET + (region << REGION_SHIFT));
    f.store('i32Store', HOST_BASES + region * 8);
  }
  return f.index;
}

/** Makes one region's room and end from its limit. */
function emitRoom(f: FunctionBuilder, gaps: boolean, region: number, limit: number, rooms: number, ends: number): void {
  const entry = limit + (region << REGION_SHIFT);
  f.i32(0);
  f.i32(0).load('i64Load32U', entry).i64(LAST_BYTES).op('i64Sub').i64(0);
  f.i32(0).load('i32Load', entry).i32(LAST_BYTES).op('i32GtU', 'select');
  f.store('i64Store', rooms + region * 8);
  f.i32(0);
  // Where there are gaps, an offset in the stack's region is not how far into its bytes it is.
  if (gaps && region === STACK_REGION) f.i64(0);
  else {
    f.i32(0).load('i64Load', rooms + region * 8);
    f.i64(region * MM_REGION_SIZE).op('i64Add');
  }
  f.store('i64Store', ends + region * 8);
}

/**
 * (address, kind) -> offset in memory, or 0 where the run has to end. What the table admits comes first, because
 * `access` takes it for granted that it does not.
 */
function emitSlowAccess(module: ModuleBuilder, gaps: boolean, access: number): number {
  const f = module.function(['i64', 'i32'], ['i32']);
  const [address, kind] = [0, 1];
  const [offset, entry, host] = [f.local('i32'), f.local('i32'), f.local('i32')];
  const other = f.block();
  f.get(address).i64(32).op('i64ShrU').i64(REGION_COUNT).op('i64GeU').brIf(other);
  f.get(address).i64(32).op('i64ShrU', 'i32WrapI64').i32(REGION_SHIFT).op('i32Shl').set(entry);
  f.get(address).op('i32WrapI64').set(offset);
  if (gaps) {
    f.get(entry)
      .i32(STACK_REGION << REGION_SHIFT)
      .op('i32Eq');
    f.if();
    f.get(offset).i32(GAP_SIZE).op('i32And').brIf(other);
    f.get(offset).get(offset).i32(-GAP_SIZE).op('i32And').i32(1).op('i32ShrU', 'i32Sub').set(offset);
    f.end();
  }
  f.get(offset).op('i64ExtendI32U').i64(1).get(kind).i32(3).op('i32And', 'i64ExtendI32U', 'i64Shl', 'i64Add');
  f.get(entry).load('i64Load32U', WRITE_LIMIT).get(entry).load('i64Load32U', READ_LIMIT);
  f.get(kind).i32(STORE).op('i32GeU', 'select', 'i64GtU').brIf(other);
  f.get(offset).get(entry).load('i32Load', HOST_OFFSET).op('i32Add', 'return');
  f.end();

  f.i32(0).get(address).store('i64Store', ACCESS_ADDR);
  f.get(kind).call(access).set(host);
  // It may have raised a write limit.
  for (const region of [STACK_REGION, HEAP_REGION]) emitRoom(f, gaps, region, WRITE_LIMIT, WRITE_ROOMS, WRITE_ENDS);
  f.get(host);
  return f.index;
}

/** (slot, frame of the caller, whether r1 to r5 are wanted afterwards) */
function emitEnter(module: ModuleBuilder, version: SbpfVersion, config: Config, interpret: number): number {
  const f = module.function(['i32', 'i32', 'i32']);
  const [slot, frame, leaks] = [0, 1, 2];
  const depth = f.local('i32');
  f.i32(0).get(slot).store('i32Store', PC);
  f.i32(0).get(frame).i32(6).op('i32ShrU').i32(1).op('i32Add').tee(depth).store('i32Store', CALL_DEPTH);
  if (!dynamicStackFrames(version)) {
    f.i32(0).get(depth).op('i64ExtendI32U').i64(frameStride(version, config)).op('i64Mul');
    f.i64(MM_STACK_START + config.stackFrameSize).op('i64Add');
    f.store('i64Store', REGISTERS + 80);
  }
  f.get(leaks).call(interpret);
  return f.index;
}

/** By halves, as on paper. */
function emitHighProduct(module: ModuleBuilder): number {
  const f = module.function(['i64', 'i64'], ['i64']);
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
  return f.index;
}
