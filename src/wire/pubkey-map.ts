// A map keyed by the bytes of a key. JavaScript's Map compares objects by identity and would need a string per look-up;
// this one probes an open-addressed table by the hash each Pubkey carries.

import type { Pubkey } from './pubkey.ts';

export class PubkeyMap<V> {
  #keys: (Pubkey | undefined)[] = new Array(16).fill(undefined);
  #values: (V | undefined)[] = new Array(16).fill(undefined);
  #mask = 15;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: Pubkey): V | undefined {
    return this.#values[this.#slotOf(key)];
  }

  has(key: Pubkey): boolean {
    return this.#keys[this.#slotOf(key)] !== undefined;
  }

  set(key: Pubkey, value: V): this {
    let slot = this.#slotOf(key);
    if (this.#keys[slot] === undefined) {
      if ((this.#size + 1) * 2 > this.#mask) {
        this.#grow();
        slot = this.#slotOf(key);
      }
      this.#keys[slot] = key;
      this.#size++;
    }
    this.#values[slot] = value;
    return this;
  }

  delete(key: Pubkey): boolean {
    let hole = this.#slotOf(key);
    if (this.#keys[hole] === undefined) return false;
    this.#size--;
    // Close the gap: move back every later entry of the same run whose home slot lies at or before the hole.
    for (let slot = (hole + 1) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const moved = this.#keys[slot];
      if (moved === undefined) break;
      const home = moved.hash & this.#mask;
      if (((slot - home) & this.#mask) >= ((slot - hole) & this.#mask)) {
        this.#keys[hole] = moved;
        this.#values[hole] = this.#values[slot];
        hole = slot;
      }
    }
    this.#keys[hole] = undefined;
    this.#values[hole] = undefined;
    return true;
  }

  *entries(): IterableIterator<[Pubkey, V]> {
    for (let slot = 0; slot <= this.#mask; slot++) {
      const key = this.#keys[slot];
      if (key !== undefined) yield [key, this.#values[slot] as V];
    }
  }

  [Symbol.iterator](): IterableIterator<[Pubkey, V]> {
    return this.entries();
  }

  #slotOf(key: Pubkey): number {
    let slot = key.hash & this.#mask;
    for (;;) {
      const found = this.#keys[slot];
      if (found === undefined || found.equals(key)) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#mask = this.#mask * 2 + 1;
    this.#keys = new Array(this.#mask + 1).fill(undefined);
    this.#values = new Array(this.#mask + 1).fill(undefined);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      if (key === undefined) continue;
      const slot = this.#slotOf(key);
      this.#keys[slot] = key;
      this.#values[slot] = values[i];
    }
  }
}
