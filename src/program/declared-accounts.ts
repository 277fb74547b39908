// The accounts that an instruction declares: what may stand at each place (`signer`, `account`, `tokenAccount`, …), what
// must hold of it, and what the handler gets. Declarations are data; constraints.ts checks them.
// The names are those of Anchor's `#[account(…)]`, in camel case. Where an attribute names another account, the name is
// checked against the instruction's accounts when it compiles.
// Source: anchor lang/syn/src/lib.rs, ConstraintGroup; lang/src/accounts/.

import type { Address } from '@solana/kit';
import type { AccountInfo } from './account-info.ts';
import type { Seed } from './address.ts';
import type { ErrorFactory } from './anchor-error.ts';
import type { StateType } from './schema.ts';

// What handlers get.

/** An account of a declared instruction. */
export interface DeclaredAccount {
  readonly info: AccountInfo;
  readonly key: Address;
  readonly lamports: bigint;
}

/** With data that was read when the instruction began. */
export interface DataAccount<T> extends DeclaredAccount {
  /** What is written here is stored when the handler has ended, where the account is `mut`. */
  data: T;
  /** Reads the data again: after a call that changed it. */
  reload(): void;
}

/** What an SPL token account says. */
export interface TokenAccountData {
  readonly mint: Address;
  readonly owner: Address;
  readonly amount: bigint;
  readonly delegate: Address | null;
  readonly state: 'initialized' | 'frozen';
  /** Lamports that make it rent exempt, of an account of wrapped SOL. */
  readonly isNative: bigint | null;
  readonly delegatedAmount: bigint;
  readonly closeAuthority: Address | null;
}

/** What an SPL mint says. */
export interface MintData {
  readonly mintAuthority: Address | null;
  readonly supply: bigint;
  readonly decimals: number;
  readonly freezeAuthority: Address | null;
}

// What constraints are given.

/** The accounts by name, as a constraint sees them: those that were read before it. */
export type AccountsInSeeds = { readonly [name: string]: DeclaredAccount & { readonly data: any } };
type ArgsInSeeds = { readonly [name: string]: any };

export type SeedsOf = (accounts: AccountsInSeeds, args: ArgsInSeeds) => readonly Seed[];
type AddressOf = Address | ((accounts: AccountsInSeeds, args: ArgsInSeeds) => Address);
type Check = (accounts: AccountsInSeeds, args: ArgsInSeeds) => boolean;

/** What may be asked of any account. */
export interface Constraints {
  /** It must be writable, and what the handler writes is kept. */
  readonly mut?: boolean;
  readonly signer?: boolean;
  /** It must be the address derived from these. Without `bump` the bump is searched for, and found in `ctx.bumps`. */
  readonly seeds?: SeedsOf;
  readonly bump?: (accounts: AccountsInSeeds, args: ArgsInSeeds) => number;
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
}

/** How an account comes to be: `init` always, `initIfNeeded` where the System program still owns it. */
export interface Init {
  readonly init?: boolean;
  readonly initIfNeeded?: boolean;
  /** Name of the account that pays. */
  readonly payer?: string;
  /** Bytes, the discriminator included. Default: what the type takes at most. */
  readonly space?: number | ((args: ArgsInSeeds) => number);
}

export interface StateConstraints extends Constraints, Init {
  /** Names of fields that must hold the key of the account of the same name. */
  readonly hasOne?: string | readonly string[];
  /** Name of the account that gets the lamports when the account is closed, behind the handler. */
  readonly close?: string;
  readonly realloc?: { readonly space: number | ((args: ArgsInSeeds) => number); readonly payer: string };
  /** It is all zeros, and becomes one of this type. */
  readonly zero?: boolean;
  /** It may be the same account as another that is `mut`. */
  readonly dup?: boolean;
}

export interface TokenConstraints extends Constraints, Init {
  /** Name of the mint. */
  readonly mint?: string;
  /** Name of the account that owns the tokens. */
  readonly authority?: string;
  /** Name of the token program that owns the account. Default: `tokenProgram`, where it is created. */
  readonly tokenProgram?: string;
  readonly hasOne?: string | readonly string[];
}

export interface AssociatedTokenConstraints extends TokenConstraints {
  readonly mint: string;
  readonly authority: string;
}

export interface MintConstraints extends Constraints, Init {
  readonly decimals?: number | ((args: ArgsInSeeds) => number);
  /** Name of the account that may mint. */
  readonly authority?: string;
  readonly freezeAuthority?: string;
  readonly tokenProgram?: string;
}

// Declarations.

export type AccountKind = 'signer' | 'system' | 'unchecked' | 'program' | 'sysvar' | 'state' | 'token' | 'mint';

