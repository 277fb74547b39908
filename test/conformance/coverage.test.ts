// Nothing of the runtime's registries is without a case that works and one that is refused, both with an expectation from
// outside; and the cases that coverage.ts names are there.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { proofKind } from '../../src/crypto/zk-proofs/index.ts';
import * as ids from '../../src/runtime/addresses.ts';
import { FEATURE_NAMES } from '../../src/runtime/features.ts';
import { PRECOMPILES } from '../../src/runtime/precompiles/index.ts';
import { BUILTINS } from '../../src/runtime/programs/index.ts';
import { SYSCALLS } from '../../src/runtime/syscalls/index.ts';
import type { Pubkey } from '../../src/wire/pubkey.ts';
import {
  type Case,
  type Covered,
  FILES,
  INSTRUCTION_CASES,
  LOADER_CASES,
  PRECOMPILE_CASES,
  SYSCALL_CASES,
} from './coverage.ts';
import { PROBES } from './feature-gates/probes.ts';
import { NOT_CONSULTED, OTHERS_FLIPPED } from './feature-gates/table.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

/** What stands before a title: a test, a group, a helper that makes one of them, the beginning of a row, its name. */
const BEFORE_TITLE = /(?:\b(?:test|it|describe|rows?)\(|\.\.\.\w+\(|\)\(|\bname: |\[)\s*$/;
const LONGEST_BEFORE = 80;

/** Where a title stands, from a place on; undefined where the words are none. */
function titleAt(text: string, title: string, from: number): number | undefined {
  const places = [`'${title}'`, `"${title}"`, `\`${title}\``].flatMap((quoted) => {
    const found: number[] = [];
    for (let at = text.indexOf(quoted, from); at >= 0; at = text.indexOf(quoted, at + 1)) found.push(at);
    return found.filter((at) => BEFORE_TITLE.test(text.slice(Math.max(0, at - LONGEST_BEFORE), at)));
  });
  return places.length === 0 ? undefined : Math.min(...places);
}

/** The first title of the path that isn't there. */
function missing([file, ...titles]: Case): string | undefined {
  const text = read(FILES[file]);
  let from = 0;
  for (const title of titles) {
    const at = titleAt(text, title, from);
    if (at === undefined) return `${title} in ${FILES[file]}`;
    from = at + 1;
  }
  return undefined;
}

function expectCases(cases: readonly (readonly [name: string, covered: Covered | undefined])[]): void {
  const absent = cases.flatMap(([name, covered]) => {
    return covered === undefined
      ? []
      : [missing(covered.works), missing(covered.fails)].flatMap((what) => what && [`${name}: ${what}`]);
  });
  expect(absent.filter((what) => what !== undefined)).toEqual([]);
}

/** The entries of a table in the source, one a tag. */
function tagsIn(file: string, table: string, entry: RegExp): number {
  const source = read(file);
  const start = source.indexOf(table);
  expect(start, `${table} in ${file}`).toBeGreaterThan(0);
  return source.slice(start, source.indexOf('\n];', start)).match(entry)?.length ?? 0;
}

const HANDLER = /^ {2}(function )?\w+(\(.*\{|,.*)$/gm;
const TABLE = 'const INSTRUCTIONS';

/** How many tags each builtin has, taken from the builtin itself. */
const BUILTIN_TAGS: readonly (readonly [id: Pubkey, name: string, tags: () => number])[] = [
  [ids.SYSTEM_PROGRAM_ID, 'system', () => tagsIn('src/runtime/programs/system.ts', TABLE, HANDLER)],
  [ids.VOTE_PROGRAM_ID, 'vote', () => tagsIn('src/runtime/programs/vote/vote-instruction.ts', TABLE, /^ {2}\(/gm)],
  [ids.BPF_LOADER_UPGRADEABLE_ID, 'loaderV3', () => tagsIn('src/runtime/programs/loader-v3.ts', TABLE, HANDLER)],
  [ids.LOADER_V4_ID, 'loaderV4', () => tagsIn('src/runtime/programs/loader-v4.ts', TABLE, HANDLER)],
  [
    ids.ZK_ELGAMAL_PROOF_ID,
    'zkElGamal',
    () => 1 + Array.from({ length: 256 }, (_, tag) => proofKind(tag)).filter((kind) => kind !== undefined).length,
  ],
  [
    ids.COMPUTE_BUDGET_ID,
    'computeBudget',
    // Tag 0 is used no more.
    () => 1 + (read('src/runtime/compute-budget.ts').match(/^const (REQUEST|SET)_\w+ = \d;$/gm)?.length ?? 0),
  ],
];
const LOADERS = [ids.BPF_LOADER_ID, ids.BPF_LOADER_DEPRECATED_ID];
const PRECOMPILE_NAMES: readonly (readonly [id: Pubkey, name: string])[] = [
  [ids.ED25519_ID, 'ed25519'],
  [ids.SECP256K1_ID, 'secp256k1'],
  [ids.SECP256R1_ID, 'secp256r1'],
];

const sorted = (keys: Iterable<Pubkey>): string[] => Array.from(keys, String).sort();

test('words that are no title are no case', () => {
  expect(missing(['introspection', 'the height of the stack'])).toBeUndefined();
  expect(missing(['introspection', 'the height of the stack', 'sol_get_stack_height'])).toContain(
    'sol_get_stack_height',
  );
});

/** It can only fail. */
const ALWAYS_FAILS = ['abort'];

describe('works once and is refused once', () => {
  test('each with two cases', () => {
    const covered = { ...SYSCALL_CASES, ...PRECOMPILE_CASES, loaders: LOADER_CASES };
    const same = Object.entries(covered).filter(([, { works, fails }]) => works.join() === fails.join());
    expect(same.map(([name]) => name)).toEqual(ALWAYS_FAILS);
    const instructions = Object.values(INSTRUCTION_CASES).flat();
    expect(instructions.filter((each) => each !== undefined && each.works.join() === each.fails.join())).toEqual([]);
  });

  test('every syscall', () => {
    expect(Object.keys(SYSCALL_CASES).sort()).toEqual(Object.keys(SYSCALLS).sort());
    expectCases(Object.entries(SYSCALL_CASES));
  });

  test('every instruction of every builtin', () => {
    const known = [...BUILTIN_TAGS.map(([id]) => id), ...LOADERS];
    expect(sorted(known)).toEqual(sorted(Array.from(BUILTINS, ([id]) => id)));
    for (const [, name, tags] of BUILTIN_TAGS) {
      expect(INSTRUCTION_CASES[name], name).toHaveLength(tags());
      expectCases(INSTRUCTION_CASES[name].map((covered, tag) => [`${name} ${tag}`, covered] as const));
    }
    expectCases([['loaders', LOADER_CASES]]);
  });

  test('every precompile', () => {
    expect(sorted(PRECOMPILE_NAMES.map(([id]) => id))).toEqual(sorted(Array.from(PRECOMPILES, ([id]) => id)));
    expect(Object.keys(PRECOMPILE_CASES).sort()).toEqual(PRECOMPILE_NAMES.map(([, name]) => name).sort());
    expectCases(Object.entries(PRECOMPILE_CASES));
  });

  test('every feature gate: on and off, or flipped where nothing asks', () => {
    const probed = new Set(PROBES.map(({ gate }) => gate));
    // What it changes no program can see; its probe is that nothing changes.
    const unseen = PROBES.filter(({ on, off }) => on === off).map(({ gate }) => gate);
    expect(unseen).toEqual(['account_data_direct_mapping']);
    const flipped = [...OTHERS_FLIPPED.with, ...OTHERS_FLIPPED.without];
    expect([...probed, ...flipped].sort()).toEqual([...FEATURE_NAMES].sort());
    expect(Object.values(NOT_CONSULTED).flat().sort()).toEqual([...flipped].sort());
  });
});
