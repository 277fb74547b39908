// Random programs of the four versions that LiteSVM runs: interpreted, compiled, taking turns of a few instructions, and
// run by LiteSVM, which compiles them to machine code. Each is called as a function; when it returns, r0 to r5, the stack and
// the heap are logged, so that they are compared too. Besides: units, and the words of the error.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import internal from 'litesvm/dist/internal.js';
import { InstructionFailure, SyscallError } from '../../src/runtime/errors.ts';
import { assembleProgram } from '../../src/sbpf/assembler.ts';
import { TieredEngine, type TieringOptions } from '../../src/sbpf/compiler/tiered-engine.ts';
import { type Config, DEFAULT_CONFIG } from '../../src/sbpf/config.ts';
import { writeElf } from '../../src/sbpf/elf/writer.ts';
import { ElfError } from '../../src/sbpf/errors.ts';
import { Executable } from '../../src/sbpf/executable.ts';
import type { U64 } from '../../src/sbpf/memory.ts';
import { hashSymbolName } from '../../src/sbpf/murmur3.ts';
import { SyscallRegistry } from '../../src/sbpf/syscall-registry.ts';
import { verify } from '../../src/sbpf/verifier.ts';
import { dynamicStackFrames, type SbpfVersion, staticSyscalls } from '../../src/sbpf/version.ts';
import { Vm } from '../../src/sbpf/vm.ts';
import { encodeBase64 } from '../../src/wire/base64.ts';
import { compileMessage } from '../../src/wire/message-compiler.ts';
import { Pubkey } from '../../src/wire/pubkey.ts';
import { createTransaction, encodeTransaction } from '../../src/wire/transaction.ts';
import { randomInput, randomNumbers, randomProgram } from '../sbpf/random-programs.ts';
import { LiteFailure, type LiteSvm } from './differential/lite-outcome.ts';
import { emptyReport, type Report } from './report.ts';

export interface ProgramsOptions {
  readonly seed: number;
  /** How many programs are run; those that the verifier refuses don't count. */
  readonly count: number;
}

const VERSIONS = [0, 1, 2, 3] as const;
const MAINNET: Config = {
  ...DEFAULT_CONFIG,
  optimizeRodata: false,
  alignedMemoryMapping: true,
  enabledSbpfVersions: [0, 3],
};
/** Odd, so that each version has its turn. */
const IN_TURNS_ONE_IN = 15;
const HEAP_LEN = 32 * 1024;
const STACK_LEN = 64 * 4096;
const DATA = 0x4_0000_0010;
const PAYER = new Pubkey(new Uint8Array(32).fill(1));
const PROGRAM = new Pubkey(new Uint8Array(32).fill(2));
const COMPUTE_BUDGET = Pubkey.fromBase58('ComputeBudget111111111111111111111111111111');
const COMPUTE_BUDGET_COST = 150;

/**
 * A process may have so many mappings of memory, 65,530 on Linux. Each compiled program is some of them until it is
 * collected, and no collection comes by itself, because what a program takes is not on the heap.
 */
const COLLECT_EVERY = 500;
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** How one run ended. */
interface Ending {
  readonly units: number;
  readonly end: string;
  /** What was logged: registers, stack and heap. */
  readonly state: string;
}

export function runRandomPrograms({ seed, count }: ProgramsOptions): Report {
  const report = emptyReport('programs');
  const random = randomNumbers(seed);
  const native = new NativeMachine();
  const engines: readonly (readonly [name: string, vm: Vm<Capture>])[] = [
    ['interpreted', machine({ threshold: Number.POSITIVE_INFINITY })],
    ['compiled', machine({ threshold: 0 })],
    [
      'in turns',
      machine({
        threshold: 0,
        enterAnywhere: true,
        onlySeen: true,
        interpretFor: () => 1 + random.below(4),
        // Each time compiled code runs out of these, the rest of its activation nests.
        handOut: (units) => Math.min(units, 20 + random.below(2000)),
      }),
    ],
  ];
  const partly = machine({ threshold: 20, onlySeen: true });
  let tried = 0;
  while (report.passed + report.failures.length < count) {
    if (tried % COLLECT_EVERY === 0) collectGarbage();
    const version = VERSIONS[tried++ % VERSIONS.length];
    const elf = callingElf(version, randomProgram(random, version, true));
    const data = randomInput(random).subarray(16);
    const budget = random.below(5) === 0 ? 1 + random.below(60) : 15_000;
    const executable = Executable.load(elf, MAINNET, SYSCALLS);
    if (executable instanceof ElfError || verify(executable) !== undefined) continue;
    const expected = native.run(elf, data, budget);
    let difference: string | undefined;
    // Taking turns, a program is compiled over and over.
    for (const [name, vm] of tried % IN_TURNS_ONE_IN === 0 ? engines : engines.slice(0, 2)) {
      difference ??= firstDifference(name, run(vm, executable, data, budget), expected);
    }
    // What is known of a program goes with the executable. The first run is cut short, for the next to go where it did not.
    const fresh = Executable.load(elf, MAINNET, SYSCALLS) as Executable;
    for (const units of [30 + random.below(60), budget, budget]) {
      const ending = run(partly, fresh, data, units);
      if (units === budget) difference ??= firstDifference('compiled where it ran', ending, expected);
    }
    if (difference === undefined) report.passed++;
    else report.failures.push({ name: `program ${tried} of seed ${seed}: ${encodeBase64(elf)}`, difference });
  }
  return report;
}

