// Instructions as the compiler reads them: two words a slot, and for each opcode of a version numbers instead of the
// names that the opcode table has. Made once a version, when its first program is compiled.

import { Op, type OpName } from '../../wasm/opcodes.ts';
import { INSN_SIZE } from '../address-space.ts';
import type { Executable } from '../executable.ts';
import { CALL_IMM, CALL_REG, EXIT, JA, LDDW, type Opcode, opcodesOf } from '../opcodes.ts';
import {
  callxUsesDstReg,
  callxUsesSrcReg,
  explicitSignExtensionOfResults,
  type SbpfVersion,
  staticSyscalls,
  swapSubRegImmOperands,
} from '../version.ts';

/** What an instruction is to the compiler. */
export const Kind = {
  unknown: 0,
  binary64: 1,
  /** 32 bits wide, result zero-extended; then sign-extended. */
  binary32: 2,
  binary32Signed: 3,
  mov64: 4,
  mov32: 5,
  mov32Signed: 6,
  neg64: 7,
  neg32: 8,
  /** Immediate minus register. */
  reverseSub64: 9,
  reverseSub32: 10,
  divide64: 11,
  divide32: 12,
  divideSigned64: 13,
  divideSigned32: 14,
  littleEndian: 15,
  bigEndian: 16,
  hor64: 17,
  highProduct: 18,
  highProductSigned: 19,
  lddw: 20,
  load: 21,
  storeImm: 22,
  storeReg: 23,
  ja: 24,
  branch64: 25,
  branch32: 26,
  call: 27,
  callx: 28,
  exit: 29,
} as const;

export interface InstructionSet {
  readonly version: SbpfVersion;
  /** By opcode: a Kind. */
  readonly kind: Uint8Array;
  /** By opcode: the WebAssembly instruction that does it; for accesses log2 of the size; 0 for `jset`. */
  readonly op: Uint8Array;
  /** By opcode: whether the second operand is a register. */
  readonly usesSrc: Uint8Array;
  /** By opcode: whether an immediate operand of 64 bits is zero-extended. */
  readonly zeroExtends: Uint8Array;
}

const BINARY: Readonly<Record<string, string>> = {
  add: 'Add',
  sub: 'Sub',
  mul: 'Mul',
  lmul: 'Mul',
  or: 'Or',
  and: 'And',
  xor: 'Xor',
  lsh: 'Shl',
  rsh: 'ShrU',
  arsh: 'ShrS',
};
const DIVISIONS: Readonly<Record<string, string>> = {
  div: 'DivU',
  mod: 'RemU',
  udiv: 'DivU',
  urem: 'RemU',
  sdiv: 'DivS',
  srem: 'RemS',
};
const COMPARISONS: Readonly<Record<string, string>> = {
  jeq: 'Eq',
  jne: 'Ne',
  jgt: 'GtU',
  jge: 'GeU',
  jlt: 'LtU',
  jle: 'LeU',
  jsgt: 'GtS',
  jsge: 'GeS',
  jslt: 'LtS',
  jsle: 'LeS',
};
const LOG2_SIZES: Readonly<Record<string, number>> = { b: 0, h: 1, w: 2, dw: 3 };

const sets: (InstructionSet | undefined)[] = [];

function instructionSetOf(version: SbpfVersion): InstructionSet {
  return (sets[version] ??= makeInstructionSet(version));
}

function makeInstructionSet(version: SbpfVersion): InstructionSet {
  const set: InstructionSet = {
    version,
    kind: new Uint8Array(256),
    op: new Uint8Array(256),
    usesSrc: new Uint8Array(256),
    zeroExtends: new Uint8Array(256),
  };
  for (const opcode of opcodesOf(version)) if (opcode !== undefined) describe(set, opcode);
  return set;
}

