// The interpreter: a WebAssembly module that runs instructions as they lie in the text, eight bytes each, until something
// needs the host. A module is emitted for each sBPF version; what its instructions compute is in interpreter-alu.ts and
// interpreter-memory.ts, and here are the loop, jumps, calls and ways out.
//
// `run` takes everything from the control block and leaves everything there. It answers a Status; where that stands for
// an error, PC is the instruction at fault, which has been paid for (FUEL). Registers stay in memory while it runs,
// because an instruction names them by number. Who calls it again and again is interpreter-engine.ts.
// Source: sbpf src/interpreter.rs, Interpreter::step, whose order of checks is kept.

import type { Label } from '../wasm/function-builder.ts';
import { ModuleBuilder } from '../wasm/module-builder.ts';
import type { PlainOp } from '../wasm/opcodes.ts';
import { encodeBase64 } from '../wire/base64.ts';
import { INSN_SIZE } from './address-space.ts';
import { emitSupport } from './compiler/support.ts';
import {
  ACCESS_ADDR,
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
  OPCODE_RANKS,
  PC,
  REGISTERS,
  TEXT,
  TEXT_LEN,
  TEXT_VM_ADDR,
} from './control-block.ts';
import { ALU32, ALU64, SIGN_EXTENDED } from './interpreter-alu.ts';
import {
  type Emitter,
  FIELD_IMMEDIATE,
  FIELD_OFFSET,
  FIELD_REGISTERS,
  fail,
  failIf,
  Status,
} from './interpreter-emitter.ts';
import { emitAccessFunction, emitLoad, emitRun, emitStore } from './interpreter-memory.ts';
import { emitMemoryOperation } from './memory-operations.ts';
import { CALL_IMM, CALL_REG, EXIT, JA, LDDW, type Opcode, opcodesOf } from './opcodes.ts';
import {
  callxUsesDstReg,
  callxUsesSrcReg,
  explicitSignExtensionOfResults,
  type SbpfVersion,
  staticSyscalls,
} from './version.ts';

/**
 * The opcode of the slots behind the text. Arriving there is how code that runs past its end is noticed; no version has
 * this opcode, and where a text holds it all the same, the address tells the two apart.
 */
export const SENTINEL = 0xff;

/** Of the slot that follows: the upper half of a wide constant. */
const FIELD_NEXT_IMMEDIATE = INSN_SIZE + FIELD_IMMEDIATE;

const FIRST_SAVED_REGISTER = 6;
const SAVED_REGISTERS = 5; // r6 to r9, and r10
const FRAME_POINTER = 10;
const SOURCE_1 = 8; // a source register of 1, as Emitter.src holds it
const register = (index: number): number => REGISTERS + index * 8;

/** The versions in circulation: their interpreters lie ready in interpreter.generated.ts, which saves six milliseconds. */
const EMITTED: readonly SbpfVersion[] = [0, 3];

/** What interpreter.generated.ts has to be. */
export function renderInterpreters(): string {
  const lines = EMITTED.map((version) => `  ${version}: '${encodeBase64(emitInterpreter(version))}',`);
  return [
    '// Written by scripts/emit-interpreters.ts from what interpreter.ts emits. Do not edit.',
    '',
    "import type { SbpfVersion } from './version.ts';",
    '',
    '/** Base64 of the module of each version that has one here. */',
    'export const INTERPRETER_MODULES: { readonly [V in SbpfVersion]?: string } = {',
    ...lines,
    '};',
    '',
  ].join('\n');
}

/**
 * The bytes of a module that imports `machine.memory` and `machine.access` (VmMemory.resolveAccess) and exports
 * `run: () => Status`; and what compiled code shares, see compiler/support.ts.
 */
export function emitInterpreter(version: SbpfVersion): Uint8Array {
  const module = new ModuleBuilder();
  module.importMemory('machine', 'memory', 1);
  const resolveAccess = module.importFunction('machine', 'access', ['i32', 'i32'], ['i32']);
  const access = emitAccessFunction(module, version, resolveAccess);
  emitRun(module, emitLoop(module, version), access);
  emitSupport(module, version, access);
  emitMemoryOperation(module, version);
  return module.finish();
}

/** What jumps and calls share beyond the Emitter. */
interface Control {
  /** Address in memory of the slot before the first: `pc - before` is how far into the text the *next* slot is. */
  readonly before: number;
  readonly textLen: number;
  readonly fuel: number;
  /** Where to go after `enter`: bytes from the start of the text. */
  readonly target: number;
  /** Pushes a frame and goes on at `target`. */
  readonly enter: Label;
  /** Goes on behind the end of the text. */
  readonly outOfText: Label;
  /** Leaves with `status`, without paying for the instruction. */
  readonly leave: Label;
}

