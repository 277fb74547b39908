// One guest machine: memory laid out for a program, registers set, the run handed to an engine, the result read back. A
// machine is reused from run to run and owns the only large things here, its memory and what engines keep per machine;
// a pool has one for each level of calls between programs, since a syscall may run another machine.
//
// What an engine needs while it runs is in two places: the control block in memory (control-block.ts), and the fields of
// Vm that describe the run in progress. Both stay readable after the run, until the next.
// Source: sbpf src/vm.rs, EbpfVm.

import { Verdict } from '../wire/errors.ts';
import { INSN_SIZE, MM_INPUT_START, MM_STACK_START } from './address-space.ts';
import { TieredEngine } from './compiler/tiered-engine.ts';
import {
  BASE_DEPTH,
  CALL_DEPTH,
  CALL_TARGETS,
  FRAME_CAPACITY,
  FRAME_RETURN_PC,
  FRAME_SHIFT,
  FRAME_STRIDE,
  GAP_SIZE,
  HEAP_CAPACITY,
  INPUT,
  MAX_CALL_DEPTH,
  MEMORY_OPERATION_MAX,
  MEMORY_OPERATION_UNITS,
  PC,
  PROFILE,
  REGISTERS,
  STACK_CAPACITY,
  TEXT,
  TEXT_LEN,
  TEXT_VM_ADDR,
} from './control-block.ts';
import type { Executable } from './executable.ts';
import { type InputFault, type InputRegion, type U64, VmMemory } from './memory.ts';
import { type ProgramImage, ProgramImages } from './program-images.ts';
import { dynamicStackFrames, stackFrameGaps } from './version.ts';

const INITIAL_INPUT_CAPACITY = 448 * 1024;
const INITIAL_MEMORY = 2 * 1024 * 1024;
const REGISTER_COUNT = 11;
const FRAME_POINTER = 10;

export interface RunRequest<C = unknown> {
  readonly executable: Executable;
  /** Handed to syscalls. */
  readonly context: C;
  /** Compute units left. Charged before each syscall and at the end; syscalls may charge it too. */
  readonly meter: { remaining: number };
  /** Bytes. */
  readonly heapSize: number;
  /** 0x4_0000_0000 by default. */
  readonly r1?: U64;
  /** 0 by default. */
  readonly r2?: U64;
  /** False maps the input read-only, which only tests want. */
  readonly inputWritable?: boolean;
  /**
   * Called before each instruction, with registers and pc as the instruction finds them; before fewer where it sets
   * `vm.unwatched`. The run is interpreted.
   */
  readonly onInstruction?: ((vm: Vm) => void) | undefined;
  /** Whether registers may be shown: compiled code doesn't keep what nobody reads any more, and which code is, is chance. */
  readonly mustInterpret?: boolean | undefined;
  /** What the memory operations of syscalls cost: `units` for up to `maxLen` bytes. Without it they ask each time. */
  readonly memoryOperations?: { readonly units: number; readonly maxLen: number } | undefined;
  /** Called behind each syscall, also one that ends the run, with the units that were left before it. */
  readonly onSyscall?: ((name: string, unitsBefore: number) => void) | undefined;
}

export interface RunResult {
  /** 0 after an error. */
  readonly r0: U64;
  /** Why the run ended before its exit. */
  readonly error: Verdict | undefined;
  /** Whether a syscall threw `error`. */
  readonly fromSyscall: boolean;
  /** Units spent, syscalls included. */
  readonly instructions: number;
  /** Slot of the last instruction: the one that failed, or the exit. */
  readonly pc: number;
  /** After an error: the slots that frames would have returned to, outermost first. */
  readonly callFrames: readonly number[];
}

/** What executes instructions. One is made for each machine. */
export interface Engine {
  /**
   * Runs from the state in the control block until an exit at its BASE_DEPTH, or until `vm.error` is set. Charges
   * `vm.meter`. The state may be in the middle of a program: another engine may have begun it.
   */
  execute(vm: Vm): void;
}

export type EngineFactory = (memory: VmMemory) => Engine;

const NO_FRAMES: readonly number[] = [];

// biome-ignore lint/suspicious/noExplicitAny: the embedder's type, handed through to syscalls
export class Vm<C = any> {
  readonly memory = new VmMemory(INITIAL_MEMORY);
  readonly #engine: Engine;
  readonly #images: ProgramImages;
  #inputCapacity = INITIAL_INPUT_CAPACITY;
  #inputLen = 0;
  #inputIsWhole = true;
  #trackedEnds: Int32Array | undefined;
  #trackedCount = 0;
  #trackedFrom = 0;
  /** For who writes the inputs: what he remembers of them from one to the next. */
  inputNotes: unknown;
  #isRunning = false;

