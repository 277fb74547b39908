// Takes the accounts of a declared instruction through everything that was declared of them, in Anchor's order:
//
// 1. each account is read, in the order of the declaration; those with `init` are put aside;
// 2. those with `init` are created, and checked;
// 3. no two that are `mut` may be the same account;
// 4. the constraints of all others, account by account.
//
// And behind the handler: what is `mut` is stored, what is to be closed is closed.
// Source: anchor lang/syn/src/codegen/accounts/{try_accounts,constraints,exit}.rs.

import type { Address } from '@solana/kit';
import { MAX_PERMITTED_DATA_INCREASE } from '../runtime/serialization.ts';
import type { AccountInfo } from './account-info.ts';
import { PlainAccount, type ReadAccount, readAccount, readData } from './account-readers.ts';
import {
  type AnchorError,
  type AnchorErrorName,
  anchorError,
  type ErrorFactory,
  withAccountName,
} from './anchor-error.ts';
import { CpiContext } from './cpi-context.ts';
import {
  type AccountsShape,
  type AnySpec,
  ASSOCIATED_TOKEN_PROGRAM,
  type DeclaredAccount,
  type MintData,
  SYSTEM_PROGRAM,
  TOKEN_PROGRAM,
  type TokenAccountData,
} from './declared-accounts.ts';
import { snakeCase } from './names.ts';
import { ProgramError } from './program-error.ts';
import { createProgramAddress, findProgramAddress } from './syscalls.ts';
import * as system from './system-calls.ts';
import { getRent, type RentSysvar } from './sysvars.ts';
import * as token from './token-calls.ts';

const TOKEN_ACCOUNT_SPACE = 165;
const MINT_SPACE = 82;

/** An account under its name, as the checks see it. */
interface Field {
  readonly name: string;
  /** In Rust's spelling, for the log. */
  readonly rustName: string;
  readonly spec: AnySpec;
  readonly options: Readonly<Record<string, any>>;
}

export class DeclaredAccounts {
  /** By name; null for an optional one that isn't there. */
  readonly values: Record<string, DeclaredAccount | null> = {};
  readonly bumps: Record<string, number> = {};
  readonly remaining: readonly AccountInfo[];
  readonly #programId: Address;
  readonly #fields: readonly Field[];
  readonly #args: Readonly<Record<string, unknown>>;
  readonly #reallocated = new Set<Address>();

