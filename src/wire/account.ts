// An account as it is stored between transactions: a value. A change makes a new version, so whoever holds an old one
// (a snapshot, an outcome that can be replayed) keeps seeing what it saw.

import { U64_MAX } from './bytes.ts';
import type { Pubkey } from './pubkey.ts';

export interface Account {
  readonly lamports: bigint;
  /** Never written in place once it is part of a stored version. */
  readonly data: Uint8Array;
  readonly owner: Pubkey;
  readonly executable: boolean;
  readonly rentEpoch: bigint;
}

/** The rent epoch of an account that is rent exempt, as every account now is. Source: agave svm/src/account_loader.rs. */
export const RENT_EXEMPT_RENT_EPOCH = U64_MAX;
