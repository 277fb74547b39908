// The syscall for the Poseidon hash.
// Source: agave syscalls/src/lib.rs, SyscallPoseidon; solana-sdk poseidon/src/lib.rs, PoseidonSyscallError.

import { hashPoseidon, MAX_INPUTS } from '../../crypto/poseidon.ts';
import { SyscallError } from '../errors.ts';
import { readVmSlices, translateBytes, translateOutput, translateVmSlices } from './memory-access.ts';
import type { RuntimeSyscall, SyscallTable } from './syscall-table.ts';

const SOURCE = 'agave syscalls/src/lib.rs';
const HASH_BYTES = 32;
const FAILED = 1;

const BN254_X5 = 0;
const BIG_ENDIAN = 0;
const LITTLE_ENDIAN = 1;

/**
 * Hashes field elements.
 *
 * r1 `parameters`: 0, for BN254 with x⁵
 * r2 `endianness`: 0 big, 1 little, of inputs and result
 * r3 `inputsAddr`: VM address of `inputsCount` pairs `{ addr: u64, len: u64 }`, 8-aligned
 * r4 `inputsCount`: 12 at most
 * r5 `resultAddr`: VM address for 32 bytes
 *
 * Checks the parameters, the endianness, the count; charges 61·n² + 542; then checks the result, the list, each input.
 * r0 is 1 with no input, or one that isn't 32 bytes below the field's order; else 0.
 */
const poseidon: RuntimeSyscall = (context, memory, parameters, endianness, inputsAddr, inputsCount, resultAddr) => {
  if (parameters !== BN254_X5) {
    throw new SyscallError('InvalidParameters', 'Invalid parameters.', {
      rule: 'sol_poseidon',
      source: SOURCE,
      asked: 'parameters',
      actual: parameters,
    });
  }
  if (endianness !== BIG_ENDIAN && endianness !== LITTLE_ENDIAN) {
    throw new SyscallError('InvalidEndianness', 'Invalid endianness.', {
      rule: 'sol_poseidon',
      source: SOURCE,
      asked: 'endianness',
      actual: endianness,
    });
  }
  if (inputsCount > MAX_INPUTS) {
    context.log(`Poseidon hashing ${inputsCount} sequences is not supported`);
    const refusal = { rule: 'sol_poseidon', source: SOURCE, limit: MAX_INPUTS, actual: inputsCount };
    throw new SyscallError('InvalidLength', 'InvalidLength', refusal);
  }
  const count = Number(inputsCount);
  const { poseidonCostCoefficientA, poseidonCostCoefficientC } = context.costs;
  const units = poseidonCostCoefficientA * count * count + poseidonCostCoefficientC;
  if (units >= 2 ** 64) {
    context.log('Overflow while calculating the compute cost');
    const refusal = { rule: 'sol_poseidon', source: SOURCE, asked: 'units', actual: units };
    throw new SyscallError('ArithmeticOverflow', 'Arithmetic overflow', refusal);
  }
  context.consume(units);
  const result = translateOutput(memory, resultAddr, HASH_BYTES);
  const list = translateVmSlices(context, memory, inputsAddr, inputsCount);
  const inputs = readVmSlices(memory, list, count).map(({ addr, len }) => {
    const offset = translateBytes(memory, addr, len);
    return memory.bytes.subarray(offset, offset + Number(len));
  });
  const hash = hashPoseidon(inputs, endianness === BIG_ENDIAN ? 'big' : 'little');
  if (hash === undefined) return FAILED;
  memory.bytes.set(hash, result);
  return 0;
};

export const POSEIDON_SYSCALLS: SyscallTable = {
  sol_poseidon: { syscall: poseidon, gate: 'enable_poseidon_syscall' },
};
