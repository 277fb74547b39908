// The sysvars of a chain, to read and to set. Shapes are those of @solana/sysvars. Every `set…` throws ParhelionError
// `INVALID_SYSVAR` where a field isn't of its type, and changes nothing else: setting the clock makes no block.

import type { Bank } from '../bank/bank.ts';
import * as sysvars from './sysvars.ts';

/** The part of `Svm` that is about sysvars. */
export abstract class SysvarAccess {
  readonly #bank: Bank;

  constructor(bank: Bank) {
    this.#bank = bank;
  }

  getClock(): sysvars.SysvarClock {
    return this.#getSysvar(sysvars.CLOCK);
  }

  /**
   * @throws ParhelionError `INVALID_SYSVAR`
   *
   * @example
   * ```ts
   * svm.setClock({ ...svm.getClock(), unixTimestamp: unixTimestamp(1_800_000_000n) });
   * ```
   */
  setClock(clock: sysvars.SysvarClock): void {
    this.#setSysvar(sysvars.CLOCK, clock);
  }

  getEpochRewards(): sysvars.SysvarEpochRewards {
    return this.#getSysvar(sysvars.EPOCH_REWARDS);
  }

  /** @throws ParhelionError `INVALID_SYSVAR` */
  setEpochRewards(rewards: sysvars.SysvarEpochRewards): void {
    this.#setSysvar(sysvars.EPOCH_REWARDS, rewards);
  }

  getEpochSchedule(): sysvars.SysvarEpochSchedule {
    return this.#getSysvar(sysvars.EPOCH_SCHEDULE);
  }

  /** @throws ParhelionError `INVALID_SYSVAR` */
  setEpochSchedule(schedule: sysvars.SysvarEpochSchedule): void {
    this.#setSysvar(sysvars.EPOCH_SCHEDULE, schedule);
  }

  getLastRestartSlot(): sysvars.SysvarLastRestartSlot {
    return this.#getSysvar(sysvars.LAST_RESTART_SLOT);
  }

  /** @throws ParhelionError `INVALID_SYSVAR` */
  setLastRestartSlot(value: sysvars.SysvarLastRestartSlot): void {
    this.#setSysvar(sysvars.LAST_RESTART_SLOT, value);
  }

  /** Newest first. What nonce instructions and old programs see; which transactions are recent is not decided by it. */
  getRecentBlockhashes(): sysvars.SysvarRecentBlockhashes {
    return this.#getSysvar(sysvars.RECENT_BLOCKHASHES);
  }

  /** @throws ParhelionError `INVALID_SYSVAR` */
  setRecentBlockhashes(hashes: sysvars.SysvarRecentBlockhashes): void {
    this.#setSysvar(sysvars.RECENT_BLOCKHASHES, hashes);
  }

  getRent(): sysvars.SysvarRent {
    return this.#getSysvar(sysvars.RENT);
  }

  /** @throws ParhelionError `INVALID_SYSVAR` */
  setRent(rent: sysvars.SysvarRent): void {
    this.#setSysvar(sysvars.RENT, rent);
  }

  /** Newest first. */
  getSlotHashes(): sysvars.SysvarSlotHashes {
    return this.#getSysvar(sysvars.SLOT_HASHES);
  }

  /** @throws ParhelionError `INVALID_SYSVAR` */
  setSlotHashes(hashes: sysvars.SysvarSlotHashes): void {
    this.#setSysvar(sysvars.SLOT_HASHES, hashes);
  }

  getSlotHistory(): sysvars.SysvarSlotHistory {
    return this.#getSysvar(sysvars.SLOT_HISTORY);
  }

  /** @throws ParhelionError `INVALID_SYSVAR` */
  setSlotHistory(history: sysvars.SysvarSlotHistory): void {
    this.#setSysvar(sysvars.SLOT_HISTORY, history);
  }

  /** Newest first. */
  getStakeHistory(): sysvars.SysvarStakeHistory {
    return this.#getSysvar(sysvars.STAKE_HISTORY);
  }

  /** @throws ParhelionError `INVALID_SYSVAR` */
  setStakeHistory(history: sysvars.SysvarStakeHistory): void {
    this.#setSysvar(sysvars.STAKE_HISTORY, history);
  }

  #getSysvar<T>({ name, key, decode }: sysvars.SysvarForm<T>): T {
    const account = this.#bank.getAccount(key);
    const value = account === undefined ? undefined : decode(account.data);
    if (value === undefined) throw new Error(`A bank always has the sysvar ${name}.`);
    return value;
  }

  #setSysvar<T>(form: sysvars.SysvarForm<T>, value: T): void {
    this.#bank.setSysvar(form.key, form.encode(value, this.#bank.chainRules.padsSysvars));
  }
}
