// A Merlin transcript: what prover and verifier say, in order, and the challenges that follow from it. It is STROBE-128
// reduced to the three operations that Merlin needs, over keccak-f[1600].
// Source: merlin.cool and strobe.sourceforge.io/specs; the labels are those of zk-elgamal-proof zk-sdk/src/transcript.rs.

import { ristretto255 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE } from '@noble/curves/utils.js';
import { keccakP } from '@noble/hashes/sha3.js';
import { writeU32, writeU64 } from '../../wire/bytes.ts';
import { ProofRejection } from './rejection.ts';

/** Bytes that are absorbed before the permutation runs, for security of 128 bits. */
const RATE = 166;
// What a STROBE operation is: `I` gives bytes back, `A` belongs to the application, `C` uses the permutation's output,
// `M` is a label rather than content.
const I = 1;
const A = 2;
const C = 4;
const M = 16;

const PROTOCOL = 'STROBEv1.0.2';
const DOMAIN = 'solana-zk-elgamal-proof-program-v1';
const ORDER = ristretto255.Point.Fn.ORDER;

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

export class Transcript {
  /** As words for the permutation, which like WebAssembly is little-endian. */
  readonly #words = new Uint32Array(50);
  readonly #state = new Uint8Array(this.#words.buffer);
  #at = 0;
  #operationAt = 0;

  /** @param instruction what is proved */
  constructor(instruction: string) {
    this.#state.set([1, RATE + 2, 1, 0, 1, PROTOCOL.length * 8]);
    this.#state.set(ascii(PROTOCOL), 6);
    keccakP(this.#words);
    this.#begin(M | A);
    this.#absorb(ascii('Merlin v1.0'));
    this.append('dom-sep', DOMAIN);
    this.append('dom-sep', instruction);
  }

  append(label: string, message: Uint8Array | string): void {
    const bytes = typeof message === 'string' ? ascii(message) : message;
    this.#label(label, bytes.length);
    this.#begin(A);
    this.#absorb(bytes);
  }

  appendU64(label: string, value: bigint): void {
    const bytes = new Uint8Array(8);
    writeU64(bytes, 0, value);
    this.append(label, bytes);
  }

  /** Appends an encoded point, or rejects the proof where it is the identity. */
  appendChecked(label: string, point: Uint8Array): void {
    if (point.every((byte) => byte === 0)) throw new ProofRejection('Transcript(ValidationError)');
    this.append(label, point);
  }

  /** A scalar that nobody could choose. */
  challenge(label: string): bigint {
    const bytes = new Uint8Array(64);
    this.#label(label, bytes.length);
    this.#begin(I | A | C);
    for (let i = 0; i < bytes.length; i++) {
      bytes[i] = this.#state[this.#at];
      this.#state[this.#at++] = 0;
      if (this.#at === RATE) this.#permute();
    }
    return bytesToNumberLE(bytes) % ORDER;
  }

  /** A label and the length of what follows, as one piece of metadata. */
  #label(label: string, len: number): void {
    this.#begin(M | A);
    this.#absorb(ascii(label));
    const bytes = new Uint8Array(4);
    writeU32(bytes, 0, len);
    this.#absorb(bytes);
  }

  #begin(flags: number): void {
    const last = this.#operationAt;
    this.#operationAt = this.#at + 1;
    this.#absorb(Uint8Array.of(last, flags));
    if ((flags & C) !== 0 && this.#at !== 0) this.#permute();
  }

  #absorb(bytes: Uint8Array): void {
    for (const byte of bytes) {
      this.#state[this.#at++] ^= byte;
      if (this.#at === RATE) this.#permute();
    }
  }

  #permute(): void {
    this.#state[this.#at] ^= this.#operationAt;
    this.#state[this.#at + 1] ^= 0x04;
    this.#state[RATE + 1] ^= 0x80;
    keccakP(this.#words);
    this.#at = 0;
    this.#operationAt = 0;
  }
}
