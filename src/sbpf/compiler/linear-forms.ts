// What a register holds, as far as it is a sum of what registers held at an earlier point: `a * ca + b * cb + c`, with c
// anywhere between two constants. That is the shape of addresses in loops: a base, an index with a factor, a constant.
// Everything is meant modulo 2^64, so that a form is either right or not made at all.
// Words of the frame that registers were spilled to count as registers: their numbers follow those of the real ones.

import { Op } from '../../wasm/opcodes.ts';
import { type Code, Kind } from './instructions.ts';

/** Words of the frame have numbers from here on. */
export const REGISTERS = 11;
const FRAME_POINTER = 10;
const NONE = -1;
/** Of eight bytes. */
const LOG2_WORD = 3;
const MAX_FACTOR = 2 ** 24;
const MAX_CONSTANT = 2 ** 40;

export interface LinearForm {
  /** Registers, the lower number first; -1 where there is none. */
  readonly a: number;
  readonly ca: number;
  readonly b: number;
  readonly cb: number;
  readonly low: number;
  readonly high: number;
}

/** By register; undefined where nothing is known. */
export type Forms = (LinearForm | undefined)[];

/** Which word of the frame has which number, by its distance from r10. */
export type Slots = ReadonlyMap<number, number>;

/** Everything in terms of itself. */
export function ownForms(slots: Slots): Forms {
  const forms: Forms = [];
  for (let a = 0; a < REGISTERS + slots.size; a++) forms.push({ a, ca: 1, b: NONE, cb: 0, low: 0, high: 0 });
  return forms;
}

export const sameTerms = (x: LinearForm, y: LinearForm): boolean =>
  x.a === y.a && x.ca === y.ca && x.b === y.b && x.cb === y.cb;

/** What holds on either of two ways. */
export function join(x: LinearForm | undefined, y: LinearForm | undefined): LinearForm | undefined {
  if (x === undefined || y === undefined || !sameTerms(x, y)) return undefined;
  if (x.low <= y.low && x.high >= y.high) return x;
  return { ...x, low: Math.min(x.low, y.low), high: Math.max(x.high, y.high) };
}

export const shifted = (x: LinearForm, by: number): LinearForm => ({ ...x, low: x.low + by, high: x.high + by });

const constant = (value: number): LinearForm => ({ a: NONE, ca: 0, b: NONE, cb: 0, low: value, high: value });

function scaled(x: LinearForm | undefined, by: number): LinearForm | undefined {
  if (x === undefined || by === 0) return undefined;
  const [low, high] = by > 0 ? [x.low * by, x.high * by] : [x.high * by, x.low * by];
  return checked({ a: x.a, ca: x.ca * by, b: x.b, cb: x.cb * by, low, high });
}

function sum(x: LinearForm | undefined, y: LinearForm | undefined): LinearForm | undefined {
  if (x === undefined || y === undefined) return undefined;
  // At most two registers stay, once those that cancel each other out are gone.
  const registers = [NONE, NONE];
  const factors = [0, 0];
  let count = 0;
  const add = (register: number, factor: number): boolean => {
    if (register === NONE) return true;
    for (let i = 0; i < count; i++) {
      if (registers[i] !== register) continue;
      factors[i] += factor;
      return true;
    }
    if (count === 2) return false;
    registers[count] = register;
    factors[count++] = factor;
    return true;
  };
  if (!add(x.a, x.ca) || !add(x.b, x.cb) || !add(y.a, y.ca) || !add(y.b, y.cb)) return undefined;
  if (count === 2 && factors[1] === 0) count = 1;
  if (count > 0 && factors[0] === 0) {
    registers[0] = registers[1];
    factors[0] = factors[1];
    count--;
  }
  const swap = count === 2 && registers[0] > registers[1] ? 1 : 0;
  return checked({
    a: count > 0 ? registers[swap] : NONE,
    ca: count > 0 ? factors[swap] : 0,
    b: count > 1 ? registers[1 - swap] : NONE,
    cb: count > 1 ? factors[1 - swap] : 0,
    low: x.low + y.low,
    high: x.high + y.high,
  });
}

function checked(x: LinearForm): LinearForm | undefined {
  const tooLarge = Math.abs(x.ca) > MAX_FACTOR || Math.abs(x.cb) > MAX_FACTOR;
  return tooLarge || Math.abs(x.low) > MAX_CONSTANT || Math.abs(x.high) > MAX_CONSTANT ? undefined : x;
}

/** Takes the forms over one instruction that is no call. */
export function follow(code: Code, pc: number, forms: Forms, slots: Slots): void {
  const { words, set } = code;
  const word = words[pc * 2];
  const opcode = word & 0xff;
  const dst = (word >>> 8) & 15;
  const kind = set.kind[opcode];
  const src = (word >>> 12) & 15;
  if (kind >= Kind.load && kind <= Kind.storeReg && slots.size > 0) {
    const slot = (kind === Kind.load ? src : dst) === FRAME_POINTER ? slots.get(word >> 16) : undefined;
    if (slot !== undefined && kind !== Kind.load) {
      forms[slot] = kind === Kind.storeReg ? forms[src] : constant(words[pc * 2 + 1]);
      return;
    }
    if (slot !== undefined && set.op[opcode] === LOG2_WORD) {
      forms[dst] = forms[slot];
      return;
    }
  }
  if (kind >= Kind.storeImm) return;
  if (kind === Kind.lddw) {
    forms[dst] = checked(constant((words[pc * 2 + 1] >>> 0) + words[pc * 2 + 3] * 0x1_0000_0000));
    return;
  }
  const usesSrc = set.usesSrc[opcode] === 1;
  const operand = usesSrc ? forms[src] : constant(words[pc * 2 + 1]);
  forms[dst] =
    kind === Kind.mov64 ? operand : kind === Kind.binary64 ? binary(set.op[opcode], forms[dst], operand) : undefined;
}

function binary(op: number, x: LinearForm | undefined, y: LinearForm | undefined): LinearForm | undefined {
  switch (op) {
    case Op.i64Add:
      return sum(x, y);
    case Op.i64Sub:
      return sum(x, scaled(y, -1));
    case Op.i64Mul:
      return y !== undefined && isConstant(y) ? scaled(x, y.low) : undefined;
    case Op.i64Shl:
      return y !== undefined && isConstant(y) && y.low >= 0 && y.low < 24 ? scaled(x, 2 ** y.low) : undefined;
    default:
      return undefined;
  }
}

const isConstant = (x: LinearForm): boolean => x.a === NONE && x.low === x.high;
