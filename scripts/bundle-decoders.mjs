// Puts the decoders of well-known programs (src/trace/decoders/, made of the @solana-program clients) into one module,
// src/trace/decoders/bundled.generated.ts, which is not committed. It holds what they need of @solana/kit and no more:
// loading kit takes longer than all of Parhelion, this takes a millisecond, and nothing of it runs before the first trace.
//
//   node scripts/bundle-decoders.mjs     (npm runs this as part of `prepare`)
//
// Without devDependencies there is nothing to bundle with; the script then says so and leaves all as it is.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../', import.meta.url);
const ENTRY = 'src/trace/decoders/index.ts';
const OUTPUT = new URL('src/trace/decoders/bundled.generated.ts', ROOT);

await main();

async function main() {
  const esbuild = await import('esbuild').catch(() => undefined);
  if (esbuild === undefined) {
    console.warn(
      'bundle-decoders: esbuild is not installed, so the decoders stay as they are. Run `npm ci` with devDependencies.',
    );
    return;
  }
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: fileURLToPath(ROOT),
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    legalComments: 'none',
    format: 'iife',
    globalName: 'decoders',
    // Neither Node's nor a browser's: kit's builds for browsers run in both.
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['browser', 'import'],
    define: { 'process.env.NODE_ENV': '"production"', __DEV__: 'false' },
    target: 'es2022',
  });
  const inputs = Object.keys(metafile.inputs).sort();
  const sources = inputs.filter((path) => path.startsWith('src/'));
  const packages = new Set(inputs.map((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]).filter(Boolean));
  const text = moduleText(outputFiles[0].text, sources, [...packages].sort());
  writeFileSync(OUTPUT, text);
  console.log(`bundle-decoders: ${text.length} characters in src/trace/decoders/bundled.generated.ts`);
}

/** By this a test knows that the bundle is older than its sources. */
function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(readFileSync(new URL(path, ROOT)));
  return hash.digest('hex');
}

function moduleText(bundle, sources, packages) {
  const licences = packages.map((name) => {
    const { version, license } = JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, ROOT), 'utf8'));
    return `${name} ${version} (${license})`;
  });
  const kitLicence = readFileSync(new URL('node_modules/@solana/kit/LICENSE', ROOT), 'utf8').trim();
  return `// @ts-nocheck
// Written by scripts/bundle-decoders.mjs. Not committed.
// With code of ${licences.join(', ')}.
/*
${kitLicence}
*/

import type { ProgramDecoder } from '../decoder.ts';

/** What the bundle was made of, and the sha256 of these files end to end. */
export const SOURCES: readonly string[] = ${JSON.stringify(sources)};
export const SOURCES_SHA256: string = '${hashOf(sources)}';

/** Runs the bundle: the decoders of well-known programs, by address. */
export function loadDefaultDecoders(): readonly (readonly [address: string, decoder: ProgramDecoder])[] {
${bundle.trim()}
return decoders.DEFAULT_DECODERS;
}
`;
}