  // The run in progress, or the last one.
  executable!: Executable;
  image!: ProgramImage;
  context!: C;
  meter!: { remaining: number };
  onInstruction: ((vm: Vm) => void) | undefined;
  mustInterpret = false;
  onSyscall: ((name: string, unitsBefore: number) => void) | undefined;
  error: Verdict | undefined;
  /** Whether a syscall threw `error`. */
  fromSyscall = false;
  /** Instructions that were interpreted, the one that runs included. All of them where the run has `onInstruction`. */
  interpreted = 0;
  /** Set by `onInstruction`: how many instructions go by, beside the one at hand, before it is called again. */
  unwatched = 0;

  constructor(engine: EngineFactory = (memory) => new TieredEngine(memory)) {
    this.#engine = engine(this.memory);
    this.#images = new ProgramImages(this.memory, INPUT + INITIAL_INPUT_CAPACITY);
  }

  /**
   * Makes room for `len` bytes of input, mapped at 0x4_0000_0000 as one writable region, and returns their offset in
   * `memory.bytes`, a multiple of 16. What they hold until they are written is undefined.
   */
  prepareInput(len: number): number {
    this.#assertIdle();
    if (len > this.#inputCapacity) {
      while (len > this.#inputCapacity) this.#inputCapacity *= 2;
      this.#images.restartAt(INPUT + this.#inputCapacity);
      this.memory.grow(INPUT + this.#inputCapacity);
    }
    this.#inputLen = len;
    this.#inputIsWhole = true;
    this.#trackedEnds = undefined;
    this.memory.mapInput(INPUT, len, true);
    return INPUT;
  }

  /** Has the next run note how far it writes this input, from `written` on: see VmMemory. */
  trackInput(ends: Int32Array, count: number, written: number): void {
    this.#trackedEnds = ends;
    this.#trackedCount = count;
    this.#trackedFrom = written;
    this.memory.trackInput(ends, count, written);
  }

  /**
   * Maps the input as regions instead (virtual_address_space_adjustments), sorted by address, over the bytes that
   * `prepareInput` made room for. `onFault` is asked when an access to one of them fails.
   */
  mapInput(regions: readonly InputRegion[], onFault?: InputFault): void {
    this.#inputIsWhole = false;
    this.memory.mapInputRegions(regions, onFault);
  }

  run(request: RunRequest<C>): RunResult {
    this.#assertIdle();
    const { meter } = request;
    const before = meter.remaining;
    this.#begin(request);
    if (this.error === undefined) {
      this.#isRunning = true;
      try {
        this.#engine.execute(this);
      } finally {
        this.#isRunning = false;
      }
    }
    return {
      r0: this.error === undefined ? this.register(0) : 0,
      error: this.error,
      fromSyscall: this.fromSyscall,
      instructions: before - meter.remaining,
      pc: this.pc,
      callFrames: this.error === undefined ? NO_FRAMES : this.callFrames(),
    };
  }

  /**
   * The register as the engine last left it: current within a syscall, in `onInstruction` and after a run. From compiled
   * code, those that nothing would have read any more may be stale.
   */
  register(index: number): U64 {
    return this.memory.readU64(REGISTERS + index * 8);
  }

  /** r0 to r10. */
  registers(): bigint[] {
    return Array.from({ length: REGISTER_COUNT }, (_, i) => BigInt(this.register(i)));
  }

  /** Bytes of input. */
  get inputLen(): number {
    return this.#inputLen;
  }

  get pc(): number {
    return this.memory.u32[PC >> 2];
  }

  /** The slots that the calls in progress return to, outermost first. */
  callFrames(): number[] {
    const { u32 } = this.memory;
    const depth = Math.min(u32[CALL_DEPTH >> 2], FRAME_CAPACITY);
    return Array.from({ length: depth }, (_, i) => u32[(FRAME_RETURN_PC + (i << FRAME_SHIFT)) >> 2]);
  }

  /** For engines: takes units that were spent on instructions. */
  charge(units: number): void {
    const { meter } = this;
    meter.remaining = meter.remaining > units ? meter.remaining - units : 0;
  }

  /** For engines: calls a syscall with r1 to r5 and sets r0. False when that ended the run. */
  callSyscall(index: number): boolean {
    const { memory, onSyscall } = this;
    if (onSyscall !== undefined) {
      const unitsBefore = this.meter.remaining;
      const { name } = this.executable.syscalls.list[index];
      this.onSyscall = undefined;
      const goesOn = this.callSyscall(index);
      this.onSyscall = onSyscall;
      onSyscall(name, unitsBefore);
      return goesOn;
    }
    // It may change what the input's regions are.
    memory.forgetWindow();
    try {
      const r0 = this.executable.syscalls.list[index].syscall(
        this.context,
        memory,
        memory.readU64(REGISTERS + 8),
        memory.readU64(REGISTERS + 16),
        memory.readU64(REGISTERS + 24),
        memory.readU64(REGISTERS + 32),
        memory.readU64(REGISTERS + 40),
      );
      memory.writeU64(REGISTERS, r0);
    } catch (thrown) {
      if (!(thrown instanceof Verdict)) throw thrown;
      this.error = thrown;
      this.fromSyscall = true;
      return false;
    }
    memory.forgetWindow();
    return true;
  }

  #begin(request: RunRequest<C>): void {
    const { executable } = request;
    const { config, version } = executable;
    const { memory } = this;
    const stackLen = config.stackFrameSize * config.maxCallDepth;
    if (stackLen > STACK_CAPACITY || config.maxCallDepth > FRAME_CAPACITY || request.heapSize > HEAP_CAPACITY) {
      throw new Error('The machine has room for 256 KiB of stack, 256 KiB of heap and 256 call frames.');
    }
    const stackGaps = stackFrameGaps(version) && config.enableStackFrameGaps;
    if (stackGaps && config.stackFrameSize !== GAP_SIZE) throw new Error('Frames between gaps are 4096 bytes long.');
    this.executable = executable;
    this.context = request.context;
    this.meter = request.meter;
    this.onInstruction = request.onInstruction;
    this.mustInterpret = request.mustInterpret === true;
    this.onSyscall = request.onSyscall;
    this.fromSyscall = false;
    this.interpreted = 0;

    const image = this.#images.imageOf(executable);
    this.image = image;
    const dynamicFrames = dynamicStackFrames(version);
    memory.map({
      stackLen,
      stackGaps,
      heapLen: request.heapSize,
      rodataVmAddr: executable.rodataVmAddr,
      rodataHostOffset: image.rodata,
      rodataLen: executable.rodata.length,
      stackFrameSize: config.stackFrameSize,
      maxCallDepth: config.maxCallDepth,
      dynamicStackFrames: dynamicFrames,
    });
    if (this.#inputIsWhole) {
      memory.mapInput(INPUT, this.#inputLen, request.inputWritable ?? true);
      if (this.#trackedEnds !== undefined) memory.trackInput(this.#trackedEnds, this.#trackedCount, this.#trackedFrom);
    }
    this.error = memory.checkMapping(config.alignedMemoryMapping || version >= 4);

    const { u32 } = memory;
    u32.fill(0, REGISTERS >> 2, PC >> 2);
    memory.writeU64(REGISTERS + 8, request.r1 ?? MM_INPUT_START);
    memory.writeU64(REGISTERS + 16, request.r2 ?? 0);
    memory.writeU64(REGISTERS + FRAME_POINTER * 8, MM_STACK_START + (dynamicFrames ? stackLen : config.stackFrameSize));
    u32[PC >> 2] = executable.entryPc;
    u32[CALL_DEPTH >> 2] = 0;
    u32[BASE_DEPTH >> 2] = 0;
    const { memoryOperations, onSyscall } = request;
    u32[MEMORY_OPERATION_MAX >> 2] = onSyscall === undefined ? (memoryOperations?.maxLen ?? 0) : 0;
    u32[MEMORY_OPERATION_UNITS >> 2] = memoryOperations?.units ?? 0;
    u32[MAX_CALL_DEPTH >> 2] = config.maxCallDepth;
    u32[FRAME_STRIDE >> 2] = dynamicFrames ? 0 : config.stackFrameSize * (stackGaps ? 2 : 1);
    u32[TEXT >> 2] = image.text;
    u32[TEXT_LEN >> 2] = image.textLen;
    u32[CALL_TARGETS >> 2] = image.callTargets;
    u32[PROFILE >> 2] = image.profile - image.text / INSN_SIZE;
    memory.writeU64(TEXT_VM_ADDR, executable.textVmAddr);
  }

  #assertIdle(): void {
    if (this.#isRunning) throw new Error('This machine is running a program. Calls between programs take another one.');
  }
}

/** Machines that are not in use. As many exist as were ever in use at once. */
export class VmPool {
  readonly #idle: Vm[] = [];
  readonly #engine: EngineFactory | undefined;

  constructor(engine?: EngineFactory) {
    this.#engine = engine;
  }

  /** A machine without input. */
  acquire(): Vm {
    const vm = this.#idle.pop() ?? new Vm(this.#engine);
    vm.prepareInput(0);
    return vm;
  }

  release(vm: Vm): void {
    this.#idle.push(vm);
  }
}
