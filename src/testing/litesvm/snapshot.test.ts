// Bytes that look like a snapshot, but whose header says what no LiteSVM could have written.

import { expect, test } from 'vitest';
import { decodeSnapshot, encodeSnapshot, type SnapshotSettings } from './snapshot.ts';

const SETTINGS: SnapshotSettings = {
  verifySignatures: true,
  checkBlockhash: true,
  logBytesLimit: null,
  blockhash: '11111111111111111111111111111111',
  computeBudget: { heapSize: '32768', computeUnitLimit: '200000' },
  features: [['11111111111111111111111111111111', '0']],
  historyCapacities: [32, 32],
};

const restore = (settings: object) =>
  decodeSnapshot(encodeSnapshot({ settings: settings as SnapshotSettings, history: [], accounts: [] })).settings;

test('settings come back as they were', () => {
  expect(restore(SETTINGS)).toEqual(SETTINGS);
});

test.each([
  ['no settings', []],
  ['a blockhash that is none', { ...SETTINGS, blockhash: 'x' }],
  ['no gates', { ...SETTINGS, features: null }],
  ['a gate at no address', { ...SETTINGS, features: [['x', null]] }],
  ['a gate at a slot that is none', { ...SETTINGS, features: [['11111111111111111111111111111111', 'soon']] }],
  ['a limit below zero', { ...SETTINGS, logBytesLimit: -1 }],
  ['a budget without a heap', { ...SETTINGS, computeBudget: {} }],
  ['a cost beyond u64', { ...SETTINGS, computeBudget: { heapSize: '1', computeUnitLimit: '99999999999999999999' } }],
  ['half a capacity', { ...SETTINGS, historyCapacities: [0.5, 1] }],
  ['a flag that is text', { ...SETTINGS, checkBlockhash: 'no' }],
])('%s is damage', (_, settings) => {
  expect(() => restore(settings)).toThrow('Failed to load snapshot: its header is damaged');
});
