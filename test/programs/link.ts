// Links one object file that clang wrote for BPF to a program for the chain (sBPF V0), because no linker that Debian has
// knows how. Read-only data goes in front of the text; every address is known then, so that only syscalls are left to the
// loader. Run by build.ts.

import { writeElf, writtenRodataVmAddr } from '../../src/sbpf/elf/writer.ts';

const SECTION_HEADER_LEN = 64;
const SYMBOL_LEN = 24;
const RELOCATION_LEN = 16;
const SHT_PROGBITS = 1;
const SHT_SYMTAB = 2;
const SHT_NOBITS = 8;
const SHT_REL = 9;
const SHF_ALLOC = 2;
const SHF_EXECINSTR = 4;
/** An address in `lddw`, in a word of data, and in a call. */
const R_BPF_64_64 = 1;
const R_BPF_64_ABS64 = 2;
const R_BPF_64_32 = 10;

interface Section {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly bytes: Uint8Array;
  readonly link: number;
  /** Of relocations: the section they are for. */
  readonly info: number;
  readonly align: number;
}

interface Symbol {
  readonly name: string;
  /** 0: not defined here. */
  readonly section: number;
  readonly value: number;
}

/** The program in an object file. Its entry is the function `entrypoint`. */
export function link(object: Uint8Array): Uint8Array {
  const sections = readSections(object);
  const symbols = readSymbols(sections);
  const code = sections.filter(({ flags }) => (flags & SHF_EXECINSTR) !== 0);
  const isData = ({ type, flags }: Section) =>
    (type === SHT_PROGBITS || type === SHT_NOBITS) && (flags & SHF_ALLOC) !== 0 && (flags & SHF_EXECINSTR) === 0;
  const [text, textAt] = layOut(code);
  const [rodata, rodataAt] = layOut(sections.filter(isData));
  const rodataVmAddr = BigInt(writtenRodataVmAddr(0));
  const textVmAddr = rodataVmAddr + BigInt((rodata.length + 7) & ~7);
  const view = new DataView(text.buffer);
  const dataView = new DataView(rodata.buffer);
  const relocations: { pc: number; symbol: { name: string } }[] = [];

  const vmAddrOf = ({ section, value, name }: Symbol): bigint => {
    const [inText, inData] = [textAt.get(section), rodataAt.get(section)];
    if (inText !== undefined) return textVmAddr + BigInt(inText + value);
    if (inData !== undefined) return rodataVmAddr + BigInt(inData + value);
    throw new Error(`${name} is not in this file`);
  };
  for (const section of sections) {
    if (section.type !== SHT_REL) continue;
    const inText = textAt.get(section.info);
    const inData = rodataAt.get(section.info);
    if (inText === undefined && inData === undefined) continue;
    const list = new DataView(section.bytes.buffer, section.bytes.byteOffset, section.bytes.length);
    for (let at = 0; at < section.bytes.length; at += RELOCATION_LEN) {
      const offset = Number(list.getBigUint64(at, true));
      const type = list.getUint32(at + 8, true);
      const symbol = symbols[list.getUint32(at + 12, true)];
      if (type === R_BPF_64_ABS64 && inData !== undefined) {
        const place = inData + offset;
        dataView.setBigUint64(place, vmAddrOf(symbol) + dataView.getBigUint64(place, true), true);
        continue;
      }
      if (inText === undefined) throw new Error(`relocation ${type} in ${section.name}`);
      const place = inText + offset;
      if (type === R_BPF_64_64) {
        const addend = BigInt(view.getUint32(place + 4, true)) | (BigInt(view.getUint32(place + 12, true)) << 32n);
        const value = vmAddrOf(symbol) + addend;
        view.setUint32(place + 4, Number(value & 0xffff_ffffn), true);
        view.setUint32(place + 12, Number(value >> 32n), true);
      } else if (type === R_BPF_64_32 && symbol.section === 0) {
        if (!/^(sol_|abort$)/.test(symbol.name)) throw new Error(`${symbol.name} is neither here nor a syscall`);
        view.setInt32(place + 4, -1, true);
        relocations.push({ pc: place / 8, symbol: { name: symbol.name } });
      } else if (type === R_BPF_64_32) {
        // The immediate of a call within a section counts slots from the section's start, less one.
        const addend = (view.getInt32(place + 4, true) + 1) * 8;
        const target = Number(vmAddrOf(symbol) - textVmAddr) + addend;
        view.setInt32(place + 4, (target - place) / 8 - 1, true);
      } else {
        throw new Error(`relocation ${type} in ${section.name}`);
      }
    }
  }
  const entry = symbols.find(({ name, section }) => name === 'entrypoint' && section !== 0);
  if (entry === undefined) throw new Error('there is no entrypoint');
  const entryPc = Number(vmAddrOf(entry) - textVmAddr) / 8;
  return writeElf({ version: 0, text, rodata, entryPc, relocations });
}

/** Sections end to end, and where each begins. */
function layOut(sections: readonly Section[]): [bytes: Uint8Array, at: ReadonlyMap<number, number>] {
  const at = new Map<number, number>();
  let len = 0;
  for (const { index, bytes, align } of sections) {
    len = Math.ceil(len / align) * align;
    at.set(index, len);
    len += bytes.length;
  }
  const out = new Uint8Array(len);
  for (const { index, bytes } of sections) out.set(bytes, at.get(index));
  return [out, at];
}

function readSections(object: Uint8Array): Section[] {
  const view = new DataView(object.buffer, object.byteOffset, object.length);
  const headersAt = Number(view.getBigUint64(40, true));
  const count = view.getUint16(60, true);
  const namesIndex = view.getUint16(62, true);
  const headerAt = (index: number) => headersAt + index * SECTION_HEADER_LEN;
  const rangeOf = (index: number) => {
    const start = Number(view.getBigUint64(headerAt(index) + 24, true));
    const len = Number(view.getBigUint64(headerAt(index) + 32, true));
    const isEmpty = view.getUint32(headerAt(index) + 4, true) === SHT_NOBITS;
    return isEmpty ? new Uint8Array(len) : object.slice(start, start + len);
  };
  const names = rangeOf(namesIndex);
  return Array.from({ length: count }, (_, index) => {
    const at = headerAt(index);
    const type = view.getUint32(at + 4, true);
    return {
      index,
      name: textAt(names, view.getUint32(at, true)),
      type,
      flags: Number(view.getBigUint64(at + 8, true)),
      bytes: rangeOf(index),
      link: view.getUint32(at + 40, true),
      info: view.getUint32(at + 44, true),
      align: Math.max(1, Number(view.getBigUint64(at + 48, true))),
    };
  });
}

function readSymbols(sections: readonly Section[]): Symbol[] {
  const table = sections.find(({ type }) => type === SHT_SYMTAB);
  if (table === undefined) return [];
  const names = sections[table.link].bytes;
  const view = new DataView(table.bytes.buffer, table.bytes.byteOffset, table.bytes.length);
  return Array.from({ length: table.bytes.length / SYMBOL_LEN }, (_, i) => ({
    name: textAt(names, view.getUint32(i * SYMBOL_LEN, true)),
    section: view.getUint16(i * SYMBOL_LEN + 6, true),
    value: Number(view.getBigUint64(i * SYMBOL_LEN + 8, true)),
  }));
}

function textAt(bytes: Uint8Array, at: number): string {
  return new TextDecoder().decode(bytes.subarray(at, bytes.indexOf(0, at)));
}
