import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assemble } from './assembler.ts';
import { DEFAULT_CONFIG } from './config.ts';
import type { EbpfError } from './errors.ts';
import { Executable } from './executable.ts';
import { emitInterpreter, renderInterpreters, SENTINEL } from './interpreter.ts';
import { opcodesOf } from './opcodes.ts';
import { NO_SYSCALLS } from './syscall-registry.ts';
import type { SbpfVersion } from './version.ts';
import { type RunResult, Vm } from './vm.ts';

const vm = new Vm();

function runExecutable(executable: Executable, remaining = 1000, input: readonly number[] = []): RunResult {
  vm.memory.bytes.set(input, vm.prepareInput(input.length));
  return vm.run({ executable, context: undefined, meter: { remaining }, heapSize: 1024 });
}

const run = (version: SbpfVersion, source: string, remaining?: number, input?: readonly number[]): RunResult =>
  runExecutable(assemble(source, { version, config: DEFAULT_CONFIG }), remaining, input);

/** `r0` in hex, or the error as Rust prints it. */
const outcome = ({ r0, error }: RunResult): string => (error ? (error as EbpfError).debug : `0x${r0.toString(16)}`);

/** A 64-bit constant, in the way the version has. */
const constant = (version: SbpfVersion, register: string, value: bigint): string =>
  version === 2
    ? `mov32 ${register}, ${BigInt.asIntN(32, value)}\n hor64 ${register}, ${BigInt.asIntN(32, value >> 32n)}`
    : `lddw ${register}, 0x${value.toString(16)}`;

const A = 0x1122_3344_8566_7788n;
const MINUS_1 = 0xffff_ffff_ffff_ffffn;
const MIN = 0x8000_0000_0000_0000n;

