// Reads values by the types of an IDL: Anchor's (old and new form) and Codama's nodes, structs, enums, options, lists and
// named types among them. Bytes that don't fit a type throw; whoever asks decides what is shown instead.
// Source: anchor idl/types/src/lib.rs, IdlType, IdlTypeDefTy; codama packages/node-types/src/typeNodes.

import { encodeBase58 } from '../../wire/base58.ts';
import type { DecodedValue } from '../transaction-trace.ts';

export type Json = Readonly<Record<string, unknown>>;

/** Types in types; more than anybody writes. */
const MAX_DEPTH = 48;

/** Name → type, of those that an IDL names. */
export type NamedTypes = ReadonlyMap<string, unknown>;

export class TypeReader {
  offset: number;
  /** Whether the bytes ended within a value. */
  isPastEnd = false;
  readonly #data: Uint8Array;
  readonly #types: NamedTypes;
  /** Items of lists may take no bytes at all: there is an end to them too. */
  #itemsLeft: number;
  #depth = 0;

  constructor(data: Uint8Array, offset: number, types: NamedTypes) {
    this.#data = data;
    this.offset = offset;
    this.#types = types;
    this.#itemsLeft = data.length;
  }

  /** @throws Error where the bytes end, or the type isn't one that is known. */
  read(type: unknown, generics: NamedTypes = NO_TYPES): DecodedValue {
    if (++this.#depth > MAX_DEPTH) throw new Error('types are nested too deep');
    const value = typeof type === 'string' ? this.#plain(type) : this.#node(type, generics);
    this.#depth--;
    return value;
  }

  #node(type: unknown, generics: NamedTypes): DecodedValue {
    const node = asObject(type);
    if (node === undefined) throw new Error('no type');
    if (typeof node['kind'] === 'string') return this.#byKind(node, node['kind'], generics);
    if ('option' in node) return this.#number(1) === 0n ? null : this.read(node['option'], generics);
    if ('coption' in node) {
      const isSome = this.#number(4) === 1n;
      const value = this.read(node['coption'], generics);
      return isSome ? value : null;
    }
    if ('vec' in node) return this.#list(this.#number(4), node['vec'], generics);
    if (Array.isArray(node['array'])) {
      const [item, count] = node['array'] as readonly unknown[];
      return this.#list(BigInt(lengthOf(count, generics)), item, generics);
    }
    if ('generic' in node) return this.read(generics.get(asText(node['generic']) ?? ''), generics);
    if ('defined' in node) return this.#defined(node['defined'], generics);
    throw new Error('a type that is not known');
  }

  /** Anchor's `"Name"` or `{ name, generics }`. */
  #defined(reference: unknown, outer: NamedTypes): DecodedValue {
    const object = asObject(reference);
    const name = asText(reference) ?? asText(object?.['name']);
    const definition = asObject(this.#types.get(name ?? ''));
    if (definition === undefined) throw new Error(`${name} is not defined`);
    const given = objects(object?.['generics']);
    const generics = new Map<string, unknown>();
    for (const [i, parameter] of objects(definition['generics']).entries()) {
      const argument = given[i];
      const value = argument?.['kind'] === 'const' ? argument['value'] : argument?.['type'];
      const inner = asObject(value)?.['generic'];
      generics.set(asText(parameter['name']) ?? '', inner === undefined ? value : outer.get(asText(inner) ?? ''));
    }
    return this.read(definition['type'] ?? definition, generics);
  }

