// Loads and stores. Each instruction checks its address against the table of regions in place; whatever the table does
// not admit at once goes to one slow path, which either finds the bytes after all or ends the run.
// Of the fast path's checks the order does not matter: any failure leads to the slow path, which decides afresh.
// Source: sbpf src/memory_region.rs, MemoryMapping::{load, store}.

import type { ModuleBuilder } from '../wasm/module-builder.ts';
import type { LoadOp, StoreOp } from '../wasm/opcodes.ts';
import { MM_HEAP_START, MM_REGION_SIZE, MM_STACK_START } from './address-space.ts';
import {
  ACCESS_ADDR,
  DIRTY_FROM,
  GAP_MASK,
  HOST_OFFSET,
  PATIENCE,
  READ_LIMIT,
  REGION_COUNT,
  REGION_SHIFT,
  REGIONS,
  REGISTERS,
  WINDOW_DELTA,
  WINDOW_READ_END,
  WINDOW_REGION,
  WINDOW_START,
  WINDOW_WRITE_END,
  WRITE_LIMIT,
} from './control-block.ts';
import { type Emitter, failIf, Status } from './interpreter-emitter.ts';
import { type SbpfVersion, stackFrameGaps } from './version.ts';

/** The bit of an address within its frame and gap that says it is in the gap. */
const GAP_BIT = 0x1000;
/** Write limits move in steps of this many bytes, as in memory.ts. */
const DIRT_GRAIN = 1024;

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
  else f.get(e.insn).i64(32).op('i64ShrS');
  f.store(STORES[log2Size]);
}

function emitAddress(e: Emitter, base: number): void {
  e.f.get(base).load('i64Load', REGISTERS);
  e.f.get(e.low).i32(16).op('i32ShrS', 'i64ExtendI32S', 'i64Add').set(e.address);
}

/** Leaves the offset in memory of `e.address` on the stack, or goes to the slow path. */
function emitTranslation(e: Emitter, kind: number): void {
  const { f, a: entry, b: offset, c: frames } = e;
  const limit = kind < STORE_IMM ? READ_LIMIT : WRITE_LIMIT;
  f.i32(kind).set(e.accessKind);
  f.get(e.address).i64(32).op('i64ShrU', 'i32WrapI64').tee(entry).i32(REGION_COUNT).op('i32GeU').brIf(e.slowAccess);
  f.get(entry).i32(REGION_SHIFT).op('i32Shl').set(entry);
  f.get(e.address).op('i32WrapI64').set(offset);
  if (stackFrameGaps(e.version)) {
    f.get(offset)
      .get(entry)
      .load('i32Load', REGIONS + GAP_MASK)
      .op('i32And')
      .tee(frames);
    f.i32(GAP_BIT).op('i32And').brIf(e.slowAccess);
    f.get(offset).get(frames).i32(1).op('i32ShrU', 'i32Sub').set(offset);
  }
  f.get(offset)
    .op('i64ExtendI32U')
    .i64(1 << (kind & 3))
    .op('i64Add');
  f.get(entry)
    .load('i64Load32U', REGIONS + limit)
    .op('i64GtU')
    .brIf(e.slowAccess);
  f.get(offset)
    .get(entry)
    .load('i32Load', REGIONS + HOST_OFFSET)
    .op('i32Add');
}

/** The rest of an access whose fast path gave up: translates, then does what `e.accessKind` says. */
export function emitSlowAccess(e: Emitter): void {
  const { f, a: host } = e;
  f.get(e.address).get(e.accessKind).call(e.accessFunction).tee(host).op('i32Eqz');
  failIf(e, Status.accessViolation);
  const done = f.block();
  const isStore = f.block();
  f.get(e.accessKind).i32(STORE_IMM).op('i32GeU').brIf(isStore);
  f.get(e.dst);
  emitBySize(e, 'i64', (log2Size) => f.get(host).load(LOADS[log2Size]));
  f.store('i64Store', REGISTERS);
  f.br(done);
  f.end(); // isStore
  f.get(e.src).load('i64Load', REGISTERS).get(e.insn).i64(32).op('i64ShrS');
  f.get(e.accessKind).i32(STORE_REG).op('i32And', 'select').set(e.x);
  emitBySize(e, undefined, (log2Size) => f.get(host).get(e.x).store(STORES[log2Size]));
  f.end(); // done
}

