import { expect, test } from 'vitest';
import { concatBytes, decodeHex, encodeHex } from '../wire/bytes.ts';
import { G1_BE, G1_LE, G2_BE, pairingMap } from './bls12-381.ts';

// The generators, compressed. Source: draft-irtf-cfrg-pairing-friendly-curves, 4.2.1.
const G = decodeHex('97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb');
const H = decodeHex(
  '93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e' +
    '024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8',
);
const g = G1_BE.decompress(G) as Uint8Array;
const h = G2_BE.decompress(H) as Uint8Array;
const INFINITY = `40${'00'.repeat(95)}`;
const hex = (bytes: Uint8Array | undefined): string | undefined => bytes && encodeHex(bytes);
const scalar = (value: number): Uint8Array => Uint8Array.of(...new Uint8Array(31), value);

test('the generators are points of their groups', () => {
  expect(g.subarray(0, 48)).toEqual(G.map((byte, i) => (i === 0 ? byte & 0x1f : byte)));
  expect(G1_BE.validate(g)).toBe(true);
  expect(G2_BE.validate(h)).toBe(true);
  expect(G1_LE.decompress(G.slice().reverse())?.slice(0, 48).reverse()).toEqual(g.subarray(0, 48));
});

test('sums, differences and products agree', () => {
  expect(hex(G1_BE.add(g, g))).toBe(hex(G1_BE.multiply(scalar(2), g)));
  expect(hex(G1_BE.subtract(g, g))).toBe(INFINITY);
  expect(hex(G1_BE.multiply(scalar(0), g))).toBe(INFINITY);
  expect(hex(G2_BE.subtract(G2_BE.multiply(scalar(3), h) as Uint8Array, h))).toBe(hex(G2_BE.add(h, h)));
});

test('a pairing is bilinear', () => {
  const [g2, h3] = [G1_BE.multiply(scalar(2), g), G2_BE.multiply(scalar(3), h)] as [Uint8Array, Uint8Array];
  const six = pairingMap(concatBytes([g2]), h3, 1, 'big');
  expect(hex(pairingMap(G1_BE.multiply(scalar(6), g) as Uint8Array, h, 1, 'big'))).toBe(hex(six));
  expect(hex(pairingMap(new Uint8Array(0), new Uint8Array(0), 0, 'little'))).toBe(`01${'00'.repeat(575)}`);
});
