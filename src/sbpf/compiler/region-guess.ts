// Guesses which region each load and store goes to, by following pointers through registers and stack slots: constants
// say it, r10 and the program's argument are known, additions keep it, arguments of calls carry it on. What the
// interpreter saw counts for more than what is inferred, and is followed further in the same way.
// A guess decides which check is emitted, never what an access does, so that nothing here needs to be right: two paths
// that disagree are settled by whichever comes first.

import { MM_INPUT_START, MM_REGION_SIZE, MM_STACK_START } from '../address-space.ts';
import { REGION_COUNT } from '../control-block.ts';
import { End, type FlowGraph } from './flow-graph.ts';
import { Kind } from './instructions.ts';
import { isMixed, UNSEEN } from './profile.ts';

const STACK_REGION = MM_STACK_START / MM_REGION_SIZE;
const INPUT_REGION = MM_INPUT_START / MM_REGION_SIZE;
const REGISTERS = 11;
const FRAME_POINTER = 10;
const PASSES = 2;
const NONE = -1;

export class RegionGuesses {
  /** By slot: a region, or UNSEEN. */
  readonly bySlot: Uint8Array;
  /** By first slot of a function: what its registers point to at its start. */
  readonly #atEntry = new Map<number, Uint8Array>();

  constructor(profile: Uint8Array, entryPc: number) {
    this.bySlot = profile;
    this.#stateAt(entryPc)[1] = INPUT_REGION;
  }

  /** Callers come before the functions they call, for their arguments to be known. */
  infer(graph: FlowGraph): void {
    const states: (Uint8Array | undefined)[] = new Array(graph.start.length);
    const slots = new Map<number, number>();
    states[graph.entry] = this.#stateAt(graph.extent.root).slice();
    for (let pass = 0; pass < PASSES; pass++) {
      for (const block of graph.order) {
        const state = states[block]!.slice();
        this.#follow(graph, block, state, slots);
        if (graph.taken[block] !== NONE) join(states, graph.taken[block], state);
        if (graph.next[block] !== NONE) join(states, graph.next[block], state);
      }
    }
  }

  #stateAt(root: number): Uint8Array {
    let state = this.#atEntry.get(root);
    if (state === undefined) {
      state = new Uint8Array(REGISTERS).fill(UNSEEN);
      state[FRAME_POINTER] = STACK_REGION;
      this.#atEntry.set(root, state);
    }
    return state;
  }

  #follow(graph: FlowGraph, block: number, state: Uint8Array, slots: Map<number, number>): void {
    const { code } = graph.functions;
    const { words, set } = code;
    for (let pc = graph.start[block]; pc < graph.end[block]; pc++) {
      const word = words[pc * 2];
      const opcode = word & 0xff;
      const dst = (word >>> 8) & 15;
      const src = (word >>> 12) & 15;
      const usesSrc = set.usesSrc[opcode] === 1;
      switch (set.kind[opcode]) {
        case Kind.lddw:
          state[dst] = regionOf(words[pc * 2 + 3]);
          pc++;
          break;
        case Kind.hor64:
          state[dst] = regionOf(words[pc * 2 + 1]);
          break;
        case Kind.mov64:
          state[dst] = usesSrc ? state[src] : UNSEEN;
          break;
        case Kind.binary64:
          // A pointer plus or minus anything; what else can be done to a pointer is rare.
          if (usesSrc && state[dst] === UNSEEN) state[dst] = state[src];
          break;
        case Kind.load:
          this.#guess(pc, state, src);
          state[dst] = src === FRAME_POINTER ? (slots.get(word >> 16) ?? UNSEEN) : UNSEEN;
          break;
        case Kind.storeImm:
          this.#guess(pc, state, dst);
          break;
        case Kind.storeReg:
          this.#guess(pc, state, dst);
          if (dst === FRAME_POINTER && state[src] !== UNSEEN) slots.set(word >> 16, state[src]);
          break;
        case Kind.call:
          if (graph.ending[block] === End.call) this.#passArguments(code.callee(pc), state);
          state.fill(UNSEEN, 0, 6);
          break;
        case Kind.callx:
          state.fill(UNSEEN, 0, 6);
          break;
        case Kind.ja:
        case Kind.exit:
        case Kind.branch64:
        case Kind.branch32:
        case Kind.unknown:
          break;
        default:
          state[dst] = UNSEEN;
      }
    }
  }

  #guess(pc: number, state: Uint8Array, base: number): void {
    if (base === FRAME_POINTER) return;
    if (this.bySlot[pc] === UNSEEN) this.bySlot[pc] = state[base];
    else if (!isMixed(this.bySlot[pc])) state[base] = this.bySlot[pc];
  }

  #passArguments(root: number, state: Uint8Array): void {
    const known = this.#stateAt(root);
    for (let register = 1; register <= 5; register++) {
      if (known[register] === UNSEEN) known[register] = state[register];
    }
  }
}

function join(states: (Uint8Array | undefined)[], block: number, state: Uint8Array): void {
  const known = states[block];
  if (known === undefined) {
    states[block] = state.slice();
    return;
  }
  for (let register = 0; register < REGISTERS; register++) {
    if (known[register] === UNSEEN) known[register] = state[register];
  }
}

/** Of an address with this upper half. */
const regionOf = (high: number): number => (high > 0 && high < REGION_COUNT ? high : UNSEEN);
