// The machine: an ELF file in, a result out. It knows no account; syscalls are handed to it.

export * from './address-space.ts';
export { type AssembleOptions, assemble, assembledRodataVmAddr, assembleElf } from './assembler.ts';
export { type Config, DEFAULT_CONFIG } from './config.ts';
export { disassemble, disassembleAt, labelAt } from './disassembler.ts';
export {
  type AccessType,
  EbpfError,
  type EbpfErrorData,
  type EbpfErrorKind,
  ElfError,
  type ElfErrorKind,
  ElfParserError,
  type ElfParserErrorKind,
  VerifierError,
  type VerifierErrorKind,
} from './errors.ts';
export { Executable } from './executable.ts';
export type { RegisteredFunction } from './function-registry.ts';
export type { InputFault, InputRegion, U64, VmMemory } from './memory.ts';
export { hashSymbolName } from './murmur3.ts';
export { OPCODES, type Opcode, type OpcodeClass, opcodesOf } from './opcodes.ts';
export { NO_SYSCALLS, type Syscall, type SyscallEntry, SyscallRegistry } from './syscall-registry.ts';
export { verify, verifyLocally } from './verifier.ts';
export * from './version.ts';
export { type Engine, type EngineFactory, type RunRequest, type RunResult, Vm, VmPool } from './vm.ts';
