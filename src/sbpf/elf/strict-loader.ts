// Loads V3+ files: one or two program headers at fixed places say all. No section is needed and nothing is relocated;
// sections are looked at for labels only. Source: sbpf src/elf.rs, load_with_strict_parser (SIMD-0189).

import { INSN_SIZE, MM_BYTECODE_START, MM_REGION_SIZE, MM_RODATA_START } from '../address-space.ts';
import type { Config } from '../config.ts';
import { ElfParserError } from '../errors.ts';
import { type FunctionRegistry, registerFunctionAt } from '../function-registry.ts';
import {
  DEBUG_SYMBOL_NAME_LENGTH_MAXIMUM,
  ELF_MAGIC,
  ElfBytes,
  EM_BPF,
  EV_CURRENT,
  FILE_HEADER_SIZE,
  type FileHeader,
  PF_R,
  PF_X,
  PROGRAM_HEADER_SIZE,
  type ProgramHeader,
  PT_LOAD,
  SECTION_NAME_LENGTH_MAXIMUM,
  type SectionHeader,
  SHN_UNDEF,
  STT_FUNC,
  SYMBOL_SIZE,
} from './format.ts';
import { parseSectionHeaders } from './lenient-parser.ts';
import type { LoadedProgram } from './loaded-program.ts';

const EXPECTED_PROGRAM_HEADERS = [
  { flags: PF_R, vmAddr: BigInt(MM_RODATA_START) },
  { flags: PF_X, vmAddr: BigInt(MM_BYTECODE_START) },
];

/** @throws ElfParserError */
export function loadStrict(fileBytes: Uint8Array, config: Config): LoadedProgram {
  const bytes = new Uint8Array(fileBytes);
  const file = new ElfBytes(bytes);
  const header = file.fileHeader();
  const headersEnd = FILE_HEADER_SIZE + PROGRAM_HEADER_SIZE * header.programHeaderCount;
  checkFileHeader(header, headersEnd, bytes.length);

  const programs = file.programHeaders({ offset: FILE_HEADER_SIZE, count: Math.min(header.programHeaderCount, 2) });
  // A program without constants may leave out their header.
  const hasRodata = programs[0].flags === PF_R;
  if (hasRodata && header.programHeaderCount < 2) throw new ElfParserError('InvalidFileHeader');
  const expected = hasRodata ? EXPECTED_PROGRAM_HEADERS : EXPECTED_PROGRAM_HEADERS.slice(1);
  let expectedOffset = BigInt(headersEnd);
  for (const [i, { flags, vmAddr }] of expected.entries()) {
    checkProgramHeader(programs[i], flags, vmAddr, expectedOffset, BigInt(bytes.length));
    expectedOffset += programs[i].fileSize;
  }

  const code = programs[expected.length - 1];
  const firstEntry = BigInt(MM_BYTECODE_START);
  const lastByteOfEntry = header.entry + BigInt(INSN_SIZE - 1);
  const isEntryInside = lastByteOfEntry >= firstEntry && lastByteOfEntry < firstEntry + code.memorySize;
  if (!isEntryInside || header.entry % BigInt(INSN_SIZE) !== 0n) throw new ElfParserError('InvalidFileHeader');

  return {
    text: segment(bytes, code),
    textVmAddr: MM_BYTECODE_START,
    rodata: hasRodata ? segment(bytes, programs[0]) : bytes.subarray(headersEnd, headersEnd),
    rodataVmAddr: MM_RODATA_START,
    entryPc: Number(header.entry - firstEntry) / INSN_SIZE,
    functions: config.enableSymbolAndSectionLabels ? readLabels(file, header, headersEnd) : new Map(),
  };
}

function checkFileHeader(header: FileHeader, headersEnd: number, fileLength: number): void {
  const isKnown =
    header.magic === ELF_MAGIC &&
    header.class === 2 &&
    header.data === 1 &&
    header.identVersion === EV_CURRENT &&
    header.osAbi === 0 &&
    header.abiVersion === 0 &&
    header.isPadZero &&
    header.machine === EM_BPF &&
    header.version === EV_CURRENT &&
    header.programHeadersOffset === BigInt(FILE_HEADER_SIZE) &&
    header.headerSize === FILE_HEADER_SIZE &&
    header.programHeaderSize === PROGRAM_HEADER_SIZE &&
    header.programHeaderCount > 0 &&
    headersEnd <= fileLength;
  if (!isKnown) throw new ElfParserError('InvalidFileHeader');
}

function checkProgramHeader(
  program: ProgramHeader,
  flags: number,
  vmAddr: bigint,
  offset: bigint,
  fileLength: bigint,
): void {
  const isExpected =
    program.type === PT_LOAD &&
    program.flags === flags &&
    program.offset === offset &&
    program.offset < fileLength &&
    program.offset % BigInt(INSN_SIZE) === 0n &&
    program.vmAddr === vmAddr &&
    program.physicalAddr === vmAddr &&
    program.fileSize === program.memorySize &&
    program.fileSize <= fileLength - program.offset &&
    program.fileSize % BigInt(INSN_SIZE) === 0n &&
    program.memorySize < BigInt(MM_REGION_SIZE);
  if (!isExpected) throw new ElfParserError('InvalidProgramHeader');
}

function segment(bytes: Uint8Array, program: ProgramHeader): Uint8Array {
  return bytes.subarray(Number(program.offset), Number(program.offset + program.fileSize));
}

/** Names of functions by pc. A file whose symbols make no sense has no labels, but it loads. Source: parse_debug_labels. */
function readLabels(file: ElfBytes, header: FileHeader, headersEnd: number): FunctionRegistry {
  const labels: FunctionRegistry = new Map();
  try {
    const sections = parseSectionHeaders(
      file,
      header,
      { start: 0n, end: BigInt(FILE_HEADER_SIZE) },
      { start: BigInt(FILE_HEADER_SIZE), end: BigInt(headersEnd) },
    );
    if (header.sectionNamesIndex === SHN_UNDEF) return labels;
    const namesSection = sections[header.sectionNamesIndex];
    if (namesSection === undefined) return labels;
    let symbols: SectionHeader | undefined;
    let symbolNames: SectionHeader | undefined;
    for (const section of sections) {
      const name = readName(file, namesSection, section.name, SECTION_NAME_LENGTH_MAXIMUM);
      if (name === '.symtab') symbols = section;
      if (name === '.strtab') symbolNames = section;
    }
    if (symbols === undefined || symbolNames === undefined) return labels;
    const table = file.table({ start: symbols.offset, end: symbols.offset + symbols.size }, SYMBOL_SIZE);
    for (let i = 0; i < table.count; i++) {
      const at = table.offset + i * SYMBOL_SIZE;
      if ((file.view.getUint8(at + 4) & STT_FUNC) === 0) continue;
      const name = readName(file, symbolNames, file.view.getUint32(at, true), DEBUG_SYMBOL_NAME_LENGTH_MAXIMUM);
      if (name === undefined) continue;
      const value = file.view.getBigUint64(at + 8, true);
      const start = BigInt(MM_BYTECODE_START);
      const pc = (value > start ? value - start : 0n) / BigInt(INSN_SIZE);
      registerFunctionAt(labels, Number(BigInt.asUintN(32, pc)), name, Number(pc));
    }
    return labels;
  } catch (error) {
    if (error instanceof ElfParserError) return new Map();
    throw error;
  }
}

function readName(file: ElfBytes, section: SectionHeader, offset: number, limit: number): string | undefined {
  try {
    return file.string(section, offset, limit);
  } catch (error) {
    if (error instanceof ElfParserError) return undefined;
    throw error;
  }
}
