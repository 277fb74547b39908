// A map that can be copied in constant time: what a bank's snapshots are made of.
// It is a trie over the hash of the key, five bits a level. A copy shares all nodes; the first write to a shared node
// copies that node alone (32 slots), a write to a node or leaf of one's own changes it in place. Who it belongs to is told by
// `owner`: taking a copy gives both maps a new owner, so that neither may change what they share.
// A look-up costs the same however many copies were taken, which layers of maps would not give.

/** What a map can be keyed by. Equal keys have equal hashes. */
export interface MapKey {
  /** 32 bits. */
  readonly hash: number;
}

/** One key and its value. `next` holds further keys of exactly the same hash. */
class Leaf<K, V> {
  readonly owner: object;
  readonly key: K;
  value: V;
  readonly next: Leaf<K, V> | undefined;

  constructor(owner: object, key: K, value: V, next: Leaf<K, V> | undefined) {
    this.owner = owner;
    this.key = key;
    this.value = value;
    this.next = next;
  }
}

class Node<K, V> {
  readonly owner: object;
  readonly slots: (Node<K, V> | Leaf<K, V> | undefined)[];

  constructor(owner: object, slots: (Node<K, V> | Leaf<K, V> | undefined)[]) {
    this.owner = owner;
    this.slots = slots;
  }
}

const BITS = 5;
const SLOT_COUNT = 1 << BITS;
const MASK = SLOT_COUNT - 1;

/** A transaction asks for the same few accounts as the one before, and stores them: no need to go down the trie again. */
const RECENT_MASK = 63;
const NOTHING_FOUND: readonly undefined[] = new Array(RECENT_MASK + 1).fill(undefined);

/** Nobody's: the first write to it makes a copy. */
const EMPTY = new Node<never, never>({}, new Array(SLOT_COUNT).fill(undefined));

export class PersistentMap<K extends MapKey & { equals(other: K): boolean }, V> {
  #owner: object = {};
  #root: Node<K, V>;
  #size = 0;
  /** By the lower bits of the hash: the leaf that was found last, while it is in the trie. */
  #recent: (Leaf<K, V> | undefined)[] = NOTHING_FOUND as undefined[];

  constructor() {
    this.#root = EMPTY as Node<K, V>;
  }

  get size(): number {
    return this.#size;
  }

  /** A map with the same entries. Neither sees what is written to the other. */
  copy(): PersistentMap<K, V> {
    const copy = new PersistentMap<K, V>();
    copy.#root = this.#root;
    copy.#size = this.#size;
    this.#owner = {};
    return copy;
  }

  get(key: K): V | undefined {
    const recent = this.#recent[key.hash & RECENT_MASK];
    return recent?.key.equals(key) ? recent.value : this.#find(key)?.value;
  }

  #find(key: K): Leaf<K, V> | undefined {
    const { hash } = key;
    let node = this.#root;
    for (let shift = 0; ; shift += BITS) {
      const found = node.slots[(hash >>> shift) & MASK];
      if (found === undefined) return undefined;
      if (found instanceof Node) {
        node = found;
        continue;
      }
      for (let leaf: Leaf<K, V> | undefined = found; leaf !== undefined; leaf = leaf.next) {
        if (leaf.key.equals(key)) {
          this.#note(leaf);
          return leaf;
        }
      }
      return undefined;
    }
  }

  #note(leaf: Leaf<K, V>): void {
    if (this.#recent === NOTHING_FOUND) this.#recent = NOTHING_FOUND.slice();
    this.#recent[leaf.key.hash & RECENT_MASK] = leaf;
  }

  set(key: K, value: V): this {
    const { hash } = key;
    const recent = this.#recent[hash & RECENT_MASK];
    if (recent !== undefined) {
      if (recent.owner === this.#owner && recent.next === undefined && recent.key.equals(key)) {
        recent.value = value;
        return this;
      }
      this.#recent[hash & RECENT_MASK] = undefined;
    }
    this.#root = this.#own(this.#root);
    let node = this.#root;
    for (let shift = 0; ; shift += BITS) {
      const { slots } = node;
      const slot = (hash >>> shift) & MASK;
      const found = slots[slot];
      if (found === undefined) {
        slots[slot] = new Leaf(this.#owner, key, value, undefined);
        this.#size++;
        return this;
      }
      if (found instanceof Node) {
        node = this.#own(found);
        slots[slot] = node;
        continue;
      }
      if (found.key.hash === hash) {
        if (found.owner === this.#owner && found.next === undefined && found.key.equals(key)) {
          found.value = value;
          return this;
        }
        const others = without(found, key);
        if (others === found) this.#size++;
        slots[slot] = new Leaf(this.#owner, key, value, others);
        return this;
      }
      // Another key has the same bits up to here: the two are told apart one level further down, or below that.
      const inner = new Node<K, V>(this.#owner, new Array(SLOT_COUNT).fill(undefined));
      inner.slots[(found.key.hash >>> (shift + BITS)) & MASK] = found;
      slots[slot] = inner;
      node = inner;
    }
  }

  delete(key: K): boolean {
    if (this.get(key) === undefined) return false;
    const { hash } = key;
    this.#recent[hash & RECENT_MASK] = undefined;
    this.#root = this.#own(this.#root);
    let node = this.#root;
    for (let shift = 0; ; shift += BITS) {
      const { slots } = node;
      const slot = (hash >>> shift) & MASK;
      const found = slots[slot];
      if (found instanceof Node) {
        node = this.#own(found);
        slots[slot] = node;
        continue;
      }
      slots[slot] = without(found, key);
      this.#size--;
      return true;
    }
  }

  /** Every entry, in no order to rely on. The map must not be written meanwhile. */
  *entries(): IterableIterator<[K, V]> {
    const pending: Node<K, V>[] = [this.#root];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      for (const found of node.slots) {
        if (found instanceof Node) pending.push(found);
        else for (let leaf = found; leaf !== undefined; leaf = leaf.next) yield [leaf.key, leaf.value];
      }
    }
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries();
  }

  #own(node: Node<K, V>): Node<K, V> {
    return node.owner === this.#owner ? node : new Node(this.#owner, node.slots.slice());
  }
}

/** The chain without `key`; the same chain where `key` isn't in it. */
function without<K extends MapKey & { equals(other: K): boolean }, V>(
  leaf: Leaf<K, V> | undefined,
  key: K,
): Leaf<K, V> | undefined {
  if (leaf === undefined) return undefined;
  if (leaf.key.equals(key)) return leaf.next;
  const next = without(leaf.next, key);
  return next === leaf.next ? leaf : new Leaf(leaf.owner, leaf.key, leaf.value, next);
}
