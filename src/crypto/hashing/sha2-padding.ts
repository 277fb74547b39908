// How a message of SHA-256 and SHA-512 is made whole blocks.
// Source: FIPS 180-4 §5.1.

export type Sha2 = 'sha256' | 'sha512';

/** Bytes of a block; the hash has half as many. */
export const SHA2_BLOCK_BYTES: { readonly [name in Sha2]: number } = { sha256: 64, sha512: 128 };

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
