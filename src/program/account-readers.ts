// How the account at each place of a declared instruction is read, before any constraint: the checks of its type, and its data.
// Source: anchor lang/src/accounts/{signer,system_account,program,account,interface_account,sysvar}.rs; spl/src/token_interface.rs.

import {
  type Address,
  getAddressDecoder,
  getOptionDecoder,
  getStructDecoder,
  getU32Decoder,
  getU64Decoder,
  type Option,
  unwrapOption,
} from '@solana/kit';
import { AccountState, getMintDecoder, getTokenDecoder } from '@solana-program/token';
import type { AccountInfo } from './account-info.ts';
import type { AnySpec, DeclaredAccount, MintData, ProgramDataState, TokenAccountData } from './account-types.ts';
import {
  checkDiscriminator,
  Migrating,
  PlainAccount,
  ProgramInfo,
  ReadAccount,
  UPGRADEABLE_LOADER,
} from './account-values.ts';
import { AnchorError, anchorError } from './anchor-error.ts';
import { SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from './declared-accounts.ts';
import { ProgramError } from './program-error.ts';
import type { AccountType } from './schema.ts';
import { LoadedAccount } from './zero-copy.ts';

const PROGRAM_DATA_TAG = 3;
const getProgramDataDecoder = () => {
  return getStructDecoder([
    ['tag', getU32Decoder()],
    ['slot', getU64Decoder()],
    ['authority', getOptionDecoder(getAddressDecoder())],
  ]);
};

/** Checks an account's type and reads its data. */
export function readAccount(spec: AnySpec, info: AccountInfo, programId: Address): DeclaredAccount {
  switch (spec.kind) {
    case 'signer':
      if (!info.isSigner) throw anchorError('AccountNotSigner');
      return new PlainAccount(info);
    case 'system':
      if (info.owner !== SYSTEM_PROGRAM) throw anchorError('AccountNotSystemOwned');
      return new PlainAccount(info);
    case 'unchecked':
      return new PlainAccount(info);
    case 'program':
      checkProgram(spec.addresses ?? [], info);
      return new ProgramInfo(info);
    case 'sysvar':
      if (info.key !== spec.addresses?.[0]) throw anchorError('AccountSysvarMismatch');
      return spec.decode === undefined
        ? new PlainAccount(info)
        : readNow(info, () => readSysvar(spec.decode!(info.data)));
    case 'lazy':
    case 'loader':
      return readData(spec, info, programId, true);
    default:
      checkInitialized(info);
      return readData(spec, info, programId, true);
  }
}

function checkProgram(addresses: readonly Address[], info: AccountInfo): void {
  if (addresses.length > 0 && !addresses.includes(info.key)) {
    const error = anchorError('InvalidProgramId');
    throw addresses.length === 1 ? error.withKeys(info.key, addresses[0]) : error;
  }
  if (!info.executable) throw anchorError('InvalidProgramExecutable');
}

function checkInitialized(info: AccountInfo): void {
  if (info.owner === SYSTEM_PROGRAM && info.lamports === 0n) throw anchorError('AccountNotInitialized');
}

/** @param isChecked whether the data must have the type's discriminator: that of a new account is all zeros */
export function readData(spec: AnySpec, info: AccountInfo, programId: Address, isChecked: boolean): DeclaredAccount {
  const type: AccountType<unknown> = spec.type!;
  switch (spec.kind) {
    case 'state':
    case 'migration': {
      const read = (checked: boolean) => readState(type, info, programId, checked);
      if (spec.kind === 'migration') return new Migrating(info, read(isChecked));
      const account = new ReadAccount(info, () => read(true));
      account.data = read(isChecked);
      return account;
    }
    case 'lazy':
      // The one kind whose discriminator is looked at before its owner.
      if (isChecked) checkDiscriminator(type, info);
      checkKeeper(type, info, programId);
      return new ReadAccount(info, () => readLazily(type, info));
    case 'loader':
      checkKeeper(type, info, programId);
      if (isChecked) checkDiscriminator(type, info);
      return new LoadedAccount(type, info);
    case 'programData':
      return readNow(info, () => {
        checkOwner(info, UPGRADEABLE_LOADER);
        return readProgramData(info.data);
      });
    case 'token':
    case 'mint':
      return readNow(info, () => {
        checkTokenProgram(info, spec.options['program']);
        return spec.kind === 'token' ? readToken(info.data) : readMint(info.data);
      });
    default:
      return new PlainAccount(info);
  }
}

function readNow<T>(info: AccountInfo, read: () => T): ReadAccount<T> {
  const account = new ReadAccount(info, read);
  account.reload();
  return account;
}

function checkKeeper({ owners, programAddress }: AccountType<any>, info: AccountInfo, programId: Address): void {
  if (owners === undefined) checkOwner(info, programAddress ?? programId);
  else if (!owners.includes(info.owner)) throw anchorError('AccountOwnedByWrongProgram');
}

function checkTokenProgram(info: AccountInfo, only: Address | undefined): void {
  if (only !== undefined) checkOwner(info, only);
  else if (info.owner !== TOKEN_PROGRAM && info.owner !== TOKEN_2022_PROGRAM) {
    throw anchorError('AccountOwnedByWrongProgram');
  }
}

function readSysvar(decoded: unknown): unknown {
  if (decoded === undefined) throw anchorError('AccountSysvarMismatch');
  return decoded;
}

function checkOwner(info: AccountInfo, owner: Address): void {
  if (info.owner !== owner) throw anchorError('AccountOwnedByWrongProgram').withKeys(info.owner, owner);
}

function readState<T>(type: AccountType<T>, info: AccountInfo, programId: Address, isChecked: boolean): T {
  checkKeeper(type, info, programId);
  if (isChecked) checkDiscriminator(type, info);
  try {
    return type.codec.decode(info.data, type.discriminator.length);
  } catch {
    throw anchorError('AccountDidNotDeserialize');
  }
}

function readLazily<T>(type: AccountType<T>, info: AccountInfo): T {
  try {
    return type.codec.decode(info.data, type.discriminator.length);
  } catch (thrown) {
    throw thrown instanceof AnchorError ? thrown : new ProgramError('BorshIoError');
  }
}

function readProgramData(data: Uint8Array): ProgramDataState {
  const tag = decode(() => getU32Decoder().decode(data));
  if (tag > PROGRAM_DATA_TAG) throw new ProgramError('InvalidAccountData');
  if (tag !== PROGRAM_DATA_TAG) throw anchorError('AccountNotProgramData');
  const { slot, authority } = decode(() => getProgramDataDecoder().decode(data));
  return { slot, upgradeAuthorityAddress: orNull(authority) };
}

const TOKEN_LEN = 165;
const MINT_LEN = 82;
/** Behind the base of an extended account stands which of the two it is. */
const ACCOUNT_TYPE_OFFSET = 165;
const MINT_ACCOUNT_TYPE = 1;
const TOKEN_ACCOUNT_TYPE = 2;

export function readToken(data: Uint8Array): TokenAccountData {
  checkLength(data, TOKEN_LEN, TOKEN_ACCOUNT_TYPE);
  const token = decode(() => getTokenDecoder().decode(data.subarray(0, TOKEN_LEN)));
  if (token.state === AccountState.Uninitialized) throw new ProgramError('UninitializedAccount');
  return {
    mint: token.mint,
    owner: token.owner,
    amount: token.amount,
    delegate: orNull(token.delegate),
    state: token.state === AccountState.Frozen ? 'frozen' : 'initialized',
    isNative: orNull(token.isNative),
    delegatedAmount: token.delegatedAmount,
    closeAuthority: orNull(token.closeAuthority),
  };
}

export function readMint(data: Uint8Array): MintData {
  checkLength(data, MINT_LEN, MINT_ACCOUNT_TYPE);
  const mint = decode(() => getMintDecoder().decode(data.subarray(0, MINT_LEN)));
  if (!mint.isInitialized) throw new ProgramError('UninitializedAccount');
  return {
    mintAuthority: orNull(mint.mintAuthority),
    supply: mint.supply,
    decimals: mint.decimals,
    freezeAuthority: orNull(mint.freezeAuthority),
  };
}

/** Source: token-2022 interface/src/extension/mod.rs, StateWithExtensions::unpack. */
function checkLength(data: Uint8Array, baseLen: number, accountType: number): void {
  if (data.length === baseLen) return;
  if (data.length <= ACCOUNT_TYPE_OFFSET || data[ACCOUNT_TYPE_OFFSET] !== accountType) {
    throw new ProgramError('InvalidAccountData');
  }
}

function decode<T>(read: () => T): T {
  try {
    return read();
  } catch {
    throw new ProgramError('InvalidAccountData');
  }
}

function orNull<T>(option: Option<T>): T | null {
  return unwrapOption(option);
}
