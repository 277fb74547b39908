// V8 reads a function twice: past it, to find its end, and again when it is called. A function in parentheses it compiles
// as it reads it. So what a first run calls is put in parentheses; which functions these are, a first run tells.
// Only declarations are, for methods can't be: some seventy KB, which saves a fresh process a twentieth of its time.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where a first run spends its time, and how many functions each text is in. */
const FILES = { 'index.js': 1, 'wire.js': 1, 'lazy/machine.js': 2 };

/** The outputs, these three with functions in parentheses. They do the same as before. */
export function compileEagerly(outputs) {
  const ran = firstRun(outputs);
  const changed = Object.entries(FILES).map(([path, depth]) => [path, inParentheses(outputs[path], ran[path], depth)]);
  return { ...outputs, ...Object.fromEntries(changed) };
}

/** Which functions ran, by file. */
function firstRun(outputs) {
  const folder = mkdtempSync(join(tmpdir(), 'parhelion-build-'));
  try {
    for (const [path, text] of Object.entries(outputs)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module", "imports": { "#lazy": "./wire.js" } }');
    const script = fileURLToPath(new URL('first-run.mjs', import.meta.url));
    const env = { ...process.env };
    // What the process that builds was told, such as to take coverage itself, is not meant for this one.
    delete env['NODE_OPTIONS'];
    delete env['NODE_V8_COVERAGE'];
    return JSON.parse(execFileSync(process.execPath, [script, folder], { encoding: 'utf8', env, maxBuffer: 2 ** 26 }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Declarations move to the front, where a declaration's value is anyway. */
function inParentheses(text, ran, depth) {
  const isIn = ([start, end], [outerStart, outerEnd]) => outerStart <= start && end <= outerEnd;
  const declarations = ran
    .filter((each) => ran.filter((outer) => outer !== each && isIn(each, outer)).length === depth)
    .map(([start, end]) => ({ start, end, name: /^function ([\w$]+)\(/.exec(text.slice(start, end))?.[1] }))
    .filter(({ start, name }) => name !== undefined && /[;{}\n]/.test(text[start - 1]))
    .sort((a, b) => a.start - b.start);
  let front = '';
  let rest = '';
  let at = 0;
  for (const { start, end, name } of declarations) {
    front += `var ${name}=(${text.slice(start, end)});`;
    rest += text.slice(at, start);
    at = end;
  }
  rest += text.slice(at);
  const head = depth === 1 ? 0 : rest.indexOf('\n') + 1;
  return `${rest.slice(0, head)}${front}\n${rest.slice(head)}`;
}
