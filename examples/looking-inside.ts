// Looking inside a transaction that is over: where its units went, what would be cheaper, what stood in its registers.
import {
  address,
  appendTransactionMessageInstruction,
  createTransactionMessage,
  generateKeyPairSigner,
  lamports,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import { getAddMemoInstruction } from '@solana-program/memo';
import { accountUnits, advise, formatAdvice, formatRewind, formatUnits, rewind, Svm } from 'parhelion';

const svm = new Svm();
const programAddress = address('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
const alice = await generateKeyPairSigner();
svm.airdrop(alice.address, lamports(1_000_000_000n));
const message = pipe(
  createTransactionMessage({ version: 0 }),
  (m) => setTransactionMessageFeePayerSigner(alice, m),
  (m) =>
    setTransactionMessageLifetimeUsingBlockhash({ blockhash: svm.latestBlockhash(), lastValidBlockHeight: 150n }, m),
  (m) =>
    appendTransactionMessageInstruction(
      getAddMemoInstruction({ memo: 'hello', signers: [alice] }, { programAddress }),
      m,
    ),
);
const outcome = svm.sendTransaction(await signTransactionMessageWithSigners(message));

console.log(formatUnits(accountUnits(outcome.trace)));
console.log(formatAdvice(advise(outcome))); // each piece was run again before it is said

const session = rewind(outcome);
session.goTo({ frame: [0], at: 'exit' });
session.stepBack(); // the last instruction of the program
console.log(formatRewind(session.point, session.frame));

const isHello = (bytes: Uint8Array) => new TextDecoder().decode(bytes) === 'hello';
session.runBackTo((step) => isHello(step.memory(step.register(1), 5))); // back to where r1 points at the memo
console.log(session.symbol, session.machine?.region(session.registers![1]));
