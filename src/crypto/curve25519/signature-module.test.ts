import { ed25519 } from '@noble/curves/ed25519.js';
import { expect, test } from 'vitest';
import { combBytes } from './comb-layout.ts';
import { L, Y_OF_ORDER_8 } from './constants.ts';
import { createSignatureModule, MAP } from './signature-module.ts';

// The challenge k is a hash, which can't be chosen; here it is put in its place, and the equation is asked for alone.

const { Point } = ed25519;
type Point = InstanceType<typeof Point>;

const toBytes = (value: bigint): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
const TORSION = Point.fromBytes(toBytes(Y_OF_ORDER_8), true);
const times = (point: Point, scalar: bigint): Point => (scalar === 0n ? Point.ZERO : point.multiplyUnsafe(scalar));
/** k · (secret · B + T), for a k that need not be below the order of T. */
const SECRET = 0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdefn % L;
const keyTimes = (k: bigint, torsion: bigint): Point =>
  times(Point.BASE, (k * SECRET) % L).add(times(TORSION, (k * torsion) % 8n));

// Not the one that others check signatures with: its tables are overwritten here.
const module = createSignatureModule();
const table = MAP.end;
module.reserve(table + 2 * combBytes(5));
const baseTable = table + combBytes(5);
module.loadBasePoints();
module.buildComb(baseTable, 5);

function bothWays(s: bigint, k: bigint, key: Point, r: Point, width: number): { joint: boolean; combs: boolean } {
  const { memory } = module;
  memory.set(key.toBytes(), MAP.publicKey);
  memory.set(r.toBytes(), MAP.expectedR);
  memory.set(toBytes(s), MAP.s);
  memory.set(toBytes(k), MAP.k);
  expect(module.loadKeyAndR()).toBe(1);
  const joint = module.holds(width) !== 0;
  module.loadKey();
  module.buildComb(table, 5);
  module.begin();
  module.addKeyComb(table, 5);
  module.addBaseComb(baseTable, 5);
  return { joint, combs: module.isExpected() !== 0 };
}

test.each([5, 10])('[s]B − [k]A = R is decided without the cofactor for any k, multiples of width %d', (width) => {
  module.loadBasePoints();
  module.buildBaseMultiples(width);
  const challenges = [
    0n,
    1n,
    2n,
    8n,
    L - 1n,
    (L - 1n) / 2n,
    2n ** 127n,
    2n ** 128n,
    2n ** 252n,
    (8n * L) / 1009n,
    L / 2n ** 40n,
  ];
  const scalars = [0n, 1n, 2n ** 127n, 2n ** 128n - 1n, 2n ** 128n, L - 1n, SECRET];
  let number = 0n;
  for (const k of challenges) {
    for (const s of scalars) {
      number = (number * 31n + 7n) % 64n;
      const torsion = number % 8n;
      const key = keyTimes(1n, torsion);
      const r = times(Point.BASE, s).subtract(keyTimes(k, torsion));
      const name = `k = ${k}, s = ${s}, A off by ${torsion}`;
      expect(bothWays(s, k, key, r, width), name).toEqual({ joint: true, combs: true });
      const wrong = r.add(times(TORSION, 1n + ((number / 8n) % 7n)));
      expect(bothWays(s, k, key, wrong, width), `${name}, R off`).toEqual({ joint: false, combs: false });
      expect(bothWays(s, k, key, r.negate().add(Point.BASE), width).joint, name).toBe(false);
    }
  }
});

test('points of small order alone: the multiples that come out as nothing', () => {
  module.loadBasePoints();
  module.buildBaseMultiples(5);
  for (let a = 0n; a < 8n; a++) {
    for (let r = 0n; r < 8n; r++) {
      for (const k of [0n, 3n, L - 1n, 2n ** 200n + 6n]) {
        const holds = (k * a + r) % 8n === 0n;
        const found = bothWays(0n, k, times(TORSION, a), times(TORSION, r), 5);
        expect(found, `k = ${k}, A = ${a}T, R = ${r}T`).toEqual({ joint: holds, combs: holds });
      }
    }
  }
});
