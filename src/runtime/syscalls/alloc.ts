// The heap of old programs: a bump allocator that hands out the heap region from its start and takes nothing back.
// Programs built since bring their own allocator, and none may be deployed with this one.
// Source: agave syscalls/src/lib.rs, SyscallAllocFree; program-runtime/src/invoke_context.rs, BpfAllocator.

import { MM_HEAP_START } from '../../sbpf/address-space.ts';
import { currentActivation } from '../activation.ts';
import type { RuntimeSyscall, SyscallTable } from './syscall-table.ts';

/** Alignment of what is handed out. Source: solana-sdk program-entrypoint, BPF_ALIGN_OF_U128. */
const BPF_ALIGN_OF_U128 = 8;

/**
 * Allocates, or pretends to free.
 *
 * r1 `size`: bytes
 * r2 `freeAddr`: 0 to allocate; else nothing happens
 *
 * r0 is the VM address, aligned to 8 (to 1 for programs of loader v1), or 0 where the heap has no room. Charges nothing.
 */
const allocFree: RuntimeSyscall = (context, _memory, size, freeAddr) => {
  if (freeAddr !== 0) return 0;
  const activation = currentActivation(context);
  const align = activation.checkAligned ? BPF_ALIGN_OF_U128 : 1;
  const start = Math.ceil(activation.heapPosition / align) * align;
  const end = start + Number(size);
  if (end > context.heapSize) return 0;
  activation.heapPosition = end;
  return MM_HEAP_START + start;
};

export const ALLOC_SYSCALLS: SyscallTable = {
  sol_alloc_free_: { syscall: allocFree, isDeployable: false },
};
