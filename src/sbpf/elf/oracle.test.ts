// Loaders and verifier against LiteSVM, which says in its words why it refuses a program: any bytes must get the same
// words from us. A hundred thousand mutations have agreed; a few run each time, from a fixed seed.

import { address } from '@solana/kit';
import fc from 'fast-check';
import { LiteSVM } from 'litesvm';
import { expect, test } from 'vitest';
import { assembleElf } from '../assembler.ts';
import { type Config, DEFAULT_CONFIG } from '../config.ts';
import { ElfError } from '../errors.ts';
import { Executable } from '../executable.ts';
import { SyscallRegistry } from '../syscall-registry.ts';
import { verify } from '../verifier.ts';
import { writeElf } from './writer.ts';

const CONFIG: Config = {
  ...DEFAULT_CONFIG,
  optimizeRodata: false,
  alignedMemoryMapping: true,
  enabledSbpfVersions: [0, 3],
};
const SYSCALLS = new SyscallRegistry([['sol_log_', () => 0]]);
const PROGRAM = address('Program111111111111111111111111111111111111');
const RUNS = { numRuns: 1200, seed: 20260802 };

const SOURCE = `
  entrypoint:
    mov64 r1, 8
    syscall sol_log_
    call function_two
    exit
  function_two:
    jeq r0, 7, +1
    stxdw [r10-8], r0
    exit`;
const FILES = ([0, 1, 2, 3] as const).map((version) => assembleElf(SOURCE, { version, rodata: new Uint8Array(16) }));

function verdict(elf: Uint8Array): string {
  const executable = Executable.load(elf, CONFIG, SYSCALLS);
  return executable instanceof ElfError ? executable.text : (verify(executable)?.text ?? 'accepted');
}

function verdictOfLiteSvm(svm: LiteSVM, elf: Uint8Array): string {
  try {
    svm.addProgram(PROGRAM, elf);
    return 'accepted';
  } catch (error) {
    return String((error as Error).message).replace(/^Failed to add program: (Verifier error: )?/, '');
  }
}

test('a damaged file is refused in the same words', () => {
  const svm = new LiteSVM();
  const change = fc.record({
    at: fc.oneof(fc.nat(700), fc.nat(176), fc.integer({ min: 300, max: 1000 })),
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 2 }),
      fc
        .constantFrom(0, 1, 2, 3, 8, 16, 176, 192, 256)
        .map((n) => Uint8Array.from([n & 255, n >> 8, 0, 0, 0, 0, 0, 0])),
      fc.constant(new Uint8Array(8).fill(255)),
    ),
    aligned: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.constantFrom(...FILES), fc.array(change, { minLength: 1, maxLength: 3 }), (file, changes) => {
      const elf = file.slice();
      for (const { at, bytes, aligned } of changes) {
        const start = Math.min(aligned ? at & ~7 : at, elf.length - bytes.length);
        elf.set(bytes, start);
      }
      expect(verdict(elf)).toBe(verdictOfLiteSvm(svm, elf));
    }),
    RUNS,
  );
});

test('any code is refused in the same words', () => {
  const svm = new LiteSVM();
  const slot = fc
    .record({
      opcode: fc.nat(255),
      registers: fc.oneof(fc.nat(255), fc.constantFrom(0x00, 0x10, 0x0a, 0x1a, 0xa1)),
      offset: fc.oneof(fc.integer({ min: -4, max: 4 }), fc.constant(0), fc.constant(0x7fff)),
      imm: fc.oneof(fc.constantFrom(0, 1, 16, 31, 32, 63, 64, 128, -1, 9, 10), fc.integer()),
    })
    .map(({ opcode, registers, offset, imm }) => {
      const bytes = new Uint8Array(8);
      const view = new DataView(bytes.buffer);
      bytes.set([opcode, registers]);
      view.setInt16(2, offset, true);
      // A relative call is the loader's business, and has its own rows.
      view.setInt32(4, opcode === 0x85 ? -1 : imm, true);
      return [...bytes];
    });
  fc.assert(
    fc.property(fc.constantFrom(0, 1, 2, 3), fc.array(slot, { minLength: 1, maxLength: 3 }), (version, slots) => {
      const text = Uint8Array.from(slots.flat());
      const elf = writeElf({ version, text, rodata: new Uint8Array(0), entryPc: 0, relocations: [] });
      expect(verdict(elf)).toBe(verdictOfLiteSvm(svm, elf));
    }),
    { ...RUNS, numRuns: 4000 },
  );
});
