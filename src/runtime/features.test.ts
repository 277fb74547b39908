import internal from 'litesvm/dist/internal.js';
import { expect, test } from 'vitest';
import { ParhelionError } from '../wire/errors.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { FEATURE_GATES, FEATURE_NAMES, FeatureSet, LATEST_MAINNET_ACTIVATION_SLOT } from './features.ts';

test('the gates, and those that mainnet has activated, are those of LiteSVM', () => {
  const svm = new internal.LiteSvm();
  const theirs = internal.FeatureSet.allEnabled().getActiveFeatures();
  const mainnet = FeatureSet.mainnet();
  expect(theirs.length).toBe(FEATURE_NAMES.length);
  for (const id of theirs) {
    // LiteSVM makes an account of each active gate: a flag, and the slot of its activation.
    const data = svm.getAccount(id)?.data();
    const slot = data && new DataView(data.buffer, data.byteOffset).getBigUint64(1, true);
    const key = new Pubkey(Uint8Array.from(id));
    expect(mainnet.activatedSlot(key), `${key}`).toBe(slot);
    expect(mainnet.isActive(key)).toBe(slot !== undefined);
  }
  expect(BigInt(LATEST_MAINNET_ACTIVATION_SLOT)).toBe(svm.getClock().slot);
});

test('a gate goes by its name, its address or its key', () => {
  const name = 'raise_cpi_nesting_limit_to_8';
  const { address } = FEATURE_GATES[name];
  for (const id of [name, address, Pubkey.fromBase58(address)]) {
    const features = FeatureSet.mainnet().with(id, 7n);
    expect(features.runtime.raise_cpi_nesting_limit_to_8).toBe(true);
    expect(features.activatedSlot(name)).toBe(7n);
    expect(features.without(id).isActive(name)).toBe(false);
  }
  expect(FeatureSet.addressOf(name)).toBe(address);
  expect(FeatureSet.mainnet().isActive(name)).toBe(false);
  expect(FeatureSet.all().active.length).toBe(FEATURE_NAMES.length);
  expect(FeatureSet.none().active).toEqual([]);
  const two = FeatureSet.of([
    [name, 7n],
    [FEATURE_GATES.enable_tx_v1.address, 8n],
  ]);
  expect(two.active).toEqual([name, 'enable_tx_v1']);
  expect(two.activatedSlot('enable_tx_v1')).toBe(8n);
});

test('an unknown gate is a mistake', () => {
  for (const id of ['toString', 'full_moon', Pubkey.fromBase58('11111111111111111111111111111111')]) {
    expect(() => FeatureSet.mainnet().isActive(id)).toThrow(ParhelionError);
  }
});
