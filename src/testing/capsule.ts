// A capsule: one JSON value with everything a transaction needs to run again, byte for byte the same, on any machine: the
// accounts that its checks and its run read, the sysvars, the features, the rules, what the chain said of its blockhash.
// Which accounts those are isn't guessed: the transaction is prepared once, and what it asked the bank for is noted.
// Programs written in TypeScript are no accounts: a capsule names those it needs, and whoever runs it supplies them.

import { LAMPORTS_PER_SIGNATURE } from '../bank/bank.ts';
import type { TypeScriptProgram } from '../program/define-program.ts';
import type { ExecutionEnvironment } from '../runtime/environment.ts';
import { MAX_HEAP_FRAME_BYTES } from '../runtime/execution-cost.ts';
import { type FeatureId, FeatureSet } from '../runtime/features.ts';
import { hostedProgram, hostProgram, ProgramCache } from '../runtime/program-cache.ts';
import { BUILTINS } from '../runtime/programs/index.ts';
import { AGAVE_RULES, LITESVM_RULES, type TransactionRules } from '../runtime/rules.ts';
import { SysvarCache } from '../runtime/sysvars/cache.ts';
import {
  type BankView,
  type ComputeBudgetOverride,
  executeTransaction,
  prepareTransaction,
} from '../runtime/transaction-processor.ts';
import { DecoderRegistry } from '../trace/decoder.ts';
import { readIdl } from '../trace/decoders/idl.ts';
import { TraceRecorder } from '../trace/recorder.ts';
import type { Account } from '../wire/account.ts';
import { decodeBase58, encodeBase58 } from '../wire/base58.ts';
import { decodeBase64, encodeBase64 } from '../wire/base64.ts';
import { ParhelionError } from '../wire/errors.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { PubkeyMap } from '../wire/pubkey-map.ts';
import { decodeTransaction, encodeTransaction, type VersionedTransaction } from '../wire/transaction.ts';
import { decodersWith } from './default-decoders.ts';
import type { Address } from './kit.ts';
import { describe } from './kit.ts';
import { TransactionOutcome } from './outcome.ts';
import { programDecoder } from './typescript-program.ts';

export const CAPSULE_VERSION = 1;

export interface CapsuleAccount {
  /** Base58. */
  readonly address: string;
  /** u64 in decimal digits. */
  readonly lamports: string;
  readonly owner: string;
  readonly executable: boolean;
  readonly rentEpoch: string;
  /** Base64. */
  readonly data: string;
}

/** Plain JSON. */
export interface Capsule {
  readonly format: 'parhelion-capsule';
  readonly version: typeof CAPSULE_VERSION;
  /** Base64 of the wire bytes. */
  readonly transaction: string;
  readonly accounts: readonly CapsuleAccount[];
  /** Active gates by name. */
  readonly features: readonly string[];
  readonly rules: 'agave' | 'litesvm';
  /** Settings of the rules that differ from those of that name. */
  readonly changedRules: Readonly<Record<string, unknown>>;
  readonly blockhash: string;
  readonly isRecentBlockhash: boolean;
  readonly isAlreadyProcessed: boolean;
  readonly verifySignatures: boolean;
  readonly checkBlockhash: boolean;
  /** Bytes; null for no limit. */
  readonly logBytesLimit: number | null;
  readonly computeBudget: ComputeBudgetOverride | null;
  /** Address → name. */
  readonly names: Readonly<Record<string, string>>;
  /** Programs written in TypeScript that it can call: an account holds no code of theirs. */
  readonly typeScriptPrograms?: readonly { readonly address: string; readonly name: string }[];
  /** IDLs that were registered, by the address of their program. */
  readonly idls?: Readonly<Record<string, unknown>>;
  /** What a cluster said of the transaction, where it ran there. */
  readonly recorded?: {
    readonly error: unknown;
    readonly logs: readonly string[] | null;
    readonly computeUnitsConsumed: number | null;
  };
  /** What was assumed when it was made. */
  readonly notes?: readonly string[];
}

