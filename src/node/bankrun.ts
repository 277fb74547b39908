// `parhelion/bankrun`: solana-bankrun's API. Here are the functions that start a chain, because they look for programs in
// files: `<name>.so` in BPF_OUT_DIR or SBF_OUT_DIR, then in tests/fixtures, then in the working directory.
// @solana/web3.js 1 must be installed beside this package.
// Source: solana-bankrun src/lib.rs, start, start_anchor; solana-program-test 1.18 src/lib.rs, find_file, add_program.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PublicKey } from '@solana/web3.js';
import { elfAccount } from '../bank/program-accounts.ts';
import { BPF_LOADER_ID } from '../runtime/addresses.ts';
import { fromAccountInfo, toPubkey } from '../testing/bankrun/banks-client.ts';
import {
  type AddedAccount,
  type AddedProgram,
  createContext,
  type ProgramTestContext,
} from '../testing/bankrun/context.ts';
import { RENT } from '../testing/bankrun/ledger.ts';
import { nativeError } from '../testing/litesvm/arguments.ts';
import type { Account } from '../wire/account.ts';
import { ParhelionError } from '../wire/errors.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { localnetPrograms } from './anchor-toml.ts';

export * from '../testing/bankrun/index.ts';

/** A program and the name of its file, without `.so`. */
type NamedProgram = readonly [name: string, programId: Pubkey];

/**
 * Starts a chain.
 *
 * @param programs found by name: `<name>.so` in SBF_OUT_DIR, tests/fixtures or the working directory.
 * @param accounts stored as they are.
 * @param computeMaxUnits units for every transaction, in place of what it asks for.
 * @param transactionAccountLockLimit how many accounts a transaction may lock. Default: 128.
 * @param deactivateFeatures addresses of gates; all others are active.
 *
 * @example
 * ```ts
 * const context = await start([{ name: 'counter', programId }], []);
 * await context.banksClient.processTransaction(transaction);
 * ```
 */
export async function start(
  programs: AddedProgram[],
  accounts: AddedAccount[],
  computeMaxUnits?: bigint,
  transactionAccountLockLimit?: bigint,
  deactivateFeatures?: PublicKey[],
): Promise<ProgramTestContext> {
  const named = programs.map(({ name, programId }): NamedProgram => [name, toPubkey(programId)]);
  return startContext(named, accounts, { computeMaxUnits, transactionAccountLockLimit, deactivateFeatures });
}

/**
 * Starts a chain with all programs of an Anchor workspace: those of `[programs.localnet]` in its Anchor.toml, from
 * target/deploy. Later calls of `start` find programs there too.
 *
 * @param path of the workspace.
 * @param extraPrograms further ones, as for `start`.
 */
export async function startAnchor(
  path: string,
  extraPrograms: AddedProgram[],
  accounts: AddedAccount[],
  computeMaxUnits?: bigint,
  transactionAccountLockLimit?: bigint,
  deactivateFeatures?: PublicKey[],
): Promise<ProgramTestContext> {
  const named = extraPrograms.map(({ name, programId }): NamedProgram => [name, toPubkey(programId)]);
  for (const [name, text] of localnetPrograms(readAnchorToml(join(path, 'Anchor.toml')))) {
    named.push([name, parsePubkey(text)]);
  }
  process.env['SBF_OUT_DIR'] = join(path, 'target/deploy');
  return startContext(named, accounts, { computeMaxUnits, transactionAccountLockLimit, deactivateFeatures });
}

function startContext(
  programs: readonly NamedProgram[],
  accounts: readonly AddedAccount[],
  options: {
    readonly computeMaxUnits: bigint | undefined;
    readonly transactionAccountLockLimit: bigint | undefined;
    readonly deactivateFeatures: readonly PublicKey[] | undefined;
  },
): ProgramTestContext {
  const stored = programs.map(([name, programId]): readonly [Pubkey, Account] => [
    programId,
    elfAccount(readProgram(name, programId), BPF_LOADER_ID, RENT),
  ]);
  for (const { address, info } of accounts) stored.push([toPubkey(address), fromAccountInfo(info)]);
  return createContext({ ...options, accounts: stored, creationTime: Math.floor(Date.now() / 1000) });
}

function readProgram(name: string, programId: Pubkey): Uint8Array {
  const { BPF_OUT_DIR, SBF_OUT_DIR } = process.env;
  const outDir = BPF_OUT_DIR ?? SBF_OUT_DIR;
  const folders = [...(outDir === undefined ? [] : [outDir]), 'tests/fixtures', process.cwd()];
  const file = folders.map((folder) => join(folder, `${name}.so`)).find((path) => existsSync(path));
  if (file === undefined) throw nativeError(`Program file data not available for ${name} (${programId})`);
  return new Uint8Array(readFileSync(file));
}

function readAnchorToml(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw nativeError(`File not found: ${code === 'ENOENT' ? 'No such file or directory (os error 2)' : message}`);
  }
}

function parsePubkey(text: string): Pubkey {
  try {
    return Pubkey.fromBase58(text);
  } catch (error) {
    if (!(error instanceof ParhelionError)) throw error;
    throw nativeError(`Invalid pubkey in \`programs.localnet\` table. "${text}"`);
  }
}
