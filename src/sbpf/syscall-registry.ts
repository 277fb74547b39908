// The functions that a program may call by the hash of their name. The room knows none of them: the embedder hands them
// in, with the object (`context`) they work on.

import { ParhelionError } from '../wire/errors.ts';
import type { U64, VmMemory } from './memory.ts';
import { hashSymbolName } from './murmur3.ts';

/**
 * A function of the host that a program can call. Receives registers r1 to r5 and returns r0; ends the run by throwing
 * a `Verdict`. `context` is the embedder's own object, handed through untouched.
 */
// biome-ignore lint/suspicious/noExplicitAny: the embedder's type; the room never looks at it
export interface Syscall<C = any> {
  (context: C, memory: VmMemory, r1: U64, r2: U64, r3: U64, r4: U64, r5: U64): U64;
  /** It always throws. Compilers leave out what follows its calls: often there is nothing, not even an `exit`. */
  readonly neverReturns?: true;
  /** It does no more than a MemoryOperation. Compiled code may do that itself. */
  readonly memoryOperation?: number;
}

export interface SyscallEntry {
  readonly name: string;
  /** u32: the hash of `name`. */
  readonly key: number;
  readonly syscall: Syscall;
  /** How many of r1 to r5 it reads. What compiled code leaves in the others is anything. */
  readonly argumentCount: number;
}

/** Registers that hold arguments: r1 to r5. */
const MAX_ARGUMENTS = 5;

export class SyscallRegistry {
  readonly list: readonly SyscallEntry[];
  readonly #indexOfKey: ReadonlyMap<number, number>;

  /**
   * @param entries with the number of arguments where the syscall is known to read fewer than all
   * @throws ParhelionError `INVALID_ARGUMENT` where two names have the same hash.
   */
  constructor(entries: Iterable<readonly [name: string, syscall: Syscall, argumentCount?: number]>) {
    const list: SyscallEntry[] = [];
    const indexOfKey = new Map<number, number>();
    for (const [name, syscall, argumentCount = MAX_ARGUMENTS] of entries) {
      const key = hashSymbolName(name);
      const taken = indexOfKey.get(key);
      if (taken !== undefined) {
        const received = `${list[taken].name} and ${name}`;
        throw new ParhelionError('INVALID_ARGUMENT', {
          name: 'syscalls',
          expected: 'names of distinct hashes',
          received,
        });
      }
      indexOfKey.set(key, list.length);
      list.push({ name, key, syscall, argumentCount });
    }
    this.list = list;
    this.#indexOfKey = indexOfKey;
  }

  /** Where in `list` the syscall with this hash is, or -1. */
  indexOf(key: number): number {
    return this.#indexOfKey.get(key) ?? -1;
  }

  has(key: number): boolean {
    return this.#indexOfKey.has(key);
  }
}

export const NO_SYSCALLS = new SyscallRegistry([]);
