// The types of an IDL as schemas: those that it defines by name, made when they are first asked for, and what they are made of.
// Source: anchor idl/spec/src/lib.rs, IdlType, IdlTypeDef.

import { type Codec, getDiscriminatedUnionCodec, getStructCodec, getTupleCodec, getUnitCodec } from '@solana/kit';
import { ParhelionError } from '../wire/errors.ts';
import type { IdlLike, TypeLike } from './idl-inference.ts';
import { camelCase } from './names.ts';
import * as schemas from './schema.ts';
import { type Fields, fieldsCodec, type Schema } from './schema.ts';
import { type Packing, zeroCopyStruct } from './zero-copy.ts';

const { u8, i8, u16, i16, u32, i32, u64, i64, u128, i128, f32, f64, bool, pubkey } = schemas;
const PRIMITIVES: Readonly<Record<string, Schema<any>>> = {
  ...{ u8, i8, u16, i16, u32, i32, u64, i64, u128, i128, f32, f64, bool, pubkey },
  string: schemas.string(),
  bytes: schemas.bytes(),
};

/** What stands for the generic parameters of a type: types, and lengths. */
type Generics = ReadonlyMap<string, Schema<any> | number>;
const NO_GENERICS: Generics = new Map();

interface DefinedType {
  readonly name: string;
  readonly generics?: readonly { readonly kind: string; readonly type?: unknown; readonly value?: string }[];
}

export class IdlSchemas {
  readonly #types: ReadonlyMap<string, TypeLike>;
  readonly #made = new Map<string, Schema<any>>();
  /** Those that are being made. */
  readonly #open = new Set<string>();
  readonly #program: string;

  constructor({ types = [], metadata, address }: IdlLike) {
    this.#types = new Map(types.map((type) => [type.name, type]));
    this.#program = metadata?.name ?? address;
  }

  /** A type that the IDL defines. */
  defined(name: string): Schema<any> {
    return this.#defined(name, NO_GENERICS);
  }

  /** The fields of a struct that the IDL defines. */
  fieldsOf(name: string): Fields {
    const { fields = [] } = this.typeLike(name).type;
    return this.#named(fields, NO_GENERICS);
  }

  packingOf(name: string): Packing {
    return { unsafe: this.typeLike(name).repr?.packed === true ? 'packed' : 'c' };
  }

  typeLike(name: string): TypeLike {
    return this.#types.get(name) ?? this.#refuse(`there is no type ${name}`);
  }

  /** The fields of an instruction. */
  args(fields: readonly unknown[]): Fields {
    return this.#named(fields, NO_GENERICS);
  }

  of(type: unknown): Schema<any> {
    return this.#schema(type, NO_GENERICS);
  }

