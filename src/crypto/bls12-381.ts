// BLS12-381 as programs see it: points in the big-endian form of Zcash and IETF or in a little-endian one, group
// operations, decompression, and the pairing map.
//
// All work is done on the big-endian form: a field element is 48 bytes; an element of Fp2 is c1, c0; a point is x, y.
// The little-endian form is each coordinate's bytes reversed, which puts c0 before c1. The three highest bits of a
// point's first byte are flags: 0x80 compressed, 0x40 infinity (all else is then zero), 0x20 the greater y.
// Source: agave bls12-381-syscall/src; blst src/e1.c, e2.c, POINTonE1_Deserialize_Z, POINTonE1_Uncompress_Z.

import type { Fp2 as Fp2Element } from '@noble/curves/abstract/tower.js';
import type { WeierstrassPoint } from '@noble/curves/abstract/weierstrass.js';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bytesToNumberBE, numberToBytesBE, numberToBytesLE } from '@noble/curves/utils.js';
import {
  type CoordinateField,
  type CurveGroup,
  type Endianness,
  isZero,
  pointAt,
  reverseChunks,
  solveY,
  writeCoordinates,
} from './curve-group.ts';

export const FQ_SIZE = 48;
export const G1_POINT_SIZE = 2 * FQ_SIZE;
export const G2_POINT_SIZE = 4 * FQ_SIZE;
/** An element of the target group: twelve field elements. */
export const GT_SIZE = 12 * FQ_SIZE;
export const SCALAR_SIZE = 32;
const MAX_PAIRING_LENGTH = 8;

const { Fp, Fp2, Fp12, Fr } = bls12_381.fields;
const IS_COMPRESSED = 0x80;
const IS_INFINITY = 0x40;
const IS_GREATER = 0x20;
const FLAGS = IS_COMPRESSED | IS_INFINITY | IS_GREATER;

const isGreaterHalf = (y: bigint): boolean => y > Fp.ORDER >> 1n;

const FIELD_1: CoordinateField<bigint> = {
  Point: bls12_381.G1.Point,
  field: Fp,
  b: bls12_381.G1.Point.CURVE().b,
  size: FQ_SIZE,
  read: readFieldElement,
  write: (value) => numberToBytesBE(value, FQ_SIZE),
  isGreater: isGreaterHalf,
};

const FIELD_2: CoordinateField<Fp2Element> = {
  Point: bls12_381.G2.Point,
  field: Fp2,
  b: bls12_381.G2.Point.CURVE().b,
  size: 2 * FQ_SIZE,
  read: (bytes) => {
    const c1 = readFieldElement(bytes.subarray(0, FQ_SIZE));
    const c0 = readFieldElement(bytes.subarray(FQ_SIZE));
    return c0 === undefined || c1 === undefined ? undefined : { c0, c1 };
  },
  write: ({ c0, c1 }) => {
    const bytes = new Uint8Array(2 * FQ_SIZE);
    bytes.set(numberToBytesBE(c1, FQ_SIZE), 0);
    bytes.set(numberToBytesBE(c0, FQ_SIZE), FQ_SIZE);
    return bytes;
  },
  isGreater: ({ c0, c1 }) => isGreaterHalf(c1 === 0n ? c0 : c1),
};

function readFieldElement(bytes: Uint8Array): bigint | undefined {
  const value = bytesToNumberBE(bytes);
  return value < Fp.ORDER ? value : undefined;
}

function readScalar(bytes: Uint8Array, endianness: Endianness): bigint | undefined {
  const scalar = bytesToNumberBE(endianness === 'big' ? bytes : reverseChunks(bytes, SCALAR_SIZE));
  return scalar < Fr.ORDER ? scalar : undefined;
}

/** One of the two source groups, in one of the two endiannesses. */
export class BlsGroup<F = unknown> implements CurveGroup {
  readonly pointLen: number;
  readonly compressedLen: number;
  readonly scalarLen = SCALAR_SIZE;
  readonly #curve: CoordinateField<F>;
  readonly #endianness: Endianness;

  constructor(curve: CoordinateField<F>, endianness: Endianness) {
    this.#curve = curve;
    this.#endianness = endianness;
    this.pointLen = 2 * curve.size;
    this.compressedLen = curve.size;
  }

  /** Whether it is a point of the curve, in the subgroup. */
  validate(point: Uint8Array): boolean {
    return this.decode(point) !== undefined;
  }

