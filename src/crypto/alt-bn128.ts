// BN254 (alt_bn128) as programs see it: points in EIP-196/197's big-endian form or arkworks' little-endian one, group
// operations, the pairing check, and compression.
//
// All work is done on the little-endian form: a field element is 32 bytes; an element of Fp2 is c0, c1; a point is x, y.
// The big-endian form is each coordinate's bytes reversed, which puts c1 before c0. The two highest bits of a point's
// last byte are flags: 0x80 a negative y (meant for compressed points, let pass in others), 0x40 infinity; both at once
// is no point. All zeros are infinity too.
// Source: solana-sdk bn254/src/{lib,addition,multiplication,pairing,compression}.rs; arkworks ark-ec
// models/short_weierstrass, SWFlags.

import type { Fp2 as Fp2Element } from '@noble/curves/abstract/tower.js';
import type { WeierstrassPoint } from '@noble/curves/abstract/weierstrass.js';
import { bn254 } from '@noble/curves/bn254.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import {
  type CoordinateField,
  type Endianness,
  isZero,
  pointAt,
  reverseChunks,
  solveY,
  writeCoordinates,
} from './curve-group.ts';

export const FIELD_SIZE = 32;
export const G1_POINT_SIZE = 64;
export const G2_POINT_SIZE = 128;
export const G1_COMPRESSED_SIZE = 32;
export const G2_COMPRESSED_SIZE = 64;
const SCALAR_SIZE = 32;

const { Fp, Fp2, Fp12, Fr } = bn254.fields;
const IS_NEGATIVE = 0x80;
const IS_INFINITY = 0x40;
const FLAGS = IS_NEGATIVE | IS_INFINITY;

const isGreaterHalf = (y: bigint): boolean => y > Fp.ORDER >> 1n;

const G1: CoordinateField<bigint> = {
  Point: bn254.G1.Point,
  field: Fp,
  b: bn254.G1.Point.CURVE().b,
  size: FIELD_SIZE,
  read: readFieldElement,
  write: (value) => numberToBytesLE(value, FIELD_SIZE),
  isGreater: isGreaterHalf,
};

const G2: CoordinateField<Fp2Element> = {
  Point: bn254.G2.Point,
  field: Fp2,
  b: bn254.G2.Point.CURVE().b,
  size: 2 * FIELD_SIZE,
  read: (bytes) => {
    const c0 = readFieldElement(bytes.subarray(0, FIELD_SIZE));
    const c1 = readFieldElement(bytes.subarray(FIELD_SIZE));
    return c0 === undefined || c1 === undefined ? undefined : { c0, c1 };
  },
  write: ({ c0, c1 }) => {
    const bytes = new Uint8Array(2 * FIELD_SIZE);
    bytes.set(numberToBytesLE(c0, FIELD_SIZE), 0);
    bytes.set(numberToBytesLE(c1, FIELD_SIZE), FIELD_SIZE);
    return bytes;
  },
  isGreater: ({ c0, c1 }) => isGreaterHalf(c1 === 0n ? c0 : c1),
};

function readFieldElement(bytes: Uint8Array): bigint | undefined {
  const value = bytesToNumberLE(bytes);
  return value < Fp.ORDER ? value : undefined;
}

/** The bytes of points in the other endianness, or themselves. */
function swapEndianness<F>(curve: CoordinateField<F>, bytes: Uint8Array, endianness: Endianness): Uint8Array {
  return endianness === 'little' ? bytes : reverseChunks(bytes, curve.size);
}

interface Affine<F> {
  readonly x: F;
  readonly y: F;
}

