// The two groups on Curve25519 that programs can compute in: the points of the Edwards curve, torsion included, and
// Ristretto, whose elements have one encoding each. Points are 32 bytes; scalars 32 bytes, little-endian, below the
// group's order.
// Edwards points are read as curve25519-dalek reads them: y modulo p, and x = 0 with either sign.
// Source: solana-sdk curve25519/src/{edwards,ristretto,scalar}.rs.

import { pippenger } from '@noble/curves/abstract/curve.js';
import { ed25519, ristretto255 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE } from '@noble/curves/utils.js';
import type { CurveGroup } from './curve-group.ts';

const { Point: EdwardsPoint } = ed25519;
const { Point: RistrettoPoint } = ristretto255;
const LEN = 32;
const ORDER = EdwardsPoint.Fn.ORDER;

/** A group that can also add many products at once. */
export interface MultiscalarGroup extends CurveGroup {
  /** Sum of the products of two lists of `count` 32-byte items; the identity where there are none. */
  multiscalarMultiply(scalars: Uint8Array, points: Uint8Array, count: number): Uint8Array | undefined;
}

interface Element<P> {
  add(other: P): P;
  subtract(other: P): P;
  multiplyUnsafe(scalar: bigint): P;
  toBytes(): Uint8Array;
}

function makeGroup<P extends Element<P>>(
  decode: (bytes: Uint8Array) => P,
  sumOfProducts: (points: P[], scalars: bigint[]) => P,
): MultiscalarGroup {
  const readPoint = (bytes: Uint8Array): P | undefined => {
    try {
      return decode(bytes);
    } catch {
      return undefined;
    }
  };
  return {
    pointLen: LEN,
    scalarLen: LEN,
    validate: (point) => readPoint(point) !== undefined,
    add: (left, right) => {
      const [a, b] = [readPoint(left), readPoint(right)];
      return a && b && a.add(b).toBytes();
    },
    subtract: (left, right) => {
      const [a, b] = [readPoint(left), readPoint(right)];
      return a && b && a.subtract(b).toBytes();
    },
    multiply: (scalarBytes, pointBytes) => {
      const scalar = readScalar(scalarBytes);
      const point = readPoint(pointBytes);
      if (scalar === undefined || point === undefined) return undefined;
      return point.multiplyUnsafe(scalar).toBytes();
    },
    multiscalarMultiply: (scalarBytes, pointBytes, count) => {
      const scalars: bigint[] = [];
      const points: P[] = [];
      for (let i = 0; i < count; i++) {
        const scalar = readScalar(scalarBytes.subarray(i * LEN, (i + 1) * LEN));
        const point = readPoint(pointBytes.subarray(i * LEN, (i + 1) * LEN));
        if (scalar === undefined || point === undefined) return undefined;
        scalars.push(scalar);
        points.push(point);
      }
      return sumOfProducts(points, scalars).toBytes();
    },
  };
}

function readScalar(bytes: Uint8Array): bigint | undefined {
  const scalar = bytesToNumberLE(bytes);
  return scalar < ORDER ? scalar : undefined;
}

export const EDWARDS: MultiscalarGroup = makeGroup(
  (bytes) => EdwardsPoint.fromBytes(bytes, true),
  (points, scalars) => pippenger(EdwardsPoint, points, scalars),
);

export const RISTRETTO: MultiscalarGroup = makeGroup(
  (bytes) => RistrettoPoint.fromBytes(bytes),
  (points, scalars) => pippenger(RistrettoPoint, points, scalars),
);
