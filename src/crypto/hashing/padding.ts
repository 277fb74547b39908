// Sizes of blocks, and how a message is made whole blocks: what the emitted code and its callers both go by.
// Source: FIPS 180-4 §5.1.

export type Sha2 = 'sha256' | 'sha512';

/** Bytes of a block of SHA-2; the hash has half as many. */
export const SHA2_BLOCK_BYTES: { readonly [name in Sha2]: number } = { sha256: 64, sha512: 128 };

/** Bytes that keccak256 absorbs at a time. */
export const KECCAK256_BLOCK_BYTES = 136;
export const BLAKE3_BLOCK_BYTES = 64;
export const BLAKE3_CHUNK_BYTES = 1024;
/** BLAKE3's flag of the one node that is no one's child. */
export const BLAKE3_ROOT = 8;

/**
 * Writes the padding behind the `length` bytes that begin at `start`, and returns how many blocks they then are. There
 * must be room for 17 bytes more, rounded up to a block. Where earlier blocks of the message were hashed before,
 * `totalLength` counts them too.
 */
export function padSha2(
  name: Sha2,
  memory: Uint8Array,
  start: number,
  length: number,
  totalLength: number = length,
): number {
  const blockBytes = SHA2_BLOCK_BYTES[name];
  const blockCount = Math.floor((length + blockBytes / 8 + blockBytes) / blockBytes);
  const end = start + blockCount * blockBytes;
  memory.fill(0, start + length, end);
  memory[start + length] = 0x80;
  // A length in bits below 2^53, big-endian.
  for (let i = end - 1, bits = totalLength * 8; bits > 0; i--, bits = Math.floor(bits / 256)) memory[i] = bits % 256;
  return blockCount;
}

/** The same for keccak256: there must be room for one byte more, rounded up to a block. */
export function padKeccak256(memory: Uint8Array, start: number, length: number): number {
  const blockCount = Math.floor(length / KECCAK256_BLOCK_BYTES) + 1;
  const end = start + blockCount * KECCAK256_BLOCK_BYTES;
  memory.fill(0, start + length, end);
  memory[start + length] = 1;
  memory[end - 1] |= 0x80;
  return blockCount;
}
