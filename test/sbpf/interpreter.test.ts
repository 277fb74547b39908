// The interpreter against the reference: random programs, from a fixed seed, must end the same way in both, in result,
// error, units, registers, frames and every byte of memory. Close to a hundred thousand programs have; a few run each time.

import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../src/sbpf/config.ts';
import { EbpfError } from '../../src/sbpf/errors.ts';
import { Executable } from '../../src/sbpf/executable.ts';
import { NO_SYSCALLS } from '../../src/sbpf/syscall-registry.ts';
import { verify } from '../../src/sbpf/verifier.ts';
import { staticSyscalls } from '../../src/sbpf/version.ts';
import { Vm } from '../../src/sbpf/vm.ts';
import { FUNCTION_KEYS, randomInput, randomNumbers, randomProgram } from './random-programs.ts';
import { ReferenceInterpreter } from './reference-interpreter.ts';

const HEAP_LEN = 2048;
const CONFIG = { ...DEFAULT_CONFIG, maxCallDepth: 5 };

const describeError = (error: unknown): string | undefined => {
  if (!(error instanceof EbpfError)) return undefined;
  if (!error.is('AccessViolation') && !error.is('StackAccessViolation')) return error.kind;
  const { access, vmAddr, len } = error.data as { access: string; vmAddr: bigint; len: bigint };
  return `${access} ${len} at ${vmAddr}`;
};

/** Where stack, heap or input are not as they should be. */
function firstDifference(vm: Vm, reference: ReferenceInterpreter): string | undefined {
  for (const { start, bytes } of reference.memory.slice(1)) {
    const at = vm.memory.load(Number(start), bytes.length);
    for (let i = 0; i < bytes.length; i++) if (vm.memory.bytes[at + i] !== bytes[i]) return `${start} + ${i}`;
  }
  return undefined;
}

describe.each([0, 1, 2, 3, 4] as const)('random programs of V%d', (version) => {
  it('run as the plain interpreter runs them', () => {
    const random = randomNumbers(0x5eed + version);
    const vm = new Vm();
    const endings = new Map<string, number>();
    for (let i = 0; i < 300; i++) {
      const text = randomProgram(random, version, false);
      const functions = new Map<number, { pc: number; name: string }>();
      if (!staticSyscalls(version)) {
        for (let k = 0; k < FUNCTION_KEYS; k++)
          functions.set(k, { pc: random.below(text.length / 8 + 1), name: `function_${k}` });
      }
      const executable = Executable.fromText(text, version, CONFIG, NO_SYSCALLS, functions);
      if (verify(executable) !== undefined) continue;
      const input = randomInput(random);
      const budget = random.below(5) === 0 ? random.below(40) : 300;

      const reference = new ReferenceInterpreter(executable, input, HEAP_LEN);
      reference.run(budget);
      vm.memory.bytes.set(input, vm.prepareInput(input.length));
      const meter = { remaining: budget };
      const result = vm.run({ executable, context: undefined, meter, heapSize: HEAP_LEN });

      const seen = {
        error: describeError(result.error),
        instructions: result.instructions,
        remaining: meter.remaining,
        registers: vm.registers(),
        pc: result.pc,
        frames: result.error === undefined ? reference.frames.length : vm.callFrames().length,
        memory: firstDifference(vm, reference),
      };
      expect(seen, `program ${i}`).toEqual({
        error: reference.error,
        instructions: reference.instructions,
        remaining: budget - reference.instructions,
        registers: reference.r,
        pc: reference.pc,
        frames: reference.frames.length,
        memory: undefined,
      });
      const ending = reference.error?.replace(/ .*/, '') ?? 'exit';
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
    }
    // The programs are worth running only if they end in many ways.
    for (const ending of ['exit', 'load', 'store', 'ExceededMaxInstructions', 'DivideByZero', 'CallDepthExceeded']) {
      expect(endings.get(ending) ?? 0, `${ending} of ${[...endings]}`).toBeGreaterThan(0);
    }
  });
});
