// Scenarios that run the compiled programs of mainnet: Associated Token Account, Token, System.

import { AccountRole, type Address, type Instruction, type KeyPairSigner } from '@solana/kit';
import { getCreateAccountInstruction } from '@solana-program/system';
import {
  findAssociatedTokenPda,
  getCreateAssociatedTokenInstructionAsync,
  getInitializeMint2Instruction,
  getMintSize,
  getMintToCheckedInstruction,
  getTransferCheckedInstruction,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';
import { type Scenario, SOL, type Stage } from './stage.ts';

const DECIMALS = 6;

/** A mint whose authority is `authority`. */
async function createMint(stage: Stage, authority: KeyPairSigner): Promise<Address> {
  const mint = await stage.wallet(200, 0n);
  const space = getMintSize();
  const outcome = await stage.send(authority, [
    getCreateAccountInstruction({
      payer: authority,
      newAccount: mint,
      lamports: stage.svm.minimumBalanceForRentExemption(BigInt(space)),
      space,
      programAddress: TOKEN_PROGRAM_ADDRESS,
    }),
    getInitializeMint2Instruction({ mint: mint.address, decimals: DECIMALS, mintAuthority: authority.address }),
  ]);
  if (outcome.error !== null) throw new Error(`the mint could not be made: ${JSON.stringify(outcome.error)}`);
  return mint.address;
}

function createTokenAccount(payer: KeyPairSigner, owner: Address, mint: Address): Promise<Instruction> {
  return getCreateAssociatedTokenInstructionAsync({ payer, owner, mint });
}

const ataCreate: Scenario = {
  name: 'ata-create',
  title: 'Create an associated token account: four CPIs, signed by a PDA',
  story:
    'A wallet creates its token account for a mint. The Associated Token program asks Token for the size, creates the account at a program derived address, and initializes it.',
  async play(stage) {
    const alice = await stage.wallet(1);
    const mint = await createMint(stage, alice);
    return stage.send(alice, [await createTokenAccount(alice, alice.address, mint)]);
  },
};

const tokenTransfer: Scenario = {
  name: 'token-transfer',
  title: 'Mint tokens and transfer some of them',
  story: 'One transaction: a token account for Bob is created, 1,000 tokens are minted to Alice, 250 go on to Bob.',
  async play(stage) {
    const alice = await stage.wallet(1);
    const bob = await stage.wallet(2);
    const mint = await createMint(stage, alice);
    await stage.send(alice, [await createTokenAccount(alice, alice.address, mint)]);
    const [source] = await findAssociatedTokenPda({ owner: alice.address, mint, tokenProgram: TOKEN_PROGRAM_ADDRESS });
    const [destination] = await findAssociatedTokenPda({
      owner: bob.address,
      mint,
      tokenProgram: TOKEN_PROGRAM_ADDRESS,
    });
    return stage.send(alice, [
      await createTokenAccount(alice, bob.address, mint),
      getMintToCheckedInstruction({
        mint,
        token: source,
        mintAuthority: alice,
        amount: 1_000_000_000n,
        decimals: DECIMALS,
      }),
      getTransferCheckedInstruction({
        source,
        mint,
        destination,
        authority: alice,
        amount: 250_000_000n,
        decimals: DECIMALS,
      }),
    ]);
  },
};

const ataReadonly: Scenario = {
  name: 'ata-readonly',
  title: 'The same creation with the new account passed read-only: refused',
  story:
    'The client marks the token account read-only. The Associated Token program asks System to write to it, which its caller did not allow.',
  async play(stage) {
    const alice = await stage.wallet(1);
    const mint = await createMint(stage, alice);
    const create = await createTokenAccount(alice, alice.address, mint);
    const accounts = create.accounts!.map((meta, i) => (i === 1 ? { ...meta, role: AccountRole.READONLY } : meta));
    return stage.send(alice, [{ ...create, accounts }]);
  },
};

const ataPoorPayer: Scenario = {
  name: 'ata-poor-payer',
  title: 'A creation whose payer has too little SOL: the transfer inside the CPI fails',
  story: 'The payer can pay the fee but not the rent of the new account. System refuses the transfer, two calls down.',
  async play(stage) {
    const alice = await stage.wallet(1);
    const poor = await stage.wallet(3, SOL / 1000n);
    const mint = await createMint(stage, alice);
    return stage.send(poor, [await createTokenAccount(poor, poor.address, mint)]);
  },
};

export const TOKEN_SCENARIOS: readonly Scenario[] = [ataCreate, tokenTransfer, ataReadonly, ataPoorPayer];
