// 10,000 random calls of the SPL Token program of mainnet, with the model beside it: right ones, and wrong ones of every kind.

import { type Address, getAddressEncoder, lamports } from '@solana/kit';
import { expect, test } from 'vitest';
import { Svm } from '../../src/testing/svm.ts';
import { encodeMessage } from '../../src/wire/message.ts';
import { compileMessage } from '../../src/wire/message-compiler.ts';
import { Pubkey } from '../../src/wire/pubkey.ts';
import { u64 } from '../support/bytes.ts';
import { tokenModel } from './token-model.ts';

const CALLS = 10_000;
const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA' as Address;
const NATIVE_MINT = 'So11111111111111111111111111111111111111112' as Address;
const SYSTEM = '11111111111111111111111111111111' as Address;
const INCINERATOR = '1nc1nerator11111111111111111111111111111111' as Address;

/** mulberry32: the same calls on every run. */
function randomFrom(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  return {
    chance: (probability: number) => next() < probability,
    pick: <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)],
  };
}

const addressOf = (kind: number, index: number) => {
  return new Pubkey(new Uint8Array(32).fill(kind).fill(index + 1, 16)).toString() as Address;
};
const WALLETS = [0, 1, 2].map((i) => addressOf(71, i));
const MINTS = [addressOf(72, 0), addressOf(72, 1), NATIVE_MINT];
const ACCOUNTS = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => addressOf(73, i));
const ACCOUNT_RENT = 2_039_280n;
const MINT_RENT = 1_461_600n;

const key = (address: Address) => [...getAddressEncoder().encode(address)];

