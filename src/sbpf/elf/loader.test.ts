import { address, getAddressDecoder } from '@solana/kit';
import fc from 'fast-check';
import { LiteSVM } from 'litesvm';
import { describe, expect, test } from 'vitest';
import { assembleElf } from '../assembler.ts';
import { type Config, DEFAULT_CONFIG } from '../config.ts';
import { disassemble } from '../disassembler.ts';
import { ElfError } from '../errors.ts';
import { Executable } from '../executable.ts';
import { hashPc, hashSymbolName } from '../murmur3.ts';
import { NO_SYSCALLS, SyscallRegistry } from '../syscall-registry.ts';
import { verify } from '../verifier.ts';

const AGAVE: Config = { ...DEFAULT_CONFIG, optimizeRodata: false, alignedMemoryMapping: true };
const DEPLOYMENT: Config = { ...AGAVE, rejectBrokenElfs: true };

const SOURCE = `
  entrypoint:
    lddw r1, 0x10
    syscall sol_log_
    call function_two
    exit
  function_two:
    mov64 r0, 7
    exit`;
const RODATA = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);

/** Sections of a written V0 file. */
const [RODATA_SECTION, TEXT, DYNAMIC, DYNSYM, DYNSTR, REL, SHSTRTAB] = [1, 2, 3, 4, 5, 6, 7];

class Patch {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  constructor(elf: Uint8Array) {
    this.bytes = elf.slice();
    this.view = new DataView(this.bytes.buffer);
  }
  u8(at: number, value: number): void {
    this.bytes[at] = value;
  }
  u16(at: number, value: number): void {
    this.view.setUint16(at, value, true);
  }
  u32(at: number, value: number): void {
    this.view.setUint32(at, value, true);
  }
  u64(at: number, value: bigint | number): void {
    this.view.setBigUint64(at, BigInt(value), true);
  }
  read64(at: number): number {
    return Number(this.view.getBigUint64(at, true));
  }
  /** The header of a section. */
  section(index: number): number {
    return this.read64(40) + index * 64;
  }
  /** Where a section's bytes start. */
  contents(index: number): number {
    return this.read64(this.section(index) + 24);
  }
}

const lenientElf = assembleElf(SOURCE, { version: 0, rodata: RODATA });
const strictElf = assembleElf(SOURCE, { version: 3, rodata: RODATA });

const SYSCALLS = new SyscallRegistry([['sol_log_', () => 0]]);

function load(elf: Uint8Array, config: Config = AGAVE, syscalls = SYSCALLS): string | Executable {
  const loaded = Executable.load(elf, config, syscalls);
  return loaded instanceof ElfError ? loaded.debug : loaded;
}

function patched(elf: Uint8Array, patch: (p: Patch) => unknown): Uint8Array {
  const p = new Patch(elf);
  patch(p);
  return p.bytes;
}

const parse = (text: string): string => `FailedToParse("${text}")`;

