// The rules around the runtime come in two profiles: what a validator does, and what LiteSVM does, for tests whose
// expectations were recorded there. What one instruction does is the same in both.
// Each difference is one switch here, read at the place in transaction-processor.ts (or the bank) where it applies.
// Source: agave runtime/src/bank.rs, svm/src/{transaction_processor,account_loader}.rs; litesvm crates/litesvm/src/lib.rs.

export interface TransactionRules {
  readonly name: 'agave' | 'litesvm';

  // Before a transaction has a fee. A failure here leaves no trace in the bank.

  /** A transaction must fit a packet: 1232 bytes, or 4096 in the v1 format. */
  readonly enforcePacketSize: boolean;
  /** At most 64 top-level instructions (SIMD-0160) of at most 255 accounts each (SIMD-0406), said before anything runs. */
  readonly enforceInstructionLimits: boolean;
  /** Bytes behind the transaction are refused by the decoder. */
  readonly refuseTrailingBytes: boolean;
  /** Signatures are checked before lookup tables are read and accounts locked, not after. */
  readonly verifySignaturesFirst: boolean;
  /** The number of locked accounts is checked before duplicates among them, not after. */
  readonly checkLockLimitBeforeDuplicates: boolean;
  /** Compute-budget instructions are checked before the blockhash, not after. */
  readonly checkComputeBudgetBeforeAge: boolean;
  /** Any of the last 150 blockhashes dates a transaction; else only the very latest. */
  readonly acceptRecentBlockhashes: boolean;
  /** A v1 transaction needs its feature gate. */
  readonly requireFeatureForV1: boolean;
  /**
   * How a transaction is known to have been processed: by its message under its blockhash, or by its first signature
   * among the last 32 and only where signatures are checked.
   */
  readonly duplicateDetection: 'message' | 'signature';

  // Loading. The fee is known.

  /** Whether the fee can be paid is found out before lookup tables count towards the size of loaded accounts. */
  readonly takeFeeFirst: boolean;

  /** A program that isn't there is `ProgramAccountNotFound`; else it is `InvalidProgramForExecution`, like one that may not run. */
  readonly distinguishMissingPrograms: boolean;
  /** Whether an account may run is told by its owner (SIMD-0162); else by its executable flag. */
  readonly ignoreExecutableFlag: boolean;
  /** The native loader's own id may stand as a program, to be refused when it runs. */
  readonly allowNativeLoaderAsProgram: boolean;
  /** A transaction whose accounts can't be loaded pays its fee all the same (SIMD-0082). */
  readonly chargeForLoadFailures: boolean;
  /** Program data that isn't listed counts towards the size of loaded accounts (SIMD-0186). */
  readonly countUnlistedProgramData: boolean;

  // Running and afterwards.

  /** Nonce instructions advance to the bank's blockhash; else to the transaction's own. */
  readonly advanceNonceToBankBlockhash: boolean;
  /** A failed nonce transaction advances its nonce, so that it can't be sent again. */
  readonly advanceNonceOfFailures: boolean;
  /** A payer whose last lamports paid for a failed transaction stays stored, without lamports; else it is gone. */
  readonly keepEmptiedPayers: boolean;
  /** The balances of all accounts together must be what they were. */
  readonly checkLamportSum: boolean;
  /** A program deployed in a slot runs from the next slot on; else from the next transaction on. */
  readonly delayProgramVisibility: boolean;
  /** A program is read when its account is stored, not when it is called: closing it may leave it callable. */
  readonly readProgramsWhenStored: boolean;
}

/** A validator's rules. */
export const AGAVE_RULES: TransactionRules = {
  name: 'agave',
  enforcePacketSize: true,
  enforceInstructionLimits: true,
  refuseTrailingBytes: true,
  verifySignaturesFirst: true,
  checkLockLimitBeforeDuplicates: true,
  checkComputeBudgetBeforeAge: true,
  acceptRecentBlockhashes: true,
  requireFeatureForV1: true,
  duplicateDetection: 'message',
  takeFeeFirst: true,
  distinguishMissingPrograms: true,
  ignoreExecutableFlag: true,
  allowNativeLoaderAsProgram: false,
  chargeForLoadFailures: true,
  countUnlistedProgramData: true,
  advanceNonceToBankBlockhash: true,
  advanceNonceOfFailures: true,
  keepEmptiedPayers: false,
  checkLamportSum: true,
  delayProgramVisibility: true,
  readProgramsWhenStored: false,
};

/** LiteSVM's rules, as its npm package 1.5.0 was seen to apply them. */
export const LITESVM_RULES: TransactionRules = {
  name: 'litesvm',
  enforcePacketSize: false,
  enforceInstructionLimits: false,
  refuseTrailingBytes: false,
  verifySignaturesFirst: false,
  checkLockLimitBeforeDuplicates: false,
  checkComputeBudgetBeforeAge: false,
  acceptRecentBlockhashes: false,
  requireFeatureForV1: false,
  duplicateDetection: 'signature',
  takeFeeFirst: false,
  distinguishMissingPrograms: false,
  ignoreExecutableFlag: false,
  allowNativeLoaderAsProgram: true,
  chargeForLoadFailures: false,
  countUnlistedProgramData: false,
  advanceNonceToBankBlockhash: false,
  advanceNonceOfFailures: false,
  keepEmptiedPayers: true,
  checkLamportSum: false,
  delayProgramVisibility: false,
  readProgramsWhenStored: true,
};

/** What LiteSVM does otherwise than a validator, in a sentence each, for the report of a differential test. */
export const LITESVM_DEVIATIONS: { readonly [S in Exclude<keyof TransactionRules, 'name'>]: string } = {
  enforcePacketSize: 'Transactions longer than a packet are accepted.',
  enforceInstructionLimits: 'More than 64 instructions run until the trace is full, instead of failing to sanitize.',
  refuseTrailingBytes: 'Bytes behind a transaction are ignored.',
  verifySignaturesFirst: 'Signatures are checked after lookup tables and duplicate accounts.',
  checkLockLimitBeforeDuplicates: 'Duplicate accounts are reported before too many accounts.',
  checkComputeBudgetBeforeAge: 'Compute-budget errors are reported after an unknown blockhash.',
  acceptRecentBlockhashes: 'Only the latest blockhash is accepted, not the last 150.',
  requireFeatureForV1: 'Version 1 transactions are accepted without their feature gate.',
  duplicateDetection:
    'A transaction is recognised by its first signature among the last 32, and only with sigverify on.',
  takeFeeFirst: 'Too many lookup tables are reported before a fee that can not be paid.',
  distinguishMissingPrograms: 'A missing program is InvalidProgramForExecution instead of ProgramAccountNotFound.',
  ignoreExecutableFlag: 'A program account must have its executable flag set.',
  allowNativeLoaderAsProgram: 'The native loader id as a program fails when it runs, not when it is loaded.',
  chargeForLoadFailures: 'A transaction that fails to load pays no fee.',
  countUnlistedProgramData: "Unlisted program data doesn't count towards the size of loaded accounts.",
  advanceNonceToBankBlockhash: "A nonce advances to a value made from the transaction's own blockhash.",
  advanceNonceOfFailures: "A failed nonce transaction doesn't advance its nonce.",
  keepEmptiedPayers: 'A payer emptied by a failed transaction is still an account, with no lamports.',
  checkLamportSum: "The sum of all balances isn't checked.",
  delayProgramVisibility: 'A deployed program runs in the slot of its deployment.',
  readProgramsWhenStored:
    'A program that was closed still runs, where its own account was stored before its data was gone.',
};
