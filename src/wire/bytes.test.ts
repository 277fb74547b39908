import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase58, encodeBase58 } from './base58.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import * as bytes from './bytes.ts';
import { ParhelionError } from './errors.ts';
import { readShortVecLength, shortVecSize, writeShortVecLength } from './short-vec.ts';

const anyBytes = fc.uint8Array({ maxLength: 200 });

describe('integers', () => {
  test('what was written is read back, little-endian', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat(3), (value, offset) => {
        const out = new Uint8Array(12);
        const view = new DataView(out.buffer);
        bytes.writeU64(out, offset, value);
        expect(view.getBigUint64(offset, true)).toBe(value);
        expect(bytes.readU64(out, offset)).toBe(value);
        expect(bytes.readI64(out, offset)).toBe(view.getBigInt64(offset, true));
        expect(bytes.readU32(out, offset)).toBe(view.getUint32(offset, true));
        expect(bytes.readU16(out, offset)).toBe(view.getUint16(offset, true));
      }),
    );
  });

  test("a negative i64 is written as its two's complement", () => {
    const out = new Uint8Array(8);
    bytes.writeU64(out, 0, -2n);
    expect(out[0]).toBe(0xfe);
    expect(bytes.readI64(out, 0)).toBe(-2n);
  });
});

describe('text of bytes', () => {
  const forms = [
    { name: 'hex', encode: bytes.encodeHex, decode: bytes.decodeHex, node: 'hex' },
    { name: 'base64', encode: encodeBase64, decode: decodeBase64, node: 'base64' },
    { name: 'base58', encode: encodeBase58, decode: decodeBase58, node: undefined },
  ] as const;

  test.each(forms)('$name goes there and back, as Node spells it', ({ encode, decode, node }) => {
    fc.assert(
      fc.property(anyBytes, (value) => {
        const text = encode(value);
        if (node !== undefined) expect(text).toBe(Buffer.from(value).toString(node));
        expect(decode(text)).toEqual(value);
      }),
    );
  });

  test.each(forms)('$name of any text is bytes or a ParhelionError, and each byte string has one text', (form) => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 24 }), fc.base64String({ maxLength: 24 })), (text) => {
        let value: Uint8Array;
        try {
          value = form.decode(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ParhelionError);
          return;
        }
        expect(form.encode(value)).toBe(form.name === 'hex' ? text.toLowerCase() : text);
      }),
    );
  });

  test.each([
    ['AAA', 'a length that is no multiple of four'],
    ['AA=A', 'padding inside'],
    ['====', 'nothing but padding'],
    ['AB==', 'bits beyond the last byte'],
    ['AAB=', 'bits beyond the last byte'],
    ['AA-_', 'the URL alphabet'],
    ['AA A', 'white space'],
  ])('base64 %j is refused: %s', (text) => {
    expect(() => decodeBase64(text)).toThrow(ParhelionError);
  });
});

describe('compact-u16', () => {
  test('every length goes there and back in the size foretold', () => {
    const out = new Uint8Array(4);
    for (let length = 0; length <= 0xffff; length++) {
      const end = writeShortVecLength(out, 1, length);
      if (end !== 1 + shortVecSize(length) || readShortVecLength(out, 1, end) !== length) expect.fail(`${length}`);
    }
    expect(() => writeShortVecLength(out, 0, 0x10000)).toThrow(ParhelionError);
  });

  // Source: solana-sdk short-vec/src/lib.rs, tests.
  test.each([
    [[], 'cut'],
    [[0x80], 'cut'],
    [[0xff, 0x80], 'cut'],
    [[0x80, 0x00], 'alias'],
    [[0x80, 0x80, 0x00], 'alias'],
    [[0xff, 0xff, 0x04], 'overflow'],
    [[0x80, 0x80, 0x80], 'overflow'],
    [[0xff, 0xff, 0x03], 0xffff],
    [[0x80, 0x80, 0x01], 0x4000],
    [[0x00, 0x80], 0],
  ] as const)('%j reads as %s', (encoding, expected) => {
    expect(readShortVecLength(Uint8Array.from(encoding), 0)).toBe(expected);
  });
});
