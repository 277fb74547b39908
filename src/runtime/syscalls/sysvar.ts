// The syscalls that read sysvars: one for each kind, which writes the struct as Rust lays it out, and `sol_get_sysvar`,
// which copies bytes of the account's form. Both read the cache, never an account that the transaction named.
// Source: agave syscalls/src/sysvar.rs; https://github.com/anza-xyz/agave/pull/12130 for programs of loader v1.

import { MM_INPUT_START } from '../../sbpf/address-space.ts';
import type { U64 } from '../../sbpf/memory.ts';
import { U64_MAX } from '../../wire/bytes.ts';
import { PUBKEY_BYTES, Pubkey } from '../../wire/pubkey.ts';
import { currentActivation } from '../activation.ts';
import { CLOCK_ID, EPOCH_REWARDS_ID, EPOCH_SCHEDULE_ID, FEES_ID, LAST_RESTART_SLOT_ID, RENT_ID } from '../addresses.ts';
import { fail, SyscallError } from '../errors.ts';
import { bytesCost } from '../execution-cost.ts';
import type { InvokeContext } from '../invoke-context.ts';
import type { SysvarCache } from '../sysvars/cache.ts';
import { encodeFees } from '../sysvars/layouts.ts';
import { translateOutput, translateOutputType, translateType } from './memory-access.ts';
import type { RuntimeSyscall, SyscallTable } from './syscall-table.ts';

const SOURCE = 'agave syscalls/src/sysvar.rs';

const OFFSET_LENGTH_EXCEEDS_SYSVAR = 1;
const SYSVAR_NOT_FOUND = 2;

/** How a struct in memory is made from the account's bytes. What no piece covers is padding, and written as zeros. */
interface StructLayout {
  readonly size: number;
  readonly align: number;
  /** Runs of bytes: where they are in the account, where in the struct, how many. */
  readonly pieces: readonly (readonly [from: number, to: number, len: number])[];
}

const CLOCK: StructLayout = { size: 40, align: 8, pieces: [[0, 0, 40]] };
/** The account's form packs `warmup: bool` between two u64s. */
const EPOCH_SCHEDULE: StructLayout = {
  size: 40,
  align: 8,
  pieces: [
    [0, 0, 17],
    [17, 24, 16],
  ],
};
const FEES: StructLayout = { size: 8, align: 8, pieces: [[0, 0, 8]] };
const RENT: StructLayout = { size: 24, align: 8, pieces: [[0, 0, 17]] };
const LAST_RESTART_SLOT: StructLayout = { size: 8, align: 8, pieces: [[0, 0, 8]] };
/** Its u128 aligns it to 16. */
const EPOCH_REWARDS: StructLayout = { size: 96, align: 16, pieces: [[0, 0, 81]] };

/**
 * Makes the syscall that writes one sysvar.
 *
 * r1 `varAddr`: VM address of the struct, aligned, outside the program's input
 *
 * Charges 100 and a unit for each byte of the struct, then checks the address, then whether the sysvar is there.
 */
function getSysvarStruct(
  id: Pubkey,
  { size, align, pieces }: StructLayout,
  read: (sysvars: SysvarCache) => Uint8Array | undefined = (sysvars) => sysvars.get(id),
): RuntimeSyscall {
  return (context, memory, varAddr) => {
    context.consume(context.costs.sysvarBaseCost + size);
    checkDestination(context, varAddr);
    const offset = translateOutputType(context, memory, varAddr, size, align);
    const data = read(context.environment.sysvars);
    if (data === undefined) {
      fail('UnsupportedSysvar', { rule: 'get_sysvar', source: SOURCE, account: id, detail: 'not in the sysvar cache' });
    }
    const { bytes } = memory;
    bytes.fill(0, offset, offset + size);
    for (const [from, to, len] of pieces) bytes.set(data.subarray(from, from + len), offset + to);
    return 0;
  };
}

