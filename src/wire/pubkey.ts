// A 32-byte key as the inside of the house holds it: bytes first, base58 only when somebody reads it.
// The public edge speaks @solana/kit's `Address` (the base58 text); `Pubkey` is what maps, loops and programs compare.

import { decodeBase58, decodeKnownAddress, encodeBase58 } from './base58.ts';
import { ParhelionError } from './errors.ts';

export const PUBKEY_BYTES = 32;

export class Pubkey {
  /** The 32 bytes. Owned by this object and never changed. */
  readonly bytes: Uint8Array;
  /** The bytes mixed to a signed 32-bit number, which engines keep unboxed; equal keys have equal hashes. */
  readonly hash: number;
  #text: string | undefined;
  // The bytes as eight little-endian numbers, signed. Keys are compared more often than anything else is done with them,
  // and fields are where no array need be looked at.
  readonly #word0: number;
  readonly #word1: number;
  readonly #word2: number;
  readonly #word3: number;
  readonly #word4: number;
  readonly #word5: number;
  readonly #word6: number;
  readonly #word7: number;

  constructor(bytes: Uint8Array) {
    if (bytes.length !== PUBKEY_BYTES) {
      throw new ParhelionError('INVALID_ADDRESS', { expected: '32 bytes', received: `${bytes.length} bytes` });
    }
    this.bytes = bytes;
    this.#text = undefined;
    this.#word0 = wordAt(bytes, 0);
    this.#word1 = wordAt(bytes, 4);
    this.#word2 = wordAt(bytes, 8);
    this.#word3 = wordAt(bytes, 12);
    this.#word4 = wordAt(bytes, 16);
    this.#word5 = wordAt(bytes, 20);
    this.#word6 = wordAt(bytes, 24);
    this.#word7 = wordAt(bytes, 28);
    this.hash = hashAt(bytes, 0);
  }

  /** @throws ParhelionError `INVALID_ADDRESS` where the text isn't base58 of 32 bytes. */
  static fromBase58(text: string): Pubkey {
    let bytes: Uint8Array;
    try {
      // 44 digits hold any 32 bytes; longer text is refused before its digits are multiplied out.
      bytes = typeof text === 'string' && text.length <= 44 ? decodeBase58(text) : new Uint8Array(0);
    } catch {
      bytes = new Uint8Array(0);
    }
    if (bytes.length !== PUBKEY_BYTES) {
      const received = typeof text === 'string' ? `${JSON.stringify(text.slice(0, 100))}` : typeof text;
      throw new ParhelionError('INVALID_ADDRESS', { expected: 'base58 text of 32 bytes', received });
    }
    const key = new Pubkey(bytes);
    key.#text = text;
    return key;
  }

  /**
   * A key that the code knows by name. `interned` finds this object for it, always.
   *
   * @throws ParhelionError `INVALID_ADDRESS` where the text isn't base58 of 32 bytes.
   */
  static constant(text: string): Pubkey {
    const key = new Pubkey(decodeKnownAddress(text));
    key.#text = text;
    const slot = key.hash & (INTERNED_SLOTS - 1);
    // Where two constants meet in a slot, the second has to be found again like any other key.
    constants[slot] ??= key;
    return constants[slot].equals(key) ? constants[slot] : key;
  }

  /**
   * The key at `offset`, the same object as last time where it was seen lately: a transaction names the same programs
   * and payers as the one before, and equal objects compare at once and keep their text.
   */
  static interned(bytes: Uint8Array, offset: number): Pubkey {
    const slot = hashAt(bytes, offset) & (INTERNED_SLOTS - 1);
    const constant = constants[slot];
    if (constant?.equalsAt(bytes, offset)) return constant;
    const known = interned[slot];
    if (known?.equalsAt(bytes, offset)) return known;
    return (interned[slot] = Pubkey.at(bytes, offset));
  }

  /** The same, read through a view: a third of the time, and each transaction asks for each of its keys. */
  static internedInView(view: DataView, offset: number): Pubkey {
    const slot = hashInView(view, offset) & (INTERNED_SLOTS - 1);
    const constant = constants[slot];
    if (constant?.equalsInView(view, offset)) return constant;
    const known = interned[slot];
    if (known?.equalsInView(view, offset)) return known;
    // By bytes: a view of them and its slice take ten times as long as the rest of it.
    const bytes = new Uint8Array(PUBKEY_BYTES);
    for (let i = 0; i < PUBKEY_BYTES; i++) bytes[i] = view.getUint8(offset + i);
    return (interned[slot] = new Pubkey(bytes));
  }

