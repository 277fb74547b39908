import { test } from 'vitest';
import { checkRow, OUT_OF_UNITS, PAYLOAD, type Row, violation } from '../../../test/support/syscall-oracle.ts';

const payload = new TextEncoder().encode('src/lib.rs');

test.each<Row>([
  ['abort', { syscall: 'abort' }, { failed: 'SBF program panicked' }],
  [
    'a place',
    { syscall: 'sol_panic_', args: [PAYLOAD, 10, 17, 5], payload },
    { failed: 'SBF program Panicked in src/lib.rs at 17:5' },
  ],
  [
    'no file',
    { syscall: 'sol_panic_', args: [1, 0, (1n << 64n) - 1n, 0] },
    { failed: 'SBF program Panicked in  at 18446744073709551615:0' },
  ],
  ['a unit for each byte before the address', { syscall: 'sol_panic_', args: [1, 200_000] }, OUT_OF_UNITS],
  ['the address', { syscall: 'sol_panic_', args: [1, 10] }, { failed: violation('reading', 10, 1) }],
  [
    'no UTF-8',
    { syscall: 'sol_panic_', args: [PAYLOAD, 1], payload: Uint8Array.of(255) },
    { failed: 'invalid utf-8 sequence of 1 bytes from index 0: [255]' },
  ],
])('%s', (_title, call, expected) => checkRow(call, expected));
