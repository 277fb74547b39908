// Drives one syscall in two machines, npm litesvm and ours, and compares what can be seen of it: logs, units, error,
// return data. The program is an sBPF driver that takes the syscall's registers from its instruction data:
//
//   0..24   dst, src, len of a copy made first (len 0: none)
//   24..64  r1 to r5
//   64..80  address and length of what becomes the return data afterwards
//   80..    payload
//
// It makes the copy, calls, logs r0 and sets the return data. Its instruction has no accounts, so that the instruction
// data lies at a known address.

import { FeatureSet as LiteFeatureSet, LiteSVM, type TransactionMetadata } from 'litesvm';
import { expect } from 'vitest';
import { BPF_LOADER_DEPRECATED_ID, BPF_LOADER_ID, BPF_LOADER_UPGRADEABLE_ID } from '../../src/runtime/addresses.ts';
import type { ExecutionEnvironment } from '../../src/runtime/environment.ts';
import { InstructionFailure } from '../../src/runtime/errors.ts';
import { FEATURE_GATES, type FeatureName, FeatureSet } from '../../src/runtime/features.ts';
import { InvokeContext } from '../../src/runtime/invoke-context.ts';
import { LogCollector } from '../../src/runtime/log-collector.ts';
import { programEnvironment, type TransactionProgramCache } from '../../src/runtime/program-cache.ts';
import { processBpfLoader } from '../../src/runtime/programs/bpf-loader.ts';
import { LITESVM_RULES } from '../../src/runtime/rules.ts';
import { SysvarCache } from '../../src/runtime/sysvars/cache.ts';
import { InstructionContext, TransactionAccount, TransactionContext } from '../../src/runtime/transaction-context.ts';
import { assembleElf } from '../../src/sbpf/assembler.ts';
import { Executable } from '../../src/sbpf/executable.ts';
import { type Account, RENT_EXEMPT_RENT_EPOCH } from '../../src/wire/account.ts';
import { concatBytes, encodeHex } from '../../src/wire/bytes.ts';
import { Pubkey } from '../../src/wire/pubkey.ts';
import type { InstructionError } from '../../src/wire/transaction-error.ts';

export const INPUT = 0x4_0000_0000n;
export const HEAP = 0x3_0000_0000n;
export const STACK = 0x2_0000_0000n;
const HEADER_LEN = 80;
/** Where the payload lies: behind the number of accounts, the data's length and the header. */
export const PAYLOAD = INPUT + 16n + BigInt(HEADER_LEN);

const PAYER = new Pubkey(new Uint8Array(32).fill(7));
const PROGRAM = new Pubkey(new Uint8Array(32).fill(9));
/** The compute-budget instruction that stands first. */
const BUDGET_UNITS = 150;
const DEFAULT_UNITS = 200_000;

export type Arg = bigint | number;

export interface SyscallCall {
  readonly syscall: string;
  /** r1 to r5; those missing are 0. */
  readonly args?: readonly Arg[];
  /** Bytes at `PAYLOAD`. */
  readonly payload?: Uint8Array;
  /** A copy made before the call: dst, src, len. */
  readonly copy?: readonly [Arg, Arg, Arg];
  /** What becomes the return data after the call: address, length. */
  readonly output?: readonly [Arg, Arg];
  /** What the program may spend. */
  readonly units?: number;
  readonly loader?: 'v1' | 'v2' | 'v3';
  readonly version?: 0 | 3;
  readonly rodata?: Uint8Array;
  readonly on?: readonly FeatureName[];
  readonly off?: readonly FeatureName[];
  /** The program's code instead of the driver's. */
  readonly source?: string;
  /** There are no sysvars. Only for `runInParhelion`: LiteSVM cannot run without. */
  readonly isBare?: boolean;
}

export interface Outcome {
  readonly logs: readonly string[];
  readonly units: number;
  readonly error: string | undefined;
  /** Hexadecimal. */
  readonly returnData: string;
}

const LOADERS = { v1: BPF_LOADER_DEPRECATED_ID, v2: BPF_LOADER_ID, v3: BPF_LOADER_UPGRADEABLE_ID };

