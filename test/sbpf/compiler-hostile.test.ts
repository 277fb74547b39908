// Programs that mean harm, on the interpreter, compiled, and in turns: the same result, error, units, slot and frames from
// all three, with each budget from none to more than enough. LiteSVM's say on accesses like these is in the cases of
// interpreter.test.ts; here the engines must agree.

import { describe, expect, it, vi } from 'vitest';
import { assemble } from '../../src/sbpf/assembler.ts';
import { Functions } from '../../src/sbpf/compiler/functions.ts';
import { Code } from '../../src/sbpf/compiler/instructions.ts';
import { TieredEngine, type TieringOptions } from '../../src/sbpf/compiler/tiered-engine.ts';
import { DEFAULT_CONFIG } from '../../src/sbpf/config.ts';
import { EbpfError } from '../../src/sbpf/errors.ts';
import type { Executable } from '../../src/sbpf/executable.ts';
import { SyscallRegistry } from '../../src/sbpf/syscall-registry.ts';
import type { SbpfVersion } from '../../src/sbpf/version.ts';
import { Vm } from '../../src/sbpf/vm.ts';
import { randomNumbers } from './random-programs.ts';

const HEAP_LEN = 1024;
const INPUT = Uint8Array.from({ length: 48 }, (_, i) => i);
const STEPS = 200;

interface Context {
  readonly meter: { remaining: number };
  readonly log: string[];
}

const SYSCALLS = new SyscallRegistry([
  [
    'note',
    (context: Context, _memory, r1, r2) => {
      context.log.push(`${r1} ${r2} with ${context.meter.remaining} left`);
      return BigInt(r1) + 1n;
    },
  ],
  [
    'charge',
    ({ meter }: Context, _memory, r1) => {
      meter.remaining = Math.max(0, meter.remaining - Number(r1));
      return 0;
    },
  ],
  [
    'fill',
    (_context, memory, r1, r2, r3) => {
      const at = memory.store(r1, r2);
      memory.bytes.fill(Number(r3), at, at + Number(r2));
      return 0;
    },
  ],
  [
    'stop',
    Object.assign(
      () => {
        throw new EbpfError('UnsupportedInstruction');
      },
      { neverReturns: true } as const,
    ),
  ],
]);

const random = randomNumbers(7);
const MACHINES: Readonly<Record<string, Vm>> = Object.fromEntries(
  Object.entries({
    interpreted: { threshold: Number.POSITIVE_INFINITY },
    compiled: { threshold: 0 },
    'in turns': {
      threshold: 0,
      enterAnywhere: true,
      interpretFor: () => 1 + random.below(4),
      handOut: (units: number) => Math.min(units, random.below(12)),
    },
  } satisfies Record<string, TieringOptions>).map(([name, options]) => [
    name,
    new Vm((memory) => new TieredEngine(memory, options)),
  ]),
);

const PARTLY: Vm = new Vm((memory) => new TieredEngine(memory, { threshold: 1, onlySeen: true }));

function run(vm: Vm, executable: Executable, budget: number): unknown {
  const context: Context = { meter: { remaining: budget }, log: [] };
  vm.memory.bytes.set(INPUT, vm.prepareInput(INPUT.length));
  const result = vm.run({ executable, context, meter: context.meter, heapSize: HEAP_LEN });
  return {
    r0: result.error === undefined ? result.r0 : undefined,
    error: (result.error as EbpfError | undefined)?.debug,
    instructions: result.instructions,
    pc: result.pc,
    callFrames: result.callFrames,
    fromSyscall: result.fromSyscall,
    left: context.meter.remaining,
    log: context.log,
    memory: hashOf(vm, [
      [0x2_0000_0000, 4096],
      [0x3_0000_0000, HEAP_LEN],
      [0x4_0000_0000, INPUT.length],
    ]),
  };
}

