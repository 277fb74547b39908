// Which program stands behind an address, ready to run. A bank has one ProgramCache; a transaction looks through a
// TransactionProgramCache, which knows the program accounts it loaded and adds what it deploys, upgrades or closes.
// An executable is remembered by the identity of the account data it was made from: data of a stored account is never
// written in place, so an upgrade is new data, and two banks that share a version share its executable. It is made when
// the program is first called.
// Source: agave program-runtime/src/loaded_programs.rs, svm/src/program_loader.rs; syscalls/src/lib.rs,
// create_program_runtime_environment.

import { type AheadModule, type AheadSource, noteAhead } from '../sbpf/compiler/ahead.ts';
import type { Config } from '../sbpf/config.ts';
import { ElfError } from '../sbpf/errors.ts';
import { Executable } from '../sbpf/executable.ts';
import type { SyscallRegistry } from '../sbpf/syscall-registry.ts';
import { verify } from '../sbpf/verifier.ts';
import type { SbpfVersion } from '../sbpf/version.ts';
import type { Account } from '../wire/account.ts';
import { readU32, readU64 } from '../wire/bytes.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { PubkeyMap } from '../wire/pubkey-map.ts';
import { BPF_LOADER_DEPRECATED_ID, BPF_LOADER_ID, BPF_LOADER_UPGRADEABLE_ID, LOADER_V4_ID } from './addresses.ts';
import { noteElf } from './elf-files.ts';
import { MAX_CALL_DEPTH, STACK_FRAME_SIZE } from './execution-cost.ts';
import type { FeatureName, RuntimeFeatures } from './features.ts';
import type { InvokeContext } from './invoke-context.ts';
import type { TransactionRules } from './rules.ts';
import { createDeploymentSyscalls, createSyscalls } from './syscalls/index.ts';

export type { AheadModule };

/** A program that is part of the runtime. */
export interface BuiltinProgram {
  /** Content of the program's account. */
  readonly name: string;
  /** Without this gate there is no such program. */
  readonly feature?: FeatureName;
  /** Runs the current instruction. Charges its own units first. */
  process(context: InvokeContext): void;
}

export type ProgramCacheEntry =
  | CompiledEntry
  /** A function of the host that stands at the program's address. */
  | { readonly type: 'hosted'; readonly program: BuiltinProgram };

export type CompiledEntry =
  | { readonly type: 'loaded'; readonly executable: Executable }
  /** Not a program any more, or not one yet. */
  | { readonly type: 'closed'; readonly reason?: string }
  | { readonly type: 'failedVerification'; readonly reason?: string }
  /** Deployed in this slot, or earlier in this transaction. */
  | { readonly type: 'delayVisibility'; readonly reason?: string };

const hostedPrograms = new WeakMap<Uint8Array, BuiltinProgram>();
/** Most processes never host one. */
let isAnyHosted = false;

/**
 * Puts a function of the host behind the program account whose data is this very array. It is called in place of the
 * machine, under the account's loader. The array must not serve as the data of any other account.
 */
export function hostProgram(accountData: Uint8Array, program: BuiltinProgram): void {
  isAnyHosted = true;
  hostedPrograms.set(accountData, program);
}

/** The function behind a program account, where there is one. */
export function hostedProgram(accountData: Uint8Array): BuiltinProgram | undefined {
  return isAnyHosted ? hostedPrograms.get(accountData) : undefined;
}

const aheadSources = new WeakMap<Uint8Array, { readonly elfLen: number; readonly source: AheadSource }>();

/**
 * Notes that the program whose account data is this very array was compiled ahead. `elfLen`: how much of it is the ELF, at
 * its end.
 */
export function noteProgramAhead(accountData: Uint8Array, elfLen: number, source: AheadSource): void {
  aheadSources.set(accountData, { elfLen, source });
}

/** What ELF files are loaded for: the machine's settings and the syscalls they may name. */
export class ProgramEnvironment {
  readonly config: Config;
  readonly #makeSyscalls: () => SyscallRegistry;
  #syscalls: SyscallRegistry | undefined;
  readonly #entries = new WeakMap<Uint8Array, { readonly elfOffset: number; readonly entry: CompiledEntry }>();

