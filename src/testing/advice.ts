// Advice on a transaction: what would make it cheaper, or let it pass. Every piece was tried: the transaction ran again with
// the change, came to the same end, and cost what is said. What can't be tried isn't advised.
// The program's own code can't be changed here. Where it is the code that should, the run charges what the better code would
// be charged by the runtime: the method says so.

import type { Advice } from '../trace/advice.ts';
import { WELL_KNOWN_NAMES } from '../trace/names.ts';
import type { CallFrame } from '../trace/transaction-trace.ts';
import { accountTrials, instructionTrials } from './advice-accounts.ts';
import { limitTrials, raisedLimitTrials } from './advice-limits.ts';
import { idempotentTrials, logTrials, newerTokenTrials, searchTrials } from './advice-programs.ts';
import type { Proposal, Scene } from './advice-scene.ts';
import { hasSameEnd, type Trial, TrialBench } from './advice-trial.ts';
import { recordedBy, recordOf, type TransactionOutcome } from './outcome.ts';

/**
 * What would make the transaction cheaper, each tried by running it again. Empty where nothing was found, and for
 * transactions with programs in TypeScript, which must not run twice.
 *
 * @example
 * ```ts
 * console.log(formatAdvice(advise(outcome)));
 * ```
 */
export function advise(outcome: TransactionOutcome): Advice[] {
  const record = recordOf(outcome);
  const { prepared } = record;
  if (prepared.status === 'rejected' || prepared.loadError !== undefined || recordedBy(record) !== undefined) return [];
  const bench = new TrialBench(prepared);
  const baseline = bench.run();
  const isFaithful =
    baseline !== undefined &&
    JSON.stringify(baseline.execution.error ?? null) === JSON.stringify(outcome.error) &&
    baseline.execution.computeUnitsConsumed === Number(outcome.computeUnitsConsumed);
  if (!isFaithful) return [];
  const { trace } = outcome;
  const isOwn = ({ programAddress }: CallFrame) =>
    programAddress !== null && !Object.hasOwn(WELL_KNOWN_NAMES, programAddress);
  const scene: Scene = { bench, baseline, trace, isOwn };
  const payer = prepared.sanitized.keys[0];
  const advice: Advice[] = [];
  const tryOut = (proposals: Iterable<Proposal>, isGood: (trial: Trial, proposal: Proposal) => boolean) => {
    for (const proposal of proposals) {
      const trial = bench.run(proposal.change);
      if (trial === undefined || !isGood(trial, proposal)) continue;
      const { code, text, method, instruction = null, program = null, account = null } = proposal;
      advice.push({ code, text, method, instruction, program, account, before: baseline.cost, after: trial.cost });
    }
  };
  if (outcome.error !== null) {
    const passes = (trial: Trial) => trial.execution.error === undefined;
    tryOut(raisedLimitTrials(scene), passes);
    tryOut(idempotentTrials(scene), passes);
    return advice;
  }
  const isCheaper = (trial: Trial, { said }: Proposal) =>
    hasSameEnd(trial, baseline, payer, said) && saves(trial, baseline);
  for (const proposals of [searchTrials, newerTokenTrials, logTrials, instructionTrials, accountTrials, limitTrials]) {
    tryOut(proposals(scene), isCheaper);
  }
  return advice.sort((a, b) => savedUnits(b) - savedUnits(a));
}

function saves(trial: Trial, { cost }: Trial): boolean {
  const { computeUnits, fee, blockCost, bytes } = trial.cost;
  return computeUnits < cost.computeUnits || fee < cost.fee || blockCost < cost.blockCost || bytes < cost.bytes;
}

const savedUnits = ({ before, after }: Advice): number => before.computeUnits - after.computeUnits;
