// A test as a project that uses Parhelion writes it: a chain, two wallets, transactions, and what is expected of each.
import {
  appendTransactionMessageInstruction,
  createTransactionMessage,
  generateKeyPairSigner,
  type Instruction,
  type KeyPairSigner,
  lamports,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import { Svm } from 'parhelion';
import { beforeEach, expect, test } from 'vitest';
import 'parhelion/vitest';
import { jarAddress, tipJar } from './program.ts';

const SOL = 1_000_000_000n;
let svm: Svm;
let guest: KeyPairSigner;

async function send(feePayer: KeyPairSigner, instruction: Instruction) {
  const message = pipe(
    createTransactionMessage({ version: 0 }),
    (m) => setTransactionMessageFeePayerSigner(feePayer, m),
    (m) =>
      setTransactionMessageLifetimeUsingBlockhash({ blockhash: svm.latestBlockhash(), lastValidBlockHeight: 0n }, m),
    (m) => appendTransactionMessageInstruction(instruction, m),
  );
  return svm.sendTransaction(await signTransactionMessageWithSigners(message));
}

beforeEach(async () => {
  svm = new Svm();
  svm.addProgram(tipJar.address, tipJar);
  guest = await generateKeyPairSigner();
  svm.airdrop(guest.address, lamports(10n * SOL));
});

// #region test
test('a tip goes into the jar by a call to System', async () => {
  const outcome = await send(
    guest,
    tipJar.instructions.tip({ guest: guest.address, jar: jarAddress }, { amount: SOL }),
  );

  expect(outcome).toSucceed();
  expect(outcome).toInvoke(SYSTEM_PROGRAM_ADDRESS, 'TransferSol');
  expect(outcome).toChangeLamports(jarAddress, SOL);
});

test('a guest can not empty it', async () => {
  svm.airdrop(jarAddress, lamports(SOL));
  const outcome = await send(guest, tipJar.instructions.empty({ owner: guest.address, jar: jarAddress }));

  expect(outcome).toFailWith('ConstraintAddress'); // a failed matcher prints the tree of calls
  expect(outcome).toChangeLamports(jarAddress, 0n);
});
// #endregion
