// Runs one program of the machine's cases the way the sbpf crate's test harness does: its regions, its test syscalls, its
// budgets. Source: sbpf test_utils/src/lib.rs (test_interpreter_and_jit), test_utils/src/syscalls.rs.

import { TieredEngine } from '../../src/sbpf/compiler/tiered-engine.ts';
import { type EbpfError, type Executable, type Syscall, SyscallRegistry } from '../../src/sbpf/index.ts';
import { type EngineFactory, Vm } from '../../src/sbpf/vm.ts';

/** What the harness' syscalls do, by the name of their Rust type. */
const TEST_SYSCALLS: Readonly<Record<string, Syscall<undefined>>> = {
  SyscallTracePrintf: (_context, _memory, _r1, _r2, r3, r4, r5) => {
    const digits = [r3, r4, r5].map((value) => value.toString(16).length);
    return 'bpf_trace_printf: 0x, 0x, 0x\n'.length + digits.reduce((sum, count) => sum + count, 0);
  },
  SyscallGatherBytes: (_context, _memory, r1, r2, r3, r4, r5) =>
    BigInt.asUintN(
      64,
      (BigInt(r1) << 32n) | (BigInt(r2) << 24n) | (BigInt(r3) << 16n) | (BigInt(r4) << 8n) | BigInt(r5),
    ),
  SyscallMemFrob: (_context, memory, vmAddr, len) => {
    if (BigInt(len) === 0n) return 0;
    const start = memory.store(vmAddr, len);
    for (let i = 0; i < Number(len); i++) memory.bytes[start + i] ^= 0x2a;
    return 0;
  },
  SyscallStrCmp: (_context, memory, a, b) => {
    if (BigInt(a) === 0n || BigInt(b) === 0n) return 0xffff_ffff_ffff_ffffn;
    let atA = memory.load(a, 1);
    let atB = memory.load(b, 1);
    while (memory.bytes[atA] === memory.bytes[atB] && memory.bytes[atA] !== 0) {
      atA++;
      atB++;
    }
    return Math.abs(memory.bytes[atA] - memory.bytes[atB]);
  },
  SyscallString: (_context, memory, vmAddr, len) => {
    if (BigInt(len) !== 0n) memory.load(vmAddr, len);
    return 0;
  },
  SyscallU64: () => 0,
};

/** The registry of a case, or the syscall that this harness lacks. */
export function testSyscalls(types: Readonly<Record<string, string>>): SyscallRegistry | { readonly missing: string } {
  const entries: [string, Syscall][] = [];
  for (const [name, type] of Object.entries(types)) {
    const syscall = TEST_SYSCALLS[type];
    if (syscall === undefined) return { missing: type };
    entries.push([name, syscall]);
  }
  return new SyscallRegistry(entries);
}

export interface Expectation {
  readonly input: Uint8Array;
  /** The meter's budget, and what must be consumed of it. */
  readonly instructions: number;
  /** r0 as decimal, or the error as Rust's {:?} prints it. */
  readonly outcome: { readonly ok: string } | { readonly err: string };
}

const WIDE_BUDGET = 1024;

/** A sequence of numbers below 2^32 that look random. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return (x ^ (x >>> 14)) >>> 0;
  };
}

/**
 * The interpreter alone, what had run by the second instruction compiled, the compiler from the first on, and both in turns of
 * a few instructions. In this order: what is compiled belongs to the executable, and more of it is in the later ones.
 */
const ENGINES: Readonly<Record<string, () => EngineFactory>> = {
  interpreter: () => (memory) => new TieredEngine(memory, { threshold: Number.POSITIVE_INFINITY }),
  'partly compiled': () => (memory) => new TieredEngine(memory, { threshold: 1, onlySeen: true }),
  compiler: () => (memory) => new TieredEngine(memory, { threshold: 0 }),
  turns: () => {
    const random = randomNumbers(1);
    return (memory) =>
      new TieredEngine(memory, {
        threshold: 0,
        enterAnywhere: true,
        interpretFor: () => 1 + (random() % 5),
        handOut: (units) => Math.min(units, random() % 12),
      });
  },
};

/** The first difference, or undefined. */
export function compareExecution(executable: Executable, expected: Expectation): string | undefined {
  for (const [name, engine] of Object.entries(ENGINES)) {
    const difference = compareBudgets(executable, expected, engine());
    if (difference !== undefined) return `${name}, ${difference}`;
  }
  return undefined;
}

function compareBudgets(executable: Executable, expected: Expectation, engine: EngineFactory): string | undefined {
  const budgets = [expected.instructions];
  if (!('err' in expected.outcome && expected.outcome.err === 'ExceededMaxInstructions')) budgets.push(WIDE_BUDGET);
  for (const budget of budgets) {
    const difference = compareRun(executable, expected, budget, engine);
    if (difference !== undefined) return `with a budget of ${budget}: ${difference}`;
  }
  return undefined;
}

function compareRun(
  executable: Executable,
  expected: Expectation,
  budget: number,
  engine: EngineFactory,
): string | undefined {
  const vm = new Vm(engine);
  const inputOffset = vm.prepareInput(expected.input.length);
  vm.memory.bytes.set(expected.input, inputOffset);
  const meter = { remaining: budget };
  const result = vm.run({ executable, context: undefined, meter, heapSize: 0 });
  let outcome = BigInt.asUintN(64, BigInt(result.r0)).toString();
  if (result.error !== undefined) {
    const debug = (result.error as EbpfError).debug;
    outcome = result.fromSyscall ? `SyscallError(${debug})` : debug;
  }
  const wanted = 'err' in expected.outcome ? expected.outcome.err : expected.outcome.ok;
  if (outcome !== wanted) return `expected ${wanted}, received ${outcome}`;
  if (result.instructions !== expected.instructions) {
    return `expected ${expected.instructions} instructions, received ${result.instructions}`;
  }
  if (meter.remaining !== budget - expected.instructions) {
    return `expected ${budget - expected.instructions} units left on the meter, received ${meter.remaining}`;
  }
  return undefined;
}
