// Reads and writes the files that a command line names. Whatever can be wrong with one is a sentence that names it: missing, a
// folder, empty, compressed, of another encoding, no JSON. `-` is standard input, read before the command begins.

import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { ParhelionError } from '../wire/errors.ts';

/** A text longer than this is no capsule, and more than V8 takes as one string is near. */
const MOST_BYTES: number = 256 * 2 ** 20;

const CHUNK = 1 << 20;

/** Reads files as JSON. */
export class InputFiles {
  readonly #standardInput: Uint8Array | undefined;

  /** @param standardInput what `-` stands for */
  constructor(standardInput?: Uint8Array) {
    this.#standardInput = standardInput;
  }

  /** @throws ParhelionError `UNREADABLE_FILE` saying what is wrong with it. */
  json(file: string): unknown {
    const name = file === '-' ? 'standard input' : file;
    const bytes = file === '-' && this.#standardInput !== undefined ? this.#standardInput : readBytes(file);
    const text = decodeText(name, bytes);
    try {
      return JSON.parse(text);
    } catch (error) {
      return unreadable(name, `it is no JSON (${error instanceof Error ? error.message : String(error)})`);
    }
  }
}

function readBytes(file: string): Uint8Array {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    // By chunks: a pipe or a device has no size to go by, and may have no end.
    const chunks: Uint8Array[] = [];
    for (let length = 0; ; ) {
      const chunk = new Uint8Array(CHUNK);
      const read = readSync(descriptor, chunk);
      if (read === 0) return Buffer.concat(chunks);
      length += read;
      if (length > MOST_BYTES) break;
      chunks.push(chunk.subarray(0, read));
    }
  } catch (error) {
    return unreadable(file, failureText(error));
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
  return tooLong(file);
}

/** Standard input as bytes, whole. */
export async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    length += (chunk as Uint8Array).length;
    if (length > MOST_BYTES) return tooLong('standard input');
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}

/** Text of bytes in UTF-8, or in UTF-16 with its mark, as editors and shells of Windows write it. */
function decodeText(name: string, bytes: Uint8Array): string {
  if (bytes.length === 0) return unreadable(name, 'it is empty');
  const [first, second] = bytes;
  if (first === 0x1f && second === 0x8b) return unreadable(name, 'it is compressed with gzip: unpack it first');
  if (first === 0x28 && second === 0xb5) return unreadable(name, 'it is compressed with zstd: unpack it first');
  if (first === 0x50 && second === 0x4b) return unreadable(name, 'it is a ZIP archive: unpack it first');
  const isLittle = first === 0xff && second === 0xfe;
  const encoding = isLittle ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    // Without its mark, which is no part of the text.
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return unreadable(name, `it is no text: not valid ${encoding.toUpperCase()}`);
  }
}

/** @throws ParhelionError `UNWRITABLE_FILE` where it can't be written. */
export function writeText(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new ParhelionError('UNWRITABLE_FILE', { file, reason: failureText(error, true) });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'it is not allowed',
  EPERM: 'it is not allowed',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its links lead in a circle',
  ENOSPC: 'there is no room left on the device',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many files are open',
  ERR_INVALID_ARG_VALUE: 'its name holds a NUL',
};

/** What went wrong with a file, in words. */
export function failureText(error: unknown, isWriting = false): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return isWriting ? 'there is no such folder' : 'there is no such file';
  return REASONS[code] ?? error.message;
}

function tooLong(file: string): never {
  return unreadable(file, `it is longer than ${MOST_BYTES / 2 ** 20} MiB`);
}

function unreadable(file: string, reason: string): never {
  throw new ParhelionError('UNREADABLE_FILE', { file: file === '' ? '""' : file, reason });
}
