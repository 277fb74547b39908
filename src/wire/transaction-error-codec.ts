// TransactionError and InstructionError in bincode, as status columns and sysvars of a ledger hold them: a u32 variant
// index, then the variant's data. The index is the place in the tables of transaction-error.ts.

import { readU32, writeU32 } from './bytes.ts';
import { ParhelionError } from './errors.ts';
import {
  INSTRUCTION_ERROR_TEXT,
  type InstructionError,
  type InstructionErrorName,
  TRANSACTION_ERROR_TEXT,
  type TransactionError,
  type TransactionErrorName,
} from './transaction-error.ts';

const INSTRUCTION_ERROR_NAMES = Object.keys(INSTRUCTION_ERROR_TEXT);
const TRANSACTION_ERROR_NAMES = Object.keys(TRANSACTION_ERROR_TEXT);

export function encodeInstructionError(error: InstructionError): Uint8Array {
  if (typeof error === 'string') return encodeVariant(INSTRUCTION_ERROR_NAMES.indexOf(error), 0);
  const out = encodeVariant(INSTRUCTION_ERROR_NAMES.indexOf('Custom'), 4);
  writeU32(out, 4, error.Custom);
  return out;
}

/** @throws ParhelionError `INVALID_ARGUMENT` where the bytes are no instruction error, or more than one. */
export function decodeInstructionError(bytes: Uint8Array): InstructionError {
  return expectLength(bytes, readInstructionError(bytes, 0));
}

export function encodeTransactionError(error: TransactionError): Uint8Array {
  if (typeof error === 'string') return encodeVariant(TRANSACTION_ERROR_NAMES.indexOf(error), 0);
  const [name, data] = Object.entries(error)[0];
  const variant = TRANSACTION_ERROR_NAMES.indexOf(name);
  if ('InstructionError' in error) {
    const [index, inner] = error.InstructionError;
    const innerBytes = encodeInstructionError(inner);
    const out = encodeVariant(variant, 1 + innerBytes.length);
    out[4] = index;
    out.set(innerBytes, 5);
    return out;
  }
  const out = encodeVariant(variant, 1);
  out[4] = typeof data === 'number' ? data : data.account_index;
  return out;
}

/** @throws ParhelionError `INVALID_ARGUMENT` where the bytes are no transaction error, or more than one. */
export function decodeTransactionError(bytes: Uint8Array): TransactionError {
  const name = nameAt(TRANSACTION_ERROR_NAMES, bytes, 0);
  switch (name) {
    case 'InstructionError': {
      const { value, end } = readInstructionError(bytes, 5);
      return expectLength(bytes, { value: { InstructionError: [bytes[4], value] as const }, end });
    }
    case 'DuplicateInstruction':
      return expectLength(bytes, { value: { DuplicateInstruction: bytes[4] }, end: 5 });
    case 'InsufficientFundsForRent':
      return expectLength(bytes, { value: { InsufficientFundsForRent: { account_index: bytes[4] } }, end: 5 });
    case 'ProgramExecutionTemporarilyRestricted':
      return expectLength(bytes, {
        value: { ProgramExecutionTemporarilyRestricted: { account_index: bytes[4] } },
        end: 5,
      });
    default:
      return expectLength(bytes, { value: name as TransactionErrorName, end: 4 });
  }
}

function encodeVariant(index: number, dataLen: number): Uint8Array {
  const out = new Uint8Array(4 + dataLen);
  writeU32(out, 0, index);
  return out;
}

function readInstructionError(bytes: Uint8Array, offset: number): { value: InstructionError; end: number } {
  const name = nameAt(INSTRUCTION_ERROR_NAMES, bytes, offset);
  if (name !== 'Custom') return { value: name as InstructionErrorName, end: offset + 4 };
  return { value: { Custom: readU32(bytes, offset + 4) }, end: offset + 8 };
}

function nameAt(names: readonly string[], bytes: Uint8Array, offset: number): string {
  const index = readU32(bytes, offset);
  if (bytes.length < offset + 4 || index >= names.length) refuse(bytes, `a variant index below ${names.length}`);
  return names[index];
}

function expectLength<T>(bytes: Uint8Array, read: { value: T; end: number }): T {
  if (bytes.length !== read.end) refuse(bytes, `${read.end} bytes for this variant`);
  return read.value;
}

function refuse(bytes: Uint8Array, expected: string): never {
  const received = `${bytes.length} bytes that begin with ${bytes.slice(0, 8).join(' ')}`;
  throw new ParhelionError('INVALID_ARGUMENT', { name: 'A bincode error', expected, received });
}
