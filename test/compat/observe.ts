// What a script gives, as plain data that `toEqual` compares and prints: the same script runs against a native package and
// against the adapter of it.

import { createHash } from 'node:crypto';

type Fields = Record<string, unknown>;

/** The value, or the error that was thrown, in plain data. */
export function observe(script: () => unknown): unknown {
  try {
    return plain(script());
  } catch (error) {
    return thrown(error);
  }
}

export async function observeAsync(script: () => unknown): Promise<unknown> {
  try {
    return plain(await script());
  } catch (error) {
    return thrown(error);
  }
}

function thrown(error: unknown): unknown {
  const { message, code } = error as { message: string; code?: unknown };
  return {
    thrown: (error as object).constructor.name,
    message,
    code,
    context: (error as { context?: unknown }).context,
  };
}

/** Objects of classes become their class's name, the values of their accessors, and the text they print. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return textOf(value);
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} ${bytesText(value)}`;
  if (value instanceof Map) return [...value].map(plain);
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
  }
  const fields: Fields = { class: prototype.constructor.name };
  for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (get !== undefined) fields[name] = plain((value as Fields)[name]);
  }
  const text = String(value);
  if (text !== '[object Object]') fields['text'] = textOf(text);
  return fields;
}

/** Of a very long one, what tells it from others. */
function textOf(text: string): string {
  if (text.length <= 20_000) return text;
  const digest = createHash('sha256').update(text).digest('hex');
  return `${text.length} characters, ${digest}: ${text.slice(0, 200)}…${text.slice(-200)}`;
}

function bytesText(view: ArrayBufferView): string {
  const hex = Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('hex');
  return hex.length > 200 ? `${view.byteLength} bytes ${hex.slice(0, 100)}…${hex.slice(-100)}` : hex;
}

/** What can be seen of a class from outside: names, kinds and flags of its members. */
export function shapeOf(type: unknown): unknown {
  if (typeof type !== 'function') return typeof type;
  return { name: type.name, static: membersOf(type), members: type.prototype && membersOf(type.prototype) };
}

const OF_EVERY_CLASS = ['length', 'name', 'prototype', 'arguments', 'caller', 'constructor'];

function membersOf(object: object): Fields {
  const members: Fields = {};
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
    if (OF_EVERY_CLASS.includes(name)) continue;
    const { get, set, value, enumerable } = descriptor;
    const kind = get || set ? `${get ? 'get ' : ''}${set ? 'set' : ''}` : typeof value;
    // Statics of native classes can't be enumerated, those of ours can't either.
    members[name] = enumerable ? `${kind} enumerable` : kind;
  }
  return members;
}
