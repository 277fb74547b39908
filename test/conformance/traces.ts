// Traces, explanations and rewinding of every recorded transaction: they must change nothing and add up
// (test/trace/observe.ts has the laws). Each runs on another engine than the one before it; what listens is interpreted. The differential suite looks at some of its transactions in the same way.

import { readFileSync } from 'node:fs';
import { createDefaultDecoders } from '../../src/trace/index.ts';
import { observe } from '../trace/observe.ts';
import { runRecorded } from '../trace/recorded.ts';
import { ENGINE_NAMES, useEngine } from './engines.ts';
import { emptyReport, type Report } from './report.ts';

export function runTraces(casesFile: string): Report {
  const report = emptyReport('traces');
  const decoders = createDefaultDecoders();
  let number = 0;
  for (const line of readFileSync(casesFile, 'utf8').split('\n')) {
    if (line === '') continue;
    useEngine(ENGINE_NAMES[number++ % ENGINE_NAMES.length]);
    for (const { id, record } of runRecorded(line)) {
      const broken = observe(record, decoders);
      if (broken.length === 0) report.passed++;
      else report.failures.push({ name: id, difference: broken.join('; ') });
    }
  }
  useEngine('tiers');
  return report;
}
