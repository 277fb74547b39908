// Writes the blocks of README.md that show a case of test/failures as LiteSVM reports it and as Parhelion explains it.
// test/readme.test.ts fails where they are not current.
//
//   npx tsx --conditions=source scripts/make-readme-blocks.ts

import { readFileSync, writeFileSync } from 'node:fs';
import { withFailureBlocks } from '../test/failures/readme-blocks.ts';

const README = new URL('../README.md', import.meta.url);
writeFileSync(README, withFailureBlocks(readFileSync(README, 'utf8')));
