// Calls of Token and Token-2022, whichever the context names: thin functions over the builders of @solana-program/token,
// whose instructions both understand. And of the Associated Token program.

import type { Address, Instruction } from '@solana/kit';
import {
  type AuthorityType,
  getApproveInstruction,
  getBurnInstruction,
  getCloseAccountInstruction,
  getCreateAssociatedTokenIdempotentInstruction,
  getCreateAssociatedTokenInstruction,
  getFreezeAccountInstruction,
  getInitializeAccount3Instruction,
  getInitializeMint2Instruction,
  getMintToCheckedInstruction,
  getMintToInstruction,
  getRevokeInstruction,
  getSetAuthorityInstruction,
  getSyncNativeInstruction,
  getThawAccountInstruction,
  getTransferCheckedInstruction,
  getTransferInstruction,
} from '@solana-program/token';
import { type AccountLike, type AccountLikes, type CpiContext, infoOf } from './cpi-context.ts';
import { ASSOCIATED_TOKEN_PROGRAM } from './declared-accounts.ts';
import { findProgramAddress } from './syscalls.ts';
import { signerOf } from './system-calls.ts';

/** Makes the call of the context's program, whichever of the two it is. */
function call<A extends AccountLikes>(ctx: CpiContext<A>, instruction: Instruction): void {
  ctx.invoke({ ...instruction, programAddress: infoOf(ctx.program).key });
}

const keyOf = (account: AccountLike): Address => infoOf(account).key;

/** Moves tokens. Token-2022 deprecates it: `transferChecked` says the decimals too. */
export function transfer(
  ctx: CpiContext<{ from: AccountLike; to: AccountLike; authority: AccountLike }>,
  amount: bigint,
): void {
  const { from, to, authority } = ctx.accounts;
  call(
    ctx,
    getTransferInstruction({ source: keyOf(from), destination: keyOf(to), authority: signerOf(authority), amount }),
  );
}

export function transferChecked(
  ctx: CpiContext<{ from: AccountLike; mint: AccountLike; to: AccountLike; authority: AccountLike }>,
  amount: bigint,
  decimals: number,
): void {
  const { from, mint, to, authority } = ctx.accounts;
  const input = { source: keyOf(from), mint: keyOf(mint), destination: keyOf(to), authority: signerOf(authority) };
  call(ctx, getTransferCheckedInstruction({ ...input, amount, decimals }));
}

export function mintTo(
  ctx: CpiContext<{ mint: AccountLike; to: AccountLike; authority: AccountLike }>,
  amount: bigint,
): void {
  const { mint, to, authority } = ctx.accounts;
  call(ctx, getMintToInstruction({ mint: keyOf(mint), token: keyOf(to), mintAuthority: signerOf(authority), amount }));
}

export function mintToChecked(
  ctx: CpiContext<{ mint: AccountLike; to: AccountLike; authority: AccountLike }>,
  amount: bigint,
  decimals: number,
): void {
  const { mint, to, authority } = ctx.accounts;
  const input = { mint: keyOf(mint), token: keyOf(to), mintAuthority: signerOf(authority), amount, decimals };
  call(ctx, getMintToCheckedInstruction(input));
}

export function burn(
  ctx: CpiContext<{ mint: AccountLike; from: AccountLike; authority: AccountLike }>,
  amount: bigint,
): void {
  const { mint, from, authority } = ctx.accounts;
  call(ctx, getBurnInstruction({ account: keyOf(from), mint: keyOf(mint), authority: signerOf(authority), amount }));
}

export function approve(
  ctx: CpiContext<{ to: AccountLike; delegate: AccountLike; authority: AccountLike }>,
  amount: bigint,
): void {
  const { to, delegate, authority } = ctx.accounts;
  call(
    ctx,
    getApproveInstruction({ source: keyOf(to), delegate: keyOf(delegate), owner: signerOf(authority), amount }),
  );
}

export function revoke(ctx: CpiContext<{ source: AccountLike; authority: AccountLike }>): void {
  const { source, authority } = ctx.accounts;
  call(ctx, getRevokeInstruction({ source: keyOf(source), owner: signerOf(authority) }));
}

