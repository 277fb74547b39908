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
  u64s,
  violation,
} from '../../../test/support/syscall-oracle.ts';
import { concatBytes } from '../../wire/bytes.ts';

const ID = PAYLOAD + 17n * 16n;
const SEED = ID + 32n;
const TOO_LONG = {
  failed: 'Could not create program address with signer seeds: Length of the seed is too long for address generation',
};

/** A table with room for 17 seeds, the program's id (all zeros but the first), 40 bytes of seed. */
function call(syscall: string, seeds: readonly (readonly [Arg, Arg])[], more: Partial<SyscallCall> = {}): SyscallCall {
  const table = u64s(...seeds.flat(), ...new Array<number>(2 * (17 - seeds.length)).fill(0));
  const id = new Uint8Array(32).fill(3);
  return {
    syscall,
    args: [PAYLOAD, seeds.length, ID, HEAP + 8n, HEAP],
    payload: concatBytes([table, id, new Uint8Array(40).fill(0x61)]),
    output: [HEAP, 40],
    ...more,
  };
}
const seedsOf = (count: number, len: Arg = 1): [Arg, Arg][] => new Array(count).fill([SEED, len]);

const create = (seeds: readonly (readonly [Arg, Arg])[], more?: Partial<SyscallCall>): SyscallCall =>
  call('sol_create_program_address', seeds, more);
const find = (seeds: readonly (readonly [Arg, Arg])[], more?: Partial<SyscallCall>): SyscallCall =>
  call('sol_try_find_program_address', seeds, more);

test('of forty lists of seeds about half lead to an address', () => {
  let found = 0;
  for (let len = 0; len < 33; len++) if (returned(compare(create(seedsOf(1, len)))) === 0n) found++;
  for (let count = 0; count <= 16; count++) if (returned(compare(create(seedsOf(count)))) === 0n) found++;
  expect(found).toBeGreaterThan(15);
  expect(found).toBeLessThan(35);
});

test('each bump that fails costs as much as the first try', () => {
  const bumps = new Set<string>();
  for (let len = 0; len < 33; len++) {
    const { returnData, units } = compare(find(seedsOf(1, len)));
    const bump = Number.parseInt(returnData.slice(0, 2), 16);
    expect(units).toBe(22 + 10 + 100 + 100 + 1500 * (256 - bump));
    bumps.add(String(bump));
  }
  expect(bumps.size).toBeGreaterThan(2);
});

test.each<Row>([
  ['sixteen seeds of 32 bytes', create(seedsOf(16, 32)), { r0: 1, units: 1500 }],
  [
    'a hash on the curve: the output is not looked at',
    create(seedsOf(16, 32), { args: [PAYLOAD, 16, ID, 1] }),
    { r0: 1 },
  ],
  ['seventeen seeds', create(seedsOf(17)), TOO_LONG],
  ['seventeen seeds that are nowhere', create([], { args: [1, 17, 1, 1] }), { failed: violation('reading', 272, 1) }],
  ['a seed of 33 bytes at a bad address', create([[1, 33]]), TOO_LONG],
  [
    'a bad address of a seed before the length of the next',
    create([
      [1, 1],
      [SEED, 33],
    ]),
    { failed: violation('reading', 1, 1) },
  ],
  ['an empty seed at a bad address', create([[1, 0]]), { r0: 0 }],
  ['a list that is not aligned', create([], { args: [PAYLOAD + 1n, 1, 1, 1] }), { failed: 'Unaligned pointer' }],
  ['the id', create([], { args: [1, 0, 1, 1] }), { failed: violation('reading', 32, 1) }],
  ['the output last', create([], { args: [1, 0, ID, 1] }), { failed: violation('writing', 32, 1) }],
  ['units first', create([], { args: [1, 1, 1, 1], units: 1500 }), OUT_OF_UNITS],
])('sol_create_program_address: %s', (_title, row, expected) => checkRow(row, expected));

test.each<Row>([
  ['fifteen seeds of 32 bytes', find(seedsOf(15, 32)), { r0: 0 }],
  ['sixteen seeds leave no room for a bump', find(seedsOf(16), { units: 1_000_000 }), { r0: 1, units: 384_000 }],
  ['sixteen seeds and the units for 132 tries', find(seedsOf(16)), OUT_OF_UNITS],
  ['seventeen seeds', find(seedsOf(17)), TOO_LONG],
  ['the bump before the address', find([], { args: [1, 0, ID, 1, 2] }), { failed: violation('writing', 1, 2) }],
  ['the address', find([], { args: [1, 0, ID, 1, HEAP] }), { failed: violation('writing', 32, 1) }],
  ['the bump in the address', find([], { args: [1, 0, ID, HEAP, HEAP + 31n] }), { failed: 'Overlapping copy' }],
  ['the bump behind the address', find([], { args: [1, 0, ID, HEAP, HEAP + 32n] }), { r0: 0 }],
  ['the id as the output', find([], { args: [1, 0, ID, ID, HEAP] }), { r0: 0 }],
])('sol_try_find_program_address: %s', (_title, row, expected) => checkRow(row, expected));
