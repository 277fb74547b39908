// The precompile that checks Ethereum's signatures: the key recovered from one must hash to the address given. Data:
// their number (u8), then 11 packed bytes of offsets for each. An index names an instruction, never "this one", and a
// signature needs a byte behind it for the recovery id; the codes of faulty offsets are unlike the other precompiles'.
// Source: agave precompiles/src/secp256k1.rs, verify.

import { hashes } from '../../crypto/hashes.ts';
import { recoverPublicKey } from '../../crypto/secp256k1-recover.ts';
import { equalBytes, readU16 } from '../../wire/bytes.ts';
import { type Precompile, PrecompileError } from './precompile.ts';

const OFFSETS_START = 1;
const OFFSETS_LEN = 11;
const SIGNATURE_LEN = 64;
const ETH_ADDRESS_LEN = 20;
/** The group's order n, big-endian. Source: SEC 2, secp256k1. */
const ORDER = Uint8Array.from(
  [0xffffffff, 0xffffffff, 0xffffffff, 0xfffffffe, 0xbaaedce6, 0xaf48a03b, 0xbfd25e8c, 0xd0364141].flatMap((word) => [
    word >>> 24,
    (word >>> 16) & 0xff,
    (word >>> 8) & 0xff,
    word & 0xff,
  ]),
);

export const verifySecp256k1: Precompile = (data, instructionDatas) => {
  if (data.length === 0) return PrecompileError.InvalidInstructionDataSize;
  const count = data[0];
  if (count === 0 && data.length > OFFSETS_START) return PrecompileError.InvalidInstructionDataSize;
  if (data.length < OFFSETS_START + count * OFFSETS_LEN) return PrecompileError.InvalidInstructionDataSize;

  for (let i = 0; i < count; i++) {
    const at = OFFSETS_START + i * OFFSETS_LEN;

    const source = instructionDatas[data[at + 2]];
    if (source === undefined) return PrecompileError.InvalidInstructionDataSize;
    const signatureOffset = readU16(data, at);
    const recoveryIdOffset = signatureOffset + SIGNATURE_LEN;
    if (recoveryIdOffset >= source.length) return PrecompileError.InvalidSignature;
    const signature = source.subarray(signatureOffset, recoveryIdOffset);
    if (!isBelowOrder(signature, 0) || !isBelowOrder(signature, 32)) return PrecompileError.InvalidSignature;
    const recoveryId = source[recoveryIdOffset];
    if (recoveryId > 3) return PrecompileError.InvalidRecoveryId;

    const address = slice(instructionDatas, data[at + 5], readU16(data, at + 3), ETH_ADDRESS_LEN);
    if (typeof address === 'number') return address;
    const message = slice(instructionDatas, data[at + 10], readU16(data, at + 6), readU16(data, at + 8));
    if (typeof message === 'number') return message;

    const publicKey = recoverPublicKey(hashes.keccak256(message), signature, recoveryId);
    if (publicKey === undefined) return PrecompileError.InvalidSignature;
    if (!equalBytes(hashes.keccak256(publicKey).subarray(32 - ETH_ADDRESS_LEN), address)) {
      return PrecompileError.InvalidSignature;
    }
  }
  return undefined;
};

/** `len` bytes of an instruction's data, or the code of why they aren't there. */
function slice(
  instructionDatas: readonly Uint8Array[],
  instructionIndex: number,
  offset: number,
  len: number,
): Uint8Array | number {
  const source = instructionDatas[instructionIndex];
  if (source === undefined) return PrecompileError.InvalidDataOffsets;
  if (offset + len > source.length) return PrecompileError.InvalidSignature;
  return source.subarray(offset, offset + len);
}

function isBelowOrder(bytes: Uint8Array, offset: number): boolean {
  for (let i = 0; i < ORDER.length; i++) {
    if (bytes[offset + i] !== ORDER[i]) return bytes[offset + i] < ORDER[i];
  }
  return false;
}
