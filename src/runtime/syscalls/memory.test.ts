import { test } from 'vitest';
import {
  checkRow,
  HEAP,
  INPUT,
  OUT_OF_UNITS,
  PAYLOAD,
  type Row,
  STACK,
  violation,
} from '../../../test/support/syscall-oracle.ts';
import { U64_MAX } from '../../wire/bytes.ts';

const payload = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const HEAP_END = HEAP + 32768n;
const overlap = { failed: 'Overlapping copy' };

test.each<Row>([
  [
    'bytes',
    { syscall: 'sol_memcpy_', args: [HEAP, PAYLOAD, 8], payload, output: [HEAP, 9] },
    { output: '010203040506070800', units: 10 },
  ],
  ['no bytes between bad addresses', { syscall: 'sol_memcpy_', args: [1, 1, 0] }, { units: 10 }],
  ['2500 bytes cost the least', { syscall: 'sol_memcpy_', args: [HEAP, HEAP + 8192n, 2749] }, { units: 10 }],
  ['a unit for 250 bytes', { syscall: 'sol_memcpy_', args: [HEAP, HEAP + 8192n, 2750] }, { units: 11 }],
  [
    'ranges that touch',
    { syscall: 'sol_memcpy_', args: [PAYLOAD + 4n, PAYLOAD, 4], payload, output: [PAYLOAD, 8] },
    { output: '0102030401020304' },
  ],
  [
    'ranges that share a byte, forwards',
    { syscall: 'sol_memcpy_', args: [PAYLOAD + 4n, PAYLOAD, 5], payload },
    overlap,
  ],
  [
    'ranges that share a byte, backwards',
    { syscall: 'sol_memcpy_', args: [PAYLOAD, PAYLOAD + 4n, 5], payload },
    overlap,
  ],
  ['the same range', { syscall: 'sol_memcpy_', args: [PAYLOAD, PAYLOAD, 1], payload }, overlap],
  ['overlap before the addresses', { syscall: 'sol_memcpy_', args: [1, 2, 5] }, overlap],
  ['overlap of the highest addresses', { syscall: 'sol_memcpy_', args: [U64_MAX, U64_MAX - 3n, 4] }, overlap],
  [
    'the destination before the source',
    { syscall: 'sol_memcpy_', args: [1, 100, 5] },
    { failed: violation('writing', 5, 1) },
  ],
  ['the source', { syscall: 'sol_memcpy_', args: [HEAP, 1, 5] }, { failed: violation('reading', 5, 1) }],
  [
    'past the end of the heap',
    { syscall: 'sol_memcpy_', args: [HEAP_END - 4n, PAYLOAD, 5] },
    { failed: violation('writing', 5, HEAP_END - 4n, 'heap') },
  ],
  [
    'the highest address',
    { syscall: 'sol_memcpy_', args: [U64_MAX, PAYLOAD, 5] },
    { failed: violation('writing', 5, U64_MAX) },
  ],
  [
    'to constants',
    { syscall: 'sol_memcpy_', args: [0, PAYLOAD, 8], payload, rodata: payload },
    { failed: violation('writing', 8, 0, 'allocated') },
  ],
  [
    'from constants',
    { syscall: 'sol_memcpy_', args: [HEAP, 0, 8], rodata: payload, output: [HEAP, 8] },
    { output: '0102030405060708' },
  ],
  ['a length of 2^63', { syscall: 'sol_memcpy_', args: [0, 1n << 63n, 1n << 63n] }, OUT_OF_UNITS],
  ['units before overlap', { syscall: 'sol_memcpy_', args: [1, 1, 60_000_000] }, OUT_OF_UNITS],
])('sol_memcpy_: %s', (_title, call, expected) => checkRow(call, expected));

test.each<Row>([
  [
    'forwards over itself',
    { syscall: 'sol_memmove_', args: [PAYLOAD + 1n, PAYLOAD, 7], payload, output: [PAYLOAD, 8] },
    { output: '0101020304050607' },
  ],
  [
    'backwards over itself',
    { syscall: 'sol_memmove_', args: [PAYLOAD, PAYLOAD + 1n, 7], payload, output: [PAYLOAD, 8] },
    { output: '0203040506070808' },
  ],
  ['no bytes', { syscall: 'sol_memmove_', args: [0, 0, 0] }, { units: 10 }],
  [
    'the destination before the source',
    { syscall: 'sol_memmove_', args: [1, 1, 5] },
    { failed: violation('writing', 5, 1) },
  ],
])('sol_memmove_: %s', (_title, call, expected) => checkRow(call, expected));

