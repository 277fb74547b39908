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
  u64s,
  violation,
} from '../../../test/support/syscall-oracle.ts';
import { concatBytes, U64_MAX } from '../../wire/bytes.ts';

const random = seededBytes(31);
const gate = { syscall: 'sol_big_mod_exp', on: ['enable_big_mod_exp_syscall'] } as const;

const call = (base: Uint8Array, exponent: Uint8Array, modulus: Uint8Array): SyscallCall => {
  const baseAddr = PAYLOAD + 48n;
  const exponentAddr = baseAddr + BigInt(base.length);
  const modulusAddr = exponentAddr + BigInt(exponent.length);
  const params = u64s(baseAddr, base.length, exponentAddr, exponent.length, modulusAddr, modulus.length);
  return {
    ...gate,
    args: [PAYLOAD, HEAP],
    payload: concatBytes([params, base, exponent, modulus]),
    output: [HEAP, modulus.length],
    units: 1_000_000,
  };
};
const odd = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === 0 ? byte | 1 : byte));
/** Only the addresses and lengths of base, exponent and modulus; the byte 3 follows them. */
const THREE = PAYLOAD + 48n;
const at = (params: readonly Arg[], result: Arg = HEAP, more: Partial<SyscallCall> = {}): SyscallCall => ({
  ...gate,
  args: [PAYLOAD, result],
  payload: concatBytes([u64s(...params), Uint8Array.of(3, 0, 2, 1, 0)]),
  ...more,
});

test('random numbers of all lengths', () => {
  for (let i = 0; i < 60; i++) {
    const [a, b, c] = random(3);
    const row = call(random(a % 90), random(b % 40), odd(random(1 + (c % 100))));
    expect(returned(compare(row))).toBe(0n);
  }
  compare(call(random(512), random(40), odd(random(300))));
  compare(call(random(40), random(512), odd(random(33))));
});

test('exponents are priced by their highest bit, or by their length', () => {
  for (const len of [0, 1, 9, 10, 11, 31, 32, 33, 34, 64]) {
    for (const top of [0, 1, 2, 255]) {
      const exponent = new Uint8Array(len);
      if (len > 0) exponent[len - 1] = top;
      compare(call(random(4), exponent, odd(random(40))));
    }
  }
  for (const position of [0, 30, 31, 32, 33, 62]) {
    const exponent = new Uint8Array(64);
    exponent[position] = 128;
    compare(call(random(4), exponent, odd(random(20))));
  }
});

test('the exponent 1 is priced as a reduction', () => {
  for (const exponent of [
    Uint8Array.of(1),
    Uint8Array.of(1, 0),
    new Uint8Array(64).fill(1, 0, 1),
    Uint8Array.of(1, 1),
  ]) {
    for (const [base, modulus] of [
      [1, 40],
      [40, 40],
      [80, 40],
      [40, 80],
      [100, 1],
      [0, 9],
    ]) {
      compare(call(random(base), exponent, odd(random(modulus))));
    }
  }
});

test('numbers that are special', () => {
  const numbers = [
    new Uint8Array(0),
    Uint8Array.of(0),
    Uint8Array.of(1),
    Uint8Array.of(7),
    Uint8Array.of(7, 0, 0),
    Uint8Array.of(14),
  ];
  for (const base of numbers) {
    for (const exponent of numbers.slice(0, 4)) {
      for (const modulus of [Uint8Array.of(3), Uint8Array.of(7, 0), Uint8Array.of(1, 1)])
        compare(call(base, exponent, modulus));
    }
  }
});

const invalid = { failed: 'InvalidAttribute' };
test.each<Row>([
  ['a row of known numbers', call(Uint8Array.of(5), Uint8Array.of(2), Uint8Array.of(7, 0)), { r0: 0, output: '0400' }],
  ['units before the pairs', { ...gate, args: [1, 1], units: 21 + 421 }, OUT_OF_UNITS],
  ['the pairs', { ...gate, args: [1, 1] }, { failed: violation('reading', 48, 1) }],
  ['pairs that are not aligned', { ...gate, args: [HEAP + 4n, 1] }, { failed: 'Unaligned pointer' }],
  ['a base too long', at([1, 513, 1, 1, 1, 1]), { failed: 'InvalidLength' }],
  ['an exponent too long', at([1, 1, 1, 513, 1, 1]), { failed: 'InvalidLength' }],
  ['a modulus far too long', at([1, 1, 1, 1, 1, U64_MAX]), { failed: 'InvalidLength' }],
  ['the exponent before the rest', at([1, 1, 2, 1, 3, 1], 4), { failed: violation('reading', 1, 2) }],
  ['units before the base', at([1, 512, HEAP, 1, 3, 1], 4, { units: 21 + 422 + 44_292 }), OUT_OF_UNITS],
  [
    'the base before the modulus',
    at([1, 512, HEAP, 1, 3, 1], 4, { units: 21 + 422 + 44_293 }),
    { failed: violation('reading', 512, 1) },
  ],
  ['the modulus', at([HEAP, 1, HEAP, 1, 3, 1], 4), { failed: violation('reading', 1, 3) }],
  ['no modulus', at([HEAP, 1, HEAP, 1, 3, 0], 4), invalid],
  ['a modulus of 0', at([HEAP, 1, HEAP, 1, HEAP, 2], 4), invalid],
  ['a modulus of 1', at([HEAP, 1, HEAP, 1, THREE + 3n, 2], 4), invalid],
  ['an even modulus', at([HEAP, 1, HEAP, 1, THREE + 2n, 2], 4), invalid],
  ['the result', at([HEAP, 1, HEAP, 1, THREE, 2], 4), { failed: violation('writing', 2, 4) }],
  [
    'no base and no exponent, at bad addresses',
    at([1, 0, 1, 0, THREE, 1], HEAP, { output: [HEAP, 1] }),
    { output: '01' },
  ],
  ['without its gate', { syscall: gate.syscall }, { failed: 'unsupported BPF instruction' }],
])('%s', (_title, row, expected) => checkRow(row, expected));