/** Captures what a transaction needs of a bank. */
export function makeCapsule(
  transaction: VersionedTransaction,
  bank: BankView & { readonly features: FeatureSet },
  names: ReadonlyMap<string, string>,
  idls: ReadonlyMap<string, unknown> = new Map(),
): Capsule {
  const read = new PubkeyMap<Account>();
  const getAccount = (key: Pubkey): Account | undefined => {
    const account = bank.getAccount(key);
    if (account !== undefined) read.set(key, account);
    return account;
  };
  SysvarCache.from(getAccount);
  const { environment } = bank;
  prepareTransaction(transaction, {
    getAccount,
    environment,
    programs: bank.programs,
    latestBlockhash: bank.latestBlockhash,
    isRecentBlockhash: (hash, age) => bank.isRecentBlockhash(hash, age),
    isAlreadyProcessed: (each) => bank.isAlreadyProcessed(each),
    verifySignatures: bank.verifySignatures,
    checkBlockhash: bank.checkBlockhash,
    computeBudgetOverride: bank.computeBudgetOverride,
  });
  const hosted = [...read].flatMap(([key, { data }]) => {
    const program = hostedProgram(data) as { readonly name?: string } | undefined;
    return program === undefined ? [] : [{ address: key.toString(), name: program.name ?? 'a program' }];
  });
  const { rules, logBytesLimit } = environment;
  const base: TransactionRules = rules.name === 'litesvm' ? LITESVM_RULES : AGAVE_RULES;
  const changed = Object.entries(rules).filter(([name, value]) => base[name as keyof TransactionRules] !== value);
  return {
    format: 'parhelion-capsule',
    version: CAPSULE_VERSION,
    transaction: encodeBase64(encodeTransaction(transaction)),
    accounts: [...read]
      .map(([key, account]) => accountToJson(key, account))
      .sort((a, b) => (a.address < b.address ? -1 : 1)),
    features: [...bank.features.active].sort(),
    rules: base === LITESVM_RULES ? 'litesvm' : 'agave',
    changedRules: Object.fromEntries(changed),
    blockhash: encodeBase58(bank.latestBlockhash),
    isRecentBlockhash: bank.isRecentBlockhash(transaction.message.recentBlockhash),
    isAlreadyProcessed: bank.isAlreadyProcessed(transaction),
    verifySignatures: bank.verifySignatures,
    checkBlockhash: bank.checkBlockhash,
    logBytesLimit: Number.isFinite(logBytesLimit) ? logBytesLimit : null,
    computeBudget: bank.computeBudgetOverride ?? null,
    names: Object.fromEntries(names),
    ...(hosted.length === 0 ? {} : { typeScriptPrograms: hosted }),
    ...(idls.size === 0 ? {} : { idls: Object.fromEntries(idls) }),
  };
}

function accountToJson(key: Pubkey, { lamports, owner, executable, rentEpoch, data }: Account): CapsuleAccount {
  return {
    address: key.toString(),
    lamports: lamports.toString(),
    owner: owner.toString(),
    executable,
    rentEpoch: rentEpoch.toString(),
    data: encodeBase64(data),
  };
}

export interface RunCapsuleOptions {
  readonly decoders?: DecoderRegistry;
  /** The programs in TypeScript that the capsule names, by address. */
  readonly programs?: Readonly<Record<string, TypeScriptProgram>>;
}

/**
 * Runs a capsule: the same outcome on every machine.
 *
 * @param value what `JSON.parse` made of a capsule's text.
 * @throws ParhelionError `MALFORMED_CAPSULE` saying which part is damaged.
 * @throws ParhelionError `CAPSULE_NEEDS_PROGRAM` where it can call a program in TypeScript that `programs` lacks.
 *
 * @example
 * ```ts
 * const capsule = JSON.parse(JSON.stringify(svm.capsule(transaction)));
 * console.log(formatTrace(runCapsule(capsule).trace));
 * ```
 */
export function runCapsule(value: unknown, options: RunCapsuleOptions = {}): TransactionOutcome {
  const { transaction, bank, names, decoders, isHosting } = openCapsule(value, options);
  const prepared = prepareTransaction(transaction, bank);
  const traceOptions = { decoders, names };
  if (prepared.status === 'rejected') {
    return new TransactionOutcome({ transaction, prepared, execution: undefined }, traceOptions);
  }
  // Programs in TypeScript must not run twice: the trace is recorded at once.
  const listener = isHosting ? new TraceRecorder({ ...traceOptions, decoders: decodersWith(decoders) }) : undefined;
  const execution = executeTransaction(prepared, listener);
  return new TransactionOutcome({ transaction, prepared, execution, listener }, traceOptions);
}

/** The user's decoders before those of the capsule's own IDLs; an IDL that can't be read is left out. */
function decodersOf(idls: unknown, given: DecoderRegistry | undefined): DecoderRegistry {
  const decoders = new DecoderRegistry();
  for (const [address, idl] of Object.entries(typeof idls === 'object' && idls !== null ? idls : {})) {
    try {
      decoders.register(address as Address, readIdl(idl).decoder);
    } catch {}
  }
  for (const [address, decoder] of given ?? []) decoders.register(address as Address, decoder);
  return decoders;
}

