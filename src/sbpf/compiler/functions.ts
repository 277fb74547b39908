// Which slots belong to which function, and which functions return. A function is what can be reached from its first
// slot by jumps and by falling through, over calls that return; where code is shared, each function has its own copy.
// Whether a call returns is found at the same time: code behind it is looked at only when an `exit` of the callee was
// found. Without that, what follows a call of a panic would be the next function in the text, and so on to the end.
//
// The work is linear in the instructions: each is looked at once a function that has it. Functions that overlap on purpose
// could have any number of them, so that there is an end to it: what is not found by then is not compiled.

import { ADD64_IMM } from '../opcodes.ts';
import { dynamicStackFrames } from '../version.ts';
import { type Code, Kind, NO_CALLEE, syscallOf } from './instructions.ts';

/** Instructions that are looked at: as many as there are, and so many more for those that functions share. */
const MORE_LOOKS = 200_000;

export class FunctionExtent {
  readonly id: number;
  /** Its first slot. */
  readonly root: number;
  returns = false;
  /** Starts and ends of the stretches of text it consists of. */
  readonly runs: number[] = [];
  /** Slots of it that another function had first. */
  shared: Set<number> | undefined;
  /** Who goes on behind a call of this one once it is known to return: function and slot. */
  waiting: { readonly caller: FunctionExtent; readonly pc: number }[] = [];
  /** Instructions. */
  size = 0;
  /** Whether all of it was found. */
  isWhole = true;
  callees: number[] = [];

  constructor(id: number, root: number) {
    this.id = id;
    this.root = root;
  }
}

export class Functions {
  readonly code: Code;
  readonly byRoot = new Map<number, FunctionExtent>();
  /** Slots at which a block must start, whichever function it is in. */
  readonly leaders: Uint8Array;
  readonly #owner: Int32Array;
  /** How many instructions may still be looked at. */
  #looks: number;
  readonly #queue: { readonly caller: FunctionExtent; readonly pc: number }[] = [];

  constructor(code: Code) {
    this.code = code;
    this.leaders = new Uint8Array(code.slots + 1);
    this.#owner = new Int32Array(code.slots + 1);
    this.#looks = code.slots + MORE_LOOKS;
  }

  /** The function that starts at a slot, with all that it calls. */
  at(root: number): FunctionExtent {
    const known = this.#declare(root);
    for (;;) {
      const next = this.#queue.pop();
      if (next === undefined) return known;
      this.#scan(next.caller, next.pc);
    }
  }

  /** Whether code behind the call is reached. */
  callReturns(pc: number): boolean {
    const callee = this.code.callee(pc);
    if (callee >= 0) return this.byRoot.get(callee)?.returns ?? true;
    return callee === NO_CALLEE || this.code.executable.syscalls.list[syscallOf(callee)].syscall.neverReturns !== true;
  }

  #declare(root: number): FunctionExtent {
    let extent = this.byRoot.get(root);
    if (extent === undefined) {
      extent = new FunctionExtent(this.byRoot.size + 1, root);
      this.byRoot.set(root, extent);
      this.leaders[root] = 1;
      this.#queue.push({ caller: extent, pc: root });
    }
    return extent;
  }

  /** Marks a slot as the function's; false where it was already. */
  #claim(extent: FunctionExtent, pc: number): boolean {
    const owner = this.#owner[pc];
    if (owner === extent.id) return false;
    if (owner === 0) {
      this.#owner[pc] = extent.id;
      return true;
    }
    extent.shared ??= new Set();
    if (extent.shared.has(pc)) return false;
    extent.shared.add(pc);
    return true;
  }

  #scan(extent: FunctionExtent, start: number): void {
    const { code, leaders } = this;
    const { slots, words, set } = code;
    if (this.#looks <= 0) {
      // For all that is known, it returns.
      extent.isWhole = false;
      this.#setReturns(extent);
      return;
    }
    let pc = start;
    leaders[pc] = 1;
    const runStart = pc;
    for (;;) {
      if (!this.#claim(extent, pc)) {
        leaders[pc] = 1;
        break;
      }
      if (pc >= slots) {
        pc++;
        break;
      }
      extent.size++;
      this.#looks--;
      const kind = isPlain(code, pc) ? set.kind[words[pc * 2] & 0xff] : Kind.unknown;
      pc++;
      if (kind < Kind.ja) {
        if (kind === Kind.unknown) break;
        if (kind === Kind.lddw) pc++;
        continue;
      }
      if (kind === Kind.exit) {
        this.#setReturns(extent);
        break;
      }
      if (pc <= slots) leaders[pc] = 1;
      if (kind === Kind.call) {
        if (!this.#followCall(extent, pc - 1)) break;
        continue;
      }
      if (kind === Kind.callx) continue;
      const target = pc + (words[pc * 2 - 2] >> 16);
      leaders[target] = 1;
      this.#queue.push({ caller: extent, pc: target });
      if (kind === Kind.ja) break;
    }
    if (pc > runStart) extent.runs.push(runStart, pc);
  }

  /** Whether to go on behind the call at once. */
  #followCall(extent: FunctionExtent, pc: number): boolean {
    const callee = this.code.callee(pc);
    if (callee === NO_CALLEE) return false;
    if (callee < NO_CALLEE) {
      return this.code.executable.syscalls.list[syscallOf(callee)].syscall.neverReturns !== true;
    }
    const target = this.#declare(callee);
    extent.callees.push(callee);
    if (target.returns) return true;
    target.waiting.push({ caller: extent, pc: pc + 1 });
    return false;
  }

  #setReturns(extent: FunctionExtent): void {
    if (extent.returns) return;
    extent.returns = true;
    this.#queue.push(...extent.waiting);
    extent.waiting = [];
  }
}

/**
 * Whether the compiler takes the instruction. What it does not take is left to the interpreter: opcodes that the version
 * lacks, and what a verifier would have refused.
 */
export function isPlain(code: Code, pc: number): boolean {
  const { words, set } = code;
  const word = words[pc * 2];
  const opcode = word & 0xff;
  const kind = set.kind[opcode];
  const dst = (word >>> 8) & 15;
  const src = (word >>> 12) & 15;
  if (dst > 10 || src > 10) return false;
  switch (kind) {
    case Kind.unknown:
      return false;
    case Kind.lddw:
      return dst !== 10 && pc + 1 < code.slots && (words[pc * 2 + 2] & 0xff) === 0;
    case Kind.storeImm:
    case Kind.storeReg:
    case Kind.exit:
      return true;
    case Kind.call:
      return code.callee(pc) !== NO_CALLEE;
    case Kind.callx:
      return code.callxRegister(pc) <= 10;
    case Kind.ja:
    case Kind.branch32:
    case Kind.branch64: {
      const target = pc + 1 + (word >> 16);
      return target >= 0 && target < code.slots;
    }
    case Kind.littleEndian:
    case Kind.bigEndian: {
      const width = words[pc * 2 + 1];
      return dst !== 10 && (width === 16 || width === 32 || width === 64);
    }
    case Kind.divide32:
    case Kind.divide64:
    case Kind.divideSigned32:
    case Kind.divideSigned64:
      return dst !== 10 && (set.usesSrc[opcode] === 1 || words[pc * 2 + 1] !== 0);
    default:
      return dst !== 10 || (opcode === ADD64_IMM && dynamicStackFrames(set.version));
  }
}
