// The differential suite as the command line runs it: workers for each seed, restarted behind whatever LiteSVM doesn't
// survive, and one report.

import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeBase64 } from '../../../src/wire/base64.ts';
import { emptyReport, type Report } from '../report.ts';
import { readNote, type WorkerMessage } from './worker.ts';

export interface DifferentialOptions {
  readonly seeds: readonly number[];
  /** Transactions for each seed. */
  readonly count: number;
  /** Where failing cases are written. */
  readonly caseFolder: string;
  /** How many workers at once. */
  readonly jobs: number;
  readonly onProgress?: ((line: string) => void) | undefined;
}

export interface DifferentialReport extends Report {
  /** How many sequences each explained difference ended. */
  readonly explained: ReadonlyMap<string, number>;
}

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

export async function runDifferential(options: DifferentialOptions): Promise<DifferentialReport> {
  const report = { ...emptyReport('differential'), explained: new Map<string, number>() };
  const folder = mkdtempSync(join(tmpdir(), 'parhelion-'));
  const waiting = [...options.seeds];
  const runSeeds = async (): Promise<void> => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      await runSeed(seed, options, join(folder, `${seed}`), report);
      options.onProgress?.(`differential: seed ${seed} done, ${report.passed} transactions agree so far`);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, options.jobs) }, runSeeds));
  rmSync(folder, { recursive: true });
  return report;
}

async function runSeed(
  seed: number,
  { count, caseFolder, onProgress }: DifferentialOptions,
  noteFile: string,
  report: DifferentialReport & { explained: Map<string, number> },
): Promise<void> {
  let done = 0;
  for (let first = 0; done < count; ) {
    const hear = (message: WorkerMessage): void => {
      const { number, transactions, explained, failure } = message;
      first = Math.max(first, number + 1);
      done += Math.max(1, transactions);
      report.passed += transactions - (failure === undefined ? 0 : 1);
      for (const name of explained) report.explained.set(name, (report.explained.get(name) ?? 0) + 1);
      if (failure === undefined) return;
      const name = `seed ${seed}, sequence ${number}, transaction ${transactions} (${failure.file})`;
      report.failures.push({ name, difference: failure.difference });
      onProgress?.(`differential: ${name} differs`);
    };
    const isWell = await runWorker([seed, first, count - done].map(String).concat(noteFile, caseFolder), hear);
    if (isWell) return;
    const note = readNote(readFileSync(noteFile));
    if (note === undefined) throw new Error('A worker ended before it began.');
    if (!note.isShrinking) {
      report.skipped.push({
        name: `seed ${seed}, sequence ${note.number}: ${encodeBase64(note.bytes)}`,
        reason: 'the rest of a sequence in which the native implementation crashed',
      });
    }
    first = note.number + 1;
  }
}

/** Whether it ended as it should. */
function runWorker(args: readonly string[], hear: (message: WorkerMessage) => void): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const worker = fork(WORKER, args, { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
    let text = '';
    worker.stderr?.on('data', (chunk) => {
      text = `${text}${chunk}`.slice(-4000);
    });
    worker.on('message', (message) => hear(message as WorkerMessage));
    worker.on('error', reject);
    worker.on('close', (code, signal) => {
      // Rust aborts; whatever else goes wrong is a mistake of ours.
      if (code === 0) resolve(true);
      else if (signal === 'SIGABRT' || code === 134) resolve(false);
      else
        reject(
          new Error(
            `A worker of the differential suite (${args.slice(0, 3).join(', ')}) ended with ${code ?? signal}: ${text}`,
          ),
        );
    });
  });
}
