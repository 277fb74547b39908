// Types of arguments, account state and events, as values: how they lie in Borsh bytes (by @solana/kit's codecs), what they
// are called in an IDL, and the TypeScript type they stand for. Numbers of 32 bits and less are `number`, wider ones `bigint`.
// Source: borsh.io specification; anchor idl/spec/src/lib.rs, IdlType.

import {
  type Address,
  addCodecSizePrefix,
  type Codec,
  fixCodecSize,
  getAddressCodec,
  getArrayCodec,
  getBytesCodec,
  getDiscriminatedUnionCodec,
  getF32Codec,
  getF64Codec,
  getI8Codec,
  getI16Codec,
  getI32Codec,
  getI64Codec,
  getI128Codec,
  getNullableCodec,
  getStructCodec,
  getU8Codec,
  getU16Codec,
  getU32Codec,
  getU64Codec,
  getU128Codec,
  getUnitCodec,
  getUtf8Codec,
  transformCodec,
} from '@solana/kit';
import { discriminator } from './discriminator.ts';
import { snakeCase } from './names.ts';
import { seedPathOf } from './seed-path.ts';

/** A type as the IDL writes it. */
export type IdlType =
  | string
  | { readonly option: IdlType }
  | { readonly vec: IdlType }
  | { readonly array: readonly [IdlType, number] }
  | { readonly defined: { readonly name: string } };

export interface IdlField {
  readonly name: string;
  readonly type: IdlType;
}

export type IdlTypeBody =
  | { readonly kind: 'struct'; readonly fields: readonly IdlField[] }
  | {
      readonly kind: 'enum';
      readonly variants: readonly { readonly name: string; readonly fields?: readonly IdlField[] }[];
    };

/** A named type as an IDL has it, but for its name. */
export interface IdlTypeDefinition {
  readonly docs?: readonly string[];
  /** Left out: Borsh. */
  readonly serialization?: 'bytemuck' | 'bytemuckunsafe';
  readonly repr?: { readonly kind: 'c' | 'rust'; readonly packed?: true };
  readonly type: IdlTypeBody;
}

/** A type `T` with its bytes. */
export interface Schema<T> {
  readonly codec: Codec<T, T>;
  readonly idl: IdlType;
  /** Bytes that it takes at most, as Anchor's `InitSpace` counts; undefined where nothing bounds it. */
  readonly space: number | undefined;
  /** The named types in it. */
  readonly definitions: ReadonlyMap<string, IdlTypeDefinition>;
  /** Of types that can be used where they lie (zero-copy.ts). */
  readonly pod?: Pod | undefined;
}

/** How a value lies in memory. Where there are no gaps its bytes are those of Borsh. */
export interface Pod {
  /** Bytes. */
  readonly align: number;
  readonly size: number;
  /** Of a struct: where each field lies. */
  readonly fields?: readonly (readonly [name: string, schema: Schema<any>, offset: number])[];
  /** Of an array. */
  readonly item?: Schema<any>;
  /** Some bytes stand for no value: bytemuck takes it as unsafe only. */
  readonly isPartial?: boolean;
}

/** The TypeScript type of a schema. */
export type Infer<S> = S extends Schema<infer T> ? T : never;

export type Fields = Readonly<Record<string, Schema<never> | Schema<any>>>;
export type InferFields<F extends Fields> = { -readonly [K in keyof F]: Infer<F[K]> };

const NO_DEFINITIONS: ReadonlyMap<string, IdlTypeDefinition> = new Map();

/** @param align of types that can be used where they lie */
function primitive<T>(idl: IdlType, codec: unknown, space: number | undefined, align?: number): Schema<T> {
  const pod = align === undefined || space === undefined ? undefined : { align, size: space };
  return { codec: codec as Codec<T, T>, idl, space, definitions: NO_DEFINITIONS, pod };
}

export const u8: Schema<number> = primitive('u8', getU8Codec(), 1, 1);
export const i8: Schema<number> = primitive('i8', getI8Codec(), 1, 1);
export const u16: Schema<number> = primitive('u16', getU16Codec(), 2, 2);
export const i16: Schema<number> = primitive('i16', getI16Codec(), 2, 2);
export const u32: Schema<number> = primitive('u32', getU32Codec(), 4, 4);
export const i32: Schema<number> = primitive('i32', getI32Codec(), 4, 4);
export const u64: Schema<bigint> = primitive('u64', getU64Codec(), 8, 8);
export const i64: Schema<bigint> = primitive('i64', getI64Codec(), 8, 8);
export const u128: Schema<bigint> = primitive('u128', getU128Codec(), 16, 8);
export const i128: Schema<bigint> = primitive('i128', getI128Codec(), 16, 8);
export const f32: Schema<number> = primitive('f32', getF32Codec(), 4, 4);
export const f64: Schema<number> = primitive('f64', getF64Codec(), 8, 8);
/** One byte; one that is neither 0 nor 1 can't be read. */
export const bool: Schema<boolean> = {
  ...primitive<boolean>('bool', transformCodec(getU8Codec(), Number, readFlag), 1),
  pod: { align: 1, size: 1, isPartial: true },
};
export const pubkey: Schema<Address> = primitive('pubkey', getAddressCodec(), 32, 1);

