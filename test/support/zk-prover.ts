// Makes the proofs that the ZK ElGamal Proof program verifies: each function returns context and proof, as they stand in
// an instruction behind its tag. Secrets are the same on each run. LiteSVM's verdict tells whether they are valid.
// Source: zk-elgamal-proof zk-sdk/src/sigma_proofs and range_proof; the scheme of range proofs: eprint.iacr.org/2017/1066.

import { ristretto255_hasher } from '@noble/curves/ed25519.js';
import { numberToBytesLE } from '@noble/curves/utils.js';
import { shake256 } from '@noble/hashes/sha3.js';
import { add, G, H, inv, mul, ONE, type RistrettoPoint, Scalars, sub, ZERO } from '../../src/crypto/zk-proofs/group.ts';
import { Transcript } from '../../src/crypto/zk-proofs/transcript.ts';
import { concatBytes } from '../../src/wire/bytes.ts';
import { u64 } from './bytes.ts';
import { seededBytes } from './syscall-oracle.ts';

const random = seededBytes(7);
const secret = (): bigint =>
  Scalars.create(BigInt(`0x${[...random(32)].map((b) => b.toString(16).padStart(2, '0')).join('')}`));
const bytesOf = (scalar: bigint): Uint8Array => numberToBytesLE(scalar, 32);
const times = (point: RistrettoPoint, scalar: bigint): RistrettoPoint => point.multiplyUnsafe(Scalars.create(scalar));
const commit = (value: bigint, opening: bigint): RistrettoPoint => times(G, value).add(times(H, opening));
const encode = (...points: readonly RistrettoPoint[]): Uint8Array =>
  concatBytes(points.map((point) => point.toBytes()));
/** The key of a secret: H, so often that the secret of them is one H. */
const keyOf = (secretKey: bigint): RistrettoPoint => times(H, inv(secretKey));

export function provePubkeyValidity(): Uint8Array {
  const s = secret();
  const context = encode(keyOf(s));
  const transcript = new Transcript('pubkey-validity-instruction');
  transcript.append('pubkey', context);
  transcript.append('dom-sep', 'pubkey-proof');
  const k = secret();
  const Y = times(H, k).toBytes();
  transcript.append('Y', Y);
  const c = transcript.challenge('c');
  return concatBytes([context, Y, bytesOf(add(mul(c, inv(s)), k))]);
}

/** @param amount what the ciphertext holds; the proof is valid for 0 */
export function proveZeroCiphertext(amount = 0n): Uint8Array {
  const s = secret();
  const r = secret();
  const P = keyOf(s);
  const D = times(P, r);
  const ciphertext = encode(commit(amount, r), D);
  const transcript = new Transcript('zero-ciphertext-instruction');
  transcript.append('pubkey', P.toBytes());
  transcript.append('ciphertext', ciphertext);
  transcript.append('dom-sep', 'zero-ciphertext-proof');
  const k = secret();
  const Y = [times(P, k), times(D, k)].map((point) => point.toBytes());
  transcript.append('Y_P', Y[0]);
  transcript.append('Y_D', Y[1]);
  const c = transcript.challenge('c');
  return concatBytes([P.toBytes(), ciphertext, ...Y, bytesOf(add(mul(c, s), k))]);
}

/** @param second what the second ciphertext holds; the proof is valid for 55, which the first one holds */
export function proveCiphertextCiphertextEquality(second = 55n, isSecondEmpty = false): Uint8Array {
  const amount = isSecondEmpty ? 0n : 55n;
  const s = secret();
  const [r1, r2] = [secret(), isSecondEmpty ? ZERO : secret()];
  const [P1, P2] = [keyOf(s), keyOf(secret())];
  const D1 = times(P1, r1);
  const first = encode(commit(amount, r1), D1);
  const other = encode(commit(isSecondEmpty ? 0n : second, r2), times(P2, r2));
  const transcript = new Transcript('ciphertext-ciphertext-equality-instruction');
  transcript.append('first-pubkey', P1.toBytes());
  transcript.append('second-pubkey', P2.toBytes());
  transcript.append('first-ciphertext', first);
  transcript.append('second-ciphertext', other);
  transcript.append('dom-sep', 'ciphertext-ciphertext-equality-proof');
  const [ks, kx, kr] = [secret(), secret(), secret()];
  const Y = [times(P1, ks), times(G, kx).add(times(D1, ks)), commit(kx, kr), times(P2, kr)].map((p) => p.toBytes());
  for (const [i, point] of Y.entries()) transcript.append(`Y_${i}`, point);
  const c = transcript.challenge('c');
  const z = [add(mul(c, s), ks), add(mul(c, amount), kx), add(mul(c, r2), kr)].map(bytesOf);
  return concatBytes([encode(P1, P2), first, other, ...Y, ...z]);
}

