// bankrun's client: asks the ledger, in the classes of @solana/web3.js 1. Every answer is a promise, though nothing waits.
// Source: solana-bankrun solana-bankrun/index.ts, src/lib.rs.

import {
  type AccountInfo,
  type Blockhash,
  type Commitment,
  type Message,
  PublicKey,
  type Transaction,
  type TransactionSignature,
  type VersionedTransaction,
} from '@solana/web3.js';
import { errorOf, type TransactionRecord } from '../../bank/bank.ts';
import type * as wire from '../../wire/account.ts';
import { decodeBase58 } from '../../wire/base58.ts';
import { PUBKEY_BYTES, Pubkey } from '../../wire/pubkey.ts';
import { SIGNATURE_BYTES } from '../../wire/transaction.ts';
import { displayTransactionError } from '../../wire/transaction-error.ts';
import { nativeError, bytes as toBytes } from '../litesvm/arguments.ts';
import { wrap } from '../litesvm/native-object.ts';
import type { Ledger } from './ledger.ts';
import { Clock, type Rent, TransactionStatus, u64, wrapRent } from './values.ts';

export type AccountInfoBytes = AccountInfo<Uint8Array>;

const COMMITMENTS: readonly string[] = ['processed', 'confirmed', 'finalized'];

/** Every block is final at once: a commitment is looked at, and makes no difference. */
function checkCommitment(commitment: Commitment | undefined): void {
  if (commitment === undefined || commitment === null || COMMITMENTS.includes(commitment)) return;
  throw new Error(`Unrecognized commitment level: ${commitment}`);
}

export function toAccountInfo({ lamports, data, owner, executable, rentEpoch }: wire.Account): AccountInfoBytes {
  return {
    executable,
    owner: new PublicKey(owner.bytes),
    lamports: Number(lamports),
    data: data.slice(),
    rentEpoch: Number(rentEpoch),
  };
}

export function fromAccountInfo(info: AccountInfoBytes): wire.Account {
  const lamports = u64(BigInt(info.lamports));
  const rentEpoch = u64(BigInt(info.rentEpoch || 0));
  const data = toBytes(info.data);
  const owner = toPubkey(info.owner);
  return { lamports, data, owner, executable: info.executable, rentEpoch };
}

export function toPubkey(address: PublicKey): Pubkey {
  const bytes = address.toBytes();
  if (bytes.length !== PUBKEY_BYTES) throw nativeError('could not convert slice to array');
  return new Pubkey(new Uint8Array(bytes));
}

function signatureBytes(signature: TransactionSignature): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = decodeBase58(signature);
  } catch {
    throw new Error('Non-base58 character');
  }
  if (bytes.length !== SIGNATURE_BYTES) throw nativeError(`A signature has 64 bytes; received ${bytes.length}`);
  return bytes;
}

export class TransactionReturnData {
  private inner: { readonly programId: Uint8Array; readonly data: Uint8Array };

  constructor(inner: { readonly programId: Uint8Array; readonly data: Uint8Array }) {
    this.inner = inner;
  }

  get programId(): PublicKey {
    return new PublicKey(this.inner.programId);
  }

  get data(): Uint8Array {
    return this.inner.data.slice();
  }
}

/** What a transaction left to look at. */
export class BanksTransactionMeta {
  private inner: TransactionRecord;

  constructor(inner: TransactionRecord) {
    this.inner = inner;
  }

  get logMessages(): string[] {
    return [...(this.inner.execution?.logs ?? [])];
  }

  /** Null where nobody set any. */
  get returnData(): TransactionReturnData | null {
    const returnData = this.inner.execution?.returnData;
    if (returnData === undefined || returnData.data.length === 0) return null;
    return new TransactionReturnData({ programId: returnData.programId.bytes, data: returnData.data });
  }

  get computeUnitsConsumed(): bigint {
    return BigInt(this.inner.execution?.computeUnitsConsumed ?? 0);
  }
}

interface ResultState {
  readonly record: TransactionRecord;
  readonly hasMeta: boolean;
}

/** The error of a transaction, where there is one, and what it left to look at, where it ran. */
export class BanksTransactionResultWithMeta {
  private inner: ResultState;

  constructor(inner: ResultState) {
    this.inner = inner;
  }

  /** Agave's text. */
  get result(): string | null {
    const error = errorOf(this.inner.record);
    return error === undefined ? null : displayTransactionError(error);
  }