describe('the lenient loader', () => {
  test('loads code, entry, functions and what can be read', () => {
    const executable = load(lenientElf) as Executable;
    expect(executable.version).toBe(0);
    expect(executable.entryPc).toBe(0);
    expect(executable.text.length).toBe(7 * 8);
    expect([...executable.functions]).toEqual([
      [hashPc(5), { pc: 5, name: '' }],
      [hashSymbolName('entrypoint'), { pc: 0, name: 'entrypoint' }],
    ]);
    expect(disassemble(executable)[2]).toBe('    syscall sol_log_');
  });

  type Row = readonly [name: string, patch: (p: Patch) => unknown, expected: string, config?: Config];
  const rows: readonly Row[] = [
    ['a wrong magic', (p) => p.u8(0, 0), parse('invalid file header')],
    [
      'a version that is not enabled, before anything else',
      (p) => [p.u8(0, 0), p.u32(48, 5)],
      'UnsupportedSBPFVersion',
    ],
    ['32 bits', (p) => p.u8(4, 1), parse('invalid file header')],
    ['big endian', (p) => p.u8(5, 2), parse('invalid file header')],
    ['names in a section that is not there', (p) => p.u16(62, 8), parse('invalid file header')],
    ['program headers over the file header', (p) => p.u64(32, 8), parse('values overlap')],
    ['program headers beyond 2^64', (p) => p.u64(32, 2n ** 64n - 8n), 'ValueOutOfBounds'],
    ['program headers beyond the end', (p) => p.u16(56, 0xffff), 'ValueOutOfBounds'],
    ['misaligned program headers', (p) => p.u64(32, 68), parse('invalid alignment')],
    ['section headers over the program headers', (p) => p.u64(40, 128), parse('values overlap')],
    ['a first section that is not null', (p) => p.u32(p.section(0) + 4, 1), parse('invalid section header')],
    [
      'segments in descending order',
      (p) => [p.u64(64 + 16, 9), p.u32(64 + 56, 1), p.u64(64 + 56 + 16, 8)],
      'InvalidProgramHeader',
    ],
    ['a segment beyond the end', (p) => p.u64(64 + 32, 1 << 20), 'ValueOutOfBounds'],
    ['a segment beyond 2^64', (p) => [p.u64(64 + 8, 2n ** 64n - 1n), p.u64(64 + 32, 1)], 'ValueOutOfBounds'],
    ['a section over the file header', (p) => p.u64(p.section(RODATA_SECTION) + 24, 0), parse('values overlap')],
    [
      'sections out of order',
      (p) => p.u64(p.section(TEXT) + 24, p.contents(RODATA_SECTION)),
      parse('sections not in ascending order'),
    ],
    [
      'a section over the section headers',
      (p) => p.u64(p.section(SHSTRTAB) + 24, p.bytes.length - 4),
      parse('values overlap'),
    ],
    ['a section beyond the end', (p) => p.u64(p.section(SHSTRTAB) + 24, p.bytes.length), 'ValueOutOfBounds'],
    ['a section beyond 2^64', (p) => p.u64(p.section(SHSTRTAB) + 32, 2n ** 64n - 1n), 'ValueOutOfBounds'],
    ['no section of names', (p) => p.u16(62, 0), parse('no section name string table found')],
    ['names in a section of another type', (p) => p.u32(p.section(SHSTRTAB) + 4, 1), parse('invalid section header')],
    ['a name outside of its section', (p) => p.u32(p.section(TEXT), 1000), 'ValueOutOfBounds'],
    [
      'a name of 16 bytes',
      (p) => p.bytes.fill(0x78, p.contents(SHSTRTAB) + 1, p.contents(SHSTRTAB) + 20),
      parse('Section or symbol name `xxxxxxxxxxxxxxxx` is longer than `16` bytes'),
    ],
    [
      'two .dynstr',
      (p) => p.u32(p.section(RODATA_SECTION), p.view.getUint32(p.section(DYNSTR), true)),
      parse('invalid section header'),
    ],
    [
      'relocations of another size',
      (p) => p.u64(p.contents(DYNAMIC) + 6 * 16 + 8, 24),
      parse('invalid dynamic section table'),
    ],
    [
      'relocations without a size',
      (p) => p.u64(p.contents(DYNAMIC) + 5 * 16 + 8, 0),
      parse('invalid dynamic section table'),
    ],
    [
      'relocations at no section',
      (p) => p.u64(p.contents(DYNAMIC) + 4 * 16 + 8, 1 << 30),
      parse('invalid dynamic section table'),
    ],
    ['symbols at no section', (p) => p.u64(p.contents(DYNAMIC) + 8, 1 << 30), parse('invalid dynamic section table')],
    ['symbols in a section of another type', (p) => p.u32(p.section(DYNSYM) + 4, 1), parse('invalid section header')],
    ['symbols of another size', (p) => p.u64(p.section(DYNSYM) + 32, 47), parse('invalid size')],
    ['another ABI', (p) => p.u8(7, 1), 'WrongAbi'],
    ['another machine', (p) => p.u16(18, 62), 'WrongMachine'],
    ['an object file', (p) => p.u16(16, 1), 'WrongType'],
    [
      'two .text',
      (p) => p.u32(p.section(RODATA_SECTION), p.view.getUint32(p.section(TEXT), true)),
      'NotOneTextSection',
    ],
    ['no .text', (p) => p.u32(p.section(TEXT), 0), 'NotOneTextSection'],
    [
      'zeroed data',
      (p) => p.bytes.set([0x62, 0x73, 0x73], p.contents(SHSTRTAB) + 2),
      'WritableSectionNotSupported(".bssata")',
    ],
    [
      'writable data',
      (p) => [p.bytes.set([0x64, 0x61, 0x74, 0x61], p.contents(SHSTRTAB) + 2), p.u64(p.section(RODATA_SECTION) + 8, 3)],
      'WritableSectionNotSupported(".datata")',
    ],
    [
      'a section without bytes beyond the end',
      (p) => [p.u32(p.section(DYNSTR) + 4, 8), p.u64(p.section(DYNSTR) + 32, 1 << 20)],
      'ValueOutOfBounds',
    ],
    ['an entry before the code', (p) => p.u64(24, 8), 'EntrypointOutOfBounds'],
    ['an entry behind the code', (p) => p.u64(24, p.contents(TEXT) + 7 * 8), 'EntrypointOutOfBounds'],
    ['an entry between instructions', (p) => p.u64(24, p.contents(TEXT) + 4), 'InvalidEntrypoint'],
    ['code in the next region', (p) => [p.u64(p.section(TEXT) + 16, 2 ** 32), p.u64(24, 2 ** 32)], 'ValueOutOfBounds'],
    [
      'code at another address than offset, at deployment',
      (p) => [p.u64(p.section(TEXT) + 16, 1024), p.u64(24, 1024)],
      'ValueOutOfBounds',
      DEPLOYMENT,
    ],
    [
      'constants at another address than offset, at deployment',
      (p) => p.u64(p.section(RODATA_SECTION) + 16, 8),
      'ValueOutOfBounds',
      DEPLOYMENT,
    ],
    ['constants in the stack', (p) => p.u64(p.section(RODATA_SECTION) + 16, 2 ** 32 + 1), 'ValueOutOfBounds'],
    [
      'constants further apart than the file is long',
      (p) => p.u64(p.section(RODATA_SECTION) + 16, 1 << 20),
      'ValueOutOfBounds',
    ],
    ['a call out of the code', (p) => p.u32(p.contents(TEXT) + 3 * 8 + 4, 100), 'RelativeJumpOutOfBounds(3)'],
    ['a call before the code', (p) => p.u32(p.contents(TEXT) + 3 * 8 + 4, -100), 'RelativeJumpOutOfBounds(3)'],
    [
      'a call out of the code, in the second slot of an lddw',
      (p) => [p.u8(p.contents(TEXT) + 8, 0x85), p.u32(p.contents(TEXT) + 12, 100)],
      'RelativeJumpOutOfBounds(1)',
    ],
    ['an unknown relocation', (p) => p.u32(p.contents(REL) + 8, 2), 'UnknownRelocation(2)'],
    ['a relocation of no kind', (p) => p.u32(p.contents(REL) + 8, 0), 'UnknownRelocation(0)'],
    ['a relocation of an unknown symbol', (p) => p.u32(p.contents(REL) + 12, 9), 'UnknownSymbol(9)'],
    ['a relocation of a symbol without readable name', (p) => p.u32(p.contents(DYNSYM) + 24, 77), 'UnknownSymbol(77)'],
    ['a relocation beyond the end', (p) => p.u64(p.contents(REL), 2n ** 63n), 'ValueOutOfBounds'],
    ['a relocation over the end', (p) => p.u64(p.contents(REL), p.bytes.length - 7), 'ValueOutOfBounds'],
    [
      'an address of zero',
      (p) => [
        p.u32(p.contents(REL) + 8, 8),
        p.u64(p.contents(REL), p.contents(TEXT) + 5 * 8),
        p.u32(p.contents(TEXT) + 5 * 8 + 4, 0),
      ],
      'InvalidVirtualAddress(0)',
    ],
    [
      'a function outside of the code',
      (p) => [p.u8(p.contents(DYNSYM) + 28, 2), p.u64(p.contents(DYNSYM) + 32, 8)],
      'ValueOutOfBounds',
    ],
    [
      'an unknown syscall, at deployment',
      (p) => p.u32(p.contents(DYNSYM) + 24, 2),
      'UnresolvedSymbol("ol_log_", 25, 200)',
      DEPLOYMENT,
    ],
  ];
  test.each(rows.map(([name, ...row]) => [name, row] as const))('refuses %s', (_name, [patch, expected, config]) => {
    expect(load(patched(lenientElf, patch), config)).toBe(expected);
  });

  test.each([
    [51, 'ValueOutOfBounds'],
    [63, 'ValueOutOfBounds'],
    [64, 'ValueOutOfBounds'],
    [0, 'ValueOutOfBounds'],
  ])('refuses a file cut to %i bytes', (length, expected) => {
    expect(load(lenientElf.subarray(0, length))).toBe(expected);
  });

  test('refuses a syscall whose hash is a function of the program', () => {
    const syscalls = new SyscallRegistry([['\x05\0\0\0\0\0\0\0', () => 0]]);
    expect(load(lenientElf, AGAVE, syscalls)).toBe(`SymbolHashCollision(${hashPc(5)})`);
  });

  test('leaves the bytes it was given alone', () => {
    const pool = Buffer.from(lenientElf);
    load(pool);
    expect(new Uint8Array(pool)).toEqual(lenientElf);
  });

  /** The file with its only relocation changed. */
  const relocated = (type: number, patch: (p: Patch) => unknown): Executable =>
    load(
      patched(lenientElf, (p) => [p.u32(p.contents(REL) + 8, type), patch(p)]),
      { ...AGAVE, rejectBrokenElfs: false },
    ) as Executable;
  const toLddw = (p: Patch): void => p.u64(p.contents(REL), p.contents(TEXT));
  const dataOf = (executable: Executable): bigint =>
    new DataView(executable.rodata.buffer, executable.rodata.byteOffset).getBigUint64(
      executable.rodata.length - 64,
      true,
    );

  test.each([
    ['a symbol plus the immediate', 0x40n, 'lddw r1, 0x100000050'],
    ['a symbol that is linked to its region already', 0x1_0000_0040n, 'lddw r1, 0x100000050'],
    ['a sum that carries', 0xffff_fff8n, 'lddw r1, 0x100000008'],
    ['a sum beyond 2^64, which stays at the last address', 2n ** 64n - 1n, 'lddw r1, 0xffffffffffffffff'],
  ])('R_BPF_64_64 adds up %s', (_name, value, expected) => {
    const executable = relocated(1, (p) => [toLddw(p), p.u64(p.contents(DYNSYM) + 24 + 8, value)]);
    expect(disassemble(executable)[1].trim()).toBe(expected);
  });

  test.each([
    ['moves an address into the region of the program', 0, 'lddw r1, 0x100000010'],
    ['leaves an address that is there already', 1, 'lddw r1, 0x100000010'],
    ['leaves an address of another region', 3, 'lddw r1, 0x300000010'],
  ])('R_BPF_64_RELATIVE %s', (_name, high, expected) => {
    const executable = relocated(8, (p) => [toLddw(p), p.u32(p.contents(TEXT) + 12, high)]);
    expect(disassemble(executable)[1].trim()).toBe(expected);
  });

  test('R_BPF_64_RELATIVE in data takes the low half of the address from where the high half belongs', () => {
    const executable = relocated(8, (p) => p.u64(p.contents(REL), p.contents(RODATA_SECTION)));
    expect(dataOf(executable)).toBe(0x1_0807_0605n);
  });

  test('R_BPF_64_32 calls a function that its symbol defines', () => {
    const executable = relocated(10, (p) => [
      p.u8(p.contents(DYNSYM) + 28, 2),
      p.u64(p.contents(DYNSYM) + 32, p.contents(TEXT) + 6 * 8),
    ]);
    expect(disassemble(executable)[2]).toBe('    call function_6');
    expect(executable.functions.get(hashPc(6))).toEqual({ pc: 6, name: '' });
  });

  test('an unresolved call stays as it is and is nobody else’s error', () => {
    const executable = relocated(8, (p) => p.u64(p.contents(REL), p.contents(RODATA_SECTION)));
    expect(disassemble(executable)[2]).toBe('    syscall -1');
  });

  test('the readable image starts at the region’s start, or with the lowest section where that is asked for', () => {
    const whole = load(lenientElf) as Executable;
    expect(whole.rodataVmAddr).toBe(0x1_0000_0000);
    expect(whole.rodata.length).toBe(176 + 8 + 56);
    expect(whole.rodata.subarray(0, 176)).toEqual(new Uint8Array(176));
    expect(whole.rodata.subarray(176, 184)).toEqual(RODATA);
    expect(whole.rodata.subarray(184)).toEqual(whole.text);
    expect(whole.textVmAddr).toBe(0x1_0000_0000 + 184);

    const optimized = load(lenientElf, DEFAULT_CONFIG) as Executable;
    expect(optimized.rodataVmAddr).toBe(0x1_0000_0000 + 176);
    expect(optimized.rodata.subarray(0, 8)).toEqual(RODATA);
    expect(optimized.rodata.subarray(8)).toEqual(whole.text);
  });

  test('sections that are not consecutive are copied, and what lies between is zero', () => {
    const misplaced = patched(lenientElf, (p) => p.u64(p.section(RODATA_SECTION) + 16, 8));
    const executable = load(misplaced, DEFAULT_CONFIG) as Executable;
    expect(executable.rodataVmAddr).toBe(0x1_0000_0008);
    expect(executable.rodata.subarray(0, 8)).toEqual(RODATA);
    expect(executable.rodata.subarray(8, 176)).toEqual(new Uint8Array(168));
    expect(executable.rodata.subarray(176)).toEqual(executable.text);
  });

  test('code is fetched from the image where sections overlap in it', () => {
    const overlapping = patched(lenientElf, (p) => [p.u64(p.section(TEXT) + 16, 176), p.u64(24, 176)]);
    const executable = load(overlapping) as Executable;
    expect(executable.rodata.length).toBe(176 + 56);
    expect(executable.rodata.subarray(176)).toEqual(executable.text);
  });
});

