// Scenarios that run the compiled programs of mainnet: Associated Token Account, Token, System.

import { AccountRole, type Address, type KeyPairSigner } from '@solana/kit';
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
export async function createMint(stage: Stage, authority: KeyPairSigner): Promise<Address> {
  const mint = await stage.wallet('mint', 0n);
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

/** The token account of a wallet, where the Associated Token program keeps it. */
async function tokenAccountOf(stage: Stage, owner: Address, mint: Address, name: string): Promise<Address> {
  const [account] = await findAssociatedTokenPda({ owner, mint, tokenProgram: TOKEN_PROGRAM_ADDRESS });
  return stage.name(account, name);
}

const ataCreate: Scenario = {
  name: 'ata-create',
  title: 'Create an associated token account: four CPIs, signed by a PDA',
  story:
    'Alice creates her token account for a mint. The Associated Token program asks Token for the size, creates the account at a program derived address, and initializes it.',
  async play(stage) {
    const alice = await stage.wallet('alice');
    const mint = await createMint(stage, alice);
    await tokenAccountOf(stage, alice.address, mint, "alice's tokens");
    return stage.send(alice, [
      await getCreateAssociatedTokenInstructionAsync({ payer: alice, owner: alice.address, mint }),
    ]);
  },
};

const tokenTransfer: Scenario = {
  name: 'token-transfer',
  title: 'Mint tokens and transfer some of them',
  story: "One transaction: Bob's token account is created, 1,000 tokens are minted to Alice, and 250 go on to Bob.",
  async play(stage) {
    const alice = await stage.wallet('alice');
    const bob = await stage.wallet('bob');
    const mint = await createMint(stage, alice);
    const source = await tokenAccountOf(stage, alice.address, mint, "alice's tokens");
    const destination = await tokenAccountOf(stage, bob.address, mint, "bob's tokens");
    const units = 10n ** BigInt(DECIMALS);
    await stage.send(alice, [
      await getCreateAssociatedTokenInstructionAsync({ payer: alice, owner: alice.address, mint }),
    ]);
    return stage.send(alice, [
      await getCreateAssociatedTokenInstructionAsync({ payer: alice, owner: bob.address, mint }),
      getMintToCheckedInstruction({
        mint,
        token: source,
        mintAuthority: alice,
        amount: 1_000n * units,
        decimals: DECIMALS,
      }),
      getTransferCheckedInstruction({
        source,
        mint,
        destination,
        authority: alice,
        amount: 250n * units,
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
    const alice = await stage.wallet('alice');
    const mint = await createMint(stage, alice);
    await tokenAccountOf(stage, alice.address, mint, "alice's tokens");
    const create = await getCreateAssociatedTokenInstructionAsync({ payer: alice, owner: alice.address, mint });
    const accounts = create.accounts.map((meta, i) => (i === 1 ? { ...meta, role: AccountRole.READONLY } : meta));
    return stage.send(alice, [{ ...create, accounts }]);
  },
};

const ataPoorPayer: Scenario = {
  name: 'ata-poor-payer',
  title: 'A creation whose payer has too little SOL: the transfer inside the CPI fails',
  story: 'Bob can pay the fee but not the rent of the new account. System refuses the transfer, one call down.',
  async play(stage) {
    const alice = await stage.wallet('alice');
    const bob = await stage.wallet('bob', SOL / 1000n);
    const mint = await createMint(stage, alice);
    await tokenAccountOf(stage, bob.address, mint, "bob's tokens");
    return stage.send(bob, [await getCreateAssociatedTokenInstructionAsync({ payer: bob, owner: bob.address, mint })]);
  },
};

export const TOKEN_SCENARIOS: readonly Scenario[] = [ataCreate, tokenTransfer, ataReadonly, ataPoorPayer];