  #refuse(reason: string): never {
    throw new ParhelionError('INVALID_DECLARATION', { program: this.#program, reason });
  }

  #schema(type: unknown, generics: Generics): Schema<any> {
    if (typeof type === 'string') {
      return PRIMITIVES[type] ?? this.#refuse(`the type ${type} can't be read`);
    }
    const { option, vec, array, defined, generic } = type as Readonly<Record<string, unknown>>;
    if (option !== undefined) return schemas.option(this.#schema(option, generics));
    if (vec !== undefined) return schemas.vec(this.#schema(vec, generics));
    if (array !== undefined) {
      const [item, length] = array as readonly [unknown, unknown];
      const count = this.#length(length, generics);
      return item === 'u8' ? schemas.byteArray(count) : schemas.array(this.#schema(item, generics), count);
    }
    if (generic !== undefined) return this.#generic(generic as string, generics);
    if (defined === undefined) this.#refuse(`the type ${JSON.stringify(type)} can't be read`);
    const { name, generics: given = [] } = defined as DefinedType;
    if (given.length === 0) return this.#defined(name, NO_GENERICS);
    const parameters = this.typeLike(name).generics ?? [];
    const filled = parameters.map(({ name: parameter }, i) => {
      return [parameter, this.#argument(given[i], generics)] as const;
    });
    return this.#defined(name, new Map(filled));
  }

  /** What is given for a parameter; it may be a parameter of what surrounds it. */
  #argument({ type, value = '' }: NonNullable<DefinedType['generics']>[number], generics: Generics) {
    const passed = (type as { generic?: string } | undefined)?.generic ?? value;
    const known = generics.get(passed);
    if (known !== undefined) return known;
    return type === undefined ? Number(value) : this.#schema(type, generics);
  }

  #length(length: unknown, generics: Generics): number {
    if (typeof length === 'number') return length;
    const value = generics.get((length as { generic: string }).generic);
    return typeof value === 'number' ? value : this.#refuse(`the length ${JSON.stringify(length)} is none`);
  }

  #generic(name: string, generics: Generics): Schema<any> {
    const schema = generics.get(name);
    return typeof schema === 'object' ? schema : this.#refuse(`nothing stands for the type ${name}`);
  }

  #defined(name: string, generics: Generics): Schema<any> {
    const known = generics.size === 0 ? this.#made.get(name) : undefined;
    if (known !== undefined) return known;
    if (this.#open.has(name)) this.#refuse(`the type ${name} has itself in it`);
    this.#open.add(name);
    try {
      const schema = this.#make(this.typeLike(name), generics);
      if (generics.size === 0) this.#made.set(name, schema);
      return schema;
    } finally {
      this.#open.delete(name);
    }
  }

  #make(like: TypeLike, generics: Generics): Schema<any> {
    const { name, type, serialization } = like;
    switch (type.kind) {
      case 'type':
        return this.#schema(type.alias, generics);
      case 'enum':
        return this.#enumeration(name, type.variants ?? [], generics);
      case 'struct': {
        const { fields = [] } = type;
        if (isTuple(fields)) return this.#tuple(name, fields, generics);
        const named = this.#named(fields, generics);
        if (serialization === 'bytemuck' || serialization === 'bytemuckunsafe') {
          return zeroCopyStruct(name, named, this.packingOf(name));
        }
        return schemas.struct(name, named);
      }
      default:
        return this.#refuse(`the type ${name} is of no known kind: ${type.kind}`);
    }
  }

  #named(fields: readonly unknown[], generics: Generics): Fields {
    const entries = fields.map((field) => {
      const { name, type } = field as { name: string; type: unknown };
      return [camelCase(name), this.#schema(type, generics)] as const;
    });
    return Object.fromEntries(entries);
  }

  #tuple(name: string, types: readonly unknown[], generics: Generics): Schema<any> {
    const items = types.map((type) => this.#schema(type, generics));
    const inner = Object.fromEntries(items.map((item, i) => [String(i), item]));
    // As a struct for everything but the shape of its value.
    return { ...schemas.struct(name, inner), codec: tupleCodec(items) };
  }

  #enumeration(
    name: string,
    variants: readonly { readonly name: string; readonly fields?: readonly unknown[] }[],
    generics: Generics,
  ): Schema<any> {
    const read = variants.map(({ name: variant, fields = [] }) => {
      if (!isTuple(fields)) return [variant, this.#named(fields, generics), undefined] as const;
      const items = fields.map((type) => this.#schema(type, generics));
      return [variant, Object.fromEntries(items.map((item, i) => [String(i), item])), items] as const;
    });
    const base = schemas.enumeration(name, Object.fromEntries(read.map(([variant, fields]) => [variant, fields])));
    if (read.every(([, , items]) => items === undefined)) return base;
    const codecs = read.map(([variant, fields, items]) => {
      if (items !== undefined) return [variant, getStructCodec([['fields', tupleCodec(items)]])] as const;
      return [variant, Object.keys(fields).length === 0 ? getUnitCodec() : fieldsCodec(fields)] as const;
    });
    const codec = getDiscriminatedUnionCodec(codecs as never, { discriminator: 'kind' });
    return { ...base, codec: codec as unknown as Codec<any, any> };
  }
}

function isTuple(fields: readonly unknown[]): boolean {
  return fields.some((field) => typeof field !== 'object' || field === null || !('name' in field && 'type' in field));
}

function tupleCodec(items: readonly Schema<any>[]): Codec<any, any> {
  return getTupleCodec(items.map(({ codec }) => codec)) as unknown as Codec<any, any>;
}
