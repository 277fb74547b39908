// The two machines of the differential suite, npm litesvm and our bank under LiteSVM's rules, taken through the same steps.
// After each step everything that can be seen of both is compared: status, error, logs, units, fee, return data, inner
// instructions, and the accounts the step could have changed; `compareAll` looks at every account that was ever named.
// A step is plain data, so that a failing sequence can be written down (case-file.ts) and made smaller (shrink.ts).

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import internal from 'litesvm/dist/internal.js';
import { Bank, type TransactionRecord } from '../../../src/bank/bank.ts';
import { programDataAddressOf } from '../../../src/bank/program-accounts.ts';
import { type FeatureName, FeatureSet } from '../../../src/runtime/features.ts';
import { LITESVM_RULES } from '../../../src/runtime/rules.ts';
import { fromTransaction } from '../../../src/testing/kit.ts';
import type { Account } from '../../../src/wire/account.ts';
import { decodeBase58 } from '../../../src/wire/base58.ts';
import { encodeHex, equalBytes } from '../../../src/wire/bytes.ts';
import { ParhelionError } from '../../../src/wire/errors.ts';
import { Pubkey } from '../../../src/wire/pubkey.ts';
import { PubkeyMap } from '../../../src/wire/pubkey-map.ts';
import type { VersionedTransaction } from '../../../src/wire/transaction.ts';
import type { TransactionError } from '../../../src/wire/transaction-error.ts';
import { observe } from '../../trace/observe.ts';
import { type EngineName, useEngine } from '../engines.ts';
import { EXPLAINED } from './explained.ts';
import { LiteFailure, type LiteMetadata, type LiteSvm, readLiteError, readLiteFee } from './lite-outcome.ts';

export interface MachineOptions {
  readonly sigverify: boolean;
  readonly blockhashCheck: boolean;
  /** Bytes; null for no limit. */
  readonly logBytesLimit: number | null;
  /** In place of what transactions ask for. */
  readonly computeBudget?: { readonly computeUnitLimit: number; readonly heapSize: number };
  /** Gates that are otherwise than on mainnet. */
  readonly on?: readonly FeatureName[];
  readonly off?: readonly FeatureName[];
  /** What our side runs compiled programs on; undefined: whatever is set. */
  readonly engine?: EngineName | undefined;
}

export const PLAIN_OPTIONS: MachineOptions = { sigverify: false, blockhashCheck: true, logBytesLimit: 10_000 };

export type Step =
  /** What came of it is compared; a simulation stores nothing. Observed, it is traced, explained and rewound too. */
  | { readonly kind: 'send' | 'simulate'; readonly bytes: Uint8Array; readonly isObserved?: boolean | undefined }
  | { readonly kind: 'account'; readonly key: Pubkey; readonly account: Account }
  | { readonly kind: 'program'; readonly key: Pubkey; readonly elf: Uint8Array }
  | { readonly kind: 'expireBlockhash' }
  | { readonly kind: 'warp'; readonly slot: bigint };

export interface Outcome {
  /** null: none. */
  readonly error: TransactionError | null;
  readonly logs: readonly string[];
  readonly units: number;
  readonly fee: bigint;
  /** Program and data; undefined where nothing ran. */
  readonly returnData: string | undefined;
  /** For each top-level instruction. */
  readonly inner: readonly (readonly string[])[];
}

export interface StepResult {
  /** The first difference, in words; undefined where there is none, or none without an explanation. */
  readonly difference: string | undefined;
  /** The name of the explanation, where a difference has one. From there on the two machines are not alike. */
  readonly explained?: string | undefined;
  /** Of a transaction that both machines could read. */
  readonly outcome: Outcome | undefined;
  readonly record: TransactionRecord | undefined;
}

const NOTHING: StepResult = { difference: undefined, outcome: undefined, record: undefined };

/** Before LiteSVM, which panics on some, is handed a transaction. */
export type BeforeSend = (bytes: Uint8Array) => void;

/**
 * LiteSVM maps memory for each program it compiles, which a collected object gives back; the process may have only so
 * many maps, and nothing tells V8 how much hangs on such a small object.
 */
const MACHINES_PER_COLLECTION = 24;
let machinesMade = 0;
let collect: (() => void) | undefined;

function collectNowAndThen(): void {
  if (++machinesMade % MACHINES_PER_COLLECTION !== 0) return;
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}

export class Machines {
  readonly svm: LiteSvm;
  readonly bank: Bank;
  readonly #known = new PubkeyMap<true>();
  readonly #beforeSend: BeforeSend | undefined;
  readonly #engine: EngineName | undefined;
  #runs = 0;

