// What a bank holds before anything happened: sysvars, the accounts of builtin programs, precompiles and feature gates,
// and the bundled programs. Built once for each feature set and profile of rules, and shared by all banks that start
// from it; what takes time or room (program files, the slot history) is made when it is first read. The parts are also
// functions of their own, for who starts from an empty bank and adds what he wants.
// The accounts are those of a new LiteSVM. Differs: under a validator's rules the bundled programs were deployed in slot 0,
// because a program deployed in the present slot can't be called yet, and the mints of wrapped SOL are there, as on the
// chain; under LiteSVM's rules there is the account that its airdrops are paid from.
// Source: litesvm crates/litesvm/src/lib.rs, into_basic; agave builtins/src/lib.rs, BUILTINS.

import {
  BPF_LOADER_DEPRECATED_ID,
  BPF_LOADER_ID,
  BPF_LOADER_UPGRADEABLE_ID,
  CLOCK_ID,
  COMPUTE_BUDGET_ID,
  CONFIG_PROGRAM_ID,
  ED25519_ID,
  EPOCH_REWARDS_ID,
  EPOCH_SCHEDULE_ID,
  FEATURE_PROGRAM_ID,
  FEES_ID,
  LAST_RESTART_SLOT_ID,
  LOADER_V4_ID,
  NATIVE_LOADER_ID,
  RECENT_BLOCKHASHES_ID,
  RENT_ID,
  SECP256K1_ID,
  SECP256R1_ID,
  SLOT_HASHES_ID,
  SLOT_HISTORY_ID,
  STAKE_CONFIG_ID,
  STAKE_HISTORY_ID,
  SYSTEM_PROGRAM_ID,
  SYSVAR_OWNER_ID,
  VOTE_PROGRAM_ID,
  ZK_ELGAMAL_PROOF_ID,
  ZK_TOKEN_PROOF_ID,
} from '../runtime/addresses.ts';
import {
  FEATURE_GATES,
  type FeatureName,
  type FeatureSet,
  LATEST_MAINNET_ACTIVATION_SLOT,
  mayBeFeature,
} from '../runtime/features.ts';
import { minimumBalance } from '../runtime/rent.ts';
import type { TransactionRules } from '../runtime/rules.ts';
import * as sysvars from '../runtime/sysvars/layouts.ts';
import type { Account } from '../wire/account.ts';
import { writeU64 } from '../wire/bytes.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { Accounts } from './accounts.ts';
import { type BundledProgram, bundledElf, bundledPrograms, withAhead } from './bundled/index.ts';
import { chainRulesOf } from './chain-rules.ts';
import { programAccount, programDataAccount, programDataLen } from './program-accounts.ts';

/** SHA-256 of "genesis". */
export const GENESIS_BLOCKHASH: Pubkey = Pubkey.constant('CmpNeggWJ4JaWJeJ8YKN1Zypmk7uvQq3PECGUCAEMbky');
/** Where a new bank's clock stands: the slot of mainnet's newest feature activation. */
export const GENESIS_SLOT = BigInt(LATEST_MAINNET_ACTIVATION_SLOT);

/** Pays the airdrops under LiteSVM's rules. LiteSVM itself makes up a new key for each instance. */
export const FAUCET_ADDRESS: Pubkey = Pubkey.constant('Faucet1111111111111111111111111111111111111');
/** 1,000,000 SOL. */
const FAUCET_LAMPORTS = 1_000_000n * 1_000_000_000n;

const NO_DATA = new Uint8Array(0);
const MINT_LEN = 82;
/** Where a mint keeps its decimals; the byte behind says that it is initialized. */
const MINT_DECIMALS_OFFSET = 44;
const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
const TOKEN_2022_PROGRAM = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb';
/** The mints of wrapped SOL, and the program of each. */
export const NATIVE_MINTS = [
  { mint: 'So11111111111111111111111111111111111111112', program: TOKEN_PROGRAM },
  { mint: '9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP', program: TOKEN_2022_PROGRAM },
];

/** Accounts of the runtime's own programs, with what stands in them, and the gate some wait for. */
const BUILTIN_ACCOUNTS: readonly { key: Pubkey; name: string; feature?: FeatureName }[] = [
  { key: SYSTEM_PROGRAM_ID, name: 'solana_system_program' },
  { key: VOTE_PROGRAM_ID, name: 'solana_vote_program' },
  { key: BPF_LOADER_DEPRECATED_ID, name: 'solana_bpf_loader_program' },
  { key: BPF_LOADER_ID, name: 'solana_bpf_loader_program' },
  { key: BPF_LOADER_UPGRADEABLE_ID, name: 'solana_bpf_loader_upgradeable_program' },
  { key: COMPUTE_BUDGET_ID, name: 'compute_budget_program' },
  { key: ZK_TOKEN_PROOF_ID, name: 'zk_token_proof_program', feature: 'zk_token_sdk_enabled' },
  { key: ZK_ELGAMAL_PROOF_ID, name: 'zk_elgamal_proof_program', feature: 'zk_elgamal_proof_program_enabled' },
];
const PRECOMPILES: readonly Pubkey[] = [ED25519_ID, SECP256K1_ID, SECP256R1_ID];

