// What the arithmetic instructions compute, by mnemonic: emitters that leave the result on the stack. `operand` puts the
// second operand there, immediate or register. Extension to 64 bits and the write to the register are the caller's.
// Source: sbpf src/interpreter.rs, Interpreter::step.

import type { PlainOp } from '../wasm/opcodes.ts';
import { REGISTERS } from './control-block.ts';
import { type Emitter, FIELD_IMMEDIATE, failIf, Status } from './interpreter-emitter.ts';
import type { Opcode } from './opcodes.ts';
import { swapSubRegImmOperands } from './version.ts';

type AluEmitter = (e: Emitter, operand: () => void, opcode: Opcode) => void;

const I32_MIN = -0x8000_0000;
const I64_MIN = -(2n ** 63n);

/** 32-bit results that are sign-extended, in the versions that do such a thing. */
export const SIGN_EXTENDED: ReadonlySet<string> = new Set(['add32', 'sub32', 'mul32']);

const dst32 = (e: Emitter): void => void e.f.get(e.dst).load('i32Load', REGISTERS);
const dst64 = (e: Emitter): void => void e.f.get(e.dst).load('i64Load', REGISTERS);

const plain32 =
  (op: PlainOp): AluEmitter =>
  (e, operand) => {
    dst32(e);
    operand();
    e.f.op(op);
  };
const plain64 =
  (op: PlainOp): AluEmitter =>
  (e, operand) => {
    dst64(e);
    operand();
    e.f.op(op);
  };

/** WebAssembly takes a shift's count modulo the width, as sBPF does. */
const unsignedDivision32 =
  (op: PlainOp): AluEmitter =>
  (e, operand) => {
    operand();
    e.f.tee(e.a).op('i32Eqz');
    failIf(e, Status.divideByZero);
    dst32(e);
    e.f.get(e.a).op(op);
  };

const signedDivision32 =
  (op: PlainOp): AluEmitter =>
  (e, operand) => {
    operand();
    e.f.tee(e.a).op('i32Eqz');
    failIf(e, Status.divideByZero);
    dst32(e);
    e.f.tee(e.b).i32(I32_MIN).op('i32Eq').get(e.a).i32(-1).op('i32Eq', 'i32And');
    failIf(e, Status.divideOverflow);
    e.f.get(e.b).get(e.a).op(op);
  };

/** The product, quotient and remainder class reads some immediates as u32, where the older one sign-extends them. */
function zeroExtendedOperand(e: Emitter, operand: () => void, opcode: Opcode): void {
  operand();
  if (opcode.class === 'pqr' && opcode.operands === 'dst, imm') e.f.i64(0xffff_ffff).op('i64And');
}

const unsignedDivision64 =
  (op: PlainOp): AluEmitter =>
  (e, operand, opcode) => {
    zeroExtendedOperand(e, operand, opcode);
    e.f.tee(e.y).op('i64Eqz');
    failIf(e, Status.divideByZero);
    dst64(e);
    e.f.get(e.y).op(op);
  };

const signedDivision64 =
  (op: PlainOp): AluEmitter =>
  (e, operand) => {
    operand();
    e.f.tee(e.y).op('i64Eqz');
    failIf(e, Status.divideByZero);
    dst64(e);
    e.f.tee(e.x).i64(I64_MIN).op('i64Eq').get(e.y).i64(-1).op('i64Eq', 'i32And');
    failIf(e, Status.divideOverflow);
    e.f.get(e.x).get(e.y).op(op);
  };

export const ALU32: { readonly [mnemonic: string]: AluEmitter } = {
  add32: plain32('i32Add'),
  sub32: (e, operand, opcode) => subtract(e, operand, opcode, dst32, 'i32Sub'),
  mul32: plain32('i32Mul'),
  div32: unsignedDivision32('i32DivU'),
  mod32: unsignedDivision32('i32RemU'),
  or32: plain32('i32Or'),
  and32: plain32('i32And'),
  xor32: plain32('i32Xor'),
  lsh32: plain32('i32Shl'),
  rsh32: plain32('i32ShrU'),
  arsh32: plain32('i32ShrS'),
  mov32: (_e, operand) => operand(),
  neg32: (e) => {
    e.f.i32(0);
    dst32(e);
    e.f.op('i32Sub');
  },
  lmul32: plain32('i32Mul'),
  udiv32: unsignedDivision32('i32DivU'),
  urem32: unsignedDivision32('i32RemU'),
  sdiv32: signedDivision32('i32DivS'),
  srem32: signedDivision32('i32RemS'),
};

