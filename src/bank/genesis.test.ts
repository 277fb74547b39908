// The oracle is a new LiteSVM: every account it has, looked up one by one and by owner.

import { FeatureSet as LiteFeatureSet, LiteSVM } from 'litesvm';
import { describe, expect, test } from 'vitest';
import * as addresses from '../runtime/addresses.ts';
import { FEATURE_GATES, FEATURE_NAMES, FeatureSet } from '../runtime/features.ts';
import { AGAVE_RULES, LITESVM_RULES } from '../runtime/rules.ts';
import type { Account } from '../wire/account.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { bundledPrograms } from './bundled/index.ts';
import { FAUCET_ADDRESS, GENESIS_BLOCKHASH, GENESIS_SLOT, genesisAccounts } from './genesis.ts';

/** LiteSVM without its wrapper, which leaves out the rent epoch. */
interface Inner {
  getAccount(key: Uint8Array): InnerAccount | null;
  getProgramAccounts(owner: Uint8Array): { address: Uint8Array; account(): InnerAccount }[];
  withNativeMints(): void;
}

interface InnerAccount {
  lamports(): bigint;
  data(): Uint8Array;
  owner(): Uint8Array;
  executable(): boolean;
  rentEpoch(): bigint;
}

const innerOf = (svm: LiteSVM) => (svm as unknown as { inner: Inner }).inner;
const key = Pubkey.fromBase58;
const MAINNET = FeatureSet.mainnet();

const OWNERS = [...Object.values(addresses), ...bundledPrograms(MAINNET.runtime).map(({ address }) => key(address))];
const WELL_KNOWN = [
  ...OWNERS,
  ...FEATURE_NAMES.map((name) => key(FEATURE_GATES[name].address)),
  ...bundledPrograms(MAINNET.runtime)
    .flatMap(({ programDataAddress }) => programDataAddress ?? [])
    .map(key),
  key('So11111111111111111111111111111111111111112'),
  key('9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP'),
];

function plain(account: Account | InnerAccount | null | undefined) {
  if (account === null || account === undefined) return undefined;
  if (typeof account.lamports === 'function') {
    const theirs = account as InnerAccount;
    return {
      lamports: theirs.lamports(),
      data: Buffer.from(theirs.data()).toString('base64'),
      owner: new Pubkey(Uint8Array.from(theirs.owner())).toString(),
      executable: theirs.executable(),
      rentEpoch: theirs.rentEpoch(),
    };
  }
  const { lamports, data, owner, executable, rentEpoch } = account as Account;
  return { lamports, data: Buffer.from(data).toString('base64'), owner: owner.toString(), executable, rentEpoch };
}

function allOf(svm: LiteSVM): Map<string, ReturnType<typeof plain>> {
  const all = new Map<string, ReturnType<typeof plain>>();
  for (const owner of OWNERS) {
    for (const found of innerOf(svm).getProgramAccounts(owner.bytes)) {
      all.set(new Pubkey(Uint8Array.from(found.address)).toString(), plain(found.account()));
    }
  }
  return all;
}

