// The class `LiteSVM` in @solana/kit's types, over the one that speaks bytes (lite-svm.ts): what `import { LiteSVM } from
// 'parhelion/litesvm'` gives. Conversions are kit's own functions, so that a mistake throws the error npm litesvm throws.
// Source: litesvm crates/node-litesvm/litesvm/index.ts.

import {
  type Address,
  assertIsFullySignedTransaction,
  type Blockhash,
  type EncodedAccount,
  type ExcludeTransactionMessageLifetime,
  getAddressCodec,
  getBase58Encoder,
  getTransactionEncoder,
  getTransactionVersionDecoder,
  type Lamports,
  lamports,
  type MaybeEncodedAccount,
  type Signature,
  setTransactionMessageLifetimeUsingBlockhash,
  type Transaction,
  type TransactionMessage,
  type TransactionMessageWithBlockhashLifetime,
  type TransactionMessageWithLifetime,
} from '@solana/kit';
import { Account, type AddressAndAccount } from './account.ts';
import type { ComputeBudget } from './compute-budget.ts';
import type { FeatureSet } from './feature-set.ts';
import { LiteSvm } from './lite-svm.ts';
import {
  FailedTransactionMetadata,
  type SimulatedTransactionInfo as SimulatedTransactionInfoInner,
  type TransactionMetadata,
} from './metadata.ts';
import type { SlotHistory } from './slot-history.ts';
import type { StakeHistory } from './stake-history.ts';
import type { Clock, EpochRewards, EpochSchedule, Rent, SlotHash, SlotHashInput } from './sysvars.ts';

const addresses = getAddressCodec();
const signatures = getBase58Encoder();
const transactions = getTransactionEncoder();
const versions = getTransactionVersionDecoder();

function toEncodedAccount(address: Address, account: Account): EncodedAccount & { readonly data: Uint8Array } {
  const data = account.data();
  return {
    address,
    executable: account.executable(),
    lamports: lamports(account.lamports()),
    programAddress: addresses.decode(account.owner()),
    space: BigInt(data.length),
    data,
  };
}

function toEncodedAccounts(accounts: readonly AddressAndAccount[]): EncodedAccount[] {
  return accounts.map((account) => toEncodedAccount(addresses.decode(account.address), account.account()));
}

function toBytes(address: Address): Uint8Array {
  return addresses.encode(address) as Uint8Array;
}

/** The outcome of a simulation that succeeded. */
export class SimulatedTransactionInfo {
  private inner: SimulatedTransactionInfoInner;

  constructor(inner: SimulatedTransactionInfoInner) {
    this.inner = inner;
  }

  meta(): TransactionMetadata {
    return this.inner.meta();
  }

  /** The writable accounts, as they would have been stored. */
  postAccounts(): EncodedAccount[] {
    return toEncodedAccounts(this.inner.postAccounts());
  }
}

/**
 * npm litesvm's class: send transactions, look at accounts, configure the runtime.
 *
 * @example
 * ```ts
 * const svm = new LiteSVM();
 * svm.airdrop(payer.address, lamports(1_000_000_000n));
 * const result = svm.sendTransaction(transaction);
 * if (result instanceof FailedTransactionMetadata) console.log(result.toString());
 * ```
 */
export class LiteSVM {
  private inner: LiteSvm;

  /** Everything a new chain has, with mainnet's feature gates. */
  constructor() {
    this.inner = new LiteSvm();
  }

  /** Nothing at all, to be furnished with the `with…` methods. */
  static default(): LiteSVM {
    const svm = new LiteSVM();
    svm.inner = LiteSvm.default();
    return svm;
  }

  /** The state that `saveToFile` wrote. */
  static loadFromFile(path: string): LiteSVM {
    const svm = new LiteSVM();
    svm.inner = LiteSvm.loadFromFile(path);
    return svm;
  }

  /** The state that `toBytes` gave. */
  static fromBytes(bytes: Uint8Array): LiteSVM {
    const svm = new LiteSVM();
    svm.inner = LiteSvm.fromBytes(bytes);
    return svm;
  }

  saveToFile(path: string): void {
    this.inner.saveToFile(path);
  }

