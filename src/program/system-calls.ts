// Calls of the System program: thin functions over the builders of @solana-program/system.

import { type Address, createNoopSigner } from '@solana/kit';
import {
  getAllocateInstruction,
  getAssignInstruction,
  getCreateAccountInstruction,
  getTransferSolInstruction,
} from '@solana-program/system';
import { type AccountLike, type CpiContext, infoOf } from './cpi-context.ts';

/** The builders want somebody who could sign. In a program nobody does: the runtime knows who has. */
export const signerOf = (account: AccountLike) => createNoopSigner(infoOf(account).key);

/** Moves lamports. `from` must sign, and carry no data. */
export function transfer(ctx: CpiContext<{ from: AccountLike; to: AccountLike }>, lamports: bigint): void {
  const { from, to } = ctx.accounts;
  ctx.invoke(getTransferSolInstruction({ source: signerOf(from), destination: infoOf(to).key, amount: lamports }));
}

/** Makes an account: `from` pays, `to` signs. @param space bytes */
export function createAccount(
  ctx: CpiContext<{ from: AccountLike; to: AccountLike }>,
  lamports: bigint,
  space: number | bigint,
  owner: Address,
): void {
  const { from, to } = ctx.accounts;
  ctx.invoke(
    getCreateAccountInstruction({
      payer: signerOf(from),
      newAccount: signerOf(to),
      lamports,
      space,
      programAddress: owner,
    }),
  );
}

/** Gives an account its bytes, all zeros. */
export function allocate(ctx: CpiContext<{ accountToAllocate: AccountLike }>, space: number | bigint): void {
  ctx.invoke(getAllocateInstruction({ newAccount: signerOf(ctx.accounts.accountToAllocate), space }));
}

/** Gives an account to a program. */
export function assign(ctx: CpiContext<{ accountToAssign: AccountLike }>, owner: Address): void {
  ctx.invoke(getAssignInstruction({ account: signerOf(ctx.accounts.accountToAssign), programAddress: owner }));
}