function readFlag(byte: number | bigint): boolean {
  if (byte !== 0 && byte !== 1) throw new RangeError(`a flag is 0 or 1; received ${byte}`);
  return byte === 1;
}

/** UTF-8 behind its length. @param maxLen bytes, for the space of an account. */
export function string(maxLen?: number): Schema<string> {
  const space = maxLen === undefined ? undefined : 4 + maxLen;
  return primitive('string', addCodecSizePrefix(getUtf8Codec(), getU32Codec()), space);
}

/** Bytes behind their length. */
export function bytes(maxLen?: number): Schema<Uint8Array> {
  const space = maxLen === undefined ? undefined : 4 + maxLen;
  return primitive('bytes', addCodecSizePrefix(getBytesCodec(), getU32Codec()), space);
}

/** So many bytes: `[u8; length]`. */
export function byteArray(length: number): Schema<Uint8Array> {
  return primitive({ array: ['u8', length] }, fixCodecSize(getBytesCodec(), length), length, 1);
}

/** `null` for none. */
export function option<T>(inner: Schema<T>): Schema<T | null> {
  const codec = getNullableCodec(inner.codec) as unknown as Codec<T | null, T | null>;
  const space = inner.space === undefined ? undefined : 1 + inner.space;
  return { codec, idl: { option: inner.idl }, space, definitions: inner.definitions };
}

/** @param maxCount items, for the space of an account. */
export function vec<T>(inner: Schema<T>, maxCount?: number): Schema<T[]> {
  const codec = getArrayCodec(inner.codec, { size: getU32Codec() }) as unknown as Codec<T[], T[]>;
  const space = maxCount === undefined || inner.space === undefined ? undefined : 4 + maxCount * inner.space;
  return { codec, idl: { vec: inner.idl }, space, definitions: inner.definitions };
}

export function array<T>(inner: Schema<T>, length: number): Schema<T[]> {
  const codec = getArrayCodec(inner.codec, { size: length }) as unknown as Codec<T[], T[]>;
  const space = inner.space === undefined ? undefined : length * inner.space;
  const pod = inner.pod && {
    align: inner.pod.align,
    size: length * inner.pod.size,
    item: inner,
    isPartial: inner.pod.isPartial ?? false,
  };
  return { codec, idl: { array: [inner.idl, length] }, space, definitions: inner.definitions, pod };
}

/** What types may say of themselves, for the IDL. */
export interface Described {
  readonly docs?: readonly string[];
}

function describe({ docs = [] }: Described): { docs?: readonly string[] } {
  return docs.length === 0 ? {} : { docs };
}

/** A named struct, for use inside other types. */
export function struct<F extends Fields>(name: string, fields: F, more: Described = {}): Schema<InferFields<F>> {
  const definition: IdlTypeDefinition = { ...describe(more), type: { kind: 'struct', fields: idlFields(fields) } };
  return {
    codec: fieldsCodec(fields),
    idl: { defined: { name } },
    space: spaceOf(fields),
    definitions: definitionsOf(fields, name, definition),
  };
}

export type Variants = Readonly<Record<string, Fields>>;
export type InferVariants<V extends Variants> = {
  [K in keyof V & string]: { readonly kind: K } & InferFields<V[K]>;
}[keyof V & string];

/**
 * A named enum: one byte for the variant, then its fields.
 *
 * @example
 * ```ts
 * const Order = enumeration('Order', { Buy: { amount: u64 }, Cancel: {} });
 * // { kind: 'Buy', amount: bigint } | { kind: 'Cancel' }
 * ```
 */
export function enumeration<V extends Variants>(
  name: string,
  variants: V,
  more: Described = {},
): Schema<InferVariants<V>> {
  const entries = Object.entries(variants);
  const codec = getDiscriminatedUnionCodec(
    entries.map(([variant, fields]) => {
      const inner = Object.keys(fields).length === 0 ? getUnitCodec() : fieldsCodec(fields);
      return [variant, inner] as const;
    }) as never,
    { discriminator: 'kind' },
  );
  const described = entries.map(([variant, fields]) => {
    return Object.keys(fields).length === 0 ? { name: variant } : { name: variant, fields: idlFields(fields) };
  });
  const definition: IdlTypeDefinition = { ...describe(more), type: { kind: 'enum', variants: described } };
  const spaces = entries.map(([, fields]) => spaceOf(fields));
  const definitions = new Map(entries.flatMap(([, fields]) => [...definitionsOf(fields)]));
  return {
    codec: codec as unknown as Codec<InferVariants<V>, InferVariants<V>>,
    idl: { defined: { name } },
    space: spaces.some((space) => space === undefined) ? undefined : 1 + Math.max(0, ...(spaces as number[])),
    definitions: definitions.set(name, definition),
    pod: spaces.every((space) => space === 0) ? { align: 1, size: 1, isPartial: true } : undefined,
  };
}

