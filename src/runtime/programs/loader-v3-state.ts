// The accounts of loader v3: a buffer that a program's ELF file is uploaded to, the program itself, which is callable and
// only points on, and its program data, which holds the ELF file. The file starts at a fixed offset, also where there is
// no authority; writing such a state leaves the old authority's bytes behind the flag.
// Source: solana-sdk loader-v3-interface/src/state.rs, UpgradeableLoaderState.

import { readU32, readU64, writeU32, writeU64 } from '../../wire/bytes.ts';
import { PUBKEY_BYTES, Pubkey } from '../../wire/pubkey.ts';
import type { BorrowedAccount } from '../borrowed-account.ts';
import { fail } from '../errors.ts';

export type LoaderV3State =
  | { readonly type: 'uninitialized' }
  | { readonly type: 'buffer'; readonly authority: Pubkey | undefined }
  | { readonly type: 'program'; readonly programData: Pubkey }
  | { readonly type: 'programData'; readonly slot: bigint; readonly authority: Pubkey | undefined };

export const SIZE_OF_UNINITIALIZED = 4;
export const SIZE_OF_PROGRAM = 36;
export const SIZE_OF_BUFFER_METADATA = 37;
export const SIZE_OF_PROGRAM_DATA_METADATA = 45;

const TAGS = ['uninitialized', 'buffer', 'program', 'programData'] as const;
const SOURCE = 'solana-sdk loader-v3-interface/src/state.rs';

/** The account's state, or undefined where the bytes are none. */
export function decodeLoaderV3State(data: Uint8Array): LoaderV3State | undefined {
  if (data.length < SIZE_OF_UNINITIALIZED) return undefined;
  switch (TAGS[readU32(data, 0)]) {
    case 'uninitialized':
      return { type: 'uninitialized' };
    case 'buffer': {
      const authority = decodeOptionalKey(data, 4);
      return authority === null ? undefined : { type: 'buffer', authority };
    }
    case 'program':
      return data.length < SIZE_OF_PROGRAM ? undefined : { type: 'program', programData: Pubkey.at(data, 4) };
    case 'programData': {
      const authority = decodeOptionalKey(data, 12);
      return authority === null ? undefined : { type: 'programData', slot: readU64(data, 4), authority };
    }
    default:
      return undefined;
  }
}

/** The key behind an option's flag: undefined where the flag says there is none, null where the bytes are neither. */
function decodeOptionalKey(data: Uint8Array, offset: number): Pubkey | undefined | null {
  if (data.length <= offset) return null;
  if (data[offset] === 0) return undefined;
  return data[offset] === 1 && data.length >= offset + 1 + PUBKEY_BYTES ? Pubkey.at(data, offset + 1) : null;
}

/** The account's state, or `InvalidAccountData`. */
export function getState(account: BorrowedAccount): LoaderV3State {
  const state = decodeLoaderV3State(account.data);
  if (state === undefined) fail('InvalidAccountData', { rule: 'get_state', source: SOURCE, account: account.key });
  return state;
}

/** Writes a state over the account's first bytes; `AccountDataTooSmall` where they are too few. */
export function setState(account: BorrowedAccount, state: LoaderV3State): void {
  const data = account.dataMut();
  const actual = sizeOf(state);
  if (actual > data.length) {
    fail('AccountDataTooSmall', {
      rule: 'set_state',
      source: SOURCE,
      account: account.key,
      limit: data.length,
      actual,
    });
  }
  writeU32(data, 0, TAGS.indexOf(state.type));
  switch (state.type) {
    case 'buffer':
      writeOptionalKey(data, 4, state.authority);
      break;
    case 'program':
      data.set(state.programData.bytes, 4);
      break;
    case 'programData':
      writeU64(data, 4, state.slot);
      writeOptionalKey(data, 12, state.authority);
      break;
  }
}

function sizeOf(state: LoaderV3State): number {
  switch (state.type) {
    case 'uninitialized':
      return SIZE_OF_UNINITIALIZED;
    case 'program':
      return SIZE_OF_PROGRAM;
    case 'buffer':
      return SIZE_OF_BUFFER_METADATA - (state.authority === undefined ? PUBKEY_BYTES : 0);
    case 'programData':
      return SIZE_OF_PROGRAM_DATA_METADATA - (state.authority === undefined ? PUBKEY_BYTES : 0);
  }
}

function writeOptionalKey(data: Uint8Array, offset: number, key: Pubkey | undefined): void {
  data[offset] = key === undefined ? 0 : 1;
  if (key !== undefined) data.set(key.bytes, offset + 1);
}
