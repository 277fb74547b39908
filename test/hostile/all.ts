// Every target, made anew: some keep machines of their own.

import { sbpfTargets } from './sbpf-targets.ts';
import { stateTargets } from './state-targets.ts';
import { svmTargets } from './svm-targets.ts';
import type { Target } from './target.ts';
import { textTargets } from './text-targets.ts';
import { transactionTargets } from './transaction-targets.ts';
import { wireTargets } from './wire-targets.ts';

export function allTargets(): Target[] {
  return [
    ...wireTargets(),
    ...sbpfTargets(),
    ...stateTargets(),
    ...textTargets(),
    ...svmTargets(),
    ...transactionTargets(),
  ];
}
