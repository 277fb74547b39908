// Accounts that are used where they lie, as Anchor's `zero_copy` ones: their bytes are those of a Rust struct in C's layout,
// which must have no gaps, so that they are the same as Borsh's. What `load` and `loadMut` give is a window onto the bytes.
// Numbers are aligned as on the chain, where 128 bits want 8 bytes as 64 do.
// Source: anchor lang/src/accounts/account_loader.rs, lang/attribute/account/src/lib.rs, zero_copy; bytemuck, Pod.

import { type Codec, padLeftCodec, padRightCodec } from '@solana/kit';
import { ParhelionError } from '../wire/errors.ts';
import type { AccountInfo } from './account-info.ts';
import type { AccountLoader } from './account-types.ts';
import { checkDiscriminator, PlainAccount } from './account-values.ts';
import { anchorError } from './anchor-error.ts';
import {
  type AccountType,
  accountParts,
  type Described,
  definitionsOf,
  type Fields,
  fieldsCodec,
  type IdlTypeDefinition,
  type InferFields,
  idlFields,
  type Pod,
  type Schema,
  type StateOptions,
} from './schema.ts';

/** A type of account that is used where it lies. */
export interface ZeroCopyType<T> extends AccountType<T> {
  readonly layout: 'bytemuck';
}

export interface Packing {
  /**
   * What Anchor's `zero_copy(unsafe)` allows: `packed`, as it has it, puts numbers wherever they come to lie; `c`, with
   * `#[repr(C)]`, leaves gaps before those that want to be aligned.
   */
  readonly unsafe?: 'packed' | 'c';
}

/**
 * A type of account that is used where it lies: of integers, floats, addresses, arrays, and structs of them.
 *
 * @throws ParhelionError `INVALID_DECLARATION` where a field can't lie in such a struct, or a gap would stand between two.
 *
 * @example
 * ```ts
 * const OrderBook = zeroCopy('OrderBook', { market: pubkey, count: u32, padding: u32, orders: array(u64, 64) });
 * ```
 */
export function zeroCopy<F extends Fields>(
  name: string,
  fields: F,
  options: StateOptions & Packing = {},
): ZeroCopyType<InferFields<F>> {
  return {
    ...zeroCopyStruct(name, fields, options),
    ...accountParts(name, fields, options),
    layout: 'bytemuck',
  };
}

/** A struct inside of one. */
export function zeroCopyStruct<F extends Fields>(
  name: string,
  fields: F,
  options: Described & Packing = {},
): Schema<InferFields<F>> {
  const { docs = [] } = options;
  const { pod, gaps } = podOf(name, fields, options.unsafe);
  const definition: IdlTypeDefinition = {
    ...(docs.length === 0 ? {} : { docs }),
    serialization: options.unsafe === undefined ? 'bytemuck' : 'bytemuckunsafe',
    repr: options.unsafe === 'packed' ? { kind: 'rust', packed: true } : { kind: 'c' },
    type: { kind: 'struct', fields: idlFields(fields) },
  };
  return {
    codec: fillGaps(fields, gaps),
    idl: { defined: { name } },
    space: pod.size,
    definitions: definitionsOf(fields, name, definition),
    pod,
  };
}

/** Also the bytes before each field, and those behind the last, that belong to none. */
function podOf(name: string, fields: Fields, unsafe: Packing['unsafe']): { pod: Pod; gaps: readonly number[] } {
  const refuse = (reason: string): never => {
    throw new ParhelionError('INVALID_DECLARATION', { program: name, reason });
  };
  let align = 1;
  let size = 0;
  const gaps: number[] = [];
  const leave = (boundary: number, where: string) => {
    const gap = (boundary - (size % boundary)) % boundary;
    if (gap > 0 && unsafe === undefined) refuse(`${where} is a gap of ${gap} bytes: fill it with a field of its own`);
    gaps.push(gap);
    size += gap;
  };
  const placed = Object.entries(fields).map(([field, schema]) => {
    const { pod } = schema;
    if (pod === undefined || (pod.isPartial && unsafe === undefined)) {
      return refuse(`the field ${field} can't be used where it lies`);
    }
    leave(unsafe === 'packed' ? 1 : pod.align, `before ${field}`);
    align = Math.max(align, unsafe === 'packed' ? 1 : pod.align);
    const offset = size;
    size += pod.size;
    return [field, schema as Schema<any>, offset] as const;
  });
  leave(align, 'behind its last field');
  return { pod: { align, size, fields: placed }, gaps };
}

