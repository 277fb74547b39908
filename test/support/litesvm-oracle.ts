// Runs the same transactions through this runtime and through LiteSVM, in one process, and says what differs.
// Both start from the accounts a fresh LiteSVM has. This side is a bank of the least kind: a map of accounts behind a
// BankView, under LiteSVM's rules. Error, logs, units, fee, return data, inner instructions and accounts are compared.

import internal from 'litesvm/dist/internal.js';
import { expect } from 'vitest';
import * as ids from '../../src/runtime/addresses.ts';
import type { ExecutionEnvironment } from '../../src/runtime/environment.ts';
import type { ExecutionListener } from '../../src/runtime/execution-events.ts';
import { FeatureSet } from '../../src/runtime/features.ts';
import { type BuiltinProgram, ProgramCache } from '../../src/runtime/program-cache.ts';
import { BUILTINS } from '../../src/runtime/programs/index.ts';
import { LITESVM_RULES, type TransactionRules } from '../../src/runtime/rules.ts';
import { SysvarCache } from '../../src/runtime/sysvars/cache.ts';
import type { AccountChange, InnerInstruction, TransactionExecution } from '../../src/runtime/transaction-execution.ts';
import {
  type BankView,
  type ComputeBudgetOverride,
  executeTransaction,
  prepareTransaction,
} from '../../src/runtime/transaction-processor.ts';
import type { Account } from '../../src/wire/account.ts';
import { decodeBase58 } from '../../src/wire/base58.ts';
import { encodeHex, equalBytes } from '../../src/wire/bytes.ts';
import type { VersionedMessage } from '../../src/wire/message.ts';
import { Pubkey } from '../../src/wire/pubkey.ts';
import { PubkeyMap } from '../../src/wire/pubkey-map.ts';
import { createTransaction, decodeTransaction, encodeTransaction } from '../../src/wire/transaction.ts';
import type { TransactionError } from '../../src/wire/transaction-error.ts';
import { fieldsOf } from './execution-fields.ts';

type LiteSvm = InstanceType<typeof internal.LiteSvm>;
type LiteSvmFeatureSet = InstanceType<typeof internal.FeatureSet>;

/** What happened, in a form that `toEqual` prints well. */
export interface Outcome {
  readonly error: unknown;
  readonly logs: readonly string[];
  readonly units: number;
  readonly fee: bigint;
  readonly returnData: string | undefined;
  readonly inner: readonly (readonly string[])[];
}

/** The bank of this side. */
export class MapBank implements BankView {
  readonly accounts = new PubkeyMap<Account>();
  features: FeatureSet = FeatureSet.mainnet();
  rules: TransactionRules;
  latestBlockhash: Uint8Array = new Uint8Array(32);
  readonly recentBlockhashes: Uint8Array[] = [];
  readonly processed = new Set<string>();
  verifySignatures = false;
  checkBlockhash = true;
  logBytesLimit = 10_000;
  computeBudgetOverride: ComputeBudgetOverride | undefined;
  /** Hears the second of the two runs that each transaction gets here. */
  listener: ExecutionListener | undefined;
  builtins: PubkeyMap<BuiltinProgram> = BUILTINS;
  #environment: ExecutionEnvironment | undefined;
  #programs: ProgramCache | undefined;

  constructor(rules: TransactionRules) {
    this.rules = rules;
  }

