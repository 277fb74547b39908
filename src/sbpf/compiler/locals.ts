// The locals of compiled functions and entries. A function has the frame, the units and those of r1 to r5 that it reads as
// parameters, in this order; an entry has the same numbers without parameters.

export const FRAME = 0;
export const FUEL = 1;
const R1 = 2;
export const R0 = 7;
export const R10 = 12;
export const ADDRESS = 13;
export const X = 14;
export const Y = 15;
export const HOST = 16;
export const ENTRY = 17;
export const SITE = 18;
export const RESUME = 19;
/** Offset in memory of the frame's first byte, less STACK. */
export const FRAME_HOST = 20;
export const A = 21;
export const B = 22;
/** Of the streams of a loop, see loop-versions.ts: so many locals are for them. */
export const MAX_STREAMS = 6;
/** Only where loops have two versions. By stream: what turns addresses into offsets in memory. Then the guard's limit. */
export const DELTAS = 23;
export const LIMIT = DELTAS + MAX_STREAMS;

type Locals = readonly (readonly [count: number, type: 'i32' | 'i64'])[];

/** Of a function: r0, and the units that are left. */
export const RESULTS = ['i64', 'i64'] as const;

/** Of a function that takes r1 and so on, so many of them. */
export function parametersOf(argumentCount: number): readonly ('i32' | 'i64')[] {
  return ['i32', 'i64', ...new Array<'i64'>(argumentCount).fill('i64')];
}

/** What such a function has besides. */
export const functionLocals = (argumentCount: number): Locals => [
  [HOST - R1 - argumentCount, 'i64'],
  [DELTAS - HOST, 'i32'],
];

export const ENTRY_LOCALS: Locals = [
  [1, 'i32'],
  [HOST - FUEL, 'i64'],
  [DELTAS - HOST, 'i32'],
];

export const LOOP_LOCALS: Locals = [
  [MAX_STREAMS, 'i32'],
  [1, 'i64'],
];

/** The local of a register. */
export const local = (register: number): number => (register === 0 ? R0 : register < 6 ? register + 1 : register + 2);
