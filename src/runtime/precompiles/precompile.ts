// What the precompiles share: their shape, the codes of their errors, and how ed25519 and secp256r1 find the bytes that
// their offsets point at. A precompile costs nothing, logs nothing and touches no account; it reads the data of the
// transaction's top-level instructions.
// Source: solana-sdk precompile-error/src/lib.rs; agave precompiles/src/{ed25519,secp256r1}.rs, get_data_slice.

/**
 * Checks the signatures that an instruction's data speaks of.
 *
 * @param data the instruction's own data
 * @param instructionDatas the data of every top-level instruction
 * @returns undefined where they all hold, else the number of a `PrecompileError`, which becomes `Custom` of it
 */
export type Precompile = (data: Uint8Array, instructionDatas: readonly Uint8Array[]) => number | undefined;

/** `PrecompileError` by its number. */
export const PrecompileError = {
  InvalidPublicKey: 0,
  InvalidRecoveryId: 1,
  InvalidSignature: 2,
  InvalidDataOffsets: 3,
  InvalidInstructionDataSize: 4,
} as const;

/** In place of an instruction's index: the instruction itself. */
const CURRENT_INSTRUCTION = 0xffff;

/** `len` bytes at `offset` of an instruction's data; undefined where there is no such instruction or it is too short. */
export function dataSlice(
  data: Uint8Array,
  instructionDatas: readonly Uint8Array[],
  instructionIndex: number,
  offset: number,
  len: number,
): Uint8Array | undefined {
  const source = instructionIndex === CURRENT_INSTRUCTION ? data : instructionDatas[instructionIndex];
  if (source === undefined || offset + len > source.length) return undefined;
  return source.subarray(offset, offset + len);
}
