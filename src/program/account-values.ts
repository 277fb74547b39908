// What handlers get for the accounts they declared, kind by kind.
// Source: anchor lang/src/accounts/{account,lazy_account,migration,program}.rs.

import { type Address, getAddressDecoder } from '@solana/kit';
import type { AccountInfo } from './account-info.ts';
import type { DataAccount, DeclaredAccount, MigratingAccount, ProgramAccount } from './account-types.ts';
import { anchorError } from './anchor-error.ts';
import type { AccountType } from './schema.ts';

export const UPGRADEABLE_LOADER = 'BPFLoaderUpgradeab1e11111111111111111111111' as Address;
/** Behind the number of the variant. Source: solana-sdk loader-v3-interface/src/state.rs, UpgradeableLoaderState. */
const PROGRAM_DATA_ADDRESS_OFFSET = 4;

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

/** An account whose data is read: at once, or when it is first looked at. */
export class ReadAccount<T> extends PlainAccount implements DataAccount<T> {
  readonly #read: () => T;
  #data: { readonly value: T } | undefined;

  constructor(info: AccountInfo, read: () => T) {
    super(info);
    this.#read = read;
  }

  get data(): T {
    return (this.#data ??= { value: this.#read() }).value;
  }

  set data(value: T) {
    this.#data = { value };
  }

  reload(): void {
    this.data = this.#read();
  }
}

/** An account between two types. */
export class Migrating<From, To> extends PlainAccount implements MigratingAccount<From, To> {
  readonly #from: From;
  #to: { readonly value: To } | undefined;

  constructor(info: AccountInfo, from: From) {
    super(info);
    this.#from = from;
  }

  get isMigrated(): boolean {
    return this.#to !== undefined;
  }

  get from(): From {
    if (this.#to !== undefined) throw anchorError('AccountAlreadyMigrated');
    return this.#from;
  }

  migrate(to: To): To {
    if (this.#to !== undefined) throw anchorError('AccountAlreadyMigrated');
    this.#to = { value: to };
    return to;
  }

  /** What is stored. @throws AnchorError `AccountNotMigrated` */
  get to(): To {
    if (this.#to === undefined) throw anchorError('AccountNotMigrated');
    return this.#to.value;
  }
}

/** A program's account. */
export class ProgramInfo extends PlainAccount implements ProgramAccount {
  programDataAddress(): Address | null {
    if (this.info.owner !== UPGRADEABLE_LOADER) return null;
    return getAddressDecoder().decode(this.info.data, PROGRAM_DATA_ADDRESS_OFFSET);
  }
}

export function checkDiscriminator({ discriminator }: AccountType<any>, { data }: AccountInfo): void {
  if (data.length < discriminator.length) throw anchorError('AccountDiscriminatorNotFound');
  if (discriminator.some((byte, i) => data[i] !== byte)) throw anchorError('AccountDiscriminatorMismatch');
}
