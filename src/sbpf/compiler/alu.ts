// Arithmetic, for registers in locals. Which WebAssembly instruction does what is in the instruction set's table; here is
// what surrounds it: operands, extension of results, what divisions check first.
// Source: sbpf src/interpreter.rs, Interpreter::step.

import { Op } from '../../wasm/opcodes.ts';
import { Status } from '../interpreter-emitter.ts';
import type { FunctionCompiler } from './function-compiler.ts';
import { Kind } from './instructions.ts';
import { A, B, local, X, Y } from './locals.ts';

const I32_MIN = -0x8000_0000;
/** How many bits a pair of shifts keeps, and what does the same where the second is signed. */
const EXTENSIONS: Readonly<Record<number, number>> = { 8: Op.i64Extend8S, 16: Op.i64Extend16S, 32: Op.i64Extend32S };

/**
 * A shift to the left and back by as much: how versions without 32-bit moves make narrow numbers of wide ones. Emits both
 * as one, or answers that the next two instructions are none.
 */
export function emitExtension(f: FunctionCompiler, end: number): boolean {
  const { words, set } = f.graph.functions.code;
  const [word, imm, nextWord, nextImm] = words.subarray(f.pc * 2, f.pc * 2 + 4);
  const [shl, back] = [word & 0xff, nextWord & 0xff];
  if (f.pc + 1 >= end || ((word ^ nextWord) & 0xf00) !== 0 || imm !== nextImm) return false;
  if (set.op[shl] !== Op.i64Shl || set.kind[shl] !== Kind.binary64 || set.usesSrc[shl] === 1) return false;
  if (set.kind[back] !== Kind.binary64 || set.usesSrc[back] === 1) return false;
  const [signed, extension] = [set.op[back] === Op.i64ShrS, EXTENSIONS[64 - imm]];
  if ((!signed && set.op[back] !== Op.i64ShrU) || extension === undefined) return false;
  const { c } = f;
  const dst = local((word >>> 8) & 15);
  c.get(dst);
  if (signed) {
    c.op(extension);
  } else {
    c.i64(2 ** (64 - imm) - 1);
    c.op(Op.i64And);
  }
  c.set(dst);
  return true;
}

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
  c.get(register);
  c.op(Op.i32WrapI64);
  c.set(A);
  if (width === 16) {
    c.get(A);
    c.i32(0xff);
    c.op(Op.i32And);
    c.i32(8);
    c.op(Op.i32Shl);
    c.get(A);
    c.i32(8);
    c.op(Op.i32ShrU);
    c.i32(0xff);
    c.op(Op.i32And);
    c.op(Op.i32Or);
    c.op(Op.i64ExtendI32U);
    return;
  }
  emitReversed(f, A);
  c.op(Op.i64ExtendI32U);
  if (width === 32) return;
  c.i64(32);
  c.op(Op.i64Shl);
  c.get(register);
  c.i64(32);
  c.op(Op.i64ShrU);
  c.op(Op.i32WrapI64);
  c.set(B);
  emitReversed(f, B);
  c.op(Op.i64ExtendI32U);
  c.op(Op.i64Or);
}

/** Leaves the bytes of an i32 in reverse: two rotations bring each where it belongs. */
function emitReversed(f: FunctionCompiler, local: number): void {
  const { c } = f;
  c.get(local);
  c.i32(8);
  c.op(Op.i32Rotl);
  c.i32(0x00ff_00ff);
  c.op(Op.i32And);
  c.get(local);
  c.i32(8);
  c.op(Op.i32Rotr);
  c.i32(0xff00_ff00 | 0);
  c.op(Op.i32And);
  c.op(Op.i32Or);
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
