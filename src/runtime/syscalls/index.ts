// The table of all syscalls, keyed by the names that programs import them by, and the registries made from it: what a
// program can call while it runs, and what a program may name when it is deployed.
// Source: agave syscalls/src/lib.rs, create_program_runtime_environment.

import { SyscallRegistry } from '../../sbpf/syscall-registry.ts';
import { solInvokeSignedC, solInvokeSignedRust } from '../cpi.ts';
import type { RuntimeFeatures } from '../features.ts';
import { ALLOC_SYSCALLS } from './alloc.ts';
import { ALT_BN128_SYSCALLS } from './alt-bn128.ts';
import { BIG_MOD_EXP_SYSCALLS } from './big-mod-exp.ts';
import { CURVE_SYSCALLS } from './curve.ts';
import { EPOCH_STAKE_SYSCALLS } from './epoch-stake.ts';
import { HASH_SYSCALLS } from './hash.ts';
import { INTROSPECTION_SYSCALLS } from './introspection.ts';
import { LOG_SYSCALLS } from './log.ts';
import { MEMORY_SYSCALLS } from './memory.ts';
import { PANIC_SYSCALLS } from './panic.ts';
import { POSEIDON_SYSCALLS } from './poseidon.ts';
import { PROGRAM_ADDRESS_SYSCALLS } from './program-address.ts';
import { RETURN_DATA_SYSCALLS } from './return-data.ts';
import { SECP256K1_SYSCALLS } from './secp256k1.ts';
import type { SyscallTable } from './syscall-table.ts';
import { SYSVAR_SYSCALLS } from './sysvar.ts';

export const SYSCALLS: SyscallTable = {
  ...PANIC_SYSCALLS,
  ...LOG_SYSCALLS,
  ...PROGRAM_ADDRESS_SYSCALLS,
  ...HASH_SYSCALLS,
  ...SECP256K1_SYSCALLS,
  ...CURVE_SYSCALLS,
  ...SYSVAR_SYSCALLS,
  ...MEMORY_SYSCALLS,
  ...INTROSPECTION_SYSCALLS,
  ...RETURN_DATA_SYSCALLS,
  sol_invoke_signed_c: { syscall: solInvokeSignedC },
  sol_invoke_signed_rust: { syscall: solInvokeSignedRust },
  ...ALLOC_SYSCALLS,
  ...ALT_BN128_SYSCALLS,
  ...BIG_MOD_EXP_SYSCALLS,
  ...POSEIDON_SYSCALLS,
  ...EPOCH_STAKE_SYSCALLS,
};

/** What a running program can call. */
export function createSyscalls(features: RuntimeFeatures): SyscallRegistry {
  return createRegistry(features, false);
}

/** What a program may name to be deployed. */
export function createDeploymentSyscalls(features: RuntimeFeatures): SyscallRegistry {
  return createRegistry(features, true);
}

function createRegistry(features: RuntimeFeatures, isDeployment: boolean): SyscallRegistry {
  const entries = Object.entries(SYSCALLS).filter(([, { gate, goneWith, isDeployable = true }]) => {
    const isThere = (gate === undefined || features[gate]) && (goneWith === undefined || !features[goneWith]);
    return isThere && (isDeployable || !isDeployment);
  });
  // A function that names three registers reads three: its length tells. (None here takes its arguments as a list.)
  return new SyscallRegistry(entries.map(([name, { syscall }]) => [name, syscall, Math.max(0, syscall.length - 2)]));
}
