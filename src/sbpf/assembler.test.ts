import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAssembly } from './asm-parser.ts';
import { assemble } from './assembler.ts';
import { DEFAULT_CONFIG } from './config.ts';
import { disassemble, disassembleAt, labelAt } from './disassembler.ts';
import { Executable } from './executable.ts';
import { ENTRYPOINT_KEY } from './function-registry.ts';
import { opcodesOf } from './opcodes.ts';
import { SyscallRegistry } from './syscall-registry.ts';
import { verify } from './verifier.ts';
import type { SbpfVersion } from './version.ts';

const hexOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const assembled = (source: string, version: SbpfVersion = 3): string => hexOf(assemble(source, { version }).text);

describe('the grammar', () => {
  test.each([
    ['signs may be followed by blanks', 'add r1, - 5', '07010000fbffffff'],
    ['hexadecimal', 'add r1, 0x10', '0701000010000000'],
    ['memory without offset', 'ldxb r1, [r2]', '7121000000000000'],
    ['memory with blanks around the sign', 'ldxb r1, [r2 - 0x1]', '7121ffff00000000'],
    ['no blank after a comma', 'jne r3,0x8,+37', '5503250008000000'],
    [
      'comments run to the end of the line',
      '# adds\nadd r1, r2 # it\n#\nadd r2, r1#',
      '0f210000000000000f12000000000000',
    ],
    ['statements on one line', 'add r1, r2 add r2, r1', '0f210000000000000f12000000000000'],
    ['tabs between statements', 'add r1, r2\tadd r2, r1', '0f210000000000000f12000000000000'],
    ['a hexadecimal number of more than 64 bits counts as 0', 'mov r1, 0x10000000000000000', 'b701000000000000'],
    ['hexadecimal digits that make a negative number', 'mov r1, 0xffffffffffffffff', 'b7010000ffffffff'],
  ])('%s', (_name, source, expected) => {
    expect(assembled(source)).toBe(expected);
  });

  test('labels, directives and instructions are told apart', () => {
    expect(parseAssembly('_a1:\n.fill 1, 2\nja _a1')).toEqual([
      { kind: 'label', name: '_a1' },
      { kind: 'directive', name: 'fill', operands: [1n, 2n].map((value) => ({ kind: 'integer', value })) },
      { kind: 'instruction', name: 'ja', operands: [{ kind: 'label', name: '_a1' }] },
    ]);
  });

  test.each([
    ['lsh r', 'Parse error at line 1 column 6: unexpected end of input, expected digit'],
    [
      'exit\n^',
      "Parse error at line 2 column 1: unexpected '^', expected letter or digit, expected '_', expected '.', expected whitespaces, expected end of input",
    ],
    ['ja result', "Parse error at line 1 column 5: unexpected 'e', expected digit"],
    ['ldxb r1, [5]', "Parse error at line 1 column 11: unexpected '5', expected 'r'"],
    ['ldxb r1, [r2', "Parse error at line 1 column 13: unexpected end of input, expected ']'"],
    ['add r1 , 2', "Parse error at line 1 column 8: unexpected ','"],
    ['add r1,\n2', "Parse error at line 1 column 8: unexpected '\n'"],
  ])('%j does not parse', (source, message) => {
    expect(() => assemble(source, { version: 3 })).toThrow(message);
  });
});