  /** Accounts, settings, feature gates and history, in a format of Parhelion's own. */
  toBytes(): Uint8Array {
    return this.inner.toBytes();
  }

  /** Limits and costs for every transaction, in place of what it asks for. */
  withComputeBudget(budget: ComputeBudget): LiteSVM {
    this.inner.setComputeBudget(budget);
    return this;
  }

  /** Whether signatures are checked, and with them whether a transaction was sent before. */
  withSigverify(sigverify: boolean): LiteSVM {
    this.inner.setSigverify(sigverify);
    return this;
  }

  /** Whether a transaction must carry the latest blockhash or a nonce. */
  withBlockhashCheck(check: boolean): LiteSVM {
    this.inner.setBlockhashCheck(check);
    return this;
  }

  withSysvars(): LiteSVM {
    this.inner.setSysvars();
    return this;
  }

  /** Which gates are active. Call `withBuiltins` afterwards, so that programs see it. */
  withFeatureSet(featureSet: FeatureSet): LiteSVM {
    this.inner.setFeatureSet(featureSet);
    return this;
  }

  /** The runtime's own programs. */
  withBuiltins(): LiteSVM {
    this.inner.setBuiltins();
    return this;
  }

  /** What the account that airdrops come from has. */
  withLamports(lamports: bigint): LiteSVM {
    this.inner.setLamports(lamports);
    return this;
  }

  /** Token, Token-2022, Associated Token Account, Memo, Address Lookup Table, Stake. */
  withDefaultPrograms(): LiteSVM {
    this.inner.setDefaultPrograms();
    return this;
  }

  /** The mints of wrapped SOL, for the token programs there are. */
  withNativeMints(): LiteSVM {
    this.inner.withNativeMints();
    return this;
  }

  /** How many transactions are remembered. 0 remembers none, and lets duplicates through. */
  withTransactionHistory(capacity: bigint): LiteSVM {
    this.inner.setTransactionHistory(capacity);
    return this;
  }

  /** Bytes of log that are kept of a transaction; all of them where it isn't said. */
  withLogBytesLimit(limit?: bigint): LiteSVM {
    this.inner.setLogBytesLimit(limit);
    return this;
  }

  withPrecompiles(): LiteSVM {
    this.inner.setPrecompiles();
    return this;
  }

  /** Lamports that an account with so many bytes of data must hold. */
  minimumBalanceForRentExemption(dataLen: bigint): bigint {
    return this.inner.minimumBalanceForRentExemption(dataLen);
  }

  getAccount(address: Address): MaybeEncodedAccount {
    const inner = this.inner.getAccount(toBytes(address));
    return inner === null ? { exists: false, address } : { exists: true, ...toEncodedAccount(address, inner) };
  }

  /** The accounts that a program owns, in no order to rely on. */
  getProgramAccounts(programAddress: Address): EncodedAccount[] {
    return toEncodedAccounts(this.inner.getProgramAccounts(toBytes(programAddress)));
  }

  /** Stores an account, past all rules but two: a sysvar must stay readable, and what is executable be a program. */
  setAccount(account: EncodedAccount): void {
    this.inner.setAccount(
      toBytes(account.address),
      new Account(
        BigInt(account.lamports),
        account.data as Uint8Array,
        toBytes(account.programAddress),
        account.executable,
        0n,
      ),
    );
  }

  /** Lamports; null where there is no account. */
  getBalance(address: Address): Lamports | null {
    const balance = this.inner.getBalance(toBytes(address));
    return balance === null ? null : lamports(balance);
  }

  latestBlockhash(): Blockhash {
    return this.inner.latestBlockhash() as Blockhash;
  }

  /** The message, dated by the latest blockhash. */
  setTransactionMessageLifetimeUsingLatestBlockhash<
    TTransactionMessage extends TransactionMessage & Partial<TransactionMessageWithLifetime>,
  >(
    transactionMessage: TTransactionMessage,
  ): ExcludeTransactionMessageLifetime<TTransactionMessage> & TransactionMessageWithBlockhashLifetime {
    return setTransactionMessageLifetimeUsingBlockhash(
      { blockhash: this.latestBlockhash(), lastValidBlockHeight: 0n },
      transactionMessage,
    );
  }

