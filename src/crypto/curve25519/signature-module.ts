// The module behind Ed25519 verification, instantiated when the first signature is checked. What it does is said where
// it is emitted, in signature-emitter.ts. It needs a host whose WebAssembly has vectors, as that of every supported one
// does; another refuses to compile it, by an error that says so.

import { instantiate } from '../instantiate.ts';
import { SIGNATURE_MODULE } from '../signature.generated.ts';

const PAGE = 65536;

/** Addresses in the memory; tables of combs go behind `end`. */
export const MAP = SIGNATURE_MODULE.map;
/** Bytes at `MAP.input`. */
export const INPUT_BYTES = MAP.end - MAP.input;

export interface SignatureModule {
  /** All of the memory; another one after {@link reserve}. */
  readonly memory: Uint8Array;
  /** Makes sure that the memory reaches `end`. */
  reserve(end: number): void;

  beginHash(): void;
  /** Takes whole blocks of the input into the hash. */
  hashBlocks(blockCount: number): void;
  /** Ends the hash: k is set. */
  endHash(): void;

  /** Loads the point −A of the public key; 0 where that is none. */
  loadKey(): number;
  /** Loads −A and −R; 0 where either is none. */
  loadKeyAndR(): number;
  /** Loads B and 2^128 · B. */
  loadBasePoints(): void;
  /** Makes the comb of the first point loaded, which is used up. */
  buildComb(table: number, width: number): void;
  /** Makes the tables that `holds` wants, of the base points loaded, which are used up. */
  buildBaseMultiples(width: number): void;

  /** A sum from combs begins at nothing. */
  begin(): void;
  addKeyComb(table: number, width: number): void;
  addBaseComb(table: number, width: number): void;
  /** Whether the sum is R. */
  isExpected(): number;
  /** Whether [s]B − [k]A is R, for the points loaded, which are used up; `width` is that of the base's multiples. */
  holds(width: number): number;
}

let shared: SignatureModule | undefined;

export function signatureModule(): SignatureModule {
  return (shared ??= createSignatureModule());
}

/** One of its own, with nothing in its memory yet. */
export function createSignatureModule(): SignatureModule {
  const exports = instantiate(SIGNATURE_MODULE.base64);
  const wasmMemory: WebAssembly.Memory = exports['memory'];
  let memory = new Uint8Array(wasmMemory.buffer);
  return {
    get memory() {
      return memory;
    },
    reserve(end) {
      if (end <= memory.length) return;
      wasmMemory.grow(Math.ceil((end - memory.length) / PAGE));
      memory = new Uint8Array(wasmMemory.buffer);
    },
    beginHash: exports['beginHash'],
    hashBlocks: exports['hashBlocks'],
    endHash: exports['endHash'],
    loadKey: exports['loadKey'],
    loadKeyAndR: exports['loadKeyAndR'],
    loadBasePoints: exports['loadBasePoints'],
    buildComb: exports['buildComb'],
    buildBaseMultiples: exports['buildBaseMultiples'],
    begin: exports['begin'],
    addKeyComb: exports['addKeyComb'],
    addBaseComb: exports['addBaseComb'],
    isExpected: exports['isExpected'],
    holds: exports['holds'],
  };
}
