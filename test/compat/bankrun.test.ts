// The same scripts against npm solana-bankrun, in a process beside, and against `parhelion/bankrun`.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Keypair } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as adapter from '../../src/node/bankrun.ts';
import {
  COUNTER,
  type Context,
  fillFolder,
  type Module,
  PROGRAM,
  SCRIPTS,
  SOL,
  transactionOf,
  transfer,
  VALUES,
} from './bankrun-scripts.ts';
import { observe, observeAsync, plain, shapeOf } from './observe.ts';

const OURS = adapter as unknown as Module;
const { SBF_OUT_DIR } = process.env;
let folder: string;
let theirs: { readonly results: Record<string, unknown>; readonly shapes: Record<string, unknown> };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parhelion-compat-'));
  fillFolder(folder);
  process.env['SBF_OUT_DIR'] = folder;
  const script = fileURLToPath(new URL('bankrun-native.ts', import.meta.url));
  const env = { ...process.env, SBF_OUT_DIR: folder, RUST_LOG: 'off' };
  const output = execFileSync(process.execPath, ['--import', 'tsx', '--conditions=source', script], {
    env,
    timeout: 50_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  theirs = JSON.parse(output.toString());
});

afterAll(() => {
  rmSync(folder, { recursive: true });
  if (SBF_OUT_DIR === undefined) delete process.env['SBF_OUT_DIR'];
  else process.env['SBF_OUT_DIR'] = SBF_OUT_DIR;
});

const throughJson = (value: unknown) => JSON.parse(JSON.stringify(value ?? null));

test.each(Object.entries(SCRIPTS))('chains: %s', async (name, script) => {
  const ours = plain(await observeAsync(() => script(OURS)));
  expect(throughJson(ours)).toEqual(theirs.results[name]);
  expect(ours).not.toHaveProperty('thrown');
});

test.each(Object.entries(VALUES))('values: %s', (name, script) => {
  expect(throughJson(observe(() => script(OURS)))).toEqual(theirs.results[name]);
});

test('the exports and their members are the same', () => {
  expect(Object.keys(adapter).sort()).toEqual(Object.keys(theirs.shapes).sort());
  for (const [name, shape] of Object.entries(theirs.shapes)) {
    expect(throughJson(shapeOf(Reflect.get(adapter, name))), name).toEqual(shape);
  }
});

describe('beyond bankrun', () => {
  test('a program without a file is an error', async () => {
    await expect(adapter.start([{ name: 'missing', programId: PROGRAM }], [])).rejects.toThrow(
      `Program file data not available for missing (${PROGRAM.toBase58()})`,
    );
  });

  test('whoever asks for a blockhash can send the same instructions again', async () => {
    const context = (await adapter.start([], [])) as unknown as Context;
    for (let i = 0; i < 3; i++) {
      const [blockhash] = (await context.banksClient.getLatestBlockhash())!;
      await context.banksClient.processTransaction(transactionOf(context, [transfer(context, SOL)], blockhash));
    }
    expect(await context.banksClient.getBalance(COUNTER)).toBe(3n * BigInt(SOL));
  });

  test('two chains have payers and blockhashes of their own', async () => {
    const [one, two] = [await adapter.start([], []), await adapter.start([], [])];
    expect(one.payer.publicKey.toBase58()).not.toBe(two.payer.publicKey.toBase58());
    expect(one.lastBlockhash).not.toBe(two.lastBlockhash);
    expect(one.payer).toBeInstanceOf(Keypair);
  });
});
