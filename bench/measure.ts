// How one figure is taken: the two sides turn and turn about, a short slice each, in rounds that follow each other
// closely, so that what disturbs the machine disturbs both. Of the rounds the median counts.
// How much a slice does is found out by trying: long enough for the clock, short enough that a round is one moment.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage: (options: { type: 'minor' | 'major' }) => void = runInNewContext('gc');

/** Something that is done again and again. `run(count)` does it `count` times; what only prepares it is `before`. */
export interface Side {
  /** Not timed. Called before every slice, with what the slice will do. */
  before?(count: number): void;
  run(count: number): void;
}

export interface Figures {
  /** Milliseconds for one, medians. */
  readonly ours: number;
  readonly theirs: number;
}

export interface MeasureOptions {
  /** Default: 11. Fewer than seven say little. */
  readonly rounds?: number;
  /** Milliseconds of a slice. Default: 40. */
  readonly slice?: number;
  /**
   * Milliseconds each side runs before it counts, without what only prepares it: hosts optimise what runs often, for most
   * of a second and in the background. Default: 1000.
   */
  readonly warmUp?: number;
  /** The most one slice does: where each needs something prepared. */
  readonly most?: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

export function measure(ours: Side, theirs: Side, options: MeasureOptions = {}): Figures {
  const { rounds = 11, slice = 40, warmUp = 1000, most = Number.POSITIVE_INFINITY } = options;
  const counts = [ours, theirs].map((side) => findCount(side, slice, warmUp, most));
  const taken: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    // Who goes first changes, so that neither always meets the other's garbage.
    for (const which of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const side = which === 0 ? ours : theirs;
      taken[which].push(timeSlice(side, counts[which]) / counts[which]);
    }
  }
  return { ours: median(taken[0]), theirs: median(taken[1]) };
}

/** Milliseconds. */
function timeSlice(side: Side, count: number): number {
  if (side.before !== undefined) {
    side.before(count);
    // What it left is not the side's.
    collectGarbage({ type: 'minor' });
  }
  const start = performance.now();
  side.run(count);
  return performance.now() - start;
}

/** Warms a side up, and finds how often it fits into a slice. */
function findCount(side: Side, slice: number, warmUp: number, most: number): number {
  let count = 1;
  let ran = 0;
  for (;;) {
    const time = timeSlice(side, count);
    const fitting = Math.max(1, Math.min(most, Math.round((count * slice) / Math.max(time, 0.001))));
    ran += time;
    if (ran >= warmUp) return fitting;
    // In steps: the first ones are slow, and would call for too few.
    count = Math.min(fitting, count * 8, most);
  }
}
