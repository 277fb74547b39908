// What accounts of Token and Token-2022 hold: mints, token accounts, multisigs, and the extensions behind them.
// Read for explanations and for the ledger, so nothing here throws: what isn't of the form is undefined.
// Source: solana-program token interface/src/state.rs; token-2022 interface/src/extension/mod.rs, ExtensionType.

import { encodeBase58 } from '../../wire/base58.ts';
import { readU32, readU64 } from '../../wire/bytes.ts';

export const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
export const TOKEN_2022_PROGRAM = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb';

export const MINT_LEN = 82;
export const TOKEN_ACCOUNT_LEN = 165;
export const MULTISIG_LEN = 355;

interface OwnedData {
  readonly owner: string;
  readonly data: Uint8Array;
}

export interface Mint {
  readonly authority: string | undefined;
  readonly supply: bigint;
  readonly freezeAuthority: string | undefined;
  readonly decimals: number;
  readonly isInitialized: boolean;
}

export interface TokenAccount {
  readonly mint: string;
  readonly owner: string;
  readonly amount: bigint;
  readonly delegate: string | undefined;
  /** 0 uninitialized, 1 initialized, 2 frozen. */
  readonly state: number;
  readonly isNative: boolean;
  readonly delegatedAmount: bigint;
  readonly closeAuthority: string | undefined;
}

export interface Multisig {
  readonly required: number;
  readonly signers: readonly string[];
}

export const keyAt = (data: Uint8Array, offset: number): string => encodeBase58(data.subarray(offset, offset + 32));

const optionalKeyAt = (data: Uint8Array, offset: number): string | undefined => {
  return readU32(data, offset) === 1 ? keyAt(data, offset + 4) : undefined;
};

export function isTokenProgram(address: string | null): boolean {
  return address === TOKEN_PROGRAM || address === TOKEN_2022_PROGRAM;
}

export function readMint({ data, owner }: OwnedData): Mint | undefined {
  if (!isTokenProgram(owner)) return undefined;
  const isMint = data.length === MINT_LEN || (data.length > TOKEN_ACCOUNT_LEN && data[TOKEN_ACCOUNT_LEN] === 1);
  if (!isMint || data.length === MULTISIG_LEN) return undefined;
  return {
    authority: optionalKeyAt(data, 0),
    supply: readU64(data, 36),
    freezeAuthority: optionalKeyAt(data, 46),
    decimals: data[44],
    isInitialized: data[45] === 1,
  };
}

export function readTokenAccount({ data, owner }: OwnedData): TokenAccount | undefined {
  if (!isTokenProgram(owner) || data.length < TOKEN_ACCOUNT_LEN || data.length === MULTISIG_LEN) return undefined;
  if (data.length > TOKEN_ACCOUNT_LEN && data[TOKEN_ACCOUNT_LEN] !== 2) return undefined;
  return {
    mint: keyAt(data, 0),
    owner: keyAt(data, 32),
    amount: readU64(data, 64),
    delegate: optionalKeyAt(data, 72),
    state: data[108],
    isNative: readU32(data, 109) === 1,
    delegatedAmount: readU64(data, 121),
    closeAuthority: optionalKeyAt(data, 129),
  };
}

export function readMultisig({ data, owner }: OwnedData): Multisig | undefined {
  if (!isTokenProgram(owner) || data.length !== MULTISIG_LEN || data[2] !== 1 || data[1] > 11) return undefined;
  return { required: data[0], signers: Array.from({ length: data[1] }, (_, i) => keyAt(data, 3 + 32 * i)) };
}

