// What runs before a loop of two versions: how many times round its fast one may go. See loop-versions.ts.

import { Op } from '../../wasm/opcodes.ts';
import { MM_REGION_SIZE, MM_STACK_START } from '../address-space.ts';
import {
  GAP_SIZE,
  HOST_BASES,
  READ_ENDS,
  READ_ROOMS,
  REGION_COUNT,
  STACK,
  WRITE_ENDS,
  WRITE_ROOMS,
} from '../control-block.ts';
import { fixedHostOf, REGION_BITS } from './accesses.ts';
import type { FunctionCompiler } from './function-compiler.ts';
import { type LinearForm, REGISTERS } from './linear-forms.ts';
import { A, ADDRESS, B, DELTAS, ENTRY, FRAME_HOST, FUEL, HOST, LIMIT, local, X, Y } from './locals.ts';
import type { LoopVersions, Stream } from './loop-versions.ts';
import { ALSO_STACK } from './profile.ts';
import { hasGaps } from './support.ts';

const NONE = -1;
const STACK_REGION = MM_STACK_START / MM_REGION_SIZE;
/** More rounds than this are not planned at once. */
const MAX_ROUNDS = 0x7fff_ffff;
/** Fewer are not worth it. */
const MIN_ROUNDS = 2;
/** Times round. */
const ROUNDS = A;

/** Leaves on the stack whether to go to the checked version. Sets LIMIT and the streams' locals. */
export function emitPlan(f: FunctionCompiler, versions: LoopVersions): void {
  const { c } = f;
  // Units are never more than 31 bits here. A shift is enough: the exact number counts only when they run out.
  c.get(FUEL);
  c.op(Op.i32WrapI64);
  c.i32(32 - Math.clz32(versions.most));
  c.op(Op.i32ShrU);
  c.set(ROUNDS);
  for (const stream of versions.streams) emitStream(f, versions, stream);
  // The last round begins with this many units left, or a few more.
  c.get(FUEL);
  c.get(ROUNDS);
  c.i32(1);
  c.op(Op.i32Sub);
  c.op(Op.i64ExtendI32U);
  c.i64(versions.least);
  c.op(Op.i64Mul);
  c.op(Op.i64Sub);
  c.set(LIMIT);
  c.get(ROUNDS);
  c.i32(MIN_ROUNDS);
  c.op(Op.i32LtU);
}

/** Leaves on the stack whether to go to the checked version. */
export function emitGuard(f: FunctionCompiler): void {
  f.c.get(FUEL);
  f.c.get(LIMIT);
  f.c.op(Op.i64LtS);
}

/** Lowers ROUNDS to what the stream has room for. */
function emitStream(f: FunctionCompiler, versions: LoopVersions, stream: Stream): void {
  const { c } = f;
  const { form, region, hasStore, low, high, by, conditions } = stream;
  const { version, config } = f.graph.functions.code.executable;
  const span = form.high - form.low;
  // Each leaves in ADDRESS how far the lowest access is into its stretch of memory, in X how long that stretch is, and on
  // the stack what else has to hold.
  const areGaps = hasGaps(version, config);
  if (region === ALSO_STACK && areGaps) emitInFrameOrByTable(f, versions, stream);
  else if (region >= REGION_COUNT) emitByTable(f, versions, stream);
  else if (region === STACK_REGION && areGaps) emitInFrame(f, versions, stream);
  else {
    emitForm(f, versions, form, -region * MM_REGION_SIZE);
    c.set(ADDRESS);
    c.i32(0);
    c.access(Op.i64Load, (hasStore ? WRITE_ROOMS : READ_ROOMS) + region * 8);
    c.set(X);
    c.i32(1);
    if (fixedHostOf(f, stream) === 0) {
      c.i32(0);
      c.access(Op.i32Load, HOST_BASES + region * 8);
      c.set(DELTAS + stream.index);
    }
  }
  c.get(ADDRESS);
  c.get(X);
  c.op(Op.i64LtU);
  c.op(Op.i32And);
  if (span > 0) {
    c.get(ADDRESS);
    c.i64(span);
    c.op(Op.i64Add);
    c.get(X);
    c.op(Op.i64LtU);
    c.op(Op.i32And);
  }
  if (by !== NONE) {
    emitRegister(f, versions, by);
    c.i64(1);
    c.op(Op.i64Sub);
    c.i64(MAX_ROUNDS);
    c.op(Op.i64LtU);
    c.op(Op.i32And);
  }
  for (const { register, leader, distance } of conditions) {
    emitRegister(f, versions, register);
    emitRegister(f, versions, leader);
    c.i64(distance);
    c.op(Op.i64Add);
    c.op(Op.i64Eq);
    c.op(Op.i32And);
  }
  c.set(HOST);
  if (high > 0 || by !== NONE) {
    c.get(X);
    c.get(ADDRESS);
    c.op(Op.i64Sub);
    c.op(Op.i32WrapI64);
    c.i32(span + 1);
    c.op(Op.i32Sub);
    if (by === NONE) divide(f, high);
    else divideBy(f, versions, by);
    lowerRounds(f);
  }
  if (low < 0) {
    c.get(ADDRESS);
    c.op(Op.i32WrapI64);
    divide(f, -low);
    lowerRounds(f);
  }
  c.get(ROUNDS);
  c.i32(0);
  c.get(HOST);
  c.op(Op.select);
  c.set(ROUNDS);
}