  /** The syscalls are made when the first program is loaded. */
  constructor(config: Config, makeSyscalls: () => SyscallRegistry) {
    this.config = config;
    this.#makeSyscalls = makeSyscalls;
  }

  get syscalls(): SyscallRegistry {
    return (this.#syscalls ??= this.#makeSyscalls());
  }

  /** The program in an account's data, loaded and verified. */
  load(data: Uint8Array, elfOffset: number): CompiledEntry {
    const known = this.#entries.get(data);
    if (known?.elfOffset === elfOffset) return known.entry;
    const entry = this.#loadAndVerify(data, elfOffset);
    this.#entries.set(data, { elfOffset, entry });
    return entry;
  }

  #loadAndVerify(data: Uint8Array, elfOffset: number): CompiledEntry {
    const elf = data.subarray(elfOffset);
    const executable = Executable.load(elf, this.config, this.syscalls);
    if (executable instanceof ElfError) return { type: 'failedVerification', reason: executable.text };
    noteElf(executable, elf);
    const ahead = aheadSources.get(data);
    if (ahead?.elfLen === elf.length) noteAhead(executable, ahead.source);
    const error = verify(executable);
    return error === undefined ? { type: 'loaded', executable } : { type: 'failedVerification', reason: error.text };
  }
}

const environments = new WeakMap<RuntimeFeatures, ProgramEnvironment>();
const deploymentEnvironments = new WeakMap<RuntimeFeatures, ProgramEnvironment>();

/** The stack of a program. */
export type StackLimits = Pick<Config, 'maxCallDepth' | 'stackFrameSize'>;

const MAINNET_STACK: StackLimits = { maxCallDepth: MAX_CALL_DEPTH, stackFrameSize: STACK_FRAME_SIZE };

/** What programs are loaded for in order to run. */
export function programEnvironment(features: RuntimeFeatures, stack: StackLimits = MAINNET_STACK): ProgramEnvironment {
  const { maxCallDepth, stackFrameSize } = stack;
  if (maxCallDepth !== MAX_CALL_DEPTH || stackFrameSize !== STACK_FRAME_SIZE) {
    return new ProgramEnvironment({ ...createConfig(features, false), ...stack }, () => createSyscalls(features));
  }
  let environment = environments.get(features);
  if (environment === undefined) {
    environment = new ProgramEnvironment(createConfig(features, false), () => createSyscalls(features));
    environments.set(features, environment);
  }
  return environment;
}

/** What programs are loaded for in order to be deployed: stricter, so that the next programs are better than the last. */
export function deploymentEnvironment(features: RuntimeFeatures): ProgramEnvironment {
  let environment = deploymentEnvironments.get(features);
  if (environment === undefined) {
    environment = new ProgramEnvironment(createConfig(features, true), () => createDeploymentSyscalls(features));
    deploymentEnvironments.set(features, environment);
  }
  return environment;
}

function createConfig(features: RuntimeFeatures, isDeployment: boolean): Config {
  const isV0Refused = features.disable_sbpf_v0_execution && !features.reenable_sbpf_v0_execution;
  const areOldRefused = isDeployment && features.disable_sbpf_v0_v1_v2_deployment;
  let maxVersion: SbpfVersion = 0;
  if (features.enable_sbpf_v1_deployment_and_execution) maxVersion = 1;
  if (features.enable_sbpf_v2_deployment_and_execution) maxVersion = 2;
  if (features.enable_sbpf_v3_deployment_and_execution) maxVersion = 3;
  return {
    ...MAINNET_STACK,
    enableAddressTranslation: true,
    enableStackFrameGaps: !features.virtual_address_space_adjustments,
    alignedMemoryMapping: !features.virtual_address_space_adjustments,
    rejectBrokenElfs: isDeployment,
    optimizeRodata: false,
    enableSymbolAndSectionLabels: false,
    enabledSbpfVersions: [isV0Refused || areOldRefused ? 3 : 0, maxVersion],
  };
}

/** The programs of a bank. */
export class ProgramCache {
  readonly builtins: PubkeyMap<BuiltinProgram>;
  readonly environment: ProgramEnvironment;

