// All that an execution says, its getters too, as plain fields: what is compared or printed.

import type { TransactionExecution } from '../../src/runtime/transaction-execution.ts';

export function fieldsOf(execution: TransactionExecution) {
  const { error, logs, computeUnitsConsumed, fee, returnData, innerInstructions, accounts } = execution;
  const { loadedAccountsDataSize } = execution;
  return { error, logs, computeUnitsConsumed, fee, returnData, innerInstructions, accounts, loadedAccountsDataSize };
}
