// Loads and stores. Each instruction checks its address against the table of regions in place; whatever the table does
// not admit at once goes to one slow path, which either finds the bytes after all or ends the run.
// Of the fast path's checks the order does not matter: any failure leads to the slow path, which decides afresh.
// Source: sbpf src/memory_region.rs, MemoryMapping::{load, store}.

import type { FunctionBuilder } from '../wasm/function-builder.ts';
import type { ModuleBuilder } from '../wasm/module-builder.ts';
import type { LoadOp, StoreOp } from '../wasm/opcodes.ts';
import { MM_HEAP_START, MM_REGION_SIZE, MM_STACK_START } from './address-space.ts';
import {
  ACCESS_ADDR,
  DETAIL,
  DIRT_GRAIN,
  DIRTY_FROM,
  FUEL,
  GAP_MASK,
  GAP_SIZE,
  HOST_OFFSET,
  PATIENCE,
  PC,
  PROFILE,
  READ_LIMIT,
  REGION_COUNT,
  REGION_SHIFT,
  REGISTERS,
  TEXT,
  WINDOW_DELTA,
  WINDOW_READ_END,
  WINDOW_REGION,
  WINDOW_START,
  WINDOW_WRITE_END,
  WRITE_LIMIT,
} from './control-block.ts';
import { type Emitter, FIELD_IMMEDIATE, FIELD_OFFSET, FIELD_REGISTERS, Status } from './interpreter-emitter.ts';
import { type SbpfVersion, stackFrameGaps } from './version.ts';

const STACK_REGION = MM_STACK_START / MM_REGION_SIZE;
const HEAP_REGION = MM_HEAP_START / MM_REGION_SIZE;

/** Kinds of access, as the slow path tells them apart: log2 of the size, plus what is done. */
const LOAD = 0;
const STORE_IMM = 4;
const STORE_REG = 8;

const LOG2_SIZE: { readonly [suffix: string]: number } = { b: 0, h: 1, w: 2, dw: 3 };
const LOADS: readonly LoadOp[] = ['i64Load8U', 'i64Load16U', 'i64Load32U', 'i64Load'];
const STORES: readonly StoreOp[] = ['i64Store8', 'i64Store16', 'i64Store32', 'i64Store'];

/** `ldxb`, `ldxh`, `ldxw`, `ldxdw` */
export function emitLoad(e: Emitter, mnemonic: string): void {
  const log2Size = LOG2_SIZE[mnemonic.slice('ldx'.length)];
  emitAddress(e, e.src);
  e.f.get(e.dst);
  emitTranslation(e, LOAD | log2Size);
  e.f.load(LOADS[log2Size]).store('i64Store', REGISTERS);
}

/** `stb` … `stdw` store the immediate, `stxb` … `stxdw` a register. */
export function emitStore(e: Emitter, mnemonic: string): void {
  const { f } = e;
  const fromRegister = mnemonic.startsWith('stx');
  const log2Size = LOG2_SIZE[mnemonic.slice(fromRegister ? 'stx'.length : 'st'.length)];
  emitAddress(e, e.dst);
  emitTranslation(e, (fromRegister ? STORE_REG : STORE_IMM) | log2Size);
  if (fromRegister) f.get(e.src).load('i64Load', REGISTERS);
  else f.get(e.pc).load('i64Load32S', FIELD_IMMEDIATE);
  f.store(STORES[log2Size]);
}

function emitAddress(e: Emitter, base: number): void {
  e.f.get(base).load('i64Load', REGISTERS);
  e.f.get(e.pc).load('i64Load16S', FIELD_OFFSET).op('i64Add').set(e.address);
}

