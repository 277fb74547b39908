// What `import … from 'parhelion/program'` gives: programs in TypeScript that call, and are called by, compiled ones.

export type { AccountInfo } from './account-info.ts';
export type { Seed } from './address.ts';
export { invoke, invokeSigned } from './cpi.ts';
export {
  DEFAULT_COMPUTE_UNITS,
  type DecodedProgramInstruction,
  decodeOrFail,
  defineProgram,
  type Process,
  type ProgramOptions,
  type TypeScriptProgram,
} from './define-program.ts';
export { PROGRAM_ERRORS, ProgramError, type ProgramErrorName } from './program-error.ts';
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
