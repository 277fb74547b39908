// Numbers of chance from a seed, the same in every run, and the choices a generator makes with them.

/** Amounts at which programs change their mind. */
const EDGES: readonly bigint[] = [
  0n,
  1n,
  2n,
  255n,
  256n,
  890_879n,
  890_880n,
  890_881n,
  1_000_000n,
  1_000_000_000n,
  (1n << 32n) - 1n,
  1n << 32n,
  (1n << 53n) + 1n,
  (1n << 63n) - 1n,
  1n << 63n,
  (1n << 64n) - 2n,
  (1n << 64n) - 1n,
];

/** Source: mulberry32 of Tommy Ettinger. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Another sequence, for the part of a run that has this number. */
  static of(seed: number, part: number): Random {
    const random = new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(part + 1, 0x85ebca6b));
    random.u32();
    return random;
  }

  u32(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }

  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32());
  }

  /** From 0 to `count - 1`. */
  below(count: number): number {
    return this.u32() % count;
  }

  /** Both ends included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(oneIn: number): boolean {
    return this.u32() % oneIn === 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.u32() % items.length];
  }

  /** One of the items, the first more often the higher its weight. */
  weighted<T>(items: readonly (readonly [weight: number, item: T])[]): T {
    let rest = this.below(items.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, item] of items) {
      if (rest < weight) return item;
      rest -= weight;
    }
    return items[0][1];
  }

  shuffled<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  }

  bytes(length: number): Uint8Array {
    const out = new Uint8Array(length);
    for (let i = 0; i < length; i++) out[i] = this.u32();
    return out;
  }

  /** An amount: mostly from 0 to `most`, else at an edge of it or of a u64. */
  amount(most: bigint): bigint {
    switch (this.below(10)) {
      case 0:
        return this.pick(EDGES);
      case 1:
        return most;
      case 2:
        return most + 1n;
      case 3:
        return most > 0n ? most - 1n : 0n;
      default:
        return most <= 0n ? 0n : this.u64() % (most + 1n);
    }
  }

  /** `usual`, but for one time in sixteen. */
  mostly<T>(usual: T, unusual: readonly T[]): T {
    return this.chance(16) ? this.pick(unusual) : usual;
  }

  edge(): bigint {
    return this.pick(EDGES);
  }
}