  /** The points need not be in the subgroup. */
  add(left: Uint8Array, right: Uint8Array): Uint8Array | undefined {
    const [a, b] = [this.#decodeUnchecked(left), this.#decodeUnchecked(right)];
    return a && b && this.#encode(a.add(b));
  }

  /** The points need not be in the subgroup. */
  subtract(left: Uint8Array, right: Uint8Array): Uint8Array | undefined {
    const [a, b] = [this.#decodeUnchecked(left), this.#decodeUnchecked(right)];
    return a && b && this.#encode(a.subtract(b));
  }

  multiply(scalarBytes: Uint8Array, pointBytes: Uint8Array): Uint8Array | undefined {
    const point = this.decode(pointBytes);
    const scalar = readScalar(scalarBytes, this.#endianness);
    if (point === undefined || scalar === undefined) return undefined;
    return this.#encode(point.multiplyUnsafe(scalar));
  }

  /** The uncompressed form of a compressed point, if it is in the subgroup. */
  decompress(compressed: Uint8Array): Uint8Array | undefined {
    const curve = this.#curve;
    const bytes = this.#swap(compressed).slice();
    const flags = bytes[0] & FLAGS;
    bytes[0] &= ~FLAGS;
    if ((flags & IS_COMPRESSED) === 0) return undefined;
    if ((flags & IS_INFINITY) !== 0) {
      const isCanonical = flags === (IS_COMPRESSED | IS_INFINITY) && isZero(bytes);
      return isCanonical ? this.#encode(curve.Point.ZERO) : undefined;
    }
    const x = curve.read(bytes);
    if (x === undefined) return undefined;
    const y = solveY(curve, x, (flags & IS_GREATER) !== 0);
    if (y === undefined) return undefined;
    const point = curve.Point.fromAffine({ x, y });
    return point.isTorsionFree() ? this.#encode(point) : undefined;
  }

  /** The point, if it is in the subgroup. */
  decode(bytes: Uint8Array): WeierstrassPoint<F> | undefined {
    const point = this.#decodeUnchecked(bytes);
    return point === undefined || point.is0() || point.isTorsionFree() ? point : undefined;
  }

  #decodeUnchecked(pointBytes: Uint8Array): WeierstrassPoint<F> | undefined {
    const { Point, size, read } = this.#curve;
    const bytes = this.#swap(pointBytes);
    if ((bytes[0] & (IS_COMPRESSED | IS_GREATER)) !== 0) return undefined;
    if ((bytes[0] & IS_INFINITY) !== 0) {
      return bytes[0] === IS_INFINITY && isZero(bytes.subarray(1)) ? Point.ZERO : undefined;
    }
    const x = read(bytes.subarray(0, size));
    const y = read(bytes.subarray(size));
    if (x === undefined || y === undefined) return undefined;
    return pointAt(this.#curve, x, y);
  }

  #encode(point: WeierstrassPoint<F>): Uint8Array {
    if (point.is0()) {
      const bytes = new Uint8Array(this.pointLen);
      bytes[0] = IS_INFINITY;
      return this.#swap(bytes);
    }
    const { x, y } = point.toAffine();
    return this.#swap(writeCoordinates(this.#curve, x, y));
  }

  #swap(bytes: Uint8Array): Uint8Array {
    return this.#endianness === 'big' ? bytes : reverseChunks(bytes, this.#curve.size);
  }
}

export const G1_BE: BlsGroup<bigint> = new BlsGroup(FIELD_1, 'big');
export const G1_LE: BlsGroup<bigint> = new BlsGroup(FIELD_1, 'little');
export const G2_BE: BlsGroup<Fp2Element> = new BlsGroup(FIELD_2, 'big');
export const G2_LE: BlsGroup<Fp2Element> = new BlsGroup(FIELD_2, 'little');

/**
 * The product of the pairings of `count` points of G1 with as many of G2: 576 bytes, in little-endian the coefficients
 * from the lowest up, in big-endian all these bytes reversed. Undefined for more than eight pairs.
 */
export function pairingMap(
  g1Points: Uint8Array,
  g2Points: Uint8Array,
  count: number,
  endianness: Endianness,
): Uint8Array | undefined {
  if (count > MAX_PAIRING_LENGTH) return undefined;
  const [g1Group, g2Group] = endianness === 'big' ? [G1_BE, G2_BE] : [G1_LE, G2_LE];
  const pairs: { g1: WeierstrassPoint<bigint>; g2: WeierstrassPoint<Fp2Element> }[] = [];
  for (let i = 0; i < count; i++) {
    const g1 = g1Group.decode(g1Points.subarray(i * G1_POINT_SIZE, (i + 1) * G1_POINT_SIZE));
    const g2 = g2Group.decode(g2Points.subarray(i * G2_POINT_SIZE, (i + 1) * G2_POINT_SIZE));
    if (g1 === undefined || g2 === undefined) return undefined;
    // A pairing with infinity is one; noble refuses to compute it.
    if (!g1.is0() && !g2.is0()) pairs.push({ g1, g2 });
  }
  const result = pairs.length === 0 ? Fp12.ONE : bls12_381.pairingBatch(pairs);
  const bytes = new Uint8Array(GT_SIZE);
  let offset = 0;
  for (const { c0, c1, c2 } of [result.c0, result.c1]) {
    for (const coefficient of [c0, c1, c2]) {
      bytes.set(numberToBytesLE(coefficient.c0, FQ_SIZE), offset);
      bytes.set(numberToBytesLE(coefficient.c1, FQ_SIZE), offset + FQ_SIZE);
      offset += 2 * FQ_SIZE;
    }
  }
  return endianness === 'little' ? bytes : reverseChunks(bytes, GT_SIZE);
}
