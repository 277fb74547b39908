// The machine's readers: ELF files, text of instructions, assembly, the disassembler; and programs that pass all checks and
// do what nobody meant.

import fc from 'fast-check';
import { assemble, assembleElf } from '../../src/sbpf/assembler.ts';
import { TieredEngine } from '../../src/sbpf/compiler/tiered-engine.ts';
import { type Config, DEFAULT_CONFIG } from '../../src/sbpf/config.ts';
import { disassemble, disassembleAt } from '../../src/sbpf/disassembler.ts';
import { ElfError } from '../../src/sbpf/errors.ts';
import { Executable } from '../../src/sbpf/executable.ts';
import { SyscallRegistry } from '../../src/sbpf/syscall-registry.ts';
import { verify, verifyText } from '../../src/sbpf/verifier.ts';
import { Vm } from '../../src/sbpf/vm.ts';
import { ParhelionError } from '../../src/wire/errors.ts';
import { exampleElfs } from './examples.ts';
import { bytesLike, textLike, word } from './inputs.ts';
import { type Target, target } from './target.ts';

const SYSCALLS = new SyscallRegistry(
  ['sol_log_', 'sol_log_64_', 'sol_invoke_signed_c', 'sol_memcpy_', 'sol_panic_', 'abort'].map((name) => [
    name,
    () => 0,
  ]),
);
const MAINNET: Config = { ...DEFAULT_CONFIG, optimizeRodata: false };
const OTHER: Config = {
  ...DEFAULT_CONFIG,
  optimizeRodata: true,
  alignedMemoryMapping: false,
  enableStackFrameGaps: false,
};
const UNITS = 2000;
const HEAP_LEN = 32 * 1024;

const SOURCES = [
  'entrypoint:\n  mov64 r0, 1\n  jne r0, 2, +1\n  exit\nlabel_1:\n  ldxdw r1, [r10-8]\n  call label_1\n  exit',
  '  lddw r1, 0x100000000\n  syscall sol_log_\n  callx r2\n  add32 r3, -1\n  stxb [r1+7], r2\n  be16 r4\n  exit',
];

/** Machines of both engines, made when they are first asked for. */
let machines: readonly Vm[] | undefined;

function run(executable: Executable, input: Uint8Array, r2: bigint): void {
  machines ??= [Number.POSITIVE_INFINITY, 0].map(
    (threshold) => new Vm((memory) => new TieredEngine(memory, { threshold })),
  );
  const endings = machines.map((vm) => {
    const at = vm.prepareInput(input.length);
    vm.memory.bytes.set(input, at);
    const meter = { remaining: UNITS };
    const { r0, error, instructions } = vm.run({
      executable,
      context: { meter },
      meter,
      heapSize: HEAP_LEN,
      r2: Number(r2 & 0xffff_ffffn),
    });
    return `${BigInt(r0)} ${error?.text} ${instructions}`;
  });
  if (endings[0] !== endings[1]) throw new Error(`interpreted: ${endings[0]}; compiled: ${endings[1]}`);
}

function loadAndRun(elf: Uint8Array, input: Uint8Array, r2: bigint): void {
  for (const config of [MAINNET, OTHER]) {
    const executable = Executable.load(elf, config, SYSCALLS);
    if (executable instanceof ElfError) continue;
    if (executable.text.length < 40_000) {
      disassemble(executable);
      disassembleAt(executable, 0);
    }
    if (verify(executable) === undefined) run(executable, input, r2);
  }
}

const VERSIONS = [0, 1, 2, 3] as const;

/** Eight bytes that are mostly an instruction. */
const slot = fc
  .tuple(fc.nat(255), fc.nat(10), fc.nat(10), fc.integer({ min: -20, max: 20 }), word)
  .map(([code, dst, src, offset, immediate]) => {
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    view.setUint8(0, code);
    view.setUint8(1, dst | (src << 4));
    view.setInt16(2, offset, true);
    view.setUint32(4, Number(immediate & 0xffff_ffffn), true);
    return bytes;
  });

function readSource(source: string): void {
  for (const version of VERSIONS) {
    assembleElf(source, { version });
    disassemble(assemble(source, { version, syscalls: SYSCALLS }));
  }
}

export function sbpfTargets(): Target[] {
  const elfs = exampleElfs();
  return [
    target(
      'ELF',
      fc.tuple(bytesLike(elfs), fc.uint8Array({ maxLength: 64 }), word),
      ([elf, input, r2]) => loadAndRun(elf, input, r2),
      {
        weight: 4,
      },
    ),
    target(
      'text of instructions',
      fc.tuple(fc.array(slot, { maxLength: 30 }), fc.constantFrom(...VERSIONS)),
      ([slots, version]) => {
        const text = new Uint8Array(slots.length * 8);
        for (const [i, bytes] of slots.entries()) text.set(bytes, i * 8);
        verifyText(text, version);
      },
    ),
    target('assembly', textLike(SOURCES), readSource, {
      isDocumented: (error) => error instanceof ParhelionError && error.code === 'ASSEMBLY',
    }),
  ];
}
