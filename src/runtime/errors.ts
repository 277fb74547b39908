// The verdicts of the runtime. They are thrown to unwind to the frame that reports them and never leave
// `TransactionProcessor`, which returns a `TransactionError`.
// A verdict may carry the refusal that made it: the rule that was applied and the facts it looked at, for the trace.

import { Verdict } from '../wire/errors.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import {
  displayInstructionError,
  displayTransactionError,
  type InstructionError,
  type TransactionError,
} from '../wire/transaction-error.ts';

/** What an account was allowed to be at some point of the tree. */
export interface Privileges {
  readonly isSigner: boolean;
  readonly isWritable: boolean;
}

/** The rule that refused something, and what it looked at. Only the facts that the rule used are there. */
export interface Refusal {
  /** The check's name, spelled as Agave's function or error variant. */
  readonly rule: string;
  /** Path and symbol of the check in Agave. */
  readonly source: string;
  readonly account?: Pubkey | undefined;
  readonly program?: Pubkey | undefined;
  /** What was asked for, in the rule's own terms: 'writable', 'signer', 'spend lamports', … */
  readonly asked?: string | undefined;
  readonly held?: Privileges | undefined;
  /** A limit and the figure that broke it, both in the unit that `asked` or the rule names. */
  readonly limit?: number | bigint | undefined;
  readonly actual?: number | bigint | undefined;
  /** Further facts in words, such as the address that the seeds derived to. */
  readonly detail?: string | undefined;
}

/** An instruction failed with one of the chain's instruction errors. */
export class InstructionFailure extends Verdict {
  readonly error: InstructionError;
  readonly refusal: Refusal | undefined;
  /**
   * The verdict this one stands for: Agave folds most into `ProgramFailedToComplete`, and an access violation in an
   * account's data into an error about the account.
   */
  readonly cause: Verdict | undefined;

  constructor(error: InstructionError, refusal?: Refusal, cause?: Verdict) {
    super();
    this.error = error;
    this.refusal = refusal;
    this.cause = cause;
  }

  get text(): string {
    return displayInstructionError(this.error);
  }
}

/** A syscall refused its arguments: the program fails to complete, and this text stands in its `failed:` line. */
export class SyscallError extends Verdict {
  /** Variant name in Agave's `SyscallError` or `CpiError`. */
  readonly kind: string;
  readonly text: string;
  readonly refusal: Refusal | undefined;

  constructor(kind: string, text: string, refusal?: Refusal) {
    super();
    this.kind = kind;
    this.text = text;
    this.refusal = refusal;
  }
}

/** Fails the current instruction. */
export function fail(error: InstructionError, refusal?: Refusal): never {
  throw new InstructionFailure(error, refusal);
}

/** A transaction is refused before it runs. */
export class TransactionFailure extends Verdict {
  readonly error: TransactionError;
  readonly refusal: Refusal | undefined;

  constructor(error: TransactionError, refusal?: Refusal) {
    super();
    this.error = error;
    this.refusal = refusal;
  }

  get text(): string {
    return displayTransactionError(this.error);
  }
}

/** Refuses the transaction that is being prepared. */
export function refuseTransaction(error: TransactionError, refusal?: Refusal): never {
  throw new TransactionFailure(error, refusal);
}