/**
 * The loop. It calls no function, so that hosts keep its locals in registers: what would need a call ends it, and `run`
 * starts it again.
 */
function emitLoop(module: ModuleBuilder, version: SbpfVersion): number {
  const f = module.function([], ['i32']);
  const [pc, fuel, before, textLen, target, dst, src, status, a, b, c, accessKind] = Array.from({ length: 12 }, () =>
    f.local('i32'),
  );
  const [x, y, address] = Array.from({ length: 3 }, () => f.local('i64'));

  f.i32(0).load('i32Load', TEXT).i32(INSN_SIZE).op('i32Sub').set(before);
  f.i32(0).load('i32Load', TEXT_LEN).set(textLen);
  f.i32(0).load('i32Load', FUEL).set(fuel);
  // pc = before + 8 + min(PC, slots) * 8
  f.i32(0).load('i32Load', PC).tee(a).get(textLen).i32(3).op('i32ShrU').tee(b);
  f.get(a).get(b).op('i32LtU', 'select').i32(1).op('i32Add').i32(3).op('i32Shl').get(before).op('i32Add').set(pc);

  const leave = f.block();
  const stop = f.block();
  const outOfFuel = f.block();
  const next = f.loop();
  // Each instruction ends with a conditional branch of its own back to the loop: processors predict where an indirect
  // jump goes by the conditional branches before it, and would find nothing to go by in a run of plain arithmetic.
  const advance = (): void => {
    f.get(pc).i32(INSN_SIZE).op('i32Add').set(pc);
    f.get(fuel).i32(1).op('i32Sub').tee(fuel).brIf(next).br(outOfFuel);
  };
  const outOfText = f.block();
  const enter = f.block();
  const slowAccess = f.block();
  const e: Emitter = { f, version, pc, dst, src, status, x, y, a, b, c, address, accessKind, slowAccess, stop };
  const control: Control = { before, textLen, fuel, target, enter, outOfText, leave };

  // One block an opcode, the first opcode's innermost: a branch to a block ends up right behind it.
  const opcodes = opcodesOf(version).filter((opcode) => opcode !== undefined);
  const [common, rare] = byFrequency(opcodes);
  const unsupported = f.block();
  const sentinel = f.block();
  const rareBlocks = rare.map(() => f.block()).reverse();
  const labels: Label[] = new Array<Label>(256).fill(unsupported);
  for (const [i, opcode] of rare.entries()) labels[opcode.code] = rareBlocks[i];
  labels[SENTINEL] = sentinel;
  const isRare = f.block();
  const commonBlocks = common.map(() => f.block()).reverse();
  const ranks = new Uint8Array(256).fill(common.length);
  for (const [rank, opcode] of common.entries()) ranks[opcode.code] = rank;
  const rankTable = OPCODE_RANKS + version * ranks.length;
  module.data(rankTable, ranks);

  f.get(pc).load('i32Load8U', FIELD_REGISTERS).tee(src).i32(3).op('i32Shl').i32(0x78).op('i32And').set(dst);
  f.get(src).i32(1).op('i32ShrU').i32(0x78).op('i32And').set(src);
  f.get(pc).load('i32Load8U').load('i32Load8U', rankTable).brTable(commonBlocks, isRare);
  const emitAll = (instructions: readonly Opcode[]): void => {
    for (const opcode of instructions) {
      f.end();
      emitInstruction(e, opcode, control);
      advance();
    }
  };
  emitAll(common);
  f.end(); // isRare
  f.get(pc).load('i32Load8U').brTable(labels, unsupported);
  emitAll(rare);
  f.end(); // sentinel
  f.get(pc).get(before).op('i32Sub').get(textLen).op('i32GtU');
  failIf(e, Status.executionOverrun);
  f.end(); // unsupported
  fail(e, Status.unsupportedInstruction);

  f.end(); // slowAccess
  f.i32(0).get(accessKind).store('i32Store', DETAIL);
  f.i32(0).get(address).store('i64Store', ACCESS_ADDR);
  f.i32(Status.slowAccess).set(status).br(leave);

  f.end(); // enter
  emitEnter(e, control);
  advance();

  f.end(); // outOfText
  f.get(before).get(textLen).op('i32Add').set(pc);
  advance();

  f.end(); // next
  f.end(); // outOfFuel
  f.i32(Status.outOfFuel).set(status).br(leave);
  f.end(); // stop
  f.get(fuel).i32(1).op('i32Sub').set(fuel);
  f.end(); // leave
  f.i32(0).get(pc).get(before).op('i32Sub').i32(3).op('i32ShrU').i32(1).op('i32Sub').store('i32Store', PC);
  f.i32(0).get(fuel).store('i32Store', FUEL);
  f.get(status);
  return f.index;
}

