// Calls: of syscalls, of functions, of addresses. What a call does to the frame stack is done here too, so that the control
// block is right whenever something else than compiled code looks at it.

import { Op } from '../../wasm/opcodes.ts';
import { FRAME_RETURN_PC, FRAME_SHIFT, PC, REGISTERS, STALE, TEXT_VM_ADDR, UNITS } from '../control-block.ts';
import { Status } from '../interpreter-emitter.ts';
import { ALL_REGISTERS, ARGUMENT_COUNT, ARGUMENTS, argumentCountOf } from './flow-graph.ts';
import type { FunctionCompiler } from './function-compiler.ts';
import { syscallOf } from './instructions.ts';
import { FRAME, FUEL, HOST, local, R0, R10, X } from './locals.ts';

const FRAME_POINTER = 10;
const NONE = -1;

export function emitSyscall(f: FunctionCompiler, block: number): void {
  const { c, graph } = f;
  const { code } = graph.functions;
  const index = syscallOf(code.callee(f.pc));
  const { syscall, argumentCount } = code.executable.syscalls.list[index];
  if (syscall.memoryOperation !== undefined) {
    emitMemoryOperation(f, syscall.memoryOperation, argumentCount);
    c.else();
    emitHostCall(f, block, index);
    c.end();
    return;
  }
  emitHostCall(f, block, index);
}

/** Opens an `if` and leaves it open for what is to be done where the operation was not. */
function emitMemoryOperation(f: FunctionCompiler, operation: number, argumentCount: number): void {
  const { c } = f;
  c.i32(operation);
  for (let register = 1; register <= 4; register++) {
    if (register <= argumentCount) c.get(local(register));
    else c.i64(0);
  }
  c.get(FUEL);
  c.call(f.linkage.support.memoryOperation);
  c.tee(HOST);
  c.i32(0);
  c.op(Op.i32GeS);
  c.if();
  c.get(FUEL);
  c.get(HOST);
  c.op(Op.i64ExtendI32U);
  c.op(Op.i64Sub);
  c.set(FUEL);
  c.i64(0);
  c.set(R0);
}

function emitHostCall(f: FunctionCompiler, block: number, index: number): void {
  const { c, graph } = f;
  f.spillAll();
  f.saveFuelAndDepth();
  c.i32(0);
  c.i32(f.pc);
  c.access(Op.i32Store, PC);
  c.i32(index);
  c.call(f.linkage.support.syscall);
  c.op(Op.i32Eqz);
  c.if();
  f.emitLeave();
  c.end();
  if (graph.next[block] === NONE) return;
  reload(f);
  c.i32(0);
  c.access(Op.i64Load, REGISTERS);
  c.set(R0);
  // Few syscalls change what may be read and written.
  c.i32(0);
  c.access(Op.i32Load, STALE);
  c.if();
  c.call(f.linkage.support.refresh);
  c.end();
}

export function emitCall(f: FunctionCompiler, block: number): void {
  const { c, graph, linkage } = f;
  const root = graph.functions.code.callee(f.pc);
  const leaked = graph.liveOut(block) & ARGUMENTS;
  const index = leaked === 0 ? linkage.indexOf(root) : linkage.leakingIndexOf(root);
  pushFrame(f);
  if (index === undefined) {
    saveFuel(f);
    f.spill(ALL_REGISTERS);
    c.i32(root);
    f.depth();
    c.i32(leaked === 0 ? 0 : 1);
    c.call(linkage.support.enter);
    afterEnter(f, leaked);
    return;
  }
  const live = linkage.liveAtEntryOf(root);
  f.spill(live & ~ARGUMENTS);
  passFrame(f);
  const argumentCount = leaked === 0 ? argumentCountOf(live) : ARGUMENT_COUNT;
  for (let register = 1; register <= argumentCount; register++) {
    // What is wanted afterwards may go through the callee untouched.
    if (leaked !== 0 || ((live >> register) & 1) === 1) c.get(local(register));
    else c.i64(0);
  }
  c.call(index);
  takeResults(f);
  f.load(leaked);
}

export function emitCallx(f: FunctionCompiler, block: number): void {
  const { c, graph, linkage } = f;
  const { code } = graph.functions;
  pushFrame(f);
  c.get(local(code.callxRegister(f.pc)));
  c.i32(0);
  c.access(Op.i64Load, TEXT_VM_ADDR);
  c.op(Op.i64Sub);
  c.i64(3);
  c.op(Op.i64ShrU);
  c.tee(X);
  c.i64(code.slots);
  c.op(Op.i64GeU);
  f.failIf(Status.callOutsideTextSegment);
  const leaked = graph.liveOut(block) & ARGUMENTS;
  if (linkage.dispatch !== undefined) {
    f.spill(ALL_REGISTERS & ~ARGUMENTS);
    c.get(X);
    c.op(Op.i32WrapI64);
    passFrame(f);
    for (let register = 1; register <= ARGUMENT_COUNT; register++) c.get(local(register));
    c.call(linkage.dispatch);
    takeResults(f);
    f.load(leaked);
    return;
  }
  saveFuel(f);
  f.spill(ALL_REGISTERS);
  c.get(X);
  c.op(Op.i32WrapI64);
  f.depth();
  c.i32(leaked === 0 ? 0 : 1);
  c.call(linkage.support.enter);
  afterEnter(f, leaked);
}

function afterEnter(f: FunctionCompiler, leaked: number): void {
  reload(f);
  checkRun(f);
  f.load(leaked | 1);
  f.c.call(f.linkage.support.refresh);
}

/** What a function has as its first parameters. */
function passFrame(f: FunctionCompiler): void {
  const { c } = f;
  c.get(FRAME);
  c.i32(1 << FRAME_SHIFT);
  c.op(Op.i32Add);
  c.get(FUEL);
}

function takeResults(f: FunctionCompiler): void {
  f.c.set(FUEL);
  f.c.set(R0);
  checkRun(f);
}

/** What a call does to the caller's frame, and the end of the run where there is no room for another. */
function pushFrame(f: FunctionCompiler): void {
  const { c } = f;
  const { executable } = f.graph.functions.code;
  c.get(FRAME);
  c.i32(f.pc + 1);
  c.access(Op.i32Store, FRAME_RETURN_PC);
  c.get(FRAME);
  c.i32((executable.config.maxCallDepth - 1) << FRAME_SHIFT);
  c.op(Op.i32Eq);
  f.failIf(Status.callDepthExceeded);
  if (f.dynamicFrames) {
    c.i32(0);
    c.get(R10);
    c.access(Op.i64Store, REGISTERS + FRAME_POINTER * 8);
  }
}

/** Behind a call: whether the run goes on. */
function checkRun(f: FunctionCompiler): void {
  const { c } = f;
  c.get(FUEL);
  c.i64(0);
  c.op(Op.i64LtS);
  c.if();
  f.emitLeave();
  c.end();
}

function saveFuel(f: FunctionCompiler): void {
  const { c } = f;
  c.i32(0);
  c.get(FUEL);
  c.access(Op.i64Store, UNITS);
}

function reload(f: FunctionCompiler): void {
  const { c } = f;
  c.i32(0);
  c.access(Op.i64Load, UNITS);
  c.set(FUEL);
}
