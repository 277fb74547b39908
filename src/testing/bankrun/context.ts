// What `start()` gives: a client, a payer with lamports, and the hand that overwrites state.
// Source: solana-bankrun solana-bankrun/index.ts, src/lib.rs; solana-program-test 1.18 src/lib.rs, start_with_context.

import { Keypair, type PublicKey } from '@solana/web3.js';
import type { Account } from '../../wire/account.ts';
import type { Pubkey } from '../../wire/pubkey.ts';
import { bigint, instance, nativeError } from '../litesvm/arguments.ts';
import { innerOf } from '../litesvm/native-object.ts';
import { type AccountInfoBytes, BanksClient, fromAccountInfo, toPubkey } from './banks-client.ts';
import { featureKey, featuresWithout, HIDDEN_GATE } from './features.ts';
import { GenesisConfig } from './genesis-config.ts';
import { GENESIS_ACCOUNTS, Ledger } from './ledger.ts';
import { Clock, Rent, rentOf, u64 } from './values.ts';

export interface AddedProgram {
  name: string;
  programId: PublicKey;
}

export interface AddedAccount {
  address: PublicKey;
  info: AccountInfoBytes;
}

interface ContextState {
  readonly ledger: Ledger;
  /** 64 bytes: secret, then public. */
  readonly payer: Uint8Array;
  readonly genesis: GenesisConfig;
}

export class ProgramTestContext {
  private inner: ContextState;

  constructor(inner: ContextState) {
    this.inner = inner;
  }

  get banksClient(): BanksClient {
    return new BanksClient(this.inner.ledger);
  }

  /** Has 1,000,000 SOL at the start. */
  get payer(): Keypair {
    return Keypair.fromSecretKey(this.inner.payer);
  }

  /** The latest blockhash when the chain started, or when it last warped. */
  get lastBlockhash(): string {
    return this.inner.ledger.lastBlockhash;
  }

  get genesisConfig(): GenesisConfig {
    return this.inner.genesis;
  }

  /** Stores an account, past all rules. */
  setAccount(address: PublicKey, account: AccountInfoBytes): void {
    this.inner.ledger.setAccount(toPubkey(address), fromAccountInfo(account));
  }

  /** Overwrites the clock that programs read. The chain's slot stays. */
  setClock(clock: Clock): void {
    this.inner.ledger.clock = innerOf(instance(clock, Clock));
  }

  /** Overwrites the rent that programs read. Transactions are held to the rent of the start. */
  setRent(rent: Rent): void {
    this.inner.ledger.rent = rentOf(instance(rent, Rent));
  }

  /** Goes on to a later slot. */
  warpToSlot(slot: bigint): void {
    this.#warp(slot, (target) => this.inner.ledger.warpToSlot(target));
  }

  /** Goes on to the first slot of an epoch. */
  warpToEpoch(epoch: bigint): void {
    this.#warp(epoch, (target) => this.inner.ledger.warpToEpoch(target));
  }

  #warp(target: bigint, warp: (target: bigint) => void): void {
    const int = bigint(target);
    try {
      warp(u64(int));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const debug = `BigInt { sign_bit: ${int < 0n}, words: [${u64(int)}] }`;
      throw nativeError(`Failed to warp to slot ${debug}: ${error.message}`);
    }
  }
}

export interface ContextOptions {
  /** In the order in which they are stored. */
  readonly accounts: readonly (readonly [Pubkey, Account])[];
  readonly computeMaxUnits: bigint | undefined;
  readonly transactionAccountLockLimit: bigint | undefined;
  readonly deactivateFeatures: readonly PublicKey[] | undefined;
  /** The time of the chain's start, in seconds. */
  readonly creationTime: number;
}

export function createContext(options: ContextOptions): ProgramTestContext {
  const payer = Keypair.generate();
  const payerKey = toPubkey(payer.publicKey);
  const features = featuresWithout((options.deactivateFeatures ?? []).map((key) => key.toBase58()));
  const { accounts, computeMaxUnits, transactionAccountLockLimit, creationTime } = options;
  const ledger = new Ledger({
    payer: payerKey,
    creationTime,
    features,
    accounts,
    computeMaxUnits,
    transactionAccountLockLimit,
  });
  const stored = [
    payerKey,
    ...GENESIS_ACCOUNTS.map(([key]) => key),
    ...features.active.filter((name) => name !== HIDDEN_GATE).map(featureKey),
  ];
  const genesis = new GenesisConfig({
    creationTime,
    accounts: stored.map((key) => [key, ledger.getAccount(key)!]),
  });
  return new ProgramTestContext({ ledger, payer: payer.secretKey, genesis });
}
