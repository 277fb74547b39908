// The state of a chain, to look at and to set past its rules: accounts, lamports out of nothing, slots and blockhashes, snapshots.
// No transaction runs here.

import { airdropFromFaucet } from '../bank/airdrop.ts';
import { type Bank, errorOf } from '../bank/bank.ts';
import { SYSTEM_PROGRAM_ID } from '../runtime/addresses.ts';
import { minimumBalance } from '../runtime/rent.ts';
import type { Rent } from '../runtime/sysvars/layouts.ts';
import { type Account, RENT_EXEMPT_RENT_EPOCH } from '../wire/account.ts';
import { U64_MAX } from '../wire/bytes.ts';
import { ParhelionError } from '../wire/errors.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import { displayTransactionError } from '../wire/transaction-error.ts';
import {
  type Address,
  type Blockhash,
  describe,
  type EncodedAccount,
  fromAddress,
  fromEncodedAccount,
  fromU64,
  type Lamports,
  type MaybeEncodedAccount,
  type Slot,
  toBlockhash,
  toMaybeEncodedAccount,
} from './kit.ts';
import { SysvarAccess } from './sysvar-access.ts';
import { SYSVAR_FORMS } from './sysvars.ts';

/** The part of `Svm` that is about accounts, time and snapshots. */
export abstract class StateAccess extends SysvarAccess {
  readonly #bank: Bank;

  constructor(bank: Bank) {
    super(bank);
    this.#bank = bank;
  }

  // Accounts.

