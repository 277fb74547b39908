// A WebAssembly module, written by hand-made emitters: the interpreter, the compiler and some crypto. Sections are kept
// apart while they grow and joined by `finish`. Indices are known as soon as something is added, so functions can call
// each other in any order; imports of a kind must come before definitions of that kind, as in the binary format.
// Nothing is checked that the host's own validation checks.
// Source: WebAssembly core specification, "Binary Format".

import { ByteWriter } from './byte-writer.ts';
import { FunctionBuilder, VALUE_TYPE_CODES, type ValueType } from './function-builder.ts';
import { Op } from './opcodes.ts';

const MAGIC_AND_VERSION = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const FUNCTION_TYPE = 0x60;
const FUNCREF = 0x70;

const Section = {
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  element: 9,
  code: 10,
  data: 11,
} as const;

const Kind = { function: 0, table: 1, memory: 2, global: 3 } as const;
export type ExternalKind = keyof typeof Kind;

class Entries {
  count = 0;
  readonly bytes = new ByteWriter(64);
  next(): ByteWriter {
    this.count++;
    return this.bytes;
  }
}

/** A function that something else writes: see CodeWriter. */
export class FunctionBody {
  readonly index: number;
  locals: readonly (readonly [count: number, type: ValueType])[] = [];
  code: Uint8Array = new Uint8Array(0);

  constructor(index: number) {
    this.index = index;
  }

  writeTo(out: ByteWriter): void {
    out.u32(1 + this.locals.length * 2 + this.code.length + 1); // counts below 128 take one byte
    out.u32(this.locals.length);
    for (const [count, type] of this.locals) {
      out.u32(count);
      out.u8(VALUE_TYPE_CODES[type]);
    }
    out.append(this.code);
    out.u8(Op.end);
  }
}

export class ModuleBuilder {
  readonly #typeIndices = new Map<string, number>();
  readonly #types = new Entries();
  readonly #imports = new Entries();
  readonly #functionTypes = new Entries();
  readonly #tables = new Entries();
  readonly #memories = new Entries();
  readonly #globals = new Entries();
  readonly #exports = new Entries();
  readonly #elements = new Entries();
  readonly #data = new Entries();
  readonly #functions: { writeTo(out: ByteWriter): void }[] = [];
  readonly #imported: Record<ExternalKind, number> = { function: 0, table: 0, memory: 0, global: 0 };

  /** The index of a function type, for `callIndirect`. */
  type(parameters: readonly ValueType[], results: readonly ValueType[] = []): number {
    const key = `${parameters}:${results}`;
    const known = this.#typeIndices.get(key);
    if (known !== undefined) return known;
    const out = this.#types.next();
    out.u8(FUNCTION_TYPE);
    for (const list of [parameters, results]) {
      out.u32(list.length);
      for (const type of list) out.u8(VALUE_TYPE_CODES[type]);
    }
    this.#typeIndices.set(key, this.#types.count - 1);
    return this.#types.count - 1;
  }

