// The texts of `#lazy`: for Node, where a group is a file, and for all other hosts, where it is a function.

const SHARED = `
let give;
let given;
export const provide = (makeParts) => { give = makeParts; };
/** What the core has, made when it is first asked for. */
export const parts = () => (given ??= give());
`;

/** Part of dist/wire.js, which Node reads in any case: a file of its own would take it a millisecond. */
export const NODE_LOADER = `${SHARED}
const loaded = {};
// Not imported, for that is asynchronous, and not required, for that would look for the file in many ways first.
export function load(group) {
  if (group in loaded) return loaded[group];
  const { readFileSync } = process.getBuiltinModule('node:fs');
  const { Script } = process.getBuiltinModule('node:vm');
  const file = new URL(\`./lazy/\${group}.js\`, import.meta.url);
  const text = readFileSync(file, 'utf8').slice('export default '.length);
  const run = new Script(text, { filename: file.href }).runInThisContext();
  return (loaded[group] = run(parts(), load));
}
`;

/** A function in parentheses is compiled as it is read. Any other is read once for its end, and once more when called. */
export const lazyFile = (text) => `export default (function (core, load) {\n${text}\n})\n`;

/** Each group is a function, which is read past until it is called. Those of `files` are imported from where Node reads them. */
export function inlineLoader(groups, files) {
  const imports = files.map((name, i) => `import file${i} from './lazy/${name}.js';\n`);
  const lines = Object.entries(groups).map(([name, text]) => {
    const i = files.indexOf(name);
    return i >= 0 ? `'${name}': file${i},` : `'${name}'(core, load) {\n${text}\n},`;
  });
  return `${imports.join('')}const groups = {\n${lines.join('\n')}\n};
const loaded = {};
${SHARED}
export function load(group) {
  return (loaded[group] ??= groups[group](parts(), load));
}
`;
}