  /**
   * The account at an address, with a copy of its data.
   *
   * @returns kit's `MaybeEncodedAccount`: `exists` is false where there is none.
   * @throws ParhelionError `INVALID_ADDRESS`
   *
   * @example
   * ```ts
   * const account = svm.getAccount(mint);
   * if (account.exists) console.log(account.programAddress, account.data);
   * ```
   */
  getAccount(address: Address): MaybeEncodedAccount {
    const key = fromAddress(address);
    return toMaybeEncodedAccount(key, this.#bank.getAccount(key));
  }

  /**
   * Stores an account as it is, past all rules: also what no transaction could bring about. Its data is copied. One
   * without lamports is removed.
   *
   * @throws ParhelionError `INVALID_ADDRESS`
   * @throws ParhelionError `INVALID_ACCOUNT` saying which field isn't what it must be.
   * @throws ParhelionError `INVALID_SYSVAR` where the account of a sysvar would not hold one any more.
   *
   * @example
   * ```ts
   * const space = BigInt(data.length);
   * svm.setAccount({ address: vault, lamports: lamports(1_000_000n), data, programAddress: counter, executable: false, space });
   * ```
   */
  setAccount(account: EncodedAccount): void {
    const [key, stored] = fromEncodedAccount(account);
    checkSysvarAccount(key, stored);
    this.#bank.setAccount(key, stored);
  }

  /**
   * Lamports at an address: 0 where there is no account.
   *
   * @throws ParhelionError `INVALID_ADDRESS`
   */
  getBalance(address: Address): Lamports {
    return (this.#bank.getAccount(fromAddress(address))?.lamports ?? 0n) as Lamports;
  }

  /**
   * Gives lamports to an address, out of nothing; there is no transaction, no fee, and the same airdrop may be repeated.
   * Under LiteSVM's rules it is a transfer from an account with 1,000,000 SOL, and a repeat under the same blockhash
   * fails, as it does there.
   *
   * @throws ParhelionError `INVALID_ADDRESS`
   * @throws ParhelionError `INVALID_ARGUMENT` where the lamports aren't a bigint from 0 to 2^64 - 1.
   * @throws ParhelionError `AIRDROP_FAILED` where the account would have less than the minimum for its size (890,880
   * lamports for one without data), which a transfer may not leave either, or more than 2^64 - 1.
   *
   * @example
   * ```ts
   * svm.airdrop(alice.address, lamports(1_000_000_000n)); // 1 SOL
   * ```
   */
  airdrop(address: Address, lamports: Lamports): void {
    const key = fromAddress(address);
    const amount = fromU64('The lamports of an airdrop', lamports);
    const fail = (reason: string) => {
      throw new ParhelionError('AIRDROP_FAILED', { address: key.toString(), lamports: amount, reason });
    };
    if (this.#bank.chainRules.hasFaucet) {
      const error = errorOf(airdropFromFaucet(this.#bank, key, amount));
      if (error !== undefined) fail(displayTransactionError(error));
      return;
    }
    const account = this.#bank.getAccount(key) ?? EMPTY_ACCOUNT;
    const balance = account.lamports + amount;
    const minimum = minimumBalance(rentOf(this.#bank), account.data.length);
    if (balance > U64_MAX) fail(`the account has ${account.lamports} already, and no balance exceeds 2^64 - 1`);
    if (amount > 0n && balance < minimum) {
      fail(
        `the account would have ${balance} lamports, and one with ${account.data.length} bytes of data needs ${minimum}`,
      );
    }
    this.#bank.setAccount(key, { ...copyFields(account), lamports: balance });
  }

  /**
   * Lamports that an account with so many bytes of data must hold; what no account can have, where it may not be as long.
   *
   * @param space bytes of data.
   * @throws ParhelionError `INVALID_ARGUMENT` where `space` isn't a bigint from 0 to 2^64 - 1.
   */
  minimumBalanceForRentExemption(space: bigint): Lamports {
    const minimum = minimumBalance(rentOf(this.#bank), Number(fromU64('The space of an account', space)));
    return (minimum > 0n ? minimum : 1n) as Lamports;
  }

  // Time.

  /** The newest blockhash: what a transaction should carry. */
  latestBlockhash(): Blockhash {
    return toBlockhash(this.#bank.latestBlockhashKey);
  }

  /**
   * Makes a new blockhash, as the end of a block does; the clock's slot stays. The blockhashes before it stay valid as on
   * a validator, where a transaction's blockhash may be 150 blocks old. Under LiteSVM's rules only the newest is valid.
   *
   * @example
   * ```ts
   * svm.expireBlockhash(); // the same instructions make another transaction now
   * ```
   */
  expireBlockhash(): void {
    this.#bank.expireBlockhash();
  }

  /**
   * Moves the clock to a slot. The chain goes on as if each slot in between had had its block:
   *
   * - `Clock.slot` is the slot; `epoch` and `leaderScheduleEpoch` go on by the epochs that begin in between.
   * - `Clock.unixTimestamp` stays; set it with `setClock`.
   * - A new blockhash for each slot: one taken before a warp of more than 150 slots is too old afterwards.
   * - SlotHashes and RecentBlockhashes list those blocks. SlotHistory stays as it is.
   * - Programs deployed in an earlier slot can be called.
   *
   * An earlier slot may be given too, which no chain can do: the clock goes back, SlotHashes forgets what is then in the
   * future, blockhashes stay. Under LiteSVM's rules nothing changes but `Clock.slot`.
   *
   * @throws ParhelionError `INVALID_ARGUMENT` where the slot isn't a bigint from 0 to 2^64 - 1.
   *
   * @example
   * ```ts
   * svm.warpToSlot(svm.getClock().slot + 432_000n); // an epoch later
   * ```
   */
  warpToSlot(slot: Slot): void {
    this.#bank.warpToSlot(fromU64('A slot', slot));
  }

  // Snapshots.

  /**
   * Notes the whole state (accounts, sysvars, blockhashes, processed transactions), in constant time.
   *
   * @returns the snapshot's id, for `revert`.
   *
   * @example
   * ```ts
   * const id = svm.snapshot();
   * svm.sendTransaction(transaction);
   * svm.revert(id); // as if it had never been sent
   * ```
   */
  snapshot(): number {
    return this.#bank.snapshot();
  }

  /**
   * Goes back to a snapshot, in constant time. It may be gone back to again; snapshots taken after it are discarded.
   *
   * @throws ParhelionError `UNKNOWN_SNAPSHOT`
   * @throws ParhelionError `INVALID_ARGUMENT` where `id` isn't a number.
   */
  revert(id: number): void {
    if (typeof id !== 'number') {
      const expected = 'the number that snapshot() returned';
      throw new ParhelionError('INVALID_ARGUMENT', { name: 'A snapshot', expected, received: describe(id) });
    }
    this.#bank.revert(id);
  }
}

export function rentOf(bank: Bank): Rent {
  const { rent } = bank.environment.sysvars;
  if (rent === undefined) throw new Error('A bank always has a Rent sysvar.');
  return rent;
}

export const EMPTY_ACCOUNT: Account = {
  lamports: 0n,
  data: new Uint8Array(0),
  owner: SYSTEM_PROGRAM_ID,
  executable: false,
  rentEpoch: RENT_EXEMPT_RENT_EPOCH,
};

/** The fields alone: an account may be of a class that makes its data when it is read. */
export function copyFields({ lamports, data, owner, executable, rentEpoch }: Account): Account {
  return { lamports, data, owner, executable, rentEpoch };
}

/** The sysvars that have a getter must stay readable. */
function checkSysvarAccount(key: Pubkey, account: Account): void {
  for (const form of SYSVAR_FORMS) {
    if (!form.key.equals(key)) continue;
    const { name } = form;
    if (account.lamports === 0n) throw new ParhelionError('INVALID_SYSVAR', { name, reason: 'it can not be removed' });
    if (form.decode(account.data) !== undefined) return;
    const reason = `its account has ${account.data.length} bytes of data that are not of its form`;
    throw new ParhelionError('INVALID_SYSVAR', { name, reason });
  }
}
