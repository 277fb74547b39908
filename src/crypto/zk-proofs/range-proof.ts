// Bulletproofs: that up to eight committed values are each below a power of two, 64, 128 or 256 bits in all. The whole
// verification is one equation over some 2·n points, of which the generators are the same for every proof.
// Source: zk-elgamal-proof zk-sdk/src/range_proof and zk-sdk/src/zk_elgamal_proof_program/batched_range_proof, version
// 7.0.1; the scheme is that of eprint.iacr.org/2017/1066, section 4.2 and 6.2.

import { ristretto255_hasher } from '@noble/curves/ed25519.js';
import { shake256 } from '@noble/hashes/sha3.js';
import {
  add,
  decodePoint,
  Equation,
  G,
  H,
  inv,
  LEN,
  mul,
  ONE,
  Reader,
  type RistrettoPoint,
  reject,
  sub,
  ZERO,
} from './group.ts';
import { ProofRejection } from './rejection.ts';
import type { Verifier } from './sigma-proofs.ts';
import { Transcript } from './transcript.ts';

export const MAX_COMMITMENTS = 8;
const MAX_BIT_LENGTH = 64;

/** Points that nobody knows a relation of, the same for everyone: as many as anybody asked for. */
class Generators {
  readonly #stream: ReturnType<typeof shake256.create>;
  readonly #points: RistrettoPoint[] = [];

  constructor(label: string) {
    this.#stream = shake256.create().update(Uint8Array.from(`GeneratorsChain${label}`, (char) => char.charCodeAt(0)));
  }

