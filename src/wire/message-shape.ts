// What a message has in common with those before and after it: its header, its keys, and which of them its instructions
// take. Transactions that follow each other differ in their blockhash and in the data of their instructions alone, more
// often than not. Such messages share one shape, and what is found out about one of them holds for all.
// A message is compared with a shape byte by byte before it is read by it: what is read is what stands there.
// Only legacy messages and v0 messages without lookup tables have one: what a lookup table adds is not in the message.

import {
  type CompiledInstruction,
  HASH_BYTES,
  hashAt,
  MESSAGE_VERSION_PREFIX,
  type MessageAddressTableLookup,
  type MessageHeader,
  readMessage,
  type VersionedMessage,
} from './message.ts';
import { PUBKEY_BYTES, type Pubkey } from './pubkey.ts';
import { readShortVecLength, shortVecSize } from './short-vec.ts';
import type { WireBytes, WireReader } from './wire-reader.ts';

/** An instruction without its data. */
export type InstructionShape = Pick<CompiledInstruction, 'programIdIndex' | 'accounts'>;

class MessageShape {
  readonly version: 'legacy' | 0;
  readonly header: MessageHeader;
  readonly accountKeys: readonly Pubkey[];
  readonly instructions: readonly InstructionShape[];
  /** Of the last message that was read: the next one's are the same, more often than not. */
  places: DataPlaces = [];
  /** For the runtime: what it found out about all messages of this shape. */
  facts: unknown = undefined;
  /** For the bank: what it made of the bytes that messages with the same blockhash begin with. */
  headDigest: unknown = undefined;

  constructor({ version, header, accountKeys, instructions }: VersionedMessage) {
    this.version = version as 'legacy' | 0;
    this.header = header;
    this.accountKeys = accountKeys;
    this.instructions = instructions.map(({ programIdIndex, accounts }) => ({ programIdIndex, accounts }));
  }

  /** Whether a message of this version with these keys stands at `offset`, of which the header is the first. */
  hasPrefixAt({ bytes, view }: WireReader, offset: number, version: 'legacy' | 0): boolean {
    const { header, accountKeys } = this;
    if (
      version !== this.version ||
      bytes[offset] !== header.numRequiredSignatures ||
      bytes[offset + 1] !== header.numReadonlySignedAccounts ||
      bytes[offset + 2] !== header.numReadonlyUnsignedAccounts ||
      bytes[offset + 3] !== accountKeys.length
    ) {
      return false;
    }
    let at = offset + 4;
    for (let i = 0; i < accountKeys.length; i++, at += PUBKEY_BYTES) {
      if (!accountKeys[i].equalsInView(view, at)) return false;
    }
    return true;
  }
}

/**
 * A message that was read by its shape. Banks keep messages for a while, and what is kept costs each time memory is tidied
 * up; so its instructions are made when they are asked for.
 */
export class ShapedMessage implements VersionedMessage {
  readonly version: 'legacy' | 0;
  readonly header: MessageHeader;
  readonly accountKeys: readonly Pubkey[];
  readonly addressTableLookups: readonly MessageAddressTableLookup[] = NO_LOOKUPS;
  readonly #shape: MessageShape;
  readonly #blockhash: Pubkey;
  readonly #source: WireBytes;
  // Where it begins, where its blockhash stands, where it ends.
  readonly #begin: number;
  readonly #hashAt: number;
  readonly #end: number;
  readonly #places: DataPlaces;
  #instructions: readonly ShapedInstruction[] | undefined;

  constructor(
    shape: MessageShape,
    source: WireBytes,
    begin: number,
    blockhashAt: number,
    end: number,
    places: DataPlaces,
  ) {
    this.version = shape.version;
    this.header = shape.header;
    this.accountKeys = shape.accountKeys;
    this.#shape = shape;
    this.#blockhash = hashAt(source.view, blockhashAt);
    this.#source = source;
    this.#begin = begin;
    this.#hashAt = blockhashAt;
    this.#end = end;
    this.#places = places;
    this.#instructions = undefined;
  }

  get shape(): MessageShape {
    return this.#shape;
  }

  get recentBlockhash(): Uint8Array {
    return this.#blockhash.bytes;
  }

  get instructions(): readonly ShapedInstruction[] {
    return (this.#instructions ??= this.#shape.instructions.map((shape, i) => new ShapedInstruction(shape, this, i)));
  }

  // The data of an instruction, without the instruction.

  dataLengthOf(instruction: number): number {
    return this.#places[2 * instruction + 1];
  }

  /** A view of it. */
  dataOf(instruction: number): Uint8Array {
    const places = this.#places;
    return this.#source.viewAt(this.#begin + places[2 * instruction], places[2 * instruction + 1]);
  }

  /** The signed u32 at a place of the data that is there. */
  dataI32(instruction: number, at: number): number {
    return this.#source.view.getInt32(this.#begin + this.#places[2 * instruction] + at, true);
  }

  /** How many of its bytes, from the first on, are in every message of the shape with the same blockhash. */
  get headLength(): number {
    return this.#hashAt + HASH_BYTES - this.#begin;
  }

  // Its bytes: where they begin and end in this view, which others share.

  get view(): DataView {
    return this.#source.view;
  }

  get begin(): number {
    return this.#begin;
  }

  get end(): number {
    return this.#end;
  }
}

/** Where the data of each instruction begins, from the first byte of the message on, and how long it is. */
type DataPlaces = readonly number[];

/** An instruction whose data is a view that is made when it is asked for. */
class ShapedInstruction implements CompiledInstruction {
  readonly programIdIndex: number;
  readonly accounts: Uint8Array;
  readonly #message: ShapedMessage;
  readonly #index: number;
  #data: Uint8Array | undefined;

