// What proposals of advice are made from, and what a proposal is.

import type { AdviceCode } from '../trace/advice.ts';
import { type CallFrame, callsOf, type TransactionTrace } from '../trace/transaction-trace.ts';
import type { Change, Trial, TrialBench } from './advice-trial.ts';
import type { Address } from './kit.ts';

/** A change to try, and what to say where it helps. */
export interface Proposal {
  readonly code: AdviceCode;
  readonly text: string;
  readonly method: string;
  readonly instruction?: number;
  readonly program?: Address | null;
  readonly account?: Address;
  readonly change: Change;
  /** What programs must have said in the trial; what they said without the change where it isn't given, null for anything. */
  readonly said?: readonly string[] | null;
}

/** What proposals are made from. */
export interface Scene {
  readonly bench: TrialBench;
  readonly baseline: Trial;
  readonly trace: TransactionTrace;
  /** Of a frame's program: undefined where its code is somebody else's to change. */
  readonly isOwn: (frame: CallFrame) => boolean;
}

/** Every frame that ran, outermost first. */
export function framesOf({ instructions }: Pick<TransactionTrace, 'instructions'>): CallFrame[] {
  const visit = (frame: CallFrame): CallFrame[] => [frame, ...callsOf(frame).flatMap(visit)];
  return instructions.flatMap(visit);
}

/** The lines of the log that programs wrote themselves, in these instructions. */
export function saidIn(instructions: readonly CallFrame[]): string[] {
  const visit = ({ steps }: CallFrame): string[] =>
    steps.flatMap((step) => {
      if (step.type === 'call') return visit(step.frame);
      return step.isKept && (step.kind === 'log' || step.kind === 'data') ? [step.line] : [];
    });
  return instructions.flatMap(visit);
}
