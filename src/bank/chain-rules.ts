// What a chain is like around its transactions: what it starts with, what it remembers, what its sysvars tell. The rules
// for transactions themselves are in runtime/rules.ts; which of the two profiles is meant, their name says.
// Source: agave runtime/src/bank.rs, genesis-config; litesvm crates/litesvm/src/lib.rs.

import type { TransactionRules } from '../runtime/rules.ts';

export interface ChainRules {
  /** How many transactions are remembered by signature, unless it is said otherwise. */
  readonly historyCapacity: number;
  /** There is an account that airdrops are transferred from; else lamports come out of nothing. */
  readonly hasFaucet: boolean;
  /** Loader v4 and the mints of wrapped SOL are there from the start. */
  readonly hasNativeMints: boolean;
  /** A program that is put in place counts as deployed in the present slot; else in slot 0. */
  readonly deploysInPresentSlot: boolean;
  /** A warp makes the blocks that it skips, and RecentBlockhashes lists more than the latest. */
  readonly keepsBlocks: boolean;
  /** A sysvar's account is as long as all that it may ever hold. */
  readonly padsSysvars: boolean;
}

const VALIDATOR: ChainRules = {
  historyCapacity: 256,
  hasFaucet: false,
  hasNativeMints: true,
  deploysInPresentSlot: false,
  keepsBlocks: true,
  padsSysvars: true,
};

const LITESVM: ChainRules = {
  historyCapacity: 32,
  hasFaucet: true,
  hasNativeMints: false,
  deploysInPresentSlot: true,
  keepsBlocks: false,
  padsSysvars: false,
};

export function chainRulesOf({ name }: TransactionRules): ChainRules {
  return name === 'litesvm' ? LITESVM : VALIDATOR;
}
