// Arithmetic, for registers in locals. Which WebAssembly instruction does what is in the instruction set's table; here is
// what surrounds it: operands, extension of results, what divisions check first.
// Source: sbpf src/interpreter.rs, Interpreter::step.

import { Op } from '../../wasm/opcodes.ts';
import { Status } from '../interpreter-emitter.ts';
import type { FunctionCompiler } from './function-compiler.ts';
import { Kind } from './instructions.ts';
import { A, B, local, X, Y } from './locals.ts';

const I32_MIN = -0x8000_0000;
/** Neighbouring bytes, then neighbouring pairs, are exchanged: masks as halves, and bits. */
const SWAPS = [
  [0x00ff_00ff, 8],
  [0x0000_ffff, 16],
] as const;

export function emitAlu(f: FunctionCompiler, word: number, imm: number): void {
  const { c } = f;
  const { set } = f.graph.functions.code;
  const opcode = word & 0xff;
  const dst = local((word >>> 8) & 15);
  const src = local((word >>> 12) & 15);
  const usesSrc = set.usesSrc[opcode] === 1;
  const op = set.op[opcode];

  const wideOperand = (): void => {
    if (usesSrc) c.get(src);
    else if (set.zeroExtends[opcode] === 1) c.i64Halves(imm, 0);
    else c.i64(imm);
  };
  const narrowOperand = (): void => {
    if (usesSrc) {
      c.get(src);
      c.op(Op.i32WrapI64);
    } else {
      c.i32(imm);
    }
  };
  const narrow = (register: number): void => {
    c.get(register);
    c.op(Op.i32WrapI64);
  };

  switch (set.kind[opcode]) {
    case Kind.binary64:
      c.get(dst);
      wideOperand();
      c.op(op);
      break;
    case Kind.binary32:
      narrow(dst);
      narrowOperand();
      c.op(op);
      c.op(Op.i64ExtendI32U);
      break;
    case Kind.binary32Signed:
      narrow(dst);
      narrowOperand();
      c.op(op);
      c.op(Op.i64ExtendI32S);
      break;
    case Kind.mov64:
      wideOperand();
      break;
    case Kind.mov32:
      if (usesSrc) {
        c.get(src);
        c.i64Halves(-1, 0);
        c.op(Op.i64And);
      } else {
        c.i64Halves(imm, 0);
      }
      break;
    case Kind.mov32Signed:
      c.get(src);
      c.op(Op.i64Extend32S);
      break;
    case Kind.neg64:
      c.i64(0);
      c.get(dst);
      c.op(Op.i64Sub);
      break;
    case Kind.neg32:
      c.i32(0);
      narrow(dst);
      c.op(Op.i32Sub);
      c.op(Op.i64ExtendI32U);
      break;
    case Kind.reverseSub64:
      c.i64(imm);
      c.get(dst);
      c.op(Op.i64Sub);
      break;
    case Kind.reverseSub32:
      c.i32(imm);
      narrow(dst);
      c.op(Op.i32Sub);
      c.op(Op.i64ExtendI32U);
      break;
    case Kind.divide64:
      if (usesSrc) {
        c.get(src);
        c.op(Op.i64Eqz);
        f.failIf(Status.divideByZero);
      }
      c.get(dst);
      wideOperand();
      c.op(op);
      break;
    case Kind.divide32:
      if (usesSrc) {
        narrow(src);
        c.op(Op.i32Eqz);
        f.failIf(Status.divideByZero);
      }
      narrow(dst);
      narrowOperand();
      c.op(op);
      c.op(Op.i64ExtendI32U);
      break;
    case Kind.divideSigned64:
      wideOperand();
      c.tee(Y);
      c.op(Op.i64Eqz);
      f.failIf(Status.divideByZero);
      c.get(dst);
      c.i64Halves(0, I32_MIN);
      c.op(Op.i64Eq);
      c.get(Y);
      c.i64(-1);
      c.op(Op.i64Eq);
      c.op(Op.i32And);
      f.failIf(Status.divideOverflow);
      c.get(dst);
      c.get(Y);
      c.op(op);
      break;
    case Kind.divideSigned32:
      narrowOperand();
      c.tee(A);
      c.op(Op.i32Eqz);
      f.failIf(Status.divideByZero);
      narrow(dst);
      c.tee(B);
      c.i32(I32_MIN);
      c.op(Op.i32Eq);
      c.get(A);
      c.i32(-1);
      c.op(Op.i32Eq);
      c.op(Op.i32And);
      f.failIf(Status.divideOverflow);
      c.get(B);
      c.get(A);
      c.op(op);
      c.op(Op.i64ExtendI32U);
      break;
    case Kind.littleEndian:
      c.get(dst);
      if (imm !== 64) {
        c.i64Halves(imm === 16 ? 0xffff : -1, 0);
        c.op(Op.i64And);
      }
      break;
    case Kind.bigEndian:
      emitByteSwap(f, dst, imm);
      break;
    case Kind.hor64:
      c.get(dst);
      c.i64Halves(0, imm);
      c.op(Op.i64Or);
      break;
    case Kind.highProduct:
    case Kind.highProductSigned:
      c.get(dst);
      c.set(X);
      wideOperand();
      c.set(Y);
      emitHighProduct(f, set.kind[opcode] === Kind.highProductSigned);
      break;
    default:
      throw new Error(`The compiler does not know opcode ${opcode}.`);
  }
  c.set(dst);
}

/** Leaves the low `width` bits with their bytes in reverse. */
function emitByteSwap(f: FunctionCompiler, register: number, width: number): void {
  const { c } = f;
  if (width !== 64) {
    // As 32 bits: two rotations bring each byte where it belongs.
    c.get(register);
    c.op(Op.i32WrapI64);
    c.tee(A);
    c.i32(8);
    c.op(Op.i32Rotl);
    c.i32(0x00ff_00ff);
    c.op(Op.i32And);
    c.get(A);
    c.i32(8);
    c.op(Op.i32Rotr);
    c.i32(0xff00_ff00 | 0);
    c.op(Op.i32And);
    c.op(Op.i32Or);
    if (width === 16) {
      c.i32(16);
      c.op(Op.i32ShrU);
    }
    c.op(Op.i64ExtendI32U);
    return;
  }
  c.get(register);
  c.set(X);
  for (const [mask, bits] of SWAPS) {
    c.get(X);
    c.i64Halves(mask, mask);
    c.op(Op.i64And);
    c.i64(bits);
    c.op(Op.i64Shl);
    c.get(X);
    c.i64(bits);
    c.op(Op.i64ShrU);
    c.i64Halves(mask, mask);
    c.op(Op.i64And);
    c.op(Op.i64Or);
    c.set(X);
  }
  c.get(X);
  c.i64(32);
  c.op(Op.i64Rotl);
}

/** Leaves the upper half of X times Y. */
function emitHighProduct(f: FunctionCompiler, signed: boolean): void {
  const { c } = f;
  c.get(X);
  c.get(Y);
  c.call(f.linkage.support.highProduct);
  if (!signed) return;
  // A negative factor counts 2^64 too much as unsigned: the upper half is too great by the other factor.
  for (const [factor, other] of [
    [X, Y],
    [Y, X],
  ]) {
    c.get(factor);
    c.i64(63);
    c.op(Op.i64ShrS);
    c.get(other);
    c.op(Op.i64And);
    c.op(Op.i64Sub);
  }
}
