// The stake of the running epoch, as the bank tells it.
// Source: agave syscalls/src/lib.rs, SyscallGetEpochStake; SIMD-0133.

import type { U64 } from '../../sbpf/memory.ts';
import { PUBKEY_BYTES, Pubkey } from '../../wire/pubkey.ts';
import { bytesCost } from '../execution-cost.ts';
import { translateType } from './memory-access.ts';
import type { RuntimeSyscall, SyscallTable } from './syscall-table.ts';

/**
 * Reads active stake in lamports.
 *
 * r1 `voteAddr`: VM address of a vote account's 32 bytes, or 0 for the stake of all. SBPF v3 programs keep their
 *    constants at address 0: the first of them can't be named here
 *
 * Charges 100 for all, 110 for one, before the address is read. r0 is the stake; 0 for what is no vote account.
 */
const getEpochStake: RuntimeSyscall = (context, memory, voteAddr) => {
  if (voteAddr === 0) {
    context.consume(context.costs.syscallBaseCost);
    return toU64(context.environment.epochStake(undefined));
  }
  context.consume(context.costs.syscallBaseCost + bytesCost(context.costs, PUBKEY_BYTES) + context.costs.memOpBaseCost);
  const offset = translateType(context, memory, 'load', voteAddr, PUBKEY_BYTES, 1);
  return toU64(context.environment.epochStake(Pubkey.at(memory.bytes, offset)));
};

function toU64(value: bigint): U64 {
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

export const EPOCH_STAKE_SYSCALLS: SyscallTable = {
  sol_get_epoch_stake: { syscall: getEpochStake, gate: 'enable_get_epoch_stake_syscall' },
};
