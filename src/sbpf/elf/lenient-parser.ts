// The parser of V0–V2 files, which go by their section headers: tables, section names, and of the dynamic section the
// relocations and symbols. Lenient because it reads what toolchains of many years wrote. Which check comes first decides
// which error a broken file gets, so their order is part of the contract.
// Source: sbpf src/elf_parser/mod.rs, Elf64::parse.

import { ElfParserError } from '../errors.ts';
import {
  type ByteRange,
  checkedAdd,
  checkNoOverlap,
  DT_REL,
  DT_RELENT,
  DT_RELSZ,
  DT_SYMTAB,
  DYNAMIC_SIZE,
  ELF_MAGIC,
  ElfBytes,
  EV_CURRENT,
  FILE_HEADER_SIZE,
  type FileHeader,
  PROGRAM_HEADER_SIZE,
  type ProgramHeader,
  PT_DYNAMIC,
  PT_LOAD,
  RELOCATION_SIZE,
  rangeOfTable,
  SECTION_HEADER_SIZE,
  SECTION_NAME_LENGTH_MAXIMUM,
  type SectionHeader,
  SHN_UNDEF,
  SHT_DYNAMIC,
  SHT_DYNSYM,
  SHT_NOBITS,
  SHT_NULL,
  SHT_SYMTAB,
  SYMBOL_SIZE,
  type Table,
} from './format.ts';

const NAMED_ONCE = ['.symtab', '.strtab', '.dynstr'];

const DT_NULL = 0n;
/** Tags from here on are ignored. */
const DT_NUM = 35n;

export interface LenientElf {
  readonly file: ElfBytes;
  readonly header: FileHeader;
  readonly sections: readonly SectionHeader[];
  /** By index of the section. */
  readonly sectionNames: readonly string[];
  readonly relocations: Table | undefined;
  readonly dynamicSymbols: Table | undefined;
  /** The section called .dynstr: not DT_STRTAB decides. */
  readonly dynamicSymbolNames: SectionHeader | undefined;
  readonly symbols: SectionHeader | undefined;
  readonly symbolNames: SectionHeader | undefined;
}

/** @throws ElfParserError */
export function parseLenient(bytes: Uint8Array): LenientElf {
  const file = new ElfBytes(bytes);
  const header = file.fileHeader();
  checkFileHeader(header);

  const fileHeaderRange: ByteRange = { start: 0n, end: BigInt(FILE_HEADER_SIZE) };
  const programRange = rangeOfTable(header.programHeadersOffset, PROGRAM_HEADER_SIZE, header.programHeaderCount);
  checkNoOverlap(fileHeaderRange, programRange);
  const programs = file.programHeaders(file.table(programRange, PROGRAM_HEADER_SIZE));

  const sections = parseSectionHeaders(file, header, fileHeaderRange, programRange);
  if (sections[0]?.type !== SHT_NULL) throw new ElfParserError('InvalidSectionHeader');
  checkProgramHeaders(programs, bytes.length);
  const sectionRange = rangeOfTable(header.sectionHeadersOffset, SECTION_HEADER_SIZE, header.sectionHeaderCount);
  checkSections(sections, [fileHeaderRange, programRange, sectionRange], bytes.length);

  if (header.sectionNamesIndex === SHN_UNDEF) throw new ElfParserError('NoSectionNameStringTable');
  const namesSection = sections[header.sectionNamesIndex];
  const named = new Map<string, SectionHeader>();
  const sectionNames: string[] = [];
  for (const section of sections) {
    const name = file.string(namesSection, section.name, SECTION_NAME_LENGTH_MAXIMUM);
    if (NAMED_ONCE.includes(name) && named.has(name)) throw new ElfParserError('InvalidSectionHeader');
    named.set(name, section);
    sectionNames.push(name);
  }
  return {
    file,
    header,
    sections,
    sectionNames,
    ...parseDynamic(file, programs, sections),
    dynamicSymbolNames: named.get('.dynstr'),
    symbols: named.get('.symtab'),
    symbolNames: named.get('.strtab'),
  };
}

function checkFileHeader(header: FileHeader): void {
  const isKnown =
    header.magic === ELF_MAGIC &&
    header.class === 2 &&
    header.data === 1 &&
    header.identVersion === EV_CURRENT &&
    header.version === EV_CURRENT &&
    header.headerSize === FILE_HEADER_SIZE &&
    header.programHeaderSize === PROGRAM_HEADER_SIZE &&
    header.sectionHeaderSize === SECTION_HEADER_SIZE &&
    header.sectionNamesIndex < header.sectionHeaderCount;
  if (!isKnown) throw new ElfParserError('InvalidFileHeader');
}

/** Also read, for labels, in files that the strict parser accepts. Source: parse_section_header_table. */
export function parseSectionHeaders(
  file: ElfBytes,
  header: FileHeader,
  fileHeaderRange: ByteRange,
  programRange: ByteRange,
): SectionHeader[] {
  const range = rangeOfTable(header.sectionHeadersOffset, SECTION_HEADER_SIZE, header.sectionHeaderCount);
  checkNoOverlap(fileHeaderRange, range);
  checkNoOverlap(programRange, range);
  return file.sectionHeaders(file.table(range, SECTION_HEADER_SIZE));
}

