// What the examples share: a chain with named wallets, and the way from instructions to a sent transaction.
import {
  type Address,
  appendTransactionMessageInstructions,
  createKeyPairSignerFromPrivateKeyBytes,
  createTransactionMessage,
  type Instruction,
  type KeyPairSigner,
  lamports,
  pipe,
  type ReadonlyUint8Array,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import { getCreateAccountInstruction } from '@solana-program/system';
import {
  findAssociatedTokenPda,
  getCreateAssociatedTokenInstructionAsync,
  getInitializeMint2Instruction,
  getMintSize,
  getMintToInstruction,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';
import { Svm, type TransactionOutcome } from 'parhelion';

export const SOL = 1_000_000_000n;

export class Stage {
  readonly #names = new Map<string, string>();
  readonly svm: Svm = new Svm({ names: this.#names });
  #wallets = 0;

  /** Gives an address a name for the trees. */
  name<A extends Address>(address: A, name: string): A {
    this.#names.set(address, name);
    return address;
  }

  /** A wallet; the same one on every run. */
  async wallet(name: string, balance: bigint = 100n * SOL): Promise<KeyPairSigner> {
    const signer = await createKeyPairSignerFromPrivateKeyBytes(new Uint8Array(32).fill(++this.#wallets));
    this.name(signer.address, name);
    if (balance > 0n) this.svm.airdrop(signer.address, lamports(balance));
    return signer;
  }

  async send(feePayer: KeyPairSigner, ...instructions: readonly Instruction[]): Promise<TransactionOutcome> {
    this.svm.expireBlockhash();
    const lifetime = { blockhash: this.svm.latestBlockhash(), lastValidBlockHeight: 0xffff_ffff_ffff_ffffn };
    const message = pipe(
      createTransactionMessage({ version: 0 }),
      (m) => setTransactionMessageFeePayerSigner(feePayer, m),
      (m) => setTransactionMessageLifetimeUsingBlockhash(lifetime, m),
      (m) => appendTransactionMessageInstructions(instructions, m),
    );
    return this.svm.sendTransaction(await signTransactionMessageWithSigners(message));
  }

  /** The same, where nothing may go wrong. */
  async mustSend(feePayer: KeyPairSigner, ...instructions: readonly Instruction[]): Promise<TransactionOutcome> {
    const outcome = await this.send(feePayer, ...instructions);
    if (outcome.error !== null) throw new Error(`${JSON.stringify(outcome.error)}\n${outcome.logs.join('\n')}`);
    return outcome;
  }

  /** Stores an account as it is. */
  account(
    address: Address,
    programAddress: Address,
    data: ReadonlyUint8Array = new Uint8Array(0),
    balance = SOL,
  ): void {
    const space = BigInt(data.length);
    this.svm.setAccount({ address, lamports: lamports(balance), data, programAddress, executable: false, space });
  }

  /** The data of an account that must be there. */
  dataOf(address: Address): ReadonlyUint8Array {
    const account = this.svm.getAccount(address);
    if (!account.exists) throw new Error(`there is no account ${address}`);
    return account.data;
  }

  /** A mint with 6 decimals. */
  async mint(authority: KeyPairSigner, name = 'mint'): Promise<Address> {
    const mint = await this.wallet(name, 0n);
    const space = getMintSize();
    const rent = this.svm.minimumBalanceForRentExemption(BigInt(space));
    await this.mustSend(
      authority,
      getCreateAccountInstruction({
        payer: authority,
        newAccount: mint,
        lamports: rent,
        space,
        programAddress: TOKEN_PROGRAM_ADDRESS,
      }),
      getInitializeMint2Instruction({ mint: mint.address, decimals: 6, mintAuthority: authority.address }),
    );
    return mint.address;
  }

  /** The token account of an owner, with so many tokens in it. */
  async tokens(
    authority: KeyPairSigner,
    mint: Address,
    owner: Address,
    amount: bigint,
    name: string,
  ): Promise<Address> {
    const [token] = await findAssociatedTokenPda({ owner, mint, tokenProgram: TOKEN_PROGRAM_ADDRESS });
    await this.mustSend(
      authority,
      await getCreateAssociatedTokenInstructionAsync({ payer: authority, owner, mint }),
      getMintToInstruction({ mint, token, mintAuthority: authority, amount }),
    );
    return this.name(token, name);
  }

  /** How many tokens an account holds. */
  tokenBalance(token: Address): bigint {
    const { buffer, byteOffset } = this.dataOf(token);
    return new DataView(buffer, byteOffset).getBigUint64(64, true);
  }
}

/** What an example hands over: its transactions, by what happens in each. */
export type Played = Readonly<Record<string, TransactionOutcome>>;