function driverSource(syscall: string): string {
  return `
entrypoint:
  mov64 r6, r1
  ldxdw r1, [r6+16]
  ldxdw r2, [r6+24]
  ldxdw r3, [r6+32]
  syscall sol_memcpy_
  ldxdw r1, [r6+40]
  ldxdw r2, [r6+48]
  ldxdw r3, [r6+56]
  ldxdw r4, [r6+64]
  ldxdw r5, [r6+72]
  syscall ${syscall}
  mov64 r1, r0
  mov64 r2, 0
  mov64 r3, 0
  mov64 r4, 0
  mov64 r5, 0
  syscall sol_log_64_
  ldxdw r1, [r6+80]
  ldxdw r2, [r6+88]
  syscall sol_set_return_data
  mov64 r0, 0
  exit`;
}

/** Little-endian bytes of u64s. */
export function u64s(...values: readonly Arg[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setBigUint64(i * 8, BigInt.asUintN(64, BigInt(value)), true);
  });
  return bytes;
}

/** Some bytes after a table of `{ addr, len }` pairs that describe them, as the hash syscalls take them. */
export function slices(...parts: readonly Uint8Array[]): Uint8Array {
  let addr = PAYLOAD + BigInt(parts.length * 16);
  const table: bigint[] = [];
  for (const part of parts) {
    table.push(addr, BigInt(part.length));
    addr += BigInt(part.length);
  }
  return concatBytes([u64s(...table), ...parts]);
}

function instructionData(call: SyscallCall): Uint8Array {
  const args = Array.from({ length: 5 }, (_, i) => call.args?.[i] ?? 0);
  return concatBytes([
    u64s(...(call.copy ?? [0, 0, 0]), ...args, ...(call.output ?? [0, 0])),
    call.payload ?? new Uint8Array(0),
  ]);
}

const elves = new Map<string, Uint8Array>();
function elfOf(call: SyscallCall): Uint8Array {
  const { version = 3, rodata = new Uint8Array(0), source = driverSource(call.syscall) } = call;
  const key = `${version} ${encodeHex(rodata)} ${source}`;
  let elf = elves.get(key);
  if (elf === undefined) elves.set(key, (elf = assembleElf(source, { version, rodata })));
  return elf;
}

const featuresKey = ({ on = [], off = [] }: Surroundings): string => `${on.join()}/${off.join()}`;

/** What of a call decides in which bank it runs. */
type Surroundings = Pick<SyscallCall, 'on' | 'off'>;

/** LiteSVM with a set of features, made once for each set. */
const liteSvms = new Map<string, LiteSVM>();
export function liteSvmFor(call: Surroundings): LiteSVM {
  const key = featuresKey(call);
  let svm = liteSvms.get(key);
  if (svm === undefined) {
    svm = new LiteSVM().withFeatureSet(liteFeatures(call)).withBuiltins().withSysvars();
    svm = svm
      .withLamports(10n ** 15n)
      .withSigverify(false)
      .withBlockhashCheck(false);
    svm = svm.withTransactionHistory(0n).withLogBytesLimit();
    svm.airdrop(PAYER.toString() as never, (10n ** 12n) as never);
    liteSvms.set(key, svm);
  }
  return svm;
}

function liteFeatures({ on = [], off = [] }: Surroundings): LiteFeatureSet {
  const features = LiteFeatureSet.allEnabled();
  const mainnet = FeatureSet.mainnet();
  for (const [name, { address }] of Object.entries(FEATURE_GATES)) {
    const bytes = Pubkey.fromBase58(address).bytes;
    const active = on.includes(name as FeatureName) || (mainnet.isActive(name) && !off.includes(name as FeatureName));
    if (active) features.activate(bytes, 0n);
    else features.deactivate(bytes);
  }
  return features;
}

function messageBytes(data: Uint8Array, unitLimit: number): Uint8Array {
  const budgetData = new Uint8Array(5);
  budgetData[0] = 2;
  new DataView(budgetData.buffer).setUint32(1, unitLimit, true);
  const budgetProgram = Pubkey.fromBase58('ComputeBudget111111111111111111111111111111');
  return concatBytes([
    Uint8Array.of(1, 0, 2, 3),
    PAYER.bytes,
    PROGRAM.bytes,
    budgetProgram.bytes,
    new Uint8Array(32),
    Uint8Array.of(2, 2, 0, budgetData.length),
    budgetData,
    Uint8Array.of(1, 0),
    shortVecLen(data.length),
    data,
  ]);
}

