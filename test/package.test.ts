// The package as it is published: built into a folder, and used there as Node uses it and as a browser's bundler would.

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import {
  address,
  appendTransactionMessageInstruction,
  createTransactionMessage,
  generateKeyPairSigner,
  lamports,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import { getAddMemoInstruction } from '@solana-program/memo';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { program as memoAhead } from '../src/bank/bundled/ahead/memo.generated.ts';
import { bigModExp } from '../src/crypto/big-mod-exp.ts';
import { EDWARDS } from '../src/crypto/curve25519-groups.ts';
import type { Svm } from '../src/index.ts';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const MEMO = address('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
const folder = mkdtempSync(join(tmpdir(), 'parhelion-package-'));

beforeAll(async () => {
  const { buildPackage } = await import(pathToFileURL('scripts/build/package.mjs').href);
  const outputs: Record<string, string> = await buildPackage();
  const { sideEffects } = manifest;
  const { node, default: inline } = manifest.imports['#lazy'];
  for (const [name, lazy] of [
    ['node', node],
    ['browser', inline],
  ]) {
    for (const [path, text] of Object.entries(outputs)) {
      const file = join(folder, name, 'dist', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    writeFileSync(
      join(folder, name, 'package.json'),
      JSON.stringify({ name: 'parhelion', type: 'module', imports: { '#lazy': lazy }, sideEffects }),
    );
  }
  // On a busy machine the build alone takes longer than a hook may.
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

async function memoTransaction(svm: Svm, memo = 'good morning') {
  const payer = await generateKeyPairSigner();
  svm.airdrop(payer.address, lamports(1_000_000_000n));
  const message = pipe(
    createTransactionMessage({ version: 0 }),
    (m) => setTransactionMessageFeePayerSigner(payer, m),
    (m) =>
      setTransactionMessageLifetimeUsingBlockhash(
        { blockhash: svm.latestBlockhash(), lastValidBlockHeight: 1_000n },
        m,
      ),
    (m) => appendTransactionMessageInstruction(getAddMemoInstruction({ memo }, { programAddress: MEMO }), m),
  );
  return signTransactionMessageWithSigners(message);
}

describe.each(['node', 'browser'])('the package in %s', (host) => {
  const load = (path: string) => import(pathToFileURL(join(folder, host, 'dist', path)).href);

  test('runs a bundled program and reads its instruction', async () => {
    const { Svm, formatTrace } = (await load('index.js')) as typeof import('../src/index.ts');
    const svm = new Svm();
    const outcome = svm.sendTransaction(await memoTransaction(svm));
    expect(outcome.error).toBeNull();
    expect(formatTrace(outcome.trace)).toContain('good morning');
  });

  test('runs what was compiled at build time', async () => {
    const { Svm } = (await load('index.js')) as typeof import('../src/index.ts');
    const { Module } = WebAssembly;
    const lengths: number[] = [];
    const spy = vi.spyOn(WebAssembly, 'Module').mockImplementation(
      class extends Module {
        constructor(bytes: Uint8Array<ArrayBuffer>) {
          super(bytes);
          lengths.push(bytes.length);
        }
      } as never,
    );
    const svm = new Svm();
    // After that many it is worth reading.
    for (let units = 0n; units < 450_000n; svm.expireBlockhash()) {
      const { error, computeUnitsConsumed } = svm.sendTransaction(
        await memoTransaction(svm, 'good morning'.repeat(70)),
      );
      expect(error).toBeNull();
      units += computeUnitsConsumed;
    }
    spy.mockRestore();
    expect(lengths).toContain(memoAhead!.length);
  });

  test('all its doors share one core', async () => {
    const [{ Svm }, wire, trace] = await Promise.all(['index.js', 'wire/index.js', 'trace/index.js'].map(load));
    expect(new Svm()).toBeInstanceOf(Svm);
    expect(Object.keys(wire).sort()).toEqual(Object.keys(await import('../src/wire/index.ts')).sort());
    expect(Object.keys(trace).sort()).toEqual(Object.keys(await import('../src/trace/index.ts')).sort());
  });

  test('what is loaded lazily computes the same', async () => {
    await load('index.js');
    const lazy = await load(host === 'node' ? 'wire.js' : 'lazy-inline.js');
    const curves = lazy.load('curves');
    const [two, ten, seven] = [2, 10, 7].map((value) => Uint8Array.of(value));
    expect(curves['src/crypto/big-mod-exp.ts']().bigModExp(two, ten, seven)).toEqual(bigModExp(two, ten, seven));
    const one = new Uint8Array(32);
    one[0] = 1;
    expect(curves['src/crypto/curve25519-groups.ts']().EDWARDS.add(one, one)).toEqual(EDWARDS.add(one, one));
  });

  test('tables and classes that are loaded lazily are what they are', async () => {
    const built = (await load('index.js')) as typeof import('../src/index.ts');
    const { EXPLANATION_CODES, FEATURE_GATES, WELL_KNOWN_NAMES, DEFAULT_DECODERS, TraceRecorder } = await import(
      '../src/index.ts'
    );
    expect(built.EXPLANATION_CODES).toEqual(EXPLANATION_CODES);
    expect(built.FEATURE_GATES).toEqual(FEATURE_GATES);
    expect(Object.keys(built.WELL_KNOWN_NAMES)).toEqual(Object.keys(WELL_KNOWN_NAMES));
    expect(built.DEFAULT_DECODERS.map(([address]) => address)).toEqual(DEFAULT_DECODERS.map(([address]) => address));
    expect(Array.isArray(built.DEFAULT_DECODERS)).toBe(true);
    class Mine extends built.TraceRecorder {
      isMine = true;
    }
    const mine = new Mine({ decoders: [] as never, names: new Map() });
    expect(mine).toBeInstanceOf(Mine);
    expect(mine).toBeInstanceOf(built.TraceRecorder);
    expect(Object.getOwnPropertyNames(Object.getPrototypeOf(Mine.prototype))).toEqual(
      Object.getOwnPropertyNames(TraceRecorder.prototype),
    );
  });

  test('a constant of the room wire brings no virtual machine along', async () => {
    const { build } = await import('esbuild');
    const contents = "import { PUBKEY_BYTES } from './dist/wire/index.js';\nconsole.log(PUBKEY_BYTES);";
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: join(folder, host) },
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
    });
    expect(outputFiles[0].text.length).toBeLessThan(20_000);
  });
});

test('a façade has what functions and methods have beside: compilers ask a syscall whether it returns', async () => {
  const { facade } = await import(pathToFileURL('scripts/build/facades.mjs').href);
  const abort = Object.assign(() => 1, { neverReturns: true });
  const text: string = facade('group', 'file.ts', { abort, TABLE: { abort: { syscall: abort } } });
  expect(text.match(/{"neverReturns":true}/g)).toHaveLength(2);
});

test('every command that takes a capsule finds what it needs, and so does one that is refused', async () => {
  const { Svm } = await import(pathToFileURL(join(folder, 'node/dist/index.js')).href);
  const svm = new Svm();
  const file = join(folder, 'capsule.json');
  writeFileSync(file, JSON.stringify(svm.capsule(await memoTransaction(svm))));
  const run = async (...args: string[]) => {
    const cli = join(folder, 'node/dist/node/cli.js');
    return promisify(execFile)(process.execPath, [cli, ...args]).catch((error) => error);
  };
  const commands = ['trace', 'explain', 'units', 'ledger', 'rewind'].map((command) => run(command, file));
  for (const { stdout, stderr } of await Promise.all(commands)) {
    expect(stderr).toBe('');
    expect(stdout).not.toBe('');
  }
  expect(await run('trace', 'nowhere')).toMatchObject({
    code: 2,
    stderr: "parhelion: nowhere can't be read: there is no such file.\n",
  });
});
