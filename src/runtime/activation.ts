// What the loader keeps while a program runs: its machine, and where each of its accounts lies in guest memory.
// It hangs on the instruction (`InstructionContext.activation`), because calls nest and each frame has its own.
// Source: agave program-runtime/src/memory_context.rs, MemoryContext, SerializedAccountMetadata.

import type { InputRegion } from '../sbpf/memory.ts';
import type { Vm } from '../sbpf/vm.ts';
import type { InvokeContext } from './invoke-context.ts';

/** Where one account of the instruction lies in the program's input. An account named twice is there once. */
export interface SerializedAccount {
  /** Bytes of data when the instruction began: how far it may grow counts from here. */
  readonly originalDataLen: number;
  /** The record's first byte. */
  readonly vmAddr: number;
  readonly vmKeyAddr: number;
  readonly vmOwnerAddr: number;
  readonly vmLamportsAddr: number;
  readonly vmDataAddr: number;
  /** The data's own region where the input is cut into regions, and there is room for data at all. */
  readonly region: InputRegion | undefined;
}

export interface Activation {
  readonly vm: Vm<InvokeContext>;
  /** One for each instruction account. */
  readonly accounts: readonly SerializedAccount[];
  /** Host offset of the input's first byte. */
  readonly inputOffset: number;
  /** Whether the program must align its pointers. */
  readonly checkAligned: boolean;
  /** Whether the program belongs to loader v1: unaligned input, and no room for accounts to grow. */
  readonly isLoaderDeprecated: boolean;
  /** Bytes that the old heap allocator has handed out. */
  heapPosition: number;
  /** How far the program's latest call got: the Agave function that it is, or was last, in. For who explains a refusal. */
  callStep: string;
}

/** The activation of the program that runs. Only its syscalls ask. */
export function currentActivation(context: InvokeContext): Activation {
  return context.current.activation as Activation;
}
