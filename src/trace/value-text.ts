// How addresses, bytes, numbers and decoded values are written in a line of a trace. An address has its name, or its
// first and last characters; which short forms were used is remembered, so that a legend can spell them out.

import { decodeBase58 } from '../wire/base58.ts';
import { encodeHex, readU32, readU64 } from '../wire/bytes.ts';
import { decodePlainText } from './plain-text.ts';
import type { DecodedValue, Seed } from './transaction-trace.ts';

const SHOWN_BYTES = 32;
const SHOWN_ITEMS = 8;

export class AddressText {
  readonly #names: Readonly<Record<string, string>>;
  readonly #shortForms = new Map<string, string>();
  readonly #taken = new Map<string, string>();

  /** @param known addresses whose short forms must differ from each other's */
  constructor(names: Readonly<Record<string, string>>, known: readonly string[]) {
    this.#names = names;
    for (const address of known) this.#shorten(address);
    this.#shortForms.clear();
  }

  nameOf(address: string): string | undefined {
    return Object.hasOwn(this.#names, address) ? this.#names[address] : undefined;
  }

  /** The name, or else the short form. */
  show = (address: string): string => this.nameOf(address) ?? this.#shorten(address);

  /** The addresses that were shown in their short form, and that form. */
  get shortened(): ReadonlyMap<string, string> {
    return this.#shortForms;
  }

  #shorten(address: string): string {
    for (let length = 4; ; length *= 2) {
      const short =
        address.length <= 2 * length + 1 ? address : `${address.slice(0, length)}…${address.slice(-length)}`;
      const owner = this.#taken.get(short);
      if (owner !== undefined && owner !== address && short !== address) continue;
      this.#taken.set(short, address);
      this.#shortForms.set(address, short);
      return short;
    }
  }
}

/** Bytes in hex, the first of them where they are many. */
export function bytesText(bytes: Uint8Array, shown: number = SHOWN_BYTES): string {
  if (bytes.length === 0) return 'no bytes';
  if (bytes.length <= shown) return `0x${encodeHex(bytes)}`;
  return `0x${encodeHex(bytes.subarray(0, shown))}… (${numberText(bytes.length)} bytes)`;
}

/** What return data looks like: a small integer, a text, or bytes. */
export function guessText(bytes: Uint8Array): string {
  const hex = bytesText(bytes);
  if (bytes.length === 8) return `${hex} (u64 ${numberText(readU64(bytes, 0))})`;
  if (bytes.length === 4) return `${hex} (u32 ${numberText(readU32(bytes, 0))})`;
  if (bytes.length === 1) return `${hex} (${bytes[0]})`;
  const text = decodePlainText(bytes);
  return text === undefined ? hex : `${JSON.stringify(text)} (${numberText(bytes.length)} bytes)`;
}

/** A number with a comma at each thousand. */
export function numberText(value: number | bigint): string {
  return value.toString().replace(/(?<=^-?\d+)(?=(\d{3})+$)/g, ',');
}

/** Lists of numbers longer than this are cut: the bytes of a string that is none, for example. */
const SHOWN_LIST_LENGTH = 80;
const SHOWN_TEXT_LENGTH = 600;

/** An error's text without what would fill the screen: the ends of lists, and of the text. */
export function shortText(text: string): string {
  const listed = text.replace(/\[(\d+(?:, ?\d+)*)\]/g, (list: string, numbers: string) => {
    if (list.length <= SHOWN_LIST_LENGTH) return list;
    const items = numbers.split(/, ?/);
    return `[${items.slice(0, SHOWN_ITEMS).join(', ')}, … ${numberText(items.length - SHOWN_ITEMS)} more]`;
  });
  if (listed.length <= SHOWN_TEXT_LENGTH) return listed;
  return `${listed.slice(0, SHOWN_TEXT_LENGTH)}… (${numberText(listed.length - SHOWN_TEXT_LENGTH)} more characters)`;
}

export function valueText(value: DecodedValue, addresses: AddressText): string {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number' || typeof value === 'bigint') return numberText(value);
  if (typeof value === 'string') return isAddress(value) ? addresses.show(value) : JSON.stringify(value);
  if (value instanceof Uint8Array) return bytesText(value);
  if (Array.isArray(value)) {
    const items = value.slice(0, SHOWN_ITEMS).map((item) => valueText(item, addresses));
    if (value.length > SHOWN_ITEMS) items.push(`… ${numberText(value.length - SHOWN_ITEMS)} more`);
    return `[${items.join(', ')}]`;
  }
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${valueText(field, addresses)}`);
  return `{ ${fields.join(', ')} }`;
}

export function seedText(seed: Seed, addresses: AddressText): string {
  switch (seed.kind) {
    case 'text':
      return JSON.stringify(seed.text);
    case 'address':
      return addresses.show(seed.text);
    case 'bump':
      return `bump ${seed.text}`;
    case 'number':
      return `u${seed.bytes.length * 8} ${seed.text}`;
    case 'bytes':
      return bytesText(seed.bytes);
  }
}

function isAddress(text: string): boolean {
  if (text.length < 32 || text.length > 44) return false;
  try {
    return decodeBase58(text).length === 32;
  } catch {
    return false;
  }
}
