// What the curve code shares: the face that syscalls see of a group, and what BN254 and BLS12-381 have in common, which
// are both curves y² = x³ + b over a prime field (G1) or its quadratic extension (G2).

import type { IField } from '@noble/curves/abstract/modular.js';
import type { WeierstrassPoint, WeierstrassPointCons } from '@noble/curves/abstract/weierstrass.js';

export type Endianness = 'big' | 'little';

/** Operations on encoded points. They answer undefined where an input is no point, or no scalar, of the group. */
export interface CurveGroup {
  /** Bytes of an encoded point and of a scalar. */
  readonly pointLen: number;
  readonly scalarLen: number;
  validate(point: Uint8Array): boolean;
  add(left: Uint8Array, right: Uint8Array): Uint8Array | undefined;
  subtract(left: Uint8Array, right: Uint8Array): Uint8Array | undefined;
  multiply(scalar: Uint8Array, point: Uint8Array): Uint8Array | undefined;
}

/** A curve y² = x³ + b, and how a coordinate is written. */
export interface CoordinateField<F> {
  readonly Point: WeierstrassPointCons<F>;
  readonly field: IField<F>;
  readonly b: F;
  /** Bytes of a coordinate. */
  readonly size: number;
  /** Undefined where a component is p or more. */
  read(bytes: Uint8Array): F | undefined;
  write(value: F): Uint8Array;
  /** Whether y is the greater one of y and −y. */
  isGreater(y: F): boolean;
}

/** The point with these coordinates, in whatever subgroup; undefined beside the curve. */
export function pointAt<F>(curve: CoordinateField<F>, x: F, y: F): WeierstrassPoint<F> | undefined {
  const { field, Point } = curve;
  // (0, 0) is on neither curve, so that noble's reading of it as infinity is never met.
  return field.eql(field.sqr(y), rightSide(curve, x)) ? Point.fromAffine({ x, y }) : undefined;
}

/** The greater or the lesser y that belongs to x, or undefined. */
export function solveY<F>(curve: CoordinateField<F>, x: F, isGreater: boolean): F | undefined {
  let y: F;
  try {
    y = curve.field.sqrt(rightSide(curve, x));
  } catch {
    return undefined;
  }
  return curve.isGreater(y) === isGreater ? y : curve.field.neg(y);
}

function rightSide<F>({ field, b }: CoordinateField<F>, x: F): F {
  return field.add(field.mul(field.sqr(x), x), b);
}

/** x then y. */
export function writeCoordinates<F>({ size, write }: CoordinateField<F>, x: F, y: F): Uint8Array {
  const bytes = new Uint8Array(2 * size);
  bytes.set(write(x), 0);
  bytes.set(write(y), size);
  return bytes;
}

/** Of each `len` bytes, the bytes in the opposite order. */
export function reverseChunks(bytes: Uint8Array, len: number): Uint8Array {
  const reversed = new Uint8Array(bytes.length);
  for (let start = 0; start < bytes.length; start += len) {
    for (let i = 0; i < len; i++) reversed[start + i] = bytes[start + len - 1 - i];
  }
  return reversed;
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
