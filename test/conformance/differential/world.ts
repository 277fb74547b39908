// What the generators know of a running sequence: who can sign, which accounts of which kind were made, and the bank to
// look up what became of them. Pools hold candidates: an account stands in one from the moment a transaction tries to
// make it, so that what failed or was closed is tried again too.

import { programDataAddressOf } from '../../../src/bank/program-accounts.ts';
import { createProgramAddress } from '../../../src/crypto/program-address.ts';
import * as ids from '../../../src/runtime/addresses.ts';
import { minimumBalance } from '../../../src/runtime/rent.ts';
import type { Rent } from '../../../src/runtime/sysvars/layouts.ts';
import { type Account, RENT_EXEMPT_RENT_EPOCH } from '../../../src/wire/account.ts';
import { Pubkey } from '../../../src/wire/pubkey.ts';
import { PubkeyMap } from '../../../src/wire/pubkey-map.ts';
import { type Ix, NO_BYTES } from './encode.ts';
import { keyNumber } from './keyring.ts';
import type { MachineOptions, Machines, Step } from './machines.ts';
import type { Random } from './random.ts';

/** What a generator hands back: instructions that belong together, in one transaction. */
export interface Move {
  readonly name: string;
  readonly instructions: readonly Ix[];
  /** The durable nonce that dates the transaction in place of a blockhash. */
  readonly nonce?: Uint8Array;
  /** What must be done first, past all rules. */
  readonly setup?: readonly Step[];
  /** Pairs with this one only: it takes a transaction of its own. */
  readonly isAlone?: boolean;
}

export type Generator = (world: World) => Move | undefined;

/** An address that a program can sign for. */
export interface Derived {
  readonly key: Pubkey;
  readonly program: Pubkey;
  readonly seeds: readonly Uint8Array[];
}

/** What the runtime knows by name, and the ELF file of a program that everybody uses. */
const KNOWN_KEYS: readonly Pubkey[] = [
  ...Object.values(ids),
  ids.INSTRUCTIONS_SYSVAR_ID,
  ids.INSTRUCTIONS_SYSVAR_ID,
  programDataAddressOf(Pubkey.fromBase58('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA')),
];

export type PoolName =
  | 'plain'
  | 'nonce'
  | 'seeded'
  | 'mint'
  | 'mint-2022'
  | 'token'
  | 'token-2022'
  | 'multisig'
  | 'multisig-2022'
  | 'stake'
  | 'vote'
  | 'table'
  | 'buffer'
  | 'program'
  | 'program-data'
  | 'scratch';

/** Rich accounts of the System program, there from the start. */
const ACTOR_COUNT = 8;
const ACTOR_LAMPORTS = 1_000_000_000_000n;
const POOL_CAPACITY = 12;

export class World {
  readonly random: Random;
  readonly options: MachineOptions;
  readonly machines: Machines;
  readonly actors: readonly Pubkey[];
  readonly derived: Derived[] = [];
  readonly #pools = new Map<PoolName, Pubkey[]>();
  readonly #notes = new PubkeyMap<unknown>();
  #nextKey = ACTOR_COUNT;
  #signatures = 0;

  constructor(random: Random, options: MachineOptions, machines: Machines) {
    this.random = random;
    this.options = options;
    this.machines = machines;
    this.actors = Array.from({ length: ACTOR_COUNT }, (_, i) => keyNumber(i));
  }

  // Keys.

