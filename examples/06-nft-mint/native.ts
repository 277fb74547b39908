// Metadata and minter once more, in native style: every call that `init` made is written down.
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import {
  ASSOCIATED_TOKEN_PROGRAM_ADDRESS,
  AuthorityType,
  getMintSize,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';
import { CpiContext, string, struct, token } from 'parhelion/program';
import { bumpOf, create, mustBeMut, mustSign, readArgs, twinOf, writeState } from '../support/native.ts';
import { Metadata, metadata, minter } from './example.ts';

const About = struct('About', { name: string(), uri: string() });

export const nativeMetadata = twinOf(metadata, {
  create: (accounts, args, programId) => {
    const about = readArgs(About, args);
    const [info, mint] = [accounts.any(), accounts.any()];
    accounts.signer();
    const payer = accounts.signer();
    const systemProgram = accounts.program(SYSTEM_PROGRAM_ADDRESS);
    const bump = bumpOf(info, ['metadata', mint.key], programId);
    const seeds = ['metadata', mint.key, bump];
    create(info, payer, systemProgram, { space: Metadata.accountSpace!, owner: programId, seeds });
    mustBeMut(info, payer);

    writeState(info, Metadata, { mint: mint.key, ...about });
  },
});

export const nativeMinter = twinOf(minter, {
  mintNft: (accounts, args) => {
    const about = readArgs(About, args);
    const [buyer, mint, account, info] = [accounts.signer(), accounts.any(), accounts.any(), accounts.any()];
    const metadataProgram = accounts.program(metadata.address);
    const tokenProgram = accounts.program(TOKEN_PROGRAM_ADDRESS);
    const associatedTokenProgram = accounts.program(ASSOCIATED_TOKEN_PROGRAM_ADDRESS);
    const systemProgram = accounts.program(SYSTEM_PROGRAM_ADDRESS);
    create(mint, buyer, systemProgram, { space: getMintSize(), owner: TOKEN_PROGRAM_ADDRESS });
    token.initializeMint2(CpiContext.of(tokenProgram, { mint }), 0, buyer.key);
    mustBeMut(mint);
    mustSign(mint);
    const held = { payer: buyer, associatedToken: account, authority: buyer, mint, systemProgram, tokenProgram };
    token.createAssociatedToken(CpiContext.of(associatedTokenProgram, held));
    mustBeMut(account, buyer, info);

    const told = { metadata: info, mint, mintAuthority: buyer, payer: buyer, systemProgram };
    metadata.cpi.create(CpiContext.of(metadataProgram, told), about);
    token.mintTo(CpiContext.of(tokenProgram, { mint, to: account, authority: buyer }), 1n);
    const authority = CpiContext.of(tokenProgram, { accountOrMint: mint, currentAuthority: buyer });
    token.setAuthority(authority, AuthorityType.MintTokens, null);
  },
});
