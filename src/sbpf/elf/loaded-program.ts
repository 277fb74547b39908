// What a loader finds out about a file; the rest of an Executable is what it was given.

import type { RegisteredFunction } from '../function-registry.ts';

export interface LoadedProgram {
  readonly text: Uint8Array;
  readonly textVmAddr: number;
  readonly rodata: Uint8Array;
  readonly rodataVmAddr: number;
  readonly entryPc: number;
  readonly functions: ReadonlyMap<number, RegisteredFunction>;
}
