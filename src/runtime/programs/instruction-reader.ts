// Reads the fields of a builtin's instruction, in bincode: little-endian, a length of eight bytes before text and lists.
// Bytes behind the last field are ignored, and only a packet's worth is looked at; whatever can't be read fails with
// `InvalidInstructionData`.
// Source: solana-sdk bincode/src/lib.rs, limited_deserialize; packet/src/lib.rs, PACKET_DATA_SIZE.

import { readI64, readU16, readU32, readU64, U64_MAX } from '../../wire/bytes.ts';
import { PUBKEY_BYTES, Pubkey } from '../../wire/pubkey.ts';
import { readShortVecLength, shortVecSize } from '../../wire/short-vec.ts';
import type { InstructionErrorName } from '../../wire/transaction-error.ts';
import { fail } from '../errors.ts';

const PACKET_DATA_SIZE = 1232;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class InstructionReader {
  readonly #data: Uint8Array;
  readonly #end: number;
  readonly #error: InstructionErrorName;
  #at = 0;

  /** @param error for what can't be read, where the data is no instruction's: an account's then has no limit either. */
  constructor(data: Uint8Array, error: InstructionErrorName = 'InvalidInstructionData') {
    this.#data = data;
    this.#end = error === 'InvalidInstructionData' ? Math.min(data.length, PACKET_DATA_SIZE) : data.length;
    this.#error = error;
  }

  u8(): number {
    return this.#data[this.#take(1)];
  }

  u16(): number {
    return readU16(this.#data, this.#take(2));
  }

  u32(): number {
    return readU32(this.#data, this.#take(4));
  }

  u64(): bigint {
    return readU64(this.#data, this.#take(8));
  }

  i64(): bigint {
    return readI64(this.#data, this.#take(8));
  }

  /** What `read` reads, behind a byte that says whether it is there. */
  option<T>(read: () => T): T | undefined {
    const flag = this.u8();
    if (flag > 1) this.refuse(`an option's flag is ${flag}`);
    return flag === 1 ? read() : undefined;
  }

  /** Behind their number, as many as it says. */
  list<T>(read: () => T): T[] {
    return this.repeat(this.u64(), read);
  }

  repeat<T>(count: bigint | number, read: () => T): T[] {
    const items: T[] = [];
    // The data ends the loop where the number lies.
    for (let i = 0n; i < BigInt(count); i++) items.push(read());
    return items;
  }

  /** A compact-u16. */
  shortVecLength(): number {
    const length = readShortVecLength(this.#data, this.#at, this.#end);
    if (typeof length === 'string') return this.refuse(`a compact-u16: ${length}`);
    this.#at += shortVecSize(length);
    return length;
  }

  /** A u64 in LEB128, in as few bytes as it takes. */
  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 64n; shift += 7n) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (value > U64_MAX) this.refuse('a varint beyond a u64');
        if (byte === 0 && shift > 0n) this.refuse('a varint with a byte too many');
        return value;
      }
    }
    return this.refuse('a varint without an end');
  }

  pubkey(): Pubkey {
    return Pubkey.at(this.#data, this.#take(PUBKEY_BYTES));
  }

  /** A copy of `len` bytes. */
  fixed(len: number): Uint8Array {
    const start = this.#take(len);
    return Uint8Array.prototype.slice.call(this.#data, start, start + len);
  }

  skip(len: number): void {
    this.#take(len);
  }

  /** A view of the bytes. */
  bytes(): Uint8Array {
    const len = Number(this.u64());
    const start = this.#take(len);
    return this.#data.subarray(start, start + len);
  }

  text(): string {
    const bytes = this.bytes();
    try {
      return UTF8.decode(bytes);
    } catch {
      return this.refuse('the text is not UTF-8');
    }
  }

  #take(len: number): number {
    const start = this.#at;
    if (start + len > this.#end) this.refuse(`${start + len} bytes or more expected, ${this.#end} readable`);
    this.#at += len;
    return start;
  }

  refuse(detail: string): never {
    fail(this.#error, {
      rule: 'limited_deserialize',
      source: 'solana-sdk bincode/src/lib.rs, limited_deserialize',
      detail,
    });
  }
}
