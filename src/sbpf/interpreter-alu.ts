// What the arithmetic instructions compute, by mnemonic: emitters that leave the result on the stack. `operand` puts the
// second operand there, immediate or register. Extension to 64 bits and the write to the register are the caller's.
// Source: sbpf src/interpreter.rs, Interpreter::step.

import type { ModuleBuilder } from '../wasm/module-builder.ts';
import type { PlainOp } from '../wasm/opcodes.ts';
import { REGISTERS } from './control-block.ts';
import { type Emitter, failIf, Status } from './interpreter-emitter.ts';
import type { Opcode } from './opcodes.ts';
import { enablePqr, type SbpfVersion, swapSubRegImmOperands } from './version.ts';

type AluEmitter = (e: Emitter, operand: () => void, opcode: Opcode) => void;

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
    e.f.tee(e.b).i32(-0x8000_0000).op('i32Eq').get(e.a).i32(-1).op('i32Eq', 'i32And');
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
    e.f
      .tee(e.x)
      .i64(-(2n ** 63n))
      .op('i64Eq')
      .get(e.y)
      .i64(-1)
      .op('i64Eq', 'i32And');
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
    zeroExtendedOperand(e, operand, opcode);
    e.f.call(e.highProductFunction);
  },
  // As unsigned factors, a negative one is 2^64 too great: the high half of the product is too great by the other factor.
  shmul64: (e, operand) => {
    dst64(e);
    e.f.tee(e.x);
    operand();
    e.f.tee(e.y).call(e.highProductFunction);
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

/** `be16` and its like: the width is the immediate. */
function endian(e: Emitter, swap: boolean): void {
  const { f } = e;
  const done = f.block('i64');
  const wide = f.block();
  const word = f.block();
  const half = f.block();
  for (const [width, label] of [
    [16, half],
    [32, word],
    [64, wide],
  ] as const) {
    f.get(e.insn).i64(32).op('i64ShrU').i64(width).op('i64Eq').brIf(label);
  }
  f.i32(1);
  failIf(e, Status.invalidInstruction);
  f.end(); // half
  if (swap) f.get(e.dst).load('i32Load', REGISTERS).call(e.swapFunction).i32(16).op('i32ShrU', 'i64ExtendI32U');
  else f.get(e.dst).load('i64Load16U', REGISTERS);
  f.br(done);
  f.end(); // word
  f.get(e.dst).load('i32Load', REGISTERS);
  if (swap) f.call(e.swapFunction);
  f.op('i64ExtendI32U').br(done);
  f.end(); // wide
  if (swap) {
    f.get(e.dst).load('i32Load', REGISTERS).call(e.swapFunction).op('i64ExtendI32U').i64(32).op('i64Shl');
    f.get(e.dst)
      .load('i32Load', REGISTERS + 4)
      .call(e.swapFunction)
      .op('i64ExtendI32U', 'i64Or');
  } else {
    f.get(e.dst).load('i64Load', REGISTERS);
  }
  f.end(); // done
}

/** (i32) -> i32 with the bytes in reverse. */
export function emitByteSwap(module: ModuleBuilder): number {
  const f = module.function(['i32'], ['i32']);
  f.get(0).i32(8).op('i32Rotl').i32(0x00ff_00ff).op('i32And');
  f.get(0).i32(8).op('i32Rotr').i32(0xff00_ff00).op('i32And', 'i32Or');
  return f.index;
}

/** (u64, u64) -> the upper half of the product; by halves, as on paper. */
export function emitHighProduct(module: ModuleBuilder, version: SbpfVersion): number {
  if (!enablePqr(version)) return -1;
  const f = module.function(['i64', 'i64'], ['i64']);
  const [x, y] = [0, 1];
  const [middle, xHigh, yHigh, yLow] = Array.from({ length: 4 }, () => f.local('i64'));
  f.get(x).i64(32).op('i64ShrU').set(xHigh);
  f.get(y).i64(32).op('i64ShrU').set(yHigh);
  f.get(y).i64(0xffff_ffff).op('i64And').set(yLow);
  f.get(x).i64(0xffff_ffff).op('i64And').set(x);
  // middle = xHigh * yLow + (xLow * yLow >> 32): at most (2^32 - 1)^2 + 2^32 - 2, which fits.
  f.get(xHigh).get(yLow).op('i64Mul').get(x).get(yLow).op('i64Mul').i64(32).op('i64ShrU', 'i64Add').set(middle);
  f.get(xHigh).get(yHigh).op('i64Mul').get(middle).i64(32).op('i64ShrU', 'i64Add');
  f.get(x).get(yHigh).op('i64Mul').get(middle).i64(0xffff_ffff).op('i64And', 'i64Add').i64(32).op('i64ShrU', 'i64Add');
  return f.index;
}
