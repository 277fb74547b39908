// What the signers of a transaction sign: its accounts, its instructions and the blockhash that dates it, in the three
// wire forms in use. legacy and v0 precede lists by a compact-u16, v0 adds address lookup tables, v1 (SIMD-0385) has
// one-byte counts and a config in place of compute-budget instructions.
// Decoding checks form only; whether the indexes make sense is said by message-sanitizer.ts. Byte fields of a decoded
// message are views of the bytes it came from, or shared with other messages: don't alter either. Keys are copies.
// Source: solana-sdk message/src/{legacy.rs, versions/mod.rs, versions/v0/mod.rs, versions/v1/message.rs}.

import { readU16, readU32, readU64, writeU16, writeU32, writeU64 } from './bytes.ts';
import { ParhelionError } from './errors.ts';
import { DEFAULT_PUBKEY, PUBKEY_BYTES, Pubkey } from './pubkey.ts';
import { shortVecSize, writeShortVecLength } from './short-vec.ts';
import { WireReader } from './wire-reader.ts';

export const HASH_BYTES = 32;
/** Set in the first byte of a message that has a version; the other seven bits are the version. */
export const MESSAGE_VERSION_PREFIX = 0x80;
/** The first byte of a v1 message, and of a v1 transaction. */
export const V1_PREFIX = 0x81;

// Bits of the v1 config mask. Source: solana-sdk message/src/versions/v1/config.rs, TransactionConfigMask.
const PRIORITY_FEE = 0b11;
const COMPUTE_UNIT_LIMIT = 0b100;
const LOADED_ACCOUNTS_DATA_SIZE = 0b1000;
const HEAP_SIZE = 0b10000;
const KNOWN_CONFIG_BITS = 0b11111;

export interface MessageHeader {
  readonly numRequiredSignatures: number;
  readonly numReadonlySignedAccounts: number;
  readonly numReadonlyUnsignedAccounts: number;
}

export interface CompiledInstruction {
  readonly programIdIndex: number;
  /** An index into the message's accounts a byte. */
  readonly accounts: Uint8Array;
  readonly data: Uint8Array;
}

export interface MessageAddressTableLookup {
  readonly accountKey: Pubkey;
  readonly writableIndexes: Uint8Array;
  readonly readonlyIndexes: Uint8Array;
}

/** What a v1 message says in place of compute-budget instructions. */
export interface TransactionConfig {
  /** Lamports for the whole transaction, on top of the fee for signatures. */
  readonly priorityFee: bigint | undefined;
  readonly computeUnitLimit: number | undefined;
  /** Bytes. */
  readonly loadedAccountsDataSizeLimit: number | undefined;
  /** Bytes. */
  readonly heapSize: number | undefined;
}

export interface VersionedMessage {
  readonly version: 'legacy' | 0 | 1;
  readonly header: MessageHeader;
  /** The keys in the message itself; a v0 message's lookup tables add to them when it is loaded. */
  readonly accountKeys: readonly Pubkey[];
  /** 32 bytes: a recent blockhash, or the value of a durable nonce. */
  readonly recentBlockhash: Uint8Array;
  readonly instructions: readonly CompiledInstruction[];
  /** Empty but for v0. */
  readonly addressTableLookups: readonly MessageAddressTableLookup[];
  /** Of v1 only. */
  readonly config?: TransactionConfig;
}

/** Instructions that room is made for unseen; an array that grows takes three times the memory. */
const MAX_TRUSTED_COUNT = 64;
const NO_LOOKUPS: readonly MessageAddressTableLookup[] = [];

/**
 * The message in `bytes`, of the version its first byte tells.
 *
 * @throws ParhelionError `MALFORMED_TRANSACTION` saying where and why.
 */
export function decodeMessage(bytes: Uint8Array): VersionedMessage {
  const reader = WireReader.over(bytes);
  const message = readMessage(reader);
  reader.expectEnd();
  return message;
}

