// Prints functions of a WebAssembly module in the text format's words, an instruction a line, for tests that show what a
// compiler makes. Knows what our own emitters emit. Source: WebAssembly core specification, "Binary Format".

import { Op } from '../../src/wasm/opcodes.ts';

const CODE_SECTION = 10;
const VALUE_TYPES: Readonly<Record<number, string>> = { 127: 'i32', 126: 'i64' };
const NAMES = new Map<number, string>(Object.entries(Op).map(([name, code]) => [code, textName(name)]));
const OPENERS: readonly number[] = [Op.block, Op.loop, Op.if];
const WITH_INDEX: readonly number[] = [Op.br, Op.brIf, Op.call, Op.localGet, Op.localSet, Op.localTee];

function textName(name: string): string {
  const [, type = '', rest = name] = /^(i32|i64|local|global|memory)(.*)$/.exec(name) ?? [];
  const words = rest.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  return type === '' ? words : `${type}.${words}`;
}

class Reader {
  at = 0;
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  u8(): number {
    return this.bytes[this.at++];
  }
  unsigned(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.u8();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }
  signed(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return byte >= 0x40 ? value - (1n << (shift + 7n)) : value;
    }
  }
}

/** The bodies of a module's own functions, in order. */
export function functionBodies(module: Uint8Array): Uint8Array[] {
  const reader = new Reader(module);
  reader.at = 8;
  while (reader.at < module.length) {
    const id = reader.u8();
    const end = reader.unsigned() + reader.at;
    if (id === CODE_SECTION) {
      return Array.from({ length: reader.unsigned() }, () => {
        const len = reader.unsigned();
        reader.at += len;
        return module.subarray(reader.at - len, reader.at);
      });
    }
    reader.at = end;
  }
  return [];
}

/** A body's instructions. `localNames` and `functionNames` stand in for numbers. */
export function printBody(
  body: Uint8Array,
  localNames: readonly string[],
  functionNames: ReadonlyMap<number, string>,
): string {
  const reader = new Reader(body);
  for (let runs = reader.unsigned(); runs > 0; runs--) {
    reader.unsigned();
    reader.u8();
  }
  const lines: string[] = [];
  let depth = 0;
  while (reader.at < body.length) {
    const opcode = reader.u8();
    let text = NAMES.get(opcode) ?? `0x${opcode.toString(16)}`;
    if (opcode === Op.end || opcode === Op.else) depth--;
    const indent = '  '.repeat(Math.max(depth, 0));
    if (OPENERS.includes(opcode)) {
      const result = VALUE_TYPES[reader.u8()];
      if (result !== undefined) text += ` (result ${result})`;
    } else if (WITH_INDEX.includes(opcode)) {
      const index = reader.unsigned();
      const names = text.startsWith('local') ? localNames[index] : undefined;
      text += ` ${names ?? (opcode === Op.call ? functionNames.get(index) : undefined) ?? index}`;
    } else if (opcode === Op.i32Const || opcode === Op.i64Const) {
      text += ` ${reader.signed()}`;
    } else if (opcode >= Op.i32Load && opcode <= Op.i64Store32) {
      reader.unsigned();
      const offset = reader.unsigned();
      if (offset !== 0) text += ` offset=0x${offset.toString(16)}`;
    }
    if (OPENERS.includes(opcode) || opcode === Op.else) depth++;
    lines.push(indent + text);
  }
  return lines.slice(0, -1).join('\n'); // the last end is the function's
}
