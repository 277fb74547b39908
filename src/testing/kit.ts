// The crossing between what this house holds inside (Pubkey, Account, VersionedTransaction, sysvars as Agave names them)
// and @solana/kit's shapes, which are what the library shows. Everything a user hands in is checked and copied here;
// everything handed out is a copy. Kit is imported for its types alone: loading it would take longer than the rest.

import type {
  Address,
  Blockhash,
  EncodedAccount,
  Epoch,
  Lamports,
  MaybeEncodedAccount,
  ReadonlyUint8Array,
  Signature,
  Slot,
  Transaction,
  UnixTimestamp,
} from '@solana/kit';
import { type Account, RENT_EXEMPT_RENT_EPOCH } from '../wire/account.ts';
import { decodeBase58, encodeBase58 } from '../wire/base58.ts';
import { U64_MAX } from '../wire/bytes.ts';
import { ParhelionError } from '../wire/errors.ts';
import { readShapedMessage } from '../wire/message-shape.ts';
import { Pubkey } from '../wire/pubkey.ts';
import {
  createTransaction,
  type DecodeTransactionOptions,
  readTransaction,
  SIGNATURE_BYTES,
  type VersionedTransaction,
} from '../wire/transaction.ts';
import { WireBytes, WireReader } from '../wire/wire-reader.ts';

const MAX_ACCOUNT_DATA_LEN = 10 * 1024 * 1024;
/** The longest base58 text of 64 bytes. */
const MAX_SIGNATURE_TEXT_LEN = 88;

export function toAddress(key: Pubkey): Address {
  return key.toString() as Address;
}

// The same few addresses come again and again; reading one anew takes as long as all else that getBalance does.
const MAX_KNOWN_KEYS = 4096;
const knownKeys = new Map<string, Pubkey>();

/** @throws ParhelionError `INVALID_ADDRESS` */
export function fromAddress(address: Address | string): Pubkey {
  let key = knownKeys.get(address);
  if (key === undefined) {
    key = Pubkey.intern(Pubkey.fromBase58(address));
    if (knownKeys.size >= MAX_KNOWN_KEYS) knownKeys.clear();
    knownKeys.set(address, key);
  }
  return key;
}

export function toBlockhash(hash: Pubkey): Blockhash {
  return hash.toString() as string as Blockhash;
}

/** A copy; of a Buffer too, whose own `slice` is a view. */
export function copyBytes(bytes: ReadonlyUint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? (bytes as Uint8Array).slice() : new Uint8Array(bytes);
}

// Transactions are small, many, and kept for a while. An ArrayBuffer of its own for each would cost more than to decode
// it (0.4 µs of 1.5), so their copies share larger ones.
const CHUNK_LEN = 64 * 1024;
let chunk = new WireBytes(new Uint8Array(0));
let chunkUsed = 0;

/** Copies bytes that nobody writes to any more, and returns a reader over the copy. */
function readCopy(bytes: ReadonlyUint8Array): WireReader {
  const { length } = bytes;
  if (length > CHUNK_LEN / 16) return WireReader.over(copyBytes(bytes));
  if (chunkUsed + length > chunk.bytes.length) {
    chunk = new WireBytes(new Uint8Array(CHUNK_LEN));
    chunkUsed = 0;
  }
  const start = chunkUsed;
  chunkUsed += length;
  chunk.bytes.set(bytes as Uint8Array, start);
  return new WireReader(chunk, start, chunkUsed);
}

// Accounts.

export function toEncodedAccount(key: Pubkey, account: Account): EncodedAccount & { readonly data: Uint8Array } {
  return {
    address: toAddress(key),
    data: copyBytes(account.data),
    executable: account.executable,
    lamports: account.lamports as Lamports,
    programAddress: toAddress(account.owner),
    space: BigInt(account.data.length),
  };
}

export function toMaybeEncodedAccount(key: Pubkey, account: Account | undefined): MaybeEncodedAccount {
  if (account === undefined) return { address: toAddress(key), exists: false };
  return { ...toEncodedAccount(key, account), exists: true };
}

/**
 * The account that is described; `space` is not looked at, the data has its own length.
 *
 * @throws ParhelionError `INVALID_ADDRESS` where one of the addresses isn't one.
 * @throws ParhelionError `INVALID_ACCOUNT` saying which field is not what it must be.
 */
