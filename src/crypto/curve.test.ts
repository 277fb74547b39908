import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, test } from 'vitest';
import { isOnCurve } from './curve.ts';
import { hashes } from './hashes.ts';

const P = 2n ** 255n - 19n;
const D = ed25519.Point.CURVE().d;

function encode(y: bigint, sign: 0 | 1): Uint8Array {
  const out = new Uint8Array(32);
  for (let i = 0, rest = y | (BigInt(sign) << 255n); i < 32; i++, rest >>= 8n) out[i] = Number(rest & 255n);
  return out;
}

/** Euler's criterion on x² = (y² − 1)/(dy² + 1), in nothing but bigints. */
function isOnCurveByEuler(y: bigint): boolean {
  const y2 = (y * y) % P;
  let base = ((y2 - 1n + P) * (D * y2 + 1n)) % P;
  let result = 1n;
  for (let exponent = (P - 1n) / 2n; exponent > 0n; exponent >>= 1n, base = (base * base) % P) {
    if (exponent & 1n) result = (result * base) % P;
  }
  return result !== P - 1n;
}

function isOnCurveByNoble(bytes: Uint8Array): boolean {
  try {
    ed25519.Point.fromBytes(bytes, true);
    return true;
  } catch {
    return false;
  }
}

describe('isOnCurve', () => {
  test('agrees with @noble on 10,000 hashes', () => {
    let onCurve = 0;
    for (let i = 0; i < 10_000; i++) {
      const bytes = hashes.sha256(Uint8Array.of(i, i >> 8));
      const expected = isOnCurveByNoble(bytes);
      if (isOnCurve(bytes) !== expected) expect.fail(`hash ${i}: expected ${expected}`);
      if (expected) onCurve++;
    }
    expect(onCurve).toBeGreaterThan(4800);
    expect(onCurve).toBeLessThan(5200);
  });

  // y ≥ p are the 19 values that have a second encoding; around 0 and p lie the points of small order and x = 0.
  const edges = [
    ...Array.from({ length: 40 }, (_, i) => BigInt(i)),
    ...Array.from({ length: 40 }, (_, i) => P - 20n + BigInt(i)).filter((y) => y < 2n ** 255n),
    ...Array.from({ length: 255 }, (_, i) => 2n ** BigInt(i)),
    ...Array.from({ length: 255 }, (_, i) => 2n ** 255n - 2n ** BigInt(i)),
    ...Array.from({ length: 255 }, (_, i) => P - 2n ** BigInt(i)),
    ...Array.from({ length: 9 }, (_, i) => ((2n ** BigInt(29 * i) - 1n) * (2n ** 29n + 1n)) % 2n ** 255n),
    // The y of the points of order 8.
    2707385501144840649318225287225658788936804267575313519463743609750303402022n,
    55188659117513257062467267217118295137698188065244968500265048394206261417927n,
  ];

  test('takes y modulo p and never looks at the sign', () => {
    for (const y of edges) {
      const expected = isOnCurveByEuler(y % P);
      for (const sign of [0, 1] as const) expect(isOnCurve(encode(y, sign)), `${y} sign ${sign}`).toBe(expected);
    }
  });

  test.each([
    ['y = 1, x = 0', encode(1n, 0)],
    ['y = 1, x = 0 with the sign set', encode(1n, 1)],
    ['y = −1, x = 0 with the sign set', encode(P - 1n, 1)],
    ['y = p + 1, which is 1', encode(P + 1n, 1)],
    ['y = 0, order 4', encode(0n, 0)],
    ['y = p, which is 0', encode(P, 0)],
    ['all bits set: y = 2^255 − 1 is 18', encode(2n ** 255n - 1n, 1)],
  ])('%s: on the curve', (_, bytes) => {
    expect(isOnCurve(bytes)).toBe(true);
  });

  test('y = 2 is beside it', () => {
    expect(isOnCurve(encode(2n, 0))).toBe(false);
    expect(isOnCurve(encode(P + 2n, 0))).toBe(false);
  });
});
