// Random loops over memory, as assembly: what the compiler has a second version of. Pointers start near the ends of
// regions, frames and what was written before, go up and down by constants and registers, some of them only now and
// then; indices have factors; some live in the frame.

import type { Random } from './random-programs.ts';

const STARTS = [
  '0x300000000',
  '0x300000008',
  '0x3000003e0',
  '0x3000007c0',
  '0x400000000',
  '0x400000080',
  '0x400000098',
  '0x100000000',
  '0x200000f00',
  '0x200000fe8',
  '0x200001ff0',
  '0x2fffffff0',
  '0x3fffffff8',
  '0x1300000000',
];
const STEPS = [1, 1, 4, 8, 8, 8, 16, 24, 3, -1, -8, -8, -16, 64, 0];
const SIZES = ['b', 'h', 'w', 'dw'];
const SPILLS = [-8, -16, -24];

export function randomLoops(random: Random): string {
  const lines: string[] = [];
  for (let loop = 1 + random.below(2); loop > 0; loop--) emitLoop(random, lines);
  return [...lines, 'exit'].join('\n');
}

function emitLoop(random: Random, lines: string[]): void {
  // r2 to r5: pointers and indices. r6: a step. r7: rounds. r8, r9: for the moment.
  const bases = [2, 3, 4, 5];
  for (const register of bases) {
    const kind = random.below(8);
    if (kind < 2) lines.push(`mov64 r${register}, ${random.below(40)}`);
    else if (kind === 2) lines.push(`mov64 r${register}, r10`, `add64 r${register}, ${-random.below(300)}`);
    else lines.push(`lddw r${register}, ${random.oneOf(STARTS)}`);
  }
  lines.push(`mov64 r6, ${random.oneOf(STEPS)}`, `mov64 r7, ${1 + random.below(60)}`);
  for (const offset of SPILLS) if (random.below(2) === 0) lines.push(`stxdw [r10${offset}], r${random.oneOf(bases)}`);
  const body: string[] = [];
  const count = 2 + random.below(7);
  for (let i = 0; i < count; i++) body.push(...piece(random, bases));
  body.push('add64 r7, -1');
  const exit = random.below(4);
  const back = -(body.length + 1);
  if (exit === 0) lines.push(...body, 'jeq r7, 0, 1', `ja ${back - 1}`);
  else lines.push(...body, `jne r7, 0, ${back}`);
}

function piece(random: Random, bases: readonly number[]): string[] {
  const base = random.oneOf(bases);
  const offset = random.oneOf(['+0', '+0', '+8', '+3', '-8', '+40']);
  const size = random.oneOf(SIZES);
  const spill = random.oneOf(SPILLS);
  switch (random.below(10)) {
    case 0:
    case 1:
      return [`ldx${size} r8, [r${base}${offset}]`, 'add64 r0, r8'];
    case 2:
      return [`stx${size} [r${base}${offset}], r0`];
    case 3:
      return [`st${size} [r${base}${offset}], ${random.below(100)}`];
    case 4: {
      // A base and an index with a factor.
      const index = random.oneOf(bases);
      const scale =
        random.below(2) === 0 ? [`lsh64 r9, ${random.below(4)}`] : [`mul64 r9, ${random.oneOf([3, -1, 8])}`];
      return [`mov64 r9, r${index}`, ...scale, `add64 r9, r${base}`, `ldx${size} r8, [r9${offset}]`, 'xor64 r0, r8'];
    }
    case 5: {
      const step = random.below(4) === 0 ? 'r6' : `${random.oneOf(STEPS)}`;
      const move = [`add64 r${base}, ${step}`];
      return random.below(3) === 0 ? [`jset r0, ${1 + random.below(3)}, 1`, ...move] : move;
    }
    case 6:
      return [`ldxdw r9, [r10${spill}]`, `ldx${size} r8, [r9${offset}]`, 'add64 r0, r8'];
    case 7:
      return [`ldxdw r9, [r10${spill}]`, `add64 r9, ${random.oneOf(STEPS)}`, `stxdw [r10${spill}], r9`];
    case 8:
      // This round's and the next one's, as compilers keep them apart.
      return [`mov64 r${base}, r${random.oneOf(bases)}`, `add64 r${base}, ${random.oneOf(STEPS)}`];
    default:
      return random.below(3) === 0 ? [`stxw [r10${spill + 2}], r0`] : [`stxdw [r10${spill}], r${base}`];
  }
}