/** Reads a message and stops behind it. Where `versions` is 'unprefixed', v1 is refused as it is behind signatures. */
export function readMessage(reader: WireReader, versions: 'all' | 'unprefixed' = 'all'): VersionedMessage {
  const first = reader.peek('the first byte of the message');
  if (first < MESSAGE_VERSION_PREFIX) return readCompactMessage(reader, 'legacy');
  reader.offset++;
  const version = first - MESSAGE_VERSION_PREFIX;
  if (version === 0) return readCompactMessage(reader, 0);
  if (version === 1 && versions === 'all') return readV1Message(reader);
  reader.offset--;
  return reader.fail(
    version === 1
      ? 'a v1 message stands behind signatures; in v1 the signatures come last'
      : `the message has version ${version}; legacy, 0 and 1 are known`,
  );
}

function readHeader(reader: WireReader): MessageHeader {
  const offset = reader.take(3, 'the header');
  const bytes = reader.bytes;
  return {
    numRequiredSignatures: bytes[offset],
    numReadonlySignedAccounts: bytes[offset + 1],
    numReadonlyUnsignedAccounts: bytes[offset + 2],
  };
}

let lastHash: Pubkey = DEFAULT_PUBKEY;

function readKeys(reader: WireReader, count: number): readonly Pubkey[] {
  const begin = reader.take(count * PUBKEY_BYTES, 'account keys');
  const keys = new Array<Pubkey>(count);
  for (let i = 0; i < count; i++) keys[i] = Pubkey.internedInView(reader.view, begin + i * PUBKEY_BYTES);
  return keys;
}

/** Transactions that follow each other have the same one: the same array, so that it is known at a glance. */
export function hashAt(view: DataView, offset: number): Pubkey {
  if (!lastHash.equalsInView(view, offset)) lastHash = Pubkey.internedInView(view, offset);
  return lastHash;
}

function readHash(reader: WireReader, what: string): Uint8Array {
  return hashAt(reader.view, reader.take(HASH_BYTES, what)).bytes;
}

function readCompactMessage(reader: WireReader, version: 'legacy' | 0): VersionedMessage {
  const header = readHeader(reader);
  const accountKeys = readKeys(reader, reader.takeShortVecLength('the number of account keys'));
  const recentBlockhash = readHash(reader, 'the recent blockhash');
  const instructionCount = reader.takeShortVecLength('the number of instructions');
  // The count is a stranger's claim until the bytes have been seen.
  const instructions = new Array<CompiledInstruction>(Math.min(instructionCount, MAX_TRUSTED_COUNT));
  for (let i = 0; i < instructionCount; i++) {
    const programIdIndex = reader.bytes[reader.take(1, 'the program index of an instruction')];
    const accounts = readIndexes(reader, reader.takeShortVecLength("the number of an instruction's accounts"));
    const data = reader.takeView(reader.takeShortVecLength("the length of an instruction's data"), 'instruction data');
    instructions[i] = { programIdIndex, accounts, data };
  }
  const addressTableLookups = version === 0 ? readLookups(reader) : NO_LOOKUPS;
  return { version, header, accountKeys, recentBlockhash, instructions, addressTableLookups };
}

/** Short lists of indexes are few: 0 and 1, and so on. Finding the one that was seen before takes half of making a view. */
const MAX_KNOWN_INDEXES = 16;
const knownIndexes: (Uint8Array | undefined)[] = new Array(256).fill(undefined);

function readIndexes(reader: WireReader, count: number): Uint8Array {
  if (count > MAX_KNOWN_INDEXES) return reader.takeView(count, 'accounts');
  const { bytes } = reader;
  const offset = reader.take(count, 'accounts');
  let hash = count;
  for (let i = 0; i < count; i++) hash = (Math.imul(hash, 31) + bytes[offset + i]) | 0;
  const slot = (hash ^ (hash >>> 8)) & 0xff;
  const known = knownIndexes[slot];
  if (known !== undefined && known.length === count && startsAt(bytes, offset, known)) return known;
  return (knownIndexes[slot] = bytes.slice(offset, offset + count));
}

function startsAt(bytes: Uint8Array, offset: number, part: Uint8Array): boolean {
  for (let i = 0; i < part.length; i++) if (part[i] !== bytes[offset + i]) return false;
  return true;
}