function checkProgramHeaders(programs: readonly ProgramHeader[], fileLength: number): void {
  let previous = 0n;
  for (const program of programs) {
    if (program.type !== PT_LOAD) continue;
    if (program.vmAddr < previous) throw new ElfParserError('InvalidProgramHeader');
    const end = checkedAdd(program.offset, program.fileSize);
    if (end > BigInt(fileLength)) throw new ElfParserError('OutOfBounds');
    previous = program.vmAddr;
  }
}

function checkSections(sections: readonly SectionHeader[], taken: readonly ByteRange[], fileLength: number): void {
  let previousEnd = 0n;
  for (const section of sections) {
    if (section.type === SHT_NOBITS) continue;
    const range = { start: section.offset, end: checkedAdd(section.offset, section.size) };
    for (const other of taken) checkNoOverlap(range, other);
    if (range.start < previousEnd) throw new ElfParserError('SectionNotInOrder');
    previousEnd = range.end;
    if (previousEnd > BigInt(fileLength)) throw new ElfParserError('OutOfBounds');
  }
}

function parseDynamic(
  file: ElfBytes,
  programs: readonly ProgramHeader[],
  sections: readonly SectionHeader[],
): { relocations: Table | undefined; dynamicSymbols: Table | undefined } {
  const table = findDynamicTable(file, programs, sections);
  if (table === undefined) return { relocations: undefined, dynamicSymbols: undefined };
  const values = new Array<bigint>(Number(DT_NUM)).fill(0n);
  for (let i = 0; i < table.count; i++) {
    const at = table.offset + i * DYNAMIC_SIZE;
    const tag = file.view.getBigUint64(at, true);
    if (tag === DT_NULL) break;
    if (tag < DT_NUM) values[Number(tag)] = file.view.getBigUint64(at + 8, true);
  }
  return {
    relocations: findRelocations(file, programs, sections, values),
    dynamicSymbols: findDynamicSymbols(file, sections, values[DT_SYMTAB]),
  };
}

/** By program header if that one is any good, else by section header: old linkers wrote only the latter right. */
function findDynamicTable(
  file: ElfBytes,
  programs: readonly ProgramHeader[],
  sections: readonly SectionHeader[],
): Table | undefined {
  const program = programs.find(({ type }) => type === PT_DYNAMIC);
  const byProgram = program && tryTable(file, program.offset, program.fileSize, DYNAMIC_SIZE);
  if (byProgram) return byProgram;
  const section = sections.find(({ type }) => type === SHT_DYNAMIC);
  if (section === undefined) return undefined;
  const bySection = tryTable(file, section.offset, section.size, DYNAMIC_SIZE);
  if (bySection === undefined) throw new ElfParserError('InvalidDynamicSectionTable');
  return bySection;
}

function findRelocations(
  file: ElfBytes,
  programs: readonly ProgramHeader[],
  sections: readonly SectionHeader[],
  dynamic: readonly bigint[],
): Table | undefined {
  const vmAddr = dynamic[DT_REL];
  if (vmAddr === 0n) return undefined;
  const size = dynamic[DT_RELSZ];
  if (dynamic[DT_RELENT] !== BigInt(RELOCATION_SIZE) || size === 0n) {
    throw new ElfParserError('InvalidDynamicSectionTable');
  }
  let offset: bigint | undefined;
  const program = programs.find((p) => vmAddr < checkedAdd(p.vmAddr, p.memorySize) && vmAddr >= p.vmAddr);
  if (program) offset = checkedAdd(vmAddr - program.vmAddr, program.offset);
  else offset = sections.find(({ addr }) => addr === vmAddr)?.offset;
  if (offset === undefined) throw new ElfParserError('InvalidDynamicSectionTable');
  checkedAdd(offset, size);
  const table = tryTable(file, offset, size, RELOCATION_SIZE);
  if (table === undefined) throw new ElfParserError('InvalidDynamicSectionTable');
  return table;
}

function findDynamicSymbols(file: ElfBytes, sections: readonly SectionHeader[], vmAddr: bigint): Table | undefined {
  if (vmAddr === 0n) return undefined;
  const section = sections.find(({ addr }) => addr === vmAddr);
  if (section === undefined) throw new ElfParserError('InvalidDynamicSectionTable');
  return symbolTable(file, section);
}

/** Source: get_symbol_table_of_section. */
export function symbolTable(file: ElfBytes, section: SectionHeader): Table {
  if (section.type !== SHT_SYMTAB && section.type !== SHT_DYNSYM) throw new ElfParserError('InvalidSectionHeader');
  return file.table({ start: section.offset, end: checkedAdd(section.offset, section.size) }, SYMBOL_SIZE);
}

function tryTable(file: ElfBytes, offset: bigint, size: bigint, entrySize: number): Table | undefined {
  try {
    return file.table({ start: offset, end: checkedAdd(offset, size) }, entrySize);
  } catch (error) {
    if (error instanceof ElfParserError) return undefined;
    throw error;
  }
}
