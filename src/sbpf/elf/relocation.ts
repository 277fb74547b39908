// Makes the calls and addresses of V0–V2 code final. Calls inside the text become keys of the function registry, whoever
// wrote them; the file's own relocations then fill in addresses and the keys of syscalls. Offsets count in the file.
// Works in place on the relocated copy; symbols and relocations are read from the file as it came.
// Source: sbpf src/elf.rs, relocate.

import { INSN_SIZE } from '../address-space.ts';
import type { Config } from '../config.ts';
import { ElfError, ElfParserError } from '../errors.ts';
import { type FunctionRegistry, registerFunction } from '../function-registry.ts';
import { hashSymbolName } from '../murmur3.ts';
import { CALL_IMM } from '../opcodes.ts';
import type { SyscallRegistry } from '../syscall-registry.ts';
import {
  DEBUG_SYMBOL_NAME_LENGTH_MAXIMUM,
  RELOCATION_SIZE,
  STT_FUNC,
  SYMBOL_NAME_LENGTH_MAXIMUM,
  SYMBOL_SIZE,
} from './format.ts';
import type { TextSection } from './lenient-loader.ts';
import { type LenientElf, symbolTable } from './lenient-parser.ts';

/** The numbers are those of x86-64: the first toolchain borrowed them. */
export const R_BPF_64_64 = 1;
export const R_BPF_64_RELATIVE = 8;
export const R_BPF_64_32 = 10;

const IMM_OFFSET = 4;
const U32 = 0x1_0000_0000;

/** @throws ElfError */
export function relocate(
  elf: LenientElf,
  bytes: Uint8Array,
  text: TextSection,
  config: Config,
  syscalls: SyscallRegistry,
  functions: FunctionRegistry,
): void {
  const relocator = new Relocator(elf, bytes, text, config, syscalls, functions);
  relocator.relocateRelativeCalls();
  relocator.applyRelocations();
  if (config.enableSymbolAndSectionLabels) relocator.registerLabels();
}

class Relocator {
  readonly elf: LenientElf;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly text: TextSection;
  readonly config: Config;
  readonly syscalls: SyscallRegistry;
  readonly functions: FunctionRegistry;
  /** By where the name starts in its section. */
  readonly names = new Map<number, { readonly name: string; readonly hash: number }>();

  constructor(
    elf: LenientElf,
    bytes: Uint8Array,
    text: TextSection,
    config: Config,
    syscalls: SyscallRegistry,
    functions: FunctionRegistry,
  ) {
    this.elf = elf;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.text = text;
    this.config = config;
    this.syscalls = syscalls;
    this.functions = functions;
  }

  /** Each slot counts, the second of an `lddw` too: whatever looks like a call there is made one. */
  relocateRelativeCalls(): void {
    const { bytes, view, text } = this;
    const slots = Math.floor(text.fileSize / INSN_SIZE);
    for (let i = 0, at = text.fileOffset; i < slots; i++, at += INSN_SIZE) {
      if (bytes[at] !== CALL_IMM) continue;
      const imm = view.getInt32(at + IMM_OFFSET, true);
      if (imm === -1) continue;
      const target = i + 1 + imm;
      if (target < 0 || target >= slots) throw new ElfError('RelativeJumpOutOfBounds', i);
      const name = this.config.enableSymbolAndSectionLabels ? `function_${target}` : '';
      view.setUint32(at + IMM_OFFSET, this.register(name, target), true);
    }
  }

  applyRelocations(): void {
    const table = this.elf.relocations;
    if (table === undefined) return;
    const source = this.elf.file.view;
    for (let i = 0; i < table.count; i++) {
      const at = table.offset + i * RELOCATION_SIZE;
      // Above 2^53 the offset is inexact, and beyond any file all the same.
      const offset = source.getUint32(at, true) + source.getUint32(at + 4, true) * U32;
      const type = source.getUint32(at + 8, true);
      const symbol = source.getUint32(at + 12, true);
      if (type === R_BPF_64_64) this.relocateSymbolAddress(offset, symbol);
      else if (type === R_BPF_64_RELATIVE) this.relocateAddress(offset);
      else if (type === R_BPF_64_32) this.relocateCall(offset, symbol, source.getBigUint64(at, true));
      else throw new ElfError('UnknownRelocation', type);
    }
  }

  /** An `lddw` of a symbol's address, the immediate being an addend. */
  relocateSymbolAddress(offset: number, symbol: number): void {
    const addend = this.readU32(offset + IMM_OFFSET);
    const symbolAt = this.symbolAt(symbol);
    const source = this.elf.file.view;
    const sum = source.getUint32(symbolAt + 8, true) + addend;
    let low = sum >>> 0;
    let high = source.getUint32(symbolAt + 12, true) + (sum >= U32 ? 1 : 0);
    if (high >= U32) low = high = U32 - 1;
    if (high === 0) high = 1;
    this.writeU32(offset + IMM_OFFSET, low);
    this.writeU32(offset + INSN_SIZE + IMM_OFFSET, high);
  }

