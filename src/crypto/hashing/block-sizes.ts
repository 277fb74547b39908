// Numbers of the hashes that both the emitted code and its callers go by.

/** Bytes that keccak256 absorbs at a time. */
export const KECCAK256_BLOCK_BYTES = 136;
export const BLAKE3_CHUNK_BYTES = 1024;
/** BLAKE3's flag of the one node that is no one's child. */
export const BLAKE3_ROOT = 8;
