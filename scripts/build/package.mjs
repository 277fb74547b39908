// What is in dist/, as texts by path: the doors, the core, and what is loaded lazily, for Node and for other hosts.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildLayers } from './core-layer.mjs';
import { compileEagerly } from './eager.mjs';
import { programGroups } from './groups.mjs';
import { inlineLoader, lazyFile } from './loaders.mjs';

const ROOT = new URL('../../', import.meta.url);
/** The doors that only show what the core has: they bring no package along. */
const INNER_DOORS = ['./wire', './sbpf', './trace'];

/** `./dist/wire/index.js` → wire/index */
const moduleOf = (file) => file.replace('./dist/', '').replace(/\.js$/, '');

/** The current directory must be the root of the repository. */
export async function buildPackage() {
  const { exports: doors, bin } = JSON.parse(readFileSync(fileURLToPath(new URL('package.json', ROOT)), 'utf8'));
  const main = moduleOf(doors['.'].default);
  const inner = INNER_DOORS.map((name) => moduleOf(doors[name].default));
  const all = Object.values(doors).flatMap((door) => [door.default, door.browser ?? []].flat());
  const files = new Set([...all, ...Object.values(bin)].map(moduleOf));
  const others = [...files].filter((module) => module !== main && !inner.includes(module));
  const { outputs, groups } = await buildLayers(
    { main, inner, others },
    {
      outdir: 'dist',
      bundle: true,
      format: 'esm',
      // No host's own: the core needs none, and the command line says `node:` where it does.
      platform: 'neutral',
      external: ['node:*'],
      packages: 'external',
      target: 'es2022',
      // Names stay: they are for stack traces.
      minifyWhitespace: true,
      minifySyntax: true,
      logLevel: 'warning',
    },
  );
  for (const [group, text] of Object.entries(groups)) outputs[`lazy/${group}.js`] = lazyFile(text);
  outputs['lazy-inline.js'] = inlineLoader(groups, Object.keys(programGroups()));
  return compileEagerly(outputs);
}