/** Everything that can be declared of an account; each kind allows a part of it. */
export type AnyConstraints = Omit<StateConstraints, 'hasOne'> &
  Omit<TokenConstraints, 'authority'> &
  Omit<MintConstraints, 'authority'>;

/**
 * One account of an instruction. `V` is what the handler gets, `B` whether a bump is found for it, `R` the names of other
 * accounts in it, `F` the address it can have only.
 */
export interface AccountSpec<V, B extends boolean = false, R extends string = never, F extends boolean = false> {
  readonly kind: AccountKind;
  readonly options: Readonly<Record<string, any>>;
  readonly isOptional: boolean;
  readonly type?: StateType<any> | undefined;
  readonly isAssociated?: boolean;
  /** Of a program or a sysvar: where it is. More than one where either will do. */
  readonly addresses?: readonly Address[];
  /** Never there: it carries the types. */
  readonly types?: { readonly value: V; readonly bump: B; readonly refs: R; readonly fixed: F };
}

export type AnySpec = AccountSpec<any, boolean, string, boolean>;
export type AccountsShape = Readonly<Record<string, AnySpec>>;

type BumpOf<O> = O extends { readonly seeds: SeedsOf } ? (O extends { readonly bump: unknown } ? false : true) : false;
type NameIn<T> = T extends string
  ? // Any text at all: no options were given.
    string extends T
    ? never
    : T
  : T extends readonly (infer N)[]
    ? NameIn<N>
    : never;
type RefKeys = 'payer' | 'close' | 'hasOne' | 'mint' | 'authority' | 'freezeAuthority' | 'tokenProgram';
type RefsOf<O> =
  | { [K in keyof O & RefKeys]: NameIn<O[K]> }[keyof O & RefKeys]
  | (O extends { readonly realloc: { readonly payer: infer P extends string } } ? P : never);

type Spec<V, O> = AccountSpec<V, BumpOf<O>, RefsOf<O>>;

function spec(kind: AccountKind, options: object | undefined, more: object = {}): never {
  return { kind, options: options ?? {}, isOptional: false, ...more } as never;
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
export function optional<V, B extends boolean, R extends string, F extends boolean>(
  inner: AccountSpec<V, B, R, F>,
): AccountSpec<V | null, B, R, F> {
  return { ...inner, isOptional: true } as never;
}

type FixedSpec = AccountSpec<DeclaredAccount, false, never, true>;

/** A program, at one address. */
export function programAccount(address: Address | string): FixedSpec {
  return spec('program', {}, { addresses: [address] });
}

export const SYSTEM_PROGRAM = '11111111111111111111111111111111' as Address;
export const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA' as Address;
export const TOKEN_2022_PROGRAM = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb' as Address;
export const ASSOCIATED_TOKEN_PROGRAM = 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL' as Address;

export function systemProgram(): FixedSpec {
  return programAccount(SYSTEM_PROGRAM);
}

export function tokenProgram(): FixedSpec {
  return programAccount(TOKEN_PROGRAM);
}

export function token2022Program(): FixedSpec {
  return programAccount(TOKEN_2022_PROGRAM);
}

/** Token or Token-2022. */
export function tokenInterface(): AccountSpec<DeclaredAccount> {
  return spec('program', {}, { addresses: [TOKEN_PROGRAM, TOKEN_2022_PROGRAM] });
}

export function associatedTokenProgram(): FixedSpec {
  return programAccount(ASSOCIATED_TOKEN_PROGRAM);
}

/** A sysvar's account, for programs that still want one. */
export function sysvarAccount(address: Address | string): FixedSpec {
  return spec('sysvar', {}, { addresses: [address] });
}

// Types of what an instruction makes of its accounts.

type TypesOf<S> = S extends AccountSpec<infer V, infer B, infer R, infer F> ? { v: V; b: B; r: R; f: F } : never;

export type AccountsOf<A extends AccountsShape> = { readonly [K in keyof A]: TypesOf<A[K]>['v'] };
export type BumpsOf<A extends AccountsShape> = {
  readonly [K in keyof A as TypesOf<A[K]>['b'] extends true ? K : never]: number;
};
/** Refuses names of accounts that there are not. */
export type CheckedNames<A extends AccountsShape> = {
  readonly [K in keyof A]: [Exclude<TypesOf<A[K]>['r'], keyof A>] extends [never]
    ? A[K]
    : { readonly thereIsNoAccountNamed: Exclude<TypesOf<A[K]>['r'], keyof A> };
};
/** The names that a client must give an address for, and those whose address is known. */
export type FixedNames<A extends AccountsShape> = {
  [K in keyof A]: TypesOf<A[K]>['f'] extends true ? K : null extends TypesOf<A[K]>['v'] ? K : never;
}[keyof A];
