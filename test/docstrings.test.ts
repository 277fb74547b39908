// The examples in the docstrings of what is exported are code that compiles: each becomes a module of its own, with the imports
// that its names ask for, and all are checked at once. What an example takes as given stands in GIVEN.

import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** Globs leave it out. */
const FOLDER = 'test/.docstrings';

/** Where the names of an example come from: the door of the file it stands in, then these. */
const OTHERS = [
  'parhelion',
  'parhelion/program',
  '@solana/kit',
  '@solana-program/system',
  '@solana-program/token',
  'vitest',
  'node:fs',
];

const doorOf = (path: string): string => {
  if (path.startsWith('src/program/')) return 'parhelion/program';
  if (path.startsWith('src/sbpf/')) return 'parhelion/sbpf';
  if (path.startsWith('src/testing/litesvm/')) return 'parhelion/litesvm';
  return path.startsWith('src/testing/bankrun/') || path === 'src/node/bankrun.ts' ? 'parhelion/bankrun' : 'parhelion';
};

/** What examples take as given, a line each. Types by the packages in TYPES. */
const IN_TESTS = `
declare const svm: Parhelion.Svm;
declare const outcome: Parhelion.TransactionOutcome;
declare const transaction: Kit.Transaction;
declare const swap: Kit.Transaction;
declare const message: Kit.TransactionMessage & Kit.TransactionMessageWithFeePayer & Kit.TransactionMessageWithLifetime;
declare const alice: Kit.KeyPairSigner;
declare const payer: Kit.KeyPairSigner;
declare const mint: Kit.Address;
declare const vault: Kit.Address;
declare const oracle: Kit.Address;
declare const counter: Kit.Address;
declare const rpc: Kit.Rpc<Kit.SolanaRpcApi>;
declare const signature: Kit.Signature;
declare const addresses: Kit.Address[];
declare const data: Uint8Array;
declare const tokenModel: Programs.TypeScriptProgram;
`;

const IN_PROGRAMS = `
declare const svm: Parhelion.Svm;
declare const from: Programs.AccountInfo;
declare const to: Programs.AccountInfo;
declare const payer: Programs.AccountInfo;
declare const vault: Programs.AccountInfo;
declare const winner: Programs.AccountInfo;
declare const pool: Programs.AccountInfo;
declare const user: Programs.AccountInfo;
declare const systemProgram: Programs.AccountInfo;
declare const ammProgram: Programs.AccountInfo;
declare const amount: bigint;
declare const limit: bigint;
declare const bump: number;
declare const data: Uint8Array;
declare const payOut: Kit.Instruction;
declare const counterAddress: Kit.Address;
declare const poolAccount: Kit.EncodedAccount;
declare const instructions: Record<string, Programs.InstructionDefinition<any, any, any>>;
declare const escrow: Programs.DeclaredProgram<any>;
declare const Program: typeof Anchor.Program;
declare const provider: Anchor.Provider;
const Counter = state('Counter', { owner: pubkey, count: u64 });
const Receipt = state('Receipt', { amount: u64 });
const OrderBook = zeroCopy('OrderBook', { orders: array(u64, 64) });
const Paid = event('Paid', { amount: u64 });
const ammIdl = { address: '11111111111111111111111111111111', metadata: { name: 'amm', version: '0.1.0', spec: '0.1.0' }, instructions: [{ name: 'swap', discriminator: [1], accounts: [{ name: 'pool' }, { name: 'user' }], args: [{ name: 'amount_in', type: 'u64' }] }], accounts: [{ name: 'Pool', discriminator: [2] }], types: [{ name: 'Pool', type: { kind: 'struct', fields: [{ name: 'fee', type: 'u64' }] } }] } as const;
`;

const IN_BANKRUN = `
declare const programId: Web3.PublicKey;
declare const transaction: Web3.Transaction;
`;

const GIVEN: Readonly<Record<string, string>> = {
  parhelion: IN_TESTS,
  'parhelion/litesvm': IN_TESTS,
  'parhelion/sbpf': '',
  'parhelion/bankrun': IN_BANKRUN,
  'parhelion/program': IN_PROGRAMS,
};

const TYPES: Readonly<Record<string, string>> = {
  Parhelion: 'parhelion',
  Programs: 'parhelion/program',
  Kit: '@solana/kit',
  Web3: '@solana/web3.js',
  Anchor: '@anchor-lang/core',
};

interface Example {
  readonly name: string;
  readonly path: string;
  readonly code: string;
}

function examples(): Example[] {
  const found: Example[] = [];
  for (const file of (readdirSync('src', { recursive: true }) as string[]).sort()) {
    if (!file.endsWith('.ts') || /\.(test|generated)\.ts$/.test(file)) continue;
    const path = `src/${file.replaceAll('\\', '/')}`;
    const source = readFileSync(path, 'utf8');
    for (const [, comment, declaration] of source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*([^\n]*)/g)) {
      const symbol = /^(?:(?:export|abstract|async|function|class|const|get|static) )*(\w+)/.exec(declaration)?.[1];
      for (const [, code] of comment.matchAll(/```ts\n([\s\S]*?)```/g)) {
        const name = `${path.slice('src/'.length, -'.ts'.length).replaceAll('/', '-')}-${symbol}`;
        found.push({ name, path, code: code.replace(/^ *\* ?/gm, '') });
      }
    }
  }
  return found;
}

/** The names of a text that are not those of properties. */
function namesIn(code: string): Set<string> {
  return new Set(code.replaceAll('...', ' ').match(/(?<![.\w])[A-Za-z_]\w*/g));
}

async function moduleOf({ path, code }: Example): Promise<string> {
  const door = doorOf(path);
  const asked = namesIn(code);
  const given = GIVEN[door].split('\n').filter((line) => asked.has(/const (\w+)/.exec(line)?.[1] ?? ''));
  const used = namesIn([code, ...given].join('\n'));
  for (const line of given) used.delete(/const (\w+)/.exec(line)![1]);
  const types = Object.entries(TYPES).filter(([name]) => used.has(name));
  const imports = types.map(([name, from]) => `import type * as ${name} from '${from}';`);
  for (const from of new Set([door, ...OTHERS])) {
    const names = Object.keys(await import(from)).filter((name) => used.delete(name));
    if (names.length > 0) imports.push(`import { ${names.join(', ')} } from '${from}';`);
  }
  return `${[...imports, '', ...given].join('\n')}\n\nexport const example = async () => {\n${code}};\n`;
}

test('examples in docstrings compile', async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const all = examples();
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  expect(all.length).toBeGreaterThan(40);
  for (const example of all) writeFileSync(`${FOLDER}/${example.name}.ts`, await moduleOf(example));
  const compilerOptions = { noEmit: true, types: ['node'], noUnusedLocals: false, noUnusedParameters: false };
  const config = {
    extends: '../../tsconfig.base.json',
    compilerOptions,
    include: ['*.ts', '../../src/host.d.ts', '../../src/testing/vitest.ts'],
  };
  writeFileSync(`${FOLDER}/tsconfig.json`, JSON.stringify(config));
  const tsc = promisify(execFile)(process.execPath, ['node_modules/typescript/bin/tsc', '-p', FOLDER]);
  const said = await tsc.then(
    () => '',
    ({ stdout }) => stdout,
  );
  expect(said).toBe('');
}, 120_000);
