// The verdicts of this room: why a file is no executable (ElfError), why its code is refused (VerifierError), how a run
// ended (EbpfError). Each class is a table of variants: what a variant carries, and the text Agave prints for it.
// `debug` is Rust's {:?}, by which the sbpf crate's own tests compare.
// Source: sbpf src/elf.rs ElfError, src/elf_parser/mod.rs ElfParserError, src/verifier.rs VerifierError, src/error.rs.

import { Verdict } from '../wire/errors.ts';
import { type DebugValue, debugVariant } from './rust-debug.ts';

type TextOf = (...data: never[]) => string;
const hex = (value: number | bigint): string => `0x${value.toString(16)}`;

/** What the ELF parser says. It reaches the outside as the text in `ElfError.FailedToParse`, or as a variant of that. */
const PARSER_TEXTS = {
  InvalidFileHeader: () => 'invalid file header',
  InvalidProgramHeader: () => 'invalid program header',
  InvalidSectionHeader: () => 'invalid section header',
  InvalidString: () => 'invalid string',
  StringTooLong: (text: string, limit: number) =>
    `Section or symbol name \`${text}\` is longer than \`${limit}\` bytes`,
  OutOfBounds: () => 'value out of bounds',
  InvalidSize: () => 'invalid size',
  Overlap: () => 'values overlap',
  SectionNotInOrder: () => 'sections not in ascending order',
  NoSectionNameStringTable: () => 'no section name string table found',
  InvalidDynamicSectionTable: () => 'invalid dynamic section table',
  InvalidRelocationTable: () => 'invalid relocation table',
  InvalidAlignment: () => 'invalid alignment',
  NoStringTable: () => 'no string table',
  NoDynamicStringTable: () => 'no dynamic string table',
} satisfies Record<string, TextOf>;

export type ElfParserErrorKind = keyof typeof PARSER_TEXTS;

export class ElfParserError<K extends ElfParserErrorKind = ElfParserErrorKind> extends Verdict {
  readonly kind: K;
  readonly data: Parameters<(typeof PARSER_TEXTS)[K]>;
  constructor(kind: K, ...data: Parameters<(typeof PARSER_TEXTS)[K]>) {
    super();
    this.kind = kind;
    this.data = data;
  }
  get text(): string {
    return textOf(PARSER_TEXTS, this.kind, this.data);
  }
  get debug(): string {
    return debugVariant(this.kind, this.data as DebugValue[]);
  }
}

const ELF_TEXTS = {
  FailedToParse: (reason: string) => `Failed to parse ELF file: ${reason}`,
  EntrypointOutOfBounds: () => 'Entrypoint out of bounds',
  InvalidEntrypoint: () => 'Invalid entrypoint',
  FailedToGetSection: (section: string) => `Failed to get section ${section}`,
  UnresolvedSymbol: (name: string, instruction: number | bigint, offset: number | bigint) =>
    `Unresolved symbol (${name}) at instruction #${instruction} (ELF file offset ${hex(offset)})`,
  SectionNotFound: (section: string) => `Section not found: ${section}`,
  RelativeJumpOutOfBounds: (instruction: number) => `Relative jump out of bounds at instruction #${instruction}`,
  SymbolHashCollision: (hash: number) => `Symbol hash collision ${hex(hash)}`,
  WrongEndianess: () => 'Incompatible ELF: wrong endianess',
  WrongAbi: () => 'Incompatible ELF: wrong ABI',
  WrongMachine: () => 'Incompatible ELF: wrong machine',
  WrongClass: () => 'Incompatible ELF: wrong class',
  NotOneTextSection: () => 'Multiple or no text sections, consider removing llc option: -function-sections',
  WritableSectionNotSupported: (section: string) =>
    `Found writable section (${section}) in ELF, read-write data not supported`,
  AddressOutsideLoadableSection: (vmAddr: bigint) =>
    `Relocation failed, no loadable section contains virtual address ${hex(vmAddr)}`,
  InvalidVirtualAddress: (vmAddr: bigint) => `Relocation failed, invalid referenced virtual address ${hex(vmAddr)}`,
  UnknownRelocation: (type: number) => `Relocation failed, unknown type ${type}`,
  FailedToReadRelocationInfo: () => 'Failed to read relocation info',
  WrongType: () => 'Incompatible ELF: wrong type',
  UnknownSymbol: (index: number) => `Unknown symbol with index ${index}`,
  ValueOutOfBounds: () => 'Offset or value is out of bounds',
  UnsupportedSBPFVersion: () => 'Detected sbpf_version required by the executable which are not enabled',
  InvalidProgramHeader: () => 'Invalid ELF program header',
} satisfies Record<string, TextOf>;

