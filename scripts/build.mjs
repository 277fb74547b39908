// Writes dist/: ES modules with everything in them, and the type declarations beside; in dist/cjs/ the doors that suites
// `require` too, as CommonJS.
//
//   node scripts/build.mjs            all of it
//   node scripts/build.mjs --code     the modules alone: what the benchmarks need
//   node scripts/build.mjs --cjs DIR  what is `require`d alone, to another folder
//
// Bundled, because a process that imports one file a module of ours waits longer for the file system than for the work.
// What the doors of the package share is in two, dist/wire.js and dist/index.js (build/core-layer.mjs); what few processes
// need is read by those that do (build/groups.mjs).

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildPackage } from './build/package.mjs';
import compileAhead from './compile-ahead.mjs';

const ROOT = new URL('../', import.meta.url);
const { exports: doors, bin } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'));

/** `./dist/wire/index.js` → wire/index */
const moduleOf = (file) => file.replace('./dist/', '').replace(/\.js$/, '');

const SETTINGS = {
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  // No host's own: the core needs none, and the command line says `node:` where it does.
  platform: 'neutral',
  target: 'es2022',
  // Names are for stack traces; the text of the code is for whoever steps through it.
  minify: false,
  logLevel: 'warning',
};

/** What an output is made of: `wire/index` out of src/wire/index.ts. */
const entriesOf = (names) => names.map((name) => ({ in: `src/${name}.ts`, out: name }));

/** The doors that have a `require` condition. */
const required = Object.values(doors).flatMap((door) => (door.require ? [moduleOf(door.default)] : []));

/** Here nothing is loaded lazily, and what was compiled ahead is too much to read for whoever may not need it. */
const withoutAhead = {
  name: 'without-ahead',
  setup({ onLoad }) {
    onLoad({ filter: /bundled.ahead.[\w-]+\.generated\.ts$/ }, () => ({
      contents: 'export const program = undefined;',
    }));
  },
};

process.chdir(fileURLToPath(ROOT));
const [option, folder] = process.argv.slice(2);
if (option === '--cjs') await buildCommonJs(folder);
else await buildAll();

async function buildAll() {
  compileAhead();
  const outputs = await buildPackage();
  rmSync('dist', { recursive: true, force: true });
  for (const [path, text] of Object.entries(outputs)) {
    mkdirSync(dirname(`dist/${path}`), { recursive: true });
    writeFileSync(`dist/${path}`, text);
  }
  for (const file of Object.values(bin)) chmodSync(file, 0o755);
  await buildCommonJs('dist/cjs');
  if (option === '--code') return;
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json', '--emitDeclarationOnly'], { stdio: 'inherit' });
  nameOutputs();
  copyDeclarations();
}

/**
 * The chunks of an ES build of these doors alone, each turned into CommonJS, so that they still share their classes. What
 * exists as ES modules only is bundled.
 */
async function buildCommonJs(outdir) {
  await build({
    ...SETTINGS,
    entryPoints: entriesOf(required),
    outdir,
    external: ['node:*', '@solana/*', '@solana-program/*'],
    plugins: [withoutAhead],
    // The names by which neutral builds find a package's module where it has no `exports`.
    mainFields: ['module', 'main'],
  });
  const files = filesUnder(outdir).filter((file) => file.endsWith('.js'));
  await build({ entryPoints: files, outdir, outbase: outdir, allowOverwrite: true, format: 'cjs', target: 'node20' });
  writeFileSync(join(outdir, 'package.json'), '{ "type": "commonjs" }\n');
}

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** Declarations say `./x.ts`, as the sources do; older compilers know `./x.js` only. */
function nameOutputs() {
  for (const file of filesUnder('dist')) {
    if (!file.endsWith('.d.ts')) continue;
    writeFileSync(file, readFileSync(file, 'utf8').replace(/(\b(?:from|import) ?\(?')(\.[^']+)\.ts'/g, "$1$2.js'"));
  }
}

/** To a module that is required, a compiler gives the types of a CommonJS module only: the same ones, once more. */
function copyDeclarations() {
  const copied = new Set();
  const copy = (file) => {
    if (copied.has(file) || !existsSync(file)) return;
    copied.add(file);
    const text = readFileSync(file, 'utf8');
    const target = file.replace(/^dist/, 'dist/cjs');
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    for (const [, path] of text.matchAll(/\b(?:from|import) ?\(?'(\.[^']+)\.js'/g))
      copy(join(dirname(file), `${path}.d.ts`));
  };
  for (const name of required) copy(`dist/${name}.d.ts`);
}
