// The Compute Budget program, when its instructions are executed: it charges and does nothing, whatever the data says.
// What the instructions ask for was read from the transaction before anything ran (../compute-budget.ts).
// Source: agave programs/compute-budget/src/lib.rs.

import { COMPUTE_BUDGET_COMPUTE_UNITS } from '../execution-cost.ts';
import type { InvokeContext } from '../invoke-context.ts';

export function processComputeBudget(context: InvokeContext): void {
  context.consume(COMPUTE_BUDGET_COMPUTE_UNITS);
}
