// Numbers that look random and are the same each time. Source: Marsaglia's xorshift32.

export interface RandomNumbers {
  /** From 0 up to, not including, 1. */
  random(): number;
  /** Of so many bits at most. */
  randomBig(bits: number): bigint;
  randomBytes(count: number): Uint8Array;
}

export function randomNumbers(seed = 1): RandomNumbers {
  let state = seed;
  const random = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return {
    random,
    randomBig(bits) {
      let value = 0n;
      for (let i = 0; i < bits; i += 32) value = (value << 32n) | BigInt(Math.floor(random() * 2 ** 32));
      return value & ((1n << BigInt(bits)) - 1n);
    },
    randomBytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(random() * 256)),
  };
}