/**
 * Copies a part of a sysvar account's bytes.
 *
 * r1 `idAddr`: VM address of the sysvar's 32 bytes
 * r2 `varAddr`: VM address for the bytes, outside the program's input
 * r3 `sysvarOffset`, r4 `len`: which bytes
 *
 * Charges 100 and a unit for each 250 bytes, 10 at least, then checks the output, then the id, then that
 * `sysvarOffset + len` is a u64. r0 is 2 where there is no such sysvar, 1 where it is too short, else 0.
 */
const getSysvar: RuntimeSyscall = (context, memory, idAddr, varAddr, sysvarOffset, len) => {
  const { costs } = context;
  // Here, other than elsewhere, bytes that pay for nothing cost nothing.
  const isFree = costs.cpiBytesPerUnit === 0;
  const idCost = isFree ? 0 : bytesCost(costs, PUBKEY_BYTES);
  const copyCost = isFree ? 0 : bytesCost(costs, Number(len));
  context.consume(costs.sysvarBaseCost + idCost + Math.max(costs.memOpBaseCost, copyCost));
  checkDestination(context, varAddr);
  const output = translateOutput(memory, varAddr, len);
  const idOffset = translateType(context, memory, 'load', idAddr, PUBKEY_BYTES, 1);
  const isSmall = typeof sysvarOffset === 'number' && typeof len === 'number';
  if (!isSmall && BigInt(sysvarOffset) + BigInt(len) > U64_MAX) {
    fail('ArithmeticOverflow', { rule: 'sol_get_sysvar', source: SOURCE, limit: U64_MAX });
  }
  const data = context.environment.sysvars.get(Pubkey.at(memory.bytes, idOffset));
  if (data === undefined) return SYSVAR_NOT_FOUND;
  const start = Number(sysvarOffset);
  const end = start + Number(len);
  if (end > data.length) return OFFSET_LENGTH_EXCEEDS_SYSVAR;
  memory.bytes.set(data.subarray(start, end), output);
  return 0;
};

/** Refuses programs of loader v1, and addresses in the program's input: that is where its accounts are. */
function checkDestination(context: InvokeContext, varAddr: U64): void {
  if (currentActivation(context).isLoaderDeprecated) {
    throw new SyscallError('UnalignedPointer', 'Unaligned pointer', {
      rule: 'get_sysvar',
      source: SOURCE,
      program: context.current.programId,
      detail: 'programs of loader v1 may not read sysvars this way',
    });
  }
  if (varAddr >= MM_INPUT_START && context.environment.features.syscall_parameter_address_restrictions) {
    const refusal = { rule: 'get_sysvar', source: SOURCE, limit: MM_INPUT_START, actual: varAddr };
    throw new SyscallError('InvalidPointer', 'Invalid pointer', refusal);
  }
}

export const SYSVAR_SYSCALLS: SyscallTable = {
  sol_get_clock_sysvar: { syscall: getSysvarStruct(CLOCK_ID, CLOCK) },
  sol_get_epoch_schedule_sysvar: {
    syscall: getSysvarStruct(EPOCH_SCHEDULE_ID, EPOCH_SCHEDULE),
  },
  sol_get_fees_sysvar: {
    syscall: getSysvarStruct(FEES_ID, FEES, ({ fees }) => fees && encodeFees(fees)),
    goneWith: 'disable_fees_sysvar',
  },
  sol_get_rent_sysvar: { syscall: getSysvarStruct(RENT_ID, RENT) },
  sol_get_last_restart_slot: {
    syscall: getSysvarStruct(LAST_RESTART_SLOT_ID, LAST_RESTART_SLOT),
    gate: 'last_restart_slot_sysvar',
  },
  sol_get_epoch_rewards_sysvar: {
    syscall: getSysvarStruct(EPOCH_REWARDS_ID, EPOCH_REWARDS),
  },
  sol_get_sysvar: { syscall: getSysvar, gate: 'get_sysvar_syscall_enabled' },
};
