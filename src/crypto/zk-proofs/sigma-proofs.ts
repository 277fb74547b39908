// Sigma proofs: that a key, ciphertexts and commitments are what they should be, without saying what is in them. Each
// verifier takes the context, which is what is claimed, and the proof: commitments Y, then responses z. The order is the
// contract: the context's points are decoded, the proof's scalars, then identities refused, the transcript spoken, and
// the proof's points decoded last. `w` joins the equations of a proof into one.
// Source: zk-elgamal-proof zk-sdk/src/sigma_proofs and zk-sdk/src/zk_elgamal_proof_program, version 7.0.1.

import { Equation, G, H, LEN, mul, Reader, type RistrettoPoint, reject } from './group.ts';
import { ProofRejection } from './rejection.ts';
import { Transcript } from './transcript.ts';

/** Checks a proof; throws `ProofRejection`. */
export type Verifier = (context: Uint8Array, proof: Uint8Array) => void;

const BAD_PUBKEY = 'ElGamal(PubkeyDeserialization)';
const BAD_CIPHERTEXT = 'ElGamal(CiphertextDeserialization)';

/** The same verifier, with rejections under the proof's name. Those of the context keep theirs. */
function named(name: string, verify: (context: Reader, proof: Reader) => void): Verifier {
  return (context, proof) => {
    try {
      verify(new Reader(context), new Reader(proof));
    } catch (failure) {
      if (!(failure instanceof ProofRejection) || failure.text.startsWith('ElGamal')) throw failure;
      throw new ProofRejection(`SigmaProof(${name}, ${failure.text})`);
    }
  };
}

/** An encoded value and its points. */
interface Encoded {
  readonly bytes: Uint8Array;
  readonly points: readonly RistrettoPoint[];
}

function readEncoded(reader: Reader, count: number, otherwise: string): Encoded {
  const bytes = reader.take(count * LEN);
  const parts = new Reader(bytes);
  return { bytes, points: Array.from({ length: count }, () => parts.point(otherwise)) };
}
const readPubkey = (context: Reader): Encoded => readEncoded(context, 1, BAD_PUBKEY);
const readCommitment = (context: Reader): Encoded => readEncoded(context, 1, BAD_CIPHERTEXT);
/** A commitment, and a handle for each key. */
const readCiphertext = (context: Reader, handles = 1): Encoded => readEncoded(context, 1 + handles, BAD_CIPHERTEXT);

function refuseIdentity(...points: readonly RistrettoPoint[]): void {
  if (points.some((point) => point.is0())) reject('IdentityPoint');
}

const decode = (bytes: Uint8Array): RistrettoPoint => new Reader(bytes).point('Deserialization');

/** Appends responses and draws what joins the equations. */
function respond(
  transcript: Transcript,
  ...responses: readonly (readonly [label: string, bytes: Uint8Array])[]
): bigint {
  for (const [label, bytes] of responses) transcript.append(label, bytes);
  return transcript.challenge('w');
}

/** A response as bytes and as a scalar. */
function readScalar(proof: Reader): { readonly bytes: Uint8Array; readonly value: bigint } {
  const bytes = proof.take();
  return { bytes, value: new Reader(bytes).scalar() };
}

/** The prover knows the secret key. */
export const verifyPubkeyValidity: Verifier = named('PubkeyValidity', (context, proof) => {
  const pubkey = readPubkey(context);
  const [P] = pubkey.points;
  const Y = proof.take();
  const z = proof.scalar();
  const transcript = new Transcript('pubkey-validity-instruction');
  transcript.append('pubkey', pubkey.bytes);
  transcript.append('dom-sep', 'pubkey-proof');
  refuseIdentity(P);
  transcript.appendChecked('Y', Y);
  const c = transcript.challenge('c');
  new Equation().add(z, H).add(-c, P).add(-1n, decode(Y)).check();
});

/** A ciphertext holds zero. */
export const verifyZeroCiphertext: Verifier = named('ZeroCiphertext', (context, proof) => {
  const pubkey = readPubkey(context);
  const ciphertext = readCiphertext(context);
  const [P] = pubkey.points;
  const [C, D] = ciphertext.points;
  const [YP, YD] = [proof.take(), proof.take()];
  const z = readScalar(proof);
  refuseIdentity(P, C, D);
  const transcript = new Transcript('zero-ciphertext-instruction');
  transcript.append('pubkey', pubkey.bytes);
  transcript.append('ciphertext', ciphertext.bytes);
  transcript.append('dom-sep', 'zero-ciphertext-proof');
  transcript.appendChecked('Y_P', YP);
  transcript.append('Y_D', YD);
  const c = transcript.challenge('c');
  const w = respond(transcript, ['z', z.bytes]);
  new Equation()
    .add(z.value, P)
    .add(-c, H)
    .add(-1n, decode(YP))
    .add(w * z.value, D)
    .add(-w * c, C)
    .add(-w, decode(YD))
    .check();
});

