import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ParhelionError } from './errors.ts';
import {
  INSTRUCTION_ERROR_TEXT,
  type InstructionError,
  TRANSACTION_ERROR_TEXT,
  type TransactionError,
} from './transaction-error.ts';
import {
  decodeInstructionError,
  decodeTransactionError,
  encodeInstructionError,
  encodeTransactionError,
} from './transaction-error-codec.ts';

const instructionErrors = Object.keys(INSTRUCTION_ERROR_TEXT).map(
  (name): InstructionError => (name === 'Custom' ? { Custom: 0xdeadbeef } : (name as InstructionError)),
);
const WITH_DATA: { readonly [name: string]: TransactionError } = {
  InstructionError: { InstructionError: [3, { Custom: 6001 }] },
  DuplicateInstruction: { DuplicateInstruction: 7 },
  InsufficientFundsForRent: { InsufficientFundsForRent: { account_index: 8 } },
  ProgramExecutionTemporarilyRestricted: { ProgramExecutionTemporarilyRestricted: { account_index: 9 } },
};
const transactionErrors = Object.keys(TRANSACTION_ERROR_TEXT).map(
  (name): TransactionError => WITH_DATA[name] ?? (name as TransactionError),
);

describe('bincode of errors', () => {
  test('every instruction error goes there and back, its place in the table first', () => {
    for (const [index, error] of instructionErrors.entries()) {
      const bytes = encodeInstructionError(error);
      expect(bytes[0]).toBe(index);
      expect(decodeInstructionError(bytes)).toEqual(error);
    }
    expect(instructionErrors).toHaveLength(54);
  });

  test('every transaction error goes there and back', () => {
    const inner = instructionErrors.map((error): TransactionError => ({ InstructionError: [255, error] }));
    for (const error of [...transactionErrors, ...inner]) {
      expect(decodeTransactionError(encodeTransactionError(error))).toEqual(error);
    }
    expect(transactionErrors).toHaveLength(39);
  });

  test.each<[TransactionError, number[]]>([
    ['AccountInUse', [0, 0, 0, 0]],
    ['CommitCancelled', [38, 0, 0, 0]],
    [{ InstructionError: [2, { Custom: 1 }] }, [8, 0, 0, 0, 2, 25, 0, 0, 0, 1, 0, 0, 0]],
    [{ InstructionError: [0, 'InvalidError'] }, [8, 0, 0, 0, 0, 26, 0, 0, 0]],
    [{ InsufficientFundsForRent: { account_index: 4 } }, [31, 0, 0, 0, 4]],
  ])('%j is %j', (error, bytes) => {
    expect([...encodeTransactionError(error)]).toEqual(bytes);
  });

  test('other bytes are refused with a ParhelionError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 14 }), (bytes) => {
        for (const [decode, encode] of [
          [decodeTransactionError, encodeTransactionError],
          [decodeInstructionError, encodeInstructionError],
        ] as const) {
          try {
            expect(encode(decode(bytes) as never)).toEqual(bytes);
          } catch (error) {
            if (!(error instanceof ParhelionError)) throw error;
          }
        }
      }),
    );
  });
});
