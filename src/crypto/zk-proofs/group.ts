// The group that proofs are in, Ristretto, with the two generators of Pedersen commitments; reading its points and scalars
// from context and proof; and the equation that every verification ends in: a sum of products must be the identity.
// Source: zk-elgamal-proof zk-sdk/src/encryption/pedersen.rs, sigma_proofs/mod.rs.

import { pippenger } from '@noble/curves/abstract/curve.js';
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { bytesToNumberLE } from '@noble/curves/utils.js';
import { sha3_512 } from '@noble/hashes/sha3.js';
import { ProofRejection } from './rejection.ts';

const { Point } = ristretto255;
export type RistrettoPoint = InstanceType<typeof ristretto255.Point>;

export const Scalars = Point.Fn;
export const LEN = 32;

// Arithmetic modulo the group's order.
export const { ONE, ZERO } = Scalars;
export const add = (a: bigint, b: bigint): bigint => Scalars.add(a, b);
export const sub = (a: bigint, b: bigint): bigint => Scalars.sub(a, b);
export const mul = (a: bigint, b: bigint): bigint => Scalars.mul(a, b);
export const inv = (a: bigint): bigint => Scalars.inv(a);

/** The generator that a committed value is multiplied with. */
export const G: RistrettoPoint = Point.BASE;
/** The generator of a commitment's opening, and of secret keys. */
export const H: RistrettoPoint = ristretto255_hasher.deriveToCurve!(sha3_512(Point.BASE.toBytes()));

/** A point, or undefined where the bytes are no point's one encoding. */
export function decodePoint(bytes: Uint8Array): RistrettoPoint | undefined {
  try {
    return Point.fromBytes(bytes);
  } catch {
    return undefined;
  }
}

/** Encoded values of 32 bytes, one after the other. */
export class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  take(len = LEN): Uint8Array {
    this.#at += len;
    return this.#bytes.subarray(this.#at - len, this.#at);
  }

  /** A point, or a rejection that says `otherwise`. */
  point(otherwise: string): RistrettoPoint {
    return decodePoint(this.take()) ?? reject(otherwise);
  }

  /** A scalar below the group's order. */
  scalar(): bigint {
    const scalar = bytesToNumberLE(this.take());
    return scalar < Scalars.ORDER ? scalar : reject('Deserialization');
  }
}

export function reject(text: string): never {
  throw new ProofRejection(text);
}

export class Equation {
  readonly #scalars: bigint[] = [];
  readonly #points: RistrettoPoint[] = [];

  add(scalar: bigint, point: RistrettoPoint): this {
    this.#scalars.push(Scalars.create(scalar));
    this.#points.push(point);
    return this;
  }

  /** Rejects the proof unless the sum is the identity. */
  check(): void {
    if (!pippenger(Point, this.#points, this.#scalars).is0()) reject('AlgebraicRelation');
  }
}