  /** A key that nothing was done with yet. */
  fresh(pool?: PoolName, note?: unknown): Pubkey {
    const key = keyNumber(this.#nextKey++);
    if (pool !== undefined) this.add(pool, key, note);
    return key;
  }

  /** Nobody's, and like no other of this world. */
  freshSignature(): Uint8Array {
    const signature = new Uint8Array(64);
    new DataView(signature.buffer).setUint32(0, ++this.#signatures, true);
    return signature;
  }

  actor(): Pubkey {
    return this.random.pick(this.actors);
  }

  /** Who is to have a say over something: mostly an actor, sometimes an address that a program signs for. */
  authority(): Pubkey {
    return this.derived.length > 0 && this.random.chance(8) ? this.random.pick(this.derived).key : this.actor();
  }

  derivedOf(key: Pubkey): Derived | undefined {
    return this.derived.find((each) => each.key.equals(key));
  }

  /** Adds an address that `program` can sign for. */
  derive(program: Pubkey, name: string): Derived {
    for (let bump = 255; ; bump--) {
      const seeds = [new TextEncoder().encode(name), Uint8Array.of(bump)];
      const key = createProgramAddress(seeds, program);
      if (typeof key === 'string') continue;
      const derived = { key, program, seeds };
      this.derived.push(derived);
      return derived;
    }
  }

  // Pools.

  add(pool: PoolName, key: Pubkey, note?: unknown): void {
    let keys = this.#pools.get(pool);
    if (keys === undefined) this.#pools.set(pool, (keys = []));
    if (!keys.some((each) => each.equals(key))) keys.push(key);
    if (keys.length > POOL_CAPACITY) keys.splice(this.random.below(keys.length - 1), 1);
    if (note !== undefined) this.#notes.set(key, note);
  }

  all(pool: PoolName): readonly Pubkey[] {
    return this.#pools.get(pool) ?? [];
  }

  /** One of the pool that satisfies `condition`, where there is one. */
  find(pool: PoolName, condition: (account: Account, key: Pubkey) => boolean = () => true): Pubkey | undefined {
    const keys = this.all(pool);
    if (keys.length === 0) return undefined;
    const start = this.random.below(keys.length);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[(start + i) % keys.length];
      const account = this.account(key);
      if (account !== undefined && condition(account, key)) return key;
    }
    return undefined;
  }

  /** What a generator noted of a key when it made it. */
  note<T>(key: Pubkey): T | undefined {
    return this.#notes.get(key) as T | undefined;
  }

  /** Any key there is talk of. */
  anyKey(): Pubkey {
    if (this.random.chance(16)) return this.random.pick(KNOWN_KEYS);
    const pools = [...this.#pools.values()];
    return this.random.chance(3) || pools.length === 0 ? this.actor() : this.random.pick(this.random.pick(pools));
  }

  /** A key whose account has the same owner, where there is one. */
  similarKey(key: Pubkey): Pubkey {
    const owner = this.account(key)?.owner;
    const keys = [...this.#pools.values()].flat();
    const start = keys.length === 0 ? 0 : this.random.below(keys.length);
    for (let i = 0; i < keys.length && owner !== undefined; i++) {
      const other = keys[(start + i) % keys.length];
      const account = this.account(other);
      if (account?.owner.equals(owner) && !other.equals(key)) return other;
    }
    return this.anyKey();
  }

  // State.

  account(key: Pubkey): Account | undefined {
    return this.machines.bank.getAccount(key);
  }

  lamports(key: Pubkey): bigint {
    return this.account(key)?.lamports ?? 0n;
  }

  get slot(): bigint {
    return this.machines.bank.slot;
  }

  get #rent(): Rent {
    return this.machines.bank.environment.sysvars.rent!;
  }

  /** Lamports that an account with so many bytes must hold. */
  rent(space: number): bigint {
    return minimumBalance(this.#rent, space);
  }

  /** What is to be there before the first transaction. */
  startingSteps(): Step[] {
    return this.actors.map((key) => accountStep(key, { lamports: ACTOR_LAMPORTS }));
  }
}

export function accountStep(key: Pubkey, account: Partial<Account>): Step {
  return {
    kind: 'account',
    key,
    account: {
      lamports: 1_000_000_000n,
      data: NO_BYTES,
      owner: ids.SYSTEM_PROGRAM_ID,
      executable: false,
      rentEpoch: RENT_EXEMPT_RENT_EPOCH,
      ...account,
    },
  };
}
