// StakeHistory as LiteSVM's class: how much stake was active and on the move in each of the last 512 epochs.
// Source: solana-sdk stake-interface/src/stake_history.rs; litesvm crates/node-litesvm/src/sysvar/stake_history.rs.

import type * as layouts from '../../runtime/sysvars/layouts.ts';
import { MAX_STAKE_HISTORY_ENTRIES } from '../../runtime/sysvars/layouts.ts';
import { instance, u64 } from './arguments.ts';
import { attach, innerOf, makeMembersEnumerable, wrap } from './native-object.ts';
import { debugStruct, debugWrapper } from './rust-text.ts';

type EntryState = { -readonly [K in 'effective' | 'activating' | 'deactivating']: bigint };

export class StakeHistoryEntry {
  constructor(effective: bigint, activating: bigint, deactivating: bigint) {
    attach(this, { effective: u64(effective), activating: u64(activating), deactivating: u64(deactivating) });
  }

  /** Lamports of stake that count in the epoch. */
  get effective(): bigint {
    return innerOf<EntryState>(this).effective;
  }

  set effective(lamports: bigint) {
    innerOf<EntryState>(this).effective = u64(lamports);
  }

  /** Lamports on their way in. Assigning it changes `effective`, as in LiteSVM. */
  get activating(): bigint {
    return innerOf<EntryState>(this).activating;
  }

  set activating(lamports: bigint) {
    innerOf<EntryState>(this).effective = u64(lamports);
  }

  /** Lamports on their way out. Assigning it changes `effective`, as in LiteSVM. */
  get deactivating(): bigint {
    return innerOf<EntryState>(this).deactivating;
  }

  set deactivating(lamports: bigint) {
    innerOf<EntryState>(this).effective = u64(lamports);
  }

  toString(): string {
    return debugWrapper('StakeHistoryEntry', debugStruct('StakeHistoryEntry', innerOf<EntryState>(this)));
  }
}

export class StakeHistory {
  constructor() {
    attach(this, []);
  }

  get(epoch: bigint): StakeHistoryEntry | null {
    const asked = u64(epoch);
    const entry = innerOf<layouts.StakeHistoryEntry[]>(this).find((one) => one.epoch === asked);
    if (entry === undefined) return null;
    const { effective, activating, deactivating } = entry;
    return wrap(StakeHistoryEntry, { effective, activating, deactivating });
  }

  /** Sets the entry of an epoch. Of more than 512, the oldest is dropped. */
  add(epoch: bigint, entry: StakeHistoryEntry): void {
    const added = u64(epoch);
    const state = { epoch: added, ...innerOf<EntryState>(instance(entry, StakeHistoryEntry)) };
    const entries = innerOf<layouts.StakeHistoryEntry[]>(this);
    const index = entries.findIndex((one) => one.epoch <= added);
    if (index < 0) entries.push(state);
    else entries.splice(index, entries[index].epoch === added ? 1 : 0, state);
    entries.length = Math.min(entries.length, MAX_STAKE_HISTORY_ENTRIES);
  }
}

makeMembersEnumerable(StakeHistoryEntry, StakeHistory);

export function wrapStakeHistory(entries: layouts.StakeHistory): StakeHistory {
  return wrap(StakeHistory, [...entries]);
}

export function stakeHistoryOf(history: StakeHistory): layouts.StakeHistory {
  return innerOf<layouts.StakeHistoryEntry[]>(history);
}
