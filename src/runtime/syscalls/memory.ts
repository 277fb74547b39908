// The syscalls that compilers call for long copies, fills and comparisons.
// Hot: numbers throughout, and nothing is allocated.
// Source: agave syscalls/src/mem_ops.rs.

import type { U64, VmMemory } from '../../sbpf/memory.ts';
import { MemoryOperation } from '../../sbpf/memory-operations.ts';
import type { RunRequest } from '../../sbpf/vm.ts';
import { bytesCost, type ExecutionCosts } from '../execution-cost.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { checkNonOverlapping, translateBytes, translateOutput, translateOutputType } from './memory-access.ts';
import type { RuntimeSyscall, SyscallTable } from './syscall-table.ts';

/** Charges a unit for each 250 bytes, 10 at least. */
function consumeMemOp(context: InvokeContext, len: U64): void {
  const { costs } = context;
  context.consume(Math.max(costs.memOpBaseCost, bytesCost(costs, Number(len))));
}

const MAX_I32 = 2 ** 31 - 1;
let knownCosts: ExecutionCosts | undefined;
let knownOperations: RunRequest['memoryOperations'];

/** What the machine must know to do these by itself as long as the base cost pays: the same price, up to which length. */
export function memoryOperationsFor(costs: ExecutionCosts): RunRequest['memoryOperations'] {
  if (costs === knownCosts) return knownOperations;
  const units = costs.memOpBaseCost;
  const maxLen = Math.min(MAX_I32, (units + 1) * costs.cpiBytesPerUnit - 1);
  const isPlain = Number.isInteger(units) && units >= 0 && units <= MAX_I32 && Number.isInteger(maxLen) && maxLen > 0;
  knownCosts = costs;
  return (knownOperations = isPlain ? { units, maxLen } : undefined);
}

function move(memory: VmMemory, dstAddr: U64, srcAddr: U64, len: U64): number {
  const dst = translateOutput(memory, dstAddr, len);
  const src = translateBytes(memory, srcAddr, len);
  memory.bytes.copyWithin(dst, src, src + Number(len));
  return 0;
}

/**
 * Copies bytes between ranges that must not overlap.
 *
 * r1 `dstAddr`, r2 `srcAddr`: VM addresses; r3 `len`: bytes, where 0 lets any address pass
 *
 * Charges; then compares the guest addresses, before either is looked at; then checks the destination before the source.
 */
const memcpy: RuntimeSyscall = (context, memory, dstAddr, srcAddr, len) => {
  consumeMemOp(context, len);
  checkNonOverlapping(srcAddr, len, dstAddr, len);
  return move(memory, dstAddr, srcAddr, len);
};

/** Copies bytes as `sol_memcpy_` does, between ranges that may overlap. */
const memmove: RuntimeSyscall = (context, memory, dstAddr, srcAddr, len) => {
  consumeMemOp(context, len);
  return move(memory, dstAddr, srcAddr, len);
};

/**
 * Fills bytes.
 *
 * r1 `dstAddr`: VM address; r2 `value`: its low byte is written; r3 `len`: bytes
 */
const memset: RuntimeSyscall = (context, memory, dstAddr, value, len) => {
  consumeMemOp(context, len);
  const dst = translateOutput(memory, dstAddr, len);
  const byte = typeof value === 'number' ? value & 0xff : Number(value & 0xffn);
  memory.bytes.fill(byte, dst, dst + Number(len));
  return 0;
};

/**
 * Compares bytes.
 *
 * r1 `aAddr`, r2 `bAddr`: VM addresses; r3 `len`: bytes of each
 * r4 `resultAddr`: VM address of an i32, 4-aligned: the first differing bytes' difference a − b, 0 where none differ
 *
 * Charges, then checks a, b and the result in this order; it is written even where `len` is 0. r0 is 0 either way.
 */
const memcmp: RuntimeSyscall = (context, memory, aAddr, bAddr, len, resultAddr) => {
  consumeMemOp(context, len);
  const a = translateBytes(memory, aAddr, len);
  const b = translateBytes(memory, bAddr, len);
  const count = Number(len);
  const { bytes } = memory;
  let i = 0;
  while (i < count && bytes[a + i] === bytes[b + i]) i++;
  const difference = i < count ? bytes[a + i] - bytes[b + i] : 0;
  const result = translateOutputType(context, memory, resultAddr, 4, 4);
  memory.view.setInt32(result, difference, true);
  return 0;
};

export const MEMORY_SYSCALLS: SyscallTable = {
  sol_memcpy_: { syscall: Object.assign(memcpy, { memoryOperation: MemoryOperation.copy }) },
  sol_memmove_: { syscall: Object.assign(memmove, { memoryOperation: MemoryOperation.move }) },
  sol_memset_: { syscall: Object.assign(memset, { memoryOperation: MemoryOperation.fill }) },
  sol_memcmp_: { syscall: Object.assign(memcmp, { memoryOperation: MemoryOperation.compare }) },
};
