import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { escapeText, TRACE_LEVELS } from '../trace/index.ts';
import { type CapsuleCommand, runCapsuleCommand } from './capsule-commands.ts';
import { SCENARIOS } from './demo/index.ts';
import { Stage } from './demo/stage.ts';
import { InputFiles } from './input-files.ts';

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

const DEFAULTS = {
  json: false,
  color: false,
  width: 90,
  level: undefined,
  form: undefined,
  save: undefined,
  check: undefined,
  idls: [],
  files: new InputFiles(),
};

function run(command: CapsuleCommand['command'], file: string, options: Partial<CapsuleCommand> = {}) {
  const printed: string[] = [];
  const said: string[] = [];
  const code = runCapsuleCommand(
    { ...DEFAULTS, ...options, command, names: [file] },
    (output) => printed.push(String(output)),
    (sentence) => said.push(sentence),
  );
  return { code, text: printed.join('\n'), said };
}

test('each level of a trace shows what the one before it shows, and more', () => {
  const lengths = TRACE_LEVELS.map((level) => run('trace', FAILED, { level }).text.split('\n').length);
  expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
  expect(run('trace', FAILED, { level: 'instructions' }).text).toContain('stopped in entrypoint at instruction 0');
  expect(() => run('trace', FAILED, { level: 'all' })).toThrow('--level must be calls, logs, accounts, changes, instr');
});

test('units are followed by advice that was tried', () => {
  const { text } = run('units', PASSED);
  expect(text).toContain('#0 vault program');
  expect(text).toContain('→ Ask for 1,446 compute units with SetComputeUnitLimit: 1,314 are used');
});

test.each(['trace', 'explain', 'units', 'ledger'] as const)('%s prints JSON', (command) => {
  const value = JSON.parse(run(command, FAILED, { json: true }).text);
  expect(typeof value).toBe('object');
  if (command === 'units') expect(Object.keys(value)).toEqual(['units', 'advice']);
});

test('units are kept for CI, and more than were kept fail', () => {
  const kept = join(folder, 'units.json');
  expect(run('units', PASSED, { save: kept }).code).toBe(0);
  expect(run('units', PASSED, { check: kept })).toEqual({
    said: [],
    code: 0,
    text: '✓ no instruction uses more units than saved',
  });
  const units = JSON.parse(readFileSync(kept, 'utf8')) as Record<string, number>;
  for (const name of Object.keys(units)) units[name]--;
  writeFileSync(kept, JSON.stringify(units));
  const { code, text } = run('units', PASSED, { check: kept });
  expect(code).toBe(1);
  expect(text).toContain('✗ #0 vault program: 1164 units, 1 more than the 1163 of ');
});

test.each(['{"#0 vault program":"zz"}', '{"#0 vault program":null}', '[]', '3'])('%s is no file of units', (text) => {
  const kept = join(folder, 'nonsense.json');
  writeFileSync(kept, text);
  expect(() => run('units', PASSED, { check: kept })).toThrow(expect.objectContaining({ code: 'UNREADABLE_FILE' }));
});

test('what is saved is printed too where JSON is asked for', () => {
  const kept = join(folder, 'saved.json');
  const value = JSON.parse(run('units', PASSED, { save: kept, json: true }).text);
  expect(value).toEqual({ savedTo: kept, units: JSON.parse(readFileSync(kept, 'utf8')) });
});

test('a file that can not be written is told as such', () => {
  const file = join(folder, 'nowhere', 'units.json');
  expect(() => run('units', PASSED, { save: file })).toThrow(`${file} can't be written: there is no such folder.`);
  expect(() => run('units', PASSED, { save: folder })).toThrow(`${folder} can't be written: it is a folder.`);
});

test('a check as JSON says whether it passed', () => {
  const kept = join(folder, 'fewer.json');
  writeFileSync(kept, '{"#0 gone":3}');
  const { code, text } = run('units', PASSED, { check: kept, json: true });
  expect([code, JSON.parse(text).isPassed]).toEqual([1, false]);
  expect(JSON.parse(text).lines).toContain('✗ #0 gone: not in this transaction');
});

