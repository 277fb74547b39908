// The state between transactions, and the way of one transaction through it: prepare, execute, store.
// Everything that a snapshot must bring back is in `BankState`, whose parts are values or maps that are copied in
// constant time; the rest are settings that stay as they are. What a bank tells the processor about itself is a value,
// made anew when a sysvar or the blockhash changes, so that an outcome that keeps it can be replayed.
// Source: agave runtime/src/bank.rs; for LiteSVM's rules, litesvm crates/litesvm/src/lib.rs.

import { hashes } from '../crypto/hashes.ts';
import {
  BPF_LOADER_UPGRADEABLE_ID,
  CLOCK_ID,
  EPOCH_SCHEDULE_ID,
  RECENT_BLOCKHASHES_ID,
  SLOT_HASHES_ID,
} from '../runtime/addresses.ts';
import { type BuiltinAllocation, priorityFeeOfMessage } from '../runtime/compute-budget.ts';
import type { ExecutionEnvironment } from '../runtime/environment.ts';
import type { ExecutionCosts } from '../runtime/execution-cost.ts';
import type { ExecutionListener } from '../runtime/execution-events.ts';
import type { FeatureSet } from '../runtime/features.ts';
import { calculateFee, countSignatures } from '../runtime/fees.ts';
import { LOG_MESSAGES_BYTES_LIMIT } from '../runtime/log-collector.ts';
import {
  hostedProgram,
  PROGRAM_DATA_TAG,
  ProgramCache,
  type ProgramEnvironment,
  programDataAddress,
} from '../runtime/program-cache.ts';
import { BUILTINS } from '../runtime/programs/index.ts';
import { AGAVE_RULES, type TransactionRules } from '../runtime/rules.ts';
import { SysvarCache } from '../runtime/sysvars/cache.ts';
import {
  decodeClock,
  decodeEpochSchedule,
  decodeRecentBlockhashes,
  decodeSlotHashes,
  encodeClock,
  encodeRecentBlockhashes,
  encodeSlotHashes,
  MAX_RECENT_BLOCKHASHES,
  MAX_SLOT_HASHES,
  RECENT_BLOCKHASHES_ACCOUNT_LEN,
  type RecentBlockhashes,
  type Rent,
  type SlotHashes,
} from '../runtime/sysvars/layouts.ts';
import type { AccountChange, TransactionExecution } from '../runtime/transaction-execution.ts';
import {
  type BankView,
  type ComputeBudgetOverride,
  executeTransaction,
  type PreparedTransaction,
  prepareTransaction,
  type RejectedTransaction,
} from '../runtime/transaction-processor.ts';
import type { Account } from '../wire/account.ts';
import { ParhelionError } from '../wire/errors.ts';
import type { VersionedMessage } from '../wire/message.ts';
import { Pubkey } from '../wire/pubkey.ts';
import type { VersionedTransaction } from '../wire/transaction.ts';
import type { TransactionError } from '../wire/transaction-error.ts';
import type { BankOptions } from './bank-options.ts';
import { BankState, Snapshots } from './bank-state.ts';
import { BlockhashQueue, MAX_RECENT_BLOCKHASHES as MAX_REMEMBERED_BLOCKHASHES } from './blockhash-queue.ts';
import { type ChainRules, chainRulesOf } from './chain-rules.ts';
import { clockAt } from './epochs.ts';
import { GENESIS_BLOCKHASH, genesisAccounts, sysvarAccount } from './genesis.ts';
import { History } from './history.ts';
import { MessageDigest } from './message-digest.ts';
import { StatusCache } from './status-cache.ts';

/** Lamports for each signature. Source: agave fee-structure/src/lib.rs, FeeStructure::default. */
export const LAMPORTS_PER_SIGNATURE = 5000n;

/** What became of a transaction. */
export type TransactionRecord =
  | {
      readonly transaction: VersionedTransaction;
      readonly prepared: PreparedTransaction;
      readonly execution: TransactionExecution;
      /** What listened to the run, where the bank was told to listen: it can't be repeated without consequences. */
      readonly listener?: ExecutionListener | undefined;
    }
  | {
      readonly transaction: VersionedTransaction;
      readonly prepared: RejectedTransaction;
      readonly execution: undefined;
    };