  constructor(options: MachineOptions, beforeSend?: BeforeSend) {
    this.#beforeSend = beforeSend;
    this.#engine = options.engine;
    collectNowAndThen();
    this.svm = new internal.LiteSvm();
    const features = featuresOf(options);
    if (options.on !== undefined || options.off !== undefined) {
      this.svm.setFeatureSet(liteFeaturesOf(features));
      this.svm.setBuiltins();
      this.svm.setSysvars();
      // What is there already was loaded for the old gates.
      this.svm.setDefaultPrograms();
    }
    this.svm.setSigverify(options.sigverify);
    this.svm.setBlockhashCheck(options.blockhashCheck);
    if (options.logBytesLimit === null) this.svm.setLogBytesLimit();
    else this.svm.setLogBytesLimit(BigInt(options.logBytesLimit));
    const { computeBudget } = options;
    if (computeBudget !== undefined) {
      const budget = new internal.ComputeBudget();
      budget.computeUnitLimit = BigInt(computeBudget.computeUnitLimit);
      budget.heapSize = computeBudget.heapSize;
      this.svm.setComputeBudget(budget);
    }
    this.bank = new Bank({
      features,
      rules: LITESVM_RULES,
      verifySignatures: options.sigverify,
      checkBlockhash: options.blockhashCheck,
      logBytesLimit: options.logBytesLimit ?? Number.POSITIVE_INFINITY,
      computeBudgetOverride: computeBudget,
    });
  }

  apply(step: Step): StepResult {
    switch (step.kind) {
      case 'send':
      case 'simulate':
        return this.#observed(this.#run(step.bytes, step.kind === 'simulate'), step.isObserved === true);
      case 'account':
        return this.#setAccount(step.key, step.account);
      case 'program':
        return this.#addProgram(step.key, step.elf);
      case 'expireBlockhash':
        this.svm.expireBlockhash();
        this.bank.expireBlockhash();
        return NOTHING;
      case 'warp':
        this.svm.warpToSlot(step.slot);
        this.bank.warpToSlot(step.slot);
        return NOTHING;
    }
  }

  /** The first account that differs, of all that were named. */
  compareAll(): string | undefined {
    for (const [key] of this.#known) {
      const difference = this.#compareAccount(key);
      if (difference !== undefined) return difference;
    }
    const [ours, theirs] = [this.bank.latestBlockhash, decodeBase58(this.svm.latestBlockhash())];
    return equalBytes(ours, theirs) ? undefined : 'the latest blockhash';
  }

