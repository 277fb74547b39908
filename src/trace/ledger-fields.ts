// What the accounts held before and after each frame, field by field. A frame's changes are kept as ranges of bytes; the rest
// of the data is found by playing the changes of all frames in their order, from the data before the transaction on.

import type { AccountReading, DecoderRegistry } from './decoder.ts';
import { readKnownAccount } from './decoders/account-layouts.ts';
import {
  type AccountChange,
  type AccountState,
  type CallFrame,
  callsOf,
  type DecodedValue,
  type TransactionTrace,
} from './transaction-trace.ts';

/** A field of an account that changed. */
export interface FieldChange {
  /** Names from the outside in, such as `delegation.stake`. */
  readonly name: string;
  /** Null where there was no such account, or no such field. */
  readonly before: DecodedValue;
  readonly after: DecodedValue;
}

export interface AccountFields {
  /** What kind of account it is: a mint, a token account, what an IDL calls it. */
  readonly kind: string;
  readonly changes: readonly FieldChange[];
}

/** By change, of a frame's own and of all below it; without those that no decoder knows. */
export type FieldsOfChanges = ReadonlyMap<AccountChange, AccountFields>;

export function fieldsOfChanges(trace: TransactionTrace, decoders: DecoderRegistry | undefined): FieldsOfChanges {
  const player = new Player(trace, decoders);
  for (const frame of trace.instructions) player.play(frame);
  return player.fields;
}

/** What a change leads from and to. */
type State = Omit<AccountState, 'executable'>;

class Player {
  readonly fields = new Map<AccountChange, AccountFields>();
  readonly #decoders: DecoderRegistry | undefined;
  /** Those whose data is known at this point of time. */
  readonly #states = new Map<string, State>();

  constructor(trace: TransactionTrace, decoders: DecoderRegistry | undefined) {
    this.#decoders = decoders;
    for (const { address, before } of trace.accounts) if (before !== null) this.#states.set(address, before);
  }

  play(frame: CallFrame): void {
    const start = new Map(frame.changes.map(({ address }) => [address, this.#states.get(address)]));
    const own = [...frame.ownChanges];
    for (const call of callsOf(frame)) {
      // What the frame changed before the call comes first: it leads to what the call began with.
      for (const change of call.changes) {
        for (;;) {
          const state = this.#states.get(change.address);
          const next = own.findIndex(({ address }) => address === change.address);
          if (state === undefined || next < 0 || fits(change, state)) break;
          this.#apply(own.splice(next, 1)[0]);
        }
      }
      this.play(call);
    }
    for (const change of own) this.#apply(change);
    for (const change of frame.changes) this.#note(change, start.get(change.address), this.#states.get(change.address));
  }

  #apply(change: AccountChange): void {
    const before = this.#states.get(change.address);
    const after = before === undefined ? undefined : changed(before, change);
    if (after === undefined) this.#states.delete(change.address);
    else this.#states.set(change.address, after);
    this.#note(change, before, after);
  }

  #note(change: AccountChange, before: State | undefined, after: State | undefined): void {
    if (before === undefined || after === undefined) return;
    const [was, is] = [this.#read(before), this.#read(after)];
    const kind = (is ?? was)?.name;
    if (kind === undefined) return;
    const changes = differences(
      was?.name === kind ? was.fields : undefined,
      is?.name === kind ? is.fields : undefined,
      '',
    );
    if (changes.length > 0) this.fields.set(change, { kind, changes });
  }

  #read({ owner, data }: State): AccountReading | undefined {
    if (data.length === 0) return undefined;
    return this.#decoders?.decodeAccount(owner, data) ?? readKnownAccount(owner, data);
  }
}

/** Whether a change can have begun with this state. */
export function fits({ lamports, owner, dataLength, data }: AccountChange, state: State): boolean {
  if (lamports.before !== state.lamports || owner.before !== state.owner) return false;
  if (dataLength.before !== state.data.length) return false;
  // Bytes past the end of a length count as zero.
  return (data ?? []).every(({ offset, before }) => before.every((byte, i) => (state.data[offset + i] ?? 0) === byte));
}

/** What a change makes of a state; undefined where it wasn't kept in full. */
export function changed(state: State, { lamports, owner, dataLength, data }: AccountChange): State | undefined {
  if (data === null) return undefined;
  if (data.length === 0 && dataLength.before === dataLength.after) {
    return { lamports: lamports.after, owner: owner.after, data: state.data };
  }
  const bytes = new Uint8Array(dataLength.after);
  bytes.set(state.data.subarray(0, dataLength.after));
  for (const { offset, after } of data) {
    if (offset < bytes.length) bytes.set(after.subarray(0, bytes.length - offset), offset);
  }
  return { lamports: lamports.after, owner: owner.after, data: bytes };
}

type Fields = { readonly [name: string]: DecodedValue };

const isFields = (value: DecodedValue | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

export function differences(was: Fields | undefined, is: Fields | undefined, prefix: string): FieldChange[] {
  return [...new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])].flatMap((name): FieldChange[] => {
    const [before, after] = [was?.[name], is?.[name]];
    if (isFields(before) || isFields(after)) {
      const inner = differences(
        isFields(before) ? before : undefined,
        isFields(after) ? after : undefined,
        `${prefix}${name}.`,
      );
      return inner;
    }
    return isSame(before, after) ? [] : [{ name: `${prefix}${name}`, before: before ?? null, after: after ?? null }];
  });
}

function isSame(one: DecodedValue | undefined, other: DecodedValue | undefined): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) {
    return one.length === other.length && one.every((byte, i) => byte === other[i]);
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, i) => isSame(item, other[i]));
  }
  if (isFields(one) && isFields(other)) return differences(one, other, '').length === 0;
  return (one ?? null) === (other ?? null);
}
