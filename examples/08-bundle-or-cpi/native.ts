// The shop once more, in native style.

import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import { ASSOCIATED_TOKEN_PROGRAM_ADDRESS, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { CpiContext, findProgramAddress, msg, token } from 'parhelion/program';
import { demand, mustBeMut, mustDiffer, readToken, twinOf } from '../support/native.ts';
import { PRICE, shop } from './example.ts';

export const nativeShop = twinOf(shop, {
  deliver: (accounts) => msg(`delivered to ${accounts.signer().key}`),

  buy: (accounts, _args) => {
    const [buyer, price, from, till, owner] = [
      accounts.signer(),
      accounts.mint(),
      accounts.token(),
      accounts.any(),
      accounts.wallet(),
    ];
    const tokenProgram = accounts.program(TOKEN_PROGRAM_ADDRESS);
    const associatedTokenProgram = accounts.program(ASSOCIATED_TOKEN_PROGRAM_ADDRESS);
    const systemProgram = accounts.program(SYSTEM_PROGRAM_ADDRESS);

    if (till.owner === SYSTEM_PROGRAM_ADDRESS) {
      const made = { payer: buyer, associatedToken: till, authority: owner, mint: price, systemProgram, tokenProgram };
      token.createAssociatedToken(CpiContext.of(associatedTokenProgram, made));
    }
    demand(till.owner === TOKEN_PROGRAM_ADDRESS, 'AccountOwnedByWrongProgram');
    const held = readToken(till);
    demand(held.mint === price.key, 'ConstraintTokenMint');
    demand(held.owner === owner.key, 'ConstraintTokenOwner');
    const seeds = [owner.key, TOKEN_PROGRAM_ADDRESS, price.key];
    const [address] = findProgramAddress(seeds, ASSOCIATED_TOKEN_PROGRAM_ADDRESS);
    demand(till.key === address, 'AccountNotAssociatedTokenAccount');
    mustBeMut(till);
    mustDiffer(from, till);
    mustBeMut(buyer, from);
    demand(readToken(from).mint === price.key, 'ConstraintTokenMint');

    token.transfer(CpiContext.of(tokenProgram, { from, to: till, authority: buyer }), PRICE);
    msg(`delivered to ${buyer.key}`);
  },
});
