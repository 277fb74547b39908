// Which function a `call` means. Up to V2 a call holds a key, the hash of the function's first slot (its name counts
// only for the entrypoint); the registry maps keys to slots. Later versions resolve calls themselves and keep it for
// labels alone. Source: sbpf src/program.rs, FunctionRegistry.

import { ElfError } from './errors.ts';
import { hashPc, hashSymbolName } from './murmur3.ts';
import type { SyscallRegistry } from './syscall-registry.ts';

export interface RegisteredFunction {
  /** Its first slot. */
  readonly pc: number;
  /** Empty where the file's labels weren't asked for. */
  readonly name: string;
}

export type FunctionRegistry = Map<number, RegisteredFunction>;

export const ENTRYPOINT_KEY = hashSymbolName('entrypoint');

/**
 * Registers the function at `pc` and returns its key. Registered twice at the same slot it keeps its first name.
 * Source: register_function_hashed_legacy.
 */
export function registerFunction(
  registry: FunctionRegistry,
  syscalls: SyscallRegistry,
  name: string,
  pc: number,
  hashed: boolean,
): number | ElfError<'SymbolHashCollision'> {
  let key = pc;
  if (hashed) {
    key = name === 'entrypoint' ? ENTRYPOINT_KEY : hashPc(pc);
    if (syscalls.has(key)) return new ElfError('SymbolHashCollision', key);
  }
  return registerFunctionAt(registry, key, name, pc) ?? key;
}

/** Registers under a given key; the error where another slot has it already. */
export function registerFunctionAt(
  registry: FunctionRegistry,
  key: number,
  name: string,
  pc: number,
): ElfError<'SymbolHashCollision'> | undefined {
  const registered = registry.get(key);
  if (registered === undefined) registry.set(key, { pc, name });
  else if (registered.pc !== pc) return new ElfError('SymbolHashCollision', key);
  return undefined;
}