export function fromEncodedAccount(encoded: EncodedAccount): readonly [Pubkey, Account] {
  const key = fromAddress(fieldOf(encoded, 'address') as string);
  const refuse = (reason: string): never => {
    throw new ParhelionError('INVALID_ACCOUNT', { address: key.toString(), reason });
  };
  const { lamports, data, executable, programAddress } = encoded;
  if (!isU64(lamports))
    return refuse(`its lamports must be a bigint from 0 to 2^64 - 1; received ${describe(lamports)}`);
  if (!(data instanceof Uint8Array)) return refuse(`its data must be a Uint8Array; received ${describe(data)}`);
  if (data.length > MAX_ACCOUNT_DATA_LEN) {
    return refuse(`its data may have at most ${MAX_ACCOUNT_DATA_LEN} bytes; received ${data.length}`);
  }
  if (typeof executable !== 'boolean') {
    return refuse(`its executable flag must be true or false; received ${describe(executable)}`);
  }
  const owner = fromAddress(programAddress);
  return [key, { lamports, data: copyBytes(data), owner, executable, rentEpoch: RENT_EXEMPT_RENT_EPOCH }];
}

// Transactions.

/**
 * The transaction in kit's shape or in wire form, as a copy: the caller may go on to change what he handed in. A
 * signature that is missing (`null`) is 64 zeros, as in a wire form that isn't fully signed.
 *
 * @throws ParhelionError `MALFORMED_TRANSACTION`
 */
export function fromTransaction(
  transaction: Transaction | ReadonlyUint8Array,
  options?: DecodeTransactionOptions,
): VersionedTransaction {
  if (transaction instanceof Uint8Array) return readTransaction(readCopy(transaction), options, readShapedMessage);
  const messageBytes = fieldOf(transaction, 'messageBytes');
  const signaturesByAddress = fieldOf(transaction, 'signatures');
  if (
    !(messageBytes instanceof Uint8Array) ||
    typeof signaturesByAddress !== 'object' ||
    signaturesByAddress === null
  ) {
    return refuseTransaction(
      `expected bytes, or an object with messageBytes and signatures; received ${describe(transaction)}`,
    );
  }
  const reader = readCopy(messageBytes);
  const start = reader.offset;
  const message = readShapedMessage(reader);
  reader.expectEnd();
  const bytes = reader.viewFrom(start);
  const signatures = Object.values(signaturesByAddress).map(fromSignatureBytes);
  const { numRequiredSignatures } = message.header;
  // Wire forms that can't be: a count of more than 7 bits, or, in v1, another number than the header's.
  if (signatures.length > 127 || (message.version === 1 && signatures.length !== numRequiredSignatures)) {
    return refuseTransaction(`its message asks for ${numRequiredSignatures} signatures, it has ${signatures.length}`);
  }
  return createTransaction(message, signatures, bytes);
}

function fromSignatureBytes(signature: unknown): Uint8Array {
  if (signature === null) return new Uint8Array(SIGNATURE_BYTES);
  if (signature instanceof Uint8Array && signature.length === SIGNATURE_BYTES)
    return readCopy(signature).takeView(SIGNATURE_BYTES, 'a signature');
  const received = signature instanceof Uint8Array ? `${signature.length} bytes` : describe(signature);
  return refuseTransaction(
    `a signature is ${SIGNATURE_BYTES} bytes, or null where it is missing; received ${received}`,
  );
}

function refuseTransaction(reason: string): never {
  throw new ParhelionError('MALFORMED_TRANSACTION', { reason });
}

export function toSignature(signature: Uint8Array): Signature {
  return encodeBase58(signature) as Signature;
}

/** @throws ParhelionError `INVALID_ARGUMENT` where the text isn't base58 of 64 bytes. */
export function fromSignature(signature: Signature | string): Uint8Array {
  let bytes = new Uint8Array(0);
  try {
    if (signature.length <= MAX_SIGNATURE_TEXT_LEN) bytes = new Uint8Array(decodeBase58(signature));
  } catch {
    // Not text, or not base58: refused below.
  }
  if (bytes.length !== SIGNATURE_BYTES) refuse('A signature', 'base58 text of 64 bytes', signature);
  return bytes;
}

// Numbers.

/** @throws ParhelionError `INVALID_ARGUMENT` */
export function fromU64(name: string, value: unknown): bigint {
  return isU64(value) ? value : refuse(name, 'a bigint from 0 to 2^64 - 1', value);
}

/** @throws ParhelionError `INVALID_ARGUMENT` */
export function fromBytes(name: string, value: unknown): Uint8Array {
  return value instanceof Uint8Array ? copyBytes(value) : refuse(name, 'a Uint8Array', value);
}

function isU64(value: unknown): value is bigint {
  return typeof value === 'bigint' && value >= 0n && value <= U64_MAX;
}

function refuse(name: string, expected: string, value: unknown): never {
  throw new ParhelionError('INVALID_ARGUMENT', { name, expected, received: describe(value) });
}

/** A field of something that a caller without types may have made anything of. */
function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** A value in a few words, for a message. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 100));
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}

export type {
  Address,
  Blockhash,
  EncodedAccount,
  Epoch,
  Lamports,
  MaybeEncodedAccount,
  ReadonlyUint8Array,
  Signature,
  Slot,
  Transaction,
  UnixTimestamp,
};
