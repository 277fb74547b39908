// The gates that the runtime does not consult, and why. What it consults is in probes.ts; a test holds the two against
// the list in src/runtime/features.ts and against the source.
// Source: agave 4.1 feature-set/src/lib.rs and every use of it in the crates that run transactions; for gates that are
// newer, LiteSVM (Agave 4.3), which does the same with and without them.

import { FEATURE_NAMES, type FeatureName, FeatureSet } from '../../../src/runtime/features.ts';
import { PROBES } from './probes.ts';

/** What they are about is outside of a transaction: blocks, votes' credits, gossip, inflation, hashes, time. */
const OUTSIDE: readonly FeatureName[] = [
  'alpenglow',
  'alpenglow_fast_leader_handover',
  'chained_merkle_conflict_duplicate_proofs',
  'double_disinflation_rate',
  'enable_turbine_extended_fanout_experiments',
  'full_inflation_devnet_and_testnet',
  'raise_block_limits_to_100m',
  'reduce_slot_time_to_200ms',
  'reduce_slot_time_to_250ms',
  'reduce_slot_time_to_300ms',
  'reduce_slot_time_to_350ms',
  'validator_admission_ticket',
  'verify_retransmitter_signature',
  'vote_only_retransmitter_signed_fec_sets',
];

/**
 * They act once, in the slot that an epoch activates them, on what is stored then: the Rent sysvar, the account of a
 * program. A bank that starts with them keeps its genesis, as a validator's does.
 * Source: agave runtime/src/bank.rs, compute_and_apply_new_feature_activations.
 */
const ON_ACTIVATION: readonly FeatureName[] = [
  'relax_programdata_account_check_migration',
  'set_lamports_per_byte_to_1322',
  'set_lamports_per_byte_to_2575',
  'set_lamports_per_byte_to_5080',
  'set_lamports_per_byte_to_6333',
  'set_lamports_per_byte_to_696',
  'set_lamports_per_byte_to_6960',
  'upgrade_bpf_stake_program_to_v5',
  'upgrade_bpf_stake_program_to_v5_1',
];

/** Given up, or asked about by nothing that is left of Agave. */
const ABANDONED: readonly FeatureName[] = [
  'enable_extend_program_checked',
  'enable_zk_proof_from_account',
  'enable_zk_transfer_with_fee',
  'include_loaded_accounts_data_size_in_fee_calculation',
  'libsecp256k1_fail_on_bad_count',
  'stake_raise_minimum_delegation_to_1_sol',
];

/**
 * Where Agave 4.1 and 4.3 differ: 4.1 asks, and 4.3 and this runtime do always what the gate switches on; or 4.1 knows no
 * such gate, and LiteSVM does the same with and without.
 */
const AS_IN_4_3: readonly FeatureName[] = ['poseidon_enforce_padding', 'relax_fee_payer_constraint'];

const consulted = new Set<FeatureName>(PROBES.map(({ gate }) => gate));
const told = new Set<FeatureName>([...OUTSIDE, ...ON_ACTIVATION, ...ABANDONED, ...AS_IN_4_3]);
const mainnet = FeatureSet.mainnet();

/** Active for long: their effect is part of Agave's code and of this. */
const PART_OF_THE_CODE: readonly FeatureName[] = FEATURE_NAMES.filter(
  (name) => mainnet.isActive(name) && !consulted.has(name) && !told.has(name),
);

/** By reason. */
export const NOT_CONSULTED: { readonly [reason: string]: readonly FeatureName[] } = {
  'part of the code': PART_OF_THE_CODE,
  'outside of transactions': OUTSIDE,
  'acts on activation': ON_ACTIVATION,
  abandoned: ABANDONED,
  'as in 4.3': AS_IN_4_3,
};

/** Each of them the other way round than on mainnet. */
export const OTHERS_FLIPPED = {
  with: Object.values(NOT_CONSULTED)
    .flat()
    .filter((name) => !mainnet.isActive(name)),
  without: Object.values(NOT_CONSULTED)
    .flat()
    .filter((name) => mainnet.isActive(name)),
};
