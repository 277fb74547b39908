// ELF64 as far as both loaders read it: headers, tables, names. A u64 of the file stays a bigint until it is known to lie
// inside the file. Whoever reads out of bounds throws an ElfParserError; the loader's edge turns it into what it returns.
// Source: sbpf src/elf_parser/{mod,types,consts}.rs.

import { U64_MAX } from '../../wire/bytes.ts';
import { ElfParserError } from '../errors.ts';

export const FILE_HEADER_SIZE = 64;
export const PROGRAM_HEADER_SIZE = 56;
export const SECTION_HEADER_SIZE = 64;
export const SYMBOL_SIZE = 24;
export const DYNAMIC_SIZE = 16;
export const RELOCATION_SIZE = 16;

/** Big-endian, so that it reads as it stands. */
export const ELF_MAGIC = 0x7f454c46;
export const EM_BPF = 247;
export const EM_SBPF = 263;
export const ET_DYN = 3;
export const EV_CURRENT = 1;
export const PT_LOAD = 1;
export const PT_DYNAMIC = 2;
export const PF_X = 1;
export const PF_R = 4;
export const SHT_NULL = 0;
export const SHT_PROGBITS = 1;
export const SHT_SYMTAB = 2;
export const SHT_STRTAB = 3;
export const SHT_DYNAMIC = 6;
export const SHT_NOBITS = 8;
export const SHT_REL = 9;
export const SHT_DYNSYM = 11;
export const SHF_WRITE = 1n;
export const SHF_ALLOC = 2n;
export const SHF_EXECINSTR = 4n;
export const SHN_UNDEF = 0;
export const STT_FUNC = 2;
export const DT_STRTAB = 5;
export const DT_SYMTAB = 6;
export const DT_STRSZ = 10;
export const DT_SYMENT = 11;
export const DT_REL = 17;
export const DT_RELSZ = 18;
export const DT_RELENT = 19;

/** Bytes within which a name must end, its NUL included. */
export const SECTION_NAME_LENGTH_MAXIMUM = 16;
export const SYMBOL_NAME_LENGTH_MAXIMUM = 64;
export const DEBUG_SYMBOL_NAME_LENGTH_MAXIMUM = 255;

const U64_END = 1n << 64n;

const UTF8_LOSSY = new TextDecoder('utf-8', { ignoreBOM: true });

export interface FileHeader {
  readonly magic: number;
  readonly class: number;
  readonly data: number;
  readonly identVersion: number;
  readonly osAbi: number;
  readonly abiVersion: number;
  /** Whether the seven bytes after `abiVersion` are zero. */
  readonly isPadZero: boolean;
  readonly type: number;
  readonly machine: number;
  readonly version: number;
  readonly entry: bigint;
  readonly programHeadersOffset: bigint;
  readonly sectionHeadersOffset: bigint;
  readonly headerSize: number;
  readonly programHeaderSize: number;
  readonly programHeaderCount: number;
  readonly sectionHeaderSize: number;
  readonly sectionHeaderCount: number;
  readonly sectionNamesIndex: number;
}

export interface ProgramHeader {
  readonly type: number;
  readonly flags: number;
  readonly offset: bigint;
  readonly vmAddr: bigint;
  readonly physicalAddr: bigint;
  readonly fileSize: bigint;
  readonly memorySize: bigint;
}

export interface SectionHeader {
  /** Where its name starts in the section of section names. */
  readonly name: number;
  readonly type: number;
  readonly flags: bigint;
  readonly addr: bigint;
  readonly offset: bigint;
  readonly size: bigint;
}

/** A table inside the file: `count` entries from `offset` on, which is a multiple of 8. */
export interface Table {
  readonly offset: number;
  readonly count: number;
}

/** A half-open range of bytes of the file, as the file claims it. */
export interface ByteRange {
  readonly start: bigint;
  readonly end: bigint;
}

