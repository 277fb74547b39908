// The balance an account must hold for its size, and which changes of an account's balance and size a transaction may
// leave behind. Nobody pays rent any more: an account holds the minimum, or nothing, or is a leftover from the time when
// rent was paid, which may only be treated as the feature gate in force says.
// Source: solana-sdk rent/src/lib.rs; agave svm/src/rent_calculator.rs, svm/src/transaction_account_state_info.rs.

import { U64_MAX } from '../wire/bytes.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import type { RuntimeFeatures } from './features.ts';
import type { Rent } from './sysvars/layouts.ts';
import { MAX_ACCOUNT_DATA_LEN } from './transaction-context.ts';

/** Bytes that the storage of an account takes beside its data. */
export const ACCOUNT_STORAGE_OVERHEAD = 128;

// Every writable account of every transaction asks, and most ask about the same few lengths: one answer for each
// remainder of the length is kept. Found in 4 ns, where a Map takes 15.
const MEMO_SLOTS = 256;
let memoRent: Rent | undefined;
const memoLens = new Float64Array(MEMO_SLOTS).fill(-1);
const memo: bigint[] = new Array(MEMO_SLOTS).fill(0n);

/** Lamports that an account with `dataLen` bytes must hold. */
export function minimumBalance(rent: Rent, dataLen: number): bigint {
  if (rent !== memoRent) {
    memoRent = rent;
    memoLens.fill(-1);
  }
  const slot = dataLen & (MEMO_SLOTS - 1);
  if (memoLens[slot] !== dataLen) {
    memo[slot] = computeMinimumBalance(rent, dataLen);
    memoLens[slot] = dataLen;
  }
  return memo[slot];
}

/** Source: solana-sdk rent/src/lib.rs, minimum_balance_unchecked. An impossible length has an unreachable minimum. */
function computeMinimumBalance({ lamportsPerByte, exemptionThreshold }: Rent, dataLen: number): bigint {
  if (dataLen > MAX_ACCOUNT_DATA_LEN) return U64_MAX;
  const lamports = BigInt(ACCOUNT_STORAGE_OVERHEAD + dataLen) * lamportsPerByte;
  if (exemptionThreshold === 1) return lamports;
  if (exemptionThreshold === 2) return lamports * 2n;
  const scaled = Number(lamports) * exemptionThreshold;
  // Rust's cast from f64 to u64: it saturates, and NaN is zero.
  if (!(scaled > 0)) return 0n;
  return scaled >= 2 ** 64 ? U64_MAX : BigInt(Math.floor(scaled));
}

export function isRentExempt(rent: Rent, lamports: bigint, dataLen: number): boolean {
  return lamports >= minimumBalance(rent, dataLen);
}

/** What the rule looks at of an account, before and after. */
export interface RentSubject {
  readonly lamports: bigint;
  readonly data: Uint8Array;
  readonly owner: Pubkey;
}

/**
 * Whether a transaction may leave `after` where `before` was. An account below its minimum
 * - with `relax_post_exec_min_balance_check` (SIMD-0392) may be what was there already, credited or shrunk, but not taken
 *   from, grown or given another owner;
 * - without it may be one that was below already, with the same length and no more lamports than it had.
 */
export function isRentTransitionAllowed(
  rent: Rent,
  features: RuntimeFeatures,
  before: RentSubject,
  after: RentSubject,
): boolean {
  const len = after.data.length;
  if (after.lamports === 0n || after.lamports >= minimumBalance(rent, len)) return true;
  if (before.lamports === 0n) return false;
  const lenBefore = before.data.length;
  if (features.relax_post_exec_min_balance_check) {
    return len <= lenBefore && after.lamports >= before.lamports && after.owner.equals(before.owner);
  }
  return before.lamports < minimumBalance(rent, lenBefore) && len === lenBefore && after.lamports <= before.lamports;
}
