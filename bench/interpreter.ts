// What an instruction costs in the interpreter, and what a run costs besides. Kernels as in test/sbpf/kernels.test.ts.
// Medians of 15 runs in one process, and the first run, which has the module emitted and compiled.
// Run: npx tsx --conditions=source bench/interpreter.ts

import { readFileSync } from 'node:fs';
import { assemble } from '../src/sbpf/assembler.ts';
import { DEFAULT_CONFIG } from '../src/sbpf/config.ts';
import { Executable } from '../src/sbpf/executable.ts';
import { NO_SYSCALLS } from '../src/sbpf/syscall-registry.ts';
import { Vm } from '../src/sbpf/vm.ts';

const KERNELS = new URL('../../shared/data/kernels/', import.meta.url);
const ROUNDS = 15;
const TINY_RUNS = 100_000;
const CONFIG = { ...DEFAULT_CONFIG, optimizeRodata: false, alignedMemoryMapping: true };
const ARGUMENTS = {
  alu: [60_000, 1_306_354_777],
  sieve: [2, 3_245],
  matmul: [2, 3_973_089_862],
  sort: [2, 202_617_710],
  sha256: [100, 3_634_410_334],
};

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

const vm = new Vm();
const times = new Map<string, number[]>();
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, [n, expected]] of Object.entries(ARGUMENTS)) {
    const elf = new Uint8Array(readFileSync(new URL(`${name}.so`, KERNELS)));
    const executable = Executable.load(elf, CONFIG, NO_SYSCALLS) as Executable;
    const input = vm.prepareInput(64);
    for (const [i, value] of [0, 16, n, expected, 0, 0, 0, 0].entries()) vm.memory.writeU64(input + i * 8, value);
    const meter = { remaining: 1_400_000 };
    const start = performance.now();
    const { instructions } = vm.run({ executable, context: undefined, meter, heapSize: 256 * 1024 });
    const nanoseconds = ((performance.now() - start) * 1e6) / instructions;
    times.set(name, [...(times.get(name) ?? []), nanoseconds]);
  }
}
for (const [name, [first, ...rest]] of times) {
  console.log(`${name.padEnd(8)} ${median(rest).toFixed(2)} ns an instruction (first run ${first.toFixed(2)})`);
}

const tiny = assemble('mov64 r0, 0\nexit', { version: 0, config: CONFIG });
const overheads: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const start = performance.now();
  for (let i = 0; i < TINY_RUNS; i++) {
    vm.prepareInput(1024);
    vm.run({ executable: tiny, context: undefined, meter: { remaining: 100 }, heapSize: 32 * 1024 });
  }
  overheads.push(((performance.now() - start) * 1e6) / TINY_RUNS);
}
console.log(`${median(overheads).toFixed(0)} ns for a run of two instructions`);