function machine(options: TieringOptions): Vm<Capture> {
  return new Vm((memory) => new TieredEngine(memory, options));
}

function firstDifference(name: string, ours: Ending, theirs: Ending): string | undefined {
  for (const field of ['end', 'units', 'state'] as const) {
    // An r0 of more than 32 bits is an error of its own kind, or none: the runtime's business.
    if (field === 'end' && ours.end.startsWith('r0 is ')) continue;
    if (ours[field] !== theirs[field]) return `${field} when ${name}: ${ours[field]}, LiteSVM's ${theirs[field]}`;
  }
  return undefined;
}

// The program that calls the random one.

function callingElf(version: SbpfVersion, body: Uint8Array): Uint8Array {
  const epilogue = assembleProgram(logAndExit(version), version);
  const syscall = epilogue.calls[0];
  const view = new DataView(epilogue.text.buffer, epilogue.text.byteOffset, epilogue.text.length);
  const isStatic = staticSyscalls(version);
  view.setInt32(syscall.pc * 8 + 4, isStatic ? hashSymbolName('sol_log_data') | 0 : -1, true);
  const call = new Uint8Array(8);
  call.set([0x85, 0x10]);
  new DataView(call.buffer).setInt32(4, epilogue.text.length / 8, true);
  const text = Buffer.concat([call, epilogue.text, body]);
  const relocations = isStatic ? [] : [{ pc: 1 + syscall.pc, symbol: { name: 'sol_log_data' } }];
  return writeElf({ version, text, rodata: new Uint8Array(0), entryPc: 0, relocations });
}

/** Logs r0 to r5, the frames that may have been used, and what was likely written of the heap. */
function logAndExit(version: SbpfVersion): string {
  // With dynamic frames the function has its caller's frame.
  const frames = version === 0 ? [0x2000, 0x4000] : dynamicStackFrames(version) ? [STACK_LEN - 4096] : [0x1000, 0x2000];
  const slices = [...frames.map((offset) => [2, offset, 4096] as const), [3, 0, 2048] as const];
  const store = (value: string, offset: number) => `  stxdw [r10-${offset}], ${value}`;
  const lines = [0, 1, 2, 3, 4, 5].map((register) => store(`r${register}`, 48 - register * 8));
  let offset = 64 + (slices.length + 1) * 16;
  const tableOffset = offset;
  const slice = (address: readonly string[], len: number) => {
    lines.push(...address, store('r1', offset), `  mov64 r1, ${len}`, store('r1', offset - 8));
    offset -= 16;
  };
  slice(['  mov64 r1, r10', '  add64 r1, -48'], 48);
  for (const [region, at, len] of slices) slice([`  mov64 r1, ${region}`, '  lsh64 r1, 32', `  add64 r1, ${at}`], len);
  return [
    ...lines,
    '  mov64 r1, r10',
    `  add64 r1, -${tableOffset}`,
    `  mov64 r2, ${slices.length + 1}`,
    '  syscall sol_log_data',
    '  ldxdw r0, [r10-48]',
    '  exit',
  ].join('\n');
}

// Our side.

/** What the one syscall leaves behind. */
interface Capture {
  readonly meter: { remaining: number };
  /** By each call: random code may well jump into the lines that log. */
  readonly logged: string[];
}

/** As the machine has it: a number, where a number is exact. */
const u64 = (value: bigint): U64 => (value <= Number.MAX_SAFE_INTEGER ? Number(value) : value);