/** Leaves the offset in memory of `e.address` on the stack, or goes to the slow path. */
function emitTranslation(e: Emitter, kind: number): void {
  const { f, a: entry, b: offset, c: frames } = e;
  const limit = kind < STORE_IMM ? READ_LIMIT : WRITE_LIMIT;
  const size = 1 << (kind & 3);
  f.i32(kind).set(e.accessKind);
  f.get(e.address).i64(32).op('i64ShrU', 'i32WrapI64').tee(entry).i32(REGION_COUNT).op('i32GeU').brIf(e.slowAccess);
  // For the compiler, which guesses that the instruction will go to the same regions again: a bit for each.
  f.get(e.pc).i32(3).op('i32ShrU').i32(0).load('i32Load', PROFILE).op('i32Add').tee(offset);
  f.get(offset).load('i32Load8U', 0).i32(1).get(entry).op('i32Shl', 'i32Or').store('i32Store8', 0);
  f.get(entry).i32(REGION_SHIFT).op('i32Shl').set(entry);
  f.get(e.address).op('i32WrapI64').set(offset);
  if (stackFrameGaps(e.version)) {
    f.get(offset).get(entry).load('i32Load', GAP_MASK).op('i32And').tee(frames);
    f.i32(GAP_SIZE).op('i32And').brIf(e.slowAccess);
    f.get(offset).get(frames).i32(1).op('i32ShrU', 'i32Sub').set(offset);
  }
  f.get(offset).op('i64ExtendI32U').i64(size).op('i64Add');
  f.get(entry).load('i64Load32U', limit).op('i64GtU').brIf(e.slowAccess);
  f.get(offset).get(entry).load('i32Load', HOST_OFFSET).op('i32Add');
}

/**
 * Exports `run`: the loop, and between its turns the accesses that its fast path gave up. An access that fails costs its
 * instruction and leaves PC at it, as any error does.
 */
export function emitRun(module: ModuleBuilder, loop: number, accessFunction: number): void {
  const f = module.function([], ['i32'], 'run');
  const [status, kind, host, pc, registers] = Array.from({ length: 5 }, () => f.local('i32'));
  const value = f.local('i64');
  const again = f.loop();
  f.call(loop).tee(status).i32(Status.slowAccess).op('i32Ne');
  f.if();
  f.get(status).op('return');
  f.end();

  f.i32(0).i32(0).load('i32Load', FUEL).i32(1).op('i32Sub').store('i32Store', FUEL);
  f.i32(0).load('i32Load', DETAIL).set(kind);
  f.get(kind).call(accessFunction).tee(host).op('i32Eqz');
  f.if();
  f.i32(Status.accessViolation).op('return');
  f.end();

  f.i32(0).load('i32Load', TEXT).i32(0).load('i32Load', PC).i32(3).op('i32Shl', 'i32Add').set(pc);
  f.get(pc).load('i32Load8U', FIELD_REGISTERS).set(registers);
  const done = f.block();
  const isStore = f.block();
  f.get(kind).i32(STORE_IMM).op('i32GeU').brIf(isStore);
  f.get(registers).i32(3).op('i32Shl').i32(0x78).op('i32And');
  emitBySize(f, kind, 'i64', (log2Size) => f.get(host).load(LOADS[log2Size]));
  f.store('i64Store', REGISTERS).br(done);
  f.end(); // isStore
  f.get(registers).i32(1).op('i32ShrU').i32(0x78).op('i32And').load('i64Load', REGISTERS);
  f.get(pc).load('i64Load32S', FIELD_IMMEDIATE);
  f.get(kind).i32(STORE_REG).op('i32And', 'select').set(value);
  emitBySize(f, kind, undefined, (log2Size) => f.get(host).get(value).store(STORES[log2Size]));
  f.end(); // done

  f.i32(0).i32(0).load('i32Load', PC).i32(1).op('i32Add').store('i32Store', PC);
  f.i32(0).load('i32Load', FUEL).brIf(again);
  f.i32(Status.outOfFuel).op('return');
  f.end();
  f.op('unreachable');
}

function emitBySize(
  f: FunctionBuilder,
  kind: number,
  result: 'i64' | undefined,
  emit: (log2Size: number) => void,
): void {
  const done = f.block(result);
  const labels = [f.block(), f.block(), f.block(), f.block()].reverse();
  f.get(kind).i32(3).op('i32And').brTable(labels, labels[0]);
  for (let log2Size = 0; log2Size < 4; log2Size++) {
    f.end();
    emit(log2Size);
    f.br(done);
  }
  f.end();
}

