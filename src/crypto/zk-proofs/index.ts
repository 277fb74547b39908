// The zero-knowledge proofs of confidential transfers, by the tag of the instruction that verifies them.
// Source: zk-elgamal-proof interface/src/instruction.rs, ProofInstruction; the lengths: interface/src/proof_data.

import { verifyBatchedRangeProof } from './range-proof.ts';
import { ProofRejection } from './rejection.ts';
import * as sigma from './sigma-proofs.ts';

export interface ProofKind {
  /** Spelled as in the instruction, without `Verify`. */
  readonly name: string;
  /** Bytes of what is claimed, and of its proof. */
  readonly contextLen: number;
  readonly proofLen: number;
  readonly verify: sigma.Verifier;
}

const RANGE_CONTEXT_LEN = 264;

/** From tag 1 on. */
const KINDS: readonly ProofKind[] = [
  { name: 'ZeroCiphertext', contextLen: 96, proofLen: 96, verify: sigma.verifyZeroCiphertext },
  {
    name: 'CiphertextCiphertextEquality',
    contextLen: 192,
    proofLen: 224,
    verify: sigma.verifyCiphertextCiphertextEquality,
  },
  {
    name: 'CiphertextCommitmentEquality',
    contextLen: 128,
    proofLen: 192,
    verify: sigma.verifyCiphertextCommitmentEquality,
  },
  { name: 'PubkeyValidity', contextLen: 32, proofLen: 64, verify: sigma.verifyPubkeyValidity },
  { name: 'PercentageWithCap', contextLen: 104, proofLen: 256, verify: sigma.verifyPercentageWithCap },
  { name: 'BatchedRangeProofU64', contextLen: RANGE_CONTEXT_LEN, proofLen: 672, verify: verifyBatchedRangeProof(64) },
  { name: 'BatchedRangeProofU128', contextLen: RANGE_CONTEXT_LEN, proofLen: 736, verify: verifyBatchedRangeProof(128) },
  { name: 'BatchedRangeProofU256', contextLen: RANGE_CONTEXT_LEN, proofLen: 800, verify: verifyBatchedRangeProof(256) },
  {
    name: 'GroupedCiphertext2HandlesValidity',
    contextLen: 160,
    proofLen: 160,
    verify: sigma.verifyGroupedCiphertext2,
  },
  {
    name: 'BatchedGroupedCiphertext2HandlesValidity',
    contextLen: 256,
    proofLen: 160,
    verify: sigma.verifyBatchedGroupedCiphertext2,
  },
  {
    name: 'GroupedCiphertext3HandlesValidity',
    contextLen: 224,
    proofLen: 192,
    verify: sigma.verifyGroupedCiphertext3,
  },
  {
    name: 'BatchedGroupedCiphertext3HandlesValidity',
    contextLen: 352,
    proofLen: 192,
    verify: sigma.verifyBatchedGroupedCiphertext3,
  },
];

/** What the instruction of a tag verifies; the tag is also the type of the proof in a context account. */
export function proofKind(tag: number): ProofKind | undefined {
  return KINDS[tag - 1];
}

/** Why a proof is rejected, as Rust's debug output has it; undefined where it is accepted. */
export function rejectionOf(kind: ProofKind, context: Uint8Array, proof: Uint8Array): string | undefined {
  try {
    kind.verify(context, proof);
    return undefined;
  } catch (failure) {
    if (failure instanceof ProofRejection) return failure.text;
    throw failure;
  }
}