  constructor(
    programId: Address,
    shape: AccountsShape,
    infos: readonly AccountInfo[],
    args: Readonly<Record<string, unknown>>,
  ) {
    this.#programId = programId;
    this.#args = args;
    this.#fields = fieldsOf(shape);
    this.remaining = infos.slice(this.#fields.length);
    for (const [i, field] of this.#fields.entries()) this.#read(field, infos[i]);
    for (const field of this.#fields) if (isInit(field)) this.#check(field);
    this.#checkDuplicates();
    for (const field of this.#fields) if (!isInit(field)) this.#check(field);
  }

  /** Stores what the handler wrote, and closes what is to be closed. */
  exit(): void {
    for (const field of this.#fields) {
      const value = this.values[field.name];
      if (value === null) continue;
      const close: string | undefined = field.options.close;
      if (close !== undefined) closeAccount(value.info, this.#info(close));
      else if (isMut(field)) this.#store(field, value);
    }
  }

  #store({ spec, rustName }: Field, value: DeclaredAccount): void {
    const { type } = spec;
    if (type === undefined || (type.programAddress ?? this.#programId) !== this.#programId) return;
    const { info } = value;
    if (info.owner === SYSTEM_PROGRAM && info.dataIsEmpty) return;
    let encoded: Uint8Array;
    try {
      encoded = new Uint8Array(type.codec.encode((value as ReadAccount<unknown>).data));
      const { data } = info;
      if (type.discriminator.length + encoded.length > data.length) throw new RangeError('the account is too small');
    } catch {
      throw withAccountName(anchorError('AccountDidNotSerialize'), rustName);
    }
    info.data.set(type.discriminator);
    info.data.set(encoded, type.discriminator.length);
  }

  // Reading.

  #read(field: Field, info: AccountInfo | undefined): void {
    const { name, rustName, spec } = field;
    const isDeferred = isInit(field) || field.options.zero === true;
    if (info === undefined) {
      const error = anchorError('AccountNotEnoughKeys');
      throw isDeferred ? error : withAccountName(error, rustName);
    }
    if (spec.isOptional && info.key === this.#programId) {
      this.values[name] = null;
      return;
    }
    this.values[name] = isDeferred
      ? new PlainAccount(info)
      : named(rustName, () => readAccount(spec, info, this.#programId));
  }

  #value(name: string): DeclaredAccount {
    const value = this.values[name];
    if (value === null || value === undefined) throw anchorError('ConstraintAccountIsNone');
    return value;
  }

  #info(name: string): AccountInfo {
    return this.#value(name).info;
  }

  /** What an option says, where it may be a function of the accounts and the arguments. */
  #resolve<T>(option: T | ((accounts: any, args: any) => T)): T {
    return typeof option === 'function' ? (option as (a: any, b: any) => T)(this.values, this.#args) : option;
  }

  // Constraints.

  #checkDuplicates(): void {
    const keys = new Set<Address>();
    for (const field of this.#fields) {
      const value = this.values[field.name];
      const { kind } = field.spec;
      const isStored = kind === 'state' || kind === 'token' || kind === 'mint';
      if (!isStored || value === null || !isMut(field) || field.options.dup || field.options.init) continue;
      if (keys.has(value.key)) throw withAccountName(anchorError('ConstraintDuplicateMutableAccount'), field.rustName);
      keys.add(value.key);
    }
  }

  #check(field: Field): void {
    if (this.values[field.name] === null) return;
    const { options } = field;
    const isRentChecked =
      (isInit(field) || options.zero) && options.rentExempt !== false ? true : options.rentExempt === true;
    const rent = isRentChecked ? getRent() : undefined;
    if (options.zero) this.#zeroed(field);
    if (isInit(field)) this.#init(field, rent ?? getRent());
    if (options.realloc !== undefined) this.#realloc(field);
    if (options.seeds !== undefined && !isInit(field)) this.#seeds(field);
    if (field.spec.isAssociated && !isInit(field)) this.#associated(field);
    this.#flags(field);
    this.#hasOne(field);
    this.#raw(field);
    const { info } = this.#value(field.name);
    if (options.owner !== undefined) {
      const owner = this.#resolve<Address>(options.owner);
      if (info.owner !== owner) throw this.#violated(field, 'ConstraintOwner', 'owner').withKeys(info.owner, owner);
    }
    if (rent !== undefined && !rent.isExempt(info.lamports, info.dataLen)) {
      throw this.#violated(field, 'ConstraintRentExempt');
    }
    if (options.executable && !info.executable) throw this.#violated(field, 'ConstraintExecutable');
    if (options.close !== undefined && info.key === this.#info(options.close).key) {
      throw this.#violated(field, 'ConstraintClose');
    }
    if (options.address !== undefined) {
      const address = this.#resolve<Address>(options.address);
      if (info.key !== address) throw this.#violated(field, 'ConstraintAddress', 'address').withKeys(info.key, address);
    }
    if (!isInit(field)) this.#tokens(field);
  }

  /** The error of a constraint: Anchor's, or the declaration's own; about this account in any case. */
  #violated({ rustName, options }: Field, name: AnchorErrorName, own?: string): AnchorError {
    const factory: ErrorFactory | undefined = own === undefined ? undefined : options.errors?.[own];
    return withAccountName(factory?.() ?? anchorError(name), rustName);
  }

  #flags(field: Field): void {
    const { info } = this.#value(field.name);
    if (isMut(field) && !info.isWritable) throw this.#violated(field, 'ConstraintMut', 'mut');
    if (isSigner(field) && !info.isSigner) throw this.#violated(field, 'ConstraintSigner', 'signer');
  }

  #hasOne(field: Field): void {
    const targets: string | readonly string[] = field.options.hasOne ?? [];
    for (const target of typeof targets === 'string' ? [targets] : targets) {
      const { data } = this.#value(field.name) as ReadAccount<Record<string, Address>>;
      const [mine, theirs] = [data[target], this.#value(target).key];
      if (mine !== theirs) throw this.#violated(field, 'ConstraintHasOne', 'hasOne').withKeys(mine, theirs);
    }
  }

  #raw(field: Field): void {
    const checks = field.options.constraint ?? [];
    for (const check of Array.isArray(checks) ? checks : [checks]) {
      if (!check(this.values, this.#args)) throw this.#violated(field, 'ConstraintRaw', 'constraint');
    }
  }

  #seeds(field: Field): void {
    const { options } = field;
    const { key } = this.#value(field.name);
    const seeds = options.seeds(this.values, this.#args);
    const program = options.seedsProgram === undefined ? this.#programId : this.#resolve<Address>(options.seedsProgram);
    let address: Address;
    if (options.bump === undefined) {
      const [found, bump] = findProgramAddress(seeds, program);
      this.bumps[field.name] = bump;
      address = found;
    } else {
      const bump = this.#resolve<number>(options.bump);
      try {
        address = createProgramAddress([...seeds, bump], program);
      } catch (thrown) {
        throw thrown instanceof ProgramError ? this.#violated(field, 'ConstraintSeeds') : thrown;
      }
    }
    if (key !== address) throw this.#violated(field, 'ConstraintSeeds').withKeys(key, address);
  }

  #associated(field: Field): void {
    const { options } = field;
    const account = this.#value(field.name) as ReadAccount<TokenAccountData>;
    const [wallet, mint] = [this.#value(options.authority), this.#value(options.mint)];
    const program = options.tokenProgram === undefined ? TOKEN_PROGRAM : this.#value(options.tokenProgram).key;
    if (options.tokenProgram !== undefined && account.info.owner !== program) {
      throw anchorError('ConstraintAssociatedTokenTokenProgram');
    }
    const { owner } = account.data;
    if (owner !== wallet.key) throw this.#violated(field, 'ConstraintTokenOwner').withKeys(owner, wallet.key);
    const [address] = findProgramAddress([wallet.key, program, mint.key], ASSOCIATED_TOKEN_PROGRAM);
    if (account.key !== address) throw this.#violated(field, 'ConstraintAssociated').withKeys(account.key, address);
  }

  #tokens(field: Field): void {
    const { options, spec } = field;
    if (spec.isAssociated) return;
    const keyOf = (name: string) => this.#value(name).key;
    if (spec.kind === 'token') {
      const { data, info } = this.#value(field.name) as ReadAccount<TokenAccountData>;
      if (options.authority !== undefined && data.owner !== keyOf(options.authority))
        throw anchorError('ConstraintTokenOwner');
      if (options.mint !== undefined && data.mint !== keyOf(options.mint)) throw anchorError('ConstraintTokenMint');
      if (options.tokenProgram !== undefined && info.owner !== keyOf(options.tokenProgram)) {
        throw anchorError('ConstraintTokenTokenProgram');
      }
    } else if (spec.kind === 'mint') {
      const { data, info } = this.#value(field.name) as ReadAccount<MintData>;
      if (options.decimals !== undefined && data.decimals !== this.#decimals(field))
        throw anchorError('ConstraintMintDecimals');
      if (options.authority !== undefined && data.mintAuthority !== keyOf(options.authority)) {
        throw anchorError('ConstraintMintMintAuthority');
      }
      if (options.freezeAuthority !== undefined && data.freezeAuthority !== keyOf(options.freezeAuthority)) {
        throw anchorError('ConstraintMintFreezeAuthority');
      }
      if (options.tokenProgram !== undefined && info.owner !== keyOf(options.tokenProgram)) {
        throw anchorError('ConstraintMintTokenProgram');
      }
    }
  }

  #decimals({ options }: Field): number {
    return typeof options.decimals === 'function' ? options.decimals(this.#args) : options.decimals;
  }

  // What makes accounts, or changes their size.

  #zeroed(field: Field): void {
    const { name, spec, rustName } = field;
    const { info } = this.#value(name);
    if (info.data.subarray(0, 8).some((byte) => byte !== 0)) throw this.#violated(field, 'ConstraintZero');
    for (const other of this.#fields.slice(0, this.#fields.indexOf(field))) {
      const isNew = isInit(other) || other.options.zero;
      if (isNew && this.values[other.name]?.key === info.key) throw this.#violated(field, 'ConstraintZero');
    }
    this.values[name] = named(rustName, () => readData(spec, info, this.#programId, false));
  }

  #init(field: Field, rent: RentSysvar): void {
    const { name, spec, options, rustName } = field;
    const { info } = this.#value(name);
    const signerSeeds = this.#initSeeds(field, info);
    const isMissing = options.init || info.owner === SYSTEM_PROGRAM;
    const { owner, space } = this.#initTarget(field);
    if (isMissing) {
      if (spec.isAssociated) this.#createAssociated(field, info);
      else this.#create(field, info, rent, owner, space, signerSeeds);
      if (spec.kind === 'token' && !spec.isAssociated) {
        const accounts = { account: info, mint: this.#info(options.mint), authority: this.#info(options.authority) };
        token.initializeAccount3(CpiContext.of(this.#info(tokenProgramOf(field)), accounts));
      } else if (spec.kind === 'mint') {
        const freeze = options.freezeAuthority === undefined ? null : this.#info(options.freezeAuthority).key;
        const ctx = CpiContext.of(this.#info(tokenProgramOf(field)), { mint: info });
        token.initializeMint2(ctx, this.#decimals(field), this.#info(options.authority).key, freeze);
      }
    }
    if (spec.type === undefined && spec.kind !== 'token' && spec.kind !== 'mint') {
      this.values[name] = new PlainAccount(info);
    } else {
      const isChecked = !isMissing && spec.kind === 'state';
      this.values[name] = named(rustName, () => readData(spec, info, this.#programId, isChecked));
    }
    if (options.initIfNeeded) this.#checkExisting(field, info, rent, owner, space);
  }

  /** The seeds that the new account signs with, once it is known to be at their address. */
  #initSeeds(field: Field, info: AccountInfo): readonly (readonly any[])[] {
    const { options } = field;
    if (options.seeds === undefined) return [];
    const seeds = options.seeds(this.values, this.#args);
    const [address, bump] = findProgramAddress(seeds, this.#programId);
    this.bumps[field.name] = bump;
    if (info.key !== address) throw this.#violated(field, 'ConstraintSeeds').withKeys(info.key, address);
    if (options.bump !== undefined) {
      const given = this.#resolve<number>(options.bump);
      if (given !== bump) throw this.#violated(field, 'ConstraintSeeds').withValues(bump, given);
    }
    return [[...seeds, bump]];
  }

  #initTarget(field: Field): { owner: Address; space: number } {
    const { spec, options } = field;
    if (spec.kind === 'token') return { owner: this.#value(tokenProgramOf(field)).key, space: TOKEN_ACCOUNT_SPACE };
    if (spec.kind === 'mint') return { owner: this.#value(tokenProgramOf(field)).key, space: MINT_SPACE };
    const owner = options.owner === undefined ? this.#programId : this.#resolve<Address>(options.owner);
    const declared = options.space ?? spec.type?.accountSpace ?? 0;
    return { owner, space: typeof declared === 'function' ? declared(this.#args) : declared };
  }

  #create(
    { options }: Field,
    info: AccountInfo,
    rent: RentSysvar,
    owner: Address,
    space: number,
    signerSeeds: readonly (readonly any[])[],
  ): void {
    const program = this.#info('systemProgram');
    const payer = this.#info(options.payer);
    const minimum = rent.minimumBalance(space);
    const balance = info.lamports;
    if (balance === 0n) {
      const ctx = CpiContext.of(program, { from: payer, to: info }).withSigner(signerSeeds);
      system.createAccount(ctx, minimum, space, owner);
      return;
    }
    if (payer.key === info.key) {
      throw anchorError('TryingToInitPayerAsProgramAccount').withKeys(payer.key, info.key);
    }
    const required = (minimum > 1n ? minimum : 1n) - balance;
    if (required > 0n) system.transfer(CpiContext.of(program, { from: payer, to: info }), required);
    system.allocate(CpiContext.of(program, { accountToAllocate: info }).withSigner(signerSeeds), space);
    system.assign(CpiContext.of(program, { accountToAssign: info }).withSigner(signerSeeds), owner);
  }

  #createAssociated(field: Field, info: AccountInfo): void {
    const { options } = field;
    const accounts = {
      payer: this.#info(options.payer),
      associatedToken: info,
      authority: this.#info(options.authority),
      mint: this.#info(options.mint),
      systemProgram: this.#info('systemProgram'),
      tokenProgram: this.#info(tokenProgramOf(field)),
    };
    token.createAssociatedToken(CpiContext.of(this.#info('associatedTokenProgram'), accounts));
  }

  /** With `initIfNeeded` the account may be there already, and must be as it would have been made. */
  #checkExisting(field: Field, info: AccountInfo, rent: RentSysvar, owner: Address, space: number): void {
    const { options, spec } = field;
    const value = this.#value(field.name);
    const keyOf = (name: string) => this.#value(name).key;
    if (spec.kind === 'token') {
      const { data } = value as ReadAccount<TokenAccountData>;
      const [mint, authority] = [keyOf(options.mint), keyOf(options.authority)];
      if (data.mint !== mint) throw this.#violated(field, 'ConstraintTokenMint').withKeys(data.mint, mint);
      if (data.owner !== authority) throw this.#violated(field, 'ConstraintTokenOwner').withKeys(data.owner, authority);
      const name = spec.isAssociated ? 'ConstraintAssociatedTokenTokenProgram' : 'ConstraintTokenTokenProgram';
      if (info.owner !== owner) throw this.#violated(field, name).withKeys(info.owner, owner);
      if (!spec.isAssociated) return;
      const [address] = findProgramAddress([authority, owner, mint], ASSOCIATED_TOKEN_PROGRAM);
      if (info.key !== address) throw this.#violated(field, 'AccountNotAssociatedTokenAccount');
      return;
    }
    if (spec.kind === 'mint') {
      const { data } = value as ReadAccount<MintData>;
      const freeze = options.freezeAuthority === undefined ? null : keyOf(options.freezeAuthority);
      if (data.mintAuthority !== keyOf(options.authority)) throw this.#violated(field, 'ConstraintMintMintAuthority');
      if (data.freezeAuthority !== freeze) throw this.#violated(field, 'ConstraintMintFreezeAuthority');
      const decimals = this.#decimals(field);
      if (data.decimals !== decimals) {
        throw this.#violated(field, 'ConstraintMintDecimals').withValues(data.decimals, decimals);
      }
      if (info.owner !== owner) throw this.#violated(field, 'ConstraintMintTokenProgram').withKeys(info.owner, owner);
      return;
    }
    if (space !== info.dataLen) throw this.#violated(field, 'ConstraintSpace').withValues(space, info.dataLen);
    if (info.owner !== owner) throw this.#violated(field, 'ConstraintOwner').withKeys(info.owner, owner);
    if (info.lamports < rent.minimumBalance(space)) throw this.#violated(field, 'ConstraintRentExempt');
  }

  #realloc(field: Field): void {
    const { realloc } = field.options;
    const { info } = this.#value(field.name);
    if (this.#reallocated.has(info.key)) throw this.#violated(field, 'AccountDuplicateReallocs');
    const space: number = typeof realloc.space === 'function' ? realloc.space(this.#args) : realloc.space;
    const minimum = getRent().minimumBalance(space);
    const growth = space - info.dataLen;
    if (growth === 0) return;
    const payer = this.#info(realloc.payer);
    if (growth > 0) {
      if (growth > MAX_PERMITTED_DATA_INCREASE) throw this.#violated(field, 'AccountReallocExceedsLimit');
      if (minimum > info.lamports) {
        const ctx = CpiContext.of(this.#info('systemProgram'), { from: payer, to: info });
        system.transfer(ctx, minimum - info.lamports);
      }
    } else {
      const surplus = info.lamports - minimum;
      payer.lamports += surplus;
      info.lamports -= surplus;
    }
    info.resize(space);
    this.#reallocated.add(info.key);
  }
}

/** Source: anchor lang/src/common.rs, close. */
export function closeAccount(info: AccountInfo, destination: AccountInfo): void {
  destination.lamports += info.lamports;
  info.lamports = 0n;
  info.assign(SYSTEM_PROGRAM);
  info.resize(0);
}

const knownFields = new WeakMap<AccountsShape, readonly Field[]>();

function fieldsOf(shape: AccountsShape): readonly Field[] {
  let fields = knownFields.get(shape);
  if (fields === undefined) {
    fields = Object.entries(shape).map(([name, spec]) => {
      return { name, rustName: snakeCase(name), spec, options: spec.options };
    });
    knownFields.set(shape, fields);
  }
  return fields;
}

function isInit({ options }: Pick<Field, 'options'>): boolean {
  return options.init === true || options.initIfNeeded === true;
}

/** What is made new is written, and so is what says so. */
export function isMut(field: Pick<Field, 'options'>): boolean {
  return field.options.mut === true || field.options.zero === true || isInit(field);
}

/** A new account that is at no derived address must sign for being made. */
export function isSigner(field: Pick<Field, 'options' | 'spec'>): boolean {
  const { options, spec } = field;
  return options.signer === true || (isInit(field) && options.seeds === undefined && spec.isAssociated !== true);
}

function tokenProgramOf({ options }: Field): string {
  return options.tokenProgram ?? 'tokenProgram';
}

/** What fails in `read` is about this account. */
function named<T>(rustName: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    throw withAccountName(thrown, rustName);
  }
}