  #byKind(node: Json, kind: string, generics: NamedTypes): DecodedValue {
    switch (kind) {
      // Anchor
      case 'struct':
        return this.#fields(node['fields'], generics);
      case 'enum':
        return this.#variant(node['variants'], 1, generics);
      case 'alias':
      case 'type':
        return this.read(node['alias'] ?? node['value'], generics);
      // Codama
      case 'numberTypeNode':
        return this.#numeric(asText(node['format']) ?? '', node['endian'] === 'be');
      case 'amountTypeNode':
      case 'dateTimeTypeNode':
      case 'solAmountTypeNode':
        return this.read(node['number'], generics);
      case 'booleanTypeNode':
        return node['size'] === undefined ? this.#plain('bool') : this.#count(node['size'], generics) !== 0;
      case 'publicKeyTypeNode':
        return this.#plain('pubkey');
      case 'stringTypeNode':
        return new TextDecoder().decode(this.#bytes(this.#left));
      case 'bytesTypeNode':
        return this.#bytes(this.#left).slice();
      case 'fixedSizeTypeNode':
        return this.#within(Number(node['size']), node['type'], generics);
      case 'sizePrefixTypeNode':
        return this.#within(this.#count(node['prefix'] ?? U32, generics), node['type'], generics);
      case 'hiddenPrefixTypeNode':
        for (const constant of objects(node['prefix'])) this.read(constant['type'], generics);
        return this.read(node['type'], generics);
      case 'hiddenSuffixTypeNode': {
        const value = this.read(node['type'], generics);
        for (const constant of objects(node['suffix'])) this.read(constant['type'], generics);
        return value;
      }
      case 'optionTypeNode': {
        const isSome = this.#count(node['prefix'] ?? U8, generics) !== 0;
        if (!isSome && node['fixed'] !== true) return null;
        const value = this.read(node['item'], generics);
        return isSome ? value : null;
      }
      case 'remainderOptionTypeNode':
        return this.#left === 0 ? null : this.read(node['item'], generics);
      case 'zeroableOptionTypeNode':
        return this.read(node['item'], generics);
      case 'arrayTypeNode':
      case 'setTypeNode':
        return this.#list(this.#counted(node['count'], generics), node['item'], generics);
      case 'mapTypeNode': {
        const items = [node['key'], node['value']];
        return this.#list(this.#counted(node['count'], generics), { kind: 'tupleTypeNode', items }, generics);
      }
      case 'tupleTypeNode':
        return list(node['items']).map((item) => this.read(item, generics));
      case 'structTypeNode':
        return this.#fields(node['fields'], generics);
      case 'enumTypeNode':
        return this.#variant(node['variants'], node['size'] === undefined ? 1 : node['size'], generics);
      case 'definedTypeLinkNode':
        return this.read(this.#types.get(asText(node['name']) ?? ''), generics);
      default:
        throw new Error(`${kind} is not a type that is known`);
    }
  }

  get #left(): number {
    return this.#data.length - this.offset;
  }

