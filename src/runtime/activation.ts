// What the loader keeps while a program runs: its machine, and where each of its accounts lies in guest memory.
// It hangs on the instruction (`InstructionContext.activation`), because calls nest and each frame has its own.
// Source: agave program-runtime/src/memory_context.rs, MemoryContext, SerializedAccountMetadata.

import { MM_INPUT_START } from '../sbpf/address-space.ts';
import type { InputRegion } from '../sbpf/memory.ts';
import type { Vm } from '../sbpf/vm.ts';
import type { InvokeContext } from './invoke-context.ts';

/**
 * Where one account of the instruction lies in the program's input. An account named twice is there once.
 *
 * What is kept are offsets in the machine's memory, which are small integers; guest addresses are beyond 2^32, and an
 * object that holds one takes an allocation more for each.
 */
export class SerializedAccount {
  /** Bytes of data when the instruction began: how far it may grow counts from here. */
  readonly originalDataLen: number;
  /** The account's version as the record has it. */
  readonly version: number;
  /** The record's first byte. */
  readonly at: number;
  readonly keyAt: number;
  readonly ownerAt: number;
  readonly lamportsAt: number;
  readonly dataAt: number;
  /** Of the input's first byte. */
  readonly #inputOffset: number;
  /** The data's own region where the input is cut into regions, and there is room for data at all. */
  readonly region: InputRegion | undefined;

  constructor(
    originalDataLen: number,
    version: number,
    at: number,
    keyAt: number,
    ownerAt: number,
    lamportsAt: number,
    dataAt: number,
    inputOffset: number,
    region: InputRegion | undefined,
  ) {
    this.originalDataLen = originalDataLen;
    this.version = version;
    this.at = at;
    this.keyAt = keyAt;
    this.ownerAt = ownerAt;
    this.lamportsAt = lamportsAt;
    this.dataAt = dataAt;
    this.#inputOffset = inputOffset;
    this.region = region;
  }

  /** The same with its data in a region of its own. */
  withRegion(region: InputRegion): SerializedAccount {
    const { originalDataLen, version, at, keyAt, ownerAt, lamportsAt, dataAt } = this;
    const offset = this.#inputOffset;
    return new SerializedAccount(originalDataLen, version, at, keyAt, ownerAt, lamportsAt, dataAt, offset, region);
  }

  get vmAddr(): number {
    return this.#toVmAddr(this.at);
  }

  get vmKeyAddr(): number {
    return this.#toVmAddr(this.keyAt);
  }

  get vmOwnerAddr(): number {
    return this.#toVmAddr(this.ownerAt);
  }

  get vmLamportsAddr(): number {
    return this.#toVmAddr(this.lamportsAt);
  }

  get vmDataAddr(): number {
    return this.#toVmAddr(this.dataAt);
  }

  #toVmAddr(offset: number): number {
    return offset - this.#inputOffset + MM_INPUT_START;
  }
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
