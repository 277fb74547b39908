// The locals of compiled functions and entries. r1 to r5 are the parameters of a function, behind the frame; an entry has the
// same numbers without parameters.

export const FRAME = 0;
export const R0 = 6;
export const R10 = 11;
export const FUEL = 12;
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

export const FUNCTION_PARAMETERS = ['i32', 'i64', 'i64', 'i64', 'i64', 'i64'] as const;
export const FUNCTION_LOCALS = [
  [10, 'i64'],
  [7, 'i32'],
] as const;
export const ENTRY_LOCALS = [
  [1, 'i32'],
  [15, 'i64'],
  [7, 'i32'],
] as const;

export const LOOP_LOCALS = [
  [MAX_STREAMS, 'i32'],
  [1, 'i64'],
] as const;

/** The local of a register. */
export const local = (register: number): number => (register === 0 ? R0 : register < 6 ? register : register + 1);
