// What makes the accounts of a declared instruction before its handler runs, and changes their size: `zero`, `init`,
// `initIfNeeded`, `realloc`; and what closes them behind it.
// Source: anchor lang/syn/src/codegen/accounts/constraints.rs, lang/src/common.rs.

import type { Address } from '@solana/kit';
import { MAX_PERMITTED_DATA_INCREASE } from '../runtime/serialization.ts';
import type { AccountInfo } from './account-info.ts';
import { readData } from './account-readers.ts';
import { type AccountScope, type Field, isInit, named, tokenProgramOf, violated } from './account-scope.ts';
import type { DataAccount, MintData, TokenAccountData } from './account-types.ts';
import { anchorError } from './anchor-error.ts';
import { CpiContext } from './cpi-context.ts';
import { ASSOCIATED_TOKEN_PROGRAM, SYSTEM_PROGRAM } from './declared-accounts.ts';
import { initializeExtensions, mintSpace, tokenSpace } from './mint-extensions.ts';
import { findProgramAddress } from './syscalls.ts';
import * as system from './system-calls.ts';
import { getRent, type RentSysvar } from './sysvars.ts';
import * as token from './token-calls.ts';
import { checkRange } from './zero-copy.ts';

type SignerSeeds = readonly (readonly any[])[];

/** `zero`: an account that somebody made, all zeros, becomes one of the type. */
export function takeZeroed(scope: AccountScope, field: Field): void {
  const { name, spec, rustName } = field;
  const { info } = scope.value(name);
  const { length } = spec.type!.discriminator;
  checkRange(info.data, length);
  if (info.data.subarray(0, length).some((byte) => byte !== 0)) throw violated(field, 'ConstraintZero');
  for (const other of scope.fields.slice(0, scope.fields.indexOf(field))) {
    const isNew = isInit(other) || other.options['zero'];
    const value = scope.values[other.name];
    if (isNew && value !== null && value?.['key'] === info.key) throw violated(field, 'ConstraintZero');
  }
  scope.values[name] = named(rustName, () => readData(spec, info, scope.programId, false));
}

/** `init`, and `initIfNeeded`. */
export function initialize(scope: AccountScope, field: Field, rent: RentSysvar): void {
  const { name, spec, options, rustName } = field;
  const { info } = scope.value(name);
  const signerSeeds = deriveSeeds(scope, field, info);
  checkNeeded(scope, field);
  const isMissing = options['init'] || info.owner === SYSTEM_PROGRAM;
  if (isMissing) {
    if (spec.isAssociated) createAssociated(scope, field, info);
    else create(scope, field, info, rent, signerSeeds);
    if (spec.kind === 'token' && !spec.isAssociated) {
      const accounts = {
        account: info,
        mint: scope.info(options['mint']),
        authority: scope.info(options['authority']),
      };
      token.initializeAccount3(CpiContext.of(scope.info(tokenProgramOf(field)), accounts));
    } else if (spec.kind === 'mint') {
      initializeMint(scope, field, info);
    }
  }
  const isChecked = !isMissing && spec.kind !== 'token' && spec.kind !== 'mint';
  scope.values[name] = named(rustName, () => readData(spec, info, scope.programId, isChecked));
  if (options['initIfNeeded']) checkExisting(scope, field, info, rent);
}

/** That the accounts are there which creating one needs: they may be optional. */
function checkNeeded(scope: AccountScope, field: Field): void {
  const { spec, options } = field;
  scope.value('systemProgram');
  if (spec.kind !== 'token' && spec.kind !== 'mint') return;
  scope.value(tokenProgramOf(field));
  if (spec.isAssociated) scope.value('associatedTokenProgram');
  scope.value(options['authority']);
  if (spec.kind === 'token') scope.value(options['mint']);
  else if (options['freezeAuthority'] !== undefined) scope.value(options['freezeAuthority']);
}

