// Writes the smallest ELF files that the two loaders take: for V3+ one or two program headers and what they map, for
// V0–V2 sections too, with a dynamic relocation for each call that the loader cannot work out from the code.
// Made for assembled programs; a compiler's output is a linker's business.

import { ParhelionError } from '../../wire/errors.ts';
import { INSN_SIZE, MM_BYTECODE_START, MM_REGION_SIZE, MM_RODATA_START } from '../address-space.ts';
import { enableLowerRodataVaddr, enableStricterElfHeaders, type SbpfVersion } from '../version.ts';
import {
  DT_REL,
  DT_RELENT,
  DT_RELSZ,
  DT_STRSZ,
  DT_STRTAB,
  DT_SYMENT,
  DT_SYMTAB,
  DYNAMIC_SIZE,
  EM_BPF,
  EM_SBPF,
  ET_DYN,
  EV_CURRENT,
  FILE_HEADER_SIZE,
  PF_R,
  PF_X,
  PROGRAM_HEADER_SIZE,
  PT_DYNAMIC,
  PT_LOAD,
  RELOCATION_SIZE,
  SECTION_HEADER_SIZE,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHT_DYNAMIC,
  SHT_DYNSYM,
  SHT_NULL,
  SHT_PROGBITS,
  SHT_REL,
  SHT_STRTAB,
  STT_FUNC,
  SYMBOL_NAME_LENGTH_MAXIMUM,
  SYMBOL_SIZE,
} from './format.ts';
import { R_BPF_64_32 } from './relocation.ts';

export interface ElfContents {
  readonly version: SbpfVersion;
  readonly text: Uint8Array;
  readonly rodata: Uint8Array;
  readonly entryPc: number;
  /** V0–V2: what the call at a slot means, where its immediate is -1. */
  readonly relocations: readonly { readonly pc: number; readonly symbol: ElfSymbol }[];
}

/** A syscall's name, or a function of this file. */
export type ElfSymbol = { readonly name: string } | { readonly name: string; readonly pc: number };

const UTF8 = new TextEncoder();
const LENIENT_PROGRAM_HEADERS = 2;
const LENIENT_CONTENTS_OFFSET = FILE_HEADER_SIZE + LENIENT_PROGRAM_HEADERS * PROGRAM_HEADER_SIZE;
const STB_GLOBAL = 1;

/** Where a written file has its `rodata` mapped. */
export function writtenRodataVmAddr(version: SbpfVersion): number {
  return enableLowerRodataVaddr(version) ? MM_RODATA_START : MM_REGION_SIZE + LENIENT_CONTENTS_OFFSET;
}

export function writeElf(contents: ElfContents): Uint8Array {
  return enableStricterElfHeaders(contents.version) ? writeStrict(contents) : writeLenient(contents);
}

function writeStrict({ version, text, rodata, entryPc }: ElfContents): Uint8Array {
  const programCount = rodata.length > 0 ? 2 : 1;
  const rodataOffset = FILE_HEADER_SIZE + programCount * PROGRAM_HEADER_SIZE;
  const rodataSize = roundUp8(rodata.length);
  const textOffset = rodataOffset + rodataSize;
  const writer = new Writer(textOffset + text.length);
  writer.fileHeader(version, {
    entry: BigInt(MM_BYTECODE_START + entryPc * INSN_SIZE),
    programCount,
    sectionHeadersOffset: 0,
    sectionCount: 0,
  });
  const headers = [
    { flags: PF_R, offset: rodataOffset, size: rodataSize, vmAddr: MM_RODATA_START },
    { flags: PF_X, offset: textOffset, size: text.length, vmAddr: MM_BYTECODE_START },
  ];
  for (const [i, header] of headers.slice(-programCount).entries())
    writer.programHeader(i, { type: PT_LOAD, ...header });
  writer.bytes.set(rodata, rodataOffset);
  writer.bytes.set(text, textOffset);
  return writer.bytes;
}

interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags: bigint;
  readonly bytes: Uint8Array;
  readonly link?: string;
  readonly entrySize?: number;
}

