// Rust's {:?} of what LiteSVM's `toString` methods print: structs, lists, and the errors of a transaction.

import type { InstructionError, TransactionError } from '../../wire/transaction-error.ts';

/** `Name { a: 1, b: 2 }`. Values are texts already, or numbers. */
export function debugStruct(name: string, fields: { readonly [field: string]: unknown }): string {
  const parts = Object.entries(fields).map(([field, value]) => `${field}: ${value}`);
  return parts.length === 0 ? name : `${name} { ${parts.join(', ')} }`;
}

export function debugList(items: Iterable<unknown>): string {
  return `[${[...items].join(', ')}]`;
}

/** What a class that wraps one value prints: its name, and the value's. */
export function debugWrapper(name: string, inner: string): string {
  return `${name}(${inner})`;
}

export function debugTransactionError(error: TransactionError): string {
  if (typeof error === 'string') return error;
  const [[variant, data]] = Object.entries(error);
  if (Array.isArray(data)) return `${variant}(${data[0]}, ${debugInstructionError(data[1])})`;
  return typeof data === 'object' ? debugStruct(variant, data) : `${variant}(${data})`;
}

function debugInstructionError(error: InstructionError): string {
  return typeof error === 'string' ? error : `Custom(${error.Custom})`;
}