  get meta(): BanksTransactionMeta | null {
    return this.inner.hasMeta ? new BanksTransactionMeta(this.inner.record) : null;
  }
}

/**
 * The way to the ledger. `start()` makes one.
 *
 * @example
 * ```ts
 * const { banksClient, payer } = await start([], []);
 * console.log(await banksClient.getBalance(payer.publicKey));
 * ```
 */
export class BanksClient {
  private inner: Ledger;

  constructor(inner: Ledger) {
    this.inner = inner;
  }

  async getAccount(address: PublicKey, commitment?: Commitment): Promise<AccountInfoBytes | null> {
    const key = toPubkey(address);
    checkCommitment(commitment);
    const account = this.inner.getAccount(key);
    return account === undefined ? null : toAccountInfo(account);
  }

  /** Runs a transaction, whatever comes of it. */
  async sendTransaction(tx: Transaction | VersionedTransaction): Promise<void> {
    this.inner.process(tx.serialize());
  }

  /** Runs a transaction, and throws where it fails. */
  async processTransaction(tx: Transaction | VersionedTransaction): Promise<BanksTransactionMeta> {
    const record = this.inner.process(tx.serialize());
    const error = errorOf(record);
    if (error === undefined) return new BanksTransactionMeta(record);
    const text = displayTransactionError(error);
    throw nativeError(`Failed to process transaction: transport transaction error: ${text}`);
  }

  /** Runs a transaction. Where it fails, the result says why. */
  async tryProcessTransaction(tx: Transaction | VersionedTransaction): Promise<BanksTransactionResultWithMeta> {
    const record = this.inner.process(tx.serialize());
    return new BanksTransactionResultWithMeta({ record, hasMeta: record.execution !== undefined });
  }

  /** Runs a transaction and stores nothing. */
  async simulateTransaction(
    tx: Transaction | VersionedTransaction,
    commitment?: Commitment,
  ): Promise<BanksTransactionResultWithMeta> {
    const wireBytes = tx.serialize();
    checkCommitment(commitment);
    return new BanksTransactionResultWithMeta({ record: this.inner.simulate(wireBytes), hasMeta: true });
  }

  /** Of a transaction that ran, by its first signature; null where none did. */
  async getTransactionStatus(signature: TransactionSignature): Promise<TransactionStatus | null> {
    return this.#statusOf(signatureBytes(signature));
  }

  async getTransactionStatuses(signatures: TransactionSignature[]): Promise<(TransactionStatus | undefined | null)[]> {
    return signatures.map(signatureBytes).map((signature) => this.#statusOf(signature));
  }

  #statusOf(signature: Uint8Array): TransactionStatus | null {
    const status = this.inner.statusOf(signature);
    if (status === undefined) return null;
    return wrap(TransactionStatus, {
      slot: status.slot,
      confirmations: null,
      err: status.error ?? null,
      confirmationStatus: '"finalized"',
    });
  }

  /** That of the bank: overwriting the clock doesn't change it. */
  async getSlot(commitment?: Commitment): Promise<bigint> {
    checkCommitment(commitment);
    return this.inner.slot;
  }

  async getBlockHeight(commitment?: Commitment): Promise<bigint> {
    checkCommitment(commitment);
    return this.inner.blockHeight;
  }

  async getRent(): Promise<Rent> {
    return wrapRent(this.inner.rent);
  }

  async getClock(): Promise<Clock> {
    return wrap(Clock, this.inner.clock);
  }

  /** Lamports; 0 where there is no account. */
  async getBalance(address: PublicKey, commitment?: Commitment): Promise<bigint> {
    const key = toPubkey(address);
    checkCommitment(commitment);
    return this.inner.getAccount(key)?.lamports ?? 0n;
  }

  /** One that no transaction has used yet, and the last block height it is valid in. */
  async getLatestBlockhash(commitment?: Commitment): Promise<[Blockhash, bigint] | null> {
    checkCommitment(commitment);
    const { blockhash, lastValidBlockHeight } = this.inner.latestBlockhash();
    return [blockhash, lastValidBlockHeight];
  }

  /** Lamports; null where the message's blockhash is too old or unknown. */
  async getFeeForMessage(msg: Message, commitment?: Commitment): Promise<bigint | null> {
    const wireBytes = msg.serialize();
    checkCommitment(commitment);
    return this.inner.feeForMessage(wireBytes) ?? null;
  }
}