export class ElfBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  fileHeader(): FileHeader {
    const { bytes, view } = this;
    if (bytes.length < FILE_HEADER_SIZE) throw new ElfParserError('OutOfBounds');
    return {
      magic: view.getUint32(0),
      class: bytes[4],
      data: bytes[5],
      identVersion: bytes[6],
      osAbi: bytes[7],
      abiVersion: bytes[8],
      isPadZero: bytes.subarray(9, 16).every((byte) => byte === 0),
      type: view.getUint16(16, true),
      machine: view.getUint16(18, true),
      version: view.getUint32(20, true),
      entry: view.getBigUint64(24, true),
      programHeadersOffset: view.getBigUint64(32, true),
      sectionHeadersOffset: view.getBigUint64(40, true),
      headerSize: view.getUint16(52, true),
      programHeaderSize: view.getUint16(54, true),
      programHeaderCount: view.getUint16(56, true),
      sectionHeaderSize: view.getUint16(58, true),
      sectionHeaderCount: view.getUint16(60, true),
      sectionNamesIndex: view.getUint16(62, true),
    };
  }

  programHeaders(table: Table): ProgramHeader[] {
    const { view } = this;
    return Array.from({ length: table.count }, (_, i) => {
      const at = table.offset + i * PROGRAM_HEADER_SIZE;
      return {
        type: view.getUint32(at, true),
        flags: view.getUint32(at + 4, true),
        offset: view.getBigUint64(at + 8, true),
        vmAddr: view.getBigUint64(at + 16, true),
        physicalAddr: view.getBigUint64(at + 24, true),
        fileSize: view.getBigUint64(at + 32, true),
        memorySize: view.getBigUint64(at + 40, true),
      };
    });
  }

  sectionHeaders(table: Table): SectionHeader[] {
    const { view } = this;
    return Array.from({ length: table.count }, (_, i) => {
      const at = table.offset + i * SECTION_HEADER_SIZE;
      return {
        name: view.getUint32(at, true),
        type: view.getUint32(at + 4, true),
        flags: view.getBigUint64(at + 8, true),
        addr: view.getBigUint64(at + 16, true),
        offset: view.getBigUint64(at + 24, true),
        size: view.getBigUint64(at + 32, true),
      };
    });
  }

  /** Source: slice_from_bytes. The file counts as aligned in memory, so only the offset decides. */
  table(range: ByteRange, entrySize: number): Table {
    const size = range.end - range.start;
    if (size % BigInt(entrySize) !== 0n) throw new ElfParserError('InvalidSize');
    const offset = this.boundsOf(range);
    if (offset === undefined) throw new ElfParserError('OutOfBounds');
    if (offset % 8 !== 0) throw new ElfParserError('InvalidAlignment');
    return { offset, count: Number(size) / entrySize };
  }

  /** A name in a section of strings. */
  string(section: SectionHeader, nameOffset: number, limit: number): string {
    return this.decode(this.stringBytes(section, nameOffset, limit));
  }

  /** Bytes that need not be UTF-8, as text. */
  decode(bytes: Uint8Array): string {
    return UTF8_LOSSY.decode(bytes);
  }

  /** Source: get_string_in_section. */
  stringBytes(section: SectionHeader, nameOffset: number, limit: number): Uint8Array {
    if (section.type !== SHT_STRTAB) throw new ElfParserError('InvalidSectionHeader');
    const start = checkedAdd(section.offset, BigInt(nameOffset));
    const sectionEnd = checkedAdd(section.offset, section.size);
    const limitEnd = checkedAdd(start, BigInt(limit));
    // biome-ignore lint/complexity/useMathMinMax: these are bigints
    const end = sectionEnd < limitEnd ? sectionEnd : limitEnd;
    const from = this.boundsOf({ start, end });
    if (from === undefined) throw new ElfParserError('OutOfBounds');
    const window = this.bytes.subarray(from, Number(end));
    const length = window.indexOf(0);
    if (length < 0) throw new ElfParserError('StringTooLong', this.decode(window), limit);
    return window.subarray(0, length);
  }

  /** The start of a range as a number where all of it lies in the file. */
  boundsOf(range: ByteRange): number | undefined {
    return range.start <= range.end && range.end <= BigInt(this.bytes.length) ? Number(range.start) : undefined;
  }
}

/** Where a section's bytes lie; a section without bytes in the file lies nowhere. Source: Elf64Shdr::file_range. */
export function fileRangeOf(section: SectionHeader): ByteRange {
  if (section.type === SHT_NOBITS) return { start: 0n, end: 0n };
  return { start: section.offset, end: saturatingAdd(section.offset, section.size) };
}

export function rangeOfTable(offset: bigint, entrySize: number, count: number): ByteRange {
  return { start: offset, end: checkedAdd(offset, BigInt(entrySize * count)) };
}

export function checkedAdd(a: bigint, b: bigint): bigint {
  const sum = a + b;
  if (sum >= U64_END) throw new ElfParserError('OutOfBounds');
  return sum;
}

export function saturatingAdd(a: bigint, b: bigint): bigint {
  const sum = a + b;
  return sum >= U64_END ? U64_MAX : sum;
}

/** @throws ElfParserError `Overlap`. Source: check_that_there_is_no_overlap. */
export function checkNoOverlap(a: ByteRange, b: ByteRange): void {
  if (a.end > b.start && b.end > a.start) throw new ElfParserError('Overlap');
}
