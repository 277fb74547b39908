import { test } from 'vitest';
import {
  checkRow,
  HEAP,
  OUT_OF_UNITS,
  PAYLOAD,
  type Row,
  type SyscallCall,
  slices,
  u64s,
  violation,
} from '../../../test/support/syscall-oracle.ts';
import { U64_MAX } from '../../wire/bytes.ts';

const abc = slices(new TextEncoder().encode('a'), new TextEncoder().encode('bc'));

/** What the driver spends before the call. */
const UNITS_BEFORE = 11 + 10;

/** Hash of 'abc' and of nothing. */
const HASHES = [
  [
    'sol_sha256',
    'Sha256',
    32,
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  ],
  [
    'sol_keccak256',
    'Keccak256',
    32,
    '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45',
    'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
  ],
  [
    'sol_blake3',
    'Blake3',
    32,
    '6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85',
    'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262',
  ],
  [
    'sol_sha512',
    'Sha512',
    64,
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e',
  ],
] as const;

for (const [syscall, name, len, hashOfAbc, hashOfNothing] of HASHES) {
  const call = (args: SyscallCall['args'], more: Partial<SyscallCall> = {}): SyscallCall => ({
    syscall,
    args: args ?? [],
    output: [HEAP, len],
    on: ['blake3_syscall_enabled', 'enable_sha512_syscall'],
    ...more,
  });
  test.each<Row>([
    ['two slices', call([PAYLOAD, 2, HEAP], { payload: abc }), { output: hashOfAbc, units: 85 + 20 }],
    ['no slice, at a bad address', call([1, 0, HEAP]), { output: hashOfNothing, units: 85 }],
    [
      'an empty slice at a bad address',
      call([PAYLOAD, 1, HEAP], { payload: u64s(1, 0) }),
      { output: hashOfNothing, units: 95 },
    ],
    ['a unit for two bytes', call([PAYLOAD, 1, HEAP], { payload: u64s(HEAP, 23) }), { units: 85 + 11 }],
    ['over its own input', call([PAYLOAD, 2, HEAP], { payload: u64s(HEAP, 64, HEAP + 1n, 3) }), { units: 85 + 42 }],
    ['the result before the list', call([1, 1, 2]), { failed: violation('writing', len, 2) }],
    [
      'the result that costs no unit',
      call([1, 1, 2], { units: UNITS_BEFORE + 85 }),
      { failed: violation('writing', len, 2) },
    ],
    ['the base cost before the result', call([1, 1, 2], { units: UNITS_BEFORE + 84 }), OUT_OF_UNITS],
    ['the list', call([1, 3, HEAP]), { failed: violation('reading', 48, 1) }],
    ['a list that is not aligned', call([PAYLOAD + 4n, 1, HEAP], { payload: abc }), { failed: 'Unaligned pointer' }],
    [
      'a slice before its units',
      call([PAYLOAD, 1, HEAP], { payload: u64s(1, 1_000_000) }),
      { failed: violation('reading', 1_000_000, 1) },
    ],
    [
      'the units of the first slice before the second slice',
      call([PAYLOAD, 2, HEAP], { payload: u64s(HEAP, 1000, 1, 1), units: 500 }),
      OUT_OF_UNITS,
    ],
    ['a slice that is no i64', call([PAYLOAD, 1, HEAP], { payload: u64s(1, U64_MAX) }), { failed: 'InvalidLength' }],
    [
      'a slice that is an i64',
      call([PAYLOAD, 1, HEAP], { payload: u64s(1, U64_MAX >> 1n) }),
      { failed: violation('reading', U64_MAX >> 1n, 1) },
    ],
    [
      'as many slices as there may be',
      call([HEAP, 20_000, HEAP]),
      { failed: violation('reading', 320_000, HEAP, 'heap') },
    ],
    [
      'one more',
      call([1, 20_001, 1], { units: 60 }),
      {
        failed: 'Hashing too many sequences',
        log: `${name} Hashing 20001 sequences in one syscall is over the limit 20000`,
      },
    ],
  ])(`${syscall}: %s`, (_title, row, expected) => checkRow(row, expected));
}

test.each(['sol_blake3', 'sol_sha512'])('%s does not exist until its gate is active', (syscall) => {
  checkRow({ syscall, args: [1, 0, HEAP] }, { failed: 'unsupported BPF instruction' });
});
