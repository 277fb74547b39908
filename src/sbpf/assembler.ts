// Assembly text to an executable, for tests and examples, in the syntax of the sbpf crate's assembler; what it accepts is
// told in asm-parser.ts, which mnemonics there are in opcodes.ts. It does not ask whether a version knows an opcode: that
// is the verifier's question. Labels named `entrypoint` or `function_…` become functions, the others exist for jumps.
// Source: sbpf src/assembler.rs.

import { ParhelionError } from '../wire/errors.ts';
import { INSN_SIZE } from './address-space.ts';
import { debugOperands, type Operand, parseAssembly, type Statement } from './asm-parser.ts';
import { type Config, DEFAULT_CONFIG } from './config.ts';
import { type ElfSymbol, writeElf, writtenRodataVmAddr } from './elf/writer.ts';
import { Executable } from './executable.ts';
import { type FunctionRegistry, registerFunctionAt } from './function-registry.ts';
import { hashSymbolName } from './murmur3.ts';
import { ADD64_IMM, CALL_IMM, LDDW, OPCODES, type Opcode, type Operands, OR64_IMM } from './opcodes.ts';
import { debugString } from './rust-debug.ts';
import { NO_SYSCALLS, type SyscallRegistry } from './syscall-registry.ts';
import { callxUsesDstReg, callxUsesSrcReg, dynamicStackFrames, type SbpfVersion, staticSyscalls } from './version.ts';

export interface AssembleOptions {
  readonly version: SbpfVersion;
  readonly config?: Config;
  readonly syscalls?: SyscallRegistry;
}

/** A `call` or `syscall` of the program: which slot, and what it means. */
export interface AssembledCall {
  readonly pc: number;
  /** The slot it calls; undefined for a syscall. */
  readonly target: number | undefined;
  /** A syscall's name; undefined where its hash was given. */
  readonly syscall: string | undefined;
}

export interface AssembledProgram {
  readonly text: Uint8Array;
  readonly functions: FunctionRegistry;
  readonly entryPc: number;
  readonly calls: readonly AssembledCall[];
}

/**
 * Assembles a program. Nothing is verified.
 *
 * @throws ParhelionError `ASSEMBLY`, the texts being those of the sbpf crate.
 * @example
 * ```ts
 * const executable = assemble('mov64 r0, 42\nexit', { version: 3 });
 * ```
 */
export function assemble(source: string, options: AssembleOptions): Executable {
  const { text, functions } = assembleProgram(source, options.version);
  const { version, config = DEFAULT_CONFIG, syscalls = NO_SYSCALLS } = options;
  return Executable.fromText(text, version, config, syscalls, functions);
}

/**
 * Assembles a program into an ELF file that loads as a deployed program would. V3 unless told otherwise: it needs no
 * relocation. `rodata` is mapped at `assembledRodataVmAddr(version)`: 0 for V3.
 *
 * @throws ParhelionError `ASSEMBLY`; for V0–V2 also where a syscall is called by hash instead of by name.
 * @example
 * ```ts
 * const elf = assembleElf('mov64 r0, 0\nexit');
 * ```
 */
export function assembleElf(
  source: string,
  options: { readonly version?: SbpfVersion; readonly rodata?: Uint8Array } = {},
): Uint8Array {
  const { version = 3, rodata = new Uint8Array(0) } = options;
  const { text, entryPc, calls } = assembleProgram(source, version);
  if (staticSyscalls(version)) return writeElf({ version, text, rodata, entryPc, relocations: [] });
  const view = new DataView(text.buffer);
  const relocations: { pc: number; symbol: ElfSymbol }[] = [];
  for (const call of calls) {
    // The loader takes an immediate for a relative target, unless it is -1: then the relocation says what is meant.
    let imm = -1;
    if (call.target !== undefined) {
      imm = call.target - call.pc - 1;
      if (imm === -1) relocations.push({ pc: call.pc, symbol: { name: `function_${call.target}`, pc: call.target } });
    } else if (call.syscall !== undefined) {
      relocations.push({ pc: call.pc, symbol: { name: call.syscall } });
    } else {
      throw failure(`Syscalls of a V${version} file are called by name, not by hash (insn #${call.pc})`);
    }
    view.setInt32(call.pc * INSN_SIZE + 4, imm, true);
  }
  return writeElf({ version, text, rodata, entryPc, relocations });
}

/** Where `assembleElf` has `rodata` mapped. */
export const assembledRodataVmAddr = writtenRodataVmAddr;

/** What `assemble` makes an executable of, and a linker a file. */
export function assembleProgram(source: string, version: SbpfVersion): AssembledProgram {
  const statements = parseAssembly(source);
  const assembler = new Assembler(version);
  assembler.placeLabels(statements);
  assembler.encode(statements);
  return {
    text: Uint8Array.from(assembler.text),
    functions: assembler.functions,
    entryPc: assembler.labels.get('entrypoint') ?? 0,
    calls: assembler.calls,
  };
}

/** Slots that one `.fill` may make: more than a program can have. Differs: the crate runs out of memory instead. */
const MAX_FILL = 1n << 21n;

