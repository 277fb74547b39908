// What the scenarios share: a virtual machine, wallets that are the same on each run, and the way from instructions to a
// signed transaction, as a client of @solana/kit writes it.

import { existsSync, readFileSync } from 'node:fs';
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
import type { FeatureSet } from '../../runtime/features.ts';
import { assembleElf } from '../../sbpf/index.ts';
import { Svm, type TransactionOutcome } from '../../testing/svm.ts';

export const SOL = 1_000_000_000n;

export interface Scenario {
  readonly name: string;
  /** One line for the list. */
  readonly title: string;
  /** What happens and why, in a sentence or two. */
  readonly story: string;
  play(stage: Stage): Promise<TransactionOutcome>;
}

/** Who plays. The private key of each is its number, 32 times, so that every run shows the same addresses. */
const WALLETS = { alice: 1, bob: 2, mint: 3 };

export class Stage {
  readonly #names = new Map<string, string>();
  readonly svm: Svm;

  /** @param features mainnet's where they aren't said. */
  constructor(features?: FeatureSet) {
    this.svm = new Svm({ names: this.#names, ...(features === undefined ? {} : { features }) });
  }

  /** Calls an address by a name in the trees. */
  name(address: Address, name: string): Address {
    this.#names.set(address, name);
    return address;
  }

  /** A wallet with SOL in it. */
  async wallet(name: keyof typeof WALLETS, balance: bigint = 10n * SOL): Promise<KeyPairSigner> {
    const number = WALLETS[name];
    const signer = await createKeyPairSignerFromPrivateKeyBytes(new Uint8Array(32).fill(number));
    this.name(signer.address, name);
    if (balance > 0n) this.svm.airdrop(signer.address, lamports(balance));
    return signer;
  }

  /** Assembles `examples/programs/<name>.s` and adds it. */
  program(name: string, address: string, label = name): Address {
    const source = readFileSync(programFile(name), 'utf8');
    this.svm.addProgram(address as Address, assembleElf(source));
    return this.name(address as Address, label);
  }

  async send(feePayer: KeyPairSigner, instructions: readonly Instruction[]): Promise<TransactionOutcome> {
    const lifetime = { blockhash: this.svm.latestBlockhash(), lastValidBlockHeight: 0xffff_ffff_ffff_ffffn };
    const message = pipe(
      createTransactionMessage({ version: 0 }),
      (m) => setTransactionMessageFeePayerSigner(feePayer, m),
      (m) => setTransactionMessageLifetimeUsingBlockhash(lifetime, m),
      (m) => appendTransactionMessageInstructions(instructions, m),
    );
    return this.svm.sendTransaction(await signTransactionMessageWithSigners(message));
  }
}

/** The sources lie a folder deeper in the package than what is built of them. */
function programFile(name: string): URL {
  const places = ['../../..', '../..'].map((root) => new URL(`${root}/examples/programs/${name}.s`, import.meta.url));
  return places.find((place) => existsSync(place)) ?? places[0];
}
