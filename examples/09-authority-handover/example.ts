// Tokens that the PDA of one program owns are handed to the PDA of another. A PDA signs for itself only through its program,
// so the old owner's program must make the call; from then on the new owner's program decides.
import { type Address, getProgramDerivedAddress } from '@solana/kit';
import { AuthorityType } from '@solana-program/token';
import {
  CpiContext,
  instruction,
  program,
  signer,
  systemAccount,
  token,
  tokenAccount,
  tokenProgram,
  u64,
  uncheckedAccount,
} from 'parhelion/program';
import { type Played, Stage } from '../support/stage.ts';

// #region program
const makeKeeper = (address: string, name: string) => {
  return program(
    address,
    {
      pay: instruction({
        accounts: {
          keeper: systemAccount({ seeds: () => ['keeper'] }),
          vault: tokenAccount({ mut: true }),
          to: tokenAccount({ mut: true }),
          admin: signer(),
          tokenProgram: tokenProgram(),
        },
        args: { amount: u64 },
        handler: ({ accounts: { keeper, vault, to, tokenProgram }, bumps }, { amount }) => {
          const ctx = CpiContext.of(tokenProgram, { from: vault, to, authority: keeper });
          token.transfer(ctx.withSigner([['keeper', bumps.keeper]]), amount);
        },
      }),
      handOver: instruction({
        accounts: {
          keeper: systemAccount({ seeds: () => ['keeper'] }),
          vault: tokenAccount({ mut: true }),
          successor: uncheckedAccount(),
          admin: signer(),
          tokenProgram: tokenProgram(),
        },
        handler: ({ accounts: { keeper, vault, successor, tokenProgram }, bumps }) => {
          const ctx = CpiContext.of(tokenProgram, { accountOrMint: vault, currentAuthority: keeper });
          token.setAuthority(ctx.withSigner([['keeper', bumps.keeper]]), AuthorityType.AccountOwner, successor.key);
        },
      }),
    },
    { name },
  );
};

export const keeperA = makeKeeper('KeeperA111111111111111111111111111111111111', 'keeper A');
export const keeperB = makeKeeper('KeeperB111111111111111111111111111111111111', 'keeper B');
// #endregion

export async function play(): Promise<Played> {
  return (await playOn(new Stage())).outcomes;
}

export async function playOn(stage: Stage) {
  const admin = await stage.wallet('admin');
  const keepers: Address[] = [];
  for (const each of [keeperA, keeperB]) {
    stage.svm.addProgram(each.address, each);
    const [keeper] = await getProgramDerivedAddress({ programAddress: each.address, seeds: ['keeper'] });
    keepers.push(stage.name(keeper, `PDA of ${each.name}`));
  }
  const [a, b] = keepers;
  const mint = await stage.mint(admin);
  const vault = await stage.tokens(admin, mint, a, 1_000n, 'vault');
  const to = await stage.tokens(admin, mint, admin.address, 0n, "admin's tokens");
  const amount = 10n;
  const payA = keeperA.instructions.pay({ keeper: a, vault, to, admin }, { amount });
  const payB = keeperB.instructions.pay({ keeper: b, vault, to, admin }, { amount });
  const outcomes = {
    'A pays': await stage.send(admin, payA),
    'B can not yet': await stage.send(admin, payB),
    'A hands over': await stage.send(admin, keeperA.instructions.handOver({ keeper: a, vault, successor: b, admin })),
    'A can not any more': await stage.send(admin, payA),
    'B pays': await stage.send(admin, payB),
  };
  return { outcomes, a, b, to };
}
