// Runs instruction fixtures: one instruction straight against the runtime, without the transaction around it (no fee, no
// rent states), as the harnesses that recorded them did.
// No program is in a fixture: addresses resolve to the builtins, to the bundled programs, or to what `--program` names.
// Compared: the result, compute units (unless left out), return data, and each account afterwards.
// Source: anza-xyz/mollusk harness/src/lib.rs, process_instruction.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bundledElf, bundledPrograms } from '../../src/bank/bundled/index.ts';
import {
  BPF_LOADER_ID,
  BPF_LOADER_UPGRADEABLE_ID,
  CLOCK_ID,
  EPOCH_REWARDS_ID,
  EPOCH_SCHEDULE_ID,
  LAST_RESTART_SLOT_ID,
  NATIVE_LOADER_ID,
  RENT_ID,
  SLOT_HASHES_ID,
  STAKE_HISTORY_ID,
  SYSTEM_PROGRAM_ID,
  SYSVAR_OWNER_ID,
} from '../../src/runtime/addresses.ts';
import type { ExecutionEnvironment } from '../../src/runtime/environment.ts';
import { InstructionFailure } from '../../src/runtime/errors.ts';
import { FEATURE_GATES, FEATURE_NAMES, FeatureSet, type RuntimeFeatures } from '../../src/runtime/features.ts';
import { InvokeContext } from '../../src/runtime/invoke-context.ts';
import { ProgramCache, ProgramSource, TransactionProgramCache } from '../../src/runtime/program-cache.ts';
import { BUILTINS } from '../../src/runtime/programs/index.ts';
import { AGAVE_RULES } from '../../src/runtime/rules.ts';
import { SysvarCache } from '../../src/runtime/sysvars/cache.ts';
import {
  encodeClock,
  encodeEpochRewards,
  encodeEpochSchedule,
  encodeLastRestartSlot,
  encodeRent,
  encodeSlotHashes,
  encodeStakeHistory,
} from '../../src/runtime/sysvars/layouts.ts';
import {
  type InstructionAccount,
  InstructionContext,
  TransactionAccount,
  TransactionContext,
} from '../../src/runtime/transaction-context.ts';
import { type Account, RENT_EXEMPT_RENT_EPOCH } from '../../src/wire/account.ts';
import { ParhelionError } from '../../src/wire/errors.ts';
import { DEFAULT_PUBKEY, Pubkey } from '../../src/wire/pubkey.ts';
import { PubkeyMap } from '../../src/wire/pubkey-map.ts';
import type { InstructionError } from '../../src/wire/transaction-error.ts';
import {
  decodeFixture,
  type ExpectedResult,
  type Fixture,
  type FixtureSysvars,
  hex,
  isProgramError,
} from './fixture-codec.ts';
import type { Failure, Report } from './report.ts';

export interface FixtureOptions {
  /** `ADDRESS=FILE.so`: another build at an address. */
  readonly programs?: readonly string[];
  readonly ignoreUnits?: boolean;
}

const DEFAULT_STACK_HEIGHT = 5;
const RAISED_STACK_HEIGHT = 9;
const HEAP_SIZE = 32 * 1024;
const NOBODY: Account = {
  lamports: 0n,
  data: new Uint8Array(0),
  owner: SYSTEM_PROGRAM_ID,
  executable: false,
  rentEpoch: RENT_EXEMPT_RENT_EPOCH,
};

/** In its fixtures the upgradeable loader goes by the address of the stand-in that was to replace it. */
const CORE_BPF_LOADER_ID = Pubkey.fromBase58('CoreBPFLoaderUpgradeab1e1111111111111111111');
const actualKey = (key: Pubkey): Pubkey => (key.equals(CORE_BPF_LOADER_ID) ? BPF_LOADER_UPGRADEABLE_ID : key);

/** Fixtures often play in slot 0, in which no program could run yet. */
const PROGRAMS_ARE_VISIBLE = { ...AGAVE_RULES, delayProgramVisibility: false };

/** Runs files, and every `*.fix` of folders. */
export function runFixtures(paths: readonly string[], options: FixtureOptions = {}): Report {
  const elfs = new PubkeyMap<Uint8Array>();
  for (const program of bundledPrograms(FeatureSet.mainnet().runtime))
    elfs.set(Pubkey.fromBase58(program.address), bundledElf(program));
  for (const option of options.programs ?? []) {
    const [address, file] = option.split('=', 2);
    if (file === undefined) {
      throw new ParhelionError('INVALID_ARGUMENT', {
        name: '--program',
        expected: 'ADDRESS=FILE.so',
        received: option,
      });
    }
    elfs.set(Pubkey.fromBase58(address), readFileSync(file));
  }
  const stage = new FixtureStage(elfs);
  const files = paths.flatMap(fixtureFiles);
  const failures: Failure[] = [];
  for (const name of files) {
    let difference: string | undefined;
    try {
      const fixture = decodeFixture(readFileSync(name));
      difference = firstDifference(fixture, stage.run(fixture), options.ignoreUnits ?? false);
    } catch (error) {
      difference = error instanceof ParhelionError ? error.message : `${(error as Error).stack ?? error}`;
    }
    if (difference !== undefined) failures.push({ name, difference });
  }
  return { suite: 'fixtures', passed: files.length - failures.length, failures, skipped: [] };
}

function fixtureFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path, { recursive: true }) as string[];
  return names
    .filter((name) => name.endsWith('.fix'))
    .sort()
    .map((name) => join(path, name));
}

interface FixtureEffects {
  readonly error: InstructionError | undefined;
  readonly computeUnits: number;
  readonly returnData: Uint8Array;
  readonly accounts: PubkeyMap<Account>;
}

/** Programs and feature sets, kept from fixture to fixture. */
class FixtureStage {
  readonly #sources: readonly ProgramSource[];
  readonly #features = new Map<string, { readonly features: RuntimeFeatures; readonly programs: ProgramCache }>();

  constructor(elfs: PubkeyMap<Uint8Array>) {
    this.#sources = [...elfs].map(([key, data]) => {
      const account = { ...NOBODY, data, owner: BPF_LOADER_ID, executable: true };
      return new ProgramSource(key, account, undefined, undefined);
    });
  }

  run(fixture: Fixture): FixtureEffects {
    const { features, programs } = this.#programsFor(fixture.features);
    const before = new PubkeyMap<Account>();
    for (const [key, account] of fixture.accounts) {
      before.set(actualKey(key), { ...account, owner: actualKey(account.owner) });
    }
    const programId = actualKey(fixture.programId);
    const program = before.get(programId) ?? { ...NOBODY, owner: BPF_LOADER_UPGRADEABLE_ID, executable: true };
    before.set(programId, BUILTINS.has(programId) ? { ...program, owner: NATIVE_LOADER_ID } : program);
    const keys = [...before].map(([key]) => key);
    const accounts = keys.map((key) => new TransactionAccount(key, before.get(key)!));
    const maxStackHeight =
      fixture.maxStackHeight ?? (features.raise_cpi_nesting_limit_to_8 ? RAISED_STACK_HEIGHT : DEFAULT_STACK_HEIGHT);
    const transaction = new TransactionContext(accounts, maxStackHeight, DEFAULT_PUBKEY);
    const instruction = new InstructionContext(
      transaction,
      transaction.indexOf(programId),
      instructionAccounts(fixture, transaction, programId),
      fixture.data,
      0,
      undefined,
    );
    const environment: ExecutionEnvironment = {
      features,
      rules: AGAVE_RULES,
      slot: fixture.slot,
      sysvars: sysvarCache(
        fixture.sysvars ?? fallbackSysvars(fixture.slot),
        fixture.sysvars === undefined ? before : undefined,
      ),
      blockhash: new Uint8Array(32),
      lamportsPerSignature: 5000n,
      logBytesLimit: Number.POSITIVE_INFINITY,
      epochStake: () => 0n,
    };
    const context = new InvokeContext({
      transaction,
      environment,
      programs: new TransactionProgramCache(programs, this.#sources, fixture.slot, PROGRAMS_ARE_VISIBLE),
      computeUnitLimit: fixture.computeUnitLimit,
      heapSize: HEAP_SIZE,
      logs: undefined,
      listener: undefined,
    });
    let error: InstructionError | undefined;
    try {
      context.processInstruction(instruction);
    } catch (thrown) {
      if (!(thrown instanceof InstructionFailure)) throw thrown;
      error = thrown.error;
    }
    const after = new PubkeyMap<Account>();
    for (const account of accounts)
      after.set(account.key, error === undefined ? account.toAccount() : account.original);
    return {
      error,
      computeUnits: fixture.computeUnitLimit - context.meter.remaining,
      returnData: transaction.returnData.data,
      accounts: after,
    };
  }

  #programsFor(active: ReadonlySet<string>): { readonly features: RuntimeFeatures; readonly programs: ProgramCache } {
    const id = [...active].sort().join();
    let entry = this.#features.get(id);
    if (entry === undefined) {
      let set = FeatureSet.none();
      for (const name of FEATURE_NAMES) {
        const { address } = FEATURE_GATES[name];
        if (active.has(hex(Pubkey.fromBase58(address).bytes.subarray(0, 8)))) set = set.with(name);
      }
      entry = { features: set.runtime, programs: new ProgramCache(BUILTINS, set.runtime) };
      this.#features.set(id, entry);
    }
    return entry;
  }
}

