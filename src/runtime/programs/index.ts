// The programs that are part of the runtime, by address. Each charges its own units first.
// Source: agave builtins/src/lib.rs; the names are the content of the accounts, as npm litesvm 1.5.0 creates them.

import { PubkeyMap } from '../../wire/pubkey-map.ts';
import {
  BPF_LOADER_DEPRECATED_ID,
  BPF_LOADER_ID,
  BPF_LOADER_UPGRADEABLE_ID,
  COMPUTE_BUDGET_ID,
  LOADER_V4_ID,
  SYSTEM_PROGRAM_ID,
  VOTE_PROGRAM_ID,
  ZK_ELGAMAL_PROOF_ID,
} from '../addresses.ts';
import type { BuiltinProgram } from '../program-cache.ts';
import { processBpfLoader } from './bpf-loader.ts';
import { processComputeBudget } from './compute-budget.ts';
import { processLoaderV4 } from './loader-v4.ts';
import { processSystem } from './system.ts';
import { processVoteProgram } from './vote/vote-processor.ts';
import { processZkElGamalProof } from './zk-elgamal-proof.ts';

export const BUILTINS: PubkeyMap<BuiltinProgram> = new PubkeyMap<BuiltinProgram>()
  .set(SYSTEM_PROGRAM_ID, { name: 'solana_system_program', process: processSystem })
  .set(VOTE_PROGRAM_ID, { name: 'solana_vote_program', process: processVoteProgram })
  .set(COMPUTE_BUDGET_ID, { name: 'compute_budget_program', process: processComputeBudget })
  .set(BPF_LOADER_DEPRECATED_ID, { name: 'solana_bpf_loader_program', process: processBpfLoader })
  .set(BPF_LOADER_ID, { name: 'solana_bpf_loader_program', process: processBpfLoader })
  .set(BPF_LOADER_UPGRADEABLE_ID, { name: 'solana_bpf_loader_upgradeable_program', process: processBpfLoader })
  .set(LOADER_V4_ID, { name: 'loader_v4', feature: 'enable_loader_v4', process: processLoaderV4 })
  .set(ZK_ELGAMAL_PROOF_ID, {
    name: 'zk_elgamal_proof_program',
    feature: 'zk_elgamal_proof_program_enabled',
    process: processZkElGamalProof,
  });