function hashOf(vm: Vm, ranges: readonly (readonly [start: number, len: number])[]): number {
  let hash = 0;
  for (const [start, len] of ranges) {
    const at = vm.memory.load(start, len);
    for (let i = at; i < at + len; i++) hash = (Math.imul(hash, 31) + vm.memory.bytes[i] + 1) | 0;
  }
  return hash;
}

/** Name, versions, program. */
const PROGRAMS: readonly (readonly [name: string, versions: readonly SbpfVersion[], source: string])[] = [
  [
    'a load that straddles the end of the heap',
    [0, 3],
    'lddw r1, 0x3000003fc\nldxw r2, [r1+0]\nldxdw r0, [r1+0]\nexit',
  ],
  ['a store that straddles the end of the heap', [0, 3], 'lddw r1, 0x3000003fc\nstxw [r1+0], r1\nstdw [r1+0], 1\nexit'],
  ['a load that straddles the start of a region', [0, 3], 'lddw r1, 0x2fffffffd\nldxdw r0, [r1+0]\nexit'],
  ['a load that wraps around', [0, 3], 'mov64 r1, -3\nldxdw r0, [r1+0]\nexit'],
  [
    'a base that wraps around to the input',
    [0, 3],
    'lddw r2, 0x4000000f0\nldxb r0, [r2-0xe0]\nldxdw r0, [r2-0xf1]\nexit',
  ],
  ['high bits above the regions', [0, 3], 'lddw r1, 0x1300000000\nstdw [r1+0], 1\nexit'],
  ['the highest bits', [0, 3], 'lddw r1, 0x8000000300000000\nldxb r0, [r1+0]\nexit'],
  ['null', [0, 3], 'mov64 r1, 0\nldxdw r0, [r1+0]\nexit'],
  ['a store to constants', [0, 3], 'lddw r1, 0x100000000\nldxb r2, [r1+0]\nstb [r1+0], 1\nexit'],
  ['a load that runs over the end of a frame', [0, 3], 'stdw [r10-8], 77\nldxdw r0, [r10-4]\nexit'],
  ['a store that runs over the end of a frame', [0, 3], 'mov64 r1, r10\nstdw [r1-4], -1\nldxdw r0, [r1-8]\nexit'],
  ['a load in the gap', [0, 3], 'mov64 r1, r10\nadd64 r1, 16\nldxdw r0, [r1+0]\nexit'],
  ['a store below the frame', [0, 3], 'stdw [r10-4096], 5\nldxdw r0, [r10-4096]\nstdw [r10-4104], 1\nexit'],
  ['division by a register that gets to zero', [0, 3], 'mov64 r1, 3\nmov64 r0, 100\nadd64 r1, -1\ndiv64 r0, r1\nja -3'],
  ['signed division that overflows', [2], 'mov32 r1, 0\nhor64 r1, -2147483648\nmov64 r2, -1\nsdiv64 r1, r2\nexit'],
  [
    'recursion without end',
    [0, 1, 2, 3],
    'call function_a\nexit\nfunction_a:\nadd64 r6, 1\nmov64 r1, r6\ncall function_a\nexit',
  ],
  [
    'callees that read what their caller left in r6',
    [0, 3],
    'mov64 r6, 5\nmov64 r0, 9\ncall function_a\nadd64 r0, r6\nexit\nfunction_a:\nadd64 r0, r6\nmov64 r6, 1000\ncall function_b\nadd64 r0, r6\nexit\nfunction_b:\nadd64 r0, r6\nadd64 r7, r0\nexit',
  ],
  [
    'callers that read what a callee left in r3',
    [0, 3],
    'mov64 r3, 5\nmov64 r4, 7\ncall function_a\nmov64 r0, r3\nadd64 r0, r4\nexit\nfunction_a:\nadd64 r3, 1\nexit',
  ],
  [
    'callx into the middle of a function',
    [0],
    'lddw r1, 0x100000028\ncallx r1\nmov64 r6, r0\ncall function_a\nadd64 r0, r6\nexit\nfunction_a:\nmov64 r0, 1\nadd64 r0, 2\nadd64 r0, 4\nexit',
  ],
  [
    'callx to an address that is none of an instruction',
    [0],
    'lddw r1, 0x10000002b\ncallx r1\nexit\nmov64 r0, 3\nexit\nmov64 r0, 8\nexit',
  ],
  ['callx into a wide constant', [0, 3], 'lddw r1, 0x100000008\ncallx r1\nexit'],
  ['callx outside of the text', [0, 3], 'lddw r1, 0x100000400\ncallx r1\nexit'],
  ['callx to itself', [0], 'lddw r1, 0x100000000\ncallx r1\nexit'],
  ['a loop with two ways in', [0, 3], 'mov64 r0, 20\njgt r1, 0, 1\nadd64 r0, -1\nadd64 r0, -2\njsgt r0, 0, -3\nexit'],
  [
    'nested loops',
    [0, 3],
    'mov64 r0, 0\nmov64 r1, 4\nmov64 r2, 3\nadd64 r0, 1\nadd64 r2, -1\njne r2, 0, -3\nadd64 r1, -1\njne r1, 0, -6\nexit',
  ],
  [
    'a loop that writes up to the end of the heap and beyond',
    [0, 3],
    'lddw r1, 0x3000003a0\nstxdw [r1+0], r1\nadd64 r1, 8\nja -3',
  ],
  [
    'a loop that reads bytes up to the end of the input and beyond',
    [0, 3],
    'add64 r1, 20\nldxb r2, [r1+0]\nadd64 r0, r2\nadd64 r1, 1\nja -4',
  ],
  [
    'a loop that goes down over the start of a region',
    [0, 3],
    'lddw r1, 0x300000030\nldxw r2, [r1+0]\nstxw [r1+4], r2\nadd64 r1, -4\nja -4',
  ],
  [
    'a loop over the end of a frame and into the gap',
    [0, 3],
    'mov64 r1, r10\nadd64 r1, -40\nmov64 r2, 12\nstxdw [r1+0], r2\nadd64 r1, 8\nadd64 r2, -1\njne r2, 0, -4\nexit',
  ],
  [
    'a loop with a step of a register that wraps around',
    [0, 3],
    'lddw r1, 0x300000010\nlddw r2, 0x8000000000000000\nldxb r3, [r1+0]\nadd64 r1, r2\nja -3',
  ],
  [
    'a loop that writes to where it keeps its own pointer',
    [0, 3],
    'mov64 r1, r10\nadd64 r1, -48\nstxdw [r10-16], r1\nldxdw r2, [r10-16]\nstxdw [r2+0], r1\nadd64 r2, 8\nstxdw [r10-16], r2\nja -5',
  ],
  [
    'a loop whose ways round cost differently',
    [0, 3],
    'lddw r1, 0x300000000\nmov64 r2, 30\nstb [r1+0], 1\njset r2, 1, 2\nadd64 r3, 1\nadd64 r3, 1\nadd64 r1, 1\nadd64 r2, -1\njne r2, 0, -7\nexit',
  ],
  ['the end of the text', [0, 3], 'mov64 r0, 1\njeq r0, 1, 1\nexit\nmov64 r0, 2'],
  ['code behind an endless loop', [0, 3], 'ja -1\nexit'],
  [
    'syscalls that see the meter',
    [0, 3],
    'mov64 r6, 3\nmov64 r1, r6\nmov64 r2, 2\nsyscall note\nmov64 r7, r0\nmov64 r1, 9\nsyscall charge\nadd64 r6, -1\njne r6, 0, -8\nmov64 r0, r7\nexit',
  ],
  ['a syscall that takes all units', [0, 3], 'mov64 r1, 1000\nsyscall charge\nmov64 r0, 4\nexit'],
  [
    'a syscall that fails',
    [0, 3],
    'call function_a\nexit\nfunction_a:\nlddw r1, 0x3000003f9\nmov64 r2, 8\nsyscall fill\nexit',
  ],
  [
    'a syscall that writes where the program has not',
    [0, 3],
    'mov64 r1, r10\nadd64 r1, -600\nmov64 r2, 500\nmov64 r3, 7\nsyscall fill\nlddw r1, 0x300000200\nsyscall fill\nstdw [r1+16], 3\nldxdw r0, [r10-300]\nexit',
  ],
  ['code behind a syscall that never returns', [0, 3], 'jeq r1, 0, 1\nsyscall stop\nmov64 r0, 1\nexit'],
];

