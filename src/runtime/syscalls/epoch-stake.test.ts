import { test } from 'vitest';
import { checkRow, HEAP, OUT_OF_UNITS, type Row, violation } from '../../../test/support/syscall-oracle.ts';

const syscall = 'sol_get_epoch_stake';
test.each<Row>([
  ['of all', { syscall }, { r0: 0, units: 100 }],
  ['of one', { syscall, args: [HEAP] }, { r0: 0, units: 110 }],
  ['of one that is nowhere', { syscall, args: [1] }, { failed: violation('reading', 32, 1) }],
  ['of a constant at address 0, which is none', { syscall, args: [0], rodata: new Uint8Array(32) }, { units: 100 }],
  ['units before the address', { syscall, args: [1], units: 21 + 109 }, OUT_OF_UNITS],
])('%s', (_title, call, expected) => checkRow(call, expected));
