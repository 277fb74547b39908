// The doors that have a `require` condition load where ES modules can't be required, as in Jest and in Node before 20.19,
// and share their classes.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PACKAGE = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

const SCRIPT = `
const [litesvm, internal, bankrun] = ['litesvm', 'litesvm-internal', 'bankrun'].map((name) => require(\`./node/\${name}.js\`));
(async () => {
  const svm = new litesvm.LiteSVM();
  const missing = new Promise(() => svm.addProgramFromFile('11111111111111111111111111111111', 'no-such-file'));
  const { banksClient, payer } = await bankrun.start([], []);
  console.log(JSON.stringify({
    slot: String(svm.getClock().slot),
    isSameClass: litesvm.Clock === internal.Clock,
    missingFile: await missing.catch(({ message }) => message),
    payer: String(await banksClient.getBalance(payer.publicKey)),
  }));
})();
`;

test('what is required is CommonJS', () => {
  // Inside the project, so that its dependencies are found.
  const folder = mkdtempSync(join(ROOT, 'node_modules', '.commonjs-'));
  try {
    execFileSync('node', [join(ROOT, 'scripts/build.mjs'), '--cjs', folder]);
    const output = execFileSync('node', ['--no-experimental-require-module', '-e', SCRIPT], { cwd: folder });
    expect(JSON.parse(`${output}`)).toEqual({
      slot: '447552000',
      isSameClass: true,
      missingFile: 'Failed to add program: No such file or directory (os error 2)',
      payer: '1000000000000000',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('compilers that know no `exports` find the same types', () => {
  const { '.': index, ...doors } = PACKAGE.exports;
  expect(PACKAGE.types).toBe(index.types);
  expect(PACKAGE.typesVersions['*']).toEqual(
    Object.fromEntries(Object.entries<{ types: string }>(doors).map(([name, { types }]) => [name.slice(2), [types]])),
  );
});
