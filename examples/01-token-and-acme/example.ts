// Acme launches missiles for tokens. A client can pay and launch with two instructions; the program can do both in one, by a
// cross-program invocation (CPI) of the Token program.
import {
  type Address,
  createNoopSigner,
  getDiscriminatedUnionCodec,
  getStructCodec,
  getU64Codec,
  getUnitCodec,
} from '@solana/kit';
import { getTransferInstruction, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { type AccountInfo, decodeOrFail, defineProgram, invoke, msg, ProgramError } from 'parhelion/program';
import { type Played, Stage } from '../support/stage.ts';

export const ACME = 'Acme111111111111111111111111111111111111111' as Address;

// #region program
/** Borsh's enum: a byte for the variant, then its fields. */
export const acmeInstruction = getDiscriminatedUnionCodec([
  ['LaunchMissiles', getUnitCodec()],
  ['PayAndLaunchMissiles', getStructCodec([['amount', getU64Codec()]])],
]);

export const acme = defineProgram(
  (_programId, accounts, data) => {
    const instruction = decodeOrFail(acmeInstruction, data);
    switch (instruction.__kind) {
      case 'LaunchMissiles':
        return launchMissiles(accounts[0]);
      case 'PayAndLaunchMissiles': {
        const [payer, from, to, tokenProgram] = accounts;
        // The callee must be the real one: whoever sends the transaction chooses the accounts.
        if (tokenProgram.key !== TOKEN_PROGRAM_ADDRESS) throw new ProgramError('IncorrectProgramId');
        const { amount } = instruction;
        const pay = getTransferInstruction({
          source: from.key,
          destination: to.key,
          authority: createNoopSigner(payer.key),
          amount,
        });
        invoke(pay, [from, to, payer, tokenProgram]); // runs to its end here; if it fails, so does this program
        return launchMissiles(payer);
      }
    }
  },
  { name: 'acme' },
);

function launchMissiles(by: AccountInfo): void {
  if (!by.isSigner) throw new ProgramError('MissingRequiredSignature');
  msg(`missiles launched for ${by.key}`);
}
// #endregion

export async function play(): Promise<Played> {
  const { outcomes } = await playOn(new Stage());
  return outcomes;
}

export async function playOn(stage: Stage) {
  stage.svm.addProgram(ACME, acme);
  const alice = await stage.wallet('alice');
  const shop = await stage.wallet('acme shop');
  const mint = await stage.mint(alice);
  const from = await stage.tokens(alice, mint, alice.address, 1_000n, "alice's tokens");
  const to = await stage.tokens(alice, mint, shop.address, 0n, "acme's tokens");
  // #region client
  const payer = { address: alice.address, role: 2, signer: alice };
  const twoInstructions = await stage.send(
    alice,
    getTransferInstruction({ source: from, destination: to, authority: alice, amount: 100n }),
    { programAddress: ACME, accounts: [payer], data: acmeInstruction.encode({ __kind: 'LaunchMissiles' }) },
  );
  const oneInstruction = await stage.send(alice, {
    programAddress: ACME,
    accounts: [
      payer,
      { address: from, role: 1 },
      { address: to, role: 1 },
      { address: TOKEN_PROGRAM_ADDRESS, role: 0 },
    ],
    data: acmeInstruction.encode({ __kind: 'PayAndLaunchMissiles', amount: 100n }),
  });
  // #endregion
  const outcomes = { 'two instructions': twoInstructions, 'one instruction with a CPI': oneInstruction };
  return { outcomes, from, to };
}
