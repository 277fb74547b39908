// What `import … from 'parhelion'` gives: the virtual machine for tests, the trees of what its transactions did, and the
// types of both. The others have doors of their own: parhelion/program, parhelion/trace, parhelion/wire, parhelion/sbpf;
// parhelion/vitest; and parhelion/litesvm and parhelion/bankrun.

export { FEATURE_GATES, type FeatureGate, type FeatureId, type FeatureName, FeatureSet } from './runtime/features.ts';
export { AGAVE_RULES, LITESVM_DEVIATIONS, LITESVM_RULES, type TransactionRules } from './runtime/rules.ts';
export { advise } from './testing/advice.ts';
export { type Capsule, type CapsuleAccount, type RunCapsuleOptions, runCapsule } from './testing/capsule.ts';
export { capsuleFromRpc, type RpcRecording } from './testing/capsule-from-rpc.ts';
export {
  assertOutcome,
  type CheckResult,
  checks,
  createMatchers,
  type ExpectedError,
  type OutcomeMatchers,
} from './testing/matchers.ts';
export type {
  MockCall,
  MockHandler,
  MockHandlers,
  Observed,
  ProgramMock,
  ProgramSpy,
} from './testing/observed-programs.ts';
export type { InnerInstruction, InnerInstructions, ReturnData } from './testing/outcome.ts';
export { Rewind, type RewindCondition, type RewindStep, rewind } from './testing/rewind.ts';
export type { ProgramShadow, ShadowDifference } from './testing/shadow-program.ts';
export { type AddProgramOptions, Svm, type SvmOptions, TransactionOutcome } from './testing/svm.ts';
export type {
  SysvarClock,
  SysvarEpochRewards,
  SysvarEpochSchedule,
  SysvarLastRestartSlot,
  SysvarRecentBlockhashes,
  SysvarRent,
  SysvarSlotHashes,
  SysvarSlotHistory,
  SysvarStakeHistory,
} from './testing/sysvars.ts';
export * from './trace/index.ts';
export type { ParhelionErrorCode, ParhelionErrorContext } from './wire/errors.ts';
export { ParhelionError } from './wire/errors.ts';
export {
  displayInstructionError,
  displayTransactionError,
  type InstructionError,
  type TransactionError,
} from './wire/transaction-error.ts';