  constructor(
    builtins: PubkeyMap<BuiltinProgram>,
    features: RuntimeFeatures,
    environment: ProgramEnvironment = programEnvironment(features),
  ) {
    this.builtins = new PubkeyMap();
    for (const [id, builtin] of builtins) {
      if (builtin.feature === undefined || features[builtin.feature]) this.builtins.set(id, builtin);
    }
    this.environment = environment;
  }
}

/** An account that a loader owns, as a transaction loaded it. Transactions that load the same one share it. */
export class ProgramSource {
  readonly key: Pubkey;
  readonly account: Account;
  /** Where loader v3 keeps the ELF file; undefined where the account is no program of it. */
  readonly programDataKey: Pubkey | undefined;
  /** The account there. */
  readonly programData: Account | undefined;
  // What it came to last, and for whom.
  #entry: CompiledEntry | undefined;
  #environment: ProgramEnvironment | undefined;
  #slot = 0n;
  #rules: TransactionRules | undefined;

  constructor(key: Pubkey, account: Account, programDataKey: Pubkey | undefined, programData: Account | undefined) {
    this.key = key;
    this.account = account;
    this.programDataKey = programDataKey;
    this.programData = programData;
  }

  load(environment: ProgramEnvironment, slot: bigint, rules: TransactionRules): CompiledEntry | undefined {
    if (environment !== this.#environment || slot !== this.#slot || rules !== this.#rules) {
      this.#entry = loadProgram(this, environment, slot, rules);
      this.#environment = environment;
      this.#slot = slot;
      this.#rules = rules;
    }
    return this.#entry;
  }
}

/** The sources that were made last, by the hash of their keys. */
const knownSources: (ProgramSource | undefined)[] = new Array(64).fill(undefined);

/** @param programDataOf finds what stands at the address of a program's data */
export function programSource(
  key: Pubkey,
  account: Account,
  programDataOf: (key: Pubkey) => Account | undefined,
): ProgramSource {
  const slot = key.hash & (knownSources.length - 1);
  const known = knownSources[slot];
  const isSame = known !== undefined && known.account === account && known.key.equals(key);
  const programDataKey = isSame
    ? known.programDataKey
    : account.owner.equals(BPF_LOADER_UPGRADEABLE_ID)
      ? programDataAddress(account)
      : undefined;
  const programData = programDataKey && programDataOf(programDataKey);
  if (isSame && known.programData === programData) return known;
  return (knownSources[slot] = new ProgramSource(key, account, programDataKey, programData));
}

/** The programs one transaction sees. */
export class TransactionProgramCache {
  #programs!: ProgramCache;
  #sources!: readonly ProgramSource[];
  #slot!: bigint;
  #rules!: TransactionRules;
  #changed: PubkeyMap<ProgramCacheEntry> | undefined;

  constructor(programs: ProgramCache, sources: readonly ProgramSource[], slot: bigint, rules: TransactionRules) {
    this.begin(programs, sources, slot, rules);
  }

  /** Makes it what another transaction sees. */
  begin(programs: ProgramCache, sources: readonly ProgramSource[], slot: bigint, rules: TransactionRules): void {
    this.#programs = programs;
    this.#sources = sources;
    this.#slot = slot;
    this.#rules = rules;
    this.#changed = undefined;
  }

  builtin(id: Pubkey): BuiltinProgram | undefined {
    return this.#programs.builtins.get(id);
  }

  /** The program as the transaction found it, or as an earlier instruction of it left it. */
  get(program: Pubkey): ProgramCacheEntry | undefined {
    const changed = this.#changed?.get(program);
    if (changed !== undefined) return changed;
    const sources = this.#sources;
    for (let i = 0; i < sources.length; i++) {
      if (!sources[i].key.equals(program)) continue;
      return this.#hosted(sources[i]) ?? this.#load(sources[i]);
    }
    return undefined;
  }

  /** The compiled program at an address, also where a function of the host stands before it. */
  getCompiled(program: Pubkey): CompiledEntry | undefined {
    const source = this.#sources.find(({ key }) => key.equals(program));
    return source && this.#load(source);
  }

