// The engine of a machine: starts programs in the interpreter, compiles them when they have run long enough, and goes
// back and forth between the two wherever one cannot go on. The state of a run is in the control block whenever neither
// is running, so each can begin where the other stopped.
//
// What compiled code asks for while it runs, it asks here: syscalls, functions that are not compiled, the rest of an
// activation that it gives up. These nest: an activation that compiled code waits for has BASE_DEPTH as its own depth.

import { INSN_SIZE, MM_STACK_START } from '../address-space.ts';
import {
  BASE_DEPTH,
  CALL_DEPTH,
  FRAME_RETURN_PC,
  FRAME_SHIFT,
  FRAME_STRIDE,
  FRAMES,
  PC,
  REGISTERS,
  UNITS,
} from '../control-block.ts';
import type { Executable } from '../executable.ts';
import { Status } from '../interpreter-emitter.ts';
import { InterpreterEngine } from '../interpreter-engine.ts';
import type { VmMemory } from '../memory.ts';
import { dynamicStackFrames } from '../version.ts';
import type { Engine, Vm } from '../vm.ts';
import { type AheadModule, aheadModuleOf, compiledAhead, seenAhead } from './ahead.ts';
import { type CompiledProgram, compileProgram } from './compiled-program.ts';
import { ARGUMENTS } from './flow-graph.ts';
import { notesOf, profileOf, REACHED_BIT } from './profile.ts';

/**
 * Instructions of a program that are interpreted before it is compiled: so many, and so many more for each slot of its
 * text. What has not run by then is not compiled (cold-blocks.ts); where it runs later, the program is compiled again
 * after as many more, then twice as many, and so on.
 */
const THRESHOLD = 10_000;
const THRESHOLD_PER_SLOT = 50;
/**
 * Instructions of a program that are interpreted before what was compiled of it at build time is read. Reading it takes ten
 * milliseconds at the start of a process, most of them in the host's compiler; so few transactions never win that back.
 */
const AHEAD_THRESHOLD = 400_000;
/** An activation that compiled code gives up costs as much as interpreting so many instructions. */
const GIVING_UP = 400;
/** And a call from one module to another as much as so many. */
const CALLING = 100;
/** Activations given up within each other, as they can be in a loop that goes back and forth, before one is finished as it is. */
const MAX_GIVEN_UP = 32;
/** Instructions of one run that are interpreted before it is worth going on compiled in the middle of it. */
const LONG_RUN = 50_000;
/**
 * Instructions of whichever programs that a process interprets before it compiles the first. A compiler that has never
 * run costs seven milliseconds, most of them spent on reading its own code; so much is interpreted in that time.
 */
const PROCESS_THRESHOLD = 1_500_000;
/** Calls by address of one function that is not compiled, before it is; and how many functions are compiled for it. */
const CALL_THRESHOLD = 200;
const MAX_CALLED_ENTRIES = 64;
/** Bytes of modules after which a program gets no more of them. */
const MAX_COMPILED = 8 * 1024 * 1024;
/** What compiled code is handed of the units at once: plans of loops (loop-plan.ts) count rounds in 31 bits. */
const MAX_UNITS = 2 ** 31 - 1;
const SAVED_WORDS = 10; // r6 to r10
const FIRST_SAVED_REGISTER = 6;
const FRAME_POINTER = 10;

export interface TieringOptions {
  /** Instructions of a program that are interpreted before it is compiled. Infinity: it is always interpreted. */
  readonly threshold?: number;
  /** For tests: how many of the units left compiled code gets before it has to come back. */
  readonly handOut?: (units: number) => number;
  /** For tests: how many instructions the interpreter takes before the engine looks for compiled code to go on with. */
  readonly interpretFor?: () => number;
  /** For tests: whether what has not run is left out. Default: where no threshold is set. */
  readonly onlySeen?: boolean;
  /** For tests: every slot at which the interpreter stopped becomes an entry. */
  readonly enterAnywhere?: boolean;
  /** For tests: whether what was compiled at build time is used, from the first instruction on. */
  readonly ahead?: boolean;
}

