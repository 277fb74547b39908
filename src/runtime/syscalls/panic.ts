// The syscalls that end the program: `abort`, which compilers call where no code can be reached, and `sol_panic_`.
// Source: agave syscalls/src/lib.rs, SyscallAbort, SyscallPanic.

import { SyscallError } from '../errors.ts';
import { translateString } from './memory-access.ts';
import type { RuntimeSyscall, SyscallTable } from './syscall-table.ts';

const SOURCE = 'agave syscalls/src/lib.rs';

/** Ends the program with `SBF program panicked`. Takes nothing and charges nothing. */
const abort: RuntimeSyscall = () => {
  throw new SyscallError('Abort', 'SBF program panicked', { rule: 'abort', source: SOURCE });
};

/**
 * Ends the program with the place of a panic.
 *
 * r1 `fileAddr`: VM address of the file's name in UTF-8
 * r2 `fileLen`: its bytes
 * r3 `line`, r4 `column`: printed as they are
 *
 * Charges a unit for each byte of the name before it is read.
 */
const panic: RuntimeSyscall = (context, memory, fileAddr, fileLen, line, column) => {
  context.consume(Number(fileLen));
  const file = translateString(memory, fileAddr, fileLen);
  const text = `SBF program Panicked in ${file} at ${line}:${column}`;
  throw new SyscallError('Panic', text, { rule: 'sol_panic_', source: SOURCE, detail: `${file}:${line}:${column}` });
};

export const PANIC_SYSCALLS: SyscallTable = {
  abort: { syscall: Object.assign(abort, { neverReturns: true } as const) },
  sol_panic_: { syscall: Object.assign(panic, { neverReturns: true } as const) },
};
