// Kernels in the compiler and in LiteSVM, in one process, in turns: nanoseconds a compute unit, and how many times
// faster we are. Both run whole transactions of one instruction: LiteSVM through its native interface, we the machine
// alone, so transactions of no iterations are subtracted from both. Medians.
// Run: npx tsx --conditions=source bench/kernels.ts [--rounds=15] [name ...]

import { TieredEngine } from '../src/sbpf/compiler/tiered-engine.ts';
import { DEFAULT_CONFIG } from '../src/sbpf/config.ts';
import { Executable } from '../src/sbpf/executable.ts';
import { NO_SYSCALLS } from '../src/sbpf/syscall-registry.ts';
import { Vm } from '../src/sbpf/vm.ts';
import { elfOf, KERNELS, OWN_KERNELS } from './kernels/index.ts';
import { KernelOracle } from './support/kernel-oracle.ts';

const CONFIG = { ...DEFAULT_CONFIG, optimizeRodata: false, alignedMemoryMapping: true };
const WARM_UP = 12;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];
const option = process.argv.find((argument) => argument.startsWith('--rounds='));
const rounds = Number(option?.slice('--rounds='.length) ?? 15);
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

const vm = new Vm((memory) => new TieredEngine(memory));
const rows = [...KERNELS, ...OWN_KERNELS].filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const ratios: number[] = [];
for (const kernel of rows) {
  const { name, n, expected } = kernel;
  const elf = elfOf(kernel);
  const executable = Executable.load(elf, CONFIG, NO_SYSCALLS) as Executable;
  const oracle = new KernelOracle(elf);
  const runOurs = (count: number): number => {
    const input = vm.prepareInput(64);
    for (const [i, value] of [0, 16, count, expected, 0, 0, 0, 0].entries()) vm.memory.writeU64(input + i * 8, value);
    const result = vm.run({ executable, context: undefined, meter: { remaining: 1_400_000 }, heapSize: 32 * 1024 });
    if (result.error !== undefined || (count === n && result.r0 !== 0)) throw new Error(`${name} went wrong`);
    return result.instructions;
  };
  const ours: number[] = [];
  const theirs: number[] = [];
  const units = runOurs(n);
  const theirUnits = oracle.run(n, expected);
  if (units !== theirUnits) throw new Error(`${name}: ${units} units, LiteSVM has ${theirUnits}`);
  const time = (run: () => void): number => {
    const start = performance.now();
    run();
    return (performance.now() - start) * 1e6;
  };
  for (let round = -WARM_UP; round < rounds; round++) {
    const mine = time(() => runOurs(n)) - time(() => runOurs(0));
    const other = time(() => oracle.run(n, expected)) - time(() => oracle.run(0, 1));
    if (round < 0) continue;
    ours.push(mine / units);
    theirs.push(other / units);
  }
  const ratio = median(theirs) / median(ours);
  if (name !== 'alu') ratios.push(ratio);
  console.log(
    `${name.padEnd(8)} ${units} units  ours ${median(ours).toFixed(3)}  LiteSVM ${median(theirs).toFixed(3)} ns/unit  ${ratio.toFixed(2)}x`,
  );
}
const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
console.log(`geometric mean without alu ${mean.toFixed(2)}x`);
