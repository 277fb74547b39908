// The compute kernels, programs that a compiler made: results, and units as LiteSVM logs them. They lie beside the
// repository; where they don't, there is nothing to run.

import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../src/sbpf/config.ts';
import { Executable } from '../../src/sbpf/executable.ts';
import { NO_SYSCALLS } from '../../src/sbpf/syscall-registry.ts';
import { Vm } from '../../src/sbpf/vm.ts';

const KERNELS = new URL('../../../shared/data/kernels/', import.meta.url);

const rows: [name: string, n: number, expected: number, units: number][] = [
  ['alu', 60_000, 1_306_354_777, 1_140_019],
  ['sieve', 2, 3_245, 1_267_369],
  ['matmul', 2, 3_973_089_862, 758_392],
  ['sort', 2, 202_617_710, 998_098],
  ['sha256', 100, 3_634_410_334, 811_903],
];

it.each(rows)('%s: %d times', (name, n, expected, units) => {
  const file = new URL(`${name}.so`, KERNELS);
  if (!existsSync(file)) {
    console.log(`No ${file.pathname}: skipped.`);
    return;
  }
  const config = { ...DEFAULT_CONFIG, optimizeRodata: false, alignedMemoryMapping: true };
  const executable = Executable.load(new Uint8Array(readFileSync(file)), config, NO_SYSCALLS) as Executable;
  const vm = new Vm();
  const input = vm.prepareInput(16 + 16 + 32);
  for (const [i, value] of [0, 16, n, expected, 0, 0, 0, 0].entries()) vm.memory.writeU64(input + i * 8, value);
  const request = { executable, context: undefined, heapSize: 256 * 1024, r2: 0x4_0000_0010 };
  const result = vm.run({ ...request, meter: { remaining: 1_400_000 } });
  expect(result).toMatchObject({ r0: 0, error: undefined, instructions: units });
  const tooLittle = vm.run({ ...request, meter: { remaining: units - 1 } });
  expect(tooLittle).toMatchObject({ instructions: units - 1, error: { kind: 'ExceededMaxInstructions' } });
});
