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
}

export const KERNELS: readonly Kernel[] = [
  { name: 'alu', n: 60_000, expected: 1_306_354_777, isPureAlu: true },
  { name: 'sieve', n: 2, expected: 3_245 },
  { name: 'matmul', n: 2, expected: 3_973_089_862 },
  { name: 'sort', n: 2, expected: 202_617_710 },
  { name: 'sha256', n: 100, expected: 3_634_410_334 },
];

export function elfOf({ name }: Kernel): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`${name}.so`, import.meta.url)));
}
