import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { TRACE_LEVELS } from '../trace/index.ts';
import { type CapsuleCommand, runCapsuleCommand } from './capsule-commands.ts';
import { SCENARIOS } from './demo/index.ts';
import { Stage } from './demo/stage.ts';

const folder = mkdtempSync(join(tmpdir(), 'parhelion-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes the capsule of a scenario's last transaction. */
async function capsuleOf(name: string): Promise<string> {
  const stage = new Stage();
  const { svm } = stage;
  const send = svm.sendTransaction.bind(svm);
  let text = '';
  svm.sendTransaction = (transaction) => {
    text = JSON.stringify(svm.capsule(transaction));
    return send(transaction);
  };
  await SCENARIOS.find((scenario) => scenario.name === name)!.play(stage);
  const file = join(folder, `${name}.json`);
  writeFileSync(file, text);
  return file;
}

const FAILED = await capsuleOf('out-of-compute');
const PASSED = await capsuleOf('vault');

function run(command: CapsuleCommand['command'], files: readonly string[], options: Partial<CapsuleCommand> = {}) {
  const printed: string[] = [];
  const defaults = { json: false, color: false, width: 90, level: undefined, form: undefined };
  const all = { ...defaults, save: undefined, check: undefined, ...options, command, files };
  const code = runCapsuleCommand(all, (output) => printed.push(String(output)));
  return { code, text: printed.join('\n') };
}

test('each level of a trace shows what the one before it shows, and more', () => {
  const lengths = TRACE_LEVELS.map((level) => run('trace', [FAILED], { level }).text.split('\n').length);
  expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
  expect(run('trace', [FAILED], { level: 'instructions' }).text).toContain('stopped in entrypoint at instruction 0');
  expect(() => run('trace', [FAILED], { level: 'all' })).toThrow(
    '--level must be calls, logs, accounts, changes, instr',
  );
});

test('units are followed by advice that was tried', () => {
  const { text } = run('units', [PASSED]);
  expect(text).toContain('#0 vault program');
  expect(text).toContain('→ Ask for 1,446 compute units with SetComputeUnitLimit: 1,314 are used');
});

test.each(['trace', 'explain', 'units'] as const)('%s prints JSON', (command) => {
  const value = JSON.parse(run(command, [FAILED], { json: true }).text);
  expect(typeof value).toBe('object');
  if (command === 'units') expect(Object.keys(value)).toEqual(['units', 'advice']);
});

test('units are kept for CI, and more than were kept fail', () => {
  const kept = join(folder, 'units.json');
  expect(run('units', [PASSED], { save: kept }).code).toBe(0);
  expect(run('units', [PASSED], { check: kept })).toEqual({
    code: 0,
    text: '✓ no instruction uses more units than saved',
  });
  const units = JSON.parse(readFileSync(kept, 'utf8')) as Record<string, number>;
  for (const name of Object.keys(units)) units[name]--;
  writeFileSync(kept, JSON.stringify(units));
  const { code, text } = run('units', [PASSED], { check: kept });
  expect(code).toBe(1);
  expect(text).toContain('✗ #0 vault program: 1164 units, 1 more than the 1163 of ');
});

test.each(['{"#0 vault program":"zz"}', '{"#0 vault program":null}', '[]', '3'])('%s is no file of units', (text) => {
  const kept = join(folder, 'nonsense.json');
  writeFileSync(kept, text);
  expect(() => run('units', [PASSED], { check: kept })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
});