/** The seeds that the new account signs with, once it is known to be at their address. */
function deriveSeeds(scope: AccountScope, field: Field, info: AccountInfo): SignerSeeds {
  const { options, name } = field;
  if (options['seeds'] === undefined) return [];
  const seeds = options['seeds'](scope.values, scope.args);
  const [address, bump] = findProgramAddress(seeds, scope.programId);
  scope.bumps[name] = bump;
  if (info.key !== address) throw violated(field, 'ConstraintSeeds').withKeys(info.key, address);
  if (options['bump'] !== undefined) {
    const given = scope.resolve<number>(options['bump']);
    if (given !== bump) throw violated(field, 'ConstraintSeeds').withValues(bump, given);
  }
  return [[...seeds, bump]];
}

/** Who is to own the new account. */
function ownerOf(scope: AccountScope, field: Field): Address {
  const { spec, options } = field;
  if (spec.kind === 'token' || spec.kind === 'mint') return scope.key(tokenProgramOf(field));
  return options['owner'] === undefined ? scope.programId : scope.resolve<Address>(options['owner']);
}

/** Bytes that it is to have. */
function spaceOf(scope: AccountScope, { spec, options }: Field): number {
  if (spec.kind === 'token') return tokenSpace(scope.info(options['mint']));
  if (spec.kind === 'mint') return mintSpace(options['extensions']);
  return scope.resolveArgs<number>(options['space'] ?? spec.type?.accountSpace ?? 0);
}

function create(
  scope: AccountScope,
  field: Field,
  info: AccountInfo,
  rent: RentSysvar,
  signerSeeds: SignerSeeds,
): void {
  const program = scope.info('systemProgram');
  const payer = scope.info(field.options['payer']);
  const [owner, space] = [ownerOf(scope, field), spaceOf(scope, field)];
  const minimum = rent.minimumBalance(space);
  const balance = info.lamports;
  if (balance === 0n) {
    const ctx = CpiContext.of(program, { from: payer, to: info }).withSigner(signerSeeds);
    system.createAccount(ctx, minimum, space, owner);
    return;
  }
  if (payer.key === info.key) throw anchorError('TryingToInitPayerAsProgramAccount').withKeys(payer.key, info.key);
  const required = (minimum > 1n ? minimum : 1n) - balance;
  if (required > 0n) system.transfer(CpiContext.of(program, { from: payer, to: info }), required);
  system.allocate(CpiContext.of(program, { accountToAllocate: info }).withSigner(signerSeeds), space);
  system.assign(CpiContext.of(program, { accountToAssign: info }).withSigner(signerSeeds), owner);
}

function createAssociated(scope: AccountScope, field: Field, info: AccountInfo): void {
  const { options } = field;
  const accounts = {
    payer: scope.info(options['payer']),
    associatedToken: info,
    authority: scope.info(options['authority']),
    mint: scope.info(options['mint']),
    systemProgram: scope.info('systemProgram'),
    tokenProgram: scope.info(tokenProgramOf(field)),
  };
  token.createAssociatedToken(CpiContext.of(scope.info('associatedTokenProgram'), accounts));
}

function initializeMint(scope: AccountScope, field: Field, info: AccountInfo): void {
  const { options } = field;
  const program = scope.info(tokenProgramOf(field));
  initializeExtensions(scope, field, info, program);
  const decimals = scope.resolveArgs<number>(options['decimals']);
  const ctx = CpiContext.of(program, { mint: info });
  token.initializeMint2(ctx, decimals, scope.key(options['authority']), freezeAuthorityOf(scope, field));
}

function freezeAuthorityOf(scope: AccountScope, { options }: Field): Address | null {
  return options['freezeAuthority'] === undefined ? null : scope.key(options['freezeAuthority']);
}