  #observed(result: StepResult, isObserved: boolean): StepResult {
    const { difference, explained, record } = result;
    if (!isObserved || difference !== undefined || explained !== undefined || record === undefined) return result;
    return { ...result, difference: observe(record)[0] };
  }

  /** A transaction that ours can't decode is none: LiteSVM would abort the process. */
  #run(bytes: Uint8Array, isSimulation: boolean): StepResult {
    const transaction = decode(bytes);
    if (transaction === undefined) return NOTHING;
    this.#beforeSend?.(bytes);
    if (this.#engine !== undefined) useEngine(this.#engine, ++this.#runs);
    const record = isSimulation ? this.bank.simulate(transaction) : this.bank.send(transaction);
    const outcome = outcomeOf(record);
    const sent = isSimulation ? this.svm.simulateVersionedTransaction(bytes) : this.svm.sendVersionedTransaction(bytes);
    const theirs = liteOutcomeOf(sent);
    const difference =
      compareOutcomes(outcome, theirs) ??
      (isSimulation ? comparePostAccounts(record, sent) : this.#compareTouched(record)) ??
      this.#compareMemory(record);
    if (difference === undefined) return { difference, outcome, record };
    const explained = EXPLAINED.find((row) => row.applies(outcome, theirs, transaction))?.name;
    return explained === undefined
      ? { difference, outcome, record }
      : { difference: undefined, explained, outcome, record };
  }

  #compareTouched({ prepared, transaction }: TransactionRecord): string | undefined {
    const isPrepared = prepared.status === 'prepared';
    const keys = isPrepared ? prepared.sanitized.keys : transaction.message.accountKeys;
    for (const key of keys) this.#known.set(key, true);
    if (!isPrepared) return undefined;
    const { roles } = prepared.sanitized;
    for (const [i, key] of keys.entries()) {
      const difference = roles[i].isWritable ? this.#compareAccount(key) : undefined;
      if (difference !== undefined) return difference;
    }
    return undefined;
  }

  /** Whether both can still find the transaction. */
  #compareMemory({ transaction }: TransactionRecord): string | undefined {
    const [signature] = transaction.signatures;
    if (signature === undefined) return undefined;
    const isKnown = this.bank.getTransaction(signature) !== undefined;
    if (isKnown === (this.svm.getTransaction(signature) !== null)) return undefined;
    return `getTransaction: ${isKnown ? 'only ours' : "only LiteSVM's"} knows it`;
  }

  #setAccount(key: Pubkey, account: Account): StepResult {
    const { lamports, data, owner, executable, rentEpoch } = account;
    const theirs = new internal.Account(lamports, data, owner.bytes, executable, rentEpoch);
    // A sysvar that makes no sense, say, which only a sequence that is being shrunk comes to: then neither has it.
    if (isRefused(() => this.svm.setAccount(key.bytes, theirs))) return NOTHING;
    this.bank.setAccount(key, account);
    this.#known.set(key, true);
    return NOTHING;
  }

  /** Loader v3. What LiteSVM makes of it is stored in the bank. */
  #addProgram(key: Pubkey, elf: Uint8Array): StepResult {
    this.svm.addProgram(key.bytes, elf);
    for (const each of [programDataAddressOf(key), key]) {
      const account = readLiteAccount(this.svm, each);
      if (account !== undefined) this.bank.setAccount(each, account);
      this.#known.set(each, true);
    }
    return NOTHING;
  }

  #compareAccount(key: Pubkey): string | undefined {
    const ours = this.bank.getAccount(key);
    const theirs = readLiteAccount(this.svm, key);
    if (ours === undefined || theirs === undefined) {
      return ours === theirs
        ? undefined
        : `account ${key}: ours ${accountText(ours)}, LiteSVM's ${accountText(theirs)}`;
    }
    return isSameAccount(ours, theirs)
      ? undefined
      : `account ${key}: ours ${accountText(ours)}, LiteSVM's ${accountText(theirs)}`;
  }
}

/** What is said, or thrown: then it is a mistake of ours, and the steps up to there show it. */
export function whatGoesWrong(run: () => string | undefined): string | undefined {
  try {
    return run();
  } catch (thrown) {
    return `it threw ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : thrown}`;
  }
}

/** As users' transactions are read: by the shape of messages before it. */
export function decode(bytes: Uint8Array): VersionedTransaction | undefined {
  try {
    return fromTransaction(bytes, { allowTrailingBytes: true });
  } catch (error) {
    if (error instanceof ParhelionError) return undefined;
    throw error;
  }
}

function featuresOf({ on = [], off = [] }: MachineOptions): FeatureSet {
  let features = FeatureSet.mainnet();
  for (const name of on) features = features.with(name);
  for (const name of off) features = features.without(name);
  return features;
}

function liteFeaturesOf(features: FeatureSet): InstanceType<typeof internal.FeatureSet> {
  const theirs = internal.FeatureSet.allEnabled();
  for (const id of theirs.getActiveFeatures()) {
    if (!features.isActive(new Pubkey(Uint8Array.from(id)))) theirs.deactivate(id);
  }
  return theirs;
}

/** Whether LiteSVM throws. */
function isRefused(run: () => void): boolean {
  try {
    run();
    return false;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'GenericFailure') throw error;
    return true;
  }
}

function readLiteAccount(svm: LiteSvm, key: Pubkey): Account | undefined {
  const theirs = svm.getAccount(key.bytes);
  return theirs === null ? undefined : accountOf(theirs);
}

function accountOf(theirs: InstanceType<typeof internal.Account>): Account {
  return {
    lamports: theirs.lamports(),
    data: theirs.data(),
    owner: Pubkey.interned(theirs.owner(), 0),
    executable: theirs.executable(),
    rentEpoch: theirs.rentEpoch(),
  };
}

/** What a simulation would have stored. */
function comparePostAccounts({ execution }: TransactionRecord, sent: LiteResult): string | undefined {
  if (!(sent instanceof internal.SimulatedTransactionInfo) || execution === undefined) return undefined;
  const theirs = sent.postAccounts();
  if (theirs.length !== execution.accounts.length) {
    return `post accounts: ours ${execution.accounts.length}, LiteSVM's ${theirs.length}`;
  }
  for (const [i, [key, ours]] of execution.accounts.entries()) {
    const account = accountOf(theirs[i].account());
    const isSame = key.equals(Pubkey.interned(theirs[i].address, 0)) && isSameAccount(ours, account);
    if (!isSame) return `post account ${i} ${key}: ours ${accountText(ours)}, LiteSVM's ${accountText(account)}`;
  }
  return undefined;
}

