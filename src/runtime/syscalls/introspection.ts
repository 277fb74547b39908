// What a program can learn of its own run: how deep it is, what it may still spend, which instructions its caller ran
// before it.
// Source: agave syscalls/src/lib.rs, SyscallGetStackHeight, SyscallRemainingComputeUnits,
// SyscallGetProcessedSiblingInstruction.

import type { U64, VmMemory } from '../../sbpf/memory.ts';
import { PUBKEY_BYTES } from '../../wire/pubkey.ts';
import type { InstructionContext } from '../transaction-context.ts';
import { translateOutputs, translateOutputType } from './memory-access.ts';
import type { RuntimeSyscall, SyscallTable } from './syscall-table.ts';

/** `{ data_len: u64, accounts_len: u64 }`. Source: solana-sdk instruction, ProcessedSiblingInstruction. */
const PROCESSED_SIBLING_INSTRUCTION_SIZE = 16;
const PROCESSED_SIBLING_INSTRUCTION_ALIGN = 8;
/** `{ pubkey, is_signer: bool, is_writable: bool }`. Source: solana-sdk instruction, AccountMeta. */
const ACCOUNT_META_SIZE = PUBKEY_BYTES + 2;

/** r0 is 1 in a top-level instruction, one more for each call above it. Charges 100. */
const getStackHeight: RuntimeSyscall = (context) => {
  context.consume(context.costs.syscallBaseCost);
  return context.current.stackHeight;
};

/** r0 is what the transaction has left once this call's 100 are paid. */
const remainingComputeUnits: RuntimeSyscall = (context) => {
  context.consume(context.costs.syscallBaseCost);
  return context.meter.remaining;
};

/**
 * Copies an instruction that was run before this one on behalf of the same caller (of the transaction, at the top).
 *
 * r1 `index`: 0 for the one that ran last, counting back
 * r2 `metaAddr`: VM address of `{ data_len: u64, accounts_len: u64 }`, 8-aligned
 * r3 `programIdAddr`: VM address for 32 bytes
 * r4 `dataAddr`: VM address for `data_len` bytes
 * r5 `accountsAddr`: VM address for `accounts_len` account metas of 34 bytes
 *
 * Charges 100. r0 is 0, and nothing is looked at, where there is no such instruction; else 1: where both lengths in the
 * meta are right, the instruction is copied out; where one is wrong, both are corrected and nothing else is written.
 */
const getProcessedSiblingInstruction: RuntimeSyscall = (
  context,
  memory,
  index,
  metaAddr,
  programIdAddr,
  dataAddr,
  accountsAddr,
) => {
  context.consume(context.costs.syscallBaseCost);
  const sibling = findSibling(context.current, index);
  if (sibling === undefined) return 0;
  const dataLen = sibling.data.length;
  const accountsCount = sibling.accounts.length;
  const metaOffset = translateOutputType(
    context,
    memory,
    metaAddr,
    PROCESSED_SIBLING_INSTRUCTION_SIZE,
    PROCESSED_SIBLING_INSTRUCTION_ALIGN,
  );
  if (memory.readU64(metaOffset) !== dataLen || memory.readU64(metaOffset + 8) !== accountsCount) {
    memory.writeU64(metaOffset, dataLen);
    memory.writeU64(metaOffset + 8, accountsCount);
    return 1;
  }
  const [programIdOffset, dataOffset, accountsOffset] = translateOutputs(context, memory, [
    { vmAddr: programIdAddr, len: PUBKEY_BYTES, align: 1 },
    { vmAddr: dataAddr, len: dataLen, align: 1 },
    { vmAddr: accountsAddr, len: accountsCount * ACCOUNT_META_SIZE, align: 1 },
    { vmAddr: metaAddr, len: PROCESSED_SIBLING_INSTRUCTION_SIZE, align: PROCESSED_SIBLING_INSTRUCTION_ALIGN },
  ]);
  memory.bytes.set(sibling.programId.bytes, programIdOffset);
  memory.bytes.set(sibling.data, dataOffset);
  writeAccountMetas(memory, accountsOffset, sibling);
  return 1;
};

/** The instruction with the same caller that is `index` + 1 before `current` in the trace. */
export function findSibling(current: InstructionContext, index: U64): InstructionContext | undefined {
  const siblings = current.transaction.trace.filter((instruction) => instruction.caller === current.caller);
  return typeof index === 'bigint' ? undefined : siblings[siblings.length - 2 - index];
}

function writeAccountMetas(memory: VmMemory, offset: number, instruction: InstructionContext): void {
  const { bytes } = memory;
  for (const account of instruction.accounts) {
    bytes.set(instruction.transaction.accounts[account.indexInTransaction].key.bytes, offset);
    bytes[offset + PUBKEY_BYTES] = account.isSigner ? 1 : 0;
    bytes[offset + PUBKEY_BYTES + 1] = account.isWritable ? 1 : 0;
    offset += ACCOUNT_META_SIZE;
  }
}

export const INTROSPECTION_SYSCALLS: SyscallTable = {
  sol_get_stack_height: { syscall: getStackHeight },
  sol_remaining_compute_units: {
    syscall: remainingComputeUnits,
    gate: 'remaining_compute_units_syscall_enabled',
  },
  sol_get_processed_sibling_instruction: { syscall: getProcessedSiblingInstruction },
};
