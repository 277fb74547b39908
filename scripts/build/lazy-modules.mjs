// An esbuild plugin: modules that are evaluated when something of theirs is first used. Most of what `import 'parhelion'`
// would cost is text that few processes need: curves, which @noble/curves prepares as it is evaluated, the ELFs of the
// bundled programs, the parsers of instructions.
//
// Everything in the core is synchronous, so `import()` is no way. Each group of lazy modules is bundled apart, with all it
// imports, and in the place of each of its modules stands a façade: constants as they are, functions and methods that
// load the group and call it. What `#lazy` is, package.json says: in Node it requires dist/lazy/<group>.cjs, which until
// then nobody reads; elsewhere, and under a bundler, it is a module that holds all groups, each in a function.

import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';

const CURVES = [
  'alt-bn128',
  'big-mod-exp',
  'bls-proof-of-possession',
  'bls12-381',
  'curve25519-groups',
  'poseidon',
  'secp256k1-recover',
  'secp256r1',
  'zk-proofs/index',
].map((name) => `src/crypto/${name}.ts`);

/** What a group may have a copy of its own of: nothing that holds state or is compared by identity. */
const COPIED = /^(src\/(crypto|wire)\/|node_modules\/@noble\/)/;
/** A text longer than this is loaded like a function. */
const LONG = 500;
const NAMESPACE = 'lazy';

/** The groups, and their modules with the façades: `{ groups: { name: text of a CommonJS module }, plugin }`. */
export async function lazyModules() {
  const programs = readdirSync('src/bank/bundled').filter((file) => file.endsWith('.generated.ts'));
  const members = {
    curves: CURVES,
    decoders: ['src/trace/decoders/clients.generated.ts'],
    ...Object.fromEntries(
      programs.map((file) => [basename(file, '.generated.ts').replace('.', '-'), [`src/bank/bundled/${file}`]]),
    ),
  };
  const groups = {};
  const facades = new Map();
  for (const [group, files] of Object.entries(members)) {
    groups[group] = await bundle(files);
    const loaders = evaluate(groups[group]);
    for (const file of files) facades.set(file, facade(group, file, loaders[file]()));
  }
  return { groups, plugin: facadePlugin(facades) };
}

function facadePlugin(facades) {
  return {
    name: 'lazy-modules',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\.ts$/ }, ({ path, resolveDir }) => {
        const file = sourceOf(path, resolveDir);
        return facades.has(file) ? { path: file, namespace: NAMESPACE, sideEffects: false } : undefined;
      });
      onResolve({ filter: /^#lazy$/ }, () => ({ path: '#lazy', external: true, sideEffects: false }));
      onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({ contents: facades.get(path), loader: 'js' }));
    },
  };
}

/** The path from the root of the repository of what a module imports; undefined for what isn't ours. */
export function sourceOf(path, resolveDir) {
  if (!path.startsWith('.')) return path.startsWith('src/') ? path : undefined;
  return decodeURI(new URL(path, `file://${resolveDir}/`).pathname).replace(`${process.cwd()}/`, '');
}

async function bundle(files) {
  const lines = files.map((file) => `  '${file}': () => require('./${file}'),`);
  const { outputFiles, metafile } = await build({
    stdin: { contents: `module.exports = {\n${lines.join('\n')}\n};`, resolveDir: process.cwd() },
    bundle: true,
    format: 'cjs',
    platform: 'neutral',
    target: 'es2022',
    write: false,
    metafile: true,
    minifySyntax: true,
    minifyWhitespace: true,
    charset: 'utf8',
    banner: { js: licenceOf(files) },
    logLevel: 'warning',
  });
  const strangers = Object.keys(metafile.inputs).filter(
    (input) => input !== '<stdin>' && !files.includes(input) && !COPIED.test(input),
  );
  if (strangers.length > 0) throw new Error(`the group of ${files[0]} would take copies of ${strangers.join(', ')}`);
  return outputFiles[0].text;
}

/** What the licence of @noble/curves asks for where its code is carried. */
function licenceOf(files) {
  if (files !== CURVES) return '';
  return `/*\n${readFileSync('node_modules/@noble/curves/LICENSE', 'utf8').trim()}\n*/`;
}

function evaluate(text) {
  const module = { exports: {} };
  new Function('module', 'exports', text)(module, module.exports);
  return module.exports;
}

/** The text of the module in whose place it stands. */
function facade(group, file, exports) {
  const lines = ["import { load } from '#lazy';"];
  for (const [key, value] of Object.entries(exports)) {
    if (isClass(value)) continue;
    lines.push(`export const ${key} = ${stub(`load('${group}')['${file}']().${key}`, value)};`);
  }
  return lines.join('\n');
}

/** An expression that can be used for the value that `path` would load. */
function stub(path, value) {
  if (typeof value === 'function') return `(...args) => ${path}(...args)`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  const members = new Set(Object.keys(value));
  for (let each = Object.getPrototypeOf(value); Object.getPrototypeOf(each); each = Object.getPrototypeOf(each)) {
    for (const name of Object.getOwnPropertyNames(each)) if (name !== 'constructor') members.add(name);
  }
  const isLong = (member) => typeof member === 'string' && member.length > LONG;
  const entries = [...members].map((name) =>
    isLong(value[name])
      ? `get ${name}() { return ${path}.${name}; }`
      : `${name}: ${stub(`${path}.${name}`, value[name])}`,
  );
  return `{ ${entries.join(', ')} }`;
}

const isClass = (value) => typeof value === 'function' && /^class\b/.test(String(value));

/** `#lazy` for Node. */
export const NODE_LOADER = `let require;
export function load(group) {
  // Not imported: that alone would cost a fresh process more than it needs.
  require ??= process.getBuiltinModule('node:module').createRequire(import.meta.url);
  return require(\`./lazy/\${group}.cjs\`);
}
`;

/** `#lazy` for all other hosts: each group is a function, which is read past until it is called. */
export function inlineLoader(groups) {
  const functions = Object.entries(groups).map(([name, text]) => `'${name}'(module, exports) {\n${text}\n},`);
  return `const groups = {\n${functions.join('\n')}\n};
const loaded = {};
export function load(group) {
  if (loaded[group] === undefined) {
    const module = { exports: {} };
    groups[group](module, module.exports);
    loaded[group] = module.exports;
  }
  return loaded[group];
}
`;
}
