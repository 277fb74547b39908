// The SPL Token program in TypeScript, as a model to hold the compiled one against: mints, accounts, transfer, mint, burn,
// approve, revoke, authorities, close, freeze, thaw, wrapped SOL; not multisigs, UI amounts and batches.
// Facts: solana-program/token, pinocchio/program/src/processor, pinocchio/interface/src/state.

import type { Address } from '@solana/kit';
import { getAddressDecoder, getAddressEncoder } from '@solana/kit';
import {
  type AccountInfo,
  defineProgram,
  getRent,
  ProgramError,
  type ProgramErrorName,
  setReturnData,
} from '../../src/program/index.ts';
import { TOKEN_ERRORS, type TokenError } from '../../src/trace/decoders/program-errors.ts';

const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
const NATIVE_MINT = 'So11111111111111111111111111111111111111112';
const SYSTEM_PROGRAM = '11111111111111111111111111111111' as Address;
const RENT_SYSVAR = 'SysvarRent111111111111111111111111111111111';
const INCINERATOR = '1nc1nerator11111111111111111111111111111111';
const U64_MAX = 0xffff_ffff_ffff_ffffn;
const MINT_LEN = 82;
const ACCOUNT_LEN = 165;

/** @param error one of Token's, by name */
function check(condition: boolean, error: TokenError): asserts condition {
  if (!condition) throw ProgramError.custom(TOKEN_ERRORS.indexOf(error), error);
}

function refuse(error: ProgramErrorName): never {
  throw new ProgramError(error);
}

/** Fields at fixed places of an account's data. */
class Fields {
  readonly info: AccountInfo;
  readonly data: Uint8Array;
  readonly #view: DataView;

  constructor(info: AccountInfo, length: number) {
    if (info.dataLen !== length) refuse('InvalidAccountData');
    this.info = info;
    this.data = info.data;
    this.#view = new DataView(this.data.buffer, this.data.byteOffset);
  }

  key(offset: number): Address {
    return getAddressDecoder().decode(this.data, offset);
  }

  setKey(offset: number, key: Address): void {
    this.data.set(getAddressEncoder().encode(key), offset);
  }

  u64(offset: number): bigint {
    return this.#view.getBigUint64(offset, true);
  }

  setU64(offset: number, value: bigint): void {
    this.#view.setBigUint64(offset, value, true);
  }

  /** A key behind a flag of four bytes, of which the first counts. */
  option(offset: number): Address | null {
    return this.data[offset] === 1 ? this.key(offset + 4) : null;
  }

  setOption(offset: number, key: Address | null): void {
    this.data[offset] = key === null ? 0 : 1;
    if (key !== null) this.setKey(offset + 4, key);
  }
}

class Mint extends Fields {
  static readonly AUTHORITY = 0;
  static readonly FREEZE_AUTHORITY = 46;

  static load(info: AccountInfo): Mint {
    const mint = new Mint(info, MINT_LEN);
    if (!mint.isInitialized) refuse('UninitializedAccount');
    return mint;
  }

  get isInitialized(): boolean {
    if (this.data[45] > 1) refuse('InvalidAccountData');
    return this.data[45] === 1;
  }

  get supply(): bigint {
    return this.u64(36);
  }

  set supply(supply: bigint) {
    this.setU64(36, supply);
  }

  get decimals(): number {
    return this.data[44];
  }
}

class Account extends Fields {
  static readonly DELEGATE = 72;
  static readonly CLOSE_AUTHORITY = 129;

  static load(info: AccountInfo): Account {
    const account = new Account(info, ACCOUNT_LEN);
    if (account.state === 0) refuse('UninitializedAccount');
    return account;
  }

  get mint(): Address {
    return this.key(0);
  }

  get owner(): Address {
    return this.key(32);
  }

  get amount(): bigint {
    return this.u64(64);
  }

  set amount(amount: bigint) {
    this.setU64(64, amount);
  }

  /** 0 uninitialized, 1 initialized, 2 frozen. */
  get state(): number {
    if (this.data[108] > 2) refuse('InvalidAccountData');
    return this.data[108];
  }

  get isFrozen(): boolean {
    return this.state === 2;
  }

  get isNative(): boolean {
    return this.data[109] === 1;
  }

  get delegate(): Address | null {
    return this.option(Account.DELEGATE);
  }

  get delegatedAmount(): bigint {
    return this.u64(121);
  }

