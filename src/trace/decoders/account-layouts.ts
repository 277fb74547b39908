// What accounts of the well-known programs hold, as named fields: mints and token accounts with their extensions, multisigs,
// stake accounts, lookup tables, nonces, accounts of loader v3.

import { readU32, readU64 } from '../../wire/bytes.ts';
import type { AccountReading } from '../decoder.ts';
import { LOADER_V3, readLoaderState } from '../explain-loader.ts';
import { readLookupTable } from '../explain-native.ts';
import { readStake, STAKE_PROGRAM } from '../explain-stake.ts';
import type { DecodedValue } from '../transaction-trace.ts';
import {
  keyAt,
  readExtensions,
  readMint,
  readMultisig,
  readTokenAccount,
  TOKEN_2022_PROGRAM,
  TOKEN_PROGRAM,
} from './token-state.ts';

const SYSTEM_PROGRAM = '11111111111111111111111111111111';
const LOOKUP_TABLE_PROGRAM = 'AddressLookupTab1e1111111111111111111111111';
const NONCE_LEN = 80;
const TOKEN_STATES = ['uninitialized', 'initialized', 'frozen'];

type Layout = (owner: string, data: Uint8Array) => AccountReading | undefined;

const token: Layout = (owner, data) => {
  const account = { owner, data };
  const extensions = Object.fromEntries(readExtensions(account));
  const behind = Object.keys(extensions).length === 0 ? {} : { extensions };
  const mint = readMint(account);
  if (mint !== undefined) return { name: 'mint', fields: { ...plain(mint), ...behind } };
  const held = readTokenAccount(account);
  if (held !== undefined) {
    const { state, ...rest } = held;
    // The zeros of a new account are nobody's address.
    if (state === 0) return { name: 'token account', fields: { state: TOKEN_STATES[state], ...behind } };
    return { name: 'token account', fields: { ...plain(rest), state: TOKEN_STATES[state] ?? state, ...behind } };
  }
  const multisig = readMultisig(account);
  return multisig === undefined ? undefined : { name: 'multisig', fields: plain(multisig) };
};

const LAYOUTS: Readonly<Record<string, Layout>> = {
  [TOKEN_PROGRAM]: token,
  [TOKEN_2022_PROGRAM]: token,
  [STAKE_PROGRAM]: (owner, data) => {
    const stake = readStake({ owner, data });
    return stake === undefined ? undefined : { name: 'stake account', fields: plain(stake) };
  },
  [LOOKUP_TABLE_PROGRAM]: (owner, data) => {
    const table = readLookupTable({ owner, data });
    return table === undefined ? undefined : { name: 'lookup table', fields: plain(table) };
  },
  [LOADER_V3]: (owner, data) => {
    const state = readLoaderState({ owner, data });
    if (state === undefined) return undefined;
    const { kind, ...fields } = state;
    return { name: kind, fields: plain(fields) };
  },
  [SYSTEM_PROGRAM]: (_, data) => {
    if (data.length !== NONCE_LEN || readU32(data, 4) !== 1) return undefined;
    const fields = { authority: keyAt(data, 8), nonce: keyAt(data, 40), lamportsPerSignature: readU64(data, 72) };
    return { name: 'nonce account', fields };
  },
};

/** Undefined for accounts of other programs, and for data that is none of theirs. */
export function readKnownAccount(owner: string, data: Uint8Array): AccountReading | undefined {
  return Object.hasOwn(LAYOUTS, owner) ? LAYOUTS[owner](owner, data) : undefined;
}

/** What is not there is null, as in decoded values. */
function plain(value: object): { readonly [name: string]: DecodedValue } {
  return Object.fromEntries(
    Object.entries(value).map(([name, field]: [string, unknown]) => {
      if (field === undefined) return [name, null];
      const isObject =
        typeof field === 'object' && field !== null && !Array.isArray(field) && !(field instanceof Uint8Array);
      return [name, isObject ? plain(field) : (field as DecodedValue)];
    }),
  );
}