function openCapsule(value: unknown, { programs = {}, decoders: given }: RunCapsuleOptions) {
  const capsule = value as Partial<Capsule> | null;
  if (typeof capsule !== 'object' || capsule === null || capsule.format !== 'parhelion-capsule') {
    return damaged('it is no capsule: the field format is missing');
  }
  if (capsule.version !== CAPSULE_VERSION) {
    return damaged(`it is of version ${describe(capsule.version)}, and this is read: ${CAPSULE_VERSION}`);
  }
  const part = <T>(name: string, read: () => T): T => {
    try {
      return read();
    } catch (error) {
      return damaged(`${name} can't be read (${error instanceof Error ? error.message : String(error)})`);
    }
  };
  const transaction = part('the transaction', () => decodeTransaction(decodeBase64(text(capsule.transaction))));
  const accounts = new PubkeyMap<Account>();
  const listed: readonly Partial<CapsuleAccount>[] = part('the accounts', () => Array.from(capsule.accounts!));
  for (const [i, account] of listed.entries()) {
    part(`account ${i}`, () => accounts.set(keyOf(account?.address), accountFromJson(account)));
  }
  const decoders = decodersOf(capsule.idls, given);
  const needed = part('the programs in TypeScript', () => Array.from(capsule.typeScriptPrograms ?? []));
  for (const { address, name } of needed) {
    const program = Object.hasOwn(programs, address) ? programs[address] : undefined;
    const account = part('a program in TypeScript', () => accounts.get(keyOf(address)));
    if (program === undefined) throw new ParhelionError('CAPSULE_NEEDS_PROGRAM', { address, name });
    if (account === undefined) return damaged(`the account of the program ${address} is missing`);
    hostProgram(account.data, program);
    if (decoders.get(address) === undefined) decoders.register(address as Address, programDecoder(program));
  }
  const features = part('the features', () =>
    FeatureSet.of(capsule.features!.map((name) => [name as FeatureId, 0n] as const)),
  );
  const blockhash = part('the blockhash', () => keyOf(capsule.blockhash).bytes);
  const base = capsule.rules === 'litesvm' ? LITESVM_RULES : AGAVE_RULES;
  const rules = part('the rules', () => rulesFrom(base, capsule.changedRules ?? {}));
  // A limit that is no number would be counted with, in this transaction and in all that follow.
  part('the settings', () => checkSettings(capsule));
  const sysvars = SysvarCache.from((key) => accounts.get(key));
  if (sysvars.rent === undefined) return damaged('the Rent sysvar is not among its accounts');
  const environment: ExecutionEnvironment = {
    features: features.runtime,
    rules,
    slot: sysvars.clock?.slot ?? 0n,
    sysvars,
    blockhash,
    lamportsPerSignature: LAMPORTS_PER_SIGNATURE,
    logBytesLimit: capsule.logBytesLimit ?? Number.POSITIVE_INFINITY,
    epochStake: () => 0n,
  };
  const bank: BankView = {
    getAccount: (key) => accounts.get(key),
    environment,
    programs: new ProgramCache(BUILTINS, features.runtime),
    latestBlockhash: blockhash,
    isRecentBlockhash: () => capsule.isRecentBlockhash === true,
    isAlreadyProcessed: () => capsule.isAlreadyProcessed === true,
    verifySignatures: capsule.verifySignatures !== false,
    checkBlockhash: capsule.checkBlockhash !== false,
    computeBudgetOverride: capsule.computeBudget ?? undefined,
  };
  const names = new Map(Object.entries(capsule.names ?? {}).filter(([, name]) => typeof name === 'string'));
  return { transaction, bank, names, decoders, isHosting: needed.length > 0 };
}

/** Each changed rule must be one, and of the kind that it is. */
function rulesFrom(base: TransactionRules, changed: object): TransactionRules {
  for (const [name, value] of Object.entries(changed)) {
    const isKnown = Object.hasOwn(base, name) && typeof value === typeof base[name as keyof TransactionRules];
    if (!isKnown) throw new Error(`${describe(name)} can't be ${describe(value)}`);
  }
  return { ...base, ...changed } as TransactionRules;
}

function checkSettings({ computeBudget, logBytesLimit }: Partial<Capsule>): void {
  const isCount = (value: unknown, most: number): boolean =>
    Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
  if (logBytesLimit !== undefined && logBytesLimit !== null && !isCount(logBytesLimit, Number.MAX_SAFE_INTEGER))
    throw new Error(`the limit of logs can't be ${describe(logBytesLimit)}`);
  if (computeBudget === undefined || computeBudget === null) return;
  const { computeUnitLimit, heapSize } = computeBudget;
  if (!isCount(computeUnitLimit, Number.MAX_SAFE_INTEGER) || !isCount(heapSize, MAX_HEAP_FRAME_BYTES))
    throw new Error(`the compute budget can't be ${describe(computeUnitLimit)} units, ${describe(heapSize)} bytes`);
}

function accountFromJson(account: Partial<CapsuleAccount>): Account {
  return {
    lamports: u64(account.lamports),
    owner: keyOf(account.owner),
    executable: account.executable === true,
    rentEpoch: u64(account.rentEpoch),
    data: decodeBase64(text(account.data)),
  };
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`a text is missing: found ${typeof value}`);
  return value;
}

function u64(value: unknown): bigint {
  if (!/^\d{1,20}$/.test(text(value)) || BigInt(text(value)) >> 64n !== 0n)
    throw new Error(`${describe(value)} is no u64`);
  return BigInt(text(value));
}

function keyOf(value: unknown): Pubkey {
  const bytes = decodeBase58(text(value));
  if (bytes.length !== 32) throw new Error(`${describe(value)} is no address`);
  return new Pubkey(bytes);
}

function damaged(reason: string): never {
  throw new ParhelionError('MALFORMED_CAPSULE', { reason });
}