export function closeAccount(
  ctx: CpiContext<{ account: AccountLike; destination: AccountLike; authority: AccountLike }>,
): void {
  const { account, destination, authority } = ctx.accounts;
  const input = { account: keyOf(account), destination: keyOf(destination), owner: signerOf(authority) };
  call(ctx, getCloseAccountInstruction(input));
}

export function freezeAccount(
  ctx: CpiContext<{ account: AccountLike; mint: AccountLike; authority: AccountLike }>,
): void {
  const { account, mint, authority } = ctx.accounts;
  call(ctx, getFreezeAccountInstruction({ account: keyOf(account), mint: keyOf(mint), owner: signerOf(authority) }));
}

export function thawAccount(
  ctx: CpiContext<{ account: AccountLike; mint: AccountLike; authority: AccountLike }>,
): void {
  const { account, mint, authority } = ctx.accounts;
  call(ctx, getThawAccountInstruction({ account: keyOf(account), mint: keyOf(mint), owner: signerOf(authority) }));
}

export function setAuthority(
  ctx: CpiContext<{ accountOrMint: AccountLike; currentAuthority: AccountLike }>,
  authorityType: AuthorityType,
  newAuthority: Address | null,
): void {
  const { accountOrMint, currentAuthority } = ctx.accounts;
  const input = { owned: keyOf(accountOrMint), owner: signerOf(currentAuthority), authorityType, newAuthority };
  call(ctx, getSetAuthorityInstruction(input));
}

/** The account is there already, with 82 bytes, and is the token program's. */
export function initializeMint2(
  ctx: CpiContext<{ mint: AccountLike }>,
  decimals: number,
  mintAuthority: Address,
  freezeAuthority: Address | null = null,
): void {
  const mint = keyOf(ctx.accounts.mint);
  call(ctx, getInitializeMint2Instruction({ mint, decimals, mintAuthority, freezeAuthority }));
}

/** The account is there already, with 165 bytes, and is the token program's. */
export function initializeAccount3(
  ctx: CpiContext<{ account: AccountLike; mint: AccountLike; authority: AccountLike }>,
): void {
  const { account, mint, authority } = ctx.accounts;
  call(ctx, getInitializeAccount3Instruction({ account: keyOf(account), mint: keyOf(mint), owner: keyOf(authority) }));
}

/** Takes lamports that were sent to an account of wrapped SOL as its tokens. */
export function syncNative(ctx: CpiContext<{ account: AccountLike }>): void {
  call(ctx, getSyncNativeInstruction({ account: keyOf(ctx.accounts.account) }));
}

type CreateAssociatedToken = CpiContext<{
  payer: AccountLike;
  associatedToken: AccountLike;
  authority: AccountLike;
  mint: AccountLike;
  systemProgram: AccountLike;
  tokenProgram: AccountLike;
}>;

/** Makes the associated token account of a wallet and a mint; fails where it is there. */
export function createAssociatedToken(ctx: CreateAssociatedToken): void {
  ctx.invoke(getCreateAssociatedTokenInstruction(createInput(ctx)));
}

/** The same; fine where it is there. */
export function createAssociatedTokenIdempotent(ctx: CreateAssociatedToken): void {
  ctx.invoke(getCreateAssociatedTokenIdempotentInstruction(createInput(ctx)));
}

/** The address is derived, as Anchor's does it: where another account was passed for it, the call lacks one. */
function createInput({ accounts }: CreateAssociatedToken) {
  const seeds = [keyOf(accounts.authority), keyOf(accounts.tokenProgram), keyOf(accounts.mint)];
  return {
    payer: signerOf(accounts.payer),
    ata: findProgramAddress(seeds, ASSOCIATED_TOKEN_PROGRAM)[0],
    owner: keyOf(accounts.authority),
    mint: keyOf(accounts.mint),
    systemProgram: keyOf(accounts.systemProgram),
    tokenProgram: keyOf(accounts.tokenProgram),
  };
}
