// The compute kernels: programs without accounts that a C compiler made. README.md says what each takes and gives.

import { readFileSync } from 'node:fs';

export interface Kernel {
  readonly name: string;
  /** How often the kernel runs. */
  readonly n: number;
  /** The low 32 bits of what it comes to. */
  readonly expected: number;
  /** Whether it does nothing but arithmetic in registers. */
  readonly isPureAlu?: boolean;
  /** Whether it is in `own/`. */
  readonly isOwn?: boolean;
}

export const KERNELS: readonly Kernel[] = [
  { name: 'alu', n: 60_000, expected: 1_306_354_777, isPureAlu: true },
  { name: 'sieve', n: 2, expected: 3_245 },
  { name: 'matmul', n: 2, expected: 3_973_089_862 },
  { name: 'sort', n: 2, expected: 202_617_710 },
  { name: 'sha256', n: 100, expected: 3_634_410_334 },
];

/** Ours: with calls, tables, parsing, a switch. */
export const OWN_KERNELS: readonly Kernel[] = [
  { name: 'keccak', n: 54, expected: 1_480_557_705, isOwn: true },
  { name: 'merge', n: 4, expected: 4_037_336_876, isOwn: true },
  { name: 'bigint', n: 520, expected: 2_185_025_291, isOwn: true },
  { name: 'json', n: 150, expected: 1_586_392_870, isOwn: true },
  { name: 'lz', n: 3, expected: 2_988_930, isOwn: true },
  { name: 'bytecode', n: 48_718, expected: 1_682_581_506, isOwn: true },
  { name: 'hashmap', n: 36, expected: 2_582_411_621, isOwn: true },
];

export function elfOf({ name, isOwn }: Kernel): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`${isOwn ? 'own/' : ''}${name}.so`, import.meta.url)));
}
