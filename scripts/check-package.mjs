// What a user gets: packs the package, installs it in an empty folder, opens every door of it, has its types checked as a
// project would, and runs the command line.
//
//   node scripts/check-package.mjs

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const { name, exports, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
/** What somebody who opens these doors has installed. */
const PEERS = { bankrun: ['@solana/web3.js'], vitest: ['vitest'] };
const doors = Object.keys(exports).map((door) => door.slice(2));
const folder = mkdtempSync(join(tmpdir(), 'parhelion-package-'));
const run = (command, args, cwd = folder) => execFileSync(command, args, { cwd, encoding: 'utf8' });

try {
  const [{ filename, size }] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], ROOT),
  );
  const peers = Object.values(PEERS).flat().concat('typescript', '@types/node');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  run('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    join(folder, filename),
    ...peers.map((peer) => `${peer}@${devDependencies[peer]}`),
  ]);

  const specifiers = doors.map((door) => (door === '' ? name : `${name}/${door}`));
  for (const specifier of specifiers.filter((each) => each !== `${name}/vitest`)) {
    run('node', [
      '--input-type=module',
      '-e',
      `const door = await import('${specifier}'); if (Object.keys(door).length === 0) throw new Error('${specifier} is empty')`,
    ]);
  }

  const lines = specifiers.map((specifier, i) => `import * as door${i} from '${specifier}';`);
  const uses = specifiers.map((_, i) => `export const names${i}: string[] = Object.keys(door${i});`);
  const outcome = `import { Svm } from '${name}';\nexport const units: bigint = new Svm().sendTransaction(new Uint8Array()).computeUnitsConsumed;`;
  writeFileSync(join(folder, 'use.ts'), [...lines, outcome, ...uses].join('\n'));
  for (const resolution of [
    ['--module', 'nodenext'],
    ['--module', 'esnext', '--moduleResolution', 'bundler'],
  ]) {
    run('npx', [
      'tsc',
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--target',
      'es2023',
      '--types',
      'node',
      ...resolution,
      'use.ts',
    ]);
  }

  run('npx', [name, 'demo', '--list']);
  console.log(`${filename}: ${Math.round(size / 1024)} KiB, ${specifiers.length} doors open`);
} catch (error) {
  console.error(error.stdout ?? '', error.stderr ?? '', error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
