// The feature gates: what mainnet switched on, and when; and a set of them, which a bank carries.
// A gate's address is that of its account on the chain. Gates that Agave no longer asks about (their effect is part of
// the code) stand here too, because their accounts and activation slots are still visible.
// The runtime reads `FeatureSet.runtime`, a plain record of booleans.
// Source: agave feature-set/src/lib.rs; the slots are those of mainnet-beta, as npm litesvm 1.5.0 lists them.

import { ParhelionError } from '../wire/errors.ts';
import type { Pubkey } from '../wire/pubkey.ts';

export interface FeatureGate {
  /** Base58 address of the gate's account. */
  readonly address: string;
  /** The slot it was activated at on mainnet; undefined where it wasn't. */
  readonly mainnet: number | undefined;
}

function gate(address: string, mainnet?: number): FeatureGate {
  return { address, mainnet };
}

/** Every gate known, by Agave's name: by slot of activation, then those that wait for theirs. */
export const FEATURE_GATES = {
  secp256k1_program_enabled: gate('E3PHP7w8kB7np3CTQ1qQ2tW3KCtjRSXBQgW9vM2mWv2Y', 41_040_000),
  spl_token_v2_multisig_fix: gate('E5JiFDQCwyC6QfT9REFyMpfK2mHcmv1GUDySU1Ue7TYv', 41_040_000),
  no_overflow_rent_distribution: gate('4kpdyrcj5jS47CZb2oJGfVxjYbsMm2Kx97gFyZrxxwXz', 51_408_000),
  deprecate_rewards_sysvar: gate('GaBtBJvmS4Arjj5W1NmFcyvPjsHN38UGYDq2MDwbs9Qu', 55_728_001),
  pico_inflation: gate('4RWNif6C2WCNiKVW7otP4G7dkmkHGyKQWRpuZ1pxKU5m', 57_456_000),
  filter_stake_delegation_accounts: gate('GE7fRxmW46K6EmCD9AMZSbnaJ2e3LfqCZzdHi9hmYAgi', 57_888_004),
  full_inflation_mainnet_certusone_enable: gate('7XRJcS5Ud5vxGB54JbK9N2vBZVwnwdBNeJW1ibRgD9gx', 64_800_004),
  full_inflation_mainnet_certusone_vote: gate('BzBBveUDymEYoYzcMWNQCx3cd4jQs7puaVFHLtsbB6fm', 64_800_004),
  spl_token_v2_self_transfer_fix: gate('BL99GYhdjjcv6ys22C9wPgn2aTVERDbPHHo4NbS3hgp7', 66_528_004),
  warp_timestamp_again: gate('GvDsGDkH5gyzwpDhxNixx8vtx1kwYHH13RiNAPw27zXb', 66_528_004),
  check_init_vote_data: gate('3ccR6QpxGYsAbWyfevEtBNGfWV4xBffxRj2tD6A9i39F', 68_688_000),
  require_custodian_for_locked_stake_authorize: gate('D4jsDcXaqdW8tDAWn8H4R25Cdns2YwLneujSL1zvjW6R', 71_712_000),
  vote_stake_checked_instructions: gate('BcWknVcgvonN8sL4HE4XFuEVgfcee5MwxWPAgP6ZV89X', 92_448_000),
  spl_token_v2_set_authority_fix: gate('FToKNBYyiF4ky9s8WsmLBXHCht17Ek7RXaLZGHzzQhJ1', 93_312_000),
  system_transfer_zero_check: gate('BrTR9hzw4WBGFP65AJMbpAo64DcA3U6jdPSga9fMV5cS', 93_312_000),
  demote_program_write_locks: gate('3E3jV7v9VcdJL8iYZUMax9DiDno8j7EWUVbhm9RtShj2', 100_656_000),
  send_to_tpu_vote_port: gate('C5fh68nJ7uyKAuYZg2x9sEQ5YrVf3dkW6oojNBSc3Jvo', 101_088_000),
  reduce_required_deploy_balance: gate('EBeznQDjcPG8491sFsKZYBi5S5jTVXMpAKNDJMQPS2kq', 102_816_004),
  verify_tx_signatures_len: gate('EVW9B5xD9FFK7vw1SBARwMA4s5eRo5eKJdKpsBikzKBz', 102_816_004),
  stake_merge_with_unmatched_credits_observed: gate('meRgp4ArRPhD3KtCY9c5yAf2med7mBLsjKTPeVUHqBL', 104_112_000),
  stake_program_advance_activating_credits_observed: gate('SAdVFw3RZvzbo6DvySbSdBnHN4gkzSTH9dSxesyKKPj', 104_112_000),
  rent_for_sysvars: gate('BKCPBQQBZqggVnFso5nQ8rQ4RwwogYwjuUt9biBjxwNF', 104_976_000),
  secp256k1_recover_syscall_enabled: gate('6RvdSWHh8oh72Dp7wMTS2DBkf3fRPtChfNrAo3cZZoXJ', 104_976_000),
  optimize_epoch_boundary_updates: gate('265hPS8k8xJ37ot82KEgjRunsUp5w4n4Q4VwwiN9i9ps', 109_728_000),
  dedupe_config_program_signers: gate('8kEuAshXLsgkUEdcFVLqrjCGGHVWFW99ZZpxvAzzMtBp', 110_592_000),
  libsecp256k1_0_5_upgrade_enabled: gate('DhsYfRjxfnh2g7HKJYSzT79r74Afa1wbHkAgHndrA1oy', 110_592_000),
  stakes_remove_delegation_if_inactive: gate('HFpdDDNQjvcXnXKec697HDDsyk6tFoWS2o8fkxuhQZpL', 110_592_000),
  add_compute_budget_program: gate('4d5AKtxoh93Dwm1vHXUU3iRATuMndx1c431KgT2td52r', 117_072_004),
  evict_invalid_stakes_cache_entries: gate('EMX9Q7TVFAmQ9V1CggAkhMzhXSg8ECp7fHrWQX2G1chf', 117_072_004),
  reject_non_rent_exempt_vote_withdraws: gate('7txXZZD6Um59YoLMF7XUNimbMjsqsWhc7g2EniiTrmp1', 117_072_004),
  remove_native_loader: gate('HTTgmruMYRZEntyL3EdCDdnS6e4D5wRq1FA7kQsb66qq', 117_072_004),
  spl_token_v3_3_0_release: gate('Ftok2jhqAqxUWEiCVRrfRs9DPppWP8cgTB7NQNKL88mS', 117_072_004),
  ed25519_program_enabled: gate('6ppMXNYLhVd7GcsZ5uV11wQEW7spppiMVfqQv5SXhDpX', 117_936_008),
  return_data_syscall_enabled: gate('DwScAzPUjuv65TMbDnFY7AgwmotzWy3xpEJMXM3hZFaB', 117_936_008),
  sol_log_data_syscall_enabled: gate('6uaHcKPGUy4J7emLBgUTeufhJdiwhngW6a1R9B7c2ob9', 117_936_008),
  spl_associated_token_account_v1_0_4: gate('FaTa4SpiaSNH44PGC4z8bnGVTkSRYaWvrBs3KTu8XQQq', 130_464_000),
  leave_nonce_on_success: gate('E8MkiWZNNPGU6n55jkGzyj8ghUmjCHRmDFdYYFYHxWhQ', 133_056_012),
  require_rent_exempt_accounts: gate('BkFDxiJQWZXGTZaJQxH7wVEHkAmwCgSEVkrvswFfRJPD', 133_488_000),
  do_support_realloc: gate('75m6ysz33AfLA5DDEzWM1obBrnPQRSsdVQ2nRmc8Vuu1', 133_920_008),
  add_get_processed_sibling_instruction_syscall: gate('CFK1hRCNy8JJuAAY8Pb2GjLFNdCThS2qwZNe3izzBMgn', 134_352_008),
  requestable_heap_size: gate('CCu4boMmfLuqcmfTLPHQiUo22ZdUsXjgzPAURYaWt1Bw', 135_216_004),
  tx_wide_compute_cap: gate('5ekBxc8itEnPv4NzGJtr8BVVQLNMQuLMNQQj7pHoLNZ9', 135_216_004),
  warp_timestamp_with_a_vengeance: gate('3BX6SBeEBibHaVQXywdkcgyUk6evfYZkHdztXiDtEpFS', 136_512_012),
  nonce_must_be_writable: gate('BiCU7M5w8ZCMykVSyhZ7Q3m2SWoR2qrEQ86ERcDX77ME', 136_944_004),
  add_shred_type_to_shred_seed: gate('Ds87KVeqhbv7Jw8W6avsS1mqz3Mw5J3pRTpPoDQ2QdiJ', 137_376_016),
  reject_empty_instruction_without_program: gate('9kdtFSrXHQg3hKkbXkQ6trJ3Ja1xpJ22CTFSNAciEwmL', 137_376_016),
  fixed_memcpy_nonoverlapping_check: gate('36PRUK2Dz6HWYdG9SpjeAsF5F3KxnFCakA2BZMbtMhSb', 137_808_012),
  enable_durable_nonce: gate('4EJQtF2pkRyawwcTVfQutzq4Sa5hRhibF6QAK1QXhtEX', 138_240_000),
  nonce_must_be_advanceable: gate('3u3Er5Vc2jVcwz4xr2GJeSAXT3fAj6ADHZ4BJMZiScFd', 138_240_000),
  nonce_must_be_authorized: gate('HxrEu1gXuH7iD3Puua1ohd5n4iUKJyFNtNxk9DVJkvgr', 138_240_000),
  separate_nonce_from_blockhash: gate('Gea3ZkK2N4pHuVZVxWcnAtS6UEDdyumdYt4pFcKjA3ar', 138_240_000),
  update_syscall_base_costs: gate('2h63t332mGCCsWK2nqqqHhN4U9ayyqhLVFvczznHDoTZ', 138_672_000),
  vote_withdraw_authority_may_change_authorized_voter: gate(
    'AVZS3ZsN4gi6Rkx2QUibYuSJG3S6QHib7xCYhG6vGJxU',
    138_672_000,
  ),
  disable_bpf_deprecated_load_instructions: gate('3XgNukcZWf9o3HdA3fpJbm94XFc4qpvTXc8h1wxYwiPi', 139_104_000),
  disable_bpf_unresolved_symbols_at_runtime: gate('4yuaYAj2jGMGTh1sSmi4G2eFscsDq8qjugJXZoBN6YEa', 139_104_000),
  executables_incur_cpi_data_cost: gate('7GUcYgq4tVtaqNCKT3dho9r4665Qp5TxCZ27Qgjx3829', 139_536_000),
  max_tx_account_locks: gate('CBkDroRDqm8HwHe6ak9cguPjUomrASEkfmxEaZ5CNNxz', 140_400_004),
  quick_bail_on_panic: gate('DpJREPyuMZ5nDfU6H3WTqSqUFSXAfw8u7xqmWtEwJDcP', 140_400_004),
  default_units_per_instruction: gate('J2QdYx8crLbTVK8nur1jeLsmc3krDbfjoxoea2V1Uy5Q', 141_264_004),
  record_instruction_in_transaction_context_push: gate('3aJdcZqxoLpSBxgeYGjPwaYS1zzcByxUDqJkbzWAH1Zb', 141_696_000),
  add_set_compute_unit_price_ix: gate('98std1NSHqXi9WYvFShfVepRdCoq1qvsp8fsR2XZtG8g', 142_128_000),
  check_physical_overlapping: gate('nWBqjr3gpETbiaVj3CBJ3HFC5TMdnJDGt21hnvSTvVZ', 142_560_008),
  limit_secp256k1_recovery_id: gate('7g9EUwj4j7CS21Yx1wvgWLjSZeh5aPq8x9kpoPwXM8n8', 142_560_008),
  prevent_calling_precompiles_as_programs: gate('4ApgRX3ud6p7LNMJmsuaAcZY5HWctGPr5obAsjB3A54d', 143_424_004),
  spl_associated_token_account_v1_1_0: gate('FaTa17gVKoqbh38HcfiQonPsAaQViyDCCSg71AubYZw8', 144_288_004),
  spl_token_v3_4_0: gate('Ftok4njE8b7tDffYkC5bAbCaQv5sL6jispYrprzatUwN', 144_288_004),
  disable_fee_calculator: gate('2jXx2yDmGysmBKfKYNgLj2DQyAQv6mMk2BPh4eSbyB4H', 147_744_004),
  vote_authorize_with_seed: gate('6tRxEYKuy2L5nnv5bgn7iT28MxUbYxp5h7F3Ncf1exrT', 148_608_004),
  syscall_saturated_math: gate('HyrbKftCdJ5CrUfEti6x26Cj7rZLNe32weugk7tLcWb8', 150_768_000),
  merge_nonce_error_into_system_error: gate('21AWDosvp3pBamFW91KB35pNoaoZVTM7ess8nr2nt53B', 151_632_012),
  instructions_sysvar_owned_by_sysvar: gate('H3kBSaKdeiUsyHmeHqjJYNc27jesXZ6zWj3zWkowQbkV', 152_496_000),
  require_static_program_ids_in_transaction: gate('8FdwgyHFEjhAdjWfV2vfqk7wA1g9X3fQpKH7SBpEv3kC', 153_360_000),
  include_account_index_in_rent_error: gate('2R72wpcQ7qV7aTJWUumdn8u5wmmTyXbK7qzEy7YSAgyY', 154_224_000),
  versioned_tx_message_enabled: gate('3KZZ6Ks1885aGBQ45fwRcPXVBCtzUvxhUTkwKMR41Tca', 154_656_004),
  preserve_rent_epoch_for_rent_exempt_accounts: gate('HH3MUYReL2BvqqA3oEcAa7txju5GY6G4nxJ51zvsEjEZ', 156_384_000),
  filter_votes_outside_slot_hashes: gate('3gtZPqvPpsbXZVCx6hceMfWxtsmrjMzmg8C7PLKSxS2d', 157_680_012),
  prevent_crediting_accounts_that_end_rent_paying: gate('812kqX67odAp5NFwM8D2N24cku7WTm9CHUTFUXaDkWPn', 161_136_000),
  disable_deprecated_loader: gate('GTUMCZ8LTNxVfxdrw7ZsDFTxXb7TutYkzJnFwinpE6dg', 167_184_008),
  reject_vote_account_close_unless_zero_credit_epoch: gate('ALBk3EWdeAg2WAGf6GPDUf1nynyNqCdEVmgouG7rpuCj', 170_640_000),
  bank_transaction_count_fix: gate('Vo5siZ442SaZBKPXNocthiXysNviW4UYPwRFggmbgAp', 171_072_012),
  check_syscall_outputs_do_not_overlap: gate('3uRVPBpyEJRo1emLCrq38eLRFGcu6uKSpUXqGvU8T7SZ', 174_096_000),
  stake_deactivate_delinquent_instruction: gate('437r62HoAdUb63amq3D7ENnBLDhHT2xY8eFkLJYVKK4x', 198_720_004),
  drop_redundant_turbine_path: gate('4Di3y24QFLt5QEUPZtbnjyfQKfm6ZMTfa6Dw1psfoMKU', 199_152_000),
  add_get_minimum_delegation_instruction_to_stake_program: gate(
    'St8k9dVXP97xT6faW24YmRSYConLbhsMJA4TJTBLmMT',
    199_584_000,
  ),
  stake_allow_zero_undelegated_amount: gate('sTKz343FM8mqtyGvYWvbLpTThw3ixRM4Xk8QvZ985mw', 200_016_004),
  credits_auto_rewind: gate('BUS12ciZ5gCoFafUHWW8qaFMMtwFQGVxjsDheWLdqBE2', 200_448_008),
  libsecp256k1_fail_on_bad_count2: gate('54KAoNiUERNoWWUhTWWwXgym94gzoXFVnHyQwPA18V9A', 200_880_004),
  vote_state_update_root_fix: gate('G74BkWBzmsByZ1kxHy44H3wjwp5hp7JbrGRuDpco22tY', 202_176_000),
  move_serialized_len_ptr_in_cpi: gate('74CoWuBmt3rUVUrCb2JiSTvh6nXyBWUsK4SaMj3CtE3T', 202_608_000),
  stake_split_uses_rent_sysvar: gate('FQnc7U4koHqWgRvFaBJjZnV8VPg6L6wWK33yJeDp4yvV', 203_904_008),
  disable_rehash_for_rent_epoch: gate('DTVTkmw3JSofd8CJVJte8PXEbxNQ2yZijvVr3pe2APPj', 204_336_000),
  on_load_preserve_rent_epoch_for_rent_exempt_accounts: gate(
    'CpkdQmspsaZZ8FVAouQTtTWZkc8eeQ7V3uj7dWz543rZ',
    204_336_000,
  ),
  fix_recent_blockhashes: gate('6iyggb5MTcsvdcugX7bEKbHV8c6jdLbpHwkncrgLMhfo', 204_768_000),
  cap_bpf_program_instruction_accounts: gate('9k5ijzTbYPtjzu8wj2ErH9v45xecHzQ1x4PMYMMxFgdM', 205_200_004),
  update_rewards_from_cached_accounts: gate('28s7i3htzhahXQKqmS2ExzbEoUypg9krwvtK2M9UWXh9', 206_064_004),
  use_default_units_in_fee_calculation: gate('8sKQrMQoUHtQSUP83SPG4ta2JDjSAiWs7t5aJ9uEd6To', 206_496_008),
  disable_builtin_loader_ownership_chains: gate('4UDcAfQ6EcA6bdcadkeHpkarkhZGJ7Bpq7wTAiRMjkoi', 207_360_004),
  check_slice_translation_size: gate('GmC19j9qLn2RFk5NduX6QXaDhVpGncVVBzyM8e9WMz2F', 207_792_008),
  disable_fees_sysvar: gate('JAN1trEUEtZjgXYzNBYHU9DYd7GnThhXfFP7SzPXkPsG', 208_656_004),
  disable_deploy_of_alloc_free_syscall: gate('79HWsX9rpnnJBPcdNURVqygpMAfxdrAirzAGAVmf92im', 209_088_008),
  commission_updates_only_allowed_in_first_half_of_epoch: gate(
    'noRuG2kzACwgaY7TVmLRnUNPLKNVQE1fb7X55YWBehp',
    210_384_016,
  ),
  clean_up_delegation_errors: gate('Bj2jmUsM2iRhfdLLDSTkhM5UQRQvQHm57HSmPibPtEyu', 211_680_000),
  allow_votes_to_directly_update_vote_state: gate('Ff8b1fBeB86q8cjq47ZhsQLgv5EkHu3G1C99zjUfAzrq', 212_112_000),
  compact_vote_state_updates: gate('86HpNqzutEZwLcPxS6EHDcMNYWk6ikhteg9un7Y2PBKE', 212_112_000),
  vote_state_update_credit_per_dequeue: gate('CveezY6FDLVBToHDcvJRmtMouqzsmj4UXYh5ths5G5Uv', 212_112_000),
  enable_request_heap_frame_ix: gate('Hr1nUA9b7NJ6eChS26o7Vi8gYYDDwWD3YeBfzJkTbU86', 217_296_000),
  enable_early_verification_of_account_modifications: gate('7Vced912WrRnfjaiKRiNBcbuFw7RrnLv3E3z95Y4GTNc', 222_048_008),
  better_error_codes_for_tx_lamport_check: gate('Ffswd3egL3tccB6Rv3XY6oqfdzn913vUcjCSnpvCKpfx', 222_480_020),
  limit_max_instruction_trace_length: gate('GQALDaC48fEhZGWRj9iL5Q889emJKcj3aCvHF7VCbbF4', 224_208_000),
  cap_accounts_data_allocations_per_transaction: gate('9gxu85LYRAcZL38We8MYJ4A9AwgBBPtVBAqebMcT1241', 224_640_020),
  account_hash_ignore_slot: gate('SVn36yVApPLYsa8koK3qUcy14zXDnqkNYWyUh1f4oK1', 225_504_004),
  disable_cpi_setting_executable_and_rent_epoch: gate('B9cdB55u4jQsDNsdTK525yE9dmSc5Ga7YBaBrDFvEhM9', 225_936_004),
  epoch_accounts_hash: gate('5GpmAKxaGsWWbPp4bNXFLJxZVvG92ctxf7jQnzTQjF3n', 228_528_004),
  delay_visibility_of_program_deployment: gate('GmuBvtFb2aHfSfMXpuFeWZGHyDeCLPS79s48fmCWCfM5', 228_960_012),
  enable_program_redeployment_cooldown: gate('J4HFT8usBxpcF63y46t1upYobJgChmKyZPm5uTBRg25Z', 228_960_012),
  enable_bpf_loader_extend_program_ix: gate('8Zs9W7D9MpSEtUWSQdGniZk2cNmV22y6FLJwCx53asme', 229_824_000),
  cap_transaction_accounts_data_size: gate('DdLwVYuvDz26JohmgSbA7mjpJFgX5zP2dkp8qsF2C33V', 230_256_020),
  add_set_tx_loaded_accounts_data_size_instruction: gate('G6vbf1UBok8MWb8m25ex86aoQHeKTzDKzuZADHkShqm6', 231_984_004),
  update_hashes_per_tick: gate('3uFHb9oKdGfgZGJK9EHaAXN4USvnQtAFC13Fh5gGFS5B', 232_848_000),
  remove_deprecated_request_unit_ix: gate('EfhYd3SafzGT472tYQDUc4dPd2xdEfKs5fwkowUgVt4W', 233_280_000),
  prevent_rent_paying_rent_recipients: gate('Fab5oP3DmsLYCiQZXdjyqT3ukFFPrsmqhXU4WU1AWVVF', 234_144_000),
  checked_arithmetic_in_fee_validation: gate('5Pecy6ie6XGm22pc9d4P9W5c31BugcFBuy6hsP2zkETv', 234_576_004),
  round_up_heap_size: gate('CE2et8pqgyQMP2mQRg3CgvX8nJBKUArMu3wfiQiQKY1y', 235_440_004),
  stop_sibling_instruction_search_at_parent: gate('EYVpEP7uzH1CoXzbD6PubGhYmnxRXPeq3PPsm1ba3gpo', 236_304_016),
  remove_congestion_multiplier_from_fee_calculation: gate('A8xyMHZovGXFkorFqEmVH2PKGLiBip5JD7jt4zsUWo4H', 236_736_000),
  remove_bpf_loader_incorrect_program_id: gate('2HmTkCj9tXuPE4ueHzdD7jPeMf9JGCoZh5AsyoATiWEe', 237_168_000),
  stop_truncating_strings_in_syscalls: gate('16FMCmgLzCNNz6eTwGanbyN2ZxvTBSLuQ6DZhgeMshg', 240_192_004),
  native_programs_consume_cu: gate('8pgXCMNXC8qyEFypuwpXyRxLXZdpM4Qo72gJ6k87A6wL', 240_624_008),
  simplify_writable_program_account_check: gate('5ZCcFAzJ1zsFKe1KSZa9K92jhx7gkcKj97ci2DBo1vwj', 241_056_004),
  incremental_snapshot_only_incremental_hash_calculation: gate(
    '25vqsfjk7Nv1prsQJmA4Xu1bN61s8LXCBGUPp8Rfy1UF',
    243_648_004,
  ),
  reduce_stake_warmup_cooldown: gate('GwtDQBghCTBgmX2cpEGNPxTEBUTQRaDMGTr5qychdGMj', 244_080_000),
  revise_turbine_epoch_stakes: gate('BTWmtJC8U5ZLMbBUUA1k6As62sYjPEjAiNAT55xYGdJU', 244_944_000),
  set_exempt_rent_epoch_max: gate('5wAGiy15X1Jb2hkHnPDCM8oB9V42VNA9ftNVFK84dEgv', 246_240_000),
  enable_turbine_fanout_experiments: gate('D31EFnLgdiysi84Woo3of4JMu7VmasUS3Z7j9HYXCeLY', 247_104_008),
  relax_authority_signer_check_for_lookup_table_creation: gate(
    'FKAcEvNgSY79RpqsPNUV5gDyumopH4cEHqUxyfm8b8Ap',
    249_264_000,
  ),
  enable_bpf_loader_set_authority_checked_ix: gate('5x3825XS7M2A3Ekbn5VGGkvFoAg5qrRWkTrY4bARP1GL', 251_424_000),
  vote_state_add_vote_latency: gate('7axKe5BTYBDD87ftzWbk5DfzWMGyRvqmWTduuo22Yaqy', 252_720_000),
  update_hashes_per_tick2: gate('EWme9uFqfy1ikK1jhJs8fM5hxWnK336QJpbscNtizkTU', 253_584_001),
  require_rent_exempt_split_destination: gate('D2aip4BBr8NPWtU9vLrwrBvbuaQ8w1zV38zFLxx4pfBV', 254_016_004),
  update_hashes_per_tick3: gate('8C8MCtsab5SsfammbzvYz65HHauuUYdbY2DZ4sznH6h5', 255_312_004),
  update_hashes_per_tick4: gate('8We4E7DPwF2WfAN8tRTtWQNhi98B99Qpuj7JoZ3Aikgg', 255_744_008),
  update_hashes_per_tick5: gate('BsKLKAn1WM4HVhPRDsjosmqSg2J8Tq5xP2s2daDS6Ni4', 257_040_000),
  update_hashes_per_tick6: gate('FKu1qYwLQSiehz644H6Si65U5ZQ2cp9GxsyFUfYcuADv', 257_904_000),
  validate_fee_collector_account: gate('prpFrMtgNmzaNzkPJg9o753fVvbHKqNrNTm76foJ2wm', 258_336_004),
  drop_legacy_shreds: gate('GV49KKQdBNaiv2pgqhS2Dy3GWYJGXMTVYbYkdk91orRy', 259_200_004),
  disable_bpf_loader_instructions: gate('7WeS1vfPRgeeoXArLh7879YcB9mgE9ktjPDtajXeWfXn', 259_632_004),
  consume_blockstore_duplicate_proofs: gate('6YsBCejwK96GZCkJ6mkZ4b68oP63z2PLoQmWjC7ggTqZ', 260_064_000),
  index_erasure_conflict_duplicate_proofs: gate('dupPajaLy2SSn8ko42aZz4mHANDNrLe8Nw8VQgFecLa', 260_496_000),
  curve25519_restrict_msm_length: gate('eca6zf6JJRjQsYYPkBHF3N32MTzur4n2WL4QiiacPCL', 262_224_008),
  switch_to_new_elf_parser: gate('Cdkc8PPTeTNUPoZEfCY5AyetUrEdkZtNPMgz58nqyaHD', 273_888_000),
  simplify_alt_bn128_syscall_error_codes: gate('JDn5q3GBeqzvUa7z67BbmVHVdE3EbUAjvFep3weR3jxX', 274_320_000),
  curve25519_syscall_enabled: gate('7rcw5UtqgDTBBv2EcynNfYckgdAaH1MAsCjKgXMkN7Ri', 275_184_000),
  enable_alt_bn128_syscall: gate('A16q37opZdQMCbe5qJ6xpBB9usykfv8jZaMkxvZQi4GJ', 275_616_000),
  enable_alt_bn128_compression_syscall: gate('EJJewYSddEEtSZHiqugnvhQHiWyZKjkFDQASd7oKSagn', 276_912_000),
  enable_poseidon_syscall: gate('FL9RsQA6TVUoh5xJQ9d936RHSebA1NLQqe3Zv9sXZRpr', 278_208_000),
  reject_callx_r10: gate('3NKRSwpySNwD3TvP5pHnRmkAQRsdkXWRr1WaQh8p4PWX', 279_072_000),
  error_on_syscall_bpf_function_hash_collisions: gate('8199Q2gMD2kwgfopK5qqVWuDbegLgpuFUFHCcUJQDN8b', 280_800_004),
  last_restart_slot_sysvar: gate('HooKD5NC9QNxk25QuzCssB8ecrEzGt6eXEPBUxWp1LaR', 282_096_004),
  deprecate_unused_legacy_vote_plumbing: gate('6Uf8S75PVh91MYgPQSHnjRAPQq6an5BDv9vomrCwDqLe', 283_392_000),
  merkle_conflict_duplicate_proofs: gate('mrkPjRg79B2oK2ZLgd7S3AfEJaX9B6gAF3H9aEykRUS', 283_824_004),
  enable_gossip_duplicate_proof_ingestion: gate('FNKCMBzYUdjhHyPdsKG2LSmdzH8TCHXn3ytj8RNBS4nG', 284_688_004),
  timely_vote_credits: gate('tvcF6b1TRz353zKuhBjinZkKzjmihXmBAHJdjNYw1sQ', 303_696_000),
  allow_commission_decrease_at_any_time: gate('decoMktMcnmiq6t3u7g5BfgcQu91nKZr6RvMYf9z1Jb', 304_128_000),
  partitioned_epoch_rewards_superfeature: gate('PERzQrt5gBD1XEe2c9XdFWqwgHY3mr7cYWbm5V772V8', 305_424_000),
  enable_chained_merkle_shreds: gate('7uZBkJXJ1HkuP6R3MJfZs7mLwymBcDbKdqbF51ZWLier', 306_720_000),
  ed25519_precompile_verify_strict: gate('ed9tNscbWLYBooxWA7FE2B5KHWs8A6sxfY8EzezEcoo', 308_448_000),
  abort_on_invalid_curve: gate('FuS3FPfJDKSNot99ECLXtp3rueq36hMNStJkPJwWodLh', 311_904_000),
  cost_model_requested_write_lock_cost: gate('wLckV1a64ngtcKPRGU4S4grVTestXjmNjxBjaKZrAcn', 312_336_000),
  loosen_cpi_size_restriction: gate('GDH5TVdbTPUpRnXaRyQqiKUa7uZAbZ28Q2N9bhbKoMLm', 312_768_000),
  move_stake_and_move_lamports_ixs: gate('7bTK6Jis8Xpfrs8ZoUfiMDPazTcdPcTWheZFJTA5Z6X4', 314_064_000),
  disable_account_loader_special_case: gate('EQUMpNFr7Nacb1sva56xn1aLfBxppEoSBH8RRVdkcD1x', 314_496_000),
  zk_elgamal_proof_program_enabled: gate('zkhiy5oLowR7HY4zogXjCjeMXyruLqBwSWH21qcFtnv', 315_792_000),
  remove_rounding_in_fee_calculation: gate('BtVN7YjDzNE6Dk7kTT7YTDgMNUZTNgiSJgsdzAeTg2jF', 317_088_000),
  reward_full_priority_fee: gate('3opE3EzAKnUftUDURkzMgwpNgimBAypW1mNDYH4x4Zg7', 320_112_000),
  add_new_reserved_account_keys: gate('8U4skmMVnF6k2kMvrWbQuRUT3qQSiTYpSjqmhmgfthZu', 320_976_000),
  get_sysvar_syscall_enabled: gate('CLCoTADvV64PSrnR6QXty6Fwrt9Xc6EdxSJE4wLRePjq', 321_840_000),
  enable_tower_sync_ix: gate('tSynMCspg4xFiCj1v3TDb4c7crMR5tSBhLz4sF7rrNA', 323_568_000),
  migrate_feature_gate_program_to_core_bpf: gate('4eohviozzEeivk1y9UbrnekbAFMDQyJz5JjA9Y6gyvky', 324_864_000),
  migrate_config_program_to_core_bpf: gate('2Fr57nzzkLYXW695UdDxDeR5fhnZWSttZeZYemrnpGFV', 325_296_000),
  skip_rent_rewrites: gate('CGB2jM8pwZkeeiXQ66kBMyBR6Np61mggL7XUsmLjVcrw', 326_160_000),
  disable_rent_fees_collection: gate('CJzY83ggJHqPGDq8VisV3U91jDJLuEaALZooBrXtnnLU', 326_592_000),
  enable_transaction_loading_failure_fees: gate('PaymEPK2oqwT9TXAVfadjztH2H6KfLEB9Hhd5Q5frvP', 327_024_000),
  reserve_minimal_cus_for_builtin_instructions: gate('C9oAhLxDBm3ssWtJx1yBGzPY55r2rArHmN1pbQn6HogH', 327_456_000),
  deplete_cu_meter_on_vm_failure: gate('B7H2caeia4ZFcpE3QcgMqbiWiBtWrdBRBSJ1DY6Ktxbq', 327_888_000),
  move_precompile_verification_to_svm: gate('9ypxGLzkMxi89eDerRKXWDXe44UY2z4hBig4mDhNq5Dp', 328_320_000),
  migrate_address_lookup_table_program_to_core_bpf: gate('C97eKZygrkU4JxJsZdjgbUY7iQR7rKTr4NyDWo2E5pRm', 329_184_000),
  apply_cost_tracker_during_replay: gate('2ry7ygxiYURULZCrypHhveanvP5tzZ4toRwVp89oCNSj', 329_616_000),
  enable_get_epoch_stake_syscall: gate('FKe75t4LXxGaQnVHdUKM6DSFifVVraGZ8LyNo7oPwy1Z', 330_912_000),
  vote_only_full_fec_sets: gate('ffecLRhhakKSGhMuc6Fz2Lnfq4uT9q3iu9ZsNaPLxPc', 332_208_000),
  raise_block_limits_to_50m: gate('5oMCU3JPaFLr8Zr4ct7yFA7jdk6Mw1RmB8K4u9ZbS42z', 332_640_000),
  enable_secp256r1_precompile: gate('srremy31J5Y25FrAApwVb9kZcfXbusYMMsvTK9aWv5q', 345_600_000),
  mask_out_rent_epoch_in_vm_serialization: gate('RENtePQcDLrAbxAsP3k8dwVcnNYQ466hi2uKvALjnXx', 346_032_000),
  accounts_lt_hash: gate('LTHasHQX6661DaDD4S6A2TFi6QBuiwXKv66fB1obfHq', 347_328_000),
  disable_zk_elgamal_proof_program: gate('zkdoVwnSFnSLtGJG7irJPEYUpmb4i7sGMGcnN6T9rnC', 347_760_000),
  remove_accounts_delta_hash: gate('LTdLt9Ycbyoipz5fLysCi1NnDnASsZfmJLJXts5ZxZz', 348_624_000),
  disable_partitioned_rent_collection: gate('2B2SBNbUcr438LtGXNcJNBP2GBSxjx81F945SdSkUSfC', 349_056_000),
  enable_sbpf_v1_deployment_and_execution: gate('JE86WkYvTrzW8HgNmrHY7dFYpCmSptUpKupbo2AdQ9cG', 349_488_000),
  remove_accounts_executable_flag_checks: gate('FXs1zh47QbNnhXcnB6YiAQoJ4sGB91tKF3UFHLcKT7PM', 350_352_004),
  snapshots_lt_hash: gate('LTsNAP8h1voEVVToMNBNqoiNQex4aqfUrbFhRH3mSQ2', 353_376_000),
  drop_unchained_merkle_shreds: gate('5KLGJSASDVxKPjLCDWNtnABLpZjsQSrYZ8HKwcEdAMC8', 354_672_000),
  raise_block_limits_to_60m: gate('6oMCUgfY6BzZ6jwB681J6ju5Bh6CjVXbd7NeWYqiXBSu', 355_104_000),
  migrate_stake_program_to_core_bpf: gate('6M4oQ6eXneVhtLoiAr4yRYQY43eVLjrKbiDZDJc892yk', 355_536_000),
  enable_sbpf_v2_deployment_and_execution: gate('F6UVKh1ujTEFK3en2SyAL3cdVnqko1FVEXWhmdLRu6WP', 356_400_000),
  fix_alt_bn128_multiplication_input_length: gate('bn2puAyxUx6JUabAxYdKdJ5QHbNNmKw8dCGuGCyRrFN', 361_152_000),
  enable_vote_address_leader_schedule: gate('5JsG4NWH8Jbrqdd8uL6BNwnyZK3dQSoieRXG5vmofj9y', 363_312_000),
  raise_account_cu_limit: gate('htsptAwi2yRoZH83SKaUXykeZGtZHgxkS2QwW1pssR8', 379_296_000),
  disable_turbine_fanout_experiments: gate('turbnbNRp22nwZCmgVVXFSshz7H7V23zMzQgA46YpmQ', 380_160_000),
  formalize_loaded_transaction_data_size: gate('DeS7sR48ZcFTUmt5FFEVDr1v1bh73aAbZiZq3SYr8Eh8', 381_888_000),
  require_static_nonce_account: gate('7VVhpg5oAjAmnmz1zCcSHb2Z9ecZB2FQqpnEwReka9Zm', 384_480_000),
  increase_cpi_account_info_limit: gate('H6iVbVaDZgDphcPbcZwc5LoznMPWQfnJ1AM7L1xzqvt5', 403_056_000),
  enforce_fixed_fec_set: gate('fixfecLZYMfkGzwq6NJA11Yw6KYztzXiK9QcL3K78in', 403_920_000),
  static_instruction_limit: gate('64ixypL1HPu8WtJhNSMb9mSgfFaJvsANuRkTbHyuLfnx', 404_352_000),
  poseidon_enforce_padding: gate('poUdAqRXXsNmfqAZ6UqpjbeYgwBygbfQLEvWSqVhSnb', 406_080_000),
  fix_alt_bn128_pairing_length_check: gate('bnYzodLwmybj7e1HAe98yZrdJTd7we69eMMLgCXqKZm', 406_944_000),
  deprecate_rent_exemption_threshold: gate('rent6iVy6PDoViPBeJ6k5EJQrkj62h7DPyLbWGHwjrC', 407_376_000),
  switch_to_chacha8_turbine: gate('CHaChatUnR3s6cPyPMMGNJa3VdQQ8PNH2JqdD4LpCKnB', 408_672_000),
  vote_state_v4: gate('Gx4XFcrVMt4HUvPzTpTSVkdDVgcDSjKhDN1RqRS6KDuZ', 409_968_000),
  provide_instruction_data_offset_in_vm_r2: gate('5xXZc66h4UdB6Yq7FzdBxBiRAFMMScMLwHxk2QZDaNZL', 410_400_000),
  relax_intrabatch_account_locks: gate('4WeHX6QoXCCwqbSFgi6dxnB6QsPo6YApaNTH7P4MLQ99', 411_696_000),
  relax_programdata_account_check_migration: gate('rexav5eNTUSNT1K2N7cfRjnthwhcP5BC25v2tA4rW4h', 412_992_000),
  replace_spl_token_with_p_token: gate('ptokFjwyJtrwCa9Kgo9xoDS59V4QccBGEaRFnRPnSdP', 419_472_000),
  create_account_allow_prefund: gate('6sPDzwyARRExKH52LECxcGoqziH8G7SZofwuxi8Ja331', 422_928_004),
  remove_simple_vote_from_cost_model: gate('2GCrNXbzmt4xrwdcKS2RdsLzsgu4V5zHAemW57pcHT6a', 423_792_000),
  reenable_zk_elgamal_proof_program: gate('zkexuyPRdyTVbZqEAREueqL2xvvoBhRgth9xGSc1tMN', 424_224_000),
  alt_bn128_little_endian: gate('bn2oPgpkzQPT3tohMaAsMVGjhDmmDa4jCaVPqCFmtxM', 425_088_000),
  enable_alt_bn128_g2_syscalls: gate('bn1hKNURMGQaQoEVxahcEAcqiX3NwRs6hgKKNSLeKxH', 425_520_000),
  enable_bls12_381_syscall: gate('b1sgUiJ3qu7hYm3tNDyyqZNQd6gLGJmJppnLNa93PCQ', 425_952_004),
  upgrade_bpf_stake_program_to_v5: gate('STk5Xj8hdAx3sTzmtJ3QysKkq6X2A3yj73JtxttiRyk', 427_248_000),
  delay_commission_updates: gate('76dHtohc2s5dR3ahJyBxs7eJJVipFkaPdih9CLgTTb4B', 428_112_000),
  validate_chained_block_id: gate('vcmrbYbiMVKaq1snKP6eCacNDcr6qZvpCNUjmk6gxvZ', 428_544_000),
  validate_chained_block_id_2: gate('vcmrw431aNM8ngQ46derkZXipoTGQdbHkEygBDh12dA', 428_544_000),
  enable_sbpf_v3_deployment_and_execution: gate('5cC3foj77CWun58pC51ebHFUWavHWKarWyR5UUik7dnC', 428_976_000),
  syscall_parameter_address_restrictions: gate('EDGMC5kxFxGk4ixsNkGt8bW7QL5hDMXnbwaZvYMwNfzF', 429_840_000),
  bls_pubkey_management_in_vote_account: gate('AnAP9zPV4KL7czAPQbFhpDKV2tx7g4UGNbK9wvXwjaRo', 431_568_000),
  limit_instruction_accounts: gate('6aHuNsUmwSzCEMjrBzBCYaxHAyAcQBjVES92JigHBDuC', 432_000_000),
  loader_v3_minimum_extend_program_size: gate('YbbRLkvenrocjGPGyoQE4wjnvYzTgfsk38NFmcYK7a5', 432_864_000),
  commission_rate_in_basis_points: gate('Eg7tXEwMZzS98xaZ1YHUbdRHsaYZiCsSaR6sKgxreoaj', 433_296_000),
  discard_unexpected_data_complete_shreds: gate('disCA4efguFL6Wqa4pGdG7jpjC7C5uiKzKnhEBqchBe', 434_160_000),
  validator_admission_ticket: gate('VAT9huvhPjRN9cyrPytq9rwvEJ3J4ADtjdncgZRyANJ', 434_592_000),
  define_ltds_fee_only_semantics: gate('LTDSzjZKFJMKHYpNycG1FrWwGGTaFFwqEFjB5GGLNVD', 435_456_000),
  raise_block_limits_to_100m: gate('P1BCUMpAC7V2GRBRiJCNUgpMyWZhoqt3LKo712ePqsz', 435_888_000),
  reduce_slot_time_to_350ms: gate('iBRL5RuWhw4yqaAZu96RUULHckHTZAoe2b77qaV38JZ', 440_208_000),
  reduce_slot_time_to_300ms: gate('iBRLL3k18HST852F1Mf3Lv83waTNQmmqvKDxvYGwQFL', 441_936_000),
  upgrade_bpf_stake_program_to_v5_1: gate('s51VGwCAgebo2745DSUris72RavoLkXGUmVJosESCXr', 443_232_000),
  relax_post_exec_min_balance_check: gate('BY4JhHLahVzS9ynfDz4exzGPbVXhFmJvEyMWsXbDBqME', 443_664_000),
  set_lamports_per_byte_to_6333: gate('4a6f7o7iTcA8hRDCrPLkSatnt5Ykxiu36wo5p1Tt12wC', 444_096_000),
  custom_commission_collector: gate('3HcSrCTGXTUnrTueHi4DAwNuMxZSsm5xui2Ax3mgxHqf', 445_392_000),
  set_lamports_per_byte_to_5080: gate('61BtM7BkDEE8Yq5fskEVAQT9mYA8qCejJWoLe5apqg81', 446_256_000),
  enable_tx_v1: gate('txv1aq4pp281K9um3tnPgkfX8UqtFT6wcVW3hNezGLL', 447_120_000),
  reduce_slot_time_to_250ms: gate('iBRLMc81UjRa8fn8A6eE8bJTnRbgQoPTynM51akENCV', 447_552_000),
  account_data_direct_mapping: gate('CR3dVN2Yoo95Y96kLSTaziWDAQT2MNEpiWh5cqVq2pNE'),
  alpenglow: gate('A1pengvuM6JEcyNuTnMqepBKhwHE3N6PmUrdATGawhJS'),
  alpenglow_fast_leader_handover: gate('FLHoAWBDjNh6zwmJ5i1NKK4KyD8otAiv7XxvmnFnVnKH'),
  blake3_syscall_enabled: gate('HTW2pSyErTj4BV6KBM9NZ9VBUJVxt7sacNWcf76wtzb3'),
  block_revenue_sharing: gate('B1ockRevenueSharing111111111111111111111111'),
  chained_merkle_conflict_duplicate_proofs: gate('chaie9S2zVfuxJKNRGkyTDokLwWxx6kD2ZLsqQHaDD8'),
  deprecate_legacy_vote_ixs: gate('depVvnQ2UysGrhwdiwU42tCadZL8GcBb1i2GYhMopQv'),
  direct_account_pointers_in_program_input: gate('ptr9umikaeAS7ZBBp2fsfRhie16F1V2jCKA2y6gXNAK'),
  disable_sbpf_v0_execution: gate('TestFeature11111111111111111111111111111111'),
  disable_sbpf_v0_v1_v2_deployment: gate('B8JJXCy5amZyWG9r7EnUYLwzXSXTxG7GZ1qZ1qggo83g'),
  double_disinflation_rate: gate('55oikhjJ2LUi1xdgJ17ueRyHFURZEw32asT3iAKfh7gg'),
  enable_big_mod_exp_syscall: gate('expH2ppKPW2ANEdEmAjfhSEcnBQJfmoX4FjuNpe9ttg'),
  enable_extend_program_checked: gate('ExtendProgCheckedWi11BeDe1eted11111111111111'),
  enable_loader_v4: gate('LoaderV4WasAbandoned11111111111111111111111'),
  enable_sha512_syscall: gate('s512oDwgx8hjMnaQjXfqqrZroVj4HvC6TkN3iSSWXCh'),
  enable_turbine_extended_fanout_experiments: gate('turbRpTzBzDU6PJmWvRTbcJXXGxUs19CvQamUrRD9bN'),
  enable_zk_proof_from_account: gate('zkiTNuzBKxrCLMKehzuQeKZyLtX2yvFcEKMML8nExU8'),
  enable_zk_transfer_with_fee: gate('zkNLP7EQALfC1TYeB3biDU7akDckj8iPkvh9y2Mt2K3'),
  full_inflation_devnet_and_testnet: gate('DT4n6ABDqs6w4bnfwrXT9rsprcPf6cdDga1egctaPkLC'),
  include_loaded_accounts_data_size_in_fee_calculation: gate('EaQpmC6GtRssaZ3PCUM5YksGqUdMLeZ46BQXYtHYakDS'),
  increase_tx_account_lock_limit: gate('9LZdXeKGeBV6hRLdxS1rHbHoEUsKqesCC2ZAPTPKJAbK'),
  libsecp256k1_fail_on_bad_count: gate('8aXvSuopd1PUj7UhehfXJRg6619RHp8ZvwTyyJHdUYsj'),
  raise_cpi_nesting_limit_to_8: gate('6TkHkRmP7JZy1fdM6fg5uXn76wChQBWGokHBJzrLB3mj'),
  reduce_slot_time_to_200ms: gate('iBRLjhJnkmDZgNoZRDMW11d8ZV7HvsL3vAyRjZB5npW'),
  reenable_sbpf_v0_execution: gate('TestFeature21111111111111111111111111111111'),
  relax_fee_payer_constraint: gate('FEEXbxUuKobtrt1qNK5pjtzbPQhsppBTrNNG74xu4mai'),
  remaining_compute_units_syscall_enabled: gate('5TuppMutoyzhUSfuYdhgzD47F92GL1g89KpCZQKqedxP'),
  set_lamports_per_byte_to_1322: gate('rntD7invRBswCAdKtRsh1G4psKjrPdS3BKqtnA78C7N'),
  set_lamports_per_byte_to_2575: gate('rntCigrTppP5JdZz7K8TyN9sMzLdAcXp8SejYpVpX6D'),
  set_lamports_per_byte_to_696: gate('rntTjNZ9boq8owDxjGVFHPfWNQPDaKiM5JcjxmDGg47'),
  set_lamports_per_byte_to_6960: gate('rnt8ZQpz2HYhX3DkYBDGjJS1a36mYq69oXka7JrhEdi'),
  stake_raise_minimum_delegation_to_1_sol: gate('9onWzzvCzNC2jfhxxeqRgs5q7nFAAKpCUvkj6T6GJK9i'),
  verify_retransmitter_signature: gate('51VCKU5eV6mcTc9q9ArfWELU2CqDoi13hdAjr6fHMdtv'),
  virtual_address_space_adjustments: gate('7VgiehxNxu53KdxgLspGQY8myE6f7UokaWa4jsGcaSz'),
  vote_account_initialize_v2: gate('VoteAccount1nitia1izeV211111111111111111111'),
  vote_only_retransmitter_signed_fec_sets: gate('RfEcA95xnhuwooVAhUUksEJLZBF7xKCLuqrJoqk4Zph'),
  zk_token_sdk_enabled: gate('zk1snxsc6Fh3wsGNbbHAJNHiJoYgF29mMnTSusGx5EJ'),
} as const satisfies Record<string, FeatureGate>;

