// What in the transaction itself brought a failure about: the frame after which the failing check no longer passed. Time is
// walked back from the failure, one change of an account after the other, and the accounts are looked at as they were: where
// what stands out disappears, the change after that moment brought it. So no field has to be named to be followed.
// What stands out is told by the looks of explain-state.ts; the words are failure-history-text.ts's. Reads the trace only.

import { changed, fits } from './ledger-fields.ts';
import {
  type AccountChange,
  type AccountState,
  type CallFrame,
  callsOf,
  type TransactionTrace,
} from './transaction-trace.ts';

/** One frame's change of one account. */
export interface HistoryEvent {
  readonly frame: CallFrame;
  readonly address: string;
  readonly before: AccountState;
  readonly after: AccountState;
}

/** By address. */
export type States = ReadonlyMap<string, AccountState>;

/** Copies of account data that are made to look back; past that nothing is said of the past. */
const COPIED_BYTES_LIMIT = 64 * 1024 * 1024;
const EVENTS_LIMIT = 128;

export interface History {
  /** Oldest first. */
  readonly events: readonly HistoryEvent[];
  /** When the last of them was over. */
  readonly now: States;
}

/** What was changed before `failed` began; undefined where that is not known in full. Without it, of the whole transaction. */
export function historyOf(trace: TransactionTrace, failed?: CallFrame): History | undefined {
  const player = new Player(trace, failed);
  for (const frame of trace.instructions) player.play(frame);
  return player.isWhole ? { events: player.events, now: player.states } : undefined;
}

/**
 * The change after which `isThere` holds, and before which it did not.
 *
 * @param isThere whether what stands out does so while the accounts are in these states
 */
export function turningPoint({ events, now }: History, isThere: (states: States) => boolean): HistoryEvent | undefined {
  if (events.length === 0 || !isThere(now)) return undefined;
  const states = new Map(now);
  for (const event of events.slice(-EVENTS_LIMIT).reverse()) {
    states.set(event.address, event.before);
    if (!isThere(states)) return event;
  }
  return undefined;
}

/** Whether more than lamports changed. */
export function isWritten({ before, after }: HistoryEvent): boolean {
  return before.data !== after.data || before.owner !== after.owner;
}

class Player {
  readonly events: HistoryEvent[] = [];
  readonly states = new Map<string, AccountState>();
  isWhole = true;
  readonly #failed: CallFrame | undefined;
  /** Of the frames that are open, outermost first: their own changes that are still to come. */
  readonly #pending: { readonly frame: CallFrame; readonly own: AccountChange[] }[] = [];
  #bytesLeft = COPIED_BYTES_LIMIT;

  constructor(trace: TransactionTrace, failed: CallFrame | undefined) {
    this.#failed = failed;
    for (const { address, before } of trace.accounts) if (before !== null) this.states.set(address, before);
  }

  play(frame: CallFrame): void {
    if (frame === this.#failed) return;
    const own = [...frame.ownChanges];
    this.#pending.push({ frame, own });
    for (const call of callsOf(frame)) this.play(call);
    for (let change = own.shift(); change !== undefined; change = own.shift()) {
      this.#catchUp(change);
      this.#apply(frame, change);
    }
    this.#pending.pop();
  }

  /** What the callers changed before their call comes first: it leads to what the call began with. */
  #catchUp(change: AccountChange): void {
    for (const { frame, own } of this.#pending.slice(0, -1)) {
      for (;;) {
        const state = this.states.get(change.address);
        const next = own.findIndex(({ address }) => address === change.address);
        if (state === undefined || next < 0 || fits(change, state)) break;
        this.#apply(frame, own.splice(next, 1)[0]);
      }
    }
  }

  #apply(frame: CallFrame, change: AccountChange): void {
    const before = this.states.get(change.address);
    const isData = change.dataLength.before !== change.dataLength.after || change.data?.length !== 0;
    this.#bytesLeft -= isData ? change.dataLength.after : 0;
    const after = before === undefined || this.#bytesLeft < 0 ? undefined : changed(before, change);
    if (before === undefined || after === undefined) {
      this.isWhole = false;
      return;
    }
    const state = { ...before, ...after, executable: change.executable.after };
    this.states.set(change.address, state);
    this.events.push({ frame, address: change.address, before, after: state });
  }
}
