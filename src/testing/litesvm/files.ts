// Where file methods find files: the host says how, because the core can't. The entry for Node does it (node/litesvm.ts).

import { ParhelionError } from '../../wire/errors.ts';
import { fail } from './arguments.ts';

/** Each throws an error whose `code` is the system's, such as `ENOENT`. */
export interface Files {
  read(path: string): Uint8Array;
  write(path: string, bytes: Uint8Array): void;
}

let host: Files | undefined;

/** Says how files are read and written from now on. */
export function useFiles(files: Files): void {
  host = files;
}

/** Texts of Rust's io::Error for the codes that are likely. */
const SYSTEM_ERRORS: { readonly [code: string]: string } = {
  ENOENT: 'No such file or directory (os error 2)',
  EACCES: 'Permission denied (os error 13)',
  ENOTDIR: 'Not a directory (os error 20)',
  EISDIR: 'Is a directory (os error 21)',
  EROFS: 'Read-only file system (os error 30)',
};

/** @param context what LiteSVM puts in front of the system's error. */
export function readFile(path: string, context: string): Uint8Array {
  return attempt(context, (files) => files.read(path));
}

export function writeFile(path: string, bytes: Uint8Array, context: string): void {
  attempt(context, (files) => files.write(path, bytes));
}

function attempt<T>(context: string, action: (files: Files) => T): T {
  if (host === undefined) throw new ParhelionError('NO_FILES', {});
  try {
    return action(host);
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    return fail(`${context}: ${SYSTEM_ERRORS[code ?? ''] ?? message}`);
  }
}