  setDelegate(delegate: Address | null, amount: bigint): void {
    this.setOption(Account.DELEGATE, delegate);
    this.setU64(121, amount);
  }

  get isNobodys(): boolean {
    return this.owner === SYSTEM_PROGRAM || this.owner === INCINERATOR;
  }

  /** Takes from what was approved. Nothing approved is left, the delegate goes. */
  spendDelegated(amount: bigint): void {
    const left = this.delegatedAmount - amount;
    check(left >= 0n, 'InsufficientFunds');
    this.setDelegate(left === 0n ? null : this.delegate, left);
  }
}

function checkOwned(...infos: AccountInfo[]): void {
  for (const info of infos) if (info.owner !== TOKEN_PROGRAM) refuse('IncorrectProgramId');
}

function checkSigned(expected: Address, info: AccountInfo): void {
  check(info.key === expected, 'OwnerMismatch');
  if (!info.isSigner) refuse('MissingRequiredSignature');
}

function take(accounts: readonly AccountInfo[], count: number): readonly AccountInfo[] {
  if (accounts.length < count) refuse('NotEnoughAccountKeys');
  return accounts;
}

/** Instruction data behind the byte that says which. */
class Arguments {
  readonly #data: Uint8Array;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  amount(): bigint {
    check(this.#data.length >= 8, 'InvalidInstruction');
    return new DataView(this.#data.buffer, this.#data.byteOffset).getBigUint64(0, true);
  }

  amountAndDecimals(): [bigint, number] {
    check(this.#data.length >= 9, 'InvalidInstruction');
    return [this.amount(), this.#data[8]];
  }

  key(offset: number): Address {
    check(this.#data.length >= offset + 32, 'InvalidInstruction');
    return getAddressDecoder().decode(this.#data, offset);
  }

  /** A key behind one byte that says whether it is there. */
  option(offset: number): Address | null {
    check(this.#data.length > offset && this.#data[offset] <= 1, 'InvalidInstruction');
    return this.#data[offset] === 0 ? null : this.key(offset + 1);
  }

  byte(offset: number): number {
    check(this.#data.length > offset, 'InvalidInstruction');
    return this.#data[offset];
  }

  get length(): number {
    return this.#data.length;
  }
}

function initializeMint(accounts: readonly AccountInfo[], args: Arguments): void {
  check(args.length >= 34, 'InvalidInstruction');
  const [decimals, authority, freezeAuthority] = [args.byte(0), args.key(1), args.option(33)];
  const [info] = take(accounts, 1);
  const isExempt = getRent().isExempt(info.lamports, info.dataLen);
  const mint = new Mint(info, MINT_LEN);
  check(!mint.isInitialized, 'AlreadyInUse');
  check(isExempt, 'NotRentExempt');
  mint.data[45] = 1;
  mint.setOption(Mint.AUTHORITY, authority);
  mint.data[44] = decimals;
  if (freezeAuthority !== null) mint.setOption(Mint.FREEZE_AUTHORITY, freezeAuthority);
}

function initializeAccount(accounts: readonly AccountInfo[], args: Arguments): void {
  const owner = args.key(0);
  const [info, mintInfo] = take(accounts, 2);
  const minimum = getRent().minimumBalance(info.dataLen);
  const account = new Account(info, ACCOUNT_LEN);
  check(account.state === 0, 'AlreadyInUse');
  check(info.lamports >= minimum, 'NotRentExempt');
  const isNative = mintInfo.key === NATIVE_MINT;
  if (!isNative) checkMint(mintInfo);
  account.data[108] = 1;
  account.setKey(0, mintInfo.key);
  account.setKey(32, owner);
  if (!isNative) return;
  account.data[109] = 1;
  account.setU64(113, minimum);
  account.amount = info.lamports - minimum;
}

function checkMint(info: AccountInfo): void {
  checkOwned(info);
  try {
    Mint.load(info);
  } catch {
    check(false, 'InvalidMint');
  }
}

function transfer(accounts: readonly AccountInfo[], amount: bigint, decimals?: number): void {
  const [from, ...rest] = take(accounts, decimals === undefined ? 3 : 4);
  const mintInfo = decimals === undefined ? undefined : rest.shift();
  const [to, authority] = rest;
  const source = Account.load(from);
  const isSelf = from.key === to.key;
  const destination = isSelf ? source : Account.load(to);
  check(!source.isFrozen && !destination.isFrozen, 'AccountFrozen');
  check(source.amount >= amount, 'InsufficientFunds');
  check(source.mint === destination.mint, 'MintMismatch');
  if (mintInfo !== undefined) {
    check(mintInfo.key === source.mint, 'MintMismatch');
    check(Mint.load(mintInfo).decimals === decimals, 'MintDecimalsMismatch');
  }
  if (source.delegate === authority.key) {
    checkSigned(authority.key, authority);
    if (isSelf) check(source.delegatedAmount >= amount, 'InsufficientFunds');
    else source.spendDelegated(amount);
  } else {
    checkSigned(source.owner, authority);
  }
  if (isSelf || amount === 0n) {
    checkOwned(from, to);
    return;
  }
  source.amount -= amount;
  destination.amount += amount;
  if (!source.isNative) return;
  from.lamports -= amount;
  to.lamports += amount;
}

function mintTo(accounts: readonly AccountInfo[], amount: bigint, decimals?: number): void {
  const [mintInfo, to, authority] = take(accounts, 3);
  const destination = Account.load(to);
  check(!destination.isFrozen, 'AccountFrozen');
  check(!destination.isNative, 'NativeNotSupported');
  check(mintInfo.key === destination.mint, 'MintMismatch');
  const mint = Mint.load(mintInfo);
  check(decimals === undefined || decimals === mint.decimals, 'MintDecimalsMismatch');
  const expected = mint.option(Mint.AUTHORITY);
  check(expected !== null, 'FixedSupply');
  checkSigned(expected, authority);
  if (amount === 0n) {
    checkOwned(mintInfo, to);
    return;
  }
  check(mint.supply + amount <= U64_MAX, 'Overflow');
  mint.supply += amount;
  destination.amount += amount;
}

function burn(accounts: readonly AccountInfo[], amount: bigint, decimals?: number): void {
  const [from, mintInfo, authority] = take(accounts, 3);
  const source = Account.load(from);
  const mint = Mint.load(mintInfo);
  check(!source.isFrozen, 'AccountFrozen');
  check(!source.isNative, 'NativeNotSupported');
  check(source.amount >= amount, 'InsufficientFunds');
  check(mintInfo.key === source.mint, 'MintMismatch');
  check(decimals === undefined || decimals === mint.decimals, 'MintDecimalsMismatch');
  if (!source.isNobodys) {
    if (source.delegate === authority.key) {
      checkSigned(authority.key, authority);
      source.spendDelegated(amount);
    } else {
      checkSigned(source.owner, authority);
    }
  }
  if (amount === 0n) {
    checkOwned(from, mintInfo);
    return;
  }
  source.amount -= amount;
  mint.supply -= amount;
}

function approve(accounts: readonly AccountInfo[], amount: bigint, decimals?: number): void {
  const [from, ...rest] = take(accounts, decimals === undefined ? 3 : 4);
  const mintInfo = decimals === undefined ? undefined : rest.shift();
  const [delegate, owner] = rest;
  const source = Account.load(from);
  check(!source.isFrozen, 'AccountFrozen');
  if (mintInfo !== undefined) {
    check(mintInfo.key === source.mint, 'MintMismatch');
    check(Mint.load(mintInfo).decimals === decimals, 'MintDecimalsMismatch');
  }
  checkSigned(source.owner, owner);
  source.setDelegate(delegate.key, amount);
}

function revoke(accounts: readonly AccountInfo[]): void {
  const source = Account.load(take(accounts, 1)[0]);
  const [, authority] = take(accounts, 2);
  check(!source.isFrozen, 'AccountFrozen');
  checkSigned(source.delegate === authority.key ? authority.key : source.owner, authority);
  source.setDelegate(null, 0n);
}

function setAuthority(accounts: readonly AccountInfo[], args: Arguments): void {
  check(args.length >= 2, 'InvalidInstruction');
  const kind = args.byte(0);
  check(kind <= 3, 'InvalidInstruction');
  const next = args.option(1);
  const [info, authority] = take(accounts, 2);
  if (info.dataLen === ACCOUNT_LEN) {
    const account = Account.load(info);
    check(!account.isFrozen, 'AccountFrozen');
    check(kind >= 2, 'AuthorityTypeNotSupported');
    if (kind === 3) {
      checkSigned(account.option(Account.CLOSE_AUTHORITY) ?? account.owner, authority);
      account.setOption(Account.CLOSE_AUTHORITY, next);
      return;
    }
    checkSigned(account.owner, authority);
    check(next !== null, 'InvalidInstruction');
    account.setKey(32, next);
    account.setDelegate(null, 0n);
    if (account.isNative) account.setOption(Account.CLOSE_AUTHORITY, null);
  } else if (info.dataLen === MINT_LEN) {
    const mint = Mint.load(info);
    check(kind <= 1, 'AuthorityTypeNotSupported');
    const field = kind === 0 ? Mint.AUTHORITY : Mint.FREEZE_AUTHORITY;
    const expected = mint.option(field);
    check(expected !== null, kind === 0 ? 'FixedSupply' : 'MintCannotFreeze');
    checkSigned(expected, authority);
    mint.setOption(field, next);
  } else {
    refuse('InvalidArgument');
  }
}

function closeAccount(accounts: readonly AccountInfo[]): void {
  const [from, to, authority] = take(accounts, 3);
  if (from.key === to.key) refuse('InvalidAccountData');
  const account = Account.load(from);
  check(account.isNative || account.amount === 0n, 'NonNativeHasBalance');
  if (!account.isNobodys) checkSigned(account.option(Account.CLOSE_AUTHORITY) ?? account.owner, authority);
  else if (to.key !== INCINERATOR) refuse('InvalidAccountData');
  to.lamports += from.lamports;
  from.lamports = 0n;
  from.resize(0);
  from.assign(SYSTEM_PROGRAM);
}

function freeze(accounts: readonly AccountInfo[], isFreezing: boolean): void {
  const [info, mintInfo, authority] = take(accounts, 3);
  const account = Account.load(info);
  check(account.isFrozen !== isFreezing, 'InvalidState');
  check(!account.isNative, 'NativeNotSupported');
  check(mintInfo.key === account.mint, 'MintMismatch');
  const expected = Mint.load(mintInfo).option(Mint.FREEZE_AUTHORITY);
  check(expected !== null, 'MintCannotFreeze');
  checkSigned(expected, authority);
  account.data[108] = isFreezing ? 2 : 1;
}

function syncNative(accounts: readonly AccountInfo[]): void {
  const [info, rent] = take(accounts, 1);
  checkOwned(info);
  if (rent !== undefined && rent.key !== RENT_SYSVAR) refuse('InvalidArgument');
  const minimum = getRent().minimumBalance(info.dataLen);
  const account = Account.load(info);
  check(account.isNative, 'NonNativeNotSupported');
  check(info.lamports >= minimum, 'Overflow');
  account.setU64(113, minimum);
  account.amount = info.lamports - minimum;
}

function getAccountDataSize(accounts: readonly AccountInfo[]): void {
  checkMint(take(accounts, 1)[0]);
  setReturnData(new Uint8Array([ACCOUNT_LEN, 0, 0, 0, 0, 0, 0, 0]));
}

function initializeImmutableOwner(accounts: readonly AccountInfo[]): void {
  check(new Account(take(accounts, 1)[0], ACCOUNT_LEN).state === 0, 'AlreadyInUse');
}

const INSTRUCTIONS: Readonly<Record<number, (accounts: readonly AccountInfo[], args: Arguments) => void>> = {
  3: (accounts, args) => transfer(accounts, args.amount()),
  4: (accounts, args) => approve(accounts, args.amount()),
  5: revoke,
  6: setAuthority,
  7: (accounts, args) => mintTo(accounts, args.amount()),
  8: (accounts, args) => burn(accounts, args.amount()),
  9: closeAccount,
  10: (accounts) => freeze(accounts, true),
  11: (accounts) => freeze(accounts, false),
  12: (accounts, args) => transfer(accounts, ...args.amountAndDecimals()),
  13: (accounts, args) => approve(accounts, ...args.amountAndDecimals()),
  14: (accounts, args) => mintTo(accounts, ...args.amountAndDecimals()),
  15: (accounts, args) => burn(accounts, ...args.amountAndDecimals()),
  17: syncNative,
  18: initializeAccount,
  20: initializeMint,
  21: getAccountDataSize,
  22: initializeImmutableOwner,
};

export const tokenModel = defineProgram(
  (_programId, accounts, data) => {
    const run = INSTRUCTIONS[data[0]];
    check(data.length > 0 && run !== undefined, 'InvalidInstruction');
    run(accounts, new Arguments(data.slice(1)));
  },
  { name: 'token model', computeUnits: 100 },
);
