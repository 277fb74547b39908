// One module, dist/core.js, with everything that more than one door of the package shares. Each file more costs a fresh
// process a millisecond or two of resolving and linking, and what esbuild's own splitting makes of ten doors is twenty
// files. The doors that need no more than the core only name what they re-export.

import { build } from 'esbuild';
import { sourceOf } from './lazy-modules.mjs';

const NAMESPACE = 'core';
/** Stands for dist/core.js in import statements until it is known where they are. */
const CORE = '#core';

/**
 * Bundles `doors` (names of modules in src/) into dist/core.js, and the `others` around it. Gives the output files by path.
 */
export async function buildLayers(doors, others, options) {
  const entry = (modules) => modules.map((module) => `export * from './src/${module}.ts';`).join('\n');
  const fromText = (contents) => ({ stdin: { contents, resolveDir: process.cwd() }, write: false, ...options });
  const { metafile } = await build({ ...fromText(entry(doors)), metafile: true });
  const files = Object.keys(metafile.inputs).filter((file) => file.startsWith('src/'));
  const names = await exportsOf(files, fromText);

  const asked = new Set(doors.map((door) => `src/${door}.ts`));
  const outer = await build({
    entryPoints: others.map((module) => ({ in: `src/${module}.ts`, out: module })),
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    write: false,
    ...options,
    plugins: [importsFromCore(names, asked), ...options.plugins],
  });
  const list = (file, rename) =>
    names
      .get(file)
      .map((name) => rename(`${idOf(file)}__${name}`, name))
      .join(', ');
  const exported = [...asked].filter((file) => names.get(file).length > 0);
  const core = await build(
    fromText(
      exported.map((file) => `export { ${list(file, (id, name) => `${name} as ${id}`)} } from './${file}';`).join('\n'),
    ),
  );
  const outputs = { 'core.js': core.outputFiles[0].text };
  for (const door of doors) {
    const renamed = list(`src/${door}.ts`, (id, name) => `${id} as ${name}`);
    outputs[`${door}.js`] = `export { ${renamed} } from "${CORE}";\n`;
  }
  for (const { path, text } of outer.outputFiles) outputs[path.replace(`${process.cwd()}/dist/`, '')] = text;
  for (const [path, text] of Object.entries(outputs)) {
    outputs[path] = text.replaceAll(`"${CORE}"`, `"${'../'.repeat(path.split('/').length - 1) || './'}core.js"`);
  }
  return outputs;
}

const idOf = (file) =>
  file
    .replace(/^src\//, '')
    .replace(/\.ts$/, '')
    .replace(/\W/g, '_');

/** The names that each module exports when it is evaluated. */
async function exportsOf(files, fromText) {
  const text = files.map((file) => `export * as ${idOf(file)} from './${file}';`).join('\n');
  const { outputFiles } = await build({ ...fromText(text), external: ['node:*'] });
  // Nothing that is evaluated loads a lazy module.
  const code = outputFiles[0].text.replaceAll(/from ?"#lazy"/g, 'from "data:text/javascript,export const load = 0"');
  const namespaces = await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);
  return new Map(files.map((file) => [file, Object.keys(namespaces[idOf(file)] ?? {})]));
}

/** An import of a module that is in the core becomes one from the core; the module is noted in `asked`. */
function importsFromCore(names, asked) {
  return {
    name: 'core',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\.ts$/ }, ({ path, resolveDir, kind }) => {
        const file = sourceOf(path, resolveDir);
        if (kind === 'entry-point' || !names.has(file)) return undefined;
        asked.add(file);
        return { path: file, namespace: NAMESPACE, sideEffects: false };
      });
      onResolve({ filter: new RegExp(`^${CORE}$`) }, () => ({ path: CORE, external: true, sideEffects: false }));
      onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
        contents: `export { ${names
          .get(path)
          .map((name) => `${idOf(path)}__${name} as ${name}`)
          .join(', ')} } from '${CORE}';`,
        loader: 'js',
      }));
    },
  };
}