/**
 * What programs do most, in the order in which the loop has it: what is short comes first. Before V8 has optimised the loop,
 * it finds a case by bisection, and counts the bytes of code between the loop's head and each jump back to it: after so
 * many, it asks for the loop to be optimised, again and again. In a fresh process a million instructions took twice as
 * long with all opcodes in one table.
 */
const COMMON: readonly number[] = [
  ...[0xbf, 0x0f, 0x07, 0x67, 0xaf, 0x77, 0x4f, 0xb7, 0x5f, 0x2f], // mov64, add64, lsh64, xor64, rsh64, or64, and64, mul64
  ...[0x15, 0x05, 0xad, 0xa5, 0x55, LDDW], // jeq, ja, jlt, jne
  ...[0x79, 0x7b, 0x71, 0x73], // ldxdw, stxdw, ldxb, stxb
];

/** The common opcodes and the others. A version may use a code for something else; then it is common all the same. */
function byFrequency(opcodes: readonly Opcode[]): [common: Opcode[], rare: Opcode[]] {
  const place = ({ code }: Opcode): number => COMMON.indexOf(code);
  const common = opcodes.filter((opcode) => place(opcode) >= 0).sort((a, b) => place(a) - place(b));
  return [common, opcodes.filter((opcode) => !common.includes(opcode))];
}

function emitInstruction(e: Emitter, opcode: Opcode, control: Control): void {
  if (opcode.class === 'load') emitLoad(e, opcode.mnemonic);
  else if (opcode.class === 'store') emitStore(e, opcode.mnemonic);
  else if (opcode.class === 'jump32' || opcode.class === 'jump64') emitJump(e, opcode, control);
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
    const signExtends = explicitSignExtensionOfResults(e.version)
      ? mnemonic === 'mov32' && opcode.operands === 'dst, src'
      : SIGN_EXTENDED.has(mnemonic);
    f.op(signExtends ? 'i64ExtendI32S' : 'i64ExtendI32U');
  } else {
    const wide = ALU64[mnemonic];
    if (wide === undefined) throw new Error(`The interpreter does not know ${mnemonic}.`);
    wide(e, () => emitOperand64(e, opcode), opcode);
  }
  f.store('i64Store', REGISTERS);
}

function emitOperand64(e: Emitter, opcode: Opcode): void {
  if (opcode.operands.includes('src')) e.f.get(e.src).load('i64Load', REGISTERS);
  else e.f.get(e.pc).load('i64Load32S', FIELD_IMMEDIATE);
}

function emitOperand32(e: Emitter, opcode: Opcode): void {
  if (opcode.operands.includes('src')) e.f.get(e.src).load('i32Load', REGISTERS);
  else e.f.get(e.pc).load('i32Load', FIELD_IMMEDIATE);
}

