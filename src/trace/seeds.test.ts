import { describe, expect, it } from 'vitest';
import { testKey } from '../../test/support/staged-transaction.ts';
import { readSeeds } from './seeds.ts';

const text = (value: string) => new TextEncoder().encode(value);

describe('readSeeds', () => {
  it('reads a last single byte as the bump', () => {
    expect(readSeeds([text('vault'), new Uint8Array([254])])).toEqual([
      { bytes: text('vault'), kind: 'text', text: 'vault' },
      { bytes: new Uint8Array([254]), kind: 'bump', text: '254' },
    ]);
  });

  const rows: [name: string, seed: Uint8Array, kind: string, reading: string][] = [
    ['32 bytes as an address', testKey(1).bytes, 'address', testKey(1).toString()],
    [
      '32 printable characters as text',
      text('a seed of exactly 32 characters!'),
      'text',
      'a seed of exactly 32 characters!',
    ],
    ['eight bytes as a little-endian number', new Uint8Array([1, 1, 0, 0, 0, 0, 0, 0]), 'number', '257'],
    ['a single byte that is no bump as a number', new Uint8Array([7]), 'number', '7'],
    ['other bytes in hex', new Uint8Array([1, 2, 3]), 'bytes', '0x010203'],
    ['no bytes in hex', new Uint8Array(), 'bytes', '0x'],
    ['text with a control character in hex', text('ab\x1bcd'), 'bytes', '0x61621b6364'],
  ];
  it.each(rows)('reads %s', (_, seed, kind, reading) => {
    const [first] = readSeeds([seed, new Uint8Array([1])]);
    expect(first).toEqual({ bytes: seed, kind, text: reading });
  });
});
