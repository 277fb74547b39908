// npm run examples: runs each example in a process of its own and says which one failed.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const examples = readdirSync(folder).filter((name) => name.endsWith('.ts') && name !== 'run-all.ts');
let failed = 0;
for (const name of examples) {
  const run = spawnSync(process.execPath, [...process.execArgv, `${folder}${name}`], { stdio: 'inherit' });
  if (run.status !== 0) failed++;
  console.log(`${run.status === 0 ? 'ok' : 'FAILED'}  ${name}`);
}
console.log(`${examples.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
