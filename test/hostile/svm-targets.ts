// The library's face: each method with arguments of every kind, plausible or not. A caller's mistake is told as one.

import fc from 'fast-check';
import { FeatureSet } from '../../src/runtime/features.ts';
import { AGAVE_RULES, LITESVM_RULES } from '../../src/runtime/rules.ts';
import { Svm } from '../../src/testing/svm.ts';
import { createTransaction, encodeTransaction } from '../../src/wire/transaction.ts';
import { exampleAccounts, exampleElfs, exampleMessages, key } from './examples.ts';
import { bytesLike, word } from './inputs.ts';
import { type Target, target } from './target.ts';

/** Values that have the look of what is asked for. */
const address = fc.oneof(
  fc.constantFrom(
    ...[1, 2, 3].map((n) => key(n).toString()),
    'SysvarC1ock11111111111111111111111111111111',
    '',
    'O0Il',
    '1'.repeat(44),
  ),
  fc.string(),
);
const plausible = fc.oneof(
  address,
  word,
  fc.constantFrom<unknown>(
    -1n,
    1n << 64n,
    NaN,
    -0,
    2 ** 53,
    Infinity,
    '',
    [],
    {},
    new Map(),
    null,
    undefined,
    () => 0,
    Symbol('s'),
  ),
  bytesLike(exampleElfs().slice(0, 2)),
);
const anything = fc.oneof(
  { weight: 3, arbitrary: plausible },
  {
    weight: 1,
    arbitrary: fc.anything({
      withBigInt: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withNullPrototype: true,
    }),
  },
);

const account = fc.record(
  {
    address: anything,
    lamports: anything,
    data: fc.oneof(anything, bytesLike(exampleAccounts().map(({ data }) => data))),
    programAddress: anything,
    executable: anything,
    space: anything,
    rentEpoch: anything,
  },
  { requiredKeys: [] },
);
const goodAccount = fc.record({
  address: fc.constantFrom(key(1).toString(), key(2).toString()),
  lamports: word,
  data: bytesLike(exampleAccounts().map(({ data }) => data)),
  programAddress: address,
  executable: fc.boolean(),
  space: word,
});

const options = fc.record(
  {
    features: fc.oneof(anything, fc.constantFrom(FeatureSet.all(), FeatureSet.none(), FeatureSet.mainnet())),
    rules: fc.oneof(anything, fc.constantFrom<unknown>(AGAVE_RULES, LITESVM_RULES)),
    signatureVerification: fc.boolean(),
    blockhashCheck: fc.boolean(),
    logBytesLimit: anything,
    historyCapacity: anything,
    computeBudget: fc.oneof(anything, fc.record({ computeUnitLimit: anything, heapSize: anything })),
    names: anything,
    decoders: anything,
  },
  { requiredKeys: [] },
);

const SYSVAR_GETTERS = [
  'Clock',
  'EpochRewards',
  'EpochSchedule',
  'LastRestartSlot',
  'RecentBlockhashes',
  'Rent',
  'SlotHashes',
  'SlotHistory',
  'StakeHistory',
];

type Call = readonly [name: string, ...args: unknown[]];

const sysvarCall = fc.tuple(fc.constantFrom(...SYSVAR_GETTERS), fc.nat(20), anything, fc.boolean());
const callOf = (name: string, ...args: fc.Arbitrary<unknown>[]): fc.Arbitrary<Call> =>
  fc.tuple(fc.constant(name), ...args) as fc.Arbitrary<Call>;

function transactions(): Uint8Array[] {
  return exampleMessages().map((message) => {
    const signatures = Array.from({ length: message.header.numRequiredSignatures }, () => new Uint8Array(64).fill(1));
    return encodeTransaction(createTransaction(message, signatures));
  });
}

export function svmTargets(): Target[] {
  const bytes = fc.oneof(bytesLike(transactions()), anything);
  const wrapped = fc.oneof(
    bytes,
    fc.record({ messageBytes: bytes, signatures: fc.oneof(anything, fc.dictionary(address, anything)) }),
  );
  const calls = fc.oneof(
    callOf('sendTransaction', wrapped),
    callOf('simulateTransaction', wrapped),
    callOf('capsule', wrapped),
    callOf('getTransaction', anything),
    callOf('registerIdl', anything, anything),
    callOf('getAccount', anything),
    callOf('getBalance', anything),
    callOf('setAccount', fc.oneof(account, goodAccount, anything)),
    callOf('airdrop', fc.oneof(address, anything), fc.oneof(word, anything)),
    callOf(
      'addProgram',
      fc.oneof(address, anything),
      fc.oneof(bytesLike(exampleElfs()), anything),
      fc.oneof(fc.record({ loader: anything }), fc.constant({})),
    ),
    callOf('minimumBalanceForRentExemption', fc.oneof(word, anything)),
    callOf('warpToSlot', fc.oneof(word, anything)),
    callOf('expireBlockhash'),
    callOf('latestBlockhash'),
    callOf('revert', anything),
  );
  let svm: Svm | undefined;
  let made = 0;
  return [
    target('arguments of Svm', calls, ([name, ...args]) => {
      // A new one now and then: no state is carried too far.
      if (svm === undefined || made++ % 200 === 0)
        svm = new Svm({ signatureVerification: made % 400 === 1, blockhashCheck: false });
      (svm as unknown as Record<string, (...args: readonly unknown[]) => unknown>)[name](...args);
    }),
    target('sysvars of Svm', sysvarCall, ([name, at, value, replace]) => {
      svm ??= new Svm();
      const chain = svm as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
      if (replace) {
        chain[`set${name}`](value);
        return;
      }
      const now = chain[`get${name}`]() as object;
      const fields = Object.keys(now);
      const copy = (Array.isArray(now) ? [...now] : { ...now }) as Record<string, unknown>;
      if (fields.length > 0) copy[fields[at % fields.length]] = value;
      const id = svm.snapshot();
      try {
        chain[`set${name}`](copy);
      } finally {
        svm.revert(id);
      }
    }),
    target(
      'options of Svm',
      fc.oneof({ weight: 9, arbitrary: options }, anything),
      (value) => new Svm(value as never),
      { weight: 0.05 },
    ),
  ];
}
