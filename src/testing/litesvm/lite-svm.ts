// LiteSVM's native class: a bank under LiteSVM's rules, keys and transactions as bytes. The class that tests use
// (litesvm.ts) is a thin layer over it, as in npm litesvm.
// A bank can start empty and be furnished step by step: each `set…` without arguments adds one part of a new chain.
// Source: litesvm crates/node-litesvm/src/lib.rs, crates/litesvm/src/{lib,accounts_db}.rs.

import { Accounts } from '../../bank/accounts.ts';
import { airdropFromFaucet } from '../../bank/airdrop.ts';
import { Bank } from '../../bank/bank.ts';
import * as genesis from '../../bank/genesis.ts';
import * as ids from '../../runtime/addresses.ts';
import { FeatureSet as RuntimeFeatureSet } from '../../runtime/features.ts';
import { deploymentEnvironment } from '../../runtime/program-cache.ts';
import { minimumBalance } from '../../runtime/rent.ts';
import { LITESVM_RULES } from '../../runtime/rules.ts';
import * as layouts from '../../runtime/sysvars/layouts.ts';
import { DEFAULT_PUBKEY, Pubkey } from '../../wire/pubkey.ts';
import { decodeTransaction, SIGNATURE_BYTES, type VersionedTransaction } from '../../wire/transaction.ts';
import { Account, type AddressAndAccount, accountOf, wrapAccount, wrapAddressAndAccount } from './account.ts';
import { bool, bytes, fail, instance, key, slice, string, u64, usize } from './arguments.ts';
import { ComputeBudget, copyComputeBudget, overrideOf, stackOf } from './compute-budget.ts';
import { copyFeatureSet, FeatureSet, featureSetOf, runtimeFeaturesOf } from './feature-set.ts';
import { readFile, writeFile } from './files.ts';
import {
  type FailedTransactionMetadata,
  type SimulatedTransactionInfo,
  summaryOf,
  type TransactionMetadata,
  wrapSimulation,
  wrapSummary,
} from './metadata.ts';
import { innerOf, makeMembersEnumerable, wrap } from './native-object.ts';
import { checkExecutable, renewPrograms, storeProgram } from './programs.ts';
import { SlotHistory, slotHistoryOf, wrapSlotHistory } from './slot-history.ts';
import { decodeSnapshot, encodeSnapshot } from './snapshot.ts';
import { StakeHistory, stakeHistoryOf, wrapStakeHistory } from './stake-history.ts';
import {
  Clock,
  EpochRewards,
  EpochSchedule,
  epochRewardsOf,
  Rent,
  rentOf,
  type SlotHash,
  type SlotHashInput,
  slotHashesOf,
  wrapEpochRewards,
  wrapRent,
  wrapSlotHash,
} from './sysvars.ts';
import { TransactionHistory } from './transaction-history.ts';

const DEFAULT_RENT: layouts.Rent = { lamportsPerByte: 6960n, exemptionThreshold: 1, burnPercent: 50 };

/** Sysvars whose accounts must stay readable, by the name in the error. */
const CHECKED_SYSVARS: readonly (readonly [Pubkey, string, (data: Uint8Array) => unknown])[] = [
  [ids.CLOCK_ID, 'Clock', layouts.decodeClock],
  [ids.EPOCH_REWARDS_ID, 'EpochRewards', layouts.decodeEpochRewards],
  [ids.EPOCH_SCHEDULE_ID, 'EpochSchedule', layouts.decodeEpochSchedule],
  [ids.FEES_ID, 'Fees', layouts.decodeFees],
  [ids.LAST_RESTART_SLOT_ID, 'LastRestartSlot', layouts.decodeLastRestartSlot],
  [ids.RECENT_BLOCKHASHES_ID, 'RecentBlockhashes', layouts.decodeRecentBlockhashes],
  [ids.RENT_ID, 'Rent', layouts.decodeRent],
  [ids.SLOT_HASHES_ID, 'SlotHashes', layouts.decodeSlotHashes],
  [ids.STAKE_HISTORY_ID, 'StakeHistory', layouts.decodeStakeHistory],
];