function isSameAccount(ours: Account, theirs: Account): boolean {
  return (
    ours.lamports === theirs.lamports &&
    ours.executable === theirs.executable &&
    ours.rentEpoch === theirs.rentEpoch &&
    ours.owner.equals(theirs.owner) &&
    Buffer.compare(ours.data, theirs.data) === 0
  );
}

function accountText(account: Account | undefined): string {
  if (account === undefined) return 'nothing';
  const { lamports, owner, executable, rentEpoch, data } = account;
  const shown = data.length > 600 ? `${data.length} bytes ${encodeHex(data.subarray(0, 600))}…` : encodeHex(data);
  return `${lamports} lamports of ${owner}${executable ? ' executable' : ''} rent epoch ${rentEpoch} [${shown}]`;
}

function outcomeOf({ prepared, execution }: TransactionRecord): Outcome {
  if (execution === undefined) {
    const { error, fee } = prepared as { error: TransactionError; fee: bigint };
    return { error, logs: [], units: 0, fee, returnData: undefined, inner: [] };
  }
  const { returnData } = execution;
  return {
    error: execution.error ?? null,
    logs: execution.logs,
    units: execution.computeUnitsConsumed,
    fee: execution.fee,
    returnData: returnData && `${returnData.programId} ${encodeHex(returnData.data)}`,
    inner: execution.innerInstructions.map((list) =>
      list.map(({ programIdIndex, accounts, data, stackHeight }) =>
        innerText(stackHeight, programIdIndex, accounts, data),
      ),
    ),
  };
}

type LiteResult = ReturnType<LiteSvm['sendVersionedTransaction']> | ReturnType<LiteSvm['simulateVersionedTransaction']>;

function liteOutcomeOf(result: LiteResult): Outcome {
  const isFailure = result instanceof LiteFailure;
  const meta: LiteMetadata =
    isFailure || result instanceof internal.SimulatedTransactionInfo ? result.meta() : (result as LiteMetadata);
  const logs = meta.logs();
  const inner = meta.innerInstructions();
  const didRun = inner.length > 0 || logs.length > 0 || meta.signature().some((byte) => byte !== 0);
  const returnData = meta.returnData();
  return {
    error: isFailure ? readLiteError(result.err()) : null,
    logs,
    units: Number(meta.computeUnitsConsumed()),
    fee: readLiteFee(meta),
    returnData: didRun ? `${Pubkey.interned(returnData.programId(), 0)} ${encodeHex(returnData.data())}` : undefined,
    inner: inner.map((list) =>
      list.map((each) => {
        const instruction = each.instruction();
        const { programIdIndex, accounts, data } = instruction;
        return innerText(
          each.stackHeight(),
          programIdIndex.call(instruction),
          accounts.call(instruction),
          data.call(instruction),
        );
      }),
    ),
  };
}

function innerText(stackHeight: number, programIdIndex: number, accounts: Uint8Array, data: Uint8Array): string {
  return `[${stackHeight}] ${programIdIndex} (${encodeHex(accounts)}) ${encodeHex(data)}`;
}

/** The first difference. */
function compareOutcomes(ours: Outcome, theirs: Outcome): string | undefined {
  const differ = (what: string, our: unknown, their: unknown): string =>
    `${what}: ours ${our}, LiteSVM's ${their}\n  ours: ${summary(ours)}\n  LiteSVM's: ${summary(theirs)}`;
  const [ourError, theirError] = [JSON.stringify(ours.error), JSON.stringify(theirs.error)];
  if (ourError !== theirError) return differ('error', ourError, theirError);
  for (let i = 0; i < Math.max(ours.logs.length, theirs.logs.length); i++) {
    if (ours.logs[i] !== theirs.logs[i]) return differ(`log line ${i}`, ours.logs[i], theirs.logs[i]);
  }
  for (const field of ['units', 'fee', 'returnData'] as const) {
    if (ours[field] !== theirs[field]) return differ(field, ours[field], theirs[field]);
  }
  const [ourInner, theirInner] = [ours.inner, theirs.inner].map((lists) => lists.map((list) => list.join()).join(';'));
  return ourInner === theirInner ? undefined : differ('inner instructions', ourInner, theirInner);
}

function summary({ error, logs, units }: Outcome): string {
  return `${JSON.stringify(error)}, ${units} units\n    ${logs.join('\n    ')}`;
}
