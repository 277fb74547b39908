// Writes docs/errors/: a page for each code of EXPLANATION_CODES, with what the corpus of test/failures shows of it, and an
// index. `--check` changes nothing and fails where a page is not what it would write.
//
//   npx tsx --conditions=source scripts/make-error-pages.ts [--check]

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { errorPages } from '../test/failures/error-pages.ts';

const FOLDER = new URL('../docs/errors/', import.meta.url);

const pages = errorPages();
mkdirSync(FOLDER, { recursive: true });
const present = new Map(readdirSync(FOLDER).map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')]));
const stale = [...pages].filter(([name, text]) => present.get(name) !== text).map(([name]) => name);
const orphans = [...present.keys()].filter((name) => !pages.has(name));
if (process.argv.includes('--check')) {
  for (const name of [...stale, ...orphans]) console.error(`docs/errors/${name} is not current`);
  process.exitCode = stale.length + orphans.length === 0 ? 0 : 1;
} else {
  for (const name of stale) writeFileSync(new URL(name, FOLDER), pages.get(name)!);
  for (const name of orphans) rmSync(new URL(name, FOLDER));
  console.log(`docs/errors: ${pages.size} pages, ${stale.length} written, ${orphans.length} removed`);
}
