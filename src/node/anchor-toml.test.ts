import { describe, expect, test } from 'vitest';
import { localnetPrograms } from './anchor-toml.ts';

describe('the programs of an Anchor.toml', () => {
  test.each([
    ['a table of its own', '[programs.localnet]\na = "A"\nb-c = "B"', { a: 'A', 'b-c': 'B' }],
    [
      'among other tables',
      '[features]\nx = true\n[programs.localnet]\na = "A"\n[programs.devnet]\na = "X"\n',
      { a: 'A' },
    ],
    ['dotted keys', '[programs]\nlocalnet.a = "A"\ndevnet.a = "X"', { a: 'A' }],
    ['an inline table', '[programs]\nlocalnet = { a = "A", "b c" = \'B\' }', { a: 'A', 'b c': 'B' }],
    ['an inline table one level up', 'programs = { localnet = { a = "A" }, devnet = { a = "X" } }', { a: 'A' }],
    ['comments, blanks and signs in quotes', '[ programs . localnet ] # here\r\n"a#=" = "A" # "X"\r\n', { 'a#=': 'A' }],
    ['nothing in it', '[programs.localnet]\n', {}],
  ])('%s', (_, toml, expected) => {
    expect(Object.fromEntries(localnetPrograms(toml))).toEqual(expected);
  });

  test.each([
    ['no table', '[programs.devnet]\na = "A"', '`programs.localnet` not found in Anchor.toml'],
    ['no text at all', '', '`programs.localnet` not found in Anchor.toml'],
    ['no table but a number', '[programs]\nlocalnet = 5', 'Failed to parse `programs.localnet` table.'],
    ['a number as address', '[programs.localnet]\na = 5', 'Invalid pubkey in `programs.localnet` table. 5'],
    [
      'a table as address',
      '[programs.localnet]\na = { address = "A" }',
      'Invalid pubkey in `programs.localnet` table. { address = "A" }',
    ],
  ])('%s', (_, toml, message) => {
    expect(() => localnetPrograms(toml)).toThrow(message);
  });
});
