// What a snapshot must bring back: values, and maps that are copied in constant time; and the snapshots themselves.

import type { ExecutionEnvironment } from '../runtime/environment.ts';
import type { Account } from '../wire/account.ts';
import { ParhelionError } from '../wire/errors.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import type { Accounts } from './accounts.ts';
import type { TransactionRecord } from './bank.ts';
import type { BlockhashQueue } from './blockhash-queue.ts';
import type { TransactionMemory } from './history.ts';
import { PersistentMap } from './persistent-map.ts';
import type { StatusCache } from './status-cache.ts';

/** What transactions change. */
export class BankState {
  readonly accounts: Accounts;
  blockhashes: BlockhashQueue;
  readonly statuses: StatusCache;
  readonly history: TransactionMemory<TransactionRecord>;
  /** Of each program that was stored since the genesis: what stood at its data account then. Only where the rules ask. */
  programData = new PersistentMap<Pubkey, { readonly account: Account | undefined }>();
  /** Undefined until it is asked for, and again when it has changed. */
  environment: ExecutionEnvironment | undefined;

  constructor(
    accounts: Accounts,
    blockhashes: BlockhashQueue,
    statuses: StatusCache,
    history: TransactionMemory<TransactionRecord>,
  ) {
    this.accounts = accounts;
    this.blockhashes = blockhashes;
    this.statuses = statuses;
    this.history = history;
  }

  copy(): BankState {
    const copy = new BankState(this.accounts.copy(), this.blockhashes, this.statuses.copy(), this.history.copy());
    copy.environment = this.environment;
    copy.programData = this.programData.copy();
    return copy;
  }
}

/** States that were noted, by id. Ids rise, and are never used twice. */
export class Snapshots {
  readonly #noted: { readonly id: number; readonly state: BankState }[] = [];
  #nextId = 1;

  add(state: BankState): number {
    const id = this.#nextId++;
    this.#noted.push({ id, state: state.copy() });
    return id;
  }

  /** A copy of the noted state, to go on with. Those that were noted after it are forgotten. */
  revert(id: number): BankState {
    // There may be very many: a suite that never reverts to the first one keeps all.
    let index = 0;
    for (let end = this.#noted.length; index < end; ) {
      const middle = (index + end) >> 1;
      if (this.#noted[middle].id < id) index = middle + 1;
      else end = middle;
    }
    if (this.#noted[index]?.id !== id) throw new ParhelionError('UNKNOWN_SNAPSHOT', { id });
    this.#noted.length = index + 1;
    return this.#noted[index].state.copy();
  }
}