/** Addresses are offsets in the file, as every check of the loader likes best. */
function writeLenient(contents: ElfContents): Uint8Array {
  const { version, text, rodata, entryPc } = contents;
  const textOffset = LENIENT_CONTENTS_OFFSET + roundUp8(rodata.length);
  const dynamicOffset = textOffset + roundUp8(text.length);
  const { symbols, names, relocations } = symbolTables(contents, textOffset);
  const dynamicEntries = relocations.length > 0 ? 8 : 5;
  const symbolsOffset = dynamicOffset + dynamicEntries * DYNAMIC_SIZE;
  const namesOffset = symbolsOffset + symbols.length;
  const relocationsOffset = namesOffset + roundUp8(names.length);
  const dynamic = new Writer(dynamicEntries * DYNAMIC_SIZE);
  const tags: [tag: number, value: number][] = [
    [DT_SYMTAB, symbolsOffset],
    [DT_SYMENT, SYMBOL_SIZE],
    [DT_STRTAB, namesOffset],
    [DT_STRSZ, names.length],
  ];
  if (relocations.length > 0) {
    tags.push([DT_REL, relocationsOffset], [DT_RELSZ, relocations.length], [DT_RELENT, RELOCATION_SIZE]);
  }
  for (const [i, [tag, value]] of tags.entries()) {
    dynamic.u64(i * DYNAMIC_SIZE, tag);
    dynamic.u64(i * DYNAMIC_SIZE + 8, value);
  }

  const sections: Section[] = [
    { name: '', type: SHT_NULL, flags: 0n, bytes: new Uint8Array(0) },
    { name: '.rodata', type: SHT_PROGBITS, flags: SHF_ALLOC, bytes: rodata },
    { name: '.text', type: SHT_PROGBITS, flags: SHF_ALLOC | SHF_EXECINSTR, bytes: text },
    {
      name: '.dynamic',
      type: SHT_DYNAMIC,
      flags: SHF_ALLOC,
      bytes: dynamic.bytes,
      link: '.dynstr',
      entrySize: DYNAMIC_SIZE,
    },
    { name: '.dynsym', type: SHT_DYNSYM, flags: SHF_ALLOC, bytes: symbols, link: '.dynstr', entrySize: SYMBOL_SIZE },
    { name: '.dynstr', type: SHT_STRTAB, flags: SHF_ALLOC, bytes: names },
    {
      name: '.rel.dyn',
      type: SHT_REL,
      flags: SHF_ALLOC,
      bytes: relocations,
      link: '.dynsym',
      entrySize: RELOCATION_SIZE,
    },
  ];
  const sectionNames = new StringTable();
  for (const { name } of sections) sectionNames.add(name);
  sections.push({ name: '.shstrtab', type: SHT_STRTAB, flags: 0n, bytes: sectionNames.add('.shstrtab').bytes() });

  const headersOffset = LENIENT_CONTENTS_OFFSET + sections.reduce((sum, { bytes }) => sum + roundUp8(bytes.length), 0);
  const writer = new Writer(headersOffset + sections.length * SECTION_HEADER_SIZE);
  writer.fileHeader(version, {
    entry: BigInt(textOffset + entryPc * INSN_SIZE),
    programCount: LENIENT_PROGRAM_HEADERS,
    sectionHeadersOffset: headersOffset,
    sectionCount: sections.length,
  });
  writer.programHeader(0, { type: PT_LOAD, flags: PF_R | PF_X, offset: 0, size: headersOffset, vmAddr: 0 });
  writer.programHeader(1, {
    type: PT_DYNAMIC,
    flags: PF_R,
    offset: dynamicOffset,
    size: dynamic.bytes.length,
    vmAddr: dynamicOffset,
  });
  let offset = LENIENT_CONTENTS_OFFSET;
  for (const [i, section] of sections.entries()) {
    const at = headersOffset + i * SECTION_HEADER_SIZE;
    if (section.type === SHT_NULL) continue;
    writer.bytes.set(section.bytes, offset);
    writer.u32(at, sectionNames.offsetOf(section.name));
    writer.u32(at + 4, section.type);
    writer.u64(at + 8, section.flags);
    writer.u64(at + 16, section.flags === 0n ? 0 : offset);
    writer.u64(at + 24, offset);
    writer.u64(at + 32, section.bytes.length);
    writer.u32(
      at + 40,
      Math.max(
        0,
        sections.findIndex(({ name }) => name === section.link),
      ),
    );
    writer.u32(at + 44, section.type === SHT_DYNSYM ? 1 : 0);
    writer.u64(at + 48, 8);
    writer.u64(at + 56, section.entrySize ?? 0);
    offset += roundUp8(section.bytes.length);
  }
  return writer.bytes;
}

