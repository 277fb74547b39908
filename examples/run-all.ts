// npm run examples: runs each example in a process of its own and says which one failed.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));
const names = readdirSync(root).sort();
const runs: (readonly [name: string, args: readonly string[]])[] = [];
for (const name of names) {
  if (name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'run-all.ts')
    runs.push([name, [`${root}${name}`]]);
  if (existsSync(`${root}${name}/example.ts`)) runs.push([name, [`${root}support/play.ts`, name]]);
}
let failed = 0;
for (const [name, args] of runs) {
  const run = spawnSync(process.execPath, [...process.execArgv, ...args], { stdio: 'inherit' });
  if (run.status !== 0) failed++;
  console.log(`${run.status === 0 ? 'ok' : 'FAILED'}  ${name}`);
}
console.log(`${runs.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