export type FeatureName = keyof typeof FEATURE_GATES;
/** Which gates are active. */
export type RuntimeFeatures = { readonly [N in FeatureName]: boolean };
/** A gate's name, or the address of its account. */
export type FeatureId = FeatureName | Pubkey | (string & {});

export const FEATURE_NAMES = Object.keys(FEATURE_GATES) as readonly FeatureName[];
let nameOfAddress: Map<string, FeatureName> | undefined;

/** The slot of mainnet's newest activation. */
export const LATEST_MAINNET_ACTIVATION_SLOT: number = Math.max(
  ...FEATURE_NAMES.map((name) => FEATURE_GATES[name].mainnet ?? 0),
);

/** A set of active gates, each with the slot it was activated at. A value: `with` and `without` make a new one. */
export class FeatureSet {
  readonly runtime: RuntimeFeatures;
  readonly #makeSlots: () => ReadonlyMap<FeatureName, bigint>;
  #madeSlots: ReadonlyMap<FeatureName, bigint> | undefined;
  /** One object for all, because what programs are loaded for is remembered by it. */
  static #mainnet: FeatureSet | undefined;

  private constructor(isActive: (name: FeatureName) => boolean, makeSlots: () => ReadonlyMap<FeatureName, bigint>) {
    const runtime: { [N in FeatureName]?: boolean } = {};
    for (const name of FEATURE_NAMES) runtime[name] = isActive(name);
    this.runtime = readFast(runtime as RuntimeFeatures);
    this.#makeSlots = makeSlots;
  }

