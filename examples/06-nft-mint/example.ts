// One click, one NFT: the mint account, its metadata and the one token are made by CPIs of one instruction, and nobody can ever
// mint a second. Most of the calls are not even written down: `init` makes them.
import { type Address, getAddressEncoder, getProgramDerivedAddress } from '@solana/kit';
import { ASSOCIATED_TOKEN_PROGRAM_ADDRESS, AuthorityType } from '@solana-program/token';
import {
  account,
  associatedTokenAccount,
  associatedTokenProgram,
  CpiContext,
  instruction,
  mint,
  program,
  programAccount,
  pubkey,
  signer,
  state,
  string,
  systemProgram,
  token,
  tokenProgram,
  uncheckedAccount,
} from 'parhelion/program';
import { type Played, Stage } from '../support/stage.ts';

// #region metadata
export const Metadata = state('Metadata', { mint: pubkey, name: string(32), uri: string(200) });

/** A program of somebody else's that keeps what a mint is about. */
export const metadata = program(
  'Metadata11111111111111111111111111111111111',
  {
    create: instruction({
      accounts: {
        metadata: account(Metadata, { init: true, payer: 'payer', seeds: (a) => ['metadata', a.mint.key] }),
        mint: uncheckedAccount(),
        mintAuthority: signer(),
        payer: signer({ mut: true }),
        systemProgram: systemProgram(),
      },
      args: { name: string(), uri: string() },
      handler: ({ accounts: { metadata, mint } }, args) => {
        Object.assign(metadata.data, { mint: mint.key, ...args });
      },
    }),
  },
  { name: 'metadata' },
);
// #endregion

// #region minter
export const minter = program(
  'NftMinter1111111111111111111111111111111111',
  {
    mintNft: instruction({
      accounts: {
        buyer: signer({ mut: true }),
        mint: mint({ init: true, payer: 'buyer', decimals: 0, authority: 'buyer' }),
        token: associatedTokenAccount({ init: true, payer: 'buyer', mint: 'mint', authority: 'buyer' }),
        metadata: uncheckedAccount({ mut: true }),
        metadataProgram: programAccount(metadata.address),
        tokenProgram: tokenProgram(),
        associatedTokenProgram: associatedTokenProgram(),
        systemProgram: systemProgram(),
      },
      args: { name: string(), uri: string() },
      handler: ({ accounts }, args) => {
        const { buyer, mint, token: account, tokenProgram, systemProgram } = accounts;
        const about = { metadata: accounts.metadata, mint, mintAuthority: buyer, payer: buyer, systemProgram };
        metadata.cpi.create(CpiContext.of(accounts.metadataProgram, about), args);
        token.mintTo(CpiContext.of(tokenProgram, { mint, to: account, authority: buyer }), 1n);
        const authority = CpiContext.of(tokenProgram, { accountOrMint: mint, currentAuthority: buyer });
        token.setAuthority(authority, AuthorityType.MintTokens, null); // one, for ever
      },
    }),
  },
  { name: 'minter' },
);
// #endregion

export async function play(): Promise<Played> {
  return (await playOn(new Stage())).outcomes;
}

export async function playOn(stage: Stage) {
  stage.svm.addProgram(metadata.address, metadata);
  stage.svm.addProgram(minter.address, minter);
  const alice = await stage.wallet('alice');
  const mint = await stage.wallet('mint', 0n);
  const encode = (address: Address) => getAddressEncoder().encode(address);
  const [about] = await getProgramDerivedAddress({
    programAddress: metadata.address,
    seeds: ['metadata', encode(mint.address)],
  });
  const { TOKEN_PROGRAM_ADDRESS } = await import('@solana-program/token');
  const [held] = await getProgramDerivedAddress({
    programAddress: ASSOCIATED_TOKEN_PROGRAM_ADDRESS,
    seeds: [encode(alice.address), encode(TOKEN_PROGRAM_ADDRESS), encode(mint.address)],
  });
  const accounts = { buyer: alice, mint, token: stage.name(held, "alice's NFT"), metadata: about };
  const outcome = await stage.send(
    alice,
    minter.instructions.mintNft(accounts, { name: 'Mock sun', uri: 'https://example.com/1.json' }),
  );
  return { outcomes: { 'one click': outcome }, mint: mint.address, held, about };
}
