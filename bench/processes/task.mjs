// What both sides' scripts share: their input, and how a figure is taken.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const TRANSACTIONS = 100_000;

export function readInput(folder) {
  const read = (name) => new Uint8Array(readFileSync(join(folder, name)));
  const facts = JSON.parse(readFileSync(join(folder, 'facts.json'), 'utf8'));
  return { ...facts, transaction: read('transaction'), elf: existsSync(join(folder, 'elf')) ? read('elf') : undefined };
}

/** Prints the milliseconds that it takes. */
export async function timed(run) {
  const start = performance.now();
  await run();
  process.stdout.write(String(performance.now() - start));
}

/** Prints what the process holds in memory after many transactions, in KiB. */
export function countedMemory(transaction, counterAt, send) {
  for (let i = 1; i <= TRANSACTIONS; i++) {
    transaction[counterAt] = transaction[1] = i;
    transaction[counterAt + 1] = transaction[2] = i >>> 8;
    transaction[counterAt + 2] = transaction[3] = i >>> 16;
    send();
  }
  globalThis.gc();
  process.stdout.write(String(process.memoryUsage().rss / 1024));
}
