// Return data: up to 1024 bytes that a program leaves to whoever called it, with the id of the program that set them.
// The runtime empties it whenever a program starts.
// Source: agave syscalls/src/lib.rs, SyscallSetReturnData, SyscallGetReturnData.

import { PUBKEY_BYTES } from '../../wire/pubkey.ts';
import { SyscallError } from '../errors.ts';
import { bytesCost } from '../execution-cost.ts';
import { MAX_RETURN_DATA } from '../transaction-context.ts';
import { translateBytes, translateOutputs } from './memory-access.ts';
import type { RuntimeSyscall, SyscallTable } from './syscall-table.ts';

/**
 * Sets the return data of the running program.
 *
 * r1 `addr`: VM address
 * r2 `len`: bytes, 1024 at most
 *
 * Charges 100 and a unit for each 250 bytes, then checks the length, then reads.
 */
const setReturnData: RuntimeSyscall = (context, memory, addr, len) => {
  context.consume(context.costs.syscallBaseCost + bytesCost(context.costs, Number(len)));
  if (len > MAX_RETURN_DATA) {
    throw new SyscallError('ReturnDataTooLarge', `Return data too large (${len} > ${MAX_RETURN_DATA})`, {
      rule: 'sol_set_return_data',
      source: 'agave syscalls/src/lib.rs',
      limit: MAX_RETURN_DATA,
      actual: len,
    });
  }
  const offset = translateBytes(memory, addr, len);
  context.transaction.setReturnData(context.current.programId, memory.bytes.slice(offset, offset + Number(len)));
  return 0;
};

/**
 * Copies the return data that was set last.
 *
 * r1 `dataAddr`: VM address for the bytes
 * r2 `len`: how many at most; with 0, or with none set, nothing is written and no address is looked at
 * r3 `programIdAddr`: VM address for the 32 bytes of the program that set them
 *
 * Charges 100, then a unit for each 250 bytes of both outputs. r0 is the length that was set, however much was copied.
 */
const getReturnData: RuntimeSyscall = (context, memory, dataAddr, len, programIdAddr) => {
  context.consume(context.costs.syscallBaseCost);
  const { programId, data } = context.transaction.returnData;
  const copied = Math.min(Number(len), data.length);
  if (copied !== 0) {
    context.consume(bytesCost(context.costs, copied + PUBKEY_BYTES));
    const [dataOffset, programIdOffset] = translateOutputs(context, memory, [
      { vmAddr: dataAddr, len: copied, align: 1 },
      { vmAddr: programIdAddr, len: PUBKEY_BYTES, align: 1 },
    ]);
    // A view of so small an array costs the host a buffer: a microsecond.
    memory.bytes.set(copied === data.length ? data : data.subarray(0, copied), dataOffset);
    memory.bytes.set(programId.bytes, programIdOffset);
  }
  return data.length;
};

export const RETURN_DATA_SYSCALLS: SyscallTable = {
  sol_set_return_data: { syscall: setReturnData },
  sol_get_return_data: { syscall: getReturnData },
};
