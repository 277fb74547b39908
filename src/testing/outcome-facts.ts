// What a trace says besides what was recorded, read off a transaction's record when the trace asks for it.

import { errorOf, type TransactionRecord } from '../bank/bank.ts';
import type { Refusal } from '../runtime/errors.ts';
import type { Instruction } from '../runtime/execution-events.ts';
import type { OutcomeFacts, TransactionMeta } from '../trace/recorder.ts';
import type { VersionedMessage } from '../wire/message.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import { SIGNATURE_BYTES } from '../wire/transaction.ts';
import type { TransactionError } from '../wire/transaction-error.ts';
import { describeSanitizeFailure } from '../wire/transaction-sanitizer.ts';
import { toSignature } from './kit.ts';

export class RecordFacts implements OutcomeFacts {
  readonly #record: TransactionRecord;
  #accounts: readonly TransactionMeta[] | undefined;

  constructor(record: TransactionRecord) {
    this.#record = record;
  }

  get error(): TransactionError | undefined {
    return errorOf(this.#record);
  }

  get fee(): bigint {
    return this.#record.prepared.fee;
  }

  get isFeeCharged(): boolean {
    return this.#record.prepared.status === 'prepared';
  }

  get computeUnitsConsumed(): number {
    return this.#record.execution?.computeUnitsConsumed ?? 0;
  }

  get computeUnitLimit(): number | undefined {
    const { prepared } = this.#record;
    return prepared.status === 'prepared' ? prepared.limits.computeUnitLimit : undefined;
  }

  get signature(): string {
    return toSignature(this.#record.transaction.signatures[0] ?? new Uint8Array(SIGNATURE_BYTES));
  }

  get refusal(): Refusal | undefined {
    const { prepared, transaction } = this.#record;
    if (prepared.status === 'prepared') return prepared.loaded.refusal;
    if (prepared.error !== 'SanitizeFailure') return prepared.refusal;
    return {
      rule: 'sanitize',
      source: 'solana-sdk message/src/sanitized.rs, agave runtime/src/bank.rs verify_transaction',
      detail: describeSanitizeFailure(transaction),
    };
  }

  /** With lookup tables and demotions resolved, or, of a rejected transaction, as far as the message itself goes. */
  get accounts(): readonly TransactionMeta[] {
    return (this.#accounts ??= this.#readAccounts());
  }

  /** The top-level instructions. Accounts that a rejected transaction doesn't name itself are left out. */
  get instructions(): readonly Instruction[] | undefined {
    // Of a transaction that succeeded all have run, and are known from that.
    if (this.error === undefined) return undefined;
    const metas = this.accounts;
    return this.#record.transaction.message.instructions.flatMap(({ programIdIndex, accounts, data }) => {
      const programId: Pubkey | undefined = metas[programIdIndex]?.pubkey;
      if (programId === undefined) return [];
      return [{ programId, accounts: Array.from(accounts, (i) => metas[i]).filter((m) => m !== undefined), data }];
    });
  }

  #readAccounts(): readonly TransactionMeta[] {
    const { prepared, transaction } = this.#record;
    const listings = listingsOf(transaction.message);
    if (prepared.status === 'prepared') {
      const { keys, roles } = prepared.sanitized;
      return keys.map((pubkey, i) => {
        const { isSigner, isWritable } = roles[i];
        const { lookup, isWritable: isListedWritable = false } = listings[i] ?? {};
        return { pubkey, isSigner, isWritable, lookup, isDemoted: isListedWritable && !isWritable };
      });
    }
    const { accountKeys, header } = transaction.message;
    return accountKeys.map((pubkey, i) => {
      return { pubkey, isSigner: i < header.numRequiredSignatures, isWritable: listings[i].isWritable };
    });
  }
}

interface Listing {
  readonly isWritable: boolean;
  readonly lookup?: TransactionMeta['lookup'];
}

/** How a message lists its accounts: its own keys, then what each table adds as writable, then as read-only. */
function listingsOf({ accountKeys, header, addressTableLookups: lookups }: VersionedMessage): Listing[] {
  const signerCount = header.numRequiredSignatures;
  const writableSignerCount = signerCount - header.numReadonlySignedAccounts;
  const writableCount = accountKeys.length - header.numReadonlyUnsignedAccounts;
  const own = accountKeys.map((_, i): Listing => {
    return { isWritable: i < signerCount ? i < writableSignerCount : i < writableCount };
  });
  const loaded = (isWritable: boolean) =>
    lookups.flatMap(({ accountKey: table, writableIndexes, readonlyIndexes }) =>
      Array.from(isWritable ? writableIndexes : readonlyIndexes, (index): Listing => {
        return { isWritable, lookup: { table, index } };
      }),
    );
  return [...own, ...loaded(true), ...loaded(false)];
}
