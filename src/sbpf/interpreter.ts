// The interpreter: one WebAssembly function that runs instructions as they lie in the text, eight bytes each, until
// something needs the host. A module is emitted for each sBPF version; what its instructions compute is in
// interpreter-alu.ts and interpreter-memory.ts, and here are the loop, jumps, calls and ways out.
//
// `run` takes everything from the control block and leaves everything there. It answers a Status; where that stands for
// an error, PC is the instruction at fault, which has been paid for (FUEL). Registers stay in memory while it runs,
// because an instruction names them by number. Who calls it again and again is interpreter-engine.ts.
// Source: sbpf src/interpreter.rs, Interpreter::step, whose order of checks is kept.

import type { Label } from '../wasm/function-builder.ts';
import { ModuleBuilder } from '../wasm/module-builder.ts';
import type { PlainOp } from '../wasm/opcodes.ts';
import {
  BASE_DEPTH,
  CALL_DEPTH,
  CALL_TARGETS,
  DETAIL,
  FRAME_RETURN_PC,
  FRAME_SHIFT,
  FRAME_STRIDE,
  FRAMES,
  FUEL,
  MAX_CALL_DEPTH,
  PC,
  REGISTERS,
  TEXT,
  TEXT_LEN,
  TEXT_VM_ADDR,
} from './control-block.ts';
import { ALU32, ALU64, emitByteSwap, emitHighProduct, SIGN_EXTENDED } from './interpreter-alu.ts';
import { type Emitter, fail, failIf, Status } from './interpreter-emitter.ts';
import { emitAccessFunction, emitLoad, emitSlowAccess, emitStore } from './interpreter-memory.ts';
import { CALL_IMM, CALL_REG, EXIT, JA, LDDW, type Opcode, opcodesOf } from './opcodes.ts';
import {
  callxUsesDstReg,
  callxUsesSrcReg,
  explicitSignExtensionOfResults,
  type SbpfVersion,
  staticSyscalls,
} from './version.ts';

const FIRST_SAVED_REGISTER = 6;
const SAVED_REGISTERS = 5; // r6 to r9, and r10
const FRAME_POINTER = 10;
const register = (index: number): number => REGISTERS + index * 8;

const modules = new Map<SbpfVersion, WebAssembly.Module>();

export function interpreterModule(version: SbpfVersion): WebAssembly.Module {
  let module = modules.get(version);
  if (module === undefined) modules.set(version, (module = new WebAssembly.Module(emitInterpreter(version))));
  return module;
}

/**
 * The bytes of a module that imports `machine.memory` and `machine.access` (VmMemory.resolveAccess) and exports
 * `run: () => Status`.
 */
