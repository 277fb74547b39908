// Takes the programs that a fresh Parhelion has out of npm `litesvm` (a devDependency) and writes each one as a module,
// src/bank/bundled/<name>.generated.ts, which is not committed: rooms of the core can't read files. What must come out
// is said by src/bank/bundled/manifest.json, which is committed; anything else fails.
// The text is the base64 of the deflated ELF: reading text is what importing the package costs, 5 ns a character.
//
//   node scripts/bundle-programs.mjs            write the modules that are missing or stale (npm runs this as `prepare`)
//   node scripts/bundle-programs.mjs --write    first renew the manifest from the installed `litesvm`
//
// The same for the programs that a bankrun has, out of npm `solana-bankrun`, to src/testing/bankrun/programs/. Where that
// can't be loaded, modules without a program are written, and a bankrun has those of today.
//
// npm runs `prepare` in a clone and before packing, never where the packed product is installed. Without `litesvm`
// (an install without devDependencies) there is nothing to take; the script then says so and leaves all as it is.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

const FOLDER = new URL('../src/bank/bundled/', import.meta.url);
const BANKRUN_FOLDER = new URL('../src/testing/bankrun/programs/', import.meta.url);
/** The header of loader v3's programdata: u32 tag, u64 slot, u8 option, 32 bytes of authority. */
const PROGRAMDATA_METADATA_LEN = 45;
const BPF_LOADER_UPGRADEABLE = 'BPFLoaderUpgradeab1e11111111111111111111111';

/**
 * What to bundle. Module name, and the name its users know it by. `withoutFeatures`: what stands at the address as long
 * as no feature gate is active.
 */
