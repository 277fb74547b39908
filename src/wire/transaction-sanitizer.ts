// Whether a decoded transaction makes sense in itself: counts agree, indexes point at something, somebody pays. Nothing
// here looks at an account. Every row fails with SanitizeFailure, so the order inside one function can't be seen.
// The limits a validator adds on receipt (size, number of instructions, accounts of an instruction) are functions of
// their own, because LiteSVM does without them and a local machine may choose.
// Source: solana-sdk message/src/{legacy.rs, versions/v0/mod.rs, versions/v1/message.rs}, sanitize and validate;
// transaction/src/versioned/mod.rs, sanitize_signatures.

import type { VersionedMessage } from './message.ts';
import type { VersionedTransaction } from './transaction.ts';
import type { TransactionError } from './transaction-error.ts';

/** Bytes of a legacy or v0 transaction: an IPv6 packet without its headers. Source: solana-sdk packet/src/lib.rs. */
export const PACKET_DATA_SIZE = 1232;
/** Bytes of a v1 transaction. Source: solana-sdk message/src/versions/v1/mod.rs, MAX_TRANSACTION_SIZE. */
export const MAX_V1_TRANSACTION_SIZE = 4096;
/** Source: agave transaction-context/src/lib.rs. */
export const MAX_INSTRUCTION_TRACE_LENGTH = 64;
/** Source: agave transaction-context/src/lib.rs. */
export const MAX_ACCOUNTS_PER_INSTRUCTION = 255;
/** Keys of a message, its lookup tables' included, because an index is one byte. */
export const MAX_ACCOUNT_KEYS = 256;

// Source: solana-sdk message/src/versions/v1/mod.rs.
const V1_MAX_ADDRESSES = 64;
const V1_MAX_INSTRUCTIONS = 64;
const V1_MAX_SIGNATURES = 12;
const V1_MIN_HEAP_SIZE = 32 * 1024;
const V1_MAX_HEAP_SIZE = 256 * 1024;

/** What a validator says of a transaction before it looks at any account; undefined where it finds nothing wrong. */
export function sanitizeTransaction(transaction: VersionedTransaction): TransactionError | undefined {
  const { signatures, message } = transaction;
  if (signatures.length !== message.header.numRequiredSignatures) return 'SanitizeFailure';
  if (signatures.length > message.accountKeys.length) return 'SanitizeFailure';
  return sanitizeMessage(message);
}

/** The part of {@link sanitizeTransaction} that needs no signatures. */
export function sanitizeMessage(message: VersionedMessage): TransactionError | undefined {
  const { version, header, accountKeys, instructions } = message;
  const staticKeyCount = accountKeys.length;
  if (header.numRequiredSignatures + header.numReadonlyUnsignedAccounts > staticKeyCount) return 'SanitizeFailure';
  // At least one signer can be written to, the first: it pays.
  if (header.numReadonlySignedAccounts >= header.numRequiredSignatures) return 'SanitizeFailure';

  let keyCount = staticKeyCount;
  if (version === 0) {
    for (const { writableIndexes, readonlyIndexes } of message.addressTableLookups) {
      const indexCount = writableIndexes.length + readonlyIndexes.length;
      if (indexCount === 0) return 'SanitizeFailure';
      keyCount += indexCount;
    }
    if (keyCount > MAX_ACCOUNT_KEYS) return 'SanitizeFailure';
  } else if (version === 1 && !isV1MessageWithinLimits(message)) {
    return 'SanitizeFailure';
  }

  for (const { programIdIndex, accounts } of instructions) {
    // The payer is no program, and a program is never taken from a lookup table.
    if (programIdIndex === 0 || programIdIndex >= staticKeyCount) return 'SanitizeFailure';
    for (let i = 0; i < accounts.length; i++) if (accounts[i] >= keyCount) return 'SanitizeFailure';
  }
  return undefined;
}

