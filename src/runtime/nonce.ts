// Durable nonces: an account that stands in for a recent blockhash, so that a transaction can be sent much later. A
// transaction uses one when its first instruction advances a nonce account whose stored value is the transaction's
// blockhash. The System program's own nonce instructions are in programs/system.ts.
// Source: solana-sdk nonce/src/{state,versions}.rs, nonce-account/src/lib.rs; message/src/sanitized.rs, get_durable_nonce;
// agave svm/src/transaction_processor.rs, validate_transaction_nonce.

import { hashes } from '../crypto/hashes.ts';
import type { Account } from '../wire/account.ts';
import { concatBytes, equalBytes, readU32, readU64, writeU32, writeU64 } from '../wire/bytes.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { SYSTEM_PROGRAM_ID } from './addresses.ts';
import type { SanitizedTransaction } from './sanitized-transaction.ts';

/** Bytes of a nonce account's data. */
export const NONCE_STATE_SIZE = 80;

const VERSION_LEGACY = 0;
const VERSION_CURRENT = 1;
const STATE_INITIALIZED = 1;
const AUTHORITY_OFFSET = 8;
const DURABLE_NONCE_OFFSET = 40;
const LAMPORTS_PER_SIGNATURE_OFFSET = 72;

const ADVANCE_NONCE_ACCOUNT_TAG = 4;
const DURABLE_NONCE_PREFIX = Uint8Array.from('DURABLE_NONCE', (char) => char.charCodeAt(0));

export interface NonceData {
  readonly authority: Pubkey;
  readonly durableNonce: Uint8Array;
  readonly lamportsPerSignature: bigint;
}

/** Whether the data claims to be an initialized nonce, of either version. */
export function isInitializedNonceTag(data: Uint8Array): boolean {
  const version = readU32(data, 0);
  return (version === VERSION_LEGACY || version === VERSION_CURRENT) && readU32(data, 4) === STATE_INITIALIZED;
}

/** The nonce that a nonce account has after it was advanced under `blockhash`. */
export function durableNonceFromBlockhash(blockhash: Uint8Array): Uint8Array {
  return hashes.sha256(concatBytes([DURABLE_NONCE_PREFIX, blockhash]));
}

/** What the account holds, where it can date a transaction: initialized, and not of the version before durable nonces. */
export function decodeCurrentNonce(account: Account): NonceData | undefined {
  const { data } = account;
  if (!account.owner.equals(SYSTEM_PROGRAM_ID) || data.length < NONCE_STATE_SIZE) return undefined;
  if (readU32(data, 0) !== VERSION_CURRENT || readU32(data, 4) !== STATE_INITIALIZED) return undefined;
  return {
    authority: Pubkey.at(data, AUTHORITY_OFFSET),
    durableNonce: data.subarray(DURABLE_NONCE_OFFSET, LAMPORTS_PER_SIGNATURE_OFFSET),
    lamportsPerSignature: readU64(data, LAMPORTS_PER_SIGNATURE_OFFSET),
  };
}

/** The account with another nonce. */
export function advanceNonce(account: Account, durableNonce: Uint8Array, lamportsPerSignature: bigint): Account {
  const data = account.data.slice();
  writeU32(data, 0, VERSION_CURRENT);
  writeU32(data, 4, STATE_INITIALIZED);
  data.set(durableNonce, DURABLE_NONCE_OFFSET);
  writeU64(data, LAMPORTS_PER_SIGNATURE_OFFSET, lamportsPerSignature);
  return { ...account, data };
}

/**
 * Index of the nonce account that the transaction means to use, or -1: the first account of a first instruction that
 * advances a nonce. It must be writable and named by the message itself (SIMD-0242).
 */
export function nonceAccountIndex({ transaction, keys, roles }: SanitizedTransaction): number {
  const { accountKeys, instructions } = transaction.message;
  if (instructions.length === 0) return -1;
  const { programIdIndex, accounts, data } = instructions[0];
  if (data.length < 4 || readU32(data, 0) !== ADVANCE_NONCE_ACCOUNT_TAG) return -1;
  if (!keys[programIdIndex].equals(SYSTEM_PROGRAM_ID) || accounts.length === 0) return -1;
  const index = accounts[0];
  return roles[index].isWritable && index < accountKeys.length ? index : -1;
}

/**
 * Whether the nonce in `account` dates the transaction. Its value is the transaction's blockhash, its authority signs the
 * first instruction, and it was not advanced in this block already: that is what `nextNonce` would make of it.
 */
export function isNonceUsable(
  { transaction, keys, roles }: SanitizedTransaction,
  account: Account,
  nextNonce: Uint8Array,
): boolean {
  const { recentBlockhash, instructions } = transaction.message;
  const nonce = decodeCurrentNonce(account);
  if (nonce === undefined || !equalBytes(nonce.durableNonce, recentBlockhash)) return false;
  if (equalBytes(nextNonce, recentBlockhash)) return false;
  for (const index of instructions[0].accounts) {
    if (roles[index].isSigner && keys[index].equals(nonce.authority)) return true;
  }
  return false;
}
