// Two chains in turns, with snapshots and reverts in between: balances and duplicates are what a model of a few lines says.
// Messages come again and again, so that shapes, digests and what a run is made of are used by one chain after the other.

import { expect, test } from 'vitest';
import { Random } from '../../test/conformance/differential/random.ts';
import { SYSTEM_PROGRAM_ID } from '../runtime/addresses.ts';
import { FeatureSet } from '../runtime/features.ts';
import { fromTransaction } from '../testing/kit.ts';
import { encodeHex, writeU32, writeU64 } from '../wire/bytes.ts';
import { encodeMessage } from '../wire/message.ts';
import { compileMessage } from '../wire/message-compiler.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { createTransaction, encodeTransaction } from '../wire/transaction.ts';
import { Bank, errorOf } from './bank.ts';

const SOL = 1_000_000_000n;
const FEE = 5000n;
const RENT_FLOOR = 890_880n;
const PEOPLE = Array.from({ length: 5 }, (_, i) => new Pubkey(new Uint8Array(32).fill(0x40 + i)));

interface Model {
  readonly balances: bigint[];
  readonly processed: Set<string>;
  readonly recent: Uint8Array[];
}

const copyOf = ({ balances, processed, recent }: Model): Model => ({
  balances: [...balances],
  processed: new Set(processed),
  recent: [...recent],
});

interface Transfers {
  readonly from: number;
  readonly to: number;
  readonly amounts: readonly bigint[];
  readonly recentBlockhash: Uint8Array;
  readonly version: 'legacy' | 0;
}

function someTransfers(random: Random, recent: readonly Uint8Array[]): Transfers {
  return {
    from: random.below(PEOPLE.length),
    to: random.below(PEOPLE.length),
    amounts: Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, () => random.pick([1n, SOL, 2n * SOL, 40n * SOL])),
    recentBlockhash: recent[Math.max(0, recent.length - 1 - random.below(3))],
    version: random.pick(['legacy', 0]),
  };
}

class Chain {
  readonly bank = new Bank({ features: FeatureSet.mainnet(), verifySignatures: false });
  model: Model = { balances: PEOPLE.map(() => 10n * SOL), processed: new Set(), recent: [this.bank.latestBlockhash] };
  /** How many transactions came to something, and how many came again. */
  sent = 0;
  duplicates = 0;
  /** The last ones, to be sent again. */
  readonly #transfers: Transfers[] = [];
  readonly #snapshots: (readonly [id: number, model: Model])[] = [];

  constructor() {
    for (const key of PEOPLE) {
      const data = new Uint8Array(0);
      this.bank.setAccount(key, {
        lamports: 10n * SOL,
        data,
        owner: SYSTEM_PROGRAM_ID,
        executable: false,
        rentEpoch: 0n,
      });
    }
  }

  step(random: Random): void {
    switch (random.below(40)) {
      case 0:
        this.#snapshots.push([this.bank.snapshot(), copyOf(this.model)]);
        return;
      case 1: {
        if (this.#snapshots.length === 0) return;
        const at = random.below(this.#snapshots.length);
        const [id, model] = this.#snapshots[at];
        this.bank.revert(id);
        this.#snapshots.length = at + 1;
        this.model = copyOf(model);
        // Their blockhashes may not have been made yet.
        this.#transfers.length = 0;
        return;
      }
      case 2:
      case 3:
        this.bank.expireBlockhash();
        this.model.recent.push(this.bank.latestBlockhash);
        return;
      default:
        this.#send(random);
    }
  }

  #send(random: Random): void {
    const { balances, processed, recent } = this.model;
    const known = this.#transfers;
    const transfers = known.length > 0 && random.chance(3) ? random.pick(known) : someTransfers(random, recent);
    if (known.push(transfers) > 6) known.shift();
    const { from, to, amounts, recentBlockhash, version } = transfers;
    const instructions = amounts.map((amount) => {
      const data = new Uint8Array(12);
      writeU32(data, 0, 2);
      writeU64(data, 4, amount);
      const accounts = [from, to].map((i) => ({ address: PEOPLE[i], isSigner: i === from, isWritable: true }));
      return { programAddress: SYSTEM_PROGRAM_ID, accounts, data };
    });
    const message = compileMessage({ version, feePayer: PEOPLE[from], recentBlockhash, instructions });
    const bytes = encodeTransaction(createTransaction(message, [random.bytes(64)]));
    const isSimulation = random.chance(8);
    const transaction = fromTransaction(bytes);
    const error = errorOf(isSimulation ? this.bank.simulate(transaction) : this.bank.send(transaction));
    // What the caller does with his bytes is his own affair.
    bytes.fill(0xee);
    const name = encodeHex(encodeMessage(message));
    if (processed.has(name)) {
      expect(error).toBe('AlreadyProcessed');
      this.duplicates++;
      return;
    }
    let left = balances[from] - FEE;
    if (left < RENT_FLOOR) {
      expect(error).toBeDefined();
      return;
    }
    const failing = amounts.findIndex((amount) => {
      if (left < amount) return true;
      if (from !== to) left -= amount;
      return false;
    });
    const isPoor = failing < 0 && left < RENT_FLOOR && left !== 0n;
    if (failing >= 0) expect(error).toEqual({ InstructionError: [failing, { Custom: 1 }] });
    else if (isPoor) expect(error).toEqual({ InsufficientFundsForRent: { account_index: 0 } });
    else expect(error).toBeUndefined();
    if (isSimulation) return;
    processed.add(name);
    this.sent++;
    balances[from] -= FEE;
    if (failing >= 0 || isPoor) return;
    for (const amount of amounts) {
      balances[from] -= amount;
      balances[to] += amount;
    }
  }

  check(): void {
    const balances = PEOPLE.map((key) => this.bank.getAccount(key)?.lamports ?? 0n);
    expect(balances).toEqual(this.model.balances);
  }
}

test.each([1, 2, 3])('two chains in turns do what a model says, %d', (seed) => {
  const random = new Random(seed);
  const chains = [new Chain(), new Chain()];
  for (let i = 0; i < 1500; i++) {
    const chain = random.pick(chains);
    chain.step(random);
    if (i % 7 === 0) for (const each of chains) each.check();
  }
  for (const { sent, duplicates } of chains) expect(sent > 200 && duplicates > 50).toBe(true);
});
