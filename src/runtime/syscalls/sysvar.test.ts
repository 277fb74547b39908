import { Clock, EpochRewards, EpochSchedule, Rent } from 'litesvm';
import { beforeAll, expect, test } from 'vitest';
import {
  checkRow,
  compare,
  HEAP,
  INPUT,
  liteSvmFor,
  OUT_OF_UNITS,
  PAYLOAD,
  type Row,
  runInParhelion,
  STACK,
  violation,
} from '../../../test/support/syscall-oracle.ts';
import { concatBytes, U64_MAX } from '../../wire/bytes.ts';
import {
  CLOCK_ID,
  EPOCH_REWARDS_ID,
  EPOCH_SCHEDULE_ID,
  LAST_RESTART_SLOT_ID,
  RECENT_BLOCKHASHES_ID,
  RENT_ID,
  SLOT_HASHES_ID,
  SLOT_HISTORY_ID,
  STAKE_HISTORY_ID,
} from '../addresses.ts';

beforeAll(() => {
  const svm = liteSvmFor({});
  svm.setClock(new Clock(1_000_001n, -5n, 2n, 3n, 1_700_000_000n));
  svm.setRent(new Rent(3480n, 2, 50));
  svm.setEpochSchedule(new EpochSchedule(1000n, 2000n, true, 7n, 8n));
  svm.setLastRestartSlot(77n);
  svm.setEpochRewards(new EpochRewards(1n, 2n, EPOCH_REWARDS_ID.toString(), 1n << 100n, 3n, 4n, true));
});

const KINDS = [
  ['sol_get_clock_sysvar', 40, 8],
  ['sol_get_epoch_schedule_sysvar', 40, 8],
  ['sol_get_rent_sysvar', 24, 8],
  ['sol_get_last_restart_slot', 8, 8],
  ['sol_get_epoch_rewards_sysvar', 96, 16],
] as const;

for (const [syscall, size, align] of KINDS) {
  const dirty = { copy: [HEAP, PAYLOAD, 128] as const, payload: new Uint8Array(128).fill(0xee) };
  const end = HEAP + 32768n;
  test.each<Row>([
    [
      'the struct, its padding zeroed',
      { syscall, args: [HEAP + 16n], output: [HEAP, 128], ...dirty },
      { units: 100 + size },
    ],
    ['to the stack', { syscall, args: [STACK + 64n], output: [STACK + 64n, size] }, {}],
    ['half aligned', { syscall, args: [HEAP + BigInt(align / 2)] }, { failed: 'Unaligned pointer' }],
    ['beyond the heap', { syscall, args: [end - 4n] }, { failed: violation('writing', size, end - 4n, 'heap') }],
    ['to the input', { syscall, args: [PAYLOAD] }, { failed: 'Invalid pointer' }],
    [
      'to the input without the restriction',
      { syscall, args: [INPUT + 96n], payload: new Uint8Array(96), off: ['syscall_parameter_address_restrictions'] },
      {},
    ],
    ['to the highest address', { syscall, args: [U64_MAX] }, { failed: 'Invalid pointer' }],
    ['just below the input', { syscall, args: [INPUT - 1n] }, { failed: violation('writing', size, INPUT - 1n) }],
    ['units first', { syscall, args: [1], units: 30 }, OUT_OF_UNITS],
    [
      'for a program of loader v1',
      { syscall, args: [HEAP], loader: 'v1', version: 0 },
      { failed: 'Unaligned pointer' },
    ],
    ['for a program of loader v2', { syscall, args: [HEAP], loader: 'v2', version: 0 }, {}],
  ])(`${syscall}: %s`, (_title, call, expected) => checkRow(call, expected));
}

test.each(KINDS)('%s: where there is none, which is found out last', (syscall, size) => {
  const unsupported = runInParhelion({ syscall, args: [HEAP], isBare: true });
  expect(unsupported.error).toBe('UnsupportedSysvar');
  expect(unsupported.units).toBe(21 + 100 + size);
  expect(runInParhelion({ syscall, args: [1], isBare: true }).error).toBe('ProgramFailedToComplete');
});

const syscall = 'sol_get_sysvar';
const idOf = (id: { bytes: Uint8Array }, more = new Uint8Array(0)): Uint8Array => concatBytes([id.bytes, more]);
const clock = { syscall, payload: idOf(CLOCK_ID) };

