import { expect, test } from 'vitest';
import { OTHERS_FLIPPED } from '../../../test/conformance/feature-gates/table.ts';
import { compare } from '../../../test/support/syscall-oracle.ts';
import { type FeatureName, FeatureSet } from '../features.ts';
import { createDeploymentSyscalls, createSyscalls, SYSCALLS } from './index.ts';

/** Every gate that a syscall stands behind. */
const GATES: readonly FeatureName[] = [
  'blake3_syscall_enabled',
  'enable_sha512_syscall',
  'curve25519_syscall_enabled',
  'enable_bls12_381_syscall',
  'disable_fees_sysvar',
  'last_restart_slot_sysvar',
  'get_sysvar_syscall_enabled',
  'remaining_compute_units_syscall_enabled',
  'enable_alt_bn128_syscall',
  'enable_alt_bn128_compression_syscall',
  'enable_big_mod_exp_syscall',
  'enable_poseidon_syscall',
  'enable_get_epoch_stake_syscall',
];
/** The budget instruction that LiteSVM's run starts with makes a sibling, which ours lacks. */
const CALLS = Object.keys(SYSCALLS).filter((name) => !/sol_invoke_signed|sibling/.test(name));

test.each([
  ['on mainnet', {}],
  [
    'with each gate open',
    { on: GATES.filter((name) => !name.startsWith('disable_')), off: ['disable_fees_sysvar'] as const },
  ],
  ['with each gate closed', { off: GATES.filter((name) => !name.startsWith('disable_')) }],
  ['with every gate flipped that nobody asks about', { on: OTHERS_FLIPPED.with, off: OTHERS_FLIPPED.without }],
])('the same syscalls exist as in LiteSVM, %s', (_title, features) => {
  for (const syscall of [...CALLS, 'sol_keccak_p1600', 'sol_no_such_thing']) compare({ syscall, ...features });
});

test('mainnet has 38, of which one may not be named by a new program', () => {
  const features = FeatureSet.mainnet().runtime;
  const names = createSyscalls(features).list.map(({ name }) => name);
  expect(names).toHaveLength(38);
  expect(names).not.toContain('sol_sha512');
  const deployable = createDeploymentSyscalls(features).list.map(({ name }) => name);
  expect(names.filter((name) => !deployable.includes(name))).toEqual(['sol_alloc_free_']);
});
