// The sysvars as a program reads them: from the runtime, not from an account. Each costs what its syscall costs: 100 and a
// unit for each byte of the struct.
// Source: agave syscalls/src/sysvar.rs.

import type { Address } from '@solana/kit';
import { fail } from '../runtime/errors.ts';
import { CPI_BYTES_PER_UNIT, MEM_OP_BASE_COST, SYSVAR_BASE_COST } from '../runtime/execution-cost.ts';
import { minimumBalance } from '../runtime/rent.ts';
import type { SysvarCache } from '../runtime/sysvars/cache.ts';
import type { Clock, EpochRewards, EpochSchedule, LastRestartSlot, Rent } from '../runtime/sysvars/layouts.ts';
import { toPubkey } from './address.ts';
import { runSyscall } from './frame.ts';

export type { Clock, EpochRewards, EpochSchedule, LastRestartSlot };

export interface RentSysvar extends Rent {
  /** Lamports that an account with so many bytes of data must hold. */
  minimumBalance(dataLen: number): bigint;
  isExempt(lamports: bigint, dataLen: number): boolean;
}

export function getClock(): Clock {
  return read('getClock', 'sol_get_clock_sysvar', 40, (sysvars) => sysvars.clock);
}

export function getRent(): RentSysvar {
  const rent = read('getRent', 'sol_get_rent_sysvar', 24, (sysvars) => sysvars.rent);
  return {
    ...rent,
    minimumBalance: (dataLen) => minimumBalance(rent, dataLen),
    isExempt: (lamports, dataLen) => lamports >= minimumBalance(rent, dataLen),
  };
}

export function getEpochSchedule(): EpochSchedule {
  return read('getEpochSchedule', 'sol_get_epoch_schedule_sysvar', 40, (sysvars) => sysvars.epochSchedule);
}

export function getEpochRewards(): EpochRewards {
  return read('getEpochRewards', 'sol_get_epoch_rewards_sysvar', 96, (sysvars) => sysvars.epochRewards);
}

export function getLastRestartSlot(): LastRestartSlot {
  return read('getLastRestartSlot', 'sol_get_last_restart_slot', 8, (sysvars) => sysvars.lastRestartSlot);
}

/** Bytes of a sysvar's account; undefined where there is no such sysvar, or it is too short. */
export function getSysvar(address: Address, offset: number, length: number): Uint8Array | undefined {
  return runSyscall('getSysvar', 'sol_get_sysvar', (frame) => {
    frame.consume(SYSVAR_BASE_COST + Math.max(MEM_OP_BASE_COST, Math.floor(length / CPI_BYTES_PER_UNIT)));
    const data = frame.context.environment.sysvars.get(toPubkey(address));
    return data === undefined || offset + length > data.length ? undefined : data.slice(offset, offset + length);
  });
}

function read<T>(name: string, syscall: string, size: number, pick: (sysvars: SysvarCache) => T | undefined): T {
  return runSyscall(name, syscall, (frame) => {
    frame.consume(SYSVAR_BASE_COST + size);
    return frame.attempt(() => {
      const value = pick(frame.context.environment.sysvars);
      if (value !== undefined) return value;
      return fail('UnsupportedSysvar', { rule: 'get_sysvar', source: 'agave syscalls/src/sysvar.rs', detail: name });
    });
  });
}
