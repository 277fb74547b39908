// The accounts that an instruction declares: what may stand at each place (`signer`, `account`, `tokenAccount`, …) and what
// must hold of it. Declarations are data; constraints.ts checks them.
// The names are those of Anchor's `#[account(…)]`, in camel case. Where an attribute names another account, the name is
// checked against the instruction's accounts when it compiles.
// Source: anchor lang/syn/src/lib.rs, ConstraintGroup; lang/src/accounts/.

import type { Address } from '@solana/kit';
import { CLOCK_ID, EPOCH_REWARDS_ID, EPOCH_SCHEDULE_ID, LAST_RESTART_SLOT_ID, RENT_ID } from '../runtime/addresses.ts';
import {
  type Clock,
  decodeClock,
  decodeEpochRewards,
  decodeEpochSchedule,
  decodeLastRestartSlot,
  decodeRent,
  type EpochRewards,
  type EpochSchedule,
  type LastRestartSlot,
  type Rent,
} from '../runtime/sysvars/layouts.ts';
import type {
  AccountKind,
  AccountLoader,
  AccountSpec,
  AccountsOf,
  AccountsShape,
  ArgsCallback,
  ArgsInSeeds,
  BumpsOf,
  Callback,
  Checked,
  DataAccount,
  DeclaredAccount,
  MigratingAccount,
  MintData,
  ProgramAccount,
  ProgramDataState,
  SeedsOf,
  TokenAccountData,
} from './account-types.ts';
import type { ErrorFactory } from './anchor-error.ts';
import type { MintExtensions } from './mint-extensions.ts';
import type { StateType } from './schema.ts';
import type { ZeroCopyType } from './zero-copy.ts';

type AddressOf = Address | Callback<Address>;
type Check = Callback<boolean>;

/** What may be asked of any account. */
export interface Constraints {
  /** It must be writable, and what the handler writes is kept. */
  readonly mut?: boolean;
  readonly signer?: boolean;
  /** It must be the address derived from these. Without `bump` the bump is searched for, and found in `ctx.bumps`. */
  readonly seeds?: SeedsOf;
  readonly bump?: Callback<number>;
  /** The program that the seeds are under. Default: this one. */
  readonly seedsProgram?: AddressOf;
  readonly owner?: AddressOf;
  readonly address?: AddressOf;
  readonly executable?: boolean;
  readonly rentExempt?: boolean;
  readonly constraint?: Check | readonly Check[];
  /** Errors of your own in place of Anchor's. */
  readonly errors?: {
    readonly [K in 'mut' | 'signer' | 'owner' | 'address' | 'hasOne' | 'constraint']?: ErrorFactory;
  };
  /** For the IDL. */
  readonly docs?: readonly string[];
}

/** How an account comes to be: `init` always, `initIfNeeded` where the System program still owns it. */
export interface Init {
  readonly init?: boolean;
  readonly initIfNeeded?: boolean;
  /** Name of the account that pays. */
  readonly payer?: string;
  /** Bytes, the discriminator included. Default: what the type takes at most. */
  readonly space?: number | ArgsCallback<number>;
}

export interface StateConstraints extends Constraints, Init {
  /** Names of fields that must hold the key of the account of the same name. */
  readonly hasOne?: string | readonly string[];
  /** Name of the account that gets the lamports when the account is closed, behind the handler. */
  readonly close?: string;
  /** Cuts or extends the data, by zeros, before the handler; `payer` pays for more, and gets what less gives back. */
  readonly realloc?: { readonly space: number | ArgsCallback<number>; readonly payer: string };
  /** It is all zeros, and becomes one of this type. */
  readonly zero?: boolean;
  /** It may be the same account as another that is `mut`. */
  readonly dup?: boolean;
}

export interface TokenConstraints extends Constraints, Init {
  /** Of this token program only, as Anchor's `Account<…>`. Default: of Token or Token-2022, as its `InterfaceAccount<…>`. */
  readonly program?: Address;
  /** Name of the mint. */
  readonly mint?: string;
  /** Name of the account that owns the tokens. */
  readonly authority?: string;
  /** Name of the token program that owns the account. Default: `tokenProgram`, where it is created. */
  readonly tokenProgram?: string;
  readonly hasOne?: string | readonly string[];
  readonly dup?: boolean;
}

export interface AssociatedTokenConstraints extends TokenConstraints {
  readonly mint: string;
  readonly authority: string;
}