export function emitInterpreter(version: SbpfVersion): Uint8Array {
  const module = new ModuleBuilder();
  module.importMemory('machine', 'memory', 1);
  const resolveAccess = module.importFunction('machine', 'access', ['i32', 'i32'], ['i32']);
  const accessFunction = emitAccessFunction(module, version, resolveAccess);
  const swapFunction = emitByteSwap(module);
  const highProductFunction = emitHighProduct(module, version);
  const f = module.function([], ['i32'], 'run');

  const [text, textLen, fuel, pc, low, dst, src, status, a, b, c, accessKind, target] = Array.from({ length: 13 }, () =>
    f.local('i32'),
  );
  const [insn, x, y, address] = Array.from({ length: 4 }, () => f.local('i64'));

  f.i32(0).load('i32Load', TEXT).tee(text);
  f.i32(0).load('i32Load', PC).i32(3).op('i32Shl', 'i32Add').set(pc);
  f.i32(0).load('i32Load', TEXT_LEN).set(textLen);
  f.i32(0).load('i32Load', FUEL).set(fuel);

  const leave = f.block();
  const overrun = f.block();
  const outOfFuel = f.block();
  const stop = f.block();
  const next = f.loop();
  const enter = f.block();
  const slowAccess = f.block();

  const e: Emitter = {
    f,
    version,
    pc,
    insn,
    low,
    dst,
    src,
    status,
    x,
    y,
    a,
    b,
    c,
    address,
    accessKind,
    slowAccess,
    stop,
    next,
    accessFunction,
    swapFunction,
    highProductFunction,
  };

  // One block an opcode, the first opcode's innermost: branching to a block ends up right behind it.
  const opcodes = opcodesOf(version).filter((opcode) => opcode !== undefined);
  const unsupported = f.block();
  const blocks = opcodes.map(() => f.block()).reverse();
  const labelOf: Label[] = new Array<Label>(256).fill(unsupported);
  for (const [i, opcode] of opcodes.entries()) labelOf[opcode.code] = blocks[i];

  f.get(fuel).op('i32Eqz').brIf(outOfFuel);
  f.get(fuel).i32(1).op('i32Sub').set(fuel);
  f.get(pc).get(text).op('i32Sub').get(textLen).op('i32GeU').brIf(overrun);
  f.get(pc).load('i64Load').tee(insn).op('i32WrapI64').set(low);
  f.get(pc).i32(8).op('i32Add').set(pc);
  f.get(low).i32(5).op('i32ShrU').i32(0x78).op('i32And').set(dst);
  f.get(low).i32(9).op('i32ShrU').i32(0x78).op('i32And').set(src);
  f.get(low).i32(0xff).op('i32And').brTable(labelOf, unsupported);

  for (const opcode of opcodes) {
    f.end();
    emitInstruction(e, opcode, { text, textLen, fuel, target, enter });
    f.br(next);
  }
  f.end(); // unsupported
  fail(e, Status.unsupportedInstruction);

  f.end(); // slowAccess
  emitSlowAccess(e);
  f.br(next);

  f.end(); // enter
  emitEnter(e, text, textLen, target);
  f.br(next);

  f.end(); // next
  f.op('unreachable');
  f.end(); // stop
  f.get(pc).i32(8).op('i32Sub').set(pc).br(leave);
  f.end(); // outOfFuel
  f.i32(Status.outOfFuel).set(status).br(leave);
  f.end(); // overrun
  f.i32(Status.executionOverrun).set(status);
  f.end(); // leave
  f.i32(0).get(pc).get(text).op('i32Sub').i32(3).op('i32ShrS').store('i32Store', PC);
  f.i32(0).get(fuel).store('i32Store', FUEL);
  f.get(status);
  return module.finish();
}

interface Control {
  readonly text: number;
  readonly textLen: number;
  readonly fuel: number;
  /** Where to go after `enter`: bytes from the start of the text. */
  readonly target: number;
  /** Pushes a frame and goes on at `target`. */
  readonly enter: Label;
}

function emitInstruction(e: Emitter, opcode: Opcode, control: Control): void {
  if (opcode.class === 'load') emitLoad(e, opcode.mnemonic);
  else if (opcode.class === 'store') emitStore(e, opcode.mnemonic);
  else if (opcode.class === 'jump32' || opcode.class === 'jump64') emitJump(e, opcode);
  else if (opcode.code === LDDW) emitLddw(e);
  else if (opcode.code === CALL_IMM) emitCall(e, control);
  else if (opcode.code === CALL_REG) emitCallx(e, control);
  else if (opcode.code === EXIT) emitExit(e, control);
  else emitAlu(e, opcode);
}

function emitAlu(e: Emitter, opcode: Opcode): void {
  const { f } = e;
  const { mnemonic } = opcode;
  const narrow = ALU32[mnemonic];
  f.get(e.dst);
  if (narrow !== undefined) {
    narrow(e, () => emitOperand32(e, opcode), opcode);
    const extends32 = explicitSignExtensionOfResults(e.version)
      ? mnemonic === 'mov32' && opcode.operands === 'dst, src'
      : SIGN_EXTENDED.has(mnemonic);
    f.op(extends32 ? 'i64ExtendI32S' : 'i64ExtendI32U');
  } else {
    const wide = ALU64[mnemonic];
    if (wide === undefined) throw new Error(`The interpreter does not know ${mnemonic}.`);
    wide(e, () => emitOperand64(e, opcode), opcode);
  }
  f.store('i64Store', REGISTERS);
}