  /** The same for a key that is there. */
  static intern(key: Pubkey): Pubkey {
    const slot = key.hash & (INTERNED_SLOTS - 1);
    if (constants[slot]?.equals(key)) return constants[slot];
    const known = interned[slot];
    return known?.equals(key) ? known : (interned[slot] = key);
  }

  /** A copy of the 32 bytes at `offset`. */
  static at(bytes: Uint8Array, offset: number): Pubkey {
    // Not `bytes.slice`: Node's Buffer overrides it with a view.
    return new Pubkey(Uint8Array.prototype.slice.call(bytes, offset, offset + PUBKEY_BYTES));
  }

  /** The first four bytes as a signed number. */
  get prefix(): number {
    return this.#word0;
  }

  equals(other: Pubkey): boolean {
    return this === other || (this.hash === other.hash && this.#equalsWords(other));
  }

  #equalsWords(other: Pubkey): boolean {
    return (
      this.#word0 === other.#word0 &&
      this.#word1 === other.#word1 &&
      this.#word2 === other.#word2 &&
      this.#word3 === other.#word3 &&
      this.#word4 === other.#word4 &&
      this.#word5 === other.#word5 &&
      this.#word6 === other.#word6 &&
      this.#word7 === other.#word7
    );
  }

  /** Whether the 32 bytes at `offset` are this key's. Faster than `equalsAt`, for memory that has a view. */
  equalsInView(view: DataView, offset: number): boolean {
    return (
      view.getInt32(offset, true) === this.#word0 &&
      view.getInt32(offset + 4, true) === this.#word1 &&
      view.getInt32(offset + 8, true) === this.#word2 &&
      view.getInt32(offset + 12, true) === this.#word3 &&
      view.getInt32(offset + 16, true) === this.#word4 &&
      view.getInt32(offset + 20, true) === this.#word5 &&
      view.getInt32(offset + 24, true) === this.#word6 &&
      view.getInt32(offset + 28, true) === this.#word7
    );
  }

  /** Writes the 32 bytes at `offset`. */
  writeInView(view: DataView, offset: number): void {
    view.setInt32(offset, this.#word0, true);
    view.setInt32(offset + 4, this.#word1, true);
    view.setInt32(offset + 8, this.#word2, true);
    view.setInt32(offset + 12, this.#word3, true);
    view.setInt32(offset + 16, this.#word4, true);
    view.setInt32(offset + 20, this.#word5, true);
    view.setInt32(offset + 24, this.#word6, true);
    view.setInt32(offset + 28, this.#word7, true);
  }

  /** Whether the 32 bytes at `offset` are this key's. */
  equalsAt(bytes: Uint8Array, offset: number): boolean {
    const own = this.bytes;
    for (let i = 0; i < PUBKEY_BYTES; i++) if (own[i] !== bytes[offset + i]) return false;
    return true;
  }

  toString(): string {
    return (this.#text ??= encodeBase58(this.bytes));
  }

  toJSON(): string {
    return this.toString();
  }
}

const INTERNED_SLOTS = 4096;
const interned: (Pubkey | undefined)[] = new Array(INTERNED_SLOTS).fill(undefined);
const constants: (Pubkey | undefined)[] = new Array(INTERNED_SLOTS).fill(undefined);

function hashAt(bytes: Uint8Array, offset: number): number {
  // Keys of real accounts are hashes or curve points, but programs and sysvars share prefixes and zero tails.
  let hash = 0x811c9dc5;
  for (let i = offset; i < offset + PUBKEY_BYTES; i += 4) {
    hash = Math.imul(hash ^ wordAt(bytes, i), 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash;
}

/** The same hash. */
function hashInView(view: DataView, offset: number): number {
  let hash = 0x811c9dc5;
  for (let i = offset; i < offset + PUBKEY_BYTES; i += 4) {
    hash = Math.imul(hash ^ view.getInt32(i, true), 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash;
}

function wordAt(bytes: Uint8Array, i: number): number {
  return bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
}

/** The all-zero key: the System program, and "nobody" in many layouts. */
export const DEFAULT_PUBKEY: Pubkey = new Pubkey(new Uint8Array(PUBKEY_BYTES));
