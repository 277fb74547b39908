// Reads the fields of a builtin's instruction, in bincode: little-endian, a length of eight bytes before text and lists.
// Bytes behind the last field are ignored, and only a packet's worth is looked at; whatever can't be read fails with
// `InvalidInstructionData`.
// Source: solana-sdk bincode/src/lib.rs, limited_deserialize; packet/src/lib.rs, PACKET_DATA_SIZE.

import { readU32, readU64 } from '../../wire/bytes.ts';
import { PUBKEY_BYTES, Pubkey } from '../../wire/pubkey.ts';
import { fail } from '../errors.ts';

const PACKET_DATA_SIZE = 1232;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class InstructionReader {
  readonly #data: Uint8Array;
  readonly #end: number;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
    this.#end = Math.min(data.length, PACKET_DATA_SIZE);
  }

  u32(): number {
    return readU32(this.#data, this.#take(4));
  }

  u64(): bigint {
    return readU64(this.#data, this.#take(8));
  }

  pubkey(): Pubkey {
    return Pubkey.at(this.#data, this.#take(PUBKEY_BYTES));
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
      refuse('the text is not UTF-8');
    }
  }

  #take(len: number): number {
    const start = this.#at;
    if (start + len > this.#end) refuse(`${start + len} bytes or more expected, ${this.#end} readable`);
    this.#at += len;
    return start;
  }
}

function refuse(detail: string): never {
  fail('InvalidInstructionData', {
    rule: 'limited_deserialize',
    source: 'solana-sdk bincode/src/lib.rs, limited_deserialize',
    detail,
  });
}