describe.each(PROGRAMS)('%s', (_name, versions, source) => {
  it.each(versions)('on V%d', (version) => {
    const config = { ...DEFAULT_CONFIG, maxCallDepth: 6 };
    const executable = assemble(source, { version, config, syscalls: SYSCALLS });
    const { interpreted, ...others } = MACHINES;
    for (let budget = 0; budget <= STEPS; budget++) {
      const expected = run(interpreted, executable, budget);
      for (const [name, vm] of Object.entries(others)) {
        expect(run(vm, executable, budget), `${name}, with ${budget} units`).toEqual(expected);
      }
      const { left } = expected as { readonly left: number };
      if (left > 0) break;
    }
  });

  // What had not run by then is left out of the module, and is reached by the runs that follow. Stacks without gaps, too.
  it.each(versions)('on V%d, compiled where a run that was cut short had been', (version) => {
    for (const cut of [1, 4, 12]) {
      const isMapped = cut === 4;
      const config = {
        ...DEFAULT_CONFIG,
        maxCallDepth: 6,
        enableStackFrameGaps: !isMapped,
        alignedMemoryMapping: !isMapped,
      };
      const load = () => assemble(source, { version, config, syscalls: SYSCALLS });
      const executable = load();
      run(PARTLY, executable, cut);
      for (let budget = cut + 1; budget <= STEPS; budget += 1 + (budget >> 3)) {
        const expected = run(MACHINES['interpreted'], executable, budget);
        expect(run(PARTLY, executable, budget), `cut at ${cut}, with ${budget} units`).toEqual(expected);
        if ((expected as { readonly left: number }).left > 0) break;
      }
    }
  });
});

