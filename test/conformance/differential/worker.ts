// Runs the sequences of one seed in a process of its own, because LiteSVM ends its process when it panics: what is about
// to run is noted in a file first, so that whoever started the worker can tell what it was and go on behind it.
// Arguments: seed, first sequence, transactions, file for notes, folder for failing cases.

import { mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { writeCase } from './case-file.ts';
import { runSequence } from './sequence.ts';
import { shrink } from './shrink.ts';

const TRANSACTIONS_PER_SEQUENCE = 250;

/** What a worker says of each sequence it has finished. */
export interface WorkerMessage {
  readonly number: number;
  readonly transactions: number;
  /** Differences that are explained, by name. */
  readonly explained: readonly string[];
  readonly failure?: { readonly difference: string; readonly file: string };
}

/** What a note says: the sequence, whether it was being shrunk, and the transaction that came next. */
export interface Note {
  readonly number: number;
  readonly isShrinking: boolean;
  readonly bytes: Uint8Array;
}

const NOTE_HEADER_LEN = 9;

export function readNote(bytes: Uint8Array): Note | undefined {
  if (bytes.length < NOTE_HEADER_LEN) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = view.getUint32(5, true);
  return {
    number: view.getUint32(0, true),
    isShrinking: view.getUint8(4) === 1,
    bytes: bytes.subarray(NOTE_HEADER_LEN, NOTE_HEADER_LEN + length),
  };
}

function work(seed: number, first: number, count: number, noteFile: string, caseFolder: string): void {
  const notes = openSync(noteFile, 'w');
  const note = (number: number, isShrinking: boolean, bytes: Uint8Array): void => {
    const buffer = Buffer.alloc(NOTE_HEADER_LEN + bytes.length);
    buffer.writeUInt32LE(number, 0);
    buffer.writeUInt8(isShrinking ? 1 : 0, 4);
    buffer.writeUInt32LE(bytes.length, 5);
    buffer.set(bytes, NOTE_HEADER_LEN);
    writeSync(notes, buffer, 0, buffer.length, 0);
  };
  let number = first;
  for (let done = 0; done < count; number++) {
    const transactions = Math.min(TRANSACTIONS_PER_SEQUENCE, count - done);
    const beforeSend = (bytes: Uint8Array) => note(number, false, bytes);
    const result = runSequence({ seed, number, transactions, beforeSend });
    // A difference ends a sequence early; the count is of transactions that were compared.
    done += Math.max(1, result.transactions);
    const { difference, options, steps, explained } = result;
    const message = { number, transactions: result.transactions, explained };
    if (difference === undefined) {
      tell(message);
      continue;
    }
    mkdirSync(caseFolder, { recursive: true });
    const file = join(caseFolder, `seed-${seed}-sequence-${number}.json`);
    const about = `seed ${seed}, sequence ${number}`;
    writeCase(file, { about, options, steps });
    tell({ ...message, failure: { difference, file } });
    note(number, true, new Uint8Array(0));
    shrink({ about, options, steps }, (smaller) => writeCase(file, smaller));
  }
}

function tell(message: WorkerMessage): void {
  process.send?.(message);
}

if (process.send !== undefined) {
  const [seed, first, count] = process.argv.slice(2, 5).map(Number);
  work(seed, first, count, process.argv[5], process.argv[6]);
  process.disconnect?.();
}
