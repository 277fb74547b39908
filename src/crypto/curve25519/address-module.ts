// The module behind `isOnCurve` and program addresses, instantiated when first asked for. What it does is said where it
// is emitted, in address-emitter.ts.

import { ADDRESS_MODULE } from '../address.generated.ts';
import { padSha2 } from '../hashing/padding.ts';
import { instantiate } from '../instantiate.ts';

/** Where the 32 bytes are that `isOnCurve` looks at and that a derivation leaves. */
export const KEY = ADDRESS_MODULE.map.key;
/** Where what is hashed begins. */
export const INPUT = ADDRESS_MODULE.map.input;

export interface AddressModule {
  readonly memory: Uint8Array;
  /** Whether the bytes at {@link KEY} are a point. */
  isOnCurve(): number;
  /** Hashes the `inputLen` bytes at {@link INPUT} to {@link KEY}; returns whether the hash is a point. */
  derive(inputLen: number): number;
  /** The same for each bump, from 255 down to 1, written at `bumpAddress`; the first off the curve, or 0. */
  findBump(inputLen: number, bumpAddress: number): number;
}

let shared: AddressModule | undefined;

export function addressModule(): AddressModule {
  return (shared ??= create());
}

function create(): AddressModule {
  const exports = instantiate(ADDRESS_MODULE.base64);
  const memory = new Uint8Array(exports['memory'].buffer);
  const { isOnCurve, derive, findBump } = exports;
  const pad = (inputLen: number): number => padSha2('sha256', memory, INPUT, inputLen);
  return {
    memory,
    isOnCurve,
    derive: (inputLen) => derive(pad(inputLen)),
    findBump: (inputLen, bumpAddress) => findBump(pad(inputLen), bumpAddress),
  };
}