export function proveCiphertextCommitmentEquality(committed = 55n): Uint8Array {
  const s = secret();
  const [r, opening] = [secret(), secret()];
  const P = keyOf(s);
  const D = times(P, r);
  const ciphertext = encode(commit(55n, r), D);
  const commitment = encode(commit(committed, opening));
  const transcript = new Transcript('ciphertext-commitment-equality-instruction');
  transcript.append('pubkey', P.toBytes());
  transcript.append('ciphertext', ciphertext);
  transcript.append('commitment', commitment);
  transcript.append('dom-sep', 'ciphertext-commitment-equality-proof');
  const [ks, kx, kr] = [secret(), secret(), secret()];
  const Y = [times(P, ks), times(G, kx).add(times(D, ks)), commit(kx, kr)].map((point) => point.toBytes());
  for (const [i, point] of Y.entries()) transcript.append(`Y_${i}`, point);
  const c = transcript.challenge('c');
  const z = [add(mul(c, s), ks), add(mul(c, 55n), kx), add(mul(c, opening), kr)].map(bytesOf);
  return concatBytes([P.toBytes(), ciphertext, commitment, ...Y, ...z]);
}

/** @param percentage what the fee is; the proof is valid where it is the cap, 3, or delta and claim agree */
export function provePercentageWithCap(percentage: bigint, delta: bigint, claimed: bigint): Uint8Array {
  const cap = 3n;
  const isCapped = percentage === cap;
  const [rMax, rDelta, rClaimed] = [secret(), secret(), secret()];
  const points = [commit(percentage, rMax), commit(delta, rDelta), commit(claimed, rClaimed)];
  const [CMax, CDelta, CClaimed] = points;
  const transcript = new Transcript('percentage-with-cap-instruction');
  transcript.append('percentage-commitment', CMax.toBytes());
  transcript.append('delta-commitment', CDelta.toBytes());
  transcript.append('claimed-commitment', CClaimed.toBytes());
  transcript.appendU64('max-value', cap);
  transcript.append('dom-sep', 'percentage-with-cap-proof');
  // One of the two is proved, the other made up from its challenge.
  const [k, kx, kd, kc] = [secret(), secret(), secret(), secret()];
  const madeUp = secret();
  const overCap = CMax.subtract(times(G, cap));
  const Y = isCapped
    ? [times(H, k), commit(kx, kd).subtract(times(CDelta, madeUp)), commit(kx, kc).subtract(times(CClaimed, madeUp))]
    : [times(H, k).subtract(times(overCap, madeUp)), commit(kx, kd), commit(kx, kc)];
  const encoded = Y.map((point) => point.toBytes());
  transcript.append('Y_max_proof', encoded[0]);
  transcript.append('Y_delta', encoded[1]);
  transcript.append('Y_claimed', encoded[2]);
  const c = transcript.challenge('c');
  const cMax = isCapped ? sub(c, madeUp) : madeUp;
  const z = isCapped
    ? [add(mul(cMax, rMax), k), kx, kd, kc]
    : [k, ...[delta, rDelta, rClaimed].map((x, i) => add(mul(sub(c, madeUp), x), [kx, kd, kc][i]))];
  const [zMax, ...rest] = z.map(bytesOf);
  return concatBytes([encode(...points), u64(cap), encoded[0], zMax, bytesOf(cMax), encoded[1], encoded[2], ...rest]);
}

