// What a program written in TypeScript ends with where it fails on its own account: one of the standard codes, or a number of
// its own. The names and their order are those of Rust's `ProgramError`; in the transaction's error they stand as
// `InstructionError` of the same name.
// Source: solana-sdk program-error/src/lib.rs, ProgramError.

import type { Refusal } from '../runtime/errors.ts';
import type { ProgramErrorName } from '../wire/program-error.ts';
import { displayInstructionError, type InstructionError } from '../wire/transaction-error.ts';

export { PROGRAM_ERRORS, type ProgramErrorName } from '../wire/program-error.ts';

/**
 * Throw it to fail the program, as `Err(ProgramError::…)` does in Rust. What anything else that is thrown does is a panic:
 * the program "failed to complete".
 *
 * @example
 * ```ts
 * if (!payer.isSigner) throw new ProgramError('MissingRequiredSignature');
 * if (amount > limit) throw ProgramError.custom(7);
 * ```
 */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
  /** As it stands in the transaction's error. */
  readonly error: ProgramErrorName | { readonly Custom: number };

  /** @param message for people who read the trace; nothing on the chain shows it. */
  constructor(error: ProgramErrorName | { readonly Custom: number }, message?: string) {
    const known = typeof error === 'object' ? { Custom: error.Custom >>> 0 } : error;
    super(message ?? displayInstructionError(known as InstructionError));
    this.error = known;
  }

  /** An error of the program's own. @param code u32 */
  static custom(code: number, message?: string): ProgramError {
    return new ProgramError({ Custom: code }, message);
  }
}

const facts = new WeakMap<ProgramError, Refusal>();

/** For this library's own checks: the error, with what they looked at. */
export function withFacts(error: ProgramError, refusal: Refusal): ProgramError {
  facts.set(error, refusal);
  return error;
}

/** For the runtime. */
export function factsOf(error: ProgramError): Refusal | undefined {
  return facts.get(error);
}