export class LiteSvm {
  #bank: Bank;
  #history: TransactionHistory;
  #computeBudget: ComputeBudget | null = null;
  /** As it was given; the bank has what the runtime knows of it. Undefined as long as it is mainnet's. */
  #featureSet: FeatureSet | undefined;
  /** What programs are loaded for. */
  #programFeatures: RuntimeFeatureSet = RuntimeFeatureSet.mainnet();

  /** Everything a new chain has, and mainnet's feature gates. */
  constructor() {
    this.#history = new TransactionHistory();
    this.#bank = new Bank({ features: this.#programFeatures, rules: LITESVM_RULES, memory: this.#history });
  }

  /** Nothing: no account, no sysvar, no gate, no check of signatures or blockhashes. */
  static default(): LiteSvm {
    const svm = new LiteSvm();
    svm.#restart(new FeatureSet(), new Accounts(), genesis.GENESIS_BLOCKHASH, new TransactionHistory());
    svm.#bank.verifySignatures = false;
    svm.#bank.checkBlockhash = false;
    return svm;
  }

  #restart(featureSet: FeatureSet, accounts: Accounts, blockhash: Pubkey, memory: TransactionHistory): void {
    const features = runtimeFeaturesOf(featureSet);
    this.#featureSet = featureSet;
    this.#programFeatures = features;
    this.#history = memory;
    this.#bank = new Bank({ features, rules: LITESVM_RULES, accounts, blockhash, memory });
  }

  // The state in bytes.

  /** The state that `saveToFile` wrote. */
  static loadFromFile(path: string): LiteSvm {
    return LiteSvm.fromBytes(readFile(string(path), 'Failed to load snapshot: IO error'));
  }

  /** The state that `toBytes` gave. */
  static fromBytes(bytes: Uint8Array): LiteSvm {
    const { settings, history, accounts } = decodeSnapshot(slice(bytes));
    const svm = new LiteSvm();
    const stored = new Accounts();
    for (const [address, account] of accounts) stored.setEmpty(address, account);
    const memory = TransactionHistory.from(history, settings.historyCapacities);
    svm.#restart(featureSetOf(settings.features), stored, Pubkey.fromBase58(settings.blockhash), memory);
    svm.#bank.verifySignatures = settings.verifySignatures;
    svm.#bank.checkBlockhash = settings.checkBlockhash;
    svm.#bank.logBytesLimit = settings.logBytesLimit ?? Number.POSITIVE_INFINITY;
    if (settings.computeBudget !== null) {
      const budget = new ComputeBudget();
      const { heapSize, ...costs } = settings.computeBudget;
      budget.heapSize = Number(heapSize);
      for (const [name, cost] of Object.entries(costs)) Object.assign(budget, { [name]: BigInt(cost) });
      svm.setComputeBudget(budget);
    }
    return svm;
  }

  saveToFile(path: string): void {
    writeFile(string(path), this.toBytes(), 'Failed to save snapshot: IO error');
  }

  /** Accounts, settings, feature gates and history, in a format of Parhelion's own (snapshot.ts). */
  toBytes(): Uint8Array {
    const bank = this.#bank;
    const texts = (inner: object) =>
      Object.fromEntries(Object.entries(inner).map(([name, value]) => [name, `${value}`]));
    return encodeSnapshot({
      settings: {
        verifySignatures: bank.verifySignatures,
        checkBlockhash: bank.checkBlockhash,
        logBytesLimit: Number.isFinite(bank.logBytesLimit) ? bank.logBytesLimit : null,
        blockhash: `${bank.latestBlockhashKey}`,
        computeBudget: this.#computeBudget && texts(innerOf(this.#computeBudget)),
        features: [...innerOf<Map<string, bigint | null>>(this.#featureSet ?? featureSetOf(bank.features))].map(
          ([address, slot]) => [address, slot === null ? null : `${slot}`],
        ),
        historyCapacities: this.#history.capacities,
      },
      history: [...this.#history.summaries()],
      accounts: [...bank.accounts()],
    });
  }

  // Settings.

  setComputeBudget(budget: ComputeBudget): void {
    this.#computeBudget = copyComputeBudget(instance(budget, ComputeBudget));
    this.#bank.computeBudgetOverride = overrideOf(this.#computeBudget);
  }

  getComputeBudget(): ComputeBudget | null {
    return this.#computeBudget && copyComputeBudget(this.#computeBudget);
  }

  /** Whether signatures are checked. */
  setSigverify(sigverify: boolean): void {
    this.#bank.verifySignatures = bool(sigverify);
  }

  getSigverify(): boolean {
    return this.#bank.verifySignatures;
  }

  /** Whether a transaction must carry the latest blockhash or a nonce. */
  setBlockhashCheck(check: boolean): void {
    this.#bank.checkBlockhash = bool(check);
  }

  /** Which gates are active from now on. Programs see it once the builtins are set again. */
  setFeatureSet(featureSet: FeatureSet): void {
    this.#featureSet = copyFeatureSet(instance(featureSet, FeatureSet));
    this.#bank.features = runtimeFeaturesOf(this.#featureSet);
  }

  /** How many transactions are remembered; 0 for none. See transaction-history.ts on what LiteSVM makes of it. */
  setTransactionHistory(capacity: bigint): void {
    this.#history.resize(Number(usize(capacity)));
  }

  /** Bytes of log that are kept of a transaction; all of them where it isn't said. */
  setLogBytesLimit(limit?: bigint | undefined | null): void {
    const isUnlimited = limit === undefined || limit === null;
    this.#bank.logBytesLimit = isUnlimited ? Number.POSITIVE_INFINITY : Number(usize(limit));
  }

  // The parts of a new chain.

  setSysvars(): void {
    const bank = this.#bank;
    genesis.setSysvars(this.#sink, bank.features, bank.latestBlockhashKey);
  }

  /** The runtime's own programs, as the feature gates have them. */
  setBuiltins(): void {
    const bank = this.#bank;
    genesis.setBuiltins(this.#sink, bank.features);
    renewPrograms(bank, this.#computeBudget === null ? undefined : stackOf(this.#computeBudget));
    this.#programFeatures = bank.features;
  }

  setPrecompiles(): void {
    genesis.setPrecompiles(this.#sink);
  }

  /** What the account of airdrops has. */
  setLamports(lamports: bigint): void {
    genesis.setFaucet(this.#sink, u64(lamports));
  }

  /** Token, Token-2022, Associated Token Account, Memo, Address Lookup Table, Stake. */
  setDefaultPrograms(): void {
    const bank = this.#bank;
    genesis.setPrograms(this.#sink, bank.features, this.#rent, bank.slot);
  }

  /** The mints of wrapped SOL, for the token programs there are. */
  withNativeMints(): void {
    for (const { mint, program } of genesis.NATIVE_MINTS) {
      if (this.#bank.getAccount(Pubkey.fromBase58(program)) === undefined) continue;
      genesis.setNativeMint(this.#sink, mint, program, this.#getSysvar(ids.RENT_ID, layouts.decodeRent));
    }
  }

  get #sink(): genesis.AccountSink {
    return { set: (address, account) => this.#bank.setAccount(address, account) };
  }

  // Accounts.

  minimumBalanceForRentExemption(dataLen: bigint): bigint {
    const minimum = minimumBalance(this.#rent, Number(usize(dataLen)));
    return minimum > 0n ? minimum : 1n;
  }

  getAccount(pubkey: Uint8Array): Account | null {
    const account = this.#bank.getAccount(key(pubkey));
    return account === undefined ? null : wrapAccount(account);
  }

  /** The accounts that a program owns, in no order to rely on. */
  getProgramAccounts(programId: Uint8Array): AddressAndAccount[] {
    const owned = this.#bank.accountsOwnedBy(key(programId));
    return Array.from(owned, ([address, account]) => wrapAddressAndAccount(address, account));
  }

  /** Stores an account, past all rules but two: a sysvar must stay readable, and what is executable be a program. */
  setAccount(pubkey: Uint8Array, data: Account): void {
    const address = key(pubkey);
    const account = accountOf(instance(data, Account));
    if (account.executable && !address.equals(DEFAULT_PUBKEY) && !account.owner.equals(ids.NATIVE_LOADER_ID)) {
      checkExecutable(this.#bank, account);
    } else {
      const sysvar = CHECKED_SYSVARS.find(([id]) => id.equals(address));
      if (sysvar?.[2](account.data) === undefined && sysvar !== undefined) {
        fail(`Failed to set account: Invalid ${sysvar[1]} sysvar data.`);
      }
    }
    this.#bank.setAccount(address, account);
  }

  getBalance(pubkey: Uint8Array): bigint | null {
    return this.#bank.getAccount(key(pubkey))?.lamports ?? null;
  }

  airdrop(pubkey: Uint8Array, lamports: bigint): TransactionMetadata | FailedTransactionMetadata | null {
    const recipient = key(pubkey);
    return wrapSummary(summaryOf(airdropFromFaucet(this.#bank, recipient, u64(lamports))));
  }

  addProgramFromFile(programId: Uint8Array, path: string): void {
    const address = key(programId);
    const elf = readFile(string(path), 'Failed to add program');
    this.#addProgram(address, elf, ids.BPF_LOADER_UPGRADEABLE_ID);
  }

  /** Under the upgradeable loader, with nobody to upgrade it. */
  addProgram(programId: Uint8Array, programBytes: Uint8Array): void {
    this.#addProgram(key(programId), new Uint8Array(slice(programBytes)), ids.BPF_LOADER_UPGRADEABLE_ID);
  }

  addProgramWithLoader(programId: Uint8Array, programBytes: Uint8Array, loaderId: Uint8Array): void {
    this.#addProgram(key(programId), new Uint8Array(slice(programBytes)), key(loaderId));
  }

  #addProgram(address: Pubkey, elf: Uint8Array, loader: Pubkey): void {
    const environment = deploymentEnvironment(this.#programFeatures.runtime);
    storeProgram(this.#bank, address, elf, { loader, rent: this.#rent, environment });
  }

  // Transactions, in wire form.

  sendLegacyTransaction(txBytes: Uint8Array): TransactionMetadata | FailedTransactionMetadata {
    return wrapSummary(summaryOf(this.#bank.send(decode(txBytes))));
  }

  sendVersionedTransaction(txBytes: Uint8Array): TransactionMetadata | FailedTransactionMetadata {
    return wrapSummary(summaryOf(this.#bank.send(decode(txBytes))));
  }

  simulateLegacyTransaction(txBytes: Uint8Array): SimulatedTransactionInfo | FailedTransactionMetadata {
    return wrapSimulation(this.#bank.simulate(decode(txBytes)));
  }

  simulateVersionedTransaction(txBytes: Uint8Array): SimulatedTransactionInfo | FailedTransactionMetadata {
    return wrapSimulation(this.#bank.simulate(decode(txBytes)));
  }

  /** A transaction that was sent, by its first signature; null where it is unknown or forgotten. */
  getTransaction(signature: Uint8Array): TransactionMetadata | FailedTransactionMetadata | null {
    const asked = slice(signature);
    if (asked.length !== SIGNATURE_BYTES) fail(`A signature has ${SIGNATURE_BYTES} bytes; received ${asked.length}`);
    const summary = this.#history.summaryOf(asked);
    return summary === undefined ? null : wrapSummary(summary);
  }

  latestBlockhash(): string {
    return `${this.#bank.latestBlockhashKey}`;
  }

  /** Makes a new blockhash. Only the latest is valid. */
  expireBlockhash(): void {
    this.#bank.expireBlockhash();
  }

  // Sysvars.

  /** Changes the clock's slot and nothing else. */
  warpToSlot(slot: bigint): void {
    const target = u64(slot);
    this.#getSysvar(ids.CLOCK_ID, layouts.decodeClock);
    this.#bank.warpToSlot(target);
  }

  getClock(): Clock {
    return wrap(Clock, { ...this.#getSysvar(ids.CLOCK_ID, layouts.decodeClock) });
  }

  setClock(clock: Clock): void {
    this.#bank.setSysvar(ids.CLOCK_ID, layouts.encodeClock(innerOf(instance(clock, Clock))));
  }

  getRent(): Rent {
    return wrapRent(this.#getSysvar(ids.RENT_ID, layouts.decodeRent));
  }

  setRent(rent: Rent): void {
    this.#bank.setSysvar(ids.RENT_ID, layouts.encodeRent(rentOf(instance(rent, Rent))));
  }

  getEpochRewards(): EpochRewards {
    return wrapEpochRewards(this.#getSysvar(ids.EPOCH_REWARDS_ID, layouts.decodeEpochRewards));
  }

  setEpochRewards(rewards: EpochRewards): void {
    const value = epochRewardsOf(instance(rewards, EpochRewards));
    this.#bank.setSysvar(ids.EPOCH_REWARDS_ID, layouts.encodeEpochRewards(value));
  }

  getEpochSchedule(): EpochSchedule {
    return wrap(EpochSchedule, { ...this.#getSysvar(ids.EPOCH_SCHEDULE_ID, layouts.decodeEpochSchedule) });
  }

  setEpochSchedule(schedule: EpochSchedule): void {
    const value = innerOf<layouts.EpochSchedule>(instance(schedule, EpochSchedule));
    this.#bank.setSysvar(ids.EPOCH_SCHEDULE_ID, layouts.encodeEpochSchedule(value));
  }

  getLastRestartSlot(): bigint {
    return this.#getSysvar(ids.LAST_RESTART_SLOT_ID, layouts.decodeLastRestartSlot).lastRestartSlot;
  }

  setLastRestartSlot(slot: bigint): void {
    this.#bank.setSysvar(ids.LAST_RESTART_SLOT_ID, layouts.encodeLastRestartSlot({ lastRestartSlot: u64(slot) }));
  }

  getSlotHashes(): SlotHash[] {
    return this.#getSysvar(ids.SLOT_HASHES_ID, layouts.decodeSlotHashes).map(wrapSlotHash);
  }

  setSlotHashes(hashes: SlotHashInput[]): void {
    this.#bank.setSysvar(ids.SLOT_HASHES_ID, layouts.encodeSlotHashes(slotHashesOf(hashes)));
  }

  getSlotHistory(): SlotHistory {
    return wrapSlotHistory(this.#getSysvar(ids.SLOT_HISTORY_ID, layouts.decodeSlotHistory));
  }

  setSlotHistory(history: SlotHistory): void {
    const value = slotHistoryOf(instance(history, SlotHistory));
    this.#bank.setSysvar(ids.SLOT_HISTORY_ID, layouts.encodeSlotHistory(value));
  }

  getStakeHistory(): StakeHistory {
    return wrapStakeHistory(this.#getSysvar(ids.STAKE_HISTORY_ID, layouts.decodeStakeHistory));
  }

  setStakeHistory(history: StakeHistory): void {
    const entries = stakeHistoryOf(instance(history, StakeHistory));
    // An account with room for its entries, not for the most there can be.
    const data = layouts.encodeStakeHistory(entries, 8 + 32 * entries.length);
    this.#bank.setSysvar(ids.STAKE_HISTORY_ID, data);
  }

  get #rent(): layouts.Rent {
    return this.#bank.environment.sysvars.rent ?? DEFAULT_RENT;
  }

  #getSysvar<T>(id: Pubkey, decode: (data: Uint8Array) => T | undefined): T {
    const account = this.#bank.getAccount(id);
    const value = account && decode(account.data);
    return value ?? fail(`There is no sysvar ${id}. A LiteSVM that starts from LiteSVM.default() needs withSysvars().`);
  }
}

makeMembersEnumerable(LiteSvm);

/** Bytes behind the transaction are ignored. */
function decode(txBytes: unknown): VersionedTransaction {
  return decodeTransaction(bytes(slice(txBytes)), { allowTrailingBytes: true });
}
