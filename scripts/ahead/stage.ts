// A virtual machine for scenarios to play on, the same on each run: addresses are numbers, nothing is signed.

import { type Address, createNoopSigner, type Instruction, lamports, type TransactionSigner } from '@solana/kit';
import { Svm, type SvmOptions, type TransactionOutcome } from '../../src/index.ts';
import { compileMessage, createTransaction, encodeMessage, encodeTransaction, Pubkey } from '../../src/wire/index.ts';

const BALANCE = lamports(10n ** 15n);

export class Stage {
  readonly svm: Svm;
  readonly payer: TransactionSigner;
  /** Of what was played, in order. */
  readonly outcomes: TransactionOutcome[] = [];
  /** Whether a scenario must go as it says. */
  mustAgree = true;
  #made = 0;

  constructor(options: SvmOptions = {}) {
    this.svm = new Svm({ signatureVerification: false, ...options });
    this.payer = this.wallet();
    this.svm.airdrop(this.payer.address, BALANCE);
  }

  /** Signs, but has nothing. */
  wallet(): TransactionSigner {
    return createNoopSigner(this.address());
  }

  /** One that nobody used before. */
  address(): Address {
    const bytes = new Uint8Array(32).fill(++this.#made >> 8);
    bytes[0] = this.#made;
    return `${new Pubkey(bytes)}` as Address;
  }

  play(...instructions: readonly Instruction[]): void {
    const { error, logs } = this.#send(instructions);
    if (error !== null && this.mustAgree) throw new Error(`This was to succeed:\n${logs.join('\n')}`);
  }

  /** What tests do to see it refused runs too. */
  playRefused(...instructions: readonly Instruction[]): void {
    const { error, logs } = this.#send(instructions);
    if (error === null && this.mustAgree) throw new Error(`This was to be refused:\n${logs.join('\n')}`);
  }

  #send(instructions: readonly Instruction[]) {
    const message = compileMessage({
      feePayer: Pubkey.fromBase58(this.payer.address),
      recentBlockhash: Pubkey.fromBase58(this.svm.latestBlockhash()).bytes,
      instructions: instructions.map(({ programAddress, accounts = [], data = new Uint8Array(0) }) => ({
        programAddress: Pubkey.fromBase58(programAddress),
        accounts: accounts.map(({ address, role }) => ({
          address: Pubkey.fromBase58(address),
          isSigner: role >= 2,
          isWritable: role % 2 === 1,
        })),
        data: new Uint8Array(data),
      })),
    });
    const { numRequiredSignatures } = message.header;
    const signatures = Array.from({ length: numRequiredSignatures }, () => new Uint8Array(64).fill(1));
    const transaction = encodeTransaction(createTransaction(message, signatures, encodeMessage(message)));
    const outcome = this.svm.sendTransaction(transaction);
    this.outcomes.push(outcome);
    this.svm.expireBlockhash();
    return outcome;
  }
}
