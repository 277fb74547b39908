// A set of feature gates as LiteSVM's class: gates by the bytes of their address, known to the runtime or not.
// Source: litesvm crates/node-litesvm/src/feature_set.rs; agave feature-set/src/lib.rs, FeatureSet.

import * as runtime from '../../runtime/features.ts';
import { U64_MAX } from '../../wire/bytes.ts';
import { Pubkey } from '../../wire/pubkey.ts';
import { bigint, key } from './arguments.ts';
import { attach, innerOf, makeMembersEnumerable, wrap } from './native-object.ts';
import { debugStruct, debugWrapper } from './rust-text.ts';

/** Slot of activation by base58 address; null for a gate that isn't active. */
type State = Map<string, bigint | null>;

/** A new one knows every gate and has none active. */
export class FeatureSet {
  constructor() {
    attach(
      this,
      stateOf(() => null),
    );
  }

  /** Every gate known, activated at slot 0. */
  static allEnabled(): FeatureSet {
    return wrap(
      FeatureSet,
      stateOf(() => 0n),
    );
  }

  /** @param featureId the 32 bytes of the gate's address. */
  isActive(featureId: Uint8Array): boolean {
    return typeof slotOf(this, featureId) === 'bigint';
  }

  activatedSlot(featureId: Uint8Array): bigint | null {
    return slotOf(this, featureId) ?? null;
  }

  /** A slot that is no u64 counts as 0. */
  activate(featureId: Uint8Array, slot: bigint): void {
    const address = `${key(featureId)}`;
    const int = bigint(slot);
    const state = innerOf<State>(this);
    state.delete(address);
    state.set(address, int < 0n || int > U64_MAX ? 0n : int);
  }

  deactivate(featureId: Uint8Array): void {
    const address = `${key(featureId)}`;
    const state = innerOf<State>(this);
    state.delete(address);
    state.set(address, null);
  }

  /** 32 bytes each; Buffers where there are any. */
  getActiveFeatures(): HostBuffer[] {
    return activeOf(this).map(toBuffer);
  }

  getInactiveFeatures(): HostBuffer[] {
    return inactiveOf(this).map(toBuffer);
  }

  getActiveFeaturesCount(): number {
    return activeOf(this).length;
  }

  getInactiveFeaturesCount(): number {
    return inactiveOf(this).length;
  }

  toString(): string {
    const active = activeOf(this).map((address) => `${address}: ${innerOf<State>(this).get(address)}`);
    const flags = runtimeFeaturesOf(this).runtime;
    const snapshot = Object.fromEntries(SNAPSHOT.map((name) => [name, flags[name]]));
    const fields = {
      active: `{${active.join(', ')}}`,
      inactive: `{${inactiveOf(this).join(', ')}}`,
      snapshot: debugStruct('FeatureSnapshot', snapshot),
    };
    return debugWrapper('FeatureSet', debugStruct('FeatureSet', fields));
  }
}

makeMembersEnumerable(FeatureSet);

export function copyFeatureSet(features: FeatureSet): FeatureSet {
  return wrap(FeatureSet, new Map(innerOf<State>(features)));
}

/** The runtime's set, or the gates of a snapshot: address and slot of activation, null where it isn't active. */
export function featureSetOf(
  features: runtime.FeatureSet | readonly (readonly [address: string, slot: string | null])[],
): FeatureSet {
  if (features instanceof runtime.FeatureSet) {
    const slotOfGate = (name: runtime.FeatureName) => features.activatedSlot(name) ?? null;
    return wrap(
      FeatureSet,
      new Map(runtime.FEATURE_NAMES.map((name) => [runtime.FEATURE_GATES[name].address, slotOfGate(name)])),
    );
  }
  return wrap(FeatureSet, new Map(features.map(([address, slot]) => [address, slot === null ? null : BigInt(slot)])));
}

function stateOf(slot: () => bigint | null): State {
  return new Map(runtime.FEATURE_NAMES.map((name) => [runtime.FEATURE_GATES[name].address, slot()]));
}

function slotOf(features: FeatureSet, featureId: unknown): bigint | null | undefined {
  return innerOf<State>(features).get(`${key(featureId)}`);
}

function activeOf(features: FeatureSet): string[] {
  return [...innerOf<State>(features)].filter(([, slot]) => slot !== null).map(([address]) => address);
}

function inactiveOf(features: FeatureSet): string[] {
  return [...innerOf<State>(features)].filter(([, slot]) => slot === null).map(([address]) => address);
}

/** Node's Buffer, to whoever has its types. */
export type HostBuffer = typeof globalThis extends { Buffer: { alloc(size: number): infer B } } ? B : Uint8Array;

