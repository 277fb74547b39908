// Copies of programs in the memory of one machine. A program is copied when the machine first runs it and stays, so that
// the next run of it has nothing to prepare; when there are too many, all go. With the instructions comes a table of
// what each `call` among them means, filled in as calls are first reached: names are looked up once a call site, by the
// host, and no hash table needs to be built or probed.

import { INSN_SIZE } from './address-space.ts';
import type { Executable } from './executable.ts';
import type { VmMemory } from './memory.ts';

/** What the programs of one machine may take before they are dropped; a single program may take more. */
const CAPACITY = 32 * 1024 * 1024;
const ALIGNMENT = 16;
/** Behind the text, so that its last slot may be read as the first half of a wide constant. */
const PADDING = 8;

/** Where a program lies in memory. Lengths in bytes. */
export interface ProgramImage {
  readonly executable: Executable;
  readonly text: number;
  /** A multiple of 8. */
  readonly textLen: number;
  readonly rodata: number;
  /** One i32 a slot: 0 not known yet, n > 0 a function at slot n - 1, n < 0 syscall number -n - 1. */
  readonly callTargets: number;
}

export class ProgramImages {
  readonly #memory: VmMemory;
  readonly #images = new Map<Executable, ProgramImage>();
  #last: ProgramImage | undefined;
  #start: number;
  #end: number;

  constructor(memory: VmMemory, start: number) {
    this.#memory = memory;
    this.#start = start;
    this.#end = start;
  }

  /** The program's image, made if need be. The memory may have grown afterwards. */
  imageOf(executable: Executable): ProgramImage {
    if (this.#last?.executable === executable) return this.#last;
    const image = this.#images.get(executable) ?? this.#place(executable);
    this.#last = image;
    return image;
  }

  /** Forgets every program, and keeps the next ones from `start` on. */
  restartAt(start: number): void {
    this.#images.clear();
    this.#last = undefined;
    this.#start = start;
    this.#end = start;
  }

  #place(executable: Executable): ProgramImage {
    const { text, rodata } = executable;
    // Up to V2 the instructions are part of what can be read.
    const offsetInRodata = text.buffer === rodata.buffer ? text.byteOffset - rodata.byteOffset : -1;
    const isInside = offsetInRodata >= 0 && offsetInRodata + text.length <= rodata.length;
    const slots = Math.floor(text.length / INSN_SIZE);
    const rodataRoom = roundUp(rodata.length + PADDING);
    const textRoom = isInside ? 0 : roundUp(text.length + PADDING);
    const room = rodataRoom + textRoom + roundUp(slots * 4);
    if (this.#end !== this.#start && this.#end - this.#start + room > CAPACITY) this.restartAt(this.#start);

    const start = this.#end;
    this.#end += room;
    this.#memory.grow(this.#end);
    const { bytes } = this.#memory;
    bytes.fill(0, start, this.#end);
    bytes.set(rodata, start);
    if (!isInside) bytes.set(text, start + rodataRoom);
    const image: ProgramImage = {
      executable,
      text: isInside ? start + offsetInRodata : start + rodataRoom,
      textLen: slots * INSN_SIZE,
      rodata: start,
      callTargets: start + rodataRoom + textRoom,
    };
    this.#images.set(executable, image);
    return image;
  }
}

const roundUp = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT;
