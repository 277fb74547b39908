import { expect, test } from 'vitest';
import { colorOf, widthOf } from './terminal.ts';

const TERMINAL = { isTTY: true, columns: 20 };

test.each([
  ['a terminal', TERMINAL, {}, true],
  ['a pipe', {}, {}, false],
  ['a terminal that knows none', TERMINAL, { TERM: 'dumb' }, false],
  ['NO_COLOR', TERMINAL, { NO_COLOR: '1' }, false],
  ['an empty NO_COLOR', TERMINAL, { NO_COLOR: '' }, true],
  ['FORCE_COLOR and a pipe', {}, { FORCE_COLOR: '1' }, true],
  ['an empty FORCE_COLOR and a pipe', {}, { FORCE_COLOR: '' }, false],
  ['FORCE_COLOR 0 and a terminal', TERMINAL, { FORCE_COLOR: '0' }, false],
  ['both', TERMINAL, { NO_COLOR: '1', FORCE_COLOR: '3' }, false],
] as const)('colours: %s', (_, output, environment, expected) => {
  expect(colorOf(output, environment)).toBe(expected);
});

test("the width is the terminal's, or 100", () => {
  expect([TERMINAL, {}, { columns: 0 }].map(widthOf)).toEqual([20, 100, 100]);
});