/** The coordinates of an uncompressed point, whether or not it is on the curve. */
function readAffine<F>(curve: CoordinateField<F>, bytes: Uint8Array): Affine<F> | 'infinity' | undefined {
  const { size } = curve;
  if (isZero(bytes)) return 'infinity';
  const yBytes = bytes.slice(size, 2 * size);
  const flags = yBytes[size - 1] & FLAGS;
  yBytes[size - 1] &= ~FLAGS;
  const x = curve.read(bytes.subarray(0, size));
  const y = curve.read(yBytes);
  if (x === undefined || y === undefined || flags === FLAGS) return undefined;
  return flags === IS_INFINITY ? 'infinity' : { x, y };
}

/** The point, on the curve but in whatever subgroup. */
function decodeUnchecked<F>(curve: CoordinateField<F>, bytes: Uint8Array): WeierstrassPoint<F> | undefined {
  const affine = readAffine(curve, bytes);
  if (affine === undefined) return undefined;
  return affine === 'infinity' ? curve.Point.ZERO : pointAt(curve, affine.x, affine.y);
}

/** The point, if it is in the group. G1 is the whole curve. */
function decode<F>(curve: CoordinateField<F>, bytes: Uint8Array): WeierstrassPoint<F> | undefined {
  const point = decodeUnchecked(curve, bytes);
  return point === undefined || point.is0() || point.isTorsionFree() ? point : undefined;
}

function encode<F>(curve: CoordinateField<F>, point: WeierstrassPoint<F>): Uint8Array {
  if (point.is0()) return new Uint8Array(2 * curve.size);
  const { x, y } = point.toAffine();
  return writeCoordinates(curve, x, y);
}

function add<F>(curve: CoordinateField<F>, input: Uint8Array, endianness: Endianness): Uint8Array | undefined {
  const bytes = swapEndianness(curve, input, endianness);
  const a = decodeUnchecked(curve, bytes.subarray(0, 2 * curve.size));
  const b = decodeUnchecked(curve, bytes.subarray(2 * curve.size));
  return a && b && swapEndianness(curve, encode(curve, a.add(b)), endianness);
}

function multiply<F>(curve: CoordinateField<F>, input: Uint8Array, endianness: Endianness): Uint8Array | undefined {
  const pointLen = 2 * curve.size;
  const point = decode(curve, swapEndianness(curve, input.subarray(0, pointLen), endianness));
  if (point === undefined) return undefined;
  const scalarBytes = input.subarray(pointLen);
  const scalar = bytesToNumberLE(endianness === 'little' ? scalarBytes : reverseChunks(scalarBytes, SCALAR_SIZE));
  return swapEndianness(curve, encode(curve, point.multiplyUnsafe(Fr.create(scalar))), endianness);
}

/** Big-endian input may be short: it is filled up with zeros. */
function padded(input: Uint8Array, len: number, endianness: Endianness): Uint8Array | undefined {
  if (input.length === len) return input;
  if (endianness === 'little' || input.length > len) return undefined;
  const bytes = new Uint8Array(len);
  bytes.set(input);
  return bytes;
}

/** Adds two points of G1, 128 bytes (big-endian: or fewer). */
export function addG1(input: Uint8Array, endianness: Endianness): Uint8Array | undefined {
  const bytes = padded(input, 2 * G1_POINT_SIZE, endianness);
  return bytes && add(G1, bytes, endianness);
}

/** Adds two points of the twist, 256 bytes. They need not be in G2's subgroup. */
export function addG2(input: Uint8Array, endianness: Endianness): Uint8Array | undefined {
  return input.length === 2 * G2_POINT_SIZE ? add(G2, input, endianness) : undefined;
}

/** Multiplies a point of G1 by any 256-bit number, 96 bytes (big-endian: or fewer). */
export function multiplyG1(input: Uint8Array, endianness: Endianness): Uint8Array | undefined {
  const bytes = padded(input, G1_POINT_SIZE + SCALAR_SIZE, endianness);
  return bytes && multiply(G1, bytes, endianness);
}

/** Multiplies a point of G2 by any 256-bit number, 160 bytes. */
export function multiplyG2(input: Uint8Array, endianness: Endianness): Uint8Array | undefined {
  return input.length === G2_POINT_SIZE + SCALAR_SIZE ? multiply(G2, input, endianness) : undefined;
}

