// Reads a capsule back: every part is looked at before anything runs, for a field of the wrong kind would be taken for another
// setting, and the transaction would fail for a reason that isn't its own. What is wrong is named, by field.

import { LAMPORTS_PER_SIGNATURE } from '../bank/bank.ts';
import type { TypeScriptProgram } from '../program/define-program.ts';
import type { ExecutionEnvironment } from '../runtime/environment.ts';
import { MAINNET_COSTS, MAX_HEAP_FRAME_BYTES } from '../runtime/execution-cost.ts';
import { type FeatureId, FeatureSet } from '../runtime/features.ts';
import { hostProgram, ProgramCache } from '../runtime/program-cache.ts';
import { BUILTINS } from '../runtime/programs/index.ts';
import { AGAVE_RULES, LITESVM_RULES, type TransactionRules } from '../runtime/rules.ts';
import { SysvarCache } from '../runtime/sysvars/cache.ts';
import { MAX_ACCOUNT_DATA_LEN } from '../runtime/transaction-context.ts';
import type { BankView, ComputeBudgetOverride } from '../runtime/transaction-processor.ts';
import { DecoderRegistry } from '../trace/decoder.ts';
import { readIdl } from '../trace/decoders/idl.ts';
import type { Account } from '../wire/account.ts';
import { decodeBase58 } from '../wire/base58.ts';
import { decodeBase64 } from '../wire/base64.ts';
import { ParhelionError } from '../wire/errors.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { PubkeyMap } from '../wire/pubkey-map.ts';
import { decodeTransaction, type VersionedTransaction } from '../wire/transaction.ts';
import type { RunCapsuleOptions } from './capsule.ts';
import type { Address } from './kit.ts';
import { describe } from './kit.ts';
import { programDecoder } from './typescript-program.ts';

/** Of the format: what a field means. */
export const CAPSULE_VERSION = 1;

export interface OpenedCapsule {
  readonly transaction: VersionedTransaction;
  readonly bank: BankView;
  readonly names: ReadonlyMap<string, string>;
  readonly decoders: DecoderRegistry;
  /** Whether it can call programs written in TypeScript. */
  readonly isHosting: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/** @throws ParhelionError `MALFORMED_CAPSULE` or `CAPSULE_NEEDS_PROGRAM` */
export function openCapsule(
  value: unknown,
  { programs = {}, decoders: given, onNote = () => {} }: RunCapsuleOptions,
): OpenedCapsule {
  const capsule = asCapsule(value);
  const transaction = part('transaction', () => decodeTransaction(decodeBase64(text(capsule['transaction']))));
  const accounts = readAccounts(capsule['accounts']);
  const idls = part('idls', () => objectOr(capsule['idls'], {}));
  const decoders = decodersOf(idls, given, onNote);
  const needed = part('typeScriptPrograms', () => listOr(capsule['typeScriptPrograms'], []).map(neededProgram));
  host(needed, programs, accounts, decoders);
  const features = part('features', () =>
    FeatureSet.of(list(capsule['features']).map((name) => [featureOf(name), 0n])),
  );
  const blockhash = part('blockhash', () => keyOf(capsule['blockhash']).bytes);
  const base = part('rules', () => baseRules(capsule['rules']));
  const rules = part('changedRules', () => rulesFrom(base, objectOr(capsule['changedRules'], {})));
  // A limit that is no number would be counted with, in this transaction and in all that follow.
  const logBytesLimit = part('logBytesLimit', () => logLimit(capsule['logBytesLimit']));
  const computeBudgetOverride = part('computeBudget', () => computeBudget(capsule['computeBudget']));
  const flag = (name: string): boolean => part(name, () => boolean(capsule[name]));
  const isRecentBlockhash = flag('isRecentBlockhash');
  const isAlreadyProcessed = flag('isAlreadyProcessed');
  const names = part('names', () => new Map(Object.entries(objectOr(capsule['names'], {})).map(nameOf)));
  const sysvars = SysvarCache.from((key) => accounts.get(key));
  if (sysvars.rent === undefined) return damaged('the Rent sysvar is not among its accounts');
  const environment: ExecutionEnvironment = {
    features: features.runtime,
    rules,
    slot: sysvars.clock?.slot ?? 0n,
    sysvars,
    blockhash,
    lamportsPerSignature: LAMPORTS_PER_SIGNATURE,
    logBytesLimit,
    epochStake: () => 0n,
  };
  const bank: BankView = {
    getAccount: (key) => accounts.get(key),
    environment,
    programs: new ProgramCache(BUILTINS, features.runtime),
    latestBlockhash: blockhash,
    isRecentBlockhash: () => isRecentBlockhash,
    isAlreadyProcessed: () => isAlreadyProcessed,
    verifySignatures: flag('verifySignatures'),
    checkBlockhash: flag('checkBlockhash'),
    computeBudgetOverride,
  };
  return { transaction, bank, names, decoders, isHosting: needed.length > 0 };
}

/** Files that people take for a capsule, by a field of theirs. */
const TAKEN_FOR_CAPSULES: readonly (readonly [field: string, what: string])[] = [
  ['result', "it is an RPC node's answer: make a capsule of it with capsuleFromRpc, or `parhelion capsule`"],
  ['meta', "it is an RPC node's answer: make a capsule of it with capsuleFromRpc, or `parhelion capsule`"],
  ['jsonrpc', "it is an RPC node's answer: make a capsule of it with capsuleFromRpc, or `parhelion capsule`"],
  ['computeUnits', 'it is a trace, which does not run'],
  ['messageBytes', 'it is a transaction alone: svm.capsule(transaction) adds what it needs'],
];

function asCapsule(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return damaged(`it is no capsule: it is ${value === null ? 'null' : describe(value)}`);
  }
  const capsule = value as Json;
  if (capsule['format'] !== 'parhelion-capsule') {
    const other = TAKEN_FOR_CAPSULES.find(([field]) => Object.hasOwn(capsule, field))?.[1];
    if (other !== undefined) return damaged(other);
    const found = capsule['format'] === undefined ? 'is missing' : `is ${describe(capsule['format'])}`;
    return damaged(`it is no capsule: the field format ${found}`);
  }
  if (capsule['version'] !== CAPSULE_VERSION) {
    return damaged(`it is of version ${describe(capsule['version'])}, and this is read: ${CAPSULE_VERSION}`);
  }
  return capsule;
}