describe('arithmetic', () => {
  // r0 and r1 before, the instruction, r0 after: in V0 (also V1, V3, V4), and in V2; '-' where a version lacks it
  const rows: [r0: bigint, r1: bigint, instruction: string, others: string, v2: string][] = [
    [A, 1n, 'add32 r0, -8', '0xffffffff85667780', '0x85667780'],
    [A, 0x8000_0000n, 'add32 r0, r1', '0x5667788', '0x5667788'],
    [A, 0n, 'sub32 r0, 8', '0xffffffff85667780', '0x7a998880'],
    [A, 8n, 'sub32 r0, r1', '0xffffffff85667780', '0x85667780'],
    [A, 0n, 'mul32 r0, 2', '0xaccef10', '-'],
    [0x4000_0000n, 2n, 'mul32 r0, r1', '0xffffffff80000000', '-'],
    [A, 0n, 'div32 r0, -1', '0x0', '-'],
    [A, 2n, 'div32 r0, r1', '0x42b33bc4', '-'],
    [A, 0x1_0000_0000n, 'div32 r0, r1', 'DivideByZero', '-'],
    [A, 0n, 'mod32 r0, 7', `0x${(0x8566_7788n % 7n).toString(16)}`, '-'],
    [A, 0xff_0000_0000n, 'mod32 r0, r1', 'DivideByZero', '-'],
    [A, 0n, 'or32 r0, -2147483648', '0x85667788', '0x85667788'],
    [A, MINUS_1, 'and32 r0, r1', '0x85667788', '0x85667788'],
    [A, 0n, 'xor32 r0, -1', '0x7a998877', '0x7a998877'],
    [A, 33n, 'lsh32 r0, r1', '0xaccef10', '0xaccef10'],
    [A, 0n, 'rsh32 r0, 4', '0x8566778', '0x8566778'],
    [A, 36n, 'arsh32 r0, r1', '0xf8566778', '0xf8566778'],
    [A, 0n, 'neg32 r0', '0x7a998878', '-'],
    [A, 0n, 'mov32 r0, -1', '0xffffffff', '0xffffffff'],
    [A, 0xffff_ffff_8000_0001n, 'mov32 r0, r1', '0x80000001', '0xffffffff80000001'],
    [A, 0n, 'le16 r0', '0x7788', '-'],
    [A, 0n, 'le32 r0', '0x85667788', '-'],
    [A, 0n, 'le64 r0', '0x1122334485667788', '-'],
    [A, 0n, 'be16 r0', '0x8877', '0x8877'],
    [A, 0n, 'be32 r0', '0x88776685', '0x88776685'],
    [A, 0n, 'be64 r0', '0x8877668544332211', '0x8877668544332211'],

    [A, 0n, 'add64 r0, -1', '0x1122334485667787', '0x1122334485667787'],
    [MINUS_1, 2n, 'add64 r0, r1', '0x1', '0x1'],
    [5n, 0n, 'sub64 r0, 8', '0xfffffffffffffffd', '0x3'],
    [5n, 8n, 'sub64 r0, r1', '0xfffffffffffffffd', '0xfffffffffffffffd'],
    [A, 0n, 'mul64 r0, -1', '0xeeddccbb7a998878', '-'],
    [A, 0n, 'div64 r0, -1', '0x0', '-'],
    [MINUS_1, 16n, 'div64 r0, r1', '0xfffffffffffffff', '-'],
    [A, 0n, 'div64 r0, r1', 'DivideByZero', '-'],
    [A, 0n, 'mod64 r0, r1', 'DivideByZero', '-'],
    [MINUS_1, 0n, 'mod64 r0, 16', '0xf', '-'],
    [A, 0n, 'or64 r0, -256', '0xffffffffffffff88', '0xffffffffffffff88'],
    [A, 0n, 'and64 r0, -256', '0x1122334485667700', '0x1122334485667700'],
    [A, MINUS_1, 'xor64 r0, r1', '0xeeddccbb7a998877', '0xeeddccbb7a998877'],
    [A, 68n, 'lsh64 r0, r1', '0x1223344856677880', '0x1223344856677880'],
    [A, 0n, 'rsh64 r0, 60', '0x1', '0x1'],
    [MIN, 65n, 'arsh64 r0, r1', '0xc000000000000000', '0xc000000000000000'],
    [A, 0n, 'neg64 r0', '0xeeddccbb7a998878', '-'],
    [A, 0n, 'mov64 r0, -2', '0xfffffffffffffffe', '0xfffffffffffffffe'],
    [0xffn, 0n, 'hor64 r0, -1', '-', '0xffffffff000000ff'],

    [A, 0n, 'uhmul64 r0, -1', '-', `0x${((A * 0xffff_ffffn) >> 64n).toString(16)}`],
    [MINUS_1, MINUS_1, 'uhmul64 r0, r1', '-', '0xfffffffffffffffe'],
    [A, 0n, 'shmul64 r0, -1', '-', '0xffffffffffffffff'],
    [MIN, MIN, 'shmul64 r0, r1', '-', '0x4000000000000000'],
    [A, 3n, 'lmul32 r0, r1', '-', '0x90336698'],
    [A, 0n, 'lmul64 r0, -1', '-', '0xeeddccbb7a998878'],
    [A, 0n, 'udiv32 r0, -1', '-', '0x0'],
    [A, 0n, 'udiv64 r0, -1', '-', `0x${(A / 0xffff_ffffn).toString(16)}`],
    [A, 0n, 'urem64 r0, -1', '-', `0x${(A % 0xffff_ffffn).toString(16)}`],
    [A, 0x7_0000_0000n, 'urem32 r0, r1', '-', 'DivideByZero'],
    [A, 0n, 'udiv64 r0, r1', '-', 'DivideByZero'],
    [0xffff_fff9n, 2n, 'sdiv32 r0, r1', '-', '0xfffffffd'],
    [0xffff_fff9n, 2n, 'srem32 r0, r1', '-', '0xffffffff'],
    [7n, 0n, 'sdiv64 r0, -2', '-', '0xfffffffffffffffd'],
    [7n, 0n, 'srem64 r0, -2', '-', '0x1'],
    [0x8000_0000n, 0n, 'sdiv32 r0, -1', '-', 'DivideOverflow'],
    [0x8000_0000n, MINUS_1, 'srem32 r0, r1', '-', 'DivideOverflow'],
    [MIN, 0n, 'sdiv64 r0, -1', '-', 'DivideOverflow'],
    [MIN, MINUS_1, 'srem64 r0, r1', '-', 'DivideOverflow'],
    [MIN, 0n, 'sdiv64 r0, r1', '-', 'DivideByZero'],
  ];
  it.each(rows)('%x, %x: %s', (r0, r1, instruction, others, v2) => {
    for (const version of [0, 1, 2, 3, 4] as const) {
      const expected = version === 2 ? v2 : others;
      if (expected === '-') continue;
      const source = `${constant(version, 'r0', r0)}\n ${constant(version, 'r1', r1)}\n ${instruction}\n exit`;
      expect(outcome(run(version, source)), `V${version}`).toBe(expected);
    }
  });
});

