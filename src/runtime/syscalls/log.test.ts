import { expect, test } from 'vitest';
import {
  checkRow,
  compare,
  HEAP,
  INPUT,
  OUT_OF_UNITS,
  PAYLOAD,
  type Row,
  slices,
  u64s,
  violation,
} from '../../../test/support/syscall-oracle.ts';
import { U64_MAX } from '../../wire/bytes.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const I64_MAX = 0x7fff_ffff_ffff_ffffn;

const utf8Row = (title: string, bytes: readonly number[], failed: string): Row => {
  const payload = Uint8Array.from(bytes);
  return [title, { syscall: 'sol_log_', args: [PAYLOAD, payload.length], payload }, { failed }];
};

test.each<Row>([
  [
    'a text',
    { syscall: 'sol_log_', args: [PAYLOAD, 5], payload: text('hello') },
    { log: 'Program log: hello', units: 100 },
  ],
  ['no text at a bad address', { syscall: 'sol_log_', args: [5, 0] }, { log: 'Program log: ', units: 100 }],
  [
    'line breaks, a byte order mark and zeros are kept',
    { syscall: 'sol_log_', args: [PAYLOAD, 9], payload: text('\uFEFFa\nb\0\r\n') },
    { log: 'Program log: \uFEFFa\nb\0\r\n' },
  ],
  [
    'UTF-8 of all lengths',
    { syscall: 'sol_log_', args: [PAYLOAD, 10], payload: text('aé€😀') },
    { log: 'Program log: aé€😀' },
  ],
  [
    'a unit for each byte from 101 on',
    { syscall: 'sol_log_', args: [PAYLOAD, 101], payload: new Uint8Array(101).fill(65) },
    { units: 101 },
  ],
  [
    'bytes without memory',
    { syscall: 'sol_log_', args: [HEAP + 32768n, 1] },
    { failed: violation('reading', 1, HEAP + 32768n) },
  ],
  ['units before the address', { syscall: 'sol_log_', args: [1, 200_000] }, OUT_OF_UNITS],
  ['a length that is no i64', { syscall: 'sol_log_', args: [1, U64_MAX] }, OUT_OF_UNITS],
  utf8Row('a byte that starts nothing', [97, 255], 'invalid utf-8 sequence of 1 bytes from index 1: [97, 255]'),
  utf8Row('a continuation alone', [0x80], 'invalid utf-8 sequence of 1 bytes from index 0: [128]'),
  utf8Row('an overlong two', [0xc1, 0x80], 'invalid utf-8 sequence of 1 bytes from index 0: [193, 128]'),
  utf8Row('a broken two', [0xc2, 65], 'invalid utf-8 sequence of 1 bytes from index 0: [194, 65]'),
  utf8Row('an unfinished two', [65, 0xc2], 'incomplete utf-8 byte sequence from index 1: [65, 194]'),
  utf8Row('an overlong three', [0xe0, 0x9f, 0x80], 'invalid utf-8 sequence of 1 bytes from index 0: [224, 159, 128]'),
  utf8Row('a surrogate', [0xed, 0xa0, 0x80], 'invalid utf-8 sequence of 1 bytes from index 0: [237, 160, 128]'),
  utf8Row('a broken three', [0xe2, 0x82, 65], 'invalid utf-8 sequence of 2 bytes from index 0: [226, 130, 65]'),
  utf8Row('an unfinished three', [0xe2, 0x82], 'incomplete utf-8 byte sequence from index 0: [226, 130]'),
  utf8Row(
    'an overlong four',
    [0xf0, 0x8f, 0x80, 0x80],
    'invalid utf-8 sequence of 1 bytes from index 0: [240, 143, 128, 128]',
  ),
  utf8Row(
    'beyond Unicode',
    [0xf4, 0x90, 0x80, 0x80],
    'invalid utf-8 sequence of 1 bytes from index 0: [244, 144, 128, 128]',
  ),
  utf8Row(
    'a broken four',
    [0xf0, 0x9f, 0x98, 65],
    'invalid utf-8 sequence of 3 bytes from index 0: [240, 159, 152, 65]',
  ),
  utf8Row('an unfinished four', [0xf0, 0x9f], 'incomplete utf-8 byte sequence from index 0: [240, 159]'),
])('sol_log_: %s', (_title, call, expected) => checkRow(call, expected));

test.each(['hello', 'world', 'world', 'wörd', 'word', 'hello'])('a text of the heap is read each time: %s', (value) => {
  const payload = text(value);
  const copy = [HEAP, PAYLOAD, payload.length] as const;
  const call = { syscall: 'sol_log_', args: [HEAP, payload.length], payload, copy };
  expect(compare(call).logs).toContain(`Program log: ${value}`);
});