function readAccounts(value: unknown): PubkeyMap<Account> {
  const accounts = new PubkeyMap<Account>();
  for (const [i, account] of part('accounts', () => list(value)).entries()) {
    part(`account ${i}`, () => {
      const fields = object(account);
      const key = field('address', () => keyOf(fields['address']));
      if (accounts.get(key) !== undefined) throw new Error(`${key} is there twice`);
      accounts.set(key, accountFrom(fields));
    });
  }
  return accounts;
}

function accountFrom(fields: Json): Account {
  return {
    lamports: field('lamports', () => u64(fields['lamports'])),
    owner: field('owner', () => keyOf(fields['owner'])),
    executable: field('executable', () => boolean(fields['executable'])),
    rentEpoch: field('rentEpoch', () => u64(fields['rentEpoch'])),
    data: field('data', () => accountData(fields['data'])),
  };
}

function accountData(value: unknown): Uint8Array {
  const data = decodeBase64(text(value));
  if (data.length > MAX_ACCOUNT_DATA_LEN) throw new Error(`${data.length} bytes are more than an account can hold`);
  return data;
}

/** The user's decoders before those of the capsule's own IDLs; an IDL that can't be read is left out, and named. */
function decodersOf(idls: Json, given: DecoderRegistry | undefined, onNote: (note: string) => void): DecoderRegistry {
  const decoders = new DecoderRegistry();
  for (const [address, idl] of Object.entries(idls)) {
    try {
      decoders.register(keyOf(address).toString() as Address, readIdl(idl).decoder);
    } catch (error) {
      onNote(`The capsule's IDL of ${address} is left out: ${reasonOf(error)}`);
    }
  }
  for (const [address, decoder] of given ?? []) decoders.register(address as Address, decoder);
  return decoders;
}

interface NeededProgram {
  readonly address: string;
  readonly name: string;
}

function neededProgram(value: unknown): NeededProgram {
  const { address, name } = object(value);
  return { address: keyOf(address).toString(), name: text(name) };
}