  first(count: number): readonly RistrettoPoint[] {
    while (this.#points.length < count) this.#points.push(ristretto255_hasher.deriveToCurve!(this.#stream.xof(64)));
    return this.#points;
  }
}
const G_CHAIN = new Generators('G');
const H_CHAIN = new Generators('H');

/** A range proof of `bits` in all. */
export function verifyBatchedRangeProof(bits: 64 | 128 | 256): Verifier {
  return (context, proof) => {
    const commitmentBytes = context.subarray(0, MAX_COMMITMENTS * LEN);
    const bitLengthBytes = context.subarray(MAX_COMMITMENTS * LEN);
    const commitments = readCommitments(commitmentBytes);
    const bitLengths = [...bitLengthBytes.subarray(0, commitments.length)];
    if (commitments.length === 0) reject('IllegalCommitmentLength');
    if (bitLengths.some((length) => length === 0 || length > MAX_BIT_LENGTH)) reject('IllegalAmountBitLength');
    const rest = [commitmentBytes.subarray(commitments.length * LEN), bitLengthBytes.subarray(commitments.length)];
    if (rest.some((bytes) => bytes.some((byte) => byte !== 0))) reject('ProofContext');
    if (bitLengths.reduce((sum, length) => sum + length) !== bits) reject('IllegalCommitmentLength');
    const transcript = new Transcript('batched-range-proof-instruction');
    transcript.append('commitments', commitmentBytes);
    transcript.append('bit-lengths', bitLengthBytes);
    try {
      verifyRangeProof(transcript, commitments, bitLengths, bits, proof);
    } catch (failure) {
      if (!(failure instanceof ProofRejection)) throw failure;
      throw new ProofRejection(`RangeProof(${failure.text})`);
    }
  };
}

/** The commitments before the first that is all zeros. */
function readCommitments(bytes: Uint8Array): RistrettoPoint[] {
  const commitments: RistrettoPoint[] = [];
  for (let at = 0; at < bytes.length; at += LEN) {
    const encoded = bytes.subarray(at, at + LEN);
    if (encoded.every((byte) => byte === 0)) break;
    commitments.push(decodePoint(encoded) ?? reject('ProofContext'));
  }
  return commitments;
}

function verifyRangeProof(
  transcript: Transcript,
  commitments: readonly RistrettoPoint[],
  bitLengths: readonly number[],
  bits: number,
  bytes: Uint8Array,
): void {
  const proof = new Reader(bytes);
  const [A, S, T1, T2] = [proof.take(), proof.take(), proof.take(), proof.take()];
  const scalars = new Reader(bytes.subarray(4 * LEN));
  const [tx, txBlinding, eBlinding] = [scalars.scalar(), scalars.scalar(), scalars.scalar()];
  const [txBytes, txBlindingBytes, eBlindingBytes] = [proof.take(), proof.take(), proof.take()];
  const rounds = Array.from({ length: Math.log2(bits) }, () => ({ L: proof.take(), R: proof.take() }));
  const [aBytes, bBytes] = [proof.take(), proof.take()];
  const [a, b] = [new Reader(aBytes).scalar(), new Reader(bBytes).scalar()];

  transcript.append('dom-sep', 'range-proof');
  transcript.appendU64('n', BigInt(bits));
  transcript.appendChecked('A', A);
  transcript.appendChecked('S', S);
  const y = transcript.challenge('y');
  const z = transcript.challenge('z');
  transcript.appendChecked('T_1', T1);
  transcript.appendChecked('T_2', T2);
  const x = transcript.challenge('x');
  transcript.append('t_x', txBytes);
  transcript.append('t_x_blinding', txBlindingBytes);
  transcript.append('e_blinding', eBlindingBytes);
  const w = transcript.challenge('w');
  // Left over from an older form of the proof, and part of the transcript.
  transcript.challenge('c');
  transcript.append('dom-sep', 'inner-product');
  transcript.appendU64('n', BigInt(bits));
  const challenges = rounds.map(({ L, R }) => {
    transcript.appendChecked('L', L);
    transcript.appendChecked('R', R);
    return transcript.challenge('u');
  });
  transcript.append('ipp_a', aBytes);
  transcript.append('ipp_b', bBytes);
  const d = transcript.challenge('d');

  const zz = mul(z, z);
  const squares = challenges.map((u) => mul(u, u));
  const inverses = challenges.map((u) => inv(u));
  const s = innerProductScalars(squares, inverses);
  const decoded = (encoded: Uint8Array): RistrettoPoint => decodePoint(encoded) ?? reject('MultiscalarMul');
  const equation = new Equation()
    .add(ONE, decoded(A))
    .add(x, decoded(S))
    .add(d * x, decoded(T1))
    .add(mul(d, x) * x, decoded(T2))
    .add(-eBlinding - d * txBlinding, H)
    .add(w * sub(tx, mul(a, b)) + d * sub(delta(bitLengths, y, z), tx), G);
  rounds.forEach(({ L }, i) => {
    equation.add(squares[i], decoded(L));
  });
  rounds.forEach(({ R }, i) => {
    equation.add(mul(inverses[i], inverses[i]), decoded(R));
  });
  const [gs, hs] = [G_CHAIN.first(bits), H_CHAIN.first(bits)];
  const inverseOfY = inv(y);
  let [i, powerOfY, powerOfZ] = [0, ONE, ONE];
  commitments.forEach((commitment, j) => {
    let value = mul(zz, powerOfZ);
    equation.add(d * value, commitment);
    for (let bit = 0; bit < bitLengths[j]; bit++, i++) {
      equation.add(-z - a * s[i], gs[i]);
      equation.add(z + powerOfY * sub(value, mul(b, s[bits - 1 - i])), hs[i]);
      value = add(value, value);
      powerOfY = mul(powerOfY, inverseOfY);
    }
    powerOfZ = mul(powerOfZ, z);
  });
  equation.check();
}

/** The scalars that the rounds of an inner-product proof give the generators in the end. */
function innerProductScalars(squares: readonly bigint[], inverses: readonly bigint[]): bigint[] {
  const s = [inverses.reduce((product, inverse) => mul(product, inverse))];
  for (let round = squares.length - 1; round >= 0; round--) {
    for (const scalar of s.slice()) s.push(mul(scalar, squares[round]));
  }
  return s;
}

/** (z − z²)·⟨1, yⁿ⟩ − Σ zʲ⁺³·⟨1, 2ⁿʲ⟩ */
function delta(bitLengths: readonly number[], y: bigint, z: bigint): bigint {
  const bits = bitLengths.reduce((sum, length) => sum + length);
  let [sum, power] = [ZERO, ONE];
  for (let i = 0; i < bits; i++) {
    sum = add(sum, power);
    power = mul(power, y);
  }
  const zz = mul(z, z);
  let result = mul(sub(z, zz), sum);
  let powerOfZ = mul(zz, z);
  for (const length of bitLengths) {
    result = sub(result, mul(powerOfZ, (1n << BigInt(length)) - 1n));
    powerOfZ = mul(powerOfZ, z);
  }
  return result;
}
