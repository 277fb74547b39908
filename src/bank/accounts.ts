// The accounts of a bank: immutable versions by address, in a map that a snapshot copies in constant time.
// An account without lamports doesn't exist, as on the chain: storing one removes it. (`setEmpty` is for the one case
// where LiteSVM keeps it.)

import type { Account } from '../wire/account.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import { PersistentMap } from './persistent-map.ts';

/** Accounts that are there, but were not put into the map yet. */
export interface PendingAccounts {
  /** Whether the account with this base58 address is one of them. */
  has(address: string): boolean;
  /** All of them. */
  entries(): Iterable<readonly [Pubkey, Account]>;
}

/** So many keys are compared with pending accounts as text, which takes a few microseconds each, before they are put in. */
const PATIENCE = 16;

export class Accounts {
  #versions: PersistentMap<Pubkey, Account> = new PersistentMap();
  #pending: PendingAccounts | undefined;
  #patience = PATIENCE;

  get count(): number {
    this.settle();
    return this.#versions.size;
  }

  get(key: Pubkey): Account | undefined {
    const account = this.#versions.get(key);
    return account === undefined && this.#isPending(key) ? this.#versions.get(key) : account;
  }

  /** Stores a version, which must not change afterwards; removes the account where it holds no lamports. */
  set(key: Pubkey, account: Account): void {
    if (this.#pending !== undefined) this.get(key);
    if (account.lamports === 0n) this.#versions.delete(key);
    else this.#versions.set(key, account);
  }

  /** Stores a version even where it holds no lamports. */
  setEmpty(key: Pubkey, account: Account): void {
    if (this.#pending !== undefined) this.get(key);
    this.#versions.set(key, account);
  }

  /**
   * Adds accounts that few ask for, and puts them into the map when somebody does: a fresh process has no time for
   * them. None of them may be there already.
   */
  setPending(pending: PendingAccounts): void {
    this.settle();
    this.#pending = pending;
    this.#patience = PATIENCE;
  }

  /** Puts the pending accounts into the map. */
  settle(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#pending = undefined;
    for (const [key, account] of pending.entries()) this.#versions.set(key, account);
  }

  /** Whether a key that is not in the map may be there by now. */
  #isPending(key: Pubkey): boolean {
    const pending = this.#pending;
    if (pending === undefined) return false;
    if (--this.#patience > 0 && !pending.has(key.toString())) return false;
    this.settle();
    return true;
  }

  /** Accounts with the same content. What is stored in one is not seen by the other. Takes constant time. */
  copy(): Accounts {
    const copy = new Accounts();
    copy.#versions = this.#versions.copy();
    copy.#pending = this.#pending;
    copy.#patience = this.#patience;
    return copy;
  }

  /** Every account, in no order to rely on. */
  entries(): IterableIterator<[Pubkey, Account]> {
    this.settle();
    return this.#versions.entries();
  }

  /** The accounts that `owner` owns. Looks at every account there is. */
  *ownedBy(owner: Pubkey): IterableIterator<[Pubkey, Account]> {
    this.settle();
    for (const entry of this.#versions.entries()) if (entry[1].owner.equals(owner)) yield entry;
  }
}