describe('the strict loader', () => {
  test('loads code, entry and constants, and no functions', () => {
    const executable = load(strictElf) as Executable;
    expect(executable.version).toBe(3);
    expect(executable.textVmAddr).toBe(0x1_0000_0000);
    expect(executable.rodataVmAddr).toBe(0);
    expect(executable.rodata).toEqual(RODATA);
    expect(executable.functions.size).toBe(0);
    expect(disassemble(executable)).toEqual([
      'entrypoint:',
      '    lddw r1, 0x10',
      '    syscall sol_log_',
      '    call function_5',
      '    exit',
      '',
      'function_5:',
      '    mov64 r0, 7',
      '    exit',
    ]);
  });

  test('a program without constants may leave out their header', () => {
    const executable = load(assembleElf('exit')) as Executable;
    expect(executable.rodata.length).toBe(0);
    expect(executable.text.length).toBe(8);
  });

  const [RODATA_HEADER, CODE_HEADER] = [64, 64 + 56];
  const rows: readonly (readonly [string, (p: Patch) => unknown, string])[] = [
    ['a wrong magic', (p) => p.u8(1, 0), parse('invalid file header')],
    ['another ABI version', (p) => p.u8(8, 1), parse('invalid file header')],
    ['padding that is not zero', (p) => p.u8(15, 1), parse('invalid file header')],
    ['the machine of older files', (p) => p.u16(18, 263), parse('invalid file header')],
    ['program headers elsewhere', (p) => p.u64(32, 72), parse('invalid file header')],
    ['no program header', (p) => p.u16(56, 0), parse('invalid file header')],
    ['more program headers than fit', (p) => p.u16(56, 100), parse('invalid file header')],
    ['constants without code', (p) => p.u16(56, 1), parse('invalid file header')],
    ['another type of segment', (p) => p.u32(CODE_HEADER, 2), 'InvalidProgramHeader'],
    ['readable code', (p) => p.u32(CODE_HEADER + 4, 5), 'InvalidProgramHeader'],
    ['writable constants', (p) => p.u32(RODATA_HEADER + 4, 6), 'InvalidProgramHeader'],
    ['a gap between segments', (p) => p.u64(CODE_HEADER + 8, p.read64(CODE_HEADER + 8) + 8), 'InvalidProgramHeader'],
    ['constants elsewhere', (p) => p.u64(RODATA_HEADER + 16, 8), 'InvalidProgramHeader'],
    ['a physical address of its own', (p) => p.u64(CODE_HEADER + 24, 0), 'InvalidProgramHeader'],
    ['memory that the file does not fill', (p) => p.u64(CODE_HEADER + 40, 64), 'InvalidProgramHeader'],
    ['half an instruction', (p) => [p.u64(CODE_HEADER + 32, 52), p.u64(CODE_HEADER + 40, 52)], 'InvalidProgramHeader'],
    ['code beyond the end', (p) => [p.u64(CODE_HEADER + 32, 64), p.u64(CODE_HEADER + 40, 64)], 'InvalidProgramHeader'],
    ['an entry before the code', (p) => p.u64(24, 0xffff_fff8), parse('invalid file header')],
    ['an entry behind the code', (p) => p.u64(24, 0x1_0000_0038), parse('invalid file header')],
    ['an entry between instructions', (p) => p.u64(24, 0x1_0000_0004), parse('invalid file header')],
  ];
  test.each(rows)('refuses %s', (_name, patch, expected) => {
    expect(load(patched(strictElf, patch))).toBe(expected);
  });

  test.each([
    ['the type of file', (p: Patch) => p.u16(16, 9)],
    ['section headers', (p: Patch) => [p.u64(40, 1n << 60n), p.u16(58, 1), p.u16(60, 999), p.u16(62, 999)]],
    ['alignment of segments', (p: Patch) => p.u64(CODE_HEADER + 48, 3)],
  ])('does not look at %s', (_name, patch) => {
    const config = { ...AGAVE, enableSymbolAndSectionLabels: true };
    expect(
      load(
        patched(strictElf, (p) => void patch(p)),
        config,
      ),
    ).toBeInstanceOf(Executable);
  });
});