test.each<Row>([
  ['bytes', { syscall: 'sol_memset_', args: [HEAP + 1n, 7, 2], output: [HEAP, 4] }, { output: '00070700', units: 10 }],
  [
    'the low byte of the value',
    { syscall: 'sol_memset_', args: [HEAP, U64_MAX - 1n, 1], output: [HEAP, 1] },
    { output: 'fe' },
  ],
  [
    'the low byte of a value beyond 32 bits',
    { syscall: 'sol_memset_', args: [HEAP, 0x1234_5678_9abcn, 1], output: [HEAP, 1] },
    { output: 'bc' },
  ],
  ['no bytes', { syscall: 'sol_memset_', args: [0, 1, 0] }, {}],
  [
    'nowhere',
    { syscall: 'sol_memset_', args: [INPUT + 0x10_0000n, 1, 2] },
    { failed: violation('writing', 2, INPUT + 0x10_0000n) },
  ],
  [
    'between the frames of the stack',
    { syscall: 'sol_memset_', args: [STACK + 5000n, 1, 10], version: 0 },
    { failed: 'Access violation in stack frame 1 at address 0x200001388 of size 10' },
  ],
  ['from a frame into the gap behind it', { syscall: 'sol_memset_', args: [STACK + 4090n, 1, 10], version: 0 }, {}],
  ['over frames of a stack without gaps', { syscall: 'sol_memset_', args: [STACK + 4090n, 1, 10] }, {}],
])('sol_memset_: %s', (_title, call, expected) => checkRow(call, expected));

const compared = (b: number, result: string): Row => [
  `5 with ${b}`,
  {
    syscall: 'sol_memcmp_',
    args: [PAYLOAD, PAYLOAD + 8n, 8, HEAP],
    payload: Uint8Array.of(1, 2, 5, 0, 0, 0, 0, 9, 1, 2, b, 0, 0, 0, 0, 1),
    output: [HEAP, 4],
  },
  { output: result, units: 10 },
];
test.each<Row>([
  compared(3, '02000000'),
  compared(9, 'fcffffff'),
  compared(255, '06ffffff'),
  compared(5, '08000000'),
  [
    'equal bytes',
    { syscall: 'sol_memcmp_', args: [PAYLOAD, PAYLOAD, 8, PAYLOAD], payload, output: [PAYLOAD, 8] },
    { output: '0000000005060708' },
  ],
  [
    'no bytes at bad addresses',
    { syscall: 'sol_memcmp_', args: [1, 1, 0, PAYLOAD], payload, output: [PAYLOAD, 8] },
    { output: '0000000005060708' },
  ],
  ['a before b', { syscall: 'sol_memcmp_', args: [1, 2, 3, 4] }, { failed: violation('reading', 3, 1) }],
  [
    'b before the result',
    { syscall: 'sol_memcmp_', args: [PAYLOAD, 2, 3, 4], payload },
    { failed: violation('reading', 3, 2) },
  ],
  [
    'the result',
    { syscall: 'sol_memcmp_', args: [PAYLOAD, PAYLOAD, 3, 5], payload },
    { failed: violation('writing', 4, 5) },
  ],
  ['the result of nothing', { syscall: 'sol_memcmp_', args: [1, 2, 0, 5] }, { failed: violation('writing', 4, 5) }],
  [
    'a result that is not aligned',
    { syscall: 'sol_memcmp_', args: [PAYLOAD, PAYLOAD, 3, HEAP + 2n], payload },
    { failed: 'Unaligned pointer' },
  ],
  [
    'loader v1 needs no alignment',
    {
      syscall: 'sol_memcmp_',
      args: [PAYLOAD, HEAP, 1, HEAP + 2n],
      payload,
      output: [HEAP, 6],
      loader: 'v1',
      version: 0,
    },
    { output: '000001000000' },
  ],
  ['a length of 2^63', { syscall: 'sol_memcmp_', args: [1, 2, 1n << 63n, 3] }, OUT_OF_UNITS],
])('sol_memcmp_: %s', (_title, call, expected) => checkRow(call, expected));
