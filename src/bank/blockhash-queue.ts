// The blockhashes that may date a transaction. A value: registering a hash makes a new queue, so that a snapshot keeps
// the old one for nothing. Searched from the newest on, because most transactions carry that one.
// Source: agave accounts-db/src/blockhash_queue.rs; solana-sdk clock/src/lib.rs.

import { equalBytes } from '../wire/bytes.ts';
import type { Pubkey } from '../wire/pubkey.ts';

/** How many blocks a blockhash is remembered for. */
export const MAX_RECENT_BLOCKHASHES = 300;
/** How many blocks old the blockhash of a transaction may be. */
export const MAX_PROCESSING_AGE = 150;

export class BlockhashQueue {
  /** Newest first. A hash is 32 bytes that print as base58, as a key is. */
  readonly #hashes: readonly Pubkey[];

  private constructor(hashes: readonly Pubkey[]) {
    this.#hashes = hashes;
  }

  static from(genesisHash: Pubkey): BlockhashQueue {
    return new BlockhashQueue([genesisHash]);
  }

  get latest(): Pubkey {
    return this.#hashes[0];
  }

  /** The `count` newest hashes, newest first. */
  newest(count: number): readonly Pubkey[] {
    return this.#hashes.slice(0, count);
  }

  /** The queue with a newer hash. One that is {@link MAX_RECENT_BLOCKHASHES} blocks old is still kept, an older one isn't. */
  register(hash: Pubkey): BlockhashQueue {
    return new BlockhashQueue([hash, ...this.#hashes.slice(0, MAX_RECENT_BLOCKHASHES)]);
  }

  /** How many blocks were made since the one that `hash` closed; undefined where it isn't remembered. */
  ageOf(hash: Uint8Array): number | undefined {
    const hashes = this.#hashes;
    for (let age = 0; age < hashes.length; age++) if (equalBytes(hashes[age].bytes, hash)) return age;
    return undefined;
  }

  isRecent(hash: Uint8Array, maxAge: number = MAX_PROCESSING_AGE): boolean {
    const age = this.ageOf(hash);
    return age !== undefined && age <= maxAge;
  }
}
