// A transaction that can be sent again and again: four bytes of it count, so that each sending is a transaction of its
// own, with a signature of its own, and neither side takes it for a repeat. It is there in both forms that are sent,
// wire bytes and @solana/kit's object; both share their memory.

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Transaction } from '@solana/kit';
import {
  type CompileMessageInput,
  compileMessage,
  createTransaction,
  encodeMessage,
  encodeTransaction,
  Pubkey,
  SIGNATURE_BYTES,
} from 'parhelion/wire';

/** An amount that the counter is found by: an instruction carries it as its last eight bytes. */
export const COUNTED = 0x0123_4567n;

export class Call {
  readonly bytes: Uint8Array;
  readonly kit: Transaction;
  readonly version: 'legacy' | 0 | 1;
  /** Every account that it names itself. */
  readonly keys: readonly Pubkey[];
  /** Where the counter stands in `bytes`. */
  readonly counterAt: number;
  #count = 1;

  constructor(input: CompileMessageInput, signers: readonly Signer[] = []) {
    const message = compileMessage(input);
    const messageBytes = encodeMessage(message);
    const count = message.header.numRequiredSignatures;
    const signatures = message.accountKeys.slice(0, count).map((key, i) => {
      const signer = signers.find((each) => each.key.equals(key));
      return signer === undefined ? new Uint8Array(SIGNATURE_BYTES).fill(i + 1) : signer.sign(messageBytes);
    });
    const bytes = encodeTransaction(createTransaction(message, signatures, messageBytes));
    this.bytes = bytes;
    this.version = message.version;
    this.keys = message.accountKeys;
    const signatureAt = (i: number) => bytes.subarray(1 + i * SIGNATURE_BYTES, 1 + (i + 1) * SIGNATURE_BYTES);
    this.kit = {
      messageBytes: bytes.subarray(1 + count * SIGNATURE_BYTES),
      signatures: Object.fromEntries(
        message.accountKeys.slice(0, count).map((key, i) => [key.toString(), signatureAt(i)]),
      ),
    } as unknown as Transaction;
    this.counterAt = counterAt(bytes);
  }

  /** Makes it another transaction. Not for one that is signed. */
  next(): this {
    const { bytes } = this;
    const count = ++this.#count;
    const at = this.counterAt;
    bytes[at] = bytes[1] = count;
    bytes[at + 1] = bytes[2] = count >>> 8;
    bytes[at + 2] = bytes[3] = count >>> 16;
    return this;
  }
}

/** The last place where {@link COUNTED} stands. */
function counterAt(bytes: Uint8Array): number {
  for (let at = bytes.length - 8; at > 0; at--) {
    const isHere = [0x67, 0x45, 0x23, 0x01].every((byte, i) => bytes[at + i] === byte);
    if (isHere) return at;
  }
  return 0;
}

/** A key pair, made and used by the host's own code, which is the quickest. */
export class Signer {
  readonly key: Pubkey;
  readonly #privateKey: KeyObject;

  private constructor(key: Pubkey, privateKey: KeyObject) {
    this.key = key;
    this.#privateKey = privateKey;
  }

  static generate(): Signer {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    return new Signer(new Pubkey(new Uint8Array(spki.subarray(spki.length - 32))), privateKey);
  }

  sign(message: Uint8Array): Uint8Array {
    return new Uint8Array(sign(null, message, this.#privateKey));
  }
}

/** Keys that mean nothing: 32 bytes made of a number. */
export function keyOf(n: number): Pubkey {
  const bytes = new Uint8Array(32);
  let x = (n + 1) >>> 0;
  for (let i = 0; i < 32; i++) {
    x = (Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) + i + 0x9e3779b9) >>> 0;
    bytes[i] = x >>> 24;
  }
  return new Pubkey(bytes);
}

/** Little-endian. */
export function u64(value: bigint | number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

export function bytesOf(...parts: readonly (number | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part])));
}
