// Pool and router once more, in native style.
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { type AccountInfo, CpiContext, requireGte, struct, token, u64 } from 'parhelion/program';
import { bumpOf, demand, mustBeMut, mustDiffer, readArgs, readToken, twinOf } from '../support/native.ts';
import { errors, pool, router } from './example.ts';

const Amounts = struct('Amounts', { amountIn: u64, minOut: u64 });
const ACCOUNTS_PER_LEG = 5;

export const nativePool = twinOf(pool, {
  swap: (accounts, args, programId) => {
    const { amountIn, minOut } = readArgs(Amounts, args);
    const authority = accounts.wallet();
    const [vaultIn, vaultOut, userIn, userOut] = [
      accounts.token(),
      accounts.token(),
      accounts.token(),
      accounts.token(),
    ];
    const user = accounts.signer();
    const tokenProgram = accounts.program(TOKEN_PROGRAM_ADDRESS);
    mustDiffer(vaultIn, vaultOut, userIn, userOut);
    const bump = bumpOf(authority, ['pool', vaultIn.key, vaultOut.key], programId);
    for (const vault of [vaultIn, vaultOut]) {
      mustBeMut(vault);
      demand(readToken(vault).owner === authority.key, 'ConstraintTokenOwner');
    }
    mustBeMut(userIn, userOut);

    const amountOut = (readToken(vaultOut).amount * amountIn) / (readToken(vaultIn).amount + amountIn);
    requireGte(amountOut, minOut, errors.TooLittle);
    token.transfer(CpiContext.of(tokenProgram, { from: userIn, to: vaultIn, authority: user }), amountIn);
    const out = CpiContext.of(tokenProgram, { from: vaultOut, to: userOut, authority });
    token.transfer(out.withSigner([['pool', vaultIn.key, vaultOut.key, bump]]), amountOut);
  },
});

export const nativeRouter = twinOf(router, {
  route: (accounts, args) => {
    const { amountIn, minOut } = readArgs(Amounts, args);
    const [start, end, user] = [accounts.token(), accounts.token(), accounts.signer()];
    const poolProgram = accounts.program(pool.address);
    const tokenProgram = accounts.program(TOKEN_PROGRAM_ADDRESS);
    mustDiffer(start, end);
    mustBeMut(start, end);

    const before = readToken(end).amount;
    let [amount, userIn]: [bigint, AccountInfo] = [amountIn, start];
    for (const legs = [...accounts.rest()]; legs.length > 0; ) {
      const [authority, vaultIn, vaultOut, userOut] = legs.splice(0, ACCOUNTS_PER_LEG);
      const held = readToken(userOut).amount;
      const leg = { authority, vaultIn, vaultOut, userIn, userOut, user, tokenProgram };
      pool.cpi.swap(CpiContext.of(poolProgram, leg), { amountIn: amount, minOut: 0n });
      amount = readToken(userOut).amount - held; // its data is what the call left
      userIn = userOut;
    }
    requireGte(readToken(end).amount - before, minOut, errors.TooLittle);
  },
});