export interface MintConstraints extends Constraints, Init {
  /** Of this token program only, as Anchor's `Account<…>`. Default: of Token or Token-2022, as its `InterfaceAccount<…>`. */
  readonly program?: Address;
  readonly decimals?: number | ArgsCallback<number>;
  /** Name of the account that may mint. */
  readonly authority?: string;
  readonly freezeAuthority?: string;
  readonly tokenProgram?: string;
  /** Of a mint of Token-2022: made with it where it is created, checked otherwise. */
  readonly extensions?: MintExtensions;
  readonly dup?: boolean;
}

/** What may be asked of a group of accounts as a whole. */
export interface GroupConstraints<A extends AccountsShape> {
  readonly constraint?: (accounts: AccountsOf<A>, args: ArgsInSeeds) => boolean;
  readonly errors?: { readonly constraint?: ErrorFactory };
}

type BumpOf<O> = O extends { readonly seeds: SeedsOf }
  ? O extends { readonly bump: unknown }
    ? undefined
    : number
  : undefined;
type NameIn<T> = T extends string
  ? // Any text at all: no options were given.
    string extends T
    ? never
    : T
  : T extends readonly (infer N)[]
    ? NameIn<N>
    : never;
type RefKeys = 'payer' | 'close' | 'hasOne' | 'mint' | 'authority' | 'freezeAuthority' | 'tokenProgram';
type NamesInside<E> = { [K in keyof E]: { [N in keyof E[K]]: NameIn<E[K][N]> }[keyof E[K]] }[keyof E];
type RefsOf<O> =
  | { [K in keyof O & RefKeys]: NameIn<O[K]> }[keyof O & RefKeys]
  | (O extends { readonly realloc: { readonly payer: infer P extends string } } ? P : never)
  | (O extends { readonly extensions: infer E } ? (MintExtensions extends E ? never : NamesInside<E>) : never);

/** What surrounds the declaration must not say what was declared. */
type Spec<V, O> = AccountSpec<V, BumpOf<O>, RefsOf<O>, false, NoInfer<O>>;

function spec(kind: AccountKind, options: object = {}, more: object = {}): never {
  const { docs = [] } = options as { docs?: readonly string[] };
  return { kind, options, isOptional: false, docs, ...more } as never;
}

/** Must have signed. */
export function signer<const O extends Constraints>(options?: O): Spec<DeclaredAccount, O> {
  return spec('signer', options);
}

/** Must be owned by the System program: a wallet, or an address that holds SOL only. */
export function systemAccount<const O extends Constraints>(options?: O): Spec<DeclaredAccount, O> {
  return spec('system', options);
}

/** Nothing is checked but what the constraints say. */
export function uncheckedAccount<const O extends Constraints>(options?: O): Spec<DeclaredAccount, O> {
  return spec('unchecked', options);
}

/** State that this program keeps (or `owner`'s): owner and discriminator are checked, the data is read. */
export function account<T, const O extends StateConstraints>(type: StateType<T>, options?: O): Spec<DataAccount<T>, O> {
  return spec('state', options, { type });
}

/** The same, but the data is read when the handler first looks at it. */
export function lazyAccount<T, const O extends StateConstraints>(
  type: StateType<T>,
  options?: O,
): Spec<DataAccount<T>, O> {
  return spec('lazy', options, { type });
}

/**
 * State that is not read as a whole but looked into where it lies.
 *
 * @example
 * ```ts
 * const order = instruction({
 *   accounts: { book: accountLoader(OrderBook, { mut: true }) },
 *   handler: ({ accounts: { book } }) => {
 *     book.loadMut().orders[3] += 1n;
 *   },
 * });
 * ```
 */
export function accountLoader<T, const O extends StateConstraints>(
  type: ZeroCopyType<T>,
  options?: O,
): Spec<AccountLoader<T>, O> {
  return spec('loader', options, { type });
}

/** State of one type that the handler must turn into another. It is `mut` in any case of use. */
export function migration<From, To, const O extends StateConstraints>(
  from: StateType<From>,
  to: StateType<To>,
  options?: O,
): Spec<MigratingAccount<From, To>, O> {
  return spec('migration', options, { type: from, migratesTo: to });
}

/** What the upgradeable loader keeps of a program: who may upgrade it. */
export function programDataAccount<const O extends Constraints>(options?: O): Spec<DataAccount<ProgramDataState>, O> {
  return spec('programData', options);
}

/** An SPL token account, of Token or Token-2022. */
export function tokenAccount<const O extends TokenConstraints>(options?: O): Spec<DataAccount<TokenAccountData>, O> {
  return spec('token', options);
}

