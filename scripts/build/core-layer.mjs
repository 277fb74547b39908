// What a fresh process reads. Each file more costs it half a millisecond of resolving and linking, and each KB of text
// thirty microseconds, so all that the doors of the package share is in few files, and in those is only what nearly every
// process runs:
//
//   dist/wire.js      the room `wire`, which needs nothing else: who imports a constant of it gets no virtual machine.
//                     For Node, what reads the groups is in it too
//   dist/index.js     the core: what runs transactions
//   dist/lazy/*.js    the groups (groups.mjs), in whose place stand façades (facades.mjs)
//
// A module belongs to the group that lists it, and what only one group reaches, to that group. Parts of the core and of
// wire.js are handed to groups and to other doors in one array, by numbers.

import { build } from 'esbuild';
import { eager, facade, LOADER } from './facades.mjs';
import { lazyGroups, licenceOf, WHOLE_GROUPS, withBases } from './groups.mjs';
import { NODE_LOADER } from './loaders.mjs';
import { handedPlugin, modulesPlugin, textPlugin } from './plugins.mjs';

/** Stand for dist/index.js and dist/wire.js in import statements until it is known where they are. */
const CORE = '#core';
const WIRE = '#wire';
const PATHS = { [CORE]: 'index.js', [WIRE]: 'wire.js' };

/**
 * Bundles the doors (names of modules in src/): `main` is the core's own, `inner` show what the core has, `others` are
 * bundled around it. Gives the texts of the output files by path, and those of the lazy groups by name.
 */