function host(
  needed: readonly NeededProgram[],
  programs: Readonly<Record<string, TypeScriptProgram>>,
  accounts: PubkeyMap<Account>,
  decoders: DecoderRegistry,
): void {
  for (const { address, name } of needed) {
    const program = Object.hasOwn(programs, address) ? programs[address] : undefined;
    if (program === undefined) throw new ParhelionError('CAPSULE_NEEDS_PROGRAM', { address, name });
    const account = accounts.get(Pubkey.fromBase58(address));
    if (account === undefined) return damaged(`the account of the program ${address} is missing`);
    hostProgram(account.data, program);
    if (decoders.get(address) === undefined) decoders.register(address as Address, programDecoder(program));
  }
}

function featureOf(name: unknown): FeatureId {
  return text(name) as FeatureId;
}

function baseRules(name: unknown): TransactionRules {
  if (name === 'litesvm') return LITESVM_RULES;
  if (name === 'agave') return AGAVE_RULES;
  throw new Error(`there are agave and litesvm, not ${describe(name)}`);
}

/** Each changed rule must be one, and of the kind that it is. */
function rulesFrom(base: TransactionRules, changed: Json): TransactionRules {
  for (const [name, value] of Object.entries(changed)) {
    const isKnown = Object.hasOwn(base, name) && typeof value === typeof base[name as keyof TransactionRules];
    if (!isKnown) throw new Error(`${describe(name)} can't be ${describe(value)}`);
  }
  return { ...base, ...changed } as TransactionRules;
}

function logLimit(value: unknown): number {
  if (value === undefined || value === null) return Number.POSITIVE_INFINITY;
  return count(value, Number.MAX_SAFE_INTEGER);
}

const MOST_FRAMES = 255;

function computeBudget(value: unknown): ComputeBudgetOverride | undefined {
  if (value === undefined || value === null) return undefined;
  const budget = object(value);
  field('computeUnitLimit', () => count(budget['computeUnitLimit'], Number.MAX_SAFE_INTEGER));
  field('heapSize', () => count(budget['heapSize'], MAX_HEAP_FRAME_BYTES));
  for (const name of ['maxStackHeight', 'maxTraceLength']) {
    if (budget[name] !== undefined) field(name, () => count(budget[name], MOST_FRAMES));
  }
  if (budget['costs'] !== undefined) {
    field('costs', () => {
      const costs = object(budget['costs']);
      for (const name of Object.keys(MAINNET_COSTS)) field(name, () => count(costs[name], Number.MAX_SAFE_INTEGER));
    });
  }
  return budget as unknown as ComputeBudgetOverride;
}

function nameOf([address, name]: readonly [string, unknown]): [string, string] {
  return [address, field(address, () => text(name))];
}

// Values, of the kind they must be.

function count(value: unknown, most: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most) return value as number;
  throw new Error(`expected a whole number from 0 to ${most}, found ${found(value)}`);
}

function boolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new Error(`expected true or false, found ${found(value)}`);
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Error(`expected text, found ${found(value)}`);
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`expected a list, found ${found(value)}`);
}

function listOr(value: unknown, otherwise: readonly unknown[]): readonly unknown[] {
  return value === undefined ? otherwise : list(value);
}

function object(value: unknown): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new Error(`expected an object, found ${found(value)}`);
}

function objectOr(value: unknown, otherwise: Json): Json {
  return value === undefined ? otherwise : object(value);
}

function u64(value: unknown): bigint {
  if (/^\d{1,20}$/.test(text(value)) && BigInt(text(value)) >> 64n === 0n) return BigInt(text(value));
  throw new Error(`${describe(value)} is no u64`);
}

function keyOf(value: unknown): Pubkey {
  const bytes = decodeBase58(text(value));
  if (bytes.length !== 32) throw new Error(`${describe(value)} is no address`);
  return new Pubkey(bytes);
}

function found(value: unknown): string {
  return value === undefined ? 'nothing' : describe(value);
}

// What is wrong, and where.

function part<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    return damaged(`${name} can't be read: ${reasonOf(error)}`);
  }
}

function field<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${name}: ${reasonOf(error)}`);
  }
}

/** Without the full stop, for the sentence goes on. */
function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}

function damaged(reason: string): never {
  throw new ParhelionError('MALFORMED_CAPSULE', { reason });
}
