// First contact: two wallets, one transfer, and the tree of what ran.
import {
  appendTransactionMessageInstruction,
  createTransactionMessage,
  generateKeyPairSigner,
  lamports,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import { getTransferSolInstruction } from '@solana-program/system';
import { formatTrace, Svm } from 'parhelion';

const svm = new Svm(); // a whole chain in this process: nothing to start, nothing to connect to
const alice = await generateKeyPairSigner();
const bob = await generateKeyPairSigner();
svm.airdrop(alice.address, lamports(1_000_000_000n)); // 1 SOL

const message = pipe(
  createTransactionMessage({ version: 0 }),
  (m) => setTransactionMessageFeePayerSigner(alice, m),
  (m) =>
    setTransactionMessageLifetimeUsingBlockhash({ blockhash: svm.latestBlockhash(), lastValidBlockHeight: 150n }, m),
  (m) =>
    appendTransactionMessageInstruction(
      getTransferSolInstruction({ source: alice, destination: bob.address, amount: 250_000_000n }),
      m,
    ),
);
const outcome = svm.sendTransaction(await signTransactionMessageWithSigners(message));

console.log(formatTrace(outcome.trace));
console.log(`error: ${outcome.error}, fee: ${outcome.fee} lamports`);
console.log(`Bob has ${svm.getBalance(bob.address)} lamports`);
