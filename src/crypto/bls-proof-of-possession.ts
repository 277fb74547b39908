// Proofs that somebody holds the secret of a BLS12-381 key: a signature over a payload, under a domain of its own. Keys
// are points of G1, proofs points of G2, both compressed.
// Newer versions of the source sign the key behind the payload; Agave 4.3 (seen through LiteSVM) signs the payload alone.
// Source: solana-sdk bls-signatures/src/{hash.rs, pubkey/verify.rs, proof_of_possession/mod.rs}.

import { bls12_381 } from '@noble/curves/bls12-381.js';

const POP_DST = 'BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_';

/** Whether `proof` (96 bytes) by `publicKey` (48 bytes) over `payload` holds. */
export function verifyBlsProofOfPossession(proof: Uint8Array, publicKey: Uint8Array, payload: Uint8Array): boolean {
  const { G1, G2, pairingBatch, fields } = bls12_381;
  try {
    const key = G1.Point.fromBytes(publicKey);
    const signature = G2.Point.fromBytes(proof);
    key.assertValidity();
    signature.assertValidity();
    const message = G2.hashToCurve(payload, { DST: POP_DST });
    const product = pairingBatch([
      { g1: key, g2: message as typeof signature },
      { g1: G1.Point.BASE.negate(), g2: signature },
    ]);
    return fields.Fp12.eql(product, fields.Fp12.ONE);
  } catch {
    return false;
  }
}