function fillGaps<F extends Fields>(fields: F, gaps: readonly number[]): Schema<InferFields<F>>['codec'] {
  if (gaps.every((gap) => gap === 0)) return fieldsCodec(fields);
  const entries = Object.entries(fields);
  const padded = entries.map(([name, schema], i) => {
    const behind = i === entries.length - 1 ? gaps[entries.length] : 0;
    const codec = padRightCodec(padLeftCodec(schema.codec as Codec<unknown>, gaps[i]), behind);
    return [name, { ...schema, codec }] as const;
  });
  return fieldsCodec(Object.fromEntries(padded) as unknown as F);
}

export class LoadedAccount<T> extends PlainAccount implements AccountLoader<T> {
  readonly #type: AccountType<T>;

  constructor(type: AccountType<T>, info: AccountInfo) {
    super(info);
    this.#type = type;
  }

  load(): Readonly<T> {
    checkDiscriminator(this.#type, this.info);
    return this.#window(false);
  }

  loadMut(): T {
    if (!this.info.isWritable) throw anchorError('AccountNotMutable');
    checkDiscriminator(this.#type, this.info);
    return this.#window(true);
  }

  loadInit(): T {
    if (!this.info.isWritable) throw anchorError('AccountNotMutable');
    const { length } = this.#type.discriminator;
    checkRange(this.info.data, length);
    if (this.info.data.subarray(0, length).some((byte) => byte !== 0)) {
      throw anchorError('AccountDiscriminatorAlreadySet');
    }
    return this.#window(true);
  }

  #window(isWritable: boolean): T {
    const { discriminator, space } = this.#type;
    checkRange(this.info.data, discriminator.length + space!);
    // Looked up each time: a call may have put another array in its place.
    return windowOf(this.#type, () => this.info.data, discriminator.length, isWritable) as T;
  }
}

/** Rust panics where a slice is too short. */
export function checkRange({ length }: Uint8Array, end: number): void {
  if (end > length) throw new RangeError(`range end index ${end} out of range for slice of length ${length}`);
}

function windowOf(schema: Schema<any>, bytes: () => Uint8Array, offset: number, isWritable: boolean): unknown {
  const { pod, codec } = schema;
  if (pod?.fields !== undefined) {
    const struct = {};
    for (const [name, field, at] of pod.fields) defineMember(struct, name, field, bytes, offset + at, isWritable);
    return struct;
  }
  if (pod?.item !== undefined) {
    const items: unknown[] = [];
    const { size } = pod.item.pod!;
    for (let i = 0; i < pod.size / size; i++) defineMember(items, i, pod.item, bytes, offset + i * size, isWritable);
    return items;
  }
  const value = codec.decode(bytes(), offset);
  // Bytes can be written one by one.
  return isWritable && value instanceof Uint8Array ? bytes().subarray(offset, offset + value.length) : value;
}

function defineMember(
  target: object,
  name: string | number,
  schema: Schema<any>,
  bytes: () => Uint8Array,
  offset: number,
  isWritable: boolean,
): void {
  const get = () => windowOf(schema, bytes, offset, isWritable);
  const set = (value: unknown) => bytes().set(schema.codec.encode(value), offset);
  Object.defineProperty(target, name, isWritable ? { get, set, enumerable: true } : { get, enumerable: true });
}
