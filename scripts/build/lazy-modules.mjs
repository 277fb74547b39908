// Modules that are read when something of theirs is first used. Most of what `import 'parhelion'` would cost is text that
// few processes need: curves, which @noble/curves prepares as it is evaluated, the ELFs of the bundled programs, the
// machine where nobody calls a compiled program, what writes trees and explanations.
//
// Everything in the core is synchronous, so `import()` is no way. Each group of lazy modules is bundled apart, with all that
// nobody else needs, and in the place of each module stands a façade: constants as they are; functions, methods and
// classes that load the group and go on there. What a group shares with the core it is handed when it is loaded.
// What `#lazy` is, package.json says: in Node it requires dist/lazy/<group>.cjs, which until then nobody reads; elsewhere,
// and under a bundler, it is a module that holds all groups, each in a function.

import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

const inRoom = (room, names) => names.map((name) => `src/${room}/${name}.ts`);

/** The modules that stand behind façades, by group. */
export function lazyGroups() {
  const programs = readdirSync('src/bank/bundled').filter((file) => file.endsWith('.generated.ts'));
  return {
    curves: inRoom('crypto', [
      'alt-bn128',
      'big-mod-exp',
      'bls-proof-of-possession',
      'bls12-381',
      'curve25519-groups',
      'poseidon',
      'secp256k1-recover',
      'secp256r1',
      'zk-proofs/index',
    ]),
    machine: [
      ...inRoom('runtime', ['programs/bpf-loader', 'fault', 'serialization', 'syscalls/index']),
      ...inRoom('sbpf', ['executable', 'index', 'verifier']),
    ],
    loaders: inRoom('runtime/programs', [
      'loader-v3',
      'loader-v4',
      'system-nonce',
      'vote/vote-processor',
      'zk-elgamal-proof',
    ]),
    trace: inRoom('trace', [
      'decoders/idl',
      'advice',
      'explain',
      'failure-text',
      'format',
      'format-explanation',
      'format-rewind',
      'json',
      'ledger',
      'recorder',
      'transaction-failure-text',
      'units',
    ]),
    testing: inRoom('testing', ['advice', 'capsule', 'capsule-from-rpc', 'matchers', 'rewind', 'shadow-program']),
    decoders: ['src/trace/decoders/clients.generated.ts'],
    ...Object.fromEntries(
      programs.map((file) => [basename(file, '.generated.ts').replace('.', '-'), [`src/bank/bundled/${file}`]]),
    ),
  };
}

/** A text longer than this is loaded like a function. */
const LONG = 500;

/** The text of the module in whose place it stands. `core` names the module that the group is handed. */
export function facade(group, file, exports, core) {
  const lines = [`import { load } from '#lazy';`, `import * as core from '${core}';`];
  for (const [key, value] of Object.entries(exports)) {
    lines.push(`export const ${key} = ${stub(`load('${group}', core)['${file}']().${key}`, value)};`);
  }
  return lines.join('\n');
}

/** The text of a module that has all of `file`, and loads its group for it at once. */
export function eager(group, file, exports, core) {
  const lines = [`import { load } from '#lazy';`, `import * as core from '${core}';`];
  lines.push(`const loaded = /* @__PURE__ */ load('${group}', core)['${file}']();`);
  for (const key of Object.keys(exports)) lines.push(`export const ${key} = /* @__PURE__ */ (() => loaded.${key})();`);
  return lines.join('\n');
}

/** An expression that can be used for the value that `path` would load. */
function stub(path, value) {
  if (isClass(value)) return `/* @__PURE__ */ ${CLASS_STUB(path)}`;
  // Remembered, for some are called for each instruction.
  if (typeof value === 'function') return `/* @__PURE__ */ ((f) => (...args) => (f ??= ${path})(...args))()`;
  if (typeof value !== 'object' || value === null || isData(value)) return JSON.stringify(value) ?? 'undefined';
  const members = new Set(Object.keys(value));
  for (let each = Object.getPrototypeOf(value); Object.getPrototypeOf(each); each = Object.getPrototypeOf(each)) {
    for (const name of Object.getOwnPropertyNames(each)) if (name !== 'constructor') members.add(name);
  }
  const entries = [...members].map((name) => {
    const member = value[name];
    if (typeof member === 'string' && member.length > LONG) return `get ${name}() { return ${path}.${name}; }`;
    // Called as a method of what it belongs to.
    if (typeof member === 'function') return `${name}: (...args) => ${path}.${name}(...args)`;
    return `${name}: ${stub(`${path}.${name}`, member)}`;
  });
  return `{ ${entries.join(', ')} }`;
}

/** A function's `prototype`, unlike a class's, may be another one each time it is asked for. */
const CLASS_STUB = (path) =>
  `((c) => new Proxy(function () {}, { construct: (_, args) => new (c ??= ${path})(...args), get: (_, name) => (c ??= ${path})[name] }))()`;

const isClass = (value) => typeof value === 'function' && /^class\b/.test(String(value));

const isData = (value) =>
  typeof value !== 'object' || value === null
    ? ['string', 'number', 'boolean'].includes(typeof value) && !(value.length > LONG)
    : [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value)) && Object.values(value).every(isData);

/** What the licence of @noble/curves asks for where its code is carried. */
export function licenceOf(group) {
  if (group !== 'curves') return '';
  return `/*\n${readFileSync('node_modules/@noble/curves/LICENSE', 'utf8').trim()}\n*/\n`;
}

/** `#lazy` for Node. */
export const NODE_LOADER = `const loaded = {};
let require;
export function load(group, core) {
  // Not imported: that alone would cost a fresh process more than it needs.
  require ??= process.getBuiltinModule('node:module').createRequire(import.meta.url);
  return (loaded[group] ??= require(\`./lazy/\${group}.cjs\`)(core, load));
}
`;

/** `#lazy` for all other hosts: each group is a function, which is read past until it is called. */
export function inlineLoader(groups) {
  const lines = Object.entries(groups).map(([name, text]) => `'${name}'(core, load) {\n${text}\n},`);
  return `const groups = {\n${lines.join('\n')}\n};
const loaded = {};
export function load(group, core) {
  return (loaded[group] ??= groups[group](core, load));
}
`;
}
