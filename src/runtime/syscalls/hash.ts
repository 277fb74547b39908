// The hash syscalls. They differ in the function and in the name they log; costs and limits are sha256's for all.
// Source: agave syscalls/src/lib.rs, SyscallHash.

import { type Hash, hashes } from '../../crypto/hashes.ts';
import { concatBytes } from '../../wire/bytes.ts';
import { SyscallError } from '../errors.ts';
import { readVmSlices, translateBytes, translateOutput, translateVmSlices } from './memory-access.ts';
import type { RuntimeSyscall, SyscallTable } from './syscall-table.ts';

/**
 * Makes the syscall that hashes a list of byte slices, end to end.
 *
 * r1 `slicesAddr`: VM address of `slicesCount` pairs `{ addr: u64, len: u64 }`, 8-aligned
 * r2 `slicesCount`: how many pairs, 20,000 at most; 0 hashes the empty string and never reads r1
 * r3 `resultAddr`: VM address of `resultLen` writable bytes
 *
 * Checks the count first; charges the base cost, then checks the result and the list; then, slice by slice, checks it
 * and charges a unit for two of its bytes, 10 at least.
 */
function hashSyscall(name: string, resultLen: number, hash: Hash): RuntimeSyscall {
  return (context, memory, slicesAddr, slicesCount, resultAddr) => {
    const { costs } = context;
    const limit = costs.sha256MaxSlices;
    if (slicesCount > limit) {
      context.log(`${name} Hashing ${slicesCount} sequences in one syscall is over the limit ${limit}`);
      const refusal = { rule: 'SyscallHash', source: 'agave syscalls/src/lib.rs', limit, actual: slicesCount };
      throw new SyscallError('TooManySlices', 'Hashing too many sequences', refusal);
    }
    context.consume(costs.sha256BaseCost);
    const result = translateOutput(memory, resultAddr, resultLen);
    const list = translateVmSlices(context, memory, slicesAddr, slicesCount);
    const parts: Uint8Array[] = [];
    for (const { addr, len } of readVmSlices(memory, list, Number(slicesCount))) {
      const offset = translateBytes(memory, addr, len);
      context.consume(Math.max(costs.memOpBaseCost, costs.sha256ByteCost * Math.floor(Number(len) / 2)));
      parts.push(memory.bytes.subarray(offset, offset + Number(len)));
    }
    memory.bytes.set(hash(parts.length === 1 ? parts[0] : concatBytes(parts)), result);
    return 0;
  };
}

export const HASH_SYSCALLS: SyscallTable = {
  sol_sha256: { syscall: hashSyscall('Sha256', 32, (data) => hashes.sha256(data)) },
  sol_keccak256: { syscall: hashSyscall('Keccak256', 32, (data) => hashes.keccak256(data)) },
  sol_blake3: {
    syscall: hashSyscall('Blake3', 32, (data) => hashes.blake3(data)),
    gate: 'blake3_syscall_enabled',
  },
  sol_sha512: {
    syscall: hashSyscall('Sha512', 64, (data) => hashes.sha512(data)),
    gate: 'enable_sha512_syscall',
  },
};
