// Arguments as LiteSVM's native module takes them: what is accepted, and the error where something isn't, message and code
// included. Numbers convert as its bindings convert them, so a heap size of 1.9 is 1 and one of -1 is 4,294,967,295.
// Differs: where the native module aborts the process (a key that isn't 32 bytes, bytes that aren't a transaction), an
// error is thrown here.
// Source: litesvm crates/node-litesvm/src/util.rs; napi-rs crates/napi/src/bindgen_runtime/js_values; texts as npm
// litesvm 1.5.0 was seen to throw them.

import { decodeBase58, encodeBase58 } from '../../wire/base58.ts';
import { PUBKEY_BYTES, Pubkey } from '../../wire/pubkey.ts';

const U64_MASK = 0xffff_ffff_ffff_ffffn;

/** An error of the native module: an `Error` with its status as `code`. */
export function nativeError(message: string, code = 'GenericFailure'): Error {
  return Object.assign(new Error(message), { code });
}

export function fail(message: string, code?: string): never {
  throw nativeError(message, code);
}

// Integers.

export function u64(value: unknown): bigint {
  return unsigned(value, 64, 'u64');
}

export function u128(value: unknown): bigint {
  return unsigned(value, 128, 'u128');
}

export function usize(value: unknown): bigint {
  return unsigned(value, 64, 'usize');
}

export function i64(value: unknown): bigint {
  const int = bigint(value);
  if (BigInt.asIntN(64, int) !== int) fail(`Bigint too large for i64: ${debugBigInt(int)}`);
  return int;
}

export function bigint(value: unknown): bigint {
  return typeof value === 'bigint' ? value : fail('', 'BigintExpected');
}

function unsigned(value: unknown, bits: number, type: string): bigint {
  const int = bigint(value);
  if (int < 0n) fail(`Cannot convert negative bigint to ${type}: ${debugBigInt(int)}`);
  if (BigInt.asUintN(bits, int) !== int) fail(`Bigint too large for ${type}: ${debugBigInt(int)}`);
  return int;
}

function debugBigInt(value: bigint): string {
  const words: bigint[] = [];
  for (let rest = value < 0n ? -value : value; rest > 0n; rest >>= 64n) words.push(rest & U64_MASK);
  return `BigInt { sign_bit: ${value < 0n}, words: [${words.join(', ')}] }`;
}

export function u32(value: unknown): number {
  return number(value, 'u32') >>> 0;
}

export function u8(value: unknown): number {
  const int = number(value, 'u8') >>> 0;
  return int <= 0xff ? int : fail('Failed to convert u32 to u8');
}

export function f64(value: unknown): number {
  return number(value, 'f64');
}

function number(value: unknown, type: string): number {
  if (typeof value === 'number') return value;
  return fail(`Failed to convert napi value ${typeName(value)} into rust type \`${type}\``, 'NumberExpected');
}

// Other values.

export function bool(value: unknown): boolean {
  return typeof value === 'boolean'
    ? value
    : fail('Failed to convert napi value into rust type `bool`', 'BooleanExpected');
}

/** @param place what is said of where the value stood. */
export function string(value: unknown, place = ''): string {
  if (typeof value === 'string') return value;
  const message = `Failed to convert JavaScript value \`${shown(value)}\` into rust type \`String\`${place}`;
  return fail(message, 'StringExpected');
}

function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') {
    return `${typeName(value)} ${value} `;
  }
  if (typeof value === 'function') return `function ${value.name || 'anonymous'}(..) `;
  return typeof value === 'object' && value !== null ? `Object ${JSON.stringify(value)}` : typeName(value);
}

function typeName(value: unknown): string {
  if (value === null) return 'Null';
  if (typeof value === 'bigint') return 'BigInt';
  const name = typeof value;
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** An object of one of the module's classes. */
export function instance<T>(value: unknown, type: (abstract new (...args: never) => T) & { readonly name: string }): T {
  if (value instanceof type) return value;
  return fail(`Failed to recover \`${type.name}\` type from napi value`, 'InvalidArg');
}

/** Bytes, copied. */
export function bytes(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? new Uint8Array(value) : refuseArray(value, 'Uint8Array');
}

/** What is said of a value that is no array of the kind that is asked for. */
export function refuseArray(value: unknown, kind: string): never {
  if (value instanceof Uint8Array) fail(`Expected ${kind}, got Uint8Array`, 'InvalidArg');
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    fail(`Expected ${kind}, got ${value.constructor.name}`, 'InvalidArg');
  }
  const isObject = typeof value === 'object' && value !== null;
  const canBeAsked = isObject || typeof value === 'function' || typeof value === 'symbol';
  return fail(canBeAsked ? 'Get TypedArray info failed' : 'Failed to create reference from TypedArray', 'InvalidArg');
}

/** Bytes that are only read during the call. */
export function slice(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  const number = ArrayBuffer.isView(value) ? TYPED_ARRAYS.indexOf(value.constructor.name) : -1;
  return fail(number < 0 ? 'Get TypedArray info failed' : `Expected $name, got ${number}`, 'InvalidArg');
}

/** By their numbers in Node's C interface. */
const TYPED_ARRAYS = [
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
];

export function key(value: unknown): Pubkey {
  const data = slice(value);
  if (data.length !== PUBKEY_BYTES) fail('could not convert slice to array');
  return Pubkey.interned(data, 0);
}

/** A blockhash in base58. */
export function hash(text: string): Uint8Array {
  let data: Uint8Array;
  try {
    // 44 digits hold any 32 bytes; longer text is refused before its digits are multiplied out.
    data = text.length <= 44 ? decodeBase58(text) : new Uint8Array(0);
  } catch {
    return fail('Failed to parse blockhash: failed to decoded string to hash');
  }
  if (data.length !== PUBKEY_BYTES) fail('Failed to parse blockhash: string decoded to wrong size for hash');
  return data;
}

export function hashText(data: Uint8Array): string {
  return encodeBase58(data);
}

/** What `new` answers for a class that only the module itself makes. */
export function refuseConstruction(): never {
  throw new Error('Class contains no `constructor`, can not new it!');
}
