// The hashes of the chain, behind one seam: everything that hashes goes through `hashes`, whose members a host may
// replace at start by faster ones of its own (Node's crypto, for long input). A replacement must give the same bytes.
// keccak256 is the hash before SHA-3 was standardised: its padding differs from sha3-256's.

import { blake3, keccak256, sha256, sha512 } from './hashing/hash-module.ts';

/** A hash of the whole input: 32 bytes, sha512 64. */
export type Hash = (data: Uint8Array) => Uint8Array;

export const hashes: { sha256: Hash; sha512: Hash; keccak256: Hash; blake3: Hash } = {
  sha256,
  sha512,
  keccak256,
  blake3,
};
