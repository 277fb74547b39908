// Compiles the C programs of src/ with clang and links them. The binaries are committed; only who changes a program needs
// clang (Debian's 14 made these).
//
//   npx tsx --conditions=source test/programs/build.ts [NAME...]

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { link } from './link.ts';

const FOLDER = fileURLToPath(new URL('./', import.meta.url));
const FLAGS = ['-target', 'bpf', '-mcpu=v2', '-O2', '-fno-builtin', '-Wall', '-Wextra', '-Werror', '-ffreestanding'];

/** Programs that make calls are made once for each ABI. */
const ABIS = [
  { suffix: '', flags: [] },
  { suffix: '-rust', flags: ['-DRUST_ABI'] },
];

const asked = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'parhelion-'));
for (const file of readdirSync(join(FOLDER, 'src')).filter((name) => name.endsWith('.c'))) {
  const name = basename(file, '.c');
  if (asked.length > 0 && !asked.includes(name)) continue;
  const source = readFileSync(join(FOLDER, 'src', file), 'utf8');
  const abis = source.includes('"call.h"') ? ABIS : ABIS.slice(0, 1);
  for (const { suffix, flags } of abis) {
    const object = join(folder, `${name}${suffix}.o`);
    execFileSync('clang', [...FLAGS, ...flags, '-c', join(FOLDER, 'src', file), '-o', object], { stdio: 'inherit' });
    const elf = link(readFileSync(object));
    writeFileSync(join(FOLDER, `${name}${suffix}.so`), elf);
    console.log(`${name}${suffix}.so ${elf.length} bytes`);
  }
}
rmSync(folder, { recursive: true });