function symbolTables(
  contents: ElfContents,
  textOffset: number,
): { symbols: Uint8Array; names: Uint8Array; relocations: Uint8Array } {
  const names = new StringTable();
  const byName = new Map<string, ElfSymbol>();
  for (const { symbol } of contents.relocations) {
    if (names.add(symbol.name).lengthOf(symbol.name) >= SYMBOL_NAME_LENGTH_MAXIMUM) {
      throw new ParhelionError('ASSEMBLY', {
        reason: `The name ${symbol.name} is longer than a V${contents.version} file can hold: 63 bytes`,
      });
    }
    byName.set(symbol.name, symbol);
  }
  const indexOf = new Map([...byName.keys()].map((name, i) => [name, i + 1]));
  const symbols = new Writer((byName.size + 1) * SYMBOL_SIZE);
  for (const [name, symbol] of byName) {
    const at = indexOf.get(name)! * SYMBOL_SIZE;
    const isFunction = 'pc' in symbol;
    symbols.u32(at, names.offsetOf(name));
    symbols.u32(at + 4, (STB_GLOBAL << 4) | (isFunction ? STT_FUNC : 0));
    if (isFunction) symbols.u64(at + 8, textOffset + symbol.pc * INSN_SIZE);
  }
  const relocations = new Writer(contents.relocations.length * RELOCATION_SIZE);
  for (const [i, { pc, symbol }] of contents.relocations.entries()) {
    relocations.u64(i * RELOCATION_SIZE, textOffset + pc * INSN_SIZE);
    relocations.u32(i * RELOCATION_SIZE + 8, R_BPF_64_32);
    relocations.u32(i * RELOCATION_SIZE + 12, indexOf.get(symbol.name)!);
  }
  return { symbols: symbols.bytes, names: names.bytes(), relocations: relocations.bytes };
}

/** Names end to end, each with a NUL behind it; the empty one first. */
class StringTable {
  readonly #entries = new Map<string, { readonly offset: number; readonly bytes: Uint8Array }>();
  #size = 0;

  constructor() {
    this.add('');
  }

  add(name: string): this {
    if (this.#entries.has(name)) return this;
    const bytes = UTF8.encode(name);
    this.#entries.set(name, { offset: this.#size, bytes });
    this.#size += bytes.length + 1;
    return this;
  }

  offsetOf(name: string): number {
    return this.#entries.get(name)!.offset;
  }

  lengthOf(name: string): number {
    return this.#entries.get(name)!.bytes.length;
  }

  bytes(): Uint8Array {
    const out = new Uint8Array(this.#size);
    for (const { offset, bytes } of this.#entries.values()) out.set(bytes, offset);
    return out;
  }
}

class Writer {
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  u16(at: number, value: number): void {
    this.view.setUint16(at, value, true);
  }

  u32(at: number, value: number): void {
    this.view.setUint32(at, value, true);
  }

  u64(at: number, value: number | bigint): void {
    this.view.setBigUint64(at, BigInt(value), true);
  }

  fileHeader(
    version: SbpfVersion,
    fields: { entry: bigint; programCount: number; sectionHeadersOffset: number; sectionCount: number },
  ): void {
    this.bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, EV_CURRENT]);
    this.u16(16, ET_DYN);
    this.u16(18, enableStricterElfHeaders(version) ? EM_BPF : EM_SBPF);
    this.u32(20, EV_CURRENT);
    this.u64(24, fields.entry);
    this.u64(32, FILE_HEADER_SIZE);
    this.u64(40, fields.sectionHeadersOffset);
    this.u32(48, version);
    this.u16(52, FILE_HEADER_SIZE);
    this.u16(54, PROGRAM_HEADER_SIZE);
    this.u16(56, fields.programCount);
    this.u16(58, SECTION_HEADER_SIZE);
    this.u16(60, fields.sectionCount);
    this.u16(62, Math.max(0, fields.sectionCount - 1));
  }

  programHeader(
    index: number,
    fields: { type: number; flags: number; offset: number; size: number; vmAddr: number },
  ): void {
    const at = FILE_HEADER_SIZE + index * PROGRAM_HEADER_SIZE;
    this.u32(at, fields.type);
    this.u32(at + 4, fields.flags);
    this.u64(at + 8, fields.offset);
    this.u64(at + 16, fields.vmAddr);
    this.u64(at + 24, fields.vmAddr);
    this.u64(at + 32, fields.size);
    this.u64(at + 40, fields.size);
    this.u64(at + 48, 8);
  }
}

const roundUp8 = (size: number): number => (size + 7) & ~7;
