// Takes the accounts of a declared instruction through everything that was declared of them, in Anchor's order:
//
// 1. each account is read, in the order of the declaration; those with `init` are put aside, and a group's accounts are taken
//    through all of this where the group stands;
// 2. those with `init` are created, and checked;
// 3. no two that are `mut` may be the same account;
// 4. the constraints of all others, account by account.
//
// And behind the handler: what is `mut` is stored, what is to be closed is closed.
// Source: anchor lang/syn/src/codegen/accounts/{try_accounts,exit,duplicate_mutable_account_keys}.rs.

import type { Address } from '@solana/kit';
import type { AccountInfo } from './account-info.ts';
import { closeAccount } from './account-init.ts';
import { readAccount } from './account-readers.ts';
import {
  AccountScope,
  type AccountValues,
  type Bumps,
  type Field,
  isInit,
  isMut,
  isStored,
  named,
} from './account-scope.ts';
import type { AccountsShape, DataAccount, DeclaredAccount } from './account-types.ts';
import { Migrating, PlainAccount } from './account-values.ts';
import { anchorError, withAccountName } from './anchor-error.ts';
import { checkAccount } from './constraint-checks.ts';
import { SYSTEM_PROGRAM } from './declared-accounts.ts';
import { type AccountType, encodeBehind } from './schema.ts';

/** The accounts that an instruction was given, from the one that is read next. */
interface Given {
  readonly infos: readonly AccountInfo[];
  next: number;
}

export class DeclaredAccounts {
  readonly #scope: AccountScope;
  readonly #groups = new Map<string, DeclaredAccounts>();
  readonly #given: Given;

  /** Reads and checks all of them. */
  static read(
    programId: Address,
    shape: AccountsShape,
    infos: readonly AccountInfo[],
    args: Readonly<Record<string, unknown>>,
  ): DeclaredAccounts {
    return new DeclaredAccounts(new AccountScope(programId, shape, args, new Set()), { infos, next: 0 });
  }

  private constructor(scope: AccountScope, given: Given) {
    this.#scope = scope;
    this.#given = given;
    const { fields } = scope;
    for (const field of fields) this.#read(field);
    for (const field of fields) if (isInit(field)) checkAccount(scope, field);
    this.#checkDuplicates();
    for (const field of fields) if (!isInit(field)) checkAccount(scope, field);
  }

  get values(): AccountValues {
    return this.#scope.values;
  }

  get bumps(): Bumps {
    return this.#scope.bumps;
  }

  /** What was passed beyond what is declared. */
  get remaining(): readonly AccountInfo[] {
    return this.#given.infos.slice(this.#given.next);
  }

  /** Stores what the handler wrote, and closes what is to be closed. */
  exit(): void {
    for (const field of this.#scope.fields) {
      const { name, rustName, options } = field;
      const group = this.#groups.get(name);
      if (group !== undefined) {
        named(rustName, () => group.exit());
        continue;
      }
      const value = this.#scope.values[name] as DeclaredAccount | null;
      const { close } = options as { close?: string };
      if (close !== undefined) {
        const destination = this.#scope.info(close);
        if (value !== null) closeAccount(value.info, destination);
      } else if (value !== null && isMut(field)) {
        named(rustName, () => this.#store(field, value));
      }
    }
  }

  #store({ spec }: Field, value: DeclaredAccount): void {
    const { info } = value;
    const { kind, migratesTo } = spec;
    const type = migratesTo ?? spec.type;
    if (type === undefined || (info.owner === SYSTEM_PROGRAM && info.dataIsEmpty)) return;
    const stored = value instanceof Migrating ? value.to : undefined;
    const { programId } = this.#scope;
    const keeper = type.owners === undefined ? (type.programAddress ?? programId) : info.owner;
    if (keeper !== programId) return;
    if (kind === 'loader') info.data.set(type.discriminator);
    else write(type, info, value instanceof Migrating ? stored : (value as DataAccount<unknown>).data);
  }

  // Reading.

  #read(field: Field): void {
    const { name, rustName, spec } = field;
    const scope = this.#scope;
    if (spec.kind === 'group') {
      const inner = new AccountScope(scope.programId, spec.accounts!, scope.args, scope.reallocated);
      const group = new DeclaredAccounts(inner, this.#given);
      this.#groups.set(name, group);
      scope.values[name] = group.values;
      scope.bumps[name] = group.bumps;
      return;
    }
    const isDeferred = isInit(field) || field.options['zero'] === true;
    const info = this.#given.infos[this.#given.next] as AccountInfo | undefined;
    if (info === undefined) {
      const error = anchorError('AccountNotEnoughKeys');
      throw isDeferred ? error : withAccountName(error, rustName);
    }
    this.#given.next++;
    if (spec.isOptional && info.key === scope.programId) scope.values[name] = null;
    else if (isDeferred) scope.values[name] = new PlainAccount(info);
    else scope.values[name] = named(rustName, () => readAccount(spec, info, scope.programId));
  }

  #checkDuplicates(): void {
    const seen = new Set<Address>();
    const check = (key: Address, name: string) => {
      if (seen.has(key)) throw withAccountName(anchorError('ConstraintDuplicateMutableAccount'), name);
      seen.add(key);
    };
    for (const [key, name] of this.#mutableKeys()) check(key, name);
    // Those of groups go by their keys.
    for (const group of this.#groups.values()) for (const key of group.#allMutableKeys()) check(key, key);
  }

  /** The accounts that are written back, but for those that are new. */
  *#mutableKeys(): Generator<readonly [key: Address, rustName: string]> {
    for (const field of this.#scope.fields) {
      const { spec, options, name, rustName } = field;
      const value = this.#scope.values[name];
      if (!isStored(spec) || value === null || !isMut(field) || options['dup'] || options['init']) continue;
      yield [(value as DeclaredAccount).key, rustName];
    }
  }

  *#allMutableKeys(): Generator<Address> {
    for (const [key] of this.#mutableKeys()) yield key;
    for (const group of this.#groups.values()) yield* group.#allMutableKeys();
  }
}

function write<T>(type: AccountType<T>, info: AccountInfo, value: T): void {
  let encoded: Uint8Array;
  try {
    encoded = encodeBehind(type, value);
    if (encoded.length > info.dataLen) throw new RangeError('the account is too small');
  } catch {
    throw anchorError('AccountDidNotSerialize');
  }
  info.data.set(encoded);
}
