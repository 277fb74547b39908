// `parhelion capsule TRANSACTION ACCOUNTS ...`: makes a capsule of recorded RPC answers, prints it, and says beside it
// whether it runs as it ran on the cluster.

import { runCapsule } from '../testing/capsule.ts';
import { capsuleFromRpc } from '../testing/capsule-from-rpc.ts';
import { jsonText } from '../trace/index.ts';
import type { InputFiles } from './input-files.ts';

/** @param say for what is not the capsule: assumptions, and how it compares with the recording */
export function makeCapsuleFile(
  names: readonly string[],
  files: InputFiles,
  write: (output: string) => void,
  say: (line: string) => void,
): number {
  // At least two: arguments.ts sees to that.
  const [transaction, ...accounts] = names.map((name) => files.json(name));
  const capsule = capsuleFromRpc({ transaction, accounts });
  const outcome = runCapsule(capsule);
  for (const note of capsule.notes ?? []) say(note);
  const { error, logs = null, computeUnitsConsumed = null } = capsule.recorded ?? {};
  const differences = [
    ...(JSON.stringify(outcome.error) === JSON.stringify(error)
      ? []
      : [`the error: ${JSON.stringify(outcome.error)} here, ${JSON.stringify(error)} there`]),
    ...(computeUnitsConsumed === null || Number(outcome.computeUnitsConsumed) === computeUnitsConsumed
      ? []
      : [`compute units: ${outcome.computeUnitsConsumed} here, ${computeUnitsConsumed} there`]),
    ...(logs === null ? [] : firstDifference(outcome.logs, logs)),
  ];
  if (differences.length === 0) say('It runs as it ran on the cluster: the same error, logs and compute units.');
  else say(`It does not run as it ran on the cluster: ${differences.join('; ')}.`);
  write(jsonText(capsule, 0));
  return 0;
}

function firstDifference(here: readonly string[], there: readonly string[]): string[] {
  const at = Array.from({ length: Math.max(here.length, there.length) }).findIndex((_, i) => here[i] !== there[i]);
  if (at < 0) return [];
  return [
    `log line ${at + 1}: ${JSON.stringify(here[at] ?? 'none')} here, ${JSON.stringify(there[at] ?? 'none')} there`,
  ];
}
