// Compiles the programs of this folder as those of test/programs are. The binaries are committed; only who changes a
// program needs clang (Debian's 14 made these).
//
//   npx tsx --conditions=source bench/kernels/own/build.ts [NAME...]

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { link } from '../../../test/programs/link.ts';

const FOLDER = fileURLToPath(new URL('./', import.meta.url));
const FLAGS = ['-target', 'bpf', '-mcpu=v2', '-O2', '-fno-builtin', '-ffreestanding', '-w'];

const asked = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'parhelion-'));
for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.c'))) {
  const name = basename(file, '.c');
  if (asked.length > 0 && !asked.includes(name)) continue;
  const object = join(folder, `${name}.o`);
  execFileSync('clang-14', [...FLAGS, '-c', join(FOLDER, file), '-o', object], { stdio: 'inherit' });
  const elf = link(readFileSync(object));
  writeFileSync(join(FOLDER, `${name}.so`), elf);
  console.log(`${name}.so ${elf.length} bytes`);
}
rmSync(folder, { recursive: true });