/** What machines go by that are given no options of their own. For tests: so whole transactions run on every mixture. */
export const DEFAULT_TIERING: { -readonly [Name in keyof TieringOptions]: TieringOptions[Name] } = {};

/** What is known of a program, for all machines. */
class Program {
  /** Instructions, or what took as long. */
  interpreted = 0;
  /** How much of that there was when it was compiled last, and how often it was. */
  interpretedBefore = 0;
  compilations = 0;
  /** How many times as long the next compilation takes to be due: twice as long each time. */
  patience = 1;
  /** Whether compiled code leaves out what had not run. */
  isPartial = false;
  /** What has run, on whichever machine, as interpreters note it: see program-images.ts, and REACHED_BIT. */
  seen: Uint8Array | undefined;
  /** Which module to enter at a slot. */
  readonly entries = new Map<number, CompiledProgram>();
  /** What was called by address often enough to be compiled. */
  readonly calledByAddress = new Set<number>();
  /** How often compiled code called what is not compiled, by slot. */
  readonly calls = new Map<number, number>();
  /** Slots that were to become entries. Some can't. */
  readonly tried = new Set<number>();
  canCompile = true;
  /** Bytes of all its modules. */
  compiledLen = 0;
  /** What was compiled of it at build time, if that is in use. */
  ahead: AheadModule | undefined;
  /** Whether it was looked for. */
  wasAheadSought = false;
}

const programs = new WeakMap<Executable, Program>();
let interpretedInAll = 0;

function programOf(executable: Executable): Program {
  let program = programs.get(executable);
  if (program === undefined) programs.set(executable, (program = new Program()));
  return program;
}

export class TieredEngine implements Engine {
  readonly #memory: VmMemory;
  readonly #interpreter: InterpreterEngine;
  readonly #options: TieringOptions;
  readonly #instances = new WeakMap<CompiledProgram, ReadonlyMap<number, () => void>>();
  readonly #imports: Record<string, unknown>;
  // The run in progress.
  #vm!: Vm;
  #executable: Executable | undefined;
  #program!: Program;
  #compiled: CompiledProgram | undefined;
  /** Units that compiled code was not handed. */
  #withheld = 0;
  /** Instructions of it that were interpreted. */
  #interpreted = 0;
  /** How many activations that compiled code gave up are not finished. */
  #givenUp = 0;