export function fieldsCodec<F extends Fields>(fields: F): Codec<InferFields<F>, InferFields<F>> {
  const entries = Object.entries(fields).map(([name, schema]) => [name, schema.codec] as const);
  if (entries.length === 0)
    return transformCodec(
      getUnitCodec(),
      () => undefined,
      () => ({}),
    ) as never;
  return getStructCodec(entries as never) as never;
}

export function idlFields(fields: Fields): IdlField[] {
  return Object.entries(fields).map(([name, { idl }]) => ({ name: snakeCase(name), type: idl }));
}

/** Bytes that the fields take at most. */
export function spaceOf(fields: Fields): number | undefined {
  let sum = 0;
  for (const { space } of Object.values(fields)) {
    if (space === undefined) return undefined;
    sum += space;
  }
  return sum;
}

export function definitionsOf(
  fields: Fields,
  name?: string,
  definition?: IdlTypeDefinition,
): Map<string, IdlTypeDefinition> {
  const all = new Map(Object.values(fields).flatMap((schema) => [...schema.definitions]));
  if (name !== undefined && definition !== undefined) all.set(name, definition);
  return all;
}

/** The bytes of a value: a seed made of a number, say. */
export function toBytes<T>(schema: Schema<T>, value: NoInfer<T>): Uint8Array {
  // An IDL is being made: what the seed is made of is what matters.
  if (seedPathOf(value) !== undefined) return value as never;
  return new Uint8Array(schema.codec.encode(value));
}

// Account state and events: named structs behind the bytes that tell which.

/** What tells an instruction, an account or an event from others, in place of Anchor's eight bytes: a byte, or some. */
export type Discriminator = number | readonly number[] | Uint8Array;

export function discriminatorBytes(given: Discriminator | undefined, otherwise: () => Uint8Array): Uint8Array {
  if (given === undefined) return otherwise();
  return typeof given === 'number' ? Uint8Array.of(given) : Uint8Array.from(given);
}

/** A type of account. */
export interface AccountType<T> extends Schema<T> {
  readonly name: string;
  readonly fields: Fields;
  readonly discriminator: Uint8Array;
  /** Bytes of an account of it, the discriminator included; undefined where nothing bounds them. */
  readonly accountSpace: number | undefined;
  /** The program that keeps it; undefined for the one that uses the type. */
  readonly programAddress: Address | undefined;
  /** The programs that may keep it, where several do. */
  readonly owners?: readonly Address[] | undefined;
}

/** A type of account that a program keeps as Borsh. */
export interface StateType<T> extends AccountType<T> {
  readonly layout: 'borsh';
}

export interface StateOptions extends Described {
  /** Another program, whose accounts these are. */
  readonly programAddress?: Address;
  /** Several programs that keep such accounts, as Anchor's `InterfaceAccount` takes them. */
  readonly owners?: readonly Address[];
  readonly discriminator?: Discriminator;
}

/**
 * A type of account that a program keeps: its discriminator, then Borsh.
 *
 * @example
 * ```ts
 * const Vault = state('Vault', { owner: pubkey, balance: u64, bump: u8, label: string(32) });
 * ```
 */
export function state<F extends Fields>(
  name: string,
  fields: F,
  options: StateOptions = {},
): StateType<InferFields<F>> {
  return { ...struct(name, fields, options), ...accountParts(name, fields, options), layout: 'borsh' };
}

/** What the two kinds of account types share. */
export function accountParts(name: string, fields: Fields, options: StateOptions) {
  const space = spaceOf(fields);
  const prefix = discriminatorBytes(options.discriminator, () => discriminator('account', name));
  return {
    name,
    fields,
    discriminator: prefix,
    accountSpace: space === undefined ? undefined : prefix.length + space,
    programAddress: options.programAddress,
    owners: options.owners,
  };
}

export interface EventType<T> extends Schema<T> {
  readonly name: string;
  readonly discriminator: Uint8Array;
}

export interface EventOptions extends Described {
  readonly discriminator?: Discriminator;
}

/** A type of event that a program emits. */
export function event<F extends Fields>(
  name: string,
  fields: F,
  options: EventOptions = {},
): EventType<InferFields<F>> {
  const prefix = discriminatorBytes(options.discriminator, () => discriminator('event', name));
  return { ...struct(name, fields, options), name, discriminator: prefix };
}

/** A value behind its discriminator. */
export function encodeBehind<T>({ discriminator: prefix, codec }: EventType<T> | AccountType<T>, value: T): Uint8Array {
  const encoded = codec.encode(value);
  const bytes = new Uint8Array(prefix.length + encoded.length);
  bytes.set(prefix);
  bytes.set(encoded, prefix.length);
  return bytes;
}