export const ALU64: { readonly [mnemonic: string]: AluEmitter } = {
  add64: plain64('i64Add'),
  sub64: (e, operand, opcode) => subtract(e, operand, opcode, dst64, 'i64Sub'),
  mul64: plain64('i64Mul'),
  div64: unsignedDivision64('i64DivU'),
  mod64: unsignedDivision64('i64RemU'),
  or64: plain64('i64Or'),
  and64: plain64('i64And'),
  xor64: plain64('i64Xor'),
  lsh64: plain64('i64Shl'),
  rsh64: plain64('i64ShrU'),
  arsh64: plain64('i64ShrS'),
  mov64: (_e, operand) => operand(),
  neg64: (e) => {
    e.f.i64(0);
    dst64(e);
    e.f.op('i64Sub');
  },
  hor64: (e, operand) => {
    dst64(e);
    operand();
    e.f.i64(32).op('i64Shl', 'i64Or');
  },
  le: (e) => endian(e, false),
  be: (e) => endian(e, true),
  lmul64: plain64('i64Mul'),
  uhmul64: (e, operand, opcode) => {
    dst64(e);
    e.f.set(e.x);
    zeroExtendedOperand(e, operand, opcode);
    e.f.set(e.y);
    emitHighProduct(e);
  },
  // As unsigned factors, a negative one is 2^64 too great: the high half of the product is too great by the other factor.
  shmul64: (e, operand) => {
    dst64(e);
    e.f.set(e.x);
    operand();
    e.f.set(e.y);
    emitHighProduct(e);
    e.f.get(e.x).i64(63).op('i64ShrS').get(e.y).op('i64And', 'i64Sub');
    e.f.get(e.y).i64(63).op('i64ShrS').get(e.x).op('i64And', 'i64Sub');
  },
  udiv64: unsignedDivision64('i64DivU'),
  urem64: unsignedDivision64('i64RemU'),
  sdiv64: signedDivision64('i64DivS'),
  srem64: signedDivision64('i64RemS'),
};

/** With an immediate, V2 computes immediate - register where the others compute register - immediate. */
function subtract(e: Emitter, operand: () => void, opcode: Opcode, dst: (e: Emitter) => void, op: PlainOp): void {
  const swapped = swapSubRegImmOperands(e.version) && opcode.operands === 'dst, imm';
  if (swapped) operand();
  dst(e);
  if (!swapped) operand();
  e.f.op(op);
}

/** `be16` and its like: the width is the immediate, and what a number of that width has no room for is shifted out. */
function endian(e: Emitter, swap: boolean): void {
  const { f, x, y: width } = e;
  f.get(e.pc).load('i64Load32U', FIELD_IMMEDIATE).set(width);
  f.get(width).i64(16).op('i64Ne').get(width).i64(32).op('i64Ne', 'i32And').get(width).i64(64).op('i64Ne', 'i32And');
  failIf(e, Status.invalidInstruction);
  f.i64(64).get(width).op('i64Sub').set(width);
  dst64(e);
  if (swap) {
    f.set(x);
    for (const [mask, bits] of SWAPS) {
      f.get(x).i64(mask).op('i64And').i64(bits).op('i64Shl');
      f.get(x).i64(bits).op('i64ShrU').i64(mask).op('i64And', 'i64Or').set(x);
    }
    f.get(x).i64(32).op('i64Rotl');
  } else {
    f.get(width).op('i64Shl');
  }
  f.get(width).op('i64ShrU');
}

/** Exchanges neighbouring bytes, then neighbouring pairs. */
const SWAPS = [
  [0x00ff_00ff_00ff_00ffn, 8],
  [0x0000_ffff_0000_ffffn, 16],
] as const;

/** Upper half of the product of `e.x` and `e.y` as u64; by halves, as on paper. Leaves both as they are. */
function emitHighProduct(e: Emitter): void {
  const { f, x, y } = e;
  const [xLow, xHigh, yLow, yHigh, middle] = Array.from({ length: 5 }, () => f.local('i64'));
  for (const [factor, low, high] of [
    [x, xLow, xHigh],
    [y, yLow, yHigh],
  ]) {
    f.get(factor).i64(0xffff_ffff).op('i64And').set(low);
    f.get(factor).i64(32).op('i64ShrU').set(high);
  }
  // middle = xHigh * yLow + (xLow * yLow >> 32): at most (2^32 - 1)^2 + 2^32 - 2, which fits.
  f.get(xHigh).get(yLow).op('i64Mul');
  f.get(xLow).get(yLow).op('i64Mul').i64(32).op('i64ShrU', 'i64Add').set(middle);
  f.get(xHigh).get(yHigh).op('i64Mul').get(middle).i64(32).op('i64ShrU', 'i64Add');
  f.get(xLow).get(yHigh).op('i64Mul').get(middle).i64(0xffff_ffff).op('i64And', 'i64Add');
  f.i64(32).op('i64ShrU', 'i64Add');
}