  importFunction(
    module: string,
    name: string,
    parameters: readonly ValueType[],
    results: readonly ValueType[] = [],
  ): number {
    if (this.#functions.length > 0) throw new Error('Functions are imported before any is defined.');
    this.#import(module, name, 'function').u32(this.type(parameters, results));
    return this.#imported.function++;
  }

  /** Sizes in pages of 64 KiB. The host's memory may be larger than `minimum`, never smaller. */
  importMemory(module: string, name: string, minimum: number, maximum?: number): void {
    writeLimits(this.#import(module, name, 'memory'), minimum, maximum);
    this.#imported.memory++;
  }

  importTable(module: string, name: string, minimum: number, maximum?: number): number {
    const out = this.#import(module, name, 'table');
    out.u8(FUNCREF);
    writeLimits(out, minimum, maximum);
    return this.#imported.table++;
  }

  importGlobal(module: string, name: string, type: ValueType, mutable: boolean): number {
    const out = this.#import(module, name, 'global');
    out.u8(VALUE_TYPE_CODES[type]);
    out.u8(mutable ? 1 : 0);
    return this.#imported.global++;
  }

  /** A new function; its body is written through the builder that comes back, at any time before `finish`. */
  function(parameters: readonly ValueType[], results: readonly ValueType[] = [], exportedAs?: string): FunctionBuilder {
    const index = this.#imported.function + this.#functions.length;
    const builder = new FunctionBuilder(index, parameters.length);
    this.#functionTypes.next().u32(this.type(parameters, results));
    this.#functions.push(builder);
    if (exportedAs !== undefined) this.export(exportedAs, 'function', index);
    return builder;
  }

  /** A new function whose locals and code are filled in before `finish`. */
  declare(parameters: readonly ValueType[], results: readonly ValueType[] = []): FunctionBody {
    const body = new FunctionBody(this.#imported.function + this.#functions.length);
    this.#functionTypes.next().u32(this.type(parameters, results));
    this.#functions.push(body);
    return body;
  }

  memory(minimum: number, maximum?: number, exportedAs?: string): void {
    writeLimits(this.#memories.next(), minimum, maximum);
    if (exportedAs !== undefined) this.export(exportedAs, 'memory', 0);
  }

  table(minimum: number, maximum?: number): number {
    const out = this.#tables.next();
    out.u8(FUNCREF);
    writeLimits(out, minimum, maximum);
    return this.#imported.table + this.#tables.count - 1;
  }

  /** A mutable global of an integer type. */
  global(type: 'i32' | 'i64', initial: number): number {
    const out = this.#globals.next();
    out.u8(VALUE_TYPE_CODES[type]);
    out.u8(1);
    out.u8(type === 'i32' ? Op.i32Const : Op.i64Const);
    if (type === 'i32') out.s32(initial);
    else out.s64(initial, Math.floor(initial / 0x1_0000_0000));
    out.u8(Op.end);
    return this.#imported.global + this.#globals.count - 1;
  }

  /** Fills table 0 from `offset` on, when the module is instantiated. */
  elements(offset: number, functionIndices: readonly number[]): void {
    const out = this.#elements.next();
    out.u32(0);
    out.u8(Op.i32Const);
    out.s32(offset);
    out.u8(Op.end);
    out.u32(functionIndices.length);
    for (const index of functionIndices) out.u32(index);
  }

  /** Writes bytes to memory, when the module is instantiated. */
  data(offset: number, bytes: Uint8Array): void {
    const out = this.#data.next();
    out.u32(0);
    out.u8(Op.i32Const);
    out.s32(offset);
    out.u8(Op.end);
    out.u32(bytes.length);
    out.append(bytes);
  }

  export(name: string, kind: ExternalKind, index: number): void {
    const out = this.#exports.next();
    out.name(name);
    out.u8(Kind[kind]);
    out.u32(index);
  }

  /** The module's bytes. */
  finish(): Uint8Array {
    const code = new Entries();
    for (const body of this.#functions) body.writeTo(code.next());
    const out = new ByteWriter(code.bytes.length + 1024);
    out.append(MAGIC_AND_VERSION);
    writeSection(out, Section.type, this.#types);
    writeSection(out, Section.import, this.#imports);
    writeSection(out, Section.function, this.#functionTypes);
    writeSection(out, Section.table, this.#tables);
    writeSection(out, Section.memory, this.#memories);
    writeSection(out, Section.global, this.#globals);
    writeSection(out, Section.export, this.#exports);
    writeSection(out, Section.element, this.#elements);
    writeSection(out, Section.code, code);
    writeSection(out, Section.data, this.#data);
    return out.bytes.slice();
  }

  #import(module: string, name: string, kind: ExternalKind): ByteWriter {
    const out = this.#imports.next();
    out.name(module);
    out.name(name);
    out.u8(Kind[kind]);
    return out;
  }
}

function writeLimits(out: ByteWriter, minimum: number, maximum: number | undefined): void {
  out.u8(maximum === undefined ? 0 : 1);
  out.u32(minimum);
  if (maximum !== undefined) out.u32(maximum);
}

function writeSection(out: ByteWriter, id: number, entries: Entries): void {
  if (entries.count === 0) return;
  const body = entries.bytes.bytes;
  const count = new ByteWriter(8);
  count.u32(entries.count);
  out.u8(id);
  out.u32(count.length + body.length);
  out.append(count.bytes);
  out.append(body);
}