/** The token account at the address that belongs to a wallet and a mint. */
export function associatedTokenAccount<const O extends AssociatedTokenConstraints>(
  options: O,
): Spec<DataAccount<TokenAccountData>, O> {
  return spec('token', options, { isAssociated: true });
}

/** An SPL mint, of Token or Token-2022. */
export function mint<const O extends MintConstraints>(options?: O): Spec<DataAccount<MintData>, O> {
  return spec('mint', options);
}

/** What would be missing may be: pass this program's own address for it. The handler gets null. */
export function optional<V, B, R extends string, F extends boolean, O>(
  inner: AccountSpec<V, B, R, F, O>,
): AccountSpec<V | null, B, R, F, O> {
  return { ...inner, isOptional: true } as never;
}

/**
 * Accounts that belong together, as one of an instruction's. They name, and are named by, one another only; the checks of
 * all of them are done where the group stands.
 *
 * @example
 * ```ts
 * const Payment = accounts({ payer: signer({ mut: true }), vault: systemAccount({ mut: true }) });
 * const pay = instruction({
 *   accounts: { payment: Payment, receipt: account(Receipt, { mut: true }) },
 *   handler: ({ accounts: { payment } }) => msg(payment.payer.key),
 * });
 * ```
 */
export function accounts<const A extends AccountsShape>(
  shape: A & Checked<A, any>,
  options?: GroupConstraints<A>,
): AccountSpec<AccountsOf<A>, keyof BumpsOf<A> extends never ? undefined : BumpsOf<A>, never, false, object, A> {
  return spec('group', options, { accounts: shape });
}

const SYSVARS = {
  Clock: { id: CLOCK_ID, decode: decodeClock },
  EpochRewards: { id: EPOCH_REWARDS_ID, decode: decodeEpochRewards },
  EpochSchedule: { id: EPOCH_SCHEDULE_ID, decode: decodeEpochSchedule },
  LastRestartSlot: { id: LAST_RESTART_SLOT_ID, decode: decodeLastRestartSlot },
  Rent: { id: RENT_ID, decode: decodeRent },
};

type FixedSpec<V = DeclaredAccount> = AccountSpec<V, undefined, never, true>;

/** A program: at one address; at one of several; or, without any, whichever. */
export function programAccount(): AccountSpec<ProgramAccount>;
export function programAccount(address: Address | string): FixedSpec<ProgramAccount>;
export function programAccount(addresses: readonly (Address | string)[]): AccountSpec<ProgramAccount>;
export function programAccount(addresses: string | readonly string[] = []): never {
  return spec('program', {}, { addresses: typeof addresses === 'string' ? [addresses] : addresses });
}

export const SYSTEM_PROGRAM = '11111111111111111111111111111111' as Address;
export const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA' as Address;
export const TOKEN_2022_PROGRAM = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb' as Address;
export const ASSOCIATED_TOKEN_PROGRAM = 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL' as Address;

export function systemProgram(): FixedSpec<ProgramAccount> {
  return programAccount(SYSTEM_PROGRAM);
}

export function tokenProgram(): FixedSpec<ProgramAccount> {
  return programAccount(TOKEN_PROGRAM);
}

export function token2022Program(): FixedSpec<ProgramAccount> {
  return programAccount(TOKEN_2022_PROGRAM);
}

/** Token or Token-2022. */
export function tokenInterface(): AccountSpec<ProgramAccount> {
  return programAccount([TOKEN_PROGRAM, TOKEN_2022_PROGRAM]);
}

export function associatedTokenProgram(): FixedSpec<ProgramAccount> {
  return programAccount(ASSOCIATED_TOKEN_PROGRAM);
}

/** Sysvars whose account can be read, by the names that Rust has for them. */
export interface ReadableSysvars {
  readonly Clock: Clock;
  readonly EpochRewards: EpochRewards;
  readonly EpochSchedule: EpochSchedule;
  readonly LastRestartSlot: LastRestartSlot;
  readonly Rent: Rent;
}

/** A sysvar's account, for programs that still want one: its data is read where the sysvar is named. */
export function sysvarAccount<N extends keyof ReadableSysvars>(name: N): FixedSpec<DataAccount<ReadableSysvars[N]>>;
export function sysvarAccount(address: Address | string): FixedSpec;
export function sysvarAccount(which: string): never {
  const known = Object.hasOwn(SYSVARS, which) ? SYSVARS[which as keyof ReadableSysvars] : undefined;
  if (known === undefined) return spec('sysvar', {}, { addresses: [which] });
  return spec('sysvar', {}, { addresses: [known.id.toString()], decode: known.decode });
}
