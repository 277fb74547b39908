// Compute units that ran out, in sentences: who asked for how many, and what used them up before.

import type { FailureText } from './failure-text.ts';
import type { CallFrame, RefusalFacts, TransactionTrace } from './transaction-trace.ts';
import { callsOf } from './transaction-trace.ts';
import { numberText } from './value-text.ts';

/** What a transaction may ask for. */
const HIGHEST_LIMIT = 1_400_000;

export interface ComputeScene {
  readonly trace: TransactionTrace;
  readonly path: readonly CallFrame[];
  readonly caller: string;
  readonly program: string;
  readonly facts: RefusalFacts;
  readonly nameOf: (frame: CallFrame) => string;
}

export function describeOutOfUnits(scene: ComputeScene): Pick<FailureText, 'cause' | 'fixes' | 'said' | 'isWhole'> {
  const { trace, path, caller, program, facts } = scene;
  const frame = path[path.length - 1];
  const { limit } = trace.computeUnits;
  const isBeforeCall = frame.failure!.stage === 'before' && path.length > 1;
  const calls = callsOf(frame).length > 0 ? ' in its own code' : '';
  const place = isBeforeCall ? ` when it called ${program}` : calls;
  const rest =
    facts.actual === null || facts.limit === null
      ? ''
      : `: ${numberText(facts.actual)} were asked for, ${numberText(facts.limit)} were left`;
  const shared = limit === null ? '' : ` All instructions and calls share the transaction's ${numberText(limit)}.`;
  const syscall = frame.fault?.syscall ?? null;
  const isAbsurd = facts.actual !== null && facts.actual > HIGHEST_LIMIT;
  if (isAbsurd && syscall !== null) {
    return {
      cause: `${program} gave ${syscall} a length that no limit is enough for: ${numberText(facts.actual!)} units were asked for.`,
      fixes: [`Look at the length given to ${syscall}: was it negative, or never set?`],
      said: ['limit', 'actual'],
      isWhole: true,
    };
  }
  const isHighest = limit !== null && limit >= HIGHEST_LIMIT;
  return {
    cause: `${isBeforeCall ? caller : program} ran out of compute units${place}${rest}.${shared}${usedBefore(scene)}`,
    fixes: [
      isHighest
        ? 'The limit is at its highest, 1,400,000: do less, or split the transaction. Does a loop never end?'
        : 'Raise the limit with SetComputeUnitLimit (1,400,000 at most), or do less.',
    ],
    said: ['limit', 'actual'],
    isWhole: true,
  };
}

/** The instruction, or the call on the way down, that took a large part before; empty where none did. */
function usedBefore({ trace, path, nameOf }: ComputeScene): string {
  const { limit } = trace.computeUnits;
  if (limit === null) return '';
  const before = trace.instructions.slice(0, path[0].path[0]);
  const done = path.flatMap((frame, depth) => {
    const next = path[depth + 1];
    return callsOf(frame).filter((call) => call !== next);
  });
  const large = [...before, ...done].filter(({ computeUnits }) => computeUnits.total > limit / 4);
  const dear = path[path.length - 1].syscalls.find(
    ({ name, units }) => units > limit / 4 && !name.startsWith('sol_invoke'),
  );
  if (dear !== undefined) return ` Of these ${numberText(dear.count)} × ${dear.name} took ${numberText(dear.units)}.`;
  if (large.length === 0) return '';
  const shown = large.slice(0, 3).map((frame) => {
    const what = frame.path.length === 1 ? 'instruction' : 'call';
    return `${what} #${frame.path.join('.')} to ${nameOf(frame)} had used ${numberText(frame.computeUnits.total)}`;
  });
  return ` Of these ${shown.join(', ')}.`;
}
