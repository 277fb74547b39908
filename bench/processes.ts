// What only a fresh process can show. Each figure is one process's own; the sides alternate. The package is taken as it is
// published, from dist/, because nobody's users run its TypeScript.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Pubkey } from 'parhelion/wire';
import { type Figures, median } from './measure.ts';

/** What the processes do; the scripts know them by these names. */
export type Task = 'first' | 'program' | 'whole' | 'memory';

export interface TaskInput {
  readonly payer: Pubkey;
  /** Wire bytes. */
  readonly transaction: Uint8Array;
  /** Where the transaction counts. */
  readonly counterAt?: number;
  readonly program?: Pubkey;
  readonly elf?: Uint8Array;
}

const ROUNDS = 9;

/** Medians of what the processes print: milliseconds, or KiB. */
export function measureProcesses(task: Task, input: TaskInput): Figures {
  const folder = mkdtempSync(join(tmpdir(), 'parhelion-bench-'));
  try {
    writeFileSync(join(folder, 'transaction'), input.transaction);
    if (input.elf !== undefined) writeFileSync(join(folder, 'elf'), input.elf);
    const facts = { payer: `${input.payer}`, program: `${input.program}`, counterAt: input.counterAt };
    writeFileSync(join(folder, 'facts.json'), JSON.stringify(facts));
    const taken: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const side of round % 2 === 0 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const)) {
        taken[side].push(runProcess(side, task, folder));
      }
    }
    return { ours: median(taken.ours), theirs: median(taken.theirs) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runProcess(side: 'ours' | 'theirs', task: Task, folder: string): number {
  const script = fileURLToPath(new URL(`processes/${side}.mjs`, import.meta.url));
  const env = { ...process.env };
  // The options of this process (a TypeScript loader, conditions) are not theirs.
  delete env['NODE_OPTIONS'];
  const text = execFileSync(process.execPath, ['--expose-gc', script, task, folder], { encoding: 'utf8', env });
  const figure = Number(text);
  if (!(figure > 0)) throw new Error(`${side} ${task} printed ${text}`);
  return figure;
}
