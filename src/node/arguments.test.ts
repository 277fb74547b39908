// A command line is read, or refused with a sentence for whoever typed it.

import { describe, expect, test } from 'vitest';
import { readCommandLine } from './arguments.ts';

const refusalOf = (line: string): string => {
  try {
    readCommandLine(line.split(' '));
    return 'nothing is wrong';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('a command line', () => {
  test('is its command, its names, its options', () => {
    expect(readCommandLine(['units', 'bug.json', '--form', 'svg'])).toMatchObject({
      command: 'units',
      names: ['bug.json'],
      form: 'svg',
      json: false,
      idls: [],
    });
    expect(readCommandLine(['trace', '--', '--level'])).toMatchObject({ names: ['--level'] });
    expect(readCommandLine(['trace', '-', '--idl', 'a', '--idl', 'b'])).toMatchObject({
      names: ['-'],
      idls: ['a', 'b'],
      readsInput: true,
    });
    expect(readCommandLine(['explain', 'C:\\bugs\\one.json'])).toMatchObject({ names: ['C:\\bugs\\one.json'] });
  });

  test('may ask how it is written, or for the version', () => {
    expect([['-h'], ['trace', '--help'], ['help'], ['--version'], [], ['--json']].map(readCommandLine)).toEqual([
      ...['help', 'help', 'help', 'version', 'none', 'none'],
    ]);
  });

  test.each([
    ['play', 'there is no command "play"; there are demo, trace, explain, units, ledger, rewind, capsule.'],
    ['demo --bogus', "Unknown option '--bogus'."],
    ['demo --level calls', '--level is an option of trace, not of demo.'],
    ['trace x --form svg', '--form is an option of units, not of trace.'],
    ['units x --script', '--script is an option of rewind, not of units.'],
    ['explain x --list', '--list is an option of demo, not of explain.'],
    ['capsule a b --idl c', '--idl is an option of trace, explain, units, ledger, rewind, not of capsule.'],
    ['units x --form svg --json', "--form and --json can't stand together: each is a form of what is printed."],
    ['units x --form svg --save y', "--form and --save can't stand together: --save writes a file of its own form."],
    ['units x --form svg --check y', "--form and --check can't stand together: --check prints what it found."],
    [
      'units x --save y --check y',
      "--save and --check can't stand together: the file would be compared with itself; check first, then save.",
    ],
    ['trace x --level logs --json', "--level and --json can't stand together: JSON has all that the levels show."],
    ['trace x --level logs --level calls', '--level is given twice.'],
    ['trace', 'trace takes one file, a capsule; none is named.'],
    ['explain a b', 'explain takes one file, a capsule; 2 are named.'],
    [
      'capsule a',
      "capsule takes the file with getTransaction's answer, and one or more with the accounts; one is named.",
    ],
    ['capsule - -', 'standard input can be read once: - is given twice.'],
    ['units - --check -', 'standard input can be read once: - is given twice.'],
    ['rewind - --script', 'rewind --script reads commands from standard input: name a file, not -.'],
    ['demo x --list', 'demo --list names every scenario: it takes no names.'],
    ['trace x --json=yes', "Option '--json' does not take an argument."],
    ['trace x --level', "Option '--level <value>' argument missing."],
  ])('%s is refused with a sentence', (line, sentence) => {
    expect(refusalOf(line)).toBe(sentence);
  });
});
