// The checks that code must pass before it may run: every opcode known to its version, operands in range, jumps that
// land on an instruction. What calls mean is not checked; a call of nothing fails when it is reached.
// One pass over the bytes, dispatching on a code for each opcode.
// Source: sbpf src/verifier.rs, RequisiteVerifier.

import { INSN_SIZE } from './address-space.ts';
import { VerifierError } from './errors.ts';
import type { Executable } from './executable.ts';
import { ADD64_IMM, CALL_IMM, LDDW } from './opcodes.ts';
import type { SyscallRegistry } from './syscall-registry.ts';
import { callxUsesDstReg, callxUsesSrcReg, dynamicStackFrames, type SbpfVersion, staticSyscalls } from './version.ts';

const UNKNOWN = 0;
const PLAIN = 1;
const STORE = 2;
const WIDE_CONSTANT = 3;
const NONZERO = 4;
const SHIFT32 = 5;
const SHIFT64 = 6;
const ENDIAN = 7;
const JUMP = 8;
const CALLX = 9;
const STACK_BUMP = 10;

// What is asked of each opcode, by its code, as digits of the numbers above. Made from the opcode table, which a process that
// only runs programs doesn't read; a test holds the two together.
const BEFORE_V2 =
  '....18.1....1..1....18.13...18.1....18.1....18.1....48.4....18.1' +
  '....18.1....18.1....18.1....18.1.12258.6.12218.1.12258.6.12218.1' +
  '....11.1.....9......41.4....1..1....18.1....18.1....18.1....18.1' +
  '....58.6....18.1....78......78..................................';
const V2 =
  '....18.a....1..1....18.1....18.1.....8.2....18.2.....812....1812' +
  '....1841....1811....1841....1811....5846....1811....5846....1811' +
  '.....112....1912.....112....1.12....18.1....18.1....1811....1811' +
  '....5846....1811.....84.....781.......4.......1.......41......1.';
const SINCE_V3 =
  '....18.1....1..1....18813...1881....1881....1881....4884....1881' +
  '....1881....1881....1881....1881.1225886.1221881.1225886.1221881' +
  '....11.1.....9......41.4....1..1....1881....1881....1881....1881' +
  '....5886....1881....788.....788.................................';

const rulesByVersion: (Uint8Array | undefined)[] = [];

/** What is asked of each opcode of a version, by its code. */
export function rulesOf(version: SbpfVersion): Uint8Array {
  let rules = rulesByVersion[version];
  if (rules === undefined) {
    const digits = version < 2 ? BEFORE_V2 : version === 2 ? V2 : SINCE_V3;
    rules = Uint8Array.from(digits, (digit) => (digit === '.' ? UNKNOWN : Number.parseInt(digit, 16)));
    if (dynamicStackFrames(version)) rules[ADD64_IMM] = STACK_BUMP;
    rulesByVersion[version] = rules;
  }
  return rules;
}

/** The first rule that the code breaks, or undefined where it may run. */
export function verify(executable: Executable): VerifierError | undefined {
  return verifyText(executable.text, executable.version);
}

export function verifyText(text: Uint8Array, version: SbpfVersion): VerifierError | undefined {
  if (text.length % INSN_SIZE !== 0) return new VerifierError('ProgramLengthNotMultiple');
  if (text.length === 0) return new VerifierError('NoProgram');
  const rules = rulesOf(version);
  const view = new DataView(text.buffer, text.byteOffset, text.length);
  const slots = text.length / INSN_SIZE;
  for (let pc = 0; pc < slots; pc++) {
    const at = pc * INSN_SIZE;
    const registers = text[at + 1];
    const dst = registers & 0xf;
    let dst10Allowed = false;
    switch (rules[text[at]]) {
      case PLAIN:
        break;
      case STORE:
        dst10Allowed = true;
        break;
      case JUMP: {
        const target = pc + 1 + view.getInt16(at + 2, true);
        if (target < 0 || target >= slots) {
          return new VerifierError('JumpOutOfCode', BigInt.asUintN(64, BigInt(target)), pc);
        }
        if (text[target * INSN_SIZE] === 0) return new VerifierError('JumpToMiddleOfLDDW', target, pc);
        break;
      }
      case WIDE_CONSTANT:
        if (pc + 1 >= slots) return new VerifierError('LDDWCannotBeLast');
        if (text[at + INSN_SIZE] !== 0) return new VerifierError('IncompleteLDDW', pc);
        pc++; // before the registers are looked at: their errors name the second slot, as Agave's do
        break;
      case NONZERO:
        if (view.getInt32(at + 4, true) === 0) return new VerifierError('DivisionByZero', pc);
        break;
      case SHIFT32: {
        const shift = view.getInt32(at + 4, true);
        if (shift < 0 || shift >= 32) return shiftError(shift, 32, pc);
        break;
      }
      case SHIFT64: {
        const shift = view.getInt32(at + 4, true);
        if (shift < 0 || shift >= 64) return shiftError(shift, 64, pc);
        break;
      }
      case ENDIAN: {
        const width = view.getInt32(at + 4, true);
        if (width !== 16 && width !== 32 && width !== 64) return new VerifierError('UnsupportedLEBEArgument', pc);
        break;
      }
      case CALLX: {
        const register = callxRegister(version, registers, view.getInt32(at + 4, true));
        if (register < 0 || register > 9) return new VerifierError('InvalidRegister', pc);
        break;
      }
      case STACK_BUMP:
        dst10Allowed = true;
        if (dst === 10 && view.getInt32(at + 4, true) % 64 !== 0) return new VerifierError('UnalignedImmediate', pc);
        break;
      default:
        return new VerifierError('UnknownOpCode', text[at], pc);
    }
    if (registers >= 0xb0) return new VerifierError('InvalidSourceRegister', pc);
    if (dst > 9 && !(dst === 10 && dst10Allowed)) {
      return new VerifierError(dst === 10 ? 'CannotWriteR10' : 'InvalidDestinationRegister', pc);
    }
  }
  return undefined;
}

/**
 * What developers' tools warn of before they deploy V3+ code: calls of syscalls that nobody registered, and of functions
 * that the linker left unresolved. Such code is valid. Source: LocalVerifier.
 */
export function verifyLocally(
  text: Uint8Array,
  version: SbpfVersion,
  syscalls: SyscallRegistry,
): VerifierError | undefined {
  if (!staticSyscalls(version)) return undefined;
  const view = new DataView(text.buffer, text.byteOffset, text.length);
  const slots = Math.floor(text.length / INSN_SIZE);
  for (let pc = 0; pc < slots; pc++) {
    const at = pc * INSN_SIZE;
    if (text[at] === LDDW) pc++;
    if (text[at] !== CALL_IMM) continue;
    const src = text[at + 1] >> 4;
    const imm = view.getUint32(at + 4, true);
    if (src === 0 && !syscalls.has(imm)) return new VerifierError('InvalidSyscall', imm);
    if (src === 1 && imm === 0xffffffff) return new VerifierError('InvalidFunction', pc);
  }
  return undefined;
}

/** The register whose address a `callx` calls; V0 and V1 may name any i32 there. */
export function callxRegister(version: SbpfVersion, registers: number, imm: number): number {
  if (callxUsesSrcReg(version)) return registers >> 4;
  if (callxUsesDstReg(version)) return registers & 0xf;
  return imm;
}

const shiftError = (shift: number, bits: number, pc: number): VerifierError =>
  new VerifierError('ShiftWithOverflow', BigInt.asUintN(64, BigInt(shift)), bits, pc);