  #hosted({ account }: ProgramSource): ProgramCacheEntry | undefined {
    const program = hostedProgram(account.data);
    return program && { type: 'hosted', program };
  }

  #load(source: ProgramSource): CompiledEntry | undefined {
    return source.load(this.#programs.environment, this.#slot, this.#rules);
  }

  /** Notes that the transaction deployed, upgraded or closed a program. */
  set(program: Pubkey, entry: ProgramCacheEntry): void {
    this.#changed ??= new PubkeyMap();
    this.#changed.set(program, entry);
  }
}

// Loader v3's accounts. Source: loader-v3-interface/src/state.rs, UpgradeableLoaderState.
const PROGRAM_TAG = 2;
const PROGRAM_LEN = 36;
export const PROGRAM_DATA_TAG = 3;
const PROGRAM_DATA_METADATA_LEN = 45;
/** Tag, slot and the flag that no authority follows. */
const PROGRAM_DATA_MIN_LEN = 13;

/** Loader v4's state: the slot of the deployment, an address, the status. Source: loader-v4-interface/src/state.rs. */
export const LOADER_V4_STATE_LEN = 48;
export const LOADER_V4_STATUS_OFFSET = 40;
export const LOADER_V4_RETRACTED = 0;

const programDataAddresses = new WeakMap<Uint8Array, Pubkey>();

/** The address that a program of loader v3 points to; undefined where the account is no program. */
export function programDataAddress(program: Account): Pubkey | undefined {
  const { data } = program;
  let address = programDataAddresses.get(data);
  if (address === undefined) {
    if (data.length < PROGRAM_LEN || readU32(data, 0) !== PROGRAM_TAG) return undefined;
    address = Pubkey.at(data, 4);
    programDataAddresses.set(data, address);
  }
  return address;
}

/** Source: agave svm/src/program_loader.rs, load_program_with_pubkey. */
function loadProgram(
  source: ProgramSource,
  environment: ProgramEnvironment,
  slot: bigint,
  rules: TransactionRules,
): CompiledEntry | undefined {
  const { account, programDataKey, programData } = source;
  // Who goes by the flag caches a program when its account is stored with the flag set.
  if (!rules.ignoreExecutableFlag && !account.executable) return undefined;
  if (account.owner.equals(BPF_LOADER_ID) || account.owner.equals(BPF_LOADER_DEPRECATED_ID)) {
    // These loaders keep no slot: to them a program was deployed in slot 0.
    return delayUntil(1n, slot, rules) ?? environment.load(account.data, 0);
  }
  if (account.owner.equals(LOADER_V4_ID)) {
    const { data } = account;
    const isDeployed =
      data.length >= LOADER_V4_STATE_LEN && readU32(data, LOADER_V4_STATUS_OFFSET) !== LOADER_V4_RETRACTED;
    if (!isDeployed) return { type: 'closed', reason: 'it is retracted' };
    return delayUntil(readU64(data, 0) + 1n, slot, rules) ?? environment.load(data, LOADER_V4_STATE_LEN);
  }
  if (!account.owner.equals(BPF_LOADER_UPGRADEABLE_ID))
    return { type: 'closed', reason: 'its loader runs no programs' };
  if (programDataKey === undefined) return { type: 'closed', reason: 'its account is not in the state of a program' };
  const data = programData?.data;
  if (data === undefined || data.length < PROGRAM_DATA_MIN_LEN || readU32(data, 0) !== PROGRAM_DATA_TAG) {
    return { type: 'closed', reason: `its program data account ${programDataKey} is closed` };
  }
  const deploymentSlot = readU64(data, 4);
  return delayUntil(deploymentSlot + 1n, slot, rules) ?? environment.load(data, PROGRAM_DATA_METADATA_LEN);
}

/** Source: agave program-runtime/src/program_cache_entry.rs, DELAY_VISIBILITY_SLOT_OFFSET. */
function delayUntil(effectiveSlot: bigint, slot: bigint, rules: TransactionRules): CompiledEntry | undefined {
  if (!rules.delayProgramVisibility || slot >= effectiveSlot) return undefined;
  return { type: 'delayVisibility', reason: `it can be called from slot ${effectiveSlot} on` };
}
