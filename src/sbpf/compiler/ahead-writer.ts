// Writes down a program's compiled code, for ahead.ts to read. Only the build does that.

import { encodeBase64 } from '../../wire/base64.ts';
import type { Executable } from '../executable.ts';
import { type AheadModule, environmentOf } from './ahead.ts';
import { compileProgram } from './compiled-program.ts';
import { UNSEEN } from './profile.ts';

/**
 * Compiles what has run of a program.
 *
 * @param seen what had run: see profile.ts
 */
export function writeAhead(executable: Executable, seen: Uint8Array): AheadModule {
  const compiled = compileProgram(executable, [executable.entryPc], seen.slice(), true);
  if (compiled === undefined) throw new Error('This program cannot be compiled.');
  return {
    environment: environmentOf(executable),
    wasm: compiled.bytes,
    entry: executable.entryPc,
    sites: writeNumbers(compiled.sites),
    seen: writeNumbers(runsOf(seen)),
  };
}

function runsOf(seen: Uint8Array): number[] {
  const numbers: number[] = [];
  let unseen = 0;
  for (const region of seen) {
    if (region === UNSEEN) {
      unseen++;
    } else {
      numbers.push(unseen, region);
      unseen = 0;
    }
  }
  return numbers;
}

function writeNumbers(numbers: readonly number[]): string {
  const bytes: number[] = [];
  for (const number of numbers) {
    let rest = number;
    for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
    bytes.push(rest);
  }
  return encodeBase64(Uint8Array.from(bytes));
}
