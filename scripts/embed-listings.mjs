// Puts the listings of the running examples into the README and the pages of docs/. A page says where one goes:
//
//   <!-- listing: examples/03-escrow/example.ts#escrow -->      the region `// #region escrow`, or without # the whole file
//
// and the code fence behind that line is written by this script.
//
//   node scripts/embed-listings.mjs            write
//   node scripts/embed-listings.mjs --check    fail where a page isn't up to date

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../', import.meta.url);
const LISTING = /<!-- listing: (\S+?)(?:#(\S+))? -->\n```ts\n[\s\S]*?```\n/g;

/** The page as it should be. */
function embedListings(page) {
  return page.replace(LISTING, (_all, path, region) => {
    const source = readFileSync(new URL(path, ROOT), 'utf8');
    const name = region === undefined ? path : `${path}#${region}`;
    return `<!-- listing: ${name} -->\n\`\`\`ts\n${region === undefined ? source : regionOf(source, region, path)}\`\`\`\n`;
  });
}

function regionOf(source, region, path) {
  const lines = source.split('\n');
  const start = lines.findIndex((line) => line.trim() === `// #region ${region}`);
  const length = lines.slice(start + 1).findIndex((line) => line.trim() === '// #endregion');
  if (start < 0 || length < 0) throw new Error(`${path} has no region ${region}`);
  const indent = lines[start].length - lines[start].trimStart().length;
  const body = lines.slice(start + 1, start + 1 + length).map((line) => line.slice(indent));
  return `${body.join('\n').trim()}\n`;
}

/** The pages that have listings, with what they say and what they should say. */
export function pages() {
  const docs = readdirSync(new URL('docs/', ROOT)).filter((name) => name.endsWith('.md'));
  return ['README.md', ...docs.map((name) => `docs/${name}`)]
    .map((name) => ({ name, page: readFileSync(new URL(name, ROOT), 'utf8') }))
    .filter(({ page }) => page.includes('<!-- listing: '))
    .map(({ name, page }) => ({ name, page, expected: embedListings(page) }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stale = pages().filter(({ page, expected }) => page !== expected);
  if (process.argv.includes('--check')) {
    for (const { name } of stale) console.error(`${name} isn't up to date: run node scripts/embed-listings.mjs`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else {
    for (const { name, expected } of stale) {
      writeFileSync(new URL(name, ROOT), expected);
      console.log(name);
    }
  }
}
