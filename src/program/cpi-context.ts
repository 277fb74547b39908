// A call in the declared style: the program, the accounts by name, and the seeds of those that sign by them. The functions
// that make calls (system-calls.ts, token-calls.ts) take one.
// Source: anchor lang/src/context.rs, CpiContext.

import type { Instruction } from '@solana/kit';
import { AccountInfo } from './account-info.ts';
import type { DeclaredAccount } from './account-types.ts';
import type { Seed } from './address.ts';
import { invokeSigned } from './cpi.ts';

/** Wherever an account is passed on: a declared one, or its info. */
export type AccountLike = AccountInfo | DeclaredAccount;
/** Accounts by name; those of a group under the group's. Null for an optional one that isn't passed. */
export interface AccountLikes {
  readonly [name: string]: AccountLike | AccountLikes | null;
}

export function infoOf(account: AccountLike): AccountInfo {
  return 'info' in account ? account.info : account;
}

export function isAccountLike(value: AccountLike | AccountLikes): value is AccountLike {
  // A group may have an account named `info`, but none that is a text.
  return value instanceof AccountInfo || typeof value['key'] === 'string';
}

function infosOf(accounts: AccountLikes): AccountInfo[] {
  return Object.values(accounts).flatMap((value) => {
    if (value === null) return [];
    return isAccountLike(value) ? [infoOf(value)] : infosOf(value);
  });
}

/**
 * @example
 * ```ts
 * transfer(CpiContext.of(systemProgram, { from: vault, to: winner }).withSigner([['vault', bump]]), amount);
 * ```
 */
export class CpiContext<A extends AccountLikes> {
  readonly program: AccountLike;
  readonly accounts: A;
  readonly signerSeeds: readonly (readonly Seed[])[];
  readonly remainingAccounts: readonly AccountLike[];

  private constructor(
    program: AccountLike,
    accounts: A,
    signerSeeds: readonly (readonly Seed[])[],
    remainingAccounts: readonly AccountLike[],
  ) {
    this.program = program;
    this.accounts = accounts;
    this.signerSeeds = signerSeeds;
    this.remainingAccounts = remainingAccounts;
  }

  static of<A extends AccountLikes>(program: AccountLike, accounts: A): CpiContext<A> {
    return new CpiContext(program, accounts, [], []);
  }

  /** @param signerSeeds for each address that this program signs for its seeds, the bump included. */
  withSigner(signerSeeds: readonly (readonly Seed[])[]): CpiContext<A> {
    return new CpiContext(this.program, this.accounts, signerSeeds, this.remainingAccounts);
  }

  /** Accounts that go behind the named ones, with the flags they came with. */
  withRemainingAccounts(remainingAccounts: readonly AccountLike[]): CpiContext<A> {
    return new CpiContext(this.program, this.accounts, this.signerSeeds, remainingAccounts);
  }

  /** Makes the call. The remaining accounts are added to the instruction's. */
  invoke(instruction: Instruction): void {
    const remaining = this.remainingAccounts.map(infoOf);
    const metas = remaining.map((info) => ({
      address: info.key,
      role: (info.isSigner ? 2 : 0) | (info.isWritable ? 1 : 0),
    }));
    const accounts = metas.length === 0 ? instruction.accounts : [...(instruction.accounts ?? []), ...metas];
    const infos = [...infosOf(this.accounts), ...remaining, infoOf(this.program)];
    invokeSigned({ ...instruction, accounts } as Instruction, infos, this.signerSeeds);
  }
}