function describe(set: InstructionSet, opcode: Opcode): void {
  const { code, mnemonic, class: cls, operands } = opcode;
  const immediate = operands === 'dst, imm';
  set.usesSrc[code] = operands.includes('src') ? 1 : 0;
  set.zeroExtends[code] = cls === 'pqr' && immediate && /^(uhmul|udiv|urem)64/.test(mnemonic) ? 1 : 0;
  const say = (kind: number, op = 0): void => {
    set.kind[code] = kind;
    set.op[code] = op;
  };
  switch (code) {
    case LDDW:
      return say(Kind.lddw);
    case CALL_IMM:
      return say(Kind.call);
    case CALL_REG:
      return say(Kind.callx);
    case EXIT:
      return say(Kind.exit);
    case JA:
      return say(Kind.ja);
  }
  if (cls === 'load') return say(Kind.load, LOG2_SIZES[mnemonic.slice(3)]);
  if (cls === 'store') {
    const fromRegister = mnemonic.startsWith('stx');
    return say(fromRegister ? Kind.storeReg : Kind.storeImm, LOG2_SIZES[mnemonic.slice(fromRegister ? 3 : 2)]);
  }
  if (cls === 'jump64' || cls === 'jump32') {
    const wide = cls === 'jump64';
    const comparison = COMPARISONS[mnemonic.replace('32', '')];
    const op = comparison === undefined ? 0 : opNumber(`${wide ? 'i64' : 'i32'}${comparison}`);
    return say(wide ? Kind.branch64 : Kind.branch32, op);
  }
  if (mnemonic === 'le') return say(Kind.littleEndian);
  if (mnemonic === 'be') return say(Kind.bigEndian);
  if (mnemonic === 'hor64') return say(Kind.hor64);
  if (mnemonic === 'uhmul64') return say(Kind.highProduct);
  if (mnemonic === 'shmul64') return say(Kind.highProductSigned);
  const wide = mnemonic.endsWith('64');
  const name = mnemonic.slice(0, -2);
  const type = wide ? 'i64' : 'i32';
  const explicit = explicitSignExtensionOfResults(set.version);
  if (name === 'mov') {
    if (wide) return say(Kind.mov64);
    return say(explicit && !immediate ? Kind.mov32Signed : Kind.mov32);
  }
  if (name === 'neg') return say(wide ? Kind.neg64 : Kind.neg32);
  if (name === 'sub' && immediate && swapSubRegImmOperands(set.version)) {
    return say(wide ? Kind.reverseSub64 : Kind.reverseSub32);
  }
  const division = DIVISIONS[name];
  if (division !== undefined) {
    const kinds = division.endsWith('S') ? [Kind.divideSigned32, Kind.divideSigned64] : [Kind.divide32, Kind.divide64];
    return say(kinds[wide ? 1 : 0], opNumber(`${type}${division}`));
  }
  const signed = !explicit && (name === 'add' || name === 'sub' || name === 'mul');
  const kind = wide ? Kind.binary64 : signed ? Kind.binary32Signed : Kind.binary32;
  say(kind, opNumber(`${type}${BINARY[name]}`));
}

const opNumber = (name: string): number => Op[name as OpName];

/** What a `call` means: a function at slot n is n, syscall number n is -2 - n, and -1 is nothing we know. */
export type Callee = number;
export const NO_CALLEE = -1;
export const syscallOf = (callee: Callee): number => -2 - callee;

/** The instructions of one program. */
export class Code {
  readonly executable: Executable;
  readonly set: InstructionSet;
  readonly slots: number;
  /** Opcode, registers and offset of a slot, then its immediate. */
  readonly words: Int32Array;

  constructor(executable: Executable) {
    this.executable = executable;
    this.set = instructionSetOf(executable.version);
    this.slots = Math.floor(executable.text.length / INSN_SIZE);
    const bytes = executable.text.slice(0, this.slots * INSN_SIZE);
    this.words = new Int32Array(bytes.buffer, bytes.byteOffset, this.slots * 2);
  }

  callee(pc: number): Callee {
    const { executable, words } = this;
    const imm = words[pc * 2 + 1];
    if (staticSyscalls(executable.version)) {
      const src = (words[pc * 2] >>> 12) & 15;
      if (src === 1) {
        const target = pc + 1 + imm;
        return target >= 0 && target < this.slots ? target : NO_CALLEE;
      }
      if (src !== 0) return NO_CALLEE;
    }
    const syscall = executable.syscalls.indexOf(imm >>> 0);
    if (syscall >= 0) return -2 - syscall;
    if (staticSyscalls(executable.version)) return NO_CALLEE;
    const target = executable.functions.get(imm >>> 0);
    return target !== undefined && target.pc < this.slots ? target.pc : NO_CALLEE;
  }

  /** The register that a `callx` calls. */
  callxRegister(pc: number): number {
    const { version } = this.set;
    const word = this.words[pc * 2];
    if (callxUsesSrcReg(version)) return (word >>> 12) & 15;
    if (callxUsesDstReg(version)) return (word >>> 8) & 15;
    return this.words[pc * 2 + 1] & 15;
  }
}