  constructor(memory: VmMemory, options: TieringOptions = DEFAULT_TIERING) {
    this.#memory = memory;
    this.#interpreter = new InterpreterEngine(memory);
    this.#options = options;
    this.#imports = {
      memory: memory.wasm,
      syscall: (index: number) => this.#syscall(index),
      enter: (slot: number, depth: number, leaks: number) => this.#call(slot, depth, leaks !== 0),
      finish: (leaks: number) => this.#nested(leaks !== 0, true),
      fail: (site: number) => this.#fail(site),
    };
  }

  execute(vm: Vm): void {
    // Never is never: modules are shared, and another machine may have had the program compiled.
    const isNever = this.#options.threshold === Number.POSITIVE_INFINITY;
    if (isNever || vm.onInstruction !== undefined || vm.mustInterpret) {
      this.#interpreter.execute(vm);
      return;
    }
    this.#vm = vm;
    this.#interpreted = 0;
    this.#givenUp = 0;
    if (this.#executable !== vm.executable) {
      this.#executable = vm.executable;
      this.#program = programOf(vm.executable);
    }
    if (!this.#program.wasAheadSought && this.#program.interpreted >= this.#aheadThreshold) this.#takeAhead();
    const { entries } = this.#program;
    // A run that ended just as it had run long enough: calls and syscalls count, and the interpreter is not asked again.
    if (this.#isDue) this.#compileAnew([vm.pc]);
    else if (entries.size > 0 && !entries.has(vm.pc) && !this.#program.tried.has(vm.pc)) this.#compile([vm.pc]);
    this.#drive(false, false);
  }

  get #aheadThreshold(): number {
    const { threshold, ahead } = this.#options;
    if (ahead !== undefined) return ahead ? 0 : Number.POSITIVE_INFINITY;
    return threshold === undefined ? AHEAD_THRESHOLD : Number.POSITIVE_INFINITY;
  }

  /** Goes on with what was compiled at build time, where the program has that. */
  #takeAhead(): void {
    const program = this.#program;
    program.wasAheadSought = true;
    const module = aheadModuleOf(this.#vm.executable);
    const compiled = module && compiledAhead(module);
    if (compiled === undefined) return;
    program.ahead = module;
    program.isPartial = true;
    program.compiledLen = compiled.bytes.length;
    for (const slot of compiled.entries.keys()) program.entries.set(slot, compiled);
  }

  /** How much of the program must have been interpreted before it is compiled, or compiled again. */
  get #threshold(): number {
    const { threshold } = this.#options;
    const { interpreted, interpretedBefore, compilations, isPartial, canCompile } = this.#program;
    if (!canCompile || (compilations > 0 && !isPartial)) return Number.POSITIVE_INFINITY;
    if (threshold !== undefined) return interpretedBefore + threshold;
    const ofProgram = THRESHOLD + (this.#vm.image.textLen / INSN_SIZE) * THRESHOLD_PER_SLOT;
    if (compilations > 0) return interpretedBefore + ofProgram * this.#program.patience;
    return Math.max(ofProgram, interpreted + PROCESS_THRESHOLD - interpretedInAll);
  }

  get #isDue(): boolean {
    return this.#program.interpreted >= this.#threshold;
  }

  /** Runs to the exit at BASE_DEPTH. `leaks` says that r1 to r5 are of interest then. */
  #drive(leaks: boolean, interpretFirst: boolean): void {
    const vm = this.#vm;
    const program = this.#program;
    const base = this.#memory.u32[BASE_DEPTH >> 2];
    let mayEnter = !interpretFirst;
    const staysInterpreted = this.#givenUp >= MAX_GIVEN_UP;
    for (;;) {
      const entered =
        mayEnter && !staysInterpreted && program.entries.size > 0 ? program.entries.get(vm.pc) : undefined;
      if (entered !== undefined && !this.#leaksInto(entered, base, leaks)) {
        this.#enter(entered);
        if (vm.error !== undefined) return;
        const { u32 } = this.#memory;
        if (u32[CALL_DEPTH >> 2] === base) return;
        this.#popFrame(u32);
        continue;
      }
      mayEnter = true;
      const before = vm.meter.remaining;
      const limit = this.#options.interpretFor?.() ?? this.#interpretationLimit();
      const isDone = this.#interpreter.executeSome(vm, limit);
      const spent = Math.min(before - vm.meter.remaining, limit);
      program.interpreted += spent;
      interpretedInAll += spent;
      this.#interpreted += spent;
      if (isDone) return;
      this.#considerCompiling(base);
    }
  }

  #interpretationLimit(): number {
    const threshold = this.#threshold;
    if (threshold === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
    return Math.max(1, threshold - this.#program.interpreted, this.#longRun - this.#interpreted);
  }

  /** Who sets a threshold means it. */
  get #longRun(): number {
    return this.#options.threshold === undefined ? LONG_RUN : 0;
  }

  /** In the middle of a run: its calls in progress go on compiled too. */
  #considerCompiling(base: number): void {
    const program = this.#program;
    const { enterAnywhere } = this.#options;
    const isDue = this.#isDue && this.#interpreted >= this.#longRun;
    if (!isDue && !(enterAnywhere === true && program.canCompile && program.entries.size > 0)) return;
    const vm = this.#vm;
    const slots = [vm.pc];
    const { u32 } = this.#memory;
    for (let depth = base; depth < u32[CALL_DEPTH >> 2]; depth++) {
      slots.push(u32[(FRAME_RETURN_PC + (depth << FRAME_SHIFT)) >> 2]);
    }
    if (isDue && enterAnywhere !== true) this.#compileAnew(slots);
    else this.#compile(slots.filter((slot) => !program.entries.has(slot)));
  }

  /** Compiles what has run by now, to be entered at `slots` and wherever programs are entered again and again. */
  #compileAnew(slots: readonly number[]): void {
    const program = this.#program;
    const { entryPc } = this.#vm.executable;
    this.#compile([...new Set([...slots, entryPc, ...program.calledByAddress])]);
    program.interpretedBefore = program.interpreted;
    program.patience = program.compilations === 0 ? 1 : program.patience * 2;
    program.compilations++;
  }

  #compile(slots: readonly number[]): void {
    const program = this.#program;
    if (slots.length === 0 || !program.canCompile) return;
    for (const slot of slots) program.tried.add(slot);
    const profile = profileOf(this.#noteSeen());
    const { threshold, onlySeen = threshold === undefined } = this.#options;
    const compiled = compileProgram(this.#vm.executable, slots, profile, onlySeen, program.calledByAddress);
    if (compiled === undefined) {
      program.canCompile = program.entries.size > 0;
      return;
    }
    for (const slot of compiled.entries.keys()) program.entries.set(slot, compiled);
    program.isPartial = compiled.isPartial;
    program.compiledLen += compiled.bytes.length;
    if (program.compiledLen > MAX_COMPILED && this.#options.enterAnywhere !== true) program.canCompile = false;
  }

  /** Gathers what this machine's interpreter has seen of the program. */
  #noteSeen(): Uint8Array {
    const { image } = this.#vm;
    const { bytes, u32 } = this.#memory;
    const slots = image.textLen / INSN_SIZE;
    const { ahead } = this.#program;
    const seen = (this.#program.seen ??= ahead ? notesOf(seenAhead(ahead, slots)) : new Uint8Array(slots));
    for (let slot = 0; slot < slots; slot++) {
      seen[slot] |= bytes[image.profile + slot];
      if (u32[(image.callTargets >> 2) + slot] !== 0) seen[slot] |= REACHED_BIT;
    }
    return seen;
  }

  /** Whether anything reads, after the activation that is about to run compiled, what it left in r1 to r5. */
  #leaksInto(entered: CompiledProgram, base: number, leaks: boolean): boolean {
    const { u32 } = this.#memory;
    const depth = u32[CALL_DEPTH >> 2];
    let live = leaks && !(depth === base && entered.leaving.has(this.#vm.pc)) ? ARGUMENTS : 0;
    for (let frame = base; frame < depth; frame++) {
      const flow = entered.leaks.get(u32[(FRAME_RETURN_PC + (frame << FRAME_SHIFT)) >> 2]);
      if (flow === undefined) live = ARGUMENTS;
      else live = flow.read | (flow.kept & live);
    }
    return live !== 0;
  }

  #enter(compiled: CompiledProgram): void {
    const outer = this.#compiled;
    const withheld = this.#withheld;
    const pc = this.#vm.pc;
    const enter = (this.#instances.get(compiled) ?? this.#instantiate(compiled)).get(pc)!;
    this.#compiled = compiled;
    this.#handOut();
    enter();
    if (this.#vm.error === undefined) this.#takeBack();
    this.#compiled = outer;
    this.#withheld = withheld;
  }

  /** What can be entered, by slot: the names of exports are computed, and looking such up takes longer than the call. */
  #instantiate(compiled: CompiledProgram): ReadonlyMap<number, () => void> {
    const { exports } = new WebAssembly.Instance(compiled.module, {
      machine: this.#imports,
      support: this.#interpreter.exportsOf(this.#vm.executable.version),
    });
    const entries = new Map<number, () => void>();
    for (const [slot, name] of compiled.entries) entries.set(slot, exports[name] as () => void);
    this.#instances.set(compiled, entries);
    return entries;
  }

  /** Gives compiled code the units that are left. */
  #handOut(): void {
    const { remaining } = this.#vm.meter;
    const units = Math.min(remaining, MAX_UNITS);
    const handed = this.#options.handOut?.(units) ?? units;
    this.#withheld = remaining - handed;
    this.#memory.writeU64(UNITS, handed);
  }

  #takeBack(): void {
    this.#vm.meter.remaining = this.#withheld + (this.#memory.readU64(UNITS) as number);
  }

  /** Makes compiled functions return, all of them. */
  #endRun(): void {
    const { u32 } = this.#memory;
    u32[UNITS >> 2] = 0xffff_ffff;
    u32[(UNITS >> 2) + 1] = 0xffff_ffff;
  }

  #syscall(index: number): number {
    const vm = this.#vm;
    this.#takeBack();
    const goesOn = vm.callSyscall(index);
    if (goesOn) this.#handOut();
    else this.#endRun();
    return goesOn ? 1 : 0;
  }

  /** Runs a function that is not compiled. */
  #call(slot: number, depth: number, leaks: boolean): void {
    const { u32 } = this.#memory;
    u32[PC >> 2] = slot;
    u32[CALL_DEPTH >> 2] = depth + 1;
    this.#placeFrame(depth + 1);
    this.#nested(leaks, false);
  }

  /** Sets r10 as calls do, where they do. */
  #placeFrame(depth: number): void {
    const { version, config } = this.#vm.executable;
    if (dynamicStackFrames(version)) return;
    const stride = this.#memory.u32[FRAME_STRIDE >> 2];
    const framePointer = MM_STACK_START + config.stackFrameSize + depth * stride;
    this.#memory.writeU64(REGISTERS + FRAME_POINTER * 8, framePointer);
  }

  #nested(leaks: boolean, interpretFirst: boolean): void {
    const vm = this.#vm;
    const { u32 } = this.#memory;
    const outer = u32[BASE_DEPTH >> 2];
    u32[BASE_DEPTH >> 2] = u32[CALL_DEPTH >> 2];
    this.#takeBack();
    if (interpretFirst) {
      this.#program.interpreted += GIVING_UP;
      this.#givenUp++;
    } else {
      this.#countCall();
    }
    this.#drive(leaks, interpretFirst);
    if (interpretFirst) this.#givenUp--;
    this.#memory.u32[BASE_DEPTH >> 2] = outer;
    if (vm.error === undefined) this.#handOut();
    else this.#endRun();
  }

  /** What compiled code calls often without knowing it becomes an entry. */
  #countCall(): void {
    const { calls, entries, canCompile } = this.#program;
    const { pc } = this.#vm;
    if (entries.has(pc)) this.#program.interpreted += CALLING;
    if (!canCompile || entries.has(pc)) return;
    if (calls.size === MAX_CALLED_ENTRIES && !calls.has(pc)) return;
    const count = (calls.get(pc) ?? 0) + 1;
    calls.set(pc, count);
    if (count !== CALL_THRESHOLD) return;
    this.#program.calledByAddress.add(pc);
    this.#compile([pc]);
    // The callers' module could have it too.
    if (entries.has(pc)) this.#program.isPartial = true;
  }

  #fail(site: number): void {
    const vm = this.#vm;
    const { u32 } = this.#memory;
    const { sites } = this.#compiled!;
    const status = sites[site * 3 + 2];
    this.#takeBack();
    vm.meter.remaining += sites[site * 3 + 1];
    u32[PC >> 2] = sites[site * 3];
    // These fail with the new frame in place.
    if (status === Status.callDepthExceeded) u32[CALL_DEPTH >> 2]++;
    if (status === Status.callOutsideTextSegment) this.#placeFrame(++u32[CALL_DEPTH >> 2]);
    vm.error = this.#interpreter.errorOf(status);
    this.#endRun();
  }

  #popFrame(u32: Uint32Array): void {
    const depth = --u32[CALL_DEPTH >> 2];
    const frame = (FRAMES + (depth << FRAME_SHIFT)) >> 2;
    const registers = (REGISTERS >> 2) + FIRST_SAVED_REGISTER * 2;
    for (let i = 0; i < SAVED_WORDS; i++) u32[registers + i] = u32[frame + i];
    u32[PC >> 2] = u32[(FRAME_RETURN_PC + (depth << FRAME_SHIFT)) >> 2];
  }
}