  get environment(): ExecutionEnvironment {
    if (this.#environment === undefined) {
      const sysvars = SysvarCache.from((key) => this.getAccount(key));
      this.#environment = {
        features: this.features.runtime,
        rules: this.rules,
        slot: sysvars.clock?.slot ?? 0n,
        sysvars,
        blockhash: this.latestBlockhash,
        lamportsPerSignature: 5000n,
        logBytesLimit: this.logBytesLimit,
        epochStake: () => 0n,
      };
    }
    return this.#environment;
  }

  get programs(): ProgramCache {
    return (this.#programs ??= new ProgramCache(this.builtins, this.features.runtime));
  }

  getAccount(key: Pubkey): Account | undefined {
    return this.accounts.get(key);
  }

  setAccount(key: Pubkey, account: Account): void {
    if (account.lamports === 0n) this.accounts.delete(key);
    else this.accounts.set(key, account);
    if (account.owner.equals(ids.SYSVAR_OWNER_ID)) this.changed();
  }

  /** Forgets what was derived from settings and sysvars. */
  changed(): void {
    this.#environment = undefined;
    this.#programs = undefined;
  }

  isRecentBlockhash(hash: Uint8Array): boolean {
    return this.recentBlockhashes.some((recent) => encodeHex(recent) === encodeHex(hash));
  }

  isAlreadyProcessed({
    signatures,
    messageBytes,
  }: {
    signatures: readonly Uint8Array[];
    messageBytes: Uint8Array;
  }): boolean {
    return this.processed.has(encodeHex(this.rules.duplicateDetection === 'message' ? messageBytes : signatures[0]));
  }

  /** Prepares, runs and stores. */
  send(bytes: Uint8Array): { outcome: Outcome; changes: readonly AccountChange[] } {
    const transaction = decodeTransaction(bytes);
    const prepared = prepareTransaction(transaction, this);
    if (prepared.status === 'rejected') {
      const { error, fee } = prepared;
      return { outcome: { error, fee, logs: [], units: 0, returnData: undefined, inner: [] }, changes: [] };
    }
    const execution = executeTransaction(prepared);
    expectSame(executeTransaction(prepared, this.listener), execution);
    const key = this.rules.duplicateDetection === 'message' ? transaction.messageBytes : transaction.signatures[0];
    this.processed.add(encodeHex(key));
    const keepEmpty = this.rules.keepEmptiedPayers && execution.error !== undefined;
    for (const [key, account] of execution.accounts) {
      if (keepEmpty) this.accounts.set(key, account);
      else this.setAccount(key, account);
    }
    const { returnData } = execution;
    return {
      outcome: {
        error: execution.error ?? null,
        logs: execution.logs,
        units: execution.computeUnitsConsumed,
        fee: execution.fee,
        returnData: returnData && returnDataText(returnData.programId, returnData.data),
        inner: execution.innerInstructions.map((list) => list.map(innerText)),
      },
      changes: execution.accounts,
    };
  }
}

/** Runs are repeatable. Accounts may be megabytes, which `toEqual` would compare key by key. */
function expectSame(again: TransactionExecution, first: TransactionExecution): void {
  expect({ ...fieldsOf(again), accounts: [] }, 'the same again').toEqual({ ...fieldsOf(first), accounts: [] });
  expect(again.accounts.length).toBe(first.accounts.length);
  for (const [i, [key, { data, ...rest }]] of again.accounts.entries()) {
    const [firstKey, { data: firstData, ...firstRest }] = first.accounts[i];
    expect([key, rest]).toEqual([firstKey, firstRest]);
    expect(equalBytes(data, firstData), `data of ${key}, the same again`).toBe(true);
  }
}

function returnDataText(programId: Pubkey, data: Uint8Array): string {
  return `${programId} ${encodeHex(data)}`;
}

function innerText({ programIdIndex, accounts, data, stackHeight }: InnerInstruction): string {
  return `[${stackHeight}] ${programIdIndex} (${[...accounts]}) ${encodeHex(data)}`;
}

/** Every program that a fresh LiteSVM holds, and the sysvars. */
const START_KEYS: readonly Pubkey[] = [
  ...Object.values(ids),
  ...[
    'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
    'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb',
    'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL',
    'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo',
    'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr',
  ].map(Pubkey.fromBase58),
];

export interface OracleOptions {
  readonly sigverify?: boolean;
  readonly blockhashCheck?: boolean;
  /** Names of gates to switch off, and on. */
  readonly without?: readonly string[];
  readonly with?: readonly string[];
}

/** The two sides. */
export class Oracle {
  readonly svm: LiteSvm;
  readonly bank = new MapBank(LITESVM_RULES);
  readonly #known: Pubkey[] = [];
  readonly #start = new PubkeyMap<Account>();
  static readonly #pool = new Map<string, Oracle>();

