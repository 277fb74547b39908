// The checks of a transaction before its accounts are loaded: its form, its signatures, its locks, its age, and what it
// asks of the compute budget. Each refuses, or says nothing. In which order they come, transaction-processor.ts says.
// Source: agave runtime/src/bank.rs, verify_transaction; runtime/src/bank/check_transactions.rs;
// litesvm crates/litesvm/src/lib.rs.

import { verifySignatureStrict } from '../crypto/ed25519.ts';
import type { Account } from '../wire/account.ts';
import { equalBytes } from '../wire/bytes.ts';
import { Pubkey } from '../wire/pubkey.ts';
import type { VersionedTransaction } from '../wire/transaction.ts';
import type { TransactionError } from '../wire/transaction-error.ts';
import {
  checkInstructionAccountCounts,
  checkInstructionCount,
  checkTransactionSize,
  sanitizeTransaction,
} from '../wire/transaction-sanitizer.ts';
import {
  type ComputeBudgetRequests,
  limitsOfConfig,
  limitsOfRequests,
  readComputeBudgetInstructions,
  type TransactionLimits,
} from './compute-budget.ts';
import { refuseTransaction } from './errors.ts';
import type { MessageFacts } from './message-facts.ts';
import {
  advanceNonce,
  decodeCurrentNonce,
  durableNonceFromBlockhash,
  isNonceUsable,
  nonceAccountIndex,
} from './nonce.ts';
import { hasDuplicateKeys, type SanitizedTransaction } from './sanitized-transaction.ts';
import type { AccountChange } from './transaction-execution.ts';
import type { BankView } from './transaction-processor.ts';

/** How many accounts a transaction may lock. Source: solana-sdk transaction/src/sanitized.rs; agave runtime/src/bank.rs. */
const MAX_TX_ACCOUNT_LOCKS = 128;
/** The same before `increase_tx_account_lock_limit`. */
const OLDER_MAX_TX_ACCOUNT_LOCKS = 64;

/** What can be said of the bytes alone. Of a message that facts are known of, only what they don't say is looked at. */
export function checkForm(transaction: VersionedTransaction, bank: BankView, facts: MessageFacts | undefined): void {
  const { features, rules } = bank.environment;
  const { message, signatures } = transaction;
  if (facts !== undefined) {
    if (rules.enforcePacketSize) refuseIf(checkTransactionSize(transaction));
    if (rules.verifySignaturesFirst && bank.verifySignatures) checkSignatures(transaction);
    if (signatures.length !== message.header.numRequiredSignatures) refuseTransaction('SanitizeFailure');
    return;
  }
  if (rules.requireFeatureForV1 && message.version === 1 && !features.enable_tx_v1) {
    refuseTransaction('UnsupportedVersion');
  }
  if (rules.enforcePacketSize) refuseIf(checkTransactionSize(transaction));
  if (rules.enforceInstructionLimits) refuseIf(checkInstructionCount(message));
  if (rules.verifySignaturesFirst && bank.verifySignatures) checkSignatures(transaction);
  if (rules.enforceInstructionLimits && features.limit_instruction_accounts) {
    refuseIf(checkInstructionAccountCounts(message));
  }
  refuseIf(sanitizeTransaction(transaction));
}

function refuseIf(error: TransactionError | undefined): void {
  if (error !== undefined) refuseTransaction(error);
}

/** Every signature, by the key at its place. Their number is the sanitizer's business. */
export function checkSignatures({ signatures, message, messageBytes }: VersionedTransaction): void {
  const { accountKeys } = message;
  const count = Math.min(signatures.length, accountKeys.length);
  for (let i = 0; i < count; i++) {
    if (!verifySignatureStrict(signatures[i], messageBytes, accountKeys[i].bytes)) {
      refuseTransaction('SignatureFailure', {
        rule: 'verify_with_results',
        source: 'solana-sdk transaction/src/versioned/mod.rs',
        account: accountKeys[i],
        asked: 'signature',
        detail: signatures[i].every((byte) => byte === 0)
          ? 'its signature is all zeros: nobody signed for it'
          : 'its signature is of another message, or by another key',
      });
    }
  }
}

