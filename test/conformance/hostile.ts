// The hostile suite: the targets of test/hostile with many inputs, in this process, which must stay up, answer each input
// soon and not grow; then hostile transactions here and on LiteSVM, in a process that may end.

import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allTargets } from '../hostile/all.ts';
import type { Target } from '../hostile/target.ts';
import type { HostileMessage } from './hostile-worker.ts';
import { emptyReport, type Report } from './report.ts';

export interface HostileOptions {
  readonly seed: number;
  /** Inputs in all, those that LiteSVM gets too included. */
  readonly count: number;
  readonly onProgress?: ((line: string) => void) | undefined;
}

/** One input in so many is a transaction that LiteSVM gets too. */
const COMPARED_ONE_IN = 50;
/** Inputs that fast-check makes at a time: it remembers what it made. */
const BATCH = 5000;
/** Longer than the longest of a million took on a busy machine, by far. */
const MOST_SECONDS = 20;
/** Bytes that the process may have grown to. */
const MOST_MEMORY = 2 * 2 ** 30;
const SECOND = 1000;

export async function runHostile({ seed, count, onProgress = () => {} }: HostileOptions): Promise<Report> {
  const report = emptyReport('hostile');
  const compared = Math.floor(count / COMPARED_ONE_IN);
  const targets = allTargets();
  const weights = targets.reduce((sum, { weight }) => sum + weight, 0);
  for (const each of targets) {
    throwAt(each, Math.ceil(((count - compared) * each.weight) / weights), seed, report);
    onProgress(
      `hostile: ${report.passed} inputs so far, ${megabytes(process.memoryUsage().rss)} in use: ${each.name} done`,
    );
  }
  // In KiB. Workers are not in it.
  const peak = process.resourceUsage().maxRSS * 1024;
  if (peak > MOST_MEMORY)
    report.failures.push({ name: 'memory', difference: `the process grew to ${megabytes(peak)}` });
  await compare(seed, compared, report, onProgress);
  onProgress(`hostile: ${report.passed} inputs; the process used ${megabytes(peak)} at most`);
  return report;
}

function throwAt({ name, run }: Target, runs: number, seed: number, report: Report): void {
  for (let done = 0; done < runs; done += BATCH) {
    const before = performance.now();
    let last = before;
    let longest = 0;
    let count = 0;
    const onRun = (): void => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      count++;
    };
    try {
      run({ numRuns: Math.min(BATCH, runs - done), seed: seed + done, onRun });
    } catch (error) {
      report.failures.push({ name, difference: describe(error) });
    }
    report.passed += count;
    if (longest > MOST_SECONDS * SECOND) {
      report.failures.push({ name, difference: `an input took ${Math.round(longest)} ms, with seed ${seed + done}` });
    }
  }
}

/** What fast-check says, and what the input threw. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}\n${error.cause.stack}` : error.message;
}

const WORKER = fileURLToPath(new URL('./hostile-worker.ts', import.meta.url));

/** Goes on behind what LiteSVM doesn't survive. */
async function compare(seed: number, count: number, report: Report, onProgress: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'parhelion-'));
  const noteFile = join(folder, 'note');
  for (let first = 0; first < count; ) {
    const start = first;
    let failures = 0;
    const hear = ({ done, failure }: HostileMessage): void => {
      first = done;
      if (failure === undefined) return;
      failures++;
      report.failures.push(failure);
      onProgress(`hostile: ${failure.name.slice(0, 100)} differs`);
    };
    const isWell = await runWorker([seed, first, count - first].map(String).concat(noteFile), hear);
    if (!isWell) {
      const note = readFileSync(noteFile, 'utf8');
      if (note === '') throw new Error('A worker of the hostile suite ended before its first case.');
      const number = Number(note);
      first = number + 1;
      report.skipped.push({ name: `case ${number} of seed ${seed}`, reason: 'the native implementation crashed' });
    }
    report.passed += first - start - failures - (isWell ? 0 : 1);
  }
  rmSync(folder, { recursive: true });
}

/** Whether it ended as it should. */
function runWorker(args: readonly string[], hear: (message: HostileMessage) => void): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const worker = fork(WORKER, args, { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
    let text = '';
    worker.stderr?.on('data', (chunk) => {
      text = `${text}${chunk}`.slice(-4000);
    });
    worker.on('message', (message) => hear(message as HostileMessage));
    worker.on('error', reject);
    worker.on('close', (code, signal) => {
      // Rust aborts, and so does V8 when it has no memory left; whatever else goes wrong is a mistake of ours too.
      if (code === 0) resolve(true);
      else if (text.includes('JavaScript heap out of memory'))
        reject(new Error(`A worker of the hostile suite: ${text}`));
      else if (signal === 'SIGABRT' || signal === 'SIGSEGV' || code === 134) resolve(false);
      else reject(new Error(`A worker of the hostile suite ended with ${code ?? signal}: ${text}`));
    });
  });
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
