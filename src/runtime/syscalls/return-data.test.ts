import { test } from 'vitest';
import { checkRow, HEAP, OUT_OF_UNITS, PAYLOAD, type Row, violation } from '../../../test/support/syscall-oracle.ts';
import { U64_MAX } from '../../wire/bytes.ts';

const payload = Uint8Array.of(1, 2, 3, 4, 5);
/** What the driver sets last is what is seen, so these ask with `output` of length 0 only where that is the point. */
const set = 'sol_set_return_data';

test.each<Row>([
  ['bytes', { syscall: set, args: [PAYLOAD, 5], payload, output: [PAYLOAD, 3] }, { output: '010203', units: 100 }],
  ['nothing, at a bad address', { syscall: set, args: [1, 0] }, { output: '' }],
  ['as much as there may be', { syscall: set, args: [HEAP, 1024], output: [HEAP, 1024] }, { units: 104 }],
  ['one byte more', { syscall: set, args: [1, 1025] }, { failed: 'Return data too large (1025 > 1024)' }],
  ['units before the length', { syscall: set, args: [1, U64_MAX] }, OUT_OF_UNITS],
  ['nowhere', { syscall: set, args: [1, 5] }, { failed: violation('reading', 5, 1) }],
])('sol_set_return_data: %s', (_title, call, expected) => checkRow(call, expected));

test('what a failing program set is shown all the same', () => {
  const source = `
entrypoint:
  mov64 r2, 5
  add64 r1, 96
  syscall sol_set_return_data
  syscall abort
  exit`;
  checkRow({ syscall: set, source, payload }, { failed: 'SBF program panicked', output: '0102030405' });
});

/** Sets five bytes, then asks for them with the driver's registers. */
const getAfterSet = `
entrypoint:
  mov64 r6, r1
  add64 r1, 96
  mov64 r2, 5
  syscall sol_set_return_data
  ldxdw r1, [r6+40]
  ldxdw r2, [r6+48]
  ldxdw r3, [r6+56]
  syscall sol_get_return_data
  mov64 r1, r0
  mov64 r2, 0
  mov64 r3, 0
  mov64 r4, 0
  mov64 r5, 0
  syscall sol_log_64_
  ldxdw r1, [r6+80]
  ldxdw r2, [r6+88]
  syscall sol_set_return_data
  mov64 r0, 0
  exit`;
const ID = '09'.repeat(32);

test.each<Row>(
  [
    ['all of it', [HEAP + 32n, 5, HEAP], { r0: 5, output: `${ID}0102030405` }],
    ['a part of it', [HEAP + 32n, 3, HEAP], { r0: 5, output: `${ID}0102030000` }],
    ['more than there is', [HEAP + 32n, 9000, HEAP], { r0: 5, output: `${ID}0102030405` }],
    ['a length that is no i64', [HEAP + 32n, U64_MAX, HEAP], { r0: 5, output: `${ID}0102030405` }],
    ['nothing, at bad addresses', [1, 0, 2], { r0: 5 }],
    ['the bytes before the id', [1, 5, 2], { failed: violation('writing', 5, 1) }],
    ['the id', [HEAP, 5, 2], { failed: violation('writing', 32, 2) }],
    ['the id behind the bytes', [HEAP, 5, HEAP + 5n], { r0: 5 }],
    ['the id in the bytes', [HEAP, 5, HEAP + 4n], { failed: 'Overlapping copy' }],
    ['the bytes in the id', [HEAP + 31n, 1, HEAP], { failed: 'Overlapping copy' }],
  ].map(
    ([title, args, expected]) =>
      [title, { syscall: '', source: getAfterSet, args, payload, output: [HEAP, 37] }, expected] as never,
  ),
)('sol_get_return_data: %s', (_title, call, expected) => checkRow(call, expected));

test.each<Row>([
  ['nothing was set: bad addresses', { syscall: 'sol_get_return_data', args: [1, 5, 2] }, { r0: 0, units: 100 }],
  ['units', { syscall: 'sol_get_return_data', units: 120 }, OUT_OF_UNITS],
])('sol_get_return_data: %s', (_title, call, expected) => checkRow(call, expected));
