// The WebAssembly functions that compiled functions share: what an access does that its inline check did not admit, how
// a function is entered that was not compiled, and how the limits that the checks go by are made from the machine's
// table of regions. And where everything is in the module's index space.

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
  REGION_COUNT,
  REGION_SHIFT,
  REGISTERS,
  STACK,
  WRITE_ENDS,
  WRITE_LIMIT,
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
  /** () : makes READ_ENDS, WRITE_ENDS and HOST_BASES. */
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

function emitRefresh(module: ModuleBuilder, gaps: boolean): number {
  const f = module.function([], []);
  for (let region = 0; region < REGION_COUNT; region++) {
    const entry = region << REGION_SHIFT;
    // Where there are gaps, a region offset in the stack is not how far into its bytes it is.
    const isMapped = !(gaps && region === STACK_REGION);
    for (const [ends, limit] of [
      [READ_ENDS, READ_LIMIT],
      [WRITE_ENDS, WRITE_LIMIT],
    ]) {
      f.i32(0);
      if (isMapped) {
        f.i32(0)
          .load('i64Load32U', limit + entry)
          .i64(region * MM_REGION_SIZE)
          .op('i64Add');
      } else {
        f.i64(0);
      }
      f.store('i64Store', ends + region * 8);
    }
    f.i32(0)
      .i32(0)
      .load('i32Load', HOST_OFFSET + entry);
    f.store('i32Store', HOST_BASES + region * 8);
  }
  return f.index;
}

/** (address, kind) -> offset in memory, or 0 where the run has to end. */
function emitSlowAccess(module: ModuleBuilder, gaps: boolean, access: number): number {
  const f = module.function(['i64', 'i32'], ['i32']);
  const [address, kind] = [0, 1];
  const [offset, host] = [f.local('i32'), f.local('i32')];
  if (gaps) {
    const other = f.block();
    f.get(address).i64(32).op('i64ShrU').i64(STACK_REGION).op('i64Ne').brIf(other);
    f.get(address).op('i32WrapI64').tee(offset).i32(GAP_SIZE).op('i32And').brIf(other);
    f.get(offset).get(offset).i32(-GAP_SIZE).op('i32And').i32(1).op('i32ShrU', 'i32Sub').tee(offset);
    f.i32(1).get(kind).i32(3).op('i32And', 'i32Shl', 'i32Add');
    const stack = STACK_REGION << REGION_SHIFT;
    f.i32(0)
      .load('i32Load', WRITE_LIMIT + stack)
      .i32(0)
      .load('i32Load', READ_LIMIT + stack);
    f.get(kind).i32(STORE).op('i32GeU', 'select', 'i32GtU').brIf(other);
    f.get(offset).i32(STACK).op('i32Add', 'return');
    f.end();
  }
  f.i32(0).get(address).store('i64Store', ACCESS_ADDR);
  f.get(kind).call(access).set(host);
  // It may have raised a write limit.
  for (const region of gaps ? [HEAP_REGION] : [STACK_REGION, HEAP_REGION]) {
    f.i32(0)
      .i32(0)
      .load('i64Load32U', WRITE_LIMIT + (region << REGION_SHIFT))
      .i64(region * MM_REGION_SIZE);
    f.op('i64Add').store('i64Store', WRITE_ENDS + region * 8);
  }
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