describe('loads and stores', () => {
  it.each([0, 1, 2, 3, 4] as const)('have every width, zero-extended, at any alignment, in V%d', (version) => {
    const widths: [string, number, string][] = [
      ['b', 0xff, '0xff'],
      ['h', 0xfffe, '0xfffe'],
      ['w', 0xffff_fffe, '0xfffffffe'],
      ['dw', -2, '0xfffffffffffffffe'],
    ];
    for (const [suffix, value, expected] of widths) {
      const stored = run(
        version,
        `st${suffix} [r1+3], ${value | 0}\n ldx${suffix} r0, [r1+3]\n exit`,
        9,
        new Array(16).fill(0),
      );
      expect(outcome(stored)).toBe(expected);
      const moved = run(
        version,
        `mov64 r2, ${value | 0}\n stx${suffix} [r1+5], r2\n ldx${suffix} r0, [r1+5]\n exit`,
        9,
        new Array(16).fill(0),
      );
      expect(outcome(moved)).toBe(expected);
    }
  });

  it('add the offset as a signed number, modulo 2^64', () => {
    expect(outcome(run(3, 'ldxb r0, [r1+2]\n exit', 9, [1, 2, 3]))).toBe('0x3');
    expect(outcome(run(3, 'add64 r1, 4\n ldxb r0, [r1-2]\n exit', 9, [1, 2, 3]))).toBe('0x3');
    expect(outcome(run(3, 'mov64 r2, -1\n ldxb r0, [r2+1]\n exit'))).toBe('0xb7');
    expect(outcome(run(3, 'ldxb r0, [r0-1]\n exit'))).toBe(
      'AccessViolation(Load, 18446744073709551615, 1, "unallocated")',
    );
  });

  it('leave everything as it was when they fail', () => {
    const { error } = run(3, 'mov64 r2, 77\n ldxdw r2, [r1+9]\n exit', 9, new Array(16).fill(1));
    expect((error as EbpfError).debug).toBe('AccessViolation(Load, 17179869193, 8, "input")');
    expect(vm.register(2)).toBe(77);
    run(3, 'mov64 r2, -1\n stxdw [r1+9], r2\n exit', 9, new Array(16).fill(1));
    const input = vm.memory.load(0x4_0000_0000, 16);
    expect([...vm.memory.bytes.subarray(input, input + 16)]).toEqual(new Array(16).fill(1));
  });

  it('that start in a frame of a gapped stack run on in the next frame', () => {
    const source = `
      lddw r3, 0x1122334455667788
      stxdw [r10-4], r3
      add64 r10, 0
      ldxw r0, [r10-4]
      lddw r2, 0x200002000
      ldxw r4, [r2+0]
      lsh64 r4, 32
      or64 r0, r4
      exit`;
    expect(outcome(run(0, source))).toBe('0x1122334455667788');
  });

  it('fault in a gap, and name it as a frame', () => {
    expect(outcome(run(0, 'ldxb r0, [r10+0]\n exit'))).toBe('StackAccessViolation(Load, 8589938688, 1, 1)');
    expect(outcome(run(3, 'ldxb r0, [r10+0]\n exit'))).toBe('0x0');
  });
});