describe('assemble', () => {
  test.each([
    ['64 bits go without saying', 'neg r1 udiv r1, 3', 2, '87010000000000005601000003000000'],
    [
      'loads and stores move in V2',
      'ldxb r1, [r2+1] stw [r1-1], 3 stxdw [r1+0], r2',
      2,
      '2c210100000000008701ffff030000009f21000000000000',
    ],
    ['what V2 lacks assembles all the same', 'mul32 r1, r2', 2, '2c21000000000000'],
    ['hor has a register form that no version knows', 'hor32 r1, r2 hor r1, 1', 0, 'fc21000000000000f701000001000000'],
    ['callx puts its register where the version looks for it', 'callx r8', 0, '8d00000008000000'],
    ['callx, V2', 'callx r8', 2, '8d80000000000000'],
    ['callx, V3', 'callx r8', 3, '8d08000000000000'],
    ['moving the stack pointer, V2', 'add r10, -64', 2, '070a0000c0ffffff'],
    ['moving the stack pointer is no operation elsewhere', 'add64 r10, 99999999999', 3, '4700000000000000'],
    ['a syscall by name', 'syscall log', 0, '85000000fec3f56b'],
    ['a syscall by hash', 'syscall 3', 3, '8500000003000000'],
    ['call by slot, V0: absolute', 'exit\ncall -2', 0, '95000000000000008500000000000000'],
    ['call by slot, V3: relative', 'exit\ncall -2', 3, '950000000000000085100000feffffff'],
    [
      'call by label, V0',
      'call function_x\nexit\nfunction_x: exit',
      0,
      '850000000200000095000000000000009500000000000000',
    ],
    [
      'call by label, V3',
      'call function_x\nexit\nfunction_x: exit',
      3,
      '851000000100000095000000000000009500000000000000',
    ],
    [
      'lddw takes two slots',
      'ja end lddw r1, 0x1234abcd5678eeff end: exit',
      3,
      '05000200000000001801000' + '0ffee785600000000cdab34129500000000000000',
    ],
    [
      'jumps with and without 64',
      'jeq64 r1, 2, -1 jeq r1, 2, -1 jeq32 r1, 2, -1',
      3,
      '1501ffff020000001501ffff020000001601ffff02000000',
    ],
    ['.fill repeats a slot', '.fill 2, 0x0102030405060708', 3, '08070605040302010807060504030201'],
    ['.fill of nothing', '.fill -1, 1', 3, ''],
    ['entrypoint stands for slot 0 until it is defined', 'exit\nja entrypoint', 3, '95000000000000000500feff00000000'],
  ] as const)('%s', (_name, source, version, expected) => {
    expect(assembled(source, version)).toBe(expected);
  });

  test.each([
    ['abcd', 'Invalid instruction "abcd"'],
    ['be r1', 'Invalid instruction "be"'],
    ['uhmul32 r1, r2', 'Invalid instruction "uhmul32"'],
    ['add 1, 2', 'Unexpected operands: [Integer(1), Integer(2)]'],
    ['exit r1, [r2-3], x', 'Unexpected operands: [Register(1), Memory(2, -3), Label("x")]'],
    ['mov r16, 0', 'Invalid destination register 16'],
    ['mov r0, r16', 'Invalid source register 16'],
    ['ja 32768', 'Invalid offset 32768'],
    ['mov r0, 0x80000000', 'Invalid immediate 2147483648'],
    ['ja nowhere', 'Label not found nowhere'],
    ['call nowhere', 'Label not found nowhere'],
    ['.space 1', 'Invalid directive "space"'],
    ['.fill 1', 'Invalid directive "fill"'],
    ['call 4294967295', 'Invalid immediate 4294967295'],
  ])('%j is refused', (source, message) => {
    expect(() => assemble(source, { version: 4 })).toThrow(message);
  });

  test('functions are registered under their slot', () => {
    const executable = assemble('exit\nentrypoint: call 0\nfunction_b: exit', { version: 0 });
    expect(executable.entryPc).toBe(1);
    expect([...executable.functions]).toEqual([
      [1, { pc: 1, name: 'entrypoint' }],
      [2, { pc: 2, name: 'function_b' }],
    ]);
  });

  test('without a label the first slot is the entrypoint, by hash before V3 and by slot from there on', () => {
    expect([...assemble('exit', { version: 0 }).functions.keys()]).toEqual([ENTRYPOINT_KEY]);
    expect([...assemble('exit', { version: 3 }).functions.keys()]).toEqual([0]);
  });
});

