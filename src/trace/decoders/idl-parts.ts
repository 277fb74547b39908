// The lists of an IDL, item by item: instructions, accounts, arguments, types, errors. An IDL that has something else in their
// place was damaged or is none, and whoever registers it is told where, as an explanation without it would only be poorer.
// What a type says is looked at when bytes are read by it (idl-types.ts).

import { ParhelionError } from '../../wire/errors.ts';
import { asObject, type Json } from './idl-types.ts';

/** What most of what an IDL lists has. */
export interface Named extends Json {
  readonly name: string;
}

/**
 * The items of the list `field` of `owner`, which stands at `path`; none where there is no such list.
 *
 * @throws ParhelionError `INVALID_ARGUMENT` where it is no list of objects with names.
 */
export function namedItems(owner: Json, field: string, path = ''): Named[] {
  const value = owner[field] ?? [];
  const at = `${path}${field}`;
  if (!Array.isArray(value)) return refusePart(at, 'a list', value);
  return value.map((item: unknown, i) => {
    const object = asObject(item);
    if (object === undefined) return refusePart(`${at}[${i}]`, 'an object', item);
    if (typeof object['name'] !== 'string') return refusePart(`${at}[${i}].name`, 'text', object['name']);
    return object as Named;
  });
}

export function refusePart(path: string, expected: string, received: unknown): never {
  throw new ParhelionError('INVALID_ARGUMENT', {
    name: `The IDL's \`${path}\``,
    expected,
    received: wordsFor(received),
  });
}

const MAX_SHOWN = 40;

function wordsFor(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, MAX_SHOWN));
  if (Array.isArray(value)) return 'a list';
  if (value === undefined) return 'nothing';
  return typeof value === 'object' && value !== null ? 'an object' : String(value).slice(0, MAX_SHOWN);
}
