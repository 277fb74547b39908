// Runs the recorded cases of machine, verifier, assembler, disassembler and ELF loader. Their format is told in the README
// beside them; ELF files are looked for there and where `elfFolders` say, such as a checkout of the sbpf crate.

import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { assemble } from '../../src/sbpf/assembler.ts';
import { type Config, DEFAULT_CONFIG } from '../../src/sbpf/config.ts';
import { disassemble } from '../../src/sbpf/disassembler.ts';
import { loadStrict } from '../../src/sbpf/elf/strict-loader.ts';
import { ElfError, ElfParserError } from '../../src/sbpf/errors.ts';
import { Executable } from '../../src/sbpf/executable.ts';
import type { FunctionRegistry } from '../../src/sbpf/function-registry.ts';
import { NO_SYSCALLS, SyscallRegistry } from '../../src/sbpf/syscall-registry.ts';
import { verifyLocally, verifyText } from '../../src/sbpf/verifier.ts';
import type { SbpfVersion } from '../../src/sbpf/version.ts';
import { ParhelionError } from '../../src/wire/errors.ts';
import { emptyReport, parseJson, type Report } from './report.ts';
import { compareExecution, testSyscalls } from './sbpf-exec.ts';

export interface SbpfOptions {
  /** Folders that may hold `tests/elfs`, or the files themselves. */
  readonly elfFolders?: readonly string[];
}

interface CodeCase {
  readonly name: string;
  readonly kind: 'exec' | 'verify' | 'asm' | 'disasm';
  readonly version: `V${SbpfVersion}`;
  readonly verifier?: string;
  readonly config?: Readonly<Record<string, number | boolean>>;
  readonly enabled_versions?: readonly [`V${SbpfVersion}`, `V${SbpfVersion}`];
  readonly asm?: string;
  readonly text?: string;
  readonly elf?: string;
  readonly functions?: Readonly<Record<string, string>>;
  readonly syscalls?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly instructions?: number;
  readonly expect: {
    readonly ok?: string;
    readonly err?: string;
    readonly verify_err?: string;
    readonly insns?: readonly (readonly number[])[];
    readonly asm_err?: string;
  };
}

interface ElfCase {
  readonly name: string;
  readonly kind?: undefined;
  readonly elf: string;
  readonly patch: readonly (readonly [offset: number, hex: string])[];
  readonly parser: 'strict' | 'load';
  readonly config?: Readonly<Record<string, number | boolean>>;
  readonly syscalls?: readonly string[] | Readonly<Record<string, string>>;
  readonly expect: { readonly ok?: true; readonly err?: string; readonly entrypoint_pc?: number };
}

