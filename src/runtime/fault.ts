// What a fault of the machine looked like: where in the program it was, what called it, which memory it reached for, in
// words that name the account. Made only where somebody listens: the ELF file is read again for its symbols.
// Symbols are what the file claims; a name that makes no sense is left out, and all else still stands.

import {
  MM_BYTECODE_START,
  MM_HEAP_START,
  MM_INPUT_START,
  MM_REGION_SIZE,
  MM_STACK_START,
} from '../sbpf/address-space.ts';
import { disassembleAt, functionsOf, labelAt } from '../sbpf/disassembler.ts';
import { ElfError } from '../sbpf/errors.ts';
import { Executable } from '../sbpf/executable.ts';
import { LDDW } from '../sbpf/opcodes.ts';
import type { RunResult, Vm } from '../sbpf/vm.ts';
import type { Verdict } from '../wire/errors.ts';
import { PUBKEY_BYTES, type Pubkey } from '../wire/pubkey.ts';
import type { Activation } from './activation.ts';
import { elfFileOf } from './elf-files.ts';
import type { InstructionContext } from './transaction-context.ts';

/** A place in a program. */
export interface CodePlace {
  /** Slot of 8 bytes. */
  readonly pc: number;
  /** The function's symbol, demangled; `function_<slot>` where the file has none. */
  readonly functionName: string;
}

export interface CodeLine extends CodePlace {
  readonly text: string;
  /** Whether it is the instruction that the listing is about. */
  readonly isFault: boolean;
}

export interface FaultAccess {
  readonly access: 'load' | 'store';
  readonly vmAddr: bigint;
  readonly len: bigint;
  /** Where the address lies, such as "8 bytes past the end of the data of account 2 (…)". */
  readonly words: string;
  /** The account it lies in or closest behind. */
  readonly account: Pubkey | undefined;
}

export interface Fault {
  readonly place: CodePlace;
  /** The functions that were running, innermost first; the first is `place`. */
  readonly callStack: readonly CodePlace[];
  /** r0 to r10. */
  readonly registers: readonly bigint[];
  /** The instructions around the one that failed. */
  readonly code: readonly CodeLine[];
  /** The syscall that ended the run, where it was one. */
  readonly syscall: string | undefined;
  readonly access: FaultAccess | undefined;
}

/** One past the last address. */
const ADDRESS_END = 1n << 64n;
/** An address so close below the stack, or the input, was meant to be in it. */
const STACK_REACH = 1024 * 1024;
const SHOWN_BEFORE = 4;
const SHOWN_AFTER = 3;
const SHOWN_FRAMES = 16;

/** The same executable with the names of its functions, or as it is where the file can't be read for them. */
function withSymbols(executable: Executable): Executable {
  const elf = elfFileOf(executable);
  if (elf === undefined) return executable;
  let named = namedExecutables.get(executable);
  if (named === undefined) {
    const loaded = Executable.load(
      elf,
      { ...executable.config, enableSymbolAndSectionLabels: true },
      executable.syscalls,
    );
    named = loaded instanceof ElfError || loaded.text.length !== executable.text.length ? executable : loaded;
    namedExecutables.set(executable, named);
  }
  return named;
}

const namedExecutables = new WeakMap<Executable, Executable>();

/** Finds the function that a slot belongs to. */
export class FunctionNames {
  readonly #starts: readonly number[];
  readonly #executable: Executable;

