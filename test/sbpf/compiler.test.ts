// The compiler against the interpreter: random programs, from a fixed seed, must end the same way in both, in result,
// error, units, slot, frames and every byte of memory; also when the two take turns of a few instructions.

import { describe, expect, it } from 'vitest';
import { assemble } from '../../src/sbpf/assembler.ts';
import { TieredEngine, type TieringOptions } from '../../src/sbpf/compiler/tiered-engine.ts';
import { DEFAULT_CONFIG } from '../../src/sbpf/config.ts';
import type { EbpfError } from '../../src/sbpf/errors.ts';
import { Executable } from '../../src/sbpf/executable.ts';
import { SyscallRegistry } from '../../src/sbpf/syscall-registry.ts';
import { verify } from '../../src/sbpf/verifier.ts';
import { staticSyscalls } from '../../src/sbpf/version.ts';
import { Vm } from '../../src/sbpf/vm.ts';
import { randomLoops } from './random-loops.ts';
import { FUNCTION_KEYS, randomInput, randomNumbers, randomProgram } from './random-programs.ts';

const HEAP_LEN = 2048;
const NEVER: TieringOptions = { threshold: Number.POSITIVE_INFINITY };
const ALWAYS: TieringOptions = { threshold: 0 };
/** Compiled soon, and only as far as it ran by then. */
const PARTLY: TieringOptions = { threshold: 10, onlySeen: true };
const PROGRAMS = Number(process.env['PROGRAMS'] ?? 150);
const SEED = Number(process.env['SEED'] ?? 0xc0de);

const machine = (options: TieringOptions): Vm => new Vm((memory) => new TieredEngine(memory, options));

interface Trial {
  readonly executable: Executable;
  readonly input: Uint8Array;
  readonly budget: number;
}

function outcome(vm: Vm, { executable, input, budget }: Trial): unknown {
  const meter = { remaining: budget };
  vm.memory.bytes.set(input, vm.prepareInput(input.length));
  const { r0, error, instructions, pc, callFrames } = vm.run({
    executable,
    context: undefined,
    meter,
    heapSize: HEAP_LEN,
  });
  return {
    r0: error === undefined ? r0 : undefined,
    error: (error as EbpfError | undefined)?.debug,
    instructions,
    remaining: meter.remaining,
    pc,
    callFrames,
    memory: [
      [0x2_0000_0000, 4096],
      [0x2_0000_2000, 4096],
      [0x3_0000_0000, HEAP_LEN],
      [0x4_0000_0000, input.length],
    ].map(([start, len]) => {
      const at = vm.memory.load(start, len);
      return hashOf(vm.memory.bytes.subarray(at, at + len));
    }),
  };
}

function hashOf(bytes: Uint8Array): number {
  let hash = 0;
  for (const byte of bytes) hash = (Math.imul(hash, 31) + byte + 1) | 0;
  return hash;
}

describe.each([0, 1, 2, 3, 4] as const)('random programs of V%d', (version) => {
  it('run compiled, and in turns, as they are interpreted', () => {
    const random = randomNumbers(SEED + version);
    const interpreter = machine(NEVER);
    const compiler = machine(ALWAYS);
    const partly = machine(PARTLY);
    const turns = machine({
      threshold: 0,
      enterAnywhere: true,
      interpretFor: () => 1 + random.below(4),
      handOut: (units) => Math.min(units, random.below(20)),
    });
    for (let i = 0; i < PROGRAMS; i++) {
      const config = { ...DEFAULT_CONFIG, maxCallDepth: 5, enableStackFrameGaps: random.below(4) !== 0 };
      const text = randomProgram(random, version, false);
      const syscalls = new SyscallRegistry([]);
      const functions = new Map<number, { pc: number; name: string }>();
      if (!staticSyscalls(version)) {
        for (let k = 0; k < FUNCTION_KEYS; k++) {
          functions.set(k, { pc: random.below(text.length / 8 + 1), name: `function_${k}` });
        }
      }
      const load = () => Executable.fromText(text, version, config, syscalls, functions);
      const executable = load();
      if (verify(executable) !== undefined) continue;
      const input = randomInput(random);
      const budget = random.below(3) === 0 ? random.below(60) : 1000;
      const trial = { executable, input, budget };
      const expected = outcome(interpreter, trial);
      expect(outcome(compiler, trial), `program ${i} compiled`).toEqual(expected);
      expect(outcome(turns, trial), `program ${i} in turns`).toEqual(expected);
      // What is known of a program goes with the executable.
      const fresh = load();
      outcome(partly, { ...trial, executable: fresh, budget: 10 + random.below(40) });
      for (const time of ['first', 'second']) {
        expect(outcome(partly, { ...trial, executable: fresh }), `program ${i} partly, ${time}`).toEqual(expected);
      }
    }
  });
});