function readLookups(reader: WireReader): readonly MessageAddressTableLookup[] {
  const count = reader.takeShortVecLength('the number of address table lookups');
  if (count === 0) return NO_LOOKUPS;
  const lookups: MessageAddressTableLookup[] = [];
  for (let i = 0; i < count; i++) {
    const accountKey = Pubkey.internedInView(reader.view, reader.take(PUBKEY_BYTES, "a lookup table's address"));
    const writableIndexes = reader.takeView(reader.takeShortVecLength('the number of writable indexes'), 'indexes');
    const readonlyIndexes = reader.takeView(reader.takeShortVecLength('the number of readonly indexes'), 'indexes');
    lookups.push({ accountKey, writableIndexes, readonlyIndexes });
  }
  return lookups;
}

function readV1Message(reader: WireReader): VersionedMessage {
  const { bytes } = reader;
  const header = readHeader(reader);
  const mask = readU32(bytes, reader.take(4, 'the config mask'));
  const priorityFeeBits = mask & PRIORITY_FEE;
  if ((mask & ~KNOWN_CONFIG_BITS) !== 0 || (priorityFeeBits !== 0 && priorityFeeBits !== PRIORITY_FEE)) {
    reader.offset -= 4;
    reader.fail(`the config mask 0x${mask.toString(16)} has unknown bits, or one of the two bits of the priority fee`);
  }
  const recentBlockhash = readHash(reader, 'the lifetime specifier');
  const countsOffset = reader.take(2, 'the numbers of instructions and of addresses');
  const instructionCount = bytes[countsOffset];
  const accountKeys = readKeys(reader, bytes[countsOffset + 1]);
  const takeU32 = (bit: number, what: string): number | undefined =>
    (mask & bit) === 0 ? undefined : readU32(bytes, reader.take(4, what));
  const config: TransactionConfig = {
    priorityFee: priorityFeeBits === 0 ? undefined : readU64(bytes, reader.take(8, 'the priority fee')),
    computeUnitLimit: takeU32(COMPUTE_UNIT_LIMIT, 'the compute unit limit'),
    loadedAccountsDataSizeLimit: takeU32(LOADED_ACCOUNTS_DATA_SIZE, 'the loaded accounts data size limit'),
    heapSize: takeU32(HEAP_SIZE, 'the heap size'),
  };
  const headersOffset = reader.take(instructionCount * 4, 'the headers of the instructions');
  const instructions = new Array<CompiledInstruction>(instructionCount);
  for (let i = 0; i < instructionCount; i++) {
    const offset = headersOffset + i * 4;
    const accounts = reader.takeView(bytes[offset + 1], 'accounts');
    const data = reader.takeView(readU16(bytes, offset + 2), 'instruction data');
    instructions[i] = { programIdIndex: bytes[offset], accounts, data };
  }
  return { version: 1, header, accountKeys, recentBlockhash, instructions, addressTableLookups: NO_LOOKUPS, config };
}

/**
 * The bytes that signers sign.
 *
 * @throws ParhelionError `INVALID_ARGUMENT` where the wire form has no room for the message: a list too long for its
 * count, or lookup tables outside v0.
 */
export function encodeMessage(message: VersionedMessage): Uint8Array {
  const { version, header, accountKeys, addressTableLookups: lookups } = message;
  requireAtMost('numRequiredSignatures', header.numRequiredSignatures, version === 'legacy' ? 0x7f : 0xff);
  requireAtMost('numReadonlySignedAccounts', header.numReadonlySignedAccounts, 0xff);
  requireAtMost('numReadonlyUnsignedAccounts', header.numReadonlyUnsignedAccounts, 0xff);
  if (lookups.length > 0 && version !== 0) {
    throw new ParhelionError('INVALID_ARGUMENT', {
      name: 'addressTableLookups',
      expected: 'empty but for a version 0 message',
      received: `${lookups.length} of them`,
    });
  }
  requireAtMost('The number of account keys', accountKeys.length, version === 1 ? 0xff : 0xffff);
  return version === 1 ? encodeV1Message(message) : encodeCompactMessage(message);
}

