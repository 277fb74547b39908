// Takes what the decoders of src/trace/decoders need out of the @solana-program clients (devDependencies) and of the parts
// of @solana/kit they stand on, and writes it as one module, src/trace/decoders/clients.generated.ts, which is not
// committed. Loading the clients and kit themselves takes longer than everything else that `import 'parhelion'` loads; the
// bundle is a function that nobody calls before the first instruction is decoded.
//
//   node scripts/bundle-decoders.mjs            write the module where it is missing or stale (part of npm's `prepare`)
//
// Without devDependencies there is nothing to bundle; the script then says so and leaves all as it is.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../', import.meta.url);
const OUTPUT = new URL('src/trace/decoders/clients.generated.ts', ROOT);

/** What the decoders ask for, by the names they ask with. */
const ENTRY = `
export { parseSystemInstruction, SystemInstruction } from '@solana-program/system';
export {
  AssociatedTokenInstruction, parseAssociatedTokenInstruction, parseBatchInstruction as parseTokenBatchInstruction,
  parseTokenInstruction, AuthorityType as TokenAuthorityType, TokenInstruction,
} from '@solana-program/token';
export {
  AccountState as Token2022AccountState, AuthorityType as Token2022AuthorityType,
  parseBatchInstruction as parseToken2022BatchInstruction, parseToken2022Instruction, Token2022Instruction,
} from '@solana-program/token-2022';
export { ComputeBudgetInstruction, parseComputeBudgetInstruction } from '@solana-program/compute-budget';
export { parseStakeInstruction, StakeAuthorize, StakeInstruction } from '@solana-program/stake';
export { AddressLookupTableInstruction, parseAddressLookupTableInstruction } from '@solana-program/address-lookup-table';
`;

/** The packages whose code the bundle holds. Those of kit are all of one version and one licence. */
const PACKAGES = [
  '@solana/kit',
  '@solana-program/system',
  '@solana-program/token',
  '@solana-program/token-2022',
  '@solana-program/compute-budget',
  '@solana-program/stake',
  '@solana-program/address-lookup-table',
];

await main();

async function main() {
  const esbuild = await import('esbuild').catch(() => undefined);
  const missing = PACKAGES.filter((name) => !existsSync(new URL(`node_modules/${name}/package.json`, ROOT)));
  if (esbuild === undefined || missing.length > 0) {
    console.warn('bundle-decoders: devDependencies are not installed, so the decoders stay as they are. Run `npm ci`.');
    return;
  }
  const key = keyOf(PACKAGES);
  if (existsSync(OUTPUT) && readFileSync(OUTPUT, 'utf8').includes(key)) return;
  const { outputFiles } = await esbuild.build({
    stdin: { contents: ENTRY, resolveDir: fileURLToPath(ROOT), loader: 'js' },
    bundle: true,
    write: false,
    minify: true,
    legalComments: 'none',
    format: 'iife',
    globalName: 'clients',
    // Neither Node's nor a browser's: kit's builds for browsers run in both.
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['browser', 'import'],
    define: { 'process.env.NODE_ENV': '"production"', __DEV__: 'false' },
    target: 'es2022',
    plugins: [rememberCodecs()],
  });
  writeFileSync(OUTPUT, moduleText(outputFiles[0].text, key));
  console.log('bundle-decoders: the parsers of the @solana-program clients in src/trace/decoders/clients.generated.ts');
}

/**
 * The clients put their codecs together anew for each instruction, which takes three times as long as using them. Here each
 * `get…Decoder()` remembers what it gave, and so does each discriminator that an instruction is compared with.
 */
function rememberCodecs() {
  const rememberIn = (text) => {
    const constants = new Set();
    const contents = text
      .replace(/^(export )?function (get\w+Decoder)\(\) \{/gm, (_, exported = '', name) => {
        const made = `made$${name}`;
        return `var ${made};\n${exported}function ${name}() { return (${made} ??= make$${name}()); }\nfunction make$${name}() {`;
      })
      .replace(/(containsBytes\(data, )get(U\d+)Encoder\(\)\.encode\((\d+)\)/g, (_, start, type, value) => {
        constants.add(`${type}$${value}`);
        return `${start}(${type}$${value} ??= get${type}Encoder().encode(${value}))`;
      });
    return constants.size === 0 ? contents : `${contents}\nvar ${[...constants].join(', ')};`;
  };
  return {
    name: 'remember-codecs',
    setup({ onLoad }) {
      // Each number is read out of a copy of its bytes.
      onLoad({ filter: /codecs-numbers[\\/].*\.m?js$/ }, ({ path }) => ({
        contents: readFileSync(path, 'utf8').replace(
          'new DataView(toArrayBuffer(bytes, offset, input.size))',
          'new DataView(bytes.buffer, bytes.byteOffset + offset, input.size)',
        ),
        loader: 'js',
      }));
      const filter = /@solana-program[\\/].*\.m?js$/;
      onLoad({ filter }, ({ path }) => ({ contents: rememberIn(readFileSync(path, 'utf8')), loader: 'js' }));
    },
  };
}

function manifestOf(name) {
  return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, ROOT), 'utf8'));
}

/** Says whether a module was written by this very script from these very packages. */
function keyOf(names) {
  const hash = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
  for (const name of names) hash.update(`${name} ${manifestOf(name).version}\n`);
  return hash.digest('hex');
}

function moduleText(bundle, key) {
  const packages = PACKAGES.map((name) => {
    const { version, license } = manifestOf(name);
    return `${name} ${version} (${license})`;
  });
  const licence = readFileSync(new URL('node_modules/@solana/kit/LICENSE', ROOT), 'utf8').trim();
  return `// @ts-nocheck
// Written by scripts/bundle-decoders.mjs; not committed. ${key}
// Code of: ${packages.join(', ')}.
/*
${licence}
*/
/* eslint-disable */

/** Runs the bundle: the parsers by their names. */
export function loadClients(): any {
${bundle}
return clients;
}
`;
}
