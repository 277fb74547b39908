// A program ready to be verified and run: its code after relocation, what of it is mapped read-only, where it starts and
// what its calls mean. Made from an ELF file, by one of two parsers (V0–V2 are lenient and relocate, V3+ is strict), or
// from bare instructions. Nothing in it changes afterwards: engines may keep what they derive from it.
// Source: sbpf src/elf.rs, Executable.

import { ParhelionError } from '../wire/errors.ts';
import { MM_BYTECODE_START } from './address-space.ts';
import type { Config } from './config.ts';
import { loadLenient } from './elf/lenient-loader.ts';
import type { LoadedProgram } from './elf/loaded-program.ts';
import { loadStrict } from './elf/strict-loader.ts';
import { ElfError, ElfParserError } from './errors.ts';
import { type FunctionRegistry, type RegisteredFunction, registerFunction } from './function-registry.ts';
import type { SyscallRegistry } from './syscall-registry.ts';
import { enableStricterElfHeaders, rodataVmAddr, type SbpfVersion, staticSyscalls } from './version.ts';

export class Executable implements LoadedProgram {
  readonly version: SbpfVersion;
  readonly config: Config;
  readonly syscalls: SyscallRegistry;
  /** Instructions after relocation. Its length is a multiple of 8 only once `verify` has passed. */
  readonly text: Uint8Array;
  /** The address that `callx` counts from: 0x1_0000_0000 plus where the code lies in its region. */
  readonly textVmAddr: number;
  /** What is mapped read-only: code and constants for V0–V2, constants alone for V3+. */
  readonly rodata: Uint8Array;
  readonly rodataVmAddr: number;
  /** The slot of `text` that runs first. */
  readonly entryPc: number;
  /** What a V0–V2 `call` can name, by the key it holds. For V3+ only labels, by pc. */
  readonly functions: ReadonlyMap<number, RegisteredFunction>;

  private constructor(version: SbpfVersion, config: Config, syscalls: SyscallRegistry, program: LoadedProgram) {
    this.version = version;
    this.config = config;
    this.syscalls = syscalls;
    this.text = program.text;
    this.textVmAddr = program.textVmAddr;
    this.rodata = program.rodata;
    this.rodataVmAddr = program.rodataVmAddr;
    this.entryPc = program.entryPc;
    this.functions = program.functions;
  }

  /** From an ELF file, whose bytes are copied. Not verified yet: see `verify`. */
  static load(elf: Uint8Array, config: Config, syscalls: SyscallRegistry): Executable | ElfError {
    try {
      const version = versionOfElf(elf);
      if (version === undefined || version < config.enabledSbpfVersions[0] || version > config.enabledSbpfVersions[1]) {
        return new ElfError('UnsupportedSBPFVersion');
      }
      const program = enableStricterElfHeaders(version) ? loadStrict(elf, config) : loadLenient(elf, config, syscalls);
      return new Executable(version, config, syscalls, program);
    } catch (error) {
      if (error instanceof ElfParserError) return ElfError.fromParser(error);
      if (error instanceof ElfError) return error;
      throw error;
    }
  }

  /**
   * From bare instructions, which are also what the program can read. `functions` is what its calls name; the run
   * starts at the one called `entrypoint`, else at the first slot.
   *
   * @throws ParhelionError `ASSEMBLY` where the key of the entrypoint is taken.
   */
  static fromText(
    text: Uint8Array,
    version: SbpfVersion,
    config: Config,
    syscalls: SyscallRegistry,
    functions: ReadonlyMap<number, RegisteredFunction> = new Map(),
  ): Executable {
    const registry: FunctionRegistry = new Map(functions);
    let entryPc: number | undefined;
    for (const { name, pc } of registry.values()) if (name === 'entrypoint') entryPc ??= pc;
    if (entryPc === undefined) {
      entryPc = 0;
      const key = registerFunction(registry, syscalls, 'entrypoint', 0, !staticSyscalls(version));
      if (key instanceof ElfError)
        throw new ParhelionError('ASSEMBLY', { reason: `Executable constructor ${key.debug}` });
    }
    const bytes = new Uint8Array(text);
    return new Executable(version, config, syscalls, {
      text: bytes,
      textVmAddr: MM_BYTECODE_START,
      rodata: bytes,
      rodataVmAddr: rodataVmAddr(version),
      entryPc,
      functions: registry,
    });
  }
}

const E_FLAGS_OFFSET = 48;

/** The version a file asks for, undefined where it is none we know. Source: get_sbpf_version. */
function versionOfElf(elf: Uint8Array): SbpfVersion | undefined {
  if (elf.length < E_FLAGS_OFFSET + 4) throw new ElfParserError('OutOfBounds');
  const flags = new DataView(elf.buffer, elf.byteOffset, elf.length).getUint32(E_FLAGS_OFFSET, true);
  return flags <= 4 ? (flags as SbpfVersion) : undefined;
}
