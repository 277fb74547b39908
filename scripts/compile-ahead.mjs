// Compiles the bundled programs ahead: plays what tests and users commonly do with them (scripts/ahead/), and writes what ran
// of each as WebAssembly, src/bank/bundled/ahead/<name>.generated.ts, which is not committed. Other code of theirs, and all
// of it where the machine is set up differently, is interpreted and compiled when it is hot, like any program's.
//
//   node scripts/compile-ahead.mjs            write the modules where they are missing or stale
//
// npm runs this as `prepare`, behind bundle-programs.mjs; the build and the tests see to it that the modules are fresh.
// What they are made from, sources included, is told by a stamp in them.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = join(ROOT, 'src/bank/bundled/ahead');
/** What is compiled, by module. */
const PROGRAMS = {
  token: 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
  'token-2022': 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb',
  'associated-token': 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL',
  memo: 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr',
};
/** What the code depends on: who compiles it, what it is compiled for, which programs, and what is played. */
const SOURCES = [
  'scripts/ahead',
  'scripts/compile-ahead.mjs',
  'src/bank/bundled/manifest.json',
  'src/runtime/execution-cost.ts',
  'src/runtime/features.ts',
  'src/runtime/program-cache.ts',
  'src/runtime/syscalls',
  'src/sbpf',
  'src/wasm',
];

const fileOf = (module) => join(FOLDER, `${module}.generated.ts`);

/** For vitest too, which calls it before the first test. */
export default function compileAhead() {
  const stamp = stampOf(SOURCES.flatMap((path) => filesUnder(join(ROOT, path))));
  const modules = Object.keys(PROGRAMS);
  if (modules.every((module) => isFresh(fileOf(module), stamp))) return;
  // The sources import the modules, so there must be some.
  mkdirSync(FOLDER, { recursive: true });
  for (const module of modules) if (!existsSync(fileOf(module))) writeFileSync(fileOf(module), NONE);
  if (!existsSync(join(FOLDER, '../token.generated.ts')) || !isInstalled('tsx')) {
    console.warn(
      'compile-ahead: there are no bundled programs, or there is no npm `tsx`, so nothing is compiled ahead.',
    );
    return;
  }
  const folder = mkdtempSync(join(FOLDER, '.new-'));
  try {
    const options = ['--import', 'tsx', '--conditions=source', join(ROOT, 'scripts/ahead/main.ts')];
    const programs = Object.entries(PROGRAMS).map((entry) => entry.join('='));
    const env = { ...process.env };
    // What this process was told is not meant for that one.
    delete env['NODE_OPTIONS'];
    execFileSync(process.execPath, [...options, folder, stamp, ...programs], { cwd: ROOT, env, stdio: 'inherit' });
    // At once, for whoever reads them meanwhile.
    for (const file of readdirSync(folder)) renameSync(join(folder, file), join(FOLDER, file));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const NONE = `// Written by scripts/compile-ahead.mjs. Not committed.

import type { ProgramAhead } from '../ahead.ts';

export const program: ProgramAhead | undefined = undefined;
`;

const isFresh = (file, stamp) => existsSync(file) && readFileSync(file, 'utf8').includes(`\n// From ${stamp}\n`);

function filesUnder(path) {
  if (/\.\w+$/.test(path)) return [path];
  const files = readdirSync(path, { recursive: true }).sort();
  return files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts')).map((file) => join(path, file));
}

function stampOf(files) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${relative(ROOT, file)}\n`)
      .update(readFileSync(file))
      .update('\n');
  return hash.digest('hex');
}

function isInstalled(name) {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) compileAhead();