  constructor({ programIdIndex, accounts }: InstructionShape, message: ShapedMessage, index: number) {
    this.programIdIndex = programIdIndex;
    this.accounts = accounts;
    this.#message = message;
    this.#index = index;
    this.#data = undefined;
  }

  get data(): Uint8Array {
    return (this.#data ??= this.#message.dataOf(this.#index));
  }
}

/** The data of an instruction: a view, for which no instruction is made where none is there. */
export function instructionData(message: VersionedMessage, instruction: number): Uint8Array {
  return message instanceof ShapedMessage ? message.dataOf(instruction) : message.instructions[instruction].data;
}

const NO_LOOKUPS: readonly MessageAddressTableLookup[] = [];

const SLOT_BITS = 6;
/** The shapes seen last, by what tells them apart most often. */
const shapes: (MessageShape | undefined)[] = new Array(1 << SLOT_BITS).fill(undefined);
/** What was seen last that has no shape yet. Of many messages there is but one of a kind: the second one gets it. */
const candidates = new Int32Array(1 << SLOT_BITS);

/** The same as `readMessage`, by the shape of a message that was read before where there is one. */
export function readShapedMessage(reader: WireReader, versions: 'all' | 'unprefixed' = 'all'): VersionedMessage {
  const begin = reader.offset;
  const hash = shapeHash(reader);
  const slot = hash >>> (32 - SLOT_BITS);
  const known = shapes[slot];
  const shaped = hash === 0 || known === undefined ? undefined : readByShape(reader, known);
  if (shaped !== undefined) return shaped;
  const message = readMessage(reader, versions);
  if (hash === 0 || message.version === 1 || message.addressTableLookups.length > 0) return message;
  if (candidates[slot] !== hash) {
    candidates[slot] = hash;
    return message;
  }
  const shape = new MessageShape(message);
  const end = reader.offset;
  reader.offset = begin;
  const first = readByShape(reader, shape);
  // Some forms of a message are not read by shapes: a number of accounts in two bytes.
  if (first === undefined) {
    reader.offset = end;
    return message;
  }
  shapes[slot] = shape;
  return first;
}

/** Whether the message at `offset` begins with its header, behind no version. */
function isLegacyAt({ bytes, offset }: WireReader): boolean {
  return bytes[offset] < MESSAGE_VERSION_PREFIX;
}

/** 0 where the message is too short for one key and one instruction, or has so many keys that two bytes tell their number. */
function shapeHash(reader: WireReader): number {
  const { view, offset, end } = reader;
  const header = isLegacyAt(reader) ? offset : offset + 1;
  if (header + 4 > end) return 0;
  const keys = header + 4;
  const keyCount = reader.bytes[header + 3];
  const instructions = keys + keyCount * PUBKEY_BYTES + HASH_BYTES;
  if (keyCount === 0 || keyCount >= 0x80 || instructions + 4 > end) return 0;
  let hash = Math.imul(view.getInt32(header, true) ^ view.getInt32(instructions, true), 0x9e3779b1);
  // The keys that differ most: the second one, and the last but one, which is often followed by a program.
  const second = keyCount > 1 ? keys + PUBKEY_BYTES : keys;
  hash = Math.imul(hash ^ view.getInt32(second, true), 0x85ebca6b);
  hash = Math.imul(hash ^ view.getInt32(instructions - HASH_BYTES - PUBKEY_BYTES, true), 0xc2b2ae35);
  return hash | 0;
}

/** Reads a message that has this shape; undefined where it hasn't, and then nothing is read. */
function readByShape(reader: WireReader, shape: MessageShape): ShapedMessage | undefined {
  const { bytes, source, offset, end } = reader;
  const isLegacy = isLegacyAt(reader);
  if (!isLegacy && bytes[offset] !== MESSAGE_VERSION_PREFIX) return undefined;
  const header = isLegacy ? offset : offset + 1;
  const hash = header + 4 + shape.accountKeys.length * PUBKEY_BYTES;
  let at = hash + HASH_BYTES;
  if (at >= end || !shape.hasPrefixAt(reader, header, isLegacy ? 'legacy' : 0)) return undefined;
  const count = shape.instructions.length;
  if (bytes[at++] !== count || count >= 0x80) return undefined;
  const known = shape.places;
  let places: number[] | undefined;
  for (let i = 0; i < count; i++) {
    const each = shape.instructions[i];
    const { accounts } = each;
    if (at + 2 + accounts.length > end) return undefined;
    if (bytes[at] !== each.programIdIndex || bytes[at + 1] !== accounts.length || accounts.length >= 0x80) {
      return undefined;
    }
    at += 2;
    for (let j = 0; j < accounts.length; j++) if (bytes[at + j] !== accounts[j]) return undefined;
    at += accounts.length;
    const dataLength = readShortVecLength(bytes, at, end);
    if (typeof dataLength === 'string') return undefined;
    at += shortVecSize(dataLength);
    if (dataLength > end - at) return undefined;
    if (places === undefined && (known[2 * i] !== at - offset || known[2 * i + 1] !== dataLength)) {
      places = known.slice(0, 2 * i);
    }
    places?.push(at - offset, dataLength);
    at += dataLength;
  }
  // A v0 message without lookup tables says so in its last byte.
  if (!isLegacy && (at >= end || bytes[at++] !== 0)) return undefined;
  reader.offset = at;
  if (places !== undefined) shape.places = places;
  return new ShapedMessage(shape, source, offset, hash, at, shape.places);
}
