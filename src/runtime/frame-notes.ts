// What a run that succeeded leaves for its trace: by instruction, where the meter stood and how many lines there were when it
// began and when it ended. A trace that shows no more than that needs no second run (trace/quick-tree.ts).
// Banks keep outcomes for a while, so as little as possible is held on to: numbers, where no calls were made.

import { instructionData } from '../wire/message-shape.ts';
import type { SanitizedTransaction } from './sanitized-transaction.ts';
import type { InstructionContext, TransactionContext } from './transaction-context.ts';

/** Of `InstructionContext`, what stays as it is. */
export type FrameNote = Pick<
  InstructionContext,
  | 'programIndexInTransaction'
  | 'accounts'
  | 'data'
  | 'stackHeight'
  | 'abi'
  | 'signers'
  | 'unitsAtCall'
  | 'unitsAtEntry'
  | 'unitsAtExit'
  | 'unitsAtReturn'
  | 'linesAtEntry'
  | 'linesAtExit'
>;

/** Numbers of each instruction. */
const BOUNDS = 4;

export class FrameNotes {
  /** Units and lines at entry, units and lines at exit, of each top-level instruction; undefined where there were calls. */
  readonly #bounds: readonly number[] | undefined;
  readonly #transaction: TransactionContext | undefined;

  constructor(transaction: TransactionContext) {
    this.#transaction = transaction.hasCalls ? transaction : undefined;
    this.#bounds = transaction.hasCalls ? undefined : boundsOf(transaction);
  }

  /** In order of execution. */
  list({ plans, transaction }: SanitizedTransaction): readonly FrameNote[] {
    if (this.#transaction !== undefined) return this.#transaction.trace;
    const bounds = this.#bounds as readonly number[];
    const { message } = transaction;
    return plans.map(({ programIndex, accounts }, i) => ({
      programIndexInTransaction: programIndex,
      accounts,
      data: instructionData(message, i),
      stackHeight: 1,
      abi: undefined,
      signers: undefined,
      unitsAtCall: 0,
      unitsAtEntry: bounds[i * BOUNDS],
      linesAtEntry: bounds[i * BOUNDS + 1],
      unitsAtExit: bounds[i * BOUNDS + 2],
      linesAtExit: bounds[i * BOUNDS + 3],
      unitsAtReturn: 0,
    }));
  }
}

function boundsOf({ firstOfTrace, traceLength }: TransactionContext): readonly number[] {
  const bounds = new Array<number>(traceLength * BOUNDS);
  let at = 0;
  for (let each = firstOfTrace; each !== undefined; each = each.next) {
    bounds[at] = each.unitsAtEntry;
    bounds[at + 1] = each.linesAtEntry;
    bounds[at + 2] = each.unitsAtExit;
    bounds[at + 3] = each.linesAtExit;
    at += BOUNDS;
  }
  return bounds;
}
