import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ParhelionError } from './errors.ts';
import { DEFAULT_PUBKEY, Pubkey } from './pubkey.ts';
import { PubkeyMap } from './pubkey-map.ts';

const key32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('Pubkey', () => {
  test('text and bytes name the same key', () => {
    fc.assert(
      fc.property(key32, (bytes) => {
        const key = new Pubkey(bytes);
        const again = Pubkey.fromBase58(key.toString());
        expect(again.equals(key)).toBe(true);
        expect(again.hash).toBe(key.hash);
        expect(again.bytes).toEqual(bytes);
      }),
    );
  });

  test('the System program is all zeros', () => {
    expect(DEFAULT_PUBKEY.toString()).toBe('11111111111111111111111111111111');
  });

  test.each([
    '',
    '1',
    '1111111111111111111111111111111', // 31 bytes
    '111111111111111111111111111111111', // 33 bytes
    '0OIl1111111111111111111111111111',
    'z'.repeat(44), // over 2^256
    'z'.repeat(100_000), // refused before its digits are multiplied out
  ])('text %# is no address', (text) => {
    expect(() => Pubkey.fromBase58(text)).toThrow(ParhelionError);
  });

  test('a key cut from a Buffer is a copy', () => {
    const buffer = Buffer.alloc(40, 1);
    const key = Pubkey.at(buffer, 4);
    buffer.fill(2);
    expect(key.bytes).toSatisfy((bytes: Uint8Array) => bytes.every((byte) => byte === 1));
  });
});

test('a constant is found again by its bytes, whatever was seen since', () => {
  const constant = Pubkey.constant('Vote111111111111111111111111111111111111111');
  for (let i = 0; i < 10_000; i++) {
    const bytes = new Uint8Array(32);
    new DataView(bytes.buffer).setUint32(3, i);
    Pubkey.interned(bytes, 0);
  }
  expect(Pubkey.interned(constant.bytes.slice(), 0)).toBe(constant);
});

describe('PubkeyMap', () => {
  test('behaves as a Map keyed by the text', () => {
    // Few distinct keys and hashes, so that runs collide and deletions leave holes inside them.
    const keys = Array.from({ length: 24 }, (_, i) => new Pubkey(new Uint8Array(32).fill(i)));
    const step = fc.record({ op: fc.constantFrom('set', 'set', 'delete', 'get'), key: fc.nat(23), value: fc.nat(99) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const map = new PubkeyMap<number>();
        const model = new Map<string, number>();
        for (const { op, key: index, value } of steps) {
          const key = keys[index];
          if (op === 'set') {
            map.set(key, value);
            model.set(key.toString(), value);
          } else if (op === 'delete') {
            expect(map.delete(new Pubkey(key.bytes))).toBe(model.delete(key.toString()));
          }
          expect(map.get(key)).toBe(model.get(key.toString()));
          expect(map.size).toBe(model.size);
        }
        expect(new Map([...map].map(([key, value]) => [key.toString(), value]))).toEqual(model);
      }),
    );
  });
});
