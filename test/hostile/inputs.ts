// Hostile inputs: noise, and valid inputs spoiled where parsers trust them (lengths, counts, offsets, tags, nesting). As
// fast-check arbitraries, so that a failing one is made small and told with its seed.

import fc from 'fast-check';

/** Numbers at the edges of what fields can hold. */
const WORDS: readonly bigint[] = [
  ...[0n, 1n, 2n, 7n, 8n, 31n, 32n, 33n, 64n, 127n, 128n, 255n, 256n, 1231n, 1232n, 10_240n, 10_241n, 65_535n, 65_536n],
  ...[31n, 32n, 33n, 52n, 53n, 62n, 63n].flatMap((bits) => [(1n << bits) - 1n, 1n << bits, (1n << bits) + 1n]),
  ...[1n, 2n, 8n].map((below) => (1n << 64n) - below),
];

interface ByteChange {
  readonly kind: 'byte' | 'flip' | 'word' | 'cut' | 'insert' | 'remove' | 'repeat' | 'splice' | 'near';
  /** Anywhere; taken modulo the length. */
  readonly at: number;
  readonly other: number;
  readonly size: number;
  readonly word: bigint;
}

const byteChange: fc.Arbitrary<ByteChange> = fc.record({
  kind: fc.constantFrom<ByteChange['kind'][]>(
    ...(['byte', 'byte', 'flip', 'word', 'word', 'cut', 'insert', 'remove', 'repeat', 'splice', 'near'] as const),
  ),
  at: fc.oneof(fc.nat(120), fc.nat(1 << 20)),
  other: fc.nat(1 << 20),
  size: fc.constantFrom(1, 1, 2, 4, 8, 16, 32),
  word: fc.constantFrom(...WORDS),
});

/** Valid inputs with nothing, one or a few things spoiled. */
export function spoiled(examples: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.nat(examples.length - 1), fc.array(byteChange, { maxLength: 5 }))
    .map(([index, changes]) =>
      changes.reduce<Uint8Array>((bytes, change) => spoil(bytes, change, examples), examples[index].slice()),
    );
}

function spoil(bytes: Uint8Array, change: ByteChange, examples: readonly Uint8Array[]): Uint8Array {
  const at = bytes.length === 0 ? 0 : change.at % bytes.length;
  const { other, size, word } = change;
  switch (change.kind) {
    case 'byte':
      if (bytes.length > 0) bytes[at] = Number(word & 0xffn);
      return bytes;
    case 'flip':
      if (bytes.length > 0) bytes[at] ^= 1 << (other & 7);
      return bytes;
    case 'near':
      if (bytes.length > 0) bytes[at] += other % 2 === 0 ? 1 : -1;
      return bytes;
    case 'word':
      return put(bytes, at, word, size);
    case 'cut':
      return bytes.slice(0, at);
    case 'insert':
      return join(bytes.subarray(0, at), new Uint8Array(size).fill(other), bytes.subarray(at));
    case 'remove':
      return join(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + size)));
    case 'repeat':
      return join(bytes.subarray(0, at), bytes.subarray(at, at + size), bytes.subarray(at));
    case 'splice': {
      const from = examples[other % examples.length];
      const start = from.length === 0 ? 0 : other % from.length;
      return join(bytes.subarray(0, at), from.subarray(start, start + size), bytes.subarray(at + size));
    }
  }
}

function put(bytes: Uint8Array, at: number, word: bigint, size: number): Uint8Array {
  for (let i = 0; i < Math.min(size, 8, bytes.length - at); i++)
    bytes[at + i] = Number((word >> BigInt(8 * i)) & 0xffn);
  return bytes;
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const noise: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.uint8Array({ maxLength: 400 }),
  fc.tuple(fc.nat(255), fc.nat(3000)).map(([byte, length]) => new Uint8Array(length).fill(byte)),
);

/** Mostly spoiled examples, some noise. */
export function bytesLike(examples: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc.oneof({ weight: 4, arbitrary: spoiled(examples) }, { weight: 1, arbitrary: noise });
}

/** One of the edges, or any u64. */
export const word: fc.Arbitrary<bigint> = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
);

// Text.

