// The blocks of one function and how control goes between them: reverse postorder, dominators, loops, and which
// registers are live where. A block ends after a jump, a call, and wherever another one begins.
// Source of the order of emission that this serves: Norman Ramsey, "Beyond Relooper" (2022); dominators after Cooper,
// Harvey and Kennedy, "A Simple, Fast Dominance Algorithm".

import { dynamicStackFrames } from '../version.ts';
import { type FunctionExtent, type Functions, isPlain } from './functions.ts';
import { Kind, NO_CALLEE, syscallOf } from './instructions.ts';
import type { LoopVersions } from './loop-versions.ts';

export const End = {
  /** Goes on at the next block. */
  fall: 0,
  jump: 1,
  branch: 2,
  exit: 3,
  call: 4,
  syscall: 5,
  callx: 6,
  /** Nothing of the block is compiled: the interpreter takes over at its start. */
  giveUp: 7,
  /** Before a loop of two versions: to the checked one if the other is not worth it, else to the guard. */
  plan: 8,
  /** To the checked version once the other has run as often as planned. */
  guard: 9,
} as const;

const NONE = -1;
const FRAME_POINTER_BIT = 1 << 10;
/** r1 to r5. */
export const ARGUMENTS = 0b111110;
export const ARGUMENT_COUNT = 5;
/** How many of r1 to r5 there are up to the last one among these. */
export const argumentCountOf = (registers: number): number => Math.max(0, 31 - Math.clz32(registers & ARGUMENTS));
/** r0 to r9. */
export const ALL_REGISTERS = 0x3ff;
/** A call leaves the callee's values in them. */
const CLOBBERED = 0b111111;

/** More blocks than this in one function are left to the interpreter, so that compiling stays quick. */
const MAX_BLOCKS = 6000;
const MAX_DOMINATOR_PASSES = 12;

export class FlowGraph {
  readonly functions: Functions;
  readonly extent: FunctionExtent;
  /** By block, in the order of the text: first slot, slot behind the last, instructions. */
  readonly start: number[] = [];
  readonly end: number[] = [];
  readonly cost: number[] = [];
  readonly ending: number[] = [];
  /** Slot of the last instruction. */
  readonly last: number[] = [];
  /** The block jumped to; the block that follows. */
  readonly taken: number[] = [];
  readonly next: number[] = [];
  /** Block at which the function is entered. */
  entry = 0;
  /** Blocks in reverse postorder, and each block's place in it (-1 where it is not reached). */
  order: Int32Array = new Int32Array(0);
  rank: Int32Array = new Int32Array(0);
  /** By block: the one that dominates it immediately. */
  dominator: Int32Array = new Int32Array(0);
  isLoop: Uint8Array = new Uint8Array(0);
  /** By block: how many edges come from before it. Two and more: its code is placed behind a block, to be branched to. */
  forwardEdges: Uint16Array = new Uint16Array(0);
  /** By block: bits of registers. */
  read: Int32Array = new Int32Array(0);
  written: Int32Array = new Int32Array(0);
  liveIn: Int32Array = new Int32Array(0);
  /** Of the whole function: bits of registers, r10 included. */
  mentioned = 0;
  /** Whether it stores relative to r10. */
  storesToFrame = false;
  /** False where it cannot be compiled: too large, or with a loop that has two ways in. */
  isReducible = true;
  /** By block: the versions of the loop that it plans, or is the fast copy of. */
  readonly versions: (LoopVersions | undefined)[] = [];
  readonly #readByExit: number;

  constructor(functions: Functions, extent: FunctionExtent, blockOf: Int32Array, readByExit = 1) {
    this.#readByExit = readByExit;
    this.functions = functions;
    this.extent = extent;
    this.#findBlocks(blockOf);
    if (this.start.length > MAX_BLOCKS) {
      this.isReducible = false;
      return;
    }
    this.arrange(MAX_DOMINATOR_PASSES);
    if (this.isReducible) this.#findUses();
  }

  /** Finds out how blocks lie to each other. */
  arrange(maxPasses = Number.POSITIVE_INFINITY): void {
    this.#findOrder();
    this.#findDominators(maxPasses);
    if (this.isReducible) this.#findEdges();
  }

