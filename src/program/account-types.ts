// What TypeScript knows of declared accounts: what handlers get for each, what clients must give, and what an instruction
// may say of its accounts. A declaration that names an account there isn't, or whose callback asks for one, doesn't compile.
// Callbacks (`seeds`, `constraint`, …) are written before the type of all accounts is known. Left alone, their parameters
// have any name there is; with a type written to them they are held against the instruction's accounts and arguments.

import type { Address, TransactionSigner } from '@solana/kit';
import type { AccountInfo } from './account-info.ts';
import type { Seed } from './address.ts';
import type { AccountType } from './schema.ts';

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

/** A program's account. */
export interface ProgramAccount extends DeclaredAccount {
  /** Where its code is, of a program of the upgradeable loader; null of any other. */
  programDataAddress(): Address | null;
}

/** An account whose data lies as Rust lays it out, and is read and written where it is. */
export interface AccountLoader<T> extends DeclaredAccount {
  /** To read. @throws AnchorError `AccountDiscriminatorMismatch` */
  load(): Readonly<T>;
  /** To write: what is set is in the account at once. @throws AnchorError `AccountNotMutable`, where it is read-only */
  loadMut(): T;
  /** The first time, behind `init` or `zero`. @throws AnchorError `AccountDiscriminatorAlreadySet`, any other time */
  loadInit(): T;
}

