// The accounts of a bank: immutable versions by address, in a map that a snapshot copies in constant time.
// An account without lamports doesn't exist, as on the chain: storing one removes it. (`setEmpty` is for the one case
// where LiteSVM keeps it.)

import type { Account } from '../wire/account.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import { PersistentMap } from './persistent-map.ts';

export class Accounts {
  #versions: PersistentMap<Pubkey, Account> = new PersistentMap();

  get count(): number {
    return this.#versions.size;
  }

  get(key: Pubkey): Account | undefined {
    return this.#versions.get(key);
  }

  /** Stores a version, which must not change afterwards; removes the account where it holds no lamports. */
  set(key: Pubkey, account: Account): void {
    if (account.lamports === 0n) this.#versions.delete(key);
    else this.#versions.set(key, account);
  }

  /** Stores a version even where it holds no lamports. */
  setEmpty(key: Pubkey, account: Account): void {
    this.#versions.set(key, account);
  }

  /** Accounts with the same content. What is stored in one is not seen by the other. Takes constant time. */
  copy(): Accounts {
    const copy = new Accounts();
    copy.#versions = this.#versions.copy();
    return copy;
  }

  /** Every account, in no order to rely on. */
  entries(): IterableIterator<[Pubkey, Account]> {
    return this.#versions.entries();
  }

  /** The accounts that `owner` owns. Looks at every account there is. */
  *ownedBy(owner: Pubkey): IterableIterator<[Pubkey, Account]> {
    for (const entry of this.#versions.entries()) if (entry[1].owner.equals(owner)) yield entry;
  }
}