test(`a model of SPL Token does what the real one does, ${CALLS} calls long`, { timeout: 120_000 }, () => {
  const { chance, pick } = randomFrom(20_260_514);
  const svm = new Svm({ signatureVerification: false });
  for (const wallet of WALLETS) svm.airdrop(wallet, lamports(1_000_000_000_000n));
  const shadow = svm.shadowProgram(TOKEN_PROGRAM, tokenModel);
  const verdicts = new Map<string, number>();

  const store = (address: Address, length: number, balance: bigint) => {
    const data = new Uint8Array(length);
    svm.setAccount({
      address,
      lamports: lamports(balance),
      data,
      programAddress: TOKEN_PROGRAM,
      executable: false,
      space: 0n,
    });
  };
  interface Meta {
    readonly address: Address;
    readonly isSigner?: boolean;
    readonly isWritable?: boolean;
  }
  const call = (metas: readonly Meta[], data: readonly number[]) => {
    svm.expireBlockhash();
    const accounts = metas.map(({ address, isSigner = false, isWritable = false }) => {
      return { address: Pubkey.fromBase58(address), isSigner, isWritable };
    });
    const payer = addressOf(74, 0);
    if (!svm.getAccount(payer).exists || svm.getBalance(payer) < 1_000_000n)
      svm.airdrop(payer, lamports(1_000_000_000n));
    const message = compileMessage({
      feePayer: Pubkey.fromBase58(payer),
      instructions: [{ programAddress: Pubkey.fromBase58(TOKEN_PROGRAM), accounts, data: new Uint8Array(data) }],
      recentBlockhash: Pubkey.fromBase58(svm.latestBlockhash()).bytes,
    });
    const signers = accounts.filter((account, i) => {
      return (
        account.isSigner && accounts.findIndex((other) => other.isSigner && other.address.equals(account.address)) === i
      );
    });
    const signatures = Object.fromEntries(
      [payer, ...signers.map(({ address }) => address.toString())].map((each) => [each, null]),
    );
    const outcome = svm.sendTransaction({ messageBytes: encodeMessage(message), signatures } as never);
    const verdict = JSON.stringify(outcome.error);
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    const [first] = shadow.differences;
    if (first !== undefined) throw new Error(`${first.text}\n${metas.map(({ address }) => address).join('\n')}`);
  };

  // What most calls are right about, so that many succeed.
  const mintOf = (account: Address): Address => {
    const stored = svm.getAccount(account);
    if (!stored.exists || stored.data.length < 32) return pick(MINTS);
    return new Pubkey(stored.data.slice(0, 32)).toString() as Address;
  };
  const ownerOf = (account: Address): Address => {
    const stored = svm.getAccount(account);
    if (!stored.exists || stored.data.length < 64) return pick(WALLETS);
    const owner = new Pubkey(stored.data.slice(32, 64)).toString() as Address;
    return owner === SYSTEM || owner === INCINERATOR ? pick(WALLETS) : owner;
  };
  const oddly = <T>(right: T, wrong: readonly T[]): T => (chance(0.06) ? pick(wrong) : right);
  const w = (address: Address): Meta => ({ address, isWritable: !chance(0.01) });
  const r = (address: Address): Meta => ({ address });
  const s = (address: Address): Meta => ({ address, isSigner: !chance(0.03) });
  const amount = () => u64(pick([0n, 0n, 1n, 2n, 5n, 10n, 100n, 1000n, 0xffff_ffff_ffff_ffffn]));
  const decimals = (mint: Address) => oddly(mint === MINTS[0] ? 6 : mint === MINTS[1] ? 0 : 9, [1, 255]);
  const authority = (account: Address) => oddly(ownerOf(account), WALLETS);

  for (const mint of MINTS) store(mint, 82, MINT_RENT);
  call([w(MINTS[0])], [20, 6, ...key(WALLETS[0]), 1, ...key(WALLETS[1])]);
  call([w(MINTS[1])], [20, 0, ...key(WALLETS[1]), 0]);
  call([w(MINTS[2])], [20, 9, ...key(SYSTEM), 0]);

  const steps: Record<string, (account: Address) => void> = {
    open(account) {
      if (svm.getAccount(account).exists && !chance(0.1)) return steps['mintTo'](account);
      if (!svm.getAccount(account).exists)
        store(account, oddly(165, [82, 164, 0]), ACCOUNT_RENT + pick([0n, 0n, 1n, 500n, -1n]));
      const owner = oddly(pick(WALLETS), [SYSTEM, INCINERATOR]);
      call([w(account), r(oddly(pick(MINTS), [...WALLETS, ...ACCOUNTS]))], [18, ...key(owner)]);
    },
    mintTo(account) {
      const mint = oddly(mintOf(account), MINTS);
      const who = s(oddly(mint === MINTS[0] ? WALLETS[0] : WALLETS[1], WALLETS));
      if (chance(0.5)) call([w(mint), w(account), who], [7, ...amount()]);
      else call([w(mint), w(account), who], [14, ...amount(), decimals(mint)]);
    },
    transfer(account) {
      const mint = mintOf(account);
      const same = ACCOUNTS.filter((other) => mintOf(other) === mint);
      const to = oddly(same.length === 0 ? pick(ACCOUNTS) : pick(same), ACCOUNTS);
      const who = s(authority(account));
      if (chance(0.5)) call([w(account), w(to), who], [3, ...amount()]);
      else call([w(account), r(oddly(mint, MINTS)), w(to), who], [12, ...amount(), decimals(mint)]);
    },
    burn(account) {
      const mint = oddly(mintOf(account), MINTS);
      const metas = [w(account), w(mint), s(authority(account))];
      if (chance(0.5)) call(metas, [8, ...amount()]);
      else call(metas, [15, ...amount(), decimals(mint)]);
    },
    approve(account) {
      const mint = oddly(mintOf(account), MINTS);
      const [delegate, owner] = [r(pick(WALLETS)), s(authority(account))];
      if (chance(0.5)) call([w(account), delegate, owner], [4, ...amount()]);
      else call([w(account), r(mint), delegate, owner], [13, ...amount(), decimals(mint)]);
    },
    revoke: (account) => call([w(account), s(authority(account))], [5]),
    setAuthority(account) {
      const next = chance(0.2) ? [0] : [1, ...key(oddly(pick(WALLETS), [SYSTEM, INCINERATOR]))];
      if (chance(0.8)) return call([w(account), s(authority(account))], [6, oddly(pick([2, 3]), [0, 1, 4]), ...next]);
      // Authorities are passed on, never given up: the mints are to last.
      const [mint, kind] = [pick(MINTS), pick([0, 1, 2])];
      call(
        [w(mint), s(oddly(kind === 0 && mint === MINTS[0] ? WALLETS[0] : WALLETS[1], WALLETS))],
        [6, kind, 1, ...key(kind === 0 && mint === MINTS[0] ? WALLETS[0] : WALLETS[1])],
      );
    },
    close: (account) =>
      call([w(account), w(oddly(pick(WALLETS), [...ACCOUNTS, INCINERATOR, account])), s(authority(account))], [9]),
    freeze: (account) =>
      call([w(account), r(oddly(mintOf(account), MINTS)), s(oddly(WALLETS[1], WALLETS))], [pick([10, 11, 11])]),
    syncNative(account) {
      const stored = svm.getAccount(account);
      if (stored.exists && chance(0.5))
        svm.setAccount({ ...stored, lamports: lamports(stored.lamports + pick([1n, 1000n])) });
      call([w(account)], [17]);
    },
    size: () => call([r(pick([...MINTS, ...ACCOUNTS, ...WALLETS]))], [21]),
    immutableOwner: (account) => call([w(account)], [22]),
    // Not a call: what is stuck (frozen for good, of no length) makes room.
    sweep(account) {
      const stored = svm.getAccount(account);
      const isStuck = stored.exists && (stored.data.length !== 165 || stored.data[108] !== 1 || chance(0.1));
      if (isStuck) svm.setAccount({ ...stored, lamports: lamports(0n) });
    },
    short(account) {
      const kind = pick([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 20, 21, 22]);
      const metas = [w(account), w(pick(ACCOUNTS)), s(pick(WALLETS))].slice(0, pick([0, 1, 2, 3]));
      call(metas, [kind, ...u64(1n)].slice(0, pick([1, 2, 9])));
    },
  };
  const names = Object.keys(steps).flatMap((name) => {
    const weight =
      (
        {
          open: 6,
          mintTo: 5,
          transfer: 8,
          freeze: 1,
          close: 1,
          size: 1,
          immutableOwner: 1,
          short: 1,
          sweep: 6,
        } as Record<string, number>
      )[name] ?? 2;
    return new Array<string>(weight).fill(name);
  });
  while (shadow.callCount < CALLS) steps[pick(names)](pick(ACCOUNTS));

  shadow.assertNoDifference();
  const successes = verdicts.get('null') ?? 0;
  console.log(`${shadow.callCount} calls, ${successes} of them successes, ${verdicts.size} different verdicts`);
  expect(successes).toBeGreaterThan(CALLS / 4);
  expect(verdicts.size).toBeGreaterThan(20);
});
