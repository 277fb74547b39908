// One module, dist/core.js, with everything that more than one door of the package shares. Each file more costs a fresh
// process a millisecond or two of resolving and linking, and what esbuild's own splitting makes of ten doors is twenty
// files. The doors that need no more than the core only name what they re-export.
//
// Its parts find each other by mangled names: `Pubkey` of src/wire/pubkey.ts is `wire_pubkey__Pubkey` of the core.

import { build } from 'esbuild';
import { eager, facade, lazyGroups, licenceOf } from './lazy-modules.mjs';

/** Stands for dist/core.js in import statements until it is known where they are. */
const CORE = '#core';
/** For modules that esbuild takes from here, not from src/. */
const NAMESPACE = 'built';

/**
 * Bundles `doors` (names of modules in src/) into dist/core.js, and the `others` around it. Gives the texts of the output
 * files by path, and those of the lazy groups by name.
 */
export async function buildLayers(doors, others, options) {
  const lazy = lazyGroups();
  const groupOf = new Map(Object.entries(lazy).flatMap(([group, files]) => files.map((file) => [file, group])));
  const fromText = (contents, plugins = [], logLevel = 'warning') =>
    build({
      stdin: { contents, resolveDir: process.cwd() },
      write: false,
      metafile: true,
      ...options,
      plugins,
      logLevel,
    });
  const doorFiles = doors.map((door) => `src/${door}.ts`);
  // A door may lead to a group: whoever opens it loads the group at once.
  const everything = doorFiles.filter((file) => !groupOf.has(file));
  const all = sourcesOf(await fromText(imports(doorFiles)));
  const namespaces = await evaluate(all);

  const facades = new Map();
  for (const [file, group] of groupOf) facades.set(file, facade(group, file, namespaces.get(file), CORE));
  const cut = modulesPlugin((file) => facades.get(file));
  // The core is what the doors reach without going through a façade, less what is only re-exported from a group.
  const core = new Set(sourcesOf(await fromText(imports(everything), [cut])));
  await promoteShared(core, lazy, fromText);

  const asked = new Set(everything);
  const fromCore = (file) => {
    asked.add(file);
    return `export { ${rename(file, (id, name) => `${id} as ${name}`)} } from '${CORE}';`;
  };
  const rename = (file, render) =>
    Object.keys(namespaces.get(file))
      .map((name) => render(`${idOf(file)}__${name}`, name))
      .join(', ');

  const groups = {};
  for (const [group, files] of Object.entries(lazy)) {
    const handed = modulesPlugin((file) => {
      if (files.includes(file)) return undefined;
      // The core is a parameter here. Importing it would copy its names for each façade.
      if (facades.has(file)) return facades.get(file).replace(/^import \* as core .*$/m, '');
      if (!core.has(file)) return undefined;
      asked.add(file);
      return `export const { ${rename(file, (id, name) => `${id}: ${name}`)} } = core;`;
    });
    groups[group] = await bundleGroup(group, files, [handed], options);
  }
  const outer = await build({
    entryPoints: others.map((module) => ({ in: `src/${module}.ts`, out: module })),
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    write: false,
    ...options,
    plugins: [modulesPlugin((file) => facades.get(file) ?? (core.has(file) ? fromCore(file) : undefined))],
  });
  const exported = [...asked].filter((file) => Object.keys(namespaces.get(file)).length > 0);
  const inner = await fromText(
    exported.map((file) => `export { ${rename(file, (id, name) => `${name} as ${id}`)} } from './${file}';`).join('\n'),
    [cut],
  );
  const outputs = { 'core.js': inner.outputFiles[0].text };
  for (const file of doorFiles) {
    const group = groupOf.get(file);
    const text = group === undefined ? fromCore(file) : eager(group, file, namespaces.get(file), CORE);
    outputs[file.replace(/^src\/(.*)\.ts$/, '$1.js')] = text;
  }
  for (const { path, text } of outer.outputFiles) outputs[path.replace(`${process.cwd()}/dist/`, '')] = text;
  for (const [path, text] of Object.entries(outputs)) {
    const up = '../'.repeat(path.split('/').length - 1) || './';
    outputs[path] = text.replaceAll(`"${CORE}"`, `"${up}core.js"`).replaceAll(`'${CORE}'`, `'${up}core.js'`);
  }
  return { outputs, groups };
}

/** What two groups would have a copy of each belongs to the core. */
async function promoteShared(core, lazy, fromText) {
  const owner = new Map();
  for (const [group, files] of Object.entries(lazy)) {
    const stop = modulesPlugin((file) =>
      !files.includes(file) && (core.has(file) || isIn(lazy, file)) ? '' : undefined,
    );
    for (const file of sourcesOf(await fromText(imports(files), [stop], 'error'))) {
      if (owner.has(file) && owner.get(file) !== group) core.add(file);
      owner.set(file, group);
    }
  }
}

const isIn = (lazy, file) => Object.values(lazy).some((files) => files.includes(file));

const imports = (files) => files.map((file) => `export * as ${idOf(file)} from './${file}';`).join('\n');

const idOf = (file) =>
  file
    .replace(/^src\//, '')
    .replace(/\.ts$/, '')
    .replace(/\W/g, '_');

const sourcesOf = ({ metafile }) => Object.keys(metafile.inputs).filter((file) => file.startsWith('src/'));

/** The modules as they are when evaluated, by file. */
async function evaluate(files) {
  const { outputFiles } = await build({
    stdin: { contents: imports(files), resolveDir: process.cwd() },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'neutral',
    logLevel: 'warning',
  });
  const module = { exports: {} };
  new Function('module', 'exports', outputFiles[0].text)(module, module.exports);
  return new Map(files.map((file) => [file, module.exports[idOf(file)] ?? {}]));
}

/** The text of a function's body, which gives the modules of a group by file, each to be evaluated by a call. */
async function bundleGroup(group, files, plugins, options) {
  const lines = files.map((file) => `'${file}': () => require('./${file}'),`);
  const { outputFiles } = await build({
    ...options,
    stdin: { contents: `module.exports = {\n${lines.join('\n')}\n};`, resolveDir: process.cwd() },
    write: false,
    format: 'cjs',
    // What a group needs of other packages it carries with it.
    packages: 'bundle',
    plugins: [loadIsHanded, ...plugins],
  });
  return `${licenceOf(group)}const module = { exports: {} };\n${outputFiles[0].text}\nreturn module.exports;`;
}

/** In a group's function `load` is a parameter, and so is the core. */
const loadIsHanded = {
  name: 'load',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^#(lazy|core)$/ }, ({ path }) => ({ path, namespace: 'handed', sideEffects: false }));
    onLoad({ filter: /.*/, namespace: 'handed' }, ({ path }) => ({
      contents: path === '#lazy' ? 'const given = load;\nexport { given as load };' : 'module.exports = core;',
    }));
  },
};

/** Puts the texts that `textOf` gives for modules of src/ in their place. */
function modulesPlugin(textOf) {
  return {
    name: 'modules',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\.ts$/ }, ({ path, resolveDir, kind }) => {
        const file = path.startsWith('.')
          ? decodeURI(new URL(path, `file://${resolveDir}/`).pathname).replace(`${process.cwd()}/`, '')
          : path;
        if (kind === 'entry-point' || textOf(file) === undefined) return undefined;
        return { path: file, namespace: NAMESPACE, sideEffects: false };
      });
      onResolve({ filter: /^#(lazy|core)$/ }, ({ path }) => ({ path, external: true, sideEffects: false }));
      onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
        contents: textOf(path),
        loader: 'js',
        resolveDir: process.cwd(),
      }));
    },
  };
}
