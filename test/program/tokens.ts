// A mint, and token accounts that hold some of it, made with the real programs.

import type { Address, KeyPairSigner } from '@solana/kit';
import { getCreateAccountInstruction } from '@solana-program/system';
import {
  findAssociatedTokenPda,
  getCreateAssociatedTokenInstructionAsync,
  getInitializeMint2Instruction,
  getMintSize,
  getMintToInstruction,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';
import type { Stage } from './stage.ts';

/** Makes a mint whose authority is `authority`, and gives each holder 1,000,000. */
export async function createTokens(
  stage: Stage,
  authority: KeyPairSigner,
  holders: readonly { readonly address: Address }[],
  mintNumber = 100,
): Promise<Address> {
  const mint = await stage.wallet(mintNumber, 0n);
  const space = getMintSize();
  const setUp = await stage.send(authority, [
    getCreateAccountInstruction({
      payer: authority,
      newAccount: mint,
      lamports: stage.svm.minimumBalanceForRentExemption(BigInt(space)),
      space,
      programAddress: TOKEN_PROGRAM_ADDRESS,
    }),
    getInitializeMint2Instruction({ mint: mint.address, decimals: 6, mintAuthority: authority.address }),
  ]);
  if (setUp.error !== null) throw new Error(JSON.stringify(setUp.error));
  for (const { address: owner } of holders) {
    const token = await tokenAccountOf(owner, mint.address);
    const outcome = await stage.send(authority, [
      await getCreateAssociatedTokenInstructionAsync({ payer: authority, owner, mint: mint.address }),
      getMintToInstruction({ mint: mint.address, token, mintAuthority: authority, amount: 1_000_000n }),
    ]);
    if (outcome.error !== null) throw new Error(JSON.stringify(outcome.error));
  }
  return mint.address;
}

export async function tokenAccountOf(owner: Address, mint: Address): Promise<Address> {
  return (await findAssociatedTokenPda({ owner, mint, tokenProgram: TOKEN_PROGRAM_ADDRESS }))[0];
}
