import { bn254_Fr } from '@noble/curves/bn254.js';
import { numberToBytesBE } from '@noble/curves/utils.js';
import { expect, test } from 'vitest';
import {
  type Arg,
  checkRow,
  compare,
  HEAP,
  OUT_OF_UNITS,
  PAYLOAD,
  type Row,
  returned,
  type SyscallCall,
  seededBytes,
  slices,
  u64s,
  violation,
} from '../../../test/support/syscall-oracle.ts';
import { U64_MAX } from '../../wire/bytes.ts';

const R = bn254_Fr.ORDER;
const random = seededBytes(11);

const call = (inputs: readonly Uint8Array[], endianness: Arg = 0, more: Partial<SyscallCall> = {}): SyscallCall => ({
  syscall: 'sol_poseidon',
  args: [0, endianness, PAYLOAD, inputs.length, HEAP],
  payload: slices(...inputs),
  output: [HEAP, 32],
  ...more,
});
const be32 = (value: bigint): Uint8Array => numberToBytesBE(value, 32);
const element = (): Uint8Array => {
  const bytes = random(32);
  bytes[0] &= 0x1f;
  bytes[31] &= 0x1f;
  return bytes;
};

test('one to twelve elements, in both endiannesses', () => {
  for (let count = 1; count <= 12; count++) {
    for (const endianness of [0, 1]) {
      const inputs = Array.from({ length: count }, element);
      checkRow(call(inputs, endianness), { r0: 0, units: 61 * count * count + 542 });
    }
  }
});

test('the published vectors', () => {
  const [ones, twos] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const expected = '0d54e1938f8a8c1c7deb5e0355f26319207b84fe9ca2ce1b26e735c829821990';
  expect(compare(call([ones, twos])).returnData).toBe(expected);
  expect(compare(call([ones, twos], 1)).returnData).toBe(expected.match(/../g)?.reverse().join(''));
});

test('elements at the edge of the field', () => {
  const values = [0n, 1n, R - 1n, R, R + 1n, 2n ** 254n, 2n ** 256n - 1n];
  const results = values.map((value) => returned(compare(call([be32(value)]))));
  expect(results.map(Number)).toEqual([0, 0, 0, 1, 1, 1, 1]);
  for (const value of values) compare(call([be32(value).reverse(), be32(1n)], 1));
});

test('elements of other lengths, with and without the gate that refuses them', () => {
  for (const len of [0, 1, 31, 33, 64]) {
    for (const endianness of [0, 1]) {
      const input = random(len).map((byte) => byte & 0x1f);
      checkRow(call([input], endianness), { r0: 1 });
      compare(call([input, element()], endianness, { off: ['poseidon_enforce_padding'] }));
    }
  }
});

test.each<Row>([
  [
    'other parameters, before all else',
    { syscall: 'sol_poseidon', args: [1, 9, 1, 99, 1] },
    { failed: 'Invalid parameters.' },
  ],
  ['far other parameters', { syscall: 'sol_poseidon', args: [U64_MAX] }, { failed: 'Invalid parameters.' }],
  ['another endianness', { syscall: 'sol_poseidon', args: [0, 2, 1, 99, 1] }, { failed: 'Invalid endianness.' }],
  [
    'thirteen elements',
    { syscall: 'sol_poseidon', args: [0, 0, 1, 13, 1], units: 60 },
    { failed: 'InvalidLength', log: 'Poseidon hashing 13 sequences is not supported' },
  ],
  [
    'far too many elements',
    { syscall: 'sol_poseidon', args: [0, 0, 1, U64_MAX, 1] },
    { failed: 'InvalidLength', log: `Poseidon hashing ${U64_MAX} sequences is not supported` },
  ],
  ['no element, at a bad address', { syscall: 'sol_poseidon', args: [0, 0, 1, 0, HEAP] }, { r0: 1, units: 542 }],
  ['units before the result', { syscall: 'sol_poseidon', args: [0, 0, 1, 1, 2], units: 600 }, OUT_OF_UNITS],
  [
    'the result before the list',
    { syscall: 'sol_poseidon', args: [0, 0, 1, 1, 2] },
    { failed: violation('writing', 32, 2) },
  ],
  ['the list', { syscall: 'sol_poseidon', args: [0, 0, 1, 2, HEAP] }, { failed: violation('reading', 32, 1) }],
  [
    'a list that is not aligned',
    { syscall: 'sol_poseidon', args: [0, 0, HEAP + 4n, 2, HEAP] },
    { failed: 'Unaligned pointer' },
  ],
  [
    'an element, though another one is bad',
    call([], 0, { args: [0, 0, PAYLOAD, 2, HEAP], payload: u64s(HEAP, 31, 1, 32) }),
    { failed: violation('reading', 32, 1) },
  ],
  [
    'an element that is no i64',
    call([], 0, { args: [0, 0, PAYLOAD, 1, HEAP], payload: u64s(1, U64_MAX) }),
    { failed: 'InvalidLength' },
  ],
  ['over its own input', call([element()], 0, { args: [0, 0, PAYLOAD, 1, PAYLOAD + 16n] }), { r0: 0 }],
])('%s', (_title, row, expected) => checkRow(row, expected));