describe('disassemble', () => {
  const syscalls = new SyscallRegistry([['sol_log_', () => 0]]);

  test('prints what it was assembled from', () => {
    const source = [
      'entrypoint:',
      '    mov64 r1, -1',
      '    lddw r2, 0xff11ee22dd33cc44',
      '    jne32 r1, r2, lbb_5',
      '    call function_8',
      'lbb_5:',
      '    syscall sol_log_',
      '    syscall 5',
      '    ja lbb_5',
      '',
      'function_8:',
      '    stxh [r10-0x8000], r3',
      '    le16 r1',
      '    callx r8',
      '    exit',
    ];
    const executable = assemble(source.join('\n'), { version: 3, syscalls });
    expect(disassemble(executable)).toEqual(source);
    expect(disassembleAt(executable, 6)).toBe('syscall 5');
    expect(labelAt(executable, 8)).toBe('function_8');
  });

  test.each([-1, 1, 0.5])('slot %s of a program of one is none', (pc) => {
    const executable = assemble('exit', { version: 0 });
    expect(disassembleAt(executable, 0)).toBe('exit');
    expect(() => disassembleAt(executable, pc)).toThrow(/a slot of the program, which has 1/);
  });

  test.each([
    ['a jump that leaves the code', '05007f0000000000', 'ja [invalid]'],
    ['a jump into lddw', '0500010000000000', 'ja [invalid]', '18000000000000000000000000000000'],
    ['an unknown opcode', '0600000000000000', 'unknown opcode=0x6'],
    ['a call of nothing', '85100000ff000000', 'call 255'],
    ['half an lddw', '1801000001000000', 'lddw r1, 0x1'],
  ])('says of %s what there is to say', (_name, hex, expected, rest = '') => {
    const bytes = Uint8Array.from((hex + rest).match(/../g)!, (byte) => Number.parseInt(byte, 16));
    const executable = Executable.fromText(bytes, 3, DEFAULT_CONFIG, syscalls);
    expect(disassembleAt(executable, 0)).toBe(expected);
    expect(() => disassemble(executable)).not.toThrow();
  });

  test.each([0, 1, 2, 3, 4] as const)('every V%i program that verifies assembles to itself again', (version) => {
    const opcodes = opcodesOf(version).flatMap((opcode) => opcode ?? []);
    const slot = fc
      .record({
        opcode: fc.constantFrom(...opcodes),
        dst: fc.nat(9),
        src: fc.nat(10),
        offset: fc.integer({ min: -8, max: 8 }),
        imm: fc.oneof(fc.constantFrom(1, 16, 31, -1), fc.integer()),
      })
      .map((fields) => printable(fields, version));
    fc.assert(
      fc.property(fc.array(slot, { minLength: 1, maxLength: 12 }), (slots) => {
        const text = Uint8Array.from(slots.flat());
        const executable = Executable.fromText(text, version, DEFAULT_CONFIG, syscalls);
        if (verify(executable) !== undefined) return;
        const printed = disassemble(executable).join('\n');
        const again = assemble(printed, { version, syscalls });
        expect(hexOf(again.text)).toBe(hexOf(text));
      }),
      { numRuns: 400, seed: 20260803 },
    );
  });
});

/** A slot, or the two of `lddw`, with only those fields set that assembly text can say. */
function printable(
  fields: { opcode: { code: number; operands: string }; dst: number; src: number; offset: number; imm: number },
  version: SbpfVersion,
): number[] {
  const { code, operands } = fields.opcode;
  const isCall = operands === 'target';
  const has = (part: string): boolean => operands.includes(part);
  const bytes = new Uint8Array(operands === 'dst, imm64' ? 16 : 8);
  const view = new DataView(bytes.buffer);
  let dst = has('dst') ? fields.dst : 0;
  let src = has('src') ? fields.src : 0;
  let imm = has('imm') || isCall || operands === 'width dst' ? fields.imm : 0;
  if (operands === 'register') {
    if (version === 2) src = fields.dst;
    else if (version >= 3) dst = fields.dst;
    else imm = fields.dst;
  }
  bytes.set([code, (src << 4) | dst]);
  view.setInt16(2, has('off') ? fields.offset : 0, true);
  view.setInt32(4, imm, true);
  if (bytes.length === 16) view.setInt32(12, ~fields.imm, true);
  return [...bytes];
}