const ORDINALS = ['first', 'second', 'third'];

/** @param spoiled the last handle is of another opening; or the last key is no key, as where there is no auditor */
export function proveGroupedCiphertext(
  handles: 2 | 3,
  isBatched: boolean,
  variant?: 'spoiled' | 'no auditor',
): Uint8Array {
  const keys = Array.from({ length: handles }, () => keyOf(secret()));
  if (variant === 'no auditor') keys[handles - 1] = G.subtract(G);
  const amounts = isBatched ? [11n, 22n] : [11n];
  const openings = amounts.map(secret);
  const texts = amounts.map((amount, i) => {
    const decryptHandles = keys.map((key, j) =>
      times(key, variant === 'spoiled' && j === handles - 1 ? secret() : openings[i]),
    );
    return encode(commit(amount, openings[i]), ...decryptHandles);
  });
  const prefix = isBatched ? 'batched-' : '';
  const transcript = new Transcript(`${prefix}grouped-ciphertext-validity-${handles}-handles-instruction`);
  for (const [i, key] of keys.entries()) transcript.append(`${ORDINALS[i]}-pubkey`, key.toBytes());
  let [opening, amount] = [openings[0], amounts[0]];
  if (isBatched) {
    transcript.append('grouped-ciphertext-lo', texts[0]);
    transcript.append('grouped-ciphertext-hi', texts[1]);
    transcript.append('dom-sep', 'batched-validity-proof');
    transcript.appendU64('handles', BigInt(handles));
    const t = transcript.challenge('t');
    opening = add(opening, mul(t, openings[1]));
    amount = add(amount, mul(t, amounts[1]));
  } else {
    transcript.append('grouped-ciphertext', texts[0]);
  }
  transcript.append('dom-sep', 'validity-proof');
  transcript.appendU64('handles', BigInt(handles));
  const [kr, kx] = [secret(), secret()];
  const Y = [commit(kx, kr), ...keys.map((key) => times(key, kr))].map((point) => point.toBytes());
  for (const [i, point] of Y.entries()) transcript.append(`Y_${i}`, point);
  const c = transcript.challenge('c');
  return concatBytes([
    encode(...keys),
    ...texts,
    ...Y,
    bytesOf(add(mul(c, opening), kr)),
    bytesOf(add(mul(c, amount), kx)),
  ]);
}

function generators(label: string, count: number): RistrettoPoint[] {
  const stream = shake256.create().update(new TextEncoder().encode(`GeneratorsChain${label}`));
  return Array.from({ length: count }, () => ristretto255_hasher.deriveToCurve!(stream.xof(64)));
}

const inner = (a: readonly bigint[], b: readonly bigint[]): bigint =>
  a.reduce((sum, item, i) => add(sum, mul(item, b[i])), ZERO);
const combine = (scalars: readonly bigint[], points: readonly RistrettoPoint[]): RistrettoPoint =>
  scalars.reduce((sum, scalar, i) => sum.add(times(points[i], scalar)), G.subtract(G));