describe('both loaders', () => {
  test.each([
    ['lenient', lenientElf],
    ['strict', strictElf],
  ])('return what they find in any bytes and throw nothing (%s)', (_name, elf) => {
    const mutation = fc.record({
      at: fc.oneof(fc.nat(elf.length - 1), fc.integer({ min: elf.length - 8 * 64, max: elf.length - 1 }), fc.nat(240)),
      bytes: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 8 }),
        fc.constantFrom(
          ...[0, 1, 8, 64, 255, elf.length].map((n) => Uint8Array.from([n & 255, n >> 8, 0, 0, 0, 0, 0, 0])),
        ),
        fc.constant(new Uint8Array(8).fill(255)),
      ),
    });
    const labelled = { ...AGAVE, enableSymbolAndSectionLabels: true, optimizeRodata: true };
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), fc.nat(20), (mutations, cut) => {
        const bytes = elf.slice(0, cut === 0 ? elf.length >> 1 : elf.length);
        for (const { at, bytes: values } of mutations) {
          for (let i = 0; i < values.length && at + i < bytes.length; i++) bytes[Math.max(0, at) + i] = values[i];
        }
        for (const config of [AGAVE, DEPLOYMENT, labelled]) {
          const loaded = Executable.load(bytes, config, NO_SYSCALLS);
          if (loaded instanceof ElfError) expect(loaded.text.length).toBeGreaterThan(0);
          else if (verify(loaded) === undefined) disassemble(loaded);
        }
      }),
      { numRuns: 1500, seed: 20260801 },
    );
  });

  // From the programs that LiteSVM carries: slots and functions as the deployed files have them.
  test.each([
    ['p-token', 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA', 11_805, 33],
    ['Token-2022', 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb', 67_073, 491],
    ['stake', 'Stake11111111111111111111111111111111111111', 22_086, 218],
    ['memo', 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr', 123, 2],
  ])('load and verify %s', (_name, programAddress, slots, functions) => {
    const svm = new LiteSVM();
    const executable = load(programOf(svm, programAddress)) as Executable;
    expect([executable.text.length / 8, executable.functions.size]).toEqual([slots, functions]);
    expect(verify(executable)).toBeUndefined();
  });
});

/** The ELF file of a deployed program, which loader v3 keeps in an account of its own. */
function programOf(svm: LiteSVM, programAddress: string): Uint8Array {
  const { data } = accountOf(svm, programAddress);
  return data.length === 36 ? accountOf(svm, getAddressDecoder().decode(data.slice(4))).data.slice(45) : data;
}

function accountOf(svm: LiteSVM, accountAddress: string): { readonly data: Uint8Array } {
  const account = svm.getAccount(address(accountAddress));
  if (!account.exists) throw new Error(`no account ${accountAddress}`);
  return { data: new Uint8Array(account.data) };
}