const I16 = 1n << 15n;
const I32 = 1n << 31n;

/** Kinds of operands that each form takes: register, integer, memory, label, by their initials. */
const PATTERNS: { readonly [O in Operands]: readonly string[] } = {
  '': [''],
  dst: ['r'],
  'dst, imm': ['ri'],
  'dst, src': ['rr'],
  'dst, imm64': ['ri'],
  'dst, [src+off]': ['rm'],
  '[dst+off], imm': ['mi'],
  '[dst+off], src': ['mr'],
  off: ['i', 'l'],
  'dst, imm, off': ['rii', 'ril'],
  'dst, src, off': ['rri', 'rrl'],
  'width dst': ['r'],
  target: ['i', 'l'],
  register: ['r'],
};

interface Mnemonic {
  readonly opcodes: Opcode[];
  /** The 16, 32 or 64 in the name of a byte swap. */
  readonly width: bigint;
}

const MNEMONICS: ReadonlyMap<string, Mnemonic> = collectMnemonics();

function collectMnemonics(): Map<string, Mnemonic> {
  const mnemonics = new Map<string, Mnemonic>();
  const add = (name: string, opcode: Opcode, width = 0n): void => {
    const known = mnemonics.get(name);
    if (known) known.opcodes.push(opcode);
    else mnemonics.set(name, { opcodes: [opcode], width });
  };
  for (const opcode of OPCODES) {
    const { mnemonic } = opcode;
    if (opcode.operands === 'width dst') {
      for (const width of [16n, 32n, 64n]) add(`${mnemonic}${width}`, opcode, width);
      continue;
    }
    add(mnemonic, opcode);
    // 64 bits go without saying; where the table says nothing, they may be said.
    if (opcode.class === 'alu64' || opcode.class === 'pqr') {
      if (mnemonic.endsWith('64')) add(mnemonic.slice(0, -2), opcode);
    }
    if (opcode.class === 'jump64' && opcode.operands !== 'off') add(`${mnemonic}64`, opcode);
    if (opcode.code === CALL_IMM) add('syscall', opcode);
  }
  return mnemonics;
}

class Assembler {
  readonly version: SbpfVersion;
  readonly text: number[] = [];
  readonly functions: FunctionRegistry = new Map();
  readonly labels = new Map<string, number>([['entrypoint', 0]]);
  readonly calls: AssembledCall[] = [];

  constructor(version: SbpfVersion) {
    this.version = version;
  }

  get pc(): number {
    return this.text.length / INSN_SIZE;
  }

  placeLabels(statements: readonly Statement[]): void {
    let pc = 0;
    for (const statement of statements) {
      if (statement.kind === 'label') {
        const { name } = statement;
        if (name === 'entrypoint' || name.startsWith('function_')) this.register(name, BigInt(pc), name);
        this.labels.set(name, pc);
      } else if (statement.kind === 'instruction') {
        pc += statement.name === 'lddw' ? 2 : 1;
      } else {
        pc += fillOf(statement)?.count ?? 0;
      }
    }
  }

  encode(statements: readonly Statement[]): void {
    for (const statement of statements) {
      if (statement.kind === 'label') continue;
      if (statement.kind === 'instruction') {
        this.instruction(statement.name, statement.operands);
        continue;
      }
      const fill = fillOf(statement);
      if (fill === undefined) throw failure(`Invalid directive ${debugString(statement.name)}`);
      for (let i = 0; i < fill.count; i++) this.pushU64(fill.value);
    }
  }

  instruction(name: string, operands: readonly Operand[]): void {
    const mnemonic = MNEMONICS.get(name);
    if (mnemonic === undefined) throw failure(`Invalid instruction ${debugString(name)}`);
    const kinds = operands.map((operand) => operand.kind[0]).join('');
    const fitting = mnemonic.opcodes.filter((opcode) => PATTERNS[opcode.operands].includes(kinds));
    const opcode = fitting.find(({ versions }) => (versions >> this.version) & 1) ?? fitting[0];
    if (opcode === undefined) throw failure(`Unexpected operands: ${debugOperands(operands)}`);
    const [a, b, c] = operands;
    const { code } = opcode;
    switch (opcode.operands) {
      case '':
        this.push(code, 0n, 0n, 0n, 0n);
        break;
      case 'dst':
        this.push(code, registerOf(a), 0n, 0n, 0n);
        break;
      case 'width dst':
        this.push(code, registerOf(a), 0n, 0n, mnemonic.width);
        break;
      case 'dst, imm':
        // Moving the stack pointer means something where frames are dynamic; elsewhere it may stand and does nothing.
        if (code === ADD64_IMM && registerOf(a) === 10n && !dynamicStackFrames(this.version)) {
          this.push(OR64_IMM, 0n, 0n, 0n, 0n);
        } else {
          this.push(code, registerOf(a), 0n, 0n, integerOf(b));
        }
        break;
      case 'dst, src':
        this.push(code, registerOf(a), registerOf(b), 0n, 0n);
        break;
      case 'dst, imm64': {
        const value = integerOf(b);
        this.push(LDDW, registerOf(a), 0n, 0n, BigInt.asIntN(32, value));
        this.push(0, 0n, 0n, 0n, value >> 32n);
        break;
      }
      case 'dst, [src+off]':
        this.push(code, registerOf(a), registerOf(b), offsetOf(b), 0n);
        break;
      case '[dst+off], imm':
        this.push(code, registerOf(a), 0n, offsetOf(a), integerOf(b));
        break;
      case '[dst+off], src':
        this.push(code, registerOf(a), registerOf(b), offsetOf(a), 0n);
        break;
      case 'off':
        this.push(code, 0n, 0n, this.jumpOffset(a), 0n);
        break;
      case 'dst, imm, off':
        this.push(code, registerOf(a), 0n, this.jumpOffset(c), integerOf(b));
        break;
      case 'dst, src, off':
        this.push(code, registerOf(a), registerOf(b), this.jumpOffset(c), 0n);
        break;
      case 'register': {
        const register = registerOf(a);
        if (callxUsesSrcReg(this.version)) this.push(code, 0n, register, 0n, 0n);
        else if (callxUsesDstReg(this.version)) this.push(code, register, 0n, 0n, 0n);
        else this.push(code, 0n, 0n, 0n, register);
        break;
      }
      case 'target':
        if (name === 'syscall') this.syscall(a);
        else this.call(a);
    }
  }

