// Unpacks a raw deflate stream (RFC 1951), because no host has a synchronous way to do it that all hosts share.
// For streams of our own making: the output's length is known beforehand, and a broken stream is a bug of the build.

// §3.2.5: code 257 + i stands for a match of LENGTH_BASE[i] bytes and LENGTH_EXTRA[i] more bits of length, and likewise
// for the distance codes.
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_EXTRA = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
/** §3.2.7: the order in which the lengths of the code-length codes are stored. */
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const END_OF_BLOCK = 256;
const MAX_BITS = 15;

/** A Huffman code as a table: the next `bits` bits of the stream index `symbol << 4 | length of the code`. */
interface Code {
  readonly bits: number;
  readonly table: Uint16Array;
}

const LENGTH_BASE = bases(LENGTH_EXTRA, 3);
LENGTH_BASE[28] = 258;
const DISTANCE_BASE = bases(DISTANCE_EXTRA, 1);

/** The bytes that `input` unpacks to, `outputLen` of them. */
export function inflate(input: Uint8Array, outputLen: number): Uint8Array {
  const stream = new DeflateStream(input);
  const output = new Uint8Array(outputLen);
  let len = 0;
  for (let isLast = false; !isLast; ) {
    // A stream that is cut off reads as zeros; bytes are read up to four ahead.
    if (stream.offset > input.length + 4) fail();
    isLast = stream.take(1) === 1;
    const kind = stream.take(2);
    if (kind === 0) {
      const stored = stream.takeStored();
      if (len + stored.length > outputLen) fail();
      output.set(stored, len);
      len += stored.length;
    } else {
      const [literals, distances] = kind === 1 ? fixedCodes() : takeCodes(stream);
      len = inflateBlock(stream, literals, distances, output, len);
    }
  }
  if (len !== outputLen) fail();
  return output;
}

function fail(): never {
  throw new Error('A bundled program does not unpack: its generated module is broken.');
}

/** Bits are taken from the lowest of each byte upwards. */
class DeflateStream {
  readonly input: Uint8Array;
  offset = 0;
  /** Bits that are read and not yet taken, and how many they are: never more than 23 between two calls. */
  pending = 0;
  pendingBits = 0;

  constructor(input: Uint8Array) {
    this.input = input;
  }

  take(bits: number): number {
    while (this.pendingBits < bits) {
      this.pending |= this.input[this.offset++] << this.pendingBits;
      this.pendingBits += 8;
    }
    const value = this.pending & ((1 << bits) - 1);
    this.pending >>>= bits;
    this.pendingBits -= bits;
    return value;
  }

  takeSymbol({ bits, table }: Code): number {
    while (this.pendingBits < bits) {
      this.pending |= this.input[this.offset++] << this.pendingBits;
      this.pendingBits += 8;
    }
    const entry = table[this.pending & ((1 << bits) - 1)];
    this.pending >>>= entry & 15;
    this.pendingBits -= entry & 15;
    return entry >>> 4;
  }

  /** §3.2.4: from the next whole byte, u16 length, its complement, the bytes. */
  takeStored(): Uint8Array {
    const { input } = this;
    const start = this.offset - (this.pendingBits >>> 3);
    this.pending = 0;
    this.pendingBits = 0;
    this.offset = start + 4 + (input[start] | (input[start + 1] << 8));
    return input.subarray(start + 4, this.offset);
  }
}

/**
 * §3.2.3: literals and matches until the end of the block. Returns the output's new length. The stream is kept in local
 * variables: a program is unpacked once, mostly by code that the host has not optimized yet.
 */
