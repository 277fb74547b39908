import { describe, expect, it } from 'vitest';
import { decodePlainText, displayWidth, escapeText, jsonText } from './plain-text.ts';

describe('escapeText', () => {
  const rows: [name: string, input: string, expected: string][] = [
    ['leaves ordinary text as it is', 'Instruction: Transfer — 5 €, 漢字, 🎉', 'Instruction: Transfer — 5 €, 漢字, 🎉'],
    ['spells out colour codes', '\x1b[31mred\x1b[0m', '\\x1b[31mred\\x1b[0m'],
    ['keeps one line one line', 'a\nb\rc\td\0', 'a\\nb\\rc\\td\\0'],
    ['spells out C1 controls, which some terminals obey', '\x9b2J', '\\x9b2J'],
    ['spells out marks that reverse the reading direction', 'abc\u202edef', 'abc\\u{202e}def'],
    ['spells out what cannot be seen', 'a\u200bb\ufeffc\u2028d', 'a\\u{200b}b\\u{feff}c\\u{2028}d'],
    ['spells out tags beyond the first plane', 'a\u{e0041}', 'a\\u{e0041}'],
    ['spells out lone surrogates', 'a\ud800b', 'a\\u{d800}b'],
    [
      'lets four accents stand on a letter and no tower of them',
      `z${'\u0301'.repeat(6)}`,
      `z${'\u0301'.repeat(4)}\\u{301}\\u{301}`,
    ],
  ];
  it.each(rows)('%s', (_, input, expected) => {
    expect(escapeText(input)).toBe(expected);
    expect(escapeText(escapeText(input))).toBe(expected);
  });
});

describe('decodePlainText', () => {
  it('reads UTF-8 that needs no escape, and nothing else', () => {
    expect(decodePlainText(new TextEncoder().encode('vault'))).toBe('vault');
    expect(decodePlainText(new Uint8Array([0xff, 0xfe]))).toBeUndefined();
    expect(decodePlainText(new Uint8Array([1, 0, 0, 0]))).toBeUndefined();
    expect(decodePlainText(new Uint8Array())).toBeUndefined();
  });
});

describe('displayWidth', () => {
  it('counts wide characters twice and accents not at all', () => {
    expect(displayWidth('abc')).toBe(3);
    expect(displayWidth('漢字')).toBe(4);
    expect(displayWidth('🎉')).toBe(2);
    expect(displayWidth('e\u0301')).toBe(1);
  });
});

describe('jsonText', () => {
  const value = { 'k\x9b': ['\x1b[2J\n', 'a\u202eb', 'c\u{e0041}', 'd\ud800', 'é 漢 🎉'], n: 1 };

  it.each([0, 2])('is the same value, with nothing in it that a terminal obeys (%s)', (indent) => {
    const text = jsonText(value, indent);
    expect(JSON.parse(text)).toEqual(value);
    for (const line of text.split('\n')) expect(escapeText(line)).toBe(line);
    expect(text.includes('é 漢 🎉')).toBe(true);
  });

  it('is what JSON.stringify gives of plain values', () => {
    expect(jsonText({ a: ['b'] })).toBe(JSON.stringify({ a: ['b'] }, null, 2));
    expect(jsonText({ a: ['b'] }, 0)).toBe('{"a":["b"]}');
  });
});
