// The syscalls for BN254 (alt_bn128): group operations and the pairing check, and compression of points. Each operation
// has a number; 0x80 added to it asks for little-endian.
// Source: agave syscalls/src/lib.rs, SyscallAltBn128, SyscallAltBn128Compression.

import * as bn254 from '../../crypto/alt-bn128.ts';
import type { Endianness } from '../../crypto/curve-group.ts';
import type { U64 } from '../../sbpf/memory.ts';
import { SyscallError } from '../errors.ts';
import * as cost from '../execution-cost.ts';
import type { RuntimeFeatures } from '../features.ts';
import { translateBytes, translateOutput } from './memory-access.ts';
import type { RuntimeSyscall, SyscallTable } from './syscall-table.ts';

const FAILED = 1;
const LITTLE_ENDIAN = 0x80;
const PAIRING_ELEMENT_SIZE = bn254.G1_POINT_SIZE + bn254.G2_POINT_SIZE;

interface Operation {
  /** Units for an input of `len` bytes. */
  cost(costs: cost.ExecutionCosts, len: number): number;
  readonly outputLen: number;
  run(input: Uint8Array, endianness: Endianness): Uint8Array | undefined;
  isEnabled(features: RuntimeFeatures, endianness: Endianness): boolean;
}

const isEndiannessEnabled = (features: RuntimeFeatures, endianness: Endianness): boolean =>
  endianness === 'big' || features.alt_bn128_little_endian;
const isG2Enabled = (features: RuntimeFeatures): boolean => features.enable_alt_bn128_g2_syscalls;

const GROUP_OPERATIONS: ReadonlyMap<U64, Operation> = new Map<U64, Operation>([
  [
    0, // ALT_BN128_G1_ADD
    {
      cost: (costs) => costs.altBn128G1AdditionCost,
      outputLen: bn254.G1_POINT_SIZE,
      run: bn254.addG1,
      isEnabled: isEndiannessEnabled,
    },
  ],
  [
    2, // ALT_BN128_G1_MUL
    {
      cost: (costs) => costs.altBn128G1MultiplicationCost,
      outputLen: bn254.G1_POINT_SIZE,
      run: bn254.multiplyG1,
      isEnabled: isEndiannessEnabled,
    },
  ],
  [
    3, // ALT_BN128_PAIRING
    {
      cost: (costs, len) =>
        costs.altBn128PairingOnePairCostFirst +
        costs.altBn128PairingOnePairCostOther * Math.max(0, Math.floor(len / PAIRING_ELEMENT_SIZE) - 1) +
        costs.sha256BaseCost +
        len +
        bn254.FIELD_SIZE,
      outputLen: bn254.FIELD_SIZE,
      run: bn254.pairing,
      isEnabled: isEndiannessEnabled,
    },
  ],
  [
    4, // ALT_BN128_G2_ADD
    {
      cost: () => cost.ALT_BN128_G2_ADDITION_COST,
      outputLen: bn254.G2_POINT_SIZE,
      run: bn254.addG2,
      isEnabled: isG2Enabled,
    },
  ],
  [
    6, // ALT_BN128_G2_MUL
    {
      cost: () => cost.ALT_BN128_G2_MULTIPLICATION_COST,
      outputLen: bn254.G2_POINT_SIZE,
      run: bn254.multiplyG2,
      isEnabled: isG2Enabled,
    },
  ],
]);

const COMPRESSION_OPERATIONS: ReadonlyMap<U64, Operation> = new Map<U64, Operation>([
  [
    0, // ALT_BN128_G1_COMPRESS
    {
      cost: (costs) => costs.syscallBaseCost + costs.altBn128G1Compress,
      outputLen: bn254.G1_COMPRESSED_SIZE,
      run: bn254.compressG1,
      isEnabled: isEndiannessEnabled,
    },
  ],
  [
    1, // ALT_BN128_G1_DECOMPRESS
    {
      cost: (costs) => costs.syscallBaseCost + costs.altBn128G1Decompress,
      outputLen: bn254.G1_POINT_SIZE,
      run: bn254.decompressG1,
      isEnabled: isEndiannessEnabled,
    },
  ],
  [
    2, // ALT_BN128_G2_COMPRESS
    {
      cost: (costs) => costs.syscallBaseCost + costs.altBn128G2Compress,
      outputLen: bn254.G2_COMPRESSED_SIZE,
      run: bn254.compressG2,
      isEnabled: isEndiannessEnabled,
    },
  ],
  [
    3, // ALT_BN128_G2_DECOMPRESS
    {
      cost: (costs) => costs.syscallBaseCost + costs.altBn128G2Decompress,
      outputLen: bn254.G2_POINT_SIZE,
      run: bn254.decompressG2,
      isEnabled: isEndiannessEnabled,
    },
  ],
]);

/**
 * Makes a syscall of a table of operations.
 *
 * r1 `op`: the operation, plus 0x80 for little-endian
 * r2 `inputAddr`: VM address of the input
 * r3 `inputLen`: its bytes
 * r4 `resultAddr`: VM address for the result
 *
 * An unknown operation is refused before anything is charged. Charges, then checks the result, then the input. r0 is 1,
 * and nothing is written, for an input of the wrong length or with something in it that is no point; else 0.
 */
function operationSyscall(operations: ReadonlyMap<U64, Operation>): RuntimeSyscall {
  return (context, memory, op, inputAddr, inputLen, resultAddr) => {
    const endianness = typeof op === 'number' && op >= LITTLE_ENDIAN ? 'little' : 'big';
    const operation = operations.get(endianness === 'little' ? Number(op) - LITTLE_ENDIAN : op);
    if (operation === undefined || !operation.isEnabled(context.environment.features, endianness)) {
      const refusal = { rule: 'sol_alt_bn128', source: 'agave syscalls/src/lib.rs', asked: 'operation', actual: op };
      throw new SyscallError('InvalidAttribute', 'InvalidAttribute', refusal);
    }
    const len = Number(inputLen);
    context.consume(operation.cost(context.costs, len));
    const result = translateOutput(memory, resultAddr, operation.outputLen);
    const input = translateBytes(memory, inputAddr, inputLen);
    const output = operation.run(memory.bytes.subarray(input, input + len), endianness);
    if (output === undefined) return FAILED;
    memory.bytes.set(output, result);
    return 0;
  };
}

export const ALT_BN128_SYSCALLS: SyscallTable = {
  sol_alt_bn128_group_op: {
    syscall: operationSyscall(GROUP_OPERATIONS),
    gate: 'enable_alt_bn128_syscall',
  },
  sol_alt_bn128_compression: {
    syscall: operationSyscall(COMPRESSION_OPERATIONS),
    gate: 'enable_alt_bn128_compression_syscall',
  },
};
