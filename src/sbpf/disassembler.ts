// Code to assembly text, one line an instruction, with labels where functions and jump targets are. What it prints the
// assembler reads again. Source: sbpf src/disassembler.rs and src/static_analysis.rs (labels, basic blocks).

import { ParhelionError } from '../wire/errors.ts';
import { INSN_SIZE } from './address-space.ts';
import type { Executable } from './executable.ts';
import { CALL_IMM, CALL_REG, EXIT, HOR64_IMM, JA, LDDW, LE, OPCODES, type Opcode, opcodesOf } from './opcodes.ts';
import { callxRegister } from './verifier.ts';
import { staticSyscalls } from './version.ts';

/** Opcodes that are named even in versions that refuse them. */
const ALWAYS_NAMED: ReadonlyMap<number, Opcode> = new Map(
  OPCODES.filter(({ code }) => code === LDDW || code === LE || code === HOR64_IMM).map((opcode) => [
    opcode.code,
    opcode,
  ]),
);

/** The program as text, line by line: labels at the margin, instructions indented, a blank line before each function. */
export function disassemble(executable: Executable): string[] {
  const code = codeOf(executable);
  const lines: string[] = [];
  const labelled = code.labelledBlocks();
  for (const pc of code.instructions) {
    if (labelled.has(pc)) {
      if (code.functions.has(pc) && pc !== 0) lines.push('');
      lines.push(`${code.labelOf(pc)}:`);
    }
    lines.push(`    ${code.instructionText(pc)}`);
  }
  return lines;
}

/**
 * The instruction at one slot, without indent. The second slot of an `lddw` is shown as what it is alone.
 *
 * @throws ParhelionError `INVALID_ARGUMENT` where the program has no such slot.
 */
export function disassembleAt(executable: Executable, pc: number): string {
  const count = Math.floor(executable.text.length / INSN_SIZE);
  if (!Number.isInteger(pc) || pc < 0 || pc >= count) {
    const expected = `a slot of the program, which has ${count}`;
    throw new ParhelionError('INVALID_ARGUMENT', {
      name: 'The place of an instruction',
      expected,
      received: String(pc),
    });
  }
  return codeOf(executable).instructionText(pc);
}

/** The functions that are known by a name or by a call, by the slot that they begin at. */
export function functionsOf(executable: Executable): ReadonlyMap<number, string> {
  return codeOf(executable).functions;
}

/** The name of the function or block that starts at a slot: `entrypoint`, `function_12`, `lbb_12`. */
export function labelAt(executable: Executable, pc: number): string {
  return codeOf(executable).labelOf(pc);
}

const codes = new WeakMap<Executable, Code>();

function codeOf(executable: Executable): Code {
  let code = codes.get(executable);
  if (code === undefined) codes.set(executable, (code = new Code(executable)));
  return code;
}

/** A program cut into instructions and basic blocks. */
class Code {
  readonly executable: Executable;
  readonly text: Uint8Array;
  readonly view: DataView;
  readonly opcodes: readonly (Opcode | undefined)[];
  /** The slots that instructions start at. */
  readonly instructions: readonly number[];
  readonly isInstruction: Uint8Array;
  /** Names by slot. */
  readonly functions: ReadonlyMap<number, string>;

  constructor(executable: Executable) {
    const { text } = executable;
    this.executable = executable;
    this.text = text;
    this.view = new DataView(text.buffer, text.byteOffset, text.length);
    this.opcodes = opcodesOf(executable.version);
    const slots = Math.floor(text.length / INSN_SIZE);
    const instructions: number[] = [];
    this.isInstruction = new Uint8Array(slots);
    for (let pc = 0; pc < slots; pc++) {
      const isWide = text[pc * INSN_SIZE] === LDDW;
      if (isWide && pc + 1 >= slots) break;
      instructions.push(pc);
      this.isInstruction[pc] = 1;
      if (isWide) pc++;
    }
    this.instructions = instructions;
    this.functions = this.nameFunctions();
  }

  /**
   * Functions of one slot go by the name of the highest key. Differs: the crate knows no function whose label wasn't read
   * from the file; here a call's target is one, under a name that the assembler takes for one too.
   */
  nameFunctions(): Map<number, string> {
    const { executable } = this;
    const functions = new Map<number, string>();
    const add = (pc: number, name: string): void => {
      if (this.isInstruction[pc] === 1) functions.set(pc, name);
    };
    add(executable.entryPc, 'entrypoint');
    for (const pc of this.instructions) {
      const target = this.callTarget(pc);
      if (target !== undefined && !functions.has(target)) add(target, `function_${target}`);
    }
    const byKey = [...executable.functions].sort(([a], [b]) => a - b);
    for (const [, { pc, name }] of byKey) {
      if (name !== '' || !functions.has(pc)) add(pc, name === '' ? `function_${pc}` : name);
    }
    return functions;
  }

  labelOf(pc: number): string {
    return this.functions.get(pc) ?? `lbb_${pc}`;
  }

  opcodeAt(pc: number): Opcode | undefined {
    const code = this.text[pc * INSN_SIZE];
    return this.opcodes[code] ?? ALWAYS_NAMED.get(code);
  }

  offsetAt(pc: number): number {
    return this.view.getInt16(pc * INSN_SIZE + 2, true);
  }

  immAt(pc: number): number {
    return this.view.getInt32(pc * INSN_SIZE + 4, true);
  }

  isJump(pc: number): boolean {
    const cls = this.opcodes[this.text[pc * INSN_SIZE]]?.class;
    return cls === 'jump64' || cls === 'jump32';
  }