describe('the genesis under LiteSVM’s rules', () => {
  test('every well-known account is LiteSVM’s, or missing as it is there', () => {
    const accounts = genesisAccounts(MAINNET, LITESVM_RULES);
    const inner = innerOf(new LiteSVM());
    for (const each of WELL_KNOWN) {
      expect([each.toString(), plain(accounts.get(each))]).toEqual([
        each.toString(),
        plain(inner.getAccount(each.bytes)),
      ]);
    }
  });

  test('there is no other account, but for the one that pays for airdrops, which LiteSVM gives a new key each time', () => {
    const ours = [...genesisAccounts(MAINNET, LITESVM_RULES).entries()].filter(
      ([each]) => !each.equals(FAUCET_ADDRESS),
    );
    const theirs = allOf(new LiteSVM());
    const faucets = [...theirs].filter(([, account]) => account?.owner === addresses.SYSTEM_PROGRAM_ID.toString());
    expect(faucets.map(([, account]) => account)).toEqual([
      plain(genesisAccounts(MAINNET, LITESVM_RULES).get(FAUCET_ADDRESS)),
    ]);
    theirs.delete(faucets[0][0]);
    expect(ours.map(([each]) => each.toString()).sort()).toEqual([...theirs.keys()].sort());
  });

  test.each([
    ['no feature', FeatureSet.none(), () => new LiteFeatureSet()],
    ['every feature', FeatureSet.all(), () => LiteFeatureSet.allEnabled()],
  ])('with %s the builtins, precompiles, sysvars and programs are LiteSVM’s', (_, features, createTheirs) => {
    const svm = LiteSVM.default()
      .withFeatureSet(createTheirs())
      .withBuiltins()
      .withSysvars()
      .withPrecompiles()
      .withDefaultPrograms();
    const accounts = genesisAccounts(features, LITESVM_RULES);
    const featureOwner = addresses.FEATURE_PROGRAM_ID;
    const ours = [...accounts.entries()].filter(
      ([each, { owner }]) => !owner.equals(featureOwner) && !each.equals(FAUCET_ADDRESS),
    );
    const theirs = allOf(svm);
    expect(ours.map(([each]) => each.toString()).sort()).toEqual([...theirs.keys()].sort());
    for (const [each, account] of ours) expect([`${each}`, plain(account)]).toEqual([`${each}`, theirs.get(`${each}`)]);
  });
});

describe('the genesis under a validator’s rules', () => {
  test('differs in what its header says: deployment slots, wrapped SOL, no account for airdrops', () => {
    const accounts = genesisAccounts(MAINNET, AGAVE_RULES);
    const lite = genesisAccounts(MAINNET, LITESVM_RULES);
    const svm = new LiteSVM().withNativeMints();
    const added: string[] = [];
    for (const [each, account] of accounts.entries()) {
      const theirs = lite.get(each);
      if (theirs === undefined) {
        added.push(`${each}`);
        expect(plain(account)).toEqual(plain(innerOf(svm).getAccount(each.bytes)));
        continue;
      }
      const isProgramData = account.owner.equals(addresses.BPF_LOADER_UPGRADEABLE_ID) && !account.executable;
      if (!isProgramData) {
        expect([`${each}`, plain(account)]).toEqual([`${each}`, plain(theirs)]);
        continue;
      }
      expect(new DataView(account.data.buffer).getBigUint64(4, true)).toBe(0n);
      expect(new DataView(theirs.data.buffer).getBigUint64(4, true)).toBe(GENESIS_SLOT);
      expect(Buffer.compare(account.data.subarray(12), theirs.data.subarray(12))).toBe(0);
      expect({ ...plain(account), data: '' }).toEqual({ ...plain(theirs), data: '' });
    }
    expect(added.sort()).toEqual([
      '9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP',
      'So11111111111111111111111111111111111111112',
    ]);
    expect(lite.count - (accounts.count - added.length)).toBe(1);
  });

  test('the first blockhash is LiteSVM’s', () => {
    expect(GENESIS_BLOCKHASH.toString()).toBe(new LiteSVM().latestBlockhash());
  });

  test('two banks of one genesis don’t see each other', () => {
    const one = genesisAccounts(MAINNET, AGAVE_RULES);
    const other = genesisAccounts(MAINNET, AGAVE_RULES);
    one.set(addresses.CLOCK_ID, { ...one.get(addresses.RENT_ID)! });
    expect(plain(other.get(addresses.CLOCK_ID))).not.toEqual(plain(one.get(addresses.CLOCK_ID)));
    expect(genesisAccounts(MAINNET, AGAVE_RULES).get(addresses.CLOCK_ID)).toBe(other.get(addresses.CLOCK_ID));
  });
});
