// A u64 as two numbers. A bigint costs an allocation for each step of a sum, and a transfer takes ten such steps; two
// halves cost nothing. They are signed, low and high, because engines keep signed 32-bit numbers unboxed in objects.

const whole = new BigUint64Array(1);

/** The halves of the u64 that was split last: low, high. Every host that runs this at a bearable price is little-endian. */
export const halves: Int32Array = new Int32Array(whole.buffer);

/** Leaves the halves of `value` in {@link halves}. */
export function splitU64(value: bigint): void {
  whole[0] = value;
}

export function joinU64(low: number, high: number): bigint {
  halves[0] = low;
  halves[1] = high;
  return whole[0];
}

/** Whether a < b. */
export function isBelow(lowA: number, highA: number, lowB: number, highB: number): boolean {
  return highA === highB ? lowA >>> 0 < lowB >>> 0 : highA >>> 0 < highB >>> 0;
}
