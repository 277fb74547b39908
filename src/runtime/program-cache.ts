// Which program stands behind an address, ready to run. The bank keeps one ProgramCache; a transaction looks through a
// TransactionProgramCache, which adds what the transaction itself deployed, upgraded or closed.
// An executable is remembered by the identity of the account data it was made from: data of a stored account is never
// written in place, so an upgrade is new data, and two banks that share a version share its executable.
// Source: agave program-runtime/src/loaded_programs.rs, svm/src/program_loader.rs.

import type { Config } from '../sbpf/config.ts';
import type { Executable } from '../sbpf/executable.ts';
import type { SyscallRegistry } from '../sbpf/syscall-registry.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import type { PubkeyMap } from '../wire/pubkey-map.ts';
import type { InvokeContext } from './invoke-context.ts';

/** A program that is part of the runtime. */
export interface BuiltinProgram {
  /** Content of the program's account. */
  readonly name: string;
  /** Runs the current instruction. Charges its own units first. */
  process(context: InvokeContext): void;
}

export type ProgramCacheEntry =
  | { readonly type: 'loaded'; readonly executable: Executable }
  /** Not a program any more, or not one yet. */
  | { readonly type: 'closed'; readonly reason?: string }
  | { readonly type: 'failedVerification'; readonly reason?: string }
  /** Deployed in this slot. */
  | { readonly type: 'delayVisibility'; readonly reason?: string };

/** What an ELF is loaded for: the machine's settings and the syscalls it may name. */
export interface ProgramEnvironment {
  readonly config: Config;
  readonly syscalls: SyscallRegistry;
}

/** The programs one transaction sees. */
export class TransactionProgramCache {
  readonly #builtins: PubkeyMap<BuiltinProgram>;
  readonly #load: (program: Pubkey) => ProgramCacheEntry | undefined;
  #changed: PubkeyMap<ProgramCacheEntry> | undefined;

  constructor(builtins: PubkeyMap<BuiltinProgram>, load: (program: Pubkey) => ProgramCacheEntry | undefined) {
    this.#builtins = builtins;
    this.#load = load;
  }

  builtin(id: Pubkey): BuiltinProgram | undefined {
    return this.#builtins.get(id);
  }

  /** The program as the transaction found it, or as an earlier instruction of it left it. */
  get(program: Pubkey): ProgramCacheEntry | undefined {
    return this.#changed?.get(program) ?? this.#load(program);
  }

  /** Notes that the transaction deployed, upgraded or closed a program. */
  set(program: Pubkey, entry: ProgramCacheEntry): void {
    throw new Error('not written yet', { cause: [program, entry] });
  }
}

/** The programs of a bank. */
export class ProgramCache {
  readonly builtins: PubkeyMap<BuiltinProgram>;
  /** For programs that run. */
  readonly environment: ProgramEnvironment;
  /** For programs that are being deployed: stricter. */
  readonly deploymentEnvironment: ProgramEnvironment;

  constructor(
    builtins: PubkeyMap<BuiltinProgram>,
    environment: ProgramEnvironment,
    deploymentEnvironment: ProgramEnvironment,
  ) {
    this.builtins = builtins;
    this.environment = environment;
    this.deploymentEnvironment = deploymentEnvironment;
  }
}
