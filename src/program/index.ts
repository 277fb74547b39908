// What `import … from 'parhelion/program'` gives: programs in TypeScript that call, and are called by, compiled ones.

export type { AccountInfo } from './account-info.ts';
export type {
  AccountLoader,
  AccountSpec,
  DataAccount,
  DeclaredAccount,
  InstructionAccounts,
  MigratingAccount,
  MintData,
  ProgramAccount,
  ProgramDataState,
  TokenAccountData,
} from './account-types.ts';
export type { Seed } from './address.ts';
export {
  ANCHOR_ERRORS,
  AnchorError,
  type AnchorErrorName,
  anchorError,
  ERROR_CODE_OFFSET,
  type ErrorFactory,
  errorCodes,
  require,
  requireEq,
  requireGt,
  requireGte,
  requireKeysEq,
  requireKeysNeq,
  requireNeq,
} from './anchor-error.ts';
export { invoke, invokeSigned } from './cpi.ts';
export { type AccountLike, CpiContext } from './cpi-context.ts';
export {
  type Constant,
  constant,
  type DeclaredProgram,
  type ProgramDeclaration,
  program,
} from './declare-program.ts';
export {
  account,
  accountLoader,
  accounts,
  associatedTokenAccount,
  associatedTokenProgram,
  type Constraints,
  lazyAccount,
  migration,
  mint,
  optional,
  programAccount,
  programDataAccount,
  signer,
  systemAccount,
  systemProgram,
  sysvarAccount,
  token2022Program,
  tokenAccount,
  tokenInterface,
  tokenProgram,
  uncheckedAccount,
} from './declared-accounts.ts';
export {
  DEFAULT_COMPUTE_UNITS,
  type DecodedProgramInstruction,
  decodeOrFail,
  defineProgram,
  type Process,
  type ProgramOptions,
  type TypeScriptProgram,
} from './define-program.ts';
export { emit, emitCpi, eventCpi } from './event-cpi.ts';
export { declareProgram } from './external-program.ts';
export { type Idl, idl } from './idl.ts';
export type { ExternalProgram, IdlLike } from './idl-inference.ts';
export { type Context, type InstructionDefinition, instruction } from './instruction-entry.ts';
export type { MintExtensions } from './mint-extensions.ts';
export { PROGRAM_ERRORS, ProgramError, type ProgramErrorName } from './program-error.ts';
export {
  array,
  bool,
  byteArray,
  bytes,
  type Discriminator,
  type EventType,
  enumeration,
  event,
  f32,
  f64,
  type Infer,
  i8,
  i16,
  i32,
  i64,
  i128,
  option,
  pubkey,
  type Schema,
  type StateType,
  state,
  string,
  struct,
  toBytes,
  u8,
  u16,
  u32,
  u64,
  u128,
  vec,
} from './schema.ts';
export {
  blake3,
  createProgramAddress,
  createWithSeed,
  findProgramAddress,
  getProcessedSiblingInstruction,
  getRemainingComputeUnits,
  getReturnData,
  getStackHeight,
  keccak256,
  logComputeUnits,
  logPubkey,
  msg,
  setReturnData,
  sha256,
  solLogData,
} from './syscalls.ts';
export * as system from './system-calls.ts';
export { transfer } from './system-calls.ts';
export {
  type Clock,
  type EpochRewards,
  type EpochSchedule,
  getClock,
  getEpochRewards,
  getEpochSchedule,
  getLastRestartSlot,
  getRent,
  getSysvar,
  type LastRestartSlot,
  type RentSysvar,
} from './sysvars.ts';
export * as token from './token-calls.ts';
export { type ZeroCopyType, zeroCopy, zeroCopyStruct } from './zero-copy.ts';