  static #from(slots: ReadonlyMap<FeatureName, bigint>): FeatureSet {
    return new FeatureSet(
      (name) => slots.has(name),
      () => slots,
    );
  }

  /** Made when they are asked for: a fresh process wants to know what is active, not since when. */
  get #slots(): ReadonlyMap<FeatureName, bigint> {
    return (this.#madeSlots ??= this.#makeSlots());
  }

  /** What is active on mainnet-beta, at the slots of its activation there. */
  static mainnet(): FeatureSet {
    return (FeatureSet.#mainnet ??= new FeatureSet((name) => FEATURE_GATES[name].mainnet !== undefined, mainnetSlots));
  }

  /** Every gate known, activated at slot 0. */
  static all(): FeatureSet {
    return FeatureSet.#from(new Map(FEATURE_NAMES.map((name) => [name, 0n])));
  }

  static none(): FeatureSet {
    return FeatureSet.#from(new Map());
  }

  /**
   * These gates, each with the slot it was activated at.
   *
   * @throws ParhelionError `UNKNOWN_FEATURE`
   */
  static of(slots: Iterable<readonly [FeatureId, bigint]>): FeatureSet {
    const known = new Map<FeatureName, bigint>();
    for (const [feature, slot] of slots) known.set(featureName(feature), slot);
    return FeatureSet.#from(known);
  }

  /**
   * This set with one more gate, activated at `slot`.
   *
   * @throws ParhelionError `UNKNOWN_FEATURE`
   */
  with(feature: FeatureId, slot = 0n): FeatureSet {
    return FeatureSet.#from(new Map(this.#slots).set(featureName(feature), slot));
  }

  /**
   * This set without these gates.
   *
   * @throws ParhelionError `UNKNOWN_FEATURE`
   */
  without(...features: readonly FeatureId[]): FeatureSet {
    const slots = new Map(this.#slots);
    for (const feature of features) slots.delete(featureName(feature));
    return FeatureSet.#from(slots);
  }

  /**
   * The base58 address of a gate.
   *
   * @throws ParhelionError `UNKNOWN_FEATURE`
   */
  static addressOf(feature: FeatureId): string {
    return FEATURE_GATES[featureName(feature)].address;
  }

  /** @throws ParhelionError `UNKNOWN_FEATURE` */
  isActive(feature: FeatureId): boolean {
    return this.runtime[featureName(feature)];
  }

  /** @throws ParhelionError `UNKNOWN_FEATURE` */
  activatedSlot(feature: FeatureId): bigint | undefined {
    return this.#slots.get(featureName(feature));
  }

  /** The active gates, by name. */
  get active(): readonly FeatureName[] {
    return [...this.#slots.keys()];
  }
}

/** Look-ups after which V8 takes note of where a piece of code finds things. */
const LOOK_UPS = 16;

/**
 * The same record. V8 keeps so many properties as a hash table, and a call between programs reads some thirty of them; but
 * not those of an object that others are seen to inherit from.
 */
function readFast(features: RuntimeFeatures): RuntimeFeatures {
  const heir: RuntimeFeatures = Object.create(features);
  const lookUp = (from: RuntimeFeatures): boolean => from.virtual_address_space_adjustments;
  for (let i = 0; i < LOOK_UPS; i++) lookUp(heir);
  return features;
}

function mainnetSlots(): Map<FeatureName, bigint> {
  const slots = new Map<FeatureName, bigint>();
  for (const name of FEATURE_NAMES) {
    const slot = FEATURE_GATES[name].mainnet;
    if (slot !== undefined) slots.set(name, BigInt(slot));
  }
  return slots;
}

function featureName(feature: FeatureId): FeatureName {
  const text = `${feature}`;
  if (Object.hasOwn(FEATURE_GATES, text)) return text as FeatureName;
  nameOfAddress ??= new Map(FEATURE_NAMES.map((each) => [FEATURE_GATES[each].address, each]));
  const name = nameOfAddress.get(text);
  if (name === undefined) throw new ParhelionError('UNKNOWN_FEATURE', { feature: text });
  return name;
}