describe('jumps', () => {
  const jumps = (version: SbpfVersion) =>
    opcodesOf(version).filter((opcode) => opcode?.class.startsWith('jump') && opcode.mnemonic !== 'ja');

  it.each([
    [5n, 5n, ['jeq', 'jge', 'jle', 'jset', 'jsge', 'jsle']],
    [5n, 8n, ['jne', 'jlt', 'jle', 'jslt', 'jsle']],
    [5n, 0xffff_ffff_ffff_fffan, ['jne', 'jlt', 'jle', 'jsgt', 'jsge']],
    [0xffff_ffff_ffff_fffdn, 5n, ['jne', 'jgt', 'jge', 'jset', 'jslt', 'jsle']],
  ])('%d against %d', (a, b, taken) => {
    for (const version of [0, 1, 2, 3, 4] as const) {
      for (const opcode of jumps(version)) {
        const operand = opcode!.operands.includes('src') ? 'r2' : `${BigInt.asIntN(32, b)}`;
        const source = `
          ${constant(version, 'r1', a)}
          ${constant(version, 'r2', b)}
          ${opcode!.mnemonic} r1, ${operand}, taken
          exit
          taken:
          mov64 r0, 1
          exit`;
        const expected = taken.includes(opcode!.mnemonic.replace('32', '')) ? '0x1' : '0x0';
        expect(outcome(run(version, source)), `V${version} ${opcode!.mnemonic} ${operand}`).toBe(expected);
      }
    }
  });

  it('of 32 bits see the lower half only', () => {
    const source = 'lddw r1, 0xf00000005\n mov64 r2, 5\n jeq32 r1, r2, +1\n exit\n mov64 r0, 1\n exit';
    expect(outcome(run(3, source))).toBe('0x1');
  });
});

describe('calls', () => {
  it('keep r6 to r9 and r10 for the caller, and pass r0 to r5 both ways', () => {
    const source = `
      mov64 r1, 1
      mov64 r6, 6
      mov64 r9, 9
      call function_1
      add64 r0, r6
      add64 r0, r9
      add64 r0, r2
      exit
      function_1:
      mov64 r0, r1
      mov64 r2, 200
      mov64 r6, 1000
      mov64 r9, 1000
      exit`;
    for (const version of [0, 1, 2, 3, 4] as const) expect(outcome(run(version, source)), `V${version}`).toBe('0xd8');
  });

  it.each([
    [0, '0x2000'],
    [1, '0x0'],
    [2, '0x0'],
    [3, '0x1000'],
    [4, '0x1000'],
  ] as const)('V%d adds %s to r10', (version, expected) => {
    const source = `mov64 r6, r10
      call function_1
      exit
      function_1:
      mov64 r0, r10
      sub64 r0, r6
      exit`;
    expect(outcome(run(version, source))).toBe(expected);
  });

  it('63 deep succeed, the 64th does not', () => {
    const nested = (depth: number): string => `mov64 r1, ${depth}
      call function_1
      exit
      function_1:
      sub64 r1, 1
      jeq r1, 0, done
      call function_1
      done:
      exit`;
    expect(outcome(run(3, nested(63)))).toBe('0x0');
    const failed = run(3, nested(64));
    expect(outcome(failed)).toBe('CallDepthExceeded');
    expect(failed.callFrames).toEqual([2, ...new Array(63).fill(6)]);
    expect(failed.pc).toBe(5);
    expect(vm.register(10)).toBe(0x2_0000_1000 + 63 * 0x1000);
  });

  it('through a register ignore the lower three bits', () => {
    for (const low of [0, 7]) {
      expect(
        outcome(run(3, `lddw r1, 0x1000000${(4 * 8 + low).toString(16)}\n callx r1\n exit\n mov64 r0, 5\n exit`)),
      ).toBe('0x5');
    }
  });

  it.each([
    ['behind the text', 0x1_0000_0000n + 32n],
    ['before it', 0xffff_fff8n],
    ['far away', 0x2_0000_0008n],
  ])('through a register go nowhere %s; the frame is there by then', (_, target) => {
    const failed = run(3, `${constant(3, 'r1', target)}\n callx r1\n exit`);
    expect(outcome(failed)).toBe('CallOutsideTextSegment');
    expect(failed).toMatchObject({ instructions: 2, pc: 2, callFrames: [3] });
    expect(vm.register(10)).toBe(0x2_0000_2000);
  });

  it('into the second half of a wide constant run opcode 0', () => {
    const failed = run(3, 'lddw r1, 0x100000008\n callx r1\n exit');
    expect(outcome(failed)).toBe('UnsupportedInstruction');
    expect(failed).toMatchObject({ instructions: 3, pc: 1 });
  });

  it('of nothing are unsupported, once they are reached', () => {
    const call = (src: number, immediate: number): Uint8Array =>
      Uint8Array.of(
        0x85,
        src << 4,
        0,
        0,
        immediate & 255,
        (immediate >> 8) & 255,
        (immediate >> 16) & 255,
        (immediate >> 24) & 255,
      );
    for (const [version, text] of [
      [0, call(0, -1)],
      [3, call(0, 0x1234)],
      [3, call(1, 1)],
      [3, call(1, -2)],
      [3, call(2, 0)],
    ] as const) {
      const result = runExecutable(Executable.fromText(text, version, DEFAULT_CONFIG, NO_SYSCALLS));
      expect(outcome(result), `V${version} ${text}`).toBe('UnsupportedInstruction');
      expect(result).toMatchObject({ instructions: 1, pc: 0, callFrames: [] });
    }
  });
});

