// The syscall for modular exponentiation. Its gate is not active on any cluster; the form here is SIMD-0529's.
// Source: SIMD-0529; solana-sdk big-mod-exp/src/lib.rs.

import { bigModExp, isSupportedModulus } from '../../crypto/big-mod-exp.ts';
import { SyscallError } from '../errors.ts';
import { readVmSlices, translateBytes, translateOutput, translateType, VM_SLICE_SIZE } from './memory-access.ts';
import type { RuntimeSyscall, SyscallTable } from './syscall-table.ts';

const bigModExpSyscall: RuntimeSyscall = (context, memory, paramsAddr, resultAddr) => {
  const params = translateType(context, memory, 'load', paramsAddr, 3 * VM_SLICE_SIZE, 8);
  const operands = readVmSlices(memory, params, 3);
  if (operands.some((operand) => operand.len > 512)) throw new SyscallError('InvalidLength', 'InvalidLength');
  context.consume(422);
  const [base, exponent, modulus] = operands.map(({ addr, len }) => {
    const offset = translateBytes(memory, addr, len);
    return memory.bytes.subarray(offset, offset + Number(len));
  });
  if (!isSupportedModulus(modulus)) throw new SyscallError('InvalidAttribute', 'InvalidAttribute');
  const result = translateOutput(memory, resultAddr, modulus.length);
  memory.bytes.set(bigModExp(base, exponent, modulus), result);
  return 0;
};

export const BIG_MOD_EXP_SYSCALLS: SyscallTable = {
  sol_big_mod_exp: { syscall: bigModExpSyscall, gate: (features) => features.enable_big_mod_exp_syscall },
};
