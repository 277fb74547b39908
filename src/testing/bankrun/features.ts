// The feature gates of a bankrun: all that Agave 1.18.0 knew, each active from slot 0 on, but for those that a test turns
// off. What it knew and today's runtime doesn't ask for any more has no effect here.
// Source: the genesis accounts of solana-bankrun 0.4.0.

import { FEATURE_GATES, FEATURE_NAMES, type FeatureName, FeatureSet } from '../../runtime/features.ts';
import { Pubkey } from '../../wire/pubkey.ts';

/** Gates that are younger than Agave 1.18.0. */
const UNKNOWN_TO_1_18: ReadonlySet<FeatureName> = new Set<FeatureName>([
  'simplify_alt_bn128_syscall_error_codes',
  'deprecate_unused_legacy_vote_plumbing',
  'enable_gossip_duplicate_proof_ingestion',
  'timely_vote_credits',
  'partitioned_epoch_rewards_superfeature',
  'enable_chained_merkle_shreds',
  'ed25519_precompile_verify_strict',
  'abort_on_invalid_curve',
  'move_stake_and_move_lamports_ixs',
  'disable_account_loader_special_case',
  'zk_elgamal_proof_program_enabled',
  'remove_rounding_in_fee_calculation',
  'reward_full_priority_fee',
  'add_new_reserved_account_keys',
  'get_sysvar_syscall_enabled',
  'enable_tower_sync_ix',
  'migrate_feature_gate_program_to_core_bpf',
  'migrate_config_program_to_core_bpf',
  'enable_transaction_loading_failure_fees',
  'reserve_minimal_cus_for_builtin_instructions',
  'deplete_cu_meter_on_vm_failure',
  'move_precompile_verification_to_svm',
  'migrate_address_lookup_table_program_to_core_bpf',
  'enable_get_epoch_stake_syscall',
  'vote_only_full_fec_sets',
  'raise_block_limits_to_50m',
  'enable_secp256r1_precompile',
  'mask_out_rent_epoch_in_vm_serialization',
  'accounts_lt_hash',
  'disable_zk_elgamal_proof_program',
  'remove_accounts_delta_hash',
  'disable_partitioned_rent_collection',
  'enable_sbpf_v1_deployment_and_execution',
  'remove_accounts_executable_flag_checks',
  'snapshots_lt_hash',
  'drop_unchained_merkle_shreds',
  'raise_block_limits_to_60m',
  'migrate_stake_program_to_core_bpf',
  'enable_sbpf_v2_deployment_and_execution',
  'fix_alt_bn128_multiplication_input_length',
  'enable_vote_address_leader_schedule',
  'raise_account_cu_limit',
  'disable_turbine_fanout_experiments',
  'formalize_loaded_transaction_data_size',
  'require_static_nonce_account',
  'increase_cpi_account_info_limit',
  'enforce_fixed_fec_set',
  'static_instruction_limit',
  'poseidon_enforce_padding',
  'fix_alt_bn128_pairing_length_check',
  'deprecate_rent_exemption_threshold',
  'switch_to_chacha8_turbine',
  'vote_state_v4',
  'provide_instruction_data_offset_in_vm_r2',
  'relax_intrabatch_account_locks',
  'relax_programdata_account_check_migration',
  'replace_spl_token_with_p_token',
  'create_account_allow_prefund',
  'remove_simple_vote_from_cost_model',
  'reenable_zk_elgamal_proof_program',
  'alt_bn128_little_endian',
  'enable_alt_bn128_g2_syscalls',
  'enable_bls12_381_syscall',
  'upgrade_bpf_stake_program_to_v5',
  'delay_commission_updates',
  'validate_chained_block_id',
  'validate_chained_block_id_2',
  'enable_sbpf_v3_deployment_and_execution',
  'syscall_parameter_address_restrictions',
  'bls_pubkey_management_in_vote_account',
  'limit_instruction_accounts',
  'loader_v3_minimum_extend_program_size',
  'commission_rate_in_basis_points',
  'discard_unexpected_data_complete_shreds',
  'validator_admission_ticket',
  'define_ltds_fee_only_semantics',
  'raise_block_limits_to_100m',
  'reduce_slot_time_to_350ms',
  'reduce_slot_time_to_300ms',
  'upgrade_bpf_stake_program_to_v5_1',
  'relax_post_exec_min_balance_check',
  'set_lamports_per_byte_to_6333',
  'custom_commission_collector',
  'set_lamports_per_byte_to_5080',
  'enable_tx_v1',
  'reduce_slot_time_to_250ms',
  'account_data_direct_mapping',
  'alpenglow',
  'alpenglow_fast_leader_handover',
  'block_revenue_sharing',
  'chained_merkle_conflict_duplicate_proofs',
  'deprecate_legacy_vote_ixs',
  'direct_account_pointers_in_program_input',
  'disable_sbpf_v0_execution',
  'disable_sbpf_v0_v1_v2_deployment',
  'double_disinflation_rate',
  'enable_big_mod_exp_syscall',
  'enable_extend_program_checked',
  'enable_loader_v4',
  'enable_sha512_syscall',
  'enable_turbine_extended_fanout_experiments',
  'raise_cpi_nesting_limit_to_8',
  'reduce_slot_time_to_200ms',
  'reenable_sbpf_v0_execution',
  'relax_fee_payer_constraint',
  'set_lamports_per_byte_to_1322',
  'set_lamports_per_byte_to_2575',
  'set_lamports_per_byte_to_696',
  'set_lamports_per_byte_to_6960',
  'verify_retransmitter_signature',
  'virtual_address_space_adjustments',
  'vote_account_initialize_v2',
  'vote_only_retransmitter_signed_fec_sets',
]);

const GATES_OF_1_18 = FEATURE_NAMES.filter((name) => !UNKNOWN_TO_1_18.has(name));

/** Stake and Address Lookup Table, which are compiled programs today, can't do without. No account says that it is on. */
export const HIDDEN_GATE: FeatureName = 'get_sysvar_syscall_enabled';

/** Programs are remembered by the set they were loaded for: all banks without wishes of their own share one. */
let everyGate: FeatureSet | undefined;

/** @param deactivated base58 addresses; those that are no gate's are ignored. */
export function featuresWithout(deactivated: readonly string[]): FeatureSet {
  const off = new Set(deactivated);
  const active = GATES_OF_1_18.filter((name) => !off.has(FEATURE_GATES[name].address));
  if (active.length === GATES_OF_1_18.length && everyGate !== undefined) return everyGate;
  const features = FeatureSet.of([...active, HIDDEN_GATE].map((name) => [name, 0n]));
  if (active.length === GATES_OF_1_18.length) everyGate = features;
  return features;
}

/** Where the account of a gate is. */
export function featureKey(name: FeatureName): Pubkey {
  return Pubkey.fromBase58(FEATURE_GATES[name].address);
}