export type ElfErrorKind = keyof typeof ELF_TEXTS;

/** Why a file is no executable. */
export class ElfError<K extends ElfErrorKind = ElfErrorKind> extends Verdict {
  readonly kind: K;
  readonly data: Parameters<(typeof ELF_TEXTS)[K]>;
  /** What the parser found, where it was the parser. */
  parserError: ElfParserError | undefined = undefined;
  constructor(kind: K, ...data: Parameters<(typeof ELF_TEXTS)[K]>) {
    super();
    this.kind = kind;
    this.data = data;
  }

  /** Source: sbpf src/elf.rs, From<ElfParserError> for ElfError. */
  static fromParser(error: ElfParserError): ElfError {
    const elfError: ElfError =
      error.kind === 'InvalidProgramHeader'
        ? new ElfError('InvalidProgramHeader')
        : error.kind === 'OutOfBounds'
          ? new ElfError('ValueOutOfBounds')
          : new ElfError('FailedToParse', error.text);
    elfError.parserError = error;
    return elfError;
  }

  get text(): string {
    return textOf(ELF_TEXTS, this.kind, this.data);
  }
  get debug(): string {
    return debugVariant(this.kind, this.data as DebugValue[]);
  }
}

const VERIFIER_TEXTS = {
  ProgramLengthNotMultiple: () => 'program length must be a multiple of 8 octets',
  ProgramTooLarge: (_length: number) => 'Deprecated',
  NoProgram: () => 'no program set, call prog_set() to load one',
  DivisionByZero: (pc: number) => `division by 0 (insn #${pc})`,
  UnsupportedLEBEArgument: (pc: number) => `unsupported argument for LE/BE (insn #${pc})`,
  LDDWCannotBeLast: () => 'LD_DW instruction cannot be last in program',
  IncompleteLDDW: (pc: number) => `incomplete LD_DW instruction (insn #${pc})`,
  InfiniteLoop: (pc: number) => `infinite loop (insn #${pc})`,
  /** `target` as u64: a jump before the start wraps. */
  JumpOutOfCode: (target: bigint, pc: number) => `jump out of code to #${target} (insn #${pc})`,
  JumpToMiddleOfLDDW: (target: number, pc: number) => `jump to middle of LD_DW at #${target} (insn #${pc})`,
  InvalidSourceRegister: (pc: number) => `invalid source register (insn #${pc})`,
  CannotWriteR10: (pc: number) => `cannot write into register r10 (insn #${pc})`,
  InvalidDestinationRegister: (pc: number) => `invalid destination register (insn #${pc})`,
  UnknownOpCode: (opcode: number, pc: number) => `unknown eBPF opcode ${hex(opcode)} (insn #${pc})`,
  /** The text names its two numbers the wrong way round; so does Agave's. */
  ShiftWithOverflow: (shift: bigint, bits: number, pc: number) =>
    `Shift with overflow of ${shift}-bit value by ${bits} (insn #${pc})`,
  InvalidRegister: (pc: number) => `Invalid register specified at instruction ${pc}`,
  InvalidFunction: (pc: number) => `Invalid function at instruction ${pc}`,
  InvalidSyscall: (hash: number) => `Invalid syscall code ${hash}`,
  UnalignedImmediate: (pc: number) => `Unaligned immediate (insn #${pc})`,
} satisfies Record<string, TextOf>;

export type VerifierErrorKind = keyof typeof VERIFIER_TEXTS;

/** Why the code of an executable is refused. `pc` counts slots of 8 bytes. */
export class VerifierError<K extends VerifierErrorKind = VerifierErrorKind> extends Verdict {
  readonly kind: K;
  readonly data: Parameters<(typeof VERIFIER_TEXTS)[K]>;
  constructor(kind: K, ...data: Parameters<(typeof VERIFIER_TEXTS)[K]>) {
    super();
    this.kind = kind;
    this.data = data;
  }
  get text(): string {
    return textOf(VERIFIER_TEXTS, this.kind, this.data);
  }
  get debug(): string {
    return debugVariant(this.kind, this.data as DebugValue[]);
  }
}

export type AccessType = 'load' | 'store';