/** LiteSVM gives Node's Buffers; where the host has none, bytes do. */
function toBuffer(address: string): HostBuffer {
  const { bytes } = Pubkey.fromBase58(address);
  const host = globalThis as { readonly Buffer?: { from(bytes: Uint8Array): Uint8Array } };
  return (host.Buffer?.from(bytes) ?? bytes.slice()) as HostBuffer;
}

// Programs are loaded for the gates of one set, and remembered by its identity: equal sets should be one object.
const MAX_KNOWN_SETS = 16;
const knownSets = new Map<string, runtime.FeatureSet>();

/** A gate that the Agave behind LiteSVM 1.5 no longer asks for: V3 programs load under every set. */
const PART_OF_THE_CODE = runtime.FEATURE_GATES.enable_sbpf_v3_deployment_and_execution.address;

/** The active gates that the runtime knows; it asks for no others. */
export function runtimeFeaturesOf(features: FeatureSet): runtime.FeatureSet {
  const known = [...innerOf<State>(features)].filter(([address, slot]) => slot !== null && isKnown(address)).sort();
  const text = known.join();
  let set = knownSets.get(text);
  if (set === undefined) {
    set = runtime.FeatureSet.of([[PART_OF_THE_CODE, 0n], ...(known as [string, bigint][])]);
    if (knownSets.size >= MAX_KNOWN_SETS) knownSets.clear();
    knownSets.set(text, set);
  }
  return set;
}

const KNOWN_ADDRESSES = new Set<string>(runtime.FEATURE_NAMES.map((name) => runtime.FEATURE_GATES[name].address));

function isKnown(address: string): boolean {
  return KNOWN_ADDRESSES.has(address);
}

/** The gates of the record of booleans that LiteSVM prints, in its order. */
const SNAPSHOT: readonly runtime.FeatureName[] = [
  'blake3_syscall_enabled',
  'disable_fees_sysvar',
  'curve25519_syscall_enabled',
  'stake_raise_minimum_delegation_to_1_sol',
  'disable_deploy_of_alloc_free_syscall',
  'increase_tx_account_lock_limit',
  'enable_bpf_loader_set_authority_checked_ix',
  'enable_alt_bn128_syscall',
  'simplify_alt_bn128_syscall_error_codes',
  'enable_big_mod_exp_syscall',
  'remove_bpf_loader_incorrect_program_id',
  'syscall_parameter_address_restrictions',
  'virtual_address_space_adjustments',
  'account_data_direct_mapping',
  'last_restart_slot_sysvar',
  'enable_poseidon_syscall',
  'remaining_compute_units_syscall_enabled',
  'enable_alt_bn128_compression_syscall',
  'abort_on_invalid_curve',
  'get_sysvar_syscall_enabled',
  'enable_get_epoch_stake_syscall',
  'move_stake_and_move_lamports_ixs',
  'move_precompile_verification_to_svm',
  'deprecate_legacy_vote_ixs',
  'disable_sbpf_v0_execution',
  'reenable_sbpf_v0_execution',
  'disable_sbpf_v0_v1_v2_deployment',
  'deplete_cu_meter_on_vm_failure',
  'fix_alt_bn128_multiplication_input_length',
  'formalize_loaded_transaction_data_size',
  'alpenglow',
  'alpenglow_fast_leader_handover',
  'disable_zk_elgamal_proof_program',
  'reenable_zk_elgamal_proof_program',
  'raise_block_limits_to_100m',
  'raise_cpi_nesting_limit_to_8',
  'provide_instruction_data_offset_in_vm_r2',
  'create_account_allow_prefund',
  'delay_commission_updates',
  'increase_cpi_account_info_limit',
  'deprecate_rent_exemption_threshold',
  'poseidon_enforce_padding',
  'fix_alt_bn128_pairing_length_check',
  'alt_bn128_little_endian',
  'bls_pubkey_management_in_vote_account',
  'relax_programdata_account_check_migration',
  'enable_alt_bn128_g2_syscalls',
  'commission_rate_in_basis_points',
  'custom_commission_collector',
  'enable_bls12_381_syscall',
  'set_lamports_per_byte_to_6333',
  'set_lamports_per_byte_to_5080',
  'set_lamports_per_byte_to_2575',
  'set_lamports_per_byte_to_1322',
  'block_revenue_sharing',
  'vote_account_initialize_v2',
  'direct_account_pointers_in_program_input',
  'upgrade_bpf_stake_program_to_v5',
  'loader_v3_minimum_extend_program_size',
  'enable_sha512_syscall',
  'relax_post_exec_min_balance_check',
  'enable_tx_v1',
  'define_ltds_fee_only_semantics',
  'upgrade_bpf_stake_program_to_v5_1',
  'relax_fee_payer_constraint',
];