describe.each([0, 1, 3] as const)('random loops of V%d', (version) => {
  it('run compiled, with a profile and without, and in turns, as they are interpreted', () => {
    const random = randomNumbers(SEED + version + 10);
    const interpreter = machine(NEVER);
    const compiler = machine(ALWAYS);
    const profiled = machine({ threshold: 40 });
    const partly = machine(PARTLY);
    const turns = machine({
      threshold: 0,
      enterAnywhere: true,
      interpretFor: () => 1 + random.below(4),
      handOut: (units) => Math.min(units, random.below(60)),
    });
    for (let i = 0; i < PROGRAMS / 2; i++) {
      const config = { ...DEFAULT_CONFIG, maxCallDepth: 5, enableStackFrameGaps: random.below(4) !== 0 };
      const source = randomLoops(random);
      const executable = assemble(source, { version, config });
      const input = randomInput(random);
      const trial = { executable, input, budget: random.below(3) === 0 ? random.below(400) : 3000 };
      const expected = outcome(interpreter, trial);
      const say = (how: string) => `program ${i} ${how}:\n${source}`;
      expect(outcome(compiler, trial), say('compiled')).toEqual(expected);
      expect(outcome(profiled, trial), say('with a profile')).toEqual(expected);
      expect(outcome(profiled, trial), say('with a profile, again')).toEqual(expected);
      const fresh = assemble(source, { version, config });
      outcome(partly, { ...trial, executable: fresh, budget: 10 + random.below(100) });
      expect(outcome(partly, { ...trial, executable: fresh }), say('partly')).toEqual(expected);
      expect(outcome(partly, { ...trial, executable: fresh }), say('partly, again')).toEqual(expected);
      if (i % 4 === 0) expect(outcome(turns, trial), say('in turns')).toEqual(expected);
    }
  });
});

describe('a function that is called by address', () => {
  const source = `
      mov64 r6, 1000
      mov64 r7, 0
    again:
      ADDRESS
      mov64 r3, r6
      mov64 r4, 5
      callx r8
      add64 r7, r2
      xor64 r7, r3
      add64 r7, r4
      add64 r7, r0
      sub64 r6, 1
      jne r6, 0, again
      mov64 r0, r7
      exit
    callee:
      mov64 r2, r3
      and64 r3, 12
      mov64 r0, 3
      jgt r2, 900, odd
      exit
    odd:
      mul64 r2, 7
      exit`;

  const callee = 15 * 8;

  it.each([
    ['computed', `lddw r8, ${0x1_0000_0000}\nadd64 r8, ${callee}`],
    ['constant', `lddw r8, ${0x1_0000_0000 + callee}\nmov64 r1, 1`],
  ])('is compiled, and what it leaves in r1 to r5 is there: %s', (_, address) => {
    const text = source.replace('ADDRESS', address);
    const load = () => assemble(text, { version: 0, config: DEFAULT_CONFIG });
    const trial = { input: new Uint8Array(64), budget: 100_000 };
    const expected = outcome(machine(NEVER), { ...trial, executable: load() }) as { r0: unknown };
    expect(expected.r0).toBeDefined();
    for (const options of [PARTLY, { threshold: 0 }]) {
      const vm = machine(options);
      const executable = load();
      for (let i = 0; i < 3; i++) expect(outcome(vm, { ...trial, executable })).toEqual(expected);
      expect(vm.interpreted).toBe(0);
    }
  });
});

