// Bytes that grow at the end, with the integers of the WebAssembly binary format (LEB128).

export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written so far, as a window on the writer's own buffer: valid until the next write. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  u8(value: number): void {
    if (this.#length === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  append(bytes: Uint8Array | readonly number[]): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Unsigned, up to 32 bits. */
  u32(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.u8((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.u8(rest);
  }

  /** Signed, 32 bits; a u32 means the i32 of the same bits. */
  s32(value: number): void {
    let rest = value | 0;
    while (rest < -0x40 || rest > 0x3f) {
      this.u8((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.u8(rest & 0x7f);
  }

  /** Signed, 64 bits, from two halves of which only the bits count. */
  s64(low: number, high: number): void {
    let lo = low | 0;
    let hi = high | 0;
    while (!((hi === 0 && lo >= 0 && lo <= 0x3f) || (hi === -1 && lo < 0 && lo >= -0x40))) {
      this.u8((lo & 0x7f) | 0x80);
      lo = (lo >>> 7) | (hi << 25);
      hi >>= 7;
    }
    this.u8(lo & 0x7f);
  }

  /** Names are ASCII here. */
  name(text: string): void {
    this.u32(text.length);
    for (let i = 0; i < text.length; i++) this.u8(text.charCodeAt(i));
  }

  #reserve(count: number): void {
    const wanted = this.#length + count;
    if (wanted <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(wanted, this.#bytes.length * 2));
    grown.set(this.bytes);
    this.#bytes = grown;
  }
}
