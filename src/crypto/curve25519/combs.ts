// Which points have tables, and where in the module's memory. A comb makes a check take half of the time, and costs as much
// to make as some ten checks save: so a key gets one when it has come a few times, and the number of combs is bounded. The
// base point gets one when a key does, and a wider one once that will have paid; so does the table of its multiples that
// goes with keys without a comb.

import { Pubkey } from '../../wire/pubkey.ts';
import { PubkeyMap } from '../../wire/pubkey-map.ts';
import { combBytes } from './comb-layout.ts';
import { MAP, type SignatureModule, signatureModule } from './signature-module.ts';

/** 115 KiB a comb. */
const KEY_WIDTH = 5;
const MAX_KEY_COMBS = 64;
const USES_BEFORE_COMB = 6;
/** Lest many keys by turns make each other's: a comb is given away only when so many checks didn't use it. */
const CHECKS_BEFORE_EVICTION = 4 * MAX_KEY_COMBS;
/** Uses are counted by the hash of the key. What hits the same counter may get a comb too early. */
const COUNTERS = 2 ** 14;
/** So many uses are counted; then the count begins anew, lest counters fill up. */
const MAX_COUNTED_USES = 4096;

const WIDE_BASE_WIDTH = 8;
const CHECKS_BEFORE_WIDE_BASE = 500;
/** Of the base's multiples, after how many checks. The first check of a process is slow enough with the narrowest. */
const MULTIPLES_WIDTHS = [
  { width: 10, checks: 200 },
  { width: 8, checks: 12 },
  { width: 5, checks: 0 },
] as const;

export interface Comb {
  readonly address: number;
  readonly width: number;
}

interface KeyComb extends Comb {
  key: Pubkey;
  lastUse: number;
}

export class Combs {
  readonly #module: SignatureModule;
  readonly #byKey = new PubkeyMap<KeyComb>();
  readonly #all: KeyComb[] = [];
  readonly #uses = new Uint8Array(COUNTERS);
  #countedUses = 0;
  #checks = 0;
  #base: Comb | undefined;
  #multiplesWidth = 0;
  #freeAddress: number;

  constructor(module: SignatureModule) {
    this.#module = module;
    this.#freeAddress = MAP.end;
  }

  /** The base point's comb. */
  ofBase(): Comb {
    if (this.#base === undefined) {
      this.#base = this.#makeBase(KEY_WIDTH);
    } else if (this.#checks >= CHECKS_BEFORE_WIDE_BASE && this.#base.width < WIDE_BASE_WIDTH) {
      this.#base = this.#makeBase(WIDE_BASE_WIDTH);
    }
    return this.#base;
  }

  /** The width of the base point's multiples, which are in their place afterwards. */
  multiplesWidth(): number {
    const { width } = MULTIPLES_WIDTHS.find(({ checks }) => this.#checks >= checks) ?? MULTIPLES_WIDTHS[2];
    if (width > this.#multiplesWidth) {
      this.#module.loadBasePoints();
      this.#module.buildBaseMultiples(width);
      this.#multiplesWidth = width;
    }
    return width;
  }

  /** The comb of the key that is in the module's `publicKey`; undefined where it has none, or is no point. */
  ofKey(publicKey: Uint8Array): Comb | undefined {
    const now = this.#checks++;
    const key = Pubkey.interned(publicKey, 0);
    const comb = this.#byKey.get(key);
    if (comb !== undefined) {
      comb.lastUse = now;
      return comb;
    }
    if (this.#countedUses++ >= MAX_COUNTED_USES) {
      this.#uses.fill(0);
      this.#countedUses = 0;
    }
    const counter = key.hash & (COUNTERS - 1);
    const uses = this.#uses[counter] + 1;
    if (uses < USES_BEFORE_COMB) {
      this.#uses[counter] = uses;
      return undefined;
    }
    return this.#makeForKey(key, now);
  }

  #makeForKey(key: Pubkey, now: number): Comb | undefined {
    let comb: KeyComb | undefined;
    if (this.#all.length >= MAX_KEY_COMBS) {
      comb = this.#all.reduce((oldest, candidate) => (candidate.lastUse < oldest.lastUse ? candidate : oldest));
      if (now - comb.lastUse < CHECKS_BEFORE_EVICTION) return undefined;
    }
    if (this.#module.loadKey() === 0) return undefined;
    if (comb === undefined) {
      comb = { address: this.#allocate(KEY_WIDTH), width: KEY_WIDTH, key, lastUse: now };
      this.#all.push(comb);
    } else {
      this.#byKey.delete(comb.key);
      comb.key = key;
      comb.lastUse = now;
    }
    this.#module.buildComb(comb.address, comb.width);
    this.#byKey.set(key, comb);
    this.#uses[key.hash & (COUNTERS - 1)] = 0;
    return comb;
  }

  #makeBase(width: number): Comb {
    const address = this.#allocate(width);
    this.#module.loadBasePoints();
    this.#module.buildComb(address, width);
    return { address, width };
  }

  #allocate(width: number): number {
    const address = this.#freeAddress;
    this.#freeAddress += combBytes(width);
    this.#module.reserve(this.#freeAddress);
    return address;
  }
}

let shared: Combs | undefined;

/** The combs of the one module there is. */
export function combs(): Combs {
  return (shared ??= new Combs(signatureModule()));
}