/** Where accounts are put: a bank, or `Accounts`. */
export interface AccountSink {
  set(key: Pubkey, account: Account): void;
}

const templates = new WeakMap<FeatureSet, Map<TransactionRules, Accounts>>();

/** The accounts of a new bank. The caller's own: nothing that is stored there is seen by another bank. */
export function genesisAccounts(features: FeatureSet, rules: TransactionRules): Accounts {
  let ofRules = templates.get(features);
  if (ofRules === undefined) templates.set(features, (ofRules = new Map()));
  let template = ofRules.get(rules);
  if (template === undefined) ofRules.set(rules, (template = buildTemplate(features, rules)));
  // Where there is a second bank there are more.
  else template.settle();
  return template.copy();
}

function buildTemplate(features: FeatureSet, rules: TransactionRules): Accounts {
  const accounts = new Accounts();
  const rent = genesisRent(features);
  setSysvars(accounts, features, GENESIS_BLOCKHASH);
  setBuiltins(accounts, features);
  setPrecompiles(accounts);
  const { deploysInPresentSlot, hasFaucet, hasNativeMints } = chainRulesOf(rules);
  setPrograms(accounts, features, rent, deploysInPresentSlot ? GENESIS_SLOT : 0n);
  if (hasNativeMints) setLoaderV4(accounts, features);
  if (hasFaucet) setFaucet(accounts, FAUCET_LAMPORTS);
  if (hasNativeMints) for (const { mint, program } of NATIVE_MINTS) setNativeMint(accounts, mint, program, rent);
  setFeatures(accounts, features, rent);
  return accounts;
}

/** The account that airdrops are paid from under LiteSVM's rules. */
export function setFaucet(accounts: AccountSink, lamports: bigint): void {
  accounts.set(FAUCET_ADDRESS, storedAccount(SYSTEM_PROGRAM_ID, lamports, NO_DATA));
}

/** The same minimum balances in two forms: lamports a byte, or a rate for a year and the years. */
function genesisRent(features: FeatureSet): sysvars.Rent {
  return features.runtime.deprecate_rent_exemption_threshold
    ? { lamportsPerByte: 6960n, exemptionThreshold: 1, burnPercent: 50 }
    : { lamportsPerByte: 3480n, exemptionThreshold: 2, burnPercent: 50 };
}

/** A sysvar's account, as every change of it is stored. */
export function sysvarAccount(data: Uint8Array): Account {
  return storedAccount(SYSVAR_OWNER_ID, 1n, data);
}

/** Every sysvar as a new chain has it, with `latestBlockhash` as its only one. */
export function setSysvars(accounts: AccountSink, features: FeatureSet, latestBlockhash: Pubkey): void {
  const rent = genesisRent(features);
  const clock = { slot: GENESIS_SLOT, epochStartTimestamp: 0n, epoch: 0n, leaderScheduleEpoch: 0n, unixTimestamp: 0n };
  const epochRewards = {
    distributionStartingBlockHeight: 0n,
    numPartitions: 0n,
    parentBlockhash: new Uint8Array(32),
    totalPoints: 0n,
    totalRewards: 0n,
    distributedRewards: 0n,
    active: false,
  };
  const epochSchedule = {
    slotsPerEpoch: 432_000n,
    leaderScheduleSlotOffset: 432_000n,
    warmup: true,
    firstNormalEpoch: 14n,
    firstNormalSlot: 524_256n,
  };
  const blockhash = latestBlockhash.bytes;
  const set = (key: Pubkey, data: Uint8Array) => accounts.set(key, sysvarAccount(data));
  set(CLOCK_ID, sysvars.encodeClock(clock));
  set(EPOCH_REWARDS_ID, sysvars.encodeEpochRewards(epochRewards));
  set(EPOCH_SCHEDULE_ID, sysvars.encodeEpochSchedule(epochSchedule));
  set(FEES_ID, sysvars.encodeFees({ lamportsPerSignature: 0n }));
  set(LAST_RESTART_SLOT_ID, sysvars.encodeLastRestartSlot({ lastRestartSlot: 0n }));
  set(RECENT_BLOCKHASHES_ID, sysvars.encodeRecentBlockhashes([{ blockhash, lamportsPerSignature: 0n }]));
  set(RENT_ID, sysvars.encodeRent(rent));
  set(SLOT_HASHES_ID, sysvars.encodeSlotHashes([{ slot: GENESIS_SLOT, hash: blockhash }]));
  set(STAKE_HISTORY_ID, sysvars.encodeStakeHistory([], 8));
  const slotHistory = () => sysvars.encodeSlotHistory(sysvars.emptySlotHistory());
  accounts.set(SLOT_HISTORY_ID, new LazyAccount(sysvarAccount(NO_DATA), slotHistory));
  // Left over from the time when Stake read its parameters there: no keys, 0.25, 12. Old clients still pass it.
  const stakeConfig = new Uint8Array(17);
  new DataView(stakeConfig.buffer).setFloat64(8, 0.25, true);
  stakeConfig[16] = 12;
  accounts.set(STAKE_CONFIG_ID, storedAccount(CONFIG_PROGRAM_ID, 1n, stakeConfig));
}

