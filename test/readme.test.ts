// What the README shows is what the demo prints, and what comes of the corpus of failures.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runDemo } from '../src/node/demo/index.ts';
import { withFailureBlocks } from './failures/readme-blocks.ts';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const shown = [...README.matchAll(/<!-- demo: (\S+) -->\n```text\n([\s\S]*?)\n```/g)].map(([, name, text]) => ({
  name,
  text,
}));

test('the README shows a scenario', () => {
  expect(shown.length).toBeGreaterThan(0);
});

test.each(shown)('$name', async ({ name, text }) => {
  const lines: string[] = [];
  await runDemo({ names: [name], list: false, json: false, color: false, width: 100 }, (line) => lines.push(line));
  const [, , , tree] = lines;
  expect(tree).toBe(text);
});

test('its failures are those of the corpus: run npm run readme', () => {
  expect(README).toMatch(/<!-- failure: /);
  expect(withFailureBlocks(README)).toBe(README);
});
