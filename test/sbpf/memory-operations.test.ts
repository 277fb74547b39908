// The memory syscalls, which compiled code does by itself where that is plain: same results, units, errors and memory as
// when each is called.

import { describe, expect, it } from 'vitest';
import { MAINNET_COSTS } from '../../src/runtime/execution-cost.ts';
import type { InvokeContext } from '../../src/runtime/invoke-context.ts';
import { MEMORY_SYSCALLS, memoryOperationsFor } from '../../src/runtime/syscalls/memory.ts';
import { assemble } from '../../src/sbpf/assembler.ts';
import { TieredEngine } from '../../src/sbpf/compiler/tiered-engine.ts';
import { DEFAULT_CONFIG } from '../../src/sbpf/config.ts';
import type { Executable } from '../../src/sbpf/executable.ts';
import { SyscallRegistry } from '../../src/sbpf/syscall-registry.ts';
import { Vm } from '../../src/sbpf/vm.ts';
import { Verdict } from '../../src/wire/errors.ts';
import { randomNumbers } from './random-programs.ts';

const HEAP_LEN = 4096;
const INPUT_LEN = 600;
const SYSCALLS = new SyscallRegistry(
  Object.entries(MEMORY_SYSCALLS).map(([name, { syscall }]) => [name, syscall, syscall.length - 2]),
);
const NAMES = Object.keys(MEMORY_SYSCALLS);

class Exhausted extends Verdict {
  override readonly text = 'exhausted';
}

/** As much of a context as these syscalls ask for. */
function contextOf(meter: { remaining: number }): InvokeContext {
  return {
    costs: MAINNET_COSTS,
    current: { activation: { checkAligned: true } },
    consume(units: number) {
      if (meter.remaining < units) {
        meter.remaining = 0;
        throw new Exhausted();
      }
      meter.remaining -= units;
    },
  } as unknown as InvokeContext;
}

function outcome(vm: Vm, executable: Executable, budget: number): unknown {
  const meter = { remaining: budget };
  const at = vm.prepareInput(INPUT_LEN);
  for (let i = 0; i < INPUT_LEN; i++) vm.memory.bytes[at + i] = i * 7;
  vm.trackInput(Int32Array.of(100, 300), 2, 50);
  const { r0, error, pc } = vm.run({
    executable,
    context: contextOf(meter),
    meter,
    heapSize: HEAP_LEN,
    memoryOperations: memoryOperationsFor(MAINNET_COSTS),
  });
  const memory = [
    [0x2_0000_0000, 4096],
    [0x2_0000_2000, 4096],
    [0x3_0000_0000, HEAP_LEN],
    [0x4_0000_0000, INPUT_LEN],
  ].map(([start, len]) => {
    const offset = vm.memory.load(start, len);
    return hashOf(vm.memory.bytes.subarray(offset, offset + len));
  });
  return { r0: error === undefined ? r0 : error.text, remaining: meter.remaining, pc, memory };
}

function hashOf(bytes: Uint8Array): number {
  let hash = 0;
  for (const byte of bytes) hash = (Math.imul(hash, 31) + byte + 1) | 0;
  return hash;
}

const BASES = [0x2_0000_0000, 0x2_0000_0f00, 0x2_0000_1000, 0x2_0000_2000, 0x3_0000_0000, 0x3_0000_0fe0, 0x4_0000_0000];
const ODD = [0n, 0x1_0000_0000n, 0x4_0000_0258n, 0x5_0000_0000n, 0xffff_ffff_ffff_ffffn, 0x8000_0003_0000_0000n];

/** A few calls in a row, and between them stores, so that what is written is known. */
function randomCalls(random: ReturnType<typeof randomNumbers>): string {
  const pick = <T>(items: readonly T[]): T => items[random.below(items.length)];
  const address = (): bigint => (random.below(12) === 0 ? pick(ODD) : BigInt(pick(BASES)) + BigInt(random.below(96)));
  const len = (): bigint => {
    const kind = random.below(14);
    if (kind === 0) return pick([0n, 2749n, 2750n, 2751n, 4096n, 1n << 32n, (1n << 64n) - 1n]);
    return BigInt(random.below(kind < 4 ? 400 : 40));
  };
  const lines: string[] = [];
  for (let i = 0; i < 1 + random.below(6); i++) {
    lines.push(`lddw r1, ${address()}`, `lddw r2, ${address()}`, `lddw r3, ${len()}`);
    lines.push(
      `lddw r4, ${random.below(8) === 0 ? address() : address() & ~3n}`,
      'mov64 r0, 5',
      `syscall ${pick(NAMES)}`,
    );
    lines.push('add64 r6, r0', `lddw r1, ${BigInt(pick(BASES)) + 8n}`);
    if (random.below(3) === 0) lines.push(`stdw [r1+0], ${random.below(1000)}`, 'ldxb r2, [r1+3]', 'add64 r6, r2');
  }
  return [...lines, 'mov64 r0, r6', 'exit'].join('\n');
}

describe.each([0, 3] as const)('memory syscalls in V%d', (version) => {
  it('do the same in compiled code as when they are called', () => {
    const random = randomNumbers(0xfeed + version);
    const machine = (threshold: number) => new Vm((memory) => new TieredEngine(memory, { threshold }));
    const interpreter = machine(Number.POSITIVE_INFINITY);
    const compiler = machine(0);
    let ended = 0;
    for (let i = 0; i < 400; i++) {
      const config = { ...DEFAULT_CONFIG, enableStackFrameGaps: random.below(4) !== 0 };
      const source = randomCalls(random);
      const executable = assemble(source, { version, config, syscalls: SYSCALLS });
      const budget = random.below(4) === 0 ? random.below(120) : 1000;
      const expected = outcome(interpreter, executable, budget);
      expect(outcome(compiler, executable, budget), source).toEqual(expected);
      if (typeof (expected as { r0: unknown }).r0 === 'number') ended++;
    }
    expect(ended).toBeGreaterThan(50);
  });
});
