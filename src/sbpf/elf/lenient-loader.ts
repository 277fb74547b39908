// Loads V0–V2 files: parse, validate, relocate in a copy, find the entry, lay out what is readable. The steps run in this
// order because a file with two faults must fail with the first. Source: sbpf src/elf.rs, load_with_lenient_parser.

import { INSN_SIZE, MM_REGION_SIZE, MM_STACK_START } from '../address-space.ts';
import type { Config } from '../config.ts';
import { ElfError } from '../errors.ts';
import { ENTRYPOINT_KEY, type FunctionRegistry, registerFunction } from '../function-registry.ts';
import type { SyscallRegistry } from '../syscall-registry.ts';
import {
  EM_BPF,
  EM_SBPF,
  ET_DYN,
  fileRangeOf,
  type SectionHeader,
  SHF_ALLOC,
  SHF_WRITE,
  saturatingAdd,
} from './format.ts';
import { type LenientElf, parseLenient } from './lenient-parser.ts';
import type { LoadedProgram } from './loaded-program.ts';
import { relocate } from './relocation.ts';
import { layOutRodata } from './rodata.ts';

/** The section .text of a validated file, in numbers: all of them are below 2^33. */
export interface TextSection {
  readonly addr: number;
  readonly size: number;
  /** Where its bytes start in the file; 0 where it has none. */
  readonly fileOffset: number;
  readonly fileSize: number;
}

/** @throws ElfError, ElfParserError */
export function loadLenient(fileBytes: Uint8Array, config: Config, syscalls: SyscallRegistry): LoadedProgram {
  const elf = parseLenient(fileBytes);
  const header = validate(elf);
  const hasMisplacedText = header.addr !== header.offset;
  if ((config.rejectBrokenElfs && hasMisplacedText) || header.addr >= BigInt(MM_STACK_START - MM_REGION_SIZE)) {
    throw new ElfError('ValueOutOfBounds');
  }
  const text = textSectionOf(header);

  // Symbols and relocations are read from the file as it came: relocating must not change what is still to be read.
  const bytes = new Uint8Array(fileBytes);
  const functions: FunctionRegistry = new Map();
  relocate(elf, bytes, text, config, syscalls, functions);

  const entryOffset = Number(elf.header.entry) - text.addr;
  if (entryOffset % INSN_SIZE !== 0) throw new ElfError('InvalidEntrypoint');
  const entryPc = entryOffset / INSN_SIZE;
  functions.delete(ENTRYPOINT_KEY);
  const key = registerFunction(functions, syscalls, 'entrypoint', entryPc, true);
  if (key instanceof ElfError) throw key;

  const rodata = layOutRodata(elf, bytes, config);
  // Code is fetched from the image that loads see, so that the two agree where sections overlap.
  const textOffset = text.addr + MM_REGION_SIZE - rodata.vmAddr;
  return {
    text: rodata.isFileSlice
      ? bytes.subarray(text.fileOffset, text.fileOffset + text.fileSize)
      : rodata.bytes.subarray(textOffset, textOffset + text.fileSize),
    textVmAddr: text.addr + MM_REGION_SIZE,
    rodata: rodata.bytes,
    rodataVmAddr: rodata.vmAddr,
    entryPc,
    functions,
  };
}

/** Returns the header of .text. Source: Executable::validate. */
function validate(elf: LenientElf): SectionHeader {
  const { header, sections, sectionNames } = elf;
  if (header.osAbi !== 0) throw new ElfError('WrongAbi');
  if (header.machine !== EM_BPF && header.machine !== EM_SBPF) throw new ElfError('WrongMachine');
  if (header.type !== ET_DYN) throw new ElfError('WrongType');

  const textIndex = sectionNames.indexOf('.text');
  if (textIndex < 0 || textIndex !== sectionNames.lastIndexOf('.text')) throw new ElfError('NotOneTextSection');

  for (const [i, name] of sectionNames.entries()) {
    const isWritable = (sections[i].flags & (SHF_ALLOC | SHF_WRITE)) === (SHF_ALLOC | SHF_WRITE);
    const isWritableData = isWritable && name.startsWith('.data') && !name.startsWith('.data.rel');
    if (name.startsWith('.bss') || isWritableData) throw new ElfError('WritableSectionNotSupported', name);
  }
  for (const { offset, size } of sections) {
    if (offset + size > BigInt(elf.file.bytes.length)) throw new ElfError('ValueOutOfBounds');
  }
  const text = sections[textIndex];
  if (header.entry < text.addr || header.entry >= saturatingAdd(text.addr, text.size)) {
    throw new ElfError('EntrypointOutOfBounds');
  }
  return text;
}

function textSectionOf(header: SectionHeader): TextSection {
  const { start, end } = fileRangeOf(header);
  return {
    addr: Number(header.addr),
    size: Number(header.size),
    fileOffset: Number(start),
    fileSize: Number(end - start),
  };
}