/** What is wrong with a transaction that the functions of this file refuse, in words; undefined where nothing is. */
export function describeSanitizeFailure(transaction: VersionedTransaction): string | undefined {
  const { signatures, message, serializedLen } = transaction;
  const { version, header, accountKeys, instructions, addressTableLookups } = message;
  const { numRequiredSignatures, numReadonlySignedAccounts, numReadonlyUnsignedAccounts } = header;
  const most = version === 1 ? MAX_V1_TRANSACTION_SIZE : PACKET_DATA_SIZE;
  if (serializedLen > most) return `it is ${serializedLen} bytes long, and ${most} are allowed`;
  if (instructions.length > MAX_INSTRUCTION_TRACE_LENGTH) {
    return `it has ${instructions.length} instructions, and ${MAX_INSTRUCTION_TRACE_LENGTH} are allowed`;
  }
  if (signatures.length !== numRequiredSignatures) {
    return `its header asks for ${numRequiredSignatures} signatures, and it has ${signatures.length}`;
  }
  if (numRequiredSignatures > accountKeys.length) {
    return `its header asks for ${numRequiredSignatures} signatures of ${accountKeys.length} accounts`;
  }
  if (numRequiredSignatures + numReadonlyUnsignedAccounts > accountKeys.length) {
    return `its header counts ${numRequiredSignatures} signers and ${numReadonlyUnsignedAccounts} read-only accounts among ${accountKeys.length}`;
  }
  if (numReadonlySignedAccounts >= numRequiredSignatures) {
    return `its header marks all ${numRequiredSignatures} signers read-only: the fee payer must be writable`;
  }
  let keyCount = accountKeys.length;
  for (const { accountKey, writableIndexes, readonlyIndexes } of addressTableLookups) {
    const indexCount = writableIndexes.length + readonlyIndexes.length;
    if (indexCount === 0) return `it names the lookup table ${accountKey} and takes no address from it`;
    keyCount += indexCount;
  }
  if (keyCount > MAX_ACCOUNT_KEYS) return `it names ${keyCount} accounts, and ${MAX_ACCOUNT_KEYS} are allowed`;
  for (const [i, { programIdIndex, accounts }] of instructions.entries()) {
    if (programIdIndex === 0) return `instruction #${i} calls account 0, the fee payer, as its program`;
    if (programIdIndex >= accountKeys.length) {
      return `instruction #${i} calls account ${programIdIndex} as its program, and the message has ${accountKeys.length}`;
    }
    if (accounts.length > MAX_ACCOUNTS_PER_INSTRUCTION) {
      return `instruction #${i} has ${accounts.length} accounts, and ${MAX_ACCOUNTS_PER_INSTRUCTION} are allowed`;
    }
    const outside = accounts.find((index) => index >= keyCount);
    if (outside !== undefined) return `instruction #${i} names account ${outside}, and there are ${keyCount}`;
  }
  if (version === 1 && !isV1MessageWithinLimits(message)) {
    return 'it breaks a limit of version 1: 12 signatures, 64 instructions, 64 accounts, none of them twice, a heap of whole KiB';
  }
  return undefined;
}

function isV1MessageWithinLimits({ header, accountKeys, instructions, config }: VersionedMessage): boolean {
  if (header.numRequiredSignatures > V1_MAX_SIGNATURES) return false;
  if (instructions.length > V1_MAX_INSTRUCTIONS || accountKeys.length > V1_MAX_ADDRESSES) return false;
  // Legacy and v0 leave duplicates to the account locks, which call them AccountLoadedTwice.
  for (let i = 1; i < accountKeys.length; i++) {
    for (let j = 0; j < i; j++) if (accountKeys[i].equals(accountKeys[j])) return false;
  }
  const heapSize = config?.heapSize;
  return (
    heapSize === undefined || (heapSize % 1024 === 0 && heapSize >= V1_MIN_HEAP_SIZE && heapSize <= V1_MAX_HEAP_SIZE)
  );
}

/** The validator's limit of bytes on the wire. Source: agave runtime/src/bank.rs, verify_transaction. */
export function checkTransactionSize(transaction: VersionedTransaction): TransactionError | undefined {
  const most = transaction.message.version === 1 ? MAX_V1_TRANSACTION_SIZE : PACKET_DATA_SIZE;
  return transaction.serializedLen > most ? 'SanitizeFailure' : undefined;
}

/** The validator's limit of top-level instructions (SIMD-0160). */
export function checkInstructionCount(message: VersionedMessage): TransactionError | undefined {
  return message.instructions.length > MAX_INSTRUCTION_TRACE_LENGTH ? 'SanitizeFailure' : undefined;
}

/** The validator's limit of accounts passed to one instruction (SIMD-0406). */
export function checkInstructionAccountCounts(message: VersionedMessage): TransactionError | undefined {
  for (const { accounts } of message.instructions) {
    if (accounts.length > MAX_ACCOUNTS_PER_INSTRUCTION) return 'SanitizeFailure';
  }
  return undefined;
}