const TOKEN = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
const PROGRAMS = [
  { module: 'token', name: 'Token', address: TOKEN },
  { module: 'token-3.5', name: 'Token 3.5.0', address: TOKEN, withoutFeatures: true },
  { module: 'token-2022', name: 'Token-2022', address: 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb' },
  { module: 'associated-token', name: 'Associated Token', address: 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL' },
  { module: 'memo-v1', name: 'Memo v1', address: 'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo' },
  { module: 'memo', name: 'Memo', address: 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr' },
  {
    module: 'address-lookup-table',
    name: 'Address Lookup Table',
    address: 'AddressLookupTab1e1111111111111111111111111',
  },
  { module: 'stake', name: 'Stake', address: 'Stake11111111111111111111111111111111111111' },
];

const BANKRUN_PROGRAMS = [
  { module: 'token', name: 'Token 3.5.0', address: TOKEN },
  { module: 'token-2022', name: 'Token-2022 1.0.0', address: 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb' },
  {
    module: 'associated-token',
    name: 'Associated Token 1.1.1',
    address: 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL',
  },
  { module: 'memo-v1', name: 'Memo 1.0.0', address: 'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo' },
  { module: 'memo', name: 'Memo 3.0.0', address: 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr' },
];

main();
await bundleBankrunPrograms();

function main() {
  const renew = process.argv.includes('--write');
  if (!renew && everyModuleIsFresh(FOLDER)) return;
  const litesvm = loadLiteSvm();
  if (litesvm === undefined) {
    const sentence =
      'npm `litesvm` is not installed, so the bundled programs stay as they are. Run `npm ci` with devDependencies.';
    if (renew) fail(sentence);
    console.warn(`bundle-programs: ${sentence}`);
    return;
  }
  const { LiteSVM, version } = litesvm;
  const svm = new LiteSVM();
  const bare = LiteSVM.default().withBuiltins().withSysvars().withDefaultPrograms();
  const programs = PROGRAMS.map((program) => takeProgram(program.withoutFeatures ? bare : svm, program));
  writeModules(FOLDER, `litesvm ${version}`, programs);
}

async function bundleBankrunPrograms() {
  const isToWrite = process.argv.includes('--write');
  if (!isToWrite && everyModuleIsFresh(BANKRUN_FOLDER)) return;
  const require = createRequire(import.meta.url);
  let context;
  try {
    process.env.RUST_LOG ??= 'off';
    context = await require('solana-bankrun').start([], []);
  } catch (error) {
    if (isToWrite) fail(`npm \`solana-bankrun\` can't be loaded here: ${error.message}`);
    console.warn("bundle-programs: npm `solana-bankrun` can't be loaded here: a bankrun will have today's programs.");
    mkdirSync(BANKRUN_FOLDER, { recursive: true });
    for (const { module } of BANKRUN_PROGRAMS) {
      const file = new URL(`${module}.generated.ts`, BANKRUN_FOLDER);
      if (!existsSync(file)) writeFileSync(file, moduleText(BANKRUN_FOLDER, undefined));
    }
    return;
  }
  const { PublicKey } = require('@solana/web3.js');
  const accounts = new Map();
  const read = async (address) => {
    const account = await context.banksClient.getAccount(new PublicKey(address));
    accounts.set(address, { exists: account !== null, programAddress: `${account?.owner}`, data: account?.data });
    return accounts.get(address);
  };
  for (const { address } of BANKRUN_PROGRAMS) {
    const { programAddress, data } = await read(address);
    if (programAddress === BPF_LOADER_UPGRADEABLE) await read(encodeBase58(data.subarray(4, 36)));
  }
  const programs = BANKRUN_PROGRAMS.map((program) => takeProgram({ getAccount: (at) => accounts.get(at) }, program));
  const { version } = JSON.parse(readFileSync(require.resolve('solana-bankrun/package.json'), 'utf8'));
  writeModules(BANKRUN_FOLDER, `solana-bankrun ${version}`, programs);
  // Its threads would keep the process.
  process.exit(0);
}

function writeModules(folder, source, programs) {
  if (process.argv.includes('--write')) writeManifest(folder, source, programs);
  const { programs: expected } = readManifest(folder);
  mkdirSync(folder, { recursive: true });
  for (const program of programs) {
    const entry = expected.find(({ module }) => module === program.entry.module);
    checkEntry(source, program.entry, entry);
    const deflated = deflateRawSync(program.elf, { level: 9 }).toString('base64');
    writeFileSync(new URL(`${entry.module}.generated.ts`, folder), moduleText(folder, entry, deflated));
  }
  console.log(`bundle-programs: ${programs.length} programs of ${source}`);
}

function loadLiteSvm() {
  const require = createRequire(import.meta.url);
  try {
    const { LiteSVM } = require('litesvm');
    const { version } = JSON.parse(readFileSync(require.resolve('litesvm/package.json'), 'utf8'));
    return { LiteSVM, version };
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND' && error.message.includes("'litesvm")) return undefined;
    return fail(`npm \`litesvm\`, which the bundled programs come from, can't be loaded here: ${error.message}`);
  }
}

/** The ELF of a program and its line of the manifest. */
function takeProgram(svm, { module, name, address }) {
  const account = svm.getAccount(address);
  if (!account.exists) fail(`there is no program ${name} (${address}).`);
  const loader = account.programAddress;
  let elf = account.data;
  let programDataAddress;
  if (loader === BPF_LOADER_UPGRADEABLE) {
    // u32 tag 2, then the address of the programdata account.
    programDataAddress = encodeBase58(account.data.subarray(4, 36));
    elf = svm.getAccount(programDataAddress).data.subarray(PROGRAMDATA_METADATA_LEN);
  }
  const entry = { module, name, address, loader, programDataAddress, length: elf.length, sha256: sha256Of(elf) };
  return { elf, entry };
}

function checkEntry(source, found, expected) {
  if (expected === undefined) fail(`the manifest has no entry for ${found.name}.`);
  for (const key of Object.keys(found)) {
    if (found[key] === expected[key]) continue;
    fail(
      `the program ${found.name} of the installed ${source} has the ${key} ${found[key]}, but the manifest expects ` +
        `${expected[key]}. Install the version of package-lock.json (npm ci), or, where the change is meant, run ` +
        '`node scripts/bundle-programs.mjs --write` and commit the manifest.',
    );
  }
}

function readManifest(folder) {
  return JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8'));
}

function writeManifest(folder, source, programs) {
  mkdirSync(folder, { recursive: true });
  const manifest = { source, programs: programs.map(({ entry }) => entry) };
  writeFileSync(new URL('manifest.json', folder), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** Whether each module is there and was written from this very manifest by this very script. */
function everyModuleIsFresh(folder) {
  try {
    return readManifest(folder).programs.every((entry) => {
      const text = readFileSync(new URL(`${entry.module}.generated.ts`, folder), 'utf8');
      const [, deflated = ''] = text.match(/deflated: '([^']*)'/) ?? [];
      const elf = inflateRawSync(Buffer.from(deflated, 'base64'));
      return sha256Of(elf) === entry.sha256 && text === moduleText(folder, entry, deflated);
    });
  } catch {
    return false;
  }
}

/** @param entry undefined for a module without a program. */
function moduleText(folder, entry, deflated) {
  const isOwn = folder === FOLDER;
  return `// Written by scripts/bundle-programs.mjs. Not committed.

import type { BundledProgram } from '${isOwn ? './bundled-program.ts' : '../../../bank/bundled/bundled-program.ts'}';

export const program: BundledProgram${isOwn ? '' : ' | undefined'} = ${programText(entry, deflated)};
`;
}

function programText(entry, deflated) {
  if (entry === undefined) return 'undefined';
  const { name, address, loader, programDataAddress, length, sha256 } = entry;
  const dataAddress = programDataAddress === undefined ? 'undefined' : `'${programDataAddress}'`;
  return `{
  name: '${name}',
  address: '${address}',
  loader: '${loader}',
  programDataAddress: ${dataAddress},
  length: ${length},
  sha256: '${sha256}',
  deflated: '${deflated}',
}`;
}

function sha256Of(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

function encodeBase58(bytes) {
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
  let value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (; value > 0n; value /= 58n) text = alphabet[Number(value % 58n)] + text;
  for (const byte of bytes) {
    if (byte !== 0) break;
    text = `1${text}`;
  }
  return text;
}

function fail(sentence) {
  console.error(`bundle-programs: ${sentence}`);
  process.exit(1);
}