/** A case says why it can't be tried. */
class Skip {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

export function runSbpfCases(files: readonly string[], options: SbpfOptions = {}): Report {
  const report = emptyReport('sbpf');
  for (const file of files) {
    const cases = parseJson<readonly (CodeCase | ElfCase)[]>(readFileSync(file, 'utf8'), file);
    const elfFolders = [...(options.elfFolders ?? []), dirname(file)];
    for (const testCase of cases) runCase(testCase, { elfFolders }, report);
  }
  return report;
}

function runCase(testCase: CodeCase | ElfCase, options: SbpfOptions, report: Report): void {
  const { name } = testCase;
  try {
    const difference = testCase.kind === undefined ? runElfCase(testCase, options) : runCodeCase(testCase, options);
    if (difference === undefined) report.passed++;
    else report.failures.push({ name, difference });
  } catch (error) {
    if (error instanceof Skip) report.skipped.push({ name, reason: error.reason });
    else report.failures.push({ name, difference: `threw ${error instanceof Error ? error.stack : error}` });
  }
}

function runCodeCase(testCase: CodeCase, options: SbpfOptions): string | undefined {
  if (testCase.kind === 'asm') return compareAssembly(testCase);
  if (testCase.kind === 'disasm') return compareDisassembly(testCase);
  if (testCase.kind === 'verify') return compareVerdict(testCase);
  const executable = executableOf(testCase, options);
  if (executable instanceof ElfError) return `did not load: ${executable.debug}`;
  const refused = verifyText(executable.text, executable.version);
  if (refused) return `did not verify: ${refused.debug}`;
  const { ok, err } = testCase.expect;
  return (
    compareText(testCase) ??
    compareExecution(executable, {
      input: bytesOf(testCase.input ?? ''),
      instructions: testCase.instructions ?? 0,
      outcome: err === undefined ? { ok: ok ?? '' } : { err },
    })
  );
}

function compareAssembly(testCase: CodeCase): string | undefined {
  const { asm = '', expect } = testCase;
  const assembled = tryAssemble(asm, versionOf(testCase.version));
  if (expect.asm_err !== undefined) {
    const wanted = expect.asm_err.replace(/^"(.*)"$/s, '$1');
    if (typeof assembled === 'string')
      return assembled === wanted ? undefined : `expected ${wanted}, received ${assembled}`;
    return `expected ${wanted}, but it was assembled`;
  }
  if (typeof assembled === 'string') return `not assembled: ${assembled}`;
  const { text } = assembled;
  const view = new DataView(text.buffer, text.byteOffset, text.length);
  const slots = Array.from({ length: text.length / 8 }, (_, pc) => [
    pc,
    text[pc * 8],
    text[pc * 8 + 1] & 0xf,
    text[pc * 8 + 1] >> 4,
    view.getInt16(pc * 8 + 2, true),
    view.getInt32(pc * 8 + 4, true),
  ]);
  const [wanted, received] = [JSON.stringify(expect.insns), JSON.stringify(slots)];
  return wanted === received ? undefined : `expected ${wanted}, received ${received}`;
}

function compareDisassembly(testCase: CodeCase): string | undefined {
  const { asm = '' } = testCase;
  const assembled = tryAssemble(asm, versionOf(testCase.version));
  if (typeof assembled === 'string') return `not assembled: ${assembled}`;
  const printed = disassemble(assembled)
    .map((line) => `${line}\n`)
    .join('');
  return printed === asm ? undefined : `expected ${JSON.stringify(asm)}, received ${JSON.stringify(printed)}`;
}

function compareVerdict(testCase: CodeCase): string | undefined {
  const text = bytesOf(testCase.text ?? '');
  const version = versionOf(testCase.version);
  const syscalls = syscallsOf(testCase.syscalls);
  let verdict: string;
  if (testCase.verifier === 'RequisiteVerifier') verdict = verifyText(text, version)?.debug ?? 'ok';
  else if (testCase.verifier === 'LocalVerifier') verdict = verifyLocally(text, version, syscalls)?.debug ?? 'ok';
  else throw new Skip(`verifier ${testCase.verifier} is none of ours`);
  // The crate wraps the verdict in an EbpfError; not every case kept the wrapping.
  const wanted = (testCase.expect.verify_err ?? 'ok').replace(/^VerifierError\((.*)\)$/, '$1');
  return verdict === wanted ? compareText(testCase) : `expected ${wanted}, received ${verdict}`;
}

/** Where a case has its program as text and as bytes, the assembler must make one of the other. */
function compareText(testCase: CodeCase): string | undefined {
  if (testCase.asm === undefined || testCase.text === undefined) return undefined;
  const assembled = tryAssemble(testCase.asm, versionOf(testCase.version));
  if (typeof assembled === 'string') return `not assembled: ${assembled}`;
  const hex = Buffer.from(assembled.text).toString('hex');
  return hex === testCase.text ? undefined : `assembled to ${hex}, expected ${testCase.text}`;
}

function executableOf(testCase: CodeCase, options: SbpfOptions): Executable | ElfError {
  const config = configOf(testCase.config, testCase.enabled_versions);
  const syscalls = syscallsOf(testCase.syscalls);
  if (testCase.elf !== undefined) return Executable.load(readElf(testCase.elf, options), config, syscalls);
  const functions: FunctionRegistry = new Map();
  for (const [pc, name] of Object.entries(testCase.functions ?? {}))
    functions.set(Number(pc), { pc: Number(pc), name });
  return Executable.fromText(bytesOf(testCase.text ?? ''), versionOf(testCase.version), config, syscalls, functions);
}

function runElfCase(testCase: ElfCase, options: SbpfOptions): string | undefined {
  const bytes = readElf(testCase.elf, options);
  for (const [offset, hex] of testCase.patch) bytes.set(bytesOf(hex), offset);
  const config = configOf(testCase.config);
  const { syscalls = [], expect } = testCase;
  const names = Array.isArray(syscalls) ? syscalls : Object.keys(syscalls);
  const registry = new SyscallRegistry(names.map((name) => [name, () => 0] as const));
  let entryPc: number | undefined;
  const errors: string[] = [];
  try {
    const loaded = testCase.parser === 'strict' ? loadStrict(bytes, config) : Executable.load(bytes, config, registry);
    if (loaded instanceof ElfError) errors.push(loaded.debug, loaded.parserError?.debug ?? '');
    else entryPc = loaded.entryPc;
  } catch (error) {
    if (!(error instanceof ElfParserError)) throw error;
    errors.push(error.debug);
  }
  if (expect.err !== undefined) {
    if (entryPc !== undefined) return `expected ${expect.err}, but it loaded`;
    const isExpected = expect.err === '*' || errors.some((error) => error.includes(expect.err ?? ''));
    return isExpected ? undefined : `expected ${expect.err}, received ${errors[0]}`;
  }
  if (entryPc === undefined) return `did not load: ${errors[0]}`;
  if (expect.entrypoint_pc === undefined || expect.entrypoint_pc === entryPc) return undefined;
  return `expected the entrypoint at ${expect.entrypoint_pc}, received ${entryPc}`;
}

function readElf(path: string, options: SbpfOptions): Uint8Array {
  const candidates = (options.elfFolders ?? []).flatMap((folder) => [join(folder, path), join(folder, basename(path))]);
  const file = candidates.find((candidate) => existsSync(candidate));
  if (file === undefined) throw new Skip('its ELF file is neither beside the cases nor in a folder named by --elfs');
  return new Uint8Array(readFileSync(file));
}

const CONFIG_FIELDS: Readonly<Record<string, keyof Config>> = {
  max_call_depth: 'maxCallDepth',
  stack_frame_size: 'stackFrameSize',
  enable_stack_frame_gaps: 'enableStackFrameGaps',
  aligned_memory_mapping: 'alignedMemoryMapping',
  reject_broken_elfs: 'rejectBrokenElfs',
  optimize_rodata: 'optimizeRodata',
  enable_symbol_and_section_labels: 'enableSymbolAndSectionLabels',
};
/** These change how the crate runs, not what comes out; without translation it hands out host addresses instead. */
const INVISIBLE_FIELDS = [
  'enable_address_translation',
  'enable_register_tracing',
  'instruction_meter_checkpoint_distance',
  'noop_instruction_rate',
  'sanitize_user_provided_values',
];

function configOf(
  fields: Readonly<Record<string, number | boolean>> = {},
  enabled: readonly [`V${SbpfVersion}`, `V${SbpfVersion}`] = ['V0', 'V4'],
): Config {
  const changes: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(fields)) {
    if (INVISIBLE_FIELDS.includes(field)) continue;
    const name = CONFIG_FIELDS[field];
    if (name === undefined) throw new Skip(`config ${field} is none of ours`);
    changes[name] = value;
  }
  return { ...DEFAULT_CONFIG, ...changes, enabledSbpfVersions: [versionOf(enabled[0]), versionOf(enabled[1])] };
}

function syscallsOf(types: Readonly<Record<string, string>> | undefined): SyscallRegistry {
  if (types === undefined) return NO_SYSCALLS;
  const syscalls = testSyscalls(types);
  if (syscalls instanceof SyscallRegistry) return syscalls;
  throw new Skip(`no test syscall ${syscalls.missing}`);
}

function tryAssemble(source: string, version: SbpfVersion): Executable | string {
  try {
    return assemble(source, { version });
  } catch (error) {
    if (error instanceof ParhelionError) return error.message;
    throw error;
  }
}

const versionOf = (name: `V${SbpfVersion}`): SbpfVersion => Number(name.slice(1)) as SbpfVersion;

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
