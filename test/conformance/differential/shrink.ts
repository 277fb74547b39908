// Makes a failing case smaller: fewer steps, fewer options, fewer instructions, fewer accounts, less data. Whatever still
// differs is kept, even if it differs in another way than at first.

import { encodeMessage, type VersionedMessage } from '../../../src/wire/message.ts';
import { createTransaction, encodeTransaction } from '../../../src/wire/transaction.ts';
import { type Case, replay } from './case-file.ts';
import { decode, PLAIN_OPTIONS, type Step } from './machines.ts';

/**
 * @param onSmaller hears of each success: LiteSVM may end the process at any time.
 * @param differs what to keep: a case for which it says something.
 */
export function shrink(
  failing: Case,
  onSmaller: (smaller: Case) => void,
  differs: (candidate: Case) => string | undefined = replay,
): Case {
  let best = failing;
  const attempt = (candidate: Case): boolean => {
    if (differs(candidate) === undefined) return false;
    best = candidate;
    onSmaller(best);
    return true;
  };
  const { on, off, engine } = best.options;
  const gates = { ...(on ? { on } : {}), ...(off ? { off } : {}) };
  for (const options of [PLAIN_OPTIONS, { ...PLAIN_OPTIONS, engine }, { ...PLAIN_OPTIONS, ...gates, engine }]) {
    if (attempt({ ...best, options })) break;
  }
  for (let before = -1; before !== sizeOf(best); ) {
    before = sizeOf(best);
    best = withoutSteps(best, attempt);
    for (let i = 0; i < best.steps.length; i++) shrinkStep(best, i, attempt, () => best);
  }
  return best;
}

const sizeOf = ({ steps }: Case): number =>
  steps.reduce((sum, step) => sum + 1 + ('bytes' in step ? step.bytes.length : 0), 0);

/** Leaves out as many steps as it can, halves first. */
function withoutSteps(failing: Case, attempt: (candidate: Case) => boolean): Case {
  let { steps } = failing;
  for (let length = Math.ceil(steps.length / 2); length >= 1; length = length === 1 ? 0 : Math.ceil(length / 2)) {
    for (let at = steps.length - length; at > -length; at -= length) {
      const start = Math.max(0, at);
      const rest = [...steps.slice(0, start), ...steps.slice(start + length)];
      if (rest.length < steps.length && attempt({ ...failing, steps: rest })) steps = rest;
    }
  }
  return { ...failing, steps };
}

function shrinkStep(failing: Case, index: number, attempt: (candidate: Case) => boolean, latest: () => Case): void {
  const step = failing.steps[index];
  if (step.kind !== 'send' && step.kind !== 'simulate') return;
  let isSmaller = true;
  while (isSmaller) {
    const current = latest().steps[index];
    if (!('bytes' in current)) return;
    isSmaller = smallerTransactions(current.bytes).some((bytes) => {
      const steps: Step[] = [...latest().steps];
      steps[index] = { ...current, bytes };
      return attempt({ ...latest(), steps });
    });
  }
}

/** The same transaction with something left out, each in its own way. Signatures become wrong. */
function smallerTransactions(bytes: Uint8Array): Uint8Array[] {
  const transaction = decode(bytes);
  if (transaction === undefined) return [];
  const { message, signatures } = transaction;
  const out: Uint8Array[] = [];
  const add = (changed: VersionedMessage) => {
    const changedBytes = encodeMessage(changed);
    out.push(encodeTransaction(createTransaction(changed, signatures, changedBytes)));
  };
  const { instructions } = message;
  for (const i of instructions.keys()) {
    add({ ...message, instructions: instructions.filter((_, j) => j !== i) });
  }
  for (const [i, instruction] of instructions.entries()) {
    const withInstruction = (change: Partial<typeof instruction>) =>
      add({ ...message, instructions: instructions.map((each, j) => (j === i ? { ...each, ...change } : each)) });
    const { accounts, data } = instruction;
    if (accounts.length > 0) withInstruction({ accounts: accounts.subarray(0, -1) });
    if (data.length > 16) withInstruction({ data: data.subarray(0, data.length >> 1) });
    if (data.length > 0) withInstruction({ data: data.subarray(0, -1) });
  }
  return out.filter((each) => each.length < bytes.length);
}
