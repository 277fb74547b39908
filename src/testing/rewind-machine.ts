// The machine of a compiled program, held still: its registers and a copy of its memory, taken while it stood at a moment,
// so that they can be looked at when it has long gone on. And what its accounts looked like in that memory.

import type { MachineRun } from '../runtime/execution-events.ts';
import { callStackOf, codeAround, FunctionNames, locate } from '../runtime/fault.ts';
import { MAX_PERMITTED_DATA_INCREASE } from '../runtime/serialization.ts';
import { MM_HEAP_START, MM_INPUT_START, MM_STACK_START } from '../sbpf/address-space.ts';
import type { Executable } from '../sbpf/executable.ts';
import type { FramePath, RewindCode, RewindMachine } from '../trace/rewind.ts';
import type { Snapshot } from '../trace/state-journal.ts';
import type { CodePlace } from '../trace/transaction-trace.ts';
import { readU64 } from '../wire/bytes.ts';
import { Pubkey } from '../wire/pubkey.ts';

interface Piece {
  readonly vmAddr: number;
  readonly bytes: Uint8Array;
}

const SHOWN_BEFORE = 4;
const SHOWN_AFTER = 5;

const functionNames = new WeakMap<Executable, FunctionNames>();

/** The names of a program's functions, read from its file once. */
export function functionNamesOf(executable: Executable): FunctionNames {
  let names = functionNames.get(executable);
  if (names === undefined) functionNames.set(executable, (names = new FunctionNames(executable)));
  return names;
}

export class StilledMachine implements RewindMachine {
  readonly frame: FramePath;
  readonly pc: number;
  readonly registers: readonly bigint[];
  readonly #run: MachineRun;
  readonly #nameOf: (address: Pubkey) => string;
  readonly #pieces: readonly Piece[];
  readonly #callFrames: readonly number[];

  /** @param nameOf how an account is written */
  constructor(run: MachineRun, frame: FramePath, nameOf: (address: Pubkey) => string) {
    const { vm } = run;
    this.frame = frame;
    this.pc = vm.pc;
    this.registers = vm.registers();
    this.#run = run;
    this.#nameOf = nameOf;
    this.#callFrames = vm.callFrames();
    this.#pieces = vm.memory.regions().map(({ vmAddr, hostOffset, len }) => {
      return { vmAddr, bytes: vm.memory.bytes.slice(hostOffset, hostOffset + len) };
    });
  }

  get executable(): Executable {
    return this.#run.executable;
  }

  get symbol(): string {
    return functionNamesOf(this.executable).at(this.pc);
  }

  get callStack(): readonly CodePlace[] {
    return callStackOf(functionNamesOf(this.executable), this.pc, this.#callFrames);
  }

  disassembly(before: number = SHOWN_BEFORE, after: number = SHOWN_AFTER): readonly RewindCode[] {
    const lines = codeAround(this.executable, functionNamesOf(this.executable), this.pc, before, after);
    return lines.map(({ pc, functionName, text, isFault }) => ({ pc, functionName, text, isNext: isFault }));
  }

  memory(address: bigint | number, length: number): Uint8Array {
    const at = Number(address);
    const piece = this.#pieces.find(({ vmAddr, bytes }) => at >= vmAddr && at < vmAddr + bytes.length);
    if (piece === undefined) return new Uint8Array(0);
    const offset = at - piece.vmAddr;
    return piece.bytes.slice(offset, offset + Math.max(0, length));
  }

  region(address: bigint | number): string {
    const { executable, instruction, activation, heapSize } = this.#run;
    const isMapped = this.memory(address, 1).length > 0;
    const at = Number(address);
    if (!isMapped && at > MM_STACK_START && at < MM_HEAP_START && this.memory(at - 1, 1).length > 0) {
      return `byte ${at - MM_STACK_START} of the stack: the end of a frame`;
    }
    const words = isMapped ? this.#mappedWords(at) : undefined;
    return words ?? locate(BigInt(address), executable, instruction, activation, heapSize).words;
  }

  #mappedWords(at: number): string | undefined {
    if (at >= MM_INPUT_START) return this.#inputWords(at);
    if (at >= MM_STACK_START && at < MM_HEAP_START) return `byte ${at - MM_STACK_START} of the stack`;
    return undefined;
  }

  #inputWords(at: number): string {
    const { instruction, activation, vmInstructionDataAddr } = this.#run;
    const dataLen = instruction.data.length;
    if (at >= vmInstructionDataAddr) {
      const offset = at - vmInstructionDataAddr;
      return offset < dataLen ? `byte ${offset} of the ${dataLen} bytes of instruction data` : "the program's id";
    }
    if (at >= vmInstructionDataAddr - 8) return 'the length of the instruction data';
    let index = -1;
    for (const [i, { vmAddr }] of activation.accounts.entries()) {
      if (vmAddr <= at && (index < 0 || vmAddr > activation.accounts[index].vmAddr)) index = i;
    }
    if (index < 0) return 'the number of accounts';
    const { key } = instruction.transaction.accounts[instruction.accounts[index].indexInTransaction];
    const account = `account ${index} (${this.#nameOf(key)})`;
    const { vmAddr, vmKeyAddr, vmOwnerAddr, vmLamportsAddr, vmDataAddr, originalDataLen } = activation.accounts[index];
    const isIn = (start: number, len: number) => at >= start && at < start + len;
    if (isIn(vmKeyAddr, 32)) return `the address of ${account}`;
    if (isIn(vmOwnerAddr, 32)) return `the owner of ${account}`;
    if (isIn(vmLamportsAddr, 8)) return `the lamports of ${account}`;
    if (isIn(vmDataAddr - 8, 8)) return `the data length of ${account}`;
    if (isIn(vmDataAddr, originalDataLen))
      return `byte ${at - vmDataAddr} of the ${originalDataLen} bytes of data of ${account}`;
    return at < vmDataAddr ? `byte ${at - vmAddr} of the record of ${account}` : `behind the data of ${account}`;
  }

  /** The accounts of the frame's instruction as they stand in its memory, by their index in the transaction. */
  accounts(): ReadonlyMap<number, Snapshot> {
    const { instruction, activation } = this.#run;
    const states = new Map<number, Snapshot>();
    instruction.accounts.forEach(({ indexInTransaction }, i) => {
      if (states.has(indexInTransaction)) return;
      const { vmLamportsAddr, vmOwnerAddr, vmDataAddr, originalDataLen } = activation.accounts[i];
      const lamports = readU64(this.#read(vmLamportsAddr, 8), 0);
      const owner = new Pubkey(this.#read(vmOwnerAddr, 32));
      let dataLen = originalDataLen;
      if (!activation.isLoaderDeprecated) {
        const said = Number(readU64(this.#read(vmDataAddr - 8, 8), 0));
        dataLen = Math.min(said, originalDataLen + MAX_PERMITTED_DATA_INCREASE);
      }
      const { executable } = instruction.transaction.accounts[indexInTransaction];
      states.set(indexInTransaction, { lamports, owner, executable, data: this.#read(vmDataAddr, dataLen) });
    });
    return states;
  }

  /** Bytes of the input, which lies in one piece even where it is mapped as many; zeros where nothing is mapped. */
  #read(vmAddr: number, len: number): Uint8Array {
    const bytes = new Uint8Array(len);
    for (let done = 0; done < len; ) {
      const found = this.memory(vmAddr + done, len - done);
      if (found.length === 0) break;
      bytes.set(found, done);
      done += found.length;
    }
    return bytes;
  }
}
