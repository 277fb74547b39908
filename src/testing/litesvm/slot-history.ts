// SlotHistory as LiteSVM's class: which of the last 1,048,576 slots had a block, a bit each.
// Source: solana-sdk slot-history/src/lib.rs; litesvm crates/node-litesvm/src/sysvar/slot_history.rs.

import type * as layouts from '../../runtime/sysvars/layouts.ts';
import { SLOT_HISTORY_SLOTS } from '../../runtime/sysvars/layouts.ts';
import { fail, refuseArray, u64 } from './arguments.ts';
import { attach, innerOf, makeMembersEnumerable, wrap } from './native-object.ts';
import { debugWrapper } from './rust-text.ts';

const MAX_ENTRIES = BigInt(SLOT_HISTORY_SLOTS);

/** What `check` says of a slot. */
export const SlotHistoryCheck = { Future: 0, TooOld: 1, Found: 2, NotFound: 3 } as const;
export type SlotHistoryCheck = (typeof SlotHistoryCheck)[keyof typeof SlotHistoryCheck];

interface State {
  bits: BigUint64Array;
  nextSlot: bigint;
}

export class SlotHistory {
  constructor(bits: BigUint64Array, nextSlot: bigint) {
    attach(this, { bits: blocks(bits), nextSlot: u64(nextSlot) });
  }

  /** Slot 0 had a block. */
  static default(): SlotHistory {
    const bits = new BigUint64Array(SLOT_HISTORY_SLOTS / 64);
    bits[0] = 1n;
    return wrap(SlotHistory, { bits, nextSlot: 1n });
  }

  /** A copy. */
  get bits(): BigUint64Array {
    return innerOf<State>(this).bits.slice();
  }

  set bits(bits: BigUint64Array) {
    innerOf<State>(this).bits = blocks(bits);
  }

  get nextSlot(): bigint {
    return innerOf<State>(this).nextSlot;
  }

  set nextSlot(slot: bigint) {
    innerOf<State>(this).nextSlot = u64(slot);
  }

  /** Notes that a slot had a block, and that those between the last one and it had none. */
  add(slot: bigint): void {
    const state = innerOf<State>(this);
    const added = u64(slot);
    if (added > state.nextSlot && added - state.nextSlot >= MAX_ENTRIES) state.bits.fill(0n);
    else for (let skipped = state.nextSlot; skipped < added; skipped++) setBit(state.bits, skipped, false);
    setBit(state.bits, added, true);
    state.nextSlot = BigInt.asUintN(64, added + 1n);
  }

  check(slot: bigint): SlotHistoryCheck {
    const asked = u64(slot);
    if (asked > this.newest()) return SlotHistoryCheck.Future;
    if (asked < this.oldest()) return SlotHistoryCheck.TooOld;
    return hasBit(innerOf<State>(this).bits, asked) ? SlotHistoryCheck.Found : SlotHistoryCheck.NotFound;
  }

  oldest(): bigint {
    const { nextSlot } = innerOf<State>(this);
    return nextSlot > MAX_ENTRIES ? nextSlot - MAX_ENTRIES : 0n;
  }

  newest(): bigint {
    return BigInt.asUintN(64, innerOf<State>(this).nextSlot - 1n);
  }

  toString(): string {
    const { bits, nextSlot } = innerOf<State>(this);
    const text: string[] = [];
    // The lowest bit of a block first.
    for (const block of bits) text.push([...block.toString(2).padStart(64, '0')].reverse().join(''));
    // Without a closing brace, as it is there.
    return debugWrapper('SlotHistory', `SlotHistory { slot: ${nextSlot} bits:${text.join('')}`);
  }
}

makeMembersEnumerable(SlotHistory);

function blocks(value: unknown): BigUint64Array {
  return value instanceof BigUint64Array ? value.slice() : refuseArray(value, 'BigUint64Array');
}

function setBit(bits: BigUint64Array, slot: bigint, isSet: boolean): void {
  const { block, mask } = placeOf(bits, slot);
  if (isSet) bits[block] |= mask;
  else bits[block] &= ~mask;
}

function hasBit(bits: BigUint64Array, slot: bigint): boolean {
  const { block, mask } = placeOf(bits, slot);
  return (bits[block] & mask) !== 0n;
}

function placeOf(bits: BigUint64Array, slot: bigint): { block: number; mask: bigint } {
  const bit = Number(slot % MAX_ENTRIES);
  const block = bit >>> 6;
  if (block >= bits.length) fail('BitVec::get_bit: out of bounds');
  return { block, mask: 1n << BigInt(bit & 63) };
}

export function wrapSlotHistory({ bits, nextSlot }: layouts.SlotHistory): SlotHistory {
  const view = new DataView(bits.buffer, bits.byteOffset);
  const blocks = BigUint64Array.from({ length: bits.length / 8 }, (_, i) => view.getBigUint64(i * 8, true));
  return wrap(SlotHistory, { bits: blocks, nextSlot });
}

export function slotHistoryOf(history: SlotHistory): layouts.SlotHistory {
  const { bits, nextSlot } = innerOf<State>(history);
  const bytes = new Uint8Array(SLOT_HISTORY_SLOTS / 8);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < Math.min(bits.length, bytes.length / 8); i++) view.setBigUint64(i * 8, bits[i], true);
  return { bits: bytes, nextSlot };
}
