// Names of addresses that mean the same on every cluster: programs, loaders, sysvars. Token mints have no names here:
// what a mint calls itself is its creator's word. Labels of the user go before this table (TraceRecorder's `names`).
// Source: solana-sdk sdk-ids/src/lib.rs, and each program's own declaration of its id.

/** Address → name. */
export const WELL_KNOWN_NAMES: Readonly<Record<string, string>> = {
  // Builtin programs and what used to be one
  '11111111111111111111111111111111': 'System',
  ComputeBudget111111111111111111111111111111: 'Compute Budget',
  AddressLookupTab1e1111111111111111111111111: 'Address Lookup Table',
  Stake11111111111111111111111111111111111111: 'Stake',
  Vote111111111111111111111111111111111111111: 'Vote',
  Config1111111111111111111111111111111111111: 'Config',
  Feature111111111111111111111111111111111111: 'Feature Gate',
  ZkE1Gama1Proof11111111111111111111111111111: 'ZK ElGamal Proof',
  ZkTokenProof1111111111111111111111111111111: 'ZK Token Proof',

  // Loaders
  NativeLoader1111111111111111111111111111111: 'Native Loader',
  BPFLoader1111111111111111111111111111111111: 'BPF Loader v1',
  BPFLoader2111111111111111111111111111111111: 'BPF Loader v2',
  BPFLoaderUpgradeab1e11111111111111111111111: 'BPF Loader v3',
  LoaderV411111111111111111111111111111111111: 'Loader v4',

  // Precompiles
  Ed25519SigVerify111111111111111111111111111: 'Ed25519 Verify',
  KeccakSecp256k11111111111111111111111111111: 'Secp256k1 Verify',
  Secp256r1SigVerify1111111111111111111111111: 'Secp256r1 Verify',

  // Sysvars
  Sysvar1111111111111111111111111111111111111: 'Sysvar Owner',
  SysvarC1ock11111111111111111111111111111111: 'Clock Sysvar',
  SysvarEpochRewards1111111111111111111111111: 'Epoch Rewards Sysvar',
  SysvarEpochSchedu1e111111111111111111111111: 'Epoch Schedule Sysvar',
  SysvarFees111111111111111111111111111111111: 'Fees Sysvar',
  Sysvar1nstructions1111111111111111111111111: 'Instructions Sysvar',
  SysvarLastRestartS1ot1111111111111111111111: 'Last Restart Slot Sysvar',
  SysvarRecentB1ockHashes11111111111111111111: 'Recent Blockhashes Sysvar',
  SysvarRent111111111111111111111111111111111: 'Rent Sysvar',
  SysvarRewards111111111111111111111111111111: 'Rewards Sysvar',
  SysvarS1otHashes111111111111111111111111111: 'Slot Hashes Sysvar',
  SysvarS1otHistory11111111111111111111111111: 'Slot History Sysvar',
  SysvarStakeHistory1111111111111111111111111: 'Stake History Sysvar',

  // Solana Program Library
  TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA: 'Token',
  TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb: 'Token-2022',
  ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL: 'Associated Token',
  Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo: 'Memo v1',
  MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr: 'Memo',
  Memo4c2pN8afCj432Lb7RMVKi9PbQnnW7ewFFaV3oAH: 'Memo v4',
  namesLPneVptA9Z5rqUDD9tMTWEJwofgaYwp8cawRkX: 'Name Service',
  SPoo1Ku8WFXoNDMHPsrGSTSG1Y47rzgn41SLUNakuHy: 'Stake Pool',
  GovER5Lthms3bLBqWub97yVrMmEogzX7xNjdXpPPCVZw: 'Governance',
  cmtDvXumGCrqC1Age74AVPhSRVXJMd8PJS91L8KbNCK: 'Account Compression',
  noopb9bkMVfRPU8AsbpTUg8AQkHtKwMYZiFUjNRtMmV: 'Noop',

  // Programs of others that many transactions meet
  metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s: 'Token Metadata',
  BGUMAp9Gq7iTEuizy4pqaxsTyUCBK68MDfK752saRPUY: 'Bubblegum',
  CoREENxT6tW1HoK8ypY1SxRMZTcVPm7R94rH4PZNhX7d: 'Metaplex Core',
  SQDS4ep65T869zMMBKyuUq6aD6EgTu8psMjkvj52pCf: 'Squads v4',
  JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4: 'Jupiter v6',
  whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc: 'Orca Whirlpool',
  '675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8': 'Raydium AMM v4',
  CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK: 'Raydium CLMM',

  '1nc1nerator11111111111111111111111111111111': 'Incinerator',
};

export const INSTRUCTIONS_SYSVAR_ADDRESS = 'Sysvar1nstructions1111111111111111111111111';

const MAX_LABELS = 1_000;
let wellKnown: Map<string, string> | undefined;

/** Looks names up, the user's labels first. */
export class AddressNames {
  readonly #labels: ReadonlyMap<string, string> | undefined;
  #found: Record<string, string> | undefined;

  constructor(labels: ReadonlyMap<string, string> | undefined) {
    this.#labels = labels;
  }

  nameOf(address: string): string | null {
    // A map: as a property's name a text has to be looked up among all names of properties first.
    return this.#labels?.get(address) ?? (wellKnown ??= new Map(Object.entries(WELL_KNOWN_NAMES))).get(address) ?? null;
  }

  /** Looks a name up and remembers it. */
  find(address: string): void {
    const name = this.nameOf(address);
    if (name !== null) this.found[address] = name;
  }

  /**
   * What `find` found: a trace's `names`. Labels are found from the start, as many as are sensible: account data may name
   * what the transaction doesn't.
   */
  get found(): Record<string, string> {
    return (this.#found ??= Object.fromEntries([...(this.#labels ?? [])].slice(0, MAX_LABELS)));
  }
}
