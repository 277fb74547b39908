// What a chain began with, as bankrun tells it: constants of its test setup, and the accounts of the genesis.
// Differs: of the bootstrap validator there is the identity alone, without its vote and stake accounts; gates that today's
// runtime no longer knows have no accounts.
// Source: solana-program-test 1.18 src/lib.rs, setup_bank; solana-bankrun solana-bankrun/index.ts.

import { type Cluster, type InflationGovernor, PublicKey } from '@solana/web3.js';
import type { Account } from '../../wire/account.ts';
import type { Pubkey } from '../../wire/pubkey.ts';
import { wrap } from '../litesvm/native-object.ts';
import { type AccountInfoBytes, toAccountInfo } from './banks-client.ts';
import { RENT, EPOCH_SCHEDULE as SCHEDULE } from './ledger.ts';
import { EpochSchedule, FeeRateGovernor, Inflation, PohConfig, type Rent, wrapRent } from './values.ts';

export type ClusterType = Cluster | 'development';

interface GenesisState {
  /** Seconds. */
  readonly creationTime: number;
  readonly accounts: readonly (readonly [Pubkey, Account])[];
}

export class GenesisConfig {
  private inner: GenesisState;

  constructor(inner: GenesisState) {
    this.inner = inner;
  }

  /** Seconds. */
  get creationTime(): number {
    return this.inner.creationTime;
  }

  get accounts(): Map<PublicKey, AccountInfoBytes> {
    return new Map(this.inner.accounts.map(([key, account]) => [new PublicKey(key.bytes), toAccountInfo(account)]));
  }

  get nativeInstructionProcessors(): Array<[string, PublicKey]> {
    return [];
  }

  get rewardsPools(): Map<PublicKey, AccountInfoBytes> {
    return new Map();
  }

  get ticksPerSlot(): bigint {
    return 64n;
  }

  get pohConfig(): PohConfig {
    return wrap(PohConfig, { targetTickDuration: 100n, targetTickCount: null, hashesPerTick: null });
  }

  get feeRateGovernor(): FeeRateGovernor {
    return wrap(FeeRateGovernor, {
      lamportsPerSignature: 5_000n,
      targetLamportsPerSignature: 10_000n,
      targetSignaturesPerSlot: 20_000n,
      minLamportsPerSignature: 0n,
      maxLamportsPerSignature: 0n,
      burnPercent: 50,
    });
  }

  get rent(): Rent {
    return wrapRent(RENT);
  }

  get inflation(): InflationGovernor {
    return wrap(Inflation, { initial: 0.08, terminal: 0.015, taper: 0.15, foundation: 0.05, foundationTerm: 7 });
  }

  get epochSchedule(): EpochSchedule {
    return wrap(EpochSchedule, SCHEDULE);
  }

  get clusterType(): ClusterType {
    return 'development';
  }
}
