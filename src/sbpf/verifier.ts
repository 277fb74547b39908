// The checks that code must pass before it may run: every opcode known to its version, operands in range, jumps that
// land on an instruction. What calls mean is not checked; a call of nothing fails when it is reached.
// One pass over the bytes, dispatching on a code made from the opcode table, once a version.
// Source: sbpf src/verifier.rs, RequisiteVerifier.

import { INSN_SIZE } from './address-space.ts';
import { VerifierError } from './errors.ts';
import type { Executable } from './executable.ts';
import { ADD64_IMM, CALL_IMM, CALL_REG, LDDW, type Opcode, opcodesOf } from './opcodes.ts';
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

const RULES: readonly Uint8Array[] = ([0, 1, 2, 3, 4] as const).map((version) => {
  const rules = new Uint8Array(256).fill(UNKNOWN);
  for (const [code, opcode] of opcodesOf(version).entries()) if (opcode) rules[code] = ruleFor(opcode);
  if (dynamicStackFrames(version)) rules[ADD64_IMM] = STACK_BUMP;
  return rules;
});

function ruleFor(opcode: Opcode): number {
  if (opcode.immediate === 'not zero') return NONZERO;
  if (opcode.immediate === 'below 32') return SHIFT32;
  if (opcode.immediate === 'below 64') return SHIFT64;
  if (opcode.immediate === '16, 32 or 64') return ENDIAN;
  if (opcode.class === 'store') return STORE;
  if (opcode.class === 'jump64' || opcode.class === 'jump32') return JUMP;
  if (opcode.code === LDDW) return WIDE_CONSTANT;
  if (opcode.code === CALL_REG) return CALLX;
  return PLAIN;
}

/** The first rule that the code breaks, or undefined where it may run. */
export function verify(executable: Executable): VerifierError | undefined {
  return verifyText(executable.text, executable.version);
}

export function verifyText(text: Uint8Array, version: SbpfVersion): VerifierError | undefined {
  if (text.length % INSN_SIZE !== 0) return new VerifierError('ProgramLengthNotMultiple');
  if (text.length === 0) return new VerifierError('NoProgram');
  const rules = RULES[version];
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
