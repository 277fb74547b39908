// The shape that every file of this folder shares: a table of syscalls keyed by the name a program imports them by,
// each with the gate it stands behind. index.ts spreads the tables into a registry.

import type { Syscall } from '../../sbpf/syscall-registry.ts';
import type { FeatureName } from '../features.ts';
import type { InvokeContext } from '../invoke-context.ts';

export type RuntimeSyscall = Syscall<InvokeContext>;

export interface SyscallDefinition {
  readonly syscall: RuntimeSyscall;
  /** The feature that lets programs call it; always, where there is none. */
  readonly gate?: FeatureName;
  /** The feature that takes it away again. */
  readonly goneWith?: FeatureName;
  /** False where it still runs for programs that have it, but no new program may be deployed with it. */
  readonly isDeployable?: false;
}

export type SyscallTable = Readonly<Record<string, SyscallDefinition>>;
