// solana-bankrun's API over Parhelion, but for the two functions that start one: they look for files (node/bankrun.ts).

export {
  type AccountInfoBytes,
  BanksClient,
  BanksTransactionMeta,
  BanksTransactionResultWithMeta,
  TransactionReturnData,
} from './banks-client.ts';
export { type AddedAccount, type AddedProgram, ProgramTestContext } from './context.ts';
export { type ClusterType, GenesisConfig } from './genesis-config.ts';
export { Clock, EpochSchedule, FeeRateGovernor, PohConfig, Rent, TransactionStatus } from './values.ts';