function emitOperand64(e: Emitter, opcode: Opcode): void {
  if (opcode.operands.includes('src')) e.f.get(e.src).load('i64Load', REGISTERS);
  else e.f.get(e.insn).i64(32).op('i64ShrS');
}

function emitOperand32(e: Emitter, opcode: Opcode): void {
  if (opcode.operands.includes('src')) e.f.get(e.src).load('i32Load', REGISTERS);
  else e.f.get(e.insn).i64(32).op('i64ShrU', 'i32WrapI64');
}

function emitLddw(e: Emitter): void {
  const { f } = e;
  f.get(e.dst);
  f.get(e.insn).i64(32).op('i64ShrU');
  f.get(e.pc).load('i64Load32U', 4).i64(32).op('i64Shl', 'i64Or');
  f.store('i64Store', REGISTERS);
  f.get(e.pc).i32(8).op('i32Add').set(e.pc);
}

const COMPARISONS: Record<string, readonly [narrow: PlainOp, wide: PlainOp]> = {
  jeq: ['i32Eq', 'i64Eq'],
  jne: ['i32Ne', 'i64Ne'],
  jgt: ['i32GtU', 'i64GtU'],
  jge: ['i32GeU', 'i64GeU'],
  jlt: ['i32LtU', 'i64LtU'],
  jle: ['i32LeU', 'i64LeU'],
  jsgt: ['i32GtS', 'i64GtS'],
  jsge: ['i32GeS', 'i64GeS'],
  jslt: ['i32LtS', 'i64LtS'],
  jsle: ['i32LeS', 'i64LeS'],
};

function emitJump(e: Emitter, opcode: Opcode): void {
  const { f } = e;
  const wide = opcode.class === 'jump64';
  if (opcode.code !== JA) {
    f.get(e.dst).load(wide ? 'i64Load' : 'i32Load', REGISTERS);
    if (wide) emitOperand64(e, opcode);
    else emitOperand32(e, opcode);
    const mnemonic = opcode.mnemonic.replace('32', '');
    if (mnemonic !== 'jset') f.op(COMPARISONS[mnemonic][wide ? 1 : 0]);
    else if (wide) f.op('i64And').i64(0).op('i64Ne');
    else f.op('i32And');
    // Untaken first: whatever falls through costs no jump.
    f.op('i32Eqz').brIf(e.next);
  }
  f.get(e.pc).get(e.low).i32(16).op('i32ShrS').i32(3).op('i32Shl', 'i32Add').set(e.pc);
}

function emitCall(e: Emitter, control: Control): void {
  const { f } = e;
  if (staticSyscalls(e.version)) {
    // src 1: relative to the next slot. Bounds come before the frame here, and only here.
    f.get(e.src).i32(8).op('i32Eq');
    f.if();
    f.get(e.insn).i64(32).op('i64ShrS').i64(3).op('i64Shl');
    f.get(e.pc).get(control.text).op('i32Sub', 'i64ExtendI32U', 'i64Add').tee(e.x);
    f.get(control.textLen).op('i64ExtendI32U', 'i64GeU');
    failIf(e, Status.unsupportedInstruction);
    f.get(e.x).op('i32WrapI64').set(control.target);
    f.br(control.enter);
    f.end();
    f.get(e.src);
    failIf(e, Status.unsupportedInstruction);
  }
  f.get(e.pc).i32(8).op('i32Sub').get(control.text).op('i32Sub').i32(1).op('i32ShrU');
  f.i32(0).load('i32Load', CALL_TARGETS).op('i32Add').load('i32Load').tee(e.a);
  f.op('i32Eqz');
  f.if();
  f.get(control.fuel).i32(1).op('i32Add').set(control.fuel);
  fail(e, Status.unresolvedCall);
  f.end();
  f.get(e.a).i32(0).op('i32LtS');
  f.if();
  f.i32(0).i32(-1).get(e.a).op('i32Sub').store('i32Store', DETAIL);
  fail(e, Status.syscall);
  f.end();
  f.get(e.a).i32(1).op('i32Sub').i32(3).op('i32Shl').set(control.target);
  f.br(control.enter);
}

