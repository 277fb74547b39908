// A message with its signatures, as it travels. legacy and v0 put the signatures first, behind their number; v1 puts
// them last, and the message's header says how many there are.
// Form only: transaction-sanitizer says whether it makes sense, the crypto room whether the signatures are true.
// Signatures and byte fields are views of the bytes decoded: don't alter those afterwards.
// Source: solana-sdk transaction/src/versioned/mod.rs, VersionedTransaction (SchemaRead, SchemaWrite).

import { ParhelionError } from './errors.ts';
import { encodeMessage, MESSAGE_VERSION_PREFIX, readMessage, V1_PREFIX, type VersionedMessage } from './message.ts';
import { type WireBytes, WireReader } from './wire-reader.ts';

export const SIGNATURE_BYTES = 64;

export interface VersionedTransaction {
  /** 64 bytes each; the first one is the transaction's id. */
  readonly signatures: readonly Uint8Array[];
  readonly message: VersionedMessage;
  /** The bytes signed. */
  readonly messageBytes: Uint8Array;
  /** How many bytes the wire form takes. */
  readonly serializedLen: number;
}

export interface DecodeTransactionOptions {
  /** Accept bytes behind the transaction, as LiteSVM does. Default: false, as a validator does. */
  readonly allowTrailingBytes?: boolean;
}

/**
 * The transaction in `bytes`: legacy, v0 or v1.
 *
 * @throws ParhelionError `MALFORMED_TRANSACTION` saying where and why.
 */
export function decodeTransaction(bytes: Uint8Array, options?: DecodeTransactionOptions): VersionedTransaction {
  const { signatures, message, messageBytes, serializedLen } = readTransaction(WireReader.over(bytes), options);
  return { signatures, message, messageBytes, serializedLen };
}

/** A transaction that was read, whose signed bytes are a view that is made when it is asked for. */
class ReadTransaction implements VersionedTransaction {
  readonly signatures: readonly Uint8Array[];
  readonly message: VersionedMessage;
  readonly serializedLen: number;
  readonly #source: WireBytes;
  readonly #messageAt: number;
  readonly #messageLen: number;
  #messageBytes: Uint8Array | undefined;

  constructor(
    signatures: readonly Uint8Array[],
    message: VersionedMessage,
    serializedLen: number,
    source: WireBytes,
    messageAt: number,
    messageEnd: number,
  ) {
    this.signatures = signatures;
    this.message = message;
    this.serializedLen = serializedLen;
    this.#source = source;
    this.#messageAt = messageAt;
    this.#messageLen = messageEnd - messageAt;
    this.#messageBytes = undefined;
  }

  get messageBytes(): Uint8Array {
    return (this.#messageBytes ??= this.#source.viewAt(this.#messageAt, this.#messageLen));
  }
}

/** The same from a reader, and by another reading of messages. */
export function readTransaction(
  reader: WireReader,
  options?: DecodeTransactionOptions,
  read: typeof readMessage = readMessage,
): VersionedTransaction {
  const begin = reader.offset;
  const first = reader.peek('the number of signatures, or the version');
  let signatures: Uint8Array[];
  let message: VersionedMessage;
  let messageAt = begin;
  let messageEnd: number;
  if (first < MESSAGE_VERSION_PREFIX) {
    reader.offset++;
    signatures = takeSignatures(reader, first);
    messageAt = reader.offset;
    message = read(reader, 'unprefixed');
    messageEnd = reader.offset;
  } else if (first === V1_PREFIX) {
    message = read(reader);
    messageEnd = reader.offset;
    signatures = takeSignatures(reader, message.header.numRequiredSignatures);
  } else {
    return reader.fail(
      `0x${first.toString(16)} is neither a number of signatures (at most 0x7f) nor the prefix of v1 (0x81)`,
    );
  }
  if (options?.allowTrailingBytes !== true) reader.expectEnd();
  return new ReadTransaction(signatures, message, reader.length, reader.source, messageAt, messageEnd);
}

function takeSignatures(reader: WireReader, count: number): Uint8Array[] {
  const signatures = new Array<Uint8Array>(count);
  for (let i = 0; i < count; i++) signatures[i] = reader.takeView(SIGNATURE_BYTES, 'a signature');
  return signatures;
}

/**
 * A transaction made of a message and the signatures over it, in the order of its keys. Where you have them already,
 * pass the bytes that were signed; else they are encoded here.
 *
 * @throws ParhelionError `INVALID_ARGUMENT` where a signature isn't 64 bytes long or the wire form has no room.
 */
export function createTransaction(
  message: VersionedMessage,
  signatures: readonly Uint8Array[],
  messageBytes: Uint8Array = encodeMessage(message),
): VersionedTransaction {
  const most = message.version === 1 ? message.header.numRequiredSignatures : 0x7f;
  if (signatures.length > most || (message.version === 1 && signatures.length < most)) {
    throw new ParhelionError('INVALID_ARGUMENT', {
      name: 'The number of signatures',
      expected: message.version === 1 ? `${most}, as the header says` : `at most ${most}`,
      received: `${signatures.length}`,
    });
  }
  for (const signature of signatures) {
    if (signature.length === SIGNATURE_BYTES) continue;
    throw new ParhelionError('INVALID_ARGUMENT', {
      name: 'A signature',
      expected: `${SIGNATURE_BYTES} bytes`,
      received: `${signature.length} bytes`,
    });
  }
  const serializedLen = messageBytes.length + signatures.length * SIGNATURE_BYTES + (message.version === 1 ? 0 : 1);
  return { signatures, message, messageBytes, serializedLen };
}

/** The wire form. */
export function encodeTransaction(transaction: VersionedTransaction): Uint8Array {
  const { signatures, message, messageBytes } = transaction;
  const out = new Uint8Array(transaction.serializedLen);
  let offset = 0;
  if (message.version === 1) {
    out.set(messageBytes, 0);
    offset = messageBytes.length;
  } else {
    out[offset++] = signatures.length;
  }
  for (const signature of signatures) {
    out.set(signature, offset);
    offset += SIGNATURE_BYTES;
  }
  if (message.version !== 1) out.set(messageBytes, offset);
  return out;
}
