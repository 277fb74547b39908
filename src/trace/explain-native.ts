// What lookup tables say about why a call to their program failed.
// Source: solana-program address-lookup-table program/src/processor.rs.

import { hashes } from '../crypto/hashes.ts';
import { decodeBase58 } from '../wire/base58.ts';
import { concatBytes, equalBytes, readU32, readU64, U64_MAX, writeU64 } from '../wire/bytes.ts';
import { keyAt } from './decoders/token-state.ts';
import type { FrameView } from './explain-view.ts';

const LOOKUP_TABLE_PROGRAM = 'AddressLookupTab1e1111111111111111111111111';
const TABLE_META_LEN = 56;
const MAX_ADDRESSES = 256;
const NEVER = U64_MAX;
/** Slots until a deactivated table can be closed: slot hashes must have forgotten the slot. */
const COOLDOWN = 513n;

export interface LookupTableState {
  /** Undefined where it is active. */
  readonly deactivationSlot: bigint | undefined;
  readonly lastExtendedSlot: bigint;
  /** Undefined where it is frozen. */
  readonly authority: string | undefined;
  readonly addresses: readonly string[];
}

export function readLookupTable({
  owner,
  data,
}: {
  readonly owner: string;
  readonly data: Uint8Array;
}): LookupTableState | undefined {
  if (owner !== LOOKUP_TABLE_PROGRAM || data.length < TABLE_META_LEN || readU32(data, 0) !== 1) return undefined;
  const end = readU64(data, 4);
  const count = Math.floor((data.length - TABLE_META_LEN) / 32);
  return {
    deactivationSlot: end === NEVER ? undefined : end,
    lastExtendedSlot: readU64(data, 12),
    authority: data[21] === 1 ? keyAt(data, 22) : undefined,
    addresses: Array.from({ length: count }, (_, i) => keyAt(data, TABLE_META_LEN + 32 * i)),
  };
}

/** Slots that are tried on both sides of the one that is named, and bumps with each. */
const NEAR_SLOTS = 150;
const LIKELY_BUMPS = [255, 254, 253, 252, 251];
const MARKER = new TextEncoder().encode('ProgramDerivedAddress');

/** The slot that the table's address was derived for, where it is not the one that the instruction says. */
function lookAtSlot(view: FrameView): void {
  const [table, authority] = view.frame.accounts;
  const slot = view.frame.instruction?.args['recentSlot'];
  if (table === undefined || authority === undefined || typeof slot !== 'bigint' || view.isPast) return;
  const bump = view.frame.instruction!.args['bump'];
  const bumps = new Set([...(typeof bump === 'number' ? [bump] : []), ...LIKELY_BUMPS]);
  const input = concatBytes([keyBytes(authority.address), new Uint8Array(9), keyBytes(LOOKUP_TABLE_PROGRAM), MARKER]);
  const target = keyBytes(table.address);
  for (let distance = 1; distance <= 2 * NEAR_SLOTS; distance++) {
    const other = slot + BigInt(distance % 2 === 0 ? distance / 2 : -(distance + 1) / 2);
    if (other < 0n) continue;
    writeU64(input, 32, other);
    for (const each of bumps) {
      input[40] = each;
      if (!equalBytes(hashes.sha256(input), target)) continue;
      view.add(
        'derivation',
        `${view.who(table)} is the table of ${view.show(authority.address)} for the slot ${other}, with the bump ${each}, and the instruction says the slot ${slot}${bump === each ? '' : ` and the bump ${bump}`}.`,
        `Say the slot ${other}${bump === each ? '' : ` and the bump ${each}`}, or derive the address, with its bump, for the slot ${slot}.`,
        table,
        ['InvalidArgument', 'InvalidSeeds'],
      );
      return;
    }
  }
}

function keyBytes(address: string): Uint8Array {
  return decodeBase58(address)!;
}

/** Slots that the SlotHashes sysvar remembers. */
const RECENT_SLOTS = 512;

export function lookAtLookupTable(view: FrameView): void {
  if (view.frame.programAddress !== LOOKUP_TABLE_PROGRAM) return;
  const slot = view.frame.instruction?.args['recentSlot'];
  if (view.instruction === 'CreateLookupTable') lookAtSlot(view);
  if (view.instruction === 'CreateLookupTable' && slot !== undefined) {
    view.add(
      'state',
      `${slot} is no recent slot: a table is created with one of the last ${RECENT_SLOTS}, and not the present one.`,
      'Take a slot that has just passed (getSlot), and derive the address from it.',
      undefined,
      ['InvalidInstructionData'],
    );
  }
  if (view.instruction === 'ExtendLookupTable') {
    const fix = 'Name at least one address to add.';
    view.add('state', '', fix, undefined, ['InvalidInstructionData']);
  }
  const [account, authority] = view.frame.accounts;
  const state = account === undefined ? undefined : view.stateOf(account);
  const table = state === undefined ? undefined : readLookupTable(state);
  if (account === undefined || table === undefined) return;
  const who = view.who(account);
  const say = (errors: readonly string[], sentence: string, fix: string) =>
    view.add('state', sentence, fix, account, errors);
  if (table.authority === undefined) {
    say(['Immutable'], `${who} is frozen: it has no authority and never changes again.`, 'Create another table.');
  } else if (authority !== undefined && authority.address !== table.authority) {
    say(
      ['IncorrectAuthority'],
      `The authority of ${who} is ${view.show(table.authority)}, and the instruction names ${view.show(authority.address)}.`,
      `Let ${view.show(table.authority)} be the authority and sign.`,
    );
  }
  if (view.instruction === 'CloseLookupTable') {
    say(
      ['InvalidArgument'],
      table.deactivationSlot === undefined
        ? `${who} is active: a table is deactivated before it is closed.`
        : `${who} was deactivated in slot ${table.deactivationSlot}, and can be closed ${COOLDOWN} slots later.`,
      table.deactivationSlot === undefined
        ? `Send DeactivateLookupTable, wait ${COOLDOWN} slots, and close it then.`
        : `Close it from slot ${table.deactivationSlot + COOLDOWN} on.`,
    );
  } else if (table.deactivationSlot !== undefined) {
    say(['InvalidArgument'], `${who} was deactivated in slot ${table.deactivationSlot}.`, 'Use another table.');
  } else if (table.addresses.length >= MAX_ADDRESSES) {
    say(
      ['InvalidArgument'],
      `${who} holds ${MAX_ADDRESSES} addresses, the most there can be.`,
      'Create another table.',
    );
  }
}