/** Whether the product of the pairings of pairs (G1, G2), 192 bytes each, is one: 32 bytes, the number 1 or 0. */
export function pairing(input: Uint8Array, endianness: Endianness): Uint8Array | undefined {
  const pairLen = G1_POINT_SIZE + G2_POINT_SIZE;
  if (input.length % pairLen !== 0) return undefined;
  const pairs: { g1: WeierstrassPoint<bigint>; g2: WeierstrassPoint<Fp2Element> }[] = [];
  for (let start = 0; start < input.length; start += pairLen) {
    const g1Bytes = input.subarray(start, start + G1_POINT_SIZE);
    const g2Bytes = input.subarray(start + G1_POINT_SIZE, start + pairLen);
    const g1 = decode(G1, swapEndianness(G1, g1Bytes, endianness));
    const g2 = decode(G2, swapEndianness(G2, g2Bytes, endianness));
    if (g1 === undefined || g2 === undefined) return undefined;
    // A pairing with infinity is one; noble refuses to compute it.
    if (!g1.is0() && !g2.is0()) pairs.push({ g1, g2 });
  }
  const isOne = pairs.length === 0 || Fp12.eql(bn254.pairingBatch(pairs), Fp12.ONE);
  const result = new Uint8Array(FIELD_SIZE);
  result[endianness === 'little' ? 0 : FIELD_SIZE - 1] = isOne ? 1 : 0;
  return result;
}

function compress<F>(curve: CoordinateField<F>, input: Uint8Array, endianness: Endianness): Uint8Array | undefined {
  const { size } = curve;
  if (input.length !== 2 * size) return undefined;
  if (isZero(input)) return new Uint8Array(size);
  const affine = readAffine(curve, swapEndianness(curve, input, endianness));
  if (affine === undefined) return undefined;
  let bytes: Uint8Array;
  if (affine === 'infinity') {
    bytes = new Uint8Array(size);
    bytes[size - 1] = IS_INFINITY;
  } else {
    bytes = curve.write(affine.x);
    if (curve.isGreater(affine.y)) bytes[size - 1] |= IS_NEGATIVE;
  }
  return swapEndianness(curve, bytes, endianness);
}

function decompress<F>(curve: CoordinateField<F>, input: Uint8Array, endianness: Endianness): Uint8Array | undefined {
  const { size } = curve;
  if (input.length !== size) return undefined;
  if (isZero(input)) return new Uint8Array(2 * size);
  const bytes = swapEndianness(curve, input, endianness).slice();
  const flags = bytes[size - 1] & FLAGS;
  bytes[size - 1] &= ~FLAGS;
  const x = curve.read(bytes);
  if (x === undefined || flags === FLAGS) return undefined;
  if (flags === IS_INFINITY) return new Uint8Array(2 * size);
  const y = solveY(curve, x, flags === IS_NEGATIVE);
  return y === undefined ? undefined : swapEndianness(curve, writeCoordinates(curve, x, y), endianness);
}

/** 64 bytes to 32. The point need not be on the curve. */
export function compressG1(input: Uint8Array, endianness: Endianness): Uint8Array | undefined {
  return compress(G1, input, endianness);
}
/** 32 bytes to 64. */
export function decompressG1(input: Uint8Array, endianness: Endianness): Uint8Array | undefined {
  return decompress(G1, input, endianness);
}
/** 128 bytes to 64. The point need not be on the curve. */
export function compressG2(input: Uint8Array, endianness: Endianness): Uint8Array | undefined {
  return compress(G2, input, endianness);
}
/** 64 bytes to 128. The point need not be in the subgroup. */
export function decompressG2(input: Uint8Array, endianness: Endianness): Uint8Array | undefined {
  return decompress(G2, input, endianness);
}