/** Costs and checks are in the order of the runtime's. Source: agave syscalls/src/logging.rs, SyscallLogData. */
const SYSCALLS = new SyscallRegistry([
  [
    'sol_log_data',
    (context: Capture, memory, vmAddr, count) => {
      const charge = (units: bigint) => {
        if (BigInt(context.meter.remaining) < units) {
          context.meter.remaining = 0;
          throw new InstructionFailure('ComputationalBudgetExceeded');
        }
        context.meter.remaining -= Number(units);
      };
      charge(100n);
      const n = BigInt(count);
      if (n * 16n >= 1n << 63n) throw new SyscallError('InvalidLength', 'InvalidLength');
      const table = n === 0n ? 0 : memory.load(vmAddr, u64(n * 16n));
      if (n > 0n && BigInt(vmAddr) % 8n !== 0n) throw new SyscallError('UnalignedPointer', 'Unaligned pointer');
      charge(100n * n < 1n << 64n ? 100n * n : (1n << 64n) - 1n);
      const slices: { vmAddr: bigint; len: bigint }[] = [];
      for (let i = 0; i < Number(n); i++) {
        const at = table + i * 16;
        slices.push({ vmAddr: BigInt(memory.readU64(at)), len: BigInt(memory.readU64(at + 8)) });
      }
      charge(slices.reduce((sum, { len }) => (sum + len < 1n << 64n ? sum + len : (1n << 64n) - 1n), 0n));
      const fields = slices.map(({ vmAddr: from, len }) => {
        const at = len === 0n ? 0 : memory.load(u64(from), u64(len));
        return encodeBase64(memory.bytes.slice(at, at + Number(len)));
      });
      context.logged.push(fields.join(' '));
      return 0;
    },
  ],
]);

function run(vm: Vm<Capture>, executable: Executable, data: Uint8Array, budget: number): Ending {
  const input = vm.prepareInput(16 + data.length + 32);
  vm.memory.bytes.fill(0, input, input + 16);
  vm.memory.writeU64(input + 8, data.length);
  vm.memory.bytes.set(data, input + 16);
  vm.memory.bytes.set(PROGRAM.bytes, input + 16 + data.length);
  const meter = { remaining: budget };
  const context: Capture = { meter, logged: [] };
  const { r0, error, instructions } = vm.run({ executable, context, meter, heapSize: HEAP_LEN, r2: DATA });
  return { units: instructions, end: error?.text ?? endOf(BigInt(r0)), state: context.logged.join('\n') };
}

function endOf(r0: bigint): string {
  if (r0 === 0n) return 'success';
  return r0 >> 32n === 0n ? `custom program error: 0x${r0.toString(16)}` : `r0 is ${r0}`;
}

// LiteSVM.

class NativeMachine {
  readonly #svm: LiteSvm = new internal.LiteSvm();

  constructor() {
    this.#svm.setSigverify(false);
    this.#svm.setBlockhashCheck(false);
    this.#svm.setTransactionHistory(0n);
    this.#svm.setLogBytesLimit();
    const rich = new internal.Account(10n ** 15n, new Uint8Array(0), new Uint8Array(32), false, 0n);
    this.#svm.setAccount(PAYER.bytes, rich);
  }

  run(elf: Uint8Array, data: Uint8Array, budget: number): Ending {
    this.#svm.addProgram(PROGRAM.bytes, elf);
    const limit = new Uint8Array(5);
    limit[0] = 2;
    new DataView(limit.buffer).setUint32(1, budget + COMPUTE_BUDGET_COST, true);
    const message = compileMessage({
      feePayer: PAYER,
      instructions: [
        { programAddress: COMPUTE_BUDGET, data: limit },
        { programAddress: PROGRAM, data },
      ],
    });
    const bytes = encodeTransaction(createTransaction(message, [new Uint8Array(64)]));
    const sent = this.#svm.sendVersionedTransaction(bytes);
    const logs = (sent instanceof LiteFailure ? sent.meta() : sent).logs();
    const last = logs.at(-1) ?? '';
    return {
      units: Number(/ consumed (\d+) of/.exec(logs.at(-2) ?? '')?.[1]),
      end: last.endsWith(' success') ? 'success' : last.slice(last.indexOf('failed: ') + 8),
      state: logs
        .filter((line) => line.startsWith('Program data: '))
        .map((line) => line.slice('Program data: '.length))
        .join('\n'),
    };
  }
}
