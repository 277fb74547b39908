import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Account } from '../wire/account.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { Accounts } from './accounts.ts';

const KEYS = Array.from({ length: 12 }, (_, i) => new Pubkey(new Uint8Array(32).fill(i)));
const OWNERS = KEYS.slice(0, 3);

function account(lamports: bigint, owner = OWNERS[0]): Account {
  return { lamports, data: new Uint8Array(0), owner, executable: false, rentEpoch: 0n };
}

describe('accounts', () => {
  test('an account without lamports is not there', () => {
    const accounts = new Accounts();
    accounts.set(KEYS[0], account(5n));
    accounts.set(KEYS[1], account(0n));
    accounts.set(KEYS[0], account(0n));
    expect([...accounts.entries()]).toEqual([]);
    expect(accounts.count).toBe(0);
  });

  test('a version is the object that was stored', () => {
    const accounts = new Accounts();
    const version = account(5n);
    accounts.set(KEYS[0], version);
    accounts.copy().set(KEYS[0], account(6n));
    expect(accounts.get(new Pubkey(KEYS[0].bytes.slice()))).toBe(version);
  });

  test('snapshots taken, written over and gone back to are those of a naive model', () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          type: fc.constant('set' as const),
          key: fc.nat(KEYS.length - 1),
          lamports: fc.bigInt({ min: 0n, max: 3n }),
          owner: fc.nat(OWNERS.length - 1),
        }),
      },
      { weight: 2, arbitrary: fc.record({ type: fc.constant('snapshot' as const) }) },
      { weight: 2, arbitrary: fc.record({ type: fc.constant('revert' as const), to: fc.nat(20) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        let accounts = new Accounts();
        let model = new Map<string, Account>();
        // Half of the keys have accounts that were never put in.
        const pending = KEYS.slice(6).map((key) => [key, account(9n, OWNERS[1])] as const);
        accounts.setPending({ has: (text) => pending.some(([key]) => `${key}` === text), entries: () => pending });
        for (const [key, version] of pending) model.set(key.toString(), version);
        const snapshots: { accounts: Accounts; model: Map<string, Account> }[] = [];
        for (const each of steps) {
          if (each.type === 'set') {
            const version = account(each.lamports, OWNERS[each.owner]);
            accounts.set(KEYS[each.key], version);
            if (each.lamports === 0n) model.delete(KEYS[each.key].toString());
            else model.set(KEYS[each.key].toString(), version);
          } else if (each.type === 'snapshot') {
            snapshots.push({ accounts: accounts.copy(), model: new Map(model) });
          } else if (snapshots.length > 0) {
            snapshots.length = (each.to % snapshots.length) + 1;
            accounts = snapshots[snapshots.length - 1].accounts.copy();
            model = new Map(snapshots[snapshots.length - 1].model);
          }
          // Few of them: looking at one puts all in.
          for (const key of KEYS.slice(0, 6)) expect(accounts.get(key)).toBe(model.get(key.toString()));
        }
        for (const key of KEYS) expect(accounts.get(key)).toBe(model.get(key.toString()));
        const owned = [...model].filter(([, { owner }]) => owner === OWNERS[1]).map(([text]) => text);
        expect([...accounts.ownedBy(OWNERS[1])].map(([key]) => key.toString()).sort()).toEqual(owned.sort());
      }),
      { numRuns: 200, seed: 2 },
    );
  });
});
