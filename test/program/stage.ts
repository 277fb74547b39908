// What the tests of programs in TypeScript share: a virtual machine, wallets that are the same on each run, and the way from
// instructions to a sent transaction.

import {
  type Address,
  appendTransactionMessageInstructions,
  createKeyPairSignerFromPrivateKeyBytes,
  createTransactionMessage,
  type Instruction,
  type KeyPairSigner,
  lamports,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import { Svm, type SvmOptions, type TransactionOutcome } from '../../src/testing/svm.ts';

export const SOL = 1_000_000_000n;

export class Stage {
  readonly svm: Svm;

  constructor(options?: SvmOptions) {
    this.svm = new Svm(options);
  }

  /** A wallet with 100 SOL; the private key is `number`, 32 times. */
  async wallet(number: number, balance: bigint = 100n * SOL): Promise<KeyPairSigner> {
    const signer = await createKeyPairSignerFromPrivateKeyBytes(new Uint8Array(32).fill(number));
    if (balance > 0n) this.svm.airdrop(signer.address, lamports(balance));
    return signer;
  }

  /** An account of a program, as nothing but a test can make it. */
  account(
    address: Address,
    programAddress: Address,
    data: Uint8Array = new Uint8Array(0),
    balance: bigint = SOL,
  ): void {
    const space = BigInt(data.length);
    this.svm.setAccount({ address, lamports: lamports(balance), data, programAddress, executable: false, space });
  }

  async send(feePayer: KeyPairSigner, instructions: readonly Instruction[]): Promise<TransactionOutcome> {
    const lifetime = { blockhash: this.svm.latestBlockhash(), lastValidBlockHeight: 0xffff_ffff_ffff_ffffn };
    const message = pipe(
      createTransactionMessage({ version: 0 }),
      (m) => setTransactionMessageFeePayerSigner(feePayer, m),
      (m) => setTransactionMessageLifetimeUsingBlockhash(lifetime, m),
      (m) => appendTransactionMessageInstructions(instructions, m),
    );
    const outcome = this.svm.sendTransaction(await signTransactionMessageWithSigners(message));
    this.svm.expireBlockhash();
    return outcome;
  }
}