function encodeCompactMessage(message: VersionedMessage): Uint8Array {
  const { version, header, accountKeys, instructions, addressTableLookups: lookups } = message;
  const listSize = (list: Uint8Array): number => shortVecSize(list.length) + list.length;
  let size = 3 + shortVecSize(accountKeys.length) + accountKeys.length * PUBKEY_BYTES + HASH_BYTES;
  size += shortVecSize(instructions.length);
  for (const { accounts, data } of instructions) size += 1 + listSize(accounts) + listSize(data);
  if (version === 0) {
    size += 1 + shortVecSize(lookups.length);
    for (const lookup of lookups) {
      size += PUBKEY_BYTES + listSize(lookup.writableIndexes) + listSize(lookup.readonlyIndexes);
    }
  }
  const out = new Uint8Array(size);
  let offset = 0;
  const writeList = (list: Uint8Array): void => {
    offset = writeShortVecLength(out, offset, list.length);
    out.set(list, offset);
    offset += list.length;
  };
  if (version === 0) out[offset++] = MESSAGE_VERSION_PREFIX;
  offset = writeHeader(out, offset, header);
  offset = writeShortVecLength(out, offset, accountKeys.length);
  offset = writeKeys(out, offset, accountKeys);
  out.set(message.recentBlockhash, offset);
  offset = writeShortVecLength(out, offset + HASH_BYTES, instructions.length);
  for (const { programIdIndex, accounts, data } of instructions) {
    out[offset++] = programIdIndex;
    writeList(accounts);
    writeList(data);
  }
  if (version === 0) {
    offset = writeShortVecLength(out, offset, lookups.length);
    for (const { accountKey, writableIndexes, readonlyIndexes } of lookups) {
      out.set(accountKey.bytes, offset);
      offset += PUBKEY_BYTES;
      writeList(writableIndexes);
      writeList(readonlyIndexes);
    }
  }
  return out;
}

function encodeV1Message(message: VersionedMessage): Uint8Array {
  const { header, accountKeys, instructions, config } = message;
  requireAtMost('The number of instructions', instructions.length, 0xff);
  const priorityFee = config?.priorityFee;
  const limits = [config?.computeUnitLimit, config?.loadedAccountsDataSizeLimit, config?.heapSize];
  let mask = priorityFee === undefined ? 0 : PRIORITY_FEE;
  let size = 42 + accountKeys.length * PUBKEY_BYTES + (priorityFee === undefined ? 0 : 8);
  for (const [i, limit] of limits.entries()) {
    if (limit === undefined) continue;
    mask |= COMPUTE_UNIT_LIMIT << i;
    size += 4;
  }
  for (const { accounts, data } of instructions) {
    requireAtMost("The number of an instruction's accounts", accounts.length, 0xff);
    requireAtMost("The length of an instruction's data", data.length, 0xffff);
    size += 4 + accounts.length + data.length;
  }
  const out = new Uint8Array(size);
  out[0] = V1_PREFIX;
  let offset = writeHeader(out, 1, header);
  writeU32(out, offset, mask);
  out.set(message.recentBlockhash, offset + 4);
  offset += 4 + HASH_BYTES;
  out[offset++] = instructions.length;
  out[offset++] = accountKeys.length;
  offset = writeKeys(out, offset, accountKeys);
  if (priorityFee !== undefined) {
    writeU64(out, offset, priorityFee);
    offset += 8;
  }
  for (const limit of limits) {
    if (limit === undefined) continue;
    writeU32(out, offset, limit);
    offset += 4;
  }
  for (const { programIdIndex, accounts, data } of instructions) {
    out[offset] = programIdIndex;
    out[offset + 1] = accounts.length;
    writeU16(out, offset + 2, data.length);
    offset += 4;
  }
  for (const { accounts, data } of instructions) {
    out.set(accounts, offset);
    out.set(data, offset + accounts.length);
    offset += accounts.length + data.length;
  }
  return out;
}

function writeHeader(out: Uint8Array, offset: number, header: MessageHeader): number {
  out[offset] = header.numRequiredSignatures;
  out[offset + 1] = header.numReadonlySignedAccounts;
  out[offset + 2] = header.numReadonlyUnsignedAccounts;
  return offset + 3;
}

function writeKeys(out: Uint8Array, offset: number, keys: readonly Pubkey[]): number {
  for (const key of keys) {
    out.set(key.bytes, offset);
    offset += PUBKEY_BYTES;
  }
  return offset;
}

function requireAtMost(name: string, value: number, most: number): void {
  if (value <= most) return;
  throw new ParhelionError('INVALID_ARGUMENT', { name, expected: `at most ${most}`, received: `${value}` });
}