/** Number, name, bytes of its value; no length where it varies. */
const EXTENSIONS: readonly (readonly [number, string, number?])[] = [
  [1, 'TransferFeeConfig', 108],
  [2, 'TransferFeeAmount', 8],
  [3, 'MintCloseAuthority', 32],
  [4, 'ConfidentialTransferMint', 65],
  [5, 'ConfidentialTransferAccount', 295],
  [6, 'DefaultAccountState', 1],
  [7, 'ImmutableOwner', 0],
  [8, 'MemoTransfer', 1],
  [9, 'NonTransferable', 0],
  [10, 'InterestBearingConfig', 52],
  [11, 'CpiGuard', 1],
  [12, 'PermanentDelegate', 32],
  [13, 'NonTransferableAccount', 0],
  [14, 'TransferHook', 64],
  [15, 'TransferHookAccount', 1],
  [16, 'ConfidentialTransferFeeConfig', 129],
  [17, 'ConfidentialTransferFeeAmount', 64],
  [18, 'MetadataPointer', 64],
  [19, 'TokenMetadata'],
  [20, 'GroupPointer', 64],
  [21, 'TokenGroup', 80],
  [22, 'GroupMemberPointer', 64],
  [23, 'TokenGroupMember', 72],
  [24, 'ConfidentialMintBurn', 196],
  [25, 'ScaledUiAmountConfig', 56],
  [26, 'PausableConfig', 33],
  [27, 'PausableAccount', 0],
];

const EXTENSION_NAMES = new Map(EXTENSIONS.map(([type, name]) => [type, name]));
const EXTENSION_LENS = new Map(EXTENSIONS.map(([, name, len]) => [name, len]));

/** What a token account must have because its mint has something. Source: ExtensionType::get_required_init_account_extensions. */
const REQUIRED_OF_ACCOUNTS: Readonly<Record<string, readonly string[]>> = {
  TransferFeeConfig: ['TransferFeeAmount'],
  NonTransferable: ['NonTransferableAccount', 'ImmutableOwner'],
  TransferHook: ['TransferHookAccount'],
  PausableConfig: ['PausableAccount'],
};

/** Name → value, of the extensions of a mint or a token account of Token-2022. */
export function readExtensions({ data, owner }: OwnedData): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  if (owner !== TOKEN_2022_PROGRAM || data.length === MULTISIG_LEN) return found;
  for (let at = TOKEN_ACCOUNT_LEN + 1; at + 4 <= data.length; ) {
    const type = data[at] | (data[at + 1] << 8);
    const len = data[at + 2] | (data[at + 3] << 8);
    if (type === 0 || at + 4 + len > data.length) break;
    found.set(EXTENSION_NAMES.get(type) ?? `Extension ${type}`, data.subarray(at + 4, at + 4 + len));
    at += 4 + len;
  }
  return found;
}

/** Extensions that token accounts of a mint with these need. */
export function accountExtensionsOf(mint: Iterable<string>): string[] {
  return [...mint].flatMap((name) => REQUIRED_OF_ACCOUNTS[name] ?? []);
}

/** Bytes of a mint or token account with these extensions; undefined where one has no fixed length. */
export function lengthWith(extensions: readonly string[], isMint: boolean): number | undefined {
  if (extensions.length === 0) return isMint ? MINT_LEN : TOKEN_ACCOUNT_LEN;
  let length = TOKEN_ACCOUNT_LEN + 1;
  for (const name of extensions) {
    const own = EXTENSION_LENS.get(name);
    if (own === undefined) return undefined;
    length += 4 + own;
  }
  return length;
}

export interface TransferFee {
  readonly epoch: bigint;
  readonly maximum: bigint;
  readonly basisPoints: number;
}

/** The older and the newer fee of a mint's TransferFeeConfig. */
export function readTransferFees(config: Uint8Array): readonly TransferFee[] {
  return [72, 90].map((at) => ({
    epoch: readU64(config, at),
    maximum: readU64(config, at + 8),
    basisPoints: config[at + 16] | (config[at + 17] << 8),
  }));
}

export function feeOf({ maximum, basisPoints }: TransferFee, amount: bigint): bigint {
  const fee = (amount * BigInt(basisPoints) + 9_999n) / 10_000n;
  return fee < maximum ? fee : maximum;
}