export async function buildLayers({ main, inner, others }, options) {
  const fileOf = (door) => `src/${door}.ts`;
  const innerFiles = inner.map(fileOf);
  const doorFiles = [fileOf(main), ...innerFiles];
  const bundle = (contents, plugins, settings = {}) =>
    build({
      ...options,
      stdin: { contents, resolveDir: process.cwd() },
      write: false,
      metafile: true,
      plugins,
      ...settings,
    });
  const groups = lazyGroups();
  const listed = new Map(Object.entries(groups).flatMap(([group, files]) => files.map((file) => [file, group])));
  const ownerOf = await assign(doorFiles, groups, listed, bundle);
  const namespaces = await evaluate([...ownerOf.keys()]);
  const namesOf = (file) => Object.keys(namespaces.get(file));
  /** The number of each part of the core that is handed over, by file and name. */
  const numbers = new Map();
  const numbered = (file) =>
    namesOf(file).map((name) => {
      const key = `${file} ${name}`;
      if (!numbers.has(key)) numbers.set(key, numbers.size);
      return [numbers.get(key), name];
    });

  /** What of the core, and of each group, is asked for from outside. */
  const asked = new Map(['core', ...Object.keys(groups)].map((owner) => [owner, new Set()]));
  const handedOver = (file) => {
    asked.get('core').add(file);
    const lines = numbered(file).map(([number, name]) => `export const ${name} = /* @__PURE__ */ part(${number});`);
    return [`import { part } from '${LOADER}';`, ...lines].join('\n');
  };
  const behindFacade = (file, group) => {
    asked.get(group).add(file);
    return facade(group, file, namespaces.get(file));
  };
  const wire = (file) => `export { ${namesOf(file).join(', ')} } from '${WIRE}';`;

  const inGroup = (group) =>
    modulesPlugin((file) => {
      const owner = ownerOf.get(file);
      if (owner === undefined || owner === group) return undefined;
      if (owner === 'core' || owner === 'wire') return handedOver(file);
      if (!withBases(group).includes(owner)) return behindFacade(file, owner);
      asked.get(owner).add(file);
      return eager(owner, file, namespaces.get(file));
    });
  const fromCore = modulesPlugin((file) => {
    const owner = ownerOf.get(file);
    if (owner === undefined) return undefined;
    if (owner === 'wire') return wire(file);
    // What a façade loads takes its parts from the core, which may not have been read yet.
    if (owner !== 'core') return `import '${CORE}';\n${behindFacade(file, owner)}`;
    return `import '${CORE}';\n${handedOver(file)}`;
  });
  const outer = await build({
    ...options,
    entryPoints: others.map((module) => ({ in: fileOf(module), out: module })),
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    write: false,
    plugins: [fromCore],
  });
  const doors = {};
  for (const file of innerFiles) {
    // A door may lead to a group: whoever opens it loads the group at once.
    const group = listed.get(file);
    const contents =
      group === undefined ? imports([file], true) : `import '${CORE}';\n${eager(group, file, namespaces.get(file))}`;
    doors[file] = (await bundle(contents, [fromCore])).outputFiles[0].text;
  }
  const inCore = modulesPlugin((file) => {
    const owner = ownerOf.get(file);
    if (owner === undefined || owner === 'core') return undefined;
    return owner === 'wire' ? wire(file) : behindFacade(file, owner);
  });
  const bundleCore = async () => {
    const handed = [...asked.get('core')].map(numbered);
    const importOf = (file, i) =>
      `import { ${handed[i].map(([number, name]) => `${name} as part${number}`)} } from './${file}';`;
    const contents = [
      `export * from './${fileOf(main)}';`,
      `import { provide } from '${LOADER}';`,
      ...[...asked.get('core')].map(importOf),
      `provide(() => [${Array.from(numbers, ([, number]) => `part${number}`)}]);`,
    ];
    return (await bundle(contents.join('\n'), [inCore])).outputFiles[0].text;
  };
  // Each may ask another for a file that nobody asked for before: then that one is made once more.
  const outputs = {};
  const texts = {};
  const count = () => [...asked.values()].reduce((sum, files) => sum + files.size, 0);
  for (let before = -1; before !== count(); ) {
    before = count();
    outputs['index.js'] = await bundleCore();
    for (const group of Object.keys(groups))
      texts[group] = await bundleGroup([...asked.get(group)], WHOLE_GROUPS.has(group), inGroup(group), options);
  }
  for (const group of Object.keys(groups)) texts[group] = licenceOf(group) + texts[group];

  const wireFiles = [...ownerOf].filter(([, owner]) => owner === 'wire').map(([file]) => `export * from './${file}';`);
  const wireText = [...wireFiles, "export * from '#node-loader';"].join('\n');
  outputs['wire.js'] = (await bundle(wireText, [textPlugin('#node-loader', NODE_LOADER)])).outputFiles[0].text;
  for (const [file, text] of Object.entries(doors)) outputs[file.replace(/^src\/(.*)\.ts$/, '$1.js')] = text;
  for (const { path, text } of outer.outputFiles) outputs[path.replace(`${process.cwd()}/dist/`, '')] = text;
  for (const [path, text] of Object.entries(outputs)) {
    const up = '../'.repeat(path.split('/').length - 1) || './';
    outputs[path] = text.replace(/(["'])(#core|#wire)\1/g, (_, quote, layer) => `${quote}${up}${PATHS[layer]}${quote}`);
  }
  return { outputs, groups: texts };
}

/** Where each module that the doors reach belongs: 'wire', 'core' or the name of a group. */
async function assign(doorFiles, groups, listed, bundle) {
  const reach = async (files, isStop) => {
    const stop = modulesPlugin((file) => (isStop(file) ? '' : undefined));
    const { metafile } = await bundle(imports(files), [stop], { logLevel: 'error' });
    return Object.keys(metafile.inputs).filter((file) => file.startsWith('src/'));
  };
  const owner = new Map(listed);
  const core = new Set(
    await reach(
      doorFiles.filter((file) => !listed.has(file)),
      (file) => listed.has(file),
    ),
  );
  const reachedBy = new Map();
  for (const [group, files] of Object.entries(groups)) {
    for (const file of await reach(
      files,
      (each) => (listed.has(each) && listed.get(each) !== group) || core.has(each),
    )) {
      if (!listed.has(file)) reachedBy.set(file, [...(reachedBy.get(file) ?? []), group]);
    }
  }
  for (const [file, names] of reachedBy) {
    const [first, ...rest] = names.map(withBases);
    const common = first.filter((group) => rest.every((each) => each.includes(group)));
    if (common.length === 0) core.add(file);
    // Bases come behind what stands on them.
    else owner.set(file, common[0]);
  }
  for (const file of core) owner.set(file, file.startsWith('src/wire/') ? 'wire' : 'core');
  return owner;
}

const imports = (files, isFlat = false) =>
  files.map((file) => `export *${isFlat ? '' : ` as ${idOf(file)}`} from './${file}';`).join('\n');

const idOf = (file) =>
  file
    .replace(/^src\//, '')
    .replace(/\.ts$/, '')
    .replace(/\W/g, '_');

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

/**
 * The text of a function's body, which gives the modules of a group by file, each by a call. `isWhole`: they have been
 * evaluated by then; else the call does it.
 */
async function bundleGroup(files, isWhole, plugin, options) {
  const imported = files.map((file) => `import * as ${idOf(file)} from './${file}';`);
  const lines = files.map((file) => `'${file}': () => ${isWhole ? idOf(file) : `require('./${file}')`},`);
  const contents = `${isWhole ? imported.join('\n') : ''}\nmodule.exports = {\n${lines.join('\n')}\n};`;
  const { outputFiles } = await build({
    ...options,
    stdin: { contents, resolveDir: process.cwd() },
    write: false,
    format: 'cjs',
    // What a group needs of other packages it carries with it.
    packages: 'bundle',
    plugins: [handedPlugin, plugin],
  });
  return `const module = { exports: {} };\n${outputFiles[0].text}\nreturn module.exports;`;
}
