// How the account at each place of a declared instruction is read, before any constraint: the checks of its type, and its data.
// Source: anchor lang/src/accounts/{signer,system_account,program,account,interface_account,sysvar}.rs; spl/src/token_interface.rs.

import type { Address, Option } from '@solana/kit';
import { unwrapOption } from '@solana/kit';
import { AccountState, getMintDecoder, getTokenDecoder } from '@solana-program/token';
import type { AccountInfo } from './account-info.ts';
import { anchorError } from './anchor-error.ts';
import {
  type AnySpec,
  type DataAccount,
  type DeclaredAccount,
  type MintData,
  SYSTEM_PROGRAM,
  TOKEN_2022_PROGRAM,
  TOKEN_PROGRAM,
  type TokenAccountData,
} from './declared-accounts.ts';
import { DISCRIMINATOR_LEN } from './discriminator.ts';
import { ProgramError } from './program-error.ts';
import type { StateType } from './schema.ts';

/** An account without data of interest. */
export class PlainAccount implements DeclaredAccount {
  readonly info: AccountInfo;

  constructor(info: AccountInfo) {
    this.info = info;
  }

  get key(): Address {
    return this.info.key;
  }

  get lamports(): bigint {
    return this.info.lamports;
  }
}

/** An account whose data was read. */
export class ReadAccount<T> extends PlainAccount implements DataAccount<T> {
  data: T;
  readonly #read: () => T;

  constructor(info: AccountInfo, data: T, read: () => T) {
    super(info);
    this.data = data;
    this.#read = read;
  }

  reload(): void {
    this.data = this.#read();
  }
}

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
      return new PlainAccount(info);
    case 'sysvar':
      if (info.key !== spec.addresses?.[0]) throw anchorError('AccountSysvarMismatch');
      return new PlainAccount(info);
    default:
      checkInitialized(info);
      return readData(spec, info, programId, true);
  }
}

function checkProgram(addresses: readonly Address[], info: AccountInfo): void {
  if (!addresses.includes(info.key)) {
    const error = anchorError('InvalidProgramId');
    throw addresses.length === 1 ? error.withKeys(info.key, addresses[0]) : error;
  }
  if (!info.executable) throw anchorError('InvalidProgramExecutable');
}

function checkInitialized(info: AccountInfo): void {
  if (info.owner === SYSTEM_PROGRAM && info.lamports === 0n) throw anchorError('AccountNotInitialized');
}

/** @param isChecked whether the data must have the type's discriminator: that of a new account is all zeros */
export function readData(
  spec: AnySpec,
  info: AccountInfo,
  programId: Address,
  isChecked: boolean,
): DataAccount<unknown> {
  const read = (checked: boolean): unknown => {
    if (spec.kind === 'state') return readState(spec.type!, info, spec.type!.programAddress ?? programId, checked);
    if (info.owner !== TOKEN_PROGRAM && info.owner !== TOKEN_2022_PROGRAM)
      throw anchorError('AccountOwnedByWrongProgram');
    return spec.kind === 'token' ? readToken(info.data) : readMint(info.data);
  };
  return new ReadAccount(info, read(isChecked), () => read(true));
}

function readState<T>(type: StateType<T>, info: AccountInfo, owner: Address, isChecked: boolean): T {
  if (info.owner !== owner) throw anchorError('AccountOwnedByWrongProgram').withKeys(info.owner, owner);
  const { data } = info;
  if (isChecked) {
    if (data.length < DISCRIMINATOR_LEN) throw anchorError('AccountDiscriminatorNotFound');
    if (type.discriminator.some((byte, i) => data[i] !== byte)) throw anchorError('AccountDiscriminatorMismatch');
  }
  try {
    return type.codec.decode(data, DISCRIMINATOR_LEN);
  } catch {
    throw anchorError('AccountDidNotDeserialize');
  }
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
