// Copying, filling and comparing guest memory without leaving WebAssembly, for compiled code that calls a syscall which
// does just that. What is not plain, it leaves undone, and the syscall itself is called: lengths of zero or beyond what
// the base price pays, too few units, ranges that overlap, memory that the table of regions doesn't admit at once.

import type { FunctionBuilder } from '../wasm/function-builder.ts';
import type { ModuleBuilder } from '../wasm/module-builder.ts';
import {
  GAP_MASK,
  GAP_SIZE,
  HOST_OFFSET,
  MEMORY_OPERATION_MAX,
  MEMORY_OPERATION_UNITS,
  READ_LIMIT,
  REGION_COUNT,
  REGION_SHIFT,
  WRITE_LIMIT,
} from './control-block.ts';
import { type SbpfVersion, stackFrameGaps } from './version.ts';

/** What a syscall does with the ranges that its first arguments name. */
export const MemoryOperation = {
  /** r1 destination, r2 source, r3 bytes; an error where they overlap. */
  copy: 0,
  /** The same; they may overlap. */
  move: 1,
  /** r1 destination, r2 the byte, r3 bytes. */
  fill: 2,
  /** r1 and r2 ranges, r3 bytes, r4 where an i32 goes: the difference of the first bytes that differ, else 0. */
  compare: 3,
} as const;

/** Has r0 become 0. */
const NOT_DONE = -1;

/**
 * Exports `memoryOperation`: (operation, r1, r2, r3, r4, units left) -> units to take, or -1 where nothing was done.
 */
export function emitMemoryOperation(module: ModuleBuilder, version: SbpfVersion): void {
  const locate = emitLocate(module, version);
  const f = module.function(['i32', 'i64', 'i64', 'i64', 'i64', 'i64'], ['i32'], 'memoryOperation');
  const [operation, a, b, len, result, fuel] = [0, 1, 2, 3, 4, 5];
  const [hostA, hostB, hostResult, count, difference] = Array.from({ length: 5 }, () => f.local('i32'));
  const is = (kind: number): FunctionBuilder => f.get(operation).i32(kind).op('i32Eq');
  const notDone = f.block();

  // Zero wraps around.
  f.get(len).i64(1).op('i64Sub').i32(0).load('i64Load32U', MEMORY_OPERATION_MAX).op('i64GeU').brIf(notDone);
  f.get(fuel).i32(0).load('i64Load32U', MEMORY_OPERATION_UNITS).op('i64LtS').brIf(notDone);
  f.get(len).op('i32WrapI64').set(count);
  is(MemoryOperation.copy);
  f.if();
  f.get(a).get(b).op('i64Sub').get(b).get(a).op('i64Sub').get(a).get(b).op('i64GtU', 'select');
  f.get(len).op('i64LtU').brIf(notDone);
  f.end();
  f.get(a).get(count);
  f.i32(READ_LIMIT).i32(WRITE_LIMIT);
  is(MemoryOperation.compare);
  f.op('select').call(locate).tee(hostA).op('i32Eqz').brIf(notDone);
  is(MemoryOperation.fill);
  f.if();
  f.get(hostA).get(b).op('i32WrapI64').get(count).memoryFill();
  f.i32(0).load('i32Load', MEMORY_OPERATION_UNITS).op('return');
  f.end();
  f.get(b).get(count).i32(READ_LIMIT).call(locate).tee(hostB).op('i32Eqz').brIf(notDone);
  f.get(operation).i32(MemoryOperation.move).op('i32LeU');
  f.if();
  f.get(hostA).get(hostB).get(count).memoryCopy();
  f.i32(0).load('i32Load', MEMORY_OPERATION_UNITS).op('return');
  f.end();

  f.get(result).op('i32WrapI64').i32(3).op('i32And').brIf(notDone);
  f.get(result).i32(4).i32(WRITE_LIMIT).call(locate).tee(hostResult).op('i32Eqz').brIf(notDone);
  emitCompare(f, hostA, hostB, count, difference);
  f.get(hostResult).get(difference).store('i32Store');
  f.i32(0).load('i32Load', MEMORY_OPERATION_UNITS).op('return');
  f.end();
  f.i32(NOT_DONE);
}

/** Eight bytes at a time as long as they are the same, then one at a time. Moves both pointers. */
function emitCompare(f: FunctionBuilder, hostA: number, hostB: number, count: number, difference: number): void {
  const advance = (size: number): void => {
    f.get(hostA).i32(size).op('i32Add').set(hostA);
    f.get(hostB).i32(size).op('i32Add').set(hostB);
    f.get(count).i32(size).op('i32Sub').set(count);
  };
  const wordsDone = f.block();
  const words = f.loop();
  f.get(count).i32(8).op('i32LtU').brIf(wordsDone);
  f.get(hostA).load('i64Load').get(hostB).load('i64Load').op('i64Ne').brIf(wordsDone);
  advance(8);
  f.br(words);
  f.end();
  f.end();
  const done = f.block();
  const bytes = f.loop();
  f.get(count).op('i32Eqz').brIf(done);
  f.get(hostA).load('i32Load8U').get(hostB).load('i32Load8U').op('i32Sub').tee(difference).brIf(done);
  advance(1);
  f.br(bytes);
  f.end();
  f.end();
}

/** (address, bytes, READ_LIMIT or WRITE_LIMIT) -> offset in memory, or 0. The start alone must not lie in a gap. */
function emitLocate(module: ModuleBuilder, version: SbpfVersion): number {
  const f = module.function(['i64', 'i32', 'i32'], ['i32']);
  const [address, len, limit] = [0, 1, 2];
  const [entry, offset, frames] = Array.from({ length: 3 }, () => f.local('i32'));
  const no = f.block();
  f.get(address).i64(32).op('i64ShrU').i64(REGION_COUNT).op('i64GeU').brIf(no);
  f.get(address).i64(32).op('i64ShrU', 'i32WrapI64').i32(REGION_SHIFT).op('i32Shl').set(entry);
  f.get(address).op('i32WrapI64').set(offset);
  if (stackFrameGaps(version)) {
    f.get(offset).get(entry).load('i32Load', GAP_MASK).op('i32And').tee(frames).i32(GAP_SIZE).op('i32And').brIf(no);
    f.get(offset).get(frames).i32(1).op('i32ShrU', 'i32Sub').set(offset);
  }
  f.get(offset).op('i64ExtendI32U').get(len).op('i64ExtendI32U', 'i64Add');
  f.get(entry).get(limit).op('i32Add').load('i64Load32U').op('i64GtU').brIf(no);
  f.get(offset).get(entry).load('i32Load', HOST_OFFSET).op('i32Add', 'return');
  f.end();
  f.i32(0);
  return f.index;
}
