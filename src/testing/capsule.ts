// A capsule: one JSON value with everything a transaction needs to run again, byte for byte the same, on any machine: the
// accounts that its checks and its run read, the sysvars, the features, the rules, what the chain said of its blockhash.
// Which accounts those are isn't guessed: the transaction is prepared once, and what it asked the bank for is noted.
// Programs written in TypeScript are no accounts: a capsule names those it needs, and whoever runs it supplies them.
// Here it is made and run; capsule-reading.ts reads it, and says what is damaged.

import type { TypeScriptProgram } from '../program/define-program.ts';
import type { FeatureSet } from '../runtime/features.ts';
import { hostedProgram } from '../runtime/program-cache.ts';
import { AGAVE_RULES, LITESVM_RULES, type TransactionRules } from '../runtime/rules.ts';
import { SysvarCache } from '../runtime/sysvars/cache.ts';
import {
  type BankView,
  type ComputeBudgetOverride,
  executeTransaction,
  prepareTransaction,
} from '../runtime/transaction-processor.ts';
import type { DecoderRegistry } from '../trace/decoder.ts';
import { TraceRecorder } from '../trace/recorder.ts';
import type { Account } from '../wire/account.ts';
import { encodeBase58 } from '../wire/base58.ts';
import { encodeBase64 } from '../wire/base64.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import { PubkeyMap } from '../wire/pubkey-map.ts';
import { encodeTransaction, type VersionedTransaction } from '../wire/transaction.ts';
import { CAPSULE_VERSION, openCapsule } from './capsule-reading.ts';
import { decodersWith } from './default-decoders.ts';
import { TransactionOutcome } from './outcome.ts';

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
  /** Is told, a sentence each, of parts of the capsule that the run does without. */
  readonly onNote?: (note: string) => void;
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