/** Two ciphertexts, of two keys, hold the same. The second may be all identities, as new token accounts have them. */
export const verifyCiphertextCiphertextEquality: Verifier = named('Equality', (context, proof) => {
  const [first, second] = [readPubkey(context), readPubkey(context)];
  const [firstText, secondText] = [readCiphertext(context), readCiphertext(context)];
  const Y = [proof.take(), proof.take(), proof.take(), proof.take()];
  const [zs, zx, zr] = [readScalar(proof), readScalar(proof), readScalar(proof)];
  const [P1, P2] = [first.points[0], second.points[0]];
  const [C1, D1] = firstText.points;
  const [C2, D2] = secondText.points;
  refuseIdentity(P1, P2, C1, D1);
  const transcript = new Transcript('ciphertext-ciphertext-equality-instruction');
  transcript.append('first-pubkey', first.bytes);
  transcript.append('second-pubkey', second.bytes);
  transcript.append('first-ciphertext', firstText.bytes);
  transcript.append('second-ciphertext', secondText.bytes);
  transcript.append('dom-sep', 'ciphertext-ciphertext-equality-proof');
  Y.forEach((point, i) => {
    transcript.appendChecked(`Y_${i}`, point);
  });
  const c = transcript.challenge('c');
  const w = respond(transcript, ['z_s', zs.bytes], ['z_x', zx.bytes], ['z_r', zr.bytes]);
  const [w2, w3] = powers(w);
  const [Y0, Y1, Y2, Y3] = Y.map(decode);
  new Equation()
    .add(zs.value, P1)
    .add(w2 * zr.value - c, H)
    .add(-1n, Y0)
    .add((w + w2) * zx.value, G)
    .add(w * zs.value, D1)
    .add(-w * c, C1)
    .add(-w, Y1)
    .add(-w2 * c, C2)
    .add(-w2, Y2)
    .add(w3 * zr.value, P2)
    .add(-w3 * c, D2)
    .add(-w3, Y3)
    .check();
});

/** A ciphertext holds what a commitment commits to. */
export const verifyCiphertextCommitmentEquality: Verifier = named('Equality', (context, proof) => {
  const pubkey = readPubkey(context);
  const ciphertext = readCiphertext(context);
  const commitment = readCommitment(context);
  const Y = [proof.take(), proof.take(), proof.take()];
  const [zs, zx, zr] = [readScalar(proof), readScalar(proof), readScalar(proof)];
  const [P] = pubkey.points;
  const [C, D] = ciphertext.points;
  const [committed] = commitment.points;
  refuseIdentity(P, C, D, committed);
  const transcript = new Transcript('ciphertext-commitment-equality-instruction');
  transcript.append('pubkey', pubkey.bytes);
  transcript.append('ciphertext', ciphertext.bytes);
  transcript.append('commitment', commitment.bytes);
  transcript.append('dom-sep', 'ciphertext-commitment-equality-proof');
  Y.forEach((point, i) => {
    transcript.appendChecked(`Y_${i}`, point);
  });
  const c = transcript.challenge('c');
  const w = respond(transcript, ['z_s', zs.bytes], ['z_x', zx.bytes], ['z_r', zr.bytes]);
  const [w2] = powers(w);
  const [Y0, Y1, Y2] = Y.map(decode);
  new Equation()
    .add(zs.value, P)
    .add(w2 * zr.value - c, H)
    .add(-1n, Y0)
    .add((w + w2) * zx.value, G)
    .add(w * zs.value, D)
    .add(-w * c, C)
    .add(-w, Y1)
    .add(-w2 * c, committed)
    .add(-w2, Y2)
    .check();
});