  syscall(operand: Operand): void {
    const name = operand.kind === 'label' ? operand.name : undefined;
    const hash = name === undefined ? integerOf(operand) : BigInt(hashSymbolName(name) | 0);
    this.calls.push({ pc: this.pc, target: undefined, syscall: name });
    this.push(CALL_IMM, 0n, 0n, 0n, hash);
  }

  /** Before V3 the immediate is the key that the function is registered under, here its slot. */
  call(operand: Operand): void {
    const next = BigInt(this.pc + 1);
    let target: bigint;
    if (operand.kind === 'label') {
      target = BigInt(this.slotOf(operand.name));
    } else {
      target = next + integerOf(operand);
      this.register(`function_${BigInt.asUintN(64, target)}`, target, 'call');
    }
    this.calls.push({ pc: this.pc, target: Number(target), syscall: undefined });
    if (staticSyscalls(this.version)) this.push(CALL_IMM, 0n, 1n, 0n, target - next);
    else this.push(CALL_IMM, 0n, 0n, 0n, target);
  }

  jumpOffset(operand: Operand): bigint {
    if (operand.kind !== 'label') return integerOf(operand);
    return BigInt(this.slotOf(operand.name) - this.pc - 1);
  }

  slotOf(label: string): number {
    const pc = this.labels.get(label);
    if (pc === undefined) throw failure(`Label not found ${label}`);
    return pc;
  }

  register(name: string, pc: bigint, blamed: string): void {
    const key = Number(BigInt.asUintN(32, pc));
    const error = registerFunctionAt(this.functions, key, name, Number(BigInt.asUintN(64, pc)));
    if (error) throw failure(`Label hash collision ${blamed}`);
  }

  push(code: number, dst: bigint, src: bigint, offset: bigint, imm: bigint): void {
    if (dst < 0n || dst > 15n) throw failure(`Invalid destination register ${dst}`);
    if (src < 0n || src > 15n) throw failure(`Invalid source register ${src}`);
    if (offset < -I16 || offset >= I16) throw failure(`Invalid offset ${offset}`);
    if (imm < -I32 || imm >= I32) throw failure(`Invalid immediate ${imm}`);
    this.pushU64(
      BigInt(code) |
        (dst << 8n) |
        (src << 12n) |
        (BigInt.asUintN(16, offset) << 16n) |
        (BigInt.asUintN(32, imm) << 32n),
    );
  }

  pushU64(slot: bigint): void {
    for (let shift = 0n; shift < 64n; shift += 8n) this.text.push(Number((slot >> shift) & 0xffn));
  }
}

/** What `.fill count, value` asks for; undefined where the directive is another, or has other operands. */
function fillOf(statement: {
  readonly name: string;
  readonly operands: readonly Operand[];
}): { readonly count: number; readonly value: bigint } | undefined {
  const [count, value, rest] = statement.operands;
  if (statement.name !== 'fill' || count?.kind !== 'integer' || value?.kind !== 'integer' || rest) return undefined;
  if (count.value > MAX_FILL) throw failure(`Invalid directive "fill": at most ${MAX_FILL} slots, not ${count.value}`);
  return { count: Math.max(0, Number(count.value)), value: BigInt.asUintN(64, value.value) };
}

function registerOf(operand: Operand): bigint {
  return operand.kind === 'register' || operand.kind === 'memory' ? operand.register : mismatch(operand);
}

function offsetOf(operand: Operand): bigint {
  return operand.kind === 'memory' ? operand.offset : mismatch(operand);
}

function integerOf(operand: Operand): bigint {
  return operand.kind === 'integer' ? operand.value : mismatch(operand);
}

function mismatch(operand: Operand): never {
  throw new Error(`the pattern let through a ${operand.kind}`);
}

const failure = (reason: string): ParhelionError => new ParhelionError('ASSEMBLY', { reason });
