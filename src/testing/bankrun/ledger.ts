// The chain behind a bankrun: a bank under the rules of Agave 1.18, as far as a bank of today can have them, with a slot and
// a block height of its own beside the Clock sysvar, which tests overwrite.
// Differs: bankrun makes a new blockhash every 6.4 ms of real time. Here `latestBlockhash` makes one where the last one has
// been used by a transaction: whoever asks for a blockhash can always send the same instructions again, and blockhashes
// grow old only by being used or by warps.
// Source: solana-program-test 1.18 src/lib.rs; solana-banks-server 1.18 src/banks_server.rs.

import { Bank, errorOf, LAMPORTS_PER_SIGNATURE, type TransactionRecord } from '../../bank/bank.ts';
import { epochOf, firstSlotOf, leaderScheduleEpochOf } from '../../bank/epochs.ts';
import { setProgram, sysvarAccount } from '../../bank/genesis.ts';
import { hashes } from '../../crypto/hashes.ts';
import {
  CLOCK_ID,
  CONFIG_PROGRAM_ID,
  ED25519_ID,
  EPOCH_SCHEDULE_ID,
  FEES_ID,
  LAST_RESTART_SLOT_ID,
  RENT_ID,
  SECP256K1_ID,
  SLOT_HASHES_ID,
  STAKE_CONFIG_ID,
  STAKE_HISTORY_ID,
  SYSTEM_PROGRAM_ID,
} from '../../runtime/addresses.ts';
import {
  DEFAULT_INSTRUCTION_COMPUTE_UNIT_LIMIT,
  MAINNET_COSTS,
  MIN_HEAP_FRAME_BYTES,
} from '../../runtime/execution-cost.ts';
import type { FeatureSet } from '../../runtime/features.ts';
import { minimumBalance } from '../../runtime/rent.ts';
import { AGAVE_RULES, type TransactionRules } from '../../runtime/rules.ts';
import * as layouts from '../../runtime/sysvars/layouts.ts';
import type { Account } from '../../wire/account.ts';
import { decodeMessage } from '../../wire/message.ts';
import { Pubkey } from '../../wire/pubkey.ts';
import { decodeTransaction } from '../../wire/transaction.ts';
import { displayTransactionError } from '../../wire/transaction-error.ts';
import { nativeError } from '../litesvm/arguments.ts';
import { featureKey, HIDDEN_GATE } from './features.ts';
import { PROGRAMS_OF_1_18 } from './programs/index.ts';

/** 1,000,000 SOL. */
const PAYER_LAMPORTS = 1_000_000n * 1_000_000_000n;
/** How many blockhashes may follow one until it is forgotten. Source: solana-sdk clock.rs, MAX_RECENT_BLOCKHASHES. */
const MAX_RECENT_BLOCKHASHES = 300n;

/** Bytes of log that are kept of a transaction. Source: agave 1.18 runtime/src/bank.rs, process_transaction_with_metadata. */
const LOG_BYTES_LIMIT = 1_000_000;

export const EPOCH_SCHEDULE: layouts.EpochSchedule = {
  slotsPerEpoch: 432_000n,
  leaderScheduleSlotOffset: 432_000n,
  warmup: true,
  firstNormalEpoch: 14n,
  firstNormalSlot: 524_256n,
};
export const RENT: layouts.Rent = { lamportsPerByte: 3480n, exemptionThreshold: 2, burnPercent: 50 };

/** What 1.18 did otherwise than a validator does today. */
const BANKRUN_RULES: TransactionRules = {
  ...AGAVE_RULES,
  enforcePacketSize: false,
  enforceInstructionLimits: false,
  ignoreExecutableFlag: false,
  chargeForLoadFailures: false,
};

/** Before SIMD-0339 a call cost more, and the metas and infos it passes nothing. */
const BANKRUN_COSTS = { ...MAINNET_COSTS, invokeUnits: 1000, accountMetaBytes: 0, accountInfoBytes: 0 };
/** Before SIMD-0170 builtins were like other programs. */
const BANKRUN_ALLOCATION = { builtin: DEFAULT_INSTRUCTION_COMPUTE_UNIT_LIMIT, computeBudget: 0 };

const NATIVE_MINT = Pubkey.fromBase58('So11111111111111111111111111111111111111112');
const NATIVE_MINT_2022 = Pubkey.fromBase58('9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP');
const TOKEN_PROGRAM = Pubkey.fromBase58('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');

/** Accounts of the genesis that a validator of today doesn't have, or not with this content. */
export const GENESIS_ACCOUNTS: readonly (readonly [Pubkey, Account])[] = [
  [NATIVE_MINT, storedAccount(TOKEN_PROGRAM, 1_000_000_000n, nativeMintData(), 1n)],
  [STAKE_CONFIG_ID, storedAccount(CONFIG_PROGRAM_ID, 960_480n, stakeConfigData(), 0n)],
];