function emitBySize(e: Emitter, result: 'i64' | undefined, emit: (log2Size: number) => void): void {
  const { f } = e;
  const done = f.block(result);
  const labels = [f.block(), f.block(), f.block(), f.block()].reverse();
  f.get(e.accessKind).i32(3).op('i32And').brTable(labels, labels[0]);
  for (let log2Size = 0; log2Size < 4; log2Size++) {
    f.end();
    emit(log2Size);
    f.br(done);
  }
  if (result !== undefined) f.op('unreachable');
  f.end();
}

/**
 * (address: i64, kind: i32) -> offset in memory, or 0. Tries what can be done without leaving WebAssembly: the stretch
 * the host found last time, then a store to stack or heap that only the write limit stopped. Then asks the host.
 */
export function emitAccessFunction(module: ModuleBuilder, version: SbpfVersion, resolveAccess: number): number {
  const f = module.function(['i64', 'i32'], ['i32']);
  const [address, kind] = [0, 1];
  const [region, offset, end, entry, frames, len] = Array.from({ length: 6 }, () => f.local('i32'));
  const isStore = (): void => void f.get(kind).i32(STORE_IMM).op('i32GeU');

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
  f.get(region)
    .i32(MM_STACK_START / MM_REGION_SIZE)
    .op('i32Ne');
  f.get(region)
    .i32(MM_HEAP_START / MM_REGION_SIZE)
    .op('i32Ne', 'i32And')
    .brIf(askHost);
  f.get(region).i32(REGION_SHIFT).op('i32Shl').set(entry);
  if (stackFrameGaps(version)) {
    f.get(offset)
      .get(entry)
      .load('i32Load', REGIONS + GAP_MASK)
      .op('i32And')
      .tee(frames);
    f.i32(GAP_BIT).op('i32And').brIf(askHost);
    f.get(offset).get(frames).i32(1).op('i32ShrU', 'i32Sub').set(offset);
    f.get(end).get(frames).i32(1).op('i32ShrU', 'i32Sub').set(end);
  }
  f.get(end)
    .get(entry)
    .load('i32Load', REGIONS + READ_LIMIT)
    .tee(len)
    .op('i32GtU')
    .brIf(askHost);

  // The same as VmMemory's #soil, except that patience ends.
  const written = f.block();
  f.get(offset)
    .get(entry)
    .load('i32Load', REGIONS + DIRTY_FROM)
    .op('i32GeU');
  f.if();
  f.i32(0).i32(0).load('i32Load', PATIENCE).i32(1).op('i32Sub').tee(frames).store('i32Store', PATIENCE);
  f.get(frames).brIf(written);
  f.i32(0).i32(1).store('i32Store', PATIENCE);
  f.get(entry)
    .get(len)
    .store('i32Store', REGIONS + WRITE_LIMIT);
  f.br(written);
  f.end();
  f.get(offset).get(len).i32(1).op('i32ShrU', 'i32LtU');
  f.if();
  f.get(entry);
  f.get(end)
    .i32(DIRT_GRAIN - 1)
    .op('i32Add')
    .i32(-DIRT_GRAIN)
    .op('i32And')
    .tee(end);
  f.get(len)
    .get(end)
    .get(len)
    .op('i32LtU', 'select')
    .store('i32Store', REGIONS + WRITE_LIMIT);
  f.else();
  f.get(entry)
    .get(offset)
    .i32(-DIRT_GRAIN)
    .op('i32And')
    .store('i32Store', REGIONS + DIRTY_FROM);
  f.end();
  f.end(); // written
  f.get(offset)
    .get(entry)
    .load('i32Load', REGIONS + HOST_OFFSET)
    .op('i32Add', 'return');

  f.end(); // askHost
  f.i32(0).get(address).store('i64Store', ACCESS_ADDR);
  isStore();
  f.i32(1).get(kind).i32(3).op('i32And', 'i32Shl').call(resolveAccess);
  return f.index;
}
