// The accounts of one declaration while they are checked: those that were read so far, by name, and what the checks say of
// them. A group of accounts has a scope of its own within the instruction's.
// Source: anchor lang/syn/src/codegen/accounts/{try_accounts,constraints}.rs.

import type { Address } from '@solana/kit';
import type { AccountInfo } from './account-info.ts';
import type { AccountsShape, AnySpec, DeclaredAccount } from './account-types.ts';
import {
  type AnchorError,
  type AnchorErrorName,
  anchorError,
  type ErrorFactory,
  withAccountName,
} from './anchor-error.ts';
import { snakeCase } from './names.ts';

/** An account under its name, as the checks see it. */
export interface Field {
  readonly name: string;
  /** In Rust's spelling, for the log. */
  readonly rustName: string;
  readonly spec: AnySpec;
  readonly options: Readonly<Record<string, any>>;
}

/** A group's accounts stand under the group's name. */
export type AccountValues = { [name: string]: DeclaredAccount | AccountValues | null };
export type Bumps = { [name: string]: number | Bumps };

export class AccountScope {
  readonly programId: Address;
  readonly fields: readonly Field[];
  readonly args: Readonly<Record<string, unknown>>;
  /** Accounts of the whole instruction whose size was changed. */
  readonly reallocated: Set<Address>;
  /** By name; null for an optional one that isn't there. */
  readonly values: AccountValues = {};
  readonly bumps: Bumps = {};

  constructor(
    programId: Address,
    shape: AccountsShape,
    args: Readonly<Record<string, unknown>>,
    reallocated: Set<Address>,
  ) {
    this.programId = programId;
    this.fields = fieldsOf(shape);
    this.args = args;
    this.reallocated = reallocated;
  }

  /** One that must be there. */
  value(name: string): DeclaredAccount {
    const value = this.values[name];
    if (value === null || value === undefined) {
      throw withAccountName(anchorError('ConstraintAccountIsNone'), snakeCase(name));
    }
    return value as DeclaredAccount;
  }

  info(name: string): AccountInfo {
    return this.value(name).info;
  }

  key(name: string): Address {
    return this.value(name).key;
  }

  /** What an option says, where it may be a function of the accounts and the arguments. */
  resolve<T>(option: T | ((accounts: any, args: any) => T)): T {
    return typeof option === 'function' ? (option as (a: any, b: any) => T)(this.values, this.args) : option;
  }

  /** The same of one that depends on the arguments only. */
  resolveArgs<T>(option: T | ((args: any) => T)): T {
    return typeof option === 'function' ? (option as (args: any) => T)(this.args) : option;
  }
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

/** The error of a constraint: Anchor's, or the declaration's own; about this account in any case. */
export function violated({ rustName, options }: Field, name: AnchorErrorName, own?: string): AnchorError {
  const factory: ErrorFactory | undefined = own === undefined ? undefined : options['errors']?.[own];
  return withAccountName(factory?.() ?? anchorError(name), rustName);
}

/** What fails in `read` is about this account. */
export function named<T>(rustName: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    throw withAccountName(thrown, rustName);
  }
}

export function isInit({ options }: Pick<Field, 'options'>): boolean {
  return options['init'] === true || options['initIfNeeded'] === true;
}

/** What is made new is written, and so is what says so. */
export function isMut(field: Pick<Field, 'options'>): boolean {
  return field.options['mut'] === true || field.options['zero'] === true || isInit(field);
}

/** A new account that is at no derived address must sign for being made. */
export function isSigner(field: Pick<Field, 'options' | 'spec'>): boolean {
  const { options, spec } = field;
  return options['signer'] === true || (isInit(field) && options['seeds'] === undefined && spec.isAssociated !== true);
}

export function tokenProgramOf({ options }: Pick<Field, 'options'>): string {
  return options['tokenProgram'] ?? 'tokenProgram';
}

/** Whether Anchor writes it back when the handler has ended. */
export function isStored({ kind }: AnySpec): boolean {
  return kind === 'state' || kind === 'lazy' || kind === 'migration' || kind === 'token' || kind === 'mint';
}
