import { expect, test } from 'vitest';
import { EbpfError, ElfError, ElfParserError, VerifierError } from './errors.ts';

test.each([
  [
    new ElfError('UnresolvedSymbol', 'log', 39, 312),
    'Unresolved symbol (log) at instruction #39 (ELF file offset 0x138)',
    'UnresolvedSymbol("log", 39, 312)',
  ],
  [
    new ElfError('SymbolHashCollision', 0xffffffff),
    'Symbol hash collision 0xffffffff',
    'SymbolHashCollision(4294967295)',
  ],
  [
    new ElfError('WritableSectionNotSupported', '.da"ta'),
    'Found writable section (.da"ta) in ELF, read-write data not supported',
    'WritableSectionNotSupported(".da\\"ta")',
  ],
  [new ElfError('WrongEndianess'), 'Incompatible ELF: wrong endianess', 'WrongEndianess'],
  [
    ElfError.fromParser(new ElfParserError('SectionNotInOrder')),
    'Failed to parse ELF file: sections not in ascending order',
    'FailedToParse("sections not in ascending order")',
  ],
  [ElfError.fromParser(new ElfParserError('OutOfBounds')), 'Offset or value is out of bounds', 'ValueOutOfBounds'],
  [
    ElfError.fromParser(new ElfParserError('InvalidProgramHeader')),
    'Invalid ELF program header',
    'InvalidProgramHeader',
  ],
  [
    new ElfParserError('StringTooLong', '.bss', 16),
    'Section or symbol name `.bss` is longer than `16` bytes',
    'StringTooLong(".bss", 16)',
  ],
  [new VerifierError('UnknownOpCode', 5, 2), 'unknown eBPF opcode 0x5 (insn #2)', 'UnknownOpCode(5, 2)'],
  [
    new VerifierError('ShiftWithOverflow', 64n, 32, 1),
    'Shift with overflow of 64-bit value by 32 (insn #1)',
    'ShiftWithOverflow(64, 32, 1)',
  ],
  [new VerifierError('ProgramTooLarge', 9), 'Deprecated', 'ProgramTooLarge(9)'],
  [new EbpfError('DivideByZero'), 'divide by zero at BPF instruction', 'DivideByZero'],
  [new EbpfError('InvalidMemoryRegion', { index: 3 }), 'Invalid memory region at index 3', 'InvalidMemoryRegion(3)'],
  [
    new EbpfError('AccessViolation', { access: 'load', vmAddr: 0n, len: 8n, region: 'unallocated' }),
    'Access violation reading 8 bytes at address 0x0 (in unallocated region)',
    'AccessViolation(Load, 0, 8, "unallocated")',
  ],
  [
    new EbpfError('AccessViolation', { access: 'store', vmAddr: 0x1_0000_0010n, len: 1n, region: 'program' }),
    'Access violation writing 1 bytes at address 0x100000010 (in program region)',
    'AccessViolation(Store, 4294967312, 1, "program")',
  ],
  [
    new EbpfError('StackAccessViolation', { access: 'store', vmAddr: 0x2_0000_0000n, len: 2n, frame: -1 }),
    'Access violation in stack frame -1 at address 0x200000000 of size 2',
    'StackAccessViolation(Store, 8589934592, 2, -1)',
  ],
  [
    new EbpfError('VerifierError', { error: new VerifierError('NoProgram') }),
    'Verifier error: no program set, call prog_set() to load one',
    'VerifierError(NoProgram)',
  ],
])('%o reads as in Agave', (error, text, debug) => {
  expect([error.text, error.debug]).toEqual([text, debug]);
});

test('`is` narrows an error to its data', () => {
  const error: EbpfError = new EbpfError('InvalidMemoryRegion', { index: 3 });
  expect(error.is('AccessViolation')).toBe(false);
  expect(error.is('InvalidMemoryRegion') && error.data.index).toBe(3);
});