/** A fee is a percentage of an amount, or the cap of fees. */
export const verifyPercentageWithCap: Verifier = named('PercentageWithCap', (context, proof) => {
  const [percentage, delta, claimed] = [readCommitment(context), readCommitment(context), readCommitment(context)];
  const maxValue = context.take(8);
  const YMax = proof.take();
  const [zMax, cMax] = [readScalar(proof), readScalar(proof)];
  const [YDelta, YClaimed] = [proof.take(), proof.take()];
  const [zx, zDelta, zClaimed] = [readScalar(proof), readScalar(proof), readScalar(proof)];
  const [CMax, CDelta, CClaimed] = [percentage, delta, claimed].map(({ points }) => points[0]);
  refuseIdentity(CMax, CDelta, CClaimed);
  const transcript = new Transcript('percentage-with-cap-instruction');
  transcript.append('percentage-commitment', percentage.bytes);
  transcript.append('delta-commitment', delta.bytes);
  transcript.append('claimed-commitment', claimed.bytes);
  transcript.append('max-value', maxValue);
  transcript.append('dom-sep', 'percentage-with-cap-proof');
  transcript.appendChecked('Y_max_proof', YMax);
  transcript.appendChecked('Y_delta', YDelta);
  transcript.appendChecked('Y_claimed', YClaimed);
  const [max, deltaPoint, claimedPoint] = [decode(YMax), decode(YDelta), decode(YClaimed)];
  const c = transcript.challenge('c');
  const cEquality = c - cMax.value;
  const w = respond(
    transcript,
    ['z_max', zMax.bytes],
    ['c_max_proof', cMax.bytes],
    ['z_x', zx.bytes],
    ['z_delta_real', zDelta.bytes],
    ['z_claimed', zClaimed.bytes],
  );
  const [w2] = powers(w);
  const m = new DataView(maxValue.buffer, maxValue.byteOffset).getBigUint64(0, true);
  new Equation()
    .add(cMax.value, CMax)
    .add((w + w2) * zx.value - cMax.value * m, G)
    .add(w * zDelta.value + w2 * zClaimed.value - zMax.value, H)
    .add(1n, max)
    .add(-w * cEquality, CDelta)
    .add(-w, deltaPoint)
    .add(-w2 * cEquality, CClaimed)
    .add(-w2, claimedPoint)
    .check();
});

const ORDINALS = ['first', 'second', 'third'];

/**
 * The handles of a grouped ciphertext belong to the same opening as its commitment. The last key, an auditor's, may be
 * the identity. Batched: of two ciphertexts at once, joined by a challenge.
 */
function verifyGroupedCiphertext(handles: 2 | 3, isBatched: boolean): Verifier {
  return named('ValidityProof', (context, proof) => {
    const pubkeys = Array.from({ length: handles }, () => readPubkey(context));
    const texts = Array.from({ length: isBatched ? 2 : 1 }, () => readCiphertext(context, handles));
    const Y = Array.from({ length: handles + 1 }, () => proof.take());
    const [zr, zx] = [readScalar(proof), readScalar(proof)];
    const keys = pubkeys.map(({ points }) => points[0]);
    refuseIdentity(...keys.slice(0, -1), ...texts.map(({ points }) => points[0]));
    const transcript = new Transcript(
      `${isBatched ? 'batched-' : ''}grouped-ciphertext-validity-${handles}-handles-instruction`,
    );
    pubkeys.forEach(({ bytes }, i) => {
      transcript.append(`${ORDINALS[i]}-pubkey`, bytes);
    });
    let [points] = texts.map((text) => text.points);
    if (isBatched) {
      const [low, high] = texts;
      transcript.append('grouped-ciphertext-lo', low.bytes);
      transcript.append('grouped-ciphertext-hi', high.bytes);
      transcript.append('dom-sep', 'batched-validity-proof');
      transcript.appendU64('handles', BigInt(handles));
      const t = transcript.challenge('t');
      points = low.points.map((point, i) => point.add(high.points[i].multiplyUnsafe(t)));
    } else {
      transcript.append('grouped-ciphertext', texts[0].bytes);
    }
    transcript.append('dom-sep', 'validity-proof');
    transcript.appendU64('handles', BigInt(handles));
    Y.forEach((point, i) => {
      if (i < handles) transcript.appendChecked(`Y_${i}`, point);
      else transcript.append(`Y_${i}`, point);
    });
    const c = transcript.challenge('c');
    const w = respond(transcript, ['z_r', zr.bytes], ['z_x', zx.bytes]);
    const decoded = Y.map(decode);
    const [C, ...D] = points;
    const equation = new Equation().add(zr.value, H).add(zx.value, G).add(-c, C).add(-1n, decoded[0]);
    let power = w;
    keys.forEach((key, i) => {
      equation
        .add(power * zr.value, key)
        .add(-power * c, D[i])
        .add(-power, decoded[i + 1]);
      power = mul(power, w);
    });
    equation.check();
  });
}

export const verifyGroupedCiphertext2: Verifier = verifyGroupedCiphertext(2, false);
export const verifyBatchedGroupedCiphertext2: Verifier = verifyGroupedCiphertext(2, true);
export const verifyGroupedCiphertext3: Verifier = verifyGroupedCiphertext(3, false);
export const verifyBatchedGroupedCiphertext3: Verifier = verifyGroupedCiphertext(3, true);

/** The square and the cube. */
function powers(w: bigint): [bigint, bigint] {
  const square = mul(w, w);
  return [square, mul(square, w)];
}
