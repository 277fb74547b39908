// The classes of npm litesvm and those of `parhelion/litesvm/internal`, member by member and value by value.

import native from 'litesvm/dist/internal.js';
import { describe, expect, test } from 'vitest';
import * as adapter from '../../src/node/litesvm-internal.ts';
import { U64_MAX } from '../../src/wire/bytes.ts';
import { observe, shapeOf } from './observe.ts';

type Internal = typeof native;
const ours = adapter as unknown as Internal;

/** `const enum`s: at run time the native package has classes without members in their place. */
const TABLES = ['InstructionErrorFieldless', 'TransactionErrorFieldless', 'SlotHistoryCheck'];

describe('the classes', () => {
  const names = Object.keys(native).filter((name) => !TABLES.includes(name) && name !== 'InstructionErrorBorshIO');
  test.each(names)('%s has the same members', (name) => {
    expect(shapeOf(Reflect.get(adapter, name))).toEqual(shapeOf(Reflect.get(native, name)));
  });

  test('nothing is missing', () => {
    expect(Object.keys(adapter).sort()).toEqual([...names, ...TABLES].sort());
  });

  test('the tables hold the numbers of the declaration file', async () => {
    const { readFileSync } = await import('node:fs');
    const text = readFileSync(new URL('../../node_modules/litesvm/dist/internal.d.ts', import.meta.url), 'utf8');
    for (const name of TABLES) {
      const body = new RegExp(`declare const enum ${name} \\{([^}]*)\\}`).exec(text)![1];
      const numbers = [...body.matchAll(/(\w+) = (\d+)/g)].map(([, key, number]) => [key, Number(number)]);
      expect(Reflect.get(adapter, name)).toEqual(Object.fromEntries(numbers));
    }
  });
});

const KEY = new Uint8Array(32).fill(7);
const HASH = '11111111111111111111111111111111';