test('the ledger shows each frame, and the sums', () => {
  expect(run('ledger', PASSED).text).toMatchInlineSnapshot(`
    "#0 vault program
      Δ bob  lamports 10,000,000,000 → 10,500,000,000 (+500,000,000)
      Δ vault  lamports 2,000,000,000 → 1,500,000,000 (−500,000,000)
      #0.0 System::TransferSol
        Δ bob  lamports 10,000,000,000 → 10,500,000,000 (+500,000,000)
        Δ vault  lamports 2,000,000,000 → 1,500,000,000 (−500,000,000)

    in all
      fee 5,000 lamports, besides
      bob  +500,000,000 lamports
      vault  −500,000,000 lamports
      ✓ the frames sum to what the transaction changed"
  `);
});

test('of a transaction that was rejected it is said why there are no units and no changes', () => {
  const file = join(folder, 'rejected.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(PASSED, 'utf8')), isRecentBlockhash: false }));
  for (const command of ['units', 'ledger'] as const) {
    expect(run(command, file).text).toMatch(/^✗ nothing ran: Blockhash not found\n/);
    expect(() => JSON.parse(run(command, file, { json: true }).text)).not.toThrow();
  }
});

describe('names in a capsule can not reach the terminal', () => {
  const evil = '\x1b[2J\nfake\u202e';
  const expectSafe = (text: string) => {
    for (const line of text.split('\n')) expect(escapeText(line)).toBe(line);
    expect(text).not.toMatch(/^fake/m);
  };
  const file = join(folder, 'evil.json');
  const capsule = JSON.parse(readFileSync(PASSED, 'utf8'));
  const names = Object.fromEntries(capsule.accounts.map(({ address }: { address: string }) => [address, evil]));
  writeFileSync(file, JSON.stringify({ ...capsule, names }));

  test.each([
    ...TRACE_LEVELS.map((level) => ['trace', { level }] as const),
    ...['table', 'folded', 'svg', 'html'].map((form) => ['units', { form }] as const),
    ['ledger', {}] as const,
    ['explain', {}] as const,
  ])('%s %o', (command, options) => {
    expectSafe(run(command, file, options).text);
  });

  test('nor those of instructions that are saved and checked', () => {
    const kept = join(folder, 'evil-units.json');
    run('units', file, { save: kept });
    const units = JSON.parse(readFileSync(kept, 'utf8')) as Record<string, number>;
    writeFileSync(kept, JSON.stringify(Object.fromEntries(Object.keys(units).map((name) => [name, 0]))));
    const { code, text } = run('units', file, { check: kept });
    expect(code).toBe(1);
    expectSafe(text);
  });
});

describe('an IDL from a file', () => {
  const VAULT = 'Vau1t11111111111111111111111111111111111111';
  const idl = (name: string, content: unknown): string => {
    writeFileSync(join(folder, name), JSON.stringify(content));
    return join(folder, name);
  };

  test('names what the program calls its instructions', () => {
    const instructions = [{ name: 'payOut', discriminator: [255], args: [], accounts: [{ name: 'to' }] }];
    const file = idl('idl.json', { name: 'vault', instructions });
    expect(run('trace', PASSED, { idls: [`${VAULT}=${file}`] }).text).toContain('::payOut');
    expect(() => run('trace', PASSED, { idls: [file] })).toThrow('name it as ADDRESS=FILE');
  });

  test('of no program of the transaction is said to be of no use', () => {
    const file = idl('other.json', { address: VAULT.replace('Vau1t', 'other'), instructions: [] });
    expect(run('trace', PASSED, { idls: [file] }).said).toEqual([
      'The IDL of other11111111111111111111111111111111111111 is of no use here: the transaction has no such account.',
    ]);
  });

  test.each([
    ['a list', []],
    ['without instructions', {}],
    ['with an address that is none', { address: 'xyz', instructions: [] }],
  ])('that is none is refused: %s', (_, content) => {
    expect(() => run('trace', PASSED, { idls: [idl('bad.json', content)] })).toThrow(
      expect.objectContaining({ code: 'UNREADABLE_FILE' }),
    );
  });
});
