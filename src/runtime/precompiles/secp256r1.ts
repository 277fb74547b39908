// The precompile that checks signatures of passkeys and secure enclaves: ECDSA on P-256 over sha256 of the message, of
// which only the lower half of s counts. Data as ed25519's, with compressed keys; one signature at least, eight at most.
// Source: agave precompiles/src/secp256r1.rs, verify.

import { checkSecp256r1Signature } from '../../crypto/secp256r1.ts';
import { readU16 } from '../../wire/bytes.ts';
import { dataSlice, type Precompile, PrecompileError } from './precompile.ts';

const OFFSETS_START = 2;
const OFFSETS_LEN = 14;
const SIGNATURE_LEN = 64;
const PUBLIC_KEY_LEN = 33;
const MAX_SIGNATURES = 8;

export const verifySecp256r1: Precompile = (data, instructionDatas) => {
  if (data.length < OFFSETS_START) return PrecompileError.InvalidInstructionDataSize;
  const count = data[0];
  if (count === 0 || count > MAX_SIGNATURES) return PrecompileError.InvalidInstructionDataSize;
  if (data.length < OFFSETS_START + count * OFFSETS_LEN) return PrecompileError.InvalidInstructionDataSize;

  for (let i = 0; i < count; i++) {
    const at = OFFSETS_START + i * OFFSETS_LEN;
    const slice = (offsetAt: number, indexAt: number, len: number): Uint8Array | undefined =>
      dataSlice(data, instructionDatas, readU16(data, at + indexAt), readU16(data, at + offsetAt), len);

    const signature = slice(0, 2, SIGNATURE_LEN);
    const publicKey = slice(4, 6, PUBLIC_KEY_LEN);
    const message = slice(8, 12, readU16(data, at + 10));
    if (signature === undefined || publicKey === undefined || message === undefined) {
      return PrecompileError.InvalidDataOffsets;
    }
    const fault = checkSecp256r1Signature(signature, message, publicKey);
    if (fault !== undefined) return PrecompileError[fault];
  }
  return undefined;
};
