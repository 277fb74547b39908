// One sBPF function as one WebAssembly function: registers in locals, control flow from the dominator tree, units taken
// a block at a time. Two shapes of the same code: a *function* is called by compiled code, with the units and those of r1
// to r5 that it reads as parameters, r0 and the units as results; an *entry* is called by the engine, and takes all of it
// from the control block and leaves it there.
//
// Ways out before the end, all rare, with the state written back to the control block first:
// - `finish`: too few units left for the next block, or a block that is not compiled. Live registers are written back,
//   the engine completes the activation in whichever way, and this function returns what that returned.
// - `fail`: an access, a division or a call that ends the run. A number says which site it was.
// - negative units behind a call: the run is over, return at once.

import { CodeWriter } from '../../wasm/code-writer.ts';
import { Op } from '../../wasm/opcodes.ts';
import { MM_REGION_SIZE, MM_STACK_START } from '../address-space.ts';
import { CALL_DEPTH, FRAME_SHIFT, PC, REGION_SHIFT, REGISTERS, UNITS, WRITE_LIMIT } from '../control-block.ts';
import { dynamicStackFrames } from '../version.ts';
import { emitLoad, emitStore } from './accesses.ts';
import { emitAlu, emitExtension } from './alu.ts';
import { emitCall, emitCallx, emitSyscall } from './calls.ts';
import { emitTree } from './control-flow.ts';
import { ALL_REGISTERS, ARGUMENT_COUNT, ARGUMENTS, argumentCountOf, End, type FlowGraph } from './flow-graph.ts';
import { Kind } from './instructions.ts';
import {
  ENTRY_LOCALS,
  FRAME,
  FRAME_HOST,
  FUEL,
  functionLocals,
  HOST,
  LOOP_LOCALS,
  local,
  R0,
  R10,
  RESUME,
  SITE,
} from './locals.ts';
import type { LoopVersions } from './loop-versions.ts';
import { emitStackRoom, frameStride, type Support } from './support.ts';

const FRAME_POINTER = 10;
/** More kinds of spilling than this in one function share one that spills too much. */
const MAX_SPILLS = 40;

/** Where a run can fail: slot, units to give back, and a Status. Three numbers a site. */
export type Sites = number[];

export interface Linkage {
  readonly support: Support;
  readonly sites: Sites;
  /** Index of a compiled function by its first slot. */
  readonly indexOf: (root: number) => number | undefined;
  /** The same of its variant that leaves r1 to r5 in the control block. */
  readonly leakingIndexOf: (root: number) => number | undefined;
  /** Index of the function that goes from an address to its function, if there is one: see calls-by-address.ts. */
  readonly dispatch: number | undefined;
  /** What a function reads before it writes. */
  readonly liveAtEntryOf: (root: number) => number;
  /** Which region each slot's access is guessed to go to, or UNSEEN. */
  readonly regions: Uint8Array;
}

export class FunctionCompiler {
  readonly c: CodeWriter;
  readonly graph: FlowGraph;
  readonly linkage: Linkage;
  readonly isEntry: boolean;
  /** Whether callers read what it leaves in r1 to r5. */
  readonly leaks: boolean;
  readonly frameSize: number;
  readonly dynamicFrames: boolean;
  /** The instruction being compiled, and how many of its block follow it. */
  pc = 0;
  following = 0;
  failLabel = 0;
  /** Of the loop whose fast version is being compiled. */
  versions: LoopVersions | undefined;
  readonly #finishLabels = new Map<number, number>();

  constructor(graph: FlowGraph, linkage: Linkage, isEntry: boolean, leaks = false) {
    this.graph = graph;
    this.linkage = linkage;
    this.isEntry = isEntry;
    this.leaks = leaks;
    this.c = new CodeWriter(256 + graph.extent.size * 40);
    const { executable } = graph.functions.code;
    this.frameSize = executable.config.stackFrameSize;
    this.dynamicFrames = dynamicStackFrames(executable.version);
  }

  /** How many of r1 to r5 it takes as parameters. Whoever reads them afterwards may read what went through untouched. */
  get argumentCount(): number {
    return this.leaks ? ARGUMENT_COUNT : argumentCountOf(this.graph.liveAtEntry);
  }

  get locals(): readonly (readonly [number, 'i32' | 'i64'])[] {
    const locals = this.isEntry ? ENTRY_LOCALS : functionLocals(this.argumentCount);
    return this.graph.versions.length === 0 ? locals : [...locals, ...LOOP_LOCALS];
  }