function shortVecLen(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value > 0x7f; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return Uint8Array.from([...bytes, value]);
}

/** Where each LiteSVM has which program installed. */
const installed = new WeakMap<LiteSVM, string>();

function runInLiteSvm(call: SyscallCall): Outcome {
  const svm = liteSvmFor(call);
  const { loader = 'v3', units = DEFAULT_UNITS } = call;
  const elf = elfOf(call);
  const key = `${loader} ${encodeHex(elf)}`;
  if (installed.get(svm) !== key) {
    svm.addProgramWithLoader(PROGRAM.toString() as never, elf, LOADERS[loader].toString() as never);
    installed.set(svm, key);
  }
  const transaction = {
    messageBytes: messageBytes(instructionData(call), units + BUDGET_UNITS),
    signatures: { [PAYER.toString()]: new Uint8Array(64) },
  };
  const result = svm.sendTransaction(transaction as never);
  const meta: TransactionMetadata = 'meta' in result ? result.meta() : result;
  const logs = meta.logs();
  if (logs.length < 2)
    throw new Error(`LiteSVM refused the transaction: ${'err' in result ? String(result.err()) : ''}`);
  return {
    logs: logs.slice(2),
    units: Number(meta.computeUnitsConsumed()) - BUDGET_UNITS,
    error: 'err' in result ? liteError(result.err()) : undefined,
    returnData: encodeHex(meta.returnData().data()),
  };
}

/** Spelled as in Agave, without `Custom`, in LiteSVM's order of numbers. */
const LITE_ERRORS: Readonly<Record<number, string>> = {
  36: 'ComputationalBudgetExceeded',
  39: 'ProgramFailedToComplete',
  45: 'ArithmeticOverflow',
  46: 'UnsupportedSysvar',
};

function liteError(error: unknown): string {
  const inner = (error as { err(): unknown }).err();
  if (typeof inner === 'number') return LITE_ERRORS[inner] ?? String(inner);
  return String(inner);
}

const registries = new Map<string, { features: FeatureSet; environment: ReturnType<typeof programEnvironment> }>();

export function runInParhelion(call: SyscallCall): Outcome {
  const key = featuresKey(call);
  let registry = registries.get(key);
  if (registry === undefined) {
    let features = FeatureSet.mainnet();
    for (const name of call.on ?? []) features = features.with(name);
    for (const name of call.off ?? []) features = features.without(name);
    registry = { features, environment: programEnvironment(features.runtime) };
    registries.set(key, registry);
  }
  const { config, syscalls } = registry.environment;
  const executable = Executable.load(elfOf(call), config, syscalls);
  if (!(executable instanceof Executable)) throw new Error(executable.text);
  const { loader = 'v3', units = DEFAULT_UNITS } = call;
  const svm = liteSvmFor(call);
  const programAccount = accountOf(LOADERS[loader], true);
  const payerAccount = accountOf(new Pubkey(new Uint8Array(32)), false);
  const accounts = [new TransactionAccount(PAYER, payerAccount), new TransactionAccount(PROGRAM, programAccount)];
  const transaction = new TransactionContext(accounts, 5, PROGRAM);
  const environment: ExecutionEnvironment = {
    features: registry.features.runtime,
    rules: LITESVM_RULES,
    slot: svm.getClock().slot,
    sysvars: SysvarCache.from((id) => (call.isBare ? undefined : liteAccount(svm, id))),
    blockhash: new Uint8Array(32),
    lamportsPerSignature: 5000n,
    logBytesLimit: Number.POSITIVE_INFINITY,
    epochStake: () => 0n,
  };
  const logs = new LogCollector(Number.POSITIVE_INFINITY);
  const context = new InvokeContext({
    transaction,
    environment,
    programs: {
      builtin: () => ({ name: 'loader', process: processBpfLoader }),
      get: () => ({ type: 'loaded', executable }),
    } as unknown as TransactionProgramCache,
    computeUnitLimit: units,
    heapSize: 32 * 1024,
    logs,
    listener: undefined,
  });
  let error: string | undefined;
  try {
    context.processInstruction(new InstructionContext(transaction, 1, [], instructionData(call), 0, undefined));
  } catch (failure) {
    if (!(failure instanceof InstructionFailure)) throw failure;
    error = errorName(failure.error);
  }
  const returnData = encodeHex(transaction.returnData.data);
  return { logs: logs.lines, units: units - context.meter.remaining, error, returnData };
}

