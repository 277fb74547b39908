// Every opcode: what it is called, what operands it takes, which versions know it, what the verifier asks of its
// immediate. The verifier, the assembler and the disassembler read this table; what an opcode does is told by the
// engines alone. Two instructions may share an opcode in different versions (0x2c is `mul32` or, in V2, `ldxb`), never in
// one: the table checks that of itself when it is built.
// Source: sbpf src/ebpf.rs (opcodes), src/verifier.rs (versions and checks), src/disassembler.rs (names).

import {
  disableLddw,
  disableLe,
  disableNeg,
  enableJmp32,
  enablePqr,
  moveMemoryInstructionClasses,
  type SbpfVersion,
} from './version.ts';

export type OpcodeClass =
  | 'constant'
  | 'load'
  | 'store'
  | 'alu32'
  | 'alu64'
  | 'pqr'
  | 'jump64'
  | 'jump32'
  | 'call'
  | 'exit';

/** Operands in the order of the assembler. `width` is the number at the end of `be16` and its like. */
export type Operands =
  | ''
  | 'dst'
  | 'dst, imm'
  | 'dst, src'
  | 'dst, imm64'
  | 'dst, [src+off]'
  | '[dst+off], imm'
  | '[dst+off], src'
  | 'off'
  | 'dst, imm, off'
  | 'dst, src, off'
  | 'width dst'
  | 'target'
  | 'register';

/** What the verifier asks of the immediate. */
export type ImmediateRule = 'any' | 'not zero' | 'below 32' | 'below 64' | '16, 32 or 64';

export interface Opcode {
  readonly code: number;
  readonly mnemonic: string;
  readonly class: OpcodeClass;
  readonly operands: Operands;
  /** Bit v is set where version v knows it. */
  readonly versions: number;
  readonly immediate: ImmediateRule;
}

export const LDDW = 0x18;
export const CALL_IMM = 0x85;
export const CALL_REG = 0x8d;
export const EXIT = 0x95;
export const JA = 0x05;
export const ADD64_IMM = 0x07;
export const OR64_IMM = 0x47;
export const LE = 0xd4;
export const HOR64_IMM = 0xf7;

/** Bits of all versions in which something holds. */
function where(holds: (version: SbpfVersion) => boolean): number {
  let bits = 0;
  for (const version of [0, 1, 2, 3, 4] as const) if (holds(version)) bits |= 1 << version;
  return bits;
}

const ALL = where(() => true);
const NONE = 0;
const PQR = where(enablePqr);
const BEFORE_PQR = where((v) => !enablePqr(v));
const NEG = where((v) => !disableNeg(v));
const MEMORY = where((v) => !moveMemoryInstructionClasses(v));
const MOVED_MEMORY = where(moveMemoryInstructionClasses);
const WIDE_CONSTANT = where((v) => !disableLddw(v));
const HIGH_OR = where(disableLddw);
const LITTLE_ENDIAN = where((v) => !disableLe(v));
const JMP32 = where(enableJmp32);

const one = (
  mnemonic: string,
  cls: OpcodeClass,
  operands: Operands,
  code: number,
  versions: number,
  immediate: ImmediateRule = 'any',
): Opcode[] => [{ code, mnemonic, class: cls, operands, versions, immediate }];

/** An operation on a register with an immediate (first code) or another register (second code). */
const binary = (
  mnemonic: string,
  cls: OpcodeClass,
  immCode: number,
  regCode: number,
  versions: number,
  immediate: ImmediateRule = 'any',
): Opcode[] => [
  { code: immCode, mnemonic, class: cls, operands: 'dst, imm', versions, immediate },
  { code: regCode, mnemonic, class: cls, operands: 'dst, src', versions, immediate: 'any' },
];

/** One width of load, store of an immediate, store of a register: codes of all versions but V2, then V2's. */
const memory = (suffix: string, codes: readonly number[], movedCodes: readonly number[]): Opcode[] =>
  [[codes, MEMORY] as const, [movedCodes, MOVED_MEMORY] as const].flatMap(([[ldx, st, stx], versions]) => [
    ...one(`ldx${suffix}`, 'load', 'dst, [src+off]', ldx, versions),
    ...one(`st${suffix}`, 'store', '[dst+off], imm', st, versions),
    ...one(`stx${suffix}`, 'store', '[dst+off], src', stx, versions),
  ]);

/** A condition, which the 32-bit class has one opcode above the 64-bit class. */
const jump = (mnemonic: string, immCode: number): Opcode[] => [
  ...one(mnemonic, 'jump64', 'dst, imm, off', immCode, ALL),
  ...one(mnemonic, 'jump64', 'dst, src, off', immCode + 8, ALL),
  ...one(`${mnemonic}32`, 'jump32', 'dst, imm, off', immCode + 1, JMP32),
  ...one(`${mnemonic}32`, 'jump32', 'dst, src, off', immCode + 9, JMP32),
];