  /** One that was used before, with its accounts as at the start: for rows that change nothing but accounts. */
  static shared(options: OracleOptions = {}): Oracle {
    const key = JSON.stringify(options);
    const known = Oracle.#pool.get(key);
    const oracle = known ?? new Oracle(options);
    oracle.#reset();
    Oracle.#pool.set(key, oracle);
    return oracle;
  }

  #reset(): void {
    for (const key of this.#known.splice(0)) this.setAccount(key, this.#start.get(key) ?? {});
    this.#known.length = 0;
  }

  constructor(options: OracleOptions = {}) {
    this.svm = new internal.LiteSvm();
    this.svm.setSigverify(options.sigverify ?? false);
    this.svm.setBlockhashCheck(options.blockhashCheck ?? true);
    this.bank.verifySignatures = options.sigverify ?? false;
    this.bank.checkBlockhash = options.blockhashCheck ?? true;
    if (options.with !== undefined || options.without !== undefined) this.#changeFeatures(options);
    for (const key of START_KEYS) this.#copyFromLiteSvm(key);
    for (const [key, account] of this.bank.accounts) this.#start.set(key, account);
    this.#takeBlockhash();
  }

  #changeFeatures(options: OracleOptions): void {
    const theirs: LiteSvmFeatureSet = internal.FeatureSet.allEnabled();
    const mainnet = FeatureSet.mainnet();
    for (const id of theirs.getActiveFeatures()) {
      if (!mainnet.isActive(new Pubkey(Uint8Array.from(id)))) theirs.deactivate(id);
    }
    let { features } = this.bank;
    for (const name of options.with ?? []) {
      features = features.with(name);
      theirs.activate(addressOf(name), 0n);
    }
    for (const name of options.without ?? []) {
      features = features.without(name);
      theirs.deactivate(addressOf(name));
    }
    this.bank.features = features;
    this.svm.setFeatureSet(theirs);
    this.svm.setBuiltins();
    this.bank.changed();
  }

  #takeBlockhash(): void {
    this.bank.latestBlockhash = decodeBase58(this.svm.latestBlockhash());
    this.bank.changed();
  }

  get blockhash(): Uint8Array {
    return this.bank.latestBlockhash;
  }

  expireBlockhash(): void {
    this.svm.expireBlockhash();
    this.#copyFromLiteSvm(ids.RECENT_BLOCKHASHES_ID);
    this.#takeBlockhash();
  }

  warpToSlot(slot: bigint): void {
    this.svm.warpToSlot(slot);
    this.#copyFromLiteSvm(ids.CLOCK_ID);
  }

  setAccount(key: Pubkey, account: Partial<Account>): void {
    const whole = {
      lamports: 0n,
      data: new Uint8Array(0),
      owner: ids.SYSTEM_PROGRAM_ID,
      executable: false,
      rentEpoch: (1n << 64n) - 1n,
      ...account,
    };
    const { lamports, data, owner, executable, rentEpoch } = whole;
    this.svm.setAccount(key.bytes, new internal.Account(lamports, data, owner.bytes, executable, rentEpoch));
    this.bank.setAccount(key, whole);
    this.#watch(key);
  }

  #watch(key: Pubkey): void {
    if (!this.#known.some((known) => known.equals(key))) this.#known.push(key);
  }

  /** Loader v3, under the same addresses and slot as LiteSVM. */
  addProgram(key: Pubkey, elf: Uint8Array): void {
    this.svm.addProgram(key.bytes, elf);
    this.#copyFromLiteSvm(key);
  }

  #copyFromLiteSvm(key: Pubkey): void {
    const theirs = this.svm.getAccount(key.bytes);
    if (theirs === null) return;
    const account = accountOf(theirs);
    this.bank.setAccount(key, account);
    if (account.owner.equals(ids.BPF_LOADER_UPGRADEABLE_ID) && account.data.length === 36) {
      this.#copyFromLiteSvm(Pubkey.at(account.data, 4));
    }
  }

  /** Sends bytes to both sides, expects the same of both, and returns it. */
  sendBytes(bytes: Uint8Array): Outcome {
    const { outcome, changes } = this.bank.send(bytes);
    const theirs = outcomeOf(this.svm.sendVersionedTransaction(bytes));
    expect(outcome).toEqual(theirs);
    for (const [changed] of changes) this.#watch(changed);
    for (const key of this.#known) {
      expect(accountText(this.bank.getAccount(key)), `${key}`).toEqual(accountText(this.#theirAccount(key)));
    }
    return outcome;
  }

  /** Signatures that nobody checks, but each its own. */
  send(message: VersionedMessage): Outcome {
    const signatures = Array.from({ length: message.header.numRequiredSignatures }, () => new Uint8Array(64).fill(1));
    return this.sendBytes(encodeTransaction(createTransaction(message, signatures)));
  }

  #theirAccount(key: Pubkey): Account | undefined {
    const theirs = this.svm.getAccount(key.bytes);
    return theirs === null ? undefined : accountOf(theirs);
  }
}

