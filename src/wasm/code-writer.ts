// The body of one WebAssembly function as a compiler writes it: the same job as FunctionBuilder's, for code that is made
// by the kilobyte while a program waits. Opcodes are numbers here (`Op.i64Add`), nothing is looked up, and nothing is
// kept but bytes.

const EMPTY_BLOCK = 0x40;
const BLOCK = 0x02;
const LOOP = 0x03;
const IF = 0x04;
const ELSE = 0x05;
const END = 0x0b;
const BR = 0x0c;
const BR_IF = 0x0d;
const BR_TABLE = 0x0e;
const CALL = 0x10;
const CALL_INDIRECT = 0x11;
const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const LOCAL_TEE = 0x22;
const I32_CONST = 0x41;
const I64_CONST = 0x42;

/** The longest instruction, in bytes. */
const MARGIN = 32;

export class CodeWriter {
  bytes: Uint8Array;
  length = 0;
  /** How many blocks are open. A label is this number inside its block. */
  depth = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  op(opcode: number): void {
    if (this.length + MARGIN > this.bytes.length) this.#grow();
    this.bytes[this.length++] = opcode;
  }

  get(local: number): void {
    this.#withSmall(LOCAL_GET, local);
  }
  set(local: number): void {
    this.#withSmall(LOCAL_SET, local);
  }
  tee(local: number): void {
    this.#withSmall(LOCAL_TEE, local);
  }

  i32(value: number): void {
    this.op(I32_CONST);
    let rest = value | 0;
    while (rest < -0x40 || rest > 0x3f) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>= 7;
    }
    this.bytes[this.length++] = rest & 0x7f;
  }

  /** Any integer that a number holds exactly. */
  i64(value: number): void {
    this.i64Halves(value | 0, Math.floor(value / 0x1_0000_0000));
  }

  i64Halves(low: number, high: number): void {
    this.op(I64_CONST);
    let lo = low | 0;
    let hi = high | 0;
    while (!((hi === 0 && lo >= 0 && lo <= 0x3f) || (hi === -1 && lo < 0 && lo >= -0x40))) {
      this.bytes[this.length++] = (lo & 0x7f) | 0x80;
      lo = (lo >>> 7) | (hi << 25);
      hi >>= 7;
    }
    this.bytes[this.length++] = lo & 0x7f;
  }

  /** A load or store: the constant `offset` is added to the address. */
  access(opcode: number, offset: number): void {
    this.op(opcode);
    this.bytes[this.length++] = 0;
    this.#u32(offset);
  }

  block(): number {
    return this.#open(BLOCK);
  }
  loop(): number {
    return this.#open(LOOP);
  }
  if(): number {
    return this.#open(IF);
  }
  else(): void {
    this.op(ELSE);
  }
  end(): void {
    this.op(END);
    this.depth--;
  }
  br(label: number): void {
    this.op(BR);
    this.#u32(this.depth - label);
  }
  brIf(label: number): void {
    this.op(BR_IF);
    this.#u32(this.depth - label);
  }

  brTable(labels: readonly number[], otherwise: number): void {
    this.op(BR_TABLE);
    this.#u32(labels.length);
    for (const label of labels) this.#target(label);
    this.#target(otherwise);
  }

  call(functionIndex: number): void {
    this.op(CALL);
    this.#u32(functionIndex);
  }
  callIndirect(typeIndex: number): void {
    this.op(CALL_INDIRECT);
    this.#u32(typeIndex);
    this.bytes[this.length++] = 0;
  }

  #withSmall(opcode: number, index: number): void {
    if (this.length + MARGIN > this.bytes.length) this.#grow();
    this.bytes[this.length++] = opcode;
    if (index > 0x7f) this.#u32(index);
    else this.bytes[this.length++] = index;
  }

  #target(label: number): void {
    if (this.length + MARGIN > this.bytes.length) this.#grow();
    this.#u32(this.depth - label);
  }

  #open(opcode: number): number {
    this.op(opcode);
    this.bytes[this.length++] = EMPTY_BLOCK;
    return ++this.depth;
  }

  #u32(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  #grow(): void {
    const grown = new Uint8Array(this.bytes.length * 2);
    grown.set(this.bytes);
    this.bytes = grown;
  }
}
