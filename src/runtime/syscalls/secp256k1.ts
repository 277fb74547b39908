// Recovery of the key that made a secp256k1 signature, for programs that check Ethereum's signatures.
// Source: agave syscalls/src/lib.rs, SyscallSecp256k1Recover; solana-sdk secp256k1-recover/src/lib.rs,
// Secp256k1RecoverError.

import { recoverPublicKey } from '../../crypto/secp256k1-recover.ts';
import { translateBytes, translateOutput } from './memory-access.ts';
import type { RuntimeSyscall, SyscallTable } from './syscall-table.ts';

const HASH_BYTES = 32;
const SECP256K1_SIGNATURE_LENGTH = 64;
const SECP256K1_PUBLIC_KEY_LENGTH = 64;

const INVALID_RECOVERY_ID = 2;
const INVALID_SIGNATURE = 3;

/**
 * Recovers a public key.
 *
 * r1 `hashAddr`: VM address of the signed 32 bytes
 * r2 `recoveryId`: 0 to 3
 * r3 `signatureAddr`: VM address of r and s, 32 bytes each, big-endian
 * r4 `resultAddr`: VM address for the key's x and y, 32 bytes each, big-endian
 *
 * Charges 25,000, then checks the result, the hash, the signature. r0 is 2 for another recovery id; 3 where r or s is out
 * of range or no point belongs to them; else 0.
 */
const secp256k1Recover: RuntimeSyscall = (context, memory, hashAddr, recoveryId, signatureAddr, resultAddr) => {
  context.consume(context.costs.secp256k1RecoverCost);
  const result = translateOutput(memory, resultAddr, SECP256K1_PUBLIC_KEY_LENGTH);
  const hash = translateBytes(memory, hashAddr, HASH_BYTES);
  const signature = translateBytes(memory, signatureAddr, SECP256K1_SIGNATURE_LENGTH);
  if (recoveryId > 3) return INVALID_RECOVERY_ID;
  const { bytes } = memory;
  const publicKey = recoverPublicKey(
    bytes.subarray(hash, hash + HASH_BYTES),
    bytes.subarray(signature, signature + SECP256K1_SIGNATURE_LENGTH),
    Number(recoveryId),
  );
  if (publicKey === undefined) return INVALID_SIGNATURE;
  bytes.set(publicKey, result);
  return 0;
};

export const SECP256K1_SYSCALLS: SyscallTable = {
  sol_secp256k1_recover: { syscall: secp256k1Recover },
};