function addressOf(name: string): Uint8Array {
  return decodeBase58(FeatureSet.addressOf(name));
}

function accountOf(theirs: InstanceType<typeof internal.Account>): Account {
  return {
    lamports: theirs.lamports(),
    data: Uint8Array.from(theirs.data()),
    owner: new Pubkey(Uint8Array.from(theirs.owner())),
    executable: theirs.executable(),
    rentEpoch: theirs.rentEpoch(),
  };
}

function accountText(account: Account | undefined): unknown {
  if (account === undefined) return undefined;
  const { lamports, data, owner, executable, rentEpoch } = account;
  const shown =
    data.length > 2000 ? `${data.length} bytes ending in ${encodeHex(data.subarray(-1000))}` : encodeHex(data);
  return { lamports, owner: `${owner}`, executable, rentEpoch, data: shown };
}

type Sent = ReturnType<LiteSvm['sendVersionedTransaction']>;

function outcomeOf(result: Sent): Outcome {
  const failed = result instanceof internal.FailedTransactionMetadata ? result : undefined;
  const meta = failed === undefined ? (result as InstanceType<typeof internal.TransactionMetadata>) : failed.meta();
  const fee = /\bfee: (\d+)/.exec(meta.toString())?.[1];
  if (fee === undefined) throw new Error(`no fee in ${meta.toString()}`);
  const error = failed === undefined ? null : parseError(failed.toString());
  const didRun =
    meta.innerInstructions().length > 0 || meta.logs().length > 0 || meta.signature().some((byte) => byte !== 0);
  const returnData = meta.returnData();
  return {
    error,
    logs: meta.logs(),
    units: Number(meta.computeUnitsConsumed()),
    fee: BigInt(fee),
    returnData: didRun
      ? returnDataText(new Pubkey(Uint8Array.from(returnData.programId())), returnData.data())
      : undefined,
    inner: meta.innerInstructions().map((list) =>
      list.map((inner) => {
        const instruction = inner.instruction();
        return innerText({
          programIdIndex: instruction.programIdIndex(),
          accounts: instruction.accounts(),
          data: instruction.data(),
          stackHeight: inner.stackHeight(),
        });
      }),
    ),
  };
}

/** Rust's debug form of a TransactionError, in the RPC's JSON. */
function parseError(text: string): TransactionError {
  const body = /err: (.*?), meta: /s.exec(text)?.[1] ?? text;
  const instruction = /^InstructionError\((\d+), (\w+)(?:\((\d+)\))?\)$/.exec(body);
  if (instruction !== null) {
    const [, index, name, code] = instruction;
    const error = code === undefined ? name : { Custom: Number(code) };
    return { InstructionError: [Number(index), error] } as TransactionError;
  }
  const rent = /^InsufficientFundsForRent \{ account_index: (\d+) \}$/.exec(body);
  if (rent !== null) return { InsufficientFundsForRent: { account_index: Number(rent[1]) } };
  const duplicate = /^DuplicateInstruction\((\d+)\)$/.exec(body);
  if (duplicate !== null) return { DuplicateInstruction: Number(duplicate[1]) };
  return body as TransactionError;
}
