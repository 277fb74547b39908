// Keeps what one part of an explanation throws from taking the others along. Elsewhere a bug of ours is let through
// (ARCHITECTURE.md); here somebody asks about a failure of his own, and what the other parts found still helps him. That a
// part is missing is said in a note, so tests and readers see it.

export const MISSING_PART = 'A part of this explanation is missing';

export class Guard {
  readonly #missing: string[] = [];

  /** What `look` returns; undefined where it throws. */
  run<T>(part: string, look: () => T): T | undefined {
    try {
      return look();
    } catch (thrown) {
      this.#missing.push(`${part}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      return undefined;
    }
  }

  /** The same for lists: an empty one where it throws. */
  list<T>(part: string, look: () => readonly T[]): readonly T[] {
    return this.run(part, look) ?? [];
  }

  get notes(): string[] {
    const missing = [...new Set(this.#missing)];
    if (missing.length === 0) return [];
    return [`${MISSING_PART} (${missing.join('; ')}). Please report it, with the transaction's capsule.`];
  }
}
