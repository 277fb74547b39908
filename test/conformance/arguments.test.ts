// The command line of the conformance run is read, or refused with a sentence; what did not run is named.

import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readArguments } from './arguments.ts';
import { absentReport, emptyReport, missingSuites } from './report.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '');
const FILE = `${HERE}/main.ts`;

describe('arguments', () => {
  test('are read', () => {
    expect(readArguments([])).toMatchObject({ suite: 'all', jobs: 1, allowMissing: false });
    expect(readArguments(['--allow-missing', '--seeds', '2'])).toMatchObject({ allowMissing: true, seedCount: 2 });
    expect(readArguments(['differential', '--seed', '3', '--seed', '4'])).toMatchObject({ seeds: [3, 4] });
    expect(readArguments(['fixtures', HERE, '--ignore-units'])).toMatchObject({ paths: [HERE], ignoreUnits: true });
    expect(readArguments(['cpi', '-h'])).toBe('help');
  });

  test.each([
    ['nope', 'there is no suite "nope"; there are fixtures, sbpf,'],
    ['sbpf none.json', 'there is no file none.json'],
    [`sbpf ${HERE}`, `${HERE} is a folder, not a file`],
    ['fixtures none', 'there is no file none'],
    ['fixtures', 'fixtures takes folders or files of fixtures; 0 are named'],
    [`transactions ${FILE}`, 'transactions takes two files: cases, then outcomes; 1 are named'],
    ['cpi x', 'cpi takes no paths; 1 are named'],
    ['--data none', '--data: there is no folder none'],
    [`--elfs ${FILE}`, `--elfs: ${FILE} is a file, not a folder`],
    ['--program x', '--program takes ADDRESS=FILE.so, not "x"'],
    ['--program 11111111111111111111111111111111=none.so', '--program: there is no file none.so'],
    ['differential --hostile 3', '--hostile is an option of the run of all suites, not of differential'],
    ['--seed 3', '--seed is an option of differential, programs, hostile, not of the run of all suites'],
    ['hostile --seed 1 --seed 2', 'hostile takes one --seed'],
    ['cpi --write', '--write is an option of the run of all suites, not of cpi'],
    ['programs --count 1e3', '--count takes a whole number, not "1e3"'],
    ['programs --count 99999999999999999999', '--count takes a whole number'],
  ])('%s is refused', (line, sentence) => {
    expect(() => readArguments(line.split(' '))).toThrow(sentence);
  });
});

test('suites that did not run for want of data are named', () => {
  expect(missingSuites([emptyReport('cpi'), absentReport('sbpf'), absentReport('traces')])).toEqual(['sbpf', 'traces']);
});
