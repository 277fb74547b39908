import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Capsule } from '../testing/capsule.ts';
import { runDemo, SCENARIOS } from './demo/index.ts';
import { Stage } from './demo/stage.ts';

const CLI = fileURLToPath(new URL('cli.ts', import.meta.url));

interface Run {
  /** Whether somebody reads what it prints, or closes the pipe at once. */
  readonly isRead?: boolean;
  readonly input?: string | Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
}

function run(
  args: readonly string[],
  { isRead = true, input = '', environment = {} }: Run = {},
): Promise<{ code: number | null; out: string; errors: string }> {
  const env: NodeJS.ProcessEnv = { ...process.env };
  // Whoever runs the tests may have set them.
  for (const name of ['NO_COLOR', 'FORCE_COLOR']) delete env[name];
  Object.assign(env, environment);
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', CLI, ...args], { env });
  child.stdin.end(input);
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

/** Of a scenario's last transaction. */
async function capsuleOf(name: string): Promise<Capsule> {
  const stage = new Stage();
  const send = stage.svm.sendTransaction.bind(stage.svm);
  let capsule: Capsule | undefined;
  stage.svm.sendTransaction = (transaction) => {
    capsule = stage.svm.capsule(transaction);
    return send(transaction);
  };
  await SCENARIOS.find((scenario) => scenario.name === name)!.play(stage);
  return capsule!;
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
  expect(await run(['demo', 'vault'], { isRead: false })).toEqual({ code: 0, out: '', errors: '' });
});

test.concurrent('a capsule is read from standard input, as PowerShell writes it; colours where they are asked for', async () => {
  const capsule = JSON.stringify(await capsuleOf('vault'));
  const input = Buffer.from(`\ufeff${capsule}`, 'utf16le');
  const environment = { FORCE_COLOR: '1' };
  const { code, out, errors } = await run(['trace', '-', '--level', 'calls'], { input, environment });
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  expect(out).toContain('\x1b[');
});

test.concurrent.each([
  ['a file that is not there', ['trace', 'none.json'], "none.json can't be read: there is no such file."],
  ['an option of another command', ['demo', '--level', 'calls'], '--level is an option of trace, not of demo.'],
  ['standard input that is no capsule', ['explain', '-'], 'This capsule is damaged: it is an RPC node'],
])('%s is told in a sentence, exit code 2', async (_, args, message) => {
  const { code, out, errors } = await run(args, { input: '{"result":null}' });
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(errors).toContain(`parhelion: ${message}`);
});

test('titles and stories keep to the width, as traces do', async () => {
  const lines: string[] = [];
  await runDemo({ names: ['ata-create'], list: false, json: false, color: false, width: 64 }, (line) => {
    lines.push(...line.split('\n'));
  });
  expect(lines.filter((line) => line.length > 64)).toEqual([]);
});
