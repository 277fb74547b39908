import { describe, expect, test } from 'vitest';
import { ADD64_IMM, CALL_REG, LDDW, type Opcode, opcodesOf } from './opcodes.ts';
import { SyscallRegistry } from './syscall-registry.ts';
import { rulesOf, verifyLocally, verifyText } from './verifier.ts';
import { dynamicStackFrames, type SbpfVersion } from './version.ts';

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/[0-9a-f]{2}/g) ?? [], (byte) => Number.parseInt(byte, 16));
const EXIT = '9500000000000000';

describe('the opcode table', () => {
  test.each([
    [0, 91],
    [1, 91],
    [2, 100],
    [3, 113],
    [4, 113],
  ] as const)('V%i has %i opcodes', (version, count) => {
    expect(opcodesOf(version).filter((opcode) => opcode !== undefined).length).toBe(count);
  });

  test.each([
    [0x2c, ['mul32', 'mul32', 'ldxb', 'mul32', 'mul32']],
    [0x87, ['neg64', 'neg64', 'stw', 'neg64', 'neg64']],
    [0x8c, [undefined, undefined, 'ldxw', undefined, undefined]],
    [0x36, [undefined, undefined, 'uhmul64', 'jge32', 'jge32']],
    [0x18, ['lddw', 'lddw', undefined, 'lddw', 'lddw']],
    [0xf7, [undefined, undefined, 'hor64', undefined, undefined]],
    [0xd4, ['le', 'le', undefined, 'le', 'le']],
    [0x00, [undefined, undefined, undefined, undefined, undefined]],
    [0xff, [undefined, undefined, undefined, undefined, undefined]],
  ])('opcode %i goes by version', (code, mnemonics) => {
    expect(([0, 1, 2, 3, 4] as const).map((version) => opcodesOf(version)[code]?.mnemonic)).toEqual(mnemonics);
  });
});

describe('the rules', () => {
  // Their numbers, as verifier.ts gives them.
  const ruleFor = ({ code, class: cls, immediate }: Opcode): number => {
    if (immediate !== 'any') return { 'not zero': 4, 'below 32': 5, 'below 64': 6, '16, 32 or 64': 7 }[immediate];
    if (cls === 'store') return 2;
    if (cls === 'jump64' || cls === 'jump32') return 8;
    return code === LDDW ? 3 : code === CALL_REG ? 9 : 1;
  };

  test.each([0, 1, 2, 3, 4] as const)('of V%i are what the opcode table says', (version) => {
    const expected = Array.from(opcodesOf(version), (opcode) => (opcode === undefined ? 0 : ruleFor(opcode)));
    if (dynamicStackFrames(version)) expected[ADD64_IMM] = 10;
    expect([...rulesOf(version)]).toEqual(expected);
  });
});

describe('verify', () => {
  const rows: readonly (readonly [name: string, version: SbpfVersion, hex: string, expected: string | undefined])[] = [
    ['no code', 0, '', 'NoProgram'],
    ['half a slot', 0, '95000000', 'ProgramLengthNotMultiple'],
    ['code that does not end in exit', 0, 'b700000000000000', undefined],
    ['a lone first half of lddw', 0, '1800000000000000', 'LDDWCannotBeLast'],
    ['an lddw followed by an instruction', 0, `1800000000000000${EXIT}`, 'IncompleteLDDW(0)'],
    ['an lddw of r10, blamed on its second slot', 0, `180a000000000000${'0000000000000000'}`, 'CannotWriteR10(1)'],
    ['whatever else the second slot of lddw holds', 0, '18000000000000000001ff7f00000000', undefined],
    ['a division by zero', 0, '3400000000000000', 'DivisionByZero(0)'],
    ['a division by a register', 0, '3c00000000000000', undefined],
    ['a V2 division by zero', 2, 'f600000000000000', 'DivisionByZero(0)'],
    ['a V2 multiplication by zero', 2, '9600000000000000', undefined],
    ['a shift of 31', 0, '640000001f000000', undefined],
    ['a shift of 32', 0, '6400000020000000', 'ShiftWithOverflow(32, 32, 0)'],
    ['a negative shift', 0, 'c7000000ffffffff', 'ShiftWithOverflow(18446744073709551615, 64, 0)'],
    ['a byte swap of 24 bits', 0, 'dc00000018000000', 'UnsupportedLEBEArgument(0)'],
    ['a jump to itself', 0, '0500ffff00000000', undefined],
    ['a jump before the code', 0, '0500feff00000000', 'JumpOutOfCode(18446744073709551615, 0)'],
    ['a jump behind the code', 0, '0500000000000000', 'JumpOutOfCode(1, 0)'],
    ['a jump into lddw', 0, '050001000000000018000000000000000000000000000000', 'JumpToMiddleOfLDDW(2, 0)'],
    ['a 32-bit jump before V3', 1, '1600ffff00000000', 'UnknownOpCode(22, 0)'],
    ['a 32-bit jump', 3, '1600ffff00000000', undefined],
    ['source register 11', 0, '95b0000000000000', 'InvalidSourceRegister(0)'],
    ['source register 10', 0, '95a0000000000000', undefined],
    ['an exit with destination r10', 0, '950a000000000000', 'CannotWriteR10(0)'],
    ['destination register 11', 0, 'b70b000000000000', 'InvalidDestinationRegister(0)'],
    ['a store at r10', 0, '7a0a000000000000', undefined],
    ['a V2 store at r10', 2, '970a000000000000', undefined],
    ['moving the stack pointer in V0', 0, '070a000040000000', 'CannotWriteR10(0)'],
    ['moving the stack pointer in V1', 1, '070a0000c0ffffff', undefined],
    ['moving the stack pointer by no multiple of 64', 2, '070a000041000000', 'UnalignedImmediate(0)'],
    ['adding to another register by no multiple of 64', 2, '0701000041000000', undefined],
    ['moving the stack pointer by a register', 2, '0f0a000000000000', 'CannotWriteR10(0)'],
    ['callx r9, in the immediate', 1, '8d00000009000000', undefined],
    ['callx r10, in the immediate', 0, '8d0000000a000000', 'InvalidRegister(0)'],
    ['callx of a negative register', 0, '8d000000ffffffff', 'InvalidRegister(0)'],
    ['callx r10, in src', 2, '8da0000000000000', 'InvalidRegister(0)'],
    ['callx r10, in dst', 3, '8d0a000000000000', 'InvalidRegister(0)'],
    ['callx r8, in dst, whatever the immediate', 4, '8d080000ffffffff', undefined],
    ['any call', 3, '85900000ffffffff', undefined],
  ];
  test.each(rows)('%s (V%i)', (_name, version, hex, expected) => {
    expect(verifyText(bytesOf(hex), version)?.debug).toBe(expected);
  });
});

describe('verifyLocally', () => {
  const syscalls = new SyscallRegistry([['log', () => 0]]);
  test.each([
    ['a known syscall', 3, '85000000fec3f56b', undefined],
    ['an unknown syscall', 3, '8500000001000000', 'InvalidSyscall(1)'],
    ['an unknown syscall before V3', 0, '8500000001000000', undefined],
    ['a call that was not linked', 4, `${EXIT}85100000ffffffff`, 'InvalidFunction(1)'],
    ['what looks like a call inside lddw', 3, '18000000000000008500000001000000', undefined],
  ] as const)('%s', (_name, version, hex, expected) => {
    expect(verifyLocally(bytesOf(hex), version, syscalls)?.debug).toBe(expected);
  });
});
