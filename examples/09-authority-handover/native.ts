// The keepers once more, in native style.
import { AuthorityType, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { CpiContext, token, u64 } from 'parhelion/program';
import { bumpOf, mustBeMut, mustDiffer, readArgs, twinOf } from '../support/native.ts';
import type { keeperA } from './example.ts';

export const makeNativeKeeper = (declared: typeof keeperA) => {
  return twinOf(declared, {
    pay: (accounts, args, programId) => {
      const amount = readArgs(u64, args);
      const [keeper, vault, to] = [accounts.wallet(), accounts.token(), accounts.token()];
      accounts.signer();
      const tokenProgram = accounts.program(TOKEN_PROGRAM_ADDRESS);
      mustDiffer(vault, to);
      const bump = bumpOf(keeper, ['keeper'], programId);
      mustBeMut(vault, to);
      const call = CpiContext.of(tokenProgram, { from: vault, to, authority: keeper });
      token.transfer(call.withSigner([['keeper', bump]]), amount);
    },
    handOver: (accounts, _args, programId) => {
      const [keeper, vault, successor] = [accounts.wallet(), accounts.token(), accounts.any()];
      accounts.signer();
      const tokenProgram = accounts.program(TOKEN_PROGRAM_ADDRESS);
      const bump = bumpOf(keeper, ['keeper'], programId);
      mustBeMut(vault);
      const call = CpiContext.of(tokenProgram, { accountOrMint: vault, currentAuthority: keeper });
      token.setAuthority(call.withSigner([['keeper', bump]]), AuthorityType.AccountOwner, successor.key);
    },
  });
};
