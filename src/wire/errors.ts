// The two kinds of failure every room shares.
// ParhelionError is a caller's mistake: thrown, with a stable code and the facts that explain it.
// Verdict is what the chain says of a program or a transaction: thrown inside a room to unwind, returned at its edge.

/** Codes of a caller's mistake and the facts each one carries. A code without a message below does not compile. */
export interface ParhelionErrorContext {
  INVALID_ADDRESS: { expected: string; received: string };
  INVALID_BASE58: { received: string };
  INVALID_BASE64: { reason: string };
  INVALID_ACCOUNT: { address: string; reason: string };
  INVALID_PROGRAM: { address: string; reason: string };
  INVALID_SYSVAR: { name: string; reason: string };
  MALFORMED_TRANSACTION: { reason: string };
  UNKNOWN_FEATURE: { feature: string };
  UNKNOWN_SNAPSHOT: { id: number };
  MALFORMED_CAPSULE: { reason: string };
  CAPSULE_NEEDS_PROGRAM: { address: string; name: string };
  INVALID_RECORDING: { reason: string };
  UNSUPPORTED_LOADER: { loader: string };
  INVALID_ARGUMENT: { name: string; expected: string; received: string };
  ASSEMBLY: { reason: string };
  MALFORMED_FIXTURE: { reason: string };
  AIRDROP_FAILED: { address: string; lamports: bigint; reason: string };
  NOT_IN_PROGRAM: { name: string };
  TRANSACTION_RUNNING: Record<never, never>;
  ASYNC_PROGRAM: { program: string };
  INVALID_DECLARATION: { program: string; reason: string };
  NO_PROGRAM: { address: string };
  NO_FILES: Record<never, never>;
  NOTHING_RAN: { error: string };
  COMMAND_LINE: { reason: string };
  UNREADABLE_FILE: { file: string; reason: string };
  UNWRITABLE_FILE: { file: string; reason: string };
}

export type ParhelionErrorCode = keyof ParhelionErrorContext;

const MESSAGES: { readonly [C in ParhelionErrorCode]: (context: ParhelionErrorContext[C]) => string } = {
  INVALID_ADDRESS: (c) => `An address is ${c.expected}; received ${c.received}.`,
  INVALID_BASE58: (c) => `Expected base58 text; received ${c.received}.`,
  INVALID_BASE64: (c) => `This isn't base64 text: ${c.reason}.`,
  INVALID_ACCOUNT: (c) => `The account ${c.address} can't be set: ${c.reason}.`,
  INVALID_PROGRAM: (c) => `The program ${c.address} can't be added: ${c.reason}.`,
  INVALID_SYSVAR: (c) => `The sysvar ${c.name} can't be set: ${c.reason}.`,
  MALFORMED_TRANSACTION: (c) =>
    `These bytes aren't a transaction: ${c.reason}. Pass a signed transaction, as @solana/kit compiles it or in wire form.`,
  UNKNOWN_FEATURE: (c) =>
    `No feature gate that is known has the name or the address ${c.feature}. FeatureSet.all().active lists their names.`,
  CAPSULE_NEEDS_PROGRAM: (c) =>
    `The transaction of this capsule can call ${c.name}, a program written in TypeScript, at ${c.address}: a capsule can't hold its code. Pass it: runCapsule(capsule, { programs: { '${c.address}': program } }).`,
  INVALID_RECORDING: (c) => `This recorded transaction can't become a capsule: ${c.reason}.`,
  MALFORMED_CAPSULE: (c) => `This capsule is damaged: ${c.reason}. Make it again with svm.capsule(transaction).`,
  UNKNOWN_SNAPSHOT: (c) =>
    `There is no snapshot ${c.id}: it was never taken, or a revert to an earlier one discarded it.`,
  UNSUPPORTED_LOADER: (c) => `${c.loader} is not a loader of programs. Use BPF loader v1, v2 or v3 (upgradeable).`,
  INVALID_ARGUMENT: (c) => `${c.name} must be ${c.expected}; received ${c.received}.`,
  ASSEMBLY: (c) => c.reason,
  MALFORMED_FIXTURE: (c) => `This isn't a fixture: ${c.reason}.`,
  AIRDROP_FAILED: (c) => `The airdrop of ${c.lamports} lamports to ${c.address} failed: ${c.reason}.`,
  NOT_IN_PROGRAM: (c) => `${c.name} can be called by a running program only: there is none.`,
  TRANSACTION_RUNNING: () =>
    'A program that runs can read accounts and simulate; what changes the Svm has to wait until its transaction is over. Call other programs with invoke.',
  ASYNC_PROGRAM: (c) =>
    `The program ${c.program} returned a promise. A program runs to its end before the transaction goes on: make it synchronous.`,
  INVALID_DECLARATION: (c) => `The declaration of ${c.program} can't be right: ${c.reason}.`,
  NO_PROGRAM: (c) => `There is no program at ${c.address}. Add one with svm.addProgram.`,
  NOTHING_RAN: (c) =>
    `There is nothing to look into: the transaction was rejected before its first instruction (${c.error}).`,
  COMMAND_LINE: (c) => `${c.reason}.`,
  UNREADABLE_FILE: (c) => `${c.file} can't be read: ${c.reason}.`,
  UNWRITABLE_FILE: (c) => `${c.file} can't be written: ${c.reason}.`,
  NO_FILES: () => 'There are no files here. Read the bytes in your own way, and use addProgram, toBytes and fromBytes.',
};

/** A caller's mistake. `code` is stable; `context` holds the facts the message was made from. */
export class ParhelionError<C extends ParhelionErrorCode = ParhelionErrorCode> extends Error {
  override readonly name = 'ParhelionError';
  readonly code: C;
  readonly context: ParhelionErrorContext[C];

  constructor(code: C, context: ParhelionErrorContext[C]) {
    super(MESSAGES[code](context));
    this.code = code;
    this.context = context;
  }
}

/**
 * What the chain says of a program or a transaction. Thrown to unwind to the frame that reports it, and returned from
 * there: it never escapes a public function. Not an `Error`, so that a refusal costs no stack trace.
 */
export abstract class Verdict {
  /** The text that Agave prints. */
  abstract readonly text: string;
  toString(): string {
    return this.text;
  }
}