export function checkLocks({ keys }: SanitizedTransaction, { environment, accountLockLimit }: BankView): void {
  const { features, rules } = environment;
  const limit =
    accountLockLimit ?? (features.increase_tx_account_lock_limit ? MAX_TX_ACCOUNT_LOCKS : OLDER_MAX_TX_ACCOUNT_LOCKS);
  if (rules.checkLockLimitBeforeDuplicates && keys.length > limit) refuseManyLocks(keys.length, limit);
  if (hasDuplicateKeys(keys)) {
    const account = keys.find((key, i) => keys.findIndex((other) => other.equals(key)) < i);
    refuseTransaction('AccountLoadedTwice', { rule: 'validate_account_locks', source: LOCKS_SOURCE, account });
  }
  if (keys.length > limit) refuseManyLocks(keys.length, limit);
}

const LOCKS_SOURCE = 'agave accounts-db/src/account_locks.rs';

function refuseManyLocks(actual: number, limit: number): never {
  const asked = 'accounts';
  refuseTransaction('TooManyAccountLocks', {
    rule: 'validate_account_locks',
    source: LOCKS_SOURCE,
    asked,
    limit,
    actual,
  });
}

/** A v1 message has a config instead. */
export function readRequests({ message }: VersionedTransaction, bank: BankView): ComputeBudgetRequests | undefined {
  if (message.version === 1) return undefined;
  return readComputeBudgetInstructions(message, bank.environment.features, bank.builtinAllocation);
}

export function limitsOf(
  { message }: VersionedTransaction,
  requests: ComputeBudgetRequests | undefined,
): TransactionLimits {
  return requests === undefined ? limitsOfConfig(message.config) : limitsOfRequests(requests);
}

/**
 * Refuses a transaction that nothing dates: no blockhash that is recent enough, no durable nonce. Returns the nonce account
 * as a failure leaves it, where a nonce dates the transaction.
 */
export function checkAge(sanitized: SanitizedTransaction, bank: BankView): AccountChange | undefined {
  if (!bank.checkBlockhash) return undefined;
  const { rules, lamportsPerSignature } = bank.environment;
  const { recentBlockhash } = sanitized.transaction.message;
  const isRecent = rules.acceptRecentBlockhashes
    ? bank.isRecentBlockhash(recentBlockhash)
    : equalBytes(recentBlockhash, bank.latestBlockhash);
  if (isRecent) return undefined;
  const index = nonceAccountIndex(sanitized);
  const key = sanitized.keys[index];
  const account = index < 0 ? undefined : bank.getAccount(key);
  const nextNonce = durableNonceFromBlockhash(bank.latestBlockhash);
  if (account === undefined || !isNonceUsable(sanitized, account, nextNonce)) {
    return refuseTransaction('BlockhashNotFound', {
      rule: 'check_transaction_age',
      source: 'agave runtime/src/bank/check_transactions.rs',
      account: key,
      detail: describeAge(sanitized, account, nextNonce),
    });
  }
  return [key, advanceNonce(account, nextNonce, lamportsPerSignature)];
}

/** Why neither the blockhash nor a nonce dates the transaction. */
function describeAge(sanitized: SanitizedTransaction, account: Account | undefined, nextNonce: Uint8Array): string {
  const { recentBlockhash } = sanitized.transaction.message;
  if (nonceAccountIndex(sanitized) < 0) return `blockhash ${new Pubkey(recentBlockhash)} is not a recent one`;
  if (account === undefined) return 'the nonce account does not exist';
  const nonce = decodeCurrentNonce(account);
  if (nonce === undefined) return 'the nonce account is not initialized';
  if (!equalBytes(nonce.durableNonce, recentBlockhash)) {
    return `the nonce account holds ${new Pubkey(nonce.durableNonce)}, the transaction carries ${new Pubkey(recentBlockhash)}`;
  }
  if (equalBytes(nextNonce, recentBlockhash)) return 'the nonce was advanced in this block already';
  return `the nonce authority ${nonce.authority} does not sign the first instruction`;
}