  constructor(executable: Executable) {
    this.#executable = withSymbols(executable);
    const starts = new Set([0, executable.entryPc, ...functionsOf(this.#executable).keys()]);
    for (const { pc } of this.#executable.functions.values()) starts.add(pc);
    this.#starts = [...starts].sort((a, b) => a - b);
  }

  /** Whether a function begins at a slot, and goes by this name, or ends in it behind `::`. */
  startsAt(pc: number, name: string): boolean {
    if (this.#startOf(pc) !== pc) return false;
    const found = this.at(pc);
    return found === name || found.endsWith(`::${name}`);
  }

  at(pc: number): string {
    const start = this.#startOf(pc);
    const label = start === this.#executable.entryPc ? 'entrypoint' : labelAt(this.#executable, start);
    return readableSymbol(label.startsWith('lbb_') ? `function_${start}` : label, start);
  }

  #startOf(pc: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle] <= pc) low = middle;
      else high = middle - 1;
    }
    return this.#starts[low];
  }
}

export function describeFault(
  vm: Vm,
  executable: Executable,
  instruction: InstructionContext,
  activation: Activation,
  heapSize: number,
  result: RunResult & { readonly error: Verdict },
): Fault {
  const names = new FunctionNames(executable);
  const place = (pc: number): CodePlace => ({ pc, functionName: names.at(pc) });
  const { pc } = result;
  const code = codeAround(executable, names, pc, SHOWN_BEFORE, SHOWN_AFTER);
  const callText = code.find((line) => line.isFault)?.text ?? '';
  return {
    place: place(pc),
    callStack: callStackOf(names, pc, result.callFrames).slice(0, SHOWN_FRAMES),
    registers: vm.registers(),
    code,
    syscall: result.fromSyscall ? (/^(?:syscall|call) (\S+)/.exec(callText)?.[1] ?? 'a syscall') : undefined,
    access: accessOf(result.error, vm, instruction, activation, heapSize),
  };
}

/** The functions that are running, innermost first. A frame returns to the slot behind its call. */
export function callStackOf(names: FunctionNames, pc: number, callFrames: readonly number[]): CodePlace[] {
  const slots = [pc, ...callFrames.map((returnPc) => Math.max(0, returnPc - 1)).reverse()];
  return slots.map((slot) => ({ pc: slot, functionName: names.at(slot) }));
}

const SLOT_SIZE = 8;

/** So many instructions before and behind one, in words. */
export function codeAround(
  executable: Executable,
  names: FunctionNames,
  pc: number,
  before: number,
  after: number,
): CodeLine[] {
  const { text } = executable;
  // The second slot of a wide constant is no instruction.
  const isInstruction = (slot: number) => slot < 1 || text[(slot - 1) * SLOT_SIZE] !== LDDW || slot === pc;
  const slots = [pc];
  for (let slot = pc - 1; slot >= 0 && slots.length <= before; slot--) if (isInstruction(slot)) slots.unshift(slot);
  const slotCount = Math.floor(text.length / SLOT_SIZE);
  const last = slots.length + after;
  for (let slot = pc + 1; slot < slotCount && slots.length < last; slot++) if (isInstruction(slot)) slots.push(slot);
  const named = withSymbols(executable);
  return slots
    .filter((slot) => slot < slotCount)
    .map((slot) => {
      const line = disassembleAt(named, slot).replace(/(?<=^call )\S+$/, readableName);
      return { pc: slot, functionName: names.at(slot), text: line, isFault: slot === pc };
    });
}

function accessOf(
  error: Verdict,
  vm: Vm,
  instruction: InstructionContext,
  activation: Activation,
  heapSize: number,
): FaultAccess | undefined {
  const data = (error as { data?: { access?: 'load' | 'store'; vmAddr?: bigint; len?: bigint } }).data;
  if (data?.access === undefined || data.vmAddr === undefined || data.len === undefined) return undefined;
  const { access, vmAddr, len } = data;
  return { access, vmAddr, len, ...locate(vmAddr, vm.executable, instruction, activation, heapSize, len) };
}

/** An address of a program's memory in words, and the account that it lies in or closest behind. */
export function locate(
  vmAddr: bigint,
  executable: Executable,
  instruction: InstructionContext,
  activation: Activation,
  heapSize: number,
  len = 1n,
): { words: string; account: Pubkey | undefined } {
  const at = Number(vmAddr);
  const plain = (words: string) => ({ words, account: undefined });
  if (at < 4096) return plain(at === 0 ? 'a null pointer' : `${at} bytes behind a null pointer`);
  if (at < MM_BYTECODE_START) return plain('no region of memory: below all of them');
  if (at < MM_STACK_START && at >= MM_STACK_START - STACK_REACH) {
    return plain(`the stack, ${MM_STACK_START - at} bytes before its start: a frame was left`);
  }
  if (at < MM_STACK_START) {
    const end = executable.rodataVmAddr + executable.rodata.length;
    return plain(
      at < end ? "the program's own code and constants, which are read-only" : "past the program's constants",
    );
  }
  if (at < MM_HEAP_START) {
    const { stackFrameSize, maxCallDepth } = executable.config;
    const offset = at - MM_STACK_START;
    if (offset >= 2 * stackFrameSize * maxCallDepth) return plain('past the end of the stack');
    return plain(
      `the stack, ${offset} bytes from its start: a frame has ${stackFrameSize} bytes, and a variable larger than that, or an index out of bounds, leads out of it`,
    );
  }
  if (at < MM_INPUT_START) {
    const offset = at - MM_HEAP_START;
    if (at >= MM_INPUT_START - STACK_REACH) {
      return plain(`${MM_INPUT_START - at} bytes before the input, where accounts and instruction data begin`);
    }
    if (offset >= heapSize) return plain(`${offset - heapSize} bytes past the end of the heap of ${heapSize} bytes`);
    const over = offset + Number(len) - heapSize;
    return plain(
      `the heap, at byte ${offset} of ${heapSize}${over > 0 ? `: ${over} bytes reach past the end of the heap` : ''}`,
    );
  }
  if (vmAddr >= ADDRESS_END - 4096n) return plain(`${ADDRESS_END - vmAddr} bytes before a null pointer`);
  if (at >= MM_INPUT_START + MM_REGION_SIZE) return plain('no region of memory: above all of them');
  return locateInput(at, Number(len), instruction, activation);
}

function locateInput(
  at: number,
  len: number,
  instruction: InstructionContext,
  activation: Activation,
): { words: string; account: Pubkey | undefined } {
  let index = -1;
  for (const [i, account] of activation.accounts.entries()) {
    if (account.vmAddr <= at && (index < 0 || account.vmAddr > activation.accounts[index].vmAddr)) index = i;
  }
  const behindData = behindInstructionData(at, instruction, activation);
  if (behindData !== undefined) return { words: behindData, account: undefined };
  if (index < 0) return { words: 'the number of accounts, at the start of the input', account: undefined };
  const { vmAddr, vmDataAddr, originalDataLen } = activation.accounts[index];
  const { key } = instruction.transaction.accounts[instruction.accounts[index].indexInTransaction];
  const account = `account ${index} (${key})`;
  const reserve = activation.isLoaderDeprecated ? 0 : 10_240;
  const dataEnd = vmDataAddr + originalDataLen;
  if (at < vmDataAddr) return { words: `byte ${at - vmAddr} of the header of ${account}`, account: key };
  if (at < dataEnd) {
    const over = at + len > dataEnd ? `: ${at + len - dataEnd} bytes reach past their end` : '';
    const words = `byte ${at - vmDataAddr} of the ${originalDataLen} bytes of data of ${account}${over}`;
    return { words, account: key };
  }
  if (at < dataEnd + reserve) {
    const growth = `in the ${reserve} bytes kept for its growth`;
    return { words: `${at - dataEnd} bytes past the end of the data of ${account}, ${growth}`, account: key };
  }
  const isLast = activation.accounts.every((other) => other.vmAddr <= vmAddr);
  if (!isLast) return { words: `behind the data of ${account}`, account: key };
  return { words: `past the end of the input: behind ${account} and the instruction data`, account: key };
}

/** Where in, or how far behind, the instruction data and the program's id, the last of the input; undefined before them. */
function behindInstructionData(at: number, { data }: InstructionContext, activation: Activation): string | undefined {
  // Cut into regions the input has gaps, and other addresses.
  if (activation.accounts.some(({ region }) => region !== undefined)) return undefined;
  const end = MM_INPUT_START + activation.vm.inputLen - PUBKEY_BYTES;
  const start = end - data.length;
  if (at < start) return undefined;
  const bytes = `the ${data.length} bytes of instruction data`;
  if (at < end) return `byte ${at - start} of ${bytes}`;
  const over = at - end - PUBKEY_BYTES;
  if (over < 0) return `the program's id, behind ${bytes}`;
  return `${over} bytes past the end of the input, behind ${bytes} and the program's id`;
}

/** A symbol as it was written; the name of the slot where it can't be one. */
function readableSymbol(symbol: string, start: number): string {
  return isPrintable(symbol) ? demangle(symbol) : `function_${start}`;
}

function readableName(symbol: string): string {
  return isPrintable(symbol) ? demangle(symbol) : 'a function whose name is no text';
}

function isPrintable(symbol: string): boolean {
  return /^[\x21-\x7e]{1,512}$/.test(symbol);
}

const LEGACY_ESCAPES: Readonly<Record<string, string>> = {
  $LT$: '<',
  $GT$: '>',
  $RF$: '&',
  $BP$: '*',
  $LP$: '(',
  $RP$: ')',
  $C$: ',',
  $SP$: '@',
  $u20$: ' ',
  $u27$: "'",
  $u5b$: '[',
  $u5d$: ']',
  $u7b$: '{',
  $u7d$: '}',
  $u7e$: '~',
};

/** Rust's legacy mangling: `_ZN`, length and name of each part, `17h` and a hash, `E`. Others stay as they are. */
function demangle(symbol: string): string {
  const body = /^_?_?ZN(.*)E(?:\.llvm\.\d+)?$/.exec(symbol)?.[1];
  if (body === undefined) return symbol;
  const parts: string[] = [];
  for (let rest = body; rest !== ''; ) {
    const length = /^\d+/.exec(rest)?.[0];
    if (length === undefined) return symbol;
    const part = rest.slice(length.length, length.length + Number(length));
    if (part.length !== Number(length)) return symbol;
    parts.push(part);
    rest = rest.slice(length.length + part.length);
  }
  if (/^h[0-9a-f]{16}$/.test(parts[parts.length - 1] ?? '')) parts.pop();
  return parts
    .map((part) =>
      part
        .replace(/^_\$/, '$')
        .replace(/\$(?:LT|GT|RF|BP|LP|RP|C|SP|u20|u27|u5b|u5d|u7b|u7d|u7e)\$/g, (code) => LEGACY_ESCAPES[code])
        .replaceAll('..', '::'),
    )
    .join('::');
}