  /** Adds a fast copy of a loop, whose header is the first of its blocks, with a plan and a guard: see loop-versions.ts. */
  copyLoop(body: readonly number[], versions: LoopVersions): void {
    const [header] = body;
    const plan = this.start.length;
    const guard = plan + 1;
    const copies = new Map(body.map((block, i) => [block, plan + 2 + i]));
    for (let block = 0; block < plan; block++) {
      // Back edges of the checked version ask for a new plan too.
      if (this.taken[block] === header) this.taken[block] = plan;
      if (this.next[block] === header) this.next[block] = plan;
    }
    if (this.entry === header) this.entry = plan;
    this.#addBlock(header, End.plan, header, guard, versions);
    this.#addBlock(header, End.guard, header, copies.get(header)!, versions);
    for (const block of body) {
      const follower = (to: number): number => (to === plan ? guard : (copies.get(to) ?? to));
      const copy = this.#addBlock(
        block,
        this.ending[block],
        follower(this.taken[block]),
        follower(this.next[block]),
        versions,
      );
      this.end[copy] = this.end[block];
      this.cost[copy] = this.cost[block];
      this.last[copy] = this.last[block];
    }
    const liveIn = new Int32Array(this.start.length);
    liveIn.set(this.liveIn);
    for (const block of [plan, guard]) liveIn[block] = liveIn[header];
    for (const [block, copy] of copies) liveIn[copy] = liveIn[block];
    this.liveIn = liveIn;
  }

  /** A block without instructions, at the start of another one. */
  #addBlock(like: number, ending: number, taken: number, next: number, versions: LoopVersions): number {
    const block = this.start.length;
    this.start.push(this.start[like]);
    this.end.push(this.start[like]);
    this.cost.push(0);
    this.ending.push(ending);
    this.last.push(this.start[like]);
    this.taken.push(taken);
    this.next.push(next);
    this.versions[block] = versions;
    return block;
  }

  /** Has the interpreter take over at the start of each of these blocks. What is live there stays live. */
  giveUpOn(blocks: Uint8Array): void {
    for (let block = 0; block < blocks.length; block++) {
      if (blocks[block] === 0) continue;
      this.ending[block] = End.giveUp;
      this.taken[block] = NONE;
      this.next[block] = NONE;
    }
    this.arrange();
  }

  /** Functions that it calls, by their first slots. */
  callees(): number[] {
    const callees: number[] = [];
    for (const block of this.order) {
      if (this.ending[block] === End.call) callees.push(this.functions.code.callee(this.last[block]));
    }
    return callees;
  }

  get callsByAddress(): boolean {
    return this.order.some((block) => this.ending[block] === End.callx);
  }

  successors(block: number, visit: (successor: number) => void): void {
    if (this.taken[block] !== NONE) visit(this.taken[block]);
    if (this.next[block] !== NONE) visit(this.next[block]);
  }

  #findBlocks(blockOf: Int32Array): void {
    const { functions, extent, start, end } = this;
    const { code, leaders } = functions;
    const { words, set, slots } = code;
    const runs: number[] = [];
    for (let i = 0; i < extent.runs.length; i += 2) runs.push(i);
    runs.sort((a, b) => extent.runs[a] - extent.runs[b]);
    for (const run of runs) {
      const runEnd = extent.runs[run + 1];
      let pc = extent.runs[run];
      let block = NONE;
      while (pc < runEnd) {
        if (block === NONE || leaders[pc] === 1) {
          if (block !== NONE) this.#close(block, pc);
          block = start.push(pc) - 1;
          blockOf[pc] = block;
          this.cost.push(0);
          this.ending.push(End.fall);
          this.last.push(pc);
          this.taken.push(NONE);
          this.next.push(NONE);
          end.push(pc);
        }
        this.cost[block]++;
        this.last[block] = pc;
        const kind = pc < slots && isPlain(code, pc) ? set.kind[words[pc * 2] & 0xff] : Kind.unknown;
        pc += kind === Kind.lddw ? 2 : 1;
        const ending = this.#endingOf(kind, pc - 1);
        if (ending !== End.fall) {
          this.ending[block] = ending;
          this.#close(block, pc);
          block = NONE;
        }
      }
      if (block !== NONE) this.#close(block, pc);
    }
    for (let block = 0; block < start.length; block++) {
      const ending = this.ending[block];
      if (ending === End.jump || ending === End.branch) {
        const last = this.last[block];
        this.taken[block] = blockOf[last + 1 + (words[last * 2] >> 16)];
      }
      const returns = ending === End.call || ending === End.syscall ? functions.callReturns(this.last[block]) : true;
      if (ending !== End.jump && ending !== End.exit && ending !== End.giveUp && returns) {
        this.next[block] = blockOf[end[block]];
      }
    }
    this.entry = blockOf[extent.root];
  }

  #close(block: number, end: number): void {
    this.end[block] = end;
  }

  #endingOf(kind: number, pc: number): number {
    switch (kind) {
      case Kind.unknown:
        return End.giveUp;
      case Kind.ja:
        return End.jump;
      case Kind.branch32:
      case Kind.branch64:
        return End.branch;
      case Kind.exit:
        return End.exit;
      case Kind.callx:
        return End.callx;
      case Kind.call:
        return this.functions.code.callee(pc) < NO_CALLEE ? End.syscall : End.call;
      default:
        return End.fall;
    }
  }

  #findOrder(): void {
    const count = this.start.length;
    const rank = new Int32Array(count).fill(NONE);
    const order = new Int32Array(count);
    const stack = new Int32Array(count + 1);
    const state = new Uint8Array(count);
    let top = 0;
    let place = count;
    stack[0] = this.entry;
    rank[this.entry] = 0; // visited; the true ranks come afterwards
    while (top >= 0) {
      const block = stack[top];
      const step = state[block]++;
      // The block that follows is visited last, so that it comes first in the order.
      const successor = step === 0 ? this.taken[block] : step === 1 ? this.next[block] : NONE;
      if (step >= 2) {
        order[--place] = block;
        top--;
      } else if (successor !== NONE && rank[successor] === NONE) {
        rank[successor] = 0;
        stack[++top] = successor;
      }
    }
    this.order = order.subarray(place);
    this.rank = rank;
    for (let i = 0; i < this.order.length; i++) rank[this.order[i]] = i;
  }

  /** In terms of ranks while it works: a dominator's rank is lower. */
  #findDominators(maxPasses: number): void {
    const { order, rank } = this;
    const count = order.length;
    const predecessors: number[][] = Array.from({ length: count }, () => []);
    for (let i = 0; i < count; i++) this.successors(order[i], (successor) => predecessors[rank[successor]].push(i));
    const dominator = new Int32Array(count).fill(NONE);
    dominator[0] = 0;
    for (let pass = 0, changed = true; changed; pass++) {
      if (pass === maxPasses) {
        this.isReducible = false;
        return;
      }
      changed = false;
      for (let i = 1; i < count; i++) {
        let found = NONE;
        for (const predecessor of predecessors[i]) {
          if (dominator[predecessor] === NONE) continue;
          if (found === NONE) {
            found = predecessor;
            continue;
          }
          let a = predecessor;
          let b = found;
          while (a !== b) {
            while (a > b) a = dominator[a];
            while (b > a) b = dominator[b];
          }
          found = a;
        }
        if (dominator[i] !== found) {
          dominator[i] = found;
          changed = true;
        }
      }
    }
    this.dominator = new Int32Array(this.start.length).fill(NONE);
    for (let i = 1; i < count; i++) this.dominator[order[i]] = order[dominator[i]];
  }

  #findEdges(): void {
    const { order, rank, dominator } = this;
    this.isLoop = new Uint8Array(this.start.length);
    this.forwardEdges = new Uint16Array(this.start.length);
    // Depth-first numbers of the dominator tree, to ask quickly whether one block dominates another.
    const { first, last } = numberTree(order, dominator);
    for (const block of order) {
      this.successors(block, (successor) => {
        if (rank[successor] > rank[block]) {
          this.forwardEdges[successor]++;
          return;
        }
        this.isLoop[successor] = 1;
        if (first[successor] > first[block] || last[successor] < last[block]) this.isReducible = false;
      });
    }
  }

  #findUses(): void {
    const count = this.start.length;
    this.read = new Int32Array(count);
    this.written = new Int32Array(count);
    for (const block of this.order) {
      if (this.ending[block] === End.giveUp) {
        this.read[block] = ALL_REGISTERS | FRAME_POINTER_BIT;
      } else {
        this.#findUsesOf(block);
      }
      this.mentioned |= this.read[block] | this.written[block];
    }
  }

  #findUsesOf(block: number): void {
    const { words, set } = this.functions.code;
    let read = 0;
    let written = 0;
    for (let pc = this.start[block]; pc < this.end[block]; pc++) {
      const word = words[pc * 2];
      const opcode = word & 0xff;
      const dst = 1 << ((word >>> 8) & 15);
      const src = set.usesSrc[opcode] === 1 ? 1 << ((word >>> 12) & 15) : 0;
      let uses = src;
      let defines = dst;
      switch (set.kind[opcode]) {
        case Kind.mov64:
        case Kind.mov32:
        case Kind.mov32Signed:
        case Kind.load:
          break;
        case Kind.lddw:
          pc++;
          break;
        case Kind.storeImm:
        case Kind.storeReg:
        case Kind.branch64:
        case Kind.branch32:
          uses |= dst;
          defines = 0;
          if (dst === FRAME_POINTER_BIT && set.kind[opcode] < Kind.ja) this.storesToFrame = true;
          break;
        case Kind.ja:
          defines = 0;
          break;
        case Kind.exit:
          uses = this.#readByExit;
          defines = 0;
          break;
        case Kind.call:
          // What a call of a function reads depends on the function: see findLiveness.
          uses = this.ending[block] === End.syscall ? this.#readBySyscall(pc) : 0;
          defines = 0;
          break;
        case Kind.callx:
          uses = (1 << this.functions.code.callxRegister(pc)) | ALL_REGISTERS;
          defines = 0;
          break;
        default:
          uses |= dst;
      }
      read |= uses & ~written;
      written |= defines;
    }
    this.read[block] = read;
    this.written[block] = written;
  }

  /**
   * Which registers are live at the start of each block, given what callees read. Returns whether anything changed since
   * the last time: functions that call each other are gone over until nothing does.
   */
  findLiveness(liveAtEntryOf: (root: number) => number): boolean {
    const { order } = this;
    const liveIn = this.liveIn.length === 0 ? new Int32Array(this.start.length) : this.liveIn;
    this.liveIn = liveIn;
    let changedAtAll = false;
    for (let changed = true; changed; ) {
      changed = false;
      for (let i = order.length - 1; i >= 0; i--) {
        const block = order[i];
        const live = this.read[block] | (this.liveBeforeEnd(block, liveAtEntryOf) & ~this.written[block]);
        if (live !== liveIn[block]) {
          liveIn[block] = live;
          changed = true;
          changedAtAll = true;
        }
      }
    }
    return changedAtAll;
  }

  /** Live behind the block's last instruction. */
  liveOut(block: number): number {
    const { taken, next, liveIn } = this;
    return (taken[block] === NONE ? 0 : liveIn[taken[block]]) | (next[block] === NONE ? 0 : liveIn[next[block]]);
  }

  /** Live before the call that ends the block, if one does; else behind its last instruction. */
  liveBeforeEnd(block: number, liveAtEntryOf: (root: number) => number): number {
    const out = this.liveOut(block);
    const { code } = this.functions;
    switch (this.ending[block]) {
      case End.call: {
        // What is wanted of r1 to r5 afterwards may have gone through the callee untouched.
        const through = (out & ARGUMENTS) === 0 ? 0 : ARGUMENTS;
        return (out & ~CLOBBERED) | through | liveAtEntryOf(code.callee(this.last[block]));
      }
      case End.callx:
        return (out & ~CLOBBERED) | ALL_REGISTERS;
      case End.syscall:
        return (out & ~1) | this.#readBySyscall(this.last[block]);
      default:
        return out;
    }
  }

  /** The arguments that the syscall at a slot reads: r1 and up. */
  #readBySyscall(pc: number): number {
    const { code } = this.functions;
    const { argumentCount } = code.executable.syscalls.list[syscallOf(code.callee(pc))];
    return ARGUMENTS & ((2 << argumentCount) - 1);
  }

  get liveAtEntry(): number {
    return this.liveIn[this.entry];
  }

  /** Whether r10 is anything but the base of accesses to the frame: it has a local of its own then. */
  get hasDynamicFrames(): boolean {
    return dynamicStackFrames(this.functions.code.set.version);
  }
}

/** Depth-first numbers: a block dominates another if its numbers enclose the other's. */
function numberTree(
  order: Int32Array,
  dominator: Int32Array,
): { readonly first: Int32Array; readonly last: Int32Array } {
  const count = dominator.length;
  const child = new Int32Array(count).fill(NONE);
  const sibling = new Int32Array(count).fill(NONE);
  for (let i = order.length - 1; i > 0; i--) {
    const block = order[i];
    sibling[block] = child[dominator[block]];
    child[dominator[block]] = block;
  }
  const first = new Int32Array(count);
  const last = new Int32Array(count);
  let clock = 0;
  let block = order[0];
  const stack: number[] = [];
  for (;;) {
    first[block] = ++clock;
    stack.push(block);
    let next = child[block];
    while (next === NONE) {
      const done = stack.pop()!;
      last[done] = ++clock;
      if (stack.length === 0) return { first, last };
      next = sibling[done];
    }
    block = next;
  }
}