/** @param amounts each with its number of bits, which make 64, 128 or 256 together; a proof for more bits than those is no proof */
export function proveRange(amounts: readonly (readonly [amount: bigint, bits: number])[]): Uint8Array {
  const n = amounts.reduce((sum, [, bits]) => sum + bits, 0);
  const openings = amounts.map(secret);
  const commitments = new Uint8Array(8 * 32);
  commitments.set(encode(...amounts.map(([amount], j) => commit(amount, openings[j]))));
  const bitLengths = new Uint8Array(8);
  bitLengths.set(amounts.map(([, bits]) => bits));
  const transcript = new Transcript('batched-range-proof-instruction');
  transcript.append('commitments', commitments);
  transcript.append('bit-lengths', bitLengths);
  transcript.append('dom-sep', 'range-proof');
  transcript.appendU64('n', BigInt(n));
  let [gs, hs] = [generators('G', n), generators('H', n)];
  const aL = amounts.flatMap(([amount, bits]) => Array.from({ length: bits }, (_, i) => (amount >> BigInt(i)) & 1n));
  const aR = aL.map((bit) => sub(bit, ONE));
  const [sL, sR] = [aL.map(secret), aL.map(secret)];
  const [alpha, rho, tau1, tau2] = [secret(), secret(), secret(), secret()];
  const A = times(H, alpha).add(combine(aL, gs)).add(combine(aR, hs)).toBytes();
  const S = times(H, rho).add(combine(sL, gs)).add(combine(sR, hs)).toBytes();
  transcript.append('A', A);
  transcript.append('S', S);
  const [y, z] = [transcript.challenge('y'), transcript.challenge('z')];
  const [l0, l1] = [aL.map((bit) => sub(bit, z)), sL];
  const r0: bigint[] = [];
  const r1: bigint[] = [];
  let [i, powerOfY, powerOfZ, blinding] = [0, ONE, mul(z, z), ZERO];
  amounts.forEach(([, bits], j) => {
    blinding = add(blinding, mul(powerOfZ, openings[j]));
    for (let bit = 0; bit < bits; bit++, i++) {
      r0.push(add(mul(powerOfY, add(aR[i], z)), mul(powerOfZ, 1n << BigInt(bit))));
      r1.push(mul(powerOfY, sR[i]));
      powerOfY = mul(powerOfY, y);
    }
    powerOfZ = mul(powerOfZ, z);
  });
  const t1 = add(inner(l0, r1), inner(l1, r0));
  const t2 = inner(l1, r1);
  const [T1, T2] = [commit(t1, tau1).toBytes(), commit(t2, tau2).toBytes()];
  transcript.append('T_1', T1);
  transcript.append('T_2', T2);
  const x = transcript.challenge('x');
  let a = l0.map((item, k) => add(item, mul(l1[k], x)));
  let b = r0.map((item, k) => add(item, mul(r1[k], x)));
  const scalars = [inner(a, b), add(blinding, mul(x, add(tau1, mul(tau2, x)))), add(alpha, mul(rho, x))].map(bytesOf);
  transcript.append('t_x', scalars[0]);
  transcript.append('t_x_blinding', scalars[1]);
  transcript.append('e_blinding', scalars[2]);
  const Q = times(G, transcript.challenge('w'));
  transcript.challenge('c');
  transcript.append('dom-sep', 'inner-product');
  transcript.appendU64('n', BigInt(n));
  const inverseOfY = inv(y);
  powerOfY = ONE;
  hs = hs.map((point) => {
    const scaled = times(point, powerOfY);
    powerOfY = mul(powerOfY, inverseOfY);
    return scaled;
  });
  const rounds: Uint8Array[] = [];
  for (let half = n / 2; half >= 1; half /= 2) {
    const split = <T>(list: readonly T[]): [T[], T[]] => [list.slice(0, half), list.slice(half)];
    const [[aLo, aHi], [bLo, bHi], [gLo, gHi], [hLo, hHi]] = [split(a), split(b), split(gs), split(hs)];
    const L = combine(aLo, gHi)
      .add(combine(bHi, hLo))
      .add(times(Q, inner(aLo, bHi)))
      .toBytes();
    const R = combine(aHi, gLo)
      .add(combine(bLo, hHi))
      .add(times(Q, inner(aHi, bLo)))
      .toBytes();
    transcript.append('L', L);
    transcript.append('R', R);
    rounds.push(L, R);
    const u = transcript.challenge('u');
    const v = inv(u);
    a = aLo.map((item, k) => add(mul(item, u), mul(aHi[k], v)));
    b = bLo.map((item, k) => add(mul(item, v), mul(bHi[k], u)));
    gs = gLo.map((point, k) => times(point, v).add(times(gHi[k], u)));
    hs = hLo.map((point, k) => times(point, u).add(times(hHi[k], v)));
  }
  return concatBytes([commitments, bitLengths, A, S, T1, T2, ...scalars, ...rounds, bytesOf(a[0]), bytesOf(b[0])]);
}
