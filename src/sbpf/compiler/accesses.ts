// Loads and stores. What lies at a constant distance from r10 within the function's own frame needs no check: the frame
// is there. Any other address is compared with the end of its region (READ_ENDS, WRITE_ENDS), found by the address's
// upper half; of the fast path's checks any failure leads to the slow path, which decides afresh.
// Source: sbpf src/memory_region.rs, MemoryMapping::{load, store}.

import { Op } from '../../wasm/opcodes.ts';
import { HOST_BASES, READ_ENDS, STACK, WRITE_ENDS } from '../control-block.ts';
import { Status } from '../interpreter-emitter.ts';
import { ADDRESS, ENTRY, FRAME_HOST, type FunctionCompiler, HOST, local } from './function-compiler.ts';
import { Kind } from './instructions.ts';
import { type Runtime, STORE } from './runtime-functions.ts';

const LOADS = [Op.i64Load8U, Op.i64Load16U, Op.i64Load32U, Op.i64Load];
const STORES = [Op.i64Store8, Op.i64Store16, Op.i64Store32, Op.i64Store];
const FRAME_POINTER = 10;
/** The bits of `address >> 29` that number the region, times eight. */
const REGION_BITS = 0x38;

export function emitLoad(f: FunctionCompiler, word: number, runtime: Runtime): void {
  const { c } = f;
  const dst = (word >>> 8) & 15;
  const src = (word >>> 12) & 15;
  const offset = word >> 16;
  const log2Size = f.graph.functions.code.set.op[word & 0xff];
  if (isInFrame(f, src, offset, log2Size)) {
    c.get(FRAME_HOST);
    c.access(LOADS[log2Size], STACK + f.frameSize + offset);
  } else {
    emitTranslation(f, src, offset, log2Size, false, runtime);
    c.get(HOST);
    c.access(LOADS[log2Size], 0);
  }
  c.set(local(dst));
}

export function emitStore(f: FunctionCompiler, word: number, imm: number, runtime: Runtime): void {
  const { c } = f;
  const { set } = f.graph.functions.code;
  const dst = (word >>> 8) & 15;
  const src = (word >>> 12) & 15;
  const offset = word >> 16;
  const opcode = word & 0xff;
  const log2Size = set.op[opcode];
  const inFrame = isInFrame(f, dst, offset, log2Size);
  if (inFrame) {
    c.get(FRAME_HOST);
  } else {
    emitTranslation(f, dst, offset, log2Size, true, runtime);
    c.get(HOST);
  }
  if (set.kind[opcode] === Kind.storeReg) c.get(local(src));
  else c.i64(imm);
  c.access(STORES[log2Size], inFrame ? STACK + f.frameSize + offset : 0);
}

/** r10 points to the end of the frame. With dynamic frames it may point anywhere. */
function isInFrame(f: FunctionCompiler, base: number, offset: number, log2Size: number): boolean {
  return base === FRAME_POINTER && !f.dynamicFrames && offset >= -f.frameSize && offset <= -(1 << log2Size);
}

/** Sets HOST. */
function emitTranslation(
  f: FunctionCompiler,
  base: number,
  offset: number,
  log2Size: number,
  isStore: boolean,
  runtime: Runtime,
): void {
  const { c } = f;
  c.get(local(base));
  if (offset !== 0) {
    c.i64(offset);
    c.op(Op.i64Add);
  }
  c.tee(ADDRESS);
  if (log2Size !== 0) {
    c.i64((1 << log2Size) - 1);
    c.op(Op.i64Add);
  }
  c.get(ADDRESS);
  c.i64(29);
  c.op(Op.i64ShrU);
  c.op(Op.i32WrapI64);
  c.i32(REGION_BITS);
  c.op(Op.i32And);
  c.tee(ENTRY);
  c.access(Op.i64Load, isStore ? WRITE_ENDS : READ_ENDS);
  c.op(Op.i64LtU);
  c.if();
  c.get(ADDRESS);
  c.op(Op.i32WrapI64);
  c.get(ENTRY);
  c.access(Op.i32Load, HOST_BASES);
  c.op(Op.i32Add);
  c.set(HOST);
  c.else();
  c.get(ADDRESS);
  c.i32(log2Size + (isStore ? STORE : 0));
  c.call(runtime.slowAccess);
  c.tee(HOST);
  c.op(Op.i32Eqz);
  f.failIf(Status.accessViolation);
  c.end();
}
