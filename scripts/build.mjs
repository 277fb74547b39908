// Writes dist/: a few ES modules with everything in them, and the type declarations beside.
//
//   node scripts/build.mjs            all of it
//   node scripts/build.mjs --code     the modules alone: what the benchmarks need
//
// Bundled, because a process that imports one file a module of ours waits longer for the file system than for the work:
// 170 files take 45 ms until the first transaction, these take 25. The doors of the package share their code in chunks.

import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = new URL('../', import.meta.url);
const { exports: doors, bin } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'));

/** `./dist/wire/index.js` → wire/index */
const moduleOf = (file) => file.replace('./dist/', '').replace(/\.js$/, '');
const modules = [...Object.values(doors).map((door) => door.default), ...Object.values(bin)].map(moduleOf);

process.chdir(fileURLToPath(ROOT));
rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: modules.map((module) => ({ in: `src/${module}.ts`, out: module })),
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  // No host's own: the core needs none, and the command line says `node:` where it does.
  platform: 'neutral',
  external: ['node:*'],
  packages: 'external',
  target: 'es2022',
  // Names are for stack traces; the text of the code is for whoever steps through it.
  minify: false,
  logLevel: 'warning',
});
if (!process.argv.includes('--code')) {
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json', '--emitDeclarationOnly'], { stdio: 'inherit' });
}
