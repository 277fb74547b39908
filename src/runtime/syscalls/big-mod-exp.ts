// The syscall for modular exponentiation, in SIMD-0529's form. Its gate is not active on mainnet.
// Its costs and the order of its checks are those of Agave 4.3, as npm litesvm shows them.
// Source: SIMD-0529; solana-sdk big-mod-exp/src/lib.rs.

import { bigModExp, isSupportedModulus } from '../../crypto/big-mod-exp.ts';
import type { VmMemory } from '../../sbpf/memory.ts';
import { SyscallError } from '../errors.ts';
import {
  BIG_MOD_EXP_BASE_CU,
  BIG_MOD_EXP_CU_DIVISOR,
  BIG_MOD_EXP_MAX_BYTES,
  BIG_MOD_EXP_MIN_EXPONENT_LENGTH,
  BIG_MOD_EXP_MOD_REDUCTION_COMPLEXITY_FACTOR,
} from '../execution-cost.ts';
import {
  readVmSlices,
  translateBytes,
  translateOutput,
  translateType,
  VM_SLICE_ALIGN,
  VM_SLICE_SIZE,
  type VmSlice,
} from './memory-access.ts';
import type { RuntimeSyscall, SyscallTable } from './syscall-table.ts';

const SOURCE = 'solana-sdk big-mod-exp/src/lib.rs';
/** Bytes of an exponent whose bits are counted; each byte beyond them counts as eight. */
const EXPONENT_HEAD = 32;

/**
 * Raises a number to a power, modulo an odd number greater than 1. All numbers are little-endian.
 *
 * r1 `paramsAddr`: VM address of three pairs `{ addr: u64, len: u64 }`, 8-aligned: base, exponent, modulus, 512 bytes
 *    each at most
 * r2 `resultAddr`: VM address for as many bytes as the modulus has
 *
 * Charges 422, then checks the pairs, their lengths, the exponent; charges by the exponent's value and the longer of base
 * and modulus; then checks the base, the modulus, its value, the result.
 */
const bigModExpSyscall: RuntimeSyscall = (context, memory, paramsAddr, resultAddr) => {
  context.consume(BIG_MOD_EXP_BASE_CU);
  const params = translateType(context, memory, 'load', paramsAddr, 3 * VM_SLICE_SIZE, VM_SLICE_ALIGN);
  const slices = readVmSlices(memory, params, 3);
  for (const { len } of slices) {
    if (len <= BIG_MOD_EXP_MAX_BYTES) continue;
    const refusal = { rule: 'sol_big_mod_exp', source: SOURCE, limit: BIG_MOD_EXP_MAX_BYTES, actual: len };
    throw new SyscallError('InvalidLength', 'InvalidLength', refusal);
  }
  const [baseSlice, exponentSlice, modulusSlice] = slices;
  const exponent = readOperand(memory, exponentSlice);
  const operandLen = Math.max(Number(baseSlice.len), Number(modulusSlice.len));
  context.consume(
    Math.ceil((multiplicationComplexity(operandLen) * iterationCount(exponent)) / BIG_MOD_EXP_CU_DIVISOR),
  );
  const base = readOperand(memory, baseSlice);
  const modulus = readOperand(memory, modulusSlice);
  if (!isSupportedModulus(modulus)) {
    throw new SyscallError('InvalidAttribute', 'InvalidAttribute', {
      rule: 'sol_big_mod_exp',
      source: SOURCE,
      detail: 'the modulus is even, 1, or empty',
    });
  }
  const result = translateOutput(memory, resultAddr, modulus.length);
  memory.bytes.set(bigModExp(base, exponent, modulus), result);
  return 0;
};

function readOperand(memory: VmMemory, { addr, len }: VmSlice): Uint8Array {
  const offset = translateBytes(memory, addr, len);
  return memory.bytes.subarray(offset, offset + Number(len));
}

/** What one multiplication of numbers of `len` bytes counts. Source: EIP-198, mult_complexity. */
function multiplicationComplexity(len: number): number {
  return len <= 64 ? len * len : Math.floor((len * len) / 4) + 96 * len - 3072;
}

/** How many multiplications an exponent counts. Source: EIP-198, ADJUSTED_EXPONENT_LENGTH. */
function iterationCount(exponent: Uint8Array): number {
  if (isOne(exponent)) return BIG_MOD_EXP_MOD_REDUCTION_COMPLEXITY_FACTOR;
  const tailLen = Math.max(0, exponent.length - EXPONENT_HEAD);
  const head = exponent.subarray(tailLen);
  const last = head.findLastIndex((byte) => byte !== 0);
  const highestBit = last < 0 ? 0 : 8 * last + 31 - Math.clz32(head[last]);
  return Math.max(BIG_MOD_EXP_MIN_EXPONENT_LENGTH, 8 * tailLen + highestBit);
}

function isOne(number: Uint8Array): boolean {
  return number[0] === 1 && number.findLastIndex((byte) => byte !== 0) === 0;
}

export const BIG_MOD_EXP_SYSCALLS: SyscallTable = {
  sol_big_mod_exp: { syscall: bigModExpSyscall, gate: 'enable_big_mod_exp_syscall' },
};