/**
 * (kind: i32) -> offset in memory of ACCESS_ADDR, or 0. Tries what can be done without leaving WebAssembly: the stretch
 * the host found last time, then a store to stack or heap that only the write limit stopped. Then asks the host.
 */
export function emitAccessFunction(module: ModuleBuilder, version: SbpfVersion, resolveAccess: number): number {
  const f = module.function(['i32'], ['i32']);
  const kind = 0;
  const address = f.local('i64');
  const [region, offset, end, entry, frames, len] = Array.from({ length: 6 }, () => f.local('i32'));
  const isStore = (): void => void f.get(kind).i32(STORE_IMM).op('i32GeU');

  f.i32(0).load('i64Load', ACCESS_ADDR).set(address);
  const askHost = f.block();
  f.get(address).i64(32).op('i64ShrU').i64(REGION_COUNT).op('i64GeU').brIf(askHost);
  f.get(address).i64(32).op('i64ShrU', 'i32WrapI64').set(region);
  f.get(address).op('i32WrapI64').tee(offset);
  f.i32(1).get(kind).i32(3).op('i32And', 'i32Shl', 'i32Add').tee(end);
  f.get(offset).op('i32LtU').brIf(askHost); // beyond the region's last byte

  const notInWindow = f.block();
  f.get(region).i32(0).load('i32Load', WINDOW_REGION).op('i32Ne').brIf(notInWindow);
  f.get(offset).i32(0).load('i32Load', WINDOW_START).op('i32LtU').brIf(notInWindow);
  f.get(end);
  f.i32(0).load('i32Load', WINDOW_WRITE_END).i32(0).load('i32Load', WINDOW_READ_END);
  isStore();
  f.op('select', 'i32GtU').brIf(notInWindow);
  f.get(offset).i32(0).load('i32Load', WINDOW_DELTA).op('i32Add', 'return');
  f.end();

  isStore();
  f.op('i32Eqz').brIf(askHost);
  f.get(region).i32(STACK_REGION).op('i32Ne');
  f.get(region).i32(HEAP_REGION).op('i32Ne', 'i32And').brIf(askHost);
  f.get(region).i32(REGION_SHIFT).op('i32Shl').set(entry);
  if (stackFrameGaps(version)) {
    f.get(offset).get(entry).load('i32Load', GAP_MASK).op('i32And').tee(frames);
    f.i32(GAP_SIZE).op('i32And').brIf(askHost);
    f.get(offset).get(frames).i32(1).op('i32ShrU', 'i32Sub').set(offset);
    f.get(end).get(frames).i32(1).op('i32ShrU', 'i32Sub').set(end);
  }
  f.get(end).get(entry).load('i32Load', READ_LIMIT).tee(len).op('i32GtU').brIf(askHost);

  // The same as VmMemory's #soil, except that patience ends.
  const written = f.block();
  f.get(offset).get(entry).load('i32Load', DIRTY_FROM).op('i32GeU');
  f.if();
  f.i32(0).i32(0).load('i32Load', PATIENCE).i32(1).op('i32Sub').tee(frames).store('i32Store', PATIENCE);
  f.get(frames).brIf(written);
  f.i32(0).i32(1).store('i32Store', PATIENCE);
  f.get(entry).get(len).store('i32Store', WRITE_LIMIT);
  f.br(written);
  f.end();
  f.get(offset).get(len).i32(1).op('i32ShrU', 'i32LtU');
  f.if();
  f.get(entry);
  f.get(end).i32(1).op('i32Sub').i32(-DIRT_GRAIN).op('i32And').i32(DIRT_GRAIN).op('i32Add').tee(end);
  f.get(len).get(end).get(len).op('i32LtU', 'select').store('i32Store', WRITE_LIMIT);
  f.else();
  f.get(entry).get(offset).i32(-DIRT_GRAIN).op('i32And').store('i32Store', DIRTY_FROM);
  f.end();
  f.end(); // written
  f.get(offset).get(entry).load('i32Load', HOST_OFFSET).op('i32Add', 'return');

  f.end(); // askHost
  isStore();
  f.i32(1).get(kind).i32(3).op('i32And', 'i32Shl').call(resolveAccess);
  return f.index;
}