function errorName(error: InstructionError): string {
  return typeof error === 'string' ? error : JSON.stringify(error);
}

function accountOf(owner: Pubkey, executable: boolean): Account {
  return { lamports: 10n ** 9n, data: new Uint8Array(0), owner, executable, rentEpoch: RENT_EXEMPT_RENT_EPOCH };
}

function liteAccount(svm: LiteSVM, key: Pubkey): Account | undefined {
  const account = svm.getAccount(key.toString() as never);
  return account.exists ? { ...accountOf(PAYER, false), data: Uint8Array.from(account.data) } : undefined;
}

/** Runs a call in both machines; the outcome, once they are known to agree. */
export function compare(call: SyscallCall): Outcome {
  const [ours, theirs] = [runInParhelion(call), runInLiteSvm(call)];
  const [oursText, theirsText] = [JSON.stringify(ours, null, 1), JSON.stringify(theirs, null, 1)];
  if (oursText !== theirsText) throw new Error(`ours ${oursText}\nLiteSVM ${theirsText}`);
  return ours;
}

/** The value of r0 after the call, as the driver logged it; undefined where the call ended the program. */
export function returned({ logs }: Outcome): bigint | undefined {
  const line = logs.findLast((log) => log.startsWith('Program log: 0x'));
  return line === undefined ? undefined : BigInt(line.slice('Program log: '.length).split(',')[0]);
}

/** What a row of a test says of the outcome, besides that both machines agree on it. */
export interface Expected {
  readonly r0?: Arg;
  /** The text behind `failed: `. */
  readonly failed?: string;
  /** Where it isn't `ProgramFailedToComplete`. */
  readonly error?: string;
  /** Return data, in hexadecimal. */
  readonly output?: string;
  /** A line that is logged. */
  readonly log?: string;
  /** What the syscall itself charges. */
  readonly units?: number;
}

export type Row = readonly [title: string, call: SyscallCall, expected: Expected];

/** Units of the driver around a call that succeeds: 22 instructions, a copy of nothing, a log line; the output's besides. */
const DRIVER_UNITS = 22 + 10 + 100 + 100;

export function checkRow(call: SyscallCall, expected: Expected): void {
  const outcome = compare(call);
  const { logs, units, error, returnData } = outcome;
  const last = logs.at(-1) ?? '';
  if (expected.failed === undefined) {
    expect(last).toMatch(/ success$/);
    expect(returned(outcome)).toBe(BigInt.asUintN(64, BigInt(expected.r0 ?? 0)));
    if (expected.units !== undefined) {
      expect(units - DRIVER_UNITS - Math.floor(Number(call.output?.[1] ?? 0) / 250)).toBe(expected.units);
    }
  } else {
    expect(last.slice(last.indexOf('failed: '))).toBe(`failed: ${expected.failed}`);
    expect(error).toBe(expected.error ?? 'ProgramFailedToComplete');
  }
  if (expected.output !== undefined) expect(returnData).toBe(expected.output);
  if (expected.log !== undefined) expect(logs).toContain(expected.log);
}

/** The message of an access that fails. */
export function violation(access: 'reading' | 'writing', len: Arg, vmAddr: Arg, region = 'unallocated'): string {
  return `Access violation ${access} ${len} bytes at address 0x${vmAddr.toString(16)} (in ${region} region)`;
}

export const OUT_OF_UNITS: Expected = {
  failed: 'Computational budget exceeded',
  error: 'ComputationalBudgetExceeded',
};

/** Bytes that look random and are the same each time. Source: Marsaglia's xorshift32. */
export function seededBytes(seed: number): (len: number) => Uint8Array {
  let state = seed | 1;
  return (len) => {
    const bytes = new Uint8Array(len);
    for (let i = 0; i < len; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      bytes[i] = state >>> 11;
    }
    return bytes;
  };
}