  /** The slot that a `call` calls; undefined for anything else, a call of a syscall too. */
  callTarget(pc: number): number | undefined {
    const at = pc * INSN_SIZE;
    if (this.text[at] !== CALL_IMM) return undefined;
    const imm = this.immAt(pc);
    if (!staticSyscalls(this.executable.version)) return this.executable.functions.get(imm >>> 0)?.pc;
    const target = pc + 1 + imm;
    return this.text[at + 1] >> 4 === 1 && this.isInstruction[target] === 1 ? target : undefined;
  }

  /** Slots where a basic block starts, ascending. */
  blockStarts(): number[] {
    const starts = new Set<number>([0, ...this.functions.keys()]);
    for (const pc of this.instructions) {
      const code = this.text[pc * INSN_SIZE];
      if (code === CALL_IMM) {
        if (this.callTarget(pc) === undefined) continue;
      } else if (this.isJump(pc)) {
        starts.add(pc + 1 + this.offsetAt(pc));
      } else if (code !== CALL_REG && code !== EXIT) {
        continue;
      }
      starts.add(pc + 1);
    }
    return [...starts].filter((pc) => this.isInstruction[pc] === 1).sort((a, b) => a - b);
  }

  /** The blocks that need a label: functions, and those that are entered otherwise than by falling in from above. */
  labelledBlocks(): Set<number> {
    const starts = this.blockStarts();
    const sources = new Map<number, number[]>(starts.map((pc) => [pc, []]));
    const lastOf = this.lastInstructions(starts);
    for (const [i, start] of starts.entries()) {
      for (const destination of this.destinations(start, lastOf[i], starts[i + 1]))
        sources.get(destination)?.push(start);
    }
    const labelled = new Set<number>();
    let above = -1;
    for (const [i, start] of starts.entries()) {
      const from = sources.get(start)!;
      if (this.functions.has(start) || from.length !== 1 || from[0] !== above) labelled.add(start);
      above = this.text[lastOf[i] * INSN_SIZE] === JA ? -1 : start;
    }
    return labelled;
  }

  lastInstructions(starts: readonly number[]): number[] {
    const last: number[] = [];
    let block = -1;
    for (const pc of this.instructions) {
      if (pc === starts[block + 1]) block++;
      last[block] = pc;
    }
    return last;
  }

  /** Where a block goes on, counted twice where two ways lead to one block. Calls count as steps. */
  destinations(start: number, last: number, next: number | undefined): number[] {
    const code = this.text[last * INSN_SIZE];
    if (code === EXIT) return [];
    if (code === JA) return [last + 1 + this.offsetAt(last)];
    if (this.isJump(last)) return [last + 1, last + 1 + this.offsetAt(last)];
    if (code === CALL_REG || this.callTarget(last) !== undefined) return [last + 1];
    return next === undefined || this.functions.has(start) ? [] : [next];
  }

  instructionText(pc: number): string {
    const at = pc * INSN_SIZE;
    const opcode = this.opcodeAt(pc);
    if (opcode === undefined) return `unknown opcode=0x${this.text[at].toString(16)}`;
    const name = opcode.mnemonic;
    const dst = `r${this.text[at + 1] & 0xf}`;
    const src = `r${this.text[at + 1] >> 4}`;
    const imm = this.immAt(pc);
    switch (opcode.operands) {
      case '':
        return name;
      case 'dst':
        return `${name} ${dst}`;
      case 'width dst':
        return `${name}${imm} ${dst}`;
      case 'dst, imm':
        return `${name} ${dst}, ${imm}`;
      case 'dst, src':
        return `${name} ${dst}, ${src}`;
      case 'dst, imm64':
        return `${name} ${dst}, 0x${this.wideImmediate(pc).toString(16)}`;
      case 'dst, [src+off]':
        return `${name} ${dst}, [${src}${this.offsetText(pc)}]`;
      case '[dst+off], imm':
        return `${name} [${dst}${this.offsetText(pc)}], ${imm}`;
      case '[dst+off], src':
        return `${name} [${dst}${this.offsetText(pc)}], ${src}`;
      case 'off':
        return `${name} ${this.targetText(pc)}`;
      case 'dst, imm, off':
        return `${name} ${dst}, ${imm}, ${this.targetText(pc)}`;
      case 'dst, src, off':
        return `${name} ${dst}, ${src}, ${this.targetText(pc)}`;
      case 'register':
        return `${name} r${callxRegister(this.executable.version, this.text[at + 1], imm) & 0xff}`;
      case 'target':
        return this.callText(pc, imm);
    }
  }

  /** Of an `lddw` without its second slot, the half that is there. */
  wideImmediate(pc: number): bigint {
    const low = BigInt(this.immAt(pc) >>> 0);
    if ((pc + 2) * INSN_SIZE > this.text.length) return low;
    return low | (BigInt(this.immAt(pc + 1) >>> 0) << 32n);
  }

  offsetText(pc: number): string {
    const offset = this.offsetAt(pc);
    return offset < 0 ? `-0x${(-offset).toString(16)}` : `+0x${offset.toString(16)}`;
  }

  targetText(pc: number): string {
    const target = pc + 1 + this.offsetAt(pc);
    return this.isInstruction[target] === 1 ? this.labelOf(target) : '[invalid]';
  }

  /** Differs: before V3 the crate takes any `call` with src 0 for a syscall, though src means nothing there. */
  callText(pc: number, imm: number): string {
    const { syscalls, version } = this.executable;
    const target = this.callTarget(pc);
    const isStatic = staticSyscalls(version);
    const isSyscall = isStatic ? this.text[pc * INSN_SIZE + 1] >> 4 === 0 : target === undefined;
    if (isSyscall) return `syscall ${syscalls.list[syscalls.indexOf(imm >>> 0)]?.name ?? imm}`;
    return `call ${target === undefined ? imm : this.labelOf(target)}`;
  }
}
