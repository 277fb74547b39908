// What npm litesvm has in `litesvm/dist/internal`: the classes of its native module. `parhelion/litesvm/internal`.

export { Account, AddressAndAccount } from './account.ts';
export { ComputeBudget } from './compute-budget.ts';
export { FeatureSet } from './feature-set.ts';
export { LiteSvm } from './lite-svm.ts';
export {
  CompiledInstruction,
  FailedTransactionMetadata,
  InnerInstruction,
  SimulatedTransactionInfo,
  TransactionMetadata,
  TransactionReturnData,
} from './metadata.ts';
export { SlotHistory, SlotHistoryCheck } from './slot-history.ts';
export { StakeHistory, StakeHistoryEntry } from './stake-history.ts';
export { Clock, EpochRewards, EpochSchedule, Rent, SlotHash, type SlotHashInput } from './sysvars.ts';
export {
  type InstructionErrorBorshIO,
  InstructionErrorBorshIo,
  InstructionErrorCustom,
  InstructionErrorFieldless,
  TransactionErrorDuplicateInstruction,
  TransactionErrorFieldless,
  TransactionErrorInstructionError,
  TransactionErrorInsufficientFundsForRent,
  TransactionErrorProgramExecutionTemporarilyRestricted,
} from './transaction-error.ts';