/** What each variant of EbpfError carries; an empty object where it carries nothing. */
export interface EbpfErrorData {
  ElfError: { readonly error: ElfError };
  FunctionAlreadyRegistered: { readonly pc: number };
  CallDepthExceeded: object;
  ExitRootCallFrame: object;
  DivideByZero: object;
  DivideOverflow: object;
  ExecutionOverrun: object;
  CallOutsideTextSegment: object;
  ExceededMaxInstructions: object;
  JitNotCompiled: object;
  InvalidMemoryRegion: { readonly index: number };
  /** `region` is the name the text shows: unallocated, program, stack, heap, input or allocated. */
  AccessViolation: {
    readonly access: AccessType;
    readonly vmAddr: bigint;
    readonly len: bigint;
    readonly region: string;
  };
  StackAccessViolation: {
    readonly access: AccessType;
    readonly vmAddr: bigint;
    readonly len: bigint;
    readonly frame: number;
  };
  InvalidInstruction: object;
  UnsupportedInstruction: object;
  VerifierError: { readonly error: VerifierError };
}

export type EbpfErrorKind = keyof EbpfErrorData;

const NO_DATA = {};

interface EbpfRow<K extends EbpfErrorKind> {
  readonly text: (data: EbpfErrorData[K]) => string;
  readonly debug?: (data: EbpfErrorData[K]) => string;
}

const accessDebug = (access: AccessType): string => (access === 'load' ? 'Load' : 'Store');

const EBPF_ROWS: { readonly [K in EbpfErrorKind]: EbpfRow<K> } = {
  ElfError: { text: (d) => `ELF error: ${d.error.text}`, debug: (d) => `ElfError(${d.error.debug})` },
  FunctionAlreadyRegistered: {
    text: (d) => `function #${d.pc} was already registered`,
    debug: (d) => `FunctionAlreadyRegistered(${d.pc})`,
  },
  CallDepthExceeded: { text: () => 'exceeded max BPF to BPF call depth' },
  ExitRootCallFrame: { text: () => 'attempted to exit root call frame' },
  DivideByZero: { text: () => 'divide by zero at BPF instruction' },
  DivideOverflow: { text: () => 'division overflow at BPF instruction' },
  ExecutionOverrun: { text: () => 'attempted to execute past the end of the text segment at BPF instruction' },
  CallOutsideTextSegment: { text: () => 'callx attempted to call outside of the text segment' },
  ExceededMaxInstructions: { text: () => 'exceeded CUs meter at BPF instruction' },
  JitNotCompiled: { text: () => 'program has not been JIT-compiled' },
  InvalidMemoryRegion: {
    text: (d) => `Invalid memory region at index ${d.index}`,
    debug: (d) => `InvalidMemoryRegion(${d.index})`,
  },
  AccessViolation: {
    text: (d) =>
      `Access violation ${d.access === 'load' ? 'reading' : 'writing'} ${d.len} bytes at address ${hex(d.vmAddr)} (in ${d.region} region)`,
    debug: (d) => `AccessViolation(${accessDebug(d.access)}, ${d.vmAddr}, ${d.len}, "${d.region}")`,
  },
  StackAccessViolation: {
    text: (d) => `Access violation in stack frame ${d.frame} at address ${hex(d.vmAddr)} of size ${d.len}`,
    debug: (d) => `StackAccessViolation(${accessDebug(d.access)}, ${d.vmAddr}, ${d.len}, ${d.frame})`,
  },
  InvalidInstruction: { text: () => 'invalid BPF instruction' },
  UnsupportedInstruction: { text: () => 'unsupported BPF instruction' },
  VerifierError: { text: (d) => `Verifier error: ${d.error.text}`, debug: (d) => `VerifierError(${d.error.debug})` },
};

/** How a run ended, when it did not reach its exit. `is` narrows the type: `if (e.is('AccessViolation')) e.data.vmAddr`. */
export class EbpfError<K extends EbpfErrorKind = EbpfErrorKind> extends Verdict {
  readonly kind: K;
  readonly data: EbpfErrorData[K];
  constructor(kind: K, ...data: object extends EbpfErrorData[K] ? [] : [data: EbpfErrorData[K]]) {
    super();
    this.kind = kind;
    this.data = (data[0] ?? NO_DATA) as EbpfErrorData[K];
  }
  is<T extends EbpfErrorKind>(kind: T): this is EbpfError<T> {
    return (this.kind as EbpfErrorKind) === kind;
  }
  get text(): string {
    return (EBPF_ROWS[this.kind] as EbpfRow<K>).text(this.data);
  }
  get debug(): string {
    return (EBPF_ROWS[this.kind] as EbpfRow<K>).debug?.(this.data) ?? this.kind;
  }
}

function textOf<T extends Record<string, TextOf>>(table: T, kind: keyof T, data: readonly unknown[]): string {
  return table[kind](...(data as never[]));
}
