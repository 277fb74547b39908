// Reading wire bytes front to back: a place in them, that says what it expected where they end too early. Many transactions
// may lie in one array, whose views cost more to make than a transaction to read; so the array and its view are shared.

import { ParhelionError } from './errors.ts';
import { readShortVecLength, shortVecSize } from './short-vec.ts';

/** Bytes with a view of them, of which parts can be taken. */
export class WireBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  // Of `bytes`. Asking the array for them takes as long as making a view.
  readonly #buffer: ArrayBufferLike;
  readonly #base: number;

  constructor(bytes: Uint8Array) {
    const { buffer, byteOffset, length } = bytes;
    // A subclass (Node's Buffer) is looked through, so that every view taken is a plain Uint8Array.
    this.bytes = bytes.constructor === Uint8Array ? bytes : new Uint8Array(buffer, byteOffset, length);
    this.view = new DataView(buffer, byteOffset, length);
    this.#buffer = buffer;
    this.#base = byteOffset;
  }

  /** A view of the `length` bytes at `offset`. A third faster than `subarray`, and a transaction has five of these. */
  viewAt(offset: number, length: number): Uint8Array {
    return new Uint8Array(this.#buffer, this.#base + offset, length);
  }
}

/** A place in the bytes of a transaction; every step past the end says what was expected there. */
export class WireReader {
  readonly source: WireBytes;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  offset: number;
  /** Where the bytes to be read end. */
  readonly end: number;
  readonly #start: number;

  /** Over the bytes from `start` to `end`. */
  constructor(source: WireBytes, start: number, end: number) {
    this.source = source;
    this.bytes = source.bytes;
    this.view = source.view;
    this.offset = start;
    this.end = end;
    this.#start = start;
  }

  /** Over all of `bytes`. */
  static over(bytes: Uint8Array): WireReader {
    return new WireReader(new WireBytes(bytes), 0, bytes.length);
  }

  /** How many bytes were read. */
  get length(): number {
    return this.offset - this.#start;
  }

  /** The bytes from `start` to here. */
  viewFrom(start: number): Uint8Array {
    return this.source.viewAt(start, this.offset - start);
  }

  /** Steps over `count` bytes and returns where they begin. */
  take(count: number, what: string): number {
    const offset = this.offset;
    const left = this.end - offset;
    if (count > left) return this.fail(`${what}: ${count} bytes are needed and ${left} are left`);
    this.offset = offset + count;
    return offset;
  }

  takeView(count: number, what: string): Uint8Array {
    return this.source.viewAt(this.take(count, what), count);
  }

  takeShortVecLength(what: string): number {
    const length = readShortVecLength(this.bytes, this.offset, this.end);
    if (length === 'cut') return this.fail(`${what}: the bytes end within it`);
    if (length === 'alias') return this.fail(`${what}: its compact-u16 is longer than it need be`);
    if (length === 'overflow') return this.fail(`${what}: its compact-u16 is over 65535`);
    this.offset += shortVecSize(length);
    return length;
  }

  peek(what: string): number {
    if (this.offset >= this.end) this.fail(`${what}: the bytes end before it`);
    return this.bytes[this.offset];
  }

  expectEnd(): void {
    const left = this.end - this.offset;
    if (left > 0) this.fail(`${left} bytes follow where it should end`);
  }

  fail(reason: string): never {
    throw new ParhelionError('MALFORMED_TRANSACTION', { reason: `at byte ${this.length}, ${reason}` });
  }
}