describe('the end of the text', () => {
  it('costs one unit to run past', () => {
    const failed = run(3, 'mov64 r0, 1');
    expect(outcome(failed)).toBe('ExecutionOverrun');
    expect(failed).toMatchObject({ instructions: 2, pc: 1 });
  });

  it('is not noticed when the meter has run out', () => {
    expect(outcome(run(3, 'mov64 r0, 1', 1))).toBe('ExceededMaxInstructions');
  });
});

describe('code that no verifier saw', () => {
  const bare = (version: SbpfVersion, ...slots: number[][]): RunResult =>
    runExecutable(Executable.fromText(Uint8Array.from(slots.flat()), version, DEFAULT_CONFIG, NO_SYSCALLS));

  it('ends at any opcode that its version lacks, the sentinel among them', () => {
    for (const version of [0, 1, 2, 3, 4] as const) {
      for (let code = 0; code < 256; code++) {
        if (opcodesOf(version)[code] !== undefined) continue;
        const failed = bare(version, [code, 0, 0, 0, 0, 0, 0, 0], [SENTINEL, 0, 0, 0, 0, 0, 0, 0]);
        expect(outcome(failed), `V${version} ${code}`).toBe('UnsupportedInstruction');
        expect(failed.instructions).toBe(1);
      }
    }
  });

  it.each([
    ['a jump before the text', 3, [0x05, 0, 0xf0, 0xff, 0, 0, 0, 0], 'ExecutionOverrun'],
    ['a jump far behind it', 3, [0x05, 0, 0xff, 0x7f, 0, 0, 0, 0], 'ExecutionOverrun'],
    ['half a wide constant', 3, [0x18, 0, 0, 0, 1, 0, 0, 0], 'ExecutionOverrun'],
    ['division by an immediate 0', 0, [0x37, 0, 0, 0, 0, 0, 0, 0], 'DivideByZero'],
    ['a byte swap of 8 bits', 0, [0xdc, 0, 0, 0, 8, 0, 0, 0], 'InvalidInstruction'],
    ['a call through r15', 0, [0x8d, 0, 0, 0, 255, 255, 255, 255], 'CallOutsideTextSegment'],
    ['registers above r10', 0, [0x0f, 0xff, 0, 0, 0, 0, 0, 0], 'ExecutionOverrun'],
  ] as const)('survives %s', (_, version, slot, expected) => {
    expect(outcome(bare(version, [...slot]))).toBe(expected);
  });
});

describe('the module', () => {
  it.each([0, 1, 2, 3, 4] as const)('of V%d is small enough for every host to compile at once', (version) => {
    expect(emitInterpreter(version).length).toBeLessThan(10 * 1024);
  });

  it('lies ready as it is emitted', () => {
    const current = readFileSync(new URL('interpreter.generated.ts', import.meta.url), 'utf8');
    expect(current === renderInterpreters(), 'stale: run npx tsx scripts/emit-interpreters.ts').toBe(true);
  });
});