  /** An address that no symbol names: in an `lddw` or in data. */
  relocateAddress(offset: number): void {
    const { text } = this;
    if (offset >= text.fileOffset && offset < text.fileOffset + text.fileSize) {
      const low = this.readU32(offset + IMM_OFFSET);
      const high = this.readU32(offset + INSN_SIZE + IMM_OFFSET);
      if (low === 0 && high === 0) throw new ElfError('InvalidVirtualAddress', 0n);
      if (high === 0) this.writeU32(offset + INSN_SIZE + IMM_OFFSET, 1);
      return;
    }
    // An old linker wrote the low half of an address where the high half belongs. Files of its time still load.
    const low = this.readU32(offset + IMM_OFFSET);
    this.writeU32(offset, low);
    this.writeU32(offset + 4, 1);
  }

  relocateCall(offset: number, symbol: number, exactOffset: bigint): void {
    const symbolAt = this.symbolAt(symbol);
    const source = this.elf.file.view;
    const { name, hash } = this.dynamicSymbolName(source.getUint32(symbolAt, true));
    const isFunction = (source.getUint8(symbolAt + 4) & 0xf) === STT_FUNC;
    const value = source.getUint32(symbolAt + 8, true) + source.getUint32(symbolAt + 12, true) * U32;
    let key = hash;
    if (isFunction && value !== 0) key = this.register(name, this.pcOf(value));
    else if (this.config.rejectBrokenElfs && !this.syscalls.has(hash)) {
      throw new ElfError('UnresolvedSymbol', name, exactOffset / BigInt(INSN_SIZE), exactOffset);
    }
    this.writeU32(offset + IMM_OFFSET, key);
  }

  /** Source: relocate, its last part. A name that cannot be read costs its own label alone. */
  registerLabels(): void {
    const { symbols, symbolNames, file } = this.elf;
    const table = symbols && attempt(() => symbolTable(file, symbols));
    if (table === undefined) return;
    for (let i = 0; i < table.count; i++) {
      const at = table.offset + i * SYMBOL_SIZE;
      if ((file.view.getUint8(at + 4) & 0xef) !== STT_FUNC) continue;
      const pc = this.pcOf(file.view.getUint32(at + 8, true) + file.view.getUint32(at + 12, true) * U32);
      const nameOffset = file.view.getUint32(at, true);
      const name = symbolNames && attempt(() => file.string(symbolNames, nameOffset, DEBUG_SYMBOL_NAME_LENGTH_MAXIMUM));
      if (name !== undefined) this.register(name, pc);
    }
  }

  register(name: string, pc: number): number {
    const isKept = this.config.enableSymbolAndSectionLabels || name === 'entrypoint';
    const key = registerFunction(this.functions, this.syscalls, isKept ? name : '', pc, true);
    if (key instanceof ElfError) throw key;
    return key;
  }

  /** The slot of a symbol's value, which must lie in the text. */
  pcOf(value: number): number {
    const { addr, size } = this.text;
    if (value < addr || value >= addr + size) throw new ElfError('ValueOutOfBounds');
    return Math.floor((value - addr) / INSN_SIZE);
  }

  /** Where the symbol's entry starts in the file. */
  symbolAt(index: number): number {
    const table = this.elf.dynamicSymbols;
    if (table === undefined || index >= table.count) throw new ElfError('UnknownSymbol', index);
    return table.offset + index * SYMBOL_SIZE;
  }

  dynamicSymbolName(nameOffset: number): { readonly name: string; readonly hash: number } {
    const known = this.names.get(nameOffset);
    if (known) return known;
    const { file, dynamicSymbolNames } = this.elf;
    const bytes =
      dynamicSymbolNames && attempt(() => file.stringBytes(dynamicSymbolNames, nameOffset, SYMBOL_NAME_LENGTH_MAXIMUM));
    if (bytes === undefined) throw new ElfError('UnknownSymbol', nameOffset);
    const entry = { name: file.decode(bytes), hash: hashSymbolName(bytes) };
    this.names.set(nameOffset, entry);
    return entry;
  }

  readU32(offset: number): number {
    if (offset + 4 > this.bytes.length) throw new ElfError('ValueOutOfBounds');
    return this.view.getUint32(offset, true);
  }

  writeU32(offset: number, value: number): void {
    if (offset + 4 > this.bytes.length) throw new ElfError('ValueOutOfBounds');
    this.view.setUint32(offset, value, true);
  }
}

/** What a parser's function returns, undefined where it finds the file at fault. */
function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ElfParserError) return undefined;
    throw error;
  }
}
