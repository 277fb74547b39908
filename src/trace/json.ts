// A trace as JSON. The tree is plain data already; two kinds of values have no JSON form and get one here:
// a bigint becomes its decimal digits in a string, always, however small; bytes become base64.
// The data of an account in `accounts` longer than 4,096 bytes is left out (null beside its `dataLength`): programs are
// accounts too, and a trace is no place for megabytes of code. What changed is complete, in the frames.

import { encodeBase64 } from '../wire/base64.ts';
import type { AccountState, TransactionTrace } from './transaction-trace.ts';

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** The format's number; it changes where a reader of the last one would go wrong. */
export const TRACE_JSON_VERSION = 1;

const DATA_LIMIT = 4096;

/**
 * The trace as a value for `JSON.stringify`: bigint as decimal strings, bytes as base64, all else as it is in the tree.
 */
export function traceToJson(trace: TransactionTrace): { readonly [name: string]: JsonValue } {
  const accounts = trace.accounts.map((account) => ({
    ...account,
    before: stateToJson(account.before),
    after: stateToJson(account.after),
  }));
  return toJson({ version: TRACE_JSON_VERSION, ...trace, accounts }) as { readonly [name: string]: JsonValue };
}

/** Any value of this room, by the same rule. */
export function valueToJson(value: unknown): JsonValue {
  return toJson(value);
}

function stateToJson(state: AccountState | null): object | null {
  if (state === null) return null;
  const { data, ...rest } = state;
  return { ...rest, dataLength: data.length, data: data.length > DATA_LIMIT ? null : data };
}

function toJson(value: unknown): JsonValue {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return encodeBase64(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toJson(item)]));
  }
  return value as null | boolean | number | string;
}