function inflateBlock(
  stream: DeflateStream,
  literals: Code,
  distances: Code,
  output: Uint8Array,
  outputOffset: number,
): number {
  const { input } = stream;
  const literalTable = literals.table;
  const literalMask = literalTable.length - 1;
  const distanceTable = distances.table;
  const distanceMask = distanceTable.length - 1;
  let { offset, pending, pendingBits } = stream;
  for (;;) {
    // A code and its extra bits are read apart, at most 15 bits each, so that 8 bits more always fit in 32.
    while (pendingBits < MAX_BITS) {
      pending |= input[offset++] << pendingBits;
      pendingBits += 8;
    }
    let entry = literalTable[pending & literalMask];
    pending >>>= entry & 15;
    pendingBits -= entry & 15;
    const symbol = entry >>> 4;
    if (symbol < END_OF_BLOCK) {
      if (outputOffset === output.length) fail();
      output[outputOffset++] = symbol;
      continue;
    }
    if (symbol === END_OF_BLOCK) break;
    while (pendingBits < MAX_BITS) {
      pending |= input[offset++] << pendingBits;
      pendingBits += 8;
    }
    let extraBits = LENGTH_EXTRA[symbol - 257];
    const end = outputOffset + LENGTH_BASE[symbol - 257] + (pending & ((1 << extraBits) - 1));
    pending >>>= extraBits;
    pendingBits -= extraBits;
    while (pendingBits < MAX_BITS) {
      pending |= input[offset++] << pendingBits;
      pendingBits += 8;
    }
    entry = distanceTable[pending & distanceMask];
    pending >>>= entry & 15;
    pendingBits -= entry & 15;
    while (pendingBits < MAX_BITS) {
      pending |= input[offset++] << pendingBits;
      pendingBits += 8;
    }
    extraBits = DISTANCE_EXTRA[entry >>> 4];
    const distance = DISTANCE_BASE[entry >>> 4] + (pending & ((1 << extraBits) - 1));
    pending >>>= extraBits;
    pendingBits -= extraBits;
    if (distance > outputOffset || end > output.length) fail();
    if (distance >= end - outputOffset) {
      output.copyWithin(outputOffset, outputOffset - distance, end - distance);
      outputOffset = end;
    } else {
      // The match overlaps what it writes: what was written is read again.
      for (; outputOffset < end; outputOffset++) output[outputOffset] = output[outputOffset - distance];
    }
  }
  stream.offset = offset;
  stream.pending = pending;
  stream.pendingBits = pendingBits;
  return outputOffset;
}

/** §3.2.7. */
function takeCodes(stream: DeflateStream): [literals: Code, distances: Code] {
  const literalCount = stream.take(5) + 257;
  const distanceCount = stream.take(5) + 1;
  const codeLengthCount = stream.take(4) + 4;
  const codeLengths = new Uint8Array(19);
  for (let i = 0; i < codeLengthCount; i++) codeLengths[CODE_LENGTH_ORDER[i]] = stream.take(3);
  const codeLengthCode = buildCode(codeLengths);
  const lengths = new Uint8Array(literalCount + distanceCount);
  for (let i = 0; i < lengths.length; ) {
    const symbol = stream.takeSymbol(codeLengthCode);
    if (symbol < 16) {
      lengths[i++] = symbol;
      continue;
    }
    const repeated = symbol === 16 ? lengths[i - 1] : 0;
    const count = symbol === 16 ? 3 + stream.take(2) : symbol === 17 ? 3 + stream.take(3) : 11 + stream.take(7);
    lengths.fill(repeated, i, i + count);
    i += count;
  }
  return [buildCode(lengths.subarray(0, literalCount)), buildCode(lengths.subarray(literalCount))];
}

function bases(extraBits: readonly number[], first: number): Uint16Array {
  const out = new Uint16Array(extraBits.length);
  for (let i = 0, base = first; i < extraBits.length; base += 1 << extraBits[i++]) out[i] = base;
  return out;
}

/** §3.2.6. */
function fixedCodes(): [literals: Code, distances: Code] {
  const lengths = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288);
  return [buildCode(lengths), buildCode(new Uint8Array(30).fill(5))];
}

/** §3.2.2: codes of one length are consecutive and in the order of their symbols, the shorter lengths first. */
function buildCode(lengths: Uint8Array): Code {
  const counts = new Uint16Array(MAX_BITS + 1);
  for (const length of lengths) counts[length]++;
  counts[0] = 0;
  let bits = MAX_BITS;
  while (bits > 1 && counts[bits] === 0) bits--;
  const next = new Uint16Array(MAX_BITS + 2);
  for (let length = 1; length <= MAX_BITS; length++) next[length + 1] = (next[length] + counts[length]) << 1;
  const table = new Uint16Array(1 << bits);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol];
    if (length === 0) continue;
    // Codes stand in the stream with their first bit lowest; the bits behind a shorter one may be anything.
    let code = next[length]++;
    let reversed = 0;
    for (let i = 0; i < length; i++, code >>>= 1) reversed = (reversed << 1) | (code & 1);
    for (let i = reversed; i < table.length; i += 1 << length) table[i] = (symbol << 4) | length;
  }
  return { bits, table };
}
