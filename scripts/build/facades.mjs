// What stands in the place of a module that is not there yet. Everything in the core is synchronous, so `import()` is no
// way: a façade has the module's names, with constants as they are; functions, methods, classes and large tables load the
// module's group when they are first used, and go on there.

/** A text longer than this, or a table of as much text, is loaded like a function. */
const LONG = 500;

/** The module through which façades load groups: the functions of `#lazy`, imported once for all of them. */
export const LOADER = '#loader';
export const LOADER_TEXT = `import { parts } from '#lazy';
export { load, provide } from '#lazy';
export const part = (number) => parts()[number];
/** A class that is fetched when it is first looked at. What extends it is constructed as itself. */
export const lazyClass = (fetch) => {
  let known;
  const real = () => (known ??= fetch());
  // A function's prototype, unlike a class's, may be another one each time it is asked for.
  const stub = new Proxy(function () {}, {
    construct: (_, args, target) => Reflect.construct(real(), args, target === stub ? real() : target),
    get: (_, name) => real()[name],
  });
  return stub;
};
/** A table that is fetched when it is first looked at. */
export const table = (empty, fetch) => {
  const filled = () => (fetch === undefined ? empty : (Object.assign(empty, fetch()), (fetch = undefined), empty));
  const traps = ['get', 'has', 'ownKeys', 'getOwnPropertyDescriptor'];
  return new Proxy(empty, Object.fromEntries(traps.map((name) => [name, (_, ...rest) => Reflect[name](filled(), ...rest)])));
};`;

/** The text of the module in whose place it stands. */
export function facade(group, file, exports) {
  const lines = [`import { lazyClass, load, table } from '${LOADER}';`];
  for (const [key, value] of Object.entries(exports)) {
    lines.push(`export const ${key} = ${stub(`load('${group}')['${file}']().${key}`, value)};`);
  }
  return lines.join('\n');
}

/** The text of a module that has all of `file`, and loads its group for it at once. */
export function eager(group, file, exports) {
  const lines = [`import { load } from '${LOADER}';`];
  lines.push(`const loaded = /* @__PURE__ */ load('${group}')['${file}']();`);
  for (const key of Object.keys(exports)) lines.push(`export const ${key} = /* @__PURE__ */ (() => loaded.${key})();`);
  return lines.join('\n');
}

/** An expression that can be used for the value that `path` would load. */
function stub(path, value) {
  if (isClass(value)) return `/* @__PURE__ */ ${classStub(path)}`;
  if (typeof value === 'function') return functionStub(path, value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  if (ArrayBuffer.isView(value) || value instanceof Map || value instanceof Set)
    throw new Error(`${path} can't have a façade`);
  const text = isData(value) ? JSON.stringify(value) : undefined;
  if (text !== undefined && text.length <= LONG) return text;
  if (Array.isArray(value) || isData(value, ['undefined'])) {
    return `/* @__PURE__ */ table(${Array.isArray(value) ? '[]' : '{}'}, () => ${path})`;
  }
  const members = new Set(Object.keys(value));
  for (let each = Object.getPrototypeOf(value); Object.getPrototypeOf(each); each = Object.getPrototypeOf(each)) {
    for (const name of Object.getOwnPropertyNames(each)) if (name !== 'constructor') members.add(name);
  }
  const entries = [...members].map((name) => {
    const member = value[name];
    if (typeof member === 'string' && member.length > LONG) return `get ${name}() { return ${path}.${name}; }`;
    // Called as a method of what it belongs to.
    if (typeof member === 'function') {
      const parameters = parametersOf(member);
      return `${name}: ${withOwn(`/* @__PURE__ */ ((o) => (${parameters}) => (o ??= ${path}).${name}(${parameters}))()`, path, member)}`;
    }
    return `${name}: ${stub(`${path}.${name}`, member)}`;
  });
  return `{ ${entries.join(', ')} }`;
}

/** Remembered: some run for each instruction. */
function functionStub(path, value) {
  const parameters = parametersOf(value);
  return withOwn(`/* @__PURE__ */ ((f) => (${parameters}) => (f ??= ${path})(${parameters}))()`, path, value);
}

/** The stub with what the function has beside: who asks that does not call it. */
function withOwn(stub, path, value) {
  const own = Object.entries(value);
  if (!own.every(([, each]) => isData(each))) throw new Error(`${path} can't have a façade`);
  return own.length === 0 ? stub : `/* @__PURE__ */ Object.assign(${stub}, ${JSON.stringify(Object.fromEntries(own))})`;
}

/**
 * As many parameters as the function has, those with a default included: to pass on what isn't there changes nothing, and
 * to gather and spread the rest of them takes longer than many a function.
 */
function parametersOf(value) {
  const text = String(value);
  const list = /^(?:async )?(?:function)? ?[\w$]* ?\(/.exec(text)?.[0];
  const names = [];
  if (list === undefined) {
    // An arrow with one parameter and no parentheses, or something that is not written in JavaScript.
    if (!/^[\w$]+ ?=>/.test(text)) return '...rest';
    return 'a0';
  }
  let depth = 0;
  let last = ',';
  for (let at = list.length; depth > 0 || text[at] !== ')'; at++) {
    const char = text[at];
    if ('\'"`/'.includes(char) || (depth === 0 && text.startsWith('...', at))) return '...rest';
    if ('([{'.includes(char)) depth++;
    if (')]}'.includes(char)) depth--;
    if (char === ',' && depth === 0) names.push(`a${names.length}`);
    if (char.trim() !== '') last = char;
  }
  if (last !== ',') names.push(`a${names.length}`);
  return names.join(', ');
}

const classStub = (path) => `lazyClass(() => ${path})`;

const isClass = (value) => typeof value === 'function' && /^class\b/.test(String(value));

/** Whether it is made of what JSON has, and of these types. */
const isData = (value, others = []) =>
  typeof value !== 'object' || value === null
    ? ['string', 'number', 'boolean', ...others].includes(typeof value) && !(value?.length > LONG)
    : [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value)) &&
      Object.values(value).every((each) => isData(each, others));