const ODD_TEXT: readonly string[] = [
  '',
  ' ',
  '0',
  '-1',
  '\0',
  '\ud800',
  'é',
  '🪞',
  '__proto__',
  '=',
  '1'.repeat(200),
  '\n',
];

export function textLike(examples: readonly string[]): fc.Arbitrary<string> {
  const change = fc.tuple(fc.nat(1 << 16), fc.nat(8), fc.oneof(fc.constantFrom(...ODD_TEXT, ...examples), fc.string()));
  const spoiledText = fc
    .tuple(fc.constantFrom(...examples), fc.array(change, { maxLength: 4 }))
    .map(([text, changes]) => {
      return changes.reduce((now, [at, cut, put]) => {
        const start = at % (now.length + 1);
        return now.slice(0, start) + put + now.slice(start + cut);
      }, text);
    });
  return fc.oneof({ weight: 4, arbitrary: spoiledText }, { weight: 1, arbitrary: fc.string({ unit: 'binary' }) });
}

// Values of JSON.

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const DEEP = 30_000;
const NESTING = ['accounts', 'vec', 'option', 'array', 'type', 'args', 'definedTypes'] as const;

/** Nested as no stack can follow. */
function nested(kind: number): Json {
  let value: Json = [];
  for (let i = 0; i < DEEP; i++) {
    const name = NESTING[kind];
    value = name === undefined ? [value] : { name: 'x', [name]: kind % 2 === 0 ? [value] : value };
  }
  return value;
}

/** A value, or which nesting, which is too deep to be printed. */
type OddValue = { readonly value: Json } | { readonly nesting: number };

const ODD_JSON: readonly Json[] = [null, true, false, -1, 0, 1.5, 1e308, Infinity, 2 ** 53, 2 ** 64, {}, []];
const oddValue: fc.Arbitrary<OddValue> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ value: fc.constantFrom<Json[]>(...ODD_JSON) }) },
  { weight: 4, arbitrary: fc.record({ value: fc.constantFrom<Json[]>(...ODD_TEXT) }) },
  { weight: 2, arbitrary: fc.record({ value: fc.jsonValue() as fc.Arbitrary<Json> }) },
  { weight: 1, arbitrary: fc.record({ nesting: fc.nat(NESTING.length) }) },
);

/** Where a change goes is told by numbers: at each level which child, taken modulo how many there are. */
interface JsonChange {
  readonly path: readonly number[];
  readonly remove: boolean;
  readonly odd: OddValue;
}

export interface JsonInput {
  readonly index: number;
  /** No path: instead of everything. */
  readonly changes: readonly JsonChange[];
}

const jsonChange: fc.Arbitrary<JsonChange> = fc.record({
  path: fc.oneof(
    { weight: 9, arbitrary: fc.array(fc.nat(1000), { minLength: 1, maxLength: 6 }) },
    { weight: 1, arbitrary: fc.constant([]) },
  ),
  remove: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
  odd: oddValue,
});

/** Examples with some of their values replaced or left out; {@link buildJson} makes the value. */
export const jsonChanges: fc.Arbitrary<JsonInput> = fc.record({
  index: fc.nat(1000),
  changes: fc.array(jsonChange, { maxLength: 3 }),
});

export function buildJson(examples: readonly Json[], { index, changes }: JsonInput): Json {
  return changes.reduce(spoilJson, structuredClone(examples[index % examples.length]));
}

function spoilJson(root: Json, { path, remove, odd }: JsonChange): Json {
  const value = 'value' in odd ? structuredClone(odd.value) : nested(odd.nesting);
  if (path.length === 0) return value;
  let node: Json = root;
  for (const [depth, step] of path.entries()) {
    if (typeof node !== 'object' || node === null) return root;
    const keys = Object.keys(node);
    if (keys.length === 0) return root;
    const key = keys[step % keys.length];
    const holder = node as { [name: string]: Json };
    const child: Json = holder[key];
    const isLast = depth === path.length - 1 || typeof child !== 'object' || child === null;
    if (!isLast) {
      node = child;
      continue;
    }
    if (remove && !Array.isArray(node)) delete holder[key];
    else Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });
    return root;
  }
  return root;
}