  compile(): Uint8Array {
    const { c } = this;
    this.#emitPrologue();
    const spills = this.#collectSpills();
    const finish = c.block();
    this.failLabel = c.block();
    for (const mask of spills) this.#finishLabels.set(mask, c.block());
    emitTree(this);
    c.op(Op.unreachable);
    for (const mask of [...spills].reverse()) {
      c.end();
      this.spill(mask);
      c.br(finish);
    }
    c.end(); // fail
    this.spillAll();
    this.saveFuelAndDepth();
    c.get(SITE);
    c.call(this.linkage.support.fail);
    this.emitLeave();
    c.end(); // finish
    this.saveFuelAndDepth();
    c.i32(0);
    c.get(RESUME);
    c.access(Op.i32Store, PC);
    this.#spillFramePointer();
    c.i32(this.leaks ? 1 : 0);
    c.call(this.linkage.support.finish);
    c.call(this.linkage.support.refresh);
    if (!this.isEntry) {
      c.i32(0);
      c.access(Op.i64Load, REGISTERS);
      c.i32(0);
      c.access(Op.i64Load, UNITS);
    }
    return c.bytes.subarray(0, c.length);
  }

  /** Takes a condition from the stack; where it holds, the run ends with the status at this instruction. */
  failIf(status: number): void {
    const { c } = this;
    c.if();
    this.fail(status);
    c.end();
  }

  fail(status: number): void {
    const { c } = this;
    const { sites } = this.linkage;
    c.i32(sites.length / 3);
    sites.push(this.pc, this.following, status);
    c.set(SITE);
    c.br(this.failLabel);
  }

