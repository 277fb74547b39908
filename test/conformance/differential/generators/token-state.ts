// What generators read out of token accounts and mints, and what the two token programs have in common and what not.

import { readU16, readU32, readU64 } from '../../../../src/wire/bytes.ts';
import { Pubkey } from '../../../../src/wire/pubkey.ts';
import { type Meta, meta } from '../encode.ts';
import type { Step } from '../machines.ts';
import { accountStep, type PoolName, type World } from '../world.ts';

export const TOKEN_ID = Pubkey.fromBase58('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
export const TOKEN_2022_ID = Pubkey.fromBase58('TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb');
export const NATIVE_MINT = Pubkey.fromBase58('So11111111111111111111111111111111111111112');
export const NATIVE_MINT_2022 = Pubkey.fromBase58('9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP');

export const MINT_LEN = 82;
export const TOKEN_LEN = 165;
export const MULTISIG_LEN = 355;
/** Behind the account proper and a byte for its type. */
const EXTENSIONS_START = 166;

/** One of the two programs. */
export interface Flavor {
  readonly program: Pubkey;
  readonly is2022: boolean;
  readonly mints: PoolName;
  readonly tokens: PoolName;
  readonly multisigs: PoolName;
  readonly nativeMint: Pubkey;
}

export const TOKEN_FLAVOR: Flavor = {
  program: TOKEN_ID,
  is2022: false,
  mints: 'mint',
  tokens: 'token',
  multisigs: 'multisig',
  nativeMint: NATIVE_MINT,
};

export const TOKEN_2022_FLAVOR: Flavor = {
  program: TOKEN_2022_ID,
  is2022: true,
  mints: 'mint-2022',
  tokens: 'token-2022',
  multisigs: 'multisig-2022',
  nativeMint: NATIVE_MINT_2022,
};

export interface MintState {
  readonly key: Pubkey;
  readonly authority: Pubkey | undefined;
  readonly supply: bigint;
  readonly decimals: number;
  readonly freezeAuthority: Pubkey | undefined;
  /** Types and values of extensions. */
  readonly extensions: ReadonlyMap<number, Uint8Array>;
}

export interface TokenState {
  readonly key: Pubkey;
  readonly mint: Pubkey;
  readonly owner: Pubkey;
  readonly amount: bigint;
  readonly delegate: Pubkey | undefined;
  readonly delegatedAmount: bigint;
  readonly isFrozen: boolean;
  readonly closeAuthority: Pubkey | undefined;
  readonly isNative: boolean;
  readonly extensions: ReadonlyMap<number, Uint8Array>;
}

const optionalKey = (data: Uint8Array, at: number): Pubkey | undefined =>
  readU32(data, at) === 0 ? undefined : Pubkey.at(data, at + 4);

function readExtensions(data: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const extensions = new Map<number, Uint8Array>();
  for (let at = EXTENSIONS_START; at + 4 <= data.length; ) {
    const [type, len] = [readU16(data, at), readU16(data, at + 2)];
    if (type === 0) break;
    extensions.set(type, data.subarray(at + 4, at + 4 + len));
    at += 4 + len;
  }
  return extensions;
}

export function readMint(world: World, { program }: Flavor, key: Pubkey): MintState | undefined {
  const account = world.account(key);
  if (account === undefined || !account.owner.equals(program) || account.data.length < MINT_LEN) return undefined;
  const { data } = account;
  if (data[45] !== 1 || (data.length > TOKEN_LEN && data[TOKEN_LEN] !== 1)) return undefined;
  return {
    key,
    authority: optionalKey(data, 0),
    supply: readU64(data, 36),
    decimals: data[44],
    freezeAuthority: optionalKey(data, 46),
    extensions: readExtensions(data),
  };
}

export function readToken(world: World, { program }: Flavor, key: Pubkey): TokenState | undefined {
  const account = world.account(key);
  if (account === undefined || !account.owner.equals(program) || account.data.length < TOKEN_LEN) return undefined;
  const { data } = account;
  if (data[108] === 0 || (data.length > TOKEN_LEN && data[TOKEN_LEN] !== 2)) return undefined;
  return {
    key,
    mint: Pubkey.at(data, 0),
    owner: Pubkey.at(data, 32),
    amount: readU64(data, 64),
    delegate: optionalKey(data, 72),
    isFrozen: data[108] === 2,
    isNative: readU32(data, 109) !== 0,
    delegatedAmount: readU64(data, 121),
    closeAuthority: optionalKey(data, 129),
    extensions: readExtensions(data),
  };
}

export function someMint(
  world: World,
  flavor: Flavor,
  condition: (mint: MintState) => boolean = () => true,
): MintState | undefined {
  const key = world.find(flavor.mints, (_, each) => {
    const state = readMint(world, flavor, each);
    return state !== undefined && condition(state);
  });
  return key && readMint(world, flavor, key);
}

export function someToken(
  world: World,
  flavor: Flavor,
  condition: (token: TokenState) => boolean = () => true,
): TokenState | undefined {
  const key = world.find(flavor.tokens, (_, each) => {
    const state = readToken(world, flavor, each);
    return state !== undefined && condition(state);
  });
  return key && readToken(world, flavor, key);
}

export interface MultisigNote {
  readonly members: readonly Pubkey[];
  readonly needed: number;
}

/** The authority of an instruction, and who signs for it: itself, or as many members of a multisig as it takes. */
export function authorityMetas(world: World, flavor: Flavor, key: Pubkey | undefined): Meta[] {
  const authority = key ?? world.actor();
  const isMultisig = world.all(flavor.multisigs).some((each) => each.equals(authority));
  const multisig = isMultisig ? world.note<MultisigNote>(authority) : undefined;
  if (multisig === undefined) return [meta(authority, 's')];
  const count = world.random.mostly(multisig.needed, [multisig.needed - 1, multisig.members.length]);
  return [
    meta(authority),
    ...world.random
      .shuffled(multisig.members)
      .slice(0, count)
      .map((each) => meta(each, 's')),
  ];
}

/** Who is to own a token account or a mint: now and then a multisig. */
export function someTokenOwner(world: World, flavor: Flavor): Pubkey {
  return world.random.chance(6) ? (world.find(flavor.multisigs) ?? world.authority()) : world.authority();
}

/** Wrapped SOL, with which a chain begins and LiteSVM does not. */
export function startingNativeMints(world: World): Step[] {
  if (world.random.chance(8)) return [];
  return [TOKEN_FLAVOR, TOKEN_2022_FLAVOR].map(({ nativeMint, program }) => {
    const data = new Uint8Array(MINT_LEN);
    data[44] = 9;
    data[45] = 1;
    return accountStep(nativeMint, { lamports: world.rent(MINT_LEN), owner: program, data });
  });
}