export interface LedgerOptions {
  readonly payer: Pubkey;
  /** Seconds. */
  readonly creationTime: number;
  readonly features: FeatureSet;
  readonly accounts: readonly (readonly [Pubkey, Account])[];
  readonly computeMaxUnits: bigint | undefined;
  readonly transactionAccountLockLimit: bigint | undefined;
}

/** What is known of a transaction that ran. */
export interface Status {
  readonly slot: bigint;
  /** Agave's text. */
  readonly error: string | undefined;
}

export class Ledger {
  readonly #bank: Bank;
  readonly #statuses = new Map<string, Status>();
  #slot = 1n;
  #blockHeight = 1n;
  #isBlockhashUsed = false;
  /** The latest blockhash when the chain started, or when it last warped. */
  lastBlockhash: string;

  constructor(options: LedgerOptions) {
    const { computeMaxUnits, transactionAccountLockLimit: lockLimit } = options;
    this.#bank = new Bank({
      features: options.features,
      rules: BANKRUN_RULES,
      // Nobody checks signatures in bankrun but web3.js itself, of legacy transactions.
      verifySignatures: false,
      historyCapacity: 0,
      logBytesLimit: LOG_BYTES_LIMIT,
      rent: RENT,
      costs: BANKRUN_COSTS,
      builtinAllocation: BANKRUN_ALLOCATION,
      accountLockLimit: lockLimit === undefined ? undefined : Number(lockLimit),
      computeBudgetOverride:
        computeMaxUnits === undefined
          ? undefined
          : { computeUnitLimit: Number(computeMaxUnits), heapSize: MIN_HEAP_FRAME_BYTES },
      // Each chain has blockhashes of its own.
      blockhash: new Pubkey(hashes.sha256(options.payer.bytes)),
    });
    this.#setGenesis(options);
    this.lastBlockhash = `${this.#bank.latestBlockhashKey}`;
  }

  #setGenesis({ payer, creationTime, accounts }: LedgerOptions): void {
    const bank = this.#bank;
    const sink = { set: (key: Pubkey, account: Account) => bank.setAccount(key, account) };
    const now = BigInt(creationTime);
    const clock = { slot: 1n, epochStartTimestamp: now, epoch: 0n, leaderScheduleEpoch: 1n, unixTimestamp: now };
    this.#setSysvar(CLOCK_ID, layouts.encodeClock(clock));
    this.#setSysvar(SLOT_HASHES_ID, layouts.encodeSlotHashes([{ slot: 0n, hash: bank.latestBlockhash }]));
    this.#setSysvar(FEES_ID, layouts.encodeFees({ lamportsPerSignature: LAMPORTS_PER_SIGNATURE }));
    this.#setSysvar(STAKE_HISTORY_ID, layouts.encodeStakeHistory([]));
    for (const key of [RENT_ID, EPOCH_SCHEDULE_ID, LAST_RESTART_SLOT_ID])
      this.#setSysvar(key, bank.getAccount(key)!.data);
    for (const key of [ED25519_ID, SECP256K1_ID])
      bank.setAccount(key, { ...bank.getAccount(key)!, data: Uint8Array.of(1) });
    for (const [key, account] of GENESIS_ACCOUNTS) bank.setAccount(key, account);
    // Token-2022 has no mint of wrapped SOL there.
    bank.setAccount(NATIVE_MINT_2022, systemAccount(0n));
    bank.setAccount(featureKey(HIDDEN_GATE), systemAccount(0n));
    bank.setAccount(payer, systemAccount(PAYER_LAMPORTS));
    bank.expireBlockhash();
    for (const program of PROGRAMS_OF_1_18) setProgram(sink, program, RENT, 0n);
    for (const [key, account] of accounts) bank.setAccount(key, account);
  }

  /** Sysvars hold what their size asks for. */
  #setSysvar(key: Pubkey, data: Uint8Array): void {
    this.#bank.setAccount(key, { ...sysvarAccount(data), lamports: minimumBalance(RENT, data.length) });
  }

  // Transactions.

  /** @returns the record, whose status is noted where it ran. */
  process(wire: Uint8Array): TransactionRecord {
    const transaction = decodeTransaction(wire, { allowTrailingBytes: true });
    const record = this.#bank.send(transaction);
    this.#isBlockhashUsed = true;
    if (record.execution === undefined) return record;
    const error = errorOf(record);
    const status = { slot: this.#slot, error: error && displayTransactionError(error) };
    this.#statuses.set(statusKey(transaction.signatures[0]), status);
    return record;
  }

  simulate(wire: Uint8Array): TransactionRecord {
    return this.#bank.simulate(decodeTransaction(wire, { allowTrailingBytes: true }));
  }

  statusOf(signature: Uint8Array): Status | undefined {
    return this.#statuses.get(statusKey(signature));
  }

  /** Lamports; undefined where the message's blockhash is too old or unknown. */
  feeForMessage(wire: Uint8Array): bigint | undefined {
    return this.#bank.feeForMessage(decodeMessage(wire));
  }

  // Accounts and sysvars.

  getAccount(key: Pubkey): Account | undefined {
    return this.#bank.getAccount(key);
  }

  setAccount(key: Pubkey, account: Account): void {
    this.#bank.setAccount(key, account);
  }

  get clock(): layouts.Clock {
    return this.#sysvar(CLOCK_ID, layouts.decodeClock, 'clock');
  }

  set clock(clock: layouts.Clock) {
    this.#setSysvar(CLOCK_ID, layouts.encodeClock(clock));
  }

  get rent(): layouts.Rent {
    return this.#sysvar(RENT_ID, layouts.decodeRent, 'rent');
  }

  /** What programs read. Transactions are held to the rent that the chain started with, as in bankrun. */
  set rent(rent: layouts.Rent) {
    this.#setSysvar(RENT_ID, layouts.encodeRent(rent));
  }

  #sysvar<T>(id: Pubkey, decode: (data: Uint8Array) => T | undefined, name: string): T {
    const account = this.#bank.getAccount(id);
    const value = account && decode(account.data);
    if (value === undefined) throw nativeError(`Failed to get ${name}: io: Failed to deserialize sysvar`);
    return value;
  }

  // Blocks.

  get slot(): bigint {
    return this.#slot;
  }

  get blockHeight(): bigint {
    return this.#blockHeight;
  }

  /** A blockhash that no transaction has used yet. */
  latestBlockhash(): { readonly blockhash: string; readonly lastValidBlockHeight: bigint } {
    if (this.#isBlockhashUsed) this.#newBlockhash();
    return {
      blockhash: `${this.#bank.latestBlockhashKey}`,
      lastValidBlockHeight: this.#blockHeight + MAX_RECENT_BLOCKHASHES,
    };
  }

  #newBlockhash(): void {
    this.#bank.expireBlockhash();
    this.#isBlockhashUsed = false;
  }

  /**
   * Goes on to a later slot by two blocks, the first of them right before it; by one where it is the next slot. The time
   * of the clock stays.
   */
  warpToSlot(slot: bigint): void {
    this.#newBlockhash();
    if (slot <= this.#slot) throw new RangeError('Warp slot not in the future');
    const parents = slot - 1n === this.#slot ? [this.#slot] : [this.#slot, slot - 1n];
    for (const parent of parents) this.#addSlotHash(parent);
    this.#setClockAt(slot);
    this.#slot = slot;
    this.#blockHeight += BigInt(parents.length);
    this.lastBlockhash = `${this.#bank.latestBlockhashKey}`;
  }

  warpToEpoch(epoch: bigint): void {
    this.warpToSlot(firstSlotOf(EPOCH_SCHEDULE, epoch));
  }

  #addSlotHash(slot: bigint): void {
    const older = this.#sysvar(SLOT_HASHES_ID, layouts.decodeSlotHashes, 'slot hashes');
    // Nobody knows the hash of a bank here.
    const hash = hashes.sha256(this.#bank.latestBlockhash);
    const entries = [{ slot, hash }, ...older].slice(0, layouts.MAX_SLOT_HASHES);
    this.#setSysvar(SLOT_HASHES_ID, layouts.encodeSlotHashes(entries));
  }

  /** Source: agave runtime/src/bank.rs, update_clock. */
  #setClockAt(slot: bigint): void {
    const { unixTimestamp, epochStartTimestamp } = this.clock;
    const epoch = epochOf(EPOCH_SCHEDULE, slot);
    this.clock = {
      slot,
      epochStartTimestamp: epoch === epochOf(EPOCH_SCHEDULE, this.#slot) ? epochStartTimestamp : unixTimestamp,
      epoch,
      leaderScheduleEpoch: leaderScheduleEpochOf(EPOCH_SCHEDULE, slot),
      unixTimestamp,
    };
  }
}

function storedAccount(owner: Pubkey, lamports: bigint, data: Uint8Array, rentEpoch: bigint): Account {
  return { lamports, data, owner, executable: false, rentEpoch };
}

function statusKey(signature: Uint8Array): string {
  return String.fromCharCode(...signature);
}

function systemAccount(lamports: bigint): Account {
  return storedAccount(SYSTEM_PROGRAM_ID, lamports, new Uint8Array(0), 0n);
}

/** A mint without an authority, of 9 decimals, initialized. */
function nativeMintData(): Uint8Array {
  const data = new Uint8Array(82);
  data.set([9, 1], 44);
  return data;
}

/** What Stake read its parameters from: no keys, 0.25, 12. */
function stakeConfigData(): Uint8Array {
  const data = new Uint8Array(10);
  new DataView(data.buffer).setFloat64(1, 0.25, true);
  data[9] = 12;
  return data;
}