it.each([
  // As many functions as there are calls, each of which goes on to the end of the text.
  ['that call into each other', 'add64 r3, 1\ncall 0\n'.repeat(3000)],
  // Whose addresses the program holds.
  [
    'that are called by address',
    Array.from({ length: 32 }, (_, i) => `lddw r2, ${0x1_0000_0000 + (400 + i) * 8}\n`).join('') +
      `callx r2\nexit\n${'add64 r3, 1\n'.repeat(20_000)}`,
  ],
])('overlapping functions %s are given up in time', (_name, source) => {
  const executable = assemble(`${source}exit`, { version: 3, syscalls: SYSCALLS });
  const functions = new Functions(new Code(executable));
  functions.at(0);
  for (let i = 0; i < 32; i++) functions.at(400 + i);
  let looks = 0;
  for (const { size } of functions.byRoot.values()) looks += size;
  expect(looks).toBeLessThan(250_000);
  const { interpreted, compiled } = MACHINES;
  expect(run(compiled, executable, STEPS)).toEqual(run(interpreted, executable, STEPS));
});

it('a machine that never compiles does not run what another has compiled', () => {
  const executable = assemble('lddw r1, 0x3000003fc\nstxw [r1+0], r1\nmov64 r0, 1\nexit', {
    version: 0,
    syscalls: SYSCALLS,
  });
  const { interpreted, compiled } = MACHINES;
  run(compiled, executable, STEPS);
  const instantiate = vi.spyOn(WebAssembly, 'Instance');
  run(interpreted, executable, STEPS);
  expect(instantiate).not.toHaveBeenCalled();
  instantiate.mockRestore();
});
