// The module behind Ed25519 verification, instantiated when the first signature is checked. What it does is said where
// it is emitted, in signature-emitter.ts.

import { instantiate } from '../instantiate.ts';
import { SIGNATURE_MODULE } from '../modules.generated.ts';

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
  loadBasePoint(): void;
  /** Makes the comb of the point loaded, which is used up. */
  buildComb(table: number, width: number): void;

  /** A sum begins at nothing, … */
  begin(): void;
  /** … or at −[k]A, of the key loaded, which is used up. */
  multiplyKey(): void;
  addKeyComb(table: number, width: number): void;
  addBaseComb(table: number, width: number): void;
  /** Adds [s]B without a comb. */
  addBaseMultiple(): void;
  /** Whether the sum is R. */
  isExpected(): number;
}

let shared: SignatureModule | undefined;

export function signatureModule(): SignatureModule {
  return (shared ??= create());
}

function create(): SignatureModule {
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
    loadBasePoint: exports['loadBasePoint'],
    buildComb: exports['buildComb'],
    begin: exports['begin'],
    multiplyKey: exports['multiplyKey'],
    addKeyComb: exports['addKeyComb'],
    addBaseComb: exports['addBaseComb'],
    addBaseMultiple: exports['addBaseMultiple'],
    isExpected: exports['isExpected'],
  };
}