/** Each is run against both modules. Wrong arguments are part of it, hence no types. */
// biome-ignore lint/suspicious/noExplicitAny: scripts pass what the types forbid
const SCRIPTS: Record<string, (m: any) => unknown> = {
  Clock: (m) => new m.Clock(1n, -2n, 3n, 4n, -5n),
  'Clock, a negative u64': (m) => new m.Clock(-1n, 1n, 1n, 1n, 1n),
  'Clock, more than 64 bits': (m) => new m.Clock(1n << 64n, 1n, 1n, 1n, 1n),
  'Clock, more than 128 bits': (m) => new m.Clock(1n << 130n, 1n, 1n, 1n, 1n),
  'Clock, more than an i64': (m) => new m.Clock(1n, 1n << 63n, 1n, 1n, 1n),
  'Clock, the least i64': (m) => new m.Clock(1n, -(1n << 63n), 1n, 1n, 1n),
  'Clock, a number': (m) => new m.Clock(1, 1n, 1n, 1n, 1n),
  'Clock, nothing': (m) => new m.Clock(),
  'Clock, fields assigned': (m) => {
    const clock = new m.Clock(1n, 2n, 3n, 4n, 5n);
    Object.assign(clock, {
      slot: 9n,
      epochStartTimestamp: -8n,
      epoch: 7n,
      leaderScheduleEpoch: 6n,
      unixTimestamp: -5n,
    });
    return clock;
  },
  'Clock, a field assigned wrongly': (m) => {
    const clock = new m.Clock(1n, 2n, 3n, 4n, 5n);
    clock.slot = -9n;
  },
  'Clock, what it is to others': (m) => {
    const clock = new m.Clock(1n, 2n, 3n, 4n, 5n);
    const inherited: string[] = [];
    for (const name in clock) inherited.push(name);
    return [Object.keys(clock), JSON.stringify(clock), inherited.sort(), Object.prototype.toString.call(clock)];
  },
  Rent: (m) => new m.Rent(3480n, 2.5, 50),
  'Rent.default': (m) => m.Rent.default(),
  'Rent.free': (m) => m.Rent.free(),
  'Rent.withSlotsPerEpoch': (m) => [m.Rent.withSlotsPerEpoch(1n), m.Rent.withSlotsPerEpoch(-1n)],
  'Rent.withSlotsPerEpoch of a number': (m) => m.Rent.withSlotsPerEpoch(1),
  'Rent, a percentage cut off': (m) => new m.Rent(1n, 1, 1.7),
  'Rent, too high a percentage': (m) => new m.Rent(1n, 1, 300),
  'Rent, a negative percentage': (m) => new m.Rent(1n, 1, -1),
  'Rent, a text as percentage': (m) => new m.Rent(1n, 1, '1'),
  'Rent, null as percentage': (m) => new m.Rent(1n, 1, null),
  'Rent, a text as threshold': (m) => new m.Rent(1n, '1', 1),
  'Rent, fields assigned': (m) =>
    Object.assign(m.Rent.default(), { lamportsPerByteYear: 5n, exemptionThreshold: 0.1, burnPercent: 7 }),
  calculateBurn: (m) => [0n, 1n, 99n, 101n, U64_MAX].map((n) => m.Rent.default().calculateBurn(n)),
  'calculateBurn of 255 percent': (m) => [1n, 101n, U64_MAX].map((n) => new m.Rent(1n, 1, 255).calculateBurn(n)),
  'calculateBurn of too much': (m) => m.Rent.default().calculateBurn(1n << 64n),
  minimumBalance: (m) =>
    [0n, 1n, 123n, 10_485_760n].flatMap((len) =>
      [
        m.Rent.default(),
        m.Rent.free(),
        new m.Rent(3480n, 2, 50),
        new m.Rent(3481n, 1.5, 50),
        new m.Rent(7n, 0.1, 0),
      ].map((rent) => rent.minimumBalance(len)),
    ),
  'minimumBalance of odd thresholds': (m) =>
    [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300].map((threshold) =>
      new m.Rent(10n, threshold, 0).minimumBalance(5n),
    ),
  'minimumBalance of too long an account': (m) => m.Rent.default().minimumBalance(10_485_761n),
  'minimumBalance of a negative length': (m) => m.Rent.default().minimumBalance(-1n),
  isExempt: (m) => [m.Rent.default().isExempt(1_746_960n, 123n), m.Rent.default().isExempt(1_746_959n, 123n)],
  'isExempt of too long an account': (m) => m.Rent.default().isExempt(1n, 10_485_761n),
  due: (m) => [m.Rent.default().due(1n, 123n, 1.5), m.Rent.default().due(1_746_960n, 123n, 1)],
  'due of wrong arguments': (m) => m.Rent.default().due(1n, 5, 1),
  dueAmount: (m) => [0.5, -0.5, 1e30, Number.NaN, 0].map((years) => m.Rent.default().dueAmount(123n, years)),
  'dueAmount beyond 64 bits': (m) => new m.Rent(U64_MAX, 1, 0).dueAmount(1n, 1),
  EpochSchedule: (m) => new m.EpochSchedule(1n, 2n, true, 3n, 4n),
  'EpochSchedule, fields assigned': (m) =>
    Object.assign(new m.EpochSchedule(1n, 2n, true, 3n, 4n), { slotsPerEpoch: 9n, warmup: false, firstNormalSlot: 8n }),
  'EpochSchedule, a number as flag': (m) => new m.EpochSchedule(1n, 2n, 1, 3n, 4n),
  EpochRewards: (m) => new m.EpochRewards(1n, 2n, HASH, (1n << 100n) + 5n, 4n, 5n, true),
  'EpochRewards, fields assigned': (m) =>
    Object.assign(new m.EpochRewards(1n, 2n, HASH, 3n, 4n, 5n, true), {
      parentBlockhash: 'CmpNeggWJ4JaWJeJ8YKN1Zypmk7uvQq3PECGUCAEMbky',
      totalPoints: (1n << 128n) - 1n,
      active: false,
    }),
  'EpochRewards, a short hash': (m) => new m.EpochRewards(1n, 2n, 'abc', 3n, 4n, 5n, true),
  'EpochRewards, a hash that is no base58': (m) => new m.EpochRewards(1n, 2n, '0OIl', 3n, 4n, 5n, true),
  'EpochRewards, too long a hash': (m) => new m.EpochRewards(1n, 2n, 'z'.repeat(44), 3n, 4n, 5n, true),
  'EpochRewards, more than 128 bits': (m) => new m.EpochRewards(1n, 2n, HASH, 1n << 128n, 4n, 5n, true),
  'EpochRewards, a negative u128': (m) => new m.EpochRewards(1n, 2n, HASH, -1n, 4n, 5n, true),
  StakeHistoryEntry: (m) => new m.StakeHistoryEntry(1n, 2n, 3n),
  'StakeHistoryEntry, assigned': (m) => {
    const entry = new m.StakeHistoryEntry(1n, 2n, 3n);
    const seen = [String(entry)];
    for (const name of ['activating', 'deactivating', 'effective']) {
      entry[name] = 10n + BigInt(seen.length);
      seen.push(String(entry));
    }
    return seen;
  },
  StakeHistory: (m) => {
    const history = new m.StakeHistory();
    for (const n of [5n, 7n, 6n, 5n]) history.add(n, new m.StakeHistoryEntry(n * 2n, 7n, 7n));
    return [4n, 5n, 6n, 7n, 8n].map((n) => history.get(n));
  },
  'StakeHistory, 513 entries': (m) => {
    const history = new m.StakeHistory();
    for (let n = 0n; n < 513n; n++) history.add(n, new m.StakeHistoryEntry(n, 7n, 7n));
    return [0n, 1n, 512n].map((n) => history.get(n));
  },
  'StakeHistory, no entry': (m) => new m.StakeHistory().add(1n, {}),
  'StakeHistory, no epoch': (m) => new m.StakeHistory().get(1),
  'SlotHistory.default': (m) => {
    const history = m.SlotHistory.default();
    return [history.oldest(), history.newest(), history.nextSlot, history.bits];
  },
  'SlotHistory, text': (m) => m.SlotHistory.default().toString(),
  'SlotHistory, slots added': (m) => {
    const history = m.SlotHistory.default();
    const seen: unknown[] = [];
    for (const slot of [5n, 3n, 70n, 1_048_640n, 2_200_000n, 1n, 2_200_001n]) {
      history.add(slot);
      seen.push([history.oldest(), history.newest(), history.nextSlot, history.bits]);
      for (const asked of [0n, 1n, 5n, 6n, 70n, slot - 1n, slot, slot + 1n]) seen.push(history.check(asked));
    }
    return seen;
  },
  'SlotHistory, fields assigned': (m) => {
    const history = m.SlotHistory.default();
    const bits = new BigUint64Array(16_384);
    bits[3] = 9n;
    history.bits = bits;
    history.nextSlot = 400n;
    bits[3] = 0n;
    return [history.bits, history.check(192n), history.check(195n), history.check(399n), history.check(400n)];
  },
  'SlotHistory, bits of another type': (m) => new m.SlotHistory([5n], 3n),
  'SlotHistory, bytes as bits': (m) => new m.SlotHistory(new Uint8Array(8), 3n),
  'SlotHistory, what is no array as bits': (m) =>
    [undefined, null, 5, 'text', {}, () => 1, Symbol('bits'), Buffer.alloc(8), new DataView(new ArrayBuffer(8))].map(
      (bits) => observe(() => new m.SlotHistory(bits, 3n)),
    ),
  'SlotHistory, a number as slot': (m) => m.SlotHistory.default().add(5),
  Account: (m) => {
    const account = new m.Account(1n, Uint8Array.of(1, 2, 3), KEY, true, U64_MAX);
    const copy = account.data();
    copy[0] = 99;
    return [account, account.lamports(), account.data(), account.owner(), account.executable(), account.rentEpoch()];
  },
  'Account without data': (m) => new m.Account(5n, new Uint8Array(0), KEY, false, 0n),
  'Account with long data': (m) => new m.Account(5n, new Uint8Array(200).fill(255), KEY, false, 0n),
  'Account of a Buffer': (m) => new m.Account(5n, Buffer.from([1, 2]), KEY, false, 0n).data(),
  'Account of a list': (m) => new m.Account(5n, [1, 2], KEY, false, 0n),
  'Account of wider numbers': (m) => new m.Account(5n, new Uint16Array(2), KEY, false, 0n),
  'Account of wrong kinds and sizes together': (m) =>
    [
      [5, new Uint8Array(0), KEY, true, 1n],
      [undefined, null, null, null, null],
      [1n, new Uint8Array(0), new Uint8Array(31), 5, 1n],
      [1n, new Uint8Array(0), new Uint8Array(31), true, 5],
      [-1n, new Uint8Array(0), KEY, true, 5],
      [1n, Symbol('data'), KEY, true, 1n],
      [1n, () => 1, KEY, true, 1n],
    ].map((values) => observe(() => Reflect.construct(m.Account, values))),
  'Account of null': (m) => new m.Account(5n, null, KEY, false, 0n),
  'Account of a number as data': (m) => new m.Account(5n, 5, KEY, false, 0n),
  'Account of a short owner': (m) => new m.Account(5n, new Uint8Array(0), new Uint8Array(31), false, 0n),
  'Account of a number as flag': (m) => new m.Account(5n, new Uint8Array(0), KEY, 1, 0n),
  CompiledInstruction: (m) => {
    const instruction = new m.CompiledInstruction(3, Uint8Array.of(1, 2), Uint8Array.of(9));
    return [instruction, instruction.programIdIndex(), instruction.accounts(), instruction.data()];
  },
  'classes that only the module makes': (m) =>
    [
      'TransactionMetadata',
      'FailedTransactionMetadata',
      'SlotHash',
      'AddressAndAccount',
      'InnerInstruction',
      'InstructionErrorBorshIo',
    ].map((name) => observe(() => new m[name]())),
  ComputeBudget: (m) => new m.ComputeBudget(),
  'ComputeBudget, every field assigned': (m) => {
    const budget = new m.ComputeBudget();
    const names = Object.getOwnPropertyNames(Object.getPrototypeOf(budget))
      .filter((name) => name !== 'constructor')
      .sort();
    for (const [i, name] of names.entries()) budget[name] = name === 'heapSize' ? i : BigInt(i);
    return budget;
  },
  'ComputeBudget, heap sizes': (m) =>
    [1.5, -1, 2 ** 32, Number.NaN, 5n, null, undefined].map((heapSize) =>
      observe(() => Object.assign(new m.ComputeBudget(), { heapSize }).heapSize),
    ),
  'ComputeBudget, sizes and costs that are no u64': (m) =>
    ['maxCallDepth', 'invokeUnits', 'computeUnitLimit'].flatMap((name) =>
      [-1n, 1n << 64n, 5].map((value) => observe(() => Object.assign(new m.ComputeBudget(), { [name]: value }))),
    ),
  FeatureSet: (m) => {
    const features = new m.FeatureSet();
    return [
      features.getActiveFeaturesCount(),
      features.getInactiveFeaturesCount(),
      sorted(features.getInactiveFeatures()),
    ];
  },
  'FeatureSet.allEnabled': (m) => {
    const features = m.FeatureSet.allEnabled();
    return [
      features.getActiveFeaturesCount(),
      features.getInactiveFeaturesCount(),
      sorted(features.getActiveFeatures()),
    ];
  },
  'FeatureSet, a gate of its own': (m) => {
    const features = new m.FeatureSet();
    const seen: unknown[] = [features.isActive(KEY), features.activatedSlot(KEY)];
    for (const slot of [7n, -5n, 1n << 70n]) {
      features.activate(KEY, slot);
      seen.push(
        features.isActive(KEY),
        features.activatedSlot(KEY),
        features.getActiveFeaturesCount(),
        features.getActiveFeatures(),
      );
    }
    features.deactivate(KEY);
    return [
      ...seen,
      features.activatedSlot(KEY),
      features.getActiveFeaturesCount(),
      features.getInactiveFeaturesCount(),
    ];
  },
  'FeatureSet, a number as slot': (m) => new m.FeatureSet().activate(KEY, 7),
  'FeatureSet, text': (m) => {
    const features = new m.FeatureSet();
    features.activate(m.FeatureSet.allEnabled().getActiveFeatures().sort(Buffer.compare)[0], 3n);
    const text: string = features.toString();
    // Gates stand in the order of a hash map.
    const [head, body, tail] = /^(.*inactive: \{)([^}]*)(\}.*)$/.exec(text)!.slice(1);
    return [head, body.split(', ').sort(), tail];
  },
};

function sorted(ids: readonly Uint8Array[]): string[] {
  return ids.map((id) => `${id.constructor.name} ${Buffer.from(id).toString('hex')}`).sort();
}

describe('values', () => {
  test.each(Object.entries(SCRIPTS))('%s', (_, script) => {
    expect(observe(() => script(ours))).toEqual(observe(() => script(native)));
  });
});

test('gates are Buffers, to the compiler too', () => {
  const gates: Buffer[] = adapter.FeatureSet.allEnabled().getActiveFeatures();
  expect(gates.every((gate) => Buffer.isBuffer(gate))).toBe(true);
});
