// What TypeScript makes of an IDL that it knows to the letter (`as const`, or the type that Anchor writes beside it): names
// and types of its instructions, accounts and events. Of one that is read from JSON it knows that there are some.
// Source: anchor idl/spec/src/lib.rs.

import type { AccountMeta, Address, Instruction, TransactionSigner } from '@solana/kit';
import type { ErrorFactory } from './anchor-error.ts';
import type { AccountLike, CpiContext } from './cpi-context.ts';
import type { CallResult } from './instruction-entry.ts';
import type { AccountType, EventType, Schema, StateType } from './schema.ts';
import type { ZeroCopyType } from './zero-copy.ts';

/** As much of an IDL as `declareProgram` reads. */
export interface IdlLike {
  readonly address: string;
  readonly metadata?: { readonly name?: string };
  readonly instructions: readonly InstructionLike[];
  readonly accounts?: readonly NamedLike[];
  readonly events?: readonly NamedLike[];
  readonly errors?: readonly { readonly code: number; readonly name: string; readonly msg?: string }[];
  readonly types?: readonly TypeLike[];
  readonly constants?: readonly { readonly name: string; readonly type: unknown; readonly value: string }[];
}

export interface NamedLike {
  readonly name: string;
  readonly discriminator: readonly number[];
}

export interface InstructionLike extends NamedLike {
  readonly accounts: readonly AccountItemLike[];
  readonly args: readonly FieldLike[];
  readonly returns?: unknown;
}

export interface FieldLike {
  readonly name: string;
  readonly type: unknown;
}

export interface AccountItemLike {
  readonly name: string;
  readonly accounts?: readonly AccountItemLike[];
  readonly writable?: boolean;
  readonly signer?: boolean;
  readonly optional?: boolean;
  readonly address?: string;
}

export interface TypeLike {
  readonly name: string;
  readonly serialization?: unknown;
  readonly repr?: { readonly kind: string; readonly packed?: boolean };
  readonly generics?: readonly { readonly kind: string; readonly name: string }[];
  readonly type: TypeBodyLike;
}

export interface TypeBodyLike {
  readonly kind: string;
  readonly fields?: readonly unknown[];
  readonly variants?: readonly { readonly name: string; readonly fields?: readonly unknown[] }[];
  readonly alias?: unknown;
}

/** `sol_transfer` → `solTransfer`. */
export type Camel<S extends string> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S;

interface Primitives {
  readonly bool: boolean;
  readonly u8: number;
  readonly i8: number;
  readonly u16: number;
  readonly i16: number;
  readonly u32: number;
  readonly i32: number;
  readonly f32: number;
  readonly f64: number;
  readonly u64: bigint;
  readonly i64: bigint;
  readonly u128: bigint;
  readonly i128: bigint;
  readonly string: string;
  readonly bytes: Uint8Array;
  readonly pubkey: Address;
}

type TypesIn<I extends IdlLike> = ItemsOf<I, 'types'>;
type Named<T, N> = T extends { readonly name: N } ? T : never;

/** The TypeScript type of a type of an IDL. `T` are the types it defines. */
export type FromIdl<X, T> = X extends keyof Primitives
  ? Primitives[X]
  : X extends { readonly option: infer Y }
    ? FromIdl<Y, T> | null
    : X extends { readonly vec: infer Y }
      ? FromIdl<Y, T>[]
      : X extends { readonly array: readonly ['u8', unknown] }
        ? Uint8Array
        : X extends { readonly array: readonly [infer Y, unknown] }
          ? FromIdl<Y, T>[]
          : X extends { readonly defined: { readonly generics: unknown } }
            ? any
            : X extends { readonly defined: { readonly name: infer N } }
              ? FromDefinition<Named<T, N>, T>
              : any;

type FromDefinition<D, T> = [D] extends [never]
  ? any
  : D extends { readonly type: { readonly kind: 'struct'; readonly fields: infer F } }
    ? FromFields<F, T>
    : D extends { readonly type: { readonly kind: 'enum'; readonly variants: readonly (infer V)[] } }
      ? FromVariant<V, T>
      : D extends { readonly type: { readonly kind: 'type'; readonly alias: infer X } }
        ? FromIdl<X, T>
        : Record<never, never>;

type FromFields<F, T> = F extends readonly FieldLike[]
  ? { [K in F[number] as Camel<K['name']>]: FromIdl<K['type'], T> }
  : any[];