/** The accounts of the runtime's own programs. */
export function setBuiltins(accounts: AccountSink, features: FeatureSet): void {
  const encoder = new TextEncoder();
  for (const { key, name, feature } of BUILTIN_ACCOUNTS) {
    if (feature !== undefined && !features.runtime[feature]) continue;
    accounts.set(key, { ...storedAccount(NATIVE_LOADER_ID, 1n, encoder.encode(name)), executable: true });
  }
}

/** Newer Agave, and LiteSVM with it, has dropped this builtin. */
function setLoaderV4(accounts: AccountSink, features: FeatureSet): void {
  if (!features.runtime.enable_loader_v4) return;
  const data = new TextEncoder().encode('loader_v4');
  accounts.set(LOADER_V4_ID, { ...storedAccount(NATIVE_LOADER_ID, 1n, data), executable: true });
}

export function setPrecompiles(accounts: AccountSink): void {
  for (const key of PRECOMPILES) {
    accounts.set(key, { ...storedAccount(NATIVE_LOADER_ID, 1n, NO_DATA), executable: true });
  }
}

/** A gate's account: u8 1, then the slot of its activation. There are hundreds, and hardly anyone looks at one. */
function setFeatures(accounts: Accounts, features: FeatureSet, rent: sysvars.Rent): void {
  const lamports = minimumBalance(rent, 9);
  const addressOf = (name: FeatureName): string => FEATURE_GATES[name].address;
  let addresses: Set<string> | undefined;
  // Made once: what is the same in two copies of the accounts is the same object.
  let entries: (readonly [Pubkey, Account])[] | undefined;
  const makeEntry = (name: FeatureName): readonly [Pubkey, Account] => {
    const makeData = () => {
      const data = new Uint8Array(9);
      data[0] = 1;
      writeU64(data, 1, features.activatedSlot(name)!);
      return data;
    };
    const account = new LazyAccount(storedAccount(FEATURE_PROGRAM_ID, lamports, NO_DATA), makeData);
    return [Pubkey.fromBase58(addressOf(name)), account];
  };
  accounts.setPending({
    has: (address) => mayBeFeature(address) && (addresses ??= new Set(features.active.map(addressOf))).has(address),
    entries: () => (entries ??= features.active.map(makeEntry)),
  });
}

/** The bundled programs. */
export function setPrograms(
  accounts: AccountSink,
  features: FeatureSet,
  rent: sysvars.Rent,
  deploymentSlot: bigint,
): void {
  for (const program of bundledPrograms(features.runtime)) setProgram(accounts, program, rent, deploymentSlot);
}

/** One bundled program. It is unpacked when its account's data is first read. */
export function setProgram(
  accounts: AccountSink,
  program: BundledProgram,
  rent: sysvars.Rent,
  deploymentSlot: bigint,
): void {
  const key = Pubkey.constant(program.address);
  const loader = Pubkey.constant(program.loader);
  const len = program.length;
  if (program.programDataAddress === undefined) {
    const account = { ...storedAccount(loader, minimumBalance(rent, len), NO_DATA), executable: true };
    accounts.set(key, new LazyAccount(account, () => withAhead(program, bundledElf(program))));
    return;
  }
  const programDataKey = Pubkey.constant(program.programDataAddress);
  const account = storedAccount(loader, minimumBalance(rent, programDataLen(len)), NO_DATA);
  const data = () => withAhead(program, programDataAccount(bundledElf(program), deploymentSlot, rent).data);
  accounts.set(programDataKey, new LazyAccount(account, data));
  accounts.set(key, programAccount(programDataKey, rent));
}

export function setNativeMint(accounts: AccountSink, mint: string, program: string, rent: sysvars.Rent): void {
  const data = new Uint8Array(MINT_LEN);
  data[MINT_DECIMALS_OFFSET] = 9;
  data[MINT_DECIMALS_OFFSET + 1] = 1;
  const account = storedAccount(Pubkey.constant(program), minimumBalance(rent, MINT_LEN), data);
  accounts.set(Pubkey.constant(mint), account);
}

/** Accounts of the genesis have the rent epoch 0: nobody has looked at their rent yet. */
function storedAccount(owner: Pubkey, lamports: bigint, data: Uint8Array): Account {
  return { lamports, data, owner, executable: false, rentEpoch: 0n };
}

/** An account whose data is made when it is first read. */
class LazyAccount implements Account {
  readonly lamports: bigint;
  readonly owner: Pubkey;
  readonly executable: boolean;
  readonly rentEpoch: bigint;
  readonly #makeData: () => Uint8Array;
  #data: Uint8Array | undefined;

  constructor(account: Account, makeData: () => Uint8Array) {
    this.lamports = account.lamports;
    this.owner = account.owner;
    this.executable = account.executable;
    this.rentEpoch = account.rentEpoch;
    this.#makeData = makeData;
  }

  get data(): Uint8Array {
    return (this.#data ??= this.#makeData());
  }
}