export const OPCODES: readonly Opcode[] = [
  ...one('lddw', 'constant', 'dst, imm64', LDDW, WIDE_CONSTANT),

  ...memory('b', [0x71, 0x72, 0x73], [0x2c, 0x27, 0x2f]),
  ...memory('h', [0x69, 0x6a, 0x6b], [0x3c, 0x37, 0x3f]),
  ...memory('w', [0x61, 0x62, 0x63], [0x8c, 0x87, 0x8f]),
  ...memory('dw', [0x79, 0x7a, 0x7b], [0x9c, 0x97, 0x9f]),

  ...binary('add32', 'alu32', 0x04, 0x0c, ALL),
  ...binary('sub32', 'alu32', 0x14, 0x1c, ALL),
  ...binary('mul32', 'alu32', 0x24, 0x2c, BEFORE_PQR),
  ...binary('div32', 'alu32', 0x34, 0x3c, BEFORE_PQR, 'not zero'),
  ...binary('or32', 'alu32', 0x44, 0x4c, ALL),
  ...binary('and32', 'alu32', 0x54, 0x5c, ALL),
  ...binary('lsh32', 'alu32', 0x64, 0x6c, ALL, 'below 32'),
  ...binary('rsh32', 'alu32', 0x74, 0x7c, ALL, 'below 32'),
  ...one('neg32', 'alu32', 'dst', 0x84, NEG),
  ...binary('mod32', 'alu32', 0x94, 0x9c, BEFORE_PQR, 'not zero'),
  ...binary('xor32', 'alu32', 0xa4, 0xac, ALL),
  ...binary('mov32', 'alu32', 0xb4, 0xbc, ALL),
  ...binary('arsh32', 'alu32', 0xc4, 0xcc, ALL, 'below 32'),
  ...one('le', 'alu32', 'width dst', LE, LITTLE_ENDIAN, '16, 32 or 64'),
  ...one('be', 'alu32', 'width dst', 0xdc, ALL, '16, 32 or 64'),

  ...binary('add64', 'alu64', ADD64_IMM, 0x0f, ALL),
  ...binary('sub64', 'alu64', 0x17, 0x1f, ALL),
  ...binary('mul64', 'alu64', 0x27, 0x2f, BEFORE_PQR),
  ...binary('div64', 'alu64', 0x37, 0x3f, BEFORE_PQR, 'not zero'),
  ...binary('or64', 'alu64', OR64_IMM, 0x4f, ALL),
  ...binary('and64', 'alu64', 0x57, 0x5f, ALL),
  ...binary('lsh64', 'alu64', 0x67, 0x6f, ALL, 'below 64'),
  ...binary('rsh64', 'alu64', 0x77, 0x7f, ALL, 'below 64'),
  ...one('neg64', 'alu64', 'dst', 0x87, NEG),
  ...binary('mod64', 'alu64', 0x97, 0x9f, BEFORE_PQR, 'not zero'),
  ...binary('xor64', 'alu64', 0xa7, 0xaf, ALL),
  ...binary('mov64', 'alu64', 0xb7, 0xbf, ALL),
  ...binary('arsh64', 'alu64', 0xc7, 0xcf, ALL, 'below 64'),
  ...one('hor64', 'alu64', 'dst, imm', HOR64_IMM, HIGH_OR),
  // The assembler knows these three forms too, no version does.
  ...one('hor64', 'alu64', 'dst, src', 0xff, NONE),
  ...binary('hor32', 'alu32', 0xf4, 0xfc, NONE),

  ...binary('uhmul64', 'pqr', 0x36, 0x3e, PQR),
  ...binary('udiv32', 'pqr', 0x46, 0x4e, PQR, 'not zero'),
  ...binary('udiv64', 'pqr', 0x56, 0x5e, PQR, 'not zero'),
  ...binary('urem32', 'pqr', 0x66, 0x6e, PQR, 'not zero'),
  ...binary('urem64', 'pqr', 0x76, 0x7e, PQR, 'not zero'),
  ...binary('lmul32', 'pqr', 0x86, 0x8e, PQR),
  ...binary('lmul64', 'pqr', 0x96, 0x9e, PQR),
  ...binary('shmul64', 'pqr', 0xb6, 0xbe, PQR),
  ...binary('sdiv32', 'pqr', 0xc6, 0xce, PQR, 'not zero'),
  ...binary('sdiv64', 'pqr', 0xd6, 0xde, PQR, 'not zero'),
  ...binary('srem32', 'pqr', 0xe6, 0xee, PQR, 'not zero'),
  ...binary('srem64', 'pqr', 0xf6, 0xfe, PQR, 'not zero'),

  ...one('ja', 'jump64', 'off', JA, ALL),
  ...jump('jeq', 0x15),
  ...jump('jgt', 0x25),
  ...jump('jge', 0x35),
  ...jump('jset', 0x45),
  ...jump('jne', 0x55),
  ...jump('jsgt', 0x65),
  ...jump('jsge', 0x75),
  ...jump('jlt', 0xa5),
  ...jump('jle', 0xb5),
  ...jump('jslt', 0xc5),
  ...jump('jsle', 0xd5),

  ...one('call', 'call', 'target', CALL_IMM, ALL),
  ...one('callx', 'call', 'register', CALL_REG, ALL),
  ...one('exit', 'exit', '', EXIT, ALL),
];

const TABLES: readonly (readonly (Opcode | undefined)[])[] = [0, 1, 2, 3, 4].map((version) => {
  const table = new Array<Opcode | undefined>(256).fill(undefined);
  for (const opcode of OPCODES) {
    if (((opcode.versions >> version) & 1) === 0) continue;
    const taken = table[opcode.code];
    if (taken) throw new Error(`V${version} has ${taken.mnemonic} and ${opcode.mnemonic} under one opcode`);
    table[opcode.code] = opcode;
  }
  return table;
});

/** The opcodes a version knows, by their code. */
export function opcodesOf(version: SbpfVersion): readonly (Opcode | undefined)[] {
  return TABLES[version];
}
