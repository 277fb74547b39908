// A program in TypeScript: anybody may tip, only the owner empties the jar, which is an address of the program (a PDA).
import { type Address, address, getProgramDerivedAddress } from '@solana/kit';
import {
  CpiContext,
  instruction,
  program,
  signer,
  systemAccount,
  systemProgram,
  transfer,
  u64,
} from 'parhelion/program';

// #region program
export const OWNER: Address = address('6ASf5EcmmEHTgDJ4X4ZT5vT6iHVJBXPg5AN5YoTCpGWt');

export const tipJar = program('TipJar1111111111111111111111111111111111111', {
  tip: instruction({
    accounts: {
      guest: signer({ mut: true }),
      jar: systemAccount({ mut: true, seeds: () => ['jar'] }),
      systemProgram: systemProgram(),
    },
    args: { amount: u64 },
    handler: ({ accounts: { guest, jar, systemProgram } }, { amount }) => {
      transfer(CpiContext.of(systemProgram, { from: guest, to: jar }), amount);
    },
  }),
  empty: instruction({
    accounts: {
      owner: signer({ mut: true, address: OWNER }),
      jar: systemAccount({ mut: true, seeds: () => ['jar'] }),
      systemProgram: systemProgram(),
    },
    handler: ({ accounts: { owner, jar, systemProgram }, bumps }) => {
      const call = CpiContext.of(systemProgram, { from: jar, to: owner }).withSigner([['jar', bumps.jar]]);
      transfer(call, jar.lamports);
    },
  }),
});
// #endregion

/** The jar, as a client derives it. */
export const [jarAddress] = await getProgramDerivedAddress({ programAddress: tipJar.address, seeds: ['jar'] });