/** With `initIfNeeded` the account may be there already, and must be as it would have been made. */
function checkExisting(scope: AccountScope, field: Field, info: AccountInfo, rent: RentSysvar): void {
  const { spec } = field;
  if (spec.kind === 'token') checkExistingToken(scope, field, info);
  else if (spec.kind === 'mint') checkExistingMint(scope, field, info);
  else {
    const [owner, space] = [ownerOf(scope, field), spaceOf(scope, field)];
    if (space !== info.dataLen) throw violated(field, 'ConstraintSpace').withValues(space, info.dataLen);
    if (info.owner !== owner) throw violated(field, 'ConstraintOwner').withKeys(info.owner, owner);
    if (info.lamports < rent.minimumBalance(space)) throw violated(field, 'ConstraintRentExempt');
  }
}

function checkExistingToken(scope: AccountScope, field: Field, info: AccountInfo): void {
  const { options, spec, name: fieldName } = field;
  const { data } = scope.value(fieldName) as DataAccount<TokenAccountData>;
  const [mint, authority] = [scope.key(options['mint']), scope.key(options['authority'])];
  if (data.mint !== mint) throw violated(field, 'ConstraintTokenMint').withKeys(data.mint, mint);
  if (data.owner !== authority) throw violated(field, 'ConstraintTokenOwner').withKeys(data.owner, authority);
  const owner = ownerOf(scope, field);
  const name = spec.isAssociated ? 'ConstraintAssociatedTokenTokenProgram' : 'ConstraintTokenTokenProgram';
  if (info.owner !== owner) throw violated(field, name).withKeys(info.owner, owner);
  if (!spec.isAssociated) return;
  const [address] = findProgramAddress([authority, owner, mint], ASSOCIATED_TOKEN_PROGRAM);
  if (info.key !== address) throw violated(field, 'AccountNotAssociatedTokenAccount');
}

function checkExistingMint(scope: AccountScope, field: Field, info: AccountInfo): void {
  const { options } = field;
  const { data } = scope.value(field.name) as DataAccount<MintData>;
  if (data.mintAuthority !== scope.key(options['authority'])) throw violated(field, 'ConstraintMintMintAuthority');
  if (data.freezeAuthority !== freezeAuthorityOf(scope, field)) throw violated(field, 'ConstraintMintFreezeAuthority');
  const decimals = scope.resolveArgs<number>(options['decimals']);
  if (data.decimals !== decimals) throw violated(field, 'ConstraintMintDecimals').withValues(data.decimals, decimals);
  const owner = ownerOf(scope, field);
  if (info.owner !== owner) throw violated(field, 'ConstraintMintTokenProgram').withKeys(info.owner, owner);
}

/** `realloc`: what it grows by is paid for, what it shrinks by is given back. */
export function reallocate(scope: AccountScope, field: Field): void {
  const { realloc } = field.options as { realloc: { space: number | ((args: any) => number); payer: string } };
  const { info } = scope.value(field.name);
  if (scope.reallocated.has(info.key)) throw violated(field, 'AccountDuplicateReallocs');
  const space = scope.resolveArgs(realloc.space);
  const minimum = getRent().minimumBalance(space);
  const growth = space - info.dataLen;
  if (growth === 0) return;
  const payer = scope.info(realloc.payer);
  if (growth > 0) {
    const program = scope.info('systemProgram');
    if (growth > MAX_PERMITTED_DATA_INCREASE) throw violated(field, 'AccountReallocExceedsLimit');
    if (minimum > info.lamports) {
      system.transfer(CpiContext.of(program, { from: payer, to: info }), minimum - info.lamports);
    }
  } else {
    const surplus = info.lamports - minimum;
    if (surplus < 0n) throw new TypeError('called `Option::unwrap()` on a `None` value');
    payer.lamports += surplus;
    info.lamports -= surplus;
  }
  info.resize(space);
  scope.reallocated.add(info.key);
}

/** Source: anchor lang/src/common.rs, close. */
export function closeAccount(info: AccountInfo, destination: AccountInfo): void {
  destination.lamports += info.lamports;
  info.lamports = 0n;
  info.assign(SYSTEM_PROGRAM);
  info.resize(0);
}
