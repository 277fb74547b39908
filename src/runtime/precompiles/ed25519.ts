// The precompile that checks Ed25519 signatures. Data: their number (u8), a byte nobody reads, then 14 bytes of offsets
// for each signature; what these point at may lie in the data of any instruction.
// Source: agave precompiles/src/ed25519.rs, verify.

import { isOnCurve } from '../../crypto/curve.ts';
import { verifyPrecompileSignature } from '../../crypto/ed25519.ts';
import { readU16 } from '../../wire/bytes.ts';
import { dataSlice, type Precompile, PrecompileError } from './precompile.ts';

const OFFSETS_START = 2;
const OFFSETS_LEN = 14;
const SIGNATURE_LEN = 64;
const PUBLIC_KEY_LEN = 32;

export const verifyEd25519: Precompile = (data, instructionDatas) => {
  if (data.length < OFFSETS_START) return PrecompileError.InvalidInstructionDataSize;
  const count = data[0];
  if (count === 0 && data.length > OFFSETS_START) return PrecompileError.InvalidInstructionDataSize;
  if (data.length < OFFSETS_START + count * OFFSETS_LEN) return PrecompileError.InvalidInstructionDataSize;

  for (let i = 0; i < count; i++) {
    const at = OFFSETS_START + i * OFFSETS_LEN;
    const slice = (offsetAt: number, indexAt: number, len: number): Uint8Array | undefined =>
      dataSlice(data, instructionDatas, readU16(data, at + indexAt), readU16(data, at + offsetAt), len);

    const signature = slice(0, 2, SIGNATURE_LEN);
    if (signature === undefined) return PrecompileError.InvalidDataOffsets;
    // The parser's own check; that s is below the group order comes with the verification.
    if ((signature[63] & 0b1110_0000) !== 0) return PrecompileError.InvalidSignature;

    const publicKey = slice(4, 6, PUBLIC_KEY_LEN);
    if (publicKey === undefined) return PrecompileError.InvalidDataOffsets;
    if (!isOnCurve(publicKey)) return PrecompileError.InvalidPublicKey;

    const message = slice(8, 12, readU16(data, at + 10));
    if (message === undefined) return PrecompileError.InvalidDataOffsets;
    if (!verifyPrecompileSignature(signature, message, publicKey)) return PrecompileError.InvalidSignature;
  }
  return undefined;
};