type FromVariant<V, T> = V extends { readonly name: infer N }
  ? V extends { readonly fields: infer F }
    ? F extends readonly FieldLike[]
      ? { readonly kind: N } & FromFields<F, T>
      : { readonly kind: N; readonly fields: any[] }
    : { readonly kind: N }
  : never;

// Instructions.

type EventNames = 'event_authority' | 'eventAuthority';
/** What a client can do without: at a known address, optional, or there for events. */
type LeftOut<Item, All> = Item extends { readonly address: string } | { readonly optional: true }
  ? true
  : Item extends { readonly name: EventNames }
    ? true
    : Item extends { readonly name: 'program' }
      ? [Extract<All, { readonly name: EventNames }>] extends [never]
        ? false
        : true
      : false;

type Given<Item, L> = Item extends { readonly accounts: readonly (infer Inner)[] } ? GivenAll<Inner, L> : L;
type GivenAll<Items, L> = string extends (Items extends { readonly name: infer N } ? N : never)
  ? { readonly [name: string]: any }
  : {
      readonly [K in Items as LeftOut<K, Items> extends true
        ? never
        : K extends { readonly name: infer N extends string }
          ? Camel<N>
          : never]: Given<K, L>;
    } & {
      readonly [K in Items as LeftOut<K, Items> extends true
        ? K extends { readonly name: infer N extends string }
          ? Camel<N>
          : never
        : never]?: Given<K, L> | null;
    };

type ArgsOf<N extends InstructionLike, T> = N['args'] extends readonly []
  ? [args?: Record<never, never>]
  : string extends N['args'][number]['name']
    ? [args?: Readonly<Record<string, any>>]
    : [args: FromFields<N['args'], T>];

type ResultOf<N extends InstructionLike, T> = string extends N['name']
  ? any
  : N extends { readonly returns: infer R }
    ? CallResult<FromIdl<R, T>>
    : undefined;

type AccountOf<N extends string, T> = [Named<T, N>] extends [never]
  ? AccountType<any>
  : Named<T, N> extends { readonly serialization: 'bytemuck' | 'bytemuckunsafe' }
    ? ZeroCopyType<FromDefinition<Named<T, N>, T>>
    : StateType<FromDefinition<Named<T, N>, T>>;

type ItemsOf<I, K extends string> = K extends keyof I
  ? NonNullable<I[K]> extends readonly (infer X)[]
    ? X
    : never
  : never;

/** A program that is known by its IDL. */
export interface ExternalProgram<I extends IdlLike> {
  readonly address: Address;
  /** Builds instructions for a transaction. */
  readonly instructions: {
    readonly [N in I['instructions'][number] as Camel<N['name']>]: (
      accounts: GivenAll<N['accounts'][number], Address | TransactionSigner>,
      ...args: ArgsOf<N, TypesIn<I>>
    ) => Instruction & { readonly accounts: readonly AccountMeta[] };
  };
  /** Calls instructions from a program. */
  readonly cpi: {
    readonly [N in I['instructions'][number] as Camel<N['name']>]: (
      ctx: CpiContext<GivenAll<N['accounts'][number], AccountLike>>,
      ...args: ArgsOf<N, TypesIn<I>>
    ) => ResultOf<N, TypesIn<I>>;
  };
  /** Types of its accounts, for `account` and `accountLoader`. */
  readonly accounts: { readonly [A in ItemsOf<I, 'accounts'> as NameOf<A>]: AccountOf<NameOf<A>, TypesIn<I>> };
  readonly events: {
    readonly [E in ItemsOf<I, 'events'> as NameOf<E>]: EventType<
      FromDefinition<Named<TypesIn<I>, NameOf<E>>, TypesIn<I>>
    >;
  };
  readonly errors: { readonly [E in ItemsOf<I, 'errors'> as NameOf<E>]: ErrorFactory };
  readonly constants: {
    readonly [C in ItemsOf<I, 'constants'> as NameOf<C>]: C extends { readonly type: infer X }
      ? FromIdl<X, TypesIn<I>>
      : never;
  };
  /** Its other types, but for those with generics. */
  readonly types: { readonly [D in TypesIn<I> as NameOf<D>]: Schema<FromDefinition<D, TypesIn<I>>> };
}

type NameOf<X> = X extends { readonly name: infer N extends string } ? N : never;