  #emitPrologue(): void {
    const { c, graph, isEntry } = this;
    if (isEntry) {
      c.call(this.linkage.support.refresh);
      c.i32(0);
      c.access(Op.i32Load, CALL_DEPTH);
      c.i32(FRAME_SHIFT);
      c.op(Op.i32Shl);
      c.set(FRAME);
      c.i32(0);
      c.access(Op.i64Load, UNITS);
      c.set(FUEL);
    }
    const parameters = isEntry ? 0 : ARGUMENTS;
    this.load(graph.liveAtEntry & ~parameters);
    if (this.dynamicFrames) {
      c.i32(0);
      c.access(Op.i64Load, REGISTERS + FRAME_POINTER * 8);
      c.set(R10);
      return;
    }
    if (graph.mentioned >> FRAME_POINTER === 0) return;
    this.depth();
    c.i32(this.frameSize);
    c.op(Op.i32Mul);
    c.set(FRAME_HOST);
    this.frameAddress();
    c.set(R10);
    if (!graph.storesToFrame) return;
    // The frame counts as written to from here on.
    const limit = WRITE_LIMIT + (MM_STACK_START / MM_REGION_SIZE) * (1 << REGION_SHIFT);
    c.get(FRAME_HOST);
    c.i32(this.frameSize);
    c.op(Op.i32Add);
    c.tee(HOST);
    c.i32(0);
    c.access(Op.i32Load, limit);
    c.op(Op.i32GtU);
    c.if();
    c.i32(0);
    c.get(HOST);
    c.access(Op.i32Store, limit);
    emitStackRoom(c, graph.functions.code.executable);
    c.end();
  }

  depth(): void {
    this.c.get(FRAME);
    this.c.i32(FRAME_SHIFT);
    this.c.op(Op.i32ShrU);
  }

  /** Leaves r10 on the stack. */
  frameAddress(): void {
    const { c } = this;
    if (this.dynamicFrames) {
      c.get(R10);
      return;
    }
    const { executable } = this.graph.functions.code;
    this.depth();
    c.op(Op.i64ExtendI32U);
    c.i64(frameStride(executable.version, executable.config));
    c.op(Op.i64Mul);
    c.i64(MM_STACK_START + this.frameSize);
    c.op(Op.i64Add);
  }

  saveFuelAndDepth(): void {
    const { c } = this;
    c.i32(0);
    c.get(FUEL);
    c.access(Op.i64Store, UNITS);
    c.i32(0);
    this.depth();
    c.access(Op.i32Store, CALL_DEPTH);
  }

  /** Once the run is over. */
  emitLeave(): void {
    const { c } = this;
    if (!this.isEntry) {
      c.i64(0);
      c.i64(-1);
    }
    c.op(Op.return);
  }

  /** Masks of registers to write back where blocks are left to the engine. */
  #collectSpills(): readonly number[] {
    const { graph } = this;
    const masks = new Set<number>();
    for (const block of graph.order) {
      if (graph.versions[block] === undefined) masks.add(graph.liveIn[block] & ALL_REGISTERS);
    }
    if (masks.size > MAX_SPILLS) return [ALL_REGISTERS];
    return [...masks];
  }

  #finishLabel(block: number): number {
    return this.#finishLabels.get(this.graph.liveIn[block] & ALL_REGISTERS) ?? this.#finishLabels.get(ALL_REGISTERS)!;
  }

  spill(mask: number): void {
    const { c } = this;
    for (let register = 0; register < 10; register++) {
      if (((mask >> register) & 1) === 0) continue;
      c.i32(0);
      c.get(local(register));
      c.access(Op.i64Store, REGISTERS + register * 8);
    }
  }

  /** For whoever looks at registers in a syscall or after a fault; those that calls have left behind may be stale. */
  spillAll(): void {
    this.spill(ALL_REGISTERS);
    this.#spillFramePointer();
  }

  #spillFramePointer(): void {
    const { c } = this;
    c.i32(0);
    this.frameAddress();
    c.access(Op.i64Store, REGISTERS + FRAME_POINTER * 8);
  }

  load(mask: number): void {
    const { c } = this;
    for (let register = 0; register < 10; register++) {
      if (((mask >> register) & 1) === 0) continue;
      c.i32(0);
      c.access(Op.i64Load, REGISTERS + register * 8);
      c.set(local(register));
    }
  }

  emitBlock(block: number): void {
    const { c, graph } = this;
    const cost = graph.cost[block];
    const giveUp = graph.ending[block] === End.giveUp;
    this.versions = graph.versions[block];
    if (graph.ending[block] >= End.plan) return;
    if (this.versions !== undefined) {
      this.#pay(cost);
      this.#emitInstructions(block, cost);
      return;
    }
    if (!giveUp) {
      c.get(FUEL);
      c.i64(cost);
      c.op(Op.i64LtS);
      c.if();
    }
    c.i32(graph.start[block]);
    c.set(RESUME);
    c.br(this.#finishLabel(block));
    if (giveUp) return;
    c.end();
    this.#pay(cost);
    this.#emitInstructions(block, cost);
  }

  #pay(cost: number): void {
    const { c } = this;
    c.get(FUEL);
    c.i64(cost);
    c.op(Op.i64Sub);
    c.set(FUEL);
  }

  #emitInstructions(block: number, cost: number): void {
    const { c, graph } = this;
    const { words, set } = graph.functions.code;
    const { support } = this.linkage;
    this.following = cost;
    for (let pc = graph.start[block]; pc < graph.end[block]; pc++) {
      const word = words[pc * 2];
      const opcode = word & 0xff;
      this.pc = pc;
      this.following--;
      switch (set.kind[opcode]) {
        case Kind.lddw:
          c.i64Halves(words[pc * 2 + 1], words[pc * 2 + 3]);
          c.set(local((word >>> 8) & 15));
          pc++;
          break;
        case Kind.load:
          emitLoad(this, word, support);
          break;
        case Kind.storeImm:
        case Kind.storeReg:
          emitStore(this, word, words[pc * 2 + 1], support);
          break;
        case Kind.ja:
        case Kind.branch64:
        case Kind.branch32:
          break; // by whoever goes on
        case Kind.exit:
          this.#emitExit();
          break;
        case Kind.call:
          if (graph.ending[block] === End.syscall) emitSyscall(this, block);
          else emitCall(this, block);
          break;
        case Kind.callx:
          emitCallx(this, block);
          break;
        case Kind.binary64:
          if (emitExtension(this, graph.end[block])) {
            pc++;
            this.following--;
            break;
          }
          emitAlu(this, word, words[pc * 2 + 1]);
          break;
        default:
          emitAlu(this, word, words[pc * 2 + 1]);
      }
    }
  }

  #emitExit(): void {
    const { c } = this;
    if (this.leaks) this.spill(ARGUMENTS);
    if (this.isEntry) {
      this.saveFuelAndDepth();
      c.i32(0);
      c.get(R0);
      c.access(Op.i64Store, REGISTERS);
      c.i32(0);
      c.i32(this.pc);
      c.access(Op.i32Store, PC);
    } else {
      c.get(R0);
      c.get(FUEL);
    }
    c.op(Op.return);
  }
}
