// The files that executables were made from. Faults are told with the names that stand there; fault.ts, which reads them,
// is not wanted by anybody who has no fault.

import type { Executable } from '../sbpf/executable.ts';

const elfFiles = new WeakMap<Executable, Uint8Array>();

/** Notes the file that an executable was made from. */
export function noteElf(executable: Executable, elf: Uint8Array): void {
  elfFiles.set(executable, elf);
}

export function elfFileOf(executable: Executable): Uint8Array | undefined {
  return elfFiles.get(executable);
}
