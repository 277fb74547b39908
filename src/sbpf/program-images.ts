// Copies of programs in the memory of one machine. A program is copied when the machine first runs it and stays, so that
// the next run of it has nothing to prepare; when there are too many, all go. The instructions are copied apart from
// what the program can read, because two slots follow them that stop code from running past its end. With them comes a
// table of what each `call` means, filled in as calls are first reached: names are looked up once a call site, by the
// host, and no hash table needs to be built or probed.

import { INSN_SIZE } from './address-space.ts';
import type { Executable } from './executable.ts';
import { SENTINEL } from './interpreter.ts';
import type { VmMemory } from './memory.ts';

/** What the programs of one machine may take before they are dropped; a single program may take more. */
const CAPACITY = 32 * 1024 * 1024;
/** And how many there may be: none that has an image is collected, and the host maps memory for what each was compiled to. */
const MAX_IMAGES = 1024;
const ALIGNMENT = 16;
/** Slots behind the text: two, since a wide constant that begins in the last slot of it takes the first. */
const SENTINELS = 2;

/** Where a program lies in memory. Lengths in bytes. */
export interface ProgramImage {
  readonly executable: Executable;
  readonly text: number;
  /** A multiple of 8. */
  readonly textLen: number;
  readonly rodata: number;
  /** One i32 a slot: 0 not known yet, n > 0 a function at slot n - 1, n < 0 syscall number -n - 1. */
  readonly callTargets: number;
  /** One byte a slot: the regions that the slot's load or store went to, as far as the interpreter saw, a bit for each. */
  readonly profile: number;
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
    const slots = Math.floor(text.length / INSN_SIZE);
    const textLen = slots * INSN_SIZE;
    const rodataRoom = roundUp(rodata.length);
    const textRoom = roundUp(textLen + SENTINELS * INSN_SIZE);
    const callTargetsRoom = roundUp(slots * 4);
    const room = rodataRoom + textRoom + callTargetsRoom + roundUp(slots);
    const isFull = this.#images.size >= MAX_IMAGES || this.#end - this.#start + room > CAPACITY;
    if (isFull && this.#end !== this.#start) this.restartAt(this.#start);

    const start = this.#end;
    this.#end += room;
    this.#memory.grow(this.#end);
    const { bytes } = this.#memory;
    const image: ProgramImage = {
      executable,
      rodata: start,
      text: start + rodataRoom,
      textLen,
      callTargets: start + rodataRoom + textRoom,
      profile: start + rodataRoom + textRoom + callTargetsRoom,
    };
    bytes.set(rodata, start);
    bytes.set(text.length === textLen ? text : text.subarray(0, textLen), image.text);
    bytes.fill(0, image.text + textLen, this.#end);
    for (let i = 0; i < SENTINELS; i++) bytes[image.text + textLen + i * INSN_SIZE] = SENTINEL;
    this.#images.set(executable, image);
    return image;
  }
}

const roundUp = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT;
