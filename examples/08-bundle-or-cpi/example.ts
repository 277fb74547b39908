// To buy, a client needs a token account, must pay, and must call the shop. It can put three instructions into one transaction,
// or the shop's program can do all three by CPI. Either is all or nothing.
//
// The bundle costs less: no call is charged, the program stays small, and wallets show each step. The CPI form is for what the
// client must not be trusted with, or can't know: the shop sees that it was paid because it made the payment itself. With the
// bundle it has to look for the payment, and here it takes the client's word.
import type { Address } from '@solana/kit';
import {
  findAssociatedTokenPda,
  getCreateAssociatedTokenIdempotentInstructionAsync,
  getTransferInstruction,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';
import {
  associatedTokenAccount,
  associatedTokenProgram,
  CpiContext,
  instruction,
  mint,
  msg,
  program,
  signer,
  systemAccount,
  systemProgram,
  token,
  tokenAccount,
  tokenProgram,
} from 'parhelion/program';
import { type Played, Stage } from '../support/stage.ts';

export const PRICE = 250n;

// #region program
export const shop = program(
  'Vendor1111111111111111111111111111111111111',
  {
    // For the bundle: the rest was done by the instructions before it.
    deliver: instruction({
      accounts: { buyer: signer() },
      handler: ({ accounts: { buyer } }) => msg(`delivered to ${buyer.key}`),
    }),
    buy: instruction({
      accounts: {
        buyer: signer({ mut: true }),
        price: mint(),
        from: tokenAccount({ mut: true, mint: 'price' }),
        till: associatedTokenAccount({ initIfNeeded: true, payer: 'buyer', mint: 'price', authority: 'owner' }),
        owner: systemAccount(),
        tokenProgram: tokenProgram(),
        associatedTokenProgram: associatedTokenProgram(),
        systemProgram: systemProgram(),
      },
      handler: ({ accounts: { buyer, from, till, tokenProgram } }) => {
        token.transfer(CpiContext.of(tokenProgram, { from, to: till, authority: buyer }), PRICE);
        msg(`delivered to ${buyer.key}`);
      },
    }),
  },
  { name: 'shop' },
);
// #endregion

export async function play(): Promise<Played> {
  return (await playOn(new Stage())).outcomes;
}

export async function playOn(stage: Stage) {
  stage.svm.addProgram(shop.address, shop);
  const [alice, owner] = [await stage.wallet('alice'), await stage.wallet('shop owner')];
  const price = await stage.mint(alice);
  const from = await stage.tokens(alice, price, alice.address, 1_000n, "alice's tokens");
  const find = { owner: owner.address, mint: price, tokenProgram: TOKEN_PROGRAM_ADDRESS };
  const till: Address = stage.name((await findAssociatedTokenPda(find))[0], 'till');
  const start = stage.svm.snapshot();
  // #region client
  const bundle = await stage.send(
    alice,
    await getCreateAssociatedTokenIdempotentInstructionAsync({ payer: alice, owner: owner.address, mint: price }),
    getTransferInstruction({ source: from, destination: till, authority: alice, amount: PRICE }),
    shop.instructions.deliver({ buyer: alice }),
  );
  stage.svm.revert(start);
  const cpi = await stage.send(alice, shop.instructions.buy({ buyer: alice, price, from, till, owner: owner.address }));
  // #endregion
  const unpaid = await stage.send(alice, shop.instructions.deliver({ buyer: alice }));
  return {
    outcomes: { 'three instructions': bundle, 'one, with CPIs': cpi, 'the bundle without paying': unpaid },
    till,
  };
}