  /** Of named fields an object, of others a list. */
  #fields(fields: unknown, generics: NamedTypes): DecodedValue {
    const all = list(fields);
    const isNamed = all.every((field) => asText(asObject(field)?.['name']) !== undefined);
    if (!isNamed) return all.map((field) => this.read(field, generics));
    return Object.fromEntries(objects(fields).map((field) => [field['name'], this.read(field['type'], generics)]));
  }

  /** A variant without fields is its name. */
  #variant(variants: unknown, size: unknown, generics: NamedTypes): DecodedValue {
    const place = typeof size === 'number' ? Number(this.#number(size)) : this.#count(size, generics);
    const variant = objects(variants)[place];
    const name = asText(variant?.['name']);
    if (variant === undefined || name === undefined) throw new Error(`there is no variant ${place}`);
    const fields = variant['fields'] ?? asObject(variant['struct'])?.['fields'];
    if (fields !== undefined) return { [name]: this.#fields(fields, generics) };
    const items = asObject(variant['tuple'])?.['items'];
    return items === undefined ? name : { [name]: list(items).map((item) => this.read(item, generics)) };
  }

  /** A value that has so many bytes, used or not. */
  #within(size: number, type: unknown, generics: NamedTypes): DecodedValue {
    const inner = new TypeReader(this.#bytes(size), 0, this.#types);
    inner.#depth = this.#depth;
    return inner.read(type, generics);
  }

  #counted(count: unknown, generics: NamedTypes): bigint {
    const node = asObject(count);
    if (node?.['kind'] === 'fixedCountNode') return BigInt(Number(node['value']));
    if (node?.['kind'] === 'prefixedCountNode') return BigInt(this.#count(node['prefix'], generics));
    if (node?.['kind'] === 'remainderCountNode') throw new Error('a list that ends with the bytes');
    throw new Error('a list without a length');
  }

  #count(type: unknown, generics: NamedTypes): number {
    const value = this.read(type, generics);
    if (typeof value !== 'number' && typeof value !== 'bigint') throw new Error('a length that is no number');
    return Number(value);
  }

  #list(count: bigint, type: unknown, generics: NamedTypes): DecodedValue {
    // Items take bytes, but for those that nobody writes.
    if (!(count <= BigInt(this.#itemsLeft))) {
      this.isPastEnd = true;
      throw new Error('too long');
    }
    this.#itemsLeft -= Number(count);
    // Bytes are bytes: in Anchor's IDLs a list of u8.
    if (type === 'u8') return this.#bytes(Number(count)).slice();
    return Array.from({ length: Number(count) }, () => this.read(type, generics));
  }

  #plain(type: string): DecodedValue {
    switch (type) {
      case 'bool':
        return this.#bytes(1)[0] !== 0;
      case 'pubkey':
      case 'publicKey':
        return encodeBase58(this.#bytes(32));
      case 'string':
        return new TextDecoder().decode(this.#bytes(Number(this.#number(4))));
      case 'bytes':
        return this.#bytes(Number(this.#number(4))).slice();
      default:
        return this.#numeric(type, false);
    }
  }

  #numeric(type: string, isBigEndian: boolean): DecodedValue {
    if (type === 'f32' || type === 'f64') {
      const bytes = this.#bytes(type === 'f32' ? 4 : 8);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      return type === 'f32' ? view.getFloat32(0, !isBigEndian) : view.getFloat64(0, !isBigEndian);
    }
    if (type === 'shortU16') return this.#shortU16();
    const width = widthOf(type);
    if (width === undefined) throw new Error(`${type} is not a plain type`);
    const value = this.#number(width, isBigEndian);
    const signed = type.startsWith('i') ? BigInt.asIntN(width * 8, value) : value;
    return width <= 4 ? Number(signed) : signed;
  }

  #shortU16(): number {
    let value = 0;
    for (let i = 0; i < 3; i++) {
      const [byte] = this.#bytes(1);
      value |= (byte & 0x7f) << (7 * i);
      if (byte < 0x80) break;
    }
    return value;
  }

  #number(width: number, isBigEndian = false): bigint {
    const bytes = this.#bytes(width);
    return (isBigEndian ? bytes.toReversed() : bytes).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  #bytes(count: number): Uint8Array {
    const end = this.offset + count;
    this.isPastEnd = end > this.#data.length;
    if (!(count >= 0) || this.isPastEnd) throw new Error('the data ends');
    const bytes = this.#data.subarray(this.offset, end);
    this.offset = end;
    return bytes;
  }
}

const NO_TYPES: NamedTypes = new Map();
const U8 = { kind: 'numberTypeNode', format: 'u8' };
const U32 = { kind: 'numberTypeNode', format: 'u32' };

/** Bytes of an integer type. */
export function widthOf(type: string | undefined): number | undefined {
  const bits = /^[ui](8|16|32|64|128|256)$/.exec(type ?? '')?.[1];
  return bits === undefined ? undefined : Number(bits) / 8;
}

function lengthOf(count: unknown, generics: NamedTypes): number {
  const name = asText(asObject(count)?.['generic']);
  const length = Number(name === undefined ? count : generics.get(name));
  if (!Number.isInteger(length) || length < 0) throw new Error('an array without a length');
  return length;
}

export function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function objects(value: unknown): Json[] {
  return list(value)
    .map(asObject)
    .filter((item) => item !== undefined);
}