test.each<Row>([
  [
    'a part',
    { ...clock, args: [PAYLOAD, HEAP, 8, 16], output: [HEAP, 17] },
    { r0: 0, output: 'fbffffffffffffff020000000000000000', units: 110 },
  ],
  ['all of it', { ...clock, args: [PAYLOAD, HEAP, 0, 40], output: [HEAP, 40] }, { r0: 0 }],
  ['no byte, at a bad address', { ...clock, args: [PAYLOAD, 1, 40, 0] }, { r0: 0, units: 110 }],
  ['no byte, of beyond its end', { ...clock, args: [PAYLOAD, 1, 41, 0] }, { r0: 1 }],
  [
    'a byte too many',
    { ...clock, args: [PAYLOAD, HEAP, 0, 41], output: [HEAP, 41] },
    { r0: 1, output: '00'.repeat(41) },
  ],
  ['from far beyond its end', { ...clock, args: [PAYLOAD, HEAP, U64_MAX - 1n, 1] }, { r0: 1 }],
  [
    'a range beyond u64',
    { ...clock, args: [PAYLOAD, HEAP, U64_MAX, 1] },
    { failed: 'Program arithmetic overflowed', error: 'ArithmeticOverflow' },
  ],
  [
    'an unknown sysvar',
    { syscall, args: [PAYLOAD, HEAP, 0, 1], payload: idOf({ bytes: new Uint8Array(32) }) },
    { r0: 2 },
  ],
  [
    'an unknown one, and a range beyond u64',
    { syscall, args: [HEAP, HEAP, U64_MAX, 1] },
    { failed: 'Program arithmetic overflowed', error: 'ArithmeticOverflow' },
  ],
  ['the output before the id', { syscall, args: [1, 2, 0, 5] }, { failed: violation('writing', 5, 2) }],
  ['the id', { syscall, args: [1, HEAP, 0, 5] }, { failed: violation('reading', 32, 1) }],
  ['the id before the range', { syscall, args: [1, HEAP, U64_MAX, 5] }, { failed: violation('reading', 32, 1) }],
  ['to the input', { ...clock, args: [PAYLOAD, INPUT, 0, 1] }, { failed: 'Invalid pointer' }],
  ['nothing, to the input', { ...clock, args: [PAYLOAD, INPUT, 0, 0] }, { failed: 'Invalid pointer' }],
  [
    'to the input without the restriction',
    {
      ...clock,
      args: [PAYLOAD, PAYLOAD, 0, 8],
      output: [PAYLOAD, 32],
      off: ['syscall_parameter_address_restrictions'],
    },
    { r0: 0 },
  ],
  ['no alignment', { ...clock, args: [PAYLOAD, HEAP + 1n, 1, 3], output: [HEAP, 8] }, { r0: 0 }],
  [
    'a unit for 250 bytes',
    { syscall, args: [PAYLOAD, HEAP, 0, 20_000], payload: idOf(SLOT_HASHES_ID) },
    { r0: 0, units: 180 },
  ],
  ['units first', { syscall, args: [1, 1, 0, 0], units: 21 + 109 }, OUT_OF_UNITS],
  [
    'for a program of loader v1',
    { ...clock, args: [PAYLOAD, HEAP, 0, 1], loader: 'v1', version: 0 },
    { failed: 'Unaligned pointer' },
  ],
])('sol_get_sysvar: %s', (_title, call, expected) => checkRow(call, expected));

const IDS = {
  CLOCK_ID,
  EPOCH_REWARDS_ID,
  EPOCH_SCHEDULE_ID,
  LAST_RESTART_SLOT_ID,
  RENT_ID,
  SLOT_HASHES_ID,
  STAKE_HISTORY_ID,
};
test.each(Object.entries(IDS))('sol_get_sysvar: the first bytes of %s', (_name, id) => {
  expect(compare({ syscall, args: [PAYLOAD, HEAP, 0, 8], payload: idOf(id), output: [HEAP, 8] }).error).toBe(undefined);
});
test.each([RECENT_BLOCKHASHES_ID, SLOT_HISTORY_ID])('sol_get_sysvar: %s is not there', (id) => {
  checkRow({ syscall, args: [PAYLOAD, HEAP, 0, 8], payload: idOf(id) }, { r0: 2 });
});

test('sol_get_fees_sysvar does not exist since its gate is active', () => {
  const call = { syscall: 'sol_get_fees_sysvar', args: [HEAP], output: [HEAP, 8] } as const;
  checkRow(call, { failed: 'unsupported BPF instruction' });
  checkRow({ ...call, off: ['disable_fees_sysvar'] }, { r0: 0, output: '00'.repeat(8), units: 108 });
});
