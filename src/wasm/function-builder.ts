// The body of one WebAssembly function, written instruction by instruction in the order of the binary format. It knows
// nothing of types on the stack: a body that does not validate fails when the module is compiled.
//
// Branches name blocks, not depths: `const out = f.block(); … f.br(out); … f.end();`.

import { ByteWriter } from './byte-writer.ts';
import { type LoadOp, Op, type PlainOp, type StoreOp } from './opcodes.ts';
import { SIMD_PREFIX, type SimdLoadOp, SimdOp, type SimdPlainOp } from './simd-opcodes.ts';

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

export const VALUE_TYPE_CODES: { readonly [T in ValueType]: number } = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};
const EMPTY_BLOCK = 0x40;

/** A block that is open, to branch to. Worth something only until its `end`. */
export type Label = number & { readonly __label: unique symbol };

export class FunctionBuilder {
  /** Where the function stands in the module's index space: what `call` takes. */
  readonly index: number;
  readonly #code = new ByteWriter();
  readonly #parameterCount: number;
  readonly #locals: ValueType[] = [];
  #depth = 0;

  constructor(index: number, parameterCount: number) {
    this.index = index;
    this.#parameterCount = parameterCount;
  }

  /** A new local, zero at the start. Parameters are the locals from 0 on. */
  local(type: ValueType): number {
    return this.#parameterCount + this.#locals.push(type) - 1;
  }

  op(...names: PlainOp[]): this {
    for (const name of names) this.#code.u8(Op[name]);
    return this;
  }

  i32(value: number): this {
    this.#code.u8(Op.i32Const);
    this.#code.s32(value);
    return this;
  }

  /** Any integer that a number holds exactly, or a bigint of which the low 64 bits count. */
  i64(value: number | bigint): this {
    this.#code.u8(Op.i64Const);
    if (typeof value === 'number') this.#code.s64(value, Math.floor(value / 0x1_0000_0000));
    else this.#code.s64(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
    return this;
  }

  get(local: number): this {
    return this.#withIndex(Op.localGet, local);
  }
  set(local: number): this {
    return this.#withIndex(Op.localSet, local);
  }
  tee(local: number): this {
    return this.#withIndex(Op.localTee, local);
  }
  getGlobal(global: number): this {
    return this.#withIndex(Op.globalGet, global);
  }
  setGlobal(global: number): this {
    return this.#withIndex(Op.globalSet, global);
  }

  /** Loads and stores take their address (and value) from the stack and add the constant `offset` to it. */
  load(op: LoadOp, offset = 0): this {
    return this.#access(op, offset);
  }
  store(op: StoreOp, offset = 0): this {
    return this.#access(op, offset);
  }
  /** Instructions on vectors. */
  simd(...names: SimdPlainOp[]): this {
    for (const name of names) this.#simd(SimdOp[name]);
    return this;
  }
  loadVector(op: SimdLoadOp, offset = 0): this {
    return this.#simdAccess(SimdOp[op], offset);
  }
  storeVector(offset = 0): this {
    return this.#simdAccess(SimdOp.v128Store, offset);
  }
  /** From two vectors of two lanes: `first` and `second` are lanes of theirs, 0 and 1 the first's, 2 and 3 the second's. */
  shuffle(first: number, second: number): this {
    this.#simd(SimdOp.i8x16Shuffle);
    for (const lane of [first, second]) for (let i = 0; i < 8; i++) this.#code.u8(lane * 8 + i);
    return this;
  }

  /** From the stack: destination, byte, length. */
  memoryFill(): this {
    this.#code.append([0xfc, Op.memoryFill & 0xff, 0]);
    return this;
  }
  /** From the stack: destination, source, length. */
  memoryCopy(): this {
    this.#code.append([0xfc, Op.memoryCopy & 0xff, 0, 0]);
    return this;
  }

  block(result?: ValueType): Label {
    return this.#open(Op.block, result);
  }
  loop(result?: ValueType): Label {
    return this.#open(Op.loop, result);
  }
  if(result?: ValueType): Label {
    return this.#open(Op.if, result);
  }
  else(): this {
    this.#code.u8(Op.else);
    return this;
  }
  end(): this {
    this.#code.u8(Op.end);
    this.#depth--;
    return this;
  }

  br(label: Label): this {
    return this.#withIndex(Op.br, this.#depth - label);
  }
  brIf(label: Label): this {
    return this.#withIndex(Op.brIf, this.#depth - label);
  }
  brTable(labels: readonly Label[], otherwise: Label): this {
    this.#withIndex(Op.brTable, labels.length);
    for (const label of labels) this.#code.u32(this.#depth - label);
    this.#code.u32(this.#depth - otherwise);
    return this;
  }

  call(functionIndex: number): this {
    return this.#withIndex(Op.call, functionIndex);
  }
  callIndirect(typeIndex: number, table = 0): this {
    this.#withIndex(Op.callIndirect, typeIndex);
    this.#code.u32(table);
    return this;
  }

  /** Writes locals and code as the code section wants them. */
  writeTo(out: ByteWriter): void {
    if (this.#depth !== 0) throw new Error(`A function body ends with ${this.#depth} blocks open.`);
    const body = new ByteWriter(this.#code.length + 16);
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    body.u32(runs.length);
    for (const { type, count } of runs) {
      body.u32(count);
      body.u8(VALUE_TYPE_CODES[type]);
    }
    body.append(this.#code.bytes);
    body.u8(Op.end);
    out.u32(body.length);
    out.append(body.bytes);
  }

  #open(opcode: number, result: ValueType | undefined): Label {
    this.#code.u8(opcode);
    this.#code.u8(result === undefined ? EMPTY_BLOCK : VALUE_TYPE_CODES[result]);
    return ++this.#depth as Label;
  }

  #access(op: LoadOp | StoreOp, offset: number): this {
    this.#code.u8(Op[op]);
    this.#code.u8(0); // claims no alignment: that is only a hint, and hosts of today make nothing of it
    this.#code.u32(offset);
    return this;
  }

  #simd(opcode: number): void {
    this.#code.u8(SIMD_PREFIX);
    this.#code.u32(opcode);
  }

  #simdAccess(opcode: number, offset: number): this {
    this.#simd(opcode);
    this.#code.u8(0); // as in #access
    this.#code.u32(offset);
    return this;
  }

  #withIndex(opcode: number, index: number): this {
    this.#code.u8(opcode);
    this.#code.u32(index);
    return this;
  }
}