  /** A transaction that was sent; null where it is unknown or forgotten. */
  getTransaction(signature: Signature): TransactionMetadata | FailedTransactionMetadata | null {
    return this.inner.getTransaction(signatures.encode(signature) as Uint8Array);
  }

  /** Lamports from an account that has 1,000,000 SOL. The same airdrop under the same blockhash fails. */
  airdrop(address: Address, lamports: Lamports): TransactionMetadata | FailedTransactionMetadata | null {
    return this.inner.airdrop(toBytes(address), lamports);
  }

  addProgramFromFile(programId: Address, path: string): void {
    this.inner.addProgramFromFile(toBytes(programId), path);
  }

  addProgram(programId: Address, programBytes: Uint8Array): void {
    this.inner.addProgram(toBytes(programId), programBytes);
  }

  /** @param loaderId BPF loader v1, v2 or v3. */
  addProgramWithLoader(programId: Address, programBytes: Uint8Array, loaderId: Address): void {
    this.inner.addProgramWithLoader(toBytes(programId), programBytes, toBytes(loaderId));
  }

  /** Runs a transaction and stores what it changes. */
  sendTransaction(tx: Transaction): TransactionMetadata | FailedTransactionMetadata {
    const serialized = this.#serialize(tx);
    return this.inner.sendVersionedTransaction(serialized);
  }

  /** Runs a transaction and stores nothing. */
  simulateTransaction(tx: Transaction): FailedTransactionMetadata | SimulatedTransactionInfo {
    const serialized = this.#serialize(tx);
    const result = this.inner.simulateVersionedTransaction(serialized);
    return result instanceof FailedTransactionMetadata ? result : new SimulatedTransactionInfo(result);
  }

  #serialize(tx: Transaction): Uint8Array {
    if (this.inner.getSigverify()) assertIsFullySignedTransaction(tx);
    const version: unknown = versions.decode(tx.messageBytes);
    const serialized = transactions.encode(tx) as Uint8Array;
    if (version !== 'legacy' && version !== 0 && version !== 1) {
      throw new Error(`Unsupported transaction version: ${version}`);
    }
    return serialized;
  }

  /** Makes a new blockhash. Only the latest is valid. */
  expireBlockhash(): void {
    this.inner.expireBlockhash();
  }

  /** Changes the clock's slot and nothing else. */
  warpToSlot(slot: bigint): void {
    this.inner.warpToSlot(slot);
  }

  getClock(): Clock {
    return this.inner.getClock();
  }

  setClock(clock: Clock): void {
    this.inner.setClock(clock);
  }

  getEpochRewards(): EpochRewards {
    return this.inner.getEpochRewards();
  }

  setEpochRewards(rewards: EpochRewards): void {
    this.inner.setEpochRewards(rewards);
  }

  getEpochSchedule(): EpochSchedule {
    return this.inner.getEpochSchedule();
  }

  setEpochSchedule(schedule: EpochSchedule): void {
    this.inner.setEpochSchedule(schedule);
  }

  getLastRestartSlot(): bigint {
    return this.inner.getLastRestartSlot();
  }

  setLastRestartSlot(slot: bigint): void {
    this.inner.setLastRestartSlot(slot);
  }

  getRent(): Rent {
    return this.inner.getRent();
  }

  setRent(rent: Rent): void {
    this.inner.setRent(rent);
  }

  getSlotHashes(): SlotHash[] {
    return this.inner.getSlotHashes();
  }

  setSlotHashes(hashes: SlotHashInput[]): void {
    this.inner.setSlotHashes(hashes);
  }

  getSlotHistory(): SlotHistory {
    return this.inner.getSlotHistory();
  }

  setSlotHistory(history: SlotHistory): void {
    this.inner.setSlotHistory(history);
  }

  getStakeHistory(): StakeHistory {
    return this.inner.getStakeHistory();
  }

  setStakeHistory(history: StakeHistory): void {
    this.inner.setStakeHistory(history);
  }
}