function emitInFrameOrByTable(f: FunctionCompiler, versions: LoopVersions, stream: Stream): void {
  const { c } = f;
  emitForm(f, versions, stream.form, -MM_STACK_START);
  c.i64(32);
  c.op(Op.i64ShrU);
  c.op(Op.i64Eqz);
  c.if();
  emitInFrame(f, versions, stream);
  c.set(HOST);
  c.else();
  emitByTable(f, versions, stream);
  c.set(HOST);
  c.end();
  c.get(HOST);
}

/** Of the frame that the lowest access is in: the others must be in the same one. */
function emitInFrame(f: FunctionCompiler, versions: LoopVersions, { form, hasStore, index }: Stream): void {
  const { c } = f;
  emitForm(f, versions, form, -MM_STACK_START);
  c.tee(ADDRESS);
  // Y: where the frame begins in the stack's bytes. Frames have even numbers among the pages, gaps odd ones.
  c.i64(-GAP_SIZE);
  c.op(Op.i64And);
  c.i64(1);
  c.op(Op.i64ShrU);
  c.set(Y);
  // What turns the address's lower half into an offset in memory, modulo 2^32.
  c.i32(STACK);
  c.get(Y);
  c.op(Op.i32WrapI64);
  c.op(Op.i32Sub);
  c.set(DELTAS + index);
  // The frame, or what of it may be accessed without further ado.
  c.i32(0);
  c.access(Op.i64Load, (hasStore ? WRITE_ROOMS : READ_ROOMS) + STACK_REGION * 8);
  c.get(Y);
  c.op(Op.i64Sub);
  c.tee(X);
  c.i64(GAP_SIZE);
  c.get(X);
  c.i64(GAP_SIZE);
  c.op(Op.i64LtS);
  c.op(Op.select);
  c.set(X);
  c.get(ADDRESS);
  c.i64(GAP_SIZE);
  c.op(Op.i64And);
  c.op(Op.i64Eqz);
  c.get(X);
  c.i64(0);
  c.op(Op.i64GtS);
  c.op(Op.i32And);
  // An address outside of the stack's region altogether.
  c.get(ADDRESS);
  c.i64(32);
  c.op(Op.i64ShrU);
  c.op(Op.i64Eqz);
  c.op(Op.i32And);
  c.get(ADDRESS);
  c.i64(GAP_SIZE - 1);
  c.op(Op.i64And);
  c.set(ADDRESS);
}

function emitByTable(f: FunctionCompiler, versions: LoopVersions, { form, hasStore, index }: Stream): void {
  const { c } = f;
  emitForm(f, versions, form, 0);
  c.tee(ADDRESS);
  c.i64(29);
  c.op(Op.i64ShrU);
  c.op(Op.i32WrapI64);
  c.i32(REGION_BITS);
  c.op(Op.i32And);
  c.tee(ENTRY);
  c.access(Op.i32Load, HOST_BASES);
  c.set(DELTAS + index);
  c.get(ENTRY);
  c.access(Op.i64Load, hasStore ? WRITE_ENDS : READ_ENDS);
  c.set(X);
  c.get(ADDRESS);
  c.get(X);
  c.op(Op.i64LtU);
  // From here on by distance from the region's start.
  c.get(X);
  c.get(ADDRESS);
  c.i64Halves(0, -1);
  c.op(Op.i64And);
  c.op(Op.i64Sub);
  c.set(X);
  c.get(ADDRESS);
  c.i64Halves(-1, 0);
  c.op(Op.i64And);
  c.set(ADDRESS);
}

/** Leaves the lowest address of the form, plus `more`. */
function emitForm(f: FunctionCompiler, versions: LoopVersions, { a, ca, b, cb, low }: LinearForm, more: number): void {
  const { c } = f;
  c.i64(low + more);
  for (const [register, factor] of [
    [a, ca],
    [b, cb],
  ]) {
    if (register === NONE) continue;
    emitRegister(f, versions, register);
    if (factor !== 1) {
      c.i64(factor);
      c.op(Op.i64Mul);
    }
    c.op(Op.i64Add);
  }
}

/** A register, or a word of the frame that counts as one. */
function emitRegister(f: FunctionCompiler, { slots }: LoopVersions, register: number): void {
  const { c } = f;
  if (register < REGISTERS) {
    c.get(local(register));
    return;
  }
  c.get(FRAME_HOST);
  c.access(Op.i64Load, STACK + f.frameSize + slots[register - REGISTERS]);
}

/** Takes how far there is to go from the stack, in steps of a register's length. It is positive, or does not count. */
function divideBy(f: FunctionCompiler, versions: LoopVersions, register: number): void {
  const { c } = f;
  emitRegister(f, versions, register);
  c.op(Op.i32WrapI64);
  c.tee(B);
  c.get(B);
  c.op(Op.i32Eqz);
  c.op(Op.i32Or);
  c.op(Op.i32DivU);
}

function divide(f: FunctionCompiler, by: number): void {
  const { c } = f;
  if (by === 1) return;
  const isPower = (by & (by - 1)) === 0;
  c.i32(isPower ? 31 - Math.clz32(by) : by);
  c.op(isPower ? Op.i32ShrU : Op.i32DivU);
}

/** Takes from the stack how many rounds may follow the first. */
function lowerRounds(f: FunctionCompiler): void {
  const { c } = f;
  c.i32(1);
  c.op(Op.i32Add);
  c.tee(B);
  c.get(ROUNDS);
  c.get(B);
  c.get(ROUNDS);
  c.op(Op.i32LtU);
  c.op(Op.select);
  c.set(ROUNDS);
}
