import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runDemo } from './demo/index.ts';

const CLI = fileURLToPath(new URL('cli.ts', import.meta.url));

/** @param isRead whether somebody reads what it prints, or closes the pipe at once. */
function run(args: readonly string[], isRead = true): Promise<{ code: number | null; out: string; errors: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', CLI, ...args]);
  let out = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  if (!isRead) child.stdout.destroy();
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, errors })));
}

test.concurrent('without a command it says how it is used', async () => {
  const { code, out } = await run([]);
  expect([code, out.split(':')[0]]).toEqual([2, 'parhelion']);
});

test.concurrent.each([
  ['an unknown command', ['play'], 'there is no command "play"'],
  ['an unknown option', ['demo', '--bogus'], "Unknown option '--bogus'"],
  ['an unknown scenario', ['demo', 'nope', '--json'], 'A scenario must be one of ata-create, '],
])('%s is the fault of the command line: told on stderr, exit code 2', async (_, args, message) => {
  const { code, out, errors } = await run(args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(errors).toContain(`parhelion: ${message}`);
  expect(errors).not.toContain('    at ');
});

test.concurrent('a reader that goes away is no error', async () => {
  expect(await run(['demo', 'vault'], false)).toEqual({ code: 0, out: '', errors: '' });
});

test('titles and stories keep to the width, as traces do', async () => {
  const lines: string[] = [];
  await runDemo({ names: ['ata-create'], list: false, json: false, color: false, width: 64 }, (line) => {
    lines.push(...line.split('\n'));
  });
  expect(lines.filter((line) => line.length > 64)).toEqual([]);
});
