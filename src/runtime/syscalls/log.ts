// The syscalls that write to the transaction's log. What a program logs is prefixed `Program log: `, so that it can't
// pass for the runtime's own lines; which lines are kept is the log collector's business.
// Source: agave syscalls/src/logging.rs, program-runtime/src/stable_log.rs.

import { MM_INPUT_START } from '../../sbpf/address-space.ts';
import type { Executable } from '../../sbpf/executable.ts';
import type { U64, VmMemory } from '../../sbpf/memory.ts';
import { encodeBase58 } from '../../wire/base58.ts';
import { encodeBase64 } from '../../wire/base64.ts';
import { PUBKEY_BYTES } from '../../wire/pubkey.ts';
import { currentActivation } from '../activation.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { readVmSlices, translateBytes, translateString, translateType, translateVmSlices } from './memory-access.ts';
import type { RuntimeSyscall, SyscallTable } from './syscall-table.ts';

/**
 * Logs a text.
 *
 * r1 `addr`: VM address of UTF-8
 * r2 `len`: its bytes
 *
 * Charges a unit for each byte, 100 at least, before the text is read. Line breaks are kept.
 */
const log: RuntimeSyscall = (context, memory, addr, len) => {
  context.consume(Math.max(context.costs.syscallBaseCost, Number(len)));
  context.log(lineOf(context, memory, addr, len));
  return 0;
};

/** How many texts of a program are remembered, and up to which length. */
const MAX_TEXTS = 256;
const MAX_TEXT_LEN = 256;
interface LoggedText {
  readonly line: string;
  /** A copy, to be held against what is there next time. */
  readonly bytes: Uint8Array;
}
const textsOf = new WeakMap<Executable, Map<number, LoggedText>>();

/**
 * The line of a text. What a program logs from one place is mostly the same as last time: its constants always are, and
 * what it puts together on its heap often is. To decode it takes longer than a look at each byte.
 */
function lineOf(context: InvokeContext, memory: VmMemory, addr: U64, len: U64): string {
  // Of no bytes none is looked at, wherever they are.
  if (typeof addr !== 'number' || typeof len !== 'number' || addr >= MM_INPUT_START || len === 0) {
    return `Program log: ${translateString(memory, addr, len)}`;
  }
  const { executable } = currentActivation(context).vm;
  let texts = textsOf.get(executable);
  if (texts === undefined) textsOf.set(executable, (texts = new Map()));
  const known = texts.get(addr);
  const offset = translateBytes(memory, addr, len);
  if (known !== undefined && known.bytes.length === len && isAt(memory, offset, known.bytes)) return known.line;
  const line = `Program log: ${translateString(memory, addr, len)}`;
  if (len <= MAX_TEXT_LEN && (known !== undefined || texts.size < MAX_TEXTS)) {
    texts.set(addr, { line, bytes: memory.bytes.slice(offset, offset + len) });
  }
  return line;
}

function isAt({ bytes }: VmMemory, offset: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[offset + i] !== text[i]) return false;
  return true;
}

/** Logs the five registers in hexadecimal, without leading zeros. Charges 100. */
const log64: RuntimeSyscall = (context, _memory, r1, r2, r3, r4, r5) => {
  context.consume(context.costs.log64Units);
  const values = [r1, r2, r3, r4, r5].map((value) => `0x${value.toString(16)}`);
  context.log(`Program log: ${values.join(', ')}`);
  return 0;
};

/**
 * Logs an address in base58.
 *
 * r1 `addr`: VM address of 32 bytes
 *
 * Charges 100 before it is read.
 */
const logPubkey: RuntimeSyscall = (context, memory, addr) => {
  context.consume(context.costs.logPubkeyUnits);
  const offset = translateType(context, memory, 'load', addr, PUBKEY_BYTES, 1);
  context.log(`Program log: ${encodeBase58(memory.bytes.subarray(offset, offset + PUBKEY_BYTES))}`);
  return 0;
};

/** Logs the units that are left to the transaction once this call's 100 are paid. */
const logComputeUnits: RuntimeSyscall = (context) => {
  context.consume(context.costs.syscallBaseCost);
  context.log(`Program consumption: ${context.meter.remaining} units remaining`);
  return 0;
};

/**
 * Logs fields of bytes in base64, with a space between two of them.
 *
 * r1 `fieldsAddr`: VM address of `fieldsCount` pairs `{ addr: u64, len: u64 }`, 8-aligned
 * r2 `fieldsCount`: how many; none logs an empty list
 *
 * Charges 100; with the pairs read, 100 for each; then a unit for each byte of all fields, before any field is read.
 */
const logData: RuntimeSyscall = (context, memory, fieldsAddr, fieldsCount) => {
  context.consume(context.costs.syscallBaseCost);
  const list = translateVmSlices(context, memory, fieldsAddr, fieldsCount);
  context.consume(context.costs.syscallBaseCost * Number(fieldsCount));
  const fields = readVmSlices(memory, list, Number(fieldsCount));
  context.consume(fields.reduce((sum, field) => sum + Number(field.len), 0));
  const offsets = fields.map((field) => translateBytes(memory, field.addr, field.len));
  const texts = fields.map((field, i) => {
    return encodeBase64(memory.bytes.subarray(offsets[i], offsets[i] + Number(field.len)));
  });
  context.log(`Program data: ${texts.join(' ')}`);
  return 0;
};

export const LOG_SYSCALLS: SyscallTable = {
  sol_log_: { syscall: log },
  sol_log_64_: { syscall: log64 },
  sol_log_pubkey: { syscall: logPubkey },
  sol_log_compute_units_: { syscall: logComputeUnits },
  sol_log_data: { syscall: logData },
};