/** Why the transaction failed, before it could run or while it did; undefined where it succeeded. */
export function errorOf({ prepared, execution }: TransactionRecord): TransactionError | undefined {
  return prepared.status === 'rejected' ? prepared.error : execution?.error;
}

export class Bank implements BankView {
  readonly rules: TransactionRules;
  readonly chainRules: ChainRules;
  #features: FeatureSet;
  #programs: ProgramCache;
  verifySignatures: boolean;
  /** Makes what listens to transactions that could run a function of the host, which is not to be run a second time. */
  listenToHosted: (() => ExecutionListener) | undefined;
  checkBlockhash: boolean;
  computeBudgetOverride: ComputeBudgetOverride | undefined;
  readonly accountLockLimit: number | undefined;
  readonly builtinAllocation: BuiltinAllocation | undefined;
  readonly #rent: Rent | undefined;
  readonly #costs: ExecutionCosts | undefined;
  #logBytesLimit: number;
  #state: BankState;
  readonly #snapshots = new Snapshots();
  /** Whether code of the user's own runs, as a program of a transaction. */
  #isRunning = false;
  #digested: { readonly transaction: VersionedTransaction; readonly digest: MessageDigest } | undefined;

  constructor(options: BankOptions) {
    this.#features = options.features;
    this.rules = options.rules ?? AGAVE_RULES;
    this.#programs = new ProgramCache(BUILTINS, options.features.runtime);
    this.verifySignatures = options.verifySignatures ?? true;
    this.checkBlockhash = options.checkBlockhash ?? true;
    this.computeBudgetOverride = options.computeBudgetOverride;
    this.accountLockLimit = options.accountLockLimit;
    this.builtinAllocation = options.builtinAllocation;
    this.#rent = options.rent;
    this.#costs = options.costs;
    this.#logBytesLimit = options.logBytesLimit ?? LOG_MESSAGES_BYTES_LIMIT;
    this.chainRules = chainRulesOf(this.rules);
    const historyCapacity = options.historyCapacity ?? this.chainRules.historyCapacity;
    this.#state = new BankState(
      options.accounts ?? genesisAccounts(options.features, this.rules),
      BlockhashQueue.from(options.blockhash ?? GENESIS_BLOCKHASH),
      new StatusCache(),
      options.memory ?? new History(historyCapacity),
    );
  }

  // Settings.

  get features(): FeatureSet {
    return this.#features;
  }

  /** Programs go on being loaded for the old gates until {@link renewPrograms} is called. No account changes. */
  set features(features: FeatureSet) {
    this.#features = features;
    this.#state.environment = undefined;
  }

  get programs(): ProgramCache {
    return this.#programs;
  }

  /** From now on programs are loaded for the present feature gates, or as is said. */
  renewPrograms(environment?: ProgramEnvironment): void {
    this.#programs = new ProgramCache(BUILTINS, this.#features.runtime, environment);
  }

  /** Bytes of log that are kept of a transaction; `Infinity` for no limit. */
  get logBytesLimit(): number {
    return this.#logBytesLimit;
  }

  set logBytesLimit(bytes: number) {
    this.#logBytesLimit = bytes;
    this.#state.environment = undefined;
  }

  // Transactions.

  /**
   * Runs a transaction and stores what it changes.
   *
   * @throws ParhelionError `TRANSACTION_RUNNING` where a program in TypeScript calls it: as whatever else changes the bank.
   */
  send(transaction: VersionedTransaction): TransactionRecord {
    this.#assertIdle();
    const record = this.simulate(transaction);
    if (record.execution === undefined) return record;
    const { accounts, history, statuses } = this.#state;
    const keepEmpty = this.rules.keepEmptiedPayers && record.execution.error !== undefined;
    if (this.rules.readProgramsWhenStored) this.#storeAndReadPrograms(record.execution.accounts);
    if (keepEmpty) for (const [key, account] of record.execution.accounts) accounts.setEmpty(key, account);
    else record.execution.storeAccounts(accounts);
    if (this.rules.duplicateDetection === 'message') statuses.add(this.#digestOf(transaction));
    history.add(transaction.signatures[0], record);
    return record;
  }

  /**
   * Program data is stored first, then the rest in the order of the transaction's keys; what stands behind a program at the
   * moment that its own account is stored is what it is from then on. Source: litesvm accounts_db.rs, sync_accounts.
   */
  #storeAndReadPrograms(changes: readonly AccountChange[]): void {
    if (!changes.some(([, { executable }]) => executable)) return;
    const { accounts } = this.#state;
    const isProgramData = ([, { owner, data }]: AccountChange) =>
      data[0] === PROGRAM_DATA_TAG && owner.equals(BPF_LOADER_UPGRADEABLE_ID);
    for (const [key, account] of changes.filter(isProgramData)) accounts.set(key, account);
    for (const [key, account] of changes) {
      accounts.set(key, account);
      this.#readProgram(key, account);
    }
  }

  #readProgram(key: Pubkey, account: Account): void {
    const { accounts, programData } = this.#state;
    if (!account.executable || !account.owner.equals(BPF_LOADER_UPGRADEABLE_ID)) return;
    const dataKey = programDataAddress(account);
    if (dataKey !== undefined) programData.set(key, { account: accounts.get(dataKey) });
  }

  programDataWhenStored(program: Pubkey): { readonly account: Account | undefined } | undefined {
    return this.#state.programData.get(program);
  }

  /** The same for a transaction of the house's own, whose signatures are made up: they serve to know it by. */
  sendTrusted(transaction: VersionedTransaction): TransactionRecord {
    const { verifySignatures } = this;
    if (verifySignatures && this.isAlreadyProcessed(transaction)) {
      const prepared: RejectedTransaction = { status: 'rejected', error: 'AlreadyProcessed', fee: 0n };
      return { transaction, prepared, execution: undefined };
    }
    this.verifySignatures = false;
    try {
      return this.send(transaction);
    } finally {
      this.verifySignatures = verifySignatures;
    }
  }

  /** Runs a transaction and stores nothing. */
  simulate(transaction: VersionedTransaction): TransactionRecord {
    const prepared = prepareTransaction(transaction, this);
    if (prepared.status === 'rejected') return { transaction, prepared, execution: undefined };
    const { listenToHosted } = this;
    const listener = listenToHosted !== undefined && canRunHosted(prepared) ? listenToHosted() : undefined;
    if (listener === undefined) return { transaction, prepared, execution: executeTransaction(prepared), listener };
    const isNested = this.#isRunning;
    this.#isRunning = true;
    try {
      return { transaction, prepared, execution: executeTransaction(prepared, listener), listener };
    } finally {
      this.#isRunning = isNested;
    }
  }

  /** What a transaction that is running has loaded is stored over whatever changes meanwhile. */
  #assertIdle(): void {
    if (this.#isRunning) throw new ParhelionError('TRANSACTION_RUNNING', {});
  }

  /**
   * Lamports that a message would pay; undefined where its blockhash isn't recent. A priority fee counts only where its
   * compute-budget instructions are right. Source: agave runtime/src/bank.rs, get_fee_for_message.
   */
  feeForMessage(message: VersionedMessage): bigint | undefined {
    if (!this.isRecentBlockhash(message.recentBlockhash)) return undefined;
    return calculateFee(
      countSignatures(message),
      LAMPORTS_PER_SIGNATURE,
      priorityFeeOfMessage(message, this.#features.runtime, this.builtinAllocation),
    );
  }

  /** The transaction with this first signature, where it paid its fee and isn't forgotten. */
  getTransaction(signature: Uint8Array): TransactionRecord | undefined {
    return this.#state.history.get(signature);
  }

  isAlreadyProcessed(transaction: VersionedTransaction): boolean {
    const { history, statuses } = this.#state;
    return this.rules.duplicateDetection === 'message'
      ? statuses.has(this.#digestOf(transaction))
      : history.has(transaction.signatures[0]);
  }

  /** Asked for twice of each transaction: when it is checked and when it is stored. */
  #digestOf(transaction: VersionedTransaction): MessageDigest {
    if (this.#digested?.transaction !== transaction) {
      this.#digested = { transaction, digest: MessageDigest.of(transaction) };
    }
    return this.#digested.digest;
  }

  // Accounts.

  getAccount(key: Pubkey): Account | undefined {
    return this.#state.accounts.get(key);
  }

  /** Stores an account as it is. It must not be changed afterwards. */
  setAccount(key: Pubkey, account: Account): void {
    this.#assertIdle();
    const state = this.#state;
    state.accounts.set(key, account);
    if (this.rules.readProgramsWhenStored) this.#readProgram(key, account);
    const { environment } = state;
    if (environment === undefined) return;
    const sysvars = environment.sysvars.with(key, account.lamports === 0n ? undefined : account);
    if (sysvars !== environment.sysvars) {
      state.environment = { ...environment, sysvars, slot: sysvars.clock?.slot ?? 0n };
    }
  }

  /** Stores a sysvar's data, in an account as the genesis makes it. */
  setSysvar(key: Pubkey, data: Uint8Array): void {
    this.setAccount(key, sysvarAccount(data));
  }

  /** Every account, in no order to rely on. */
  accounts(): IterableIterator<[Pubkey, Account]> {
    return this.#state.accounts.entries();
  }

  /** The accounts that `owner` owns, in no order to rely on. Looks at every account there is. */
  accountsOwnedBy(owner: Pubkey): IterableIterator<[Pubkey, Account]> {
    return this.#state.accounts.ownedBy(owner);
  }

  // Blocks.

  get environment(): ExecutionEnvironment {
    return (this.#state.environment ??= this.#makeEnvironment());
  }

  get slot(): bigint {
    return this.environment.slot;
  }

  get latestBlockhash(): Uint8Array {
    return this.#state.blockhashes.latest.bytes;
  }

  /** The same as a key, which knows its text. */
  get latestBlockhashKey(): Pubkey {
    return this.#state.blockhashes.latest;
  }

  isRecentBlockhash(hash: Uint8Array, maxAge?: number): boolean {
    return this.#state.blockhashes.isRecent(hash, maxAge);
  }

  /**
   * Makes a new blockhash, as the end of a block does; the clock stays where it is. What the old ones are worth from
   * then on is said by the rules.
   */
  expireBlockhash(): void {
    this.#registerBlockhashes([nextBlockhash(this.#state.blockhashes.latest)]);
  }

  /**
   * Moves the clock to `slot`.
   *
   * Under a validator's rules the chain goes on as if every slot in between had its block: the blockhashes of those blocks
   * are the recent ones, SlotHashes lists them, and the epoch is as many epochs further as the epoch schedule counts.
   * Timestamps stay, as they do in Agave's own warp, but for the start of an epoch that begins. On the way back to an
   * earlier slot blockhashes stay too, and SlotHashes forgets what has not happened yet. SlotHistory isn't kept.
   *
   * Under LiteSVM's rules nothing but the clock's slot changes.
   *
   * Source: agave runtime/src/bank.rs, warp_from_parent, update_clock, update_slot_hashes.
   */
  warpToSlot(slot: bigint): void {
    const clock = this.#readSysvar(CLOCK_ID, decodeClock);
    if (clock === undefined) throw new Error('A bank always has a Clock sysvar.');
    if (!this.chainRules.keepsBlocks) {
      this.setSysvar(CLOCK_ID, encodeClock({ ...clock, slot }));
      return;
    }
    if (slot > clock.slot) this.#addBlocks(clock.slot, slot);
    else this.#setSlotHashes(this.#slotHashes().filter((entry) => entry.slot < slot));
    this.setSysvar(
      CLOCK_ID,
      encodeClock(clockAt(slot, clock, this.#readSysvar(EPOCH_SCHEDULE_ID, decodeEpochSchedule))),
    );
  }

  /** A block for every slot from `from` on and before `to`; of many, the last that anything remembers. */
  #addBlocks(from: bigint, to: bigint): void {
    const first = to - from > BigInt(MAX_SLOT_HASHES) ? to - BigInt(MAX_SLOT_HASHES) : from;
    const slotHashes: { slot: bigint; hash: Uint8Array }[] = [];
    const blockhashes: Pubkey[] = [];
    let hash = this.#state.blockhashes.latest;
    for (let slot = first; slot < to; slot++) {
      slotHashes.push({ slot, hash: hash.bytes });
      hash = nextBlockhash(hash);
      blockhashes.push(hash);
    }
    const older = this.#slotHashes().filter((entry) => entry.slot < first);
    this.#setSlotHashes([...slotHashes.reverse(), ...older]);
    this.#registerBlockhashes(blockhashes.slice(-MAX_REMEMBERED_BLOCKHASHES - 1));
  }

  #slotHashes(): SlotHashes {
    return this.#readSysvar(SLOT_HASHES_ID, decodeSlotHashes) ?? [];
  }

  #setSlotHashes(entries: SlotHashes): void {
    this.setSysvar(SLOT_HASHES_ID, encodeSlotHashes(entries.slice(0, MAX_SLOT_HASHES)));
  }

  /** Oldest first. */
  #registerBlockhashes(hashes: readonly Pubkey[]): void {
    this.#assertIdle();
    const state = this.#state;
    for (const hash of hashes) {
      state.blockhashes = state.blockhashes.register(hash);
      state.statuses.registerBlock();
    }
    const entries = hashes
      .map(({ bytes }) => ({ blockhash: bytes, lamportsPerSignature: LAMPORTS_PER_SIGNATURE }))
      .reverse();
    this.#setRecentBlockhashes(entries);
    state.environment = undefined;
  }

  /** Source: agave runtime/src/bank.rs, update_recent_blockhashes. */
  #setRecentBlockhashes(newest: RecentBlockhashes): void {
    if (!this.chainRules.keepsBlocks) {
      this.setSysvar(RECENT_BLOCKHASHES_ID, encodeRecentBlockhashes(newest.slice(0, 1)));
      return;
    }
    const older = this.#readSysvar(RECENT_BLOCKHASHES_ID, decodeRecentBlockhashes) ?? [];
    const entries = [...newest, ...older].slice(0, MAX_RECENT_BLOCKHASHES);
    this.setSysvar(RECENT_BLOCKHASHES_ID, encodeRecentBlockhashes(entries, RECENT_BLOCKHASHES_ACCOUNT_LEN));
  }

  #readSysvar<T>(key: Pubkey, decode: (data: Uint8Array) => T | undefined): T | undefined {
    const account = this.getAccount(key);
    return account === undefined ? undefined : decode(account.data);
  }

  #makeEnvironment(): ExecutionEnvironment {
    const { accounts, blockhashes } = this.#state;
    const sysvars = SysvarCache.from((key) => accounts.get(key));
    return {
      features: this.features.runtime,
      rules: this.rules,
      slot: sysvars.clock?.slot ?? 0n,
      sysvars,
      rent: this.#rent,
      costs: this.#costs,
      blockhash: blockhashes.latest.bytes,
      lamportsPerSignature: LAMPORTS_PER_SIGNATURE,
      logBytesLimit: this.#logBytesLimit,
      epochStake: noStake,
    };
  }

  // Snapshots.

  /** Notes the present state, in constant time. Ids are never used twice. */
  snapshot(): number {
    return this.#snapshots.add(this.#state);
  }

  /**
   * Goes back to a noted state, in constant time. The snapshot stays; those that were taken after it are discarded.
   *
   * @throws ParhelionError `UNKNOWN_SNAPSHOT`
   */
  revert(id: number): void {
    this.#assertIdle();
    this.#state = this.#snapshots.revert(id);
  }
}

function canRunHosted({ loaded }: PreparedTransaction): boolean {
  return loaded.programs.some(({ account }) => hostedProgram(account.data) !== undefined);
}

/** The chain of blockhashes is a chain of hashes, as LiteSVM's is. */
function nextBlockhash(previous: Pubkey): Pubkey {
  return Pubkey.interned(hashes.sha256(previous.bytes), 0);
}

/** Nobody stakes here. */
function noStake(): bigint {
  return 0n;
}