function emitCallx(e: Emitter, control: Control): void {
  const { f, version } = e;
  if (callxUsesSrcReg(version)) f.get(e.src);
  else if (callxUsesDstReg(version)) f.get(e.dst);
  // Sixteen register slots exist: an immediate that no verifier saw stays among them.
  else f.get(e.insn).i64(32).op('i64ShrU', 'i32WrapI64').i32(15).op('i32And').i32(3).op('i32Shl');
  f.load('i64Load', REGISTERS).i32(0).load('i64Load', TEXT_VM_ADDR).op('i64Sub').i64(-8).op('i64And').tee(e.x);
  f.op('i32WrapI64').i32(-8).get(e.x).i64(0xffff_ffff).op('i64LeU', 'select').set(control.target);
  f.br(control.enter);
}

/** The frame first, then r10, then whether there is anything to run: the order in which errors win. */
function emitEnter(e: Emitter, text: number, textLen: number, target: number): void {
  const { f, a, b } = e;
  f.i32(0).load('i32Load', CALL_DEPTH).tee(a).i32(FRAME_SHIFT).op('i32Shl').set(b);
  for (let i = 0; i < SAVED_REGISTERS; i++) {
    f.get(b)
      .i32(0)
      .load('i64Load', register(FIRST_SAVED_REGISTER + i))
      .store('i64Store', FRAMES + i * 8);
  }
  f.get(b)
    .get(e.pc)
    .get(text)
    .op('i32Sub')
    .i32(3)
    .op('i32ShrU')
    .store('i32Store', FRAMES + FRAME_RETURN_PC);
  f.i32(0).get(a).i32(1).op('i32Add').tee(a).store('i32Store', CALL_DEPTH);
  f.get(a).i32(0).load('i32Load', MAX_CALL_DEPTH).op('i32Eq');
  failIf(e, Status.callDepthExceeded);
  f.i32(0).i32(0).load('i64Load', register(FRAME_POINTER)).i32(0).load('i64Load32U', FRAME_STRIDE).op('i64Add');
  f.store('i64Store', register(FRAME_POINTER));
  f.get(target).get(textLen).op('i32GeU');
  failIf(e, Status.callOutsideTextSegment);
  f.get(text).get(target).op('i32Add').set(e.pc);
}

function emitExit(e: Emitter, control: Control): void {
  const { f, a, b } = e;
  f.i32(0).load('i32Load', CALL_DEPTH).tee(a).i32(0).load('i32Load', BASE_DEPTH).op('i32Eq');
  failIf(e, Status.exit);
  f.i32(0).get(a).i32(1).op('i32Sub').tee(a).store('i32Store', CALL_DEPTH);
  f.get(a).i32(FRAME_SHIFT).op('i32Shl').set(b);
  for (let i = 0; i < SAVED_REGISTERS; i++) {
    f.i32(0)
      .get(b)
      .load('i64Load', FRAMES + i * 8)
      .store('i64Store', register(FIRST_SAVED_REGISTER + i));
  }
  f.get(control.text)
    .get(b)
    .load('i32Load', FRAMES + FRAME_RETURN_PC)
    .i32(3)
    .op('i32Shl', 'i32Add')
    .set(e.pc);
}