/** An account that was of one type and is to be of another when the instruction ends. */
export interface MigratingAccount<From, To> extends DeclaredAccount {
  readonly isMigrated: boolean;
  /** As it was. @throws AnchorError `AccountAlreadyMigrated` */
  readonly from: From;
  /** @throws AnchorError `AccountAlreadyMigrated` */
  migrate(to: To): To;
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

/** What the upgradeable loader keeps of a program. */
export interface ProgramDataState {
  readonly slot: bigint;
  /** Who may upgrade it; null: nobody. */
  readonly upgradeAuthorityAddress: Address | null;
}

// What callbacks are given.

interface AnyAccount extends DeclaredAccount {
  readonly data?: any;
  readonly [member: string]: any;
}

/** The accounts by name, as a callback sees them that says nothing of them. */
export type AccountsInSeeds = { readonly [name: string]: AnyAccount };
export type ArgsInSeeds = { readonly [name: string]: any };

/** A method, so that callbacks may ask for less than every name there is. */
export type Callback<R> = { of(accounts: AccountsInSeeds, args: ArgsInSeeds): R }['of'];
export type ArgsCallback<R> = { of(args: ArgsInSeeds): R }['of'];
export type SeedsOf = Callback<readonly Seed[]>;

// Declarations.

export type AccountKind =
  | 'signer'
  | 'system'
  | 'unchecked'
  | 'program'
  | 'sysvar'
  | 'state'
  | 'lazy'
  | 'loader'
  | 'migration'
  | 'programData'
  | 'token'
  | 'mint'
  | 'group';

/**
 * One account of an instruction. `V` is what the handler gets, `B` the bumps that are found for it (undefined: none), `R`
 * the names of other accounts in it, `F` whether a client can do without it, `O` what was declared, `G` its accounts where it
 * stands for several.
 */
export interface AccountSpec<
  V,
  B = undefined,
  R extends string = never,
  F extends boolean = false,
  O = object,
  G = undefined,
> {
  readonly kind: AccountKind;
  readonly options: Readonly<Record<string, any>>;
  readonly isOptional: boolean;
  readonly docs: readonly string[];
  readonly type?: AccountType<any> | undefined;
  /** What a migrating account becomes. */
  readonly migratesTo?: AccountType<any> | undefined;
  readonly isAssociated?: boolean;
  /** Of a program or a sysvar: where it is. More than one where either will do, none where any will. */
  readonly addresses?: readonly Address[];
  /** Of a sysvar whose data is read. */
  readonly decode?: (data: Uint8Array) => unknown;
  /** Where it is, of one that depends on the program that declares it; and by which seeds. */
  readonly derived?: { readonly seeds?: readonly string[]; readonly address: (programId: Address) => Address };
  /** Of a group. */
  readonly accounts?: AccountsShape;
  /** Never there: it carries the types. */
  readonly types?: {
    readonly value: V;
    readonly bump: B;
    readonly refs: R;
    readonly fixed: F;
    readonly options: O;
    readonly group: G;
  };
}

export type AnySpec = AccountSpec<any, any, string, boolean, any, any>;
export type AccountsShape = Readonly<Record<string, AnySpec>>;

type TypesOf<S> =
  S extends AccountSpec<infer V, infer B, infer R, infer F, infer O, infer G>
    ? { v: V; b: B; r: R; f: F; o: O; g: G }
    : never;

// What an instruction makes of its accounts.

export type AccountsOf<A extends AccountsShape> = { readonly [K in keyof A]: TypesOf<A[K]>['v'] };
export type BumpsOf<A extends AccountsShape> = {
  readonly [K in keyof A as undefined extends TypesOf<A[K]>['b'] ? never : K]: TypesOf<A[K]>['b'];
};

/** The names that a client can do without: their address is known, or they are optional. */
export type FixedNames<A extends AccountsShape> = {
  [K in keyof A]: TypesOf<A[K]>['f'] extends true ? K : null extends TypesOf<A[K]>['v'] ? K : never;
}[keyof A];

/** What a client gives for one account, or for a group. */
type Given<S> = TypesOf<S>['g'] extends AccountsShape
  ? InstructionAccounts<TypesOf<S>['g']>
  : Address | TransactionSigner;

/** Accounts of an instruction as a client names them: those at a known address, and optional ones, may be left out. */
export type InstructionAccounts<A extends AccountsShape> = {
  readonly [K in Exclude<keyof A, FixedNames<A>>]: Given<A[K]>;
} & { readonly [K in keyof A & FixedNames<A>]?: Given<A[K]> | null };

/** Accounts of an instruction as another program passes them on. `L` is what stands for one. */
export type CallAccounts<A extends AccountsShape, L> = {
  readonly [K in keyof A]: TypesOf<A[K]>['g'] extends AccountsShape
    ? CallAccounts<TypesOf<A[K]>['g'], L>
    : null extends TypesOf<A[K]>['v']
      ? L | null
      : L;
};

// What is checked of a declaration.

type ElementOf<T> = T extends readonly (infer E)[] ? E : T;
type First<T> = ElementOf<T> extends (first: infer X, ...rest: any[]) => any ? X : unknown;
type Second<T> = ElementOf<T> extends (first: any, second: infer X, ...rest: any[]) => any ? X : unknown;
/** What is asked for and not there; never where nothing is, or where no type was written. */
type Unmet<Wanted, There> = string extends keyof Wanted ? never : [There] extends [Wanted] ? never : Wanted;

type CallbackKeys = 'seeds' | 'bump' | 'seedsProgram' | 'owner' | 'address' | 'constraint';
type ArgsCallbackKeys = 'space' | 'decimals';
type UnmetOf<O, There, Args> =
  | { [K in keyof O & CallbackKeys]: Unmet<First<O[K]>, There> | Unmet<Second<O[K]>, Args> }[keyof O & CallbackKeys]
  | { [K in keyof O & ArgsCallbackKeys]: Unmet<First<O[K]>, Args> }[keyof O & ArgsCallbackKeys]
  | (O extends { readonly realloc: { readonly space: infer S } } ? Unmet<First<S>, Args> : never);

type Present<A extends AccountsShape> = { readonly [K in keyof A]: NonNullable<TypesOf<A[K]>['v']> };

/** Refuses names of accounts that there are not, and callbacks that ask for what is not there. */
export type Checked<A extends AccountsShape, Args> = {
  readonly [K in keyof A]: [Exclude<TypesOf<A[K]>['r'], keyof A>] extends [never]
    ? [UnmetOf<TypesOf<A[K]>['o'], Present<A>, Args>] extends [never]
      ? A[K]
      : { readonly aCallbackAsksFor: UnmetOf<TypesOf<A[K]>['o'], Present<A>, Args> }
    : { readonly thereIsNoAccountNamed: Exclude<TypesOf<A[K]>['r'], keyof A> };
};