test('the five registers are logged in hexadecimal', () => {
  const call = { syscall: 'sol_log_64_', args: [0, 255, 2n ** 53n, U64_MAX, 10] };
  expect(compare(call).logs).toContain('Program log: 0x0, 0xff, 0x20000000000000, 0xffffffffffffffff, 0xa');
});

test('five registers, without the units for them', () => {
  checkRow({ syscall: 'sol_log_64_', units: 21 + 99 }, OUT_OF_UNITS);
});

test.each<Row>([
  [
    'an address',
    { syscall: 'sol_log_pubkey', args: [PAYLOAD], payload: new Uint8Array(32).fill(1) },
    { log: 'Program log: 4vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi', units: 100 },
  ],
  [
    'the zero address',
    { syscall: 'sol_log_pubkey', args: [HEAP] },
    { log: 'Program log: 11111111111111111111111111111111' },
  ],
  [
    'half an address',
    { syscall: 'sol_log_pubkey', args: [HEAP + 32752n] },
    { failed: violation('reading', 32, HEAP + 32752n, 'heap') },
  ],
  ['units before the address', { syscall: 'sol_log_pubkey', args: [0], units: 100 }, OUT_OF_UNITS],
])('sol_log_pubkey: %s', (_title, call, expected) => checkRow(call, expected));

test('the units that are left are those after the call', () => {
  const { logs } = compare({ syscall: 'sol_log_compute_units_' });
  expect(logs).toContain(`Program consumption: ${200_000 - 11 - 10 - 100} units remaining`);
});

test('the units that are left, without the units for it', () => {
  checkRow({ syscall: 'sol_log_compute_units_', units: 21 + 99 }, OUT_OF_UNITS);
});

const two = slices(text('ab'), text('c'));
test.each<Row>([
  [
    'fields',
    { syscall: 'sol_log_data', args: [PAYLOAD, 2], payload: two },
    { log: 'Program data: YWI= Yw==', units: 303 },
  ],
  ['no field, at a bad address', { syscall: 'sol_log_data', args: [1, 0] }, { log: 'Program data: ', units: 100 }],
  [
    'an empty field at a bad address',
    { syscall: 'sol_log_data', args: [PAYLOAD, 2], payload: u64s(1, 0, PAYLOAD, 1) },
    { log: 'Program data:  AQ==', units: 301 },
  ],
  [
    'a list that is not aligned',
    { syscall: 'sol_log_data', args: [PAYLOAD + 4n, 1], payload: two },
    { failed: 'Unaligned pointer' },
  ],
  [
    'a list that is nowhere before its alignment',
    { syscall: 'sol_log_data', args: [1, 1] },
    { failed: violation('reading', 16, 1) },
  ],
  [
    'a list too long to exist',
    { syscall: 'sol_log_data', args: [PAYLOAD, I64_MAX], payload: two },
    { failed: 'InvalidLength' },
  ],
  [
    'a list just short enough to be looked up',
    { syscall: 'sol_log_data', args: [PAYLOAD, I64_MAX / 16n], payload: two },
    { failed: violation('reading', (I64_MAX / 16n) * 16n, PAYLOAD, 'input') },
  ],
  [
    'units for the fields before their addresses',
    { syscall: 'sol_log_data', args: [PAYLOAD, 2], payload: u64s(1, 5, 1, 5), units: 320 },
    OUT_OF_UNITS,
  ],
  [
    'units for the bytes before their addresses',
    { syscall: 'sol_log_data', args: [PAYLOAD, 1], payload: u64s(1, 300_000) },
    OUT_OF_UNITS,
  ],
  [
    'lengths that add up beyond a u64',
    { syscall: 'sol_log_data', args: [PAYLOAD, 2], payload: u64s(1, U64_MAX, 1, U64_MAX) },
    OUT_OF_UNITS,
  ],
  [
    'a field that is nowhere',
    { syscall: 'sol_log_data', args: [PAYLOAD, 1], payload: u64s(INPUT + 0x1000n, 7) },
    { failed: violation('reading', 7, INPUT + 0x1000n) },
  ],
  [
    'programs of loader v1 need not align',
    { syscall: 'sol_log_data', args: [PAYLOAD, 2], payload: two, loader: 'v1', version: 0 },
    { log: 'Program data: YWI= Yw==' },
  ],
])('sol_log_data: %s', (_title, call, expected) => checkRow(call, expected));
