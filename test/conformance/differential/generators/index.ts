// Everything a sequence can do, by weight, and what it begins with.

import {
  ADDRESS_LOOKUP_TABLE_ID,
  CLOCK_ID,
  INSTRUCTIONS_SYSVAR_ID,
  RECENT_BLOCKHASHES_ID,
  RENT_ID,
  STAKE_HISTORY_ID,
  STAKE_PROGRAM_ID,
  SYSTEM_PROGRAM_ID,
} from '../../../../src/runtime/addresses.ts';
import type { Step } from '../machines.ts';
import type { Generator, World } from '../world.ts';
import { ASSOCIATED_TOKEN } from './associated-token.ts';
import { CPI, startingDrivers } from './cpi.ts';
import { LOADER_V3 } from './loader-v3.ts';
import { LOOKUP_TABLE, startingTables } from './lookup-table.ts';
import { MEMO } from './memo.ts';
import { ODDITIES, startingOddities } from './oddities.ts';
import { PRECOMPILES } from './precompiles.ts';
import { STAKE, STAKE_MAKERS } from './stake.ts';
import { SYSCALL_CALLS, startingSyscallPrograms } from './syscalls.ts';
import { NONCE_MAKERS, SYSTEM } from './system.ts';
import { TOKEN, TOKEN_2022_BASE, TOKEN_MAKERS } from './token.ts';
import { TOKEN_2022_EXTENSIONS, TOKEN_2022_MAKERS } from './token-2022.ts';
import { startingNativeMints, TOKEN_2022_ID, TOKEN_ID } from './token-state.ts';
import { VOTE } from './vote.ts';

export const GENERATORS: readonly (readonly [weight: number, generator: Generator])[] = [
  ...scaled(20, SYSTEM),
  ...scaled(15, TOKEN),
  ...scaled(8, TOKEN_2022_BASE),
  ...scaled(12, TOKEN_2022_EXTENSIONS),
  ...scaled(5, ASSOCIATED_TOKEN),
  ...scaled(3, MEMO),
  ...scaled(10, STAKE),
  ...scaled(5, LOOKUP_TABLE),
  ...scaled(9, LOADER_V3),
  ...scaled(3, PRECOMPILES),
  ...scaled(10, CPI),
  ...scaled(4, VOTE),
  ...scaled(5, SYSCALL_CALLS),
  ...scaled(1, ODDITIES),
];

/** What each sequence makes first, so that the others find something to work on. */
export const MAKERS: readonly Generator[] = [...TOKEN_MAKERS, ...TOKEN_2022_MAKERS, ...STAKE_MAKERS, ...NONCE_MAKERS];

/** A family's generators with the family's share of all. */
function scaled(share: number, family: readonly (readonly [number, Generator])[]): (readonly [number, Generator])[] {
  const sum = family.reduce((total, [weight]) => total + weight, 0);
  return family.map(([weight, generator]) => [Math.max(1, Math.round((weight * share * 100) / sum)), generator]);
}

const TABLED = [
  SYSTEM_PROGRAM_ID,
  TOKEN_ID,
  TOKEN_2022_ID,
  STAKE_PROGRAM_ID,
  ADDRESS_LOOKUP_TABLE_ID,
  RENT_ID,
  CLOCK_ID,
  STAKE_HISTORY_ID,
  RECENT_BLOCKHASHES_ID,
  INSTRUCTIONS_SYSVAR_ID,
];

/** What a sequence begins with. */
export function startingSteps(world: World): Step[] {
  const steps = [
    ...world.startingSteps(),
    ...startingNativeMints(world),
    ...startingDrivers(world),
    ...startingSyscallPrograms(world),
    ...startingOddities(world),
  ];
  const known = [...world.all('scratch'), ...world.all('program'), ...world.all('plain')];
  return [...steps, ...startingTables(world, [...TABLED, ...known])];
}
