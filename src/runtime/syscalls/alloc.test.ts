import { expect, test } from 'vitest';
import { checkRow, compare, HEAP, type Row } from '../../../test/support/syscall-oracle.ts';
import { U64_MAX } from '../../wire/bytes.ts';

test.each<Row>([
  ['the first byte', { syscall: 'sol_alloc_free_', args: [1] }, { r0: HEAP, units: 0 }],
  ['the whole heap', { syscall: 'sol_alloc_free_', args: [32768] }, { r0: HEAP }],
  ['more than the heap', { syscall: 'sol_alloc_free_', args: [32769] }, { r0: 0 }],
  ['nothing', { syscall: 'sol_alloc_free_', args: [0] }, { r0: HEAP }],
  ['more than there is of anything', { syscall: 'sol_alloc_free_', args: [U64_MAX] }, { r0: 0 }],
  ['to free is to do nothing', { syscall: 'sol_alloc_free_', args: [U64_MAX, 1] }, { r0: 0 }],
])('%s', (_title, call, expected) => checkRow(call, expected));

/** Allocates 3, then 1, then frees, then what is left but one byte of the rounded room, and logs each address. */
const source = (last: number): string => `
entrypoint:
  mov64 r1, 3
  mov64 r2, 0
  syscall sol_alloc_free_
  mov64 r6, r0
  mov64 r1, 1
  mov64 r2, 0
  syscall sol_alloc_free_
  mov64 r7, r0
  mov64 r1, 8
  mov64 r2, r7
  syscall sol_alloc_free_
  mov64 r8, r0
  mov64 r1, ${last}
  mov64 r2, 0
  syscall sol_alloc_free_
  mov64 r9, r0
  mov64 r1, r6
  mov64 r2, r7
  mov64 r3, r8
  mov64 r4, r9
  mov64 r5, 0
  syscall sol_log_64_
  mov64 r0, 0
  exit`;

test.each([
  ['aligned to 8', 'v3', 32752, '0x300000000, 0x300000008, 0x0, 0x300000010, 0x0'],
  ['exhausted', 'v3', 32753, '0x300000000, 0x300000008, 0x0, 0x0, 0x0'],
  ['packed for loader v1', 'v1', 32764, '0x300000000, 0x300000003, 0x0, 0x300000004, 0x0'],
  ['exhausted for loader v1', 'v1', 32765, '0x300000000, 0x300000003, 0x0, 0x0, 0x0'],
] as const)('%s', (_title, loader, last, expected) => {
  const { logs } = compare({ syscall: '', source: source(last), loader, version: 0 });
  expect(logs).toContain(`Program log: ${expected}`);
});