/** The accounts as a message would carry them: flags of repeats merged, the invoked program never writable. */
function instructionAccounts(
  fixture: Fixture,
  transaction: TransactionContext,
  programId: Pubkey,
): InstructionAccount[] {
  const loaderIsThere = transaction.indexOf(BPF_LOADER_UPGRADEABLE_ID) >= 0;
  const indexes = fixture.instructionAccounts.map(({ index }) => {
    const account = fixture.accounts[index];
    if (account === undefined)
      throw new ParhelionError('MALFORMED_FIXTURE', { reason: `there is no account ${index}` });
    return transaction.indexOf(actualKey(account[0]));
  });
  return indexes.map((indexInTransaction) => {
    const same = fixture.instructionAccounts.filter((_, i) => indexes[i] === indexInTransaction);
    const isProgram = transaction.accounts[indexInTransaction].key.equals(programId);
    return {
      indexInTransaction,
      isSigner: same.some(({ isSigner }) => isSigner),
      isWritable: same.some(({ isWritable }) => isWritable) && !(isProgram && !loaderIsThere),
    };
  });
}

function fallbackSysvars(slot: bigint): FixtureSysvars {
  return {
    clock: { slot, epochStartTimestamp: 0n, epoch: 0n, leaderScheduleEpoch: 0n, unixTimestamp: 0n },
    epochSchedule: {
      slotsPerEpoch: 432_000n,
      leaderScheduleSlotOffset: 432_000n,
      warmup: false,
      firstNormalEpoch: 0n,
      firstNormalSlot: 0n,
    },
    rent: { lamportsPerByte: 3480n, exemptionThreshold: 2, burnPercent: 50 },
    slotHashes: [],
  };
}

/** The cache of the fixture's sysvars. Where `accounts` are given, a sysvar that is among them is read from there. */
function sysvarCache(sysvars: FixtureSysvars, accounts: PubkeyMap<Account> | undefined): SysvarCache {
  const encoded = new PubkeyMap<Uint8Array>()
    .set(CLOCK_ID, encodeClock(sysvars.clock))
    .set(EPOCH_SCHEDULE_ID, encodeEpochSchedule(sysvars.epochSchedule))
    .set(RENT_ID, encodeRent(sysvars.rent))
    .set(SLOT_HASHES_ID, encodeSlotHashes(sysvars.slotHashes))
    .set(LAST_RESTART_SLOT_ID, encodeLastRestartSlot({ lastRestartSlot: 0n }))
    .set(STAKE_HISTORY_ID, encodeStakeHistory([]))
    .set(
      EPOCH_REWARDS_ID,
      encodeEpochRewards({
        distributionStartingBlockHeight: 0n,
        numPartitions: 0n,
        parentBlockhash: new Uint8Array(32),
        totalPoints: 0n,
        totalRewards: 0n,
        distributedRewards: 0n,
        active: false,
      }),
    );
  return SysvarCache.from((key) => {
    const account = accounts?.get(key);
    if (account !== undefined) return account;
    const data = encoded.get(key);
    return data === undefined ? undefined : { ...NOBODY, lamports: 1n, owner: SYSVAR_OWNER_ID, data };
  });
}

function firstDifference(fixture: Fixture, effects: FixtureEffects, ignoreUnits: boolean): string | undefined {
  const { expected } = fixture;
  const result = resultOf(effects.error, expected.result);
  if (JSON.stringify(result) !== JSON.stringify(expected.result)) {
    return `result: expected ${JSON.stringify(expected.result)}, got ${JSON.stringify(effects.error ?? 'success')}`;
  }
  if (!ignoreUnits && effects.computeUnits !== expected.computeUnits) {
    return `compute units: expected ${expected.computeUnits}, got ${effects.computeUnits}`;
  }
  if (hex(effects.returnData) !== hex(expected.returnData)) {
    return `return data: expected ${hex(expected.returnData)}, got ${hex(effects.returnData)}`;
  }
  for (const [fixtureKey, account] of expected.accounts) {
    const key = actualKey(fixtureKey);
    const got = effects.accounts.get(key);
    if (got === undefined) return `account ${key}: expected, but not among the instruction's`;
    if (got.lamports !== account.lamports)
      return `account ${key}: expected ${account.lamports} lamports, got ${got.lamports}`;
    const owner = actualKey(account.owner);
    if (!got.owner.equals(owner)) return `account ${key}: expected owner ${owner}, got ${got.owner}`;
    if (got.executable !== account.executable) return `account ${key}: expected executable ${account.executable}`;
    if (hex(got.data) !== hex(account.data)) {
      const at = account.data.findIndex((byte, i) => byte !== got.data[i]);
      return `account ${key}: data differs at byte ${at < 0 ? account.data.length : at} (lengths ${account.data.length}, ${got.data.length})`;
    }
  }
  return undefined;
}

/** Our error in the terms of the expectation: Mollusk writes down only what a program could have returned. */
function resultOf(error: InstructionError | undefined, expected: ExpectedResult): ExpectedResult {
  if (error === undefined) return { kind: 'success' };
  const isExact = expected.kind === 'error' && expected.exact;
  const returned = error === 'MissingAccount' && !isExact ? 'NotEnoughAccountKeys' : error;
  if (isExact) return { kind: 'error', error: returned, exact: true };
  return isProgramError(returned) ? { kind: 'error', error: returned, exact: false } : { kind: 'otherError' };
}