describe('a heap that is filled from its end', () => {
  // As allocators of Rust's do it: the next free place stands at the heap's start.
  const fill = `
      lddw r1, ${0x3_0000_0000}
      mov64 r2, r1
      add64 r2, ${HEAP_LEN}
      mov64 r3, 150
    next:
      sub64 r2, 8
      stxdw [r1+0], r2
      stxdw [r2+0], r3
      stxb [r2-1], r3
      sub64 r3, 1
      jne r3, 0, next
      mov64 r0, 7
      exit`;
  const sum = `
      lddw r1, ${0x3_0000_0000}
      mov64 r3, ${HEAP_LEN / 8}
      mov64 r0, 0
    next:
      ldxdw r2, [r1+0]
      add64 r0, r2
      add64 r1, 8
      sub64 r3, 1
      jne r3, 0, next
      stdw [r1-8], 5
      exit`;

  it.each([0, 3] as const)('holds what was written, and nothing of it in the next run (V%d)', (version) => {
    const load = (source: string) => assemble(source, { version, config: DEFAULT_CONFIG });
    const trial = { input: new Uint8Array(64), budget: 10_000 };
    const [interpreter, compiler] = [machine(NEVER), machine(ALWAYS)];
    const programs = [fill, sum].map(load);
    for (let i = 0; i < 4; i++) {
      const executable = programs[i & 1];
      const expected = outcome(interpreter, { ...trial, executable });
      expect(expected).toMatchObject({ r0: i % 2 === 0 ? 7 : 0 });
      expect(outcome(compiler, { ...trial, executable })).toEqual(expected);
    }
  });
});

describe('a pointer that goes from region to region', () => {
  // The heap, a frame of its own, the caller's and the input, in turns: at once, and in a loop of so many words.
  const source = (below: number, words: number) => `
      mov64 r2, r10
      sub64 r2, ${below}
      stdw [r10-40], 77
      call function_walk
      exit
    function_walk:
      lddw r6, ${0x3_0000_0000 + 100}
      mov64 r7, r10
      sub64 r7, ${below}
      mov64 r8, r2
      mov64 r9, r1
      mov64 r5, 40
    again:
      mov64 r1, r6
      mov64 r6, r7
      mov64 r7, r8
      mov64 r8, r9
      mov64 r9, r1
      ldxdw r2, [r1+0]
      stxb [r1+5], r5
      add64 r0, r2
      mov64 r2, 0
    next:
      mov64 r3, r2
      lsh64 r3, 3
      add64 r3, r1
      ldxw r4, [r3+0]
      add64 r0, r4
      mul64 r0, 31
      stxh [r3+2], r0
      add64 r2, 1
      jne r2, ${words}, next
      sub64 r5, 1
      jne r5, 0, again
      exit`;

  describe.each([
    ['well inside', 96, 6],
    ['up to the end of a frame', 48, 6],
    ['beyond the end of a frame', 48, 7],
    ['across the end of a frame', 46, 6],
  ])('%s', (_, below, words) => {
    it.each([
      [0, true],
      [0, false],
      [3, false],
    ] as const)('V%d, gaps: %s', (version, enableStackFrameGaps) => {
      const load = () =>
        assemble(source(below, words), { version, config: { ...DEFAULT_CONFIG, enableStackFrameGaps } });
      const trial = { input: new Uint8Array(80).fill(3), budget: 100_000 };
      const expected = outcome(machine(NEVER), { ...trial, executable: load() });
      // Compiled once it has been everywhere.
      for (const options of [{ threshold: 500 }, { threshold: 500, onlySeen: true }, ALWAYS]) {
        const vm = machine(options);
        const executable = load();
        outcome(vm, { ...trial, executable, budget: 700 });
        for (let i = 0; i < 2; i++) expect(outcome(vm, { ...trial, executable })).toEqual(expected);
      }
    });
  });
});