function emitLddw(e: Emitter): void {
  const { f, pc } = e;
  f.get(e.dst);
  f.get(pc).load('i64Load32U', FIELD_IMMEDIATE);
  f.get(pc).load('i64Load32U', FIELD_NEXT_IMMEDIATE).i64(32).op('i64Shl', 'i64Or');
  f.store('i64Store', REGISTERS);
  f.get(pc).i32(INSN_SIZE).op('i32Add').set(pc);
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

function emitJump(e: Emitter, opcode: Opcode, control: Control): void {
  const { f, pc } = e;
  const wide = opcode.class === 'jump64';
  const isConditional = opcode.code !== JA;
  if (isConditional) {
    f.get(e.dst).load(wide ? 'i64Load' : 'i32Load', REGISTERS);
    if (wide) emitOperand64(e, opcode);
    else emitOperand32(e, opcode);
    const mnemonic = opcode.mnemonic.replace('32', '');
    if (mnemonic !== 'jset') f.op(COMPARISONS[mnemonic][wide ? 1 : 0]);
    else if (wide) f.op('i64And').i64(0).op('i64Ne');
    else f.op('i32And');
    f.if();
  }
  f.get(pc).get(pc).load('i32Load16S', FIELD_OFFSET).i32(3).op('i32Shl', 'i32Add').tee(pc);
  // The verifier lets no jump out of the text. For code it did not see, the loop relies on this.
  f.get(control.before).op('i32Sub').get(control.textLen).op('i32GtU').brIf(control.outOfText);
  if (isConditional) f.end();
}

function emitCall(e: Emitter, control: Control): void {
  const { f, pc } = e;
  if (staticSyscalls(e.version)) {
    // src 1: relative to the next slot. Bounds come before the frame here, and only here.
    f.get(e.src).i32(SOURCE_1).op('i32Eq');
    f.if();
    f.get(pc).load('i64Load32S', FIELD_IMMEDIATE).i64(3).op('i64Shl');
    f.get(pc).get(control.before).op('i32Sub', 'i64ExtendI32U', 'i64Add').tee(e.x);
    f.get(control.textLen).op('i64ExtendI32U', 'i64GeU');
    failIf(e, Status.unsupportedInstruction);
    f.get(e.x).op('i32WrapI64').set(control.target).br(control.enter);
    f.end();
    f.get(e.src);
    failIf(e, Status.unsupportedInstruction);
  }
  f.get(pc).get(control.before).op('i32Sub').i32(INSN_SIZE).op('i32Sub').i32(1).op('i32ShrU');
  f.i32(0).load('i32Load', CALL_TARGETS).op('i32Add').load('i32Load').tee(e.a).op('i32Eqz');
  f.i32(Status.unresolvedCall).set(e.status).brIf(control.leave);
  f.get(e.a).i32(0).op('i32LtS');
  f.if();
  f.i32(0).i32(-1).get(e.a).op('i32Sub').store('i32Store', DETAIL);
  fail(e, Status.syscall);
  f.end();
  f.get(e.a).i32(1).op('i32Sub').i32(3).op('i32Shl').set(control.target).br(control.enter);
}

function emitCallx(e: Emitter, control: Control): void {
  const { f, version } = e;
  if (callxUsesSrcReg(version)) f.get(e.src);
  else if (callxUsesDstReg(version)) f.get(e.dst);
  // Sixteen register slots exist: an immediate that no verifier saw stays among them.
  else f.get(e.pc).load('i32Load8U', FIELD_IMMEDIATE).i32(15).op('i32And').i32(3).op('i32Shl');
  f.load('i64Load', REGISTERS).i32(0).load('i64Load', TEXT_VM_ADDR).op('i64Sub').i64(-INSN_SIZE).op('i64And').tee(e.x);
  // What does not fit in 32 bits is outside of every text, as -8 is.
  f.op('i32WrapI64').i32(-INSN_SIZE).get(e.x).i64(0xffff_ffff).op('i64LeU', 'select').set(control.target);
  f.br(control.enter);
}

/** The frame first, then r10, then whether there is anything to run: the order in which errors win. */
function emitEnter(e: Emitter, control: Control): void {
  const { f, a: depth, b: frame } = e;
  f.i32(0).load('i32Load', CALL_DEPTH).tee(depth).i32(FRAME_SHIFT).op('i32Shl').set(frame);
  for (let i = 0; i < SAVED_REGISTERS; i++) {
    f.get(frame)
      .i32(0)
      .load('i64Load', register(FIRST_SAVED_REGISTER + i))
      .store('i64Store', FRAMES + i * 8);
  }
  f.get(frame).get(e.pc).get(control.before).op('i32Sub').i32(3).op('i32ShrU');
  f.store('i32Store', FRAME_RETURN_PC);
  f.i32(0).get(depth).i32(1).op('i32Add').tee(depth).store('i32Store', CALL_DEPTH);
  f.get(depth).i32(0).load('i32Load', MAX_CALL_DEPTH).op('i32Eq');
  failIf(e, Status.callDepthExceeded);
  f.i32(0).i32(0).load('i64Load', register(FRAME_POINTER)).i32(0).load('i64Load32U', FRAME_STRIDE).op('i64Add');
  f.store('i64Store', register(FRAME_POINTER));
  f.get(control.target).get(control.textLen).op('i32GeU');
  failIf(e, Status.callOutsideTextSegment);
  f.get(control.before).get(control.target).op('i32Add').set(e.pc);
}

function emitExit(e: Emitter, control: Control): void {
  const { f, a: depth, b: frame } = e;
  f.i32(0).load('i32Load', CALL_DEPTH).tee(depth).i32(0).load('i32Load', BASE_DEPTH).op('i32Eq');
  failIf(e, Status.exit);
  f.i32(0).get(depth).i32(1).op('i32Sub').tee(depth).store('i32Store', CALL_DEPTH);
  f.get(depth).i32(FRAME_SHIFT).op('i32Shl').set(frame);
  for (let i = 0; i < SAVED_REGISTERS; i++) {
    f.i32(0)
      .get(frame)
      .load('i64Load', FRAMES + i * 8);
    f.store('i64Store', register(FIRST_SAVED_REGISTER + i));
  }
  f.get(control.before).get(frame).load('i32Load', FRAME_RETURN_PC).i32(3).op('i32Shl', 'i32Add').set(e.pc);
}
