// Calls by address. Which functions are called that way is not written at the call, but their addresses have to come from
// somewhere: from wide constants and from words of read-only data, as in tables of functions and of methods. Those that
// have run are compiled with the rest, and one function of the module, `dispatch`, goes from an address to its function. What
// it doesn't know, it leaves to the engine.

import { CodeWriter } from '../../wasm/code-writer.ts';
import { Op } from '../../wasm/opcodes.ts';
import { INSN_SIZE } from '../address-space.ts';
import { FRAME_SHIFT, REGISTERS, UNITS } from '../control-block.ts';
import { staticSyscalls } from '../version.ts';
import { ARGUMENT_COUNT } from './flow-graph.ts';
import type { Linkage } from './function-compiler.ts';
import { type Code, Kind } from './instructions.ts';
import { FRAME, FUEL, local, parametersOf } from './locals.ts';
import { UNSEEN } from './profile.ts';

/** More functions are not looked for. */
const MAX_TARGETS = 32;
const MAX_SHIFT = 12;
/** The table of `dispatch` is no longer than this. Of functions that are in the same place of it, it knows the last. */
const MAX_TABLE = 4096;

/** First slots of the functions whose addresses the program holds. `seen`: leaves out those that have not run. */
export function findTargets(code: Code, seen: Uint8Array | undefined): number[] {
  const { words, set, slots, executable } = code;
  const { textVmAddr, rodata } = executable;
  const [textLow, textHigh] = [textVmAddr | 0, Math.floor(textVmAddr / 0x1_0000_0000)];
  const found = new Set<number>();
  const consider = (low: number, high: number): void => {
    const distance = low - textLow;
    const slot = distance / INSN_SIZE;
    if (high !== textHigh || distance < 0 || distance % INSN_SIZE !== 0 || slot >= slots) return;
    if (found.size < MAX_TARGETS && (seen === undefined || mayHaveRun(code, slot, seen))) found.add(slot);
  };
  for (let pc = 0; pc < slots; pc++) {
    if (set.kind[words[pc * 2] & 0xff] === Kind.lddw) consider(words[pc * 2 + 1], words[pc * 2 + 3]);
  }
  const data = new Int32Array(rodata.slice(0, rodata.length & -INSN_SIZE).buffer);
  for (let i = 0; i < data.length; i += 2) consider(data[i], data[i + 1]);
  return [...found];
}

/** As the first instruction tells that the interpreter takes a note of; where there is none, it may have. */
function mayHaveRun(code: Code, slot: number, seen: Uint8Array): boolean {
  const { words, set } = code;
  for (let pc = slot; pc < code.slots; pc++) {
    const kind = set.kind[words[pc * 2] & 0xff];
    const isNoted = kind === Kind.load || kind === Kind.storeImm || kind === Kind.storeReg;
    if (isNoted || (kind === Kind.call && !staticSyscalls(set.version))) return seen[pc] !== UNSEEN;
    if (kind >= Kind.ja) return kind !== Kind.call || seen[pc] !== UNSEEN;
    if (kind === Kind.unknown) return false;
    if (kind === Kind.lddw) pc++;
  }
  return false;
}

/** Parameters of `dispatch`: the slot to go to, and what a function with five arguments takes. */
export const DISPATCH_PARAMETERS = ['i32', ...parametersOf(ARGUMENT_COUNT)] as const;
const SLOT = 0;
const passed = (local: number): number => local + 1;

/**
 * The body of `dispatch`. What is called leaves r1 to r5 in the control block: the next function that is called by address
 * may read them, for all a caller knows. Slots are told apart by some of their bits.
 */
export function compileDispatch(targets: readonly number[], linkage: Linkage): Uint8Array {
  const { support } = linkage;
  const c = new CodeWriter(256 + targets.length * 40);
  const [shift, mask] = findBits(targets);
  const unknown = c.block();
  const labels: number[] = new Array(mask + 1).fill(unknown);
  for (const target of targets) labels[(target >> shift) & mask] = c.block();
  c.get(SLOT);
  c.i32(shift);
  c.op(Op.i32ShrU);
  c.i32(mask);
  c.op(Op.i32And);
  c.brTable(labels, unknown);
  for (const target of [...targets].reverse()) {
    c.end();
    c.get(SLOT);
    c.i32(target);
    c.op(Op.i32Ne);
    c.brIf(unknown);
    c.get(passed(FRAME));
    c.get(passed(FUEL));
    for (let register = 1; register <= ARGUMENT_COUNT; register++) c.get(passed(local(register)));
    c.call(linkage.leakingIndexOf(target)!);
    c.op(Op.return);
  }
  c.end();
  c.i32(0);
  c.get(passed(FUEL));
  c.access(Op.i64Store, UNITS);
  for (let register = 1; register <= ARGUMENT_COUNT; register++) {
    c.i32(0);
    c.get(passed(local(register)));
    c.access(Op.i64Store, REGISTERS + register * 8);
  }
  c.get(SLOT);
  c.get(passed(FRAME));
  c.i32(FRAME_SHIFT);
  c.op(Op.i32ShrU);
  c.i32(1);
  c.op(Op.i32Sub);
  c.i32(1);
  c.call(support.enter);
  c.call(support.refresh);
  c.i32(0);
  c.access(Op.i64Load, REGISTERS);
  c.i32(0);
  c.access(Op.i64Load, UNITS);
  return c.bytes.subarray(0, c.length);
}

/** The fewest neighbouring bits that these numbers differ in, mostly: where they begin, and a mask. */
function findBits(numbers: readonly number[]): readonly [shift: number, mask: number] {
  for (let size = 1; size < MAX_TABLE; size *= 2) {
    for (let shift = 0; shift < MAX_SHIFT; shift++) {
      if (new Set(numbers.map((number) => (number >> shift) & (size - 1))).size === numbers.length) {
        return [shift, size - 1];
      }
    }
  }
  return [0, MAX_TABLE - 1];
}
